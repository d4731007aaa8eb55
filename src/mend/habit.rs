//! What hands write from the habit of another language, where it is clear what stands for it here.

use super::action::under;
use super::edit::{certain, quoted};
use super::page::Page;
use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::source::Span;
use crate::syntax::ast::{Infix, Node, NodeId};
use crate::syntax::token::{Kind, Token};

/// Candidates that say better than the finding itself what to write.
pub(super) fn candidates(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let at = found.at.span;
    match (found.code, page.at(at)) {
        (Code::P008, "as") => out.extend(cast(page, at)),
        (Code::P008, ">>" | ">>>" | "<<" | "|" | "&") => out.extend(bits(page, at)),
        (Code::P008 | Code::P010, "Array" | "new Array") => out.extend(filled(page, at)),
        (Code::P008, "new Set") => out.extend(unique(page, at)),
        (Code::P008, written) if written.starts_with("new ") && written.ends_with("Error") => {
            out.push(certain(page.replace("write `new Error`", at, "new Error")));
        }
        (Code::P008, "declare") => out.extend(from_outside(page, at)),
        (Code::P008, "void") => out.extend(nothing(page, at)),
        (Code::P008, "print" | "expect" | "echo" | "puts") => out.extend(called(page, at)),
        (Code::P001, "->") if found.message.starts_with("a result's type") => {
            let from = page.text[..at.start as usize].trim_end().len() as u32;
            out.push(certain(page.replace("write `:`", Span::new(from, at.end), ":")));
        }
        (Code::P001, ":") if found.message == "a caught error has no type" => {
            let close = page.tokens[page.token_from(at.end)..].iter().find(|token| token.kind == Kind::ParenClose);
            out.extend(
                close.map(|close| certain(page.replace("remove the type", Span::new(at.start, close.start), ""))),
            );
        }
        (Code::P001, ":" | "=>") if found.message.starts_with("the branch of a band") => {
            let from = page.text[..at.start as usize].trim_end().len() as u32;
            out.push(certain(page.replace(format!("remove `{}`", page.at(at)), Span::new(from, at.end), "")));
            let line = Span::new(at.end, page.line_end(at.end));
            let branch = page.at(line).trim().trim_end_matches([',', ';']);
            let text = format!(" {{ {branch} }}");
            out.push(page.replace(format!("write `{}`", text.trim()), Span::new(from, line.end), text));
        }
        (Code::P001, ":") if found.message.ends_with("does not cut a list") => out.extend(cut(page, at)),
        (Code::P001, ":") if found.message == "arguments have no names" => out.extend(nameless(page, at)),
        (Code::P001, ":") => out.extend(typed(page, at)),
        (Code::P001, "for") => out.extend(comprehension(page, at)),
        (Code::P008, "len" | "str" | "int" | "float") => out.extend(builtin(page, at)),
        (Code::P008, "new RegExp") => out.extend(expression(page, at)),
        (Code::P001, "case") => out.extend(cases(page, at)),
        (Code::P001, _) if found.help.as_deref().is_some_and(|help| help.contains("`high`, `medium`")) => {
            out.extend(undecided(page, at));
        }
        (Code::P002, "(") => out.extend(floored(page, at)),
        (Code::P008, _) if found.message.ends_with("<…>`") => out.extend(generic(page, at)),
        (Code::P008, "enum") => out.extend(enumerated(page, at)),
        (Code::P010, _) if found.message.contains("is a type, not a value") => {
            out.extend(methods(page, at));
            out.extend(text_of_type(page, at));
        }
        (Code::TM01, _) => out.extend(matched(page, at)),
        (Code::T005 | Code::R006, _) => out.extend(renamed(found, page)),
        (Code::P012, written) if written.starts_with("?.") => out.extend(where_present(page, at)),
        (Code::P012, written) if written.contains("..") => out.extend(range(page, at)),
        // Another place makes no schema of it, only nobody looks at it there.
        (Code::T001, _) if found.message.contains("takes a schema") => {}
        (Code::T001, _) => {
            out.extend(attempts(page, at));
            out.extend(swapped(page, at));
            out.extend(in_order(page, at));
        }
        (Code::T002, _) => out.extend(between(page, at)),
        (Code::T003, "void" | "Promise") => out.extend(no_result(page, at)),
        (Code::T003, _) if found.message.starts_with("there is no type") => {
            let plain = match page.at(at) {
                "Int" | "Float" | "Double" | "Integer" | "i32" | "i64" | "u32" | "f64" | "usize" => "number",
                "Bool" => "boolean",
                "Str" | "Text" => "string",
                "List" | "Array" | "list" | "array" | "tuple" | "Vec" => "any[]",
                "Dict" | "Record" | "Map" | "dict" | "map" => "{ [key: string]: any }",
                "unknown" | "Any" | "Object" | "object" | "never" => "any",
                "undefined" | "None" => "null",
                _ => return,
            };
            out.push(certain(page.replace(format!("write `{plain}`"), at, plain)));
        }
        (Code::T004, _) => out.extend(confident(page, at)),
        _ => {}
    }
}

/// The same mend, with the constants of Python written as they are here: they are told only where the rest can be read.
pub(super) fn with_constants(fix: &Fix, page: &Page) -> Option<Fix> {
    let meets =
        |span: Span| fix.edits.iter().any(|edit| edit.at.span.start < span.end && span.start < edit.at.span.end);
    let plain = |written: &str| match written {
        "True" => Some("true"),
        "False" => Some("false"),
        "None" => Some("null"),
        _ => None,
    };
    let tokens = page.tokens.iter().map(Token::span).filter(|span| !meets(*span));
    let constants: Vec<_> = tokens.filter_map(|span| Some(page.edit(span, plain(page.at(span))?))).collect();
    let edits = fix.edits.iter().cloned().chain(constants.iter().cloned()).collect();
    (!constants.is_empty()).then(|| Fix { title: fix.title.clone(), certain: fix.certain, edits })
}

/// `list[from:to]`
fn cut(page: &Page, colon: Span) -> Option<Fix> {
    let (open, close) = around(page, colon, Kind::SquareOpen)?;
    let part = |from: u32, to: u32| page.at(Span::new(from, to)).trim().to_owned();
    let (from, to) = (part(open.end, colon.start), part(colon.end, close.start));
    let from = if from.is_empty() { "0".to_owned() } else { from };
    let text = if to.is_empty() { format!(".slice({from})") } else { format!(".slice({from}, {to})") };
    let whole = Span::new(open.start, close.end);
    (!to.contains(':')).then(|| certain(page.replace(format!("write `{text}`"), whole, text)))
}

/// The brackets of a kind around a place.
fn around(page: &Page, at: Span, kind: Kind) -> Option<(Token, Token)> {
    let opens = (0..page.token_from(at.start)).rev().filter(|&index| page.tokens[index].kind == kind);
    let mut pairs = opens.filter_map(|open| Some((open, brackets(page, open)?.1)));
    let (open, close) = pairs.find(|(_, close)| page.tokens[*close].start >= at.end)?;
    Some((page.tokens[open], page.tokens[close]))
}

/// `f(name: value)` without the names.
fn nameless(page: &Page, colon: Span) -> Option<Fix> {
    let (open, close) = around(page, colon, Kind::ParenOpen)?;
    let inside = &page.tokens[page.token_from(open.end)..page.token_from(close.start)];
    let named = inside.windows(3).filter(|three| {
        let first = three[0].start == inside[0].start || page.text[..three[0].start as usize].trim_end().ends_with(',');
        first && three[0].kind.is_name() && three[1].kind == Kind::Colon
    });
    let edits = named.map(|three| (Span::new(three[0].start, three[2].start), String::new()));
    Some(page.several("leave the names out", edits.collect()))
}

/// `x: number = 5` without `let`.
fn typed(page: &Page, colon: Span) -> Option<Fix> {
    let name = page.tokens[..page.token_from(colon.start)].last()?;
    let alone = page.text[page.line_start(name.start) as usize..name.start as usize].trim().is_empty();
    let written = page.at(name.span());
    (alone && name.kind.is_name()).then(|| certain(page.insert(format!("write `let {written}`"), name.start, "let ")))
}

/// `[f(x) for x in xs if c]`
fn comprehension(page: &Page, word: Span) -> Option<Fix> {
    let (open, close) = around(page, word, Kind::SquareOpen)?;
    let from = page.token_from(word.end);
    let (name, sign) = (page.tokens.get(from)?, page.tokens.get(from + 1)?);
    if !name.kind.is_name() || page.at(sign.span()) != "in" {
        return None;
    }
    let name = page.at(name.span());
    let rest = page.at(Span::new(sign.end, close.start)).trim();
    let value = page.at(Span::new(open.end, word.start)).trim();
    let (list, kept) = rest.split_once(" if ").unwrap_or((rest, ""));
    let plain = list.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '[' | ']' | '(' | ')' | ',' | ' '));
    let filtered = if kept.is_empty() { String::new() } else { format!(".filter({name} => {kept})") };
    let mapped = if value == name { String::new() } else { format!(".map({name} => {value})") };
    let text = format!("{}{filtered}{mapped}", list.trim());
    (plain && !rest.contains(" for ")).then(|| certain(write(page, Span::new(open.start, close.end), text)))
}

/// `len(x)`, `str(x)`, `int(x)`, `float(x)`
fn builtin(page: &Page, word: Span) -> Option<Fix> {
    let (given, close) = argument(page, word.end)?;
    let plain = given.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.')) || given.starts_with('[');
    let text = match page.at(word) {
        "len" if plain => format!("{given}.length"),
        "str" => format!("String({given})"),
        "int" => format!("Math.trunc(Number({given}))"),
        "float" => format!("Number({given})"),
        _ => return None,
    };
    Some(certain(write(page, Span::new(word.start, page.tokens[close].end), text)))
}

/// `new RegExp("a", "g")`
fn expression(page: &Page, head: Span) -> Option<Fix> {
    let (given, close) = argument(page, head.end)?;
    let (source, flags) = given.split_once(',').unwrap_or((given, "\"\""));
    let inner = |text: &str| {
        let text = text.trim();
        let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        text.strip_prefix(quote)?.strip_suffix(quote).map(str::to_owned)
    };
    let source = inner(source)?.replace("\\\\", "\\");
    let text = format!("/{source}/{}", inner(flags)?);
    (!source.is_empty() && !source.contains('/'))
        .then(|| certain(write(page, Span::new(head.start, page.tokens[close].end), text)))
}

/// `write …` of what is written instead of a place.
pub(super) fn write(page: &Page, span: Span, text: String) -> Fix {
    page.replace(format!("write {}", quoted(&text)), span, text)
}

/// `x as T` without the cast.
fn cast(page: &Page, word: Span) -> Option<Fix> {
    let at = page.token_from(word.start);
    let before = page.tokens[..at].last()?.end;
    let mut end = page.tokens.get(at + 1)?.end;
    for pair in page.tokens.get(at + 2..)?.chunks_exact(2) {
        if (pair[0].kind, pair[1].kind) != (Kind::SquareOpen, Kind::SquareClose) {
            break;
        }
        end = pair[1].end;
    }
    Some(certain(page.replace("remove the cast", Span::new(before, end), "")))
}

/// The type behind a `:` without it.
fn no_result(page: &Page, at: Span) -> Option<Fix> {
    let colon = page.tokens[..page.token_from(at.start)].last().filter(|token| token.kind == Kind::Colon)?;
    Some(certain(page.replace("leave the type out", Span::new(colon.start, at.end), "")))
}

/// `Promise<void>`, which says nothing, and lists of agents, of which a pattern says how many there are.
fn generic(page: &Page, at: Span) -> Option<Fix> {
    let inner = page.at(at).split_once('<')?.1.strip_suffix('>')?.trim();
    match page.at(at).split('<').next()? {
        _ if inner == "void" => no_result(page, at),
        "Array" | "List" | "Set" | "list" | "ReadonlyArray" => Some(write(page, at, format!("{inner}[1..16]"))),
        _ => None,
    }
}

/// `enum Level { Low = 1, High }` as a type of texts, and `Level.Low` as one of them.
fn enumerated(page: &Page, word: Span) -> Option<Fix> {
    let at = page.token_from(word.start);
    // Its name stands before it in `type Name = enum { … }`.
    let assigned = page.tokens.get(at + 1)?.kind == Kind::BraceOpen;
    let named = if assigned { at.checked_sub(2)? } else { at + 1 };
    let name = page.at(Span::new(page.tokens.get(named)?.start, page.tokens[named].end));
    let (start, close) = brackets(page, if assigned { at + 1 } else { at + 2 })?;
    let inner = page.at(Span::new(start, page.tokens[close].start));
    let members: Vec<(&str, String)> = inner
        .split([',', '\n'])
        .filter(|member| !member.trim().is_empty())
        .map(|member| {
            let (key, value) = member.split_once('=').unwrap_or((member, ""));
            let text = value.trim().starts_with(['"', '\'']);
            (key.trim(), if text { value.trim().to_owned() } else { format!("\"{}\"", key.trim()) })
        })
        .collect();
    let before = match assigned {
        true => page.tokens[..named].last(),
        false => page.tokens[..at].last().filter(|token| matches!(token.kind, Kind::Let(_))),
    };
    let texts: Vec<&str> = members.iter().map(|(_, text)| text.as_str()).collect();
    let whole = Span::new(before.map_or(word.start, |token| token.start), page.tokens[close].end);
    let mut edits = vec![(whole, format!("type {name} = {}", texts.join(" | ")))];
    for three in page.tokens[close..].windows(3) {
        let [owner, dot, key] = [&three[0], &three[1], &three[2]].map(Token::span);
        if page.at(owner) == name && page.at(dot) == "." {
            let (_, text) = members.iter().find(|(known, _)| *known == page.at(key))?;
            edits.push((owner.to(key), text.clone()));
        }
    }
    let plain = |key: &str| key.chars().all(|c| c.is_alphanumeric() || c == '_');
    (!members.is_empty() && members.iter().all(|(key, _)| plain(key)))
        .then(|| page.several(format!("write `type {name} = {}`", texts.join(" | ")), edits))
}

/// `delete o?.a` and `o?.a = x`: what is done where `o` is there.
fn where_present(page: &Page, at: Span) -> Option<Fix> {
    let statement =
        page.statement(at).filter(|&node| !matches!(page.tree.node(node), Node::Let { .. } | Node::Return(_)))?;
    let chain = page.around(at, |node| matches!(node, Node::Chain { .. }))?;
    let Node::Chain { links, .. } = *page.tree.node(chain) else { return None };
    let optional = |link: &&NodeId| page.source(**link).starts_with("?.");
    let mut edits: Vec<(Span, String)> = Vec::new();
    let mut last = None;
    for span in page.tree.list(links).iter().filter(optional).map(|link| page.tree.span(*link)) {
        let plain = if page.at(span).starts_with("?.[") { "" } else { "." };
        edits.push((Span::new(span.start, span.start + 2), plain.to_owned()));
        last = Some(span.start);
    }
    let condition = format!("{} != null", page.at(Span::new(page.tree.span(chain).start, last?)));
    let title = format!("do it where {}", quoted(&condition));
    Some(under(page, statement, &condition, title, edits))
}

/// `declare const x: T`, which the host gives: as the input of the script.
fn from_outside(page: &Page, word: Span) -> Option<Fix> {
    let next = page.tokens.get(page.token_from(word.end)).filter(|next| matches!(next.kind, Kind::Let(_)))?;
    let end = page.tokens[..page.token_from(page.line_end(word.end))]
        .iter()
        .rev()
        .find(|token| token.kind != Kind::Semicolon)?
        .end;
    let edits = vec![(Span::new(word.start, next.start), String::new()), (Span::at(end), " = input".to_owned())];
    Some(page.several("take the input of the script", edits))
}

/// `mock(Model, { ask: … })`
fn methods(page: &Page, at: Span) -> Option<Fix> {
    let (name, span, given) = call(page, at).filter(|(name, ..)| *name == "mock")?;
    let [_, answers] = given[..] else { return None };
    let text = format!(".methods({})", page.source(answers));
    matches!(page.tree.node(answers), Node::Object(_))
        .then(|| certain(page.replace(format!("write {}", quoted(&format!("{name}{text}"))), span, text)))
}

/// `State.Open`, where a type is one of some texts.
fn text_of_type(page: &Page, at: Span) -> Option<Fix> {
    let next = page.token_from(at.end);
    let [dot, member] = page.tokens.get(next..next + 2)? else { return None };
    let (dot, member) = (dot.span(), member.span());
    let text = format!("\"{}\"", page.at(member));
    let declares = page.all().any(|(_, node, span)| matches!(node, Node::Type { .. }) && page.at(span).contains(&text));
    (page.at(dot) == "." && declares).then(|| certain(page.replace(format!("write `{text}`"), at.to(member), text)))
}

/// `while ((m = re.exec(text)) !== null)`, which begins anew each time.
fn matched(page: &Page, at: Span) -> Option<Fix> {
    let node = page.around(at, |node| matches!(node, Node::While { .. }))?;
    let Node::While { condition, .. } = *page.tree.node(node) else { return None };
    let plain: String = page.source(condition).chars().filter(|c| !c.is_whitespace()).collect();
    let plain = plain.replace("!==null", "").replace("!=null", "");
    let plain = plain.trim_matches(['(', ')']);
    let (name, rest) = plain.split_once('=')?;
    let (expression, text) = rest.split_once(".exec(")?;
    let word = |text: &str| text.chars().all(|c| c.is_alphanumeric() || c == '_');
    let head = Span::new(page.tree.span(node).start, page.tree.span(condition).end);
    let end = page.tokens.get(page.token_from(head.end)).filter(|token| token.kind == Kind::ParenClose);
    let head = Span::new(head.start, end.map_or(head.end, |token| token.end));
    let text = text.trim_end_matches(')');
    (word(name) && word(expression))
        .then(|| write(page, head, format!("for (const {name} of {text}.matchAll({expression}))")))
}

/// A method as it is called here, or the property that is meant.
fn renamed(found: &Diagnostic, page: &Page) -> Option<Fix> {
    let name = found.message.rsplit('`').nth(1)?;
    let help = found.help.as_deref()?;
    let tokens = &page.tokens[page.token_from(found.at.span.start)..];
    let word = tokens.iter().take(4).map(Token::span).find(|span| page.at(*span) == name)?;
    let instead = help.split('`').nth(1)?;
    let (given, close) = argument(page, word.end)?;
    let whole = Span::new(word.start, page.tokens[close].end);
    if help.starts_with("read ") {
        let fix = || page.replace(format!("read `{instead}`"), whole, instead);
        return given.is_empty().then(|| certain(fix()));
    }
    let (method, taken) = help.strip_prefix("write `")?.split_once('(')?;
    if let Some(function) = method.strip_prefix("Math.") {
        let chain = page.around(word, |node| matches!(node, Node::Chain { .. }))?;
        let start = page.tree.span(chain).start;
        let dot = page.tokens[..page.token_from(word.start)].last()?.start;
        let value = page.at(Span::new(start, dot));
        let grouped = value.strip_prefix('(').is_some_and(|rest| rest.find(')') == Some(rest.len() - 1));
        let text = if grouped { format!("Math.{function}{value}") } else { format!("Math.{function}({value})") };
        return given.is_empty().then(|| certain(write(page, Span::new(start, whole.end), text)));
    }
    let word_alone = method.chars().all(char::is_alphanumeric);
    let alike = given.is_empty() == taken.starts_with(')') && !taken.contains(',') && !given.contains(',');
    (word_alone && alike && name != "add").then(|| certain(page.replace(format!("write `{method}`"), word, method)))
}

/// The operands of an operation of two whose operator stands there.
fn operands(page: &Page, operator: Span) -> Option<(Span, &str, &str)> {
    let row = page.around(operator, |node| matches!(node, Node::Operation(_)))?;
    let Node::Operation(list) = *page.tree.node(row) else { return None };
    let [left, sign, right] = *page.tree.list(list) else { return None };
    (page.tree.span(sign).start == operator.start).then(|| (page.tree.span(row), page.source(left), page.source(right)))
}

/// An operator on bits as arithmetic.
fn bits(page: &Page, operator: Span) -> Option<Fix> {
    let (whole, left, right) = operands(page, operator)?;
    let plain =
        |text: &str| text.starts_with('(') || text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
    if !plain(left) || !plain(right) {
        return None;
    }
    let text = match (page.at(operator), right) {
        (">>", _) => format!("Math.floor({left} / 2 ** {right})"),
        ("<<", _) => format!("{left} * 2 ** {right}"),
        ("|", "0") => format!("Math.trunc({left})"),
        ("&", "1") => format!("{left} % 2"),
        _ => return None,
    };
    let fix = write(page, whole, text);
    Some(if page.at(operator) == "&" { fix } else { certain(fix) })
}

/// The brackets that a token opens, without what stands in them.
pub(super) fn brackets(page: &Page, open: usize) -> Option<(u32, usize)> {
    let mut depth = 0;
    for (index, token) in page.tokens.iter().enumerate().skip(open) {
        depth += token.kind.nests();
        if depth == 0 {
            return Some((page.tokens.get(open)?.end, index));
        }
    }
    None
}

/// What stands in the parentheses that follow a place, and the number of the token that closes them.
pub(super) fn argument(page: &Page, from: u32) -> Option<(&str, usize)> {
    let open = page.token_from(from);
    page.tokens.get(open).filter(|token| token.kind == Kind::ParenOpen)?;
    let (start, close) = brackets(page, open)?;
    Some((page.at(Span::new(start, page.tokens[close].start)).trim(), close))
}

/// `Array(n).fill(x)` as a range.
fn filled(page: &Page, head: Span) -> Option<Fix> {
    let (count, close) = argument(page, head.end)?;
    let word = page.tokens.get(close + 2)?;
    if page.at(word.span()) != "fill" || count.is_empty() {
        return None;
    }
    let (value, last) = argument(page, word.end)?;
    let text = format!(
        "range({count}).map(() => {})",
        if value.starts_with('{') { format!("({value})") } else { value.to_owned() }
    );
    Some(certain(write(page, Span::new(head.start, page.tokens[last].end), text)))
}

/// `new Set(xs)`, and the list that is made of it, as `unique(xs)`.
fn unique(page: &Page, head: Span) -> Option<Fix> {
    let (list, close) = argument(page, head.end)?;
    if list.is_empty() {
        return None;
    }
    let text = format!("unique({list})");
    let end = page.tokens[close].end;
    let at = page.token_from(head.start);
    let kinds = |from: usize, count: usize| {
        page.tokens.get(from..from + count).map(|t| t.iter().map(|t| t.kind).collect::<Vec<_>>())
    };
    let spread = at >= 2 && kinds(at - 2, 2).as_deref() == Some(&[Kind::SquareOpen, Kind::Ellipsis]);
    if spread && kinds(close + 1, 1).as_deref() == Some(&[Kind::SquareClose]) {
        let whole = Span::new(page.tokens[at - 2].start, page.tokens[close + 1].end);
        return Some(certain(write(page, whole, text)));
    }
    Some(write(page, Span::new(head.start, end), text))
}

/// `void 0`
fn nothing(page: &Page, word: Span) -> Option<Fix> {
    let next = page.tokens.get(page.token_from(word.end)).filter(|next| next.kind == Kind::Number)?;
    Some(certain(page.replace("write `null`", Span::new(word.start, next.end), "null")))
}

/// A call without its parentheses, to the end of its line.
fn called(page: &Page, word: Span) -> Option<Fix> {
    let end = page.tokens[page.token_from(word.end)..]
        .iter()
        .take_while(|token| !token.newline && token.kind != Kind::Semicolon);
    let mut depth = 0;
    let inside = end.take_while(|token| {
        depth += token.kind.nests();
        depth >= 0
    });
    let end = inside.last()?.end;
    let text = format!("{}({})", page.at(word), page.at(Span::new(word.end, end)).trim());
    Some(certain(write(page, Span::new(word.start, end), text)))
}

/// `case a:` as arms of a `match`.
fn cases(page: &Page, first: Span) -> Option<Fix> {
    let from = page.token_from(first.start);
    let (mut depth, mut edits, mut waits) = (0, Vec::new(), false);
    for (index, token) in page.tokens.iter().enumerate().skip(from) {
        let span = token.span();
        depth += token.kind.nests();
        if depth < 0 {
            break;
        }
        let next = page.tokens.get(index + 1)?;
        match token.kind {
            Kind::Break if depth == 0 => {
                let end = if next.kind == Kind::Semicolon { next.end } else { span.end };
                edits.push((Span::new(page.text[..span.start as usize].trim_end().len() as u32, end), String::new()));
            }
            Kind::Case | Kind::Default if depth == 0 => {
                let before = page.tokens[index - 1];
                if index > from && !token.newline && before.kind != Kind::Comma {
                    edits.push((Span::at(before.end), ",".to_owned()));
                }
                let (end, text) = if token.kind == Kind::Case { (next.start, "") } else { (span.end, "_") };
                edits.push((Span::new(span.start, end), text.to_owned()));
                waits = true;
            }
            Kind::Colon if depth == 0 && waits => {
                edits.push((span, " =>".to_owned()));
                waits = false;
            }
            kind if kind.is_name() && depth == 0 && page.at(span) == "_" && !token.newline => {
                let before = page.tokens[index - 1];
                if before.kind != Kind::Comma {
                    edits.push((Span::at(before.end), ",".to_owned()));
                }
            }
            _ => {}
        }
    }
    Some(certain(page.several("write `value => …`", edits)))
}

/// `uncertain if` with the branches of an `if`.
fn undecided(page: &Page, at: Span) -> Option<Fix> {
    let before = page.tokens[..page.token_from(at.start)].iter().rev().take(24);
    let word = before
        .take_while(|token| !token.newline || token.kind == Kind::Uncertain)
        .find(|token| token.kind == Kind::Uncertain)?;
    let next = page.tokens.get(page.token_from(word.end))?;
    Some(page.replace("write `if`", Span::new(word.start, next.start), ""))
}

/// `a // b`, which begins a comment.
fn floored(page: &Page, open: Span) -> Option<Fix> {
    let line = page.line_end(open.end);
    let inside = |span: &Span| open.end <= span.start && span.end <= line;
    let comment = page.tree.comments.iter().map(|comment| comment.span).find(inside)?;
    let divisor = page.at(comment).strip_prefix("//")?;
    let closed = divisor.find(')')?;
    let (divisor, rest) = (divisor[..closed].trim(), comment.start + 2 + closed as u32);
    let before = page.tokens[..page.token_from(comment.start)].last()?;
    let plain = divisor.chars().all(|c| c.is_alphanumeric() || c == '_') && !divisor.is_empty();
    let simple = matches!(before.kind, Kind::Name | Kind::Number);
    let dividend = before.span();
    (plain && simple).then(|| {
        let text = format!("Math.floor({} / {divisor})", page.at(dividend));
        certain(write(page, Span::new(dividend.start, rest), text))
    })
}

/// `1..3 =>` in a `match`.
fn range(page: &Page, at: Span) -> Option<Fix> {
    let (low, high) = page.at(at).split_once("..")?;
    let (sign, high) = high.strip_prefix('=').map_or(("<", high), |high| ("<=", high));
    let number = |text: &str| text.trim().parse::<f64>().is_ok();
    let text = format!("n if n >= {} && n {sign} {}", low.trim(), high.trim());
    (number(low) && number(high)).then(|| certain(write(page, at, text)))
}

/// The call that an argument stands in: the name it is called by, and its arguments.
fn call(page: &Page, at: Span) -> Option<(&str, Span, Vec<NodeId>)> {
    let call = page.around(at, |node| matches!(node, Node::Call { .. }))?;
    let Node::Call { arguments, .. } = *page.tree.node(call) else { return None };
    let span = page.tree.span(call);
    let name = page.tokens[..page.token_from(span.start)].last().map(|token| page.at(token.span()))?;
    Some((name, span, page.tree.list(arguments).to_vec()))
}

/// `retry(f, 3)`
fn attempts(page: &Page, at: Span) -> Option<Fix> {
    let (name, span, given) = call(page, at).filter(|(name, ..)| *name == "retry")?;
    let [first, second] = given[..] else { return None };
    let number = |node: NodeId| matches!(page.tree.node(node), Node::Number(_));
    let (work, times) = if number(first) { (second, first) } else { (first, second) };
    let text = format!("({}, {{ attempts: {} }})", page.source(work), page.source(times));
    let title = format!("write {}", quoted(&format!("{name}{text}")));
    number(times).then(|| certain(page.replace(title, span, text)))
}

/// Two arguments the other way round.
fn swapped(page: &Page, at: Span) -> Option<Fix> {
    let (name, span, given) = call(page, at)?;
    let [first, second] = given[..] else { return None };
    let text = format!("({}, {})", page.source(second), page.source(first));
    Some(page.replace(format!("write {}", quoted(&format!("{name}{text}"))), span, text))
}

/// `P({ a: 1, b: 2 })` where `a` and `b` are the parameters.
fn in_order(page: &Page, at: Span) -> Option<Fix> {
    let (name, span, given) = call(page, at)?;
    let [only] = given[..] else { return None };
    let Node::Object(list) = *page.tree.node(only) else { return None };
    let declared = page.all().find_map(|(_, node, _)| match *node {
        Node::Function(id) => {
            let function = page.tree.function(id);
            (function.name.is_some_and(|own| page.source(own) == name)).then_some(function.parameters)
        }
        _ => None,
    })?;
    let value = |wanted: &str| {
        page.tree.list(list).iter().find_map(|&member| match *page.tree.node(member) {
            Node::Entry { key, value } if page.source(key) == wanted => Some(page.source(value).to_owned()),
            Node::Shorthand { .. } if page.source(member) == wanted => Some(wanted.to_owned()),
            _ => None,
        })
    };
    let names = page.tree.list(declared).iter().map(|&parameter| match *page.tree.node(parameter) {
        Node::Parameter { pattern, .. } => Some(page.source(pattern)),
        _ => None,
    });
    let values: Vec<String> = names.map(|name| value(name?)).collect::<Option<_>>()?;
    let text = format!("({})", values.join(", "));
    let all = page.tree.list(list).len() == values.len();
    all.then(|| certain(page.replace(format!("write {}", quoted(&format!("{name}{text}"))), span, text)))
}

/// `a < b < c`
fn between(page: &Page, at: Span) -> Option<Fix> {
    let row = page.around(at, |node| matches!(node, Node::Operation(_)))?;
    let Node::Operation(list) = *page.tree.node(row) else { return None };
    let [a, first, b, second, c] = *page.tree.list(list) else { return None };
    let compares = |node: NodeId| {
        matches!(
            page.tree.node(node),
            Node::Operator(Infix::Less | Infix::LessEqual | Infix::Greater | Infix::GreaterEqual)
        )
    };
    if !compares(first) || !compares(second) {
        return None;
    }
    let [a, first, b, second, c] = [a, first, b, second, c].map(|node| page.source(node));
    let fix = write(page, page.tree.span(row), format!("{a} {first} {b} && {b} {second} {c}"));
    Some(if b.contains('(') { fix } else { certain(fix) })
}

/// `mock("a", 0.9)`
fn confident(page: &Page, at: Span) -> Option<Fix> {
    let mocks = |name: &Token| page.at(name.span()) == "mock";
    let inside =
        page.tokens[page.token_from(at.start)..].iter().take_while(|token| token.start < at.end.max(at.start + 1));
    let before = page.tokens[..page.token_from(at.start)].iter().rev().take(1);
    let name = inside.chain(before).find(|token| mocks(token))?;
    let open = page.tokens.get(page.token_from(name.end))?;
    let (_, span, given) = call(page, open.span())?;
    let [answer, sure] = given[..] else { return None };
    let sure =
        matches!(page.tree.node(sure), Node::Number(n) if (0.0..=1.0).contains(n)).then_some(page.source(sure))?;
    let text = format!("({} ~> {sure})", page.source(answer));
    Some(certain(page.replace(format!("write {}", quoted(&format!("mock{text}"))), span, text)))
}
