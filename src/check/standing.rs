//! Variables that only seem to change: a method of an agent may have the name of one that changes a list, and whatever it does,
//! the agent stays who it is.

use super::domain::Shape;
use super::flow::Activation;
use super::graph::Graph;
use crate::ir::{Function, Home, Inst, Op, Var};

/// The value that a method is called on which may change it, where that is the whole of a variable.
fn called_on(inst: &Inst) -> Option<Var> {
    match &inst.op {
        Op::Mutate { home: Home::Value, change, .. } if change.keys.is_empty() => inst.args.first().copied(),
        _ => None,
    }
}

impl Graph {
    /// What each value would be if no method changed anything; nothing where there is no such method.
    pub(super) fn standing(&self, function: &Function) -> Vec<Var> {
        let changes = |inst: &Inst| inst.second.is_some() && called_on(inst).is_some();
        if !function.blocks.iter().any(|block| block.code.iter().any(changes)) {
            return Vec::new();
        }
        let mut stands: Vec<Option<Var>> = vec![None; function.values.len()];
        loop {
            let mut settled = true;
            let mut set = |stands: &mut Vec<Option<Var>>, var: Var, value: Option<Var>| {
                settled &= stands[var.0 as usize] == value;
                stands[var.0 as usize] = value;
            };
            for &b in &self.order {
                let block = &function.blocks[b];
                for (i, &parameter) in block.parameters.iter().enumerate() {
                    let given = self.given(function, b, i).map(|var| stands[var.0 as usize]);
                    let mut others = given.flatten().filter(|var| *var != parameter);
                    let first = others.next().filter(|_| stands[parameter.0 as usize] != Some(parameter));
                    let same = first.filter(|first| others.all(|other| other == *first));
                    let waits = b != 0 && self.given(function, b, i).any(|var| stands[var.0 as usize].is_none());
                    if same.is_some() || !waits {
                        set(&mut stands, parameter, same.or(Some(parameter)));
                    }
                }
                for inst in &block.code {
                    inst.result.into_iter().for_each(|var| set(&mut stands, var, Some(var)));
                    if let Some(second) = inst.second {
                        let root = called_on(inst).and_then(|root| stands[root.0 as usize]);
                        set(&mut stands, second, root.or(Some(second)));
                    }
                }
            }
            if settled {
                break;
            }
        }
        stands.into_iter().enumerate().map(|(i, var)| var.unwrap_or(Var(i as u32))).collect()
    }
}

impl Activation<'_> {
    /// Whether a block's parameter is the same agent on every way there.
    pub fn is_standing_agent(&self, parameter: Var) -> bool {
        let stands = self.graph.standing.get(parameter.0 as usize).copied().filter(|stands| *stands != parameter);
        stands.and_then(|stands| self.held(stands)).is_some_and(|known| matches!(known.shape, Shape::Agent(_)))
    }
}
