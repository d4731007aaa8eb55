//! Lists of what calls gave, where a form takes functions: the calls as functions.

use super::edit::certain;
use super::page::Page;
use crate::diagnostic::{Diagnostic, Fix};
use crate::source::Span;
use crate::syntax::ast::{Node, NodeId};

/// Candidates for a list that holds no functions.
pub(super) fn candidates(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let at = found.at.span;
    let ends = |span: Span| at.start <= span.start && span.end == at.end;
    let call = page.all().find(|(_, node, span)| matches!(node, Node::Call { .. }) && ends(*span));
    let Some((_, &Node::Call { arguments, .. }, _)) = call else { return };
    for &argument in page.tree.list(arguments) {
        let Node::Name(_) = page.tree.node(argument) else { continue };
        let name = page.source(argument);
        let mut edits = Vec::new();
        for (_, node, _) in page.all() {
            match *node {
                Node::Declarator { pattern, value: Some(value), .. } if page.source(pattern) == name => {
                    values_as_functions(page, value, &mut edits);
                }
                Node::Assign { target, value, .. } if page.source(target) == name => {
                    values_as_functions(page, value, &mut edits);
                }
                Node::Chain { base, links } if page.source(base) == name => {
                    pushed(page, page.tree.list(links), &mut edits)
                }
                _ => {}
            }
        }
        if !edits.is_empty() {
            let again = page.several("keep functions in the list, which are called when it is their turn", edits);
            out.push(certain(again));
        }
    }
}

/// Candidates for a call with more than a function takes that was handed over: the function takes it, or it is not given.
pub(super) fn surplus(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    for handed in found.notes.iter().filter_map(|note| note.at).filter(|at| at.file == page.file) {
        let empty = |node: &Node| match *node {
            Node::Function(id) => page.tree.list(page.tree.function(id).parameters).is_empty(),
            _ => false,
        };
        for (id, _, span) in page.all().filter(|(_, node, span)| empty(node) && handed.span.holds(*span)) {
            let head = page.source(id).find("()").map(|open| span.start + open as u32);
            out.extend(head.map(|open| page.insert("let the function take it", open + 1, "_")));
        }
    }
    let call = page.all().find(|(_, node, span)| matches!(node, Node::Call { .. }) && found.at.span.holds(*span));
    if let Some((_, &Node::Call { arguments, .. }, span)) = call
        && let Some(&first) = page.tree.list(arguments).first()
    {
        let given = Span::new(page.tree.span(first).start, span.end - 1);
        out.push(page.replace("leave out what is too many", given, ""));
    }
}

/// A list that is written out, or made by `map`, with functions in it.
fn values_as_functions(page: &Page, value: NodeId, edits: &mut Vec<(Span, String)>) {
    match *page.tree.node(value) {
        Node::List(elements) => page.tree.list(elements).iter().for_each(|&element| later(page, element, edits)),
        Node::Chain { links, .. } => {
            let [.., member, call] = page.tree.list(links) else { return };
            let (Node::Member { name, .. }, Node::Call { arguments, .. }) =
                (page.tree.node(*member), page.tree.node(*call))
            else {
                return;
            };
            let (given, name) = (page.tree.list(*arguments), page.names.text(*name));
            match (name, given) {
                ("map", &[function]) | ("from", &[_, function]) => applied(page, function, edits),
                _ => {}
            }
        }
        _ => {}
    }
}

/// What a `map` applies, giving a function.
fn applied(page: &Page, function: NodeId, edits: &mut Vec<(Span, String)>) {
    match *page.tree.node(function) {
        Node::Function(id) => {
            if let Some(body) = page.tree.function(id).body {
                edits.push((Span::at(page.tree.span(body).start), "() => ".to_owned()));
            }
        }
        Node::Name(_) => edits.push((page.tree.span(function), format!("x => () => {}(x)", page.source(function)))),
        _ => {}
    }
}

/// What `name.push(x)` puts in, as functions.
fn pushed(page: &Page, links: &[NodeId], edits: &mut Vec<(Span, String)>) {
    if let [member, call, ..] = *links
        && let (Node::Member { name, .. }, Node::Call { arguments, .. }) =
            (page.tree.node(member), page.tree.node(call))
        && matches!(page.names.text(*name), "push" | "unshift")
    {
        page.tree.list(*arguments).iter().for_each(|&argument| later(page, argument, edits));
    }
}

/// A value as a function that gives it.
fn later(page: &Page, value: NodeId, edits: &mut Vec<(Span, String)>) {
    if !matches!(page.tree.node(value), Node::Function(_) | Node::Spread(_) | Node::Object(_)) {
        edits.push((Span::at(page.tree.span(value).start), "() => ".to_owned()));
    }
}
