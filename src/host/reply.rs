//! What the world says to a request.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeMap;

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

/// An agent's answer as it crosses: the shape of section 10, with what it took.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Answer {
    /// The content.
    pub value: Json,
    /// How sure the agent's extraction strategy says it is; unknown without.
    #[serde(default)]
    pub confidence: Option<f64>,
    /// The evidence; `reported` without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// What differs for parts, by JSON pointer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parts: BTreeMap<String, Part>,
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
        let evidence = |json: &Json| json.get("evidence").and_then(Json::as_str).map(str::to_owned);
        let part = |(pointer, part): (&String, &Json)| {
            (pointer.clone(), Part { confidence: confidence(part), evidence: evidence(part) })
        };
        Self {
            value: json.get("value").cloned().unwrap_or(Json::Null),
            confidence: confidence(json),
            evidence: evidence(json),
            parts: json.get("parts").and_then(Json::as_object).into_iter().flatten().map(part).collect(),
            ..Self::default()
        }
    }
}

fn confidence(json: &Json) -> Option<f64> {
    json.get("confidence").and_then(Json::as_f64).filter(|number| (0.0..=1.0).contains(number))
}

/// What a part of an answer has of its own.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Part {
    /// How sure; unknown without.
    #[serde(default)]
    pub confidence: Option<f64>,
    /// The evidence; the whole's without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
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
