//! The children of a node, for passes that are the same for all nodes.

use super::ast::{Function, List, Node, NodeId, Tree};
use super::shape::DEPTH;
use crate::source::Span;

/// Calls `each` with every child of a node, in the order of the text where the tree keeps it.
pub fn children(tree: &Tree, id: NodeId, mut each: impl FnMut(NodeId)) {
    let row = |list: List, each: &mut dyn FnMut(NodeId)| {
        for child in tree.list(list) {
            each(*child);
        }
    };
    match *tree.node(id) {
        Node::Missing
        | Node::Null
        | Node::Bool(_)
        | Node::Number(_)
        | Node::Text
        | Node::Chunk
        | Node::Regex
        | Node::Name(_)
        | Node::Elision
        | Node::Key(_)
        | Node::Member { .. }
        | Node::Operator(_)
        | Node::Break
        | Node::Continue
        | Node::TypeName(_) => {}
        Node::Template(list)
        | Node::List(list)
        | Node::Object(list)
        | Node::Operation(list)
        | Node::Block(list)
        | Node::Bands(list)
        | Node::TypeUnion(list)
        | Node::TypeObject(list)
        | Node::Call { arguments: list, .. }
        | Node::Decorator { arguments: list, .. }
        | Node::Let { declarators: list, .. } => row(list, &mut each),
        Node::Spread(child)
        | Node::Computed(child)
        | Node::Paren(child)
        | Node::Index { key: child, .. }
        | Node::Unary { operand: child, .. }
        | Node::Step { target: child, .. }
        | Node::Throw(child)
        | Node::Agents(child)
        | Node::Specifier { local: child, .. }
        | Node::Export { declaration: child, .. }
        | Node::TypeLiteral(child)
        | Node::TypeList(child)
        | Node::TypeOptional(child)
        | Node::TypeIndexer(child)
        | Node::TypeParen(child) => each(child),
        Node::Shorthand { default: child, .. } | Node::Return(child) => child.into_iter().for_each(each),
        Node::Entry { key: a, value: b }
        | Node::Assign { target: a, value: b, .. }
        | Node::Arm { condition: a, body: b }
        | Node::Context { name: a, body: b }
        | Node::Type { name: a, definition: b }
        | Node::TypeField { key: a, value: b, .. } => {
            each(a);
            each(b);
        }
        Node::Conditional { condition, then, otherwise, .. } => {
            each(condition);
            each(then);
            each(otherwise);
        }
        Node::Method { key, function } => {
            each(key);
            parts(tree, tree.function(function), &mut each);
        }
        Node::Function(function) | Node::AgentMethod(function) => parts(tree, tree.function(function), &mut each),
        Node::Chain { base, links } => {
            each(base);
            row(links, &mut each);
        }
        Node::If { arms, otherwise } => {
            row(arms, &mut each);
            otherwise.into_iter().for_each(each);
        }
        Node::Match { subject, arms: list }
        | Node::Switch { subject, cases: list }
        | Node::UncertainIf { subject, bands: list } => {
            each(subject);
            row(list, &mut each);
        }
        Node::MatchArm { pattern, guard, body } => {
            each(pattern);
            guard.into_iter().for_each(&mut each);
            each(body);
        }
        Node::Case { test, body } => {
            test.into_iter().for_each(&mut each);
            row(body, &mut each);
        }
        Node::Try { body, handler, finalizer } => {
            each(body);
            handler.into_iter().chain(finalizer).for_each(each);
        }
        Node::Catch { parameter, body } => {
            parameter.into_iter().for_each(&mut each);
            each(body);
        }
        Node::Band { threshold, body, .. } => {
            threshold.into_iter().for_each(&mut each);
            each(body);
        }
        Node::While { condition, max, body } => {
            each(condition);
            max.into_iter().for_each(&mut each);
            each(body);
        }
        Node::DoWhile { body, condition, max } => {
            each(body);
            each(condition);
            max.into_iter().for_each(each);
        }
        Node::ForEach { head, source, body } => [head, source, body].into_iter().for_each(each),
        Node::ForEachHead { patterns, max, .. } => {
            row(patterns, &mut each);
            max.into_iter().for_each(each);
        }
        Node::ForCount { head, max, body } => {
            each(head);
            max.into_iter().for_each(&mut each);
            each(body);
        }
        Node::ForCountHead { init, condition, step } => {
            init.into_iter().chain(condition).chain(step).for_each(each);
        }
        Node::Declarator { pattern, annotation, value: other }
        | Node::Parameter { pattern, annotation, default: other } => {
            each(pattern);
            annotation.into_iter().chain(other).for_each(each);
        }
        Node::Agent { head, members } => {
            each(head);
            row(members, &mut each);
        }
        Node::AgentHead { decorators, name } => {
            row(decorators, &mut each);
            each(name);
        }
        Node::Import { specifiers, from } => {
            row(specifiers, &mut each);
            each(from);
        }
        Node::ExportNames { specifiers, from } => {
            row(specifiers, &mut each);
            from.into_iter().for_each(each);
        }
        Node::Decorated { decorators, declaration } => {
            row(decorators, &mut each);
            each(declaration);
        }
        Node::TypeCount { element, low, high } => {
            each(element);
            each(low);
            high.into_iter().for_each(each);
        }
        Node::TypeFunction { parameters, result } => {
            row(parameters, &mut each);
            each(result);
        }
    }
}

fn parts(tree: &Tree, function: &Function, each: &mut impl FnMut(NodeId)) {
    for child in tree.list(function.decorators) {
        each(*child);
    }
    function.name.into_iter().for_each(&mut *each);
    for child in tree.list(function.parameters) {
        each(*child);
    }
    function.result.into_iter().chain(function.cap).chain(function.max).chain(function.body).for_each(each);
}

/// The first place that nests deeper than [`DEPTH`], measured by what nests in the text: brackets, blocks, prefix
/// operators, operators that group to the right, arrows, conditionals and bodies without braces. An `else if` and the
/// left side of an operator do not nest.
pub fn too_deep(tree: &Tree) -> Option<Span> {
    let mut depths = vec![0u32; tree.nodes.len()];
    let mut deepest: Option<Span> = None;
    for index in (0..tree.nodes.len()).rev() {
        let id = NodeId::at(index);
        if is_leaf(tree.node(id)) {
            continue;
        }
        let depth = depths[index] + nests(tree, id);
        if depth > DEPTH {
            let span = tree.span(id);
            if deepest.is_none_or(|found| span.start < found.start) {
                deepest = Some(span);
            }
        }
        children(tree, id, |child| {
            let other = &mut depths[child.place()];
            *other = (*other).max(depth);
        });
    }
    deepest
}

/// Whether it is one of the nodes without children that most nodes are. They stand as deep as what holds them.
fn is_leaf(node: &Node) -> bool {
    use Node::{Key, Member, Name, Number, Operator, Text};
    matches!(node, Name(_) | Key(_) | Member { .. } | Operator(_) | Text | Number(_))
}

/// How much deeper the children of a node stand.
fn nests(tree: &Tree, id: NodeId) -> u32 {
    match tree.node(id) {
        Node::Paren(_)
        | Node::List(_)
        | Node::Object(_)
        | Node::Template(_)
        | Node::Computed(_)
        | Node::Index { .. }
        | Node::Call { .. }
        | Node::Decorator { .. }
        | Node::Block(_)
        | Node::Bands(_)
        | Node::Unary { .. }
        | Node::Step { .. }
        | Node::Conditional { .. }
        | Node::Assign { .. }
        | Node::Match { .. }
        | Node::Switch { .. }
        | Node::UncertainIf { .. }
        | Node::Agent { .. }
        | Node::TypeParen(_)
        | Node::TypeObject(_)
        | Node::TypeFunction { .. } => 1,
        Node::TypeList(_) | Node::TypeOptional(_) | Node::TypeCount { .. } => 1,
        Node::Operation(list) => match tree.list(*list).get(1).map(|operator| tree.node(*operator)) {
            Some(Node::Operator(infix)) if infix.level().groups_right() => 1,
            _ => 0,
        },
        Node::Function(function) => match tree.function(*function).body {
            Some(body) if !matches!(tree.node(body), Node::Block(_)) => 1,
            _ => 0,
        },
        Node::Arm { body, .. }
        | Node::While { body, .. }
        | Node::ForEach { body, .. }
        | Node::ForCount { body, .. } => u32::from(!matches!(tree.node(*body), Node::Block(_) | Node::Bands(_))),
        Node::If { otherwise: Some(body), .. } | Node::DoWhile { body, .. } => {
            u32::from(!matches!(tree.node(*body), Node::Block(_)))
        }
        _ => 0,
    }
}
