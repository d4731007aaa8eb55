//! What a program asks of the world.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::fmt;
use std::sync::Arc;

use crate::types::Effect;

/// Which task of a run: for each fork around it, the fork's number within its task and the task's number within the fork.
/// It does not depend on who answers first.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
pub struct Path(Arc<[(u32, u32)]>);

impl Path {
    /// The task that the run began with.
    pub fn root() -> Self {
        Self::default()
    }

    /// A task of a fork of this task.
    pub fn child(&self, fork: u32, task: u32) -> Self {
        Self(self.0.iter().copied().chain([(fork, task)]).collect())
    }

    /// How many forks are around it.
    pub fn depth(&self) -> usize {
        self.0.len()
    }
}

/// How many requests a task made before this one.
pub type Count = u32;

/// Which request of a run.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Id {
    /// The task that asks.
    pub task: Path,
    /// How many it asked before.
    pub count: Count,
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (fork, task) in self.task.0.iter() {
            write!(f, "{fork}.{task}/")?;
        }
        write!(f, "{}", self.count)
    }
}

/// What the machine wants when none of its tasks can go on by itself.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Batch {
    /// New requests in the order of their ids, then what needs no reply in the order it was said.
    pub requests: Vec<Request>,
    /// New timers.
    pub timers: Vec<Timer>,
    /// The same of what may be waited for at most: computing does not count, and what else happens at that moment comes first.
    pub deadlines: Vec<Timer>,
    /// Requests and timers whose replies nobody waits for any more.
    pub cancellations: Vec<Id>,
}

impl Batch {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.requests.is_empty() && self.timers.is_empty() && self.deadlines.is_empty() && self.cancellations.is_empty()
    }
}

/// A wish to be told when some time has gone by.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Timer {
    /// Which.
    pub id: Id,
    /// After how many milliseconds.
    pub after: f64,
}

/// One question to the world.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Request {
    /// Which.
    pub id: Id,
    /// What is wanted.
    pub kind: Kind,
    /// The labels of the `context`s around it, outermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub context: Vec<Arc<str>>,
}

/// What is wanted.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// An agent's answer.
    Call(Box<Call>),
    /// The time, in milliseconds since 1970.
    Now,
    /// A number from 0 to below 1.
    Random,
    /// A text that no other request was given.
    Uuid,
    /// Text for people. Needs no reply.
    Print {
        /// Where it goes.
        stream: Stream,
        /// One line, or several.
        text: String,
    },
    /// An event. Needs no reply.
    Emit {
        /// Its name.
        name: String,
        /// What it carries, as section 10 writes results.
        data: Json,
        /// When, in milliseconds from now.
        delay: Option<f64>,
        /// Under which condition, as the program wrote it down.
        condition: Option<Json>,
    },
    /// A decision to be kept. Needs no reply.
    Track {
        /// The decision, as section 10 writes results.
        decision: Json,
        /// How sure, where the program says so.
        confidence: Option<f64>,
        /// What it was about.
        context: Option<Json>,
    },
}

impl Kind {
    /// Whether the task that asks waits for a reply.
    pub fn waits(&self) -> bool {
        !matches!(self, Kind::Print { .. } | Kind::Emit { .. } | Kind::Track { .. })
    }
}

/// Where printed text goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Stream {
    /// `print`, `console.log`
    Output,
    /// `console.warn`
    Warning,
    /// `console.error`
    Error,
    /// `console.debug`
    Debug,
}

/// Why an agent is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Purpose {
    /// A method of its own.
    Method,
    /// A prompt of `llm`.
    Prompt,
    /// Judgement by an agent (`verify`).
    Review,
    /// A person's consent (`approve`, or `verify` by a human).
    Consent,
    /// A command's verdict (`verify`).
    Check,
}

/// A question to an agent.
///
/// What the program itself says (the method, its description, the literal parts of a prompt, the contexts) is an
/// instruction; everything else is data and must be delivered apart from it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Call {
    /// The agent's name.
    pub agent: Arc<str>,
    /// The method.
    pub method: Arc<str>,
    /// Why it is asked.
    pub purpose: Purpose,
    /// The method's doc comment, as an instruction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Arc<str>>,
    /// A prompt in parts, in order; empty unless the program wrote one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prompt: Vec<Slot>,
    /// The arguments, each as section 10 writes results.
    pub arguments: Vec<Json>,
    /// The names of the arguments, where an interface gives them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<Arc<str>>,
    /// The JSON Schema of the answer, where its type is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Json>,
    /// How grave the call is, where the program says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<EffectName>,
    /// What the program sets beside it: `model`, `temperature`, `retries`, `timeout` and the like.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub options: serde_json::Map<String, Json>,
}

/// A part of a prompt.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Slot {
    /// What the program says.
    Instruction(Arc<str>),
    /// What is filled in.
    Data(String),
}

/// An effect class by its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EffectName(pub Effect);

impl Serialize for EffectName {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.name())
    }
}

impl<'de> Deserialize<'de> for EffectName {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Effect::find(&name)
            .map(EffectName)
            .ok_or_else(|| serde::de::Error::custom(format!("`{name}` is no effect class")))
    }
}
