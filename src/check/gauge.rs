//! Confidences read off all elements of a list: a test of the least of them, or of every one, is a test of the list.

use super::domain::{Fact, Id, Known, Shape, raw};
use super::flow::{Activation, Flow};
use crate::hir::{FunctionId, Unary};
use crate::ir::{End, Inst, Op, Var};
use std::rc::Rc;

impl<'a> Flow<'a> {
    /// The list whose elements' confidences a value is, one for each, where the list is as sure as anything itself.
    pub fn gauged(&self, act: &Activation<'a>, var: Var) -> Option<Id> {
        let inst = act.instruction(var)?;
        let name = match &inst.op {
            Op::List { spread } if **spread == [true] => return self.gauged(act, inst.args[0]),
            Op::CallBuiltin { builtin, spread: false } => builtin.entry().name,
            Op::CallMethod { name, spread: false } => name,
            _ => return None,
        };
        let list = act.held(*inst.args.first()?)?;
        let each = match name {
            "confidences" => true,
            "map" => self.reads_confidence(act.held(*inst.args.get(1)?)?),
            _ => false,
        };
        let read = each && matches!(list.shape, Shape::List(_)) && list.claim.is_full();
        (read && list.id != Id::NONE).then_some(list.id)
    }

    /// Whether a function is `x => ~x`.
    fn reads_confidence(&self, function: &Known) -> bool {
        let Shape::Functions(functions) = &function.shape else { return false };
        let [super::shape::Callee::Own(closure)] = &functions[..] else { return false };
        self.is_confidence(closure.function)
    }

    fn is_confidence(&self, function: FunctionId) -> bool {
        let [block] = &self.code(function).blocks[..] else { return false };
        let [read @ Inst { op: Op::Unary(Unary::Confidence), .. }] = &block.code[..] else { return false };
        matches!(block.end, End::Return(given) if Some(given) == read.result)
            && block.parameters.first() == read.args.first()
    }

    /// What a list is told by what holds of each element: it holds of all, the list itself among them.
    pub fn told_of_all(
        &self,
        act: &Activation<'a>,
        inst: &Inst,
        list: &Known,
        each: &Known,
        facts: &[Fact],
    ) -> Vec<Fact> {
        let items: &[Known] = match &list.shape {
            Shape::List(list) => list.items.as_deref().unwrap_or_default(),
            _ => &[],
        };
        let gauged = inst.args.first().and_then(|var| self.gauged(act, *var));
        let all = || items.iter().chain([list]).map(|one| one.id);
        let told = |fact: &Fact| match (*fact, gauged) {
            (Fact::AtLeast(id, least), _) if id == each.id => all().map(|one| Fact::AtLeast(one, least)).collect(),
            (Fact::From(id, least), Some(list)) if id == each.id => {
                vec![Fact::AtLeast(list, raw(least.clamp(0.0, 1.0)))]
            }
            _ => Vec::new(),
        };
        facts.iter().flat_map(told).collect::<Vec<Fact>>()
    }

    /// What is known of the least of several numbers that are confidences of all elements of a list.
    pub fn least_of_all(&self, act: &Activation<'a>, inst: &Inst, mut least: Known) -> Known {
        if let [numbers] = inst.args[..]
            && let Some(list) = self.gauged(act, numbers)
            && let Shape::Number(number) = &mut least.shape
        {
            let number = Rc::make_mut(number);
            number.below = number.below.with(list);
        }
        least
    }
}
