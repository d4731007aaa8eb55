//! Random patterns: in declarations, parameters, loops, assignments and handlers, and in the arms of `match`.

use super::{Generator, Sort, Tree};
use Sort::{Any, Number, Numbers, Object, Records, Statement, Text, Texts};

impl Generator {
    /// A pattern that binds these names, and the expressions inside it; with `tests`, one of an arm of `match`.
    fn pattern(&mut self, depth: usize, tests: bool, names: &mut Vec<String>, parts: &mut Vec<Tree>) -> String {
        let bind = |it: &mut Self, names: &mut Vec<String>| {
            let name = it.fresh("b");
            names.push(name.clone());
            name
        };
        let kinds = if depth == 0 { 3 } else { 8 };
        match self.below(kinds) {
            0 if tests => {
                self.pick(&["1", "-1", "0.5", "\"a\"", "\"\"", "true", "null", "1 | 2", "\"a\" | \"b\" | null"]).into()
            }
            1 if tests => {
                let (inner, c) = (bind(self, names), self.confidence());
                format!("{inner} ~>= {c}")
            }
            2 if tests => "_".into(),
            3 | 4 => {
                let mut all = Vec::new();
                for _ in 0..self.below(3) {
                    let inner = self.pattern(depth - 1, tests, names, parts);
                    all.push(if tests { inner } else { self.with_default(inner, parts) });
                }
                if self.chance(2) {
                    let rest = bind(self, names);
                    all.push(format!("...{rest}"));
                }
                format!("[{}]", all.join(", "))
            }
            5 | 6 => {
                let mut all = Vec::new();
                for key in ["n", "s", "xs", "ok", "of", "text"] {
                    if !self.chance(3) {
                        continue;
                    }
                    let inner = match depth {
                        _ if self.chance(3) => bind(self, names),
                        _ => self.pattern(depth - 1, tests, names, parts),
                    };
                    let inner = self.with_default(inner, parts);
                    let key = self.pick(&["#", "#", "\"#\"", "[\"#\"]"]).replace('#', key);
                    all.push(format!("{key}: {inner}"));
                }
                if self.chance(3) {
                    let rest = bind(self, names);
                    all.push(format!("...{rest}"));
                }
                format!("{{ {} }}", all.join(", "))
            }
            _ => bind(self, names),
        }
    }

    /// A pattern that has a default now and then.
    fn with_default(&mut self, inner: String, parts: &mut Vec<Tree>) -> String {
        if inner.contains("~>=") || inner.contains('|') || !self.chance(4) {
            return inner;
        }
        parts.push(self.simple(Any));
        format!("{inner} = @")
    }

    fn subject(&mut self) -> Tree {
        let sort = self.pick(&[Any, Numbers, Texts, Object, Object, Records, Text, Number]);
        self.expression(sort)
    }

    /// What is taken apart, in every place where that is done.
    pub(super) fn taking_apart(&mut self) -> Tree {
        let (mut names, mut parts) = (Vec::new(), Vec::new());
        let pattern = match self.pattern(2, false, &mut names, &mut parts) {
            plain if !plain.starts_with(['[', '{']) => format!("[{plain}]"),
            other => other,
        };
        let seen = format!("[{}]", names.join(", "));
        let subject = self.subject();
        let act = |it: &mut Self, in_loop: bool| {
            let inside = |it: &mut Self| {
                names.iter().for_each(|name| it.declare(name, Any, false));
                it.action()
            };
            if in_loop { it.looped(inside) } else { it.scope(inside) }
        };
        let template = match self.below(7) {
            0 | 1 => {
                parts.push(subject);
                let body = act(self, false);
                parts.push(body);
                let word = self.pick(&["let", "const"]);
                format!("{word} {pattern} = @\nprint({seen})\nif (true) @")
            }
            2 => {
                parts.push(subject);
                format!("print((({pattern}) => {seen})(@))")
            }
            3 => {
                let name = self.fresh("f");
                parts.push(subject);
                format!("function {name}(first, {pattern}, ...more) {{ {seen} }}\nprint({name}(1, @, 2))")
            }
            4 => {
                let body = act(self, true);
                parts.insert(0, subject);
                parts.push(body);
                format!("for (const {pattern} of [@]) {{ print({seen})\nif (true) @ }}")
            }
            5 => {
                // Names are assigned, and so are places.
                let held = self.fresh("o");
                let places: Vec<String> = names.iter().enumerate().map(|(at, _)| format!("{held}.p{at}")).collect();
                let mut assigned = pattern.clone();
                // From the last, so that no name is found within a longer one.
                for (name, place) in names.iter().zip(&places).rev() {
                    assigned = assigned.replace(name.as_str(), place);
                }
                parts.push(subject);
                format!("let {held} = {{}}\n{assigned} = @\nprint({held})")
            }
            _ => {
                parts.insert(0, subject);
                let inner = if pattern.starts_with('{') { format!("{{ data: {pattern} }}") } else { pattern };
                format!("try {{ throw @ }} catch ({inner}) {{ print({seen}) }}")
            }
        };
        Tree::node(Statement, &format!("try {{ {template} }} catch (e) {{ print(e.code) }}"), parts)
    }

    /// A `match` with arms of all kinds; what fits none is told by its code.
    pub(super) fn choosing(&mut self, sort: Sort) -> Tree {
        let mut parts = vec![self.subject()];
        let mut arms = Vec::new();
        for _ in 0..1 + self.below(4) {
            let mut names = Vec::new();
            let pattern = self.pattern(2, true, &mut names, &mut parts);
            let c = self.confidence();
            let pattern =
                if self.chance(6) && !pattern.contains("~>=") { format!("{pattern} ~>= {c}") } else { pattern };
            let guard = if self.chance(3) {
                parts.push(self.scope(|it| {
                    names.iter().for_each(|name| it.declare(name, Any, false));
                    it.condition()
                }));
                " if (@)"
            } else {
                ""
            };
            parts.push(self.scope(|it| {
                names.iter().for_each(|name| it.declare(name, Any, false));
                if it.chance(2) { it.expression(sort) } else { it.block(sort) }
            }));
            arms.push(format!("{pattern}{guard} => @"));
        }
        parts.push(self.simple(sort));
        let template = format!("(try {{ match @ {{\n{}\n}} }} catch (e) {{ @ }})", arms.join("\n"));
        Tree::node(sort, &template, parts)
    }

    /// A `switch` over texts, whose empty cases fall through, in a loop that its `break` does not leave.
    pub(super) fn switching(&mut self) -> Tree {
        let (list, name) = (self.expression(Texts), self.fresh("i"));
        let mut parts = vec![list];
        let mut cases = Vec::new();
        for _ in 0..1 + self.below(4) {
            let sort = self.pick(&[Text, Text, Any]);
            let tests: Vec<&str> = (0..1 + self.below(2)).map(|_| "case @:").collect();
            for _ in &tests {
                parts.push(self.simple(sort));
            }
            let body = self.looped(|it| {
                it.declare(&name, Text, false);
                it.action()
            });
            parts.push(body);
            let last = self.pick(&["", "\nbreak", "\ncontinue", "\nif (true) { break }\nprint(0)"]);
            cases.push(format!("{} @{last}", tests.join(" ")));
        }
        if self.chance(2) {
            let body = self.looped(Self::action);
            parts.push(body);
            cases.push("default: @".into());
        }
        let template = format!("for {name} of @ {{ switch ({name}) {{ {} }}\nprint({name}) }}", cases.join("\n"));
        Tree::node(Statement, &template, parts)
    }
}
