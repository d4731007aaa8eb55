//! Random lists of records, whose parts are tested before others are used, and functions that share a variable with the
//! calls inside them.

use super::{Callable, Generator, Sort, Tree};
use Sort::{Any, Bool, Fixed, Number, Numbers, Records, Statement, Text, Texts};

impl Generator {
    /// A list of records `{ ok, text, n }`.
    pub(super) fn records(&mut self) -> Tree {
        match self.below(9) {
            0..=3 => {
                let items = (0..self.below(4)).map(|_| self.record()).collect();
                Tree::list(Records, "[", items, ", ", "]")
            }
            4 => {
                let (list, name) = (self.expression(Numbers), self.fresh("x"));
                let body = self.body(false, |it| {
                    it.declare(&name, Number, true);
                    it.record()
                });
                Tree::node(Records, &format!("@.map({name} => @)"), [list, body])
            }
            5 => self.over_records(Records, &["@.filter(# => §)", "@.partition(# => §)[0]", "@.sortBy(# => §)"]),
            6 => {
                let (list, item) = (self.expression(Records), self.record());
                Tree::node(Records, "[...@, @]", [list, item])
            }
            7 => {
                let tasks = (0..1 + self.below(3)).map(|_| self.element(Self::record)).collect();
                let tasks = Tree::list(Fixed, "[", tasks, ", ", "]");
                Tree::node(Records, "parallel(@)", [tasks])
            }
            _ => {
                let template =
                    self.pick(&["@.slice(1)", "reverse(@)", "@.toSorted((a, b) => a.n - b.n)", "take(@, 2)"]);
                self.node(Records, template, &[Records])
            }
        }
    }

    fn record(&mut self) -> Tree {
        let c = self.confidence();
        match self.below(4) {
            0 => {
                // Whether the text is sure stands beside it.
                let (text, name) = (self.expression(Text), self.fresh("t"));
                let n = self.simple(Number);
                let template = format!("({name} => ({{ ok: ~{name} >= {c}, text: {name}, n: @ }}))(@)");
                Tree::node(Fixed, &template, [n, text])
            }
            1 => self.node(Fixed, &format!("({{ ok: @, text: @, n: @ }} ~> {c})"), &[Bool, Text, Number]),
            _ => self.node(Fixed, "({ ok: @, text: @, n: @ })", &[Bool, Text, Number]),
        }
    }

    /// The parts of a record as variables.
    fn declare_record(&mut self, record: &str) {
        self.declare(&format!("{record}.ok"), Bool, false);
        self.declare(&format!("{record}.text"), Text, false);
        self.declare(&format!("{record}.n"), Number, false);
    }

    /// A test of a record or one of its parts.
    fn test_of(&mut self, record: &str) -> String {
        let c = self.confidence();
        let tests =
            ["#.ok", "~#.ok >= §", "~#.text >= §", "~# >= §", "(#.ok ~> §)", "#.text != \"\"", "#.n > 1", "!#.ok"];
        let test = self.pick(&tests).replace('§', &c);
        let more = if self.chance(4) { self.pick(&[" && ~#.text >= 0.6", " || #.n == 2", " && #.ok"]) } else { "" };
        format!("{test}{more}").replace('#', record)
    }

    /// A built-in over a list of records: `@` the list, `#` the record, `§` a test of it.
    pub(super) fn over_records(&mut self, sort: Sort, templates: &[&str]) -> Tree {
        let (template, record) = (self.pick(templates), self.fresh("r"));
        let test = self.test_of(&record);
        let list = self.expression(Records);
        Tree::node(sort, &template.replace('#', &record).replace('§', &test), [list])
    }

    /// A list of records in a variable, with what makes it where there is none.
    fn known_records(&mut self) -> (Tree, String) {
        match self.name(Records, true) {
            Some(name) if !self.chance(3) => (Tree::leaf(Fixed, ""), name),
            _ => {
                let (made, name) = (self.expression(Records), self.fresh("rs"));
                self.declare(&name, Records, true);
                (Tree::node(Fixed, &format!("let {name} = @\n"), [made]), name)
            }
        }
    }

    fn with_record(&mut self, record: &str, in_loop: bool) -> Tree {
        let act = |it: &mut Self| {
            it.declare_record(record);
            it.action()
        };
        if in_loop { self.looped(act) } else { self.scope(act) }
    }

    /// Records of which some are tested and used.
    pub(super) fn looked_through(&mut self) -> Tree {
        let (made, list) = self.known_records();
        let (name, place) = (self.fresh("r"), self.below(2));
        let (head, used, in_loop) = match self.below(8) {
            0 | 1 => (format!("for {name} in {list} {{ if (§) @ else @ }}"), name, true),
            2 => {
                let head = format!("for (let {name} = 0; {name} < {list}.length; {name}++) {{ if (§) @ else @ }}");
                (head, format!("{list}[{name}]"), true)
            }
            3 => {
                let used = format!("{list}[{place}]");
                (format!("if ({list}.length > {place} && §) @ else if ({list}.length > {place}) @"), used, false)
            }
            4 => {
                let head = format!("const {name} = {list}.findIndex(r => §)\nif ({name} >= 0) @\nif ({name} >= 0) @");
                let test = self.test_of("r");
                (head.replace('§', &test), format!("{list}[{name}]"), false)
            }
            5 => {
                let head = format!("const {name} = {list}.find(r => §)\nif ({name} != null) @\nif ({name}) @");
                let test = self.test_of("r");
                (head.replace('§', &test), name, false)
            }
            6 => {
                let head = format!("if ({list}.every(r => §)) {{ for {name} in {list} @ }}\nfor {name} in {list} @");
                let test = self.test_of("r");
                (head.replace('§', &test), name, true)
            }
            _ => {
                let left = self.fresh("l");
                let head = format!(
                    "const {left} = {list}.filter(r => §)\nif ({left}.length > 0) {{ const {name} = {left}[0]\nif (true) @ }}\nfor {name} in {left} @"
                );
                let test = self.test_of("r");
                (head.replace('§', &test), name, true)
            }
        };
        let head = if head.contains('§') { head.replace('§', &self.test_of(&used)) } else { head };
        let (first, second) = (self.with_record(&used, in_loop), self.with_record(&used, in_loop));
        Tree::node(Statement, &format!("@{head}"), [made, first, second])
    }

    /// A change of a list of records or of one of them.
    pub(super) fn record_change(&mut self) -> Tree {
        let (made, list) = self.known_records();
        let change = match self.below(7) {
            0 => Tree::node(Fixed, &format!("{list}.push(@)"), [self.record()]),
            1 => Tree::node(Fixed, &format!("if ({list}.length > 0) {{ {list}[0] = @ }}"), [self.record()]),
            2 => {
                Tree::node(Fixed, &format!("if ({list}.length > 0) {{ {list}[0].text = @ }}"), [self.expression(Text)])
            }
            3 => Tree::node(Fixed, &format!("if ({list}.length > 1) {{ {list}[1].ok = @ }}"), [self.expression(Bool)]),
            4 => Tree::node(
                Fixed,
                &format!("for (let i = 0; i < {list}.length; i++) {{ {list}[i].n += @ }}"),
                [self.simple(Number)],
            ),
            5 => Tree::leaf(Fixed, format!("{list}.sort((a, b) => a.n - b.n)")),
            _ => Tree::leaf(Fixed, format!("{list}.{}()", self.pick(&["reverse", "shift", "pop"]))),
        };
        Tree::node(Statement, "@@", [made, change])
    }

    /// A function that calls itself, and changes a variable that it shares with the calls inside it.
    pub(super) fn circling(&mut self) -> Tree {
        let (shared, name, n) = (self.fresh("c"), self.fresh("f"), self.fresh("p"));
        let sort = self.pick(&[Number, Text, Numbers, Records]);
        let start = self.expression(sort);
        self.declare(&shared, sort, true);
        let inside = |it: &mut Self, act: fn(&mut Self) -> Tree| {
            it.body(false, |it| {
                it.declare(&n, Number, false);
                act(it)
            })
        };
        let last = inside(self, |it| it.expression(Any));
        let before = inside(self, Self::action);
        let written = inside(self, |it| if it.chance(2) { it.statement() } else { Tree::leaf(Statement, "0") });
        let value = self.body(false, |it| {
            it.declare(&n, Number, false);
            it.expression(sort)
        });
        let after = inside(self, Self::action);
        let c = self.confidence();
        let again = self.pick(&[
            "if (~# >= §) { f(n - 1)\n@ }",
            "f(n - 1)\nif (~# >= §) @",
            "if (~# >= §) @\nf(n - 1)",
            "const g = () => f(n - 1)\nif (~# >= §) { g()\n@ }",
            "for i in 0..2 { if (~# >= §) @\nf(n - 1) }",
        ]);
        let again = again.replace("f(n - 1)", &format!("{name}({n} - 1)")).replace('#', &shared).replace('§', &c);
        let given = self.fresh("v");
        self.declare(&given, Any, false);
        self.functions.push(Callable { text: name.clone(), takes: vec![Number], gives: Any });
        let times = self.pick(&["1", "2"]);
        let template = format!(
            "let {shared} = @\nfunction {name}({n}) {{\nif ({n} <= 0 || {n} > 2) {{ return @ }}\n@\n@\n{shared} = @\n{again}\n{shared} }}\nlet {given} = {name}({times})"
        );
        Tree::node(Statement, &template, [start, last, before, written, value, after])
    }

    /// What is made of records in another sort.
    pub(super) fn of_records(&mut self, sort: Sort) -> Tree {
        match sort {
            Text => {
                let found = self.over_records(Fixed, &["@.find(# => §)?.text", "@.filter(# => §)[0]?.text"]);
                Tree::node(Text, "(@ ?? @)", [found, self.simple(Text)])
            }
            Texts => self.over_records(Texts, &["@.filter(# => §).map(r => r.text)"]),
            Bool => self.over_records(Bool, &["@.some(# => §)", "@.every(# => §)"]),
            Numbers => self.over_records(Numbers, &["@.filter(# => §).map(r => r.n)", "@.map(# => § ? #.n : 0)"]),
            _ => self.over_records(Number, &["@.findIndex(# => §)", "sum(@.filter(# => §).map(r => r.n))"]),
        }
    }
}
