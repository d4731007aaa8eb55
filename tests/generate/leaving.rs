//! Random ways out: of loops and functions through `finally`, of tasks that are cancelled while they wait, and of scopes whose
//! variables live on in functions.

use super::{Callable, Generator, Sort, Tree};
use Sort::{Any, Fixed, Number, Numbers, Object, Statement, Text, Texts};

impl Generator {
    /// A loop in a function, left in all ways from within `try`, `catch` and `finally`.
    pub(super) fn left(&mut self) -> Tree {
        let (name, given, item) = (self.fresh("f"), self.fresh("p"), self.fresh("i"));
        let gives = self.pick(&[Number, Text, Numbers, Any]);
        let jump = |it: &mut Self, parts: &mut Vec<Tree>, often: usize| -> &'static str {
            if !it.chance(often) {
                return "";
            }
            parts.push(it.condition());
            let word = it.pick(&["return @", "break", "continue", "throw @", "return", "throw \"out\""]);
            if word.contains('@') {
                parts.push(it.expression(gives));
            }
            match word {
                "return @" => "\nif (@) { return @ }",
                "break" => "\nif (@) { break }",
                "continue" => "\nif (@) { continue }",
                "throw @" => "\nif (@) { throw @ }",
                "return" => "\nif (@) { return }",
                _ => "\nif (@) { throw \"out\" }",
            }
        };
        let (template, parts) = self.body(false, |it| {
            it.declare(&given, gives, true);
            let mut parts = Vec::new();
            parts.push(it.expression(Numbers));
            let template = it.looped(|it| {
                it.declare(&item, Number, true);
                let mut template = String::from("try {\n@");
                parts.push(it.action());
                template.push_str(jump(it, &mut parts, 2));
                parts.push(it.asked(Number));
                template.push_str("\n@");
                template.push_str(jump(it, &mut parts, 3));
                template.push_str("\n}");
                if it.chance(2) {
                    template.push_str(" catch (e) {\nprint(e.code)");
                    template.push_str(jump(it, &mut parts, 3));
                    parts.push(it.statement());
                    template.push_str("\n@\n}");
                }
                if !template.contains("catch") || it.chance(2) {
                    template.push_str(" finally {");
                    parts.push(it.action());
                    template.push_str("\nif (true) @");
                    template.push_str(jump(it, &mut parts, 4));
                    template.push_str("\n}");
                }
                template
            });
            let head = it.pick(&["for # in @ §", "for # of [0, ...@] max 2 §", "for (let # = 0; # < @.length; #++) §"]);
            parts.push(it.expression(gives));
            (format!("{}\n@", head.replace('#', &item).replace('§', &format!("{{\n{template}\n}}"))), parts)
        });
        let mut parts = parts;
        parts.push(self.expression(gives));
        let made = self.fresh("v");
        self.declare(&made, Any, true);
        let template = format!(
            "function {name}({given}) {{\n{template}\n}}\nlet {made} = (try {{ {name}(@) }} catch (e) {{ e.code }})"
        );
        Tree::node(Statement, &template, parts)
    }

    /// What waits, and tidies up when it is left.
    fn guarded(&mut self, sort: Sort) -> Tree {
        let wait = self.pick(&["delay(0)", "delay(5)", "delay(11ms)", "delay(30ms)", "0"]);
        let body = self.body(true, |it| {
            let waits = if it.chance(2) { it.asked(Number) } else { Tree::leaf(Number, wait) };
            let (before, last, value) = (it.statement(), it.action(), it.block(sort));
            let template = match it.below(6) {
                0 => "{ try {\n@\n@\n@\n} finally @ }",
                1 => "{ try {\n@\n@\n@\n} catch (e) { e.code } finally @ }",
                2 => "{ try {\n@\ntry {\n@\n@\n} finally { delay(3) }\n} finally @ }",
                3 => "{ try {\n@\n@\n@\n} finally { if (true) @\ndelay(4s)\nprint(\"waited\")\ndelay(4s)\nprint(\"late\") } }",
                4 => "{ @\n@\ntry { @ } finally { try @ finally { print(\"done\") } } }",
                _ => "{ try {\n@\n@\n@\n} finally { if (true) @\ntry { parallel([() => 1]) } catch (e) { print(e.code) } } }",
            };
            Tree::node(Fixed, template, [before, waits, value, last])
        });
        Tree::node(Fixed, "() => @", [body])
    }

    /// Tasks of which some are left while they wait.
    pub(super) fn abandoned(&mut self, sort: Sort) -> Tree {
        let tasks = |it: &mut Self| {
            let mut all: Vec<Tree> = (0..1 + it.below(3)).map(|_| it.guarded(sort)).collect();
            if it.chance(2) {
                let task = match it.below(3) {
                    0 => Tree::leaf(Fixed, "() => { throw \"gone\" }"),
                    1 => {
                        let value = it.body(true, |it| it.simple(sort));
                        Tree::node(Fixed, "() => { delay(8)\n@ }", [value])
                    }
                    _ => it.body(true, |it| it.operand(sort)),
                };
                let place = it.below(all.len() + 1);
                all.insert(place, task);
            }
            Tree::list(Fixed, "[", all, ", ", "]")
        };
        let strategy = self.pick(&["plurality", "weighted", "majority", "unanimous"]);
        let template = match self.below(10) {
            0 => "race(@)".to_owned(),
            1 => "anyOf(@)".to_owned(),
            2 => "quorum(1, @)[0]".to_owned(),
            3 => "quorum(2, @)[1]".to_owned(),
            4 => "parallel(@)[0]".to_owned(),
            5 => "parallel(@, { timeout: 9ms, errors: \"collect\" }).find(r => typeof r != \"error\")".to_owned(),
            6 => "parallel(@, { timeout: 9ms, limit: 1 })[0]".to_owned(),
            7 => "timeout(() => parallel(@)[0], 9ms)".to_owned(),
            8 => format!("vote(@, {{ strategy: \"{strategy}\", stop: \"decided\" }})"),
            _ => "race([() => parallel(@), () => { delay(6)\nnull }])".to_owned(),
        };
        let (tasks, other) = (tasks(self), self.simple(sort));
        Tree::node(sort, &format!("(try {{ {template} ?? @ }} catch (e) {{ @ }})"), {
            let last = self.simple(sort);
            [tasks, other, last]
        })
    }

    /// Functions that keep the variables of the turn they were made in.
    pub(super) fn kept(&mut self) -> Tree {
        let (all, item, own, given) = (self.fresh("k"), self.fresh("i"), self.fresh("c"), self.fresh("x"));
        let source = self.expression(Numbers);
        let start = self.expression(Number);
        let (before, inside, after) = self.looped(|it| {
            it.declare(&item, Number, true);
            it.declare(&own, Number, true);
            let before = it.action();
            let inside = it.body(false, |it| {
                it.declare(&given, Number, true);
                it.block(Number)
            });
            (before, inside, it.action())
        });
        let head = self.pick(&[
            "for # in @ {",
            "for (let # = 0; # < min(3, @.length); #++) {",
            "for (const # of [...@, 1]) {",
            "for n, # in @ {",
            "let # = 0\nwhile (# < min(@.length, 2)) {\n# += 1",
        ]);
        let step = self.pick(&["", "\n§ += 1", "\n§ = # + §", "\nprint(#)"]);
        let template = format!(
            "let {all} = []\n{head}\nlet § = @\nif (true) @\n{all}.push({given} => {{ § += {given}\n@ }})\nif (true) @{step}\n}}\nfor f in {all} {{ print(f(1), f(2)) }}"
        );
        let template = template.replace('#', &item).replace('§', &own);
        Tree::node(Statement, &template, [source, start, before, inside, after])
    }

    /// Functions that make functions, and objects of functions that share a variable.
    pub(super) fn makers(&mut self) -> Tree {
        let (maker, made, x) = (self.fresh("f"), self.fresh("f"), self.fresh("p"));
        let start = self.expression(Number);
        let (first, second) = self.body(false, |it| {
            it.declare(&x, Number, true);
            (it.expression(Number), it.expression(Number))
        });
        self.functions.push(Callable { text: format!("{made}.add"), takes: vec![Number], gives: Number });
        self.functions.push(Callable { text: format!("{made}.get"), takes: Vec::new(), gives: Number });
        self.functions.push(Callable { text: format!("{maker}(2).add"), takes: vec![Number], gives: Number });
        let template = format!(
            "function {maker}({x}) {{\nlet n = @\nfunction get() {{ n + {x} }}\nconst add = {x} => {{ n = @\nn += {x}\nn + @ }}\n({{ add, get, n }})\n}}\nconst {made} = {maker}(@)"
        );
        let last = self.simple(Number);
        Tree::node(Statement, &template, [start, first, second, last])
    }

    /// Bands and thresholds that are computed.
    pub(super) fn computed_bands(&mut self, sort: Sort) -> Tree {
        let subject = self.expression(Any);
        let (high, low) =
            (self.pick(&["~@", "@ / 10", "0.8", "max(0.6, ~@)", "null"]), self.pick(&["~@", "0.2", "@ / 20"]));
        let mut parts = vec![subject];
        for threshold in [high, low] {
            if threshold.contains('@') {
                parts.push(self.simple(Number));
            }
            parts.push(self.block(sort));
        }
        parts.push(self.block(sort));
        parts.push(self.simple(sort));
        let template = format!(
            "(try {{ uncertain if (@) {{\nhigh >= {high} @\nmedium >= {low} @\ndefault @\n}} }} catch (e) {{ @ }})"
        );
        Tree::node(sort, &template, parts)
    }

    /// Agreement with all of its options, of values and of tasks.
    pub(super) fn agreed(&mut self, sort: Sort) -> Tree {
        let c = self.confidence();
        let count = 1 + self.below(4);
        let as_tasks = self.chance(2) && self.someone_known();
        let mut all = Vec::new();
        for _ in 0..count {
            all.push(match as_tasks {
                true => self.element(|it| if it.chance(4) { it.expression(sort) } else { it.asked(sort) }),
                false => self.expression(sort),
            });
        }
        let mut options = Vec::new();
        let mut strategies = vec!["plurality", "weighted", "majority", "moderate", "strong", "unanimous"];
        if !as_tasks {
            strategies.push("ranked");
        }
        if self.chance(2) {
            options.push(format!("strategy: \"{}\"", self.pick(&strategies)));
        }
        if self.chance(4) {
            options.push(format!("threshold: {c}"));
        }
        if self.chance(4) {
            let weights: Vec<&str> = (0..count).map(|_| self.pick(&["1", "0", "2", "0.5", "3"])).collect();
            options.push(format!("weights: [{}]", weights.join(", ")));
        }
        if self.chance(3) {
            options.push(format!("tie: \"{}\"", self.pick(&["first", "surest", "none"])));
        }
        if as_tasks && !self.chance(3) {
            options.push("stop: \"decided\"".into());
        }
        let form = if as_tasks { "vote" } else { self.pick(&["vote", "consensus", "buildConsensus"]) };
        let (results, other) = (Tree::list(Fixed, "[", all, ", ", "]"), self.simple(sort));
        let template = format!("({form}(@, {{ {} }}) ?? @)", options.join(", "));
        Tree::node(sort, &template, [results, other])
    }

    /// Forms as values, in pipelines, within each other, and with options that are computed.
    pub(super) fn composed(&mut self, sort: Sort) -> Tree {
        let other = self.simple(sort);
        match self.below(8) {
            0 => {
                let (tasks, form) = (self.guarded(sort), self.pick(&["parallel", "race", "anyOf"]));
                let again = self.guarded(sort);
                let template = format!("(([{form}][0]([@, @]) |> (x => [x])).flat()[0] ?? @)");
                Tree::node(sort, &template, [tasks, again, other])
            }
            1 => {
                let (list, name) = (self.expression(Texts), self.fresh("t"));
                let body = self.body(true, |it| {
                    it.declare(&name, Text, true);
                    it.block(sort)
                });
                Tree::node(sort, &format!("((@ |> map({name} => @) |> parallel)[0] ?? @)"), [list, body, other])
            }
            2 => {
                let (inner, limit) = (self.tasks(sort), self.simple(Number));
                let template = "(try { parallel(@, { limit: Math.abs(@), errors: \"collect\" }).length == 1 ? @ : @ } catch (e) { @ })";
                let (then, last) = (self.simple(sort), self.simple(sort));
                Tree::node(sort, template, [inner, limit, then, other, last])
            }
            3 => {
                let (op, until, attempts) = (self.operand(sort), self.expression(Any), self.simple(Number));
                let template =
                    "(try { retry(@, { attempts: @, until: ~@, delay: 3ms }) ?? @ } catch (e) { @ })".to_owned();
                let last = self.simple(sort);
                Tree::node(sort, &template, [op, attempts, until, other, last])
            }
            4 => {
                let (first, second, third) = (self.tasks(sort), self.tasks(sort), self.operand(sort));
                let template = "race([() => parallel(@)[0] ?? @, () => anyOf(@), @])";
                Tree::node(sort, template, [first, other, second, third])
            }
            5 => {
                let (op, then) = (self.operand(sort), self.operand(sort));
                let template = "fallback(retry(timeout(@, 6ms), { attempts: 2 }), @, () => @)";
                Tree::node(sort, template, [op, then, other])
            }
            6 => {
                let (given, name) = (self.expression(sort), self.fresh("h"));
                let handler = self.body(false, |it| {
                    it.declare(&name, sort, true);
                    it.block(sort)
                });
                let path = self.pick(&["@", "[@]", "[# => null, @]", "[@, # => #]"]).replace('#', &name);
                let path = path.replacen('@', &format!("{name} => @"), 1);
                Tree::node(sort, &format!("(escalate(@, {path}) ?? @)"), [given, handler, other])
            }
            _ => {
                let (subject, name) = (self.expression(Object), self.fresh("h"));
                let body = self.body(true, |it| {
                    it.declare(&name, Any, true);
                    it.block(sort)
                });
                Tree::node(
                    sort,
                    &format!("(parallel(values(@).map({name} => @), {{ limit: 2 }})[0] ?? @)"),
                    [subject, body, other],
                )
            }
        }
    }
}
