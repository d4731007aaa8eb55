//! Tasks that change what belongs to the task around them (P050). What a task changes itself is seen where it is lowered;
//! here are the functions that it calls by their names, and those that they call.

use super::lower::Lowering;
use super::scope::DeclarationId;
use super::{Element, Expr, ExprKind, FunctionId};
use crate::diagnostic::Code;
use crate::source::Span;
use crate::syntax::ast::{Node, NodeId};
use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

/// What the functions of a module do that matters to tasks.
#[derive(Default, Debug)]
pub(super) struct Doings {
    /// The functions that names always stand for, and those in lists that do.
    named: HashMap<DeclarationId, Vec<FunctionId>>,
    /// Who calls whom by name, and where.
    calls: Vec<(FunctionId, DeclarationId, Span)>,
    /// Who changes which variable of whom, and where.
    changes: Vec<(FunctionId, FunctionId, DeclarationId, Span)>,
    /// Functions that are applied as tasks, by name.
    applied: Vec<(FunctionId, DeclarationId, Span)>,
    /// Functions that stand in a list of tasks which is no fork by itself: who is around, and where.
    ballots: Vec<(FunctionId, FunctionId, Span)>,
    /// Functions that the lowering wrapped around elements of forks, or that stand there.
    tasks: Vec<FunctionId>,
    /// Changes that were refused where they stand.
    refused: HashSet<Span>,
}

/// What a task begins with.
struct Beginning {
    /// The function around the task.
    around: FunctionId,
    /// What it calls, by its name.
    called: Option<DeclarationId>,
    /// The functions that this stands for.
    functions: Vec<FunctionId>,
    /// Where.
    span: Span,
}

/// How many steps the search may take; it is a courtesy, since the run finds what it does not (R045).
const MOST_STEPS: usize = 200_000;

impl Lowering<'_> {
    /// Takes note of a name that always stands for one function.
    pub(super) fn note_function(&mut self, name: DeclarationId, value: &Expr) {
        if self.scopes.declaration(name).reassigned {
            return;
        }
        let function = |expr: &Expr| match expr.kind {
            ExprKind::Function(function) => Some(function),
            _ => None,
        };
        let functions: Vec<FunctionId> = match &value.kind {
            ExprKind::List(elements) => {
                let one = |element: &Element| match element {
                    Element::One(one) => function(one),
                    Element::Spread(_) => None,
                };
                elements.iter().filter_map(one).collect()
            }
            _ => function(value).into_iter().collect(),
        };
        if !functions.is_empty() {
            self.doings.named.insert(name, functions);
        }
    }

    /// Remembers what stands in the list that a `vote` is given: it asks functions as tasks.
    pub(super) fn note_ballots(&mut self, list: NodeId) {
        match self.node(self.bare(list)) {
            Node::List(elements) => {
                for &element in self.tree.list(elements) {
                    let bare = self.bare(element);
                    match self.node(bare) {
                        Node::Function(function) => {
                            self.ballots.insert(function);
                        }
                        _ => self.note_applied_at(bare),
                    }
                }
            }
            _ => self.note_applied_at(self.bare(list)),
        }
    }

    /// Takes note of a function of such a list.
    pub(super) fn note_ballot(&mut self, around: Option<FunctionId>, function: FunctionId, span: Span) {
        self.doings.ballots.extend(around.map(|around| (around, function, span)));
    }

    /// Takes note of what a node names, if it names something, as applied.
    pub(super) fn note_applied_at(&mut self, node: NodeId) {
        if let Some(declared) = self.scopes.resolved(node) {
            self.note_applied(declared, self.span(node));
        }
    }

    /// Takes note of a call by name.
    pub(super) fn note_call(&mut self, name: DeclarationId, span: Span) {
        let caller = self.frame().id;
        self.doings.calls.push((caller, name, span));
    }

    /// Takes note of a change of a variable.
    pub(super) fn note_change(&mut self, name: DeclarationId, span: Span) {
        let owner = self.frames[self.depth_of(name)].id;
        let by = self.frame().id;
        if owner != by {
            self.doings.changes.push((by, owner, name, span));
        }
    }

    /// Takes note of a change that was refused where it stands.
    pub(super) fn note_refused(&mut self, span: Span) {
        self.doings.refused.insert(span);
    }

    /// Takes note of a function that runs as a task.
    pub(super) fn note_task(&mut self, function: FunctionId) {
        self.doings.tasks.push(function);
    }

    /// Takes note of a function that is applied as a task, by its name.
    pub(super) fn note_applied(&mut self, name: DeclarationId, span: Span) {
        let by = self.frame().id;
        self.doings.applied.push((by, name, span));
    }

    /// Refuses calls in tasks that change what belongs to the task around.
    pub(super) fn check_calls(&mut self) {
        let doings = std::mem::take(&mut self.doings);
        if doings.tasks.is_empty() && doings.applied.is_empty() && doings.ballots.is_empty() {
            return;
        }
        let mut calls: HashMap<FunctionId, Vec<(DeclarationId, Span)>> = HashMap::new();
        for &(caller, callee, span) in &doings.calls {
            calls.entry(caller).or_default().push((callee, span));
        }
        let mut changes: HashMap<FunctionId, Vec<(FunctionId, DeclarationId, Span)>> = HashMap::new();
        for &(by, owner, name, span) in &doings.changes {
            changes.entry(by).or_default().push((owner, name, span));
        }
        let mut steps = 0;
        let mut reported = HashSet::new();
        let named = |callee| doings.named.get(&callee).cloned().unwrap_or_default();
        let begins = |around, callee, span| Beginning { around, called: Some(callee), functions: named(callee), span };
        let mut begin: Vec<Beginning> =
            doings.applied.iter().map(|&(around, callee, span)| begins(around, callee, span)).collect();
        let ballot = |&(around, function, span)| Beginning { around, called: None, functions: vec![function], span };
        begin.extend(doings.ballots.iter().map(ballot));
        let tasks: HashSet<FunctionId> = doings.tasks.iter().copied().collect();
        for (&caller, calls) in &calls {
            for task in self.around(caller).filter(|around| tasks.contains(around)) {
                // Seen from the function around the task, since what the task owns it may change.
                let around = self.program.functions[task.0 as usize].parent.unwrap_or(task);
                begin.extend(calls.iter().map(|&(callee, span)| begins(around, callee, span)));
            }
        }
        begin.sort_unstable_by_key(|begin| (begin.span, begin.around));
        for Beginning { around, called, functions, span } in begin {
            let mut seen: HashSet<FunctionId> = functions.iter().copied().collect();
            let mut open = functions;
            while let Some(next) = open.pop() {
                steps += 1;
                if steps > MOST_STEPS {
                    return;
                }
                for &(owner, name, at) in changes.get(&next).into_iter().flatten() {
                    let told = doings.refused.contains(&at) || !reported.insert((span, name));
                    if !told && self.is_around(owner, around) {
                        match called {
                            Some(callee) => self.refuse_change_by_call(callee, name, span, at),
                            None => self.refuse_task(name, at),
                        }
                    }
                }
                for (callee, _) in calls.get(&next).into_iter().flatten() {
                    let further = doings.named.get(callee).into_iter().flatten();
                    open.extend(further.filter(|function| seen.insert(**function)));
                }
            }
        }
    }

    /// A function and those around it, inner first.
    fn around(&self, inner: FunctionId) -> impl Iterator<Item = FunctionId> + '_ {
        std::iter::successors(Some(inner), |id| self.program.functions[id.0 as usize].parent)
    }

    /// Whether a function is another one or stands around it.
    fn is_around(&self, outer: FunctionId, inner: FunctionId) -> bool {
        self.around(inner).any(|id| id == outer)
    }

    fn refuse_change_by_call(&mut self, callee: DeclarationId, name: DeclarationId, span: Span, at: Span) {
        let text = |this: &Self, id: DeclarationId| {
            this.scopes.declaration(id).name.map_or("", |name| this.name_text(name)).to_owned()
        };
        let (callee, name) = (text(self, callee), text(self, name));
        let message = format!("a task calls `{callee}`, which changes `{name}` of the task around it");
        let found = self
            .finding(Code::P050, span, message)
            .note_at(self.at(at), format!("`{name}` is changed here"))
            .help("let the task give its part as its result, and put the results together after the fork");
        self.report(found);
    }
}
