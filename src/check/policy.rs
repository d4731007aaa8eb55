//! What the operator rules, whatever a program says: limits, what effects need, who and what may be asked.
//!
//! A policy only ever asks for more. What it says of needs is joined with what holds anyway, its limits are limits of limits,
//! and what it forbids is forbidden in every program.

use super::certificate::Certificate;
use super::domain::{number, raw};
use super::finding::Findings;
use super::setting::{Need, Setting};
use crate::builtin;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest};
use crate::host::{Directory, duration};
use crate::ir::{Op, Program};
use crate::source::{Location, Span};
use crate::types::Effect;
use crate::value::{Evidence, Limits};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};

/// The rules of an operator.
#[derive(Clone, PartialEq, Debug)]
pub struct Policy {
    /// Whether warnings refuse.
    pub strict: bool,
    /// The most of each limit that a run may have, by its name.
    pub limits: BTreeMap<String, u64>,
    /// What effects need, where more than usual.
    pub needs: [Option<Need>; 5],
    /// Effects that no program may have.
    pub forbidden: Vec<Effect>,
    /// Agents that may be bound, with `*` for any letters; all where nothing is said.
    pub agents: Option<Vec<String>>,
    /// Methods that may be called, as `agent.method`, with `*` for any letters; all where nothing is said.
    pub methods: Option<Vec<String>>,
    /// The built-ins that no program may use, of `endorse`, `independent` and `calibrate`.
    pub without: Vec<&'static str>,
}

/// The tables and keys of a policy.
const KEYS: &[&str] = &["strict", "limits", "effects", "agents", "methods", "allow"];

/// The keys of an effect.
const OF_EFFECT: &[&str] = &["confidence", "evidence", "allowed"];

/// What a policy can rule out.
pub(super) const TRUSTED: &[&str] = &["endorse", "independent", "calibrate"];

/// Words of a list as messages show them.
fn listed<'a>(known: impl IntoIterator<Item = &'a str>) -> String {
    known.into_iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
}

/// Says that a key is not known, and which one was probably meant.
fn unknown(place: &str, key: &str, known: &[&str]) -> String {
    match nearest(key, known.iter().copied()) {
        Some(near) => format!("{place} has no `{key}`; did you mean `{near}`?"),
        None => format!("{place} has no `{key}`; it has {}", listed(known.iter().copied())),
    }
}

struct Reading {
    policy: Policy,
    problems: Vec<String>,
}

impl Policy {
    /// Reads a policy as data; all that is wrong with it otherwise.
    pub fn read(json: &Json) -> Result<Policy, Vec<String>> {
        let policy = Policy {
            strict: false,
            limits: BTreeMap::new(),
            needs: [None; 5],
            forbidden: Vec::new(),
            agents: None,
            methods: None,
            without: Vec::new(),
        };
        let mut reading = Reading { policy, problems: Vec::new() };
        match json {
            Json::Object(tables) => reading.tables(tables),
            _ => reading.problems.push("a policy is a table".into()),
        }
        if reading.problems.is_empty() { Ok(reading.policy) } else { Err(reading.problems) }
    }

    /// The limits of a run under this policy: none is above what it allows.
    pub fn limit(&self, mut limits: Limits) -> Limits {
        for (name, most) in &self.limits {
            if let Some(limit) = limits.named(name) {
                *limit = (*limit).min(*most);
            }
        }
        limits.counts_virtual |= self.limits.contains_key("time");
        limits
    }

    /// What is wrong with a directory of agents.
    pub fn refused(&self, directory: &Directory) -> Vec<String> {
        let Some(allowed) = &self.agents else { return Vec::new() };
        let refused = directory.agents().iter().filter(|agent| !allowed.iter().any(|glob| fits(glob, &agent.name)));
        refused.map(|agent| format!("the policy does not let the agent `{}` be bound", agent.name)).collect()
    }
}

impl Reading {
    fn wrong(&mut self, text: String) {
        self.problems.push(text);
    }

    fn tables(&mut self, tables: &Map<String, Json>) {
        for (key, value) in tables {
            match key.as_str() {
                "strict" => match value {
                    Json::Bool(strict) => self.policy.strict = *strict,
                    _ => self.wrong("`strict` is `true` or `false`".into()),
                },
                "limits" => self.table(key, value, Self::limit),
                "effects" => self.table(key, value, Self::effect),
                "allow" => self.table(key, value, Self::allow),
                "agents" => self.policy.agents = self.globs(key, value),
                "methods" => self.policy.methods = self.globs(key, value),
                _ => self.wrong(unknown("a policy", key, KEYS)),
            }
        }
    }

    fn table(&mut self, key: &str, value: &Json, each: fn(&mut Self, &str, &Json)) {
        match value {
            Json::Object(entries) => entries.iter().for_each(|(name, value)| each(self, name, value)),
            _ => self.wrong(format!("`{key}` is a table: `[{key}]`")),
        }
    }

    fn limit(&mut self, name: &str, value: &Json) {
        if !Limits::NAMES.contains(&name) {
            return self.wrong(unknown("`[limits]`", name, &Limits::NAMES));
        }
        let given = match value {
            // A bare number could be meant as seconds.
            Json::String(text) if name == "time" && text.ends_with(|char: char| char.is_ascii_alphabetic()) => {
                duration(value).map(|time| time as u64)
            }
            _ if name == "time" => None,
            _ => value.as_u64(),
        };
        match given {
            Some(most) => drop(self.policy.limits.insert(name.to_owned(), most)),
            None if name == "time" => self.wrong("the limit `time` is a time with its unit, such as `\"30s\"`".into()),
            None => self.wrong(format!("the limit `{name}` is a whole number from 0, without a unit")),
        }
    }

    fn effect(&mut self, name: &str, value: &Json) {
        let Some(effect) = Effect::find(name) else {
            return self.wrong(unknown("`[effects]`", name, &Effect::ALL.map(Effect::name)));
        };
        let Json::Object(entries) = value else {
            return self.wrong(format!("`effects.{name}` is a table: `[effects.{name}]`"));
        };
        let usual = Setting::default().needs[effect as usize];
        let mut need = usual;
        for (key, value) in entries {
            match (key.as_str(), value) {
                ("confidence", Json::Number(given)) => {
                    let given = given.as_f64().unwrap_or(-1.0);
                    if !(0.0..=1.0).contains(&given) {
                        self.wrong(format!("`effects.{name}.confidence` lies between 0 and 1"));
                    } else if raw(given) < usual.confidence && usual.confidence > 0 {
                        let least = number(usual.confidence);
                        self.wrong(format!(
                            "`effects.{name}.confidence` is at least {least}; a policy only asks for more"
                        ));
                    } else {
                        need.confidence = need.confidence.max(raw(given));
                    }
                }
                ("evidence", Json::String(given)) => match Evidence::find(given) {
                    Some(given) if given < usual.evidence => {
                        let least = usual.evidence.name();
                        self.wrong(format!(
                            "`effects.{name}.evidence` is at least `{least}`; a policy only asks for more"
                        ));
                    }
                    Some(given) => need.evidence = given,
                    None => self.wrong(unknown("evidence", given, &Evidence::ALL.map(Evidence::name))),
                },
                ("allowed", Json::Bool(true)) => {}
                ("allowed", Json::Bool(false)) => self.policy.forbidden.push(effect),
                ("confidence", _) => self.wrong(format!("`effects.{name}.confidence` is a number from 0 to 1")),
                ("evidence", _) => self.wrong(format!("`effects.{name}.evidence` is a word such as `\"approved\"`")),
                ("allowed", _) => self.wrong(format!("`effects.{name}.allowed` is `true` or `false`")),
                _ => self.wrong(unknown(&format!("`[effects.{name}]`"), key, OF_EFFECT)),
            }
        }
        self.policy.needs[effect as usize] = Some(need);
    }

    fn allow(&mut self, name: &str, value: &Json) {
        let Some(known) = TRUSTED.iter().find(|known| **known == name) else {
            return self.wrong(unknown("`[allow]`", name, TRUSTED));
        };
        match value {
            Json::Bool(true) => {}
            Json::Bool(false) => self.policy.without.push(known),
            _ => self.wrong(format!("`allow.{name}` is `true` or `false`")),
        }
    }

    fn globs(&mut self, key: &str, value: &Json) -> Option<Vec<String>> {
        let texts = value
            .as_array()
            .and_then(|list| list.iter().map(|glob| glob.as_str().map(str::to_owned)).collect::<Option<Vec<String>>>());
        if texts.is_none() {
            self.wrong(format!("`{key}` is a list of names: `{key} = [\"reviewer\", \"team-*\"]`"));
        }
        texts
    }
}

/// Whether a name fits a text in which `*` stands for any letters.
fn fits(glob: &str, name: &str) -> bool {
    let mut parts = glob.split('*');
    let Some(first) = parts.next() else { return false };
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// Reports what a program does that the policy does not allow.
pub(super) fn enforce(
    program: &Program,
    found: &Findings,
    certificates: &[Certificate],
    policy: &Policy,
    diagnostics: &mut Diagnostics,
) {
    for call in found.listed.reached() {
        if policy.forbidden.contains(&call.effect) {
            let message = format!("`{}` has the effect `{}`, which the policy forbids", call.what, call.effect.name());
            let found = Diagnostic::new(Code::E006, call.at, message);
            diagnostics.push(found.help("leave it out, or ask whoever runs this for another policy"));
        }
        let allowed = |name: &String| policy.methods.as_ref().is_none_or(|all| all.iter().any(|glob| fits(glob, name)));
        let refused: BTreeSet<&str> = call.of_each.iter().filter(|name| !allowed(name)).map(|name| &**name).collect();
        if !refused.is_empty() {
            let shown = refused.iter().map(|name| if name.starts_with('.') { &call.what } else { *name });
            let found =
                Diagnostic::new(Code::E006, call.at, format!("the policy does not let {} be called", listed(shown)));
            diagnostics.push(found.help("leave it out, or ask whoever runs this to allow the method"));
        }
    }
    let untrusted = |at: Location, name: &str| {
        let found = Diagnostic::new(Code::E006, at, format!("the policy does not let programs use `{name}`"));
        found.help("let the confidence be earned: `verify`, `approve`, or another agent")
    };
    for (at, name) in found.trusted.iter().filter(|(_, name)| policy.without.contains(name)) {
        diagnostics.push(untrusted(*at, name));
    }
    for function in &program.functions {
        for inst in function.blocks.iter().flat_map(|block| &block.code) {
            let (Op::CallBuiltin { builtin, .. } | Op::Builtin(builtin)) = inst.op else { continue };
            let name = builtin::BuiltinId::entry(builtin).name;
            if policy.without.contains(&name) {
                diagnostics.push(untrusted(Location::new(function.file, inst.span), name));
            }
        }
    }
    let Some(entry) = program.declarations.modules.last() else { return };
    for certificate in certificates {
        let named = |id: &&crate::hir::FunctionId| {
            let name = program.declarations.functions[id.0 as usize].name;
            name.is_some_and(|name| program.declarations.names.text(name) == certificate.name)
        };
        let head = entry.patterns.iter().find(named).map(|id| program.declarations.functions[id.0 as usize].head);
        let at = Location::new(entry.file, head.unwrap_or(Span::at(0)));
        if let Some(&most) = policy.limits.get("calls") {
            let found = match certificate.calls.high {
                Some(high) if high <= most as f64 => None,
                Some(high) => {
                    let message = format!("this can take {high} calls, and the policy allows {most}");
                    Some(Diagnostic::new(Code::B002, at, message).help("bound the lists and loops that ask"))
                }
                None => {
                    let message = format!("nothing bounds the number of calls, and the policy allows {most}");
                    let found = Diagnostic::new(Code::B001, at, message);
                    Some(found.help("bound the lists that are asked about: `xs.take(10)`"))
                }
            };
            found.into_iter().for_each(|found| diagnostics.push(found));
        }
        // A run stops at its limit of steps by itself, and the most of them reckons with the longest text there can be: what
        // only might take more is no reason to refuse.
        let least = certificate.steps.low;
        if let Some(&most) = policy.limits.get("steps").filter(|most| least > **most as f64) {
            let message = format!("this takes {least} steps at least, and the policy allows {most}");
            diagnostics.push(Diagnostic::new(Code::B002, at, message).help("lower the bounds of the loops"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> String {
        Policy::read(&serde_json::from_str(text).unwrap()).unwrap_err().join("; ")
    }

    #[test]
    fn names_stand_for_names() {
        assert!(fits("bank", "bank") && fits("*", "anyone") && fits("team-*", "team-a") && fits("a*c*e", "abcde"));
        assert!(!fits("bank", "banker") && !fits("team-*", "tea") && !fits("a*c*e", "abcd"));
    }

    #[test]
    fn says_what_is_wrong() {
        assert_eq!(problems(r#"{ "limit": {} }"#), "a policy has no `limit`; did you mean `limits`?");
        assert_eq!(problems(r#"{ "limits": { "step": 1 } }"#), "`[limits]` has no `step`; did you mean `steps`?");
        assert_eq!(
            problems(r#"{ "allow": { "endorsed": false } }"#),
            "`[allow]` has no `endorsed`; did you mean `endorse`?"
        );
        let lower = r#"{ "effects": { "act": { "confidence": 0.2 } } }"#;
        assert_eq!(problems(lower), "`effects.act.confidence` is at least 0.7; a policy only asks for more");
    }

    #[test]
    fn only_ever_lowers() {
        let policy = Policy::read(&serde_json::json!({ "limits": { "list": 10, "time": "2h" } })).unwrap();
        let limits = policy.limit(Limits::RUN);
        assert_eq!((limits.list, limits.time), (10, Limits::RUN.time));
    }
}
