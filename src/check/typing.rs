//! Type errors that are certain.
//!
//! A type is known where a literal, an annotation or a built-in says it; everything else is anything, and nothing is said
//! of it. What is reported fails whenever it runs.

mod argument;
mod arms;
mod declared;
mod link;
mod parts;
mod place;
mod result;

use super::fits::{Fit, fits, resolve, widened};
use super::written::{children, turns};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Edit, Fix};
use crate::hir::{
    Binary, Block, Element, Expr, ExprKind, Function, FunctionId, LinkKind, LocalId, Logical, Part, PatternKind,
    Program, Row, Unary, Variable,
};
use crate::source::{Location, Span};
use crate::types::{Field, Literal, Shape, Signature, Type};
use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use std::fmt;
use std::sync::{Arc, LazyLock};

/// What `typeof` gives.
static KINDS: LazyLock<Type> = LazyLock::new(|| {
    let names = ["null", "boolean", "number", "string", "list", "object", "function", "agent", "error"];
    Type::Union(names.iter().map(|name| Type::Literal(Literal::Text(Arc::from(*name)))).collect())
});

/// A function of which nothing else is said.
static FUNCTION: LazyLock<Type> = LazyLock::new(|| {
    let signature = Signature { parameters: Vec::new(), result: Type::Any };
    Type::Function(Arc::new(signature))
});

/// A regular expression: what it is, and nothing that changes.
static EXPRESSION: LazyLock<Type> = LazyLock::new(|| {
    let field = |name: &str| Field { name: name.into(), optional: false, value: Type::String };
    Type::Object(Arc::new(Shape { fields: vec![field("source"), field("flags")], others: None }))
});

/// Checks the types of all functions.
pub(super) fn check(program: &Program, diagnostics: &mut Diagnostics) {
    let mut handed = HashMap::new();
    let depth = |id: &usize| {
        let parent = |function: &Function| function.parent.map(|id| &program.functions[id.0 as usize]);
        std::iter::successors(parent(&program.functions[*id]), |function| parent(function)).count()
    };
    // What the language brings along has no faults.
    let embedded = program.modules.iter().filter(|module| module.embedded).map(|module| module.file);
    let asked = |id: &usize| !embedded.clone().any(|file| file == program.functions[*id].file);
    // A function within another may be told by the one around it what it is given.
    let mut order: Vec<usize> = (0..program.functions.len()).filter(asked).collect();
    order.sort_by_cached_key(depth);
    for id in order {
        let function = &program.functions[id];
        let mut typing = Typing {
            program,
            function,
            diagnostics,
            locals: vec![None; function.locals.len()],
            lambdas: HashMap::new(),
            assigned: Vec::new(),
            tested: HashSet::new(),
            handed: &mut handed,
        };
        typing.function(FunctionId(id as u32));
    }
}

struct Typing<'a> {
    program: &'a Program,
    function: &'a Function,
    diagnostics: &'a mut Diagnostics,
    /// What is known of locals that are never assigned again, and of annotated ones; of others, what they hold here.
    locals: Vec<Option<Type>>,
    /// The locals that always hold one function.
    lambdas: HashMap<LocalId, FunctionId>,
    /// The locals that were assigned, in order.
    assigned: Vec<LocalId>,
    /// What was tested against null, or found to be a number from somewhere, so far.
    tested: HashSet<String>,
    /// The elements that built-ins hand to functions written as their arguments.
    handed: &'a mut HashMap<FunctionId, Type>,
}

impl<'a> Typing<'a> {
    fn function(&mut self, id: FunctionId) {
        let function = self.function;
        if let (Some(first), Some(element)) = (function.parameters.first(), self.handed.remove(&id))
            && let PatternKind::Bind(Variable::Local(local)) = first.pattern.kind
            && !function.locals[local.0 as usize].reassigned
            && !first.rest
        {
            self.locals[local.0 as usize] = Some(element);
        }
        for parameter in &function.parameters {
            if let (PatternKind::Bind(Variable::Local(local)), Some(kind)) =
                (&parameter.pattern.kind, &parameter.annotation)
            {
                self.locals[local.0 as usize] = Some(kind.clone());
            } else if let Some(kind) = &parameter.annotation {
                self.unpacked(&parameter.pattern, kind);
            }
            match (&parameter.default, &parameter.annotation) {
                (Some(default), Some(wanted)) => {
                    self.given(default, wanted, format_args!("the default"));
                }
                (Some(default), None) => {
                    self.visit(default);
                }
                (None, _) => {}
            }
        }
        match (&function.body.kind, &function.result) {
            (ExprKind::Block(block), wanted) => {
                if let (true, Some(wanted)) = (block.exprs.is_empty(), wanted) {
                    self.empty(&function.body, wanted);
                }
                self.block(block, wanted.as_ref());
            }
            (_, Some(wanted)) => {
                self.given(&function.body, wanted, format_args!("the result"));
            }
            (_, None) => {
                self.visit(&function.body);
            }
        }
    }

    fn report(&mut self, code: Code, span: Span, message: String, help: &str) {
        let at = Location::new(self.function.file, span);
        let diagnostic = Diagnostic::new(code, at, message);
        self.diagnostics.push(if help.is_empty() { diagnostic } else { diagnostic.help(help) });
    }

    /// The same of what fails with a code in the run, which whoever reads the run's message looks for.
    fn refuse(&mut self, code: Code, fails: Code, span: Span, message: String, help: &str) {
        let at = Location::new(self.function.file, span);
        let found = Diagnostic::new(code, at, message).note(format!("a run fails here with `{fails}`"));
        self.diagnostics.push(if help.is_empty() { found } else { found.help(help) });
    }

    /// Whether a number that is written out can be a confidence.
    fn confident(&mut self, who: &str, kind: &Type, span: Span) {
        let Type::Literal(Literal::Number(x)) = kind else { return };
        if (0.0..=1.0).contains(x) {
            return;
        }
        let at = Location::new(self.function.file, span);
        let found = Diagnostic::new(Code::T002, at, format!("{who} takes a confidence from 0 to 1, and this is `{x}`"));
        let found = found.note(format!("a run fails here with `{}`", Code::R020));
        let share = (x / 100.0).to_string();
        let edits = vec![Edit { at, text: share.clone() }];
        let percent = Fix { title: format!("write `{share}`"), certain: false, edits };
        self.diagnostics.push(if (1.0..=100.0).contains(x) { found.mend(percent) } else { found });
    }

    fn expect(&mut self, given: &Type, wanted: &Type, span: Span, what: fmt::Arguments<'_>) {
        if fits(self.program, given, wanted) == Fit::Never {
            let what = what.to_string();
            let help = match given {
                Type::Null if what.starts_with("the result") => {
                    "give a value at the end, or declare that it may be `null`"
                }
                _ => "change the value or the annotation",
            };
            let (given, wanted) = (self.program.spelled(given), self.program.spelled(wanted));
            self.report(Code::T001, span, format!("{what} is `{given}`, and `{wanted}` is declared"), help);
        }
    }

    /// Checks an expression and all in it; gives its type as far as it is known.
    fn visit(&mut self, expr: &'a Expr) -> Type {
        match &expr.kind {
            ExprKind::Null => Type::Null,
            ExprKind::Bool(b) => Type::Literal(Literal::Bool(*b)),
            ExprKind::Number(x) => Type::Literal(Literal::Number(*x)),
            ExprKind::Text(text) => Type::Literal(Literal::Text(text.clone())),
            ExprKind::Template(parts) => {
                for part in parts {
                    if let Part::Hole(hole) = part {
                        let kind = self.visit(hole);
                        self.has_text(&kind, hole.span);
                    }
                }
                Type::String
            }
            ExprKind::List(elements) => {
                let mut kinds: Vec<Type> = Vec::new();
                let mut known = true;
                for element in elements {
                    match element {
                        Element::One(x) => {
                            let kind = self.visit(x);
                            kinds.push(declared::kept(x, kind));
                        }
                        Element::Spread(x) => {
                            self.spread(x);
                            known = false;
                        }
                    }
                }
                kinds.dedup();
                let element = if known && kinds.len() == 1 { kinds.remove(0) } else { Type::Any };
                Type::List(Arc::new(element))
            }
            ExprKind::Object(members) => self.object(members),
            ExprKind::Regex(_) => EXPRESSION.clone(),
            ExprKind::Range { low, high, .. } => {
                self.counted(low);
                self.counted(high);
                Type::List(Arc::new(Type::Number))
            }
            ExprKind::Read(variable) => self.variable(*variable),
            ExprKind::Function(_) => FUNCTION.clone(),
            ExprKind::Builtin(_) => Type::Any,
            ExprKind::Unary(unary, x) => {
                let kind = self.visit(x);
                if *unary == Unary::Not {
                    self.tested.extend(key(x));
                }
                self.unary(*unary, &kind, x.span)
            }
            ExprKind::Binary(row) => {
                let Row { first, rest } = &**row;
                let mut left = self.visit(first);
                let mut from = first.span;
                for (operator, span, right) in rest {
                    let kind = self.visit(right);
                    match operator {
                        Binary::State => self.confident("`~>`", &kind, right.span),
                        Binary::Gate => self.confident("`~?>`", &kind, right.span),
                        _ => {}
                    }
                    if rest.len() == 1 {
                        self.remember(*operator, first, right);
                    }
                    if matches!(operator, Binary::Less | Binary::LessEqual)
                        && !is_confidence(first)
                        && !key(first).is_some_and(|k| self.tested.contains(&k))
                    {
                        self.missing(&left, from, *operator);
                    }
                    left = self.binary(*operator, &left, &kind, *span, from.to(right.span));
                    from = from.to(right.span);
                }
                left
            }
            ExprKind::Logical(row) => {
                let Row { first, rest } = &**row;
                let mut all = vec![self.visit(first)];
                self.tested.extend(key(first));
                let mut coalesces = true;
                for (operator, right) in rest {
                    coalesces &= matches!(operator, Logical::Coalesce | Logical::OrElse);
                    all.push(self.visit(right));
                    self.tested.extend(key(right));
                }
                if coalesces && all.len() == 2 && all[0] == Type::Null { all.remove(1) } else { Type::Any }
            }
            ExprKind::Ask { value, threshold } => {
                self.visit(value);
                let kind = self.visit(threshold);
                self.confident("`~>`", &kind, threshold.span);
                Type::Any
            }
            ExprKind::Chain(chain) => self.chain(&chain.first, &chain.rest),
            ExprKind::Instance(x, _) => {
                self.visit(x);
                Type::Boolean
            }
            ExprKind::If { .. } | ExprKind::Match { .. } | ExprKind::Try { .. } => self.choice(expr, None),
            ExprKind::Block(block) => self.block(block, None),
            ExprKind::Fork(fork) => {
                self.fork(fork, expr.span);
                self.gives(fork.form, &Type::Any)
            }
            ExprKind::ForEach { head, max, body } => {
                let walked = self.visit(&head.source);
                self.walked(&walked, head.source.span);
                let element = self.element(&declared::kept(&head.source, walked));
                self.forget_all();
                for (i, pattern) in head.patterns.iter().enumerate() {
                    let bound = if i == 0 { element.clone() } else { Type::Any };
                    self.taken_apart(pattern, &bound);
                    self.unpacked(pattern, &bound);
                }
                max.iter().for_each(|max| {
                    self.visit(max);
                });
                turns(body, &mut |child| {
                    self.visit(child);
                    self.forget_all();
                });
                self.looped(expr)
            }
            ExprKind::While { .. } | ExprKind::ForCount { .. } => {
                // What is known of what changes holds in the first turn alone.
                self.forget_all();
                children(expr, &mut |child| {
                    self.visit(child);
                    if matches!(child.kind, ExprKind::Let { .. } | ExprKind::Assign { .. } | ExprKind::Block(_)) {
                        self.forget_all();
                    }
                });
                self.forget_all();
                self.looped(expr)
            }
            ExprKind::Delete(target) => {
                self.keys(target);
                self.changed_within(target);
                self.written(target);
                Type::Boolean
            }
            ExprKind::Let { pattern, value } => {
                self.declare(pattern, value.as_deref());
                Type::Null
            }
            ExprKind::Assign { target, operator, value } => self.assign(target, *operator, value),
            ExprKind::Step { target, by, .. } => self.step(target, *by),
            ExprKind::Unpack { pattern, value } => {
                let kind = self.visit(value);
                self.taken_apart(pattern, &kind);
                self.forget_in(pattern);
                kind
            }
            ExprKind::Return(value) => {
                match (&self.function.result, value) {
                    (Some(wanted), Some(value)) => {
                        self.given(value, wanted, format_args!("the result"));
                    }
                    (Some(wanted), None) => self.expect(&Type::Null, wanted, expr.span, format_args!("the result")),
                    (None, value) => value.iter().for_each(|value| {
                        self.visit(value);
                    }),
                }
                Type::Any
            }
            _ => {
                children(expr, &mut |child| {
                    self.visit(child);
                });
                Type::Any
            }
        }
    }

    /// A scope, and the type of what it gives, which may be declared.
    fn block(&mut self, block: &'a Block, wanted: Option<&Type>) -> Type {
        let before = self.assigned.len();
        for (variable, function) in &block.functions {
            if let Variable::Local(local) = variable
                && !self.function.locals[local.0 as usize].reassigned
            {
                self.lambdas.insert(*local, *function);
            }
        }
        let mut last = Type::Null;
        for (i, expr) in block.exprs.iter().enumerate() {
            last = match wanted.filter(|_| i + 1 == block.exprs.len()) {
                Some(wanted) => self.given(expr, wanted, format_args!("the result")),
                None => self.visit(expr),
            };
            self.holds(expr, &last);
        }
        // What follows need not know whether this ran.
        for i in before..self.assigned.len() {
            self.forget(self.assigned[i]);
        }
        last
    }

    fn variable(&self, variable: Variable) -> Type {
        if self.function_of(variable).is_some() {
            return FUNCTION.clone();
        }
        match variable {
            Variable::Local(local) => {
                let declared = &self.function.locals[local.0 as usize];
                declared.annotation.clone().or_else(|| self.locals[local.0 as usize].clone()).unwrap_or(Type::Any)
            }
            Variable::Global(global) => self.program.globals[global.0 as usize].annotation.clone().unwrap_or(Type::Any),
            Variable::Capture(capture) => {
                let mut function = self.function;
                let mut variable = Variable::Capture(capture);
                while let Variable::Capture(index) = variable {
                    variable = function.captures[index.0 as usize].from;
                    let Some(parent) = function.parent else { return Type::Any };
                    function = &self.program.functions[parent.0 as usize];
                }
                match variable {
                    Variable::Local(local) => {
                        function.locals[local.0 as usize].annotation.clone().unwrap_or_else(|| {
                            let own = function.parameters.iter().find(
                                |p| matches!(p.pattern.kind, PatternKind::Bind(Variable::Local(l)) if l == local),
                            );
                            own.and_then(|p| p.annotation.clone()).unwrap_or(Type::Any)
                        })
                    }
                    _ => Type::Any,
                }
            }
        }
    }

    fn unary(&mut self, unary: Unary, kind: &Type, span: Span) -> Type {
        match unary {
            Unary::Negate | Unary::Plus => {
                if fits(self.program, kind, &Type::Number) == Fit::Never {
                    let sign = if unary == Unary::Negate { '-' } else { '+' };
                    let help = match fits(self.program, kind, &Type::String) {
                        Fit::Never => "",
                        _ => "turn the text into a number: `Number(x)`",
                    };
                    let kind = self.program.spelled(kind);
                    self.report(Code::T002, span, format!("`{sign}` takes a number, and this is `{kind}`"), help);
                }
                if let (Unary::Negate, Type::Literal(Literal::Number(x))) = (unary, kind) {
                    return Type::Literal(Literal::Number(-x));
                }
                Type::Number
            }
            Unary::Not => Type::Boolean,
            Unary::Typeof => KINDS.clone(),
            Unary::Confidence => Type::Union(Arc::from([Type::Number, Type::Null])),
        }
    }

    fn binary(&mut self, operator: Binary, left: &Type, right: &Type, operator_span: Span, span: Span) -> Type {
        let program = self.program;
        let never = |kind: &Type, wanted: &Type| fits(program, kind, wanted) == Fit::Never;
        match operator {
            Binary::Power | Binary::Multiply | Binary::Divide | Binary::Remainder | Binary::Subtract => {
                for kind in [left, right] {
                    if never(kind, &Type::Number) {
                        let (sign, kind) = (sign(operator), program.spelled(kind));
                        let help = if kind.starts_with('"') || kind == "string" {
                            "turn the text into a number: `Number(x)`"
                        } else {
                            ""
                        };
                        self.report(
                            Code::T002,
                            operator_span,
                            format!("`{sign}` takes numbers, and this is `{kind}`"),
                            help,
                        );
                        break;
                    }
                }
                Type::Number
            }
            Binary::Add => {
                if let Some(callable) = [left, right].into_iter().find(|kind| self.is_callable(kind)) {
                    let kind = self.called_kind(callable);
                    self.report(Code::T002, operator_span, format!("{kind} has no text"), "add what it gives: call it");
                    return Type::Any;
                }
                let text = |kind: &Type| fits(program, kind, &Type::String) == Fit::Always;
                if text(left) || text(right) {
                    return Type::String;
                }
                let refused = |kind: &Type| never(kind, &Type::Number) && never(kind, &Type::String);
                for (one, other) in [(left, right), (right, left)] {
                    if refused(one) && never(other, &Type::String) {
                        let kind = program.spelled(one);
                        self.report(
                            Code::T002,
                            operator_span,
                            format!("`+` adds numbers or joins texts, and this is `{kind}`"),
                            "join lists with `concat`, or spread them: `[...a, ...b]`",
                        );
                        break;
                    }
                }
                if fits(program, left, &Type::Number) == Fit::Always
                    && fits(program, right, &Type::Number) == Fit::Always
                {
                    Type::Number
                } else {
                    Type::Any
                }
            }
            Binary::Less | Binary::LessEqual | Binary::Greater | Binary::GreaterEqual => {
                let both = |wanted: &Type| {
                    let null = Type::Union(Arc::from([wanted.clone(), Type::Null]));
                    !never(left, &null) && !never(right, &null)
                };
                if !both(&Type::Number) && !both(&Type::String) {
                    let (left, right) = (program.spelled(left), program.spelled(right));
                    self.report(
                        Code::T002,
                        operator_span,
                        format!("`{}` compares two numbers or two texts, not `{left}` and `{right}`", sign(operator)),
                        "",
                    );
                }
                Type::Boolean
            }
            Binary::Equal | Binary::NotEqual => {
                // An index that leads nowhere gives null, which types do not tell.
                let missing = *left == Type::Null || *right == Type::Null;
                let comparable =
                    missing || fits(program, left, right) != Fit::Never || fits(program, right, left) != Fit::Never;
                let kinds = |kind: &Type| *kind == *KINDS;
                if !comparable && (kinds(left) || kinds(right)) {
                    let written = program.spelled(if kinds(left) { right } else { left });
                    let help = "it gives `\"null\"`, `\"boolean\"`, `\"number\"`, `\"string\"`, `\"list\"`, `\"object\"`, \
                                `\"function\"`, `\"agent\"` or `\"error\"`";
                    self.report(Code::T007, span, format!("`typeof` never gives `{written}`"), help);
                } else if !comparable {
                    let always = if operator == Binary::Equal { "never" } else { "always" };
                    let (left, right) = (program.spelled(left), program.spelled(right));
                    self.report(
                        Code::L107,
                        span,
                        format!(
                            "`{left}` and `{right}` are {always} {}",
                            if operator == Binary::Equal { "equal" } else { "different" }
                        ),
                        "",
                    );
                }
                Type::Boolean
            }
            Binary::In => {
                let is = |plain: &Type| fits(program, right, plain) == Fit::Always;
                if is(&Type::Number) || is(&Type::Boolean) || is(&Type::String) {
                    let help = if is(&Type::String) { "ask the text: `text.includes(part)`" } else { "" };
                    let right = program.spelled(right);
                    let message = format!("`in` looks into a list or an object, and this is `{right}`");
                    self.report(Code::T002, operator_span, message, help);
                }
                Type::Boolean
            }
            Binary::State => {
                let confidence = Type::Union(Arc::from([Type::Number, Type::Null]));
                if never(right, &confidence) {
                    let right = program.spelled(right);
                    let message = format!("`~>` states a number from 0 to 1, and this is `{right}`");
                    self.report(Code::T002, operator_span, message, "");
                }
                left.clone()
            }
            Binary::Gate => {
                let threshold = [Type::Number, Type::Null, FUNCTION.clone(), Type::List(Arc::new(Type::Any))];
                if never(right, &Type::Union(Arc::from(threshold))) {
                    let message = format!("`~?>` takes a number from 0 to 1, and this is `{}`", program.spelled(right));
                    self.report(Code::T002, operator_span, message, "");
                }
                Type::Any
            }
            _ => Type::Any,
        }
    }

    /// A comparison that says that something is there.
    fn remember(&mut self, operator: Binary, left: &Expr, right: &Expr) {
        match operator {
            Binary::Equal | Binary::NotEqual => {
                for (one, other) in [(left, right), (right, left)] {
                    if matches!(other.kind, ExprKind::Null) {
                        self.tested.extend(key(one));
                    }
                }
            }
            Binary::Greater | Binary::GreaterEqual => self.tested.extend(key(left)),
            _ => {}
        }
    }

    /// `<` on something that may be missing: null is below every number.
    fn missing(&mut self, kind: &Type, span: Span, operator: Binary) {
        let Type::Union(all) = resolve(self.program, kind) else { return };
        let number = all.iter().any(|t| matches!(t, Type::Number | Type::Literal(Literal::Number(_))));
        if all.contains(&Type::Null) && number {
            let sign = sign(operator);
            self.report(
                Code::T010,
                span,
                format!("this may be null, and null `{sign}` any number"),
                "test for null first, or give a default: `x ?? 0`",
            );
        }
    }
}

/// Whether this is `~x`: what is unknown counts as unsure, so `~x < k` is what one means.
fn is_confidence(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Unary(Unary::Confidence, _))
}

/// A variable, or properties of one, by a name of its own.
fn key(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Read(variable) => Some(format!("{variable:?}")),
        ExprKind::Chain(chain) => {
            let mut name = key(&chain.first)?;
            for link in &chain.rest {
                let LinkKind::Member(member) = &link.kind else { return None };
                name.push('.');
                name.push_str(member);
            }
            Some(name)
        }
        _ => None,
    }
}

/// A type without its literals, as a variable has it.
fn plain(kind: Type) -> Type {
    match kind {
        Type::Literal(literal) => widened(&literal),
        Type::Null => Type::Any,
        other => other,
    }
}

fn sign(operator: Binary) -> &'static str {
    match operator {
        Binary::Power => "**",
        Binary::Multiply => "*",
        Binary::Divide => "/",
        Binary::Remainder => "%",
        Binary::Subtract => "-",
        Binary::Add => "+",
        Binary::Less => "<",
        Binary::LessEqual => "<=",
        Binary::Greater => ">",
        Binary::GreaterEqual => ">=",
        _ => "==",
    }
}
