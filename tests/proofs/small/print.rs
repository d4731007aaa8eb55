//! Patterns as programs, in several styles that mean the same.

use super::{ACTIONS, Cond, Expr, Pattern, SPEAKERS, Stmt};
use std::fmt::Write;

/// How a pattern is written.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(in super::super) enum Style {
    /// As it is.
    Plain,
    /// With other names.
    Renamed,
    /// With parentheses around everything, comments and blank lines.
    Wrapped,
    /// With functions written where they are called.
    Inlined,
}

struct Printer<'a> {
    pattern: &'a Pattern,
    style: Style,
    /// What stands for the parameter of the function that is being written out.
    argument: Option<String>,
}

impl Pattern {
    /// The program.
    pub(in super::super) fn print(&self, style: Style) -> String {
        let mut printer = Printer { pattern: self, style, argument: None };
        let mut out = String::new();
        for (speaker, least) in self.contracts.iter().enumerate() {
            if let Some(least) = least {
                let _ = writeln!(out, "@requires({}.say, confidence >= {})", printer.speaker(speaker), tenth(*least));
            }
        }
        if let Some(least) = self.ensures {
            let _ = writeln!(out, "@ensures(confidence >= {})", tenth(least));
        }
        let speakers: Vec<String> = (0..SPEAKERS).map(|at| format!("{}: Speaker", printer.speaker(at))).collect();
        let (input, world, person) = (printer.word("input"), printer.word("world"), printer.word("person"));
        let speakers = speakers.join(", ");
        let _ = writeln!(out, "pattern P({input}: string, {speakers}, {world}: World, {person}: Person) {{");
        printer.stmts(&self.body, &mut out);
        let result = printer.expr(&self.result);
        let _ = writeln!(out, "{result}\n}}");
        if style != Style::Inlined {
            for (at, body) in self.functions.iter().enumerate() {
                // Agents are no parameters of functions; a function takes them along with what it works on.
                let name = printer.word(&format!("f{at}"));
                let held = printer.argument.replace(printer.word("it"));
                let body = printer.expr(body);
                printer.argument = held;
                let it = printer.word("it");
                let _ = writeln!(out, "function {name}({it}, {}, {person}) {{ {body} }}", printer.all_speakers());
            }
        }
        out.push_str("agent Speaker {\n  say(it: string): string\n  verify(it: string): boolean\n}\n");
        out.push_str("agent Person { approve(it: any): boolean }\nagent World {\n");
        for ((name, ..), effect) in ACTIONS.iter().zip(["notify", "act", "irreversible"]) {
            let _ = writeln!(out, "  @effect(\"{effect}\") {name}(it: string): boolean");
        }
        out.push_str("}\n");
        out
    }
}

fn tenth(tenths: u32) -> String {
    if tenths == 10 { "1".into() } else { format!("0.{tenths}") }
}

impl Printer<'_> {
    fn word(&self, name: &str) -> String {
        if self.style == Style::Renamed { format!("q_{name}") } else { name.into() }
    }

    fn speaker(&self, at: usize) -> String {
        self.word(&format!("speaker{at}"))
    }

    fn all_speakers(&self) -> String {
        (0..SPEAKERS).map(|at| self.speaker(at)).collect::<Vec<_>>().join(", ")
    }

    fn name(&self, name: u32) -> String {
        match &self.argument {
            Some(argument) if name == u32::MAX => argument.clone(),
            _ => self.word(&format!("x{name}")),
        }
    }

    fn expr(&mut self, expr: &Expr) -> String {
        let text = match expr {
            Expr::Text(which) => format!("\"{}\"", ["a", "b", ""][*which as usize]),
            Expr::Input => match &self.argument {
                Some(argument) => argument.clone(),
                None => self.word("input"),
            },
            Expr::Name(name) => self.name(*name),
            Expr::Ask(speaker, x) => format!("{}.say({})", self.speaker(*speaker), self.expr(x)),
            Expr::Join(a, b) => format!("`${{{}}} and ${{{}}}`", self.expr(a), self.expr(b)),
            Expr::State(x, k) => format!("({} ~> {})", self.expr(x), tenth(*k)),
            Expr::Cap(x, k) => format!("cap({}, {})", self.expr(x), tenth(*k)),
            Expr::Drop(x) => format!("value({})", self.expr(x)),
            Expr::Gate(x, t) => format!("gate({}, {})", self.expr(x), tenth(*t)),
            Expr::Else(a, b) => format!("({} ?? {})", self.expr(a), self.expr(b)),
            Expr::OrElse(a, b) => format!("({} ~?? {})", self.expr(a), self.expr(b)),
            Expr::Best(a, b) => format!("({} ~||> {})", self.expr(a), self.expr(b)),
            Expr::Agree(a, b) => format!("consensus([{}, {}], \"unanimous\")", self.expr(a), self.expr(b)),
            Expr::Pick(x, a, b) => format!("({{ yes: {}, a: {} }})[{}]", self.expr(a), self.expr(b), self.expr(x)),
            Expr::Choose(c, a, b) => format!("({} ? {} : {})", self.cond(c), self.expr(a), self.expr(b)),
            Expr::Verify(x, judge) => format!("verify({}, {{ agent: {} }})", self.expr(x), self.speaker(*judge)),
            Expr::Approve(x) => format!("approve({}, {{ to: {} }})", self.expr(x), self.word("person")),
            Expr::Call(function, x) => {
                let given = self.expr(x);
                if self.style == Style::Inlined {
                    let held = self.argument.replace(given);
                    let body = self.expr(&self.pattern.functions[*function].clone());
                    self.argument = held;
                    return body;
                }
                let (name, person) = (self.word(&format!("f{function}")), self.word("person"));
                format!("{name}({given}, {}, {person})", self.all_speakers())
            }
        };
        if self.style == Style::Wrapped { format!("({text})") } else { text }
    }

    fn cond(&mut self, cond: &Cond) -> String {
        let name = |it: &Self, name: u32| it.name(name);
        match cond {
            Cond::Sure(x, t) => format!("(~{} >= {})", name(self, *x), tenth(*t)),
            Cond::True(x) => name(self, *x),
            Cond::Asks(x, t) => format!("({} ~> {})", name(self, *x), tenth(*t)),
            Cond::Present(x) => format!("({} != null)", name(self, *x)),
            Cond::Same(x, y) => format!("({} == {})", name(self, *x), self.expr(y)),
            Cond::And(a, b) => format!("({} && {})", self.cond(a), self.cond(b)),
            Cond::Or(a, b) => format!("({} || {})", self.cond(a), self.cond(b)),
            Cond::Not(a) => format!("!({})", self.cond(a)),
        }
    }

    fn stmts(&mut self, stmts: &[Stmt], out: &mut String) {
        for stmt in stmts {
            if self.style == Style::Wrapped {
                out.push_str("// what comes next\n\n");
            }
            match stmt {
                Stmt::Let(name, value) => {
                    let value = self.expr(value);
                    let _ = writeln!(out, "let {} = {value}", self.name(*name));
                }
                Stmt::Assign(name, value) => {
                    let value = self.expr(value);
                    let _ = writeln!(out, "{} = {value}", self.name(*name));
                }
                Stmt::If(cond, yes, no) => {
                    let _ = writeln!(out, "if ({}) {{", self.cond(cond));
                    self.stmts(yes, out);
                    out.push('}');
                    if !no.is_empty() {
                        out.push_str(" else {\n");
                        self.stmts(no, out);
                        out.push('}');
                    }
                    out.push('\n');
                }
                Stmt::Bands(x, bands) => {
                    let _ = writeln!(out, "uncertain if ({}) {{", self.name(*x));
                    for (band, body) in ["high", "medium", "low"].iter().zip(bands) {
                        let _ = writeln!(out, "{band} {{");
                        self.stmts(body, out);
                        out.push_str("}\n");
                    }
                    out.push_str("}\n");
                }
                Stmt::Twice(body) => {
                    let _ = writeln!(out, "for {} in 0..2 {{", self.word("turn"));
                    self.stmts(body, out);
                    out.push_str("}\n");
                }
                Stmt::Leave(cond, value) => {
                    let (cond, value) = (self.cond(cond), self.expr(value));
                    let _ = writeln!(out, "if ({cond}) {{ return {value} }}");
                }
                Stmt::Act(which, value) => {
                    let value = self.expr(value);
                    let _ = writeln!(out, "{}.{}({value})", self.word("world"), ACTIONS[*which].0);
                }
            }
        }
    }
}
