//! Answers and inputs that are likely to matter.

use crate::diagnostic::Diagnostics;
use crate::engine::Examination;
use crate::hir::{FunctionId, Program};
use crate::source::{FileId, Names};
use crate::syntax::ast::{Node, NodeId, Tree};
use crate::syntax::parse;
use crate::types::{InterfaceId, Literal, Type};

/// A pattern with what it is given.
pub(super) struct Pattern {
    /// Its name.
    pub name: String,
    /// What its parameters and the agents bound by name may be.
    pub parts: Vec<Part>,
    /// The arguments, each made of parts.
    pub arguments: Vec<Argument>,
    /// Agents that are bound by name: the name, and the part that answers.
    pub bound: Vec<(String, usize)>,
}

impl Pattern {
    /// The parts that are likely to matter together: what the members of a list answer, and what all agents do.
    pub fn groups(&self) -> Vec<Vec<usize>> {
        let parts =
            |methods: &Vec<(Option<String>, usize)>| methods.iter().map(|(_, part)| *part).collect::<Vec<usize>>();
        let mut groups: Vec<Vec<usize>> = Vec::new();
        let mut all = Vec::new();
        for argument in &self.arguments {
            match argument {
                Argument::Data(_) => {}
                Argument::Agent(_, methods) => all.extend(parts(methods)),
                Argument::Agents(_, members) => {
                    let members: Vec<usize> = members.iter().flat_map(parts).collect();
                    all.extend(&members);
                    groups.push(members);
                }
            }
        }
        groups.push(all);
        groups.retain(|group| group.len() > 1);
        groups
    }
}

/// Something that is chosen: an input, or what an agent answers to one method.
pub(super) struct Part {
    /// The candidates as program text, the plainest first.
    pub answers: Vec<Answer>,
}

impl Part {
    /// The candidates that are different values, and are sure.
    pub fn distinct(&self) -> Vec<usize> {
        let sure = |answer: &Answer| matches!(answer, Answer::Value(text) if !text.contains(" ~> "));
        (0..self.answers.len()).filter(|&index| sure(&self.answers[index])).collect()
    }
}

/// One candidate, as program text.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Answer {
    /// This value.
    Value(String),
    /// These values, one after the other.
    Turns(Vec<String>),
    /// The agent fails.
    Fails,
}

impl Answer {
    /// The value, where it is one.
    pub fn text(&self) -> String {
        match self {
            Self::Value(text) => text.clone(),
            Self::Turns(answers) => answers.last().cloned().unwrap_or_default(),
            Self::Fails => "null".to_owned(),
        }
    }
}

/// An argument of a pattern.
pub(super) enum Argument {
    /// An input.
    Data(usize),
    /// An agent: its name, and its methods with their parts; without a name of the method, any.
    Agent(String, Vec<(Option<String>, usize)>),
    /// Agents of a list: their name, and each member's methods.
    Agents(String, Vec<Vec<(Option<String>, usize)>>),
}

/// Candidates of one part.
const MOST: usize = 48;

/// The values that a program compares with.
struct Clues {
    texts: Vec<String>,
    numbers: Vec<f64>,
    thresholds: Vec<f64>,
}

impl Clues {
    fn of(text: &str, tree: &Tree) -> Self {
        let mut clues = Self { texts: Vec::new(), numbers: Vec::new(), thresholds: vec![0.7, 0.5] };
        for index in 0..tree.nodes.len() {
            match *tree.node(NodeId::at(index)) {
                Node::Number(number) => {
                    if number > 0.0 && number < 1.0 && !clues.thresholds.contains(&number) {
                        clues.thresholds.push(number);
                    }
                    clues.numbers.push(number);
                }
                Node::Operation(row) => clues.texts.extend(texts(text, tree, tree.list(row))),
                Node::MatchArm { pattern, .. } => clues.texts.extend(texts(text, tree, &[pattern])),
                Node::Case { test: Some(test), .. } => clues.texts.extend(texts(text, tree, &[test])),
                Node::Chain { links, .. } => {
                    // `answer.includes("…")`
                    for &link in tree.list(links) {
                        if let Node::Call { arguments, .. } = *tree.node(link) {
                            clues.texts.extend(texts(text, tree, tree.list(arguments)));
                        }
                    }
                }
                _ => {}
            }
        }
        clues.thresholds.sort_by(|a, b| b.total_cmp(a));
        clues.thresholds.truncate(8);
        let mut seen = Vec::new();
        clues.texts.retain(|text| text.len() < 80 && !seen.contains(text) && (seen.push(text.clone()), true).1);
        clues.texts.truncate(16);
        clues.numbers.sort_by(f64::total_cmp);
        clues.numbers.dedup();
        clues.numbers.truncate(16);
        clues
    }

    /// Confidences as they are written behind a value, the surest first.
    fn confidences(&self) -> Vec<String> {
        let mut out = vec![String::new()];
        for threshold in &self.thresholds {
            out.push(format!(" ~> {threshold}"));
            let below = ((threshold - 0.05) * 1e9).round() / 1e9;
            if below > 0.0 {
                out.push(format!(" ~> {below}"));
            }
        }
        out.push(" ~> 0".to_owned());
        out.push(" ~> null".to_owned());
        let mut seen = Vec::new();
        out.retain(|text| !seen.contains(text) && (seen.push(text.clone()), true).1);
        out
    }
}

/// The texts among nodes and below them, as they are written.
fn texts(text: &str, tree: &Tree, nodes: &[NodeId]) -> Vec<String> {
    let mut out = Vec::new();
    for &node in nodes {
        match *tree.node(node) {
            Node::Text => out.push(tree.span(node).of(text).to_owned()),
            Node::Operation(row) => out.extend(texts(text, tree, tree.list(row))),
            Node::Paren(inner) => out.extend(texts(text, tree, &[inner])),
            _ => {}
        }
    }
    out
}

/// The patterns of a program with their candidates.
pub(super) fn patterns(examination: &Examination) -> Vec<Pattern> {
    let text = examination.sources.file(examination.file).text();
    let tree = parse(FileId(0), text, &mut Names::new(), &mut Diagnostics::new());
    let clues = Clues::of(text, &tree);
    let program = &*examination.program;
    let Some(module) = program.modules.last() else { return Vec::new() };
    let bound = bound(text, &tree);
    module.patterns.iter().map(|&id| pattern(program, id, &clues, &bound)).collect()
}

/// The names of agents that the program reaches by name, and what they may answer.
fn bound(text: &str, tree: &Tree) -> Vec<(String, Type)> {
    let mut names: Vec<(String, Type)> = Vec::new();
    let mut add = |name: &str, kind: Type| {
        if !name.is_empty() && !names.iter().any(|(known, _)| known == name) {
            names.push((name.to_owned(), kind));
        }
    };
    let source = |id: NodeId| tree.span(id).of(text);
    for index in 0..tree.nodes.len() {
        match *tree.node(NodeId::at(index)) {
            Node::Chain { base, links } => {
                if source(base) == "agents"
                    && let Some(&first) = tree.list(links).first()
                {
                    add(source(first).trim_start_matches(['.', '?', '[', '"']).trim_end_matches([']', '"']), Type::Any);
                }
                if source(base) == "llm" {
                    add("default", Type::Any);
                }
            }
            Node::Entry { key, value } if matches!(source(key), "to" | "human" | "agent" | "command") => {
                let written = source(value);
                if let Some(inner) = written.strip_prefix('"') {
                    // Whoever judges says yes or no.
                    add(inner.trim_end_matches('"').split(' ').next().unwrap_or(""), Type::Boolean);
                }
            }
            _ => {}
        }
    }
    names
}

fn pattern(program: &Program, id: FunctionId, clues: &Clues, bound: &[(String, Type)]) -> Pattern {
    let function = &program.functions[id.0 as usize];
    let name = function.name.map_or("", |name| program.names.text(name)).to_owned();
    let mut out = Pattern { name, parts: Vec::new(), arguments: Vec::new(), bound: Vec::new() };
    for parameter in &function.parameters {
        let name = parameter.name.map_or("agent", |name| program.names.text(name)).to_owned();
        let argument = match &parameter.annotation {
            Some(Type::Agent(interface)) => Argument::Agent(name, methods(program, *interface, clues, &mut out.parts)),
            Some(Type::Agents { interface, low, high }) => {
                let count = (*low).max((*high).min(3)).min(8);
                let members = (0..count).map(|_| methods(program, *interface, clues, &mut out.parts)).collect();
                Argument::Agents(name, members)
            }
            other => {
                let kind = other.clone().unwrap_or(Type::Any);
                let mut answers = values(program, &kind, clues, 0);
                answers.truncate(MOST);
                out.parts.push(Part { answers: answers.into_iter().map(Answer::Value).collect() });
                Argument::Data(out.parts.len() - 1)
            }
        };
        out.arguments.push(argument);
    }
    for (name, kind) in bound {
        out.parts.push(answers(program, kind, clues, true));
        out.bound.push((name.clone(), out.parts.len() - 1));
    }
    out
}

/// A part for each method of an interface.
fn methods(
    program: &Program,
    interface: Option<InterfaceId>,
    clues: &Clues,
    parts: &mut Vec<Part>,
) -> Vec<(Option<String>, usize)> {
    let methods = interface.map(|id| &program.interfaces[id.0 as usize].methods);
    let alone = methods.is_none_or(|methods| methods.len() < 2);
    let mut add = |kind: &Type| {
        parts.push(answers(program, kind, clues, alone));
        parts.len() - 1
    };
    match methods {
        Some(methods) if !methods.is_empty() => {
            methods.iter().map(|method| (Some(method.name.to_string()), add(&method.signature.result))).collect()
        }
        _ => vec![(None, add(&Type::Any))],
    }
}

/// What an agent may answer: values with confidences, with one method also one after the other, or nothing at all.
fn answers(program: &Program, kind: &Type, clues: &Clues, alone: bool) -> Part {
    let values = values(program, kind, clues, 0);
    let confidences = clues.confidences();
    let stated = |value: &str, confidence: &str| format!("{value}{confidence}");
    let mut answers: Vec<Answer> = Vec::new();
    let value = Answer::Value;
    let first = values.first().cloned().unwrap_or_else(|| "null".to_owned());
    answers.extend(confidences.iter().map(|confidence| value(stated(&first, confidence))));
    answers.extend(values.iter().skip(1).cloned().map(value));
    for confidence in confidences.iter().skip(1).step_by(2).take(4) {
        answers.extend(values.iter().skip(1).take(4).map(|text| value(stated(text, confidence))));
    }
    let unsure = confidences.iter().rev().nth(1).cloned().unwrap_or_default();
    if alone {
        answers.push(Answer::Turns(vec![stated(&first, &unsure), first.clone()]));
        answers.extend(values.get(1).map(|second| Answer::Turns(vec![second.clone(), first.clone()])));
    }
    answers.push(Answer::Fails);
    let mut seen = Vec::new();
    answers.retain(|answer| !seen.contains(answer) && (seen.push(answer.clone()), true).1);
    answers.truncate(MOST);
    Part { answers }
}

/// Values of a type as program text, the plainest first.
fn values(program: &Program, kind: &Type, clues: &Clues, depth: usize) -> Vec<String> {
    let numbers = || {
        let mut out: Vec<f64> = vec![1.0];
        for number in &clues.numbers {
            out.extend([*number, number + 1.0, number - 1.0]);
        }
        out.push(0.0);
        let mut seen: Vec<f64> = Vec::new();
        out.retain(|number| !seen.contains(number) && (seen.push(*number), true).1);
        out.into_iter().map(written).collect::<Vec<String>>()
    };
    let texts = || {
        let mut out = vec!["\"an answer\"".to_owned()];
        out.extend(clues.texts.iter().cloned());
        out.extend(["\"\"", "\"another answer\""].map(str::to_owned));
        out
    };
    match kind {
        Type::Null => vec!["null".into()],
        Type::Boolean => vec!["true".into(), "false".into()],
        Type::Number => numbers(),
        Type::String => texts(),
        Type::Literal(Literal::Text(text)) => vec![serde_json::Value::from(&**text).to_string()],
        Type::Literal(Literal::Number(number)) => vec![written(*number)],
        Type::Literal(Literal::Bool(bool)) => vec![bool.to_string()],
        Type::List(element) => {
            let elements = values(program, element, clues, depth + 1);
            let first = elements.first().cloned().unwrap_or_else(|| "null".to_owned());
            let mut out = vec![format!("[{first}]"), "[]".to_owned()];
            out.extend(elements.iter().skip(1).take(4).map(|element| format!("[{first}, {element}]")));
            out.extend(elements.iter().skip(1).take(4).map(|element| format!("[{element}]")));
            out
        }
        Type::Object(shape) if depth < 4 => {
            let fields: Vec<(String, bool, Vec<String>)> = shape
                .fields
                .iter()
                .map(|field| (field.name.to_string(), field.optional, values(program, &field.value, clues, depth + 1)))
                .collect();
            let object = |change: Option<(usize, Option<&String>)>| {
                let mut members = Vec::new();
                for (index, (name, _, candidates)) in fields.iter().enumerate() {
                    let value = match change {
                        Some((changed, value)) if changed == index => value.cloned(),
                        _ => candidates.first().cloned(),
                    };
                    members.extend(value.map(|value| format!("{}: {value}", key(name))));
                }
                if members.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", members.join(", ")) }
            };
            let mut out = vec![object(None)];
            for (index, (_, optional, candidates)) in fields.iter().enumerate() {
                out.extend(candidates.iter().skip(1).take(6).map(|value| object(Some((index, Some(value))))));
                if *optional {
                    out.push(object(Some((index, None))));
                }
            }
            out
        }
        Type::Union(members) => {
            let mut all: Vec<Vec<String>> =
                members.iter().map(|member| values(program, member, clues, depth + 1)).collect();
            all.sort_by_key(|values| values.first().is_some_and(|value| value == "null"));
            let longest = all.iter().map(Vec::len).max().unwrap_or(0);
            (0..longest).flat_map(|i| all.iter().filter_map(move |values| values.get(i).cloned())).collect()
        }
        Type::Named(id) if depth < 4 => values(program, &program.types[id.0 as usize].definition, clues, depth + 1),
        _ => {
            let mut out = texts();
            out.insert(1, "true".to_owned());
            out.extend(["false".to_owned(), "null".to_owned()]);
            out.extend(numbers().into_iter().take(8));
            out
        }
    }
}

fn key(name: &str) -> String {
    if plain(name) { name.to_owned() } else { serde_json::Value::from(name).to_string() }
}

/// A property of something, behind a dot where its name allows that.
pub(super) fn member(of: &str, name: &str) -> String {
    if plain(name) { format!("{of}.{name}") } else { format!("{of}[{}]", serde_json::Value::from(name)) }
}

/// Whether a text is a name as it is.
fn plain(name: &str) -> bool {
    name.chars().all(|c| c.is_alphanumeric() || c == '_') && !name.starts_with(|c: char| c.is_numeric())
}

/// A number as programs write it.
fn written(number: f64) -> String {
    format!("{number}")
}
