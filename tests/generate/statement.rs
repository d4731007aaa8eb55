//! Random statements.

use super::{Callable, Generator, Sort, Tree};
use Sort::{Any, Bool, Fixed, Number, Numbers, Object, Records, Statement, Text, Texts};

const SORTS: [Sort; 7] = [Number, Text, Bool, Numbers, Texts, Records, Object];

impl Generator {
    /// A block whose value is of a sort.
    pub(super) fn block(&mut self, sort: Sort) -> Tree {
        let held = self.in_loop;
        let block = self.scope(|it| {
            let mut lines = Vec::new();
            while it.budget > 0 && lines.len() < 3 && it.chance(3) {
                lines.push(it.statement());
            }
            if it.in_function && it.chance(12) {
                let value = it.expression(sort);
                let condition = it.condition();
                lines.push(Tree::node(Statement, "if (@) { return @ }", [condition, value]));
            }
            let value = it.expression(sort);
            (Tree::list(Fixed, "", lines, "\n", ""), value)
        });
        self.in_loop = held;
        Tree::node(sort, "{\n@\n@\n}", [block.0, block.1])
    }

    /// A block that is run for what it does.
    pub(super) fn action(&mut self) -> Tree {
        let lines = self.scope(|it| {
            let mut lines = vec![it.statement()];
            while it.budget > 0 && lines.len() < 4 && !it.chance(3) {
                lines.push(it.statement());
            }
            lines
        });
        Tree::list(Fixed, "{\n", lines, "\n", "\n}")
    }

    pub(super) fn declaration(&mut self, sort: Sort) -> Tree {
        let value = self.expression(sort);
        let word = self.pick(&["let ", "let ", "let ", "const ", "var ", ""]);
        // An assignment inside a block that declares makes a variable of the whole function; a new name each time.
        let hides = self.chance(8) && !word.is_empty();
        let name = match self.name(sort, false) {
            Some(name) if hides && self.in_function => name,
            _ => self.fresh("v"),
        };
        let name = if self.names.iter().any(|it| it.text == name) { self.fresh("v") } else { name };
        self.declare(&name, sort, word != "const ");
        Tree::node(Statement, &format!("{word}{name} = @"), [value])
    }

    pub(super) fn statement(&mut self) -> Tree {
        self.budget -= 1;
        if self.budget < 0 {
            return Tree::leaf(Statement, "0");
        }
        // Statements within expressions are as rare as deep expressions; each begins anew.
        let depth = self.depth;
        self.depth = depth.saturating_sub(1);
        let made = self.any_statement();
        self.depth = depth;
        made
    }

    fn any_statement(&mut self) -> Tree {
        match self.below(62) {
            44..=47 => self.looked_through(),
            48 => self.record_change(),
            49 | 50 => self.circling(),
            51 | 61 if self.wide => self.sent(),
            52 | 53 => self.taking_apart(),
            54 => self.switching(),
            55 => self.left(),
            56 => self.kept(),
            57 => self.makers(),
            58..=60 => {
                let (value, name) = (self.built_in(), self.fresh("v"));
                self.declare(&name, Any, true);
                Tree::node(Statement, &format!("let {name} = @"), [value])
            }
            0..=3 => {
                let sort = self.pick(&SORTS);
                self.declaration(sort)
            }
            4 | 5 => {
                let sort = self.pick(&SORTS);
                self.assignment(sort)
            }
            6 | 7 => self.number_change(),
            8 | 9 => self.list_change(),
            10 | 11 => self.object_change(),
            12 | 13 => {
                let (condition, then, other) = (self.condition(), self.action(), self.action());
                match self.below(3) {
                    0 => Tree::node(Statement, "if (@) @", [condition, then]),
                    // Parentheses around a head that begins with one, or they might end it.
                    1 => Tree::node(Statement, "if true && (@) @ else @", [condition, then, other]),
                    _ => {
                        let (second, third) = (self.condition(), self.action());
                        Tree::node(Statement, "if (@) @ else if (@) @ else @", [condition, then, second, other, third])
                    }
                }
            }
            14..=18 => self.repetition(),
            19 | 20 => self.function(),
            21 => self.trying(),
            22 | 23 => {
                let subject = self.expression(Any);
                let branches = self.branches(None);
                Tree::node(Statement, "uncertain if (@) @", [subject, branches])
            }
            24 => {
                let (subject, test) = (self.expression(Number), self.expression(Number));
                let (first, other) = (self.action(), self.action());
                let leave = self.pick(&["", "\nbreak"]);
                let template = format!("switch (@) {{ case 1: case @: @{leave}\ncase 3: break\ndefault: @ }}");
                Tree::node(Statement, &template, [subject, test, first, other])
            }
            25 | 26 => self.unpacking(),
            27 => {
                let (subject, name) = (self.expression(Object), self.fresh("m"));
                let (first, second) = (
                    self.scope(|it| {
                        it.declare(&name, Number, true);
                        it.action()
                    }),
                    self.action(),
                );
                Tree::node(Statement, &format!("match @ {{ {{ n: {name} }} => @, _ => @ }}"), [subject, first, second])
            }
            28 => {
                let value = self.expression(Any);
                Tree::node(Statement, "print(@)", [value])
            }
            29 => {
                let body = self.action();
                Tree::node(Statement, "context \"step\" @", [body])
            }
            30 if self.in_loop => {
                let condition = self.condition();
                let word = self.pick(&["break", "continue"]);
                Tree::node(Statement, &format!("if (@) {{ {word} }}"), [condition])
            }
            31 => self.cell(),
            32 | 33 => self.mocked(),
            34 => self.told(),
            35 => self.counted_calls(),
            36 if self.in_test => self.expectation(),
            36 | 37 => self.deep_change(),
            38 => {
                let (list, a, b) = (self.expression(Object), self.fresh("v"), self.fresh("v"));
                let body = self.looped(|it| {
                    it.declare(&a, Text, false);
                    it.declare(&b, Any, false);
                    it.action()
                });
                Tree::node(Statement, &format!("for (const [{a}, {b}] of entries(@)) @"), [list, body])
            }
            _ => self.expression(Any).sorted(),
        }
    }

    fn assignment(&mut self, sort: Sort) -> Tree {
        match self.name(sort, true) {
            Some(name) => {
                let value = self.expression(sort);
                let op = match sort {
                    Text if self.chance(2) => "+=",
                    _ => self.pick(&["=", "=", "||=", "&&=", "??="]),
                };
                Tree::node(Statement, &format!("{name} {op} @"), [value])
            }
            None => self.declaration(sort),
        }
    }

    fn number_change(&mut self) -> Tree {
        match self.name(Number, true) {
            Some(name) => {
                let value = self.expression(Number);
                let op = self.pick(&["+=", "-=", "*=", "~+=", "~-=", "="]);
                Tree::node(Statement, &format!("{name} {op} @"), [value])
            }
            None => self.declaration(Number),
        }
    }

    fn list_change(&mut self) -> Tree {
        let (name, path) = match (self.name(Numbers, true), self.name(Object, true)) {
            (Some(name), None) => (name, false),
            (Some(name), Some(_)) if self.chance(2) => (name, false),
            (_, Some(name)) => (format!("{name}.xs"), true),
            (None, None) => return self.declaration(Numbers),
        };
        let _ = path;
        let value = self.expression(Number);
        let index = self.simple(Number);
        match self.below(12) {
            0..=2 => Tree::node(Statement, &format!("{name}.push(@)"), [value]),
            3 => Tree::node(Statement, &format!("{name}[0] = @"), [value]),
            4 => Tree::node(Statement, &format!("{name}[{name}.length] = @"), [value]),
            5 => Tree::node(Statement, &format!("if ({name}.length > 1) {{ {name}[1] += @ }}"), [value]),
            6 => Tree::node(Statement, &format!("{name}.splice(@, 1, @)"), [index, value]),
            7 => Tree::leaf(Statement, format!("{name}.sort((a, b) => a - b)")),
            8 => Tree::leaf(Statement, format!("{name}.reverse()")),
            9 => Tree::node(Statement, &format!("{name}.unshift(@)"), [value]),
            10 => Tree::leaf(Statement, format!("{name}.shift()")),
            _ => Tree::node(Statement, &format!("if ({name}.length > 0) {{ {name}[-1] = @ }}"), [value]),
        }
    }

    fn object_change(&mut self) -> Tree {
        let Some(name) = self.name(Object, true) else { return self.declaration(Object) };
        match self.below(8) {
            0 => Tree::node(Statement, &format!("{name}.n = @"), [self.expression(Number)]),
            1 => Tree::node(Statement, &format!("{name}.n += @"), [self.expression(Number)]),
            2 => Tree::node(Statement, &format!("{name}[@] = @"), [self.expression(Text), self.expression(Any)]),
            3 => Tree::leaf(Statement, format!("delete {name}.extra")),
            4 => Tree::leaf(Statement, format!("{name}.n++")),
            5 => Tree::node(
                Statement,
                &format!("{name}.of = {{ a: @ }}\n{name}.of.a ??= @\n{name}.of.b = @"),
                [self.expression(Any), self.expression(Any), self.expression(Any)],
            ),
            6 => Tree::node(Statement, &format!("{name}.set(@, @)"), [self.expression(Text), self.expression(Any)]),
            _ => Tree::node(Statement, &format!("{name}.s += @"), [self.expression(Text)]),
        }
    }

    pub(super) fn looped<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> T {
        let held = self.in_loop;
        self.in_loop = true;
        let result = self.scope(inside);
        self.in_loop = held;
        result
    }

    fn repetition(&mut self) -> Tree {
        let name = self.fresh("i");
        let max = if self.chance(4) { " max 2" } else { "" };
        let with = |it: &mut Self, name: &str, sort: Sort, changes: bool| {
            it.looped(|it| {
                it.declare(name, sort, changes);
                it.action()
            })
        };
        match self.below(14) {
            11 => {
                let branches = self.looped(|it| {
                    it.declare(&name, Number, false);
                    it.branches(None)
                });
                let start = self.pick(&["0", "0 ~> 0.6"]);
                Tree::node(
                    Statement,
                    &format!("uncertain for (let {name} = {start}; {name} < 2; {name}++) @"),
                    [branches],
                )
            }
            12 => {
                let (list, body) = (self.expression(Object), with(self, &name, Number, true));
                Tree::node(
                    Statement,
                    &format!("for (const {{ n: {name} }} of [@, {{ n: 2 }}]) @").replace("const", "let"),
                    [list, body],
                )
            }
            13 => {
                let (number, body) = (self.expression(Number), with(self, &name, Number, false));
                let less =
                    self.pick(&["Math.floor(# / 2)", "(# - # % 3) / 3", "Math.trunc(# * 0.4)"]).replace('#', &name);
                let text = format!("let {name} = min(@, 9e15)\nwhile ({name} > 0) {{\n{name} = {less}\n@\n}}");
                Tree::node(Statement, &text, [number, body])
            }
            0 | 1 => {
                let (list, body) = (self.expression(Numbers), with(self, &name, Number, true));
                Tree::node(Statement, &format!("for {name} in @{max} @"), [list, body])
            }
            2 => {
                let (list, body) = (self.expression(Texts), with(self, &name, Text, true));
                Tree::node(Statement, &format!("for (const {name} of @) @").replace("const ", "let "), [list, body])
            }
            3 => {
                let body = with(self, &name, Number, false);
                Tree::node(Statement, &format!("for {name} in 0..3 @"), [body])
            }
            4 => {
                let body = with(self, &name, Number, false);
                Tree::node(Statement, &format!("for (let {name} = 0; {name} < 3; {name}++) @"), [body])
            }
            5 => {
                let (object, body) = (self.expression(Object), with(self, &name, Text, false));
                Tree::node(Statement, &format!("for {name}, value in @ @"), [object, body])
            }
            6 => {
                let (list, body) = (self.expression(Numbers), with(self, &name, Number, false));
                let index = self.fresh("k");
                Tree::node(Statement, &format!("for {name}, {index} in @{max} @"), [list, body])
            }
            7 => {
                let (condition, body) = (self.condition(), self.looped(Self::action));
                Tree::node(Statement, "while (@) max 3 @", [condition, body])
            }
            8 => {
                let (body, condition) = (self.looped(Self::action), self.condition());
                Tree::node(Statement, "do @ while (@) max 3", [body, condition])
            }
            9 => {
                let list = self.expression(Numbers);
                let branches = self.looped(|it| {
                    it.declare(&name, Number, false);
                    it.branches(None)
                });
                Tree::node(Statement, &format!("uncertain for {name} in @ @"), [list, branches])
            }
            _ => {
                let condition = self.expression(Any);
                let branches = self.looped(|it| it.branches(None));
                Tree::node(Statement, "uncertain while (@) max 2 @", [condition, branches])
            }
        }
    }

    /// The branches of `uncertain`: for their values, or for what they do.
    pub(super) fn branches(&mut self, sort: Option<Sort>) -> Tree {
        let mut all = Vec::new();
        let mut own = 0;
        for band in ["high", "medium", "low", "default"] {
            // A branch that gives a value must be there, or the value is null.
            if band == "default" && self.chance(2) || sort.is_none() && self.chance(4) {
                continue;
            }
            let threshold = match band {
                "high" if self.chance(5) => " >= 0.8",
                "medium" if self.chance(5) => " >= 0.3",
                _ => "",
            };
            own += 1;
            let body = match sort {
                Some(sort) => self.block(sort),
                None => self.action(),
            };
            all.push(Tree::node(Fixed, &format!("{band}{threshold} @"), [body]));
        }
        if own == 0 {
            all.push(Tree::leaf(Fixed, "low { 0 }"));
        }
        Tree::list(Fixed, "{\n", all, "\n", "\n}")
    }

    pub(super) fn function(&mut self) -> Tree {
        let gives = self.pick(&SORTS);
        let takes: Vec<Sort> = (0..self.below(3)).map(|_| self.pick(&SORTS)).collect();
        let names: Vec<String> = takes.iter().map(|_| self.fresh("p")).collect();
        let mut defaults = Vec::new();
        for (name, sort) in names.iter().zip(&takes) {
            let default = self.chance(4).then(|| self.simple(*sort).print());
            defaults.push(default.map_or(name.clone(), |default| format!("{name} = {default}")));
        }
        if self.chance(8) {
            defaults.push("...others".into());
        }
        let body = self.body(false, |it| {
            names.iter().zip(&takes).for_each(|(name, sort)| it.declare(name, *sort, true));
            it.block(gives)
        });
        let text = self.fresh("f");
        let cap = if self.chance(6) { format!(" ~> {}", self.confidence()) } else { String::new() };
        let parameters = defaults.join(", ");
        let word = self.pick(&["function", "fn"]);
        let template = match self.below(3) {
            0 => format!("let {text} = ({parameters}) => @"),
            _ => format!("{word} {text}({parameters}){cap} @"),
        };
        self.functions.push(Callable { text, takes, gives });
        Tree::node(Statement, &template, [body])
    }

    fn trying(&mut self) -> Tree {
        let tried = self.action();
        let name = self.fresh("e");
        let caught = self.scope(|it| {
            it.declare(&format!("{name}.code"), Text, false);
            it.action()
        });
        let last = self.action();
        match self.below(4) {
            0 => Tree::node(Statement, "try @ finally @", [tried, last]),
            1 => Tree::node(Statement, &format!("try @ catch ({name}) @ finally @"), [tried, caught, last]),
            2 => {
                let thrown = self.expression(Text);
                let template = format!(
                    "try {{ if (@) {{ throw @ }}\n@ }} catch ({name}) {{ print({name}.code == \"R001\" ? {name}.message : {name}.code)\n@ }}"
                );
                let condition = self.condition();
                let tried = Tree::list(Fixed, "", vec![tried], "\n", "");
                Tree::node(Statement, &template, [condition, thrown, tried, caught])
            }
            _ => Tree::node(Statement, &format!("try @ catch ({name}) @"), [tried, caught]),
        }
    }

    fn unpacking(&mut self) -> Tree {
        let (first, second, rest) = (self.fresh("v"), self.fresh("v"), self.fresh("v"));
        let word = self.pick(&["let ", "const "]);
        let changes = word == "let ";
        match self.below(4) {
            0 => {
                let list = self.expression(Numbers);
                self.declare(&rest, Numbers, changes);
                let default = self.simple(Number).print();
                self.declare(&first, Number, changes);
                Tree::node(Statement, &format!("{word}[{first} = {default}, ...{rest}] = @"), [list])
            }
            1 => {
                let object = self.expression(Object);
                self.declare(&first, Number, changes);
                self.declare(&second, Text, changes);
                self.declare(&rest, Any, changes);
                Tree::node(Statement, &format!("{word}{{ n: {first}, s: {second}, ...{rest} }} = @"), [object])
            }
            2 => match (self.name(Number, true), self.name(Number, true)) {
                (Some(a), Some(b)) if a != b => Tree::leaf(Statement, format!("[{a}, {b}] = [{b}, {a}]")),
                _ => self.declaration(Number),
            },
            _ => {
                let object = self.expression(Object);
                self.declare(&first, Number, changes);
                Tree::node(Statement, &format!("{word}{{ xs: [, {first} = 4] }} = @"), [object])
            }
        }
    }

    /// A variable that several functions share.
    pub(super) fn cell(&mut self) -> Tree {
        let (cell, add, get) = (self.fresh("c"), self.fresh("f"), self.fresh("f"));
        let value = self.expression(Number);
        self.declare(&cell, Number, true);
        self.functions.push(Callable { text: add.clone(), takes: vec![Number], gives: Number });
        self.functions.push(Callable { text: get.clone(), takes: Vec::new(), gives: Number });
        let template = format!("let {cell} = @\nlet {add} = x => {{ {cell} += x\n{cell} }}\nlet {get} = () => {cell}");
        Tree::node(Statement, &template, [value])
    }
}

impl Tree {
    /// An expression as a statement.
    fn sorted(self) -> Tree {
        Tree::node(Statement, "@", [self])
    }
}
