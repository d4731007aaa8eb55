//! What fails by what a doubtful value says, where somebody waits for the error.
//!
//! Behind an operation that fails on some data and not on others everything runs, or does not, because of what the data
//! say. Only where the error is caught does something run because of it; a program that ends does nothing more.

use super::domain::{Known, Null, SURE, Shape};
use super::escape::Doubts;
use super::flow::{Activation, Flow};
use super::state::State;
use crate::hir::{Binary, Unary};
use crate::ir::{Inst, Op};
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
        let doubtful = told.into_iter().filter(|arg| arg.earned() < SURE);
        let doubts: Doubts =
            doubtful.map(|arg| (Known { shape: Shape::Plain, tests: None, ..arg.clone() }, at)).collect();
        // What runs in doubt may fail in doubt, whatever it is given.
        (!doubts.is_empty() || !self.doubts(act, state).is_empty()).then_some(doubts)
    }
}

/// The arguments of an instruction that tell whether it fails.
fn told<'k>(inst: &Inst, args: &'k [Known]) -> Vec<&'k Known> {
    let open = |known: &Known| known.null != Null::Never || known.shape == Shape::Any;
    let number = |known: &Known| known.as_number().is_some() && known.null == Null::Never;
    let first = |fails: bool| if fails { args.iter().take(1).collect() } else { Vec::new() };
    match &inst.op {
        Op::Field(_) => first(args[0].null != Null::Never),
        Op::Index { .. } | Op::Unpack | Op::UnpackObject | Op::Count | Op::Item => first(open(&args[0])),
        Op::Update { .. } | Op::Mutate { .. } | Op::Delete { .. } => first(args.first().is_some_and(open)),
        Op::Step(_) | Op::Turns | Op::Unary(Unary::Negate) => first(!number(&args[0])),
        Op::Range { .. } => args.iter().filter(|arg| !number(arg)).collect(),
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
            Binary::Add | Binary::Less | Binary::LessEqual | Binary::Greater | Binary::GreaterEqual => {
                if args.iter().any(|arg| arg.shape == Shape::Any) { args.iter().collect() } else { Vec::new() }
            }
            Binary::State | Binary::Gate => {
                let within = |k: &Known| k.as_number().is_some_and(|k| k.low >= 0.0 && k.high <= 1.0);
                args.iter().skip(1).filter(|k| !within(k)).collect()
            }
            _ => Vec::new(),
        },
        Op::Call { .. } => {
            let called = matches!(args[0].shape, Shape::Functions(_) | Shape::Builtin(_));
            first(!called || args[0].null != Null::Never)
        }
        Op::CallMethod { name, .. } => {
            if depends(name) {
                return args.iter().collect();
            }
            first(open(&args[0]) && !matches!(args[0].shape, Shape::Agent(_)))
        }
        Op::CallBuiltin { builtin, .. } => {
            if depends(builtin.entry().name) {
                return args.iter().collect();
            }
            let parameters = &builtin.signature().parameters;
            let takes_any = |i: usize| parameters.get(i).or(parameters.last()).is_none_or(|p| p.value == Type::Any);
            args.iter().enumerate().filter(|(i, arg)| open(arg) && !takes_any(*i)).map(|(_, arg)| arg).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a built-in fails on some values of the type that it takes.
fn depends(name: &str) -> bool {
    matches!(name, "parse" | "repeat" | "toFixed" | "reduce" | "reduceRight")
}
