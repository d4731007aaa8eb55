//! Paths into lists and objects, and what a change along one leaves behind.

use super::domain::{ALL_AGENTS, Agent, AgentShape, Claim, Id, Integrity, Known, List, Null, Passed, SURE, Shape};
use super::few::Sides;
use super::flow::Flow;
use super::read::{part, read};
use crate::diagnostic::{Code, nearest};
use crate::ir::Key;
use crate::source::Location;
use crate::value::Evidence;
use std::rc::Rc;

/// A key of a path: known, or computed.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// A name.
    Name(Rc<str>),
    /// Whatever it is.
    Any(Box<Known>),
}

impl Step {
    /// A key: one that is in doubt, or stated, is as good as not known.
    pub fn of(key: &Known) -> Step {
        let sure = key.claim.is_full() && key.cap.bound == SURE && key.evidence == Evidence::Exact;
        let name = key.as_text().filter(|_| sure);
        name.map_or_else(|| Step::Any(Box::new(key.clone())), |text| Step::Name(text.clone()))
    }
}

/// The keys of a path, computed ones as they are known.
pub(super) fn path(keys: &[Key], computed: &[Known]) -> Vec<Step> {
    let mut computed = computed.iter();
    keys.iter()
        .map(|key| match key {
            Key::Fixed(name) => Step::Name(Rc::from(&**name)),
            Key::Computed | Key::FromEnd => {
                let known = computed.next().cloned().unwrap_or_else(Known::anything);
                Step::of(&known)
            }
        })
        .collect()
}

/// The root without what stands at a path.
pub(super) fn loosened(root: &Known, path: &[Step]) -> Known {
    let mut known = root.clone();
    let Some((step, rest)) = path.split_first() else { return known };
    if let Step::Any(key) = step {
        known = known.under(key);
    }
    let inner = |field: &mut Known| *field = field.join(&loosened(field, rest));
    match (&mut known.shape, step) {
        (Shape::Object(object), Step::Name(name)) if rest.is_empty() => {
            Rc::make_mut(object).fields.remove(name);
        }
        (Shape::Object(object), Step::Name(name)) => {
            let object = Rc::make_mut(object);
            match object.fields.get_mut(name) {
                Some(field) => *field = loosened(field, rest),
                None => object.others.iter_mut().for_each(inner),
            }
        }
        (Shape::Object(object), Step::Any(_)) => {
            let object = Rc::make_mut(object);
            let all = object.fields.values_mut().chain(&mut object.others);
            if rest.is_empty() { all.for_each(Known::miss) } else { all.for_each(inner) }
        }
        (Shape::List(list), _) if !rest.is_empty() => {
            let list = Rc::make_mut(list);
            list.element.iter_mut().for_each(inner);
            if let Some(items) = &mut list.items {
                items.change().iter_mut().for_each(inner);
            }
        }
        _ => {}
    }
    known
}

/// A part that is changed where it stands: what it is told of may be as sure as it is itself.
fn found(container: &Known, part: &Known) -> Known {
    let mut known = read(container, part);
    if known.claim.known() && part.claim.known() {
        known.claim.high = known.claim.high.max(part.claim.high);
        known.above = Sides::NONE;
    }
    known
}

impl Flow<'_> {
    /// What stands at a path.
    pub fn reached(&mut self, root: &Known, path: &[Step]) -> Known {
        let mut at = root.clone();
        for step in path {
            at = match (&at.shape, step) {
                (Shape::Object(object), Step::Name(name)) => {
                    object.field(name).map_or_else(Known::null, |f| found(&at, &f))
                }
                (Shape::Object(object), Step::Any(_)) => {
                    let all = object.any();
                    all.map_or_else(Known::null, |f| found(&at, &f))
                }
                (Shape::List(list), Step::Any(key)) => match (&list.items, key.as_constant()) {
                    (Some(items), Some(i)) if i >= 0.0 && i.fract() == 0.0 && (i as usize) < items.len() => {
                        found(&at, &items[i as usize])
                    }
                    _ => list.any().map_or_else(Known::null, |e| found(&at, &e)),
                },
                _ => part(&at),
            };
        }
        at
    }

    /// The root with a value at a path.
    pub fn placed(&mut self, root: &Known, path: &[Step], value: &Known) -> Known {
        let Some((step, rest)) = path.split_first() else { return value.clone() };
        // There may be one key more.
        let longest = match (&root.shape, step) {
            (Shape::Object(object), Step::Name(name)) if object.fields.get(name).is_some() => root.longest.clone(),
            (Shape::Object(_), _) => self.changed_by(root, 1.0),
            _ => None,
        };
        let inner = if rest.is_empty() {
            value.clone()
        } else {
            let below = self.reached(root, std::slice::from_ref(step));
            self.placed(&below, rest, value)
        };
        // What the old value passed says nothing of what is put into it.
        let mut known = Known {
            id: Id::NONE,
            passed: Passed::NOTHING,
            tests: None,
            longest,
            measures: Sides::NONE,
            ..root.clone()
        };
        if let Step::Any(key) = step {
            known = known.under(key);
        }
        match (&root.shape, step) {
            (Shape::Object(object), Step::Name(name)) => {
                let mut object = (**object).clone();
                object.fields.insert(name.clone(), inner);
                known.shape = Shape::Object(Rc::new(object));
            }
            (Shape::Object(object), Step::Any(_)) => {
                let mut object = (**object).clone();
                object.put_anywhere(&inner, Some(1));
                known.shape = Shape::Object(Rc::new(object));
            }
            (Shape::List(list), Step::Any(key)) => {
                let constant = key.as_constant();
                let mut list = (**list).clone();
                match (&mut list.items, constant) {
                    (Some(items), Some(i)) if i >= 0.0 && i.fract() == 0.0 && (i as usize) < items.len() => {
                        items.change()[i as usize] = inner;
                    }
                    _ => {
                        let inner = inner.detached();
                        list = list.summed();
                        list.element = Some(list.element.map_or_else(|| inner.clone(), |old| old.join(&inner)));
                        list.high = list.high.map(|h| h + 1);
                    }
                }
                known.shape = Shape::List(Rc::new(list));
            }
            _ => {
                let within = inner.whole();
                known = known.opened();
                known.inside = Some(Rc::new(known.of_parts().join(within.claim.of_each())));
                known.absorb(&Known { claim: Claim::SURE, ..within });
                known.hidden = known.hidden.or(inner.hides());
                known.shape = Shape::Any;
            }
        }
        known
    }

    /// A function of one's own under a key.
    pub fn own_method(&self, target: &Known, name: &str) -> Option<Known> {
        let Shape::Object(object) = &target.shape else { return None };
        let field = object.field(name).filter(|field| field.shape.is_function())?;
        Some(read(target, &field))
    }

    /// The agent that is bound under a name.
    pub fn bound(&mut self, name: &str, at: Location) -> Known {
        let declared = self.directory_names();
        if let Some(names) = declared
            && !names.iter().any(|n| n == name)
        {
            let nearest = nearest(name, names.iter().map(String::as_str)).map(str::to_owned);
            self.findings.report(Code::E004, at, format!("no agent is called `{name}`"), |d| match nearest {
                Some(near) => d.help(format!("did you mean `{near}`?")),
                None => d,
            });
        }
        let agent = AgentShape::one(Agent::Named(Rc::from(name)), None);
        Known::constant(Shape::Agent(Rc::new(agent)))
    }

    /// All bound agents, as a list.
    pub fn agent_list(&self) -> Known {
        let agent = AgentShape::one(Agent::member(ALL_AGENTS), None);
        let list = List {
            element: Some(Known::constant(Shape::Agent(Rc::new(agent)))),
            low: 0,
            high: None,
            items: None,
            size: None,
        };
        Known::constant(Shape::List(Rc::new(list)))
    }

    /// The host's input.
    pub fn input(&self) -> Known {
        self.handed_in(Known { null: Null::Maybe, ..Known::constant(Shape::Any) })
    }

    /// What the host gives: as sure as anything, unless it says itself how sure it is.
    pub fn handed_in(&self, known: Known) -> Known {
        let known = Known { integrity: Integrity::Input, ..known };
        if self.setting.shaped { Known { claim: Claim::ANY, evidence: Evidence::Unknown, ..known } } else { known }
    }
}
