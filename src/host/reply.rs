//! What the world says to a request.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// What comes back for a request or a timer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Reply {
    /// An agent's answer.
    Answer(Box<Answer>),
    /// An agent that did not answer.
    Failed(Failure),
    /// The time or a random number.
    Number(f64),
    /// An id.
    Text(String),
    /// A timer's time has come.
    Fired,
}

/// An agent's answer with what it took.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Answer {
    /// The answer in the shape of section 10: value, confidence, evidence, parts.
    pub shape: Json,
    /// What it cost, in the currency of the directory's prices.
    #[serde(default)]
    pub cost: f64,
    /// The tokens it took.
    #[serde(default)]
    pub tokens: f64,
}

impl Answer {
    /// The answer that an object of this shape stands for. What is no confidence is unknown, never clamped.
    pub fn of(json: &Json) -> Self {
        let mut shape = Map::new();
        shape.insert("value".into(), json.get("value").cloned().unwrap_or(Json::Null));
        lanes(json, &mut shape);
        if let Some(Json::Object(parts)) = json.get("parts") {
            let part = |(pointer, part): (&String, &Json)| {
                let mut own = Map::new();
                lanes(part, &mut own);
                (pointer.clone(), Json::Object(own))
            };
            shape.insert("parts".into(), Json::Object(parts.iter().map(part).collect()));
        }
        Self { shape: Json::Object(shape), ..Self::default() }
    }
}

fn lanes(json: &Json, shape: &mut Map<String, Json>) {
    if let Some(confidence) = json.get("confidence") {
        let number = confidence.as_f64().filter(|number| (0.0..=1.0).contains(number));
        shape.insert("confidence".into(), number.map_or(Json::Null, Json::from));
    }
    if let Some(evidence) = json.get("evidence").filter(|evidence| evidence.is_string()) {
        shape.insert("evidence".into(), evidence.clone());
    }
}

/// Why there is no answer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Failure {
    /// The agent failed, with what it said.
    Error {
        /// What it said.
        message: String,
        /// What it cost all the same.
        #[serde(default)]
        cost: f64,
        /// The tokens it took all the same.
        #[serde(default)]
        tokens: f64,
    },
    /// It took too long.
    Timeout,
    /// There is no such agent or method.
    Unknown {
        /// What there is not.
        message: String,
    },
}
