//! Who can be asked, as data: what an agents file, a declaration in a program or an operator says of each agent.

use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use std::sync::Arc;

use super::time::{day, duration};
use crate::diagnostic::nearest;
use crate::types::Effect;
use crate::value::Evidence;

/// All agents that can be bound, in the order of their file.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Directory {
    agents: Vec<Agent>,
}

/// How an agent is reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Transport {
    /// Answers that stand in the file.
    #[default]
    Mock,
    /// A model behind the interface of OpenAI.
    OpenAi,
    /// A model behind the interface of Anthropic.
    Anthropic,
    /// A service that takes and gives JSON.
    Http,
    /// A server of the Model Context Protocol.
    Mcp,
    /// Another agent, agent to agent.
    A2a,
    /// A command of the operating system.
    Command,
    /// A person.
    Human,
}

impl Transport {
    const NAMES: [(&'static str, Transport); 8] = [
        ("mock", Transport::Mock),
        ("openai", Transport::OpenAi),
        ("anthropic", Transport::Anthropic),
        ("http", Transport::Http),
        ("mcp", Transport::Mcp),
        ("a2a", Transport::A2a),
        ("command", Transport::Command),
        ("human", Transport::Human),
    ];

    /// Its name in agents files.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, transport)| *transport == self).map_or("", |(name, _)| name)
    }

    /// How grave a method of such an agent is when nobody says so.
    pub fn effect(self) -> Effect {
        match self {
            Transport::Http | Transport::Mcp | Transport::Command => Effect::Act,
            _ => Effect::Ask,
        }
    }
}

/// What is promised of an agent's answers.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Contract {
    /// The least and the greatest confidence of its answers.
    pub confidence: (f64, f64),
    /// How many answers it was measured on.
    pub samples: Option<u64>,
    /// The day of the measurement, as days since 1970.
    pub measured: Option<i64>,
    /// For how many milliseconds it holds.
    pub valid: Option<f64>,
}

/// One agent.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Agent {
    /// Its name.
    pub name: Arc<str>,
    /// How it is reached; none where only a program speaks of it.
    pub transport: Option<Transport>,
    /// What it can do.
    pub capabilities: Vec<Arc<str>>,
    /// The group it belongs to; a list parameter of that name takes its members.
    pub group: Option<Arc<str>>,
    /// The model behind it.
    pub model: Option<Arc<str>>,
    /// Its part in a program, such as `verifier`.
    pub role: Option<Arc<str>>,
    /// How the confidence of its answers is found, as written.
    pub confidence: Option<Json>,
    /// What it costs, as written.
    pub price: Option<Json>,
    /// The most milliseconds an answer may take.
    pub timeout: Option<f64>,
    /// How grave its methods are.
    pub effects: BTreeMap<Arc<str>, Effect>,
    /// Whether asking twice does no more than asking once.
    pub idempotent: bool,
    /// What is promised of its answers.
    pub contract: Option<Contract>,
    /// Its methods, where they are listed.
    pub methods: Option<Vec<Arc<str>>>,
    /// Everything else that was said, such as the replies of a mock or where a transport leads.
    pub settings: Map<String, Json>,
}

impl Agent {
    /// Whether it has all of these capabilities.
    pub fn can<'a>(&self, capabilities: impl IntoIterator<Item = &'a Arc<str>>) -> bool {
        capabilities.into_iter().all(|wanted| self.capabilities.contains(wanted))
    }

    /// How grave a method is, as far as anyone says: what is listed, or else how the agent is reached, where that counts.
    pub fn class(&self, method: &str, reached: bool) -> Option<Effect> {
        let by_way = || self.transport.filter(|_| reached).map(Transport::effect);
        self.effects.get(method).or_else(|| self.effects.get("*")).copied().or_else(by_way)
    }

    /// Takes in what is said of it elsewhere.
    fn learn(&mut self, other: Agent) {
        let new = other.capabilities.into_iter().filter(|one| !self.capabilities.contains(one)).collect::<Vec<_>>();
        self.capabilities.extend(new);
        self.group = self.group.take().or(other.group);
        self.model = self.model.take().or(other.model);
        self.role = self.role.take().or(other.role);
        self.confidence = self.confidence.take().or(other.confidence);
        self.price = self.price.take().or(other.price);
        self.timeout = self.timeout.or(other.timeout);
        for (method, effect) in other.effects {
            let class = self.effects.entry(method).or_insert(effect);
            *class = effect.max(*class);
        }
        self.idempotent |= other.idempotent;
        self.contract = self.contract.take().or(other.contract);
        self.methods = self.methods.take().or(other.methods);
        for (key, value) in other.settings {
            // Whoever can be reached answers for himself.
            if key != "replies" || self.transport.is_none() {
                self.settings.entry(key).or_insert(value);
            }
        }
    }

    /// Whether the world in memory can ask it: its answers are written out, or it is not reached at all.
    pub fn is_at_hand(&self) -> bool {
        self.transport.is_none_or(|transport| transport == Transport::Mock) || self.settings.contains_key("replies")
    }

    /// The tokens that one request takes at most.
    pub fn most_tokens(&self) -> Option<f64> {
        let said = |name: &&str| self.settings.get(*name);
        ["tokens", "maxTokens", "max_tokens"].iter().find_map(said).and_then(Json::as_f64)
    }

    /// The price of one request at most, in the currency of the prices.
    pub fn most_money(&self) -> Option<f64> {
        let parts = match self.price.as_ref()? {
            Json::Object(parts) => parts,
            price => return price.as_f64(),
        };
        let part = |name: &&str| parts.get(*name).and_then(Json::as_f64);
        let request = ["request", "call"].iter().find_map(part);
        let million = ["input", "output", "tokens"].iter().filter_map(part).reduce(f64::max);
        match (request, million) {
            (request, Some(million)) => Some(request.unwrap_or(0.0) + self.most_tokens()? * million / MICRO),
            (request, None) => request,
        }
    }

    /// Whether it offers a method, as far as anyone says.
    pub fn offers(&self, method: &str) -> bool {
        self.methods.as_ref().is_none_or(|methods| methods.iter().any(|name| **name == *method))
    }

    /// What is said where it does not.
    pub fn lacks(&self, method: &str) -> Option<String> {
        let told = || format!("agent `{}` has no method `{method}`; ask it one that it has", self.name);
        (!self.offers(method)).then(told)
    }
}

/// Millionths in one.
const MICRO: f64 = 1_000_000.0;

/// Money in whole millionths, so that sums are exact: a part of one counts as one, unless it is only how the number is held.
pub fn micros(money: f64) -> f64 {
    let exact = money * MICRO;
    let near = exact.round();
    if (exact - near).abs() <= near * 1e-12 { near } else { exact.ceil() }
}

impl Directory {
    /// Nobody.
    pub fn new() -> Self {
        Self::default()
    }

    /// What an agents file says, already read as JSON; or what is wrong with it, one sentence each.
    pub fn read(json: &Json) -> Result<Self, Vec<String>> {
        let Json::Object(entries) = json else {
            return Err(vec!["an agents file maps names to agents".into()]);
        };
        let mut problems = Vec::new();
        let agents = entries.iter().map(|(name, entry)| agent(name, entry, &mut problems)).collect();
        if problems.is_empty() { Ok(Self { agents }) } else { Err(problems) }
    }

    /// What can be read and cannot be meant, one sentence each.
    pub fn slips(&self) -> Vec<String> {
        let replies = self.agents.iter().filter_map(|agent| Some((agent, agent.settings.get("replies")?.as_object()?)));
        let of_method =
            |agent: &Agent, (method, replies): (&String, &Json)| slips_of_replies(&agent.name, method, replies);
        replies.flat_map(|(agent, methods)| methods.iter().flat_map(|all| of_method(agent, all))).collect()
    }

    /// All agents in order.
    pub fn agents(&self) -> &[Agent] {
        &self.agents
    }

    /// The agent of this name with its place in the order.
    pub fn find(&self, name: &str) -> Option<(usize, &Agent)> {
        self.agents.iter().enumerate().find(|(_, agent)| *agent.name == *name)
    }

    /// Adds an agent, or what is new about one: what is there already wins, except that of two classes of a method the graver
    /// one counts.
    pub fn add(&mut self, agent: Agent) {
        match self.agents.iter_mut().find(|known| known.name == agent.name) {
            Some(known) => known.learn(agent),
            None => self.agents.push(agent),
        }
    }
}

fn agent(name: &str, entry: &Json, problems: &mut Vec<String>) -> Agent {
    let mut agent = Agent { name: name.into(), ..Agent::default() };
    let Json::Object(entry) = entry else {
        problems.push(format!("agent `{name}` is no object; write `{name}: {{ transport: … }}`"));
        return agent;
    };
    if !entry.contains_key("transport")
        && !entry.is_empty()
        && entry.values().all(|part| part.get("transport").is_some())
    {
        problems.push(format!("an agents file maps names to agents; take the `{name}:` around them away"));
        return agent;
    }
    for (key, value) in entry {
        let mut fault = |key: &str, wanted: &str| problems.push(format!("`{key}` of agent `{name}` is not {wanted}"));
        match key.as_str() {
            "transport" => match value.as_str().and_then(|n| Transport::NAMES.iter().find(|(known, _)| *known == n)) {
                Some((_, transport)) => agent.transport = Some(*transport),
                None => fault(key, "one of `mock openai anthropic http mcp a2a command human`"),
            },
            "capabilities" => match texts(value) {
                Some(texts) => agent.capabilities = texts,
                None => fault(key, "a list of names"),
            },
            "methods" => match texts(value) {
                Some(texts) => agent.methods = Some(texts),
                None => fault(key, "a list of names"),
            },
            "group" | "model" | "role" => match value.as_str() {
                Some(text) => {
                    let field = match key.as_str() {
                        "group" => &mut agent.group,
                        "model" => &mut agent.model,
                        _ => &mut agent.role,
                    };
                    *field = Some(text.into());
                    if let Some(meant) = nearest(text, [VERIFIER]).filter(|meant| key == "role" && *meant != text) {
                        problems.push(format!("agent `{name}` has the role `{text}`; did you mean `{meant}`?"));
                    }
                }
                None => fault(key, "a name"),
            },
            "confidence" => match is_strategy(value) {
                true => agent.confidence = Some(value.clone()),
                false => {
                    let known = STRATEGIES.join("`, `");
                    fault(key, &format!("how the confidence of its answers is found: `{known}`"));
                }
            },
            "price" => match faults_of_price(name, value) {
                faults if faults.is_empty() => agent.price = Some(value.clone()),
                faults => problems.extend(faults),
            },
            "timeout" => match duration(value) {
                Some(time) => agent.timeout = Some(time),
                None => fault(key, "a duration such as `30s`"),
            },
            "idempotent" => match value.as_bool() {
                Some(bool) => agent.idempotent = bool,
                None => fault(key, "`true` or `false`"),
            },
            "effects" => match effects(value) {
                Some(effects) => agent.effects = effects,
                None => fault(key, "an object of methods and `read`, `ask`, `notify`, `act` or `irreversible`"),
            },
            "contract" => agent.contract = contract(name, value, problems),
            "retries" => {
                let how = format!("ask with `{name}.with({{ retries: {value} }})`");
                problems.push(format!("agent `{name}` has no setting `retries`; {how}"));
            }
            "replies" => {
                faults_of_replies(name, value, problems);
                agent.settings.insert(key.clone(), value.clone());
            }
            _ => match nearest(key, SETTINGS).or_else(|| begun(key)) {
                Some(meant) => problems.push(unknown(key, &format!("agent `{name}`"), meant)),
                None => {
                    agent.settings.insert(key.clone(), value.clone());
                }
            },
        }
    }
    if agent.methods.is_none() && agent.transport == Some(Transport::Mock) {
        agent.methods = agent.settings.get("replies").and_then(Json::as_object).and_then(|replies| {
            let open = replies.is_empty() || replies.contains_key("*");
            (!open).then(|| replies.keys().map(|method| method.as_str().into()).collect())
        });
    }
    agent
}

/// What can be said of an agent.
const SETTINGS: [&str; 13] = [
    "transport",
    "capabilities",
    "methods",
    "group",
    "model",
    "role",
    "confidence",
    "price",
    "timeout",
    "idempotent",
    "effects",
    "contract",
    "replies",
];

/// What may be said of an agent wherever it is declared, beside what everybody reads.
pub const FURTHER: [&str; 6] = ["replies", "temperature", "schema", "tokens", "maxTokens", "max_tokens"];

/// The role that has a meaning.
const VERIFIER: &str = "verifier";

/// The setting that a key is the beginning of.
fn begun(key: &str) -> Option<&'static str> {
    SETTINGS.into_iter().find(|setting| key.len() > 2 && setting.starts_with(key))
}

/// How the confidence of answers can be found.
const STRATEGIES: [&str; 3] = ["consistency", "self_assess", "logprobs"];

/// Whether this says how the confidence of answers is found: by the name of it, alone, under `strategy`, or with what belongs
/// to it.
fn is_strategy(value: &Json) -> bool {
    match value {
        Json::String(name) => STRATEGIES.contains(&name.as_str()),
        Json::Object(all) => match all.get("strategy").or_else(|| all.get("kind")) {
            Some(named) => is_strategy(named),
            None => all.keys().any(|key| STRATEGIES.contains(&key.as_str())),
        },
        _ => false,
    }
}

/// What can be said of one reply of a mock.
const REPLY: [&str; 8] = ["value", "confidence", "evidence", "parts", "after", "cost", "tokens", "error"];

fn unknown(key: &str, owner: &str, meant: &str) -> String {
    format!("{owner} has no setting `{key}`; did you mean `{meant}`?")
}

fn faults_of_replies(name: &str, replies: &Json, problems: &mut Vec<String>) {
    let Json::Object(methods) = replies else {
        problems.push(format!("`replies` of agent `{name}` is no object; write `{{ method: [{{ value: … }}] }}`"));
        return;
    };
    for (method, replies) in methods {
        let of = format!("a reply of `{name}.{method}`");
        for reply in replies.as_array().map_or(std::slice::from_ref(replies), Vec::as_slice) {
            match reply {
                Json::Object(reply) => {
                    problems.extend(reply.iter().filter_map(|(key, value)| fault_of_reply(&of, key, value)));
                }
                _ => problems.push(format!("{of} is no object; write `{{ value: {reply} }}`")),
            }
        }
    }
}

fn fault_of_reply(of: &str, key: &str, value: &Json) -> Option<String> {
    if !REPLY.contains(&key) {
        return Some(match nearest(key, REPLY) {
            Some(meant) => unknown(key, of, meant),
            None => format!("{of} has no setting `{key}`; it may have `{}`", REPLY.join(" ")),
        });
    }
    let (fine, wanted) = match key {
        "after" => (duration(value).is_some_and(|after| after >= 0.0), "a duration such as `200ms`"),
        "cost" => (value.as_f64().is_some_and(|cost| cost >= 0.0), "a number from 0"),
        "tokens" => (value.as_u64().is_some(), "a whole number from 0"),
        _ => (true, ""),
    };
    (!fine && !value.is_null()).then(|| format!("`{key}` of {of} is `{value}`, not {wanted}"))
}

/// What nobody means who writes down the replies of a method. What is no confidence is unknown, as in any answer.
fn slips_of_replies(name: &str, method: &str, replies: &Json) -> Vec<String> {
    let of = format!("a reply of `{name}.{method}`");
    let all = replies.as_array().map_or(std::slice::from_ref(replies), Vec::as_slice);
    if all.is_empty() {
        return vec![format!("`{name}.{method}` has no reply; write one such as `{{ value: 1, confidence: 0.8 }}`")];
    }
    let mut slips = Vec::new();
    for reply in all {
        let said = |key: &str| reply.get(key).filter(|said| !said.is_null());
        if let Some(evidence) = said("evidence").filter(|evidence| !is_evidence(evidence)) {
            let known = Evidence::ALL.map(Evidence::name).join(" ");
            slips.push(format!("`evidence` of {of} is `{evidence}`, not one of `{known}`"));
        }
        if let Some(error) = said("error").filter(|error| !error.is_string()) {
            slips.push(format!("`error` of {of} is `{error}`, not a text"));
        }
        let value = reply.get("value").unwrap_or(&Json::Null);
        match said("parts") {
            Some(Json::Object(parts)) => {
                slips.extend(parts.iter().filter_map(|(pointer, part)| slip_of_part(&of, value, pointer, part)));
            }
            Some(parts) => slips.push(format!("`parts` of {of} is `{parts}`, not an object of JSON pointers")),
            None => {}
        }
    }
    slips
}

fn slip_of_part(of: &str, value: &Json, pointer: &str, part: &Json) -> Option<String> {
    if value.pointer(pointer).is_none() {
        let wanted = "write a JSON pointer such as `/items/0`";
        return Some(format!("`{pointer}` in `parts` of {of} is no part of its value; {wanted}"));
    }
    let fine = part.is_object() && part.get("evidence").is_none_or(is_evidence);
    (!fine).then(|| format!("`{pointer}` in `parts` of {of} is `{part}`, not one such as `{{ confidence: 0.8 }}`"))
}

fn is_evidence(value: &Json) -> bool {
    value.as_str().is_some_and(|name| Evidence::find(name).is_some())
}

/// What a price may be for.
const PRICE: [&str; 5] = ["request", "call", "input", "output", "tokens"];

/// What is wrong with a price.
fn faults_of_price(name: &str, value: &Json) -> Vec<String> {
    let of = format!("`price` of agent `{name}`");
    let fine = |price: &Json| price.as_f64().is_some_and(|price| price >= 0.0);
    match value {
        Json::Object(parts) => {
            let fault = |(key, price): (&String, &Json)| match nearest(key, PRICE) {
                _ if PRICE.contains(&key.as_str()) => {
                    (!fine(price)).then(|| format!("`{key}` of {of} is `{price}`, not a number from 0"))
                }
                Some(meant) => Some(unknown(key, &of, meant)),
                None => Some(format!("{of} has no setting `{key}`; it may have `{}`", PRICE.join(" "))),
            };
            parts.iter().filter_map(fault).collect()
        }
        price if fine(price) => Vec::new(),
        price => {
            vec![format!("{of} is `{price}`, not a number of what a request costs, or `{{ input: …, output: … }}`")]
        }
    }
}

fn texts(value: &Json) -> Option<Vec<Arc<str>>> {
    value.as_array()?.iter().map(|text| text.as_str().map(Arc::from)).collect()
}

fn effects(value: &Json) -> Option<BTreeMap<Arc<str>, Effect>> {
    let entry = |(method, class): (&String, &Json)| Some((method.as_str().into(), Effect::find(class.as_str()?)?));
    value.as_object()?.iter().map(entry).collect()
}

/// What can be said in a contract.
const CONTRACT: [&str; 4] = ["confidence", "samples", "measured", "valid"];

/// What a contract says; what is wrong with it where it cannot be read as it was meant.
fn contract(name: &str, value: &Json, problems: &mut Vec<String>) -> Option<Contract> {
    let of = format!("the contract of agent `{name}`");
    let Json::Object(parts) = value else {
        problems.push(format!("{of} is no object; write `{{ confidence: [0.6, 0.9], samples: 240 }}`"));
        return None;
    };
    for key in parts.keys().filter(|key| !CONTRACT.contains(&key.as_str())) {
        problems.push(match nearest(key, CONTRACT) {
            Some(meant) => unknown(key, &of, meant),
            None => format!("{of} has no setting `{key}`; it may have `{}`", CONTRACT.join(" ")),
        });
    }
    let ends = match parts.get("confidence") {
        Some(Json::Array(ends)) if ends.len() == 2 => ends[0].as_f64().zip(ends[1].as_f64()),
        least => least.and_then(Json::as_f64).map(|least| (least, 1.0)),
    };
    let confidence = ends.filter(|(low, high)| 0.0 <= *low && low <= high && *high <= 1.0);
    let mut fault = |key: &str, wanted: &str| {
        problems.push(match parts.get(key) {
            Some(value) => format!("`{key}` of {of} is `{value}`, not {wanted}"),
            None => format!("{of} has no `{key}`; write {wanted}"),
        });
    };
    if confidence.is_none() {
        fault("confidence", "`[least, greatest]` from 0 to 1");
    }
    let samples = parts.get("samples").and_then(Json::as_u64);
    if samples.is_none() && parts.contains_key("samples") {
        fault("samples", "a whole number from 0");
    }
    let measured = parts.get("measured").and_then(Json::as_str).and_then(day);
    if measured.is_none() && parts.contains_key("measured") {
        fault("measured", "a day such as `2026-05-01`");
    }
    let valid = parts.get("valid").and_then(duration);
    if valid.is_none() && parts.contains_key("valid") {
        fault("valid", "a duration such as `180d`");
    }
    Some(Contract { confidence: confidence?, samples, measured, valid })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_file_becomes_a_directory() {
        let file = json!({
            "a": { "transport": "mock", "capabilities": ["x", "y"], "replies": { "ask": [{ "value": 1 }] } },
            "b": { "transport": "http", "url": "http://localhost", "timeout": "30s", "effects": { "deploy": "irreversible" },
                   "contract": { "confidence": [0.6, 0.9], "samples": 240, "measured": "2026-05-01", "valid": "180d" } },
        });
        let directory = Directory::read(&file).unwrap();
        let (place, a) = directory.find("a").unwrap();
        assert_eq!(place, 0);
        assert!(a.can([&"x".into()]) && !a.can([&"z".into()]));
        assert!(a.offers("ask") && !a.offers("tell"));
        let (_, b) = directory.find("b").unwrap();
        assert_eq!(b.timeout, Some(30_000.0));
        assert_eq!(b.effects["deploy"], Effect::Irreversible);
        assert_eq!(b.contract.as_ref().unwrap().confidence, (0.6, 0.9));
        assert!(b.offers("anything"));
    }

    #[test]
    fn what_a_program_says_of_an_agent_counts_beside_the_file() {
        let read = |json| Directory::read(&json).unwrap();
        let mut all = read(json!({ "b": { "transport": "mock", "effects": { "tell": "notify", "*": "act" } } }));
        let own = read(json!({ "b": { "effects": { "tell": "ask", "pay": "irreversible" }, "price": 0.5 } }));
        own.agents().iter().for_each(|agent| all.add(agent.clone()));
        let (_, b) = all.find("b").unwrap();
        let classes = ["tell", "pay", "other"].map(|method| b.class(method, true));
        assert_eq!(classes, [Some(Effect::Notify), Some(Effect::Irreversible), Some(Effect::Act)]);
        assert_eq!((b.transport, &b.price), (Some(Transport::Mock), &Some(json!(0.5))));
    }

    #[test]
    fn a_slip_is_no_setting() {
        let problems = |json| Directory::read(&json).unwrap_err().join("\n");
        assert_eq!(
            problems(json!({ "a": { "transport": "mock", "capabilites": [] } })),
            "agent `a` has no setting `capabilites`; did you mean `capabilities`?"
        );
        assert!(problems(json!({ "a": { "repl": {} } })).contains("did you mean `replies`?"));
        let replies = json!({ "a": { "replies": { "ask": ["yes"], "tell": { "valeu": 1 } } } });
        assert_eq!(
            problems(replies),
            "a reply of `a.ask` is no object; write `{ value: \"yes\" }`\n\
             a reply of `a.tell` has no setting `valeu`; did you mean `value`?"
        );
        let told = problems(json!({ "a": { "role": "verifer", "replies": { "ask": [
            { "value": 1, "after": "soon" }, { "value": 1, "after": "10ms", "cost": -5, "tokens": 1.5 } ] } } }));
        assert_eq!(told.lines().count(), 4, "{told}");
        assert!(
            told.contains("did you mean `verifier`?") && told.contains("`cost` of a reply of `a.ask` is `-5`"),
            "{told}"
        );
        let fine = json!({ "a": { "role": "editor", "replies": { "ask": { "value": 1, "after": 5, "cost": 0.1, "tokens": 7 } } } });
        assert!(Directory::read(&fine).is_ok());
        let wrapped = problems(json!({ "agents": { "a": { "transport": "mock" } } }));
        assert!(wrapped.contains("take the `agents:` around them away"), "{wrapped}");
    }

    #[test]
    fn what_a_reply_cannot_be_is_told() {
        let slips = |reply: Json| {
            let agent = json!({ "transport": "mock", "replies": { "ask": reply } });
            Directory::read(&json!({ "a": agent })).unwrap().slips().join("\n")
        };
        for (reply, wanted) in [
            (json!([]), "`a.ask` has no reply"),
            (json!({ "value": 1, "evidence": "foo" }), "not one of `unknown stated reported agreed"),
            (json!({ "error": 5 }), "`error` of a reply of `a.ask` is `5`, not a text"),
            (json!({ "value": { "a": 1 }, "parts": { "/b": { "confidence": 1 } } }), "`/b` in `parts`"),
            (json!({ "value": { "a": 1 }, "parts": { "/a": 0.5 } }), "not one such as `{ confidence: 0.8 }`"),
            (json!({ "value": { "a": 1 }, "parts": { "/a": { "evidence": "foo" } } }), "not one such as"),
            (json!({ "value": 1, "parts": [] }), "not an object of JSON pointers"),
        ] {
            let told = slips(reply);
            assert!(told.contains(wanted), "{wanted}: {told}");
        }
        // What is no confidence is unknown, as in an answer from elsewhere.
        for confidence in [json!("85%"), json!(1.5), json!(null)] {
            let parts = json!({ "/a": { "confidence": confidence, "evidence": "agreed" }, "": { "confidence": 1 } });
            let fine = json!({ "value": { "a": 1 }, "confidence": confidence, "evidence": "checked", "parts": parts });
            assert_eq!(slips(fine), "");
        }
        for fine in [json!("consistency"), json!({ "strategy": "logprobs" }), json!({ "consistency": 5 })] {
            assert!(Directory::read(&json!({ "a": { "confidence": fine } })).is_ok(), "{fine}");
        }
        for bad in [json!("foo"), json!({ "strategy": "foo" }), json!({ "samples": 5 }), json!(0.9)] {
            assert!(Directory::read(&json!({ "a": { "confidence": bad } })).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_a_contract_or_a_price_says_is_read_or_refused() {
        let problems = |agent: Json| Directory::read(&json!({ "a": agent })).err().unwrap_or_default();
        let contract =
            |key: &str, value: Json| problems(json!({ "contract": { "confidence": [0.5, 0.9], key: value } }));
        for fine in [("samples", json!(240)), ("measured", json!("2026-05-01")), ("valid", json!("180d"))] {
            assert!(contract(fine.0, fine.1).is_empty(), "{}", fine.0);
        }
        for bad in [json!(-4), json!(2.5), json!("3"), json!("many")] {
            assert!(contract("samples", bad.clone())[0].contains("not a whole number from 0"), "{bad}");
        }
        for bad in [json!("2020-1-1"), json!("01.02.2020"), json!("soon"), json!(2020)] {
            assert!(contract("measured", bad.clone())[0].contains("not a day such as"), "{bad}");
        }
        assert!(contract("mesured", json!("2026-05-01"))[0].contains("did you mean `measured`?"));
        assert!(problems(json!({ "contract": { "samples": 5 } }))[0].contains("has no `confidence`"));
        assert!(problems(json!({ "price": "cheap" }))[0].contains("`price` of agent `a` is `\"cheap\"`"));
        assert!(problems(json!({ "price": { "inptu": 1 } }))[0].contains("did you mean `input`?"));
        assert!(problems(json!({ "price": { "input": 1, "output": 2.5 } })).is_empty());
        assert!(problems(json!({ "confidence": 0.9 }))[0].contains("`confidence` of agent `a` is not how"));
    }

    #[test]
    fn faults_are_named() {
        let problems =
            Directory::read(&json!({ "a": { "transport": "pigeon", "timeout": "soon" }, "b": 1 })).unwrap_err();
        assert_eq!(problems.len(), 3);
        assert!(problems[0].contains("`transport` of agent `a`"));
    }
}
