//! Random expressions.

use super::{CONFIDENCES, Callable, Generator, Sort, Tree};
use Sort::{Any, Bool, Fixed, Number, Numbers, Object, Records, Text, Texts};

impl Generator {
    /// An expression of a sort.
    pub(super) fn expression(&mut self, sort: Sort) -> Tree {
        self.budget -= 1;
        if self.budget < 0 || self.below(7) < 1 + self.depth {
            return self.simple(sort);
        }
        self.depth += 1;
        let made = if self.chance(3) { self.shaped(sort) } else { self.sorted(sort) };
        self.depth -= 1;
        made
    }

    fn sorted(&mut self, sort: Sort) -> Tree {
        match sort {
            Number => self.number(),
            Text => self.text(),
            Bool => self.truth(),
            Numbers => self.numbers(),
            Texts => self.texts(),
            Records => self.records(),
            Object => self.object(),
            Any => match self.below(12) {
                0 => self.built_in(),
                1 => self.chained(),
                2 => self.spread_call(),
                _ => {
                    let sort = self.pick(&[Number, Text, Bool, Numbers, Texts, Records, Object]);
                    self.expression(sort)
                }
            },
            Sort::Agent | Sort::Counter | Sort::Statement | Fixed => unreachable!("no sort of expressions"),
        }
    }

    /// A variable or a literal.
    pub(super) fn simple(&mut self, sort: Sort) -> Tree {
        if !self.chance(3)
            && let Some(name) = self.name(sort, false)
        {
            return Tree::leaf(sort, name);
        }
        if self.wide && self.input && self.chance(12) && ![Records, Object].contains(&sort) {
            return self.given_by_host(sort);
        }
        if self.input && self.chance(7) {
            let text = match sort {
                Number => "input.n",
                Text => "input.s",
                Numbers => "input.xs",
                Object => "input",
                _ => "null",
            };
            return if text == "null" { self.literal(sort) } else { Tree::leaf(sort, text) };
        }
        self.literal(sort)
    }

    fn literal(&mut self, sort: Sort) -> Tree {
        let text = match sort {
            Number => self.pick(&[
                "0", "1", "2", "3", "7", "0.5", "10", "(-1)", "0x10", "1_0", "5ms", "(7 - 9)", "(0 * -1)", "(1 / 4)",
                "128", "32768", "(-32769)",
            ]),
            Text => self.pick(&["\"\"", "\"a\"", "\"b\"", "\"yes\"", "'é€'", "\"\"\"c\"\"\""]),
            Bool => self.pick(&["true", "false"]),
            Numbers => self.pick(&["[]", "[1]", "[3, 1, 2]", "[1, 1, 2]"]),
            Texts => self.pick(&["[]", "[\"a\"]", "[\"b\", \"a\"]", "[\"x\", \"\", \"x\"]"]),
            Object => self.pick(&["({ n: 1, s: \"a\", xs: [1, 2] })", "({ n: 0, s: \"\", xs: [] })"]),
            Records => self.pick(&[
                "[]",
                "[{ ok: true, text: \"a\", n: 1 }]",
                "[{ ok: false, text: \"\", n: 2 }, { ok: 1, text: \"b\", n: 0 }]",
            ]),
            Sort::Agent | Sort::Counter => unreachable!("agents are no literals"),
            _ => self.pick(&["null", "0", "\"\"", "[]"]),
        };
        Tree::leaf(sort, text)
    }

    pub(super) fn node(&mut self, sort: Sort, template: &str, sorts: &[Sort]) -> Tree {
        let children: Vec<Tree> = sorts.iter().map(|sort| self.expression(*sort)).collect();
        Tree::node(sort, template, children)
    }

    pub(super) fn confidence(&mut self) -> String {
        self.pick(&CONFIDENCES).to_string()
    }

    /// Constructs that give any sort.
    fn shaped(&mut self, sort: Sort) -> Tree {
        let c = self.confidence();
        match self.below(74) {
            0..=3 => self.node(sort, &format!("(@ ~> {c})"), &[sort]),
            4 => self.node(sort, "(@ ~||> @)", &[sort, sort]),
            5 => self.node(sort, "(@ ~?? @)", &[sort, sort]),
            6 => self.node(sort, "(@ ~~ @)", &[Any, sort]),
            7 => self.node(sort, &format!("(gate(@, {c}) ?? @)"), &[sort, sort]),
            8 => self.node(sort, &format!("(@ ~?> [{c}, @])"), &[sort, sort]),
            9 | 10 => self.node(sort, "(@ ? @ : @)", &[Bool, sort, sort]),
            11 => {
                let (condition, then, otherwise) = (self.condition(), self.block(sort), self.block(sort));
                Tree::node(sort, "(if (@) @ else @)", [condition, then, otherwise])
            }
            12 => self.matching(sort),
            13 => {
                let (tried, caught) = (self.block(sort), self.block(sort));
                Tree::node(sort, "(try @ catch (e) @)", [tried, caught])
            }
            14 => {
                let subject = self.expression(Any);
                let branches = self.branches(Some(sort));
                Tree::node(sort, "(uncertain if (@) @)", [subject, branches])
            }
            15 => {
                let (subject, test) = (self.expression(Number), self.expression(Number));
                let (first, other) = (self.expression(sort), self.expression(sort));
                Tree::node(sort, "(switch (@) { case 0: case @: @\ndefault: @ })", [subject, test, first, other])
            }
            16 => self.call(sort),
            17 => {
                let taken = self.pick(&[Number, Text, Bool, Numbers, Texts, Records, Object]);
                let given = self.expression(taken);
                let name = self.fresh("p");
                let body = self.body(false, |it| {
                    it.declare(&name, taken, true);
                    it.block(sort)
                });
                Tree::node(sort, &format!("({name} => @)(@)"), [body, given])
            }
            18 => {
                let attempts = 1 + self.below(3);
                let op = self.operand(sort);
                Tree::node(sort, &format!("retry(@, {{ attempts: {attempts}, until: {c} }})"), [op])
            }
            19 => {
                let (op, other) = (self.operand(sort), self.operand(sort));
                Tree::node(sort, "(fallback(@, @) ?? @)", [op, other, self.simple(sort)])
            }
            20 => {
                let op = self.operand(sort);
                let after = self.pick(&["5", "20ms", "1s"]);
                Tree::node(sort, &format!("timeout(@, {after})"), [op])
            }
            21 => {
                let tasks = self.tasks(sort);
                let form = self.pick(&["race(@)", "anyOf(@)"]);
                Tree::node(sort, form, [tasks])
            }
            22 => {
                let tasks = self.tasks(sort);
                let other = self.simple(sort);
                let strategy = self.pick(&["", ", \"majority\"", ", \"weighted\"", ", \"strong\""]);
                Tree::node(sort, &format!("(consensus(parallel(@){strategy}) ?? @)"), [tasks, other])
            }
            23 => self.node(sort, "(@ && @)", &[sort, sort]),
            24 => self.node(sort, "(@ || @)", &[sort, sort]),
            25 => self.node(sort, &format!("cap(@, {c})"), &[sort]),
            26 => self.node(sort, "value(@)", &[sort]),
            27 => self.node(sort, &format!("decay(@, {c})"), &[sort]),
            28 => {
                let name = self.fresh("q");
                let given = self.expression(sort);
                let test = self.body(false, |it| {
                    it.declare(&name, sort, true);
                    it.expression(Bool)
                });
                Tree::node(sort, &format!("verify(@, {name} => @)"), [given, test])
            }
            29 => self.node(sort, "(@ ~&& @)", &[sort, sort]),
            30 => self.node(sort, "(@ ~|| @)", &[sort, sort]),
            31..=45 => self.orchestrated(sort),
            46 => self.node(sort, "(@ ~? @ : @)", &[Bool, sort, sort]),
            47 => {
                let one = ["confident(@, #)", "cap(@, #)"].map(|it| (it, vec![sort]));
                let two = ["orElse(@ ~> #, @)", "best(@, @ ~> #)", "(gate(@, #) ~?? @)"].map(|it| (it, vec![sort; 2]));
                let all: Vec<_> = one.into_iter().chain(two).collect();
                let (template, sorts) = self.pick(&all);
                self.node(sort, &template.replace('#', &c), &sorts)
            }
            48 => {
                let map = self.pick(&["[[0, 0], [1, 0.5]]", "c => c / 2", "[[0, 0.2], [0.5, 0.6], [1, 1]]"]);
                let template = self.pick(&["calibrate(@, #)", "endorse(@, 0.6, \"seen\")", "chain(1 ~> 0.9, @)"]);
                self.node(sort, &template.replace('#', map), &[sort])
            }
            49 => {
                let name = self.fresh("z");
                let given = self.expression(sort);
                let body = self.body(false, |it| {
                    it.declare(&name, sort, true);
                    it.block(sort)
                });
                let template = self.pick(&["(@ |> (# => @))", "(@ ~|> (# => @))", "((@ ~?> (# => @)) ?? 0)"]);
                let sort = if template.contains("?>") { Any } else { sort };
                Tree::node(sort, &template.replace('#', &name), [given, body])
            }
            50 => self.node(sort, "(({ f(p) { return p } })?.f?.(@) ?? @)", &[sort, sort]),
            51 => self.node(sort, "(await @)", &[sort]),
            52 => self.node(sort, "([@, @][@] ?? @)", &[sort, sort, Number, sort]),
            53 => self.node(sort, "({ a: @ })~.a", &[sort]),
            54 => self.node(sort, "({ a: { b: [@] } })?.a?.[\"b\"][0]", &[sort]),
            55 => {
                let (result, last) = (self.body(false, |it| it.expression(sort)), self.body(false, Self::action));
                Tree::node(sort, "(() => { try { return @ } finally @ })()", [result, last])
            }
            56 => {
                let (thrown, caught) = (self.expression(sort), self.fresh("e"));
                let template = self.pick(&[
                    "(try { throw @ } catch (#) { #.data })",
                    "(try { try { throw @ } catch (#) { throw # } } catch ({ data }) { data })",
                ]);
                Tree::node(sort, &template.replace('#', &caught), [thrown])
            }
            57 => {
                let (low, high) = (self.block(sort), self.block(sort));
                let subject = self.expression(Any);
                Tree::node(sort, "(uncertain if (@) {\nhigh >= 0.9 @\ndefault @\n})", [subject, high, low])
            }
            58..=60 => self.abandoned(sort),
            61 | 62 => self.choosing(sort),
            63 => self.computed_bands(sort),
            64 | 65 => self.agreed(sort),
            66..=68 => self.composed(sort),
            69..=72 if self.imports => self.primitive(sort),
            73 if self.wide => self.balloted(sort),
            _ => match self.name(sort, true) {
                Some(name) => {
                    let value = self.expression(sort);
                    Tree::node(sort, &format!("({name} = @)"), [value])
                }
                None => self.asked(sort),
            },
        }
    }

    /// What `retry` and its kin run: a call or a function.
    pub(super) fn operand(&mut self, sort: Sort) -> Tree {
        if self.chance(2) && sort != Texts && self.someone_known() {
            return self.element(|it| it.asked(sort));
        }
        let body = self.body(true, |it| it.block(sort));
        Tree::node(Fixed, "(() => @)", [body])
    }

    /// What a fork runs, in one of its three forms.
    pub(super) fn tasks(&mut self, sort: Sort) -> Tree {
        match self.below(4) {
            0 => {
                let mut all = Vec::new();
                for _ in 0..1 + self.below(3) {
                    all.push(self.element(|it| if it.chance(2) { it.asked(sort) } else { it.expression(sort) }));
                }
                Tree::list(Fixed, "[", all, ", ", "]")
            }
            1 => {
                let list = self.expression(Numbers);
                let name = self.fresh("t");
                let body = self.body(true, |it| {
                    it.declare(&name, Number, true);
                    it.block(sort)
                });
                Tree::node(Fixed, &format!("[1, ...@].map({name} => @)"), [list, body])
            }
            2 => {
                let (list, name) = (self.expression(Numbers), self.fresh("t"));
                let body = self.body(true, |it| {
                    it.declare(&name, Number, true);
                    it.block(sort)
                });
                let other = self.element(|it| it.expression(sort));
                Tree::node(Fixed, &format!("[...@.map({name} => @), @]"), [list, body, other])
            }
            _ => {
                let mut all = Vec::new();
                for _ in 0..1 + self.below(3) {
                    let body = self.body(true, |it| it.block(sort));
                    all.push(Tree::node(Fixed, "() => @", [body]));
                }
                Tree::list(Fixed, "[", all, ", ", "]")
            }
        }
    }

    fn call(&mut self, sort: Sort) -> Tree {
        let known = self.someone_known();
        let fits = |it: &&Callable| it.gives == sort && (!it.takes.contains(&Sort::Agent) || known);
        let fitting: Vec<_> = self.functions.iter().filter(fits).cloned().collect();
        if fitting.is_empty() {
            return self.asked(sort);
        }
        let function = self.pick(&fitting);
        let arguments = function.takes.iter().map(|sort| self.argument(*sort)).collect();
        Tree::list(sort, &format!("{}(", function.text), arguments, ", ", ")")
    }

    fn matching(&mut self, sort: Sort) -> Tree {
        let c = self.confidence();
        let (name, more) = (self.fresh("m"), self.fresh("m"));
        let bound = |it: &mut Self, sorts: &[(&str, Sort)], sort: Sort| {
            it.scope(|it| {
                sorts.iter().for_each(|(name, sort)| it.declare(name, *sort, false));
                it.expression(sort)
            })
        };
        let last = self.expression(sort);
        match self.below(3) {
            0 => {
                let subject = self.expression(Number);
                let first = self.expression(sort);
                let second = bound(self, &[(&name, Number)], sort);
                let guard = self.scope(|it| {
                    it.declare(&name, Number, false);
                    it.expression(Bool)
                });
                let third = bound(self, &[(&more, Number)], sort);
                let template =
                    format!("(match @ {{\n1 | 2 => @,\n{name} if @ => @,\n{more} ~>= {c} => @,\n_ => @\n}})");
                Tree::node(sort, &template, [subject, first, guard, second, third, last])
            }
            1 => {
                let subject = self.expression(Numbers);
                let first = self.expression(sort);
                let second = bound(self, &[(&name, Number), (&more, Numbers)], sort);
                let template = format!("(match @ {{\n[] => @,\n[{name}, ...{more}] => @,\n_ => @\n}})");
                Tree::node(sort, &template, [subject, first, second, last])
            }
            _ => {
                let subject = self.expression(Object);
                let first = bound(self, &[(&name, Numbers)], sort);
                let second = bound(self, &[(&more, Text)], sort);
                let template =
                    format!("(match @ {{\n{{ n: 1, xs: {name} }} => @,\n{{ s: {more} }} ~>= {c} => @,\n_ => @\n}})");
                Tree::node(sort, &template, [subject, first, second, last])
            }
        }
    }

    /// What stands between the parentheses of an `if` or a loop.
    pub(super) fn condition(&mut self) -> Tree {
        let c = self.confidence();
        match self.below(6) {
            0 => self.node(Bool, &format!("@ ~> {c}"), &[Any]),
            1 => self.node(Bool, &format!("(@ ~> {c}) && @"), &[Any, Bool]),
            2 => self.node(Bool, &format!("!(@ ~> {c}) || @"), &[Any, Bool]),
            _ => self.expression(Bool),
        }
    }

    fn number(&mut self) -> Tree {
        match self.below(46) {
            44 | 45 => self.of_records(Number),
            0..=3 => self.node(Number, "(@ + @)", &[Number, Number]),
            4 | 5 => self.node(Number, "(@ - @)", &[Number, Number]),
            6 => self.node(Number, "(@ * @)", &[Number, Number]),
            7 => self.node(Number, "(@ / 2)", &[Number]),
            8 => self.node(Number, "(@ % @)", &[Number, Number]),
            9 => self.node(Number, "(@ ~- @)", &[Number, Number]),
            10 => self.node(Number, "@.length", &[Numbers]),
            11 => self.node(Number, "@.length", &[Text]),
            12 => self.node(Number, "(@[@] ?? @)", &[Numbers, Number, Number]),
            13 => self.node(Number, "(@[-1] ?? @)", &[Numbers, Number]),
            14 => self.node(Number, "@.n", &[Object]),
            15 => self.node(Number, "sum(@)", &[Numbers]),
            16 => self.node(Number, "(max(@) ?? 0)", &[Numbers]),
            17 => self.node(Number, "Math.max(@, @)", &[Number, Number]),
            18 => self.node(Number, "Math.floor(@)", &[Number]),
            19 => self.node(Number, "(~@ ?? @)", &[Any, Number]),
            20 => {
                let (list, (a, b)) = (self.expression(Numbers), (self.fresh("a"), self.fresh("b")));
                let body = self.body(false, |it| {
                    it.declare(&a, Number, false);
                    it.declare(&b, Number, false);
                    it.expression(Number)
                });
                let start = self.expression(Number);
                Tree::node(Number, &format!("@.reduce(({a}, {b}) => @, @)"), [list, body, start])
            }
            21 => self.node(Number, "(-@)", &[Number]),
            22 => self.by_callback(Number, Numbers, Bool, &["(@.find(# => @) ?? 0)", "@.findIndex(# => @)"]),
            23 => self.by_callback(Number, Numbers, Number, &["(@.maxBy(# => @) ?? 1)", "(@.minBy(# => @) ?? 1)"]),
            24 => match self.name(Number, true) {
                Some(name) => Tree::leaf(Number, self.pick(&["#++", "++#", "#--"]).replace('#', &name)),
                None => self.asked(Number),
            },
            25 => match self.name(Numbers, true) {
                Some(name) => Tree::leaf(Number, format!("({name}.pop() ?? 0)")),
                None => self.asked(Number),
            },
            26 => self.node(Number, "(@ |> Math.abs)", &[Number]),
            27 => self.node(Number, "(@ ~|> Math.abs)", &[Number]),
            28 => self.node(Number, "(@ ~* @)", &[Number, Number]),
            29 => self.node(Number, "(@ ~/ 4)", &[Number]),
            30 => self.node(Number, "(@ ~% 3)", &[Number]),
            31 => self.node(Number, "((@ % 4) ~** 2)", &[Number]),
            32 => self.node(Number, "((@ % 4) ** 2)", &[Number]),
            33 => self.node(Number, "(<~ @ ?? @)", &[Any, Number]),
            34 => self.node(Number, "(combine([@, @ ~> 0.6], \"mean\") ?? 0)", &[Number, Any]),
            35 => self.node(Number, "(median(@) ?? mean(@) ?? 0)", &[Numbers, Numbers]),
            36 => self.node(Number, "(first(@) ?? last(@) ?? @)", &[Numbers, Numbers, Number]),
            37 => self.node(Number, "@.indexOf(@)", &[Numbers, Number]),
            38 => self.node(Number, "(@ |> Math.min(_, @))", &[Number, Number]),
            39 => self.node(Number, "(@ |> .concat(@) |> sum)", &[Numbers, Numbers]),
            40 => self.node(Number, "(@?.[@] ?? @)", &[Numbers, Number, Number]),
            41 => self.node(Number, "Math.round(Number(String(@)))", &[Number]),
            _ => self.asked(Number),
        }
    }

    /// A built-in over a list with a callback: `@` list and body, `#` the callback's name.
    fn by_callback(&mut self, sort: Sort, list: Sort, gives: Sort, templates: &[&str]) -> Tree {
        let template = self.pick(templates);
        let source = self.expression(list);
        let (name, index) = (self.fresh("x"), self.fresh("i"));
        let two = self.chance(4);
        let item = if list == Texts { Text } else { Number };
        let body = self.body(false, |it| {
            it.declare(&name, item, true);
            if two {
                it.declare(&index, Number, false);
            }
            it.block(gives)
        });
        let head = if two { format!("({name}, {index})") } else { name };
        Tree::node(sort, &template.replace('#', &head), [source, body])
    }

    fn text(&mut self) -> Tree {
        match self.below(18) {
            16 | 17 => self.of_records(Text),
            0 | 1 => self.node(Text, "(@ + @)", &[Text, Any]),
            2 | 3 => self.node(Text, "`<${@}|${@}>`", &[Any, Text]),
            4 => self.node(Text, "@.toUpperCase()", &[Text]),
            5 => self.node(Text, "@.slice(0, @)", &[Text, Number]),
            6 => self.node(Text, "@.join(\"-\")", &[Numbers]),
            7 => self.node(Text, "@.join(@)", &[Texts, Text]),
            8 => self.node(Text, "String(@)", &[Any]),
            9 => self.node(Text, "(typeof @ + \"\")", &[Any]),
            10 => self.node(Text, "JSON.stringify(@)", &[Any]),
            11 => self.node(Text, "(@[0] ?? @)", &[Text, Text]),
            12 => self.node(Text, "@.s", &[Object]),
            13 => self.node(Text, "evidence(@)", &[Any]),
            14 => self.node(Text, "@.trim().replace(\"a\", @)", &[Text, Text]),
            _ => self.asked(Text),
        }
    }

    fn truth(&mut self) -> Tree {
        let c = self.confidence();
        match self.below(25) {
            23 | 24 => self.of_records(Bool),
            0 | 1 => self.node(Bool, "(@ < @)", &[Number, Number]),
            2 => self.node(Bool, "(@ >= @)", &[Number, Number]),
            3 => self.node(Bool, "(@ <= @)", &[Text, Text]),
            4 | 5 => self.node(Bool, "(@ == @)", &[Number, Number]),
            6 => self.node(Bool, "(@ != @)", &[Any, Any]),
            7 => self.node(Bool, "(@ == @)", &[Numbers, Numbers]),
            8 => self.node(Bool, "(!@)", &[Any]),
            9 => self.node(Bool, "@.includes(@)", &[Numbers, Number]),
            10 => self.node(Bool, "(@ in @)", &[Text, Object]),
            11 => self.node(Bool, "(@ in @)", &[Number, Numbers]),
            12 => self.node(Bool, &format!("(~@ >= {c})"), &[Any]),
            13 => self.by_callback(Bool, Numbers, Bool, &["@.some(# => @)", "@.every(# => @)"]),
            14 => self.node(Bool, "(@ && @)", &[Bool, Bool]),
            15 => self.node(Bool, "(@ ~== @)", &[Text, Text]),
            16 => self.node(Bool, "(@ ~!= @)", &[Any, Any]),
            17 => self.node(Bool, "(@ ~< @)", &[Number, Number]),
            18 => self.node(Bool, "(@ ~<= @)", &[Number, Number]),
            19 => self.node(Bool, "(null < @)", &[Number]),
            20 => self.node(Bool, "(@ instanceof Error)", &[Any]),
            _ => self.asked(Bool),
        }
    }

    fn numbers(&mut self) -> Tree {
        match self.below(30) {
            29 => self.of_records(Numbers),
            0 | 1 => {
                let items = (0..self.below(4)).map(|_| self.expression(Number)).collect();
                Tree::list(Numbers, "[", items, ", ", "]")
            }
            2 => self.node(Numbers, "[...@, @]", &[Numbers, Number]),
            3..=6 => self.by_callback(Numbers, Numbers, Number, &["@.map(# => @)", "@.sortBy(# => @)"]),
            7 | 8 => self.by_callback(Numbers, Numbers, Bool, &["@.filter(# => @)", "@.partition(# => @)[0]"]),
            9 => {
                let (list, (a, b)) = (self.expression(Numbers), (self.fresh("a"), self.fresh("b")));
                let body = self.body(false, |it| {
                    it.declare(&a, Number, false);
                    it.declare(&b, Number, false);
                    it.expression(Number)
                });
                // A task must not sort what belongs to another.
                let form = if self.task == 0 { "@.sort" } else { "@.slice().sort" };
                let form = self.pick(&["@.toSorted", "@.slice().sort", form]);
                Tree::node(Numbers, &format!("{form}(({a}, {b}) => @)"), [list, body])
            }
            10 => self.node(Numbers, "sort(@)", &[Numbers]),
            11 => self.node(Numbers, "reverse(@)", &[Numbers]),
            12 => self.node(Numbers, "@.slice(@)", &[Numbers, Number]),
            13 => self.node(Numbers, "@.concat(@)", &[Numbers, Numbers]),
            14 => self.by_callback(Numbers, Numbers, Numbers, &["@.flatMap(# => @)"]),
            15 => self.node(Numbers, "unique(@)", &[Numbers]),
            16 => self.node(Numbers, "@.xs", &[Object]),
            17 => self.node(Numbers, "range(Math.floor(@) % 5)", &[Number]),
            18 => Tree::leaf(Numbers, self.pick(&["(0..3)", "(1..=3)", "range(2, 8, 3)"])),
            23 => self.node(Numbers, "(@ % 9..@ % 9 + 3)", &[Number, Number]),
            24 => self.node(Numbers, "[...@].splice(1, 2)", &[Numbers]),
            25 => self.node(Numbers, "values(@).filter(v => typeof v == \"number\")", &[Object]),
            26 => self.node(Numbers, "confidences(@).map(c => c ?? 0)", &[Numbers]),
            19 | 20 => {
                let tasks = self.tasks(Number);
                let options = self.pick(&["", ", { limit: 1 }", ", { limit: 2 }", ", { timeout: 15 }"]);
                Tree::node(Numbers, &format!("parallel(@{options})"), [tasks])
            }
            21 => {
                let tasks = self.tasks(Number);
                Tree::node(Numbers, "quorum(1, @)", [tasks])
            }
            22 => {
                let tasks = self.tasks(Number);
                Tree::node(Numbers, "parallel(@, { errors: \"collect\" }).filter(r => typeof r == \"number\")", [tasks])
            }
            _ => self.asked(Numbers),
        }
    }

    fn texts(&mut self) -> Tree {
        match self.below(9) {
            8 => self.of_records(Texts),
            0 | 1 => {
                let items = (0..self.below(4)).map(|_| self.expression(Text)).collect();
                Tree::list(Texts, "[", items, ", ", "]")
            }
            2 => self.node(Texts, "@.split(\"a\")", &[Text]),
            3 => self.node(Texts, "keys(@)", &[Object]),
            4 => self.by_callback(Texts, Numbers, Text, &["@.map(# => @)"]),
            5 => self.by_callback(Texts, Texts, Bool, &["@.filter(# => @)"]),
            6 => self.node(Texts, "sort(@)", &[Texts]),
            _ => self.node(Texts, "[...@, ...@]", &[Texts, Texts]),
        }
    }

    fn object(&mut self) -> Tree {
        match self.below(8) {
            0 | 1 => self.node(Object, "({ n: @, s: @, xs: @ })", &[Number, Text, Numbers]),
            2 => self.node(Object, "({ ...@, n: @ })", &[Object, Number]),
            3 => self.node(Object, "({ n: @, s: @, xs: @, [@]: @ })", &[Number, Text, Numbers, Text, Any]),
            4 => self.node(Object, "merge(@, { s: @ })", &[Object, Text]),
            5 => self.node(Object, "({ extra: @, ...@ })", &[Any, Object]),
            6 => self.node(Object, "({ n: @, s: @, xs: [], of: @ })", &[Number, Text, Object]),
            _ => self.asked(Object),
        }
    }
}
