//! Forms that run several tasks side by side.

use super::amount::{Amount, Cost, Turns};
use super::domain::{Id, Known, List, Mark, Null, Number, SURE, Shape};
use super::escape::{Doubts, chosen_callee, walked};
use super::flow::{Activation, Flow};
use super::parts::Items;
use super::read::elements;
use super::state::State;
use crate::ir::{Inst, Op, Task, cost};
use std::rc::Rc;

/// One task of a fork, or several that are alike.
struct Part {
    function: Option<Known>,
    args: Vec<Known>,
    /// How many there are at least, at most, and by which name.
    low: u64,
    high: Option<u64>,
    size: Option<Rc<str>>,
    /// The list that they come from.
    of: Option<Known>,
    /// Whether it is one that is known by itself.
    one: bool,
}

impl<'a> Flow<'a> {
    /// `parallel`, `race`, `anyOf`, `quorum`, `vote` of tasks.
    pub fn fork(&mut self, act: &mut Activation<'a>, args: &[Known], inst: &Inst, state: &mut State) -> Option<Known> {
        let Op::Fork { form, before, tasks } = &inst.op else { return None };
        let before = *before as usize;
        let name = form.entry().name;
        let at = act.at(inst.span);
        let mut rest = args[before..].iter();
        let mut results: Vec<Known> = Vec::new();
        let (mut low, mut high) = (0u64, Some(0u64));
        let mut one_by_one = true;
        // The list of results is as sure as the lists that the tasks come from.
        let mut structure = Known::constant(Shape::Plain);
        let parts = self.parts(tasks, &mut rest, &mut structure)?;
        let options = rest.next().cloned();
        let field = |name: &str| options.as_ref()?.option(name);
        let collects = field("errors").is_some_and(|e| e.as_text().is_none_or(|t| &**t == "collect"));
        // An error in its place is exact, and no null; it counts as nothing all the same.
        let mut error = Known::constant(Shape::Any);
        let repeats = matches!(name, "race" | "anyOf" | "quorum");
        // A vote that stops when it is decided asks one after the other.
        let stops = field("stop").filter(|stop| name == "vote" && stop.null != Null::Always);
        // What is late is left, and so is what nobody asks any more.
        let drops = repeats || stops.is_some() || field("timeout").is_some_and(|limit| limit.null != Null::Always);
        if drops {
            self.repeats.push((name, at));
        }
        let (mut forked, mut width) = (Cost::default(), Amount::default());
        let outer_escapes = std::mem::take(&mut self.escapes);
        let catches =
            name != "parallel" || args.last().is_some_and(|options| matches!(options.shape, Shape::Object(_)));
        let outer_guard = self.guarded;
        let outer_task = self.around_task.replace(self.calls.active.len());
        self.guarded = catches || self.is_guarded(act);
        let outside = self.conditions.len();
        self.conditions.extend(args[..before].iter().filter_map(|number| walked(number, at)));
        let around = self.conditions.len();
        // The requests that any task makes at least.
        let mut each_asks = f64::INFINITY;
        let mut failing: Vec<Option<Doubts>> = Vec::new();
        for (part, slot) in parts.iter().zip(1..) {
            if name == "quorum" {
                // Further ones are asked where others fail.
                self.conditions.truncate(around);
                self.conditions.extend(self.escapes.thrown.iter().flatten().cloned());
            }
            if stops.is_some() {
                // Further ones are asked where these leave it open.
                self.conditions.truncate(around);
                self.conditions.extend(results.iter().filter_map(|answer| walked(answer, at)));
            }
            let outer = std::mem::take(&mut self.taken);
            let walked = part.of.as_ref().and_then(|list| walked(list, at));
            let thrown = self.escapes.thrown.take();
            let given = part
                .function
                .as_ref()
                .and_then(|task| self.under(walked, |flow| flow.task(act, task, &part.args, inst, slot, state)));
            failing.push(self.escapes.thrown.clone());
            thrown.into_iter().for_each(|doubts| self.escapes.throw(doubts));
            one_by_one &= part.one;
            let (from, to, many) = (part.low, part.high, part.size.clone());
            let given = given.map(|g| if to.is_none_or(|most| most > 1) { self.any_of(g) } else { g });
            // Of the forms that leave what is unfinished, and of what fails, no more than that it may have been asked is sure.
            let least = if repeats || name == "vote" { 0.0 } else { from as f64 };
            let turns = Turns { low: least, high: to.map_or(f64::INFINITY, |t| t as f64), size: many };
            let mut once = std::mem::replace(&mut self.taken, outer);
            once.steps.add(&Amount::up_to(f64::from(cost::TASK)));
            each_asks = each_asks.min(once.calls.low);
            forked.beside(&once.times_beside(&turns));
            width.add(&turns.of(&Amount::exactly(1.0)));
            low += from;
            high = high.zip(to).map(|(a, b)| a + b);
            let given = given.or_else(|| collects.then(|| error.clone()));
            results.extend(given.map(|g| Known { id: Id::NONE, ..g }));
        }
        if name == "parallel" && !collects {
            self.beside_failing(act, &parts, &failing, inst, state);
        }
        (self.guarded, self.around_task) = (outer_guard, outer_task);
        self.conditions.truncate(outside);
        if drops {
            self.repeats.pop();
        }
        if collects {
            // A task that fails leaves out what it would have done.
            forked.least_of(&Cost::default());
        }
        let mut escapes = std::mem::replace(&mut self.escapes, outer_escapes);
        if let Some(doubts) = escapes.thrown.take_if(|_| collects || name != "parallel") {
            // Which of them failed is seen in what is given; only where all did the form fails as well.
            results.iter_mut().for_each(|result| *result = self.decided(result, &doubts));
            if let Some((_, at)) = doubts.first() {
                error = error.marked(Mark::Caught, *at);
            }
            escapes.thrown = Some(doubts).filter(|_| !collects);
        }
        self.escapes.take_in(escapes);
        let tasks = Turns { low: low as f64, high: high.map_or(f64::INFINITY, |h| h as f64), size: None };
        let least = args[..before].first().map(|n| super::interval::numbers(n).low).unwrap_or(0.0);
        let in_turn = stops.as_ref().map(|stop| match stop.null {
            Null::Never => Known::number(1.0),
            _ => Known::constant(Shape::Number(Rc::new(Number { low: 1.0, ..Number::any() }))),
        });
        let limit = in_turn.or_else(|| field("limit"));
        self.forked(name, (forked, width), &tasks, (least, each_asks), limit, field("timeout"));
        if collects {
            results.iter_mut().for_each(|r| {
                *r = Known { null: Null::Maybe, ..r.join(&error) };
            });
        }
        // Who fails is counted in a vote and says nothing, so that nobody may win.
        if name == "vote" {
            results.iter_mut().for_each(Known::miss);
        }
        let joined = || results.iter().cloned().reduce(|a, b| a.join(&b));
        let list = |element: Option<Known>, items: Option<Items>, low, high| {
            let shape = Shape::List(Rc::new(List { element, low, high, items, size: None }));
            Known { shape, ..structure.clone().without_nothing() }
        };
        Some(match name {
            "race" | "anyOf" => Known { id: Id::NONE, ..joined().unwrap_or_else(Known::null) },
            "quorum" => {
                let n = args[..before].first().map(super::interval::numbers).unwrap_or_else(Number::any).counts();
                list(joined(), None, n.0, n.1)
            }
            "vote" => {
                let each: Option<Items> =
                    (one_by_one && results.len() <= 16).then(|| results.iter().cloned().collect());
                let any = if each.is_some() { None } else { joined() };
                let all = list(any, each, low.min(1), high);
                let ballots: Vec<Known> = std::iter::once(all).chain(options.clone()).collect();
                self.agree("vote", &ballots, at)
            }
            _ if one_by_one && results.len() <= 16 && results.len() as u64 == low => {
                // Each result keeps who it is, so that a later test on one speaks of that one.
                let items = results.into_iter().enumerate().map(|(i, mut r)| {
                    r.id = Id(act.frame, inst.result.map_or(inst.span.start, |v| v.0) | 0x2000_0000 | (i as u32) << 24);
                    r
                });
                list(None, Some(items.collect()), low, high)
            }
            _ => list(joined(), None, low, high),
        })
    }

    /// A task that fails cancels the others: what decides that it does decides what becomes of what they do.
    fn beside_failing(
        &mut self,
        act: &mut Activation<'a>,
        parts: &[Part],
        failing: &[Option<Doubts>],
        inst: &Inst,
        state: &State,
    ) {
        if failing.iter().flatten().all(Vec::is_empty) {
            return;
        }
        let (taken, escapes) = (self.taken.clone(), self.escapes.clone());
        for (at, part) in parts.iter().enumerate() {
            // One that fails by itself has done what it did before.
            let others = failing.iter().enumerate().filter(|(other, _)| *other != at || part.high != Some(1));
            let doubts: Doubts = others.flat_map(|(_, doubts)| doubts.iter().flatten().cloned()).collect();
            let Some(task) = part.function.as_ref().filter(|_| !doubts.is_empty()) else { continue };
            let depth = self.conditions.len();
            self.conditions.extend(doubts);
            self.task(act, task, &part.args, inst, at as u32 + 1, &mut state.clone());
            self.conditions.truncate(depth);
        }
        (self.taken, self.escapes) = (taken, escapes);
    }

    /// Counts what the tasks of a fork take together.
    fn forked(
        &mut self,
        name: &str,
        (mut cost, mut width): (Cost, Amount),
        tasks: &Turns,
        (least, each_asks): (f64, f64),
        limit: Option<Known>,
        timeout: Option<Known>,
    ) {
        let mut waves = 1.0;
        if let Some(limit) = limit.map(|limit| super::interval::numbers(&limit)) {
            waves = (tasks.high / limit.low.max(1.0)).ceil().max(1.0);
            width = width.capped(limit.high);
        }
        cost.width.max(&width);
        if name == "quorum" {
            // So many are asked at first, and one more for each failure.
            waves = (tasks.high - least + 1.0).max(1.0);
            cost.calls.low = if each_asks >= 1.0 { least.min(cost.calls.high()) } else { 0.0 };
        }
        cost.time = cost.time.times(1.0, waves);
        if let Some(timeout) = timeout.map(|timeout| super::interval::numbers(&timeout).high) {
            cost.time = cost.time.capped(timeout);
        }
        // A task begins below the fork, which stands on the calls itself.
        cost.depth.add(&Amount::up_to(2.0));
        self.taken.add(&cost);
    }

    /// The tasks of a fork, those of a list that is written out one by one.
    fn parts<'k>(
        &mut self,
        tasks: &[Task],
        given: &mut impl Iterator<Item = &'k Known>,
        structure: &mut Known,
    ) -> Option<Vec<Part>> {
        let mut parts = Vec::new();
        let alone = |function: &Known, of: Option<&Known>| Part {
            function: Some(function.clone()),
            args: Vec::new(),
            low: 1,
            high: Some(1),
            size: None,
            of: of.cloned(),
            one: true,
        };
        for task in tasks {
            let first = given.next()?;
            let (element, low, high) = elements(first);
            if !matches!(task, Task::One) {
                structure.absorb_own(first);
            }
            let several = Part { function: None, low, high, of: Some(first.clone()), one: false, ..alone(first, None) };
            match task {
                Task::One => parts.push(alone(first, None)),
                Task::Each => {
                    self.counted_out(first);
                    let element = Known { id: Id::NONE, ..element.unwrap_or_else(Known::null) };
                    let args = vec![element, super::read::place_in(first, None), first.clone()];
                    parts.push(Part { function: given.next().cloned(), args, size: first.size(), ..several });
                }
                Task::Functions => match &first.shape {
                    Shape::List(list) if list.items.is_some() => {
                        let items = list.items.iter().flat_map(|items| items.iter());
                        parts.extend(items.map(|item| alone(item, Some(first))));
                    }
                    _ => parts.push(Part { function: element, ..several }),
                },
            }
        }
        Some(parts)
    }

    /// A task of a fork; one that gives a function calls it.
    fn task(
        &mut self,
        act: &mut Activation<'a>,
        function: &Known,
        args: &[Known],
        inst: &Inst,
        slot: u32,
        state: &mut State,
    ) -> Option<Known> {
        let functions = match &function.shape {
            Shape::Functions(functions) => functions,
            Shape::Builtin(_) => return self.call(act, function, args, inst, state),
            // What is no function is given as it is.
            _ if !function.hides().functions => return Some(function.clone()),
            _ => return Some(self.call(act, function, args, inst, state)?.join(function)),
        };
        let mut given: Option<Known> = None;
        self.under(chosen_callee(function, act.at(inst.span)), |flow| {
            flow.one_of(functions.iter().enumerate(), |flow, (i, callee)| {
                let place = slot.wrapping_mul(16).wrapping_add(i as u32);
                let mut own = state.clone();
                let result = flow.enter_any(act, callee, args, inst, place, &mut own);
                *state = state.join(&own);
                if let Some(result) = result {
                    given = Some(given.take().map_or_else(|| result.clone(), |old| old.join(&result)));
                }
            });
        });
        let given = given.map(|given| if function.earned() == SURE { given } else { given.under(function) })?;
        match given.shape {
            Shape::Functions(_) | Shape::Builtin(_) => self.call(act, &given, &[], inst, state),
            // It may be a function, and is given as it is otherwise.
            Shape::Any if given.hidden.functions => Some(self.call(act, &given, &[], inst, state)?.join(&given)),
            _ => Some(given),
        }
    }
}
