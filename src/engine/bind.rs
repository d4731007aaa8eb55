//! Input and agents to the parameters of an entry. What does not fit is refused before anything runs.

use serde_json::Value as Json;

use crate::check::{refused, unbound, wants};
use crate::hir::{Element, Expr, ExprKind, FunctionId, Key, Member, Metadata, Parameter, Program, Unary};
use crate::host::{Agent, Directory, FURTHER};
use crate::types::Type;
use crate::value::{Fault, Value, View, json};

pub use crate::check::seats as agents;

/// Refuses agents that are not what a script says that it needs.
pub(super) fn script(said: &Metadata, directory: &Directory) -> Result<(), Fault> {
    let missing: Vec<&str> =
        said.agents.iter().filter(|name| directory.find(name).is_none()).map(|name| &**name).collect();
    if !missing.is_empty() {
        let missing = missing.join("`, `");
        return Err(unbound(&format!("nobody is bound as `{missing}`, which `@agents` names")));
    }
    let (bound, least) = (directory.agents().len(), said.least_agents.unwrap_or(0));
    if bound < least {
        return Err(unbound(&format!("`@minAgents` is {least}, and {bound} are bound")));
    }
    Ok(())
}

/// The input taken apart by the data parameters' names, in the order of the parameters; nothing for agents.
pub fn arguments(program: &Program, entry: FunctionId, input: &Value) -> Result<Vec<Option<Value>>, Fault> {
    let function = &program.functions[entry.0 as usize];
    let data: Vec<&Parameter> = function.parameters.iter().filter(|parameter| wants(parameter).is_none()).collect();
    let name = |parameter: &Parameter| parameter.name.map_or("", |name| program.names.text(name));
    let object = match input.view() {
        View::Object(object) => Some(object),
        _ => None,
    };
    let whole = match (&data[..], object) {
        ([], _) => {
            // Without parameters there is `input` itself.
            return match object {
                _ if function.input => Ok(Vec::new()),
                Some(object) if !object.is_empty() => {
                    let surplus = object.keys().next().map_or("", |key| key.as_str());
                    Err(refused(format!("the input has `{surplus}`, which no parameter takes; leave it out")))
                }
                None if !input.is_null() => {
                    Err(refused("there is an input, which no parameter takes; leave it out".to_owned()))
                }
                _ => Ok(function.parameters.iter().map(|_| None).collect()),
            };
        }
        ([only], Some(object)) => object.get(name(only)).is_none(),
        ([_], None) => true,
        (_, Some(_)) => false,
        (_, None) if input.is_null() => false,
        (several, None) => {
            let names: Vec<&str> = several.iter().map(|parameter| name(parameter)).collect();
            return Err(refused(format!("the input is no object; give one with `{}`", names.join("`, `"))));
        }
    };
    if let (Some(object), false) = (object, whole) {
        let known: Vec<&str> = data.iter().map(|parameter| name(parameter)).collect();
        let surplus: Vec<&str> = object.keys().map(|key| key.as_str()).filter(|key| !known.contains(key)).collect();
        if !surplus.is_empty() {
            let (surplus, known) = (surplus.join("`, `"), known.join("`, `"));
            return Err(refused(format!("the input has `{surplus}`, which no parameter takes; it takes `{known}`")));
        }
    }
    let mut missing = Vec::new();
    let arguments = function
        .parameters
        .iter()
        .map(|parameter| {
            if wants(parameter).is_some() {
                return None;
            }
            if whole {
                return Some(input.clone());
            }
            match object.and_then(|object| object.get(name(parameter))) {
                Some(value) => Some(value.clone().under(input.lanes())),
                None if parameter.default.is_some()
                    || parameter.rest
                    || admits_null(parameter.annotation.as_ref(), program) =>
                {
                    Some(Value::NULL)
                }
                None => {
                    missing.push(name(parameter));
                    None
                }
            }
        })
        .collect();
    match missing.is_empty() {
        true => Ok(arguments),
        false => Err(refused(format!("the input lacks `{}`; add it to `--input`", missing.join("`, `")))),
    }
}

/// Whether a declared type takes null; what is not declared has to be there.
fn admits_null(annotation: Option<&Type>, program: &Program) -> bool {
    match annotation {
        Some(Type::Null) => true,
        Some(Type::Union(members)) => members.iter().any(|member| admits_null(Some(member), program)),
        Some(Type::Named(id)) => match &program.types[id.0 as usize].definition {
            Type::Named(_) => false,
            definition => admits_null(Some(definition), program),
        },
        _ => false,
    }
}

/// The agents of a run: those that the host binds, then those that the program declares itself (`agents { … }`).
pub fn directory(program: &Program, bound: &Directory) -> Result<Directory, Vec<String>> {
    let mut all = bound.clone();
    for object in program.modules.iter().flat_map(|module| &module.agents) {
        for agent in declared(object)?.agents() {
            all.add(agent.clone());
        }
    }
    Ok(all)
}

/// The agents of an `agents { … }`, or what is wrong with it, one sentence each.
pub(super) fn declared(object: &Expr) -> Result<Directory, Vec<String>> {
    let json = constant(object).ok_or_else(|| vec!["`agents { … }` takes literals only".to_owned()])?;
    let directory = Directory::read(&json)?;
    let reached = directory.agents().iter().filter(|agent| agent.transport.is_some());
    let problem = |agent: &Agent| format!("how agent `{}` is reached belongs in the agents file, not here", agent.name);
    let mut problems: Vec<String> = reached.map(problem).collect();
    for agent in directory.agents() {
        let others = agent.settings.keys().filter(|key| !FURTHER.contains(&key.as_str()));
        problems.extend(others.map(|key| {
            format!(
                "agent `{}` has no setting `{key}` here; secrets and where it is belong in the agents file",
                agent.name
            )
        }));
    }
    if problems.is_empty() { Ok(directory) } else { Err(problems) }
}

/// The data that an expression of literals stands for.
pub(super) fn constant(expr: &Expr) -> Option<Json> {
    Some(match &expr.kind {
        ExprKind::Null => Json::Null,
        ExprKind::Bool(bool) => Json::Bool(*bool),
        ExprKind::Number(number) => json::to_json_number(*number),
        ExprKind::Text(text) => Json::String(text.to_string()),
        ExprKind::Unary(Unary::Negate, inner) => match constant(inner)? {
            Json::Number(number) => json::to_json_number(-number.as_f64()?),
            _ => return None,
        },
        ExprKind::List(elements) => {
            let element = |element: &Element| match element {
                Element::One(expr) => constant(expr),
                Element::Spread(_) => None,
            };
            Json::Array(elements.iter().map(element).collect::<Option<_>>()?)
        }
        ExprKind::Object(members) => {
            let member = |member: &Member| match member {
                Member::Entry(Key::Fixed(key), expr) => Some((key.to_string(), constant(expr)?)),
                _ => None,
            };
            Json::Object(members.iter().map(member).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}
