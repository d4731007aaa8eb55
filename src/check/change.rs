//! Methods that change what they are called on.

use super::domain::{Claim, Id, Known, List, Null, Passed, Shape};
use super::few::Sides;
use super::flow::{Activation, Flow};
use super::read::{length, part, read, sought};
use super::state::State;
use crate::ir::Inst;
use std::rc::Rc;

impl<'a> Flow<'a> {
    /// Mutating methods: what they give, and the list or object afterwards.
    pub fn mutation(
        &mut self,
        act: &mut Activation<'a>,
        target: &Known,
        name: &str,
        args: &[Known],
        inst: &Inst,
        state: &mut State,
    ) -> (Known, Known) {
        let at = act.at(inst.span);
        let mut changed = Known { id: Id::NONE, passed: Passed::NOTHING, tests: None, longest: None, ..target.clone() };
        let longest = match name {
            "push" | "unshift" => self.changed_by(target, args.len() as f64),
            "pop" | "shift" => self.changed_by(target, -1.0),
            "sort" | "reverse" | "fill" => self.changed_by(target, 0.0),
            _ => None,
        };
        if matches!(target.shape, Shape::List(_)) {
            changed.longest = longest;
        }
        if !matches!(name, "pop" | "shift" | "sort" | "reverse") {
            changed.measures = Sides::NONE;
        }
        changed.claim.filled = 0;
        // Where it is changed is as much in doubt as the places that say so.
        let places: &[Known] = match name {
            "splice" => &args[..args.len().min(2)],
            "fill" => &args[args.len().min(1)..],
            "set" => &args[..args.len().min(1)],
            _ => &[],
        };
        match (&target.shape, name) {
            (Shape::List(list), "push" | "unshift" | "fill" | "splice") => {
                let mut list = list.summed();
                let before = list.high;
                for arg in args.iter().skip(if name == "splice" { 2 } else { 0 }).take(if name == "fill" {
                    1
                } else {
                    usize::MAX
                }) {
                    let arg = arg.as_any();
                    let arg = if before != Some(0) && list.element.as_ref().is_some_and(|e| e.shares_source(&arg)) {
                        arg.repeated()
                    } else {
                        arg
                    };
                    list.element = Some(list.element.map_or_else(|| arg.clone(), |old| old.join(&arg)));
                    if name != "fill" {
                        list.low += u64::from(name != "splice");
                        list.high = list.high.map(|h| h + 1);
                    }
                }
                if name == "splice" {
                    list.low = 0;
                }
                let removed = list.element.clone();
                // No more is taken out than is asked for, and than there was.
                let asked = args.get(1).filter(|count| count.null == Null::Never);
                let asked = asked.and_then(|count| super::interval::numbers(count).counts().1);
                let most = before.into_iter().chain(asked).min();
                changed = places.iter().fold(changed, |changed, place| changed.under(place));
                changed.shape = Shape::List(Rc::new(list.clone()));
                let result = match name {
                    "splice" => super::read::own(
                        &[std::slice::from_ref(target), &args[..args.len().min(2)]].concat(),
                        Shape::List(Rc::new(List { element: removed, low: 0, high: most, items: None, size: None })),
                    ),
                    "fill" => changed.clone(),
                    _ => length(&changed, false),
                };
                (result, changed)
            }
            (Shape::List(list), "pop" | "shift") => {
                let mut list = list.summed();
                let mut element = list.element.clone().map(|e| read(target, &e));
                if list.low == 0 || element.is_none() {
                    element = Some(sought(target, element));
                }
                let element = element.unwrap_or_else(Known::null);
                list.low = list.low.saturating_sub(1);
                list.high = list.high.map(|h| h.saturating_sub(1));
                changed.filled = false;
                changed = changed.measured(target, target.is_filled());
                changed.shape = Shape::List(Rc::new(list));
                (Known { id: Id::NONE, ..element.ranked_in(target) }, changed)
            }
            (Shape::Object(_), "set") => {
                let path = [super::place::Step::of(args.first().unwrap_or(&Known::null()))];
                let value = args.get(1).cloned().unwrap_or_else(Known::null);
                let changed = self.placed(target, &path, &value);
                (changed.clone(), changed)
            }
            (_, "sort") if !args.is_empty() => {
                let mut all = vec![target.clone()];
                all.extend(args.iter().cloned());
                let sorted = self.one_by_one(act, "sort", &all, inst, state).unwrap_or_else(Known::null);
                (sorted.clone(), sorted)
            }
            (Shape::List(list), "sort" | "reverse") => {
                changed.shape = Shape::List(Rc::new(list.summed()));
                if name == "sort" {
                    // The elements decide the order.
                    changed.absorb(&Known { shape: Shape::Plain, ..target.whole() });
                }
                (changed.clone(), changed)
            }
            _ => {
                self.read_of_nothing(target, at, "it is changed here");
                // What is put into it makes its parts less sure, not itself.
                for within in args.iter().map(Known::whole) {
                    let inside = changed.of_parts().join(within.claim.of_each());
                    changed.hidden = changed.hidden.or(within.hides());
                    changed.absorb(&Known { claim: Claim::SURE, ..within });
                    changed.inside = matches!(changed.shape, Shape::Any).then(|| Rc::new(inside));
                }
                changed = places.iter().fold(changed, |changed, place| changed.under(place));
                let result = part(&changed);
                (result, changed)
            }
        }
    }
}
