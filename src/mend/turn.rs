//! Loops and recursions that nothing ends.

use super::edit::quoted;
use super::page::Page;
use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::source::Span;
use crate::syntax::ast::{Form, Infix, Node, NodeId};
use crate::syntax::token::Kind;

/// The turns that are offered where the program says none.
const TURNS: &str = "100";

/// Candidates for a loop or a circle of calls.
pub(super) fn candidates(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let is_loop = |node: &Node| {
        matches!(node, Node::While { .. } | Node::DoWhile { .. } | Node::ForEach { .. } | Node::ForCount { .. })
    };
    let at = found.at.span;
    let begins = page.all().find(|(_, node, span)| is_loop(node) && span.start == at.start).map(|(id, ..)| id);
    let node = begins.or_else(|| page.around(at, is_loop));
    if matches!(found.code, Code::TM07 | Code::TM08 | Code::TM09 | Code::TM10 | Code::TM12) {
        // No number that is kept small makes anything smaller on the way back.
        counted_calls(found, page, out);
        return;
    }
    let Some(node) = node else {
        chosen(page, at, None, out);
        return;
    };
    if let Node::ForCount { head, .. } = *page.tree.node(node) {
        counting(found, page, head, out);
    }
    if matches!(found.code, Code::TM06 | Code::TM11) {
        chosen(page, at, Some(node), out);
    }
    max(page, node, out);
}

/// `max N` behind the head.
fn max(page: &Page, node: NodeId, out: &mut Vec<Fix>) {
    let (last, written) = match *page.tree.node(node) {
        Node::While { condition, max, .. } | Node::DoWhile { condition, max, .. } => (condition, max),
        Node::ForEach { head, source, .. } => match *page.tree.node(head) {
            Node::ForEachHead { max, .. } => (source, max),
            _ => (source, None),
        },
        Node::ForCount { head, max, .. } => (head, max),
        _ => return,
    };
    if let Some(written) = written {
        for turns in ["10_000", TURNS] {
            out.push(page.replace(format!("allow {turns} turns at most"), page.tree.span(written), turns));
        }
        return;
    }
    let (span, start) = (page.tree.span(last), page.tree.span(node).start);
    let first = page.token_from(span.start);
    let opened = page.tokens[..first].iter().rev().take_while(|token| token.kind == Kind::ParenOpen);
    let mut open = opened.filter(|token| token.start > start).count();
    let mut end = span.end;
    for token in &page.tokens[page.token_from(span.end)..] {
        if token.kind != Kind::ParenClose || open == 0 {
            break;
        }
        end = token.end;
        open -= 1;
    }
    out.push(page.insert(format!("turn {TURNS} times at most"), end, format!(" max {TURNS}")));
}

/// What is wrong with the head of a counted loop.
fn counting(found: &Diagnostic, page: &Page, head: NodeId, out: &mut Vec<Fix>) {
    let Node::ForCountHead { condition, step, .. } = *page.tree.node(head) else { return };
    if let Some(condition) = condition
        && let Node::Operation(row) = *page.tree.node(condition)
    {
        for &part in page.tree.list(row) {
            let Node::Operator(operator) = *page.tree.node(part) else { continue };
            let unequal = matches!(operator, Infix::NotEqual | Infix::StrictNotEqual | Infix::Equal);
            let instead: &[&str] = match operator {
                _ if unequal => &["<", ">", "<="],
                Infix::Less | Infix::LessEqual => &[">"],
                Infix::Greater | Infix::GreaterEqual => &["<"],
                _ => &[],
            };
            for sign in instead.iter().take(if found.code == Code::TM03 || unequal { 3 } else { 0 }) {
                out.push(page.replace(format!("write `{sign}`"), page.tree.span(part), *sign));
            }
        }
    }
    if found.code == Code::TM04
        && let Some(step) = step
    {
        let span = page.tree.span(step);
        let (counter, forward) = match *page.tree.node(step) {
            Node::Step { target, by, .. } => (page.source(target), by > 0),
            // Who counts by fractions means them.
            Node::Assign { value, .. } if page.source(value).parse().is_ok_and(|step: f64| step.fract() != 0.0) => {
                return;
            }
            Node::Assign { target, operator, .. } => (page.source(target), operator != Some(Infix::Subtract)),
            _ => return,
        };
        let ways = if forward { ["++", "--"] } else { ["--", "++"] };
        for way in ways {
            out.push(page.replace(format!("write `{counter}{way}`"), span, format!("{counter}{way}")));
        }
    }
}

/// Numbers that somebody else chooses, kept small.
fn chosen(page: &Page, at: Span, node: Option<NodeId>, out: &mut Vec<Fix>) {
    let mut bounds: Vec<NodeId> = Vec::new();
    let operands = |row, from: usize| page.tree.list(row).iter().copied().skip(from).step_by(2).collect::<Vec<_>>();
    let inside = |id: NodeId, bounds: &mut Vec<NodeId>| {
        let around = page.tree.span(id);
        for (_, node, span) in page.all() {
            if span.start < around.start || span.end > around.end {
                continue;
            }
            match *node {
                Node::Operation(row) => bounds.extend(operands(row, 2)),
                Node::Call { arguments, .. } => bounds.extend(page.tree.list(arguments)),
                Node::Entry { value, .. } => bounds.push(value),
                _ => {}
            }
        }
    };
    match node.map(|node| *page.tree.node(node)) {
        Some(Node::ForCount { head, .. }) => {
            if let Node::ForCountHead { condition: Some(condition), .. } = *page.tree.node(head) {
                inside(condition, &mut bounds);
            }
        }
        Some(Node::ForEach { source, .. }) => {
            inside(source, &mut bounds);
            out.push(page.insert("walk 100 elements at most", page.tree.span(source).end, ".take(100)"));
        }
        Some(Node::While { condition, .. } | Node::DoWhile { condition, .. }) => inside(condition, &mut bounds),
        _ => {
            if let Some(id) = page.around(at, |node| !matches!(node, Node::Operator(_))) {
                inside(page.statement(page.tree.span(id)).unwrap_or(id), &mut bounds);
            }
        }
    }
    for bound in bounds.into_iter().take(12) {
        if matches!(page.tree.node(bound), Node::Number(_)) {
            out.push(page.replace("lower the number to 10", page.tree.span(bound), "10"));
        } else {
            let written = page.source(bound);
            let text = format!("Math.min({written}, {TURNS})");
            out.push(page.replace(
                format!("keep {} at {TURNS} or below", quoted(written)),
                page.tree.span(bound),
                text,
            ));
        }
    }
}

/// `@maxCalls` before a function that calls itself.
fn counted_calls(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let inside: Vec<NodeId> = page
        .all()
        .filter(|(_, node, span)| matches!(node, Node::Function(_)) && span.holds(found.at.span))
        .map(|(id, ..)| id)
        .collect();
    for id in inside {
        let Node::Function(function) = *page.tree.node(id) else { continue };
        let function = page.tree.function(function);
        if !matches!(function.form, Form::Function | Form::Fn) || function.name.is_none() {
            continue;
        }
        for &decorator in page.tree.list(function.decorators) {
            if page.source(decorator).starts_with("@decreases") {
                let title = format!("count the calls: `@maxCalls({TURNS})`");
                out.push(page.replace(title, page.tree.span(decorator), format!("@maxCalls({TURNS})")));
            }
        }
        let start = page.tree.span(id).start;
        let indent = page.indent(start);
        let exported = page.text[..start as usize].trim_end().ends_with("export");
        let start = if exported { page.text[..start as usize].rfind("export").unwrap_or(0) as u32 } else { start };
        let title = format!("allow {TURNS} calls at most");
        out.push(page.insert(title, start, format!("@maxCalls({TURNS})\n{indent}")));
    }
}
