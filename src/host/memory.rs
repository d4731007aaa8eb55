//! A world that fits in memory: agents whose answers stand in a directory, and a clock that jumps.
//!
//! Time is virtual: nothing waits, and whatever happens at one moment happens in the order it was asked for. So a run is
//! the same each time, and an hour of delays takes no time. Whoever drives it may let its clock follow another one.

use serde_json::Value as Json;
use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::sync::Arc;

use super::agents::{Agent, Directory, Transport};
use super::reply::{Answer, Failure, Reply};
use super::request::{Batch, Call, Id, Kind, Request};
use super::seed::Seed;
use super::time::duration;

/// The replies of one agent, by method.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Script {
    methods: HashMap<String, Vec<Json>>,
    used: HashMap<String, usize>,
}

impl Script {
    /// The script that `replies` of an agents file stands for.
    pub fn read(replies: &Json) -> Self {
        let list = |replies: &Json| match replies {
            Json::Array(list) => list.clone(),
            one => vec![one.clone()],
        };
        let methods = replies.as_object().into_iter().flatten().map(|(name, replies)| (name.clone(), list(replies)));
        Self { methods: methods.collect(), used: HashMap::new() }
    }

    /// The next reply of a method, the last one repeating; `"*"` serves any method that has none of its own.
    fn next(&mut self, method: &str) -> Option<&Json> {
        let key = if self.methods.contains_key(method) { method } else { "*" };
        let replies = self.methods.get(key)?;
        let used = self.used.entry(key.to_owned()).or_default();
        let reply = replies.get(*used).or(replies.last());
        *used += 1;
        reply
    }
}

/// The world in memory.
#[derive(Clone, Debug)]
pub struct Memory {
    directory: Arc<Directory>,
    scripts: Vec<Script>,
    clock: f64,
    /// How much of that was waited for, and not computed.
    waited: f64,
    /// When too much will have been waited for, by what is waited for.
    deadlines: Vec<(f64, Id)>,
    /// The moment its clock began with, in milliseconds since 1970.
    epoch: f64,
    order: u64,
    queue: BinaryHeap<Event>,
    cancelled: HashSet<Id>,
    seed: Seed,
}

#[derive(Clone, Debug)]
struct Event {
    at: f64,
    order: u64,
    id: Id,
    reply: Reply,
}

impl PartialEq for Event {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Event {}

impl PartialOrd for Event {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Event {
    // The heap gives its greatest first, which is to be the earliest.
    fn cmp(&self, other: &Self) -> Ordering {
        other.at.total_cmp(&self.at).then(other.order.cmp(&self.order))
    }
}

/// How often an agent is asked again at most, whatever its options say.
pub const MOST_RETRIES: u64 = 1_000;

/// Milliseconds that are lost in sums of times at most.
const ROUNDING: f64 = 0.001;

/// The moment virtual time begins with: 2026-01-01T00:00:00Z.
const EPOCH: f64 = 1_767_225_600_000.0;

impl Memory {
    /// A world with these agents, whose randomness begins with this seed.
    pub fn new(directory: Arc<Directory>, seed: u64) -> Self {
        let scripts = directory
            .agents()
            .iter()
            .map(|agent| agent.settings.get("replies").map_or_else(Script::default, Script::read));
        Self {
            scripts: scripts.collect(),
            directory,
            clock: 0.0,
            waited: 0.0,
            deadlines: Vec::new(),
            epoch: EPOCH,
            order: 0,
            queue: BinaryHeap::new(),
            cancelled: HashSet::new(),
            seed: Seed::new(seed),
        }
    }

    /// A world that begins at a moment, in milliseconds since 1970, with a seed.
    pub fn begin(&mut self, epoch: f64, seed: u64) {
        (self.epoch, self.seed) = (epoch, Seed::new(seed));
    }

    /// The milliseconds since the beginning.
    pub fn elapsed(&self) -> f64 {
        self.clock
    }

    /// Waits until a moment, in milliseconds since the beginning.
    pub fn pass(&mut self, at: f64) {
        self.waited += (at - self.clock).max(0.0);
        self.clock = self.clock.max(at);
    }

    /// Lets the clock go on by what was computed in all, in milliseconds.
    pub fn computed(&mut self, in_all: f64) {
        self.clock = self.clock.max(self.waited + in_all);
    }

    /// How much will have been waited for at a moment, in milliseconds, but for what is lost in rounding.
    pub fn waited_by(&self, at: f64) -> f64 {
        self.waited + (at - self.clock).max(0.0) - ROUNDING
    }

    /// Takes what a machine wants. What needs no reply comes back, for whoever shows it.
    pub fn submit(&mut self, batch: Batch) -> Vec<Request> {
        let mut shown = Vec::new();
        for request in batch.requests {
            let (after, reply) = match &request.kind {
                Kind::Call(call) => self.answer(call),
                Kind::Now => (0.0, Reply::Number((self.epoch + self.clock).floor())),
                Kind::Random => (0.0, Reply::Number(self.seed.number())),
                Kind::Uuid => (0.0, Reply::Text(self.seed.uuid())),
                Kind::Print { .. } | Kind::Emit { .. } | Kind::Track { .. } => {
                    shown.push(request);
                    continue;
                }
            };
            self.plan(after, request.id, reply);
        }
        for timer in batch.timers {
            self.plan(timer.after, timer.id, Reply::Fired);
        }
        self.deadlines.extend(batch.deadlines.into_iter().map(|timer| (self.waited + timer.after, timer.id)));
        self.cancelled.extend(batch.cancellations);
        shown
    }

    /// What happens next, if anything does; the clock goes there.
    pub fn next_event(&mut self) -> Option<(Id, Reply)> {
        let (at, overdue) = self.next()?;
        self.pass(at);
        match overdue {
            Some(place) => Some((self.deadlines.remove(place).1, Reply::Fired)),
            None => self.queue.pop().map(|event| (event.id, event.reply)),
        }
    }

    /// When something happens next, in milliseconds since the beginning.
    pub fn next_time(&mut self) -> Option<f64> {
        self.next().map(|(at, _)| at)
    }

    /// The same, and the deadline if it is one.
    fn next(&mut self) -> Option<(f64, Option<usize>)> {
        while self.queue.peek().is_some_and(|event| self.cancelled.remove(&event.id)) {
            self.queue.pop();
        }
        let next = self.queue.peek().map(|event| event.at);
        match self.overdue(next.unwrap_or(f64::INFINITY)) {
            Some(place) => {
                Some((self.clock + (self.deadlines[place].0 - self.waited).max(0.0) + ROUNDING, Some(place)))
            }
            None => next.map(|at| (at, None)),
        }
    }

    /// The deadline that is over by a moment, the earliest of them.
    fn overdue(&self, at: f64) -> Option<usize> {
        let due = |place: &usize| self.deadlines[*place].0;
        let first = (0..self.deadlines.len()).min_by(|a, b| due(a).total_cmp(&due(b)));
        first.filter(|place| due(place) < self.waited_by(at))
    }

    fn plan(&mut self, after: f64, id: Id, reply: Reply) {
        self.order += 1;
        self.queue.push(Event { at: self.clock + after.max(0.0), order: self.order, id, reply });
    }

    fn answer(&mut self, call: &Call) -> (f64, Reply) {
        let directory = self.directory.clone();
        let Some((place, agent)) = directory.find(&call.agent) else {
            let message = format!("there is no agent `{}`", call.agent);
            return (0.0, Reply::Failed(Failure::Unknown { message }));
        };
        let (after, reply) = self.scripted(place, agent, call);
        let limit = call.options.get("timeout").and_then(duration).or(agent.timeout);
        match limit {
            Some(limit) if after > limit => (limit, Reply::Failed(Failure::Timeout)),
            _ => (after, reply),
        }
    }

    fn scripted(&mut self, place: usize, agent: &Agent, call: &Call) -> (f64, Reply) {
        let script = &mut self.scripts[place];
        let mut retries = call.options.get("retries").and_then(Json::as_u64).unwrap_or(0).min(MOST_RETRIES);
        let (mut total, mut cost, mut tokens) = (0.0, 0.0, 0.0);
        loop {
            let Some(reply) = script.next(&call.method) else {
                let message = match agent.transport {
                    None if !agent.settings.contains_key("replies") => {
                        format!("agent `{}` is declared and not bound; bind it with `--agents`", call.agent)
                    }
                    None | Some(Transport::Mock) => format!("agent `{}` has no method `{}`", call.agent, call.method),
                    Some(other) => {
                        let failed = format!(
                            "agent `{}` is reached by `{}`, which is not at hand here",
                            call.agent,
                            other.name()
                        );
                        return (0.0, Reply::Failed(Failure::Error { message: failed, cost: 0.0, tokens: 0.0 }));
                    }
                };
                return (0.0, Reply::Failed(Failure::Unknown { message }));
            };
            total += reply.get("after").and_then(duration).unwrap_or(0.0);
            let number = |key: &str| reply.get(key).and_then(Json::as_f64);
            // What says nothing of its own costs what the agent does.
            cost += number("cost").or(agent.most_money()).unwrap_or(0.0);
            tokens += number("tokens").unwrap_or(0.0);
            match reply.get("error").filter(|error| !error.is_null()) {
                Some(_) if retries > 0 => retries -= 1,
                Some(error) => {
                    let message = error.as_str().map_or_else(|| error.to_string(), str::to_owned);
                    return (total, Reply::Failed(Failure::Error { message, cost, tokens }));
                }
                None => {
                    let answer = Answer { cost, tokens, ..Answer::of(reply) };
                    return (total, Reply::Answer(Box::new(answer)));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::request::{Path, Purpose, Timer};
    use serde_json::json;

    fn call(count: u32, agent: &str, method: &str) -> Request {
        let call = Call {
            agent: agent.into(),
            method: method.into(),
            purpose: Purpose::Method,
            description: None,
            prompt: Vec::new(),
            arguments: Vec::new(),
            names: Vec::new(),
            schema: None,
            effect: None,
            options: Default::default(),
        };
        Request { id: Id { task: Path::root(), count }, kind: Kind::Call(Box::new(call)), context: Vec::new() }
    }

    fn world(file: Json) -> Memory {
        Memory::new(Arc::new(Directory::read(&file).unwrap()), 1)
    }

    #[test]
    fn replies_come_in_order_and_the_last_repeats() {
        let mut world = world(json!({ "a": { "transport": "mock", "replies": {
            "ask": [{ "value": 1, "confidence": 0.5 }, { "error": "down" }], "*": [{ "value": "any" }] } } }));
        let mut next = |count, method| {
            world.submit(Batch { requests: vec![call(count, "a", method)], ..Batch::default() });
            world.next_event().unwrap().1
        };
        let Reply::Answer(first) = next(0, "ask") else { panic!() };
        assert_eq!(first.shape, json!({ "value": 1, "confidence": 0.5 }));
        assert!(matches!(next(1, "ask"), Reply::Failed(Failure::Error { message, .. }) if message == "down"));
        assert!(matches!(next(2, "ask"), Reply::Failed(_)));
        assert!(matches!(next(3, "tell"), Reply::Answer(answer) if answer.shape == json!({ "value": "any" })));
    }

    #[test]
    fn time_is_virtual_and_ties_keep_their_order() {
        let mut world =
            world(json!({ "a": { "transport": "mock", "replies": { "ask": [{ "value": 1, "after": 60 }] } } }));
        let timer = |count, after| Timer { id: Id { task: Path::root(), count }, after };
        world.submit(Batch {
            requests: vec![call(0, "a", "ask")],
            timers: vec![timer(1, 60.0), timer(2, 5.0), timer(3, 1.0)],
            ..Batch::default()
        });
        world.submit(Batch { cancellations: vec![Id { task: Path::root(), count: 3 }], ..Batch::default() });
        let counts: Vec<_> = std::iter::from_fn(|| world.next_event()).map(|(id, _)| id.count).collect();
        assert_eq!(counts, [2, 0, 1]);
        assert_eq!(world.elapsed(), 60.0);
    }

    #[test]
    fn nobody_and_nothing_are_told_apart() {
        let mut world =
            world(json!({ "a": { "transport": "mock", "replies": { "ask": [] } }, "b": { "transport": "http" } }));
        for agent in ["z", "a", "b"] {
            world.submit(Batch { requests: vec![call(0, agent, "ask")], ..Batch::default() });
            assert!(matches!(world.next_event(), Some((_, Reply::Failed(_)))), "{agent}");
        }
    }

    #[test]
    fn what_happens_at_a_deadline_comes_first_and_computing_does_not_count() {
        let mut world = world(json!({}));
        let timer = |count, after| Timer { id: Id { task: Path::root(), count }, after };
        world.submit(Batch { deadlines: vec![timer(0, 10.0)], ..Batch::default() });
        world.computed(5.0);
        world.submit(Batch { timers: vec![timer(1, 10.0), timer(2, 10.1)], ..Batch::default() });
        let order: Vec<u32> = std::iter::from_fn(|| world.next_event()).map(|(id, _)| id.count).collect();
        assert_eq!(order, [1, 0, 2]);
    }
}
