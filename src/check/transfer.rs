//! What each instruction does to what is known.

use super::domain::{
    Callee, Cap, CellId, Claim, Closure, Fact, Id, Integrity, Known, List, Mark, Nothing, Null, Number, Object, Passed,
    SURE, Shape, Tests, Told, Why, raw,
};
use super::few::{Few, Sides};
use super::flow::{Activation, Flow};
use super::place::{loosened, path};
use super::read::{beside, confidence_of, item, kept, kept_part, length, own, rest};
use super::spread::{expand, padded};
use super::state::State;
use crate::diagnostic::Code;
use crate::hir::{Binary, FunctionId, Unary};
use crate::ir::{Change, Constant, Inst, Key, Member, Op};
use crate::value::Evidence;
use std::rc::Rc;

/// What an instruction gives: its result and, of a change, the changed root.
pub(super) type Given = Option<(Known, Option<Known>)>;

/// What `typeof` may say of a value; nothing where it may say anything.
fn kinds(x: &Known) -> &'static [&'static str] {
    match (&x.shape, x.null) {
        (_, Null::Always) => &["null"],
        (Shape::Number(_), Null::Never) => &["number"],
        (Shape::Number(_), Null::Maybe) => &["number", "null"],
        (Shape::List(_), Null::Never) => &["list"],
        (Shape::List(_), Null::Maybe) => &["list", "null"],
        (Shape::Object(_), _) => &["object", "error", "null"],
        (Shape::Text(_), Null::Never) => &["string"],
        (Shape::Text(_) | Shape::Bool(_) | Shape::Plain, _) => &["string", "number", "boolean", "null", "error"],
        (Shape::Functions(_) | Shape::Builtin(_), _) => &["function", "null"],
        (Shape::Agent(_), _) => &["agent", "null"],
        _ => &[],
    }
}

impl<'a> Flow<'a> {
    /// What an instruction gives; nothing if it never gives anything.
    pub fn transfer(&mut self, act: &mut Activation<'a>, inst: &Inst, args: &[Known], state: &mut State) -> Given {
        let at = act.at(inst.span);
        let one = |known: Known| Some((known, None));
        match &inst.op {
            Op::Const(constant) => one(literal(constant)),
            Op::Unary(unary) => one(self.unary(*unary, &args[0])),
            Op::Binary(binary) => one(self.binary(act, *binary, &args[0], &args[1], inst, state)),
            Op::Range { inclusive, .. } => one(range(&args[0], &args[1], *inclusive)),
            Op::Text => {
                let mut text = Known::computed(args, Shape::Plain);
                text.nothing = args.iter().find_map(|a| a.nothing);
                one(text)
            }
            Op::List { spread } => {
                let longest = self.around(args, spread);
                one(Known { longest, ..self.list(args, spread) })
            }
            Op::Object(members) => one(object(members, args)),
            Op::Closure(function) => one(closure(*function, args)),
            Op::Builtin(builtin) => one(Known::constant(Shape::Builtin(*builtin))),
            Op::Input => one(self.input()),
            Op::Agents => one(Known::constant(Shape::Agents)),
            Op::AgentList => one(self.agent_list()),
            Op::Field(name) => {
                if &**name == "length" {
                    self.asked_length(&args[0], state);
                }
                one(self.field(act, &args[0], name, inst, state))
            }
            Op::Index { from_end } => one(self.index(act, (&args[0], &args[1]), *from_end, inst, state)),
            Op::IsNull => {
                let shape = match args[0].null {
                    Null::Always => Shape::Bool(true),
                    Null::Never => Shape::Bool(false),
                    Null::Maybe => Shape::Plain,
                };
                let mut known = Known::constant(shape);
                if args[0].null == Null::Maybe {
                    // Whether a gate passed is certain, however doubtful what it let through. All else is exact in the run, and
                    // believed no more than what is asked.
                    known.cap = args[0].is_told_by_null().unwrap_or_else(|| {
                        let asked = own(args, Shape::Plain);
                        asked.cap.at_most(asked.earned())
                    });
                    known.tested = args[0].tested_by_gate();
                }
                let present = std::iter::once(Fact::Present(args[0].id)).chain(act.shows_length(inst.args[0]));
                known.tests = tests(vec![Fact::Null(args[0].id)], present.collect());
                one(known)
            }
            Op::Truth => {
                self.line_of(&args[0]);
                one(Known { id: args[0].id, ..args[0].truth(true) })
            }
            Op::Count => {
                self.asked_length(&args[0], state);
                one(length(&args[0], true))
            }
            Op::Turns => {
                let number = args[0].as_number().cloned().unwrap_or_else(Number::any);
                // It is exact in the run, and believed no more than what it counts.
                let cap = args[0].cap.at_most(args[0].earned());
                let shape = Shape::Number(Rc::new(number));
                one(Known { integrity: args[0].integrity, cap, ..Known::constant(shape) })
            }
            Op::Step(by) => {
                let number = args[0].as_number().cloned().unwrap_or_else(Number::any);
                let moved = Number {
                    low: number.low + by,
                    high: number.high + by,
                    ..Number { whole: number.whole && by.fract() == 0.0, sized: number.is_finite(), ..Number::any() }
                };
                let mut known = Known::computed(&args[..1], Shape::Number(Rc::new(moved)));
                self.summed(Binary::Add, &args[0], &Known::number(*by), &mut known, state);
                let known = if *by < 0.0 && known.as_number().is_some_and(|n| n.low.is_finite()) {
                    known.measured(&args[0], super::interval::steps_down(&number, -by))
                } else {
                    known
                };
                one(known)
            }
            Op::Offers(_) => one(own(&args[..1], Shape::Plain)),
            Op::Item => one(item(&args[0])),
            Op::Beside => one(beside(&args[0], &args[1])),
            Op::Unpack | Op::UnpackObject => {
                self.read_of_nothing(&args[0], at, "it is taken apart here");
                // Null cannot be taken apart: what follows has another value.
                let mut there = args[0].clone();
                there.cleared();
                one(Known { null: Null::Never, ..there })
            }
            Op::Rest(from) => {
                let longest = self.changed_by(&args[0], -f64::from(*from));
                let left = rest(&args[0], u64::from(*from));
                one(self.seated(&args[0], (u64::from(*from), u64::MAX), Known { longest, ..left }))
            }
            Op::Omit(keys) => {
                let mut known = Known { id: Id::NONE, tests: None, ..args[0].clone() };
                args[1..].iter().for_each(|key| known = known.under(key));
                if let Shape::Object(object) = &mut known.shape {
                    let object = Rc::make_mut(object);
                    object.fields.retain(|name| !keys.iter().flatten().any(|key| **key == *name));
                    if args.len() > 1 {
                        object.fields.values_mut().for_each(Known::miss);
                    }
                }
                one(known)
            }
            Op::Fits { length, open } => {
                let mut known = Known { null: Null::Never, ..own(args, Shape::Plain) };
                let (id, length) = (args[0].id, f64::from(*length));
                let mut yes = vec![Fact::LengthFrom(id, length)];
                if !open {
                    yes.push(Fact::LengthTo(id, length));
                }
                known.tests = tests(yes, Vec::new());
                one(known)
            }
            Op::Has(_) | Op::Instance(_) => one(Known { null: Null::Never, ..own(args, Shape::Plain) }),
            Op::Expect(kind, _) => one(self.fitted(&args[0], kind)),
            Op::Under => {
                let mut result = args[0].clone();
                for decider in &args[1..] {
                    result = result.under(decider);
                }
                // It is true or not as before: that it is asked at all is decided where the ways part.
                result = result.with_truth_earned(args[0].truth_earned());
                if result.id == Id::NONE && args[0].null == Null::Maybe {
                    // Whether there is something tells of what it was.
                    result.tests = tests(args[0].when(true), args[0].when(false));
                }
                one(result)
            }
            Op::Ask => {
                let chosen = self.chosen_threshold(&args[1], at);
                let (from, to) = args[1].as_number().map_or((super::domain::NONE, SURE), |n| (raw(n.low), raw(n.high)));
                let mut known = own(&args[..1], Shape::Plain);
                known.cap = known.cap.min(args[1].cap.at_most(args[1].earned()));
                known.tests = tests(vec![Fact::AtLeast(args[0].id, from), Fact::True(args[0].id)], Vec::new());
                self.ask_outcomes(&args[0], from, to, at);
                known.parts = if args[0].parts.is_empty() { Few::one(args[0].id) } else { args[0].parts.clone() };
                // Below the threshold it does not hold, whatever is asked about.
                let passed = known.claim.at_least(from).least().min(known.cap.bound);
                known = known.with_truth_earned((passed, passed));
                one(if chosen { known.marked(Mark::Chosen, at) } else { known })
            }
            Op::Threshold => one(args[0].clone()),
            Op::Cap => {
                let mut known = args[0].clone();
                if let Some(number) = args[1].as_number() {
                    known.claim.high = known.claim.high.min(raw(number.high));
                    known.claim.low = known.claim.low.min(raw(number.low));
                }
                known.claim.filled = 0;
                known.passed = Passed::NOTHING;
                known.tested = known.tested.min(known.claim.least());
                known.parts = Few::NONE;
                known.id = Id::NONE;
                one(known.measured_by(Some(&args[1]), at))
            }
            Op::Cell => {
                let result = inst.result.map_or(Id::NONE, |var| Id(act.frame, var.0));
                let cell = CellId::Cell(result);
                act.renew(inst.result, cell, state);
                if let Some(first) = args.first() {
                    self.poke(cell, first.clone(), state);
                }
                one(Known::constant(Shape::Cell(cell)))
            }
            Op::Load { .. } => one(self.load(&args[0], state)),
            Op::Store => {
                self.store(act, &args[0], &args[1], state);
                one(args[1].clone())
            }
            Op::Global { global, .. } => {
                let declared = &self.program.declarations.globals[global.0 as usize];
                one(match (declared.function, self.peek(CellId::Global(*global), state)) {
                    (Some(function), None) => closure(function, &[]),
                    (_, Some(known)) => known,
                    (None, None) => Known::null(),
                })
            }
            Op::SetGlobal(global) => {
                self.put(act, CellId::Global(*global), &args[0], state);
                one(args[0].clone())
            }
            Op::Slot(slot) => one(self.peek(CellId::Slot(act.frame, slot.0), state).unwrap_or_else(Known::null)),
            Op::SetSlot(slot) => {
                self.put(act, CellId::Slot(act.frame, slot.0), &args[0], state);
                one(args[0].clone())
            }
            Op::Ready => one(args[0].clone()),
            Op::Empty => one(Known::null()),
            Op::Update { home, keys } => {
                let (root, rest) = self.home(act, *home, args, state);
                let fixed = keys.iter().filter(|k| !matches!(k, Key::Fixed(_))).count();
                let value = rest[fixed..].first().cloned().unwrap_or_else(Known::null);
                let path = path(keys, &rest[..fixed]);
                self.copied(&root);
                if let Some((part, before)) = path.split_last() {
                    let inner = self.reached(&root, before);
                    if !before.is_empty() {
                        self.copied(&inner);
                    }
                    self.try_change(act, inst, &inner, part);
                }
                self.written_inside(act, inst, &root, &path, state);
                let changed = self.placed(&root, &path, &value);
                self.put_back(act, *home, args, &changed, state);
                one(changed)
            }
            Op::Delete { home, keys } => {
                let (root, rest) = self.home(act, *home, args, state);
                let path = path(keys, rest);
                if let Some((part, before)) = path.split_last() {
                    let inner = self.reached(&root, before);
                    self.try_change(act, inst, &inner, part);
                }
                let changed = Known { id: Id::NONE, ..loosened(&root, &path) };
                self.put_back(act, *home, args, &changed, state);
                let was_there = own(&[std::slice::from_ref(&root), rest].concat(), Shape::Plain);
                Some((was_there, Some(changed)))
            }
            Op::Mutate { home, change, spread } => {
                let Change { keys, method } = &**change;
                let (root, rest) = self.home(act, *home, args, state);
                let fixed = keys.iter().filter(|k| !matches!(k, Key::Fixed(_))).count();
                let path = path(keys, &rest[..fixed]);
                let target = self.reached(&root, &path);
                let own = matches!(target.shape, Shape::Agent(_)) || self.own_method(&target, method).is_some();
                let (arguments, spread) = match expand(&rest[fixed..], *spread) {
                    Ok(arguments) => (arguments, None),
                    Err(list) if own => (padded(list), Some(list)),
                    Err(list) => (vec![list.clone()], Some(list)),
                };
                if own {
                    let given = match spread {
                        Some(list) => {
                            self.spreading(list, |flow| flow.method(act, &target, method, &arguments, inst, state))
                        }
                        None => self.method(act, &target, method, &arguments, inst, state),
                    };
                    return Some((given?, Some(root)));
                }
                self.refuse_obscure(super::obscure::may_be_own(&target, method), at);
                let given = spread.is_none().then_some(&arguments[..]);
                self.try_mutation(act, inst, &target, (method, given));
                let asked = self.perhaps_asked(act, &target, method, &arguments, inst, state);
                let doubts = self.doubts(act, state);
                let arguments: Vec<Known> = arguments.iter().map(|a| self.decided(a, &doubts)).collect();
                self.copied(&root);
                if !path.is_empty() {
                    self.copied(&target);
                }
                arguments.iter().for_each(|argument| self.copied(argument));
                let (result, changed) = match spread {
                    Some(_) => self.put_together(&target, method, &arguments[0]),
                    None => self.mutation(act, &target, method, &arguments, inst, state),
                };
                let changed = if path.is_empty() { changed } else { self.placed(&root, &path, &changed) };
                self.put_back(act, *home, args, &changed, state);
                Some((asked.map_or(result.clone(), |asked| result.join(&asked)), Some(changed)))
            }
            Op::Call { spread } => {
                let known = match (expand(&args[1..], *spread), &args[0].shape) {
                    (Ok(arguments), _) => self.call(act, &args[0], &arguments, inst, state),
                    (Err(list), Shape::Builtin(builtin)) => self.spread_out(act, Ok(*builtin), None, list, inst, state),
                    (Err(list), _) => self.spreading(list, |flow| flow.call(act, &args[0], &padded(list), inst, state)),
                };
                known.map(|known| (known, None))
            }
            Op::CallFunction(function) => {
                let callee = self.plain(*function);
                self.enter_call(act, &callee, args, inst, 0, state).map(|known| (known, None))
            }
            Op::CallBuiltin { builtin, spread } => {
                let known = match expand(args, *spread) {
                    Ok(arguments) => self.builtin(act, *builtin, &arguments, inst, state),
                    Err(list) => self.spread_out(act, Ok(*builtin), None, list, inst, state),
                };
                known.map(|known| (known, None))
            }
            Op::CallMethod { name, spread } => {
                let receiver = &args[0];
                let known = match expand(&args[1..], *spread) {
                    Ok(arguments) => self.method(act, receiver, name, &arguments, inst, state),
                    Err(list)
                        if matches!(receiver.shape, Shape::Agent(_)) || self.own_method(receiver, name).is_some() =>
                    {
                        self.spreading(list, |flow| flow.method(act, receiver, name, &padded(list), inst, state))
                    }
                    Err(list) => self.spread_out(act, Err(name), Some(receiver), list, inst, state),
                };
                known.map(|known| (known, None))
            }
            Op::Fork { .. } => self.fork(act, args, inst, state).map(|known| (known, None)),
            Op::Watch(place) => {
                self.watch(*place, &args[0]);
                one(Known::null())
            }
            Op::Enter => {
                if args[0].integrity >= Integrity::Agent {
                    self.chosen_by_agent(at, "instruction");
                }
                one(Known::null())
            }
            Op::Leave | Op::Bind(_) => one(Known::null()),
        }
    }

    /// A function without captures.
    pub fn plain(&self, function: FunctionId) -> Closure {
        Closure { function, captures: Rc::default() }
    }

    fn unary(&mut self, unary: Unary, x: &Known) -> Known {
        match unary {
            Unary::Confidence => confidence_of(x),
            Unary::Not => x.truth(false),
            Unary::Negate | Unary::Plus => {
                let number = x.as_number().cloned().unwrap_or_else(Number::any);
                let number = if unary == Unary::Negate {
                    Number { low: -number.high, high: -number.low, line: None, ratio: None, ..number }
                } else {
                    number
                };
                let number = Number { confidence_of: None, below: Few::NONE, length_of: None, ..number };
                Known::computed([x], Shape::Number(Rc::new(number)))
            }
            Unary::Typeof => {
                let known = own(std::slice::from_ref(x), Shape::Plain);
                let kinds = kinds(x).iter().map(|kind| (Rc::from(*kind), Vec::new())).collect();
                Known { tests: Some(Rc::new(Tests { cases: kinds, ..Tests::default() })), ..known }
            }
        }
    }

    fn binary(
        &mut self,
        act: &mut Activation<'a>,
        binary: Binary,
        a: &Known,
        b: &Known,
        inst: &Inst,
        state: &mut State,
    ) -> Known {
        let at = act.at(inst.span);
        match binary {
            Binary::Power | Binary::Multiply | Binary::Divide | Binary::Remainder | Binary::Add | Binary::Subtract => {
                let mut known = Known::computed([a, b], super::interval::arithmetic(binary, a, b));
                known.nothing = a.nothing.or(b.nothing);
                self.summed(binary, a, b, &mut known, state);
                if let (Binary::Remainder, Some(result)) = (binary, inst.result) {
                    self.remaining(a, b, Id(act.frame, result.0));
                }
                super::interval::measured(binary, a, b, known)
            }
            Binary::Less | Binary::LessEqual | Binary::Greater | Binary::GreaterEqual => {
                self.compare(act, binary, a, b, inst)
            }
            Binary::Equal | Binary::NotEqual => self.equal(act, binary == Binary::Equal, a, b, inst),
            // Of an object its keys are looked at, of a list its elements.
            Binary::In => {
                let keys = own(&[a.whole(), b.clone()], Shape::Plain);
                match b.shape {
                    Shape::Object(_) => keys,
                    _ => Known::computed([a, b], Shape::Plain).join(&keys),
                }
            }
            Binary::State => self.state(a, b, at),
            Binary::Gate => self.gate(act, a, b, inst, state),
            Binary::Best => self.best(&[a.clone(), b.clone()], at),
            Binary::Chain | Binary::Under => b.under(&a.deciding()),
            Binary::Both | Binary::Either => b.under(a).join(a).join(b),
        }
    }

    /// `x ~> k`: claims k, and earns nothing by it.
    fn state(&mut self, x: &Known, k: &Known, at: crate::source::Location) -> Known {
        let (low, high) = k.as_number().map_or((super::domain::NONE, SURE), |n| (raw(n.low), raw(n.high)));
        let before = x.claim;
        let mut result = x.clone();
        let claim = Claim::named_by(k);
        let raises = before.unknown || high > before.low;
        // What is never more than was claimed leaves what is believed as it was.
        if raises {
            let bound = before.least().min(low).min(x.cap.bound);
            let told = bound < x.cap.bound || x.cap.why == Why::Free || before.least() < low;
            result.cap = Cap { bound, why: if told { Why::Stated(at) } else { x.cap.why }, scaled: x.cap.scaled };
            result.evidence = result.evidence.min(Evidence::Stated);
        }
        result = result.said_to_be(claim);
        result.id = Id::NONE;
        result.passed = Passed::NOTHING;
        result.exact = false;
        result.parts = Few::one(Id::NONE);
        result.above = Sides::NONE;
        result.tests = None;
        result = result.measured_by(Some(k), at);
        if let Some(number) = k.as_number()
            && let Some(assessed) = &number.assessed
        {
            let own = !x.origins.is_empty() && x.origins.iter().all(|o| assessed.contains(o));
            if !own && (!x.claim.is_full() || !x.origins.is_empty()) {
                self.findings.stale(at);
            }
            if number.changed {
                self.findings.report(Code::CF009, at, "a confidence is changed by arithmetic and stated again", |d| {
                    d.help(
                        "cap what is stated, as in `x ~> Math.min(c, 0.8)`, or keep the confidence that was assessed",
                    )
                });
            }
        }
        result
    }

    /// `gate(x, t)`: x, or null at x's confidence.
    pub fn gate(&mut self, act: &mut Activation<'a>, x: &Known, t: &Known, inst: &Inst, state: &mut State) -> Known {
        let at = act.at(inst.span);
        if t.shape.is_function() {
            let outer = std::mem::take(&mut self.taken);
            let mut given = None;
            let told = confidence_of(x);
            // Of what does not pass nothing is made.
            let before = state.clone();
            self.under((told.earned() < SURE).then_some((told, at)), |flow| {
                let mut passed = x.clone();
                passed.raise(raw(act.code.bands.high));
                given = flow.call_back(act, t, &[passed], inst, state);
            });
            *state = state.join(&before);
            let once = std::mem::replace(&mut self.taken, outer);
            self.taken.add(&once.times(&super::amount::Turns::between(0.0, 1.0)));
            let whole = x.whole();
            let refused = Known { claim: whole.claim, cap: whole.cap, evidence: whole.evidence, ..Known::null() };
            let given = given.unwrap_or_else(Known::null);
            let mut known = given.join(&refused);
            if given.null != Null::Never {
                known.told = Told::Doubt;
            }
            known.null = Null::Maybe;
            known.nothing = Some((Nothing::Gate, at));
            return known.marked(Mark::Unserved, at);
        }
        if let Shape::List(list) = &t.shape
            && let Some(items) = &list.items
            && let [threshold, instead] = &items[..]
        {
            // Either x, which passed, or what stands in for it.
            let gated = self.gate_at(x, threshold, at);
            if gated.null == Null::Always && x.null != Null::Always {
                return instead.clone();
            }
            let mut passed = Known { id: Id::NONE, ..x.clone() }.measured_by(Some(threshold), at);
            passed.marks = passed.marks.union(&gated.marks);
            passed.raise(gated.passed.least);
            return if gated.has(Mark::Unserved) && !x.has(Mark::Unserved) {
                passed.unmarked(Mark::Unserved).join(instead)
            } else {
                passed.join(instead)
            };
        }
        let gated = match super::read::elements(t).0 {
            // Which of them is the threshold nobody knows.
            Some(each) if matches!(t.shape, Shape::List(_)) => {
                self.gate_at(x, &each, at).join(&Known { id: Id::NONE, ..each })
            }
            _ => self.gate_at(x, t, at),
        };
        if t.shape == Shape::Any { gated.join(&Known { id: Id::NONE, ..super::read::part(t) }) } else { gated }
    }

    fn gate_at(&mut self, x: &Known, t: &Known, at: crate::source::Location) -> Known {
        let chosen = self.chosen_threshold(t, at);
        let (from, to) = t.as_number().map_or((super::domain::NONE, SURE), |n| (raw(n.low), raw(n.high)));
        let whole = x.whole();
        let passes = !whole.claim.at_least(from).empty() && whole.claim.known();
        let fails = whole.claim.least() < to;
        self.findings.outcome(at, passes || self.lenient, fails || self.lenient);
        let mut known = x.clone();
        // It is never surer than what it lets through.
        known.above = x.at_most();
        known.id = Id::NONE;
        known.woven = x.is_woven();
        // A null that comes in may pass, as sure as it is.
        let null = match x.nothing {
            Some(_) if x.passed.null > 0 => to.max(x.passed.null),
            None if x.null == Null::Never => to,
            _ => 0,
        };
        known.passed = Passed { least: from, null };
        let told = x.null == Null::Never || x.is_told_by_null().is_some_and(|cap| cap.bound == SURE);
        known.told = if told { Told::Itself } else { Told::Doubt };
        if chosen {
            known = known.marked(Mark::Chosen, at);
        }
        if fails {
            // What does not pass is null at the confidence of the whole.
            if whole.claim != known.claim {
                // A test of what it is itself the least of tells nothing of its parts.
                known.parts = Few::NONE;
            }
            known.claim = known.claim.join(whole.claim);
            known.evidence = known.evidence.min(whole.evidence);
            known.cap = known.cap.min(whole.cap);
            known.null =
                if passes { if x.null == Null::Always { Null::Always } else { Null::Maybe } } else { Null::Always };
            known.nothing = Some((Nothing::Gate, at));
            // That what comes in is always true says nothing of a null.
            known.tests = None;
            known = known.marked(Mark::Unserved, at);
        }
        known.measured_by(Some(t), at)
    }

    /// The surest of several.
    pub fn best(&mut self, all: &[Known], at: crate::source::Location) -> Known {
        let Some(first) = all.first() else { return Known::null() };
        let mut known = all.iter().skip(1).fold(first.clone(), |a, b| {
            // The one whose least confidence is higher is chosen, and is at least as sure itself.
            let (x, y) = (a.whole().claim, b.whole().claim);
            let chosen = match (x.unknown, y.unknown) {
                (false, false) => x.low.max(y.low),
                (true, false) => y.low,
                (false, true) => x.low,
                (true, true) => 0,
            };
            let either = a.claim.join(b.claim);
            let claim =
                Claim { unknown: either.unknown && x.unknown && y.unknown, low: either.low.max(chosen), ..either };
            Known { claim, parts: Few::one(Id::NONE), id: Id::NONE, ..a.join(b) }
        });
        let uncalibrated = known.sources.len();
        if uncalibrated >= 3 {
            known = known.marked(Mark::Picked, at);
        }
        known
    }

    pub(super) fn list(&mut self, args: &[Known], spread: &[bool]) -> Known {
        let mut known = Known::constant(Shape::Plain);
        if spread.iter().all(|s| !s) {
            let items: Vec<Known> = args.to_vec();
            let count = items.len() as u64;
            let list = if items.len() <= 16 {
                List::of(items)
            } else {
                List {
                    element: items.into_iter().reduce(|a, b| a.join(&b)),
                    low: count,
                    high: Some(count),
                    items: None,
                    size: None,
                }
            };
            known.shape = Shape::List(Rc::new(list));
            return known;
        }
        let mut element: Option<Known> = None;
        let (mut low, mut high) = (0u64, Some(0u64));
        for (arg, &spread) in args.iter().zip(spread) {
            let (part, from, to) = if spread {
                known.passed = Passed::NOTHING;
                known.claim = known.claim.min(arg.claim);
                known.cap = known.cap.min(arg.cap);
                known.evidence = known.evidence.min(arg.evidence);
                kept(arg)
            } else {
                (Some(arg.clone()), 1, Some(1))
            };
            low += from;
            high = high.zip(to).map(|(a, b)| a + b);
            element = match (element, part) {
                (Some(a), Some(b)) => Some(a.join(&b)),
                (a, b) => a.or(b),
            };
        }
        known.shape = Shape::List(Rc::new(List { element, low, high, items: None, size: None }));
        known
    }
}

/// Tests, unless they tell nothing.
pub(super) fn tests(yes: Vec<Fact>, no: Vec<Fact>) -> Option<Rc<Tests>> {
    Some(Rc::new(Tests { yes, no, ..Tests::default() }))
}

/// A literal of the program.
pub(super) fn literal(constant: &Constant) -> Known {
    match constant {
        Constant::Null => Known::null(),
        Constant::Bool(b) => Known::constant(Shape::Bool(*b)),
        Constant::Number(x) => Known::number(*x),
        Constant::Text(text) => Known::constant(Shape::Text(Rc::from(&**text))),
        Constant::Regex(regex) => {
            let text = |text: &str| Known::constant(Shape::Text(Rc::from(text)));
            let fields = [("source", &regex.source), ("flags", &regex.flags)];
            let fields = fields.map(|(name, it)| (Rc::from(name), text(it)));
            Known::constant(Shape::Object(Rc::new(Object {
                fields: fields.into_iter().collect(),
                ..Object::default()
            })))
        }
    }
}

pub(super) fn range(low: &Known, high: &Known, inclusive: bool) -> Known {
    let (a, b) =
        (low.as_number().cloned().unwrap_or_else(Number::any), high.as_number().cloned().unwrap_or_else(Number::any));
    // So many steps of one from the first fit; the last may be less than one away from the end.
    let steps = |gap: f64| if inclusive { gap.floor() + 1.0 } else { gap.ceil() };
    let count = Number { low: steps(b.low - a.high), high: steps(b.high - a.low), ..Number::any() };
    let (fewest, most) = count.counts();
    let last = if inclusive || !(a.whole && b.whole) { b.high } else { b.high - 1.0 };
    let element = Known::computed(
        [low, high],
        Shape::Number(Rc::new(Number { low: a.low, high: last.max(a.low), whole: a.whole, ..Number::any() })),
    );
    Known::computed(
        [low, high],
        Shape::List(Rc::new(List { element: Some(element), low: fewest, high: most, items: None, size: None })),
    )
}

fn object(members: &[Member], args: &[Known]) -> Known {
    let mut object = Object::default();
    let mut known = Known::constant(Shape::Plain);
    let mut next = 0;
    for member in members {
        match member {
            Member::Fixed(name) => {
                object.fields.insert(Rc::from(&**name), args[next].clone());
                next += 1;
            }
            Member::Computed => {
                let (key, value) = (&args[next], &args[next + 1]);
                known.absorb(&key.whole());
                match key.as_text() {
                    Some(text) => object.put(text, value, true),
                    None => object.put_anywhere(value, Some(1)),
                }
                next += 2;
            }
            Member::Spread => {
                let spread = &args[next];
                known.absorb(&own(std::slice::from_ref(spread), Shape::Plain));
                match &spread.shape {
                    Shape::Object(given) => object.take_from(spread, given),
                    _ if spread.null == Null::Always => {}
                    _ => {
                        // What is kept is as sure as it is, whatever it is read from.
                        object.put_anywhere(&kept_part(spread), None);
                    }
                }
                next += 1;
            }
        }
    }
    known.shape = Shape::Object(Rc::new(object));
    known
}

/// A function with what it captures.
pub(super) fn closure(function: FunctionId, captures: &[Known]) -> Known {
    let closure = Closure { function, captures: Rc::new(captures.to_vec()) };
    Known::constant(Shape::Functions(Rc::new(vec![Callee::Own(closure)])))
}
