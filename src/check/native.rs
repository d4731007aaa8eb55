//! What built-ins do to what is known, where the minimum over everything they read does not say it.

use super::amount::Turns;
use super::domain::{Id, Known, List, Mark, NONE, Nothing, Null, Number, Object, SURE, Shape, raw};
use super::flow::{Activation, Flow};
use super::lists::listed;
use super::read::{absent, confidence_of, elements, length, part, read, sought};
use super::state::State;
use crate::builtin::BuiltinId;
use crate::diagnostic::Severity;
use crate::ir::Inst;
use crate::source::Location;
use crate::value::Evidence;
use std::rc::Rc;

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
        self.native(act, name, args, false, inst, state)
    }

    /// Calls a callback once for any element, and says what it gives.
    fn apply(
        &mut self,
        act: &mut Activation<'a>,
        function: &Known,
        args: &[Known],
        turns: &Turns,
        inst: &Inst,
        state: &mut State,
    ) -> Option<Known> {
        let outer = std::mem::take(&mut self.taken);
        let given = self.apply_once(act, function, args, inst, state);
        let once = std::mem::replace(&mut self.taken, outer);
        self.taken.add(&once.times(turns));
        given
    }

    fn apply_once(
        &mut self,
        act: &mut Activation<'a>,
        function: &Known,
        args: &[Known],
        inst: &Inst,
        state: &mut State,
    ) -> Option<Known> {
        let before = state.clone();
        let first = self.call(act, function, args, inst, state)?;
        // It may run never, once or often: what it writes may be there or not, and it may see what it wrote.
        *state = before.join(state);
        if state.memory != before.memory {
            let mut again = state.clone();
            let taken = self.taken.clone();
            let second = self.call(act, function, args, inst, &mut again)?;
            self.taken = taken;
            *state = state.join(&again);
            return Some(first.join(&second));
        }
        Some(first)
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
        let nothing = Known::null();
        let x = args.first().unwrap_or(&nothing);
        let f = args.get(1);
        let given = match name {
            "map" | "mapValues" | "forEach" | "filter" | "some" | "every" | "find" | "findLast" | "findIndex"
            | "sortBy" | "minBy" | "maxBy" | "groupBy" | "countBy" | "partition" | "flatMap" | "reduce" | "sort"
            | "toSorted" | "unique"
                if f.is_some() || matches!(name, "sort" | "toSorted" | "unique") =>
            {
                return self.walk_over(act, name, args, inst, state);
            }
            "confidence" => confidence_of(x),
            "evidence" => Known::constant(Shape::Plain),
            "confidences" => {
                let (element, low, high) = elements(x);
                let element = element.map(|e| confidence_of(&e));
                Known::constant(Shape::List(Rc::new(List { element, low, high, items: None, size: None })))
            }
            "value" => dropped(x).marked(Mark::Declassified, at),
            "confident" => return Some(self.binary_form(act, crate::hir::Binary::State, args, inst, state)),
            "gate" => self.gate(act, x, f.unwrap_or(&nothing), inst, state),
            "best" => {
                let all: Vec<Known> = if args.len() == 1 { elements(x).0.into_iter().collect() } else { args.to_vec() };
                let best = self.best(&all, at);
                let many = args.len() == 1 && elements(x).2.is_none_or(|most| most >= 3);
                if many && !matches!(x.shape, Shape::Any) { best.marked(Mark::Picked, at) } else { best }
            }
            "orElse" => {
                let mut sure = x.clone();
                sure.raise(raw(act.code.bands.medium));
                sure.null = Null::Never;
                sure.nothing = None;
                f.map_or(sure.clone(), |b| sure.join(b))
            }
            "chain" => args.iter().skip(1).fold(x.clone(), |a, b| b.under(&a.whole())),
            "cap" => {
                let mut known = x.clone();
                if let Some(most) = f.and_then(Known::as_number) {
                    known.claim.high = known.claim.high.min(raw(most.high));
                    known.claim.low = known.claim.low.min(raw(most.low));
                }
                Known { id: Id::NONE, passed: 0, ..known }
            }
            "decay" => {
                let mut known = x.clone();
                known.claim.low = NONE;
                Known { id: Id::NONE, passed: 0, ..known }
            }
            "calibrate" => {
                let claim = super::domain::Claim { low: NONE, high: SURE, ..x.claim };
                Known { claim, id: Id::NONE, passed: 0, ..x.clone() }
            }
            "endorse" => {
                let mut known = x.clone();
                if let Some(c) = f.and_then(Known::as_number) {
                    known.cap = super::domain::Cap { bound: raw(c.low), why: super::domain::Why::Free };
                    known.claim = super::domain::Claim::between(raw(c.low), raw(c.high));
                }
                Known { id: Id::NONE, passed: 0, parts: Rc::default(), ..known }
            }
            "combine" => return Some(self.combine(args, at)),
            "consensus" | "buildConsensus" | "vote" | "majorityVote" => self.agree(name, args, at),
            "aggregate" => x.clone(),
            "verify" => return Some(self.verify(act, args, inst, state)),
            "approve" => return Some(self.approve(act, args, inst)),
            "retry" | "fallback" | "timeout" | "escalate" | "sequential" => {
                return self.form(act, name, args, inst, state);
            }
            "among" => {
                let (element, ..) = elements(x);
                let mut known = element.unwrap_or_else(Known::null);
                known.null = Null::Maybe;
                Known { id: Id::NONE, ..known }
            }
            "llm" => return Some(self.llm(act, args, inst)),
            "length" => length(x, false),
            "min" | "max" => {
                let least = name.ends_with("min");
                let all: Vec<Known> = if args.len() == 1 { elements(x).0.into_iter().collect() } else { args.to_vec() };
                let mut known = Known::computed(args, super::interval::extreme(&all, least));
                known.nothing = aggregate(x, args.len() == 1, at);
                known.null = if args.len() == 1 && elements(x).1 == 0 { Null::Maybe } else { Null::Never };
                if least && args.len() > 1 { all.iter().fold(known, |k, arg| k.measured(arg, false)) } else { known }
            }
            "mean" | "median" | "average" => {
                let counted = if matches!(name, "mean" | "average") { self.counted_twice(x) } else { None };
                if let Some(who) = counted {
                    self.twice(&who, Severity::Warning, at);
                }
                let mut known = Known::computed(args, Shape::Number(Rc::new(Number::any())));
                known.nothing = aggregate(x, true, at);
                known.null = if elements(x).1 == 0 { Null::Maybe } else { Null::Never };
                known
            }
            "abs" => {
                let n = super::interval::numbers(x);
                let low = if n.low > 0.0 {
                    n.low
                } else if n.high < 0.0 {
                    -n.high
                } else {
                    0.0
                };
                Known::computed(
                    args,
                    Shape::Number(Rc::new(Number {
                        low,
                        high: n.low.abs().max(n.high.abs()),
                        whole: n.whole,
                        ..Number::any()
                    })),
                )
            }
            "floor" | "ceil" | "round" | "trunc" => {
                let n = super::interval::numbers(x);
                Known::computed(
                    args,
                    Shape::Number(Rc::new(Number {
                        low: n.low.floor(),
                        high: n.high.ceil(),
                        whole: true,
                        ..Number::any()
                    })),
                )
            }
            "first" | "last" | "at" | "charAt" => {
                let (element, low, _) = elements(x);
                let inside = low > 0 && matches!(name, "first" | "last");
                let known = element.filter(|_| inside).unwrap_or_else(|| sought(x, elements(x).0));
                Known { id: Id::NONE, ..known }
            }
            "get" => {
                let known = self.index_of(act, x, f.unwrap_or(&nothing), inst);
                sought(x, Some(known))
            }
            "take" | "drop" | "slice" | "reverse" | "toReversed" | "concat" | "chunk" | "flat" | "range" | "split"
            | "keys" | "values" | "entries" | "zip" | "lines" | "words" | "match" | "matches" | "from" => {
                listed(name, args)
            }
            "merge" | "pick" | "omit" | "assign" | "fromEntries" => Known::computed(args, merged(args)),
            "emit" => {
                self.notice(act, args, at, state);
                Known::null()
            }
            "print" | "log" | "warn" | "error" | "debug" | "track" | "delay" | "sleep" => Known::null(),
            "now" | "random" => Known::constant(Shape::Number(Rc::new(Number { low: 0.0, ..Number::any() }))),
            "substring" | "trim" => {
                let strict = x.is_filled() && f.is_some_and(|n| super::interval::numbers(n).low >= 1.0);
                Known::computed(args, Shape::Plain).measured(x, strict)
            }
            "structuredClone" => x.clone(),
            _ if matches!(x.shape, Shape::Any) && method => {
                Known { null: Null::Never, ..Known::computed(args, Shape::Any) }
            }
            _ => Known::computed(args, Shape::Plain),
        };
        Some(given)
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

    /// An event that is sent counts as telling somebody.
    fn notice(&mut self, act: &Activation<'a>, args: &[Known], at: Location, state: &State) {
        let effect = crate::types::Effect::Notify;
        let reached = super::finding::Reached { effect, at, what: "emit".into(), declared: true };
        self.findings.reached.insert(reached);
        let nothing = Known::null();
        let data = args.get(1).unwrap_or(&nothing);
        if let Some(name) = args.first() {
            if let Some(text) = name.as_text() {
                self.events.send(&text.clone(), data);
            }
            // The event's name is told as well.
            self.action(act, (effect, "`emit`"), &args[..args.len().min(2)], &Known::constant(Shape::Plain), at, state);
        }
    }

    /// Built-ins that call back for each element.
    fn walk_over(
        &mut self,
        act: &mut Activation<'a>,
        name: &str,
        args: &[Known],
        inst: &Inst,
        state: &mut State,
    ) -> Option<Known> {
        let at = act.at(inst.span);
        let source = &args[0];
        let (element, low, high) = elements(source);
        let mut element = element.unwrap_or_else(Known::null);
        element.id = Id::NONE;
        let turns = Turns {
            low: if matches!(name, "some" | "every" | "find" | "findLast" | "findIndex") { 0.0 } else { low as f64 },
            high: high.map_or(f64::INFINITY, |h| h as f64),
            size: source.size(),
        };
        let index = Known::constant(Shape::Number(Rc::new(Number {
            low: 0.0,
            high: high.map_or(f64::INFINITY, |h| h as f64),
            whole: true,
            ..Number::any()
        })));
        let own = |shape: Shape| {
            let mut known = Known::constant(shape);
            known.absorb(&Known { shape: Shape::Plain, ..source.clone() });
            known.nothing = None;
            known
        };
        let list_of = |element: Option<Known>, low: u64, high: Option<u64>| {
            Shape::List(Rc::new(List { element, low, high, items: None, size: None }))
        };
        let Some(f) = args.get(1).filter(|_| !matches!(name, "unique")) else {
            return Some(own(list_of(Some(element), u64::from(low > 0), high)));
        };
        if name == "reduce" {
            let start = args.get(2).cloned().unwrap_or_else(|| element.clone());
            let mut total = start;
            for round in 0..4 {
                let turns = if round == 0 { turns.clone() } else { Turns::between(0.0, 0.0) };
                let given = [total.detached(), element.clone(), index.clone(), source.clone()];
                let Some(next) = self.apply(act, f, &given, &turns, inst, state) else {
                    break;
                };
                let joined = total.join(&next);
                if joined == total {
                    break;
                }
                total = joined.widened();
            }
            total.absorb(&Known { shape: Shape::Plain, ..source.clone() });
            return Some(Known { id: Id::NONE, ..total });
        }
        if matches!(name, "sort" | "toSorted") {
            let decided = self.apply(act, f, &[element.clone(), element.clone()], &comparisons(&turns), inst, state);
            let sorted = own(list_of(Some(element), low, high)).measured(source, false);
            return Some(decided.map_or(sorted.clone(), |d| sorted.under(&d)));
        }
        if high == Some(0) {
            return Some(match name {
                "map" | "flatMap" | "filter" | "sortBy" => own(list_of(None, 0, Some(0))),
                "groupBy" | "countBy" | "mapValues" => own(Shape::Object(Rc::default())),
                "partition" => own(list_of(Some(own(list_of(None, 0, Some(0)))), 2, Some(2))),
                "find" | "findLast" | "minBy" | "maxBy" => absent(source),
                _ => own(Shape::Plain),
            });
        }
        let mut callback = element.clone();
        callback.id = Id(act.frame, inst.result.map_or(inst.span.start, |v| v.0) | 0x4000_0000);
        let answer = self.apply(act, f, &[callback.clone(), index, source.clone()], &turns, inst, state);
        let Some(answer) = answer else { return (low == 0).then(|| own(Shape::Plain)) };
        let kept = |truth: bool| {
            let mut facts = State::default();
            facts.learn(&answer.when(truth));
            let mut known = facts.refine(&callback);
            known.id = Id::NONE;
            known
        };
        Some(match name {
            "map" | "mapValues" => {
                let many = high.is_none_or(|h| h > 1);
                let mut answer = Known { id: Id::NONE, ..answer };
                if many {
                    answer = answer.repeated();
                }
                if name == "mapValues" {
                    let object = Object { others: Some(answer), ..Object::default() };
                    own(Shape::Object(Rc::new(object)))
                } else {
                    own(list_of(Some(answer), low, high))
                }
            }
            "flatMap" => {
                let (inner, _, _) = elements(&answer);
                own(list_of(inner.map(|i| read(&answer, &i)), 0, None))
            }
            "filter" => own(list_of(Some(kept(true)), 0, high)).under(&answer_own(&answer)).measured(source, false),
            "partition" => {
                let sides =
                    [kept(true), kept(false)].map(|side| own(list_of(Some(side), 0, high)).under(&answer_own(&answer)));
                own(Shape::List(Rc::new(List {
                    element: None,
                    low: 2,
                    high: Some(2),
                    items: Some(Rc::new(sides.to_vec())),
                    size: None,
                })))
            }
            "find" | "findLast" => {
                let mut found = sought(source, Some(kept(true))).under(&answer_own(&answer));
                found.nothing = Some((Nothing::Search, at));
                found
            }
            "minBy" | "maxBy" => {
                let mut found = element.under(&answer_own(&answer));
                if low == 0 {
                    found = sought(source, Some(found));
                    found.nothing = Some((Nothing::Aggregate, at));
                }
                found
            }
            "sortBy" => own(list_of(Some(element), low, high)).under(&answer_own(&answer)).measured(source, false),
            "groupBy" => {
                let group = own(list_of(Some(element), 1, high)).under(&answer_own(&answer));
                let object = Object { others: Some(Known { null: Null::Maybe, ..group }), ..Object::default() };
                own(Shape::Object(Rc::new(object))).under(&answer_own(&answer))
            }
            "countBy" => {
                let count = Known::constant(Shape::Number(Rc::new(Number { low: 1.0, whole: true, ..Number::any() })));
                let object = Object { others: Some(Known { null: Null::Maybe, ..count }), ..Object::default() };
                own(Shape::Object(Rc::new(object))).under(&answer_own(&answer))
            }
            "forEach" => Known::null(),
            "findIndex" => Known::computed(
                [source, &answer],
                Shape::Number(Rc::new(Number { low: -1.0, whole: true, ..Number::any() })),
            ),
            _ => Known::computed([source, &answer], Shape::Plain),
        })
    }

    /// Mutating methods: what they give, and the list or object afterwards.
    pub fn mutation(
        &mut self,
        act: &mut Activation<'a>,
        target: &Known,
        name: &str,
        args: &[Known],
        inst: &Inst,
        state: &mut State,
    ) -> (Known, Known) {
        let at = act.at(inst.span);
        let mut changed = Known { id: Id::NONE, tests: None, ..target.clone() };
        if !matches!(name, "pop" | "shift" | "sort" | "reverse") {
            changed.measures = Rc::default();
        }
        match (&target.shape, name) {
            (Shape::List(list), "push" | "unshift" | "fill" | "splice") => {
                let mut list = list.summed();
                let before = list.high;
                for arg in args.iter().skip(if name == "splice" { 2 } else { 0 }).take(if name == "fill" {
                    1
                } else {
                    usize::MAX
                }) {
                    let arg = arg.detached();
                    let arg = if before != Some(0) && list.element.as_ref().is_some_and(|e| e.shares_source(&arg)) {
                        arg.repeated()
                    } else {
                        arg
                    };
                    list.element = Some(list.element.map_or_else(|| arg.clone(), |old| old.join(&arg)));
                    if name != "fill" {
                        list.low += u64::from(name != "splice");
                        list.high = list.high.map(|h| h + 1);
                    }
                }
                if name == "splice" {
                    list.low = 0;
                }
                let removed = list.element.clone();
                changed.shape = Shape::List(Rc::new(list.clone()));
                let result = match name {
                    "splice" => Known::constant(Shape::List(Rc::new(List {
                        element: removed,
                        low: 0,
                        high: list.high,
                        items: None,
                        size: None,
                    }))),
                    "fill" => changed.clone(),
                    _ => length(&changed, false),
                };
                (result, changed)
            }
            (Shape::List(list), "pop" | "shift") => {
                let mut list = list.summed();
                let mut element = list.element.clone().map(|e| read(target, &e));
                if list.low == 0 || element.is_none() {
                    element = Some(sought(target, element));
                }
                let element = element.unwrap_or_else(Known::null);
                list.low = list.low.saturating_sub(1);
                list.high = list.high.map(|h| h.saturating_sub(1));
                changed.filled = false;
                changed = changed.measured(target, target.is_filled());
                changed.shape = Shape::List(Rc::new(list));
                (Known { id: Id::NONE, ..element }, changed)
            }
            (Shape::Object(_), "set") => {
                let path = [args.first().and_then(Known::as_text).map_or_else(
                    || super::place::Step::Any(args.first().cloned().unwrap_or_else(Known::null)),
                    |t| super::place::Step::Name(t.clone()),
                )];
                let value = args.get(1).cloned().unwrap_or_else(Known::null);
                let changed = self.placed(target, &path, &value);
                (changed.clone(), changed)
            }
            (_, "sort") if !args.is_empty() => {
                let mut all = vec![target.clone()];
                all.extend(args.iter().cloned());
                let sorted = self.walk_over(act, "sort", &all, inst, state).unwrap_or_else(Known::null);
                (sorted.clone(), sorted)
            }
            (Shape::List(list), "sort" | "reverse") => {
                changed.shape = Shape::List(Rc::new(list.summed()));
                (changed.clone(), changed)
            }
            _ => {
                self.read_of_nothing(target, at, "it is changed here");
                args.iter().for_each(|arg| changed.absorb(&arg.whole()));
                let result = part(&changed);
                (result, changed)
            }
        }
    }
}

/// How often a merge sort compares: at most the length times the levels.
fn comparisons(turns: &Turns) -> Turns {
    let levels = turns.high.max(1.0).log2().ceil();
    Turns::between((turns.low - 1.0).max(0.0), if turns.high.is_finite() { turns.high * levels } else { f64::INFINITY })
}

fn answer_own(answer: &Known) -> Known {
    Known { shape: Shape::Plain, ..answer.clone() }
}

/// `value(x)`: at confidence 1, stated, all the way down; what it earned stays what it was.
fn dropped(x: &Known) -> Known {
    let whole = x.whole();
    let earned = whole.earned();
    let mut known = x.clone();
    known.id = Id::NONE;
    known.parts = Rc::default();
    strip(&mut known);
    known.cap = super::domain::Cap { bound: known.cap.bound.min(earned), why: whole.cap.why };
    if earned == SURE {
        known.cap = super::domain::Cap::FREE;
    }
    known
}

fn strip(known: &mut Known) {
    known.claim = super::domain::Claim::SURE;
    known.evidence = Evidence::Stated;
    known.each_part(strip);
}

/// What an aggregate of possibly nothing gives.
fn aggregate(x: &Known, of_list: bool, at: Location) -> Option<(Nothing, Location)> {
    (of_list && elements(x).1 == 0 && !matches!(x.shape, Shape::Any)).then_some((Nothing::Aggregate, at)).filter(|_| {
        // A list that the program knows to have elements gives a number.
        !matches!(&x.shape, Shape::List(list) if list.low > 0)
    })
}

fn merged(args: &[Known]) -> Shape {
    let mut object = Object::default();
    for arg in args {
        match &arg.shape {
            Shape::Object(given) => {
                object.fields.extend(given.fields.iter().map(|(k, v)| (k.clone(), v.clone())));
                if let Some(others) = &given.others {
                    object.others = Some(object.others.take().map_or_else(|| others.clone(), |old| old.join(others)));
                }
            }
            _ => object.others = Some(part(arg)),
        }
    }
    Shape::Object(Rc::new(object))
}

impl Known {
    /// The same answers more than once.
    pub fn repeated(mut self) -> Known {
        if self.sources.values().any(|many| !many) {
            self.sources = Rc::new(self.sources.keys().map(|s| (s.clone(), true)).collect());
        }
        self
    }

    /// Whether both come from the same agent.
    pub fn shares_source(&self, other: &Known) -> bool {
        self.sources.keys().any(|s| other.sources.keys().any(|t| s.agent == t.agent))
    }
}
