//! What is in doubt, by its name in the text: what a help tells to test, and what is tested before an agent is told of it.

use super::action::{call, wanted};
use super::page::Page;
use super::undo;
use crate::builtin;
use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::source::{Location, Span};
use crate::syntax::ast::{Form, Node, NodeId};

/// What a note says of a condition in doubt.
const DECIDES: &str = "decide";

/// What a note says of something in doubt that an agent is told.
const TOLD: &str = "is told this";

/// What a note and a help say of what was handed on before it was tested.
const MADE: &str = "it was made from";

/// How deep the functions lie that are called with the elements of something.
const DEPTH: usize = 4;

/// A help that tells what to test, with the name of the value in the place of `x`.
pub(super) fn named_help(found: &Diagnostic, page: &Page) -> Option<String> {
    if matches!(found.code, Code::CF001 | Code::CF013) && undo::stands(page, found.at.span) {
        return Some(undo::help(page));
    }
    let help = found.help.as_deref().filter(|help| help.contains("~x >="))?;
    let named = |name: &String| help.replace("~x >=", &format!("~{name} >="));
    if let Some(place) = noted(found, page, TOLD) {
        return told(found, page, place).first().map(named);
    }
    if let Some(place) = noted(found, page, MADE).filter(|_| help.contains(MADE)) {
        return given(page, place.span).first().map(named);
    }
    let names = match noted(found, page, DECIDES) {
        // What is in doubt is what decides, and not what is given.
        Some(place) => {
            let node = decider(page, place.span);
            let mut names = node.map(|node| page.reads(node)).unwrap_or_default();
            let asks = names.iter().any(|name| is_agent(page, place.span, name));
            let tested = |name: &String| node.is_some_and(|node| page.source(node).contains(&format!("~{name} ")));
            names.retain(|name| stands(page, found, name) && !tested(name));
            if asks || names.is_empty() || alternatives(page, place.span, found.at.span) {
                // What an agent or a function answers there has no name yet.
                return Some(
                    help.replace("test what it is about", "name the answer and test it").replace("~x", "~answer"),
                );
            }
            names
        }
        None => given(page, found.at.span),
    };
    // The one that stands where the answer was given, if one does.
    let places = found.notes.iter().filter_map(|note| note.at).filter(|at| at.file == page.file);
    let lines = places.map(|at| Span::new(page.line_start(at.span.start), at.span.start)).collect::<Vec<Span>>();
    let declared = |name: &&String| {
        lines
            .iter()
            .any(|line| page.at(*line).split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == *name))
    };
    names.iter().find(declared).or(names.first()).map(named)
}

/// The place of a note of this text.
fn noted(found: &Diagnostic, page: &Page, what: &str) -> Option<Location> {
    let notes = found.notes.iter().filter(|note| note.message.contains(what));
    notes.filter_map(|note| note.at).next().filter(|place| place.file == page.file)
}

/// The names that a call is given. What is called in an argument itself has no name yet.
fn given(page: &Page, at: Span) -> Vec<String> {
    let arguments = call(page, at).map(|(_, arguments)| arguments).unwrap_or_default();
    let plain = arguments.into_iter().filter(|argument| !page.source(*argument).contains('('));
    plain.flat_map(|argument| page.reads(argument)).collect()
}

/// Whether a place lies in a function of a list that is written out in a call: what those before it gave decides.
fn alternatives(page: &Page, at: Span, inside: Span) -> bool {
    let holds = |id: &NodeId| page.tree.span(*id).to(inside) == page.tree.span(*id);
    let arguments = call(page, at).map(|(_, arguments)| arguments).unwrap_or_default();
    arguments.iter().any(|id| matches!(page.tree.node(*id), Node::List(_)) && holds(id))
}

/// Whether a name is an agent's, or that of all.
fn is_agent(page: &Page, at: Span, name: &str) -> bool {
    name == "agents" || page.agents(at).iter().any(|(agent, _)| agent == name)
}

/// Whether a name is one of a value that can be tested at a place.
pub(super) fn stands(page: &Page, found: &Diagnostic, name: &str) -> bool {
    let at = found.at.span;
    let owned = page.declared().contains(name);
    // Which one acts may be what is in doubt.
    let itself = found.notes.iter().any(|note| note.at == Some(found.at));
    let asked = !itself
        && call(page, at).is_some_and(|(chain, _)| match *page.tree.node(chain) {
            Node::Chain { base, .. } => page.source(base) == name,
            _ => false,
        });
    (owned || builtin::find_function(name).is_none() && !builtin::is_namespace(name))
        && !asked
        && !is_agent(page, at, name)
        && walker(page, at, name).is_none()
}

/// The function of which a name is a parameter around some place, where another place lies outside of it.
fn walker(page: &Page, outside: Span, name: &str) -> Option<NodeId> {
    let declares = |id: NodeId, at: Span| {
        let Node::Function(function) = *page.tree.node(id) else { return false };
        let function = page.tree.function(function);
        let own = page.tree.list(function.parameters).iter().any(|parameter| match *page.tree.node(*parameter) {
            Node::Parameter { pattern, .. } => page.source(pattern) == name,
            _ => false,
        });
        own && function.form == Form::Lambda && !(at.holds(outside))
    };
    let written = page.all().filter(|(_, node, _)| matches!(node, Node::Declarator { .. }));
    let mut written = written.filter_map(|(_, node, _)| match *node {
        Node::Declarator { pattern, .. } => Some(page.source(pattern)),
        _ => None,
    });
    if written.any(|own| own == name) {
        return None;
    }
    page.all().find(|(id, _, at)| declares(*id, *at)).map(|(id, ..)| id)
}

/// What an agent is told at a place, by names that can be tested before: in place of an element what is walked.
fn told(found: &Diagnostic, page: &Page, place: Location) -> Vec<String> {
    let mut names = page.around(place.span, |_| true).map(|node| page.reads(node)).unwrap_or_default();
    for _ in 0..DEPTH {
        let Some(at) = names.iter().position(|name| walker(page, found.at.span, name).is_some()) else { break };
        let walked = walker(page, found.at.span, &names[at]).and_then(|function| page.parent(function));
        let walked = walked.and_then(|call| page.parent(call)).map(|chain| page.reads(chain)).unwrap_or_default();
        names.splice(at..=at, walked);
    }
    names.retain(|name| stands(page, found, name));
    names
}

/// A test of what an agent is told, before it is told: whatever its answer claims, it is believed no more than that.
pub(super) fn tested_before(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let Some(place) = noted(found, page, TOLD) else { return };
    let wanted = wanted(found);
    // The statement of the pattern itself.
    let mut statement = page.statement(place.span);
    while let Some(function) = statement.and_then(|inner| page.function(page.tree.span(inner))) {
        let lambda =
            matches!(*page.tree.node(function), Node::Function(id) if page.tree.function(id).form == Form::Lambda);
        if !lambda {
            break;
        }
        statement = page.statement(page.tree.span(function));
    }
    let Some(start) = statement.map(|statement| page.tree.span(statement).start) else { return };
    let indent = page.indent(start).to_owned();
    for name in told(found, page, place).iter().take(2) {
        for instead in ["null", "\"not sure enough\"", "false", "0", "[]"] {
            let text = format!("if (~{name} < {wanted}) {{ return {instead} }}\n{indent}");
            out.push(page.insert(format!("go on only where `{name}` is sure"), start, text));
        }
    }
}

/// What decides at a place: of an arm of a `match`, what it is held against.
fn decider(page: &Page, at: Span) -> Option<NodeId> {
    let node = page.around(at, |_| true)?;
    let choice = page.around(at, |node| matches!(node, Node::Match { .. } | Node::MatchArm { .. } | Node::Block(_)));
    let arm = choice.filter(|arm| match *page.tree.node(*arm) {
        Node::MatchArm { pattern, .. } => page.tree.span(pattern).to(at) == page.tree.span(pattern),
        _ => false,
    });
    match arm.and_then(|arm| page.parent(arm)).map(|choice| page.tree.node(choice)) {
        Some(Node::Match { subject, .. }) => Some(*subject),
        _ => Some(node),
    }
}
