//! What fails by what a doubtful value says, where somebody waits for the error.
//!
//! Behind an operation that fails on some data and not on others everything runs, or does not, because of what the data
//! say. Only where the error is caught does something run because of it; a program that ends does nothing more.

use super::breaking::{breaks, breaks_as_method, breaks_form, suits};
use super::domain::{Known, Null, SURE, Shape};
use super::escape::Doubts;
use super::flow::{Activation, Flow};
use super::state::State;
use crate::hir::{Binary, Unary};
use crate::ir::{Home, Inst, Key, Member, Op, Program};

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
    pub fn fails_by(&self, act: &Activation<'a>, inst: &Inst, args: &[Known], state: &State) -> Option<Doubts> {
        let told = told(self.program, inst, args);
        // A variable may not have its value yet, whatever values there are.
        let early = matches!(inst.op, Op::Load { early: true } | Op::Global { early: true, .. });
        if told.is_empty() && !early {
            return None;
        }
        let at = act.at(inst.span);
        let by_elements = takes_elements(&inst.op);
        let told = told.into_iter().map(|arg| if by_elements { arg.whole() } else { arg.clone() });
        let doubtful = told.filter(|arg| arg.earned() < SURE);
        let doubts: Doubts = doubtful.map(|arg| (Known { shape: Shape::Plain, tests: None, ..arg }, at)).collect();
        // What runs in doubt may fail in doubt, whatever it is given.
        (!doubts.is_empty() || !self.doubts(act, state).is_empty()).then_some(doubts)
    }

    /// What a function gives to rank by may have no order.
    pub fn fails_to_rank(&mut self, act: &Activation<'a>, name: &str, rank: &Known, inst: &Inst) {
        let ranks = matches!(name, "sortBy" | "minBy" | "maxBy") && self.is_guarded(act);
        let doubtful =
            Some(rank.whole()).filter(|rank| ranks && rank.earned() < SURE && !ordered(std::slice::from_ref(rank)));
        let doubt = doubtful.map(|rank| (Known { shape: Shape::Plain, tests: None, ..rank }, act.at(inst.span)));
        doubt.into_iter().for_each(|doubt| self.escapes.throw(vec![doubt]));
    }
}

/// Whether an operation looks at the elements of the lists that it is given.
fn takes_elements(op: &Op) -> bool {
    matches!(
        op,
        Op::CallBuiltin { .. } | Op::CallMethod { .. } | Op::Mutate { .. } | Op::Update { .. } | Op::Fork { .. }
    )
}

/// The arguments of an instruction that tell whether it fails.
fn told<'k>(program: &Program, inst: &Inst, args: &'k [Known]) -> Vec<&'k Known> {
    let first = |fails: bool| if fails { args.iter().take(1).collect() } else { Vec::new() };
    let all = |fails: bool| if fails { args.iter().collect() } else { Vec::new() };
    match &inst.op {
        // A variable that may not have its value yet.
        Op::Ready => first(true),
        Op::Field(_) => first(args[0].null != Null::Never),
        Op::Index { .. } | Op::Unpack | Op::UnpackObject | Op::Count | Op::Item => first(open(&args[0])),
        // Where a list is written may lie outside of it.
        Op::Update { home: Home::Value | Home::Cell { .. }, keys, .. } if matches!(args[0].shape, Shape::Object(_)) => {
            let computed = computed(keys);
            if leads_somewhere(&args[0], keys) {
                args[1..=computed].iter().filter(|key| open(key)).collect()
            } else {
                args.iter().take(1 + computed).collect()
            }
        }
        Op::Update { keys, .. } => all(keys.iter().any(|key| !matches!(key, Key::Fixed(_))) || open(&args[0])),
        Op::Mutate { home, change, spread } => {
            let mut told = first(args.first().is_some_and(open));
            told.extend(breaks_as_method(&change.method, args, rooted(home) + computed(&change.keys)));
            told.extend(uncounted(args, *spread));
            told
        }
        Op::Delete { home, keys } => args.iter().take(rooted(home) + computed(keys)).filter(|arg| open(arg)).collect(),
        Op::Threshold => first(!between(&args[0], 0.0, 1.0)),
        Op::Step(_) | Op::Unary(Unary::Negate | Unary::Plus) => first(!number(&args[0])),
        Op::Turns => first(!between(&args[0], 0.0, f64::INFINITY)),
        Op::Range { .. } => args.iter().filter(|arg| !number(arg)).collect(),
        // A function is no text.
        Op::Text => args.iter().filter(|arg| arg.hides().functions).collect(),
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
            _ => Vec::new(),
        },
        Op::Call { spread } => {
            let called = matches!(args[0].shape, Shape::Functions(_) | Shape::Builtin(_));
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
            if !own && !matches!(receiver.shape, Shape::Agent(_) | Shape::Agents) {
                told.extend(breaks_as_method(name, args, 1));
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
        _ => Vec::new(),
    }
}

/// How many of the arguments of a write are the variable that it writes to.
fn rooted(home: &Home) -> usize {
    usize::from(matches!(home, Home::Value | Home::Cell { .. }))
}

/// How many keys are computed.
fn computed(keys: &[Key]) -> usize {
    keys.iter().filter(|key| !matches!(key, Key::Fixed(_))).count()
}

/// Whether what is written into an object is there on the way to the last of these keys.
fn leads_somewhere(root: &Known, keys: &[Key]) -> bool {
    let Some((_, before)) = keys.split_last() else { return root.null == Null::Never };
    let mut at = Some(root.clone());
    for key in before {
        at = match (at, key) {
            (Some(Known { null: Null::Never, shape: Shape::Object(object), .. }), Key::Fixed(name)) => {
                object.field(name)
            }
            _ => None,
        };
    }
    at.is_some_and(|last| last.null == Null::Never && matches!(last.shape, Shape::Object(_)))
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
