//! Whether two texts mean the same.
//!
//! The formatter reads what it wrote and looks for a difference before anyone else sees it. Places and layout are left
//! out; numbers, templates and regular expressions must be spelled alike, strings may differ in their quotes.

use super::text::same;
use crate::source::Span;
use crate::syntax::ast::{Comment, Form, Function, List, Node, NodeId, Taken, Tree};

/// A text with its tree.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    pub(super) text: &'a str,
    pub(super) tree: &'a Tree,
}

/// One step of a node's description.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// A fact.
    Fact(u32),
    /// The length of a row of nodes, which follow.
    Row(u32),
    /// A node.
    Node(NodeId),
    /// No node where one might be.
    Nothing,
}

/// The first place in the left text whose meaning is not that of the right one. Both trees share their names.
pub(super) fn difference(left: Reading<'_>, right: Reading<'_>) -> Option<Span> {
    tree_difference(left, right).or_else(|| comment_difference(left, right))
}

fn tree_difference(left: Reading<'_>, right: Reading<'_>) -> Option<Span> {
    if same_tables(left, right) {
        return None;
    }
    let (mut lefts, mut rights) = (Vec::new(), Vec::new());
    row(left.tree, left.tree.root, &mut lefts);
    row(right.tree, right.tree.root, &mut rights);
    let mut todo = Vec::new();
    if !pair(&mut lefts, &mut rights, &mut todo) {
        return Some(Span::at(0));
    }
    while let Some((a, b)) = todo.pop() {
        let (one, other) = (left.tree.node(a), right.tree.node(b));
        if std::mem::discriminant(one) != std::mem::discriminant(other) {
            return Some(left.tree.span(a));
        }
        let alike = match one {
            Node::Text | Node::Number(_) | Node::Template(_) | Node::Regex => {
                same_spelling(one, left.tree.span(a).of(left.text), right.tree.span(b).of(right.text))
            }
            _ => {
                parts(left.tree, one, &mut lefts);
                parts(right.tree, other, &mut rights);
                pair(&mut lefts, &mut rights, &mut todo)
            }
        };
        if !alike {
            return Some(left.tree.span(a));
        }
    }
    None
}

/// Whether the tables of two trees are equal number by number, which they nearly always are: a quick answer.
fn same_tables(left: Reading<'_>, right: Reading<'_>) -> bool {
    let (one, other) = (left.tree, right.tree);
    one.root == other.root
        && one.links == other.links
        && one.nodes == other.nodes
        && one.functions.len() == other.functions.len()
        && one.functions.iter().zip(&other.functions).all(|(a, b)| same_function(a, b))
        && (0..one.nodes.len()).all(|i| {
            !matches!(one.nodes[i], Node::Text | Node::Number(_) | Node::Template(_) | Node::Regex)
                || same_spelling(&one.nodes[i], one.spans[i].of(left.text), other.spans[i].of(right.text))
        })
}

fn same_function(a: &Function, b: &Function) -> bool {
    let listed = |function: &Function| function.has_parameters || function.form == Form::Lambda;
    (a.form, a.is_async, listed(a)) == (b.form, b.is_async, listed(b))
        && (a.decorators, a.parameters) == (b.decorators, b.parameters)
        && (a.name, a.result, a.cap, a.max, a.body) == (b.name, b.result, b.cap, b.max, b.body)
}

/// Whether two texts of a leaf are the same to a reader of the tree.
fn same_spelling(node: &Node, left: &str, right: &str) -> bool {
    if matches!(node, Node::Text) { same(left, right) } else { left == right }
}

/// Compares two descriptions and notes the nodes that remain to be compared; both are empty afterwards.
fn pair(lefts: &mut Vec<Part>, rights: &mut Vec<Part>, todo: &mut Vec<(NodeId, NodeId)>) -> bool {
    let mut alike = lefts.len() == rights.len();
    for (&a, &b) in lefts.iter().zip(rights.iter()) {
        match (a, b) {
            (Part::Node(a), Part::Node(b)) => todo.push((a, b)),
            _ => alike &= a == b,
        }
    }
    lefts.clear();
    rights.clear();
    alike
}

fn row(tree: &Tree, list: List, out: &mut Vec<Part>) {
    out.push(Part::Row(list.len));
    out.extend(tree.list(list).iter().map(|&id| Part::Node(id)));
}

fn parts(tree: &Tree, node: &Node, out: &mut Vec<Part>) {
    macro_rules! say {
        ($($part:expr),* $(,)?) => {{ $(Describe::describe(&$part, tree, out);)* }};
    }
    match *node {
        Node::Missing
        | Node::Null
        | Node::Number(_)
        | Node::Text
        | Node::Template(_)
        | Node::Chunk
        | Node::Regex
        | Node::Elision
        | Node::Break
        | Node::Continue => {}
        Node::Bool(value) => say!(value),
        Node::Name(name) | Node::Key(name) | Node::TypeName(name) => say!(name.0),
        Node::List(list)
        | Node::Object(list)
        | Node::Operation(list)
        | Node::Block(list)
        | Node::Bands(list)
        | Node::TypeUnion(list)
        | Node::TypeObject(list) => say!(list),
        Node::Spread(inner)
        | Node::Computed(inner)
        | Node::Paren(inner)
        | Node::Throw(inner)
        | Node::Agents(inner)
        | Node::TypeLiteral(inner)
        | Node::TypeList(inner)
        | Node::TypeOptional(inner)
        | Node::TypeIndexer(inner)
        | Node::TypeParen(inner) => say!(inner),
        Node::Entry { key, value } => say!(key, value),
        Node::Shorthand { name, default } => say!(name.0, default),
        Node::Method { key, function } => say!(key, tree.functions[function.0 as usize]),
        Node::Function(function) | Node::AgentMethod(function) => say!(tree.functions[function.0 as usize]),
        Node::Chain { base, links } => say!(base, links),
        Node::Member { name, access } => say!(name.0, access as u32),
        Node::Index { key, optional } => say!(key, optional),
        Node::Call { arguments, optional } => say!(arguments, optional),
        Node::Operator(operator) => say!(operator as u32),
        Node::Unary { operator, operand } => say!(operator as u32, operand),
        Node::Step { by, prefix, target } => say!(by > 0, prefix, target),
        Node::Conditional { condition, tilde, then, otherwise } => say!(condition, tilde, then, otherwise),
        Node::Assign { operator, target, value } => say!(operator.map_or(u32::MAX, |o| o as u32), target, value),
        Node::If { arms, otherwise } => say!(arms, otherwise),
        Node::Arm { condition, body } => say!(condition, body),
        Node::Match { subject, arms } => say!(subject, arms),
        Node::MatchArm { pattern, guard, body } => say!(pattern, guard, body),
        Node::Switch { subject, cases } => say!(subject, cases),
        Node::Case { test, body } => say!(test, body),
        Node::Try { body, handler, finalizer } => say!(body, handler, finalizer),
        Node::Catch { parameter, body } => say!(parameter, body),
        Node::UncertainIf { subject, bands } => say!(subject, bands),
        Node::Band { band, threshold, body } => say!(band as u32, threshold, body),
        Node::While { condition, max, body } => say!(condition, max, body),
        Node::DoWhile { body, condition, max } => say!(body, condition, max),
        Node::ForEach { head, source, body } => say!(head, source, body),
        Node::ForEachHead { keyword, patterns, of, max } => say!(keyword.map_or(9, |k| k as u32), patterns, of, max),
        Node::ForCount { head, max, body } => say!(head, max, body),
        Node::ForCountHead { init, condition, step } => say!(init, condition, step),
        Node::Let { keyword, declarators } => say!(keyword as u32, declarators),
        Node::Declarator { pattern, annotation, value } => say!(pattern, annotation, value),
        Node::Return(value) => say!(value),
        Node::Context { name, body } => say!(name, body),
        Node::Decorator { name, arguments } => say!(name.0, arguments),
        Node::Agent { head, members } => say!(head, members),
        Node::AgentHead { decorators, name } => say!(decorators, name),
        Node::Type { name, definition } => say!(name, definition),
        Node::Import { specifiers, from } => say!(specifiers, from),
        Node::Specifier { taken, local } => match taken {
            Taken::Named(name) => say!(name.0, local),
            Taken::All => say!(true, local),
            Taken::Default => say!(false, local),
        },
        Node::Export { default, declaration } => say!(default, declaration),
        Node::ExportNames { specifiers, from } => say!(specifiers, from),
        Node::Decorated { decorators, declaration } => say!(decorators, declaration),
        Node::TypeCount { element, low, high } => say!(element, low, high),
        Node::TypeField { key, optional, value } => say!(key, optional, value),
        Node::TypeFunction { parameters, result } => say!(parameters, result),
        Node::Parameter { pattern, annotation, default } => say!(pattern, annotation, default),
    }
}

/// What a part of a node says.
trait Describe {
    fn describe(&self, tree: &Tree, out: &mut Vec<Part>);
}

impl Describe for u32 {
    fn describe(&self, _: &Tree, out: &mut Vec<Part>) {
        out.push(Part::Fact(*self));
    }
}

impl Describe for bool {
    fn describe(&self, _: &Tree, out: &mut Vec<Part>) {
        out.push(Part::Fact(u32::from(*self)));
    }
}

impl Describe for NodeId {
    fn describe(&self, _: &Tree, out: &mut Vec<Part>) {
        out.push(Part::Node(*self));
    }
}

impl Describe for Option<NodeId> {
    fn describe(&self, _: &Tree, out: &mut Vec<Part>) {
        out.push(self.map_or(Part::Nothing, Part::Node));
    }
}

impl Describe for List {
    fn describe(&self, tree: &Tree, out: &mut Vec<Part>) {
        row(tree, *self, out);
    }
}

impl Describe for Function {
    fn describe(&self, tree: &Tree, out: &mut Vec<Part>) {
        let listed = self.has_parameters || self.form == Form::Lambda;
        out.extend([Part::Fact(self.form as u32), Part::Fact(u32::from(self.is_async) * 2 + u32::from(listed))]);
        self.decorators.describe(tree, out);
        self.parameters.describe(tree, out);
        for part in [self.name, self.result, self.cap, self.max, self.body] {
            part.describe(tree, out);
        }
    }
}

fn comment_difference(left: Reading<'_>, right: Reading<'_>) -> Option<Span> {
    let (lefts, rights) = (&left.tree.comments, &right.tree.comments);
    let differs =
        |(a, b): (&Comment, &Comment)| a.doc != b.doc || !same_comment(a.span.of(left.text), b.span.of(right.text));
    match lefts.iter().zip(rights).position(|(a, b)| differs((a, b))) {
        Some(i) => Some(lefts[i].span),
        None if lefts.len() == rights.len() => None,
        None => Some(lefts.get(rights.len()).map_or(Span::at(left.text.len() as u32), |comment| comment.span)),
    }
}

/// Whether two comments say the same, the white space at the ends of their lines apart.
fn same_comment(left: &str, right: &str) -> bool {
    left == right || left.trim_end().lines().map(str::trim).eq(right.trim_end().lines().map(str::trim))
}
