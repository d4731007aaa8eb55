//! What built-ins do to what is known, where the minimum over everything they read does not say it.

use super::amount::{Amount, Turns};
use super::domain::{
    Claim, Fact, Hidden, Id, Integrity, Known, List, Mark, NONE, Nothing, Null, Number, Object, Passed, Raw, SURE,
    Shape, raw,
};
use super::few::{Few, Sides};
use super::finding::Noted;
use super::flow::{Activation, Flow};
use super::lists::{chosen, listed, merged};
use super::read::{absent, anywhere, confidence_of, elements, kept, kept_part, length, own, part, read, sought};
use super::state::State;
use crate::builtin::{Body, BuiltinId, Form};
use crate::diagnostic::Code;
use crate::ir::{Inst, Op, Task};
use crate::source::Location;
use crate::types::Type;
use crate::value::{Confidence, Evidence};
use std::rc::Rc;

/// Rounds of one instruction in which further conditions of its errors are looked for.
const MOST_FAILING: u32 = 3;

impl<'a> Flow<'a> {
    /// A call of a built-in by its number.
    pub fn builtin(
        &mut self,
        act: &mut Activation<'a>,
        builtin: BuiltinId,
        args: &[Known],
        inst: &Inst,
        state: &mut State,
    ) -> Option<Known> {
        let name = builtin.entry().name;
        // What runs side by side is seen where it is written; through a value nobody knows what that is.
        let forks =
            matches!(builtin.entry().kind, Body::Form(Form::Parallel | Form::Race | Form::AnyOf | Form::Quorum, _));
        if forks && args.iter().any(super::spread::is_called) {
            self.unknown_function(act.at(inst.span));
        }
        let given = self.native(act, name, args, false, inst, state);
        self.charge_builtin(Some(builtin), name, args, given.as_ref());
        given
    }

    /// Calls a callback once for any element, and says what it gives.
    pub fn apply(
        &mut self,
        act: &mut Activation<'a>,
        function: &Known,
        args: &[Known],
        turns: &Turns,
        inst: &Inst,
        state: &mut State,
    ) -> Option<Known> {
        let at = act.at(inst.span);
        self.so_many(turns, at, state, |flow, state| flow.call_back(act, function, args, inst, state))
    }

    /// Calls something so many times.
    pub fn so_many(
        &mut self,
        turns: &Turns,
        at: Location,
        state: &mut State,
        call: impl FnMut(&mut Self, &mut State) -> Option<Known>,
    ) -> Option<Known> {
        let outer = std::mem::take(&mut self.taken);
        let given = self.again_and_again(turns.high > 1.0, state, call);
        let mut once = std::mem::replace(&mut self.taken, outer);
        once.steps.add(&Amount::up_to(4.0));
        once.depth.add(&Amount::up_to(1.0));
        let all = once.times(turns);
        if !once.steps.is_lengthy() {
            self.too_long(&all.steps, at);
        }
        self.taken.add(&all);
        given
    }

    /// What calls something itself stands on the calls while that runs.
    fn one_deeper<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::take(&mut self.taken);
        let given = run(self);
        let mut inside = std::mem::replace(&mut self.taken, outer);
        inside.depth.add(&Amount::up_to(1.0));
        self.taken.add(&inside);
        given
    }

    /// Something may run never, once or often: what it writes may be there or not, and it may see what it wrote. What it takes
    /// is counted once. `ends` says whether an error ends all further turns.
    pub fn again_and_again(
        &mut self,
        ends: bool,
        state: &mut State,
        mut run: impl FnMut(&mut Self, &mut State) -> Option<Known>,
    ) -> Option<Known> {
        let mut entry = state.clone();
        let mut given: Option<Known> = None;
        let mut failed = Vec::new();
        for round in 0.. {
            let mut after = entry.clone();
            let outer = std::mem::take(&mut self.taken);
            // Another turn comes only where none before it failed.
            let depth = self.conditions.len();
            self.conditions.extend_from_slice(&failed);
            let result = run(self, &mut after);
            self.conditions.truncate(depth);
            let failing = if ends && round < MOST_FAILING { self.failed_so_far() } else { failed.clone() };
            let once = std::mem::replace(&mut self.taken, outer);
            let joined = entry.join(&after);
            given = match (given, result) {
                (Some(old), Some(new)) => Some(old.join(&new)),
                (old, new) => old.or(new),
            };
            let next = if round > 0 { joined.widened_from(&entry, 5 * round) } else { joined };
            if next.memory == entry.memory && failing == failed || self.exhausted() {
                self.taken.add(&once);
                break;
            }
            (entry, failed) = (next, failing);
        }
        *state = entry;
        given
    }

    /// A call of a built-in; the receiver of a method is the first argument.
    pub fn native(
        &mut self,
        act: &mut Activation<'a>,
        name: &str,
        args: &[Known],
        method: bool,
        inst: &Inst,
        state: &mut State,
    ) -> Option<Known> {
        let at = act.at(inst.span);
        let place = Id(act.frame, inst.result.map_or(u32::MAX, |var| var.0));
        let nothing = Known::null();
        let x = args.first().unwrap_or(&nothing);
        let f = args.get(1);
        if method && let Some(trusted) = super::policy::TRUSTED.iter().find(|trusted| **trusted == name) {
            self.findings.trusted.insert((at, trusted));
        }
        let expression = match name {
            "match" | "matches" | "matchAll" | "search" => f,
            "exec" => Some(x),
            // Either may be the text; what stands in the program is the expression.
            "test" => f.filter(|f| f.integrity == Integrity::Program).or(Some(x)),
            _ => None,
        };
        if expression.is_some_and(|text| text.whole().integrity >= Integrity::Agent) {
            self.findings.report(Code::CF020, at, "agent text is the regular expression here", |d| {
                d.help("write the expression in the program, or ask `includes`")
            });
        }
        let given = match name {
            "map" | "mapValues" | "forEach" | "filter" | "some" | "every" | "find" | "findLast" | "findIndex"
            | "sortBy" | "minBy" | "maxBy" | "groupBy" | "countBy" | "partition" | "flatMap" | "reduce"
            | "reduceRight" | "findLastIndex" | "sort" | "toSorted" | "unique"
                if f.is_some_and(|f| name != "countBy" || f.null != Null::Always)
                    || matches!(name, "sort" | "toSorted" | "unique") =>
            {
                let longest = match self.leaves_one_out(name, args, state) {
                    true => self.changed_by(x, -1.0),
                    false => self.cut(name, args, state),
                };
                let given = self.one_by_one(act, name, args, inst, state)?;
                return Some(given.no_longer(longest));
            }
            "confidence" => confidence_of(x),
            "evidence" => Known { shape: Shape::Plain, null: Null::Never, ..confidence_of(x) },
            "confidences" => {
                let (element, low, high) = elements(x);
                let element = element.map(|e| confidence_of(&e));
                // How many there are is as sure as the list.
                let counted = own([x], Shape::Plain);
                let cap = counted.cap.at_most(counted.earned());
                let shape = match &x.shape {
                    Shape::Object(_) | Shape::Any => Shape::Any,
                    _ => Shape::List(Rc::new(List { element, low, high, items: None, size: None })),
                };
                Known { cap, ..Known::constant(shape) }
            }
            "value" => {
                if !x.whole().sources.is_empty() {
                    let from = super::call::describe_sources(&x.whole());
                    self.findings.listed.note(Noted::Declassified(format!("`value` of what {from} said")));
                }
                let dropped = super::read::dropped(x);
                if x.whole().sources.is_empty() { dropped } else { dropped.marked(Mark::Declassified, at) }
            }
            "confident" => return Some(self.binary_form(act, crate::hir::Binary::State, args, inst, state)),
            "gate" => self.gate(act, x, f.unwrap_or(&nothing), inst, state),
            "best" => match x.shape {
                Shape::List(_) if args.len() == 1 => self.surest(x, elements(x).0.as_ref(), at),
                // What may be a list is itself or one of its elements; one that is none stands for itself.
                Shape::Any if args.len() == 1 => self.best(args, at).join(&part(x)),
                _ => self.best(args, at),
            },
            "orElse" => {
                let mut sure = x.clone();
                sure.raise(raw(act.code.bands.medium));
                sure.cleared();
                sure.null = Null::Never;
                f.map_or(sure.clone(), |b| sure.join(b))
            }
            "chain" => args.iter().skip(1).fold(x.clone(), |a, b| b.under(&a.whole())),
            "cap" => {
                let mut known = x.clone();
                let most = f.map_or(Claim::ANY, Claim::named_by);
                known.claim = x.claim.restated(x.claim.low.min(most.low), x.claim.high.min(most.high));
                known.claim.unknown |= most.unknown;
                known.tested = known.tested.min(known.claim.least());
                Known { id: Id::NONE, passed: Passed::NOTHING, parts: Few::NONE, ..known }.measured_by(f, at)
            }
            "decay" => {
                let mut known = x.clone();
                let rate = f.and_then(Known::as_number);
                let low = decayed(x.claim.low, rate.map_or(1.0, |rate| rate.high));
                known.claim = x.claim.restated(low, decayed(x.claim.high, rate.map_or(0.0, |rate| rate.low)));
                known.tested = known.tested.min(known.claim.least());
                Known { id: Id::NONE, passed: Passed::NOTHING, parts: Few::NONE, ..known }.measured_by(f, at)
            }
            "calibrate" => {
                let mut claim = x.claim.restated(NONE, SURE);
                let mut by = f.map(Known::whole);
                if let Some(map) = f.filter(|map| map.shape.is_function()) {
                    let told = Number { low: 0.0, high: 1.0, ..Number::any() };
                    let told = Known { null: Null::Maybe, ..Known::constant(Shape::Number(Rc::new(told))) };
                    let measured = self.apply(act, map, &[told], &Turns::between(0.0, 1.0), inst, state);
                    claim.unknown |= measured.as_ref().is_none_or(|measured| measured.null != Null::Never);
                    let refused = measured.iter().filter(|given| !super::failing::between(given, 0.0, 1.0));
                    refused.for_each(|given| self.fails_on(act, given, false, inst));
                    by = measured;
                }
                let evidence = if x.claim.is_full() { x.evidence } else { x.evidence.min(Evidence::Stated) };
                // What the program makes of a confidence earns nothing.
                let cap = super::domain::Cap { bound: x.earned(), why: super::domain::Why::Made(at), scaled: false };
                let calibrated = Known {
                    cap: x.cap.min(cap),
                    claim,
                    evidence,
                    id: Id::NONE,
                    passed: Passed::NOTHING,
                    tested: 0,
                    parts: Few::NONE,
                    above: Sides::NONE,
                    ..x.clone()
                };
                calibrated.measured_by(by.as_ref(), at)
            }
            "endorse" => {
                let mut known = x.clone();
                let reason =
                    args.get(2).and_then(Known::as_text).map_or_else(|| "for no reason".to_owned(), |r| r.to_string());
                let c = f.and_then(Known::as_constant).map_or_else(|| "a number".to_owned(), |c| format!("{c}"));
                self.findings.listed.note(Noted::Declassified(format!("`endorse` at {c}: {reason}")));
                let claim = f.map_or(Claim::ANY, Claim::named_by);
                known.cap = super::domain::Cap { bound: claim.least(), why: super::domain::Why::Free, scaled: false };
                known = known.said_to_be(claim);
                known.above = Sides::NONE;
                known.evidence = known.evidence.min(Evidence::Stated);
                known.tested = known.tested.min(known.claim.least());
                Known { id: Id::NONE, passed: Passed::NOTHING, parts: Few::NONE, ..known }.measured_by(f, at)
            }
            "combine" => return Some(self.combine(args, at)),
            "vote" if elements(x).0.is_some_and(|task| task.hides().functions) => {
                return self.vote_of_tasks(act, args, inst, state);
            }
            "consensus" | "buildConsensus" | "vote" | "majorityVote" => self.agree(name, args, at),
            "synthesize" => {
                let answers = x.answers();
                self.surest(&answers, elements(&answers).0.as_ref(), at)
            }
            "aggregate" => x.clone(),
            "verify" => return Some(self.one_deeper(|flow| flow.verify(act, args, inst, state))),
            "approve" => return Some(self.one_deeper(|flow| flow.approve(act, args, inst, state))),
            "retry" | "fallback" | "timeout" | "escalate" | "sequential" => {
                return self.one_deeper(|flow| flow.form(act, name, args, inst, state));
            }
            "among" => {
                let (element, ..) = elements(x);
                if f.is_some_and(|name| name.integrity >= super::domain::Integrity::Input)
                    && let Some(Shape::Agent(agent)) = element.as_ref().map(|e| &e.shape)
                {
                    let of = super::call::describe(agent);
                    self.findings.listed.note(Noted::Choice(format!("one of `{of}` by its name")));
                }
                let known = element.unwrap_or_else(Known::null).under(&own(&args[..args.len().min(2)], Shape::Plain));
                Known { id: Id::NONE, null: Null::Maybe, ..known }
            }
            "llm" => return Some(self.llm(act, args, inst)),
            "length" => length(x, false),
            "min" | "max" => {
                let least = name.ends_with("min");
                // One number is that of a list which is spread out.
                let listed = args.len() == 1 && x.as_number().is_none();
                let all: Vec<Known> = if listed { elements(x).0.into_iter().collect() } else { args.to_vec() };
                // The numbers among them have an order with numbers alone.
                let numeric = all.iter().any(|one| one.as_number().is_some()) || all.is_empty();
                let shape = if numeric { super::interval::extreme(&all, least) } else { Shape::Plain };
                let mut known = Known::computed(args, shape);
                if args.len() > 1 && known.as_constant().is_none() {
                    self.picked(&all, least, place);
                }
                known.woven = all.iter().any(Known::is_woven);
                // Null is below everything: it is the least if it is among them, and the greatest of nothing else.
                let null = |one: &Known| one.null != Null::Never;
                let may = if args.len() == 1 {
                    elements(x).1 == 0 || all.iter().any(null)
                } else if least && !all.is_empty() {
                    all.iter().any(null)
                } else {
                    all.iter().all(null)
                };
                let among = known.nothing.filter(|_| may || known.woven);
                known.nothing = aggregate(x, args.len() == 1, at).or(among);
                known.null = if may { Null::Maybe } else { Null::Never };
                if least && args.len() > 1 {
                    known = all.iter().fold(known, |k, arg| k.measured(arg, false));
                }
                if least { self.least_of_all(act, inst, known) } else { known }
            }
            "mean" | "median" | "average" => {
                if name != "median" {
                    self.rated_twice(x, act.frame, at);
                }
                let mut known = Known::computed(args, Shape::Number(Rc::new(Number::any())));
                (known.nothing, known.woven) = (aggregate(x, true, at), false);
                known.null = if elements(x).1 == 0 { Null::Maybe } else { Null::Never };
                known
            }
            "abs" => Known::computed(args, Shape::Number(Rc::new(super::interval::numbers(x).magnitude()))),
            "sqrt" if super::interval::numbers(x).low >= 0.0 => {
                let n = super::interval::numbers(x);
                let root = Number { low: n.low.sqrt(), high: n.high.sqrt(), sized: n.sized, ..Number::any() };
                Known::computed(args, Shape::Number(Rc::new(root)))
            }
            "floor" | "ceil" | "round" | "trunc" => {
                let n = super::interval::numbers(x);
                if name != "trunc" || n.low >= 0.0 {
                    self.rounded(name, x, place);
                }
                Known::computed(
                    args,
                    Shape::Number(Rc::new(Number {
                        low: n.low.floor(),
                        high: n.high.ceil(),
                        // Of what is no number, or infinite, it is that as well.
                        whole: n.whole || n.is_finite(),
                        rounded: true,
                        nan: n.may_be_none(),
                        sized: n.sized,
                        finite: n.is_bounded(),
                        ..Number::any()
                    })),
                )
            }
            "isInteger" | "isSafeInteger" => Known {
                tests: super::transfer::tests(vec![Fact::Whole(x.id)], Vec::new()),
                ..Known::computed(args, Shape::Plain)
            },
            "first" | "last" | "at" | "charAt" => self.element_at(name, x, f, at),
            "get" => {
                let key = f.unwrap_or(&nothing);
                let known = self.index_of(act, (x, key), inst, state);
                match args.get(2) {
                    // What is not there is the other, looked for as surely as what is.
                    Some(other) => known.join(&other.under(&absent(x)).under(&key.whole())),
                    None => sought(x, Some(known)),
                }
            }
            "set" => self.mutation(act, x, name, &args[args.len().min(1)..], inst, state).1,
            "from" if f.is_some() => {
                let source = [listed(name, &args[..1]).counted_by(&args[..1], at), args[1].clone()];
                return self.one_by_one(act, "map", &source, inst, state);
            }
            "take" | "drop" | "slice" | "reverse" | "toReversed" | "concat" | "chunk" | "flat" | "range" | "split"
            | "keys" | "values" | "entries" | "zip" | "lines" | "words" | "match" | "matches" | "from" => {
                let longest = self.cut(name, args, state);
                let known = self.members_left(name, args, Known { longest, ..listed(name, args) });
                match name {
                    "range" | "from" => known.counted_by(args, at),
                    // Of no match null, and of a group that has no part in it as well.
                    "match" => known.perhaps_null(),
                    _ => known,
                }
            }
            "of" => self.list(args, &[]),
            "merge" | "assign" => super::read::own(args, merged(args)),
            "pick" | "omit" => {
                let mut known = super::read::own(&args[..args.len().min(1)], chosen(args, name == "pick"));
                args.iter().skip(1).for_each(|key| known.absorb(&Known { shape: Shape::Plain, ..key.whole() }));
                known
            }
            "fromEntries" => {
                let value = elements(x).0.and_then(|pair| match &pair.shape {
                    Shape::List(list) => {
                        list.items.as_ref().and_then(|items| items.get(1)).map(|value| read(&pair, value))
                    }
                    _ => None,
                });
                let value = Known { id: Id::NONE, null: Null::Maybe, ..value.unwrap_or_else(|| anywhere(x)) };
                let object = Object { others: Some(value), most: elements(x).2, ..Object::default() };
                let mut known = Known::computed(args, Shape::Object(Rc::new(object)));
                known.claim.high = SURE;
                known.above = Sides::NONE;
                known
            }
            "countBy" => {
                let count = Number { low: 1.0, whole: true, ..Number::any() };
                let count = Known { null: Null::Maybe, ..Known::computed(args, Shape::Number(Rc::new(count))) };
                let object = Object { others: Some(count), most: elements(x).2, ..Object::default() };
                Known::computed(args, Shape::Object(Rc::new(object)))
            }
            "emit" => {
                self.notice(act, args, at, state);
                Known::null()
            }
            "delay" | "sleep" => {
                let time = super::interval::numbers(x);
                let high = if time.high.is_finite() { time.high.max(0.0) } else { f64::INFINITY };
                let mut waited = Amount::up_to(high);
                waited.low = time.low.clamp(0.0, high);
                self.taken.time.add(&waited);
                Known::null()
            }
            // The failure that a test wants is caught.
            "error" if args.get(1).is_some_and(|run| run.hides().functions) => {
                self.one_deeper(|flow| flow.form(act, name, args, inst, state));
                Known::null()
            }
            "print" | "warn" | "error" | "debug" | "track" => Known::null(),
            "now" => Known::constant(Shape::Number(Rc::new(Number { low: 0.0, sized: true, ..Number::any() }))),
            "random" => Known::constant(Shape::Number(Rc::new(Number { low: 0.0, high: 1.0, ..Number::any() }))),
            "substring" | "trim" => {
                let strict = x.is_filled() && f.is_some_and(|n| super::interval::numbers(n).low >= 1.0);
                let longest = self.cut(name, args, state);
                Known { longest, ..Known::computed(args, Shape::Plain).measured(x, strict) }
            }
            // There is no type of errors; they are never null.
            "Error" => Known::computed(args, Shape::Any).marked(Mark::Failed, at),
            "structuredClone" | "freeze" | "resolve" => x.clone(),
            "push" | "pop" | "shift" | "unshift" | "splice" | "fill" if method => {
                self.mutation(act, x, name, &args[args.len().min(1)..], inst, state).0
            }
            "replace" | "replaceAll" if args.get(2).is_some_and(|f| f.shape.is_function()) => {
                self.replaced(act, name, args, inst, state)
            }
            // What a text says may be anything.
            "parse" => Known { null: Null::Maybe, ..Known::computed(args, Shape::Any) },
            // An agent is as sure as the test that makes it, whatever it answers.
            "mock" | "slow" | "failing" | "methods" => {
                self.rehearsed(act, args, inst, state);
                Known { hidden: Hidden { agents: true, functions: false }, ..Known::constant(Shape::Any) }
            }
            // It reads itself, and nobody knows what else.
            _ if matches!(x.shape, Shape::Any) && method => {
                let known = Known::computed(args, Shape::Any);
                let claim = known.claim.join(own([x], Shape::Plain).claim);
                Known { claim, null: null_by(name), above: Sides::NONE, ..known }
            }
            // What is inside is not looked at.
            "Boolean" if !args.is_empty() => x.truth(true),
            "has" | "hasOwnProperty" | "isArray" | "Boolean" => super::read::own(args, Shape::Plain),
            // They look no further than they must.
            "includes" | "indexOf" | "lastIndexOf" | "deepEqual" => {
                let place = Number { low: -1.0, whole: true, sized: true, ..Number::any() };
                let shape =
                    if matches!(name, "includes" | "deepEqual") { Shape::Plain } else { Shape::Number(Rc::new(place)) };
                let known = Known::computed(args, shape);
                let claim = known.claim.join(super::read::own(args, Shape::Plain).claim);
                Known { claim: Claim { high: SURE, ..claim }, above: Sides::NONE, ..known }
            }
            _ => Known { null: null_by(name), ..Known::computed(args, result_of(name)) },
        };
        Some(given)
    }

    /// `vote` of a list of tasks: they run side by side, and what they give is counted.
    fn vote_of_tasks(
        &mut self,
        act: &mut Activation<'a>,
        args: &[Known],
        inst: &Inst,
        state: &mut State,
    ) -> Option<Known> {
        let form = crate::builtin::find_function("vote")?;
        let written = match &args[0].shape {
            Shape::List(list) => list.items.as_ref(),
            _ => None,
        };
        let (tasks, functions): (Vec<Task>, Vec<Known>) = match written {
            Some(items) => items.iter().map(|item| (Task::One, read(&args[0], item))).unzip(),
            None => (vec![Task::Functions], args[..1].to_vec()),
        };
        let op = Op::Fork { form, before: 0, tasks: tasks.into() };
        let given = [functions.as_slice(), &args[1..]].concat();
        self.fork(act, &given, &Inst { op, ..inst.clone() }, state)
    }

    fn binary_form(
        &mut self,
        act: &mut Activation<'a>,
        binary: crate::hir::Binary,
        args: &[Known],
        inst: &Inst,
        state: &mut State,
    ) -> Known {
        let op = Inst { op: crate::ir::Op::Binary(binary), ..inst.clone() };
        let mut two = args.to_vec();
        two.resize(2, Known::null());
        self.transfer(act, &op, &two, state).map_or_else(Known::null, |(known, _)| known)
    }

    /// Built-ins that call back for each element.
    pub fn walk_over(
        &mut self,
        act: &mut Activation<'a>,
        name: &str,
        args: &[Known],
        inst: &Inst,
        state: &mut State,
    ) -> Option<Known> {
        let at = act.at(inst.span);
        let source = &args[0];
        let (element, low, high) = match &source.shape {
            Shape::Object(object) if name == "mapValues" => {
                (object.any().map(|value| read(source, &value)), 0, elements(source).2)
            }
            _ => elements(source),
        };
        self.counted_out(source);
        // Sums may tell the most where the list does not.
        let counted = high.is_none().then(|| self.once_for_each(act, (inst.args.first().copied(), source), 0.0, state));
        let high =
            high.or_else(|| counted.as_ref().filter(|turns| turns.high.is_finite()).map(|turns| turns.high as u64));
        let mut element = element.unwrap_or_else(Known::null).met_in(source);
        element.id = Id::NONE;
        let turns = Turns {
            low: if matches!(name, "some" | "every" | "find" | "findLast" | "findIndex" | "findLastIndex") {
                0.0
            } else {
                low as f64
            },
            high: high.map_or(f64::INFINITY, |h| h as f64),
            size: source.size().or_else(|| counted.and_then(|turns| turns.size)),
        };
        let index = if name == "mapValues" { own([source], Shape::Plain) } else { super::read::place_in(source, high) };
        let own = |shape: Shape| {
            let mut known = Known::constant(shape);
            known.absorb_own(source);
            known.without_nothing()
        };
        let list_of = |element: Option<Known>, low: u64, high: Option<u64>| {
            Shape::List(Rc::new(List { element, low, high, items: None, size: None }))
        };
        let kept_element = kept(source).0.map(|e| Known { id: Id::NONE, ..e.among(source) });
        // What callbacks decided, if there was anything to decide.
        let decided = |known: Known, answer: &Known, surely: bool| {
            let under = known.under(answer);
            if surely { under } else { under.join(&known) }
        };
        // What is left out may be written as null.
        let in_order = || {
            let least = if name == "unique" { u64::from(low > 0) } else { low };
            let mut known = own(list_of(kept_element.clone(), least, high));
            known.absorb(&Known { shape: Shape::Plain, ..source.whole() });
            if name == "unique" { known } else { known.measured(source, false) }
        };
        let Some(f) = args.get(1).filter(|f| f.null != Null::Always) else { return Some(in_order()) };
        if matches!(name, "reduce" | "reduceRight") {
            let start = args.get(2).cloned().unwrap_or_else(|| element.clone());
            let mut total = start;
            if high == Some(0) {
                total.absorb_own(source);
                return Some(Known { id: Id::NONE, ..total });
            }
            total = self.accumulated(total, |flow, total| {
                let given = [total.detached(), element.clone(), index.clone(), source.clone()];
                flow.apply(act, f, &given, &turns, inst, state)
            });
            total.absorb_own(source);
            return Some(Known { id: Id::NONE, ..total });
        }
        if matches!(name, "sort" | "toSorted") {
            let sorted = own(list_of(kept_element.clone(), low, high)).measured(source, false);
            let sorted = if f.null == Null::Maybe { sorted.join(&in_order()) } else { sorted };
            if high.is_some_and(|high| high < 2) {
                return Some(sorted);
            }
            let answer = self.apply(act, f, &[element.clone(), element.clone()], &comparisons(&turns), inst, state);
            return Some(answer.map_or(sorted.clone(), |answer| {
                let sorted = decided(sorted, &answer, low > 1);
                if answer.ranks(high) { sorted.marked(Mark::Ranked, at) } else { sorted }
            }));
        }
        let of_nothing = || match name {
            "map" | "flatMap" | "filter" | "sortBy" | "unique" => own(list_of(None, 0, Some(0))),
            "groupBy" | "countBy" | "mapValues" => own(Shape::Object(Rc::default())),
            "partition" => own(list_of(Some(own(list_of(None, 0, Some(0)))), 2, Some(2))),
            "find" | "findLast" | "minBy" | "maxBy" => absent(source),
            "forEach" => Known::null(),
            "findIndex" | "findLastIndex" => own(Shape::Number(Rc::new(Number::exactly(-1.0)))),
            _ => own(Shape::Plain),
        };
        if high == Some(0) {
            return Some(of_nothing());
        }
        let place = (act.frame, inst.result.map_or(inst.span.start, |v| v.0));
        let (mut callback, mut met) = (element.clone(), kept_element.clone());
        std::iter::once(&mut callback).chain(&mut met).for_each(|known| self.this_one(known, place, 0, state));
        callback.id = Id(place.0, place.1 | 0x4000_0000);
        let answer = self.apply(act, f, &[callback.clone(), index, source.clone()], &turns, inst, state);
        let Some(answer) = answer else { return (low == 0).then(of_nothing) };
        self.fails_to_rank(act, name, &answer, inst);
        let places = self.agents_by(name, &element, &answer, at);
        let surely = low > 0;
        let exactly = source.claim.is_full();
        let whole_answer = answer.whole();
        let told = |truth: bool, known: &Known, exactly: bool| {
            let mut told = answer.when(truth);
            // What is read out of a doubtful list may be less sure than what is kept of it.
            told.retain(|fact| exactly || !matches!(fact, Fact::Below(..) | Fact::Unknown(_)));
            let mut facts = State::default();
            facts.learn(&told);
            Known { id: Id::NONE, ..facts.refine_within(&Known { id: callback.id, ..known.clone() }) }
        };
        let any = |known: Known| known.as_element(|id| !self.calls.active.contains(&id.0));
        Some(match name {
            "map" | "mapValues" => {
                let many = high.is_none_or(|h| h > 1);
                let answer = match &kept_element {
                    Some(element) if many => self.any_of(answer).counted_as(element, f),
                    _ => Known { id: Id::NONE, ..answer },
                };
                if name == "mapValues" {
                    let object = Object { others: Some(answer), most: high, ..Object::default() };
                    own(Shape::Object(Rc::new(object)))
                } else {
                    let mut mapped = own(list_of(Some(answer), low, high));
                    mapped.claim.filled = source.claim.filled;
                    mapped
                }
            }
            "flatMap" => {
                let (inner, opens, each) = match &answer.shape {
                    Shape::List(list) => {
                        // Null is no list, and stands for itself.
                        let null = (answer.null != Null::Never).then(|| absent(&answer));
                        let inner = list.any().into_iter().chain(null).reduce(|a, b| a.join(&b));
                        (inner, true, list.high.map(|each| each.max(1)))
                    }
                    Shape::Any => (Some(answer.join(&kept_part(&answer))), true, None),
                    _ => (Some(answer.clone()), false, Some(1)),
                };
                let most = high.zip(each).map(|(lists, each)| lists.saturating_mul(each));
                let all = own(list_of(inner.map(|i| Known { id: Id::NONE, ..i }), 0, most));
                if opens { decided(all, &answer, surely && !matches!(answer.shape, Shape::Any)) } else { all }
            }
            "filter" => {
                let left = met.map(|e| any(told(true, &e, exactly)));
                // What was kept was read out of the source, which is at least as sure then.
                let read = told(true, &callback, true).claim.least();
                let mut kept = decided(own(list_of(left, 0, high)), &answer, surely).measured(source, false);
                kept.claim.filled = read.min(answer.claim.least());
                if exactly {
                    let dropped = self.told_of_all(act, inst, source, &callback, &answer.when(false));
                    kept.tests = super::transfer::tests(Vec::new(), dropped);
                }
                kept
            }
            "partition" => {
                let side = |truth| {
                    let left = met.as_ref().map(|e| any(told(truth, e, exactly)));
                    decided(own(list_of(left, 0, high)), &answer, surely).measured(source, false)
                };
                let both = List {
                    element: None,
                    low: 2,
                    high: Some(2),
                    items: Some(vec![side(true), side(false)].into()),
                    size: None,
                };
                decided(own(Shape::List(Rc::new(both))), &answer, surely)
            }
            "find" | "findLast" => {
                let found = decided(sought(source, Some(told(true, &callback, true))), &answer, surely);
                Known { nothing: Some((Nothing::Search, at)), ..found }
            }
            "minBy" | "maxBy" => {
                let mut found = element.under(&whole_answer);
                if name == "maxBy" && answer.ranks(high) {
                    found = found.marked(Mark::Picked, at);
                }
                if low == 0 {
                    Known { nothing: Some((Nothing::of_none(source), at)), ..sought(source, Some(found)) }
                } else {
                    found
                }
            }
            "sortBy" => {
                let sorted =
                    decided(own(list_of(kept_element, low, high)), &whole_answer, surely).measured(source, false);
                if answer.ranks(high) { sorted.marked(Mark::Ranked, at) } else { sorted }
            }
            "unique" => decided(own(list_of(kept_element, low.min(1), high)), &whole_answer, surely),
            "groupBy" | "countBy" => {
                let each = if name == "groupBy" {
                    list_of(kept_element, 1, high)
                } else {
                    Shape::Number(Rc::new(Number { low: 1.0, whole: true, ..Number::any() }))
                };
                let each = Known { null: Null::Maybe, tests: None, ..own(each).under(&whole_answer) };
                let object = Object { others: Some(each), most: high, ..Object::default() };
                decided(own(Shape::Object(Rc::new(object))), &whole_answer, surely)
            }
            "forEach" => Known::null(),
            "findIndex" | "findLastIndex" => {
                let index = Number { low: -1.0, whole: true, ..Number::any() };
                let index = decided(own(Shape::Number(Rc::new(index))), &answer, surely);
                Known { integrity: index.integrity.max(places), ..index }
            }
            _ => {
                let mut known = decided(own(Shape::Plain), &answer, surely);
                if surely || exactly {
                    let told = |truth| self.told_of_all(act, inst, source, &callback, &answer.when(truth));
                    known.tests = match name {
                        "every" => super::transfer::tests(told(true), Vec::new()),
                        "some" => super::transfer::tests(Vec::new(), told(false)),
                        _ => None,
                    };
                }
                let believed = answer.truth_believed().min(super::read::own([source], Shape::Plain).earned());
                known.with_truth_earned((believed, believed))
            }
        })
    }
}

/// What a built-in gives of which nothing else is said: by the declarations of all that have its name.
fn result_of(name: &str) -> Shape {
    let plain =
        |kind: &Type| matches!(kind, Type::Number | Type::String | Type::Boolean | Type::Null | Type::Literal(_));
    let declared = crate::builtin::named(name);
    let all_plain = declared.iter().all(|id| match &id.signature().result {
        Type::Union(kinds) => kinds.iter().all(plain),
        kind => plain(kind),
    });
    if all_plain && !declared.is_empty() { Shape::Plain } else { Shape::Any }
}

/// Whether it may give null.
fn null_by(name: &str) -> Null {
    let declared = crate::builtin::named(name);
    let each = declared.iter().map(|id| super::call::null_of(&id.signature().result));
    each.reduce(Null::join).unwrap_or(Null::Never)
}

/// How often a merge sort compares: at most the length times the levels.
fn comparisons(turns: &Turns) -> Turns {
    let levels = turns.high.max(1.0).log2().ceil();
    Turns::between((turns.low - 1.0).max(0.0), if turns.high.is_finite() { turns.high * levels } else { f64::INFINITY })
}

impl Nothing {
    /// What the null means that an aggregate of a list gives.
    pub fn of_none(list: &Known) -> Self {
        Nothing::Aggregate.counting(list)
    }

    /// What a null means that depends on how many elements a list has.
    pub fn counting(self, list: &Known) -> Self {
        if own([list], Shape::Plain).earned() == SURE { self } else { Nothing::Uncounted }
    }
}

/// What an aggregate of possibly nothing gives.
fn aggregate(x: &Known, of_list: bool, at: Location) -> Option<(Nothing, Location)> {
    (of_list && elements(x).1 == 0 && !matches!(x.shape, Shape::Any)).then(|| (Nothing::of_none(x), at)).filter(|_| {
        // A list that the program knows to have elements gives a number.
        !matches!(&x.shape, Shape::List(list) if list.low > 0)
    })
}

/// What decay leaves of a confidence.
fn decayed(confidence: Raw, rate: f64) -> Raw {
    let as_confidence = |raw| Confidence::from_bits(raw).unwrap_or(Confidence::ZERO);
    as_confidence(confidence).times(as_confidence(raw(rate)).rest()).bits()
}
