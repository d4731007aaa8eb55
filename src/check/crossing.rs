//! What it takes to hold a value against a type, at the boundary of a pattern and in `instanceof`.

use super::amount::Amount;
use super::charge::{self, Reading};
use super::domain::Known;
use super::flow::Flow;
use crate::hir::Program;
use crate::types::{Type, TypeId};
use std::collections::BTreeSet;

/// Entries of an object that take the room of which the most data of a run are counted, and its head.
const ENTRY: f64 = 2.5;
const HEAD: f64 = 4.0;

/// The steps of the run's walk over a value beside its type, which looks at each list and object once for each type that
/// it can have there.
#[derive(Default, PartialEq, Debug)]
struct Effort {
    /// Of the value itself.
    own: f64,
    /// Of each element of a list, of whatever type it is.
    elements: f64,
    /// Of each object.
    objects: f64,
    /// Of each entry of an object.
    entries: f64,
}

impl Effort {
    fn of(program: &Program, kind: &Type) -> Self {
        let mut effort = Self { own: tried(program, kind, &mut BTreeSet::new()), ..Self::default() };
        let mut seen = BTreeSet::new();
        let mut ahead = vec![kind];
        while let Some(kind) = ahead.pop() {
            match kind {
                Type::Union(members) => ahead.extend(members.iter()),
                Type::Named(id) if seen.insert(*id) => ahead.push(&program.types[id.0 as usize].definition),
                Type::Agents { .. } => effort.elements += 1.0,
                Type::List(element) => {
                    effort.elements += 1.0 + tried(program, element, &mut BTreeSet::new());
                    ahead.push(element);
                }
                Type::Object(shape) => {
                    let fields = shape.fields.len() as f64;
                    for field in &shape.fields {
                        effort.objects += 1.0 + tried(program, &field.value, &mut BTreeSet::new());
                        ahead.push(&field.value);
                    }
                    if let Some(others) = &shape.others {
                        effort.entries += 1.0 + fields + tried(program, others, &mut BTreeSet::new());
                        ahead.push(others);
                    }
                }
                _ => {}
            }
        }
        effort
    }

    /// The most for one part of a value whose parts are known.
    fn part(&self) -> f64 {
        self.elements + self.objects + self.entries
    }

    /// The most for the room of one element, of all that a run has room for.
    fn room(&self) -> f64 {
        self.elements.max(self.objects / HEAD).max(self.entries / ENTRY)
    }
}

/// The types that are tried on one value, its parts aside.
fn tried(program: &Program, kind: &Type, names: &mut BTreeSet<TypeId>) -> f64 {
    match kind {
        Type::Union(members) => members.iter().map(|member| 1.0 + tried(program, member, names)).sum(),
        Type::Named(id) if names.insert(*id) => 1.0 + tried(program, &program.types[id.0 as usize].definition, names),
        _ => 0.0,
    }
}

impl Flow<'_> {
    /// Counts what it takes to hold a value against a type; `again` for each part that is looked at besides.
    pub fn hold_against(&mut self, known: &Known, kind: &Type, again: f64) {
        let effort = Effort::of(&self.program.declarations, kind);
        self.taken.steps.add(&Amount::up_to(effort.own));
        let part = effort.part() + again;
        if part > 0.0 {
            let reading = Reading { texts: false, open: (effort.room() + again) / part };
            self.work_on(&charge::reading(known, reading), part);
        }
    }
}
