//! Expressions of JavaScript, TypeScript and Python that have another form here.

use super::edit::certain;
use super::habit::{argument, brackets, write};
use super::names::spellings;
use super::page::Page;
use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::source::Span;
use crate::syntax::ast::{Node, NodeId};
use crate::syntax::token::{Kind, Token};

/// Candidates for what a finding points at.
pub(super) fn candidates(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let at = found.at.span;
    let written = page.at(at);
    let says = |what: &str| found.message.contains(what);
    match found.code {
        Code::P001 if written == "if" => out.extend(choice(page, at)),
        Code::P001 if says("arguments have no names") => out.extend(options(page, at)),
        Code::T001 => out.extend(option(page, at)),
        Code::P004 if says("is a BigInt") => {
            out.push(certain(page.replace("write a number", Span::new(at.end - 1, at.end), "")));
        }
        Code::P008 if says("there is no `for await`") => {
            let next = page.tokens.get(page.token_from(at.end)).map_or(at.end, |next| next.start);
            out.push(certain(page.replace("remove `await`", Span::new(at.start, next), "")));
        }
        Code::P008 if says("there are no tagged templates") => out.extend(tagged(page, at)),
        Code::P008 if says("there are no type parameters") => out.extend(untyped(page, at)),
        Code::P008 if written == "new Promise" => out.extend(slept(page, at)),
        Code::P008 if written == "except" => out.extend(caught(page, at)),
        Code::P008 if written == "this" => out.extend(itself(page, at)),
        Code::P010 if says("is not known here") => out.extend(grouped(page, at)),
        Code::R002 if says("the length of a list") => out.extend(shortened(page, at)),
        _ => {}
    }
}

/// `a if c else b` as `c ? a : b`: what stands between the marks around it.
fn choice(page: &Page, word: Span) -> Option<Fix> {
    let at = page.token_from(word.start);
    let ends = |token: &Token| {
        matches!(token.kind, Kind::Comma | Kind::Colon | Kind::Semicolon | Kind::Return) || page.at(token.span()) == "="
    };
    let mut depth = 0;
    let first = (0..at).rev().take_while(|&index| {
        let token = &page.tokens[index];
        depth -= token.kind.nests();
        depth >= 0 && !(depth == 0 && ends(token)) && !page.tokens[index + 1].newline
    });
    let first = first.last()?;
    let mut depth = 0;
    let mut last = at;
    let mut otherwise = None;
    for (index, token) in page.tokens.iter().enumerate().skip(at + 1) {
        depth += token.kind.nests();
        if depth < 0 || token.newline || depth == 0 && ends(token) {
            break;
        }
        if depth == 0 && token.kind == Kind::Else {
            otherwise = otherwise.or(Some(*token));
        }
        last = index;
    }
    let (otherwise, last) = (otherwise?, page.tokens[last]);
    let part = |from: u32, to: u32| page.at(Span::new(from, to)).trim();
    let start = page.tokens[first].start;
    let (value, condition) = (part(start, word.start), part(word.end, otherwise.start));
    let other = part(otherwise.end, last.end);
    let text = format!("{condition} ? {value} : {other}");
    Some(certain(write(page, Span::new(start, last.end), text)))
}

/// `f(x, name: value)` with the options in an object.
fn options(page: &Page, colon: Span) -> Option<Fix> {
    let name = page.tokens[..page.token_from(colon.start)].last()?;
    let mut depth = 0;
    let close = page.tokens[page.token_from(colon.end)..].iter().find(|token| {
        depth += token.kind.nests();
        depth < 0
    })?;
    let edits = vec![(Span::at(name.start), "{ ".to_owned()), (Span::at(close.start), " }".to_owned())];
    Some(page.several("hand over an object", edits))
}

/// `f(x, name=value)` with the option in an object.
fn option(page: &Page, at: Span) -> Option<Fix> {
    let (name, value) = page.at(at).split_once('=')?;
    let word = name.trim().chars().all(|c| c.is_alphanumeric() || c == '_');
    let text = format!("{{ {}: {} }}", name.trim(), value.trim());
    (word && !value.starts_with(['=', '>'])).then(|| write(page, at, text))
}

/// `` tag`…` `` as a call.
fn tagged(page: &Page, at: Span) -> Option<Fix> {
    let (_, close) = brackets(page, page.token_from(at.start))?;
    let end = page.tokens[close].end;
    let edits = vec![(Span::at(at.start), "(".to_owned()), (Span::at(end), ")".to_owned())];
    Some(page.several("call the function", edits))
}

/// `<T>` left out, with `any` in its place to the end of the declaration, and where the name is used.
fn untyped(page: &Page, at: Span) -> Option<Fix> {
    let inside = page.token_from(at.start);
    let name = page.tokens[..inside].last()?;
    let behind = page.token_from(at.end);
    let begins = |index: &usize| matches!(page.at(page.tokens[index - 1].span()), "<" | ",");
    let parameters = (inside + 1..behind).filter(begins).map(|index| page.at(page.tokens[index].span()));
    let parameters: Vec<&str> = parameters.filter(|word| word.starts_with(char::is_uppercase)).collect();
    let mut depth = 0;
    let declaration = page.tokens[behind..].iter().take_while(|token| {
        let goes_on = depth > 0 || !token.newline;
        depth += token.kind.nests();
        goes_on
    });
    let kinds = declaration.filter(|token| parameters.contains(&page.at(token.span())));
    let mut edits: Vec<(Span, String)> = kinds.map(|token| (token.span(), "any".to_owned())).collect();
    edits.push((at, String::new()));
    for pair in page.tokens.windows(2).filter(|pair| page.at(pair[0].span()) == page.at(name.span())) {
        let rest = &page.text[pair[1].start as usize..];
        let given = rest
            .find('>')
            .filter(|_| pair[1].start == pair[0].end && pair[1].start != at.start && rest.starts_with('<'));
        edits.extend(given.map(|end| (Span::new(pair[1].start, pair[1].start + end as u32 + 1), String::new())));
    }
    Some(page.several("leave the type parameters out", edits))
}

/// `new Promise(resolve => setTimeout(resolve, ms))` as a delay.
fn slept(page: &Page, head: Span) -> Option<Fix> {
    let (given, close) = argument(page, head.end)?;
    let (name, call) = given.split_once("=>")?;
    let name = name.trim().trim_matches(['(', ')']);
    let call = call.trim().trim_matches(['{', '}', ';', ' ']);
    let time = call.strip_prefix("setTimeout(")?.strip_suffix(')')?;
    let (done, time) = time.rsplit_once(',')?;
    let done = done.trim();
    (done == name || done.replace(' ', "") == format!("()=>{name}()"))
        .then(|| certain(write(page, Span::new(head.start, page.tokens[close].end), format!("delay({})", time.trim()))))
}

/// `except ValueError as e` as `catch (e)`.
fn caught(page: &Page, word: Span) -> Option<Fix> {
    let line = &page.tokens[page.token_from(word.end)..];
    let line: Vec<&Token> = line
        .iter()
        .take_while(|token| !token.newline && !matches!(token.kind, Kind::Colon | Kind::BraceOpen))
        .collect();
    let name = match line[..] {
        [.., sign, name] if page.at(sign.span()) == "as" => page.at(name.span()),
        _ => "e",
    };
    let end = line.last().map_or(word.end, |token| token.end);
    let text = format!("catch ({name})");
    Some(write(page, Span::new(word.start, end), text))
}

/// `this` in a function of an object that has a name.
fn itself(page: &Page, at: Span) -> Option<Fix> {
    let object = |id: NodeId| match *page.tree.node(id) {
        Node::Declarator { pattern, value: Some(value), .. } => {
            let inside = page.tree.span(value);
            let holds = matches!(page.tree.node(value), Node::Object(_)) && inside.holds(at);
            holds.then(|| (page.source(pattern).to_owned(), inside))
        }
        _ => None,
    };
    let (name, inside) = page.all().find_map(|(id, ..)| object(id))?;
    let uses = page.tokens.iter().map(Token::span).filter(|token| inside.holds(*token));
    let edits = uses.filter(|token| page.at(*token) == "this").map(|token| (token, name.clone())).collect();
    Some(page.several(format!("write `{name}`"), edits))
}

/// A name that a group of the language has, such as `Math`, where it is called.
fn grouped(page: &Page, at: Span) -> Option<Fix> {
    argument(page, at.end)?;
    let member = |name: &&str| name.split_once('.').is_some_and(|(_, member)| member == page.at(at));
    let name = spellings().find(member)?;
    Some(write(page, at, name.to_owned()))
}

/// `xs.length = n`
fn shortened(page: &Page, at: Span) -> Option<Fix> {
    let written = page.at(at);
    let (place, count) = written.split_once(".length")?;
    let count = count.trim_start().strip_prefix('=')?.trim();
    (!count.starts_with('=')).then(|| write(page, at, format!("{place}.splice({count})")))
}
