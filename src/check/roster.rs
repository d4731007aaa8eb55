//! Which members of a list of agents a value may be: those of a pattern's parameter stand in the order in which they are
//! given, and a member is another one than what stands at another place.

use super::domain::{Agent, Known, Shape};
use super::flow::Flow;
use super::interval::numbers;
use std::collections::BTreeSet;
use std::rc::Rc;

/// Places in a list, from the first to the last.
type Places = (u64, u64);

/// The places that a number tells, where it counts from the start; any, if nobody knows.
fn told(key: &Known) -> Places {
    let number = numbers(key);
    if number.low >= 0.0 && number.whole { (number.low as u64, number.high as u64) } else { (0, u64::MAX) }
}

impl Flow<'_> {
    /// What stands at a place of a list.
    pub fn member_at(&self, list: &Known, key: &Known, found: Known) -> Known {
        let number = numbers(key);
        // So many from the end.
        let from_end = || (self.fewest(list).saturating_sub(-number.low as u64), u64::MAX);
        let places = if number.high < 0.0 { from_end() } else { told(key) };
        self.seated(list, places, found)
    }

    /// `first` or `last` of a list.
    pub fn member_named(&self, list: &Known, name: &str, found: Known) -> Known {
        let places = if name == "first" { (0, 0) } else { (self.fewest(list).saturating_sub(1), u64::MAX) };
        self.seated(list, places, found)
    }

    /// What is left of a list by `take`, `drop` or `slice`.
    pub fn members_left(&self, name: &str, args: &[Known], left: Known) -> Known {
        let [list, by, more @ ..] = args else { return left };
        let before = |end: &Known| told(end).1.saturating_sub(1);
        let places = match name {
            "take" => (0, before(by)),
            "drop" => (told(by).0, u64::MAX),
            "slice" => (told(by).0, more.first().map_or(u64::MAX, before)),
            _ => return left,
        };
        self.seated(list, places, left)
    }

    /// Some of a list, or one of them: those that stand at these places.
    pub fn seated(&self, list: &Known, places: Places, mut some: Known) -> Known {
        if self.rosters.contains(&list.id) {
            seat(&mut some, places);
        }
        some
    }

    fn fewest(&self, list: &Known) -> u64 {
        if let Shape::List(list) = &list.shape { list.low } else { 0 }
    }
}

fn seat(known: &mut Known, (first, last): Places) {
    let place = |at: u64| u32::try_from(at).unwrap_or(u32::MAX);
    match &mut known.shape {
        Shape::Agent(agent) => {
            let seated = |who: &Agent| match who {
                Agent::Member(list, from, to) => {
                    Agent::Member(list.clone(), (*from).max(place(first)), (*to).min(place(last)))
                }
                other => other.clone(),
            };
            let agent = Rc::make_mut(agent);
            agent.who = agent.who.iter().map(seated).collect();
        }
        Shape::List(_) => known.each_part(|part| seat(part, (first, last))),
        _ => {}
    }
}

/// Any of both: members of the same list stand somewhere between the first and the last.
pub(super) fn either(a: &BTreeSet<Agent>, b: &BTreeSet<Agent>) -> BTreeSet<Agent> {
    let mut all: BTreeSet<Agent> = BTreeSet::new();
    for who in a.union(b) {
        match (all.last().cloned(), who) {
            (Some(Agent::Member(list, from, to)), Agent::Member(other, first, last)) if list == *other => {
                all.pop_last();
                all.insert(Agent::Member(list, from.min(*first), to.max(*last)));
            }
            _ => {
                all.insert(who.clone());
            }
        }
    }
    all
}
