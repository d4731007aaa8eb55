//! The same value under other identities: what is known of it does not depend on where it came about.

use super::domain::{Fact, Id, Known, Shape, Source, Tests};
use super::effort::spend;
use super::few::{Few, Sides};
use super::line::Line;
use super::shape::{List, Object};
use smallvec::SmallVec;
use std::rc::Rc;

/// As many identities that a value has to do with cost no more than one.
const FEW: u64 = 8;

/// What a value under other identities costs, for the meter.
pub(super) const RENAMED: u64 = 4;

impl Known {
    /// With every identity changed, and no measures.
    pub fn renamed(&self, to: &mut dyn FnMut(Id) -> Id) -> Known {
        self.renamed_with_measures(to, &mut |_| Sides::NONE)
    }

    /// With every identity changed, and with the measures that the other gives for it and for each of its parts.
    pub fn renamed_with_measures(
        &self,
        to: &mut dyn FnMut(Id) -> Id,
        measures: &mut dyn FnMut(&Known) -> Sides<Id>,
    ) -> Known {
        Renaming { to, kept: Kept::Made(measures) }.known(self)
    }

    /// With other identities for it and its parts, wherever they come from; what its elements are, of which nobody knows
    /// which is meant, becomes what `nested` says.
    pub fn renamed_within(&self, to: &mut dyn FnMut(Id) -> Id, nested: fn(&Known) -> Known) -> Known {
        Renaming { to, kept: Kept::Own(nested) }.known(self)
    }
}

/// New identities for old ones.
struct Renaming<'a> {
    to: &'a mut dyn FnMut(Id) -> Id,
    kept: Kept<'a>,
}

/// What becomes of what is no identity of the value's own.
enum Kept<'a> {
    /// Only what is its own is renamed, and not where it comes from; elements become this.
    Own(fn(&Known) -> Known),
    /// All is renamed, and measures become this.
    Made(&'a mut dyn FnMut(&Known) -> Sides<Id>),
}

impl Renaming<'_> {
    fn id(&mut self, id: Id) -> Id {
        if id == Id::NONE { id } else { (self.to)(id) }
    }

    fn set(&mut self, ids: &Few<Id>) -> Few<Id> {
        if ids.is_empty() {
            return Few::NONE;
        }
        let renamed: SmallVec<[Id; 8]> = ids.iter().map(|&id| self.id(id)).collect();
        // What keeps its names stays shared.
        if renamed[..] == ids[..] { ids.clone() } else { renamed.into_iter().collect() }
    }

    fn sides(&mut self, ids: &Sides<Id>) -> Sides<Id> {
        if ids.is_empty() {
            return Sides::NONE;
        }
        let renamed: SmallVec<[(Id, bool); 8]> = ids.iter().map(|(id, side)| (self.id(*id), *side)).collect();
        if renamed[..] == ids[..] { ids.clone() } else { renamed.into_iter().collect() }
    }

    fn line(&mut self, line: &Line) -> Line {
        line.renamed(&mut |id| self.id(id))
    }

    fn facts(&mut self, facts: &[Fact]) -> Vec<Fact> {
        facts.iter().map(|fact| fact.renamed(&mut |id| self.id(id))).collect()
    }

    fn known(&mut self, known: &Known) -> Known {
        let from = known.origins.len() + known.sources.len() + known.above.len() + known.parts.len();
        spend(RENAMED + (from as u64) / FEW);
        let (origins, sources, measures) = match &mut self.kept {
            Kept::Own(_) => (known.origins.clone(), known.sources.clone(), known.measures.clone()),
            Kept::Made(measures) => {
                let measures = measures(known);
                (self.set(&known.origins), self.sources(known), measures)
            }
        };
        Known {
            id: self.id(known.id),
            inside: known.inside.clone(),
            parts: self.set(&known.parts),
            cap: known.cap.renamed(&mut |id| self.id(id)),
            above: self.sides(&known.above),
            origins,
            sources,
            marks: known.marks.clone(),
            measures,
            longest: known.longest.as_ref().map(|longest| longest.iter().map(|line| self.line(line)).collect()),
            shape: self.shape(&known.shape),
            tests: known.tests.as_ref().map(|tests| {
                let cases = tests.cases.iter().map(|(text, told)| (text.clone(), self.facts(told))).collect();
                Rc::new(Tests { yes: self.facts(&tests.yes), no: self.facts(&tests.no), cases, ..**tests })
            }),
            ..*known
        }
    }

    fn sources(&mut self, known: &Known) -> Sides<Source> {
        if known.sources.is_empty() {
            return known.sources.clone();
        }
        let site = |(source, many): &(Source, bool)| {
            (Source { agent: source.agent.clone(), site: self.id(source.site) }, *many)
        };
        known.sources.iter().map(site).collect()
    }

    fn element(&mut self, known: &Known) -> Known {
        match self.kept {
            Kept::Own(nested) => nested(known),
            Kept::Made(_) => self.known(known),
        }
    }

    fn shape(&mut self, from: &Shape) -> Shape {
        match from {
            Shape::Number(number)
                if number.confidence_of.is_some()
                    || number.length_of.is_some()
                    || number.assessed.is_some()
                    || number.line.is_some()
                    || number.ratio.is_some()
                    || !number.below.is_empty() =>
            {
                let mut number = (**number).clone();
                number.confidence_of = number.confidence_of.map(|id| self.id(id));
                number.below = self.set(&number.below);
                number.length_of = number.length_of.map(|id| self.id(id));
                number.line = number.line.map(|line| self.line(&line));
                number.ratio = number.ratio.map(|(line, by)| (self.line(&line), by));
                if matches!(self.kept, Kept::Made(_)) {
                    number.assessed = number.assessed.as_ref().map(|ids| self.set(ids));
                }
                Shape::Number(Rc::new(number))
            }
            Shape::List(list) => {
                let element = list.element.as_ref().map(|element| self.element(element));
                let items = list.items.as_ref().map(|items| items.iter().map(|item| self.known(item)).collect());
                Shape::List(Rc::new(List { element, items, size: list.size.clone(), ..**list }))
            }
            Shape::Object(object) => {
                let mut fields = object.fields.clone();
                fields.each(|field| self.known(field));
                let others = object.others.as_ref().map(|others| self.element(others));
                Shape::Object(Rc::new(Object { fields, others, most: object.most }))
            }
            Shape::Functions(functions) => {
                let renamed = functions.iter().map(|function| function.carrying(|known| self.known(known)));
                Shape::Functions(Rc::new(renamed.collect()))
            }
            _ => from.clone(),
        }
    }
}

impl Fact {
    fn renamed(self, to: &mut dyn FnMut(Id) -> Id) -> Fact {
        if let Fact::Holds(line) = self { Fact::Holds(line.renamed(to)) } else { self.of(to(self.about())) }
    }

    fn of(self, id: Id) -> Fact {
        match self {
            Fact::Never | Fact::Holds(_) => self,
            Fact::AtLeast(_, x) => Fact::AtLeast(id, x),
            Fact::Below(_, x) => Fact::Below(id, x),
            Fact::Unknown(_) => Fact::Unknown(id),
            Fact::Known(_) => Fact::Known(id),
            Fact::Null(_) => Fact::Null(id),
            Fact::Present(_) => Fact::Present(id),
            Fact::True(_) => Fact::True(id),
            Fact::False(_) => Fact::False(id),
            Fact::Whole(_) => Fact::Whole(id),
            Fact::From(_, x) => Fact::From(id, x),
            Fact::To(_, x) => Fact::To(id, x),
            Fact::LengthFrom(_, x) => Fact::LengthFrom(id, x),
            Fact::LengthTo(_, x) => Fact::LengthTo(id, x),
        }
    }
}
