//! Random calls of every built-in of the table, by its signature, in each of its spellings; and chains of reads and calls
//! over anything.

use super::{Generator, Sort, Tree};
use Sort::{Any, Bool, Fixed, Number, Numbers, Object, Records, Text, Texts};
use prism::builtin::{self, Body, Form};
use prism::types::{Literal, Parameter, Signature, Type};

/// The primitives that are used.
pub(super) const IMPORTS: &str =
    "import { threshold, uncertainBranch, weightedMean, least, fade } from \"std/confidence\"
import { attempt, repeatUntil, otherwise, firstSure } from \"std/control\"
import { batch, pipeline } from \"std/execution\"
import { saga } from \"std/transaction\"
import * as voting from \"std/voting\"
";

/// Whether a built-in is called by its signature: forms have generators of their own, and what would fail on most arguments
/// says nothing.
fn is_plain(entry: &builtin::Builtin) -> bool {
    match entry.kind {
        Body::Form(form, _) => matches!(form, Form::Gate | Form::OrElse),
        _ => !matches!(entry.name, "with" | "emit" | "repeat"),
    }
}

impl Generator {
    /// What a call of some built-in gives, or the code of its failure.
    pub(super) fn built_in(&mut self) -> Tree {
        let all: Vec<_> = builtin::all().filter(|(_, entry)| is_plain(entry)).collect();
        let (id, entry) = self.pick(&all);
        let Signature { parameters, .. } = id.signature();
        let optional = parameters.iter().filter(|it| it.optional || it.rest).count();
        let given = parameters.len() - self.below(optional + 1);
        let mut arguments = Vec::new();
        for parameter in &parameters[..given] {
            let often = if parameter.rest { self.below(3) } else { 1 };
            for _ in 0..often {
                arguments.push(self.given(parameter));
            }
        }
        let spellings: Vec<&str> = entry.spellings().collect();
        let as_method =
            !entry.receivers.is_empty() && !arguments.is_empty() && (spellings.is_empty() || self.chance(2));
        let called = if as_method {
            let (receiver, name) = (arguments.remove(0), entry.name);
            let rest = Tree::list(Fixed, "(", arguments, ", ", ")");
            // What a method changes is a variable; both are seen.
            let held = self.fresh("o");
            let template = match entry.mutation {
                builtin::Mutation::None if !self.chance(4) => format!("(@).{name}@"),
                _ => format!("(() => {{ let {held} = @\nconst r = {held}.{name}@\n[{held}, r] }})()"),
            };
            Tree::node(Any, &template, [receiver, rest])
        } else if let Some(name) = (!spellings.is_empty()).then(|| self.pick(&spellings)) {
            // A built-in is a value as well.
            let template = if self.chance(8) { format!("[{name}][0]") } else { name.to_owned() };
            Tree::list(Any, &format!("{template}("), arguments, ", ", ")")
        } else {
            self.simple(Any)
        };
        Tree::node(Any, "(try { @ } catch (e) { e.code })", [called])
    }

    /// Something for a parameter; now and then of another kind.
    fn given(&mut self, parameter: &Parameter) -> Tree {
        if self.chance(15) {
            return self.expression(Any);
        }
        self.of_type(&parameter.value)
    }

    fn of_type(&mut self, kind: &Type) -> Tree {
        let sort = match kind {
            Type::Number => Number,
            Type::String => Text,
            Type::Boolean => Bool,
            Type::Literal(Literal::Text(text)) => return Tree::leaf(Fixed, format!("{text:?}")),
            Type::List(item) if **item == Type::Number => Numbers,
            Type::List(item) if **item == Type::String => Texts,
            Type::List(_) => self.pick(&[Numbers, Numbers, Texts, Records]),
            Type::Object(shape) if shape.fields.iter().any(|field| &*field.name == "flags") => {
                return Tree::leaf(Fixed, self.pick(&["/a/g", "/[a-z]+/", "/(\\d)(.)?/", "/É/i"]));
            }
            Type::Object(_) => Object,
            Type::Union(all) => {
                let kind = self.pick(all);
                return self.of_type(&kind);
            }
            Type::Function(signature) => return self.lambda(signature.parameters.len()),
            _ => self.pick(&[Number, Text, Bool, Numbers, Texts, Object, Records]),
        };
        self.expression(sort)
    }

    /// A callback that takes some of what it is offered.
    fn lambda(&mut self, offered: usize) -> Tree {
        if self.chance(8) {
            return Tree::leaf(
                Fixed,
                self.pick(&["String", "Math.abs", "Number", "Boolean", "max", "(...all) => all.length"]),
            );
        }
        let names: Vec<String> = (0..self.below(offered + 1)).map(|_| self.fresh("x")).collect();
        let gives = self.pick(&[Number, Bool, Text, Any]);
        let body = self.body(false, |it| {
            for (place, name) in names.iter().enumerate() {
                let sort = if place == 0 { Number } else { Any };
                it.declare(name, sort, true);
            }
            it.block(gives)
        });
        Tree::node(Fixed, &format!("({}) => @", names.join(", ")), [body])
    }

    /// Reads and calls, one behind the other, on anything.
    pub(super) fn chained(&mut self) -> Tree {
        let mut parts = vec![self.expression(Any)];
        let mut template = String::from("@");
        for _ in 0..1 + self.below(4) {
            let c = self.confidence();
            let link = self.pick(&[
                ".n",
                "?.n",
                "~.s",
                "?.xs",
                ".xs[0]",
                "[0]",
                "?.[1]",
                "[-1]",
                "[@]",
                "?.[@]",
                "[\"s\"]",
                ".length",
                "?.length",
                "?.of?.a",
                "?.at(@)",
                "?.first()",
                ".slice(0, 2)",
                "?.missing?.(@)",
                "?.missing(@)",
                "?.toUpperCase?.()",
                "?.map?.(x => [x])",
                ".toString()",
                "?.[0]?.[\"n\"]",
                "?.ok",
                "?.text?.length",
                "§",
            ]);
            if link == "§" {
                template = format!("({template} ~> {c})");
                continue;
            }
            template.push_str(link);
            for _ in link.matches('@') {
                let sort = self.pick(&[Number, Number, Text]);
                parts.push(self.simple(sort));
            }
        }
        Tree::node(Any, &format!("(try {{ {template} }} catch (e) {{ e.code }})"), parts)
    }

    /// A primitive of the standard library.
    pub(super) fn primitive(&mut self, sort: Sort) -> Tree {
        let c = self.confidence();
        let one = "(threshold(@, §) ?? @)|threshold([@, @], §)[0]|(uncertainBranch(@, { high: x => x, low: x => @ }) ?? 0)\
            |least([@, @])|fade(@, 0.3, §)|(firstSure([@, @], x => x, §) ?? @)|pipeline(@, [x => [x, @], x => x[1]])\
            |otherwise(@, () => @)|voting.majority([@, @, @])|voting.tally([@, @, @])[0].answer|voting.dissent([@, @], @)[0]\
            |voting.tiered([[@, @], [@, @, @]])|voting.weighing([@, @], [1, 2])|voting.unanimous([@, @])\
            |repeatUntil(@, x => @, { max: 3, until: § })|voting.borda([[\"a\", @], [@, \"a\"]])";
        let all: Vec<&str> = one.split('|').collect();
        let other = self.simple(sort);
        let made = match self.below(6) {
            0 => {
                let op = self.operand(sort);
                Tree::node(Fixed, "attempt(@).value", [op])
            }
            1 => {
                // What is done, and undone when a later step fails.
                let steps = (0..1 + self.below(3)).map(|_| {
                    let (done, undone) = (self.operand(sort), self.body(false, Self::action));
                    Tree::node(Fixed, "{ do: @, undo: x => { print(x)\nif (true) @ } }", [done, undone])
                });
                let steps = steps.collect();
                let steps = Tree::list(Fixed, "[", steps, ", ", "]");
                Tree::node(Fixed, "(try { saga(@)[0] } catch (e) { null })", [steps])
            }
            2 => {
                let (list, name) = (self.expression(Numbers), self.fresh("t"));
                let body = self.body(true, |it| {
                    it.declare(&name, Number, true);
                    it.block(sort)
                });
                Tree::node(Fixed, &format!("batch(@, 2, {name} => @)[0]"), [list, body])
            }
            _ => {
                let template = self.pick(&all).replace('§', &c);
                let parts: Vec<Tree> = template.matches('@').map(|_| self.expression(sort)).collect();
                Tree::node(Fixed, &template, parts)
            }
        };
        Tree::node(sort, "((try { @ } catch (e) { null }) ?? @)", [made, other])
    }

    /// A call whose arguments are spread.
    pub(super) fn spread_call(&mut self) -> Tree {
        let (list, more) = (self.expression(Numbers), self.expression(Number));
        let name = self.fresh("g");
        match self.below(7) {
            0 => Tree::node(Any, "(Math.max(...@, @) ?? 0)", [list, more]),
            1 => Tree::node(Any, "[...@].concat(...[@, [1]])", [list, more]),
            2 => Tree::node(Any, "(try { ((a, b) => [b, a])(...@, @) } catch (e) { e.code })", [list, more]),
            3 => {
                let body = self.body(false, |it| {
                    it.declare(&name, Numbers, true);
                    it.block(Any)
                });
                Tree::node(Any, &format!("((a = 7, ...{name}) => @)(...@, @)"), [body, list, more])
            }
            4 => Tree::node(Any, "(() => { let o = [0]\no.push(...@, @)\no })()", [list, more]),
            5 => Tree::node(Any, "({ f: (a, ...b) => [a, b.length, ...b] }).f(...@, @)", [list, more]),
            _ => {
                let text = self.expression(Text);
                Tree::node(Any, "[...@, ...@, ...[@]]", [text, list, more])
            }
        }
    }
}
