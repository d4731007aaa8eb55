//! Actions that take something back when a later step fails.

use super::action::call;
use super::page::Page;
use crate::diagnostic::Fix;
use crate::source::Span;
use crate::syntax::ast::{Node, NodeId};

/// What is said where nothing may stand before an action.
pub(super) fn help(page: &Page) -> String {
    let help = "a test would leave out what this takes back: let it take what the program itself knows, such as what was asked for, or have \
                the answer approved or verified before it is relied on";
    match page.text.contains("std/transaction") {
        true => help.to_owned(),
        false => format!("{help}; `import {{ saga }} from \"std/transaction\"` takes steps back in their order"),
    }
}

/// Whether what acts stands in a function that takes something back when a later step fails: one that is kept in a list which
/// `catch` or `finally` reads, or the `undo` of a step. A condition around it would leave out what was to be taken back.
pub(super) fn stands(page: &Page, at: Span) -> bool {
    let Some(function) = page.function(at) else { return false };
    let Some(parent) = page.parent(function) else { return false };
    match *page.tree.node(parent) {
        Node::Entry { key, .. } => page.source(key) == "undo",
        Node::Call { .. } => {
            let Some(Node::Chain { base, .. }) = page.parent(parent).map(|chain| page.tree.node(chain)) else {
                return false;
            };
            let list = page.source(*base).to_owned();
            let reads = |node: NodeId| page.tree.span(node);
            let ends = page.all().filter_map(|(_, node, _)| match *node {
                Node::Try { handler, finalizer, .. } => Some([handler, finalizer]),
                _ => None,
            });
            let ends: Vec<Span> = ends.flatten().flatten().map(reads).collect();
            let within = |span: Span| ends.iter().any(|end| end.holds(span));
            page.all().any(|(id, node, span)| matches!(node, Node::Name(_)) && page.source(id) == list && within(span))
        }
        _ => false,
    }
}

/// In place of what a step gave what it was asked with, which the program itself knows.
pub(super) fn candidates(page: &Page, at: Span, out: &mut Vec<Fix>) {
    let Some((_, arguments)) = call(page, at) else { return };
    for argument in arguments.into_iter().filter(|id| matches!(page.tree.node(*id), Node::Name(_))) {
        let Some((step, parameter)) = step(page, page.tree.span(argument)) else { continue };
        let Node::Chain { links, .. } = *page.tree.node(step) else { continue };
        let Some(Node::Call { arguments: asked, .. }) = page.tree.list(links).last().map(|link| page.tree.node(*link))
        else {
            continue;
        };
        for asked in page.tree.list(*asked) {
            let mut edits = vec![(page.tree.span(argument), page.source(*asked).to_owned())];
            edits.extend(parameter.map(|span| (span, "()".to_owned())));
            out.push(page.several("take back what was asked for, and not what was answered", edits));
        }
    }
}

/// The call whose answer a name stands for in a function that takes it back: that of the `do` beside it, with the parameter of
/// the function, or that of a declaration.
fn step(page: &Page, at: Span) -> Option<(NodeId, Option<Span>)> {
    let name = page.at(at);
    let function = page.function(at)?;
    let Node::Function(id) = *page.tree.node(function) else { return None };
    if let [parameter] = page.tree.list(page.tree.function(id).parameters) {
        let Node::Parameter { pattern, .. } = *page.tree.node(*parameter) else { return None };
        let entry = page.parent(function)?;
        let step = page.parent(entry).filter(|_| page.source(pattern) == name)?;
        let done = page.all().find_map(|(id, node, _)| match *node {
            Node::Entry { key, value } if page.parent(id) == Some(step) && page.source(key) == "do" => Some(value),
            _ => None,
        })?;
        let Node::Function(done) = *page.tree.node(done) else { return None };
        let start = page.tree.span(function).start;
        let span = page.tree.span(*parameter);
        let rest = &page.text[span.end as usize..];
        let closed = page.at(Span::new(start, span.start)).contains('(');
        let end = if closed { span.end + rest.find(')')? as u32 + 1 } else { span.end };
        return Some((page.tree.function(done).body?, Some(Span::new(start, end))));
    }
    page.all().find_map(|(_, node, _)| match *node {
        Node::Declarator { pattern, value: Some(value), .. } if page.source(pattern) == name => Some((value, None)),
        _ => None,
    })
}
