//! A program as text, for goldens: every variable with its number, every form as what it is.

use super::{
    Body, Branch, CaptureId, Count, Element, Expr, ExprKind, Fork, Function, FunctionId, Global, Key, Kind, Link,
    LinkKind, Local, LocalId, Member, Origin, Part, Pattern, PatternKind, Place, Program, Root, Tasks, Variable,
};
use crate::builtin::BuiltinId;
use crate::source::Name;
use std::fmt::Write;

/// The whole program as text.
pub fn print(program: &Program) -> String {
    let mut out = String::new();
    for (i, global) in program.globals.iter().enumerate() {
        let name = program.names.text(global.name);
        let _ = writeln!(out, "global {name}#{i}{}", global_facts(global));
    }
    for i in 0..program.functions.len() {
        function(program, FunctionId(i as u32), &mut out);
    }
    out
}

fn global_facts(global: &Global) -> String {
    let mut out = match global.function {
        Some(function) => format!(" = f{}", function.0),
        None => format!(" {}", origin(global.origin)),
    };
    flags(&mut out, &[(global.reassigned, "reassigned"), (global.early, "early")]);
    out
}

fn flags(out: &mut String, facts: &[(bool, &str)]) {
    for (_, name) in facts.iter().filter(|(holds, _)| *holds) {
        out.push(' ');
        out.push_str(name);
    }
}

fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Let => "let",
        Origin::Const => "const",
        Origin::Implied => "implied",
        Origin::Parameter => "parameter",
        Origin::Loop => "loop",
        Origin::Caught => "caught",
        Origin::Matched => "matched",
        Origin::Function => "function",
        Origin::Hidden => "hidden",
    }
}

fn function(program: &Program, id: FunctionId, out: &mut String) {
    let function = &program.functions[id.0 as usize];
    let kind = match function.kind {
        Kind::Module => "module",
        Kind::Pattern => "pattern",
        Kind::Plain => "function",
        Kind::Task => "task",
        Kind::Test => "test",
        Kind::Handler => "handler",
    };
    let name = function.name.map_or("", |name| program.names.text(name));
    let _ = writeln!(out, "{kind} f{} {name}", id.0);
    let mut print = Print { program, function, out, depth: 1 };
    for (i, local) in function.locals.iter().enumerate() {
        print.local(i, local);
    }
    for (i, capture) in function.captures.iter().enumerate() {
        let from = match capture.from {
            Variable::Local(local) => format!("outer %{}", local.0),
            Variable::Capture(capture) => format!("outer ^{}", capture.0),
            Variable::Global(global) => format!("#{}", global.0),
        };
        let shared = if capture.shared { " shared" } else { "" };
        let line = format!("capture ^{i} {} = {from}{shared}", print.maybe(capture.name));
        print.line(&line);
    }
    for parameter in &function.parameters {
        let pattern = print.pattern(&parameter.pattern);
        let rest = if parameter.rest { "..." } else { "" };
        let default = parameter.default.as_ref().map_or(String::new(), |default| format!(" = {}", print.expr(default)));
        print.line(&format!("takes {rest}{pattern}{default}"));
    }
    if let Some(cap) = &function.cap {
        let cap = print.expr(cap);
        print.line(&format!("cap {cap}"));
    }
    print.statement(&function.body);
}

struct Print<'a> {
    program: &'a Program,
    function: &'a Function,
    out: &'a mut String,
    depth: usize,
}

impl Print<'_> {
    fn line(&mut self, text: &str) {
        let _ = writeln!(self.out, "{:width$}{text}", "", width = self.depth * 2);
    }

    fn maybe(&self, name: Option<Name>) -> &str {
        name.map_or("", |name| self.program.names.text(name))
    }

    fn local(&mut self, at: usize, local: &Local) {
        let mut line = format!("%{at} {} {}", self.maybe(local.name), origin(local.origin));
        let facts = [
            (local.captured, "captured"),
            (local.shared, "shared"),
            (local.reassigned, "reassigned"),
            (local.early, "early"),
        ];
        flags(&mut line, &facts);
        self.line(&line);
    }

    fn variable(&self, variable: Variable) -> String {
        let name_of_local = |LocalId(at): LocalId| self.function.locals.get(at as usize).and_then(|local| local.name);
        let name_of_capture =
            |CaptureId(at): CaptureId| self.function.captures.get(at as usize).and_then(|capture| capture.name);
        match variable {
            Variable::Local(local) => format!("{}%{}", self.maybe(name_of_local(local)), local.0),
            Variable::Capture(capture) => format!("{}^{}", self.maybe(name_of_capture(capture)), capture.0),
            Variable::Global(global) => {
                let name = self.program.globals.get(global.0 as usize).map(|global| global.name);
                format!("{}#{}", self.maybe(name), global.0)
            }
        }
    }

    fn builtin(&self, id: BuiltinId) -> String {
        format!("@{}", id.entry().name)
    }

    /// Something that takes lines of its own.
    fn statement(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Block(block) => {
                for (variable, function) in &block.functions {
                    let variable = self.variable(*variable);
                    self.line(&format!("function {variable} = f{}", function.0));
                }
                block.exprs.iter().for_each(|expr| self.statement(expr));
            }
            ExprKind::If { arms, otherwise } => {
                for (i, (condition, body)) in arms.iter().enumerate() {
                    let word = if i == 0 { "if" } else { "else if" };
                    let condition = self.expr(condition);
                    self.nested(&format!("{word} {condition}"), body);
                }
                if let Some(body) = otherwise {
                    self.nested("else", body);
                }
            }
            ExprKind::Match { subject, arms } => {
                let subject = self.expr(subject);
                self.line(&format!("match {subject}"));
                self.depth += 1;
                for arm in arms {
                    let pattern = self.pattern(&arm.pattern);
                    let guard = arm.guard.as_ref().map_or(String::new(), |guard| format!(" if {}", self.expr(guard)));
                    self.nested(&format!("{pattern}{guard} =>"), &arm.body);
                }
                self.depth -= 1;
            }
            ExprKind::Switch { subject, cases } => {
                let subject = self.expr(subject);
                self.line(&format!("switch {subject}"));
                self.depth += 1;
                for case in cases {
                    let mut tests: Vec<String> = case.tests.iter().map(|test| self.expr(test)).collect();
                    if case.default {
                        tests.push("default".into());
                    }
                    self.nested(&format!("{}:", tests.join(" | ")), &case.body);
                }
                self.depth -= 1;
            }
            ExprKind::Uncertain { subject, branches } => {
                let subject = self.expr(subject);
                self.line(&format!("uncertain {subject}"));
                self.branches(branches);
            }
            ExprKind::Try { body, handler, finalizer } => {
                self.nested("try", body);
                if let Some((pattern, body)) = handler.as_deref() {
                    let pattern = pattern.as_ref().map_or(String::new(), |pattern| self.pattern(pattern));
                    self.nested(format!("catch {pattern}").trim_end(), body);
                }
                if let Some(body) = finalizer {
                    self.nested("finally", body);
                }
            }
            ExprKind::While { condition, max, body, late } => {
                let condition = self.expr(condition);
                let word = if *late { "do while" } else { "while" };
                let max = self.max(max);
                self.turns(&format!("{word} {condition}{max}"), body);
            }
            ExprKind::ForEach { head, max, body } => {
                let patterns: Vec<String> = head.patterns.iter().map(|pattern| self.pattern(pattern)).collect();
                let (source, max) = (self.expr(&head.source), self.max(max));
                self.turns(&format!("for {} in {source}{max}", patterns.join(", ")), body);
            }
            ExprKind::ForCount { head, max, body } => {
                let Count { init, fresh, condition, step } = &**head;
                let part =
                    |this: &mut Self, part: &Option<Expr>| part.as_ref().map_or(String::new(), |part| this.expr(part));
                let (init, condition, step) = (part(self, init), part(self, condition), part(self, step));
                let fresh: Vec<String> = fresh.iter().map(|local| self.variable(Variable::Local(*local))).collect();
                let max = self.max(max);
                let head = format!("for ({init}; {condition}; {step}) fresh [{}]{max}", fresh.join(" "));
                self.turns(&head, body);
            }
            ExprKind::Context { name, body } => {
                let name = self.expr(name);
                self.nested(&format!("context {name}"), body);
            }
            _ => {
                let line = self.expr(expr);
                self.line(&line);
            }
        }
    }

    fn nested(&mut self, head: &str, body: &Expr) {
        self.line(head);
        self.depth += 1;
        self.statement(body);
        self.depth -= 1;
    }

    fn max(&mut self, max: &Option<Box<Expr>>) -> String {
        max.as_ref().map_or(String::new(), |max| format!(" max {}", self.expr(max)))
    }

    fn turns(&mut self, head: &str, body: &Body) {
        match body {
            Body::Plain(body) => self.nested(head, body),
            Body::Bands(branches) => {
                self.line(head);
                self.branches(branches);
            }
        }
    }

    fn branches(&mut self, branches: &[Branch]) {
        self.depth += 1;
        for branch in branches {
            let word = format!("{:?}", branch.band).to_lowercase();
            let threshold =
                branch.threshold.as_ref().map_or(String::new(), |least| format!(" >= {}", self.expr(least)));
            self.nested(&format!("{word}{threshold}"), &branch.body);
        }
        self.depth -= 1;
    }

    /// A form with lines of its own inside an expression.
    fn inner(&mut self, expr: &Expr) -> String {
        let mut out = String::new();
        let mut print = Print { program: self.program, function: self.function, out: &mut out, depth: 0 };
        print.statement(expr);
        format!("{{ {} }}", out.trim_end().lines().map(str::trim).collect::<Vec<_>>().join("; "))
    }

    fn exprs<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) -> String {
        exprs.into_iter().map(|expr| self.expr(expr)).collect::<Vec<_>>().join(", ")
    }

    fn expr(&mut self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Null => "null".into(),
            ExprKind::Bool(value) => value.to_string(),
            ExprKind::Number(value) => value.to_string(),
            ExprKind::Text(text) => format!("{text:?}"),
            ExprKind::Regex(regex) => format!("/{}/{}", regex.source, regex.flags),
            ExprKind::Template(parts) => {
                let part = |part: &Part| match part {
                    Part::Text(text) => text.replace('\n', "\\n"),
                    Part::Hole(hole) => format!("${{{}}}", self.expr(hole)),
                };
                format!("`{}`", parts.iter().map(part).collect::<String>())
            }
            ExprKind::List(elements) => format!("[{}]", self.elements(elements)),
            ExprKind::Object(members) => {
                let member = |member: &Member| match member {
                    Member::Entry(key, value) => format!("{}: {}", self.key(key), self.expr(value)),
                    Member::Spread(value) => format!("...{}", self.expr(value)),
                };
                format!("{{ {} }}", members.iter().map(member).collect::<Vec<_>>().join(", "))
            }
            ExprKind::Read(variable) => self.variable(*variable),
            ExprKind::Builtin(id) => self.builtin(*id),
            ExprKind::Input => "input".into(),
            ExprKind::Agents => "agents".into(),
            ExprKind::AgentList => "agentList".into(),
            ExprKind::Function(id) => format!("f{}", id.0),
            ExprKind::Unary(operator, operand) => format!("{operator:?}({})", self.expr(operand)),
            ExprKind::Binary(row) => {
                let mut out = format!("({}", self.expr(&row.first));
                for (operator, _, operand) in &row.rest {
                    let _ = write!(out, " {operator:?} {}", self.expr(operand));
                }
                out + ")"
            }
            ExprKind::Logical(row) => {
                let mut out = format!("({}", self.expr(&row.first));
                for (operator, operand) in &row.rest {
                    let _ = write!(out, " {operator:?} {}", self.expr(operand));
                }
                out + ")"
            }
            ExprKind::Ask { value, threshold } => format!("ask({}, {})", self.expr(value), self.expr(threshold)),
            ExprKind::Range { low, high, inclusive } => {
                format!("({}{}{})", self.expr(low), if *inclusive { "..=" } else { ".." }, self.expr(high))
            }
            ExprKind::Chain(chain) => {
                let mut out = self.expr(&chain.first);
                for link in &chain.rest {
                    out += &self.link(link);
                }
                out
            }
            ExprKind::Instance(value, wanted) => format!("({} instanceof {wanted:?})", self.expr(value)),
            ExprKind::Fork(fork) => {
                let Fork { form, tasks, before, after } = &**fork;
                let tasks = tasks.iter().map(|tasks| self.tasks(tasks)).collect::<Vec<_>>().join(", ");
                let (before, after) = (self.exprs(before), self.exprs(after));
                format!("fork {}({before})[{tasks}]({after})", self.builtin(*form))
            }
            ExprKind::Let { pattern, value } => {
                let value = value.as_ref().map_or(String::new(), |value| format!(" = {}", self.expr(value)));
                format!("let {}{value}", self.pattern(pattern))
            }
            ExprKind::Assign { target, operator, value } => {
                let operator = operator.map_or(String::new(), |operator| match operator {
                    super::Compound::Binary(operator) => format!("{operator:?} "),
                    super::Compound::Logical(operator) => format!("{operator:?} "),
                });
                format!("{} {operator}= {}", self.place(target), self.expr(value))
            }
            ExprKind::Unpack { pattern, value } => format!("unpack {} = {}", self.pattern(pattern), self.expr(value)),
            ExprKind::Step { target, by, prefix } => {
                let place = self.place(target);
                if *prefix { format!("step {by} {place}") } else { format!("{place} step {by}") }
            }
            ExprKind::Delete(place) => format!("delete {}", self.place(place)),
            ExprKind::Return(value) => self.word("return", value.as_deref()),
            ExprKind::Throw(value) => self.word("throw", Some(value)),
            ExprKind::Break => "break".into(),
            ExprKind::Leave => "leave".into(),
            ExprKind::Continue => "continue".into(),
            ExprKind::Bind { name, value } => format!("bind {name} = {}", self.expr(value)),
            _ => self.inner(expr),
        }
    }

    fn word(&mut self, word: &str, value: Option<&Expr>) -> String {
        value.map_or(word.to_owned(), |value| format!("{word} {}", self.expr(value)))
    }

    fn elements(&mut self, elements: &[Element]) -> String {
        let element = |element: &Element| match element {
            Element::One(value) => self.expr(value),
            Element::Spread(value) => format!("...{}", self.expr(value)),
        };
        elements.iter().map(element).collect::<Vec<_>>().join(", ")
    }

    fn key(&mut self, key: &Key) -> String {
        match key {
            Key::Fixed(name) => name.to_string(),
            Key::Computed(key) => format!("[{}]", self.expr(key)),
        }
    }

    fn link(&mut self, link: &Link) -> String {
        let mark = if link.optional { "?" } else { "" };
        match &link.kind {
            LinkKind::Member(name) => format!("{mark}.{name}"),
            LinkKind::Index(key) => format!("{mark}[{}]", self.expr(key)),
            LinkKind::Call(arguments) => format!("{mark}({})", self.elements(arguments)),
            LinkKind::Method { name, arguments, place, optional_call } => {
                let call = if *optional_call { "?" } else { "" };
                let place = place.as_ref().map_or(String::new(), |place| format!("<{}>", self.place(place)));
                format!("{mark}.{name}{place}{call}({})", self.elements(arguments))
            }
        }
    }

    fn tasks(&mut self, tasks: &Tasks) -> String {
        match tasks {
            Tasks::One(function, _) => format!("f{}", function.0),
            Tasks::Each { list, function } => format!("each {} of {}", self.expr(function), self.expr(list)),
            Tasks::Functions(list) => format!("all {}", self.expr(list)),
        }
    }

    fn place(&mut self, place: &Place) -> String {
        let mut out = match &place.root {
            Root::Variable(variable) => self.variable(*variable),
            Root::Copy(value) => format!("copy({})", self.expr(value)),
        };
        for key in &place.keys {
            match key {
                Key::Fixed(name) => {
                    let _ = write!(out, ".{name}");
                }
                Key::Computed(key) => {
                    let _ = write!(out, "[{}]", self.expr(key));
                }
            }
        }
        out
    }

    fn pattern(&mut self, pattern: &Pattern) -> String {
        match &pattern.kind {
            PatternKind::Ignore => "_".into(),
            PatternKind::Bind(variable) => self.variable(*variable),
            PatternKind::Place(place) => self.place(place),
            PatternKind::Equal(value) => format!("=={}", self.expr(value)),
            PatternKind::List { elements, rest } => {
                let mut out: Vec<String> = elements.iter().map(|element| self.pattern(element)).collect();
                out.extend(rest.iter().map(|rest| format!("...{}", self.pattern(rest))));
                format!("[{}]", out.join(", "))
            }
            PatternKind::Object { entries, rest } => {
                let mut out = Vec::new();
                for (key, entry) in entries {
                    out.push(format!("{}: {}", self.key(key), self.pattern(entry)));
                }
                out.extend(rest.iter().map(|rest| format!("...{}", self.pattern(rest))));
                format!("{{ {} }}", out.join(", "))
            }
            PatternKind::Default(inner, value) => format!("{} = {}", self.pattern(inner), self.expr(value)),
            PatternKind::Either(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| self.pattern(part)).collect();
                format!("({})", parts.join(" | "))
            }
            PatternKind::Sure(inner, least) => format!("{} ~>= {}", self.pattern(inner), self.expr(least)),
        }
    }
}
