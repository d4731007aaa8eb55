//! What is certain of a value before a run: its type where it is plain, and whether it is exact.
//!
//! Everything is assumed until something speaks against it, so a counter stays a number around its loop. Types that are not
//! plain, and everything that comes from elsewhere, count as anything.

use super::{BlockId, Constant, Function, Inst, Op, Plain, Var};
use crate::hir::{Binary, Unary};
use crate::types::Type;

/// Whether the result is exact, given whether all arguments are.
pub(super) fn exact(op: &Op, arguments: bool) -> bool {
    match op {
        Op::Const(_) | Op::IsNull | Op::Count | Op::Turns | Op::Unary(Unary::Confidence) | Op::Offers(_) => true,
        Op::Unary(_)
        | Op::Text
        | Op::Range { .. }
        | Op::Step(_)
        | Op::Truth
        | Op::Ask
        | Op::Threshold
        | Op::Under
        | Op::Ready => arguments,
        Op::Binary(operator) => {
            arguments && !matches!(operator, Binary::State | Binary::Gate | Binary::Under | Binary::Best)
        }
        _ => false,
    }
}

#[derive(Clone, Copy, PartialEq, Debug)]
struct Known {
    plain: Plain,
    exact: bool,
}

impl Known {
    const UNSEEN: Known = Known { plain: Plain::Unseen, exact: true };
    const NOTHING: Known = Known { plain: Plain::Any, exact: false };

    fn or(self, other: Known) -> Known {
        let plain = match (self.plain, other.plain) {
            (Plain::Unseen, plain) | (plain, Plain::Unseen) => plain,
            (one, other) if one == other => one,
            (Plain::Range, Plain::List) | (Plain::List, Plain::Range) => Plain::List,
            _ => Plain::Any,
        };
        Known { plain, exact: self.exact && other.exact }
    }
}

/// What is known while the facts of a function are found. One serves all functions, one after the other.
#[derive(Default)]
pub(super) struct Facts {
    known: Vec<Known>,
    /// The round in which each block was last looked at.
    seen: Vec<u32>,
    round: u32,
}

impl Facts {
    /// Writes down what is certain of each value of a function whose blocks can run in this order.
    pub(super) fn infer(&mut self, function: &mut Function, order: &[BlockId]) {
        self.known.clear();
        self.known.resize(function.values.len(), Known::UNSEEN);
        self.seen.clear();
        self.seen.resize(function.blocks.len(), 0);
        self.round = 0;
        let entries = std::iter::once(BlockId(0)).chain(function.handlers.iter().map(|handler| handler.block));
        for block in entries.filter_map(|id| function.blocks.get(id.0 as usize)) {
            for &parameter in &block.parameters {
                self.known[parameter.0 as usize] = Known::NOTHING;
            }
        }
        while self.again(function, order) {}
        for (fact, known) in function.values.iter_mut().zip(&self.known) {
            let unseen = known.plain == Plain::Unseen;
            fact.exact = known.exact && !unseen;
            fact.kind = if unseen { Plain::Any } else { known.plain };
        }
    }

    /// Goes through all blocks once; says whether a way back brought something new to where it was looked at already.
    fn again(&mut self, function: &Function, order: &[BlockId]) -> bool {
        self.round += 1;
        let mut changed = false;
        for &id in order {
            self.seen[id.0 as usize] = self.round;
            let block = function.block(id);
            for inst in &block.code {
                if let Some(result) = inst.result {
                    let new = result_of(inst, &self.known);
                    self.learn(result, new);
                }
                if let Some(second) = inst.second {
                    self.learn(second, Known::NOTHING);
                }
            }
            block.end.leads(|target| {
                let back = self.seen[target.block.0 as usize] == self.round;
                for (at, &arg) in target.args.iter().enumerate() {
                    let parameter = function.block(target.block).parameters[at];
                    changed |= self.learn(parameter, self.known[arg.0 as usize]) && back;
                }
            });
        }
        changed
    }

    /// Says whether it is new.
    fn learn(&mut self, var: Var, new: Known) -> bool {
        let old = &mut self.known[var.0 as usize];
        let both = old.or(new);
        let changed = both != *old;
        *old = both;
        changed
    }
}

fn result_of(inst: &Inst, known: &[Known]) -> Known {
    let arg = |at: usize| inst.args.get(at).map_or(Known::NOTHING, |arg| known[arg.0 as usize]);
    let all = inst.args.iter().all(|arg| known[arg.0 as usize].exact);
    let walk = matches!(arg(0).plain, Plain::Range);
    let exact = exact(&inst.op, all) || (all && walk && matches!(inst.op, Op::Item | Op::Beside));
    let plain = match &inst.op {
        Op::Const(constant) => match constant {
            Constant::Null => Plain::Null,
            Constant::Bool(_) => Plain::Boolean,
            Constant::Number(_) => Plain::Number,
            Constant::Text(_) => Plain::String,
            Constant::Regex(_) => Plain::Any,
        },
        Op::Unary(operator) => match operator {
            Unary::Negate | Unary::Plus => Plain::Number,
            Unary::Not => Plain::Boolean,
            Unary::Typeof => Plain::String,
            Unary::Confidence => Plain::Any,
        },
        Op::Binary(operator) => binary(*operator, arg(0), arg(1)),
        Op::Text => Plain::String,
        Op::List { .. } => Plain::List,
        Op::Object(_) | Op::Omit(_) => Plain::Object,
        Op::Range { .. } => Plain::Range,
        Op::IsNull | Op::Truth | Op::Fits { .. } | Op::Has(_) | Op::Instance(_) | Op::Ask | Op::Offers(_) => {
            Plain::Boolean
        }
        Op::Count | Op::Turns | Op::Step(_) | Op::Threshold => Plain::Number,
        Op::Under | Op::Cap | Op::Ready => arg(0).plain,
        Op::Item if walk => Plain::Number,
        Op::Beside if matches!(arg(0).plain, Plain::Range | Plain::List | Plain::String) => Plain::Number,
        Op::Expect(kind, _) => match **kind {
            Type::Null => Plain::Null,
            Type::Boolean => Plain::Boolean,
            Type::Number => Plain::Number,
            Type::String => Plain::String,
            _ => Plain::Any,
        },
        _ => Plain::Any,
    };
    Known { plain, exact }
}

fn binary(operator: Binary, left: Known, right: Known) -> Plain {
    match operator {
        Binary::Power | Binary::Multiply | Binary::Divide | Binary::Remainder | Binary::Subtract => Plain::Number,
        Binary::Add => match (left.plain, right.plain) {
            (Plain::Unseen, _) | (_, Plain::Unseen) => Plain::Unseen,
            (Plain::Number, Plain::Number) => Plain::Number,
            (Plain::String, _) | (_, Plain::String) => Plain::String,
            _ => Plain::Any,
        },
        Binary::Less
        | Binary::LessEqual
        | Binary::Greater
        | Binary::GreaterEqual
        | Binary::Equal
        | Binary::NotEqual
        | Binary::In => Plain::Boolean,
        Binary::State => left.plain,
        Binary::Chain | Binary::Under => right.plain,
        Binary::Best | Binary::Both | Binary::Either => left.or(right).plain,
        Binary::Gate => Plain::Any,
    }
}
