//! Deciding what names mean, once all of them were seen.

use super::{Declaration, DeclarationId, DeclarationKind, Owner, ScopeId, Scopes, Use, UseKind};
use crate::hir::Origin;
use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

impl Scopes {
    /// Settles the functions from the outside in, then resolves every use.
    pub(super) fn settle(&mut self) {
        let uses = std::mem::take(&mut self.uses);
        self.own_all(&uses);
        for used in &uses {
            if let Some(declared) = self.find(used.name, used.scope) {
                self.set_resolved(used.node, declared);
                self.count(declared, used);
            }
        }
        self.uses = uses;
        for name in std::mem::take(&mut self.handed_on) {
            if let Some(declared) = self.own(name, ScopeId(0)) {
                self.declarations[declared.0 as usize].exported = true;
            }
        }
        self.declarations.iter_mut().for_each(Declaration::settle);
        self.order();
        self.date();
    }

    /// Gives each function the names that are assigned in it and declared nowhere around.
    fn own_all(&mut self, uses: &[Use]) {
        let mut assigned: Vec<(Owner, usize)> = Vec::new();
        for (i, used) in uses.iter().enumerate() {
            if matches!(used.kind, UseKind::Assign | UseKind::Ensure) {
                assigned.push((self.scope(used.scope).owner, i));
            }
        }
        let mut tentative: Vec<(Owner, DeclarationId)> = Vec::new();
        for (i, declared) in self.declarations.iter().enumerate() {
            if declared.tentative {
                tentative.push((declared.owner, DeclarationId(i as u32)));
            }
        }
        if assigned.is_empty() && tentative.is_empty() {
            return;
        }
        let mut top: Vec<Option<ScopeId>> = vec![None; self.functions.len()];
        for (i, scope) in self.scopes.iter().enumerate() {
            top[scope.owner.0 as usize].get_or_insert(ScopeId(i as u32));
        }
        assigned.sort_by_key(|(owner, _)| *owner);
        tentative.sort_by_key(|(owner, _)| *owner);
        let (mut assigned, mut tentative) = (assigned.into_iter().peekable(), tentative.into_iter().peekable());
        for owner in (0..self.functions.len()).map(|at| Owner(at as u32)) {
            while let Some((_, i)) = assigned.next_if(|(of, _)| *of == owner) {
                let used = uses[i];
                if self.find(used.name, used.scope).is_none()
                    && let Some(scope) = top[owner.0 as usize]
                {
                    let kind = DeclarationKind::Variable;
                    let made = Declaration::new(Some(used.name), used.span, scope, owner, Origin::Implied, kind);
                    self.add(made);
                }
            }
            while let Some((_, id)) = tentative.next_if(|(of, _)| *of == owner) {
                let declared = self.declaration(id);
                let Some(name) = declared.name else { continue };
                let (scope, node) = (declared.scope, declared.node);
                let around = self.scope(scope).parent.and_then(|outer| self.find(name, outer));
                // What is declared behind it is not there yet.
                let there = |outer: DeclarationId| {
                    let outer = self.declaration(outer);
                    let later = matches!(outer.origin, Origin::Let | Origin::Const) && !outer.hoisted;
                    !(later && outer.owner == declared.owner && outer.span.start > declared.span.start)
                };
                if around.is_some_and(there) {
                    self.names.remove(&(scope, name));
                    self.assigning.extend(node);
                    self.scopes[scope.0 as usize].declarations.retain(|d| *d != id);
                }
            }
        }
    }

    /// Counts what a use does with its variable.
    fn count(&mut self, id: DeclarationId, used: &Use) {
        let here = self.scope(used.scope).owner == self.declaration(id).owner;
        let declared = &mut self.declarations[id.0 as usize];
        declared.seen_inside |= !here;
        declared.reads += u32::from(used.kind.reads());
        declared.calls += u32::from(used.kind == UseKind::Call);
        declared.mentioned += u32::from(used.kind == UseKind::Mention);
        declared.assigned += u32::from(used.kind.assigns());
        declared.changed += u32::from(used.kind.changes());
        let changes = used.kind.assigns() || used.kind.changes();
        declared.turned |= if used.in_head { !here } else { changes };
        if used.kind.assigns() && declared.origin == Origin::Implied {
            let once = here && used.kind == UseKind::Assign && used.loops == 0;
            declared.once = once.then_some(used.span.end);
        }
    }

    /// Finds where each declared function can run first.
    fn order(&mut self) {
        let mut edges: HashMap<Owner, Vec<Owner>> = HashMap::new();
        let mut seen: HashSet<(Owner, Owner)> = HashSet::new();
        let mut heap = BinaryHeap::new();
        // By declaration. `const f = () => …` is as good as one of a function.
        let own = |declared: &Declaration| declared.own_function.filter(|_| !declared.reassigned);
        let mut hoisted: Vec<Option<Owner>> = self.declarations.iter().map(own).collect();
        for (i, function) in self.functions.iter().enumerate() {
            if let Some(declared) = function.hoisted {
                hoisted[declared.0 as usize].get_or_insert(Owner(i as u32));
            }
        }
        for function in hoisted.iter().flatten() {
            let function = &mut self.functions[function.0 as usize];
            (function.named, function.first) = (true, u32::MAX);
        }
        for used in &self.uses {
            let Some(id) = self.resolved(used.node) else { continue };
            let Some(function) = hoisted[id.0 as usize] else { continue };
            let at = self.scope(used.scope).owner;
            let Some(around) = self.function(function).parent else { continue };
            match self.child(around, at) {
                None => heap.push(Reverse((used.span.start, function))),
                Some(child) if child == function => {}
                Some(child) if self.function(child).named => {
                    if seen.insert((child, function)) {
                        edges.entry(child).or_default().push(function);
                    }
                }
                Some(child) => heap.push(Reverse((self.function(child).start, function))),
            }
        }
        while let Some(Reverse((at, function))) = heap.pop() {
            if at >= self.function(function).first {
                continue;
            }
            self.functions[function.0 as usize].first = at;
            for &next in edges.get(&function).into_iter().flatten() {
                heap.push(Reverse((at, next)));
            }
        }
    }

    /// Finds what may be read before it has a value.
    fn date(&mut self) {
        let mut early = Vec::new();
        for used in &self.uses {
            if !used.kind.reads() && !used.kind.changes() {
                continue;
            }
            let Some(id) = self.resolved(used.node) else { continue };
            let declared = self.declaration(id);
            let let_like = match declared.origin {
                Origin::Let | Origin::Const => !matches!(declared.kind, DeclarationKind::Import(_)),
                _ => false,
            };
            if !let_like || declared.early {
                continue;
            }
            let at = match self.child(declared.owner, self.scope(used.scope).owner) {
                None => used.span.start,
                // `let f = x => f(x - 1)`: f cannot run before it is f.
                Some(child) if declared.own_function == Some(child) => declared.ends,
                Some(child) => self.function(child).first,
            };
            if at < declared.ends {
                early.push(id);
            }
        }
        for id in early {
            self.declarations[id.0 as usize].early = true;
        }
    }

    /// The function directly inside `outer` that holds `inner`; none when they are the same.
    pub(super) fn child(&self, outer: Owner, inner: Owner) -> Option<Owner> {
        let mut at = inner;
        while at != outer {
            let parent = self.function(at).parent?;
            if parent == outer {
                return Some(at);
            }
            at = parent;
        }
        None
    }
}

impl Declaration {
    /// Decides whether it changes, once everything was counted that is done with it.
    fn settle(&mut self) {
        self.reassigned = match self.origin {
            // The one assignment of a name that has no declaration stands for it; so does that of a counted loop.
            Origin::Implied => match self.once.filter(|_| self.assigned == 1) {
                Some(end) => {
                    self.ends = end;
                    self.changed > 0
                }
                None => true,
            },
            Origin::Loop if self.tentative => self.assigned > 1 || self.changed > 0,
            _ => self.assigned + self.changed > 0,
        };
        self.moving = match self.origin {
            Origin::Loop => self.turned,
            _ => self.reassigned,
        };
    }
}
