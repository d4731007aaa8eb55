//! What fails by what a doubtful value says, where somebody waits for the error.
//!
//! Behind an operation that fails on some data and not on others everything runs, or does not, because of what the data
//! say. Only where the error is caught does something run because of it; a program that ends does nothing more.

use super::domain::{Known, Null, SURE, Shape};
use super::escape::Doubts;
use super::flow::{Activation, Flow};
use super::read::elements;
use super::state::State;
use crate::hir::{Binary, Unary};
use crate::ir::{Home, Inst, Key, Op};
use crate::types::Type;

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
        let told = told(inst, args);
        if told.is_empty() {
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
}

/// Whether an operation looks at the elements of the lists that it is given.
fn takes_elements(op: &Op) -> bool {
    matches!(op, Op::CallBuiltin { .. } | Op::CallMethod { .. } | Op::Mutate { .. } | Op::Fork { .. })
}

/// The arguments of an instruction that tell whether it fails.
fn told<'k>(inst: &Inst, args: &'k [Known]) -> Vec<&'k Known> {
    let first = |fails: bool| if fails { args.iter().take(1).collect() } else { Vec::new() };
    let all = |fails: bool| if fails { args.iter().collect() } else { Vec::new() };
    match &inst.op {
        // A variable that may not have its value yet.
        Op::Ready => first(true),
        Op::Field(_) => first(args[0].null != Null::Never),
        Op::Index { .. } | Op::Unpack | Op::UnpackObject | Op::Count | Op::Item => first(open(&args[0])),
        // Where a list is written may lie outside of it.
        Op::Update { home: Home::Value | Home::Cell { .. }, keys, .. } if matches!(args[0].shape, Shape::Object(_)) => {
            let computed = keys.iter().filter(|key| !matches!(key, Key::Fixed(_))).count();
            if leads_somewhere(&args[0], keys) { Vec::new() } else { args.iter().take(1 + computed).collect() }
        }
        Op::Update { keys, .. } => all(keys.iter().any(|key| !matches!(key, Key::Fixed(_))) || open(&args[0])),
        Op::Mutate { home: Home::Value | Home::Cell { .. }, change, .. } if by_content(&change.method, args) => {
            all(true)
        }
        Op::Mutate { .. } | Op::Delete { .. } => first(args.first().is_some_and(open)),
        Op::Threshold => first(!between(&args[0], 0.0, 1.0)),
        Op::Step(_) | Op::Unary(Unary::Negate) => first(!number(&args[0])),
        Op::Turns => first(!between(&args[0], 0.0, f64::INFINITY)),
        Op::Range { .. } => args.iter().filter(|arg| !number(arg)).collect(),
        // A function is no text.
        Op::Text => args.iter().filter(|arg| arg.hides().functions).collect(),
        Op::List { .. } => args.iter().filter(|arg| arg.shape == Shape::Any).collect(),
        Op::Binary(binary) => match binary {
            Binary::Divide | Binary::Remainder => {
                let nought = args[1].as_number().is_none_or(|by| by.low <= 0.0 && by.high >= 0.0);
                args.iter()
                    .enumerate()
                    .filter(|(i, arg)| !number(arg) || *i == 1 && nought)
                    .map(|(_, arg)| arg)
                    .collect()
            }
            Binary::Subtract | Binary::Multiply | Binary::Power => args.iter().filter(|arg| !number(arg)).collect(),
            Binary::Add => all(args.iter().any(|arg| arg.shape == Shape::Any)),
            Binary::Less | Binary::LessEqual | Binary::Greater | Binary::GreaterEqual => all(!ordered(args)),
            Binary::In => args.iter().skip(1).filter(|arg| open(arg)).collect(),
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
            if by_content(name, args) {
                return args.iter().collect();
            }
            let there = match &receiver.shape {
                Shape::Object(object) => object.field(name).is_none_or(|field| field.null == Null::Never),
                _ => true,
            };
            let mut told = first(!there || open(receiver) && !matches!(receiver.shape, Shape::Agent(_)));
            told.extend(uncounted(args, *spread));
            if !matches!(receiver.shape, Shape::Object(_)) {
                told.extend(outside(name, args));
            }
            told
        }
        Op::CallBuiltin { builtin, .. } => {
            match builtin.entry().name {
                "timeout" => return args.iter().skip(1).take(1).collect(),
                name if by_content(name, args) => return args.iter().collect(),
                _ => {}
            }
            let parameters = &builtin.signature().parameters;
            let fails = |i: usize, arg: &Known| {
                parameters.get(i).or(parameters.last()).is_some_and(|parameter| !suits(arg, &parameter.value))
            };
            let mut told: Vec<&Known> =
                args.iter().enumerate().filter(|(i, arg)| fails(*i, arg)).map(|(_, arg)| arg).collect();
            told.extend(outside(builtin.entry().name, args));
            told
        }
        Op::Fork { form, .. } => outside(form.entry().name, args).collect(),
        _ => Vec::new(),
    }
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

/// The arguments of a built-in that are numbers or options with which it may fail.
fn outside<'k>(name: &str, args: &'k [Known]) -> impl Iterator<Item = &'k Known> {
    let fails = move |(place, arg): &(usize, &Known)| match fine(name, *place) {
        Some((low, high)) => !(between(arg, low, high) && arg.as_number().is_some_and(|number| number.whole)),
        None => takes_options(name) && has_number(arg),
    };
    args.iter().enumerate().filter(fails).map(|(_, arg)| arg)
}

/// The whole numbers with which a built-in does not fail, where it fails with others.
fn fine(name: &str, place: usize) -> Option<(f64, f64)> {
    const MANY: f64 = 9_007_199_254_740_991.0;
    Some(match (name, place) {
        ("take" | "drop", 1) | ("split", 2) => (0.0, MANY),
        ("chunk", 1) | ("quorum", 0) => (1.0, MANY),
        // What they make is no larger than a list or text may be.
        ("repeat" | "padStart" | "padEnd", 1) => (0.0, 10_000.0),
        ("range", 0 | 1) => (-10_000.0, 10_000.0),
        ("range", 2) => (1.0, MANY),
        ("fromCodePoint", _) => (0.0, f64::from(0xd7ff)),
        ("toString", 1) => (2.0, 36.0),
        ("toPrecision", 1) => (1.0, 100.0),
        ("toFixed" | "toExponential", 1) => (0.0, 100.0),
        ("delay", 0) | ("timeout" | "slow", 1) => (0.0, 1e10),
        _ => return None,
    })
}

/// Whether a built-in refuses some numbers in its options.
fn takes_options(name: &str) -> bool {
    let has = |name: &str| matches!(name, "vote" | "consensus" | "parallel" | "race" | "retry" | "approve" | "verify");
    has(name) || matches!(name, "majorityVote" | "anyOf" | "emit" | "track" | "with" | "llm")
}

/// Whether an object holds a number that is no constant.
fn has_number(known: &Known) -> bool {
    let Shape::Object(object) = &known.shape else { return false };
    let computed = |field: &Known| match &field.shape {
        Shape::Number(_) => field.as_constant().is_none(),
        shape => *shape == Shape::Any,
    };
    object.fields.values().chain(&object.others).any(computed)
}

/// Whether it may be null, or nobody knows what it is.
fn open(known: &Known) -> bool {
    known.null != Null::Never || known.shape == Shape::Any
}

/// Whether it is a number in any case; what else than a text is asked for its length is not looked for.
fn number(known: &Known) -> bool {
    known.as_number().is_some_and(|number| known.null == Null::Never || number.length_of.is_some())
}

/// Whether it is a number from here to there in any case.
fn between(known: &Known, low: f64, high: f64) -> bool {
    number(known) && known.as_number().is_some_and(|number| number.low >= low && number.high <= high)
}

/// Whether any two of these have an order in any case.
fn ordered(all: &[Known]) -> bool {
    let text = |known: &Known| matches!(known.shape, Shape::Text(_)) && known.null == Null::Never;
    all.iter().all(number) || all.iter().all(text)
}

/// The list that is spread out where nobody knows how many arguments it gives.
fn uncounted(args: &[Known], spread: bool) -> Option<&Known> {
    let counted = |list: &Known| matches!(&list.shape, Shape::List(list) if list.high == Some(list.low));
    args.last().filter(|list| spread && !counted(list))
}

/// Whether a value suits a parameter of a built-in in any case, as far as its kind goes; any text does.
fn suits(known: &Known, wanted: &Type) -> bool {
    match wanted {
        Type::Any => true,
        Type::Number => number(known),
        Type::List(each) if matches!(known.shape, Shape::List(_)) => {
            known.null == Null::Never && elements(known).0.is_none_or(|element| suits(&element, each))
        }
        _ => !open(known),
    }
}

/// Whether a built-in fails on some values of the type that it takes, and may do so here.
fn by_content(name: &str, args: &[Known]) -> bool {
    match name {
        "parse" | "repeat" | "toFixed" | "reduce" | "reduceRight" => true,
        "decay" | "cap" | "endorse" | "confident" => args.get(1).is_some_and(|by| !between(by, 0.0, 1.0)),
        "sort" | "toSorted" | "min" | "max" => {
            let element = args.first().and_then(|list| elements(list).0);
            let of = |list: &Known| if args.len() == 1 { element.clone() } else { Some(list.clone()) };
            let all: Vec<Known> = match name {
                "sort" | "toSorted" => element.clone().filter(|_| args.len() == 1).into_iter().collect(),
                _ => args.iter().filter_map(of).collect(),
            };
            !ordered(&all)
        }
        _ => false,
    }
}
