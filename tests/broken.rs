//! Valid programs broken in the ways in which hands and heads slip.
//!
//! A way of breaking looks at the tokens or the tree of a program, finds the places where it applies, and takes one of
//! them. Whether the outcome is refused is for whoever asks to find out: not every slip makes a fault.

use prism::diagnostic::Diagnostics;
use prism::source::{FileId, Names, Span};
use prism::syntax::ast::{Infix, Keyword, Node, NodeId, Prefix, Tree};
use prism::syntax::lexer;
use prism::syntax::token::{Kind, Token};
use prism::syntax::visit;

/// A way of breaking: its name, and the places with what stands there afterwards.
type Way = (&'static str, fn(&Program) -> Vec<(Span, String)>);

/// All ways, in the order of the table.
pub(crate) const WAYS: &[Way] = &[
    ("dropped bracket", dropped_bracket),
    ("missing comma", missing_comma),
    ("missing quote", missing_quote),
    ("missing equals", missing_equals),
    ("misspelt keyword", misspelt_keyword),
    ("misspelt name", misspelt_name),
    ("wrong method", wrong_method),
    ("unknown agent", unknown_agent),
    ("wrong arity", wrong_arity),
    ("const reassigned", const_reassigned),
    ("missing band", missing_band),
    ("ungated action", ungated_action),
    ("unbounded loop", unbounded_loop),
    ("missing max", missing_max),
    ("unequal bound", unequal_bound),
    ("undeclared effect", undeclared_effect),
    ("budget too small", small_budget),
    ("missing alternative", missing_alternative),
];

/// Numbers from a seed.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// A number below a bound.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ (x >> 31)) % bound.max(1) as u64) as usize
    }
}

/// A valid program, read.
pub(crate) struct Program {
    text: String,
    tokens: Vec<Token>,
    tree: Tree,
}

impl Program {
    /// Reads a text.
    pub(crate) fn of(text: &str) -> Self {
        let tokens = lexer::lex(FileId(0), text, &mut Diagnostics::new()).tokens;
        let tree = prism::syntax::parse(FileId(0), text, &mut Names::new(), &mut Diagnostics::new());
        Self { text: text.to_owned(), tokens, tree }
    }

    /// The program with one slip of a kind, if it has a place for one.
    pub(crate) fn broken(&self, way: &Way, dice: &mut Dice) -> Option<String> {
        let places = way.1(self);
        let (span, text) = places.get(dice.below(places.len()))?;
        let mut out = self.text.clone();
        out.replace_range(span.start as usize..span.end as usize, text);
        Some(out)
    }

    fn of_token(&self, token: &Token) -> &str {
        &self.text[token.start as usize..token.end as usize]
    }

    fn source(&self, node: NodeId) -> &str {
        self.tree.span(node).of(&self.text)
    }

    fn nodes(&self) -> impl Iterator<Item = (NodeId, &Node, Span)> {
        (0..self.tree.nodes.len()).map(|i| (NodeId::at(i), &self.tree.nodes[i], self.tree.spans[i]))
    }

    fn tokens(&self, wanted: impl Fn(&Token) -> bool) -> Vec<&Token> {
        self.tokens.iter().filter(|token| wanted(token)).collect()
    }
}

fn span(token: &Token) -> Span {
    Span::new(token.start, token.end)
}

/// All slips of the finger in a name of some length: a letter dropped, doubled, or swapped with its neighbour.
fn slips(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut out = Vec::new();
    for i in 1..letters.len() {
        let mut dropped = letters.clone();
        dropped.remove(i);
        let mut doubled = letters.clone();
        doubled.insert(i, letters[i]);
        let mut swapped = letters.clone();
        swapped.swap(i - 1, i);
        out.extend([dropped, doubled, swapped].map(|letters| letters.into_iter().collect::<String>()));
    }
    out.retain(|slip| slip != name);
    out
}

fn dropped_bracket(program: &Program) -> Vec<(Span, String)> {
    let bracket = |kind| {
        matches!(
            kind,
            Kind::ParenOpen
                | Kind::ParenClose
                | Kind::SquareOpen
                | Kind::SquareClose
                | Kind::BraceOpen
                | Kind::BraceClose
        )
    };
    program.tokens(|token| bracket(token.kind)).into_iter().map(|token| (span(token), String::new())).collect()
}

fn missing_comma(program: &Program) -> Vec<(Span, String)> {
    program.tokens(|token| token.kind == Kind::Comma).into_iter().map(|token| (span(token), String::new())).collect()
}

fn missing_quote(program: &Program) -> Vec<(Span, String)> {
    let texts = program.tokens(|token| token.kind == Kind::Text && token.end > token.start + 1);
    texts
        .into_iter()
        .flat_map(|token| {
            [Span::new(token.start, token.start + 1), Span::new(token.end - 1, token.end)].map(|at| (at, String::new()))
        })
        .collect()
}

fn missing_equals(program: &Program) -> Vec<(Span, String)> {
    program.tokens(|token| token.kind == Kind::Equal).into_iter().map(|token| (span(token), String::new())).collect()
}

fn misspelt_keyword(program: &Program) -> Vec<(Span, String)> {
    let words = program.tokens(|token| token.kind.is_word() && token.kind != Kind::Name && token.end - token.start > 2);
    words
        .into_iter()
        .flat_map(|token| slips(program.of_token(token)).into_iter().map(move |slip| (span(token), slip)))
        .collect()
}

fn names(program: &Program, wanted: impl Fn(usize) -> bool) -> Vec<(Span, String)> {
    let named = program
        .tokens
        .iter()
        .enumerate()
        .filter(|(index, token)| token.kind == Kind::Name && token.end - token.start >= 4 && wanted(*index));
    named
        .flat_map(|(_, token)| slips(program.of_token(token)).into_iter().map(move |slip| (span(token), slip)))
        .collect()
}

fn is_member(program: &Program, index: usize) -> bool {
    index > 0 && matches!(program.tokens[index - 1].kind, Kind::Dot)
}

fn misspelt_name(program: &Program) -> Vec<(Span, String)> {
    names(program, |index| !is_member(program, index))
}

fn wrong_method(program: &Program) -> Vec<(Span, String)> {
    let called = |index: usize| program.tokens.get(index + 1).is_some_and(|next| next.kind == Kind::ParenOpen);
    names(program, |index| is_member(program, index) && called(index))
}

/// A type of an agent parameter, or the name of an agent behind `agents.`, misspelt.
fn unknown_agent(program: &Program) -> Vec<(Span, String)> {
    let agents: Vec<&str> = program
        .nodes()
        .filter_map(|(_, node, _)| match node {
            Node::AgentHead { name, .. } => Some(program.source(*name)),
            Node::Parameter { pattern, annotation: Some(_), .. } => Some(program.source(*pattern)),
            _ => None,
        })
        .collect();
    names(program, |index| {
        let token = &program.tokens[index];
        let before = |back: usize| index.checked_sub(back).map(|i| program.of_token(&program.tokens[i]));
        agents.contains(&program.of_token(token)) && before(1) != Some(".")
            || before(1) == Some(".") && before(2) == Some("agents")
    })
}

/// An argument too many or too few.
fn wrong_arity(program: &Program) -> Vec<(Span, String)> {
    let mut out = Vec::new();
    for (_, node, at) in program.nodes() {
        let Node::Call { arguments, .. } = *node else { continue };
        let given = program.tree.list(arguments);
        let end = Span::at(at.end - 1);
        out.push((end, if given.is_empty() { "1".to_owned() } else { ", 1".to_owned() }));
        if let Some(&last) = given.last() {
            let from =
                given.len().checked_sub(2).map_or(program.tree.span(last).start, |i| program.tree.span(given[i]).end);
            out.push((Span::new(from, program.tree.span(last).end), String::new()));
        }
    }
    out
}

fn const_reassigned(program: &Program) -> Vec<(Span, String)> {
    let mut out: Vec<(Span, String)> = program
        .tokens(|token| matches!(token.kind, Kind::Let(Keyword::Let | Keyword::Var)))
        .into_iter()
        .map(|token| (span(token), "const".to_owned()))
        .collect();
    for (_, node, at) in program.nodes() {
        if let Node::Declarator { pattern, value: Some(value), .. } = *node
            && matches!(program.tree.node(pattern), Node::Name(_))
        {
            let again = format!("\n{} = {}", program.source(pattern), program.source(value));
            out.push((Span::at(at.end), again));
        }
    }
    out
}

fn missing_band(program: &Program) -> Vec<(Span, String)> {
    program
        .nodes()
        .filter(|(_, node, _)| matches!(node, Node::Band { .. }))
        .map(|(.., at)| (at, String::new()))
        .collect()
}

fn has_confidence(program: &Program, node: NodeId) -> bool {
    let mut waiting = vec![node];
    while let Some(node) = waiting.pop() {
        match program.tree.node(node) {
            Node::Unary { operator: Prefix::Confidence | Prefix::Drawn, .. } => return true,
            _ => visit::children(&program.tree, node, |child| waiting.push(child)),
        }
    }
    false
}

/// What stands under a test of confidence, without it; a gate without its threshold; a part of a condition left out.
fn ungated_action(program: &Program) -> Vec<(Span, String)> {
    let mut out = Vec::new();
    for (_, node, at) in program.nodes() {
        match *node {
            Node::If { arms, .. } => {
                let Some(&first) = program.tree.list(arms).first() else { continue };
                let Node::Arm { condition, body } = *program.tree.node(first) else { continue };
                if let (true, Node::Block(list)) = (has_confidence(program, condition), program.tree.node(body)) {
                    let inner: Vec<&str> = program.tree.list(*list).iter().map(|id| program.source(*id)).collect();
                    out.push((at, inner.join("\n")));
                }
            }
            Node::Operation(row) => {
                let parts = program.tree.list(row);
                let and = |id: &NodeId| matches!(program.tree.node(*id), Node::Operator(Infix::And));
                for index in (1..parts.len()).step_by(2) {
                    if and(&parts[index]) && has_confidence(program, parts[index + 1]) {
                        let from = program.tree.span(parts[index - 1]).end;
                        out.push((Span::new(from, program.tree.span(parts[index + 1]).end), String::new()));
                    }
                }
            }
            Node::Chain { base, links } if matches!(program.source(base), "gate" | "verify" | "approve") => {
                if let [link] = program.tree.list(links)
                    && let Node::Call { arguments, .. } = *program.tree.node(*link)
                    && let Some(&first) = program.tree.list(arguments).first()
                {
                    out.push((at, program.source(first).to_owned()));
                }
            }
            _ => {}
        }
    }
    out
}

/// A loop without what ends it: its `max`, its step, or its condition.
fn unbounded_loop(program: &Program) -> Vec<(Span, String)> {
    let mut out = Vec::new();
    for (_, node, _) in program.nodes() {
        match *node {
            Node::While { condition, max: None, .. } => out.push((program.tree.span(condition), "true".to_owned())),
            Node::ForCountHead { step: Some(step), .. } => out.push((program.tree.span(step), String::new())),
            _ => {}
        }
    }
    for (_, node, at) in program.nodes() {
        if matches!(node, Node::Step { .. }) {
            out.push((at, "0".to_owned()));
        }
    }
    out
}

fn missing_max(program: &Program) -> Vec<(Span, String)> {
    let mut out = Vec::new();
    for (_, node, _) in program.nodes() {
        if let Node::While { max: Some(max), .. } | Node::DoWhile { max: Some(max), .. } = *node {
            let at = program.tree.span(max);
            let word = program
                .tokens(|token| token.end <= at.start && program.of_token(token) == "max")
                .into_iter()
                .next_back();
            out.extend(word.map(|word| (Span::new(word.start, at.end), String::new())));
        }
    }
    out
}

fn unequal_bound(program: &Program) -> Vec<(Span, String)> {
    let mut out = Vec::new();
    for (_, node, _) in program.nodes() {
        let condition = match *node {
            Node::ForCountHead { condition: Some(condition), .. } => condition,
            Node::While { condition, max: None, .. } => condition,
            _ => continue,
        };
        if let Node::Operation(row) = *program.tree.node(condition) {
            for &part in program.tree.list(row) {
                if matches!(program.tree.node(part), Node::Operator(Infix::Less | Infix::LessEqual | Infix::Greater)) {
                    out.push((program.tree.span(part), "!=".to_owned()));
                }
            }
        }
    }
    out
}

fn undeclared_effect(program: &Program) -> Vec<(Span, String)> {
    let mut out = Vec::new();
    for (id, node, _) in program.nodes() {
        let Node::Decorator { arguments, .. } = *node else { continue };
        if !program.source(id).starts_with("@effects") {
            continue;
        }
        let given = program.tree.list(arguments);
        for (index, &effect) in given.iter().enumerate() {
            let at = program.tree.span(effect);
            let whole = match (index.checked_sub(1), given.get(index + 1)) {
                (Some(before), _) => Span::new(program.tree.span(given[before]).end, at.end),
                (None, Some(&next)) => Span::new(at.start, program.tree.span(next).start),
                (None, None) => at,
            };
            out.push((whole, String::new()));
        }
    }
    out
}

fn small_budget(program: &Program) -> Vec<(Span, String)> {
    let mut out = Vec::new();
    for (id, node, _) in program.nodes() {
        if matches!(node, Node::Decorator { .. }) && program.source(id).starts_with("@budget") {
            let around = program.tree.span(id);
            let numbers = program.nodes().filter(|(_, node, at)| {
                matches!(node, Node::Number(n) if *n > 0.0) && around.start <= at.start && at.end <= around.end
            });
            out.extend(numbers.map(|(.., at)| (at, "0".to_owned())));
        }
    }
    out
}

/// `a ?? b` without b, a `default` arm of a `match` left out.
fn missing_alternative(program: &Program) -> Vec<(Span, String)> {
    let mut out = Vec::new();
    for (_, node, _) in program.nodes() {
        if let Node::Operation(row) = *node {
            let parts = program.tree.list(row);
            for index in (1..parts.len()).step_by(2) {
                if matches!(program.tree.node(parts[index]), Node::Operator(Infix::Coalesce | Infix::OrElse)) {
                    let from = program.tree.span(parts[index - 1]).end;
                    out.push((Span::new(from, program.tree.span(parts[index + 1]).end), String::new()));
                }
            }
        }
    }
    out
}
