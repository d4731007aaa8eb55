//! Runs the automaton that lalrpop makes of the grammar, and recovers where a token fits nowhere.
//!
//! The driver that comes with lalrpop keeps what it dropped and what it would have read in each symbol on its stack. Ours
//! reports an error where it finds it and puts a [`Kind::Broken`] in the place of what could not be read, which the grammar
//! reads as a statement, an entry or an argument; so symbols stay small, and are copied and dropped for nothing.

use std::marker::PhantomData;

use lalrpop_util::state_machine::{ParserDefinition, SimulatedReduce};

use super::advice::advise;
use super::ast::List;
use super::builder::Builder;
use super::message;
use super::token::{Kind, Token};
use crate::diagnostic::Diagnostic;
use crate::source::{Location, Span};
use generated::{Machine, reduce};

/// What lalrpop made of `grammar/prism.lalrpop`.
#[allow(clippy::all, missing_docs, unreachable_pub, unused)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/machine.rs"));
    pub(super) use __parse__Program::{__StateMachine as Machine, __reduce as reduce};
}

type Symbol<'a, 'b> = <Machine<'a, 'b> as ParserDefinition>::Symbol;

struct Driver<'a, 'b, 't> {
    machine: Machine<'a, 'b>,
    tokens: &'t [Token],
    /// Number of the next token.
    at: usize,
    states: Vec<i16>,
    symbols: Vec<(u32, Symbol<'a, 'b>, u32)>,
    /// How many tokens fitted nowhere.
    faults: u32,
    /// Number of the first token behind the last one that fitted nowhere.
    recovered: usize,
    /// Number of the last token that fitted nowhere.
    unfit: usize,
}

/// So many tokens of one statement must fit before another that does not is a mistake of its own.
const CALM: usize = 3;

/// How many symbols there is room for from the beginning: few programs nest deeper.
const ROOM: usize = 128;

/// Reads all tokens. Nothing comes out when there are too many faults, or one that nothing can be put in the place of.
pub(super) fn drive(builder: &mut Builder<'_>, tokens: &[Token]) -> Option<List> {
    let machine = Machine { b: builder, __phantom: PhantomData };
    let (mut states, symbols) = (Vec::with_capacity(ROOM), Vec::with_capacity(ROOM));
    states.push(0);
    Driver { machine, tokens, at: 0, states, symbols, faults: 0, recovered: 0, unfit: 0 }.run()
}

impl Driver<'_, '_, '_> {
    fn run(&mut self) -> Option<List> {
        while let Some(&Token { kind, start, end, .. }) = self.tokens.get(self.at) {
            let index = self.machine.token_to_index(&kind)?;
            loop {
                let action = self.machine.action(self.top(), index);
                if let Some(state) = shift(action) {
                    let symbol = self.machine.token_to_symbol(index, kind);
                    self.states.push(state);
                    self.symbols.push((start, symbol, end));
                    self.at += 1;
                    break;
                }
                if let Some(rule) = reduction(action) {
                    // The one rule that ends it all is reduced at the end of the text alone.
                    let (states, symbols) = (&mut self.states, &mut self.symbols);
                    if reduce(self.machine.b, rule, Some(&start), states, symbols, PhantomData).is_some() {
                        return None;
                    }
                } else if self.recover() {
                    break;
                } else {
                    return None;
                }
            }
        }
        loop {
            if let Some(rule) = reduction(self.machine.eof_action(self.top())) {
                if let Some(result) = self.machine.reduce(rule, None, &mut self.states, &mut self.symbols) {
                    return result.ok();
                }
            } else if !self.recover() {
                return None;
            }
        }
    }

    fn top(&self) -> i16 {
        self.states[self.states.len() - 1]
    }

    /// Reports the token at hand, and puts something that could not be read in the place of what leads to it and of the
    /// tokens up to one that fits again. Whether that was possible.
    fn recover(&mut self) -> bool {
        self.faults += 1;
        // Behind too many faults nothing more is read: each costs more than a token does.
        if self.faults > message::FAULTS {
            return false;
        }
        if self.faults == 1 || self.is_calm() && !self.goes_on() {
            self.report();
        }
        self.unfit = self.at;
        let broken = self.machine.token_to_index(&Kind::Broken);
        let Some(broken) = broken else { return false };
        let here = self.tokens.get(self.at).map(|token| token.start);
        while let Some(rule) = reduction(self.machine.action(self.top(), broken)) {
            if self.machine.reduce(rule, here.as_ref(), &mut self.states, &mut self.symbols).is_some() {
                return false;
            }
        }
        let first = self.at;
        let (depth, state) = loop {
            let next = self.tokens.get(self.at);
            let index = next.and_then(|token| self.machine.token_to_index(&token.kind));
            let found = (0..self.states.len()).rev().find_map(|depth| {
                let state = shift(self.machine.action(self.states[depth], broken))?;
                self.accepts(state, &self.states[..=depth], index).then_some((depth, state))
            });
            match found {
                Some(found) => break found,
                None if next.is_none() => return false,
                None => self.at += 1,
            }
        };
        self.recovered = self.at;
        let dropped = &self.tokens[first..self.at];
        let before = if depth > 0 { self.symbols[depth - 1].2 } else { 0 };
        let start = self.symbols.get(depth).map(|symbol| symbol.0).or(dropped.first().map(|token| token.start));
        let start = start.unwrap_or(before);
        let last = self.symbols.get(depth..).and_then(<[_]>::last).map(|symbol| symbol.2);
        let end = dropped.last().map(|token| token.end).or(last).unwrap_or(start).max(start);
        self.states.truncate(depth + 1);
        self.symbols.truncate(depth);
        self.states.push(state);
        let symbol = self.machine.token_to_symbol(broken, Kind::Broken);
        self.symbols.push((start, symbol, end));
        true
    }

    /// Whether what fits nowhere now is a mistake of its own: enough has fitted since the last one, or a statement ended.
    fn is_calm(&self) -> bool {
        let since = &self.tokens[self.recovered.min(self.at)..self.at];
        since.len() >= CALM || since.iter().any(|token| token.kind == Kind::End)
    }

    /// Whether this is another part of something whose part before did not fit: an `else` behind a block, or a second block
    /// behind a word.
    fn goes_on(&self) -> bool {
        let another = match self.tokens.get(self.at).map(|token| token.kind) {
            Some(Kind::Else | Kind::ElseIf | Kind::Catch | Kind::Finally) => self.at,
            // The word before it.
            Some(Kind::BraceOpen) => self.at.saturating_sub(1),
            _ => return false,
        };
        let before = &self.tokens[..another];
        let Some(end) = before.iter().rposition(|token| token.kind != Kind::End) else { return false };
        if self.tokens[end].kind != Kind::BraceClose {
            return false;
        }
        let mut depth = 0;
        let opener = before[..=end].iter().rposition(|token| {
            depth += i32::from(token.kind == Kind::BraceClose) - i32::from(token.kind == Kind::BraceOpen);
            depth == 0
        });
        opener.is_some_and(|opener| opener <= self.unfit && self.unfit <= end)
    }

    fn report(&mut self) {
        let token = self.tokens.get(self.at);
        let end = self.tokens.last().map_or(0, |token| token.end);
        let span = token.map_or(Span::at(end), |token| token.span());
        let kind = token.map(|token| token.kind);
        // A bracket that was put in was reported when it was.
        if span.is_empty() && kind.is_some_and(Kind::closes) {
            return;
        }
        let mut expected = self.machine.expected_tokens_from_states(&self.states);
        expected.retain(|text| text != "\"broken\"");
        let builder = &mut *self.machine.b;
        let at = Location::new(builder.file, span);
        let advice = token.and_then(|&token| advise(builder.text, &self.tokens[..self.at], token, &expected));
        builder.diagnostics.push(match advice {
            Some(advice) => {
                let at = Location::new(at.file, advice.span);
                Diagnostic::new(advice.code, at, advice.message).help(advice.help)
            }
            None => message::unexpected(builder.text, at, kind, &expected),
        });
    }

    /// Whether the automaton, in a state above others, would read a token, or the end of the text.
    fn accepts(&self, state: i16, below: &[i16], token: Option<usize>) -> bool {
        let mut states = below.to_vec();
        states.push(state);
        loop {
            let top = states[states.len() - 1];
            let action = match token {
                None => self.machine.eof_action(top),
                Some(index) => self.machine.action(top, index),
            };
            let Some(rule) = reduction(action) else { return action > 0 };
            match self.machine.simulate_reduce(rule) {
                SimulatedReduce::Accept => return true,
                SimulatedReduce::Reduce { states_to_pop, nonterminal_produced } => {
                    states.truncate(states.len() - states_to_pop);
                    let next = self.machine.goto(states[states.len() - 1], nonterminal_produced);
                    states.push(next);
                }
            }
        }
    }
}

/// The state that an action goes to with the token.
fn shift(action: i16) -> Option<i16> {
    (action > 0).then(|| action - 1)
}

/// The rule that an action applies.
fn reduction(action: i16) -> Option<i16> {
    (action < 0).then(|| -(action + 1))
}
