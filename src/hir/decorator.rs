//! Decorators as data.

use super::lower::Lowering;
use super::{Bands, Budget, Contract, Decorators, Kind, Parameter};
use crate::diagnostic::{Code, nearest};
use crate::source::Span;
use crate::syntax::ast::{Infix, List, Node, NodeId};
use crate::types::{Effect, Type};
use std::sync::Arc;

/// What a decorator may stand before.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Decorated {
    /// `pattern`
    Pattern,
    /// `function`
    Function,
    /// A method of an agent
    Method,
    /// Anything else
    Nothing,
}

/// All decorators with what they stand before.
const KNOWN: &[(&str, &[Decorated])] = &[
    ("version", &[Decorated::Pattern]),
    ("budget", &[Decorated::Pattern]),
    ("bands", &[Decorated::Pattern]),
    ("requires", &[Decorated::Pattern]),
    ("ensures", &[Decorated::Pattern]),
    ("effects", &[Decorated::Pattern]),
    ("critical", &[Decorated::Pattern]),
    ("author", &[Decorated::Pattern, Decorated::Function]),
    ("tags", &[Decorated::Pattern, Decorated::Function]),
    ("decreases", &[Decorated::Function, Decorated::Pattern]),
    ("maxCalls", &[Decorated::Function, Decorated::Pattern]),
    ("primitive", &[Decorated::Function]),
    ("effect", &[Decorated::Method]),
];

impl Lowering<'_> {
    /// The decorators of a function, in whose frame this runs.
    pub(super) fn decorators(&mut self, list: List, what: Decorated) -> Decorators {
        let mut out = Decorators::default();
        for &node in self.tree.list(list) {
            let Node::Decorator { name, arguments } = self.node(node) else { continue };
            let span = self.span(node);
            let name: Arc<str> = self.name_text(name).into();
            if !self.check_decorator(&name, what, span) {
                continue;
            }
            if let Some((_, first)) = out.spans.iter().find(|(known, _)| *known == name)
                && !matches!(&*name, "requires" | "author" | "tags")
            {
                let first = *first;
                let found = self.finding(Code::P015, span, format!("`@{name}` stands here twice"));
                self.report(found.note_at(self.at(first), "the first stands here").help("remove one of them"));
            }
            out.spans.push((name.clone(), span));
            self.decorator(&name, self.tree.list(arguments), span, &mut out);
        }
        out
    }

    /// Refuses all decorators before something that takes none.
    pub(super) fn refuse_decorators(&mut self, list: List) {
        self.decorators(list, Decorated::Nothing);
    }

    /// What `@effect` says of a method.
    pub(super) fn method_effect(&mut self, list: List) -> Option<Effect> {
        let mut effect = None;
        for &node in self.tree.list(list) {
            let Node::Decorator { name, arguments } = self.node(node) else { continue };
            let name = self.name_text(name).to_owned();
            if !self.check_decorator(&name, Decorated::Method, self.span(node)) {
                continue;
            }
            match *self.tree.list(arguments) {
                [argument] => effect = self.effect(argument).or(effect),
                _ => self.malformed(self.span(node), "`@effect` wants one class", "write `@effect(\"act\")`"),
            }
        }
        effect
    }

    fn check_decorator(&mut self, name: &str, what: Decorated, span: Span) -> bool {
        let Some((_, places)) = KNOWN.iter().find(|(known, _)| *known == name) else {
            let found = self.finding(Code::P015, span, format!("there is no decorator `@{name}`"));
            let fitting = KNOWN.iter().filter(|(_, places)| places.contains(&what)).map(|(known, _)| *known);
            let found = match crate::diagnostic::nearest(name, fitting) {
                Some(near) => {
                    let at = Span::new(span.start + 1, span.start + 1 + name.len() as u32);
                    let slip = super::edit::is_slip(name, near);
                    let found = found.help(format!("did you mean `@{near}`?"));
                    super::edit::suggest(found, format!("write `@{near}`"), at, near.to_owned(), slip)
                }
                None => found.help("remove it, or say it in a comment"),
            };
            self.report(found);
            return false;
        };
        if places.contains(&what) {
            return true;
        }
        let place = match places.first() {
            Some(Decorated::Pattern) => "a pattern",
            Some(Decorated::Function) => "a function",
            _ => "a method of an agent",
        };
        let message = format!("`@{name}` has no meaning here");
        self.refuse(Code::P015, span, message, &format!("it stands before {place}"));
        false
    }

    fn malformed(&mut self, span: Span, message: impl Into<String>, help: &str) {
        self.refuse(Code::P015, span, message, help);
    }

    fn decorator(&mut self, name: &str, arguments: &[NodeId], span: Span, out: &mut Decorators) {
        match name {
            "version" => match *arguments {
                [only] if matches!(self.node(only), Node::Text) => out.version = Some(self.literal(only)),
                _ => self.malformed(span, "`@version` wants a text", "write `@version(\"1.0.0\")`"),
            },
            "author" | "tags" if arguments.is_empty() => {
                let help = format!("write `@{name}(\"…\")`");
                self.malformed(span, format!("`@{name}` wants texts"), &help);
            }
            "author" | "tags" => {
                let mut values = Vec::new();
                for &argument in arguments {
                    match self.node(argument) {
                        Node::Text => values.push(self.literal(argument)),
                        Node::List(list) => {
                            let texts = self.tree.list(list).iter().filter(|&&n| matches!(self.node(n), Node::Text));
                            values.extend(texts.map(|&node| self.literal(node)));
                        }
                        _ => {
                            let help = format!("write `@{name}(\"…\")`");
                            self.malformed(self.span(argument), format!("`@{name}` wants texts"), &help);
                        }
                    }
                }
                out.notes.push((name.into(), values));
            }
            "critical" => {
                if !arguments.is_empty() {
                    self.malformed(span, "`@critical` takes nothing", "write `@critical`");
                }
                out.critical = true;
            }
            "budget" => self.budget(arguments, span, out),
            "bands" => self.own_bands(arguments, span),
            "effects" => {
                let effects = arguments.iter().filter_map(|&argument| self.effect(argument)).collect();
                out.effects = Some(effects);
            }
            "requires" => match *arguments {
                [method, least] => {
                    if let Some(contract) = self.contract(method, least, span) {
                        out.requires.push(contract);
                    }
                }
                _ => self.malformed(span, "`@requires` wants a method and a confidence", REQUIRES),
            },
            "ensures" => match *arguments {
                [least] => match self.least_confidence(least) {
                    Some(least) => out.ensures = Some((least, span)),
                    None => self.malformed_confidence(least, span, "`@ensures` wants a confidence", ENSURES),
                },
                _ => self.malformed(span, "`@ensures` wants a confidence", ENSURES),
            },
            "decreases" => match *arguments {
                [measure] => out.decreases = Some(self.boxed(measure)),
                _ => self.malformed(span, "`@decreases` wants one measure", "write `@decreases(n)`"),
            },
            "maxCalls" => match *arguments {
                [only] => match self.node(only) {
                    Node::Number(n) if n >= 1.0 && n.fract() == 0.0 && n <= 9e15 => out.max_calls = Some(n as u64),
                    _ => self.malformed(
                        self.span(only),
                        "`@maxCalls` wants a whole number from 1",
                        "write `@maxCalls(100)`",
                    ),
                },
                _ => self.malformed(span, "`@maxCalls` wants a whole number from 1", "write `@maxCalls(100)`"),
            },
            "primitive" => match *arguments {
                [only] if matches!(self.node(only), Node::Object(_)) => out.primitive = Some(self.boxed(only)),
                _ => self.malformed(span, "`@primitive` wants an object", "write `@primitive({ category: \"…\" })`"),
            },
            _ => {}
        }
    }

    /// The entries of an object that is written out.
    fn entries(&self, node: NodeId) -> Option<Vec<(String, NodeId, Span)>> {
        let Node::Object(list) = self.node(node) else { return None };
        let entry = |&member: &NodeId| {
            let Node::Entry { key, value } = self.node(member) else { return None };
            let name = match self.node(key) {
                Node::Key(name) => self.name_text(name).to_owned(),
                Node::Text => self.literal(key).to_string(),
                _ => return None,
            };
            Some((name, value, self.span(member)))
        };
        self.tree.list(list).iter().map(entry).collect()
    }

    fn budget(&mut self, arguments: &[NodeId], span: Span, out: &mut Decorators) {
        let help = "write `@budget({ calls: 6 })`; its keys are `calls`, `tokens`, `cost`, `time` and `agents`";
        let entries = match *arguments {
            [only] => self.entries(only),
            _ => None,
        };
        let Some(entries) = entries else {
            return self.malformed(span, "`@budget` wants an object of numbers", help);
        };
        for (name, value, at) in entries {
            let key = match name.as_str() {
                "calls" => Budget::Calls,
                "tokens" => Budget::Tokens,
                "cost" => Budget::Cost,
                "time" => Budget::Time,
                "agents" => Budget::Agents,
                _ => {
                    let keys = ["calls", "tokens", "cost", "time", "agents"];
                    self.unknown_key(&name, at, format!("`@budget` has no key `{name}`"), &keys, help);
                    continue;
                }
            };
            let whole = matches!(key, Budget::Calls | Budget::Tokens | Budget::Agents);
            match self.node(value) {
                Node::Number(limit) if whole && limit.fract() != 0.0 => {
                    self.malformed(self.span(value), format!("`{name}` wants a whole number"), help);
                }
                Node::Number(limit) if limit >= 0.0 && limit.is_finite() => out.budget.push((key, limit, at)),
                _ => {
                    let at = self.span(value);
                    let found = self.finding(Code::P015, at, format!("`{name}` wants a number from 0")).help(help);
                    let written = match self.node(value) {
                        Node::Text => self.literal(value).to_string(),
                        _ => String::new(),
                    };
                    let number = written.trim_end_matches(|c: char| c.is_ascii_alphabetic()).trim().to_owned();
                    let unit = written[number.len().min(written.len())..].trim();
                    let fits = number.parse::<f64>().is_ok_and(|n| n >= 0.0)
                        && (unit.is_empty() || key == Budget::Time && ["ms", "s", "m", "h"].contains(&unit));
                    self.report(match fits {
                        true => {
                            let plain = format!("{number}{unit}");
                            super::edit::suggest(found, format!("write `{plain}`"), at, plain, true)
                        }
                        false => found,
                    });
                }
            }
        }
    }

    fn own_bands(&mut self, arguments: &[NodeId], span: Span) {
        let help = "write `@bands({ high: 0.8, medium: 0.6 })`";
        let entries = match *arguments {
            [only] => self.entries(only),
            _ => None,
        };
        let Some(entries) = entries else {
            return self.malformed(span, "`@bands` wants an object", help);
        };
        let mut bands = self.frame().bands;
        let mut seen: Vec<String> = Vec::new();
        for (name, value, at) in entries {
            let Node::Number(threshold) = self.node(value) else {
                self.malformed(self.span(value), format!("`{name}` wants a number from 0 to 1"), help);
                continue;
            };
            if seen.contains(&name) {
                self.refuse(Code::P016, at, format!("`{name}` has a threshold already"), "remove one of them");
            }
            match name.as_str() {
                "high" => bands.high = threshold,
                "medium" => bands.medium = threshold,
                "low" => {
                    let message = "`low` takes what the others leave, so it has no threshold";
                    self.refuse(Code::P016, at, message, "remove it");
                }
                _ => self.unknown_key(&name, at, format!("there is no band `{name}`"), &["high", "medium"], help),
            }
            seen.push(name);
        }
        self.check_bands(bands, true, span);
        if bands.medium < bands.high && bands.high <= 1.0 && bands.medium >= 0.0 {
            self.frame().bands = Bands { high: bands.high, medium: bands.medium };
        }
    }

    /// The name of an effect class.
    fn effect(&mut self, node: NodeId) -> Option<Effect> {
        let span = self.span(node);
        let help = "the classes are `read`, `ask`, `notify`, `act` and `irreversible`";
        let Node::Text = self.node(node) else {
            let found = self.finding(Code::P015, span, "an effect class is a text").help(help);
            let meant = match self.node(node) {
                Node::Name(name) => Effect::find(self.name_text(name)).map(|effect| format!("\"{}\"", effect.name())),
                Node::List(list) => match *self.tree.list(list) {
                    [] => None,
                    [only] => Some(self.source(self.span(only)).to_owned()),
                    [first, .., last] => Some(self.source(self.span(first).to(self.span(last))).to_owned()),
                },
                _ => None,
            };
            self.report(match meant {
                Some(meant) => super::edit::suggest(found, format!("write `{meant}`"), span, meant, true),
                None => found,
            });
            return None;
        };
        let name = self.literal(node);
        let effect = Effect::find(&name);
        if effect.is_none() {
            let found = self.finding(Code::P015, span, format!("there is no effect class `{name}`"));
            let found = match crate::diagnostic::nearest(&name, Effect::ALL.map(Effect::name)) {
                Some(near) => {
                    let slip = super::edit::is_slip(&name, near);
                    let title = format!("write `\"{near}\"`");
                    super::edit::suggest(
                        found.help(format!("did you mean `{near}`?")),
                        title,
                        span,
                        format!("\"{near}\""),
                        slip,
                    )
                }
                None => found.help(help),
            };
            self.report(found);
        }
        effect
    }

    /// `agent.method, confidence >= c`
    fn contract(&mut self, method: NodeId, least: NodeId, span: Span) -> Option<Contract> {
        let named = match self.node(method) {
            Node::Chain { base, links } => match (self.node(base), self.tree.list(links)) {
                (Node::Name(agent), &[link]) => match self.node(link) {
                    Node::Member { name, .. } => Some((agent, name)),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        };
        let (Some((agent, method)), Some(least)) = (named, self.least_confidence(least)) else {
            self.malformed_confidence(least, span, "`@requires` wants a method and a confidence", REQUIRES);
            return None;
        };
        Some(Contract { agent, method: self.name_text(method).into(), least, span })
    }

    /// A promise of an agent or method that there is none of would hold nobody to anything. An agent that is no parameter
    /// may be one that the host binds, unless its name is nearly that of a parameter.
    pub(super) fn check_contracts(&mut self, contracts: &[Contract], parameters: &[Parameter]) {
        for contract in contracts {
            let agent = self.name_text(contract.agent).to_owned();
            let given = parameters.iter().find(|parameter| parameter.name == Some(contract.agent));
            let (word, near) = match given.map(|parameter| &parameter.annotation) {
                None => {
                    let names = parameters.iter().filter_map(|parameter| parameter.name);
                    let names = names.map(|name| self.program.names.text(name));
                    let near = nearest(&agent, names).map(str::to_owned);
                    match near {
                        Some(near) => (agent, Some(near)),
                        None => continue,
                    }
                }
                Some(Some(Type::Agent(Some(id)) | Type::Agents { interface: Some(id), .. })) => {
                    let methods = &self.program.interfaces[id.0 as usize].methods;
                    if methods.is_empty() || methods.iter().any(|method| method.name == contract.method) {
                        continue;
                    }
                    let near = nearest(&contract.method, methods.iter().map(|method| &*method.name));
                    (contract.method.to_string(), near.map(str::to_owned))
                }
                _ => continue,
            };
            let found =
                self.finding(Code::P010, contract.span, format!("`@requires` tells of `{word}`, which is not known"));
            let help =
                near.map_or_else(|| "name a method of its interface".into(), |near| format!("did you mean `{near}`?"));
            self.report(found.help(help));
        }
    }

    /// `confidence >= c`
    fn least_confidence(&mut self, node: NodeId) -> Option<f64> {
        let Node::Operation(row) = self.node(node) else { return None };
        let &[subject, sign, value] = self.tree.list(row) else { return None };
        let (Node::Name(name), Node::Operator(Infix::GreaterEqual)) = (self.node(subject), self.node(sign)) else {
            return None;
        };
        match self.node(value) {
            Node::Number(value) if self.name_text(name) == "confidence" && (0.0..=1.0).contains(&value) => Some(value),
            _ => None,
        }
    }

    /// Refuses what should be `confidence >= c`, with the edit where it nearly is.
    fn malformed_confidence(&mut self, node: NodeId, span: Span, message: &str, help: &str) {
        let meant = match self.node(node) {
            Node::Number(value) => Some((value, self.source(self.span(node)).to_owned(), false)),
            Node::Operation(row) => match *self.tree.list(row) {
                [left, sign, right] => {
                    let sign = match self.node(sign) {
                        Node::Operator(sign) => sign,
                        _ => Infix::Equal,
                    };
                    let sided =
                        |name: NodeId, value: NodeId, signs: [Infix; 2]| match (self.node(name), self.node(value)) {
                            (Node::Name(name), Node::Number(number)) => {
                                let (name, written) = (self.name_text(name), self.source(self.span(value)).to_owned());
                                let near = name == "confidence" || nearest(name, ["confidence"]).is_some();
                                near.then_some((number, written, signs.contains(&sign)))
                            }
                            _ => None,
                        };
                    sided(left, right, [Infix::Greater, Infix::GreaterEqual])
                        .or_else(|| sided(right, left, [Infix::Less, Infix::LessEqual]))
                }
                _ => None,
            },
            _ => None,
        };
        let Some((_, written, sure)) = meant.filter(|(value, ..)| (0.0..=1.0).contains(value)) else {
            return self.malformed(span, message, help);
        };
        let plain = format!("confidence >= {written}");
        let found = self.finding(Code::P015, span, message).help(format!("write `{plain}`"));
        self.report(super::edit::suggest(found, format!("write `{plain}`"), self.span(node), plain, sure));
    }

    /// The key that was probably meant, with the edit.
    fn unknown_key(&mut self, name: &str, at: Span, message: String, known: &[&str], help: &str) {
        let found = self.finding(Code::P015, at, message);
        let found = match nearest(name, known.iter().copied()) {
            Some(near) => {
                let slip = super::edit::is_slip(name, near);
                let key = Span::new(at.start, at.start + name.len() as u32);
                let written = self.source(key) == name;
                let found = found.help(format!("did you mean `{near}`?"));
                match written {
                    true => super::edit::suggest(found, format!("write `{near}`"), key, near.to_owned(), slip),
                    false => found,
                }
            }
            None => found.help(help),
        };
        self.report(found);
    }

    /// What the decorators of a function of this kind may be.
    pub(super) fn decorated(kind: Kind) -> Decorated {
        match kind {
            Kind::Pattern => Decorated::Pattern,
            Kind::Plain => Decorated::Function,
            _ => Decorated::Nothing,
        }
    }
}

const REQUIRES: &str = "write `@requires(agent.method, confidence >= 0.6)`";
const ENSURES: &str = "write `@ensures(confidence >= 0.6)`";
