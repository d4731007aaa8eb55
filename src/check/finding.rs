//! What the walk finds. A place is walked many times; what is found there is said once.

use super::account::Consent;
use super::call::describe;
use super::domain::{Agent, AgentShape, Id, Integrity, Raw};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Severity};
use crate::source::{FileId, Location};
use crate::syntax::ast::Band;
use crate::types::Effect;
use crate::value::Fault;
use foldhash::{HashSet, HashSetExt};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// A call that reaches an agent.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Reached {
    /// How grave it is.
    pub effect: Effect,
    /// Where.
    pub at: Location,
    /// The agent and what it is asked, for people.
    pub what: String,
    /// The same of each agent that it may be, without a name where that may be anyone.
    pub of_each: Vec<String>,
    /// Whether the program says how grave it is.
    pub declared: bool,
}

impl Reached {
    /// A method of an agent.
    pub fn of(agent: &AgentShape, method: &str, effect: Effect, at: Location, declared: bool) -> Reached {
        let name = |who: &Agent| match who {
            Agent::Named(name) | Agent::Member(name, ..) => format!("{name}.{method}"),
            Agent::Anyone => format!(".{method}"),
        };
        let what = format!("{}.{method}", describe(agent));
        Reached { effect, at, what, of_each: agent.who.iter().map(name).collect(), declared }
    }
}

/// Something that the certificate lists.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Noted {
    /// An answer chooses from what the program lists.
    Choice(String),
    /// A confidence is dropped or endorsed.
    Declassified(String),
    /// What those who bind the agents have to see to.
    Apart(String),
    /// An agent is told something: who can have influenced it, and of whose answers it was made.
    Told { who: String, integrity: Integrity, of: BTreeSet<String> },
    /// Somebody is asked whether something may go on.
    Judged(Consent),
    /// The threshold that an action waits for on one way to it.
    Tested { what: String, tested: Raw },
}

/// What a stretch of the walk listed: itself, and in the calls inside, whose lists are shared with what is remembered of them.
#[derive(Default, Debug)]
pub(super) struct Listed {
    reached: BTreeSet<Reached>,
    noted: BTreeSet<Noted>,
    inside: BTreeMap<*const Listed, Rc<Listed>>,
}

/// Lists that are the same share what was listed inside.
impl PartialEq for Listed {
    fn eq(&self, other: &Self) -> bool {
        self.reached == other.reached && self.noted == other.noted && self.inside.keys().eq(other.inside.keys())
    }
}

impl Listed {
    /// With a call that reaches an agent.
    pub fn reach(&mut self, reached: Reached) {
        self.reached.insert(reached);
    }

    /// With something that the certificate lists besides.
    pub fn note(&mut self, noted: Noted) {
        self.noted.insert(noted);
    }

    /// With what another stretch listed.
    pub fn take_in(&mut self, other: Rc<Listed>) {
        self.inside.insert(Rc::as_ptr(&other), other);
    }

    /// Itself and all lists inside, each once.
    fn all(&self) -> impl Iterator<Item = &Listed> {
        let mut met: HashSet<*const Listed> = HashSet::new();
        let mut waiting = vec![self];
        std::iter::from_fn(move || {
            let next = waiting.pop()?;
            waiting.extend(next.inside.iter().filter(|(at, _)| met.insert(**at)).map(|(_, inside)| &**inside));
            Some(next)
        })
    }

    /// The calls that reach agents.
    pub fn reached(&self) -> BTreeSet<&Reached> {
        self.all().flat_map(|listed| &listed.reached).collect()
    }

    /// What the certificate lists besides.
    pub fn noted(&self) -> BTreeSet<&Noted> {
        self.all().flat_map(|listed| &listed.noted).collect()
    }

    /// Whether no agent is reached.
    pub fn asks_nobody(&self) -> bool {
        self.all().all(|listed| listed.reached.is_empty())
    }
}

/// What the types say of a call that is written wrongly.
const MISUSES: [Code; 5] = [Code::T001, Code::T002, Code::T004, Code::T005, Code::T006];

/// Findings of a walk.
#[derive(Default, Debug)]
pub(super) struct Findings {
    found: BTreeMap<(Code, Location), Diagnostic>,
    outcomes: BTreeMap<Location, (bool, bool)>,
    arms: BTreeMap<(Location, Band), bool>,
    /// The instructions that failed whenever they were walked, by what they would have given, and where that is called.
    pub failing: BTreeMap<(Location, Id), (Fault, Option<Location>)>,
    /// What the stretch being walked lists.
    pub listed: Listed,
    /// Methods that a policy may forbid, with their names.
    pub trusted: BTreeSet<(Location, &'static str)>,
    /// The modules that the language brings along.
    embedded: Vec<FileId>,
    /// The last call on the way here that the program itself makes.
    caller: Option<Location>,
}

/// That a module of the language tests in vain, or drops a confidence, where a program calls it is no fault of the program.
const IDLE: [Code; 4] = [Code::CF003, Code::CF004, Code::CF006, Code::CF019];

impl Findings {
    /// Nothing found yet, where these modules are the language's own.
    pub fn beside(embedded: Vec<FileId>) -> Self {
        Self { embedded, ..Self::default() }
    }

    /// Whether a place is in a module of the language.
    pub fn is_embedded(&self, at: Location) -> bool {
        self.embedded.contains(&at.file)
    }

    /// A call begins at a place; gives what was the last call of the program's own before.
    pub fn begin_call(&mut self, at: Location) -> Option<Location> {
        let outer = self.caller;
        if !self.is_embedded(at) {
            self.caller = Some(at);
        }
        outer
    }

    /// And it ends.
    pub fn end_call(&mut self, outer: Option<Location>) {
        self.caller = outer;
    }

    /// The last call on the way here that the program itself makes.
    pub fn caller(&self) -> Option<Location> {
        self.caller
    }

    /// A call reaches an agent.
    pub fn reaches(&mut self, call: Reached) {
        let at = self.told_at(call.at);
        self.listed.reach(Reached { at, ..call });
    }

    /// Where something is told: what is wrong inside a module of the language is what the program called it with.
    fn told_at(&self, at: Location) -> Location {
        if self.is_embedded(at) { self.caller.unwrap_or(at) } else { at }
    }

    /// Reports a finding, unless the same was found at this place.
    pub fn report(
        &mut self,
        code: Code,
        at: Location,
        message: impl Into<String>,
        more: impl FnOnce(Diagnostic) -> Diagnostic,
    ) {
        let told = self.told_at(at);
        if told != at && IDLE.contains(&code) {
            return;
        }
        self.found.entry((code, told)).or_insert_with(|| {
            let diagnostic = more(Diagnostic::new(code, told, message));
            if told == at { diagnostic } else { diagnostic.note_at(at, "this is where it would happen") }
        });
    }

    /// What was found at a place counts as an error after all.
    pub fn graver(&mut self, code: Code, at: Location) {
        let told = self.told_at(at);
        if let Some(found) = self.found.get_mut(&(code, told)) {
            found.severity = Severity::Error;
        }
    }

    /// A test at a place can pass, or fail.
    pub fn outcome(&mut self, at: Location, passes: bool, fails: bool) {
        let seen = self.outcomes.entry(at).or_insert((false, false));
        seen.0 |= passes;
        seen.1 |= fails;
    }

    /// A branch of the `uncertain if` at a place can run, or not.
    pub fn arm(&mut self, at: Location, band: Band, runs: bool) {
        *self.arms.entry((at, band)).or_insert(false) |= runs;
    }

    /// A confidence is stated of something it was not assessed on.
    pub fn stale(&mut self, at: Location) {
        self.report(Code::CF007, at, "this confidence was not assessed on the value that it is stated of", |d| {
            d.help("state it of the value it was assessed on, or have the new value assessed")
        });
    }

    /// The tests that always or never pass, by place.
    pub fn certain(&self) -> impl Iterator<Item = (Location, bool)> + '_ {
        self.outcomes.iter().filter(|(_, (passes, fails))| passes != fails).map(|(at, (passes, _))| (*at, *passes))
    }

    /// The branches that never run.
    pub fn dead(&self) -> impl Iterator<Item = (Location, Band)> + '_ {
        self.arms.iter().filter(|(_, runs)| !**runs).map(|((at, band), _)| (*at, *band))
    }

    /// Leaves out what is no fault of the program.
    pub fn spare(&mut self) {
        let Self { found, embedded, .. } = self;
        found.retain(|(code, at), _| !IDLE.contains(code) || !embedded.contains(&at.file));
    }

    /// Hands over what was found. One action and value gets one code.
    pub fn settle(self, diagnostics: &mut Diagnostics) {
        // Of a call that the types refuse no more is said.
        let refused: Vec<Location> =
            diagnostics.iter().filter(|found| MISUSES.contains(&found.code)).map(|found| found.at).collect();
        let follows = |code: Code, at: Location| {
            match code {
                Code::TM07 | Code::TM11 | Code::CF003 | Code::CF004 => refused.iter().any(|misuse| at.holds(*misuse)),
                // What is called in a wrong way may ask somebody.
                Code::E003 => refused.iter().any(|misuse| misuse.file == at.file),
                _ => false,
            }
        };
        let over = [Code::CF011, Code::CF017, Code::CF002, Code::CF001, Code::CF013];
        for ((code, at), diagnostic) in &self.found {
            // What has no such method gives no function either.
            let missing =
                |(other, place): &(Code, Location)| matches!(other, Code::T005 | Code::R006) && at.holds(*place);
            if follows(*code, *at) || *code == Code::TM07 && self.found.keys().any(missing) {
                continue;
            }
            if let Some(rank) = over.iter().position(|c| c == code)
                && over[..rank].iter().any(|graver| self.found.contains_key(&(*graver, *at)))
            {
                continue;
            }
            let mut diagnostic = diagnostic.clone();
            diagnostic.label = diagnostic.label.or_else(|| label(*code).map(str::to_owned));
            diagnostics.push(diagnostic);
        }
    }
}

/// What is written under the place of a finding, where its message says it at length.
fn label(code: Code) -> Option<&'static str> {
    Some(match code {
        Code::CF001 => "not sure enough for this",
        Code::CF002 => "raised here, not earned",
        Code::CF003 => "never runs",
        Code::CF004 => "tests nothing",
        Code::CF005 => "a band is missing",
        Code::CF006 => "silent",
        Code::CF007 => "stated of something else",
        Code::CF008 => "counted twice",
        Code::CF009 => "stated again after arithmetic",
        Code::CF010 => "surer than what it is given",
        Code::CF011 | Code::CF017 => "may be null",
        Code::CF012 => "the surest of many",
        Code::CF013 => "evidence too weak",
        Code::CF014 => "an old or thin contract",
        Code::CF015 => "equal to the last digit",
        Code::CF016 => "done on something doubtful",
        Code::CF018 => "this threshold is chosen",
        Code::CF019 => "confidence dropped",
        Code::CF020 => "agent text decides",
        Code::CF021 => "not earned on every way out",
        Code::CF022 => "may run twice, or be cut off",
        Code::CF023 => "judged by who gave it",
        Code::TM01 => "no end in sight",
        Code::TM02 => "waits for a confidence",
        Code::TM03 => "a step can miss it",
        Code::TM04 => "does not step towards the end",
        Code::TM05 => "moves meanwhile",
        Code::TM06 => "somebody else chooses how often",
        Code::TM07 => "which function is this?",
        Code::TM08 | Code::TM12 => "nothing gets smaller",
        Code::TM10 => "leads back",
        Code::TM11 => "too many",
        Code::TM13 => "only `break` ends this",
        Code::B001 => "no number bounds this",
        Code::B002 => "above the budget",
        Code::E001 => "not declared",
        Code::E002 => "never used",
        Code::E003 => "asks nobody",
        Code::E004 => "not listed",
        Code::E005 => "may be null",
        _ => return None,
    })
}
