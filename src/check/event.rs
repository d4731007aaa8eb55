//! Events: who sends what, what the handlers do that answer, and how often that is.

use super::amount::{Amount, Named, Turns};
use super::domain::{Id, Known, Null, SURE, Shape};
use super::escape::{Doubts, absorb, elsewhere};
use super::flow::{Activation, Flow};
use super::interval::numbers;
use super::pattern::Walked;
use super::state::State;
use super::turns::MOST_TURNS;
use crate::diagnostic::Code;
use crate::hir::{ExprKind, Handler, Module};
use crate::source::Location;
use crate::types::Effect;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Rounds over the handlers before what they send each other is taken as unknown.
const MOST_ROUNDS: u32 = 4;

/// Events of a circle that a message names.
const MOST_SHOWN: usize = 8;

/// The name of an event; nothing where nobody knows it before the run: it may be any that is handled.
pub(super) type Event = Option<Rc<str>>;

/// The events of a program.
#[derive(Default, Debug)]
pub(super) struct Events {
    /// What is sent with them.
    sent: BTreeMap<Rc<str>, Known>,
    /// The doubtful conditions on which they are sent, and on which whoever sends them ends before they are handled.
    doubts: BTreeMap<Event, Doubts>,
    /// The same on which handlers end with an error, so that none comes after them.
    failed: BTreeMap<usize, Doubts>,
    /// What answers to each.
    answers: BTreeMap<Rc<str>, Vec<Answer>>,
}

/// A handler as it was walked last.
#[derive(Debug)]
struct Answer {
    at: Location,
    /// How often it runs at most.
    most: f64,
    walked: Walked,
}

/// The way round a circle from one of its places; of a long one, how it begins and ends.
fn round(circle: &[&Rc<str>], place: usize) -> String {
    let name = |step: usize| format!("`{}`", circle[(place + step) % circle.len()]);
    let steps = 0..=circle.len();
    let shown: Vec<String> = if circle.len() <= MOST_SHOWN {
        steps.map(name).collect()
    } else {
        let begins = steps.take(MOST_SHOWN / 2).map(name);
        begins.chain(["…".to_owned(), name(circle.len() - 1), name(0)]).collect()
    };
    shown.join(" → ")
}

impl Events {
    /// The handled events that may be meant.
    fn named(&self, event: &Event) -> Vec<&Rc<str>> {
        match event {
            Some(name) => self.answers.get_key_value(name).map(|(name, _)| name).into_iter().collect(),
            None => self.answers.keys().collect(),
        }
    }

    /// How often the handlers of an event run at most, and what each does.
    pub fn handlers_of(&self, event: &Event) -> impl Iterator<Item = (f64, &Walked)> {
        let named = self.named(event).into_iter().filter_map(|name| self.answers.get(name));
        named.flatten().map(|answer| (answer.most, &answer.walked))
    }

    /// What is sent is handled once whoever sends it is done, and not where that ends with an error.
    pub fn end_early(&mut self, walked: &Walked) {
        for event in walked.cost.sent.keys().filter(|_| !walked.thrown.is_empty()) {
            absorb(self.doubts.entry(event.clone()).or_default(), walked.thrown.clone());
        }
    }

    /// What decides in doubt that a handler runs: that its event was sent, and that none before it, which may be itself, failed.
    fn decides(&self, event: &Rc<str>, handler: usize, most: f64) -> Doubts {
        let sent = [Some(event.clone()), None].map(|event| self.doubts.get(&event));
        let before = self.failed.iter().filter(|(other, _)| **other != handler || most > 1.0);
        sent.into_iter().flatten().chain(before.map(|(_, doubts)| doubts)).flatten().cloned().collect()
    }

    /// The handled events that are sent where one is handled.
    fn leads(&self, event: &str) -> Vec<&Rc<str>> {
        let answers = self.answers.get(event).into_iter().flatten();
        answers.flat_map(|answer| answer.walked.cost.sent.keys()).flat_map(|sent| self.named(sent)).collect()
    }

    /// The events that lead back to themselves, with the way there.
    fn circles(&self) -> BTreeMap<Rc<str>, String> {
        // What leads nowhere, or only there, is on no circle.
        let mut before: BTreeMap<&str, Vec<&Rc<str>>> = BTreeMap::new();
        let mut open: BTreeMap<&Rc<str>, usize> = BTreeMap::new();
        for event in self.answers.keys() {
            let leads = self.leads(event);
            open.insert(event, leads.len());
            leads.into_iter().for_each(|next| before.entry(&**next).or_default().push(event));
        }
        let mut ends: Vec<&Rc<str>> = open.iter().filter(|(_, leads)| **leads == 0).map(|(event, _)| *event).collect();
        while let Some(end) = ends.pop() {
            open.remove(end);
            for event in before.get(&**end).into_iter().flatten() {
                let Some(leads) = open.get_mut(event) else { continue };
                *leads -= 1;
                if *leads == 0 {
                    ends.push(event);
                }
            }
        }
        let mut told = BTreeMap::new();
        for event in open.into_keys() {
            // Whatever else lies on the way is told the same way, from where it is.
            let circle = if told.contains_key(event) { Vec::new() } else { self.circle(event) };
            for (place, on_it) in circle.iter().enumerate() {
                told.entry((*on_it).clone()).or_insert_with(|| round(&circle, place));
            }
        }
        told
    }

    /// The events on a way from one back to itself, which comes first; nothing where there is no way.
    fn circle<'e>(&'e self, event: &'e Rc<str>) -> Vec<&'e Rc<str>> {
        let mut from: BTreeMap<&str, &Rc<str>> = BTreeMap::new();
        let mut waiting = vec![event];
        while let Some(at) = waiting.pop() {
            for next in self.leads(at) {
                if next == event {
                    let mut path: Vec<&Rc<str>> =
                        std::iter::successors(Some(at), |at| from.get(&***at).copied()).collect();
                    path.reverse();
                    return path;
                }
                if !from.contains_key(&**next) {
                    from.insert(next, at);
                    waiting.push(next);
                }
            }
        }
        Vec::new()
    }

    /// The events that come of some, each behind those that lead to it, unless they lead back to themselves.
    fn order(&self, sent: &Named<Event>) -> Vec<Rc<str>> {
        let first = sent.keys().flat_map(|event| self.named(event));
        let mut waiting: Vec<(&Rc<str>, bool)> = first.map(|name| (name, false)).collect();
        let (mut met, mut order) = (BTreeSet::new(), Vec::new());
        while let Some((name, done)) = waiting.pop() {
            if done {
                order.push(name.clone());
            } else if met.insert(name) {
                waiting.push((name, true));
                waiting.extend(self.leads(name).into_iter().map(|next| (next, false)));
            }
        }
        order.reverse();
        order
    }
}

impl<'a> Flow<'a> {
    /// `emit(name, data, { delay, condition })`: that counts as telling somebody.
    pub fn notice(&mut self, act: &Activation<'a>, args: &[Known], at: Location, state: &State) {
        let effect = Effect::Notify;
        let reached =
            super::finding::Reached { effect, at, what: "emit".into(), of_each: vec!["emit".into()], declared: true };
        self.findings.reaches(reached);
        let nothing = Known::null();
        let data = args.get(1).unwrap_or(&nothing).whole().detached();
        let Some(name) = args.first() else { return };
        let event = name.as_text().cloned();
        if let Some(name) = &event {
            let joined = self.events.sent.get(name).map_or_else(|| data.clone(), |old| old.join(&data));
            self.events.sent.insert(name.clone(), joined);
        }
        self.taken.sent.entry(event.clone()).add(&Amount::up_to(1.0));
        let option = |name: &str| args.get(2)?.option(name);
        let depth = self.conditions.len();
        let condition = option("condition").filter(|condition| condition.earned() < SURE);
        self.conditions.extend(condition.map(|condition| (condition.as_condition(), at)));
        let doubts = self.doubts(act, state).into_iter().map(|(known, at)| (elsewhere(&known), at)).collect();
        absorb(self.events.doubts.entry(event).or_default(), doubts);
        if self.program.declarations.modules.iter().any(|module| !module.handlers.is_empty()) {
            let delay = match args.get(2) {
                Some(Known { shape: Shape::Object(_), .. }) => option("delay"),
                options => options.cloned(),
            };
            let delay = delay.filter(|delay| delay.null != Null::Always);
            self.taken.time.add(&Amount::up_to(delay.map_or(0.0, |delay| numbers(&delay).high.max(0.0))));
        }
        // The event's name is told as well.
        self.action(act, (effect, "`emit`"), &args[..args.len().min(2)], &Known::constant(Shape::Plain), at, state);
        self.conditions.truncate(depth);
    }

    /// Walks the handlers of all modules, with what the host or the program itself sends.
    pub fn handlers(&mut self, modules: &'a [Module], state: &mut State) {
        let handlers: Vec<(&Module, &Handler)> =
            modules.iter().flat_map(|module| module.handlers.iter().map(move |handler| (module, handler))).collect();
        for round in 0.. {
            let (sent_before, before) = (self.events.sent.clone(), state.clone());
            let doubts_before = (self.events.doubts.clone(), self.events.failed.clone());
            self.events.answers.clear();
            for (number, (module, handler)) in handlers.iter().enumerate() {
                let at = Location::new(module.file, handler.span);
                let name: Rc<str> = Rc::from(&*handler.event);
                let data = match self.events.sent.get(&name) {
                    _ if round + 1 >= MOST_ROUNDS => Known::anything(),
                    Some(sent) => self.input().join(sent),
                    None => self.input(),
                };
                let data = Known { null: Null::Maybe, ..data }.born(Id(u32::MAX - 4, handler.function.0));
                // It may run or not, and again after others.
                let mut after = state.clone();
                let arguments = std::slice::from_ref(&data);
                let most = self.most_handled(handler, at);
                let doubts = self.events.decides(&name, number, most);
                let mut walked = self.alone_on(doubts, (u32::MAX - 4, handler.function), arguments, &mut after);
                *state = state.join(&after);
                absorb(self.events.failed.entry(number).or_default(), std::mem::take(&mut walked.thrown));
                // What is sent is written and read.
                self.spoken(arguments);
                walked.cost.add(&std::mem::take(&mut self.taken));
                self.events.answers.entry(name).or_default().push(Answer { at, most, walked });
            }
            if round > 0 {
                *state = state.widened_from(&before, 5 * round);
            }
            let doubts = (self.events.doubts.clone(), self.events.failed.clone());
            let same = state.memory == before.memory && doubts == doubts_before;
            if same && (self.events.sent == sent_before || round + 1 >= MOST_ROUNDS) || self.exhausted() {
                break;
            }
        }
        let circles = self.events.circles();
        for (event, answers) in &self.events.answers {
            for Answer { at, most, .. } in answers {
                if let Some(path) = circles.get(event) {
                    let help = "let a handler on the way answer without sending an event";
                    let message = format!("events lead back to themselves: {path}");
                    self.findings.report(Code::TM10, *at, message, |d| d.help(help));
                } else if most.is_infinite() {
                    let message = format!("nothing says how often `{event}` is handled");
                    self.findings.report(Code::TM01, *at, message, |d| {
                        d.help(format!("say how often at most: `on \"{event}\" as event max 10 {{ … }}`"))
                    });
                }
            }
        }
    }

    /// How often a handler runs at most: what is not a number that is written out says nothing.
    fn most_handled(&mut self, handler: &Handler, at: Location) -> f64 {
        let Some(ExprKind::Number(max)) = handler.max.as_ref().map(|max| &max.kind) else { return f64::INFINITY };
        if *max > MOST_TURNS {
            self.too_many_turns(*max, at);
        }
        max.ceil().max(0.0)
    }

    /// A walk with the handlers that answer to what it sends: each runs as often as its event is sent, and no more often than
    /// it says. Functions that answer for agents stand on whatever asks.
    pub fn answered(&self, mut walked: Walked) -> Walked {
        for name in self.events.order(&walked.cost.sent) {
            let times = |event: &Event| walked.cost.sent.get(event).map_or(0.0, Amount::high);
            let times = times(&Some(name.clone())) + times(&None);
            for answer in self.events.answers.get(&name).into_iter().flatten() {
                walked.with(&answer.walked, &Turns::between(0.0, times.min(answer.most)));
            }
        }
        walked.cost.depth.add(&self.rehearsed);
        walked
    }
}
