//! How often what depends on sizes runs, and what sizes are called in formulas: after the parameters that decide them.

use super::amount::Turns;
use super::domain::{Known, Shape};
use super::flow::{Activation, Flow};
use super::interval::numbers;
use super::line::{Atom, Line};
use super::state::State;
use super::turns::{EXACT, is_length};
use crate::ir::{Inst, Op, Var};
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

    /// How many turns a walk takes at most, where that is known: also where it is more than can be counted one by one.
    pub fn walked(&self, act: &Activation<'a>, condition: Var, state: &State) -> Option<f64> {
        let &[_, count] = &act.instruction(condition)?.args[..] else { return None };
        let Op::Count = act.instruction(count)?.op else { return None };
        Some(numbers(&act.value(count, state)).high).filter(|most| most.is_finite())
    }

    /// How often something runs at most that does for each element of a list or text, which is the value of a variable, and so
    /// much more often.
    pub fn once_for_each(
        &mut self,
        act: &Activation<'a>,
        (var, known): (Option<Var>, &Known),
        more: f64,
        state: &State,
    ) -> Turns {
        let longest = self.longest_of(known);
        let most = self.most_of(&longest, state);
        if most.is_finite() {
            return Turns::between(0.0, most.max(0.0).floor() + more);
        }
        let size = known.size().filter(|_| more == 0.0).or_else(|| self.sum_of_sizes(&longest, more));
        let size = size.unwrap_or_else(|| var.map_or_else(|| ANY.into(), |var| self.any_size(act, var)));
        Turns { low: 0.0, high: f64::INFINITY, size: Some(size) }
    }

    /// The same of `replace` and `replaceAll` for each match.
    pub fn once_for_each_match(
        &mut self,
        act: &Activation<'a>,
        (name, text, pattern): (&str, &Known, &Known),
        inst: &Inst,
        state: &State,
    ) -> Turns {
        match (text.as_text(), pattern.as_text()) {
            // Only an expression finds more than the first.
            (_, Some(_)) if name == "replace" => Turns::between(0.0, 1.0),
            (Some(text), Some(part)) => Turns::between(0.0, text.matches(&**part).count() as f64),
            // No two matches begin at the same place, the one behind the end among them.
            _ => self.once_for_each(act, (inst.args.first().copied(), text), 1.0, state),
        }
    }

    /// How often something runs at most that a number decides, and so much more often than the number says.
    pub fn so_often(&mut self, act: &Activation<'a>, var: Var, known: &Known, more: f64, state: &State) -> Turns {
        let counted = act.instruction(var).filter(|inst| is_length(inst)).map(|inst| inst.args[0]);
        let length = counted.map(|list| act.value(list, &State::default()));
        let mut lines: Vec<Line> = length.map(|list| self.longest_of(&list)).unwrap_or_default();
        if lines.is_empty() {
            lines.extend(self.line_of(known));
        }
        let most = self.most_of(&lines, state) + more;
        if most < EXACT {
            return Turns::between(0.0, most.ceil().max(0.0));
        }
        let size = self.sum_of_sizes(&lines, more).unwrap_or_else(|| match act.code.values[var.0 as usize].name {
            Some(name) => self.program.declarations.names.text(name).into(),
            None => self.any_size(act, counted.unwrap_or(var)),
        });
        Turns { low: 0.0, high: f64::INFINITY, size: Some(size) }
    }

    /// A size that nobody knows anything of, by what the text calls it.
    fn any_size(&self, act: &Activation<'a>, var: Var) -> Rc<str> {
        let name = act.code.values[var.0 as usize].name;
        name.map_or(ANY.into(), |name| format!("length of {}", self.program.declarations.names.text(name)).into())
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
