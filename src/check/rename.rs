//! The same value under other identities: what is known of it does not depend on where it came about.

use super::domain::{Closure, Fact, Id, Known, Shape, Source, Tests};
use super::few::{Few, Sides};
use super::shape::{List, Object};
use std::rc::Rc;

impl Known {
    /// With every identity changed, and no measures.
    pub fn renamed(&self, to: &mut dyn FnMut(Id) -> Id) -> Known {
        let mut rename = |id: Id| if id == Id::NONE { id } else { to(id) };
        self.rename(&mut rename)
    }

    fn rename(&self, to: &mut dyn FnMut(Id) -> Id) -> Known {
        Known {
            id: to(self.id),
            parts: set(&self.parts, to),
            above: set(&self.above, to),
            origins: set(&self.origins, to),
            sources: if self.sources.is_empty() {
                self.sources.clone()
            } else {
                let site = |(source, many): &(Source, bool)| {
                    (Source { agent: source.agent.clone(), site: to(source.site) }, *many)
                };
                self.sources.iter().map(site).collect()
            },
            marks: self.marks.clone(),
            measures: Sides::NONE,
            longest: self.longest.as_ref().map(|longest| longest.iter().map(|line| line.renamed(to)).collect()),
            shape: shape(&self.shape, to),
            tests: self.tests.as_ref().map(|tests| {
                let facts =
                    |facts: &[Fact], to: &mut dyn FnMut(Id) -> Id| facts.iter().map(|f| f.renamed(to)).collect();
                let cases = tests.cases.iter().map(|(text, told)| (text.clone(), facts(told, to))).collect();
                Rc::new(Tests { yes: facts(&tests.yes, to), no: facts(&tests.no, to), cases })
            }),
            ..*self
        }
    }
}

fn set(ids: &Few<Id>, to: &mut dyn FnMut(Id) -> Id) -> Few<Id> {
    ids.iter().map(|&id| to(id)).collect()
}

fn shape(from: &Shape, to: &mut dyn FnMut(Id) -> Id) -> Shape {
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
            number.confidence_of = number.confidence_of.map(&mut *to);
            number.below = set(&number.below, to);
            number.length_of = number.length_of.map(&mut *to);
            number.line = number.line.map(|line| line.renamed(&mut *to));
            number.ratio = number.ratio.map(|(line, by)| (line.renamed(&mut *to), by));
            number.assessed = number.assessed.as_ref().map(|ids| set(ids, to));
            Shape::Number(Rc::new(number))
        }
        Shape::List(list) => {
            let element = list.element.as_ref().map(|element| element.rename(to));
            let items = list.items.as_ref().map(|items| items.iter().map(|item| item.rename(to)).collect());
            Shape::List(Rc::new(List { element, items, size: list.size.clone(), ..**list }))
        }
        Shape::Object(object) => {
            let fields = object.fields.iter().map(|(key, field)| (key.clone(), field.rename(to))).collect();
            let others = object.others.as_ref().map(|others| others.rename(to));
            Shape::Object(Rc::new(Object { fields, others }))
        }
        Shape::Functions(functions) => {
            let renamed = functions.iter().map(|closure| Closure {
                function: closure.function,
                captures: Rc::new(closure.captures.iter().map(|known| known.rename(to)).collect()),
            });
            Shape::Functions(Rc::new(renamed.collect()))
        }
        _ => from.clone(),
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
            Fact::From(_, x) => Fact::From(id, x),
            Fact::To(_, x) => Fact::To(id, x),
            Fact::LengthFrom(_, x) => Fact::LengthFrom(id, x),
            Fact::LengthTo(_, x) => Fact::LengthTo(id, x),
        }
    }
}
