//! Calls whose arguments are a list that is spread out.
//!
//! Where the list is known one by one its elements are the arguments. Of any other nobody knows how many there are, so a
//! parameter may get an element or nothing, and a built-in that is no function of each element alone gives anything.

use super::amount::{Amount, Turns};
use super::charge::prints;
use super::domain::{Id, Known, List, Null, Passed, SURE, Shape, Told};
use super::escape::walked;
use super::few::Sides;
use super::flow::{Activation, Flow};
use super::lists::listed;
use super::read::{absent, anywhere, elements, length, own, part, read};
use super::state::State;
use crate::builtin::BuiltinId;
use crate::diagnostic::Code;
use crate::hir::FunctionId;
use crate::ir::Inst;
use crate::value::Evidence;
use std::rc::Rc;

/// Lists of one length that are taken apart.
const MOST_ALIKE: u64 = 16;

/// The steps of putting a number in the place of what is not given, at most.
const DEFAULT_STEPS: f64 = 8.0;

/// Parameters that a list is followed into.
const MOST_FOLLOWED: u64 = 64;

/// The arguments of a call; the list that is spread out where nobody knows how many there are, or that is in doubt.
pub(super) fn expand(args: &[Known], spread: bool) -> Result<Vec<Known>, &Known> {
    let Some(all) = args.last().filter(|_| spread) else { return Ok(args.to_vec()) };
    let Shape::List(list) = &all.shape else { return Err(all) };
    // What is not reached, what is left over and what a built-in gives is as sure as how many there are.
    if !all.claim.is_full() || all.cap.bound < SURE || all.evidence < Evidence::Exact {
        return Err(all);
    }
    if let Some(items) = one_by_one(all) {
        return Ok(items);
    }
    let element = elements(all).0;
    // Where one is a function and another is not, nobody knows which is which.
    let mixed = element.as_ref().is_some_and(|each| matches!(each.shape, Shape::Any) && each.hides().functions);
    if list.high == Some(list.low) && list.low <= MOST_ALIKE && !mixed {
        return Ok(element.iter().flat_map(|each| std::iter::repeat_n(each.clone(), list.low as usize)).collect());
    }
    Err(all)
}

/// What is read out of a list whose elements are known one by one.
fn one_by_one(all: &Known) -> Option<Vec<Known>> {
    let Shape::List(list) = &all.shape else { return None };
    list.items.as_ref().map(|items| items.iter().map(|item| read(all, item)).collect())
}

/// How many groups are in what a text is searched for, where that is known.
pub(super) fn groups(sought: &Known) -> Option<usize> {
    if sought.as_text().is_some() {
        return Some(0);
    }
    let (source, flags) = (sought.option("source")?, sought.option("flags")?);
    crate::builtin::regex::groups(source.as_text()?, flags.as_text()?)
}

/// As many arguments as parameters may ask for: those that may not be there may be null.
pub(super) fn padded(all: &Known) -> Vec<Known> {
    if let Some(items) = one_by_one(all) {
        return items;
    }
    let (element, low, high) = elements(all);
    let element = element.unwrap_or_else(|| absent(all));
    let perhaps = element.join(&absent(all));
    let count = high.unwrap_or(MOST_FOLLOWED).min(MOST_FOLLOWED);
    (0..count).map(|index| if index < low { element.clone() } else { perhaps.clone() }).collect()
}

/// How many arguments a call has that is about to be walked, where a list is spread out.
#[derive(Clone)]
pub(super) struct SpreadOut {
    /// The fewest.
    pub low: u64,
    /// The most, where that is known.
    pub high: Option<u64>,
    /// What a parameter gets that they do not reach: as sure as how many there are.
    pub absent: Known,
}

impl<'a> Flow<'a> {
    /// Calls something with as many arguments as a list has elements.
    pub fn spreading<T>(&mut self, list: &Known, call: impl FnOnce(&mut Self) -> T) -> T {
        let (_, low, high) = elements(list);
        self.spread_out = Some(SpreadOut { low, high, absent: absent(list).without_nothing() });
        let given = call(self);
        self.spread_out = None;
        given
    }

    /// Calls something back so many times, each time with what a list is that is spread out.
    pub fn call_over(
        &mut self,
        act: &mut Activation<'a>,
        function: &Known,
        (list, given, turns): (&Known, &[Known], &Turns),
        inst: &Inst,
        state: &mut State,
    ) -> Option<Known> {
        let at = act.at(inst.span);
        self.so_many(turns, at, state, |flow, state| {
            flow.spreading(list, |flow| flow.call_back(act, function, given, inst, state))
        })
    }

    /// `replace` by a function: it gets what fits, the groups in it, where that stands, and the whole text.
    pub fn replaced(
        &mut self,
        act: &mut Activation<'a>,
        name: &str,
        args: &[Known],
        inst: &Inst,
        state: &mut State,
    ) -> Known {
        let at = act.at(inst.span);
        let turns = self.once_for_each_match(act, (name, &args[0], &args[1]), inst, state);
        let piece = Known { null: Null::Never, id: Id::NONE, ..Known::computed(args, Shape::Plain) };
        // A group may be in no part of what fits.
        let group = Known { null: Null::Maybe, ..piece.clone() };
        let handed = match groups(&args[1]) {
            Some(count) => {
                let groups = std::iter::repeat_n(group, count);
                List::of(std::iter::once(piece.clone()).chain(groups).chain([piece.clone(), piece.clone()]))
            }
            None => List { element: Some(group), low: 3, high: None, items: None, size: None },
        };
        let handed = Known { shape: Shape::List(Rc::new(handed)), ..Known::constant(Shape::Plain) };
        let mut each = padded(&handed);
        each[0] = piece.clone();
        let calls = (&handed, &each[..], &turns);
        let given = self.under(walked(&piece, at), |flow| flow.call_over(act, &args[2], calls, inst, state));
        // Where nothing fits, it is not called.
        let untouched = Known::computed(args, Shape::Plain);
        given.map_or(untouched.clone(), |given| {
            untouched.join(&Known::computed(args.iter().chain([&given]), Shape::Plain))
        })
    }

    /// A built-in, or a method of a receiver, of a list of which nobody knows how many there are.
    pub fn spread_out(
        &mut self,
        act: &mut Activation<'a>,
        callee: Result<BuiltinId, &str>,
        receiver: Option<&Known>,
        list: &Known,
        inst: &Inst,
        state: &mut State,
    ) -> Option<Known> {
        let at = act.at(inst.span);
        let builtin = callee.ok();
        let name = callee.map_or_else(|name| name, |id| id.entry().name);
        let each = elements(list).0.unwrap_or_else(|| absent(list));
        let counted = own([list], Shape::Plain).without_nothing();
        let given = match name {
            "best" if receiver.is_none() => self.best_of(list, &each, at),
            // What these give is the same however many there are.
            _ if prints(name) || matches!(name, "max" | "min" | "hypot" | "chain" | "independent") => {
                if prints(name) {
                    self.printed(list);
                }
                let given = match builtin {
                    Some(id) => self.builtin(act, id, &[each], inst, state),
                    None => self.method(act, receiver?, name, &[each], inst, state),
                };
                return given.map(|given| given.under(&counted));
            }
            _ => {
                if is_called(&each) {
                    self.findings.report(Code::CF900, at, "nobody knows how many functions are spread out here", |d| {
                        d.help("write the arguments one by one")
                    });
                }
                receiver.into_iter().fold(anywhere(list), |given, receiver| given.join(&anywhere(receiver)))
            }
        };
        let all: Vec<Known> = receiver.into_iter().chain([list]).cloned().collect();
        self.charge_builtin(builtin, name, &all, Some(&given));
        Some(given.under(&counted))
    }

    /// As many arguments as a function takes: what is left out is null, what is left over a list.
    pub fn filled(&mut self, function: FunctionId, arguments: &[Known]) -> Vec<Known> {
        let spread_out = self.spread_out.take();
        let code = self.code(function);
        let arity = code.arity as usize;
        let given = arguments.len() as u64;
        let mut all: Vec<Known> = arguments.iter().take(arity).cloned().collect();
        if let Some(SpreadOut { low, absent, .. }) = &spread_out {
            let cap = absent.cap.at_most(absent.earned());
            // Whether these are given is as sure as how many there are.
            for known in all.iter_mut().skip(*low as usize).filter(|_| cap.bound < SURE) {
                (known.cap, known.told) = (known.cap.min(cap), Told::Doubt);
            }
        }
        for place in all.len()..arity {
            // A number that stands in for what is not given is as if it were given, and costs a few steps more.
            let default = self.default_number(function, place).filter(|_| spread_out.is_none());
            self.taken.steps.add(&Amount::up_to(if default.is_some() { DEFAULT_STEPS } else { 0.0 }));
            let absent = || spread_out.as_ref().map_or_else(Known::null, |spread| spread.absent.clone());
            all.push(default.map_or_else(absent, Known::number));
        }
        if code.rest {
            let items: Vec<Known> = arguments.iter().skip(arity).cloned().collect();
            let list = match &spread_out {
                Some(spread) if (spread.low, spread.high) != (given, Some(given)) => List {
                    element: items.iter().map(Known::as_any).reduce(|a, b| a.join(&b)),
                    low: spread.low.saturating_sub(arity as u64),
                    high: spread.high.map(|high| high.saturating_sub(arity as u64)),
                    items: None,
                    size: None,
                },
                _ => List::of(items),
            };
            let shape = Shape::List(Rc::new(list));
            all.push(match spread_out {
                Some(spread) => Known { null: Null::Never, shape, ..spread.absent },
                None => Known::constant(shape),
            });
        }
        all
    }

    /// The surest of a list that is spread out.
    fn best_of(&mut self, list: &Known, each: &Known, at: crate::source::Location) -> Known {
        let best = self.surest(list, Some(each), at);
        // A single one that is a list stands for its elements.
        if elements(list).1 < 2 { best.join(&part(each)) } else { best }
    }

    /// What a change of a list gives whose arguments are a list that is spread out, and the changed list.
    pub fn put_together(&mut self, target: &Known, name: &str, list: &Known) -> (Known, Known) {
        // Each is read out of the list that is spread.
        let handed = match &list.shape {
            Shape::List(_) => {
                let (element, low, high) = elements(list);
                let shape = Shape::List(Rc::new(List { element, low, high, items: None, size: None }));
                Known { shape, ..list.clone() }
            }
            _ => list.clone(),
        };
        let grown = listed("concat", &[target.clone(), handed]);
        let shape = match (&grown.shape, name) {
            (_, "push" | "unshift") => grown.shape.clone(),
            (Shape::List(all), _) => {
                Shape::List(Rc::new(List { element: all.any(), low: 0, high: None, items: None, size: None }))
            }
            _ => Shape::Any,
        };
        let longest = match (&target.shape, &list.shape) {
            (Shape::List(_), Shape::List(more)) if matches!(name, "push" | "unshift") => match more.high {
                Some(most) => self.changed_by(target, most as f64),
                None => self.around(&[target.clone(), list.clone()], &[true, true]),
            },
            _ => None,
        };
        let mut changed = Known {
            id: Id::NONE,
            passed: Passed::NOTHING,
            tests: None,
            longest,
            measures: Sides::NONE,
            shape,
            ..target.clone()
        };
        changed.claim.filled = 0;
        let changed = changed.under(&own(std::slice::from_ref(list), Shape::Plain));
        let result = if matches!(name, "push" | "unshift") { length(&changed, false) } else { anywhere(&changed) };
        (result, changed)
    }
}

/// Whether a value may be called, or hold what may be.
pub(super) fn is_called(known: &Known) -> bool {
    match &known.shape {
        Shape::Functions(_) | Shape::Builtin(_) | Shape::Agent(_) => true,
        Shape::List(list) => list.any().is_some_and(|element| is_called(&element)),
        Shape::Object(object) => object.fields.values().chain(&object.others).any(is_called),
        _ => known.hides().functions,
    }
}
