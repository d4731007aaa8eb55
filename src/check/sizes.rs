//! What sizes are called in formulas: after the parameters that decide them.

use super::domain::{Known, Shape};
use super::flow::{Activation, Flow};
use super::line::{Atom, Line};
use super::state::State;
use super::turns::is_length;
use crate::ir::Var;
use std::rc::Rc;

/// A size of which nobody knows where it comes from.
pub(super) const ANY: &str = "any list";

impl<'a> Flow<'a> {
    /// Gives the length of a value a name, of an object the number of its keys.
    pub fn name_size(&mut self, known: &Known, name: &str) {
        let object = matches!(known.shape, Shape::Object(_));
        let text = if object { format!("keys({name}).length") } else { format!("{name}.length") };
        self.sizes.insert(known.id, Rc::from(text));
    }

    /// What the length of a list or text is called, or that which it is no more than.
    pub fn size_of(&mut self, known: &Known) -> Rc<str> {
        let longest = self.longest_of(known);
        known.size().or_else(|| self.sum_of_sizes(&longest, 0.0)).unwrap_or_else(|| ANY.into())
    }

    /// What a number is called that decides how often something runs, so much more often at most than the number says.
    pub fn number_of(&mut self, act: &Activation<'a>, var: Var, known: &Known, more: f64) -> Rc<str> {
        let counted = act.instruction(var).filter(|inst| is_length(inst)).map(|inst| inst.args[0]);
        let length = counted.map(|list| act.value(list, &State::default()));
        let mut lines: Vec<Line> = length.map(|list| self.longest_of(&list)).unwrap_or_default();
        if lines.is_empty() {
            lines.extend(self.line_of(known));
        }
        self.sum_of_sizes(&lines, more).unwrap_or_else(|| {
            let name = act.code.values[var.0 as usize].name;
            name.map_or(ANY, |name| self.program.declarations.names.text(name)).into()
        })
    }

    /// The greatest of some sums as text, each so much more; nothing where one is made of what has no name.
    pub fn sum_of_sizes(&self, sums: &[Line], more: f64) -> Option<Rc<str>> {
        let all: Option<Vec<(Vec<String>, f64)>> = sums.iter().map(|sum| self.terms(sum, more)).collect();
        let mut all = all?;
        // Beside a size a number that is not above 0 is never the greatest.
        all.retain(|(terms, constant)| !terms.is_empty() || *constant > 0.0);
        let mut texts: Vec<String> = all.into_iter().map(|(terms, constant)| written(terms, constant)).collect();
        texts.dedup();
        match &texts[..] {
            [] => None,
            [one] => Some(one.as_str().into()),
            several => Some(format!("max({})", several.join(", ")).into()),
        }
    }

    /// The sizes in a sum, as far as they add to it, and what else is added.
    fn terms(&self, sum: &Line, more: f64) -> Option<(Vec<String>, f64)> {
        let mut constant = sum.constant + more;
        let mut terms = Vec::new();
        for (atom, factor) in sum.atoms() {
            let range = self.range_of(atom, &State::default());
            if factor > 0 && range.high.is_finite() {
                constant += f64::from(factor) * range.high;
            } else if factor > 0 {
                let name = self.size_named(atom)?;
                terms.push(if factor == 1 { name.to_string() } else { format!("{factor} * {name}") });
            } else if range.low.is_finite() {
                constant += f64::from(factor) * range.low;
            } else {
                return None;
            }
        }
        Some((terms, constant))
    }

    fn size_named(&self, atom: Atom) -> Option<&Rc<str>> {
        self.sizes.get(&atom.id).filter(|_| atom.length)
    }
}

/// A sum, in parentheses where it is one. What is taken away from a size is left out: no size is below 0.
fn written(mut terms: Vec<String>, constant: f64) -> String {
    if constant > 0.0 {
        terms.push(constant.ceil().to_string());
    }
    let text = terms.join(" + ");
    if terms.len() > 1 { format!("({text})") } else { text }
}
