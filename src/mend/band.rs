//! Branches of `uncertain if` that are missing, empty or dead.

use super::edit::certain;
use super::page::Page;
use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::source::Span;
use crate::syntax::ast::Node;

/// What is said where nothing is done.
const SAID: &str = "print(\"not sure enough\")";

/// Candidates for a branch.
pub(super) fn candidates(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    match found.code {
        Code::CF005 => missing(found, page, out),
        Code::CF006 => silent(found, page, out),
        Code::CF003 => dead(found, page, out),
        _ => {}
    }
}

fn missing(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let routed = |node: &Node| matches!(node, Node::UncertainIf { .. } | Node::Bands(_));
    let at = found.at.span;
    let begins =
        page.all().filter(|(_, node, span)| routed(node) && span.start >= at.start).min_by_key(|(.., s)| s.start);
    let node = page.around(at, routed).or(begins.map(|(id, ..)| id));
    let Some(node) = node else { return };
    let (Node::UncertainIf { bands, .. } | Node::Bands(bands)) = *page.tree.node(node) else { return };
    let Some(&last) = page.tree.list(bands).last() else { return };
    let last = page.tree.span(last);
    let several = page.text[page.tree.span(node).start as usize..last.end as usize].contains('\n');
    let mut put = |title: &str, branches: &[String]| {
        let text: String = branches
            .iter()
            .map(|branch| if several { format!("\n{}{branch}", page.indent(last.start)) } else { format!(" {branch}") })
            .collect();
        out.push(page.insert(title, last.end, text));
    };
    let names: Vec<&str> = found.message.split('`').skip(1).step_by(2).collect();
    let all = |body: &str| names.iter().map(|name| format!("{name} {{ {body} }}")).collect::<Vec<_>>();
    put("say in `default` that nothing is done", &[format!("default {{ {SAID} }}")]);
    put("add what is missing", &all(SAID));
    put("give a text in `default`", &["default { \"not sure enough\" }".to_owned()]);
    put("give null in `default`", &["default { null }".to_owned()]);
    put("fail in `default`", &["default { throw \"not sure enough\" }".to_owned()]);
}

fn silent(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let Some(band) = page.around(found.at.span, |node| matches!(node, Node::Band { .. })) else { return };
    let Node::Band { body, .. } = *page.tree.node(band) else { return };
    let span = page.tree.span(body);
    for body in [SAID, "\"not sure enough\""] {
        out.push(page.replace("say that nothing is done", span, format!("{{ {body} }}")));
    }
}

fn dead(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let arm = |node: &Node| matches!(node, Node::Band { .. } | Node::MatchArm { .. });
    let Some(node) = page.around(found.at.span, arm) else { return };
    let span = page.tree.span(node);
    // With the comma and the line it stands on.
    let rest = &page.text[span.end as usize..];
    let comma = if rest.trim_start().starts_with(',') { rest.find(',').map_or(0, |at| at + 1) } else { 0 };
    let start = page.text[..span.start as usize].trim_end().len() as u32;
    let whole = Span::new(start, span.end + comma as u32);
    out.push(certain(page.replace("remove what never runs", whole, "")));
}
