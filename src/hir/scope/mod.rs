//! Which name means which variable.
//!
//! Scopes are settled before anything is lowered, because an assignment far below can decide what a name above it means:
//! a function owns what is assigned anywhere in its body and declared nowhere around it. One walk collects scopes,
//! declarations and uses; then the functions are settled from the outside in; then every use is resolved at once.

mod collect;
mod settle;

use crate::hir::Origin;
use crate::source::{Name, Span};
use crate::syntax::ast::{self, NodeId};
use foldhash::{HashMap, HashSet};
use smallvec::SmallVec;

/// A scope of a [`Scopes`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) struct ScopeId(pub(super) u32);

/// A declaration of a [`Scopes`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) struct DeclarationId(pub(super) u32);

/// A function as the scopes see it; the module's own statements are the first.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) struct Owner(pub(super) u32);

/// All scopes of a tree.
#[derive(Default, Debug)]
pub(super) struct Scopes {
    /// The scopes, outer before inner.
    pub(super) scopes: Vec<Scope>,
    /// What is declared in them.
    pub(super) declarations: Vec<Declaration>,
    /// The functions, outer before inner.
    pub(super) functions: Vec<Enclosure>,
    /// Where names are used, in the order of the walk.
    pub(super) uses: Vec<Use>,
    /// What scopes declare that have more than [`FEW`] names; the others are looked through.
    names: HashMap<(ScopeId, Name), DeclarationId>,
    /// By node: one more than the scope it opens, and than the declaration that it names.
    opened: Vec<u32>,
    resolved: Vec<u32>,
    owners: Vec<Option<(Owner, ScopeId)>>,
    /// All loops with the functions they stand in.
    pub(super) loops: Vec<(Owner, Span)>,
    /// What stands on the left of a `var` and was declared before.
    pub(super) assigning: HashSet<NodeId>,
    /// Names that `export { … }` hands on.
    handed_on: Vec<Name>,
    /// Second declarations of one name in one scope: the first, and the place of the second.
    pub(super) repeated: Vec<(DeclarationId, Span)>,
}

/// So many names of a scope are sooner compared than looked up.
const FEW: usize = 6;

/// Where names live.
#[derive(Debug)]
pub(super) struct Scope {
    /// The scope around it.
    pub(super) parent: Option<ScopeId>,
    /// The function it belongs to.
    pub(super) owner: Owner,
    /// Where it begins.
    pub(super) start: u32,
    /// What is declared in it, in order of appearance.
    pub(super) declarations: SmallVec<[DeclarationId; 4]>,
}

/// A function.
#[derive(Debug)]
pub(super) struct Enclosure {
    /// The function around it.
    pub(super) parent: Option<Owner>,
    /// Where it begins.
    pub(super) start: u32,
    /// Its declaration, when it exists from the beginning of a scope.
    pub(super) hoisted: Option<DeclarationId>,
    /// Whether it runs only where a name is read that always stands for it.
    named: bool,
    /// Where it can run first, as a place in the function around it.
    first: u32,
}

/// A variable.
#[derive(Debug)]
pub(super) struct Declaration {
    /// Its name; none for what the lowering makes.
    pub(super) name: Option<Name>,
    /// The name's place.
    pub(super) span: Span,
    /// The name's node, where it stands in the tree.
    pub(super) node: Option<NodeId>,
    /// The scope that holds it.
    pub(super) scope: ScopeId,
    /// The function that owns it.
    pub(super) owner: Owner,
    /// How it came about.
    pub(super) origin: Origin,
    /// What it is.
    pub(super) kind: DeclarationKind,
    /// Its type, where one is written.
    pub(super) annotation: Option<NodeId>,
    /// Whether it keeps its first value (`const`).
    pub(super) constant: bool,
    /// The value it begins with, where one is written and it takes all of it.
    pub(super) value: Option<NodeId>,
    /// The function that its first value is.
    own_function: Option<Owner>,
    /// From where on it has its value.
    pub(super) ends: u32,
    /// Whether it is a loop's only if nothing around has its name.
    tentative: bool,
    /// Whether it is handed to other modules.
    pub(super) exported: bool,
    /// How often it is read.
    pub(super) reads: u32,
    /// How often it is called by its name.
    pub(super) calls: u32,
    /// How often it is named without running anything.
    pub(super) mentioned: u32,
    /// How often it is assigned.
    pub(super) assigned: u32,
    /// How often it is changed along a path.
    pub(super) changed: u32,
    /// Whether a function inside its own uses it.
    pub(super) seen_inside: bool,
    /// Whether it is changed, other than by the head of a counted loop, or seen there from inside a function.
    turned: bool,
    /// Of a name without a declaration: where what assigns it last ends, if it does so once, in its own function.
    once: Option<u32>,
    /// Whether it may change after it has its value.
    pub(super) reassigned: bool,
    /// Whether it may change while a closure that was made after it got its value sees it. A counter that only the head
    /// of its loop changes does not: each turn has its own.
    pub(super) moving: bool,
    /// Whether it may be read before it has its value.
    pub(super) early: bool,
    /// Whether it is a `var`, which what stands before it may assign.
    pub(super) hoisted: bool,
}

/// What a declaration declares.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum DeclarationKind {
    /// A variable.
    Variable,
    /// A function or pattern.
    Function(ast::FunctionId),
    /// A name taken from another module; the [`ast::Node::Specifier`].
    Import(NodeId),
}

/// A use of a name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Use {
    /// The name.
    pub(super) name: Name,
    /// Its node.
    pub(super) node: NodeId,
    /// Its place.
    pub(super) span: Span,
    /// Where it stands.
    pub(super) scope: ScopeId,
    /// What is done.
    pub(super) kind: UseKind,
    /// How many loops of its function are around it.
    pub(super) loops: u32,
    /// Whether it stands in the head of a counted loop.
    pub(super) in_head: bool,
    /// Whether it is a call whose result nobody takes.
    pub(super) dropped: bool,
}

/// What a use of a name does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum UseKind {
    /// Reads it.
    Read,
    /// Calls it by its name.
    Call,
    /// Gives it a value.
    Assign,
    /// Reads it and gives it a value.
    Update,
    /// Gives it a value if it has none (`??=`, `||=`).
    Ensure,
    /// Changes what it holds along a path; nobody looks at what that gives.
    Change,
    /// Changes what it holds along a path, for what that gives.
    Take,
    /// Names it without running anything.
    Mention,
}

impl UseKind {
    /// Whether the value is looked at.
    pub(super) fn reads(self) -> bool {
        matches!(self, UseKind::Read | UseKind::Call | UseKind::Update | UseKind::Ensure | UseKind::Take)
    }

    /// Whether the variable itself gets a value.
    pub(super) fn assigns(self) -> bool {
        matches!(self, UseKind::Assign | UseKind::Update | UseKind::Ensure)
    }

    /// Whether what it holds is changed.
    pub(super) fn changes(self) -> bool {
        matches!(self, UseKind::Change | UseKind::Take)
    }
}

impl Scopes {
    /// The scope that a node opens.
    pub(super) fn opened(&self, node: NodeId) -> Option<ScopeId> {
        self.opened.get(node.place())?.checked_sub(1).map(ScopeId)
    }

    /// What a name at a node means, when it is declared.
    pub(super) fn resolved(&self, node: NodeId) -> Option<DeclarationId> {
        self.resolved.get(node.place())?.checked_sub(1).map(DeclarationId)
    }

    fn set_opened(&mut self, node: NodeId, scope: ScopeId) {
        self.opened[node.place()] = scope.0 + 1;
    }

    fn set_resolved(&mut self, node: NodeId, declared: DeclarationId) {
        self.resolved[node.place()] = declared.0 + 1;
    }

    /// The declaration with this number.
    pub(super) fn declaration(&self, id: DeclarationId) -> &Declaration {
        &self.declarations[id.0 as usize]
    }

    /// The scope with this number.
    pub(super) fn scope(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.0 as usize]
    }

    /// The function with this number.
    pub(super) fn function(&self, owner: Owner) -> &Enclosure {
        &self.functions[owner.0 as usize]
    }

    /// The number and scope of a function of the tree.
    pub(super) fn owner(&self, function: ast::FunctionId) -> Option<(Owner, ScopeId)> {
        *self.owners.get(function.0 as usize)?
    }

    /// The name that always stands for a function.
    pub(super) fn stands_for(&self, owner: Owner) -> Option<DeclarationId> {
        let own = |declared: &Declaration| declared.own_function == Some(owner);
        let variable = || self.declarations.iter().position(own).map(|at| DeclarationId(at as u32));
        self.function(owner).hoisted.or_else(variable)
    }

    /// What a name means in a scope.
    pub(super) fn find(&self, name: Name, from: ScopeId) -> Option<DeclarationId> {
        let mut scope = Some(from);
        while let Some(id) = scope {
            if let Some(found) = self.own(name, id) {
                return Some(found);
            }
            scope = self.scope(id).parent;
        }
        None
    }

    /// What a scope itself declares under a name.
    fn own(&self, name: Name, scope: ScopeId) -> Option<DeclarationId> {
        let declared = &self.scope(scope).declarations;
        if declared.len() > FEW {
            return self.names.get(&(scope, name)).copied();
        }
        declared.iter().copied().find(|&id| self.declaration(id).name == Some(name))
    }

    /// All declarations that a scope sees, inner first.
    pub(super) fn visible(&self, from: ScopeId) -> impl Iterator<Item = &Declaration> {
        let around = std::iter::successors(Some(from), |&id| self.scope(id).parent);
        around.flat_map(|id| self.scope(id).declarations.iter()).map(|&id| self.declaration(id))
    }

    /// A variable that the lowering makes.
    pub(super) fn hide(&mut self, span: Span, scope: ScopeId) -> DeclarationId {
        let owner = self.scope(scope).owner;
        let id = DeclarationId(self.declarations.len() as u32);
        let made = Declaration::new(None, span, scope, owner, Origin::Hidden, DeclarationKind::Variable);
        self.declarations.push(Declaration { ends: span.start, ..made });
        id
    }
}

impl Declaration {
    fn new(
        name: Option<Name>,
        span: Span,
        scope: ScopeId,
        owner: Owner,
        origin: Origin,
        kind: DeclarationKind,
    ) -> Self {
        Self {
            name,
            span,
            node: None,
            scope,
            owner,
            origin,
            kind,
            annotation: None,
            constant: false,
            value: None,
            own_function: None,
            ends: span.end,
            tentative: false,
            exported: false,
            reads: 0,
            calls: 0,
            mentioned: 0,
            assigned: 0,
            changed: 0,
            seen_inside: false,
            turned: false,
            once: None,
            reassigned: false,
            moving: false,
            early: false,
            hoisted: false,
        }
    }
}
