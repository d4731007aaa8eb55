//! The grammar as one would write it for people: of texts instead of tokens, and with repetition instead of rules that
//! call themselves.

use std::collections::{HashMap, HashSet};

use super::source::{Rule, Symbol};
use super::token::{Class, FENCES, Spelling, Tokens};

/// The right side of a rule.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Form {
    Token(Spelling),
    Rule(String),
    Row(Vec<Form>),
    Choice(Vec<Form>),
    Option(Box<Form>),
    Many(Box<Form>),
}

/// A rule by its name.
pub(super) type Plain = (String, Form);

/// The rules of what texts look like, the start first.
pub(super) fn texts(rules: &[Rule]) -> Vec<Plain> {
    let tokens = Tokens::new();
    let mut rules = spelled(rules, &|rule, token| tokens.at(rule, token));
    for (name, rows) in &mut rules {
        if name == WRAPPED {
            *rows = std::mem::take(rows).into_iter().flat_map(wrapped).collect();
        }
    }
    fence(&mut rules);
    repeated(rules)
}

/// The rules with tokens that are spelled in another way.
pub(super) fn with_spelling(rules: &[Rule], spell: &dyn Fn(&str, &str) -> Option<Spelling>) -> Vec<Plain> {
    repeated(spelled(rules, spell))
}

/// A rule whose alternatives are rows still.
type Rows = (String, Vec<Vec<Form>>);

fn spelled(rules: &[Rule], spell: &dyn Fn(&str, &str) -> Option<Spelling>) -> Vec<Rows> {
    let mut out: Vec<Rows> = rules
        .iter()
        .map(|rule| {
            let rows = rule.alternatives.iter().filter_map(|row| spelled_row(spell, &rule.name, row));
            (rule.name.clone(), rows.collect())
        })
        .collect();
    drop_wordless(&mut out);
    out
}

fn repeated(rules: Vec<Rows>) -> Vec<Plain> {
    reachable(rules.into_iter().map(|(name, rows)| (name.clone(), repeat(&name, rows))).collect())
}

/// The rule of which all but the first word may stand in parentheses: the shaping pass takes them away.
const WRAPPED: &str = "ForHead";

/// A row, and the same with parentheses.
fn wrapped(row: Vec<Form>) -> Vec<Vec<Form>> {
    let mark = |text: &str| Form::Token(Spelling::only(text));
    let mut other = row.clone();
    other.insert(1, mark("("));
    other.push(mark(")"));
    vec![row, other]
}

/// A row of symbols with their spellings; none if it has a token that no text has.
fn spelled_row(spell: &dyn Fn(&str, &str) -> Option<Spelling>, rule: &str, row: &[Symbol]) -> Option<Vec<Form>> {
    let mut out = Vec::with_capacity(row.len());
    for symbol in row {
        match form(spell, rule, symbol)? {
            Form::Token(Spelling::Nothing) => {}
            // What ends a body without braces is what ends the statement around it.
            Form::Token(Spelling::End) if row.contains(&Symbol::Token("then".into())) => {}
            form => out.push(form),
        }
    }
    Some(out)
}

fn form(spell: &dyn Fn(&str, &str) -> Option<Spelling>, rule: &str, symbol: &Symbol) -> Option<Form> {
    Some(match symbol {
        Symbol::Token(name) => Form::Token(spell(rule, name)?),
        Symbol::Rule(name) => Form::Rule(name.clone()),
        Symbol::Option(inner) => Form::Option(Box::new(form(spell, rule, inner)?)),
        Symbol::Many(inner) => Form::Many(Box::new(form(spell, rule, inner)?)),
    })
}

/// Leaves out the rules that no text is a word of, and whatever needs them.
fn drop_wordless(rules: &mut Vec<Rows>) {
    let mut known: HashSet<String> = HashSet::new();
    loop {
        let before = known.len();
        for (name, rows) in rules.iter() {
            if rows.iter().any(|row| row.iter().all(|form| has_words(form, &known))) {
                known.insert(name.clone());
            }
        }
        if known.len() == before {
            break;
        }
    }
    rules.retain(|(name, _)| known.contains(name));
    rules.iter_mut().for_each(|(_, rows)| rows.retain(|row| row.iter().all(|form| has_words(form, &known))));
}

fn has_words(form: &Form, known: &HashSet<String>) -> bool {
    match form {
        Form::Rule(name) => known.contains(name),
        Form::Token(_) | Form::Option(_) | Form::Many(_) => true,
        Form::Row(forms) | Form::Choice(forms) => forms.iter().all(|form| has_words(form, known)),
    }
}

/// Writes templates out for each of the marks that may stand around them.
fn fence(rules: &mut Vec<Rows>) {
    let mark = |fence: &str| Form::Token(Spelling::only(fence));
    let chunk = Form::Token(Spelling::Class(Class::Chunk(FENCES[0])));
    let Some(at) = rules.iter().position(|(_, rows)| rows.iter().flatten().any(|form| *form == chunk)) else { return };
    let (inner, parts) = rules.remove(at);
    let named = |fence: usize| format!("{inner}{}", ["", "Long", "Block"][fence]);
    for (_, rows) in rules.iter_mut() {
        *rows = std::mem::take(rows)
            .into_iter()
            .flat_map(|row| {
                let count = if row.contains(&mark(FENCES[0])) { FENCES.len() } else { 1 };
                (0..count).map(move |fence| (fence, row.clone()))
            })
            .map(|(fence, row)| {
                row.into_iter()
                    .map(|form| match form {
                        form if form == mark(FENCES[0]) => mark(FENCES[fence]),
                        Form::Rule(name) if name == inner => Form::Rule(named(fence)),
                        form => form,
                    })
                    .collect()
            })
            .collect();
    }
    for (fence, text) in FENCES.iter().copied().enumerate() {
        let rows = parts.iter().map(|row| {
            row.iter()
                .map(|form| match form {
                    form if *form == chunk => Form::Token(Spelling::Class(Class::Chunk(text))),
                    Form::Rule(name) if *name == inner => Form::Rule(named(fence)),
                    form => form.clone(),
                })
                .collect()
        });
        rules.push((named(fence), rows.collect()));
    }
}

/// A rule that calls itself first, as a repetition; the others as they are.
fn repeat(name: &str, rows: Vec<Vec<Form>>) -> Form {
    let itself = Form::Rule(name.to_string());
    let (again, once): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.first() == Some(&itself));
    let once = choice(once);
    if again.is_empty() {
        return once;
    }
    let tails: Vec<Vec<Form>> = again.into_iter().map(|mut row| row.split_off(1)).collect();
    let mut out = Vec::new();
    if once != Form::Row(Vec::new()) {
        out.push(once);
    }
    match tails.as_slice() {
        // The last statement of a block needs no end, and an end needs no statement.
        [tail] if matches!(tail.last(), Some(Form::Token(Spelling::End | Spelling::ItemEnd))) => {
            let last = row(tail[..tail.len() - 1].to_vec());
            let mut turns = vec![tail.clone()];
            if tail.last() == Some(&Form::Token(Spelling::End)) {
                turns.push(vec![Form::Token(Spelling::only(";"))]);
            }
            out.push(Form::Many(Box::new(choice(turns))));
            out.push(Form::Option(Box::new(last)));
        }
        _ => out.push(Form::Many(Box::new(choice(tails)))),
    }
    row(out)
}

/// Alternatives; one that another begins with is that one with the rest left out.
fn choice(rows: Vec<Vec<Form>>) -> Form {
    let mut merged: Vec<Vec<Form>> = Vec::new();
    for next in rows {
        let shorter =
            merged.last().filter(|last| !last.is_empty() && next.len() > last.len() && next.starts_with(last));
        match shorter.map(Vec::len) {
            Some(length) => {
                let rest = row(next[length..].to_vec());
                merged.last_mut().expect("there is a shorter one").push(Form::Option(Box::new(rest)));
            }
            None => merged.push(next),
        }
    }
    let count = merged.len();
    merged.retain(|row| !row.is_empty());
    if merged.len() < count && !merged.is_empty() {
        return Form::Option(Box::new(choice(merged)));
    }
    match merged.len() {
        0 => Form::Row(Vec::new()),
        1 => row(merged.remove(0)),
        _ => Form::Choice(merged.into_iter().map(row).collect()),
    }
}

fn row(mut forms: Vec<Form>) -> Form {
    if forms.len() == 1 { forms.remove(0) } else { Form::Row(forms) }
}

/// The rules that the first one needs, in their order.
fn reachable(rules: Vec<Plain>) -> Vec<Plain> {
    let by_name: HashMap<&str, &Form> = rules.iter().map(|(name, form)| (name.as_str(), form)).collect();
    let mut seen = HashSet::new();
    let mut todo = vec![rules[0].0.as_str()];
    while let Some(name) = todo.pop() {
        if seen.insert(name.to_string()) {
            names(by_name[name], &mut todo);
        }
    }
    rules.into_iter().filter(|(name, _)| seen.contains(name)).collect()
}

fn names<'a>(form: &'a Form, out: &mut Vec<&'a str>) {
    match form {
        Form::Token(_) => {}
        Form::Rule(name) => out.push(name),
        Form::Row(forms) | Form::Choice(forms) => forms.iter().for_each(|form| names(form, out)),
        Form::Option(inner) | Form::Many(inner) => names(inner, out),
    }
}
