//! Random programs of several files, events and what handles them, and what other hosts give to scripts.

use super::{Callable, Generator, Sort, Tree};
use Sort::{Any, Bool, Fixed, Number, Numbers, Object, Records, Statement, Text, Texts};

/// What a file lets others take: the name there, what it is, and as a function what it takes.
struct Export {
    name: String,
    sort: Sort,
    takes: Option<Vec<Sort>>,
}

impl Generator {
    /// A program with files beside it, or alone.
    pub(super) fn folder(&mut self) -> Tree {
        if !self.chance(3) {
            return self.program();
        }
        let mut files: Vec<(String, Vec<Export>)> = Vec::new();
        let mut all = Vec::new();
        for name in ["one", "two"].into_iter().take(1 + self.below(2)) {
            let (file, exports) = self.scope(|it| it.file(&files));
            all.push(Tree::node(Fixed, &format!("//// {name}.prism\n@"), [file]));
            files.push((name.to_owned(), exports));
        }
        let taken = self.taken(&files);
        let program = self.program();
        all.push(Tree::node(Fixed, "//// main.prism\n@\n@", [taken, program]));
        Tree::list(Fixed, "", all, "\n", "\n")
    }

    /// What is taken from other files, in one of its forms each; now and then the same file twice.
    fn taken(&mut self, files: &[(String, Vec<Export>)]) -> Tree {
        let mut all = Vec::new();
        for (file, exports) in files.iter().chain(files.last().filter(|_| self.chance(4))) {
            let from = format!("from \"./{file}.prism\"");
            let default = exports.iter().find(|it| it.name == "default").filter(|_| self.chance(2));
            let default = default.map(|it| {
                let name = self.fresh("d");
                self.known(&name, it);
                name
            });
            let named = exports.iter().filter(|it| it.name != "default");
            if self.chance(3) {
                let whole = self.fresh("m");
                named.for_each(|it| self.known(&format!("{whole}.{}", it.name), it));
                let first = default.map_or(String::new(), |name| format!("{name}, "));
                all.push(Tree::leaf(Fixed, format!("import {first}* as {whole} {from}")));
                continue;
            }
            let mut items = Vec::new();
            for it in named {
                if self.chance(4) {
                    continue;
                }
                let own = self.fresh("t");
                self.known(&own, it);
                items.push(Tree::leaf(Fixed, format!("{} as {own}", it.name)));
            }
            let first = default.map_or(String::new(), |name| format!("{name}, "));
            all.push(Tree::list(Fixed, &format!("import {first}{{ "), items, ", ", &format!(" }} {from}")));
        }
        Tree::list(Fixed, "", all, "\n", "")
    }

    /// What another file exports is there under this name.
    fn known(&mut self, name: &str, it: &Export) {
        match &it.takes {
            Some(takes) => {
                self.functions.push(Callable { text: name.to_owned(), takes: takes.clone(), gives: it.sort });
            }
            None => self.declare(name, it.sort, false),
        }
    }

    /// A file that others take from.
    fn file(&mut self, others: &[(String, Vec<Export>)]) -> (Tree, Vec<Export>) {
        let (globals, input) = (std::mem::replace(&mut self.globals, false), std::mem::replace(&mut self.input, false));
        let mut lines = vec![self.taken(others)];
        let mut exports = Vec::new();
        for _ in 0..2 + self.below(3) {
            let (before, functions) = (self.names.len(), self.functions.len());
            let (line, word) = match self.below(8) {
                0..=2 => {
                    let sort = self.pick(&[Number, Text, Bool, Numbers, Texts, Records, Object]);
                    let (name, word) = (self.fresh("v"), self.pick(&["let", "let", "const"]));
                    let value = self.expression(sort);
                    self.declare(&name, sort, word == "let");
                    (Tree::node(Statement, &format!("{word} {name} = @"), [value]), "export ")
                }
                3 | 4 => (self.function(), "export "),
                5 => (self.cell(), "later"),
                6 => (self.handler(), ""),
                _ => (self.statement(), ""),
            };
            let mut made = Vec::new();
            if !word.is_empty() {
                let names = self.names[before..].iter().map(|it| (it.text.clone(), it.sort, None));
                let functions = self.functions[functions..].iter();
                made.extend(names.chain(functions.map(|it| (it.text.clone(), it.gives, Some(it.takes.clone())))));
            }
            let later = word == "later" || self.chance(4);
            lines.push(match word {
                "" => line,
                _ if !later => Tree::node(Statement, "export @", [line]),
                _ => line,
            });
            for (text, sort, takes) in made {
                let name = if later { self.fresh("e") } else { text.clone() };
                if later {
                    lines.push(Tree::leaf(Statement, format!("export {{ {text} as {name} }}")));
                }
                exports.push(Export { name, sort, takes });
            }
        }
        if let Some((file, theirs)) = others.first().filter(|_| self.chance(2))
            && let Some(it) = theirs.iter().find(|it| it.name != "default")
        {
            let name = self.fresh("e");
            lines.push(Tree::leaf(Statement, format!("export {{ {} as {name} }} from \"./{file}.prism\"", it.name)));
            exports.push(Export { name, sort: it.sort, takes: it.takes.clone() });
        }
        if self.chance(2) {
            lines.push(self.node(Statement, "export default @", &[Number]));
            exports.push(Export { name: "default".into(), sort: Number, takes: None });
        }
        (self.globals, self.input) = (globals, input);
        (Tree::list(Fixed, "", lines, "\n", "\n"), exports)
    }

    /// What handles an event.
    pub(super) fn handler(&mut self) -> Tree {
        let (event, most) = (self.pick(&["done", "late", "next"]), 1 + self.below(3));
        let named = self.chance(4);
        let body = self.body(false, |it| {
            if !named {
                it.declare("event", Any, false);
            }
            it.action()
        });
        let name = if named { "" } else { " as event" };
        Tree::node(Statement, &format!("on \"{event}\"{name} max {most} @"), [body])
    }

    /// An event that somebody may handle.
    pub(super) fn sent(&mut self) -> Tree {
        let template = self.pick(&[
            "emit(\"done\", @)",
            "emit(\"next\", @, { delay: 5ms })",
            "emit(\"late\", @, { delay: 10 })",
            "emit(\"next\", @, { condition: @ })",
            "emit(\"done\", @, { delay: 0, condition: @ })",
        ]);
        let sorts = [Any, Bool];
        self.node(Statement, template, &sorts[..template.matches('@').count()])
    }

    /// What another host gives to scripts.
    pub(super) fn given_by_host(&mut self, sort: Sort) -> Tree {
        let texts: &[&str] = match sort {
            Number => &["agentCount", "agentResults.length", "successfulResults.length", "agentResults[1].confidence"],
            Text => &["agentResults[0].agentName", "String(synthesize(successfulResults))", "agentList[0].name"],
            Bool => &["successfulResults.some(r => r.confidence > 0.5)", "(agentResults[2].reasoning == null)"],
            Numbers => &["agentResults.map(r => r.confidence)", "[agentList.length, agentCount]"],
            Texts => &["agentResults.map(r => r.agentId)", "successfulResults.map(r => r.agentName)"],
            Any => &[
                "agentResults",
                "successfulResults",
                "majorityVote(agentResults)",
                "synthesize(agentResults)",
                "(try { average(successfulResults) } catch (e) { e.code })",
                "parallel([() => agentResults.length, () => successfulResults[0]?.result])",
            ],
            _ => return self.expression(sort),
        };
        Tree::leaf(sort, self.pick(texts))
    }

    /// A vote of ballots that are written, with all that it may be told.
    pub(super) fn balloted(&mut self, sort: Sort) -> Tree {
        let choices: Vec<String> = (0..3).map(|_| self.simple(sort).print()).collect();
        let mut ballots = Vec::new();
        for _ in 0..1 + self.below(5) {
            let (one, other, c) = (self.pick(&choices), self.pick(&choices), self.confidence());
            let ballot = self.pick(&["[#, §]", "[#, §]", "[#]", "[§, #, null]", "[null, #]", "[]", "#", "null"]);
            let ballot = ballot.replace('#', &one).replace('§', &other);
            let ballot = if self.chance(2) { format!("({ballot} ~> {c})") } else { ballot };
            ballots.push(self.element(|it| match it.below(4) {
                0 => it.asked(sort),
                1 => Tree::node(Fixed, &format!("(() => {{ if (true) @\n{ballot} }})()"), [it.action()]),
                _ => Tree::leaf(Fixed, ballot),
            }));
        }
        let strategy = self.pick(&["ranked", "ranked", "ranked", "plurality", "weighted", "majority", "strong"]);
        let mut options = format!("strategy: \"{strategy}\"");
        if !self.chance(4) {
            options.push_str(", stop: \"decided\"");
        }
        if self.chance(3) {
            options.push_str(self.pick(&[", tie: \"surest\"", ", tie: \"none\"", ", threshold: 0.6"]));
        }
        if self.chance(4) {
            let weights: Vec<&str> = ballots.iter().map(|_| self.pick(&["1", "2", "0.5", "0"])).collect();
            options.push_str(&format!(", weights: [{}]", weights.join(", ")));
        }
        let ballots = Tree::list(Fixed, "[", ballots, ", ", "]");
        let other = self.simple(sort);
        let chosen = if strategy == "ranked" { "" } else { "?.[0]" };
        Tree::node(sort, &format!("(vote(@, {{ {options} }}){chosen} ?? @)"), [ballots, other])
    }
}
