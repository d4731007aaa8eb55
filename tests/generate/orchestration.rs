//! Random agents, mocks, forms of orchestration, patterns and tests.

use super::{Callable, Generator, Sort, Tree};
use Sort::{Agent, Any, Bool, Counter, Fixed, Number, Numbers, Object, Statement, Text, Texts};

const SORTS: [Sort; 6] = [Number, Text, Bool, Numbers, Texts, Object];

/// What the agents of all programs can be asked, as an interface.
const INTERFACE: &str = "agent Teller {
count(q: any): number
say(q: any): string
judge(q: any): boolean
list(q: any): number[]
look(q: any): { n: number, s: string }
}";

fn method(sort: Sort) -> Option<&'static str> {
    Some(match sort {
        Number => "count",
        Text => "say",
        Bool => "judge",
        Numbers => "list",
        Object => "look",
        _ => return None,
    })
}

fn annotation(sort: Sort) -> &'static str {
    match sort {
        Number => "number",
        Text => "string",
        Bool => "boolean",
        Numbers => "number[]",
        Texts => "string[]",
        Sort::Records => "{ ok: any, text: string, n: number }[]",
        Object => "{ n: number, s: string, xs?: number[] }",
        _ => "any",
    }
}

impl Generator {
    /// Something in a place that is no function's, though it is a task.
    pub(super) fn element<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> T {
        self.body(true, |it| {
            it.in_function = false;
            inside(it)
        })
    }

    /// Whether there is anyone to ask.
    pub(super) fn someone_known(&mut self) -> bool {
        self.globals || self.name(Agent, false).is_some()
    }

    fn someone(&mut self) -> Tree {
        let known = self.name(Agent, false).filter(|_| !self.globals || self.chance(2));
        let who = match known {
            Some(name) => name,
            None => {
                let name = self.pick(&["ann", "bob", "cyd"]);
                match self.below(8) {
                    0 => format!("agents[\"{name}\"]"),
                    1 => format!("(among(agentList, \"{name}\") ?? agents.ann)"),
                    _ => format!("agents.{name}"),
                }
            }
        };
        let options = self.pick(&[
            "",
            "",
            "",
            "",
            "",
            "",
            ".with({ timeout: 15ms })",
            ".with({ retries: 1 })",
            ".with({ model: \"m\", temperature: 0.5 })",
            ".with({ schema: { type: \"number\" } })",
        ]);
        Tree::leaf(Agent, who + options)
    }

    /// An answer of an agent.
    pub(super) fn asked(&mut self, sort: Sort) -> Tree {
        let Some(method) = method(sort).filter(|_| self.someone_known()) else { return self.simple(sort) };
        let given = if self.chance(2) { self.simple(Any) } else { self.expression(Any) };
        if let Some(name) = self.name(Counter, false).filter(|_| sort == Number) {
            return Tree::node(sort, &format!("{name}.count(@)"), [given]);
        }
        let who = self.someone();
        Tree::node(sort, &format!("@.{method}(@)"), [who, given])
    }

    /// What a function is given.
    pub(super) fn argument(&mut self, sort: Sort) -> Tree {
        if sort == Agent { self.someone() } else { self.expression(sort) }
    }

    fn function_of(&mut self, takes: Sort, gives: Sort) -> Tree {
        let name = self.fresh("h");
        let body = self.body(false, |it| {
            it.declare(&name, takes, true);
            it.block(gives)
        });
        Tree::node(Fixed, &format!("{name} => @"), [body])
    }

    /// A form of section 8.
    pub(super) fn orchestrated(&mut self, sort: Sort) -> Tree {
        let c = self.confidence();
        match self.below(16) {
            0 => {
                let steps = (0..1 + self.below(3)).map(|_| self.function_of(sort, sort)).collect();
                let (steps, given) = (Tree::list(Fixed, "[", steps, ", ", "]"), self.expression(sort));
                Tree::node(sort, "sequential(@, @)", [steps, given])
            }
            1 => {
                let path = (0..1 + self.below(3)).map(|_| self.function_of(sort, sort)).collect();
                let (given, path) = (self.expression(sort), Tree::list(Fixed, "[", path, ", ", "]"));
                Tree::node(sort, "escalate(@, @)", [given, path])
            }
            2 if self.someone_known() => {
                let (given, who) = (self.expression(sort), self.someone());
                let template = ["verify(@, { agent: @ })", "verify(@, { human: @ })", "verify(@, @)"];
                Tree::node(sort, self.pick(&template), [given, who])
            }
            3 if self.globals => {
                let templates = [
                    "verify(@, { command: \"cyd fast x\" })",
                    "verify(@, { human: \"bob\" })",
                    "approve(@, { to: \"ann\", within: 15ms })",
                ];
                let template = self.pick(&templates);
                self.node(sort, template, &[sort])
            }
            4 if self.someone_known() => {
                let (given, who) = (self.expression(sort), self.someone());
                let within = self.pick(&["", ", within: 15ms", ", within: 1s"]);
                Tree::node(sort, &format!("approve(@, {{ to: @{within} }})"), [given, who])
            }
            5 => {
                let schema = self.pick(&[
                    "{ type: \"number\", minimum: 2 }",
                    "{ type: [\"string\", \"array\"], minLength: 1, minItems: 2 }",
                    "{ anyOf: [{ type: \"boolean\" }, { enum: [\"a\", 1, null] }] }",
                    "{ type: \"object\", required: [\"n\"], properties: { n: { type: \"integer\" } } }",
                ]);
                self.node(sort, &format!("verify(@, {{ schema: {schema} }})"), &[sort])
            }
            6 | 7 => {
                let mut tasks = Vec::new();
                for _ in 0..1 + self.below(4) {
                    tasks.push(self.element(|it| it.asked(sort)));
                }
                let strategy = self.pick(&["plurality", "weighted", "majority", "strong", "unanimous"]);
                let stop = self.pick(&["", ", stop: \"decided\""]);
                let tasks = Tree::list(Fixed, "[", tasks, ", ", "]");
                let other = self.simple(sort);
                Tree::node(sort, &format!("(vote(@, {{ strategy: \"{strategy}\"{stop} }}) ?? @)"), [tasks, other])
            }
            8 => {
                let results = (0..1 + self.below(4)).map(|_| self.expression(sort)).collect();
                let (results, other) = (Tree::list(Fixed, "[", results, ", ", "]"), self.simple(sort));
                let template = self.pick(&["(vote(@) ?? @)", "(consensus(@, \"moderate\") ?? @)", "(best(...@) ?? @)"]);
                Tree::node(sort, template, [results, other])
            }
            9 => {
                let (op, other) = (self.operand(sort), self.simple(sort));
                let key = self.pick(&["attempts", "max"]);
                let template = format!("(retry(@, {{ {key}: 3, until: {c}, delay: 5ms, backoff: 2 }}) ?? @)");
                Tree::node(sort, &template, [op, other])
            }
            10 => {
                let (tasks, other) = (self.tasks(sort), self.simple(sort));
                let template = [
                    "(quorum(2, @)[0] ?? @)",
                    "(parallel(@)[1] ?? @)",
                    "(Promise.all(@)[0] ?? @)",
                    "(aggregate(parallel(@, { timeout: 12, limit: 2 }))[0] ?? @)",
                ];
                Tree::node(sort, self.pick(&template), [tasks, other])
            }
            11 => {
                let tasks = self.tasks(sort);
                let other = self.simple(sort);
                let options = self.pick(&["", ", timeout: 12", ", limit: 1"]);
                let template = format!(
                    "(parallel(@, {{ errors: \"collect\"{options} }}).find(r => typeof r != \"error\" && r != null) ?? @)"
                );
                Tree::node(sort, &template, [tasks, other])
            }
            12 => {
                let (op, other) = (self.operand(sort), self.operand(sort));
                let last = self.simple(sort);
                Tree::node(sort, "(fallback(timeout(@, 12ms), @, @))", [op, other, last])
            }
            13 => {
                let (wait, value) = (self.pick(&["5ms", "10", "0"]), self.expression(sort));
                Tree::node(sort, &format!("(() => {{ delay({wait})\n@ }})()"), [value])
            }
            14 => {
                let (template, given) =
                    (self.pick(&["async () => @", "async function () { return @ }"]), self.simple(sort));
                Tree::node(sort, &format!("(await ({template})())"), [given])
            }
            _ if self.globals && sort == Text => {
                self.node(sort, "String(llm(`say ${@} twice`, { model: \"m\" }))", &[Any])
            }
            _ => self.asked(sort),
        }
    }

    /// Answers of a mock: one, some in turn, or a function.
    fn answers(&mut self, sort: Sort) -> Tree {
        match self.below(4) {
            0 => {
                let body = self.function_of(Any, sort);
                Tree::node(Fixed, "@", [body])
            }
            1 | 2 => {
                let all = (0..1 + self.below(3)).map(|_| self.expression(sort)).collect();
                Tree::list(Fixed, "[", all, ", ", "]")
            }
            _ if [Numbers, Texts].contains(&sort) => self.node(Fixed, "[@]", &[sort]),
            _ => {
                let given = self.expression(sort);
                Tree::node(Fixed, "@", [given])
            }
        }
    }

    /// A mock with a name.
    pub(super) fn mocked(&mut self) -> Tree {
        let name = self.fresh("k");
        let made = match self.below(6) {
            0 => {
                let answers = self.answers(Number);
                self.declare(&name, Counter, false);
                Tree::node(Fixed, "mock(@)", [answers])
            }
            1 => {
                let answers = self.answers(Number);
                self.declare(&name, Counter, false);
                let after = self.pick(&["5ms", "20ms", "0"]);
                Tree::node(Fixed, &format!("mock.slow(@, {after})"), [answers])
            }
            2 => {
                let message = self.simple(Text);
                self.declare(&name, Counter, false);
                Tree::node(Fixed, "mock.failing(@)", [message])
            }
            _ => {
                let mut answers = Vec::new();
                for sort in [Number, Text, Bool, Numbers, Object, Bool] {
                    answers.push(self.answers(sort));
                }
                self.declare(&name, Agent, false);
                let template = "mock.methods({ count: @, say: @, judge: @, list: @, look: @, \"*\": @ })";
                Tree::node(Fixed, template, answers)
            }
        };
        if self.in_test && self.task == 0 && self.chance(2) && !self.in_function {
            let who = self.pick(&["ann", "bob", "default"]);
            return Tree::node(Statement, &format!("let {name} = @\nagents.{who} = {name}"), [made]);
        }
        let count = self.fresh("n");
        self.declare(&count, Number, false);
        Tree::node(Statement, &format!("let {name} = @\nlet {count} = {name}.calls.length"), [made])
    }

    /// Events and decisions, and what was asked so far.
    pub(super) fn told(&mut self) -> Tree {
        let c = self.confidence();
        if let Some(name) = self.name(Counter, false).filter(|_| self.chance(2)) {
            return Tree::leaf(Statement, format!("print({name}.calls)"));
        }
        let template = match self.below(3) {
            0 => "emit(\"done\", @)".to_owned(),
            1 => "emit(\"late\", @, { delay: 5s, condition: \"idle\" })".to_owned(),
            _ => format!("track(@, {{ confidence: {c}, context: {{ step: 1 }} }})"),
        };
        self.node(Statement, &template, &[Any])
    }

    /// A function whose calls are counted, and a call of it.
    pub(super) fn counted_calls(&mut self) -> Tree {
        let (name, n) = (self.fresh("f"), self.fresh("p"));
        let most = 2 + self.below(6);
        let step = self.body(false, |it| {
            it.declare(&n, Number, true);
            it.expression(Number)
        });
        let start = self.pick(&["0", "2", "4"]);
        let result = self.fresh("v");
        self.declare(&result, Number, true);
        let template = format!(
            "@maxCalls({most})\nfunction {name}({n}) {{ {n} <= 0 ? 0 : {name}({n} - 1) + §}}\nlet {result} = {name}({start})"
        );
        // `@` is the place of a part, so a decorator has to be one.
        let parts: Vec<&str> = template.splitn(2, '§').collect();
        let head = Tree::leaf(Fixed, parts[0]);
        Tree::node(Statement, &format!("@@{}", parts[1]), [head, step])
    }

    /// A change far inside an object.
    pub(super) fn deep_change(&mut self) -> Tree {
        let Some(name) = self.name(Object, true) else { return self.declaration(Object) };
        let (first, second) = (self.expression(Any), self.expression(Number));
        let change = self.pick(&[
            "#.of.list[0].x += @",
            "#.of.list.push({ x: @ })",
            "#.of[\"li\" + \"st\"][0].x = @",
            "#.of.list[0].x ~*= @",
            "#.of.list[0][\"y\"] ||= @",
            "#.of.list.splice(0, 1, { x: @ })",
            "#.of.sum = @\ndelete #.of.list",
            "[#.of.list[0].x, #.n] = [@, 2]",
            "{ n: #.n, s: #.of.text } = { n: @, s: \"t\" }",
            "#.of.list.sort((a, b) => (b.x ?? 0) - (a.x ?? 0))\n#.of.list[0].x -= @",
        ]);
        let template = format!("#.of = {{ list: [{{ x: 1, a: @ }}] }}\n{change}").replace('#', &name);
        Tree::node(Statement, &template, [first, second])
    }

    /// What a test wants.
    pub(super) fn expectation(&mut self) -> Tree {
        match self.below(3) {
            0 => {
                let body = self.body(false, |it| it.block(Any));
                Tree::node(Statement, "try { expect.error(\"R007\", () => @) } catch (e) { print(e.code) }", [body])
            }
            1 => self.node(Statement, "expect(@ == @ || true)", &[Number, Number]),
            _ => self.node(Statement, "try { expect(@ == @) } catch (e) { print(e.code) }", &[Number, Number]),
        }
    }

    fn with_globals<T>(&mut self, globals: bool, inside: impl FnOnce(&mut Self) -> T) -> T {
        let held = std::mem::replace(&mut self.globals, globals);
        let result = inside(self);
        self.globals = held;
        result
    }

    /// What stands above a pattern.
    fn decorators(&mut self, agent: &str) -> String {
        let mut all = String::new();
        if self.chance(3) {
            all.push_str(self.pick(&["@bands({ high: 0.9, medium: 0.4 })\n", "@bands({ high: 0.6, medium: 0.2 })\n"]));
        }
        if self.chance(4) {
            all.push_str(&format!("@budget({{ calls: {}, agents: {} }})\n", 1 + self.below(6), 1 + self.below(3)));
        }
        if self.chance(6) {
            all.push_str(&format!("@requires({agent}.count, confidence >= {})\n", self.confidence()));
        }
        all
    }

    /// Patterns that others call.
    fn patterns(&mut self) -> Vec<Tree> {
        let mut all = Vec::new();
        for _ in 0..self.below(3) {
            let (text, given, who) = (format!("Part{}", self.fresh("")), self.fresh("p"), self.fresh("a"));
            let (takes, gives) = (self.pick(&SORTS), self.pick(&SORTS));
            let decorators = self.decorators(&who);
            let body = self.with_globals(false, |it| {
                it.body(false, |it| {
                    it.declare(&given, takes, true);
                    it.declare(&who, Agent, false);
                    it.block(gives)
                })
            });
            let head = format!(
                "{decorators}pattern {text}({given}: {}, {who}: Teller): {} ",
                annotation(takes),
                annotation(gives)
            );
            all.push(Tree::node(Statement, "@@", [Tree::leaf(Fixed, head), body]));
            self.functions.push(Callable { text, takes: vec![takes, Agent], gives });
        }
        all
    }

    fn handlers(&mut self) -> Vec<Tree> {
        let often = if self.wide { self.below(3) } else { 0 };
        (0..often).map(|_| self.with_globals(false, Self::handler)).collect()
    }

    /// A pattern that is run with input and agents.
    pub(super) fn entry(&mut self) -> Tree {
        let mut all = vec![Tree::leaf(Fixed, INTERFACE)];
        all.extend(self.patterns());
        all.extend(self.handlers());
        let decorators = self.decorators("a");
        let lines = self.with_globals(false, |it| {
            it.body(false, |it| {
                it.declare("n", Number, true);
                it.declare("s", Text, true);
                it.declare("xs", Numbers, true);
                for who in ["a", "all[0]", "(all[1] ?? a)", "(among(all, \"bob\") ?? a)"] {
                    it.declare(who, Agent, false);
                }
                it.lines()
            })
        });
        let head = format!(
            "{decorators}export default pattern Main(n: number, s: string, xs: number[], a: Teller, all: Teller[1..3]) {{\n"
        );
        all.push(Tree::node(Fixed, "@@", [Tree::leaf(Fixed, head), Tree::list(Fixed, "", lines, "\n", "\n}")]));
        Tree::list(Fixed, "", all, "\n", "\n")
    }

    /// A test, with patterns it calls and mocks it binds.
    pub(super) fn test(&mut self) -> Tree {
        let mut all = vec![Tree::leaf(Fixed, INTERFACE)];
        all.extend(self.patterns());
        all.extend(self.handlers());
        self.in_test = true;
        let lines = self.lines();
        all.push(Tree::list(Fixed, "test \"it\" {\n", lines, "\n", "\n}"));
        Tree::list(Fixed, "", all, "\n", "\n")
    }
}
