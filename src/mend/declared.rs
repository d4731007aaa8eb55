//! What is declared and what is done: effects, budgets, variables, decorators.

use super::edit::certain;
use super::page::{Page, number};
use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::source::Span;
use crate::syntax::ast::{Keyword, Node, NodeId};
use crate::syntax::token::{Kind, Token};

/// Candidates for a fault of declarations.
pub(super) fn candidates(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    match found.code {
        Code::E001 => undeclared(found, page, out),
        Code::E002 => unused(found, page, out),
        Code::E005 => unserved(found, page, out),
        Code::B001 => unbounded(found, page, out),
        Code::B002 => budget(found, page, out),
        Code::P011 => twice(found, page, out),
        Code::P012 => assigned(found, page, out),
        Code::P013 => removed(found, page, out),
        Code::P014 => removed(found, page, out),
        Code::P015 => decorator(found, page, out),
        Code::P016 => thresholds(found, page, out),
        Code::P017 => renamed(found, page, out),
        Code::P050 | Code::P051 => constant(found, page, out),
        _ => {}
    }
}

/// The `@name(…)` of the pattern around a place.
fn decorator_of(page: &Page, at: Span, name: &str) -> Option<NodeId> {
    let mut around = page.function(at);
    while let Some(node) = around {
        if let Node::Function(function) = *page.tree.node(node) {
            let list = page.tree.function(function).decorators;
            let found = page.tree.list(list).iter().copied().find(|id| page.source(*id).starts_with(name));
            if found.is_some() {
                return found;
            }
        }
        around = page.parent(node).and_then(|parent| page.function(page.tree.span(parent)));
        if around == Some(node) {
            return None;
        }
    }
    page.all()
        .find(|(id, node, _)| matches!(node, Node::Decorator { .. }) && page.source(*id).starts_with(name))
        .map(|(id, ..)| id)
}

/// An effect that is had, added to those declared.
fn undeclared(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let Some(effect) = found.message.split('`').nth(3) else { return };
    let Some(node) = decorator_of(page, found.at.span, "@effects") else { return };
    let Node::Decorator { arguments, .. } = *page.tree.node(node) else { return };
    let title = format!("declare the effect `{effect}`");
    match page.tree.list(arguments).last() {
        Some(&last) => out.push(page.insert(title, page.tree.span(last).end, format!(", \"{effect}\""))),
        None => out.push(page.replace(title, page.tree.span(node), format!("@effects(\"{effect}\")"))),
    }
}

/// An effect that is never had, taken out.
fn unused(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let Some(effect) = found.message.split('`').nth(1) else { return };
    let node = page.around(found.at.span, |node| matches!(node, Node::Decorator { .. }));
    let Some(node) = node.or_else(|| decorator_of(page, found.at.span, "@effects")) else { return };
    let Node::Decorator { arguments, .. } = *page.tree.node(node) else { return };
    let given = page.tree.list(arguments);
    let Some(index) = given.iter().position(|id| page.source(*id).trim_matches(['"', '\'']) == effect) else { return };
    let span = page.tree.span(given[index]);
    let whole = match (index.checked_sub(1), given.get(index + 1)) {
        (Some(before), _) => Span::new(page.tree.span(given[before]).end, span.end),
        (None, Some(&next)) => Span::new(span.start, page.tree.span(next).start),
        (None, None) => span,
    };
    out.push(certain(page.replace(format!("take `{effect}` out of `@effects`"), whole, "")));
}

/// A null that reaches the result: an alternative, or a type that admits it.
fn unserved(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let around = page.all().filter(|(_, node, span)| matches!(node, Node::Function(_)) && span.holds(found.at.span));
    for (_, node, _) in around {
        let Node::Function(function) = *node else { continue };
        if let Some(result) = page.tree.function(function).result {
            out.push(page.insert("say that the result may be null", page.tree.span(result).end, " | null"));
        }
    }
    alternatives(page, found.at.span, out);
}

/// `?? …` behind an expression.
pub(super) fn alternatives(page: &Page, span: Span, out: &mut Vec<Fix>) {
    let written = page.at(span);
    let plain = written.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '(' | ')' | ',' | ' ' | '"'));
    for value in ["\"nothing found\"", "0", "[]", "{}"] {
        let title = format!("take `{value}` where there is nothing");
        if plain {
            out.push(page.insert(title, span.end, format!(" ?? {value}")));
        }
        out.push(page.replace(
            format!("take `{value}` where there is nothing"),
            span,
            format!("({written} ?? {value})"),
        ));
    }
}

/// Lists that are asked about, kept short.
fn unbounded(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    for (_, node, span) in page.all() {
        match *node {
            Node::ForEach { head, source, .. } => {
                let end = page.tree.span(source).end;
                out.push(page.insert("ask about 10 at most", end, ".take(10)"));
                // An object has no first ten, and is walked all the same.
                if matches!(page.tree.node(head), Node::ForEachHead { max: None, .. }) {
                    out.push(page.insert("turn 10 times at most", end, " max 10"));
                }
            }
            Node::Chain { base, links } => {
                let first = page.tree.list(links).first().map(|id| page.source(*id).to_owned()).unwrap_or_default();
                if matches!(first.trim_start_matches(['.', '?']), "map" | "flatMap" | "forEach" | "filter") {
                    out.push(page.insert("ask about 10 at most", page.tree.span(base).end, ".take(10)"));
                }
            }
            Node::While { condition, max: None, .. } if span.start > found.at.span.start => {
                out.push(page.insert("turn 10 times at most", page.tree.span(condition).end, " max 10"));
            }
            _ => {}
        }
    }
    out.truncate(24);
}

/// The number of a budget raised to what can be needed.
fn budget(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let mut words = found.message.split_whitespace().map(|word| word.trim_end_matches(','));
    let Some(needed) = words.find(|word| word.starts_with(|c: char| c.is_ascii_digit())) else { return };
    let around = found.at.span;
    let inside = |span: Span| around.holds(span);
    for (_, _, span) in page.all().filter(|(_, node, span)| matches!(node, Node::Number(_)) && inside(*span)) {
        out.push(page.replace(format!("raise the budget from {} to {needed}", page.at(span)), span, needed));
    }
}

/// A second declaration of a name in one scope: an assignment, or another name.
fn twice(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    if let Some(declared) = page.around(found.at.span, |node| matches!(node, Node::Let { .. }))
        && let Node::Let { declarators, .. } = *page.tree.node(declared)
        && let [only] = page.tree.list(declarators)
    {
        let keyword = Span::new(page.tree.span(declared).start, page.tree.span(*only).start);
        out.push(page.replace("assign to the one that is there", keyword, ""));
    }
    renamed(found, page, out);
}

/// Another name for what is declared again.
fn renamed(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let name = page.at(found.at.span);
    if let Some(inner) = name.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        out.push(page.replace("choose another name", found.at.span, format!("\"{inner}, again\"")));
    } else if name.chars().all(|c| c.is_alphanumeric() || c == '_') && !name.is_empty() {
        for number in 2..4 {
            out.push(page.replace(format!("call it `{name}{number}`"), found.at.span, format!("{name}{number}")));
        }
    }
    let removed = page.around(found.at.span, |node| matches!(node, Node::Export { default: true, .. }));
    if let Some(node) = removed {
        let word = page.source(node).find("default").map(|at| page.tree.span(node).start + at as u32);
        out.extend(word.map(|at| page.replace("remove `default`", Span::new(at, at + 8), "")));
    }
    removed_whole(found.at.span, page, out);
}

/// What cannot be assigned to.
fn assigned(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let at = found.at.span;
    if found.message.contains("given by the host") {
        let name = page.at(at);
        let own = format!("own{}{}", name[..1].to_uppercase(), &name[1..]);
        let same = |token: &&Token| token.kind == Kind::Name && page.at(token.span()) == name;
        let edits = page.tokens.iter().filter(same).map(|token| (token.span(), own.clone()));
        out.push(page.several(format!("call it `{own}`"), edits.collect()));
        return;
    }
    // A statement of its own compares nothing.
    let alone = page.statement(at).is_some_and(|node| matches!(page.tree.node(node), Node::Assign { .. }));
    if alone {
        return;
    }
    if let Some(node) = page.around(at, |node| matches!(node, Node::Assign { operator: None, .. })) {
        let Node::Assign { target, value, .. } = *page.tree.node(node) else { return };
        let sign = Span::new(page.tree.span(target).end, page.tree.span(value).start);
        out.push(page.replace("compare with `==`", sign, " == "));
    }
    if let Some(statement) = page.statement(at) {
        let start = page.tree.span(statement).start;
        out.push(page.insert("keep the result in a variable", start, "const _changed = "));
    }
    // What takes a value apart is meant to do it.
    if !found.message.contains("pattern") && !found.message.contains("cannot be assigned") {
        removed(found, page, out);
    }
}

/// The statement taken out.
fn removed(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    out.push(page.replace("remove it", found.at.span, ""));
    removed_whole(found.at.span, page, out);
}

fn removed_whole(at: Span, page: &Page, out: &mut Vec<Fix>) {
    if let Some(statement) = page.statement(at) {
        let span = page.tree.span(statement);
        let start = page.text[..span.start as usize].trim_end().len() as u32;
        out.push(page.replace("remove the statement", Span::new(start, span.end), ""));
    }
}

/// A decorator taken out, or moved to where it has a meaning.
fn decorator(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    // What is written wrongly was meant: to leave it out would take a promise back.
    if !["there is no decorator", "has no meaning here", "stands here twice"]
        .iter()
        .any(|way| found.message.contains(way))
    {
        return;
    }
    let Some(node) = page.around(found.at.span, |node| matches!(node, Node::Decorator { .. })) else { return };
    let span = page.tree.span(node);
    let behind = page.text[span.end as usize..].len() - page.text[span.end as usize..].trim_start().len();
    out.push(page.replace("remove the decorator", Span::new(span.start, span.end + behind as u32), ""));
}

/// Thresholds in the order of the bands.
fn thresholds(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let around = page.around(found.at.span, |node| {
        matches!(node, Node::UncertainIf { .. } | Node::Decorator { .. } | Node::Bands(_))
    });
    let Some(around) = around else { return };
    let span = page.tree.span(around);
    let numbers: Vec<Span> = page
        .all()
        .filter(|(_, node, at)| matches!(node, Node::Number(_)) && span.holds(*at))
        .map(|(.., at)| at)
        .collect();
    if let [first, second] = numbers[..] {
        let (a, b) = (page.at(first).to_owned(), page.at(second).to_owned());
        out.push(page.several("swap the thresholds", vec![(first, b), (second, a)]));
    }
    for at in numbers {
        if let Some((..)) = number(page.at(at)) {
            for value in ["0.9", "0.8", "0.7", "0.5"] {
                out.push(page.replace(format!("write `{value}`"), at, value));
            }
        }
    }
}

/// A variable that changes, declared so.
fn constant(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let name =
        page.at(found.at.span).split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).next().unwrap_or("");
    for (_, node, span) in page.all() {
        let Node::Let { keyword: Keyword::Const, declarators } = *node else { continue };
        let declares = page.tree.list(declarators).iter().any(|&id| {
            let at = page.tree.span(id);
            let tokens = &page.tokens[page.token_from(at.start)..];
            let mut inside = tokens.iter().take_while(|token| token.start < at.end && token.kind != Kind::Equal);
            inside.any(|token| page.at(token.span()) == name)
        });
        if declares {
            out.push(page.replace("declare it with `let`", Span::new(span.start, span.start + 5), "let"));
        }
    }
}
