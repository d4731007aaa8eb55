//! What of a prompt stands in the program: the literal parts of a template or of texts joined by `+` are what an agent is
//! told, and everything else is data. Validator and engine ask the same question here.

use smallvec::SmallVec;

use super::{Constant, Function, Inst, Op, Plain, Var};
use crate::builtin::{Body, Form};
use crate::hir::Binary;

/// The parts of a prompt that are told apart; what is joined beyond is data as a whole.
const PARTS: usize = 64;

/// The parts of a prompt, in order.
pub type Parts = SmallVec<[Var; 8]>;

/// The value that is the prompt of an `llm`, where an instruction is one.
pub fn of(inst: &Inst) -> Option<Var> {
    let Op::CallBuiltin { builtin, spread: false } = inst.op else { return None };
    let is_llm = matches!(builtin.entry().kind, Body::Form(Form::Llm, _));
    inst.args.first().copied().filter(|_| is_llm)
}

/// The parts that a text is visibly made of, given the instruction that each value comes from; none where it is no literal
/// and nothing is joined.
pub fn parts<'a>(function: &'a Function, prompt: Var, maker: impl Fn(Var) -> Option<&'a Inst>) -> Parts {
    let mut parts = Parts::new();
    let mut work = Parts::from_slice(&[prompt]);
    while let Some(var) = work.pop() {
        let made = maker(var).filter(|inst| inst.result == Some(var));
        match made.filter(|inst| parts.len() + work.len() + inst.args.len() <= PARTS) {
            // What fills a hole is data, however it was made.
            Some(Inst { op: Op::Text, args, .. }) => parts.extend_from_slice(args),
            // Two numbers are added, not joined.
            Some(Inst { op: Op::Binary(Binary::Add), args, .. })
                if function.values[var.0 as usize].kind == Plain::String =>
            {
                work.extend(args.iter().rev().copied())
            }
            _ => parts.push(var),
        }
    }
    // A text that comes from elsewhere as a whole has no parts.
    parts.retain(|var| *var != prompt || maker(*var).is_some_and(|inst| matches!(inst.op, Op::Const(_))));
    parts
}

/// Whether an instruction gives a text that says something, of the program's own.
pub fn says(inst: &Inst) -> bool {
    match &inst.op {
        Op::Const(Constant::Text(text)) => !text.trim().is_empty(),
        Op::Const(_) => true,
        _ => false,
    }
}

/// The instruction that each value of a function comes from.
pub fn makers(function: &Function) -> Vec<Option<&Inst>> {
    let mut makers = vec![None; function.values.len()];
    for inst in function.blocks.iter().flat_map(|block| &block.code) {
        inst.defines(|var| makers[var.0 as usize] = Some(inst));
    }
    makers
}
