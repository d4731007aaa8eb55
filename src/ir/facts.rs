//! What is certain of a value before a run: its type where it is plain, and whether it is exact.
//!
//! Everything is assumed until something speaks against it, so a counter stays a number around its loop. Types that are not
//! plain, and everything that comes from elsewhere, count as anything.

use super::{BlockId, Constant, Function, Inst, Op, Var};
use crate::hir::{Binary, Unary};
use crate::types::Type;
use std::sync::Arc;

/// Whether the result is exact, given whether all arguments are.
pub(super) fn exact(op: &Op, arguments: bool) -> bool {
    match op {
        Op::Const(_) | Op::IsNull | Op::Count | Op::Turns | Op::Unary(Unary::Confidence) | Op::Offers(_) => true,
        Op::Unary(_) | Op::Text | Op::Range { .. } | Op::Step(_) | Op::Truth | Op::Ask | Op::Under | Op::Ready => {
            arguments
        }
        Op::Binary(operator) => {
            arguments && !matches!(operator, Binary::State | Binary::Gate | Binary::Under | Binary::Best)
        }
        _ => false,
    }
}

/// A type as far as it is told apart here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Plain {
    /// Nothing was seen yet.
    Unseen,
    Null,
    Boolean,
    Number,
    String,
    /// A list of numbers that is not built.
    Range,
    List,
    Object,
    Any,
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

/// Writes down what is certain of each value.
pub(super) fn infer(function: &mut Function, order: &[BlockId]) {
    let mut known = vec![Known::UNSEEN; function.values.len()];
    for &parameter in &function.blocks[0].parameters {
        known[parameter.0 as usize] = Known::NOTHING;
    }
    for handler in &function.handlers {
        for &parameter in function.blocks.get(handler.block.0 as usize).iter().flat_map(|block| &block.parameters) {
            known[parameter.0 as usize] = Known::NOTHING;
        }
    }
    while round(function, order, &mut known) {}
    let list = Type::List(Arc::new(Type::Any));
    let numbers = Type::List(Arc::new(Type::Number));
    let object = Type::Object(Arc::default());
    for (fact, known) in function.values.iter_mut().zip(&known) {
        fact.exact = known.exact && known.plain != Plain::Unseen;
        fact.kind = match known.plain {
            Plain::Null => Type::Null,
            Plain::Boolean => Type::Boolean,
            Plain::Number => Type::Number,
            Plain::String => Type::String,
            Plain::Range => numbers.clone(),
            Plain::List => list.clone(),
            Plain::Object => object.clone(),
            Plain::Unseen | Plain::Any => Type::Any,
        };
    }
}

/// Goes through all blocks once; says whether anything changed.
fn round(function: &Function, order: &[BlockId], known: &mut [Known]) -> bool {
    let mut changed = false;
    let mut learn = |known: &mut [Known], var: Var, new: Known| {
        let old = &mut known[var.0 as usize];
        let both = old.or(new);
        changed |= both != *old;
        *old = both;
    };
    for &id in order {
        let block = function.block(id);
        for inst in &block.code {
            if let Some(result) = inst.result {
                let new = result_of(inst, known);
                learn(known, result, new);
            }
            if let Some(second) = inst.second {
                learn(known, second, Known::NOTHING);
            }
        }
        for target in block.end.targets() {
            let parameters = &function.block(target.block).parameters;
            for (&parameter, &arg) in parameters.iter().zip(&target.args) {
                let new = known[arg.0 as usize];
                learn(known, parameter, new);
            }
        }
    }
    changed
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
            Constant::Regex { .. } => Plain::Any,
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
        Op::Count | Op::Turns | Op::Step(_) => Plain::Number,
        Op::Under | Op::Cap | Op::Ready => arg(0).plain,
        Op::Item if walk => Plain::Number,
        Op::Beside if matches!(arg(0).plain, Plain::Range | Plain::List | Plain::String) => Plain::Number,
        Op::Expect(kind, _) => match kind {
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
