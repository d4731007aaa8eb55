//! Where a confidence came from: programs that tell how sure each of their expressions was.
//!
//! As in [`super::marks`], what is told is a decision to be recorded, so that the machine knows nothing of it.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::builtin;
use crate::hir::{
    self, Block, Element, Expr, ExprKind, FunctionId, Key, Link, LinkKind, Local, LocalId, Member, Origin, Pattern,
    PatternKind, Program, Root, Row, Unary, Variable,
};
use crate::host::{self, Request};
use crate::source::Span;

/// What a note begins with; no program's own text does.
const SIGN: &str = "\u{1}sure ";

/// How sure an expression was when it ran last, and on what evidence.
#[derive(Clone, PartialEq, Debug)]
pub struct Sure {
    /// Its confidence; nothing when unknown.
    pub confidence: Option<f64>,
    /// The name of its evidence.
    pub evidence: String,
}

/// What the expressions of a program were, by their places.
#[derive(Clone, Default, Debug)]
pub struct Origins(HashMap<(u32, u32), Sure>);

impl Origins {
    /// Takes note of what a recording program records.
    pub fn note(&mut self, request: &Request) {
        let host::Kind::Track { decision, confidence, context } = &request.kind else { return };
        let place = decision.get("value").and_then(Json::as_str).and_then(|text| text.strip_prefix(SIGN));
        let Some((start, end)) = place.and_then(|place| place.split_once(' ')) else { return };
        if let (Ok(start), Ok(end), Some(Json::String(evidence))) = (start.parse(), end.parse(), context) {
            self.0.insert((start, end), Sure { confidence: *confidence, evidence: evidence.clone() });
        }
    }

    /// How sure the expression at a place was, if it ran.
    pub fn at(&self, span: Span) -> Option<&Sure> {
        self.0.get(&(span.start, span.end))
    }

    /// The lines that say where the confidence of a program's last statement came from: how deep, where, how sure.
    pub fn of_last(&self, program: &Program) -> Vec<(usize, Span, Sure)> {
        let mut lines = Vec::new();
        let Some(module) = program.modules.last() else { return lines };
        let mut body = program.functions[module.body.0 as usize].body.clone();
        let definitions = definitions(&body);
        if let Some(last) = hir::inner(&mut body).pop() {
            self.explain(last, 0, &definitions, &mut lines);
        }
        lines
    }

    fn explain(
        &self,
        expr: &mut Expr,
        depth: usize,
        definitions: &HashMap<Variable, Expr>,
        lines: &mut Vec<(usize, Span, Sure)>,
    ) {
        let told = self.at(expr.span).cloned();
        let below = depth + usize::from(told.is_some());
        if let Some(sure) = told {
            // What is certain needs no reason.
            let certain = sure.confidence == Some(1.0) && sure.evidence == "exact";
            lines.push((depth, expr.span, sure));
            if certain {
                return;
            }
        }
        if below > DEEPEST || lines.len() > LONGEST {
            return;
        }
        if let ExprKind::Read(variable) = &expr.kind
            && let Some(mut definition) = definitions.get(variable).cloned()
        {
            return self.explain(&mut definition, below, definitions, lines);
        }
        hir::inner(expr).into_iter().for_each(|inner| self.explain(inner, below, definitions, lines));
    }
}

/// How deep an explanation goes, and how many lines it has.
const DEEPEST: usize = 6;
const LONGEST: usize = 40;

/// What the variables of a module got last, as far as its statements say.
fn definitions(body: &Expr) -> HashMap<Variable, Expr> {
    let mut all = HashMap::new();
    let ExprKind::Block(block) = &body.kind else { return all };
    for expr in &block.exprs {
        match &expr.kind {
            ExprKind::Let { pattern, value: Some(value) } => {
                if let PatternKind::Bind(variable) = pattern.kind {
                    all.insert(variable, (**value).clone());
                }
            }
            ExprKind::Assign { target, value, .. } if target.keys.is_empty() => {
                if let Root::Variable(variable) = target.root {
                    all.insert(variable, (**value).clone());
                }
            }
            _ => {}
        }
    }
    all
}

/// The program with a note behind each expression of its last module's statements.
pub fn record(program: &Program) -> Program {
    let mut recording = program.clone();
    let Some(FunctionId(body)) = program.modules.last().map(|module| module.body) else { return recording };
    let function = &mut recording.functions[body as usize];
    let mut locals = std::mem::take(&mut function.locals);
    enter(&mut function.body, &mut locals);
    function.locals = locals;
    recording
}

fn enter(expr: &mut Expr, locals: &mut Vec<Local>) {
    // What a chain begins with is called or changed there, and no value of its own.
    let begins = match &expr.kind {
        ExprKind::Chain(chain) => {
            usize::from(matches!(chain.first.kind, ExprKind::Builtin(_) | ExprKind::Agents | ExprKind::Read(_)))
        }
        _ => 0,
    };
    hir::inner(expr).into_iter().skip(begins).for_each(|inner| enter(inner, locals));
    let is_value = matches!(
        expr.kind,
        ExprKind::Template(_)
            | ExprKind::List(_)
            | ExprKind::Object(_)
            | ExprKind::Read(_)
            | ExprKind::Input
            | ExprKind::Unary(..)
            | ExprKind::Binary(_)
            | ExprKind::Logical(_)
            | ExprKind::Ask { .. }
            | ExprKind::Chain(_)
            | ExprKind::Fork(_)
            | ExprKind::If { .. }
            | ExprKind::Match { .. }
            | ExprKind::Switch { .. }
            | ExprKind::Uncertain { .. }
            | ExprKind::Try { .. }
    );
    if is_value {
        note(expr, locals);
    }
}

/// `E` becomes `{ let t = E; track("…", { confidence: ~t, context: evidence(t) }); t }`.
fn note(expr: &mut Expr, locals: &mut Vec<Local>) {
    let (Some(track), Some(evidence)) = (builtin::find_function("track"), builtin::find_function("evidence")) else {
        return;
    };
    let at = expr.span;
    let make = |kind| Expr { kind, span: at };
    locals.push(Local {
        name: None,
        span: at,
        origin: Origin::Hidden,
        annotation: None,
        captured: false,
        shared: false,
        reassigned: false,
        early: false,
        function: None,
    });
    let variable = Variable::Local(LocalId(locals.len() as u32 - 1));
    let read = || make(ExprKind::Read(variable));
    let call = |builtin, arguments: Vec<Expr>| {
        let arguments = arguments.into_iter().map(Element::One).collect();
        let call = Link { kind: LinkKind::Call(arguments), optional: false, span: at };
        make(ExprKind::Chain(Row::of(make(ExprKind::Builtin(builtin)), [call])))
    };
    let text = make(ExprKind::Text(Arc::from(format!("{SIGN}{} {}", at.start, at.end))));
    let sure = make(ExprKind::Unary(Unary::Confidence, Box::new(read())));
    let entry = |name: &str, value| Member::Entry(Key::Fixed(Arc::from(name)), value);
    let told = vec![entry("confidence", sure), entry("context", call(evidence, vec![read()]))];
    let note = call(track, vec![text, make(ExprKind::Object(told))]);
    let value = std::mem::replace(expr, make(ExprKind::Null));
    let pattern = Box::new(Pattern { kind: PatternKind::Bind(variable), span: at });
    let keep = ExprKind::Let { pattern, value: Some(Box::new(value)) };
    expr.kind = ExprKind::Block(Block::of(vec![make(keep), note, read()]));
}
