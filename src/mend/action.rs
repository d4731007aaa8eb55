//! Answers on their way to actions: tests that are missing, nulls that nobody catches, evidence that is too weak.

use super::declared::alternatives;
use super::doubt;
use super::edit::{certain, quoted};
use super::page::Page;
use super::undo;
use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::source::Span;
use crate::syntax::ast::{Infix, Node, NodeId};
use crate::syntax::token::Kind;

/// Candidates for a fault of confidence.
pub(super) fn candidates(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let at = found.at.span;
    if undo::stands(page, at) {
        undo::candidates(page, at, out);
        return;
    }
    doubt::tested_before(found, page, out);
    match found.code {
        Code::CF001 | Code::CF010 => {
            tested(found, page, at, out);
            judged(found, page, at, out);
        }
        Code::CF013 => judged(found, page, at, out),
        Code::CF002 => raised(found, page, out),
        Code::CF007 | Code::CF009 => stated(found, page, out),
        Code::CF008 => combined(page, at, out),
        Code::CF011 | Code::CF017 => {
            missing(found, page, out);
            tested(found, page, at, out);
        }
        Code::CF012 => fewer(page, at, out),
        Code::CF015 => compared(page, at, out),
        Code::CF016 => {
            deciding(found, page, out);
            tested(found, page, at, out);
            judged(found, page, at, out);
        }
        Code::CF018 => threshold(page, at, out),
        Code::CF019 => kept(page, at, out),
        Code::CF020 => chosen(page, at, out),
        Code::CF021 => promised(found, page, out),
        Code::CF022 => moved(found, page, out),
        Code::CF023 => another(page, at, out),
        _ => {}
    }
}

/// The confidence that a message asks for.
pub(super) fn wanted(found: &Diagnostic) -> String {
    let notes = found.notes.iter().map(|note| note.message.as_str());
    let texts = [found.message.as_str()].into_iter().chain(found.help.as_deref()).chain(notes);
    let number = |text: &str, before: &str| {
        let rest = &text[text.find(before)? + before.len()..];
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
        (end > 0).then(|| rest[..end].trim_end_matches('.').to_owned())
    };
    texts
        .filter_map(|text| {
            number(text, "confidence ").or_else(|| number(text, ">= ")).or_else(|| number(text, "needs "))
        })
        .next()
        .unwrap_or_else(|| "0.9".to_owned())
}

/// The call at a place, and its arguments.
pub(super) fn call(page: &Page, at: Span) -> Option<(NodeId, Vec<NodeId>)> {
    let chain = page.around(at, |node| matches!(node, Node::Chain { .. }))?;
    let Node::Chain { links, .. } = *page.tree.node(chain) else { return None };
    let calls = page.tree.list(links).iter().rev().filter(|link| page.tree.span(**link).end <= at.end.max(1));
    for &link in calls {
        if let Node::Call { arguments, .. } = *page.tree.node(link) {
            return Some((chain, page.tree.list(arguments).to_vec()));
        }
    }
    Some((chain, Vec::new()))
}

/// What the fault is about: the names in the arguments, then those at the places of its notes.
fn subjects(found: &Diagnostic, page: &Page, at: Span) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut add = |node: NodeId| {
        for name in page.reads(node) {
            if !names.contains(&name) && doubt::stands(page, found, &name) {
                names.push(name);
            }
        }
    };
    if let Some((_, arguments)) = call(page, at) {
        arguments.into_iter().for_each(&mut add);
    }
    for place in found.notes.iter().filter_map(|note| note.at).filter(|place| place.file == page.file) {
        if let Some(node) = page.around(place.span, |_| true) {
            add(node);
        }
    }
    names
}

/// The statement of a place under a condition.
pub(super) fn under(
    page: &Page,
    statement: NodeId,
    condition: &str,
    title: String,
    mut more: Vec<(Span, String)>,
) -> Fix {
    let span = page.tree.span(statement);
    let indent = page.indent(span.start);
    let several = page.at(span).contains('\n') || page.at(span).len() > 60;
    let (open, close) = if several {
        (format!("if ({condition}) {{\n{indent}  "), format!("\n{indent}}}"))
    } else {
        (format!("if ({condition}) {{ "), " }".to_owned())
    };
    if several {
        // Lines that begin inside a text stay as they are.
        let lines = page.at(span).match_indices('\n').map(|(i, _)| span.start + i as u32 + 1);
        for line in lines {
            let before = page.token_from(line);
            let inside = before.checked_sub(1).is_some_and(|i| page.tokens[i].end > line)
                || page.tokens.get(before).is_some_and(|token| token.kind == Kind::Chunk);
            if !inside && !more.iter().any(|(other, _)| other.start == line) {
                more.push((Span::at(line), "  ".to_owned()));
            }
        }
    }
    // What is written before and behind the statement must not meet an edit of its first or last character.
    let first = more.iter().position(|(edit, _)| edit.start == span.start);
    match first {
        Some(index) => more[index].1.insert_str(0, &open),
        None => more.push((Span::at(span.start), open)),
    }
    match more.iter().position(|(edit, _)| edit.end == span.end && edit.start > span.start) {
        Some(index) => more[index].1.push_str(&close),
        None => more.push((Span::at(span.end), close)),
    }
    page.several(title, more)
}

/// A test before the statement that acts.
fn tested(found: &Diagnostic, page: &Page, at: Span, out: &mut Vec<Fix>) {
    let Some(statement) = page.statement(at) else { return };
    let wanted = wanted(found);
    let names = subjects(found, page, at);
    let test = |name: &String| format!("~{name} >= {wanted}");
    let declares = matches!(page.tree.node(statement), Node::Let { .. } | Node::Return(_));
    if !declares {
        for name in names.iter().take(6) {
            let title = format!("act only where `{name}` is sure");
            out.push(under(page, statement, &test(name), title, Vec::new()));
        }
        if names.len() > 1 {
            let all: Vec<String> = names.iter().take(6).map(test).collect();
            out.push(under(page, statement, &all.join(" && "), "act only where all is sure".into(), Vec::new()));
        }
        for name in names.iter().take(3) {
            let title = format!("act only where `{name}` is there and sure");
            out.push(under(page, statement, &format!("{name} && {}", test(name)), title, Vec::new()));
        }
    }
    // An answer that is handed on at once gets a name first.
    let Some((chain, arguments)) = call(page, at) else { return };
    for argument in arguments.into_iter().filter(|id| !matches!(page.tree.node(*id), Node::Name(_) | Node::Text)) {
        let (span, start) = (page.tree.span(argument), page.tree.span(statement).start);
        let named = format!("const answer = {}\n{}", page.at(span), page.indent(start));
        if !declares {
            let mut fix = under(
                page,
                statement,
                &format!("~answer >= {wanted}"),
                "name the answer, and act only where it is sure".into(),
                vec![(span, "answer".to_owned())],
            );
            if let Some(edit) = fix.edits.iter_mut().find(|edit| edit.at.span.start == start) {
                edit.text.insert_str(0, &named);
                out.push(fix);
            }
        }
    }
    // Where the value of the action is used, the choice is an expression.
    for name in names.iter().take(3) {
        let whole = page.tree.span(chain);
        let text = format!("(~{name} >= {wanted} ? {} : null)", page.at(whole));
        out.push(page.replace(format!("act only where `{name}` is sure"), whole, text));
    }
}

/// Who can be asked for consent or a judgement: agents of the pattern, those that sound like a person first, then a name
/// that is bound when it runs.
fn judges(page: &Page, at: Span, without: &[String], method: &str) -> Vec<String> {
    let person = |text: &str| {
        let text = text.to_lowercase();
        ["manager", "person", "human", "boss", "approver", "reviewer", "editor", "judge", "lead", "owner"]
            .iter()
            .any(|word| text.contains(word))
    };
    let mut agents: Vec<(bool, String)> = page
        .agents(at)
        .into_iter()
        .filter(|(name, kind)| !without.contains(name) && page.lists(kind, method))
        .map(|(name, kind)| (!(person(&name) || person(&kind)), name))
        .collect();
    agents.sort_by_key(|(other, _)| *other);
    let mut names: Vec<String> = agents.into_iter().map(|(_, name)| name).collect();
    names.push("\"manager\"".to_owned());
    names
}

/// A call that judges the value written so.
type Way = Box<dyn Fn(&str) -> String>;

/// The value approved or verified before it is acted on.
fn judged(found: &Diagnostic, page: &Page, at: Span, out: &mut Vec<Fix>) {
    let wanted = wanted_of_evidence(found);
    let Some((chain, arguments)) = call(page, at) else { return };
    let Some(statement) = page.statement(at) else { return };
    let Node::Chain { base, .. } = *page.tree.node(chain) else { return };
    let acting = page.source(base).to_owned();
    let names: Vec<String> = subjects(found, page, at);
    let mut ways: Vec<(String, Way)> = Vec::new();
    for judge in judges(page, at, &[acting], "approve") {
        let by = judge.clone();
        ways.push((
            format!("have {} approve it", quoted(&judge)),
            Box::new(move |x| format!("approve({x}, {{ to: {by} }})")),
        ));
    }
    let reviewed = found.message.contains("`reviewed`");
    if reviewed {
        for judge in judges(page, at, &[page.source(base).to_owned()], "verify")
            .into_iter()
            .filter(|judge| !judge.starts_with('"'))
        {
            ways.insert(
                0,
                (format!("have `{judge}` review it"), Box::new(move |x| format!("verify({x}, {{ agent: {judge} }})"))),
            );
        }
    }
    // Consent by a method of one's own is only an answer: ask for it properly, test it, and act on what was approved.
    own_consent(page, at, &wanted, &names, out);
    // Where the value is declared, so that the tests behind it are tests of what was approved.
    for (_, node, span) in page.all() {
        let Node::Declarator { pattern, value: Some(value), .. } = *node else { continue };
        if span.start < at.start && names.iter().any(|name| name == page.source(pattern)) {
            for (title, way) in ways.iter().take(3) {
                out.push(page.replace(title.as_str(), page.tree.span(value), way(page.source(value))));
            }
        }
    }
    for argument in arguments.iter().filter(|id| !matches!(page.tree.node(**id), Node::Text | Node::Number(_))) {
        let (span, start) = (page.tree.span(*argument), page.tree.span(statement).start);
        for (title, way) in ways.iter().take(3) {
            let named = format!("const approved = {}\n{}", way(page.at(span)), page.indent(start));
            let mut fix = under(
                page,
                statement,
                &format!("~approved >= {wanted}"),
                title.clone(),
                vec![(span, "approved".to_owned())],
            );
            if let Some(edit) = fix.edits.iter_mut().find(|edit| edit.at.span.start == start) {
                edit.text.insert_str(0, &named);
                out.push(fix);
            }
        }
    }
}

/// `if (manager.approve(plan)) { act(plan) }` as consent that counts.
fn own_consent(page: &Page, at: Span, wanted: &str, names: &[String], out: &mut Vec<Fix>) {
    let Some(arm) = page.around(at, |node| matches!(node, Node::Arm { .. })) else { return };
    let Node::Arm { condition, .. } = *page.tree.node(arm) else { return };
    let Some(choice) = page.parent(arm) else { return };
    let within = page.tree.span(condition);
    for (_, node, span) in page.all().filter(|(.., span)| within.holds(*span)) {
        let Node::Chain { base, links } = *node else { continue };
        let links = page.tree.list(links);
        let [.., last] = links else { continue };
        let Node::Call { arguments, .. } = *page.tree.node(*last) else { continue };
        let [value] = page.tree.list(arguments) else { continue };
        let value = page.source(*value);
        if !names.iter().any(|name| name == value) {
            continue;
        }
        let start = page.tree.span(choice).start;
        let judge = page.source(base);
        let named = format!("const approved = approve({value}, {{ to: {judge} }})\n{}", page.indent(start));
        let mut edits = vec![(Span::at(start), named), (span, format!("~approved >= {wanted}"))];
        let Some((_, arguments)) = call(page, at) else { continue };
        for argument in arguments.into_iter().filter(|id| page.source(*id) == value) {
            edits.push((page.tree.span(argument), "approved".to_owned()));
        }
        out.push(page.several(format!("ask for consent with `approve({value}, {{ to: {judge} }})`"), edits));
    }
}

fn wanted_of_evidence(found: &Diagnostic) -> String {
    if found.code == Code::CF013 { "0.9".to_owned() } else { wanted(found) }
}

/// What a `~>` raised, without it, and tested.
fn raised(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let Some((_, rest)) = statement_of_confidence(page, found.at.span) else { return };
    out.push(page.replace("do not raise the confidence", rest, ""));
    let acts = found.notes.iter().filter_map(|note| note.at).find(|at| at.file == page.file);
    if let Some(at) = acts {
        let mut tests = Vec::new();
        tested(found, page, at.span, &mut tests);
        judged(found, page, at.span, &mut tests);
        for mut fix in tests {
            let meets = fix.edits.iter().any(|edit| edit.at.span.start <= rest.end && rest.start <= edit.at.span.end);
            if !meets {
                fix.edits.push(page.edit(rest, ""));
                fix.title = format!("{}, and do not raise it", fix.title);
                out.push(fix);
            }
        }
    }
}

/// The `x ~> c` at a place: x, and the rest of it.
fn statement_of_confidence(page: &Page, at: Span) -> Option<(NodeId, Span)> {
    let states = |id: NodeId, node: &Node| match *node {
        Node::Operation(row) => {
            let parts = page.tree.list(row);
            let place =
                parts.iter().rposition(|part| matches!(page.tree.node(*part), Node::Operator(Infix::Confident)));
            place.filter(|place| *place > 0).map(|place| (parts[place - 1], page.tree.span(id).end))
        }
        _ => None,
    };
    let found = page
        .all()
        .filter(|(.., span)| span.holds(at) || at.holds(*span))
        .filter_map(|(id, node, span)| states(id, node).map(|found| (span.end - span.start, found)))
        .min_by_key(|(length, _)| *length)?;
    let (operand, end) = found.1;
    Some((operand, Span::new(page.tree.span(operand).end, end)))
}

/// A confidence that is stated of the wrong thing, or computed: left out, or capped.
fn stated(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let Some((_, rest)) = statement_of_confidence(page, found.at.span) else { return };
    if found.code == Code::CF009 {
        let given = page.at(rest).trim_start().trim_start_matches("~>").trim();
        out.push(page.replace("cap what is stated", rest, format!(" ~> Math.min({given}, 0.8)")));
    }
    out.push(page.replace("keep the confidence that was assessed", rest, ""));
}

/// A law that does not count one source twice.
fn combined(page: &Page, at: Span, out: &mut Vec<Fix>) {
    let around = page.around(at, |node| matches!(node, Node::Chain { .. } | Node::Operation(_)));
    let span = around.map_or(at, |node| page.tree.span(node));
    for (_, node, inside) in page.all().filter(|(.., s)| span.holds(*s)) {
        let law = page.at(inside).trim_matches(['"', '\'']);
        if matches!(node, Node::Text) && matches!(law, "noisy-or" | "product" | "mean" | "weighted" | "bayes") {
            out.push(page.replace("take the least of them", inside, "\"min\""));
        }
        if let Node::List(list) = *node {
            let items = page.tree.list(list);
            for (index, item) in items.iter().enumerate().skip(1) {
                if items[..index].iter().any(|other| page.source(*other) == page.source(*item)) {
                    let from = page.tree.span(items[index - 1]).end;
                    out.push(page.replace("count it once", Span::new(from, page.tree.span(*item).end), ""));
                }
            }
        }
        if let Node::Operation(row) = *node
            && let [first, operator, ..] = page.tree.list(row)
            && matches!(page.tree.node(*operator), Node::Operator(Infix::TildeAnd | Infix::TildeOr | Infix::Best))
        {
            out.push(page.replace("take it once", inside, page.source(*first)));
        }
    }
}

/// A null that nobody catches: an alternative, a test, or an optional read.
fn missing(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let at = found.at.span;
    let from = found.notes.iter().filter_map(|note| note.at).find(|place| place.file == page.file);
    if let Some(from) = from.filter(|from| at.holds(from.span)) {
        alternatives(page, from.span, out);
    }
    let Some((chain, arguments)) = call(page, at) else {
        alternatives(page, at, out);
        return;
    };
    for argument in &arguments {
        if !matches!(page.tree.node(*argument), Node::Text | Node::Number(_)) {
            alternatives(page, page.tree.span(*argument), out);
        }
    }
    if let Some(statement) = page.statement(at) {
        let mut names = subjects(found, page, at);
        if let Node::Chain { base, .. } = *page.tree.node(chain) {
            names.extend(page.reads(base));
        }
        for name in names.iter().take(4) {
            let title = format!("act only where `{name}` is there");
            out.push(under(page, statement, &format!("{name} != null"), title, Vec::new()));
        }
    }
    if let Node::Chain { base, links } = *page.tree.node(chain) {
        for &link in page.tree.list(links) {
            let span = page.tree.span(link);
            if page.at(span).starts_with('.') {
                out.push(page.replace("read with `?.`", Span::new(span.start, span.start + 1), "?."));
            } else if page.at(span).starts_with('[') {
                out.push(page.insert("read with `?.`", span.start, "?."));
            }
        }
        // What is called or read of it binds tighter than `??`.
        let mut others = Vec::new();
        alternatives(page, page.tree.span(base), &mut others);
        out.extend(others.into_iter().filter(|fix| fix.edits.iter().any(|edit| edit.text.starts_with('('))));
    }
    if let Some(from) = from {
        alternatives(page, from.span, out);
    }
}

/// At most three attempts.
fn fewer(page: &Page, at: Span, out: &mut Vec<Fix>) {
    let around = page.around(at, |node| matches!(node, Node::Chain { .. }));
    let span = around.map_or(at, |node| page.tree.span(node));
    for (_, node, inside) in page.all().filter(|(.., s)| span.holds(*s)) {
        if matches!(node, Node::Number(n) if *n > 3.0) {
            out.push(page.replace("try three times at most", inside, "3"));
        }
    }
}

/// An equality of confidences as an order.
fn compared(page: &Page, at: Span, out: &mut Vec<Fix>) {
    let first = page.token_from(at.start);
    for token in page.tokens[first..].iter().take_while(|token| token.start < at.end.max(at.start + 1)) {
        let span = token.span();
        match token.kind {
            Kind::Infix(Infix::Equal | Infix::StrictEqual) => out.push(page.replace("write `>=`", span, ">=")),
            Kind::Infix(Infix::NotEqual | Infix::StrictNotEqual) => out.push(page.replace("write `<`", span, "<")),
            _ => {}
        }
    }
    if out.is_empty()
        && let Some(row) = page.around(at, |node| matches!(node, Node::Operation(_)))
        && page.tree.span(row) != at
    {
        compared(page, page.tree.span(row), out);
    }
}

/// A condition in doubt, tested itself.
fn deciding(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let wanted = wanted(found);
    own_consent(page, found.at.span, &wanted, &subjects(found, page, found.at.span), out);
    for place in found.notes.iter().filter_map(|note| note.at).filter(|place| place.file == page.file) {
        let arm = page.around(found.at.span, |node| matches!(node, Node::Arm { .. }));
        let Some(Node::Arm { condition, .. }) = arm.map(|arm| *page.tree.node(arm)) else { continue };
        let span = page.tree.span(condition);
        let written = page.at(span).trim_start_matches('(').trim_end_matches(')').to_owned();
        let mut names = page.reads(condition);
        if let Some(node) = page.around(place.span, |_| true) {
            names.extend(page.reads(node));
        }
        names.retain(|name| doubt::stands(page, found, name));
        for name in names.iter().take(6) {
            let text =
                if written.contains("||") || written.contains("??") { format!("({written})") } else { written.clone() };
            let text = format!("{text} && ~{name} >= {wanted}");
            let inside = page.at(span) != written;
            let text = if inside { format!("({text})") } else { text };
            out.push(page.replace(format!("ask that `{name}` is sure as well"), span, text));
        }
        // A condition that asks an agent gets a name first.
        if let Some(choice) = arm.and_then(|arm| page.parent(arm)) {
            let start = page.tree.span(choice).start;
            let named = format!("const decided = {written}\n{}", page.indent(start));
            let test = format!("decided && ~decided >= {wanted}");
            let text = if page.at(span) != written { format!("({test})") } else { test };
            out.push(
                page.several(
                    "name what decides, and ask that it is sure",
                    vec![(Span::at(start), named), (span, text)],
                ),
            );
        }
    }
}

/// A threshold that somebody else chooses, kept from falling.
fn threshold(page: &Page, at: Span, out: &mut Vec<Fix>) {
    let around = page.around(at, |node| {
        matches!(node, Node::Operation(_) | Node::Chain { .. } | Node::UncertainIf { .. } | Node::Band { .. })
    });
    let span = around.map_or(at, |node| page.tree.span(node));
    for (id, node, inside) in page.all().filter(|(.., s)| span.holds(*s)) {
        let read = matches!(node, Node::Name(_) | Node::Chain { .. });
        let called = page
            .parent(id)
            .is_some_and(|parent| matches!(page.tree.node(parent), Node::Chain { base, .. } if *base == id));
        if read && !called && inside != span {
            let text = format!("Math.max({}, 0.7)", page.at(inside));
            out.push(page.replace(format!("keep {} at 0.7 or above", quoted(page.at(inside))), inside, text));
        }
    }
    out.truncate(24);
}

/// `value(x)` as x.
fn kept(page: &Page, at: Span, out: &mut Vec<Fix>) {
    if let Some((chain, arguments)) = call(page, at)
        && let [only] = arguments[..]
    {
        out.push(certain(page.replace("keep the confidence", page.tree.span(chain), page.source(only))));
    }
}

/// A choice by agent text among what the program names; a prompt that the program words.
fn chosen(page: &Page, at: Span, out: &mut Vec<Fix>) {
    for (_, node, span) in page.all().filter(|(.., s)| at.holds(*s) || s.holds(at)) {
        let Node::Chain { base, links } = *node else { continue };
        for &link in page.tree.list(links) {
            match *page.tree.node(link) {
                Node::Index { key, .. } => {
                    let list = if page.source(base) == "agents" { "agentList" } else { page.source(base) };
                    let whole = Span::new(span.start, page.tree.span(link).end);
                    let text = format!("among({list}, {})", page.source(key));
                    out.push(page.replace("choose among the list", whole, text));
                }
                Node::Call { arguments, .. } => {
                    if let Some(&first) = page.tree.list(arguments).first() {
                        let inside = page.tree.span(first);
                        let text = format!("`Answer this: ${{{}}}`", page.source(first));
                        out.push(page.replace("say in the program what is asked", inside, text));
                    }
                }
                _ => {}
            }
        }
    }
    for (_, node, span) in page.all() {
        if let Node::Entry { key, value } = *node
            && matches!(page.source(key), "agent" | "human" | "to" | "command")
            && at.holds(span)
        {
            let text = format!("among(agentList, {})", page.source(value));
            out.push(page.replace("choose among the list", page.tree.span(value), text));
        }
    }
}

/// A promise about the result: kept by a gate, or lowered.
fn promised(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let at = found.at.span;
    let wanted = wanted(found);
    let decorated = page.all().find(|(_, node, span)| matches!(node, Node::Function(_)) && span.holds(at));
    if let Some((_, Node::Function(function), _)) = decorated
        && let Some(body) = page.tree.function(*function).body
        && let Node::Block(list) = *page.tree.node(body)
        && let Some(&last) = page.tree.list(list).last()
    {
        let result = match *page.tree.node(last) {
            Node::Return(Some(value)) => value,
            _ => last,
        };
        let written = page.source(result);
        for instead in ["null", "\"not sure enough\""] {
            let text = format!("gate({written}, {wanted}) ?? {instead}");
            out.push(page.replace("give the result only where it is sure", page.tree.span(result), text));
        }
    }
    let numbers = page.all().filter(|(_, node, span)| matches!(node, Node::Number(_)) && at.holds(*span));
    let numbers: Vec<Span> = numbers.map(|(.., span)| span).collect();
    for span in numbers {
        let promised: f64 = page.at(span).parse().unwrap_or(1.0);
        for lower in ["0.9", "0.8", "0.7", "0.6", "0.5"] {
            if lower.parse::<f64>().is_ok_and(|lower| lower < promised) {
                out.push(page.replace(format!("promise {lower} only"), span, lower));
            }
        }
    }
    if let Some(node) = page.around(at, |node| matches!(node, Node::Decorator { .. })) {
        let span = page.tree.span(node);
        let rest = &page.text[span.end as usize..];
        let end = span.end + (rest.len() - rest.trim_start().len()) as u32;
        out.push(page.replace("promise nothing", Span::new(span.start, end), ""));
    }
}

/// An action out of the form that may run it twice.
fn moved(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let at = found.at.span;
    let whole = page.tree.span(match page.around(at, |node| matches!(node, Node::Chain { .. })) {
        Some(chain) => chain,
        None => return,
    });
    if found.notes.iter().filter_map(|note| note.at).any(|place| place.file == page.file) {
        let form = page
            .all()
            .filter(|(_, node, span)| matches!(node, Node::Chain { .. }) && span.holds(whole) && *span != whole);
        let mut forms: Vec<Span> = form.map(|(.., span)| span).collect();
        forms.sort_by_key(|span| span.end - span.start);
        for form in forms {
            out.push(page.replace("act once, outside the form", form, page.at(whole)));
        }
    }
}

/// Another judge.
fn another(page: &Page, at: Span, out: &mut Vec<Fix>) {
    let around = page.around(at, |node| matches!(node, Node::Chain { .. }));
    let span = around.map_or(at, |node| page.tree.span(node));
    for (_, node, _) in page.all().filter(|(.., s)| span.holds(*s)) {
        let Node::Entry { key, value } = *node else { continue };
        if !matches!(page.source(key), "agent" | "human" | "to") {
            continue;
        }
        let (own, inside) = (page.source(value).to_owned(), page.tree.span(value));
        let method = if page.source(key) == "agent" { "verify" } else { "approve" };
        for judge in judges(page, at, &[own], method) {
            if judge.starts_with('"') {
                let entry = Span::new(page.tree.span(key).start, inside.end);
                out.push(page.replace("have a person judge it", entry, format!("human: {judge}")));
            } else {
                out.push(page.replace(format!("have `{judge}` judge it"), inside, judge));
            }
        }
    }
}
