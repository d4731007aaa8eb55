//! What is not wrong and still not good: names and habits that mislead. Runs when a module is lowered, on its scopes.

use super::Origin;
use super::lower::Lowering;
use super::scope::{DeclarationId, DeclarationKind, Owner, ScopeId, Use, UseKind};
use crate::builtin;
use crate::diagnostic::{Code, Diagnostic, Edit, Fix};
use crate::source::{Name, Span};
use crate::syntax::ast::{Access, Form, Infix, Node, NodeId, Prefix};
use crate::types::Type;
use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use std::cell::OnceCell;

impl Lowering<'_> {
    /// Looks at the names of the module.
    pub(super) fn lint(&mut self) {
        let ids = || (0..self.scopes.declarations.len() as u32).map(DeclarationId);
        let named = |id: &DeclarationId| self.scopes.declaration(*id).name.is_some();
        let unused: Vec<DeclarationId> =
            ids().filter(|id| named(id) && self.scopes.declaration(*id).reads == 0).collect();
        let looked_at = |id: &DeclarationId| {
            let declared = self.scopes.declaration(*id);
            declared.changed > 0 || declared.early || self.hides_builtin(*id)
        };
        let looked_at: Vec<DeclarationId> = ids().filter(|id| named(id) && looked_at(id)).collect();
        let mut uses: Vec<Vec<Use>> = vec![Vec::new(); looked_at.len()];
        if !uses.is_empty() {
            let mut places = vec![None; self.scopes.declarations.len()];
            looked_at.iter().enumerate().for_each(|(place, id)| places[id.0 as usize] = Some(place));
            for used in &self.scopes.uses {
                if let Some(place) = self.scopes.resolved(used.node).and_then(|id| places[id.0 as usize]) {
                    uses[place].push(*used);
                }
            }
        }
        let mut loops: HashMap<Owner, Loops> = HashMap::new();
        for (owner, span) in &self.scopes.loops {
            loops.entry(*owner).or_default().put(*span);
        }
        let mut last_read: HashMap<ScopeId, DeclarationId> = HashMap::new();
        for id in ids() {
            let declared = self.scopes.declaration(id);
            if declared.origin == Origin::Parameter && declared.reads > 0 {
                last_read.insert(declared.scope, id);
            }
        }
        for id in unused {
            self.lint_unused(id, &last_read);
        }
        for (id, uses) in looked_at.into_iter().zip(&uses) {
            self.lint_lost_change(id, uses, loops.get(&self.scopes.declaration(id).owner));
            if !self.lint_early(id, uses) {
                self.lint_hidden_builtin(id, uses);
            }
        }
        self.lint_walks();
        self.lint_sigils();
        self.lint_look_alikes();
    }

    /// L106: declared, never used.
    fn lint_unused(&mut self, id: DeclarationId, last_read: &HashMap<ScopeId, DeclarationId>) {
        let declared = self.scopes.declaration(id);
        let counted = match (declared.origin, declared.kind) {
            (_, DeclarationKind::Import(_)) => true,
            (Origin::Function, DeclarationKind::Function(function)) => {
                self.tree.function(function).form != Form::Pattern
            }
            (Origin::Let | Origin::Const, _) => true,
            (Origin::Parameter, _) => {
                let behind = last_read.get(&declared.scope).is_none_or(|last| last.0 < id.0);
                behind && self.is_parameter_of_function(id)
            }
            _ => false,
        };
        // Where a name is unknown, this may be the one that was meant.
        let meant = self.has_unknown();
        let used = meant || declared.reads > 0 || declared.assigned + declared.changed + declared.mentioned > 0;
        if !counted || used || declared.exported || declared.origin == Origin::Loop {
            return;
        }
        // What a module was to give that there is none of is told with the module.
        if matches!(declared.kind, DeclarationKind::Import(_))
            && self.diagnostics.iter().any(|found| found.code == Code::P020)
        {
            return;
        }
        let Some(name) = declared.name else { return };
        let (span, kind) = (declared.span, declared.kind);
        let text = self.name_text(name).to_owned();
        if text.starts_with('_') || matches!(&*text, "input" | "agents") || self.types.contains(name) {
            return;
        }
        let found = self.finding(Code::L106, span, format!("`{text}` is never used"));
        let found = found.help(format!("remove it, or call it `_{text}` to say that it is meant"));
        let node_text = self.source(span);
        let found = match kind {
            DeclarationKind::Variable if node_text == text => {
                let shorthand = self.is_shorthand(id);
                let instead = if shorthand { format!("{text}: _{text}") } else { format!("_{text}") };
                super::edit::suggest(found, format!("call it `_{text}`"), span, instead, true)
            }
            DeclarationKind::Function(_) => {
                super::edit::suggest(found, format!("call it `_{text}`"), span, format!("_{text}"), true)
            }
            DeclarationKind::Import(specifier) => match self.import_without(specifier) {
                Some(span) => super::edit::suggest(found, "remove it".to_owned(), span, String::new(), false),
                None => found,
            },
            DeclarationKind::Variable => found,
        };
        self.report(found);
    }

    /// The text that takes a name from a module: its part of the import, or the import where nothing else is taken.
    fn import_without(&self, specifier: NodeId) -> Option<Span> {
        let mut imports = self.tree.list(self.tree.root).iter().filter_map(|&import| match self.node(import) {
            Node::Import { specifiers, .. } => Some((import, self.tree.list(specifiers))),
            _ => None,
        });
        let (import, taken) = imports.find(|(_, taken)| taken.contains(&specifier))?;
        let at = taken.iter().position(|&other| other == specifier)?;
        let own = self.span(specifier);
        let between = |from: u32, to: u32| Span::new(from, to).of(self.text);
        match (at.checked_sub(1).map(|before| self.span(taken[before])), taken.get(at + 1).map(|&next| self.span(next)))
        {
            (None, None) => {
                let whole = self.span(import);
                let line = self.text[whole.end as usize..]
                    .find('\n')
                    .map_or(self.text.len() as u32, |end| whole.end + end as u32 + 1);
                let rest_is_blank = between(whole.end, line).trim_matches([' ', ';', '\r', '\n']).is_empty();
                Some(if rest_is_blank { Span::new(whole.start, line) } else { whole })
            }
            (_, Some(next)) if between(own.end, next.start).trim() == "," => Some(Span::new(own.start, next.start)),
            (Some(before), _) if between(before.end, own.start).trim() == "," => Some(Span::new(before.end, own.end)),
            _ => None,
        }
    }

    /// Whether a name is a plain parameter of a declared function, with none behind it that is used.
    fn is_parameter_of_function(&self, id: DeclarationId) -> bool {
        let declared = self.scopes.declaration(id);
        let function = self.scopes.function(declared.owner).hoisted;
        let Some(DeclarationKind::Function(function)) = function.map(|of| self.scopes.declaration(of).kind) else {
            return false;
        };
        let function = self.tree.function(function);
        let parameters = self.tree.list(function.parameters);
        let at = parameters.partition_point(|&node| self.span(node).end < declared.span.end);
        let plain = |&node: &NodeId| match self.node(node) {
            Node::Parameter { pattern, .. } => self.span(pattern) == declared.span,
            _ => false,
        };
        function.form != Form::Pattern && parameters.get(at).is_some_and(plain)
    }

    /// Whether a name is declared in an object pattern without a colon.
    fn is_shorthand(&self, id: DeclarationId) -> bool {
        let node = self.scopes.declaration(id).node;
        node.is_some_and(|node| matches!(self.node(node), Node::Shorthand { .. }))
    }

    /// T009: a copy that is changed and never read again.
    fn lint_lost_change(&mut self, id: DeclarationId, uses: &[Use], loops: Option<&Loops>) {
        let declared = self.scopes.declaration(id);
        let local = matches!(
            declared.origin,
            Origin::Let | Origin::Const | Origin::Parameter | Origin::Loop | Origin::Matched | Origin::Implied
        );
        if !local
            || declared.changed == 0
            || declared.seen_inside
            || declared.exported
            || self.imported.contains_key(&id)
        {
            return;
        }
        if declared.scope == super::scope::ScopeId(0) && self.module.patterns.is_empty() && self.is_library() {
            return;
        }
        let last = uses.iter().filter(|used| used.kind == UseKind::Change).max_by_key(|used| used.span.start);
        let Some(&last) = last else { return };
        // A loop that runs again reads what stands before the change as well.
        let scope_start = self.scopes.scope(declared.scope).start;
        let again = loops.and_then(|loops| {
            loops.around(last.span).filter(|at| at.start > scope_start && at.start >= declared.span.end).last()
        });
        let from = again.unwrap_or(last.span).start;
        let first_change = uses.iter().filter(|used| used.kind == UseKind::Change).map(|used| used.span.start).min();
        let read = uses.iter().any(|used| {
            (used.kind.reads() || used.kind == UseKind::Mention)
                && (used.span.start > last.span.start || used.span.start >= from && used.node != last.node)
        });
        let given_again = uses.iter().any(|used| used.kind.assigns() && used.span.start > first_change.unwrap_or(0));
        if read || given_again || self.may_be_agent(id) || self.changes_by_own_method(uses) {
            return;
        }
        let name = declared.name.map_or("", |name| self.name_text(name)).to_owned();
        let help = match declared.origin {
            Origin::Parameter => {
                "data are values, so the caller keeps its own; give the changed one back with `return`"
            }
            Origin::Loop => {
                "data are values, so the list keeps its own; change it by index, or build a new list with `map`"
            }
            _ => "data are values, so what it was copied from keeps its own; use the copy, or change the original",
        };
        let found = self.finding(
            Code::T009,
            last.span,
            format!("`{name}` is a copy that is changed here and never read again"),
        );
        self.report(found.help(help));
    }

    /// Whether a file is there for others to import.
    fn is_library(&self) -> bool {
        !self.module.exports.is_empty()
    }

    /// Whether a variable may hold an agent, whose methods have whatever names they have.
    fn may_be_agent(&self, id: DeclarationId) -> bool {
        let declared = self.scopes.declaration(id);
        let Some(annotation) = declared.annotation else {
            // One of the `agents` that the host binds.
            let value = declared.value.map(|value| self.node(self.bare(value)));
            let Some(Node::Chain { base, links }) = value else { return false };
            let called = self.tree.list(links).iter().any(|&link| matches!(self.node(link), Node::Call { .. }));
            return !called && matches!(self.node(base), Node::Name(root) if self.name_text(root) == "agents");
        };
        let name = match self.node(annotation) {
            Node::TypeName(name) => name,
            _ => return false,
        };
        matches!(self.types.get(name), Some(Type::Agent(_) | Type::Named(_))) || self.name_text(name) == "Agent"
    }

    /// Whether a change may be a call of a method that the program declares.
    fn changes_by_own_method(&self, uses: &[Use]) -> bool {
        uses.iter().filter(|used| used.kind == UseKind::Change).any(|used| {
            let rest = &self.text[used.span.end as usize..];
            let line = rest.lines().next().unwrap_or("");
            let mut words = line.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty());
            words.any(|word| builtin::is_mutating(word) && self.may_be_own_method(word))
        })
    }

    /// Whether a name that is called is also that of a built-in.
    fn hides_builtin(&self, id: DeclarationId) -> bool {
        let declared = self.scopes.declaration(id);
        let own = declared.calls > 0 && !matches!(declared.kind, DeclarationKind::Import(_));
        own && declared.name.is_some_and(|name| builtin::find_function(self.name_text(name)).is_some())
    }

    /// P010: a variable that is read where its `let` has certainly not run (R017), before it or in the value that it gets
    /// there. Says whether one is.
    fn lint_early(&mut self, id: DeclarationId, uses: &[Use]) -> bool {
        let declared = self.scopes.declaration(id);
        let (Some(name), true) = (declared.name, declared.early && !declared.hoisted) else { return false };
        let (span, value) = (declared.span, declared.value.map(|value| self.span(value)));
        let inside = |at: Span| value.is_some_and(|value| value.holds(at));
        let (within, before): (Vec<&Use>, Vec<&Use>) = uses
            .iter()
            .filter(|used| self.scopes.scope(used.scope).owner == declared.owner && used.kind != UseKind::Mention)
            .filter(|used| !used.kind.assigns() && (used.span.end <= span.start || inside(used.span)))
            .partition(|used| inside(used.span));
        let text = self.name_text(name).to_owned();
        let Some(first) = within.first().or(before.first()).map(|used| used.span) else { return false };
        let found = self
            .finding(Code::P010, first, format!("`{text}` has no value here yet"))
            .note_at(self.at(span), format!("`{text}` is declared here"));
        if within.is_empty() {
            self.report(found.help(format!("move the declaration of `{text}` up, before what reads it")));
            return true;
        }
        // The name in its own value means what is around: the built-in, or another variable.
        let own = format!("own{}{}", text[..1].to_uppercase(), &text[1..]);
        let found = found.help(match builtin::find_function(&text) {
            Some(_) => format!("give what is declared here another name, such as `{own}`"),
            None => format!("declare what is read here before, or give the new `{text}` another name"),
        });
        let behind = uses.iter().filter(|used| !inside(used.span)).copied().collect::<Vec<_>>();
        let found = self.renamed(found, id, &behind, own);
        self.report(found);
        true
    }

    /// L103: a name that hides a built-in which the same scope calls.
    fn lint_hidden_builtin(&mut self, id: DeclarationId, uses: &[Use]) {
        let declared = self.scopes.declaration(id);
        let Some(name) = declared.name else { return };
        let text = self.name_text(name).to_owned();
        if !self.hides_builtin(id) {
            return;
        }
        let span = declared.span;
        let own = format!("own{}{}", text[..1].to_uppercase(), &text[1..]);
        let found = self.finding(Code::L103, span, format!("`{text}` hides the built-in that is called by this name"));
        let found = found.help(format!("call it something else, such as `{own}`"));
        // What holds no function is not what is called.
        let plain = declared.value.is_some_and(|value| self.is_no_function(value)) && declared.assigned == 0;
        let uses: Vec<Use> = uses.iter().filter(|used| !plain || used.kind != UseKind::Call).copied().collect();
        let found = self.renamed(found, id, &uses, own);
        self.report(found);
    }

    /// Whether what is written is certainly no function.
    fn is_no_function(&self, value: NodeId) -> bool {
        use Node::{Bool, List, Null, Number, Object, Template, Text};
        matches!(self.node(self.bare(value)), Bool(_) | List(_) | Null | Number(_) | Object(_) | Template(_) | Text)
    }

    /// With the edit that gives a variable another name, here and where it is used.
    fn renamed(&self, found: Diagnostic, id: DeclarationId, uses: &[Use], own: String) -> Diagnostic {
        let declared = self.scopes.declaration(id);
        let text = self.source(declared.span);
        let taken = self.program.names.find(&own).is_some();
        let plain = declared.name.is_some_and(|name| self.name_text(name) == text)
            && uses.iter().all(|used| self.source(used.span) == text);
        let shorthand = uses.iter().any(|used| matches!(self.node(used.node), Node::Shorthand { .. }));
        if taken || !plain || shorthand || self.is_shorthand(id) || declared.exported {
            return found;
        }
        let mut spans: Vec<Span> = uses.iter().map(|used| used.span).chain([declared.span]).collect();
        spans.sort_unstable();
        spans.dedup();
        let edits = spans.into_iter().map(|at| Edit { at: self.at(at), text: own.clone() }).collect();
        found.mend(Fix { title: format!("call it `{own}`"), certain: false, edits })
    }

    /// L104: a list walked by `for … in` and indexed by what was walked.
    fn lint_walks(&mut self) {
        let indexed = OnceCell::new();
        for i in 0..self.tree.nodes.len() {
            let Node::ForEach { head, source, .. } = self.tree.nodes[i] else { continue };
            let Node::ForEachHead { patterns, .. } = self.node(head) else { continue };
            let &[pattern] = self.tree.list(patterns) else { continue };
            let (Node::Name(walked), Node::Name(list)) = (self.node(pattern), self.node(self.bare(source))) else {
                continue;
            };
            let source = self.bare(source);
            let Some(id) = self.scopes.resolved(source) else { continue };
            if !self.is_list(id) {
                continue;
            }
            // A loop's variable is seen in its loop only.
            let indexed = || indexed.get_or_init(|| self.indexed());
            if !self.scopes.resolved(pattern).is_some_and(|turn| indexed().contains(&(id, turn))) {
                continue;
            }
            let (walked, list) = (self.name_text(walked).to_owned(), self.name_text(list).to_owned());
            let message = format!("`{walked}` is an element of `{list}`, not an index");
            let instead = format!("0..{list}.length");
            let found = self.finding(Code::L104, self.span(source), message);
            let found = found.help(format!("walk the indices: `for {walked} in {instead}`"));
            self.report(super::edit::suggest(found, format!("write `{instead}`"), self.span(source), instead, true));
        }
    }

    /// All pairs of variables of which one is indexed by the other.
    fn indexed(&self) -> HashSet<(DeclarationId, DeclarationId)> {
        let pair = |node: &Node| {
            let Node::Chain { base, links } = *node else { return None };
            let Node::Index { key, .. } = self.node(*self.tree.list(links).first()?) else { return None };
            Some((self.scopes.resolved(base)?, self.scopes.resolved(key)?))
        };
        self.tree.nodes.iter().filter_map(pair).collect()
    }

    /// Whether a variable certainly holds a list.
    fn is_list(&self, id: DeclarationId) -> bool {
        let declared = self.scopes.declaration(id);
        if let Some(annotation) = declared.annotation {
            return matches!(self.node(annotation), Node::TypeList(_) | Node::TypeCount { .. });
        }
        let value = declared.value.map(|value| self.node(self.bare(value)));
        matches!(value, Some(Node::List(_))) && declared.assigned == 0
    }

    /// L102: sigils that say the same as the plain spelling.
    fn lint_sigils(&mut self) {
        if !self.text.contains('~') {
            return;
        }
        for i in 0..self.tree.nodes.len() {
            let span = self.tree.spans[i];
            let found = match self.tree.nodes[i] {
                Node::Operator(sign) => match plain_sign(sign) {
                    Some(plain) => {
                        let written = self.source(span);
                        let found = self.finding(Code::L102, span, format!("`{written}` is the same as `{plain}`"));
                        super::edit::suggest(found, format!("write `{plain}`"), span, plain.to_owned(), true)
                    }
                    None => continue,
                },
                Node::Member { name, access: Access::Tilde } => {
                    let plain = format!("?.{}", self.name_text(name));
                    let found = self.finding(Code::L102, span, "`~.` is the same as `?.`");
                    super::edit::suggest(found, format!("write `{plain}`"), span, plain, true)
                }
                Node::Unary { operator: Prefix::Drawn, operand } => {
                    let at = Span::new(span.start, self.span(operand).start);
                    let found = self.finding(Code::L102, at, "`<~` is the same as `~`");
                    super::edit::suggest(found, "write `~`".into(), at, "~".into(), true)
                }
                _ => continue,
            };
            self.report(found);
        }
    }

    /// L105: names that look like others.
    fn lint_look_alikes(&mut self) {
        if self.text.is_ascii() {
            return;
        }
        let mut seen: HashMap<String, String> = HashMap::new();
        let mut strange: Vec<(String, Span)> = Vec::new();
        let mut plain: Vec<Name> = Vec::new();
        let mut known: HashSet<Name> = HashSet::new();
        for (i, node) in self.tree.nodes.iter().enumerate() {
            let (Node::Name(name) | Node::Key(name) | Node::Shorthand { name, .. }) = *node else { continue };
            if !known.insert(name) {
                continue;
            }
            let text = self.name_text(name);
            if text.is_ascii() {
                plain.push(name);
            } else {
                strange.push((text.to_owned(), self.tree.spans[i]));
            }
        }
        if strange.is_empty() {
            return;
        }
        for name in plain {
            let text = self.name_text(name);
            seen.entry(super::confusable::skeleton(text)).or_insert_with(|| text.to_owned());
        }
        for name in builtin::all().filter(|(_, known)| known.plain).map(|(_, known)| known.name) {
            seen.entry(super::confusable::skeleton(name)).or_insert_with(|| name.to_owned());
        }
        for (text, span) in strange {
            let skeleton = super::confusable::skeleton(&text);
            if let Some(other) = seen.get(&skeleton)
                && *other != text
            {
                let found =
                    self.finding(Code::L105, span, format!("`{text}` looks like `{other}` and is another name"));
                let found = found.help("write it with the letters of one alphabet");
                let at = Span::new(span.start, span.start + text.len() as u32);
                self.report(super::edit::suggest(found, format!("write `{other}`"), at, other.clone(), false));
            } else {
                seen.entry(skeleton).or_insert(text);
            }
        }
    }

    // ---- asking

    /// L101: a condition `x ~> t`, which asks.
    pub(super) fn note_asking(&mut self, subject: NodeId, threshold: NodeId, span: Span) {
        let value = self.source(self.span(subject)).to_owned();
        let least = self.bounded(threshold);
        let found = self.finding(Code::L101, span, "this `~>` asks, though elsewhere it states a confidence");
        let instead = match self.is_plain_path(subject) {
            true => format!("{value} && ~{value} >= {least}"),
            false => format!("gate({value}, {least})"),
        };
        let found = found.help(format!("write `{instead}`"));
        self.report(super::edit::suggest(found, format!("write `{instead}`"), span, instead, true));
    }

    /// L101 of callbacks: `x => x ~> t` states, though a test was meant.
    pub(super) fn note_stating(&mut self, method: &str, arguments: &[NodeId]) {
        const TESTS: [&str; 7] = ["filter", "find", "findIndex", "findLast", "some", "every", "partition"];
        if !TESTS.contains(&method) {
            return;
        }
        for &argument in arguments {
            let Node::Function(id) = self.node(self.bare(argument)) else { continue };
            let function = *self.tree.function(id);
            let Some(body) = function.body.filter(|_| function.form == Form::Lambda) else { continue };
            let Node::Operation(row) = self.node(self.bare(body)) else { continue };
            let &[subject, sign, threshold] = self.tree.list(row) else { continue };
            if !matches!(self.node(sign), Node::Operator(Infix::Confident)) || !self.is_plain_path(subject) {
                continue;
            }
            let span = self.span(self.bare(body));
            let value = self.source(self.span(subject)).to_owned();
            let instead = format!("{value} && ~{value} >= {}", self.bounded(threshold));
            let found = self.finding(
                Code::L101,
                span,
                "this `~>` states a confidence, so it tests only whether the value is true",
            );
            let found = found.help(format!("write `{instead}` to test it"));
            self.report(super::edit::suggest(found, format!("write `{instead}`"), span, instead, false));
        }
    }

    /// The text of an operand of `>=`, in parentheses where it needs them.
    pub(super) fn bounded(&self, node: NodeId) -> String {
        let text = self.source(self.span(node));
        match self.node(node) {
            Node::Operation(_) | Node::Conditional { .. } | Node::Assign { .. } => format!("({text})"),
            _ => text.to_owned(),
        }
    }

    /// Whether an expression can be written twice: a variable, or members of one.
    fn is_plain_path(&self, node: NodeId) -> bool {
        match self.node(node) {
            Node::Name(_) => true,
            Node::Chain { base, links } => {
                matches!(self.node(base), Node::Name(_))
                    && self.tree.list(links).iter().all(|&link| matches!(self.node(link), Node::Member { .. }))
            }
            _ => false,
        }
    }
}

/// The loops of a function in the order in which they begin, each with the place of the one around it.
#[derive(Default)]
struct Loops(Vec<(Span, Option<usize>)>);

impl Loops {
    /// Adds one that begins behind the others or inside them.
    fn put(&mut self, span: Span) {
        let mut around = self.0.len().checked_sub(1);
        while let Some((_, further)) = around.map(|at| self.0[at]).filter(|(at, _)| at.end < span.end) {
            around = further;
        }
        self.0.push((span, around));
    }

    /// Those around a place, inner first.
    fn around(&self, place: Span) -> impl Iterator<Item = Span> {
        let before = self.0.partition_point(|(at, _)| at.start <= place.start).checked_sub(1);
        let outward = std::iter::successors(before, |&at| self.0[at].1).map(|at| self.0[at].0);
        outward.filter(move |at| at.end >= place.end)
    }
}

/// The spelling without `~` of an operator that means the same.
fn plain_sign(sign: Infix) -> Option<&'static str> {
    Some(match sign {
        Infix::TildePower => "**",
        Infix::TildeMultiply => "*",
        Infix::TildeDivide => "/",
        Infix::TildeRemainder => "%",
        Infix::TildeAdd => "+",
        Infix::TildeSubtract => "-",
        Infix::TildeLess => "<",
        Infix::TildeLessEqual => "<=",
        Infix::TildeEqual => "==",
        Infix::TildeNotEqual => "!=",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loops_around_a_place_are_found_inner_first() {
        let mut loops = Loops::default();
        let all = [(0, 9), (1, 4), (2, 3), (5, 8), (6, 7), (10, 11)].map(|(start, end)| Span::new(start, end));
        all.iter().for_each(|span| loops.put(*span));
        let around = |start, end| loops.around(Span::new(start, end)).map(|span| span.start).collect::<Vec<_>>();
        assert_eq!(around(6, 7), [6, 5, 0]);
        assert_eq!(around(3, 4), [1, 0]);
        assert_eq!((around(9, 10), around(10, 11)), (vec![], vec![10]));
    }
}
