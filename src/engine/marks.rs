//! Programs that tell which branches they took: for the coverage of tests, and for those who look for answers that lead to
//! a branch.
//!
//! A mark is a decision to be recorded (`track`) in front of a branch, or behind what chose. So the machine knows nothing
//! of marks, and a marked program does what it did, in a few more steps.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value as Json;

use crate::builtin::{self, BuiltinId, Form, Law};
use crate::hir::{
    self, Binary, Block, Body, Compound, Element, Expr, ExprKind, Function, FunctionId, Kind, Link, LinkKind, Local,
    LocalId, Logical, Origin, Pattern, PatternKind, Place, Program, Root, Row, Unary, Variable,
};
use crate::host::{self, Request};
use crate::source::{FileId, Sources, Span};
use crate::syntax::ast::Band;

/// What a mark's text begins with; no program's own text does.
const SIGN: &str = "\u{1}mark ";

/// A branch, which tests may take or not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Branch {
    /// What it is, such as "the `else`".
    pub what: String,
    /// Whether it is what happens unless something is refused or missing, and needs no answers of its own.
    pub usual: bool,
    /// The file it stands in.
    pub file: FileId,
    /// Its place.
    pub span: Span,
}

/// Which branches were taken, by their numbers.
#[derive(Clone, Default, Debug)]
pub struct Taken(HashSet<usize>);

impl Taken {
    /// Takes note of what a marked program records.
    pub fn note(&mut self, request: &Request) {
        let host::Kind::Track { decision, .. } = &request.kind else { return };
        let mark = decision.get("value").and_then(Json::as_str).and_then(|text| text.strip_prefix(SIGN));
        self.0.extend(mark.and_then(|mark| mark.parse::<usize>().ok()));
    }

    /// Whether a branch was taken.
    pub fn has(&self, branch: usize) -> bool {
        self.0.contains(&branch)
    }
}

/// A call of a built-in, whatever a program calls by that name.
fn call(name: &str, argument: ExprKind, at: Span) -> Option<Expr> {
    let argument = Element::One(Expr { kind: argument, span: at });
    let call = Link { kind: LinkKind::Call(vec![argument]), optional: false, span: at };
    let base = Expr { kind: ExprKind::Builtin(builtin::find_function(name)?), span: at };
    Some(Expr { kind: ExprKind::Chain(Row::of(base, [call])), span: at })
}

/// The program with a wait in the place of each statement that is nothing but `null`, so that handlers run there.
pub fn pausing(program: &Program) -> Program {
    let mut pausing = program.clone();
    let Some(module) = pausing.modules.last() else { return pausing };
    let body = &mut pausing.functions[module.body.0 as usize].body;
    let statements: &mut [Expr] = match &mut body.kind {
        ExprKind::Block(block) => &mut block.exprs,
        _ => std::slice::from_mut(body),
    };
    for statement in statements.iter_mut().filter(|statement| matches!(statement.kind, ExprKind::Null)) {
        if let Some(wait) = call("delay", ExprKind::Number(0.0), statement.span) {
            *statement = wait;
        }
    }
    pausing
}

/// The program with marks, tests excepted, and the branches by their numbers.
pub fn mark(program: &Program, sources: &Sources) -> (Program, Vec<Branch>) {
    let mut marked = program.clone();
    let mut marks = Marks {
        sources,
        file: FileId(0),
        inside: FunctionId(0),
        functions: std::mem::take(&mut marked.functions),
        locals: Vec::new(),
        alternatives: HashMap::new(),
        branches: Vec::new(),
    };
    for index in 0..program.functions.len() {
        let id = FunctionId(index as u32);
        if !is_test(program, id) {
            marks.function(program, id);
        }
    }
    marked.functions = marks.functions;
    (marked, marks.branches)
}

/// Whether a function is a test or stands in one.
fn is_test(program: &Program, id: FunctionId) -> bool {
    let function = &program.functions[id.0 as usize];
    function.kind == Kind::Test || function.parent.is_some_and(|parent| is_test(program, parent))
}

struct Marks<'a> {
    sources: &'a Sources,
    /// Where the function at hand stands, which it is, and its variables.
    file: FileId,
    inside: FunctionId,
    locals: Vec<Local>,
    functions: Vec<Function>,
    /// What the functions are that a `fallback` turns to, whose bodies come later.
    alternatives: HashMap<FunctionId, String>,
    branches: Vec<Branch>,
}

impl Marks<'_> {
    fn function(&mut self, program: &Program, id: FunctionId) {
        let function = &mut self.functions[id.0 as usize];
        (self.file, self.inside) = (function.file, id);
        self.locals = std::mem::take(&mut function.locals);
        let mut parameters = std::mem::take(&mut function.parameters);
        let mut body = std::mem::replace(&mut function.body, expr(ExprKind::Null, function.span));
        let (kind, name, head) = (function.kind, function.name, function.head);
        parameters.iter_mut().filter_map(|parameter| parameter.default.as_mut()).for_each(|it| self.enter(it));
        self.enter(&mut body);
        if let Some(alternative) = self.alternatives.remove(&id) {
            self.put(&mut body, alternative, head);
        } else if kind == Kind::Plain || kind == Kind::Pattern {
            let name = name.map(|name| program.names.text(name));
            let what = name.map_or("a function".to_owned(), |name| format!("the function `{name}`"));
            let mark = self.mark(what, head, true);
            before(mark, &mut body);
        }
        let function = &mut self.functions[id.0 as usize];
        (function.body, function.parameters) = (body, parameters);
        function.locals = std::mem::take(&mut self.locals);
    }

    /// A mark.
    fn mark(&mut self, what: impl Into<String>, span: Span, usual: bool) -> Expr {
        let text = format!("{SIGN}{}", self.branches.len());
        self.branches.push(Branch { what: what.into(), usual, file: self.file, span });
        call("track", ExprKind::Text(Arc::from(text)), span).unwrap_or(expr(ExprKind::Null, span))
    }

    /// Puts a mark in front of an expression.
    fn put(&mut self, body: &mut Expr, what: impl Into<String>, span: Span) {
        let mark = self.mark(what, span, false);
        before(mark, body);
    }

    /// The same at the place of the expression itself.
    fn runs(&mut self, body: &mut Expr, what: impl Into<String>) {
        let span = body.span;
        self.put(body, what, span);
    }

    /// A variable that nobody else sees.
    fn variable(&mut self, span: Span) -> Variable {
        let hidden = Local {
            name: None,
            span,
            origin: Origin::Hidden,
            annotation: None,
            captured: false,
            shared: false,
            reassigned: true,
            early: false,
            function: None,
        };
        self.locals.push(hidden);
        Variable::Local(LocalId(self.locals.len() as u32 - 1))
    }

    fn text(&self, span: Span) -> &str {
        span.of(self.sources.file(self.file).text())
    }

    /// Marks the branches within an expression.
    fn enter(&mut self, whole: &mut Expr) {
        hir::inner(whole).into_iter().for_each(|inner| self.enter(inner));
        let span = whole.span;
        let mut watched = Vec::new();
        match &mut whole.kind {
            ExprKind::If { arms, otherwise } => {
                let stated = self.text(span).strip_prefix("if").is_some_and(|rest| !rest.starts_with(is_word));
                let (then, other) =
                    if stated { ("the `if`", "the `else`") } else { ("the value behind `?`", "the value behind `:`") };
                arms.iter_mut().for_each(|(_, body)| self.runs(body, then));
                match otherwise {
                    Some(otherwise) => self.runs(otherwise, other),
                    None => {
                        let nothing = otherwise.insert(Box::new(expr(ExprKind::Null, span)));
                        self.put(nothing, "the `if` left out", span);
                    }
                }
            }
            ExprKind::Match { arms, .. } => {
                for arm in arms {
                    let pattern: String = self.text(arm.pattern.span).chars().take(30).collect();
                    self.runs(&mut arm.body, format!("the arm {}", pattern.replace(['"', '\n', '\\'], "")));
                }
            }
            ExprKind::Switch { cases, .. } => {
                for case in cases {
                    self.runs(&mut case.body, if case.tests.is_empty() { "the `default`" } else { "a `case`" });
                }
            }
            ExprKind::Uncertain { branches, .. } => self.bands(branches),
            ExprKind::Try { handler: Some(handler), .. } => self.runs(&mut handler.1, "the `catch`"),
            ExprKind::While { body, .. } | ExprKind::ForEach { body, .. } | ExprKind::ForCount { body, .. } => {
                match body {
                    Body::Plain(turn) => self.runs(turn, "the loop"),
                    Body::Bands(branches) => self.bands(branches),
                }
            }
            ExprKind::Logical(row) => {
                watched.extend(row.rest.iter_mut().map(|(sign, right)| self.side(*sign, "", right)));
            }
            ExprKind::Assign { operator: Some(Compound::Logical(sign)), value, .. } => {
                watched.push(self.side(*sign, "=", value));
            }
            ExprKind::Binary(row) if row.rest.last().is_some_and(|(sign, ..)| *sign == Binary::Gate) => {
                let other = row.rest.iter().any(|(.., right)| is_list(right));
                watched.extend((!other).then(|| Watched::Refuses("the gate".to_owned(), Refusal::Null)));
            }
            ExprKind::Fork(fork) => watched.extend(Watched::refusal(fork.form, &[])),
            ExprKind::Chain(chain) => {
                if let ExprKind::Builtin(id) = chain.first.kind
                    && let Some(Link { kind: LinkKind::Call(arguments), .. }) = chain.rest.first_mut()
                {
                    if matches!(id.entry().kind, builtin::Body::Form(Form::Fallback, _)) {
                        self.alternatives(arguments);
                    }
                    let refusal = Watched::refusal(id, arguments);
                    if chain.rest.len() == 1 {
                        watched.extend(refusal);
                    } else if let Some(refusal) = refusal {
                        // The links behind it are about what it gives.
                        let link = chain.rest.remove(0);
                        let span = chain.first.span.to(link.span);
                        let first = std::mem::replace(&mut chain.first, expr(ExprKind::Null, span));
                        chain.first = expr(ExprKind::Chain(Row::of(first, [link])), span);
                        self.watch(&mut chain.first, vec![refusal]);
                    }
                }
            }
            _ => {}
        }
        if !watched.is_empty() {
            self.watch(whole, watched);
        }
    }

    fn bands(&mut self, branches: &mut [hir::Branch]) {
        for branch in branches {
            let what = match branch.band {
                Band::High => "the band `high`",
                Band::Medium => "the band `medium`",
                Band::Low => "the band `low`",
                Band::Default => "the band `default`",
            };
            self.runs(&mut branch.body, what);
        }
    }

    /// Marks a side that runs only if needed, and takes note when it does.
    fn side(&mut self, sign: Logical, compound: &str, right: &mut Expr) -> Watched {
        let (side, sign, usual) = match sign {
            Logical::And => ("right side of", "&&", false),
            Logical::Or => ("right side of", "||", false),
            Logical::Coalesce => ("value behind", "??", true),
            Logical::OrElse => ("value behind", "~??", true),
        };
        let what = format!("the {side} `{sign}{compound}`");
        let span = right.span;
        let ran = self.variable(span);
        self.runs(right, what.clone());
        before(assign(ran, true, span), right);
        Watched::Side { ran, what: format!("{what} left out"), usual, span }
    }

    /// Marks what a `fallback` turns to.
    fn alternatives(&mut self, operands: &mut Vec<Element>) {
        let mut all = Vec::with_capacity(operands.len());
        for (index, operand) in std::mem::take(operands).into_iter().enumerate() {
            let what = format!("alternative {index} of `fallback`");
            match &operand {
                Element::One(Expr { kind: ExprKind::Function(id), .. }) if index > 0 => {
                    self.alternatives.insert(*id, what);
                }
                // A value stands for itself, so one that gives nothing stands before it and sees that its turn has come.
                Element::One(value) if index > 0 => {
                    let span = value.span;
                    let id = FunctionId(self.functions.len() as u32);
                    let mut turn = Function::new(Kind::Task, self.file, span, Some(self.inside));
                    self.put(&mut turn.body, what, span);
                    self.functions.push(turn);
                    all.push(Element::One(expr(ExprKind::Function(id), span)));
                }
                _ => {}
            }
            all.push(operand);
        }
        *operands = all;
    }

    /// Marks what an expression did, once it has its value.
    fn watch(&mut self, whole: &mut Expr, watched: Vec<Watched>) {
        let span = whole.span;
        let value = self.variable(span);
        let own = std::mem::replace(whole, expr(ExprKind::Null, span));
        let read = |variable| expr(ExprKind::Read(variable), span);
        let mut first = Vec::new();
        let mut then = Vec::new();
        for watched in watched {
            let (condition, yes, no) = match watched {
                Watched::Side { ran, what, usual, span } => {
                    first.push(declare(ran, expr(ExprKind::Bool(false), span)));
                    (read(ran), expr(ExprKind::Null, span), self.mark(what, span, usual))
                }
                Watched::Refuses(what, refusal) => {
                    let (given, nothing) = match refusal {
                        Refusal::Null => (read(value), ExprKind::Null),
                        Refusal::Judged => {
                            let sure = ExprKind::Unary(Unary::Confidence, Box::new(read(value)));
                            (expr(sure, span), ExprKind::Number(0.0))
                        }
                    };
                    let equal = Row::of(given, [(Binary::Equal, span, expr(nothing, span))]);
                    let refused = self.mark(format!("a refusal of {what}"), span, false);
                    (expr(ExprKind::Binary(equal), span), refused, self.mark(format!("a pass of {what}"), span, true))
                }
            };
            let otherwise = Some(Box::new(no));
            then.push(expr(ExprKind::If { arms: vec![(condition, yes)], otherwise }, span));
        }
        first.push(declare(value, own));
        first.append(&mut then);
        first.push(read(value));
        *whole = expr(ExprKind::Block(Block::of(first)), span);
    }
}

/// What is seen of an expression once it has its value.
enum Watched {
    /// Whether a side was left out.
    Side { ran: Variable, what: String, usual: bool, span: Span },
    /// Whether it refused.
    Refuses(String, Refusal),
}

impl Watched {
    /// Whether a call of a built-in can refuse.
    fn refusal(id: BuiltinId, arguments: &[Element]) -> Option<Self> {
        let refusal = match id.entry().law {
            // One that has something else to give refuses nothing.
            Law::Gate if matches!(arguments.get(1), Some(Element::One(it)) if is_list(it)) => return None,
            Law::Gate | Law::Agreement => Refusal::Null,
            Law::Checked => Refusal::Judged,
            _ => return None,
        };
        Some(Self::Refuses(format!("`{}`", id.entry().name), refusal))
    }
}

/// How something refuses.
#[derive(Clone, Copy)]
enum Refusal {
    /// It gives null.
    Null,
    /// What it gives has confidence 0.
    Judged,
}

fn expr(kind: ExprKind, span: Span) -> Expr {
    Expr { kind, span }
}

fn is_list(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::List(_))
}

fn is_word(char: char) -> bool {
    char.is_alphanumeric() || matches!(char, '_' | '$')
}

/// Puts one expression in front of another.
fn before(first: Expr, second: &mut Expr) {
    let span = second.span;
    let own = std::mem::replace(second, expr(ExprKind::Null, span));
    second.kind = ExprKind::Block(Block::of(vec![first, own]));
}

fn declare(variable: Variable, value: Expr) -> Expr {
    let span = value.span;
    let pattern = Box::new(Pattern { kind: PatternKind::Bind(variable), span });
    expr(ExprKind::Let { pattern, value: Some(Box::new(value)) }, span)
}

fn assign(variable: Variable, value: bool, span: Span) -> Expr {
    let target = Box::new(Place { root: Root::Variable(variable), keys: Vec::new(), span });
    expr(ExprKind::Assign { target, operator: None, value: Box::new(expr(ExprKind::Bool(value), span)) }, span)
}
