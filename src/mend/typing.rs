//! Values of the wrong type, and calls with too many or too few arguments.

use super::edit::{certain, quoted};
use super::page::Page;
use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::source::Span;
use crate::syntax::ast::{Node, NodeId};

/// Candidates for a fault of types.
pub(super) fn candidates(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let at = found.at.span;
    match found.code {
        Code::T001 => {
            converted(found, page, at, out);
            retyped(found, page, out);
        }
        Code::T002 => operands(found, page, out),
        Code::T004 => arguments(found, page, out),
        Code::T005 => {
            // The call that ends here, not one around it; a method that is not there is none when it is read either.
            let here = |span: Span| at.start <= span.start && span.end == at.end;
            let called = page.all().find(|(_, node, span)| matches!(node, Node::Call { .. }) && here(*span));
            if let Some((.., span)) = called.filter(|_| found.message.contains("no function")) {
                out.push(page.replace("do not call it", span, ""));
            }
        }
        Code::T006 => {
            if found.help.as_deref().is_some_and(|help| help.contains("`~x`")) {
                out.extend(sureness(page, at).map(certain));
            }
            // What is meant to be called is not left out.
            let method = found.help.as_deref().is_some_and(|help| help.contains("is a method"));
            let member = page.around(at, |node| matches!(node, Node::Member { .. }));
            if let Some(member) = member.filter(|_| !method) {
                out.push(page.replace("leave the property out", page.tree.span(member), ""));
            }
        }
        Code::T008 => {
            let text = page.at(at).trim_start();
            if let Some(value) = text.strip_prefix('~') {
                out.push(certain(page.replace("route on the value", at, value)));
            }
            if let Some(node) = page.around(at, |node| matches!(node, Node::UncertainIf { .. }))
                && let Node::UncertainIf { subject, .. } = *page.tree.node(node)
                && page.source(subject).trim_start_matches('(').starts_with('~')
            {
                let span = page.tree.span(subject);
                let start = span.start + page.source(subject).find('~').unwrap_or(0) as u32;
                out.push(certain(page.replace("route on the value", Span::new(start, start + 1), "")));
            }
        }
        Code::T010 => operands(found, page, out),
        Code::T011 => fallen(page, at, out),
        Code::T012 => {
            let holds = |pattern: NodeId| page.tree.span(pattern).to(at) == page.tree.span(pattern);
            let never = |node: &Node| matches!(node, Node::MatchArm { pattern, .. } if holds(*pattern));
            if let Some(arm) = page.around(at, never) {
                out.extend(arm_without(page, arm));
            } else if let Some(statement) = page.statement(at).filter(|&node| page.tree.span(node).start == at.start) {
                let span = page.tree.span(statement);
                let start = page.text[..span.start as usize].trim_end().len() as u32;
                out.push(page.replace("remove what is never reached", Span::new(start, span.end), ""));
            }
        }
        _ => {}
    }
}

/// A `match` without an arm, and without the comma before it.
fn arm_without(page: &Page, arm: NodeId) -> Option<Fix> {
    let span = page.tree.span(arm);
    let start = page.text[..span.start as usize].trim_end().trim_end_matches(',').trim_end().len() as u32;
    Some(page.replace("remove the arm", Span::new(start, span.end), ""))
}

/// `answer.confidence` as `~answer`.
fn sureness(page: &Page, at: Span) -> Option<Fix> {
    let chain = page.around(at, |node| matches!(node, Node::Chain { .. }))?;
    let whole = page.tree.span(chain);
    let member = page.around(at, |node| matches!(node, Node::Member { .. }))?;
    let member = page.tree.span(member);
    let value = page.at(Span::new(whole.start, member.start));
    let text = if member.end == whole.end { format!("~{value}") } else { format!("(~{value})") };
    Some(page.replace(format!("write {}", quoted(&text)), Span::new(whole.start, member.end), text))
}

/// The value as a number, a text, a list.
fn converted(found: &Diagnostic, page: &Page, at: Span, out: &mut Vec<Fix>) {
    // What cannot leave the program does not leave it as a text either.
    if found.message.contains("cannot leave the program") {
        return;
    }
    let written = page.at(at);
    let is_single = written.parse::<f64>().is_ok() || matches!(written, "true" | "false");
    if let Some(inner) = written.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        if inner.parse::<f64>().is_ok() || matches!(inner, "true" | "false" | "null") {
            out.push(page.replace(format!("write `{inner}`"), at, inner));
        }
        // A field that lodash and others take by its name.
        let named =
            inner.starts_with(|c: char| c.is_alphabetic()) && inner.chars().all(|c| c.is_alphanumeric() || c == '_');
        if named && found.message.contains("takes `(x: ") {
            out.push(page.replace(format!("write `x => x.{inner}`"), at, format!("x => x.{inner}")));
        }
    } else if is_single {
        out.push(page.replace(format!("write `\"{written}\"`"), at, format!("\"{written}\"")));
    }
    let function = |node: NodeId| matches!(page.tree.node(node), Node::Function(_));
    let tasks = page.around(at, |node| matches!(node, Node::Call { .. })).and_then(|call| {
        let Node::Call { arguments, .. } = *page.tree.node(call) else { return None };
        let given = page.tree.list(arguments);
        let [first, .., last] = given else { return None };
        (given.iter().all(|&node| function(node)) && page.tree.span(*first) == at)
            .then(|| page.tree.span(*first).to(page.tree.span(*last)))
    });
    if let Some(all) = tasks {
        out.push(page.replace("make a list of them", all, format!("[{}]", page.at(all))));
        return;
    }
    // What is written out is no other kind of value by mistake, and a function is an element where functions are wanted.
    let written_out = page.around(at, |node| matches!(node, Node::Function(_)));
    if written_out.is_some_and(|node| page.tree.span(node) == at) && !found.message.contains("`tasks`") {
        return;
    }
    // What is declared says which of them it is to be, and nothing is made of what gives nothing.
    let words: Vec<&str> = found.message.split('`').skip(1).step_by(2).collect();
    let (given, wanted) = match words[..] {
        [.., given, wanted] if found.message.ends_with("is declared") => (given, wanted),
        _ => ("", ""),
    };
    if given == "null" {
        return;
    }
    let fits = |text: &str| match text.split_once('(').map(|(made, _)| made) {
        _ if wanted.is_empty() || wanted.contains(|c: char| c.is_uppercase()) => true,
        Some("String") => wanted.contains("string") || wanted.contains('"'),
        Some("Number") => wanted.contains("number") || wanted.contains(|c: char| c.is_ascii_digit()),
        _ => wanted.contains("[]"),
    };
    let made = !is_single
        && !written.starts_with(['"', '\'', '{'])
        && written_out.is_none_or(|node| page.tree.span(node) != at);
    for (title, text) in [
        ("make it a text", format!("String({written})")),
        ("make it a number", format!("Number({written})")),
        ("make it a list", format!("[{written}]")),
    ]
    .into_iter()
    .filter(|(_, text)| fits(text))
    .filter(|(_, text)| made || text.starts_with('['))
    // Of an object of tasks each would be run before, and none by its name.
    .filter(|(_, text)| !(text.starts_with("[{") && found.message.contains("`tasks`")))
    {
        out.push(page.replace(title, at, text));
    }
}

/// What was declared, as what is given.
fn retyped(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let words: Vec<&str> = found.message.split('`').skip(1).step_by(2).collect();
    let [.., given, wanted] = words[..] else { return };
    // An object in the place of something plain is another argument, and no wider type.
    if given.starts_with('{') && !wanted.contains('{') {
        return;
    }
    let near = page.all().filter(|(id, node, _)| {
        matches!(node, Node::Declarator { .. } | Node::Parameter { .. } | Node::Function(_))
            && annotation(page, *id).is_some_and(|kind| page.source(kind) == wanted)
    });
    let mut near: Vec<(u32, NodeId)> =
        near.map(|(id, _, span)| (span.start.abs_diff(found.at.span.start), id)).collect();
    near.sort();
    for kind in near.into_iter().take(4).filter_map(|(_, id)| annotation(page, id)) {
        out.push(page.replace(format!("declare `{given}`"), page.tree.span(kind), given));
        out.push(page.insert(format!("declare `{wanted} | {given}`"), page.tree.span(kind).end, format!(" | {given}")));
    }
}

fn annotation(page: &Page, node: NodeId) -> Option<NodeId> {
    match *page.tree.node(node) {
        Node::Declarator { annotation, .. } | Node::Parameter { annotation, .. } => annotation,
        Node::Function(function) => page.tree.function(function).result,
        _ => None,
    }
}

/// Operands that may be missing or of another type, with what stands in for them.
fn operands(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let at = found.at.span;
    let Some(row) = page.around(at, |node| matches!(node, Node::Operation(_))) else { return };
    let Node::Operation(list) = *page.tree.node(row) else { return };
    if let [left, operator, right] = *page.tree.list(list) {
        let (whole, written) = (page.tree.span(row), (page.source(left), page.source(operator), page.source(right)));
        let text = match written {
            (left, "*", right) if found.message.contains("`string`") || left.starts_with(['"', '\'', '`']) => {
                Some(format!("{left}.repeat({right})"))
            }
            (left, "+", right) if found.message.contains("[]`") => Some(format!("{left}.concat({right})")),
            _ => None,
        };
        out.extend(text.map(|text| page.replace(format!("write {}", quoted(&text)), whole, text)));
    }
    // What cannot be null needs nothing in its place.
    let missing = found.code == Code::T010 || found.message.contains("null");
    for &operand in page.tree.list(list).iter().step_by(2) {
        let span = page.tree.span(operand);
        let written = page.source(operand);
        // A number that is none is not missing, and none becomes of it.
        if matches!(written, "NaN" | "Infinity") {
            continue;
        }
        // Nor is a confidence out of range one of another kind.
        if found.message.contains("a confidence from 0 to 1") {
            continue;
        }
        let literal = written.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '"' | '\'' | '`' | '[' | '{'));
        for (title, text) in [
            (format!("take 0 where {} is missing", quoted(written)), format!("({written} ?? 0)")),
            (format!("make {} a number", quoted(written)), format!("Number({written})")),
            (format!("make {} a text", quoted(written)), format!("String({written})")),
        ]
        .into_iter()
        .skip(usize::from(literal || !missing))
        {
            out.push(page.replace(title, span, text));
        }
    }
}

/// Arguments taken away or added.
fn arguments(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let called = |node: &Node| matches!(node, Node::Call { .. });
    let inside = page.all().filter(|(_, node, span)| called(node) && found.at.span.holds(*span));
    let mut calls: Vec<(u32, NodeId)> = inside.map(|(id, _, span)| (u32::MAX - span.end, id)).collect();
    calls.extend(page.around(found.at.span, called).map(|id| (0, id)));
    calls.sort();
    for (_, id) in calls.into_iter().take(3) {
        let Node::Call { arguments, .. } = *page.tree.node(id) else { continue };
        let given = page.tree.list(arguments).to_vec();
        let span = page.tree.span(id);
        let end = span.end - 1;
        if found.help.as_deref().is_some_and(|help| help.contains("leave")) {
            for (index, &first) in given.iter().enumerate().rev() {
                let from = index.checked_sub(1).map_or(page.tree.span(first).start, |i| page.tree.span(given[i]).end);
                out.push(page.replace("leave out what is too many", Span::new(from, end), ""));
            }
            continue;
        }
        let comma = if given.is_empty() { "" } else { ", " };
        let at = given.last().map_or(end, |&last| page.tree.span(last).end);
        let mut values = scope(page, found.at.span);
        values.truncate(8);
        for value in values {
            out.push(page.insert(format!("give `{value}` as well"), at, format!("{comma}{value}")));
        }
    }
}

/// The names that the functions around a place take, and those it declares before it, the nearest first.
fn scope(page: &Page, at: Span) -> Vec<String> {
    let mut names: Vec<(u32, String)> = Vec::new();
    for (id, node, span) in page.all() {
        let pattern = match *node {
            Node::Parameter { pattern, .. } | Node::Declarator { pattern, .. } => pattern,
            _ => continue,
        };
        if !matches!(page.tree.node(pattern), Node::Name(_)) || span.start > at.start {
            continue;
        }
        let mut around = page.parent(id);
        while let Some(node) =
            around.filter(|node| !matches!(page.tree.node(*node), Node::Function(_) | Node::Block(_)))
        {
            around = page.parent(node);
        }
        let visible = around.is_none_or(|node| {
            let span = page.tree.span(node);
            span.holds(at)
        });
        if visible {
            names.push((u32::MAX - span.start, page.source(pattern).to_owned()));
        }
    }
    names.sort();
    names.into_iter().map(|(_, name)| name).collect()
}

/// An arm for the rest.
fn fallen(page: &Page, at: Span, out: &mut Vec<Fix>) {
    let Some(node) = page.around(at, |node| matches!(node, Node::Match { .. })) else { return };
    let Node::Match { arms, .. } = *page.tree.node(node) else { return };
    let Some(&last) = page.tree.list(arms).last() else { return };
    let last = page.tree.span(last);
    let several = page.text[page.tree.span(node).start as usize..last.end as usize].contains('\n');
    let comma = if page.text[last.end as usize..].trim_start().starts_with(',') { "" } else { "," };
    let gap = if several { format!("{comma}\n{}", page.indent(last.start)) } else { format!("{comma} ") };
    let at = if comma.is_empty() { last.end + 1 } else { last.end };
    for value in ["null", "\"\"", "0"] {
        out.push(page.insert(format!("add `_ => {value}`"), at, format!("{gap}_ => {value}")));
    }
}
