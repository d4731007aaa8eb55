//! What fails by what a doubtful value says, where somebody waits for the error.
//!
//! Behind an operation that fails on some data and not on others everything runs, or does not, because of what the data
//! say. Only where the error is caught does something run because of it; a program that ends does nothing more.

use super::breaking::{breaks, breaks_as_method, breaks_form, suits};
use super::domain::{Known, Null, SURE, Shape};
use super::escape::Doubts;
use super::flow::{Activation, Flow};
use super::oversize::is_heap;
use super::state::State;
use crate::hir::{Binary, Unary};
use crate::ir::{Inst, Key, Member, Op, Program};

impl<'a> Flow<'a> {
    /// Whether an error at the block that is walked is caught before it ends the program.
    pub fn is_guarded(&self, act: &Activation<'a>) -> bool {
        self.guarded || act.code.blocks[act.block].handler.is_some()
    }

    /// Walks something whose errors are caught.
    pub fn guarding<T>(&mut self, guards: bool, run: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.guarded;
        self.guarded |= guards;
        let given = run(self);
        self.guarded = outer;
        given
    }

    /// What decides whether an instruction fails, as far as that is in doubt; nothing where nothing is.
    pub fn fails_by(&mut self, act: &Activation<'a>, inst: &Inst, args: &[Known], state: &State) -> Option<Doubts> {
        let changed = match &inst.op {
            Op::Update { home, .. } | Op::Delete { home, .. } | Op::Mutate { home, .. } => {
                let (root, rest) = self.home(act, *home, args, state);
                Some([&[root], rest].concat())
            }
            _ => None,
        };
        let told = told(self.program, inst, changed.as_deref().unwrap_or(args));
        let deep = act.nested_too_deep(inst, args);
        // A variable may not have its value yet, whatever values there are.
        let early = matches!(inst.op, Op::Load { early: true } | Op::Global { early: true, .. });
        if told.is_empty() && deep.is_empty() && !early {
            return None;
        }
        let at = act.at(inst.span);
        let by_elements = takes_elements(&inst.op);
        let told = told.into_iter().map(|arg| if by_elements { arg.whole() } else { arg.clone() });
        let doubtful = told.chain(deep).filter(|arg| arg.earned() < SURE);
        let doubts: Doubts = doubtful.map(|arg| (Known { shape: Shape::Plain, tests: None, ..arg }, at)).collect();
        // What runs in doubt may fail in doubt, whatever it is given.
        (!doubts.is_empty() || !self.doubts(act, state).is_empty()).then_some(doubts)
    }

    /// What a function gives to rank by may have no order.
    pub fn fails_to_rank(&mut self, act: &Activation<'a>, name: &str, rank: &Known, inst: &Inst) {
        let ranks = matches!(name, "sortBy" | "minBy" | "maxBy");
        self.fails_on(act, rank, !ranks || ordered(std::slice::from_ref(rank)), inst);
    }

    /// What a function gives may be refused, unless it suits.
    pub fn fails_on(&mut self, act: &Activation<'a>, given: &Known, suits: bool, inst: &Inst) {
        let refused = (!suits && self.is_guarded(act)).then(|| given.whole());
        let doubtful = refused.filter(|given| given.earned() < SURE);
        let doubt = doubtful.map(|given| (Known { shape: Shape::Plain, tests: None, ..given }, act.at(inst.span)));
        doubt.into_iter().for_each(|doubt| self.escapes.throw(vec![doubt]));
    }
}

/// Whether an operation looks at the elements of the lists that it is given.
fn takes_elements(op: &Op) -> bool {
    match op {
        Op::CallBuiltin { .. } | Op::CallMethod { .. } | Op::Mutate { .. } | Op::Fork { .. } | Op::Text => true,
        // What is written in place of something has not looked at it.
        Op::Update { keys, .. } | Op::Delete { keys, .. } => keys.len() > 1,
        _ => false,
    }
}

/// The arguments of an instruction that tell whether it fails; of a change the first is what is changed. What cannot fail is named
/// here, so that a new instruction is thought of.
fn told<'k>(program: &Program, inst: &Inst, args: &'k [Known]) -> Vec<&'k Known> {
    let first = |fails: bool| if fails { args.iter().take(1).collect() } else { Vec::new() };
    let all = |fails: bool| if fails { args.iter().collect() } else { Vec::new() };
    match &inst.op {
        // A variable that may not have its value yet.
        Op::Ready => first(true),
        Op::Field(_) => first(args[0].null != Null::Never),
        Op::Index { .. } => args.iter().filter(|arg| open(arg)).collect(),
        Op::Unpack | Op::UnpackObject | Op::Count | Op::Item => first(open(&args[0])),
        Op::Update { keys, .. } | Op::Delete { keys, .. } => {
            match keys.split_last().map(|(_, before)| reached(&args[0], before)) {
                Some(Some(Known { null: Null::Never, shape: Shape::Object(_), .. })) => {
                    args[1..=computed(keys)].iter().filter(|key| open(key)).collect()
                }
                // Where a list is written may lie outside of it.
                _ => args.iter().take(1 + computed(keys)).collect(),
            }
        }
        Op::Mutate { change, spread, .. } => {
            let (place, rest) = args.split_at(1 + computed(&change.keys));
            let target = reached(&args[0], &change.keys).unwrap_or_else(Known::anything);
            let (refused, mut told) = breaks_as_method(&change.method, &target, rest);
            if refused || open(&target) {
                told.extend(place);
            }
            told.extend(uncounted(args, *spread));
            told
        }
        Op::Threshold => first(!between(&args[0], 0.0, 1.0)),
        Op::Step(_) | Op::Unary(Unary::Negate | Unary::Plus) => first(!number(&args[0])),
        Op::Turns => first(!between(&args[0], 0.0, f64::INFINITY)),
        Op::Range { .. } => args.iter().filter(|arg| !number(arg)).collect(),
        // A function is no text.
        Op::Text => args.iter().filter(|arg| arg.hides().functions || is_heap(arg)).collect(),
        Op::List { spread } => {
            args.iter().zip(spread).filter(|(arg, spread)| **spread && open(arg)).map(|(arg, _)| arg).collect()
        }
        Op::Object(members) if members.iter().any(|member| !matches!(member, Member::Fixed(_))) => {
            args.iter().filter(|arg| open(arg)).collect()
        }
        Op::Expect(wanted, _) => first(!suits(&program.declarations.types, &args[0], wanted)),
        Op::Binary(binary) => match binary {
            Binary::Divide | Binary::Remainder => {
                let nought = args[1].may_be_nought();
                args.iter()
                    .enumerate()
                    .filter(|(i, arg)| !number(arg) || *i == 1 && nought)
                    .map(|(_, arg)| arg)
                    .collect()
            }
            Binary::Subtract | Binary::Multiply | Binary::Power => args.iter().filter(|arg| !number(arg)).collect(),
            Binary::Add => all(args.iter().any(open)),
            Binary::Less | Binary::LessEqual | Binary::Greater | Binary::GreaterEqual => all(!ordered(args)),
            Binary::In => args.iter().filter(|arg| open(arg)).collect(),
            Binary::State | Binary::Gate => args.iter().skip(1).filter(|k| !between(k, 0.0, 1.0)).collect(),
            Binary::Equal
            | Binary::NotEqual
            | Binary::Best
            | Binary::Chain
            | Binary::Both
            | Binary::Either
            | Binary::Under => Vec::new(),
        },
        Op::Call { spread } => {
            let called = args[0].shape.is_function();
            let mut told = first(!called || args[0].null != Null::Never);
            told.extend(uncounted(args, *spread));
            told
        }
        Op::CallMethod { name, spread } => {
            let receiver = &args[0];
            let there = match &receiver.shape {
                Shape::Object(object) => object.field(name).is_none_or(|field| field.null == Null::Never),
                _ => true,
            };
            let mut told = first(!there || open(receiver) && !matches!(receiver.shape, Shape::Agent(_)));
            told.extend(uncounted(args, *spread));
            let own = matches!(&receiver.shape, Shape::Object(object) if object.field(name).is_some());
            if matches!(receiver.shape, Shape::Agent(_)) {
                // An agent is asked anything, and is set up by what fits.
                told.extend(args[1..].iter().filter(|_| &**name == "with"));
            } else if !own && receiver.shape != Shape::Agents {
                let (refused, given) = breaks_as_method(name, receiver, &args[1..]);
                told.extend(first(refused));
                told.extend(given);
            }
            told
        }
        Op::CallBuiltin { builtin, .. } if builtin.entry().name == "timeout" => args.iter().skip(1).take(1).collect(),
        Op::CallBuiltin { builtin, spread } => {
            let mut told = breaks(*builtin, args);
            told.extend(uncounted(args, *spread));
            told
        }
        Op::Fork { form, .. } => breaks_form(*form, args),
        Op::Const(_)
        | Op::Unary(Unary::Not | Unary::Confidence | Unary::Typeof)
        | Op::Object(_)
        | Op::Closure(_)
        | Op::Builtin(_)
        | Op::Input
        | Op::Agents
        | Op::AgentList
        | Op::IsNull
        | Op::Truth
        | Op::Beside
        | Op::Offers(_)
        | Op::Rest(_)
        | Op::Omit(_)
        | Op::Fits { .. }
        | Op::Has(_)
        | Op::Instance(_)
        | Op::Under
        | Op::Ask
        | Op::Cap
        | Op::Cell
        | Op::Load { .. }
        | Op::Store
        | Op::Global { .. }
        | Op::SetGlobal(_)
        | Op::Slot(_)
        | Op::SetSlot(_)
        | Op::Empty
        | Op::CallFunction(_)
        | Op::Watch(_)
        | Op::Enter
        | Op::Leave
        | Op::Bind(_) => Vec::new(),
    }
}

/// How many keys are computed.
fn computed(keys: &[Key]) -> usize {
    keys.iter().filter(|key| !matches!(key, Key::Fixed(_))).count()
}

/// What stands at the end of these keys, where every step there is in an object that has it in any case.
fn reached(root: &Known, keys: &[Key]) -> Option<Known> {
    keys.iter().try_fold(root.clone(), |at, key| match (at, key) {
        (Known { null: Null::Never, shape: Shape::Object(object), .. }, Key::Fixed(name)) => object.field(name),
        _ => None,
    })
}

/// Whether it may be null, or nobody knows what it is.
pub(super) fn open(known: &Known) -> bool {
    known.null != Null::Never || known.shape == Shape::Any
}

/// Whether it is a number in any case; what else than a text is asked for its length is not looked for.
pub(super) fn number(known: &Known) -> bool {
    known.as_number().is_some_and(|number| known.null == Null::Never || number.length_of.is_some())
}

/// Whether it is a number from here to there in any case.
pub(super) fn between(known: &Known, low: f64, high: f64) -> bool {
    number(known) && known.as_number().is_some_and(|number| number.low >= low && number.high <= high)
}

/// Whether any two of these have an order in any case.
pub(super) fn ordered(all: &[Known]) -> bool {
    let text = |known: &Known| matches!(known.shape, Shape::Text(_)) && known.null == Null::Never;
    all.iter().all(number) || all.iter().all(text)
}

/// The list that is spread out where nobody knows how many arguments it gives.
fn uncounted(args: &[Known], spread: bool) -> Option<&Known> {
    let counted = |list: &Known| matches!(&list.shape, Shape::List(list) if list.high == Some(list.low));
    args.last().filter(|list| spread && !counted(list))
}
