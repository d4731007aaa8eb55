//! What must be known of a function before its first instruction is written.
//!
//! Of all functions: which capture nothing but functions that capture nothing, so that they are called directly. Of each,
//! right before it is lowered, one walk over its tree finds the variables that each loop assigns (they become its
//! parameters), those that a `try` assigns from inside (they become slots), and those that closures see before they exist
//! (their cells are made early).

use super::Rows;
use super::visit::{Visit, walk};
use crate::hir::{
    Block, Capture, Expr, ExprKind, FunctionId, LocalId, Origin, Pattern, PatternKind, Place, Program, Root, Variable,
};
use foldhash::HashMap;

/// What is known of all functions before the first is lowered.
pub(super) struct Survey {
    /// Whether a function captures nothing but functions that capture nothing.
    plain: Vec<bool>,
    /// Whether a function is declared and captures nothing.
    pub(super) stands: Vec<bool>,
}

/// What the walk found of one function. One serves all functions, one after the other.
#[derive(Default)]
pub(super) struct Notes {
    /// By [`LocalId`].
    pub(super) locals: Vec<Marks>,
    /// Which locals a loop assigns, by the address of its expression.
    pub(super) loops: HashMap<usize, Vec<LocalId>>,
    /// How many slots it needs.
    pub(super) slots: u32,
    /// Whether some local of it must exist before its declaration.
    pub(super) ahead: bool,
}

/// What the walk found of one local.
#[derive(Clone, Default)]
pub(super) struct Marks {
    /// Whether a `try` assigns it that it was not declared in.
    pub(super) slot: bool,
    /// The number of its slot.
    pub(super) number: u32,
    /// Whether it is read or captured before its declaration.
    pub(super) ahead: bool,
    /// Whether anything assigns it after its declaration.
    assigned: bool,
    /// The innermost `try` around its declaration, once that was met.
    declared: Option<u32>,
}

/// How many pairs of meeting ways and assigned variables are worth parameters; beyond that variables live in slots, so that
/// the size of the code stays linear in the size of the text.
const PAIRS: usize = 4 << 20;

impl Survey {
    /// Looks at all functions, but not into them.
    pub(super) fn of(program: &Program) -> Survey {
        let plain = plain(program);
        let stands = stands(program, &plain);
        Survey { plain, stands }
    }

    /// The function that a variable always is, where it is one that captures nothing.
    pub(super) fn direct(&self, program: &Program, id: FunctionId, variable: Variable) -> Option<FunctionId> {
        known(program, id, variable).filter(|function| self.plain[function.0 as usize])
    }
}

/// The function that a variable always is.
fn known(program: &Program, mut id: FunctionId, mut variable: Variable) -> Option<FunctionId> {
    loop {
        let function = &program.functions[id.0 as usize];
        match variable {
            Variable::Global(global) => return program.globals[global.0 as usize].function,
            Variable::Local(local) => return function.locals[local.0 as usize].function,
            Variable::Capture(capture) => {
                variable = function.captures[capture.0 as usize].from;
                id = function.parent?;
            }
        }
    }
}

/// Which functions capture nothing but functions of their own kind: all are, until one is found that is not.
fn plain(program: &Program) -> Vec<bool> {
    let count = program.functions.len();
    let mut plain = vec![true; count];
    let mut users: Rows<u32> = Rows::default();
    let mut work: Vec<u32> = Vec::new();
    for (index, function) in program.functions.iter().enumerate() {
        for at in 0..function.captures.len() {
            let variable = Variable::Capture(crate::hir::CaptureId(at as u32));
            match known(program, FunctionId(index as u32), variable) {
                Some(captured) => users.put(captured.0, index as u32),
                None => {
                    if std::mem::replace(&mut plain[index], false) {
                        work.push(index as u32);
                    }
                }
            }
        }
    }
    users.arrange(count);
    while let Some(index) = work.pop() {
        for &user in users.row(index as usize) {
            if std::mem::replace(&mut plain[user as usize], false) {
                work.push(user);
            }
        }
    }
    plain
}

/// Which functions are declared, as a global or by the function around them, and capture nothing.
fn stands(program: &Program, plain: &[bool]) -> Vec<bool> {
    let mut stands = vec![false; plain.len()];
    for function in program.globals.iter().filter_map(|global| global.function) {
        stands[function.0 as usize] = plain[function.0 as usize];
    }
    for (parent, declaring) in program.functions.iter().enumerate() {
        for function in declaring.locals.iter().filter_map(|local| local.function) {
            let inside = program.functions[function.0 as usize].parent == Some(FunctionId(parent as u32));
            stands[function.0 as usize] |= inside && plain[function.0 as usize];
        }
    }
    stands
}

impl Notes {
    /// Walks over a function.
    pub(super) fn take(&mut self, program: &Program, id: FunctionId) {
        let function = &program.functions[id.0 as usize];
        self.locals.clear();
        self.loops.clear();
        // Locals without a declaration of their own are there from the beginning.
        self.locals.extend(function.locals.iter().map(|local| {
            let declared = matches!(local.origin, Origin::Implied).then_some(0);
            Marks { declared, ..Marks::default() }
        }));
        let mut walk = Walk { program, notes: self, regions: Vec::new(), next_region: 0, loops: Vec::new(), ways: 0 };
        for parameter in &function.parameters {
            if let Some(default) = &parameter.default {
                walk.expr(default);
            }
            walk.pattern(&parameter.pattern);
        }
        walk.expr(&function.body);
        if let Some(cap) = &function.cap {
            walk.expr(cap);
        }
        let ways = walk.ways;
        self.finish(function, ways);
    }

    fn finish(&mut self, function: &crate::hir::Function, ways: usize) {
        let assigned = self.locals.iter().filter(|marks| marks.assigned).count();
        let crowded = assigned.saturating_mul(ways) > PAIRS;
        (self.slots, self.ahead) = (0, false);
        for (marks, local) in self.locals.iter_mut().zip(&function.locals) {
            marks.slot |= crowded && marks.assigned;
            marks.slot &= !local.shared;
            marks.number = self.slots;
            self.slots += u32::from(marks.slot);
            marks.ahead |= local.early;
            self.ahead |= marks.ahead;
        }
    }
}

struct Walk<'a> {
    program: &'a Program,
    notes: &'a mut Notes,
    /// The `try` regions that are open, by number, innermost last.
    regions: Vec<u32>,
    next_region: u32,
    /// What the open loops assign.
    loops: Vec<Vec<LocalId>>,
    /// How many ways part.
    ways: usize,
}

impl Walk<'_> {
    fn region(&self) -> u32 {
        self.regions.last().copied().unwrap_or(0)
    }

    fn declare(&mut self, local: LocalId) {
        let here = self.region();
        let marks = &mut self.notes.locals[local.0 as usize];
        if marks.declared.is_some() {
            return self.assign(local);
        }
        marks.declared = Some(here);
        if let Some(assigned) = self.loops.last_mut() {
            assigned.push(local);
        }
    }

    fn see(&mut self, local: LocalId) {
        let marks = &mut self.notes.locals[local.0 as usize];
        marks.ahead |= marks.declared.is_none();
    }

    fn assign(&mut self, local: LocalId) {
        self.see(local);
        let region = self.region();
        let marks = &mut self.notes.locals[local.0 as usize];
        marks.assigned = true;
        marks.slot |= region != marks.declared.unwrap_or(region);
        if let Some(assigned) = self.loops.last_mut() {
            assigned.push(local);
        }
    }

    fn captures(&mut self, function: FunctionId) {
        let program = self.program;
        for Capture { from, .. } in &program.functions[function.0 as usize].captures {
            if let Variable::Local(local) = *from {
                self.see(local);
            }
        }
    }

    fn within(&mut self, expr: &Expr) {
        self.next_region += 1;
        self.regions.push(self.next_region);
        self.expr(expr);
        self.regions.pop();
    }
}

impl Visit for Walk<'_> {
    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Read(Variable::Local(local)) => self.see(*local),
            ExprKind::Function(function) => self.captures(*function),
            ExprKind::While { .. } | ExprKind::ForEach { .. } | ExprKind::ForCount { .. } => {
                self.ways += 2;
                self.loops.push(Vec::new());
                if let ExprKind::ForCount { head, .. } = &expr.kind {
                    self.loops.last_mut().unwrap_or(&mut Vec::new()).extend(&head.fresh);
                }
                walk(self, expr);
                let mut assigned = self.loops.pop().unwrap_or_default();
                assigned.sort_unstable();
                assigned.dedup();
                if let Some(outer) = self.loops.last_mut() {
                    outer.extend(&assigned);
                }
                self.notes.loops.insert(std::ptr::from_ref(expr) as usize, assigned);
            }
            ExprKind::Try { body, handler, finalizer } => {
                self.ways += 2;
                if finalizer.is_some() {
                    self.next_region += 1;
                    self.regions.push(self.next_region);
                }
                if handler.is_some() {
                    self.within(body);
                } else {
                    self.expr(body);
                }
                if let Some((pattern, handler)) = handler.as_deref() {
                    if let Some(pattern) = pattern {
                        self.pattern(pattern);
                    }
                    self.expr(handler);
                }
                if let Some(finalizer) = finalizer {
                    self.regions.pop();
                    self.expr(finalizer);
                }
            }
            ExprKind::If { arms, .. } => {
                self.ways += arms.len() + 1;
                walk(self, expr);
            }
            ExprKind::Match { arms, .. } => {
                self.ways += arms.len() + 1;
                walk(self, expr);
            }
            ExprKind::Switch { cases, .. } => {
                self.ways += cases.len() + 1;
                walk(self, expr);
            }
            ExprKind::Logical(row) => {
                self.ways += row.rest.len();
                walk(self, expr);
            }
            ExprKind::Chain(chain) => {
                self.ways += chain.rest.iter().filter(|link| link.optional).count();
                walk(self, expr);
            }
            ExprKind::Uncertain { .. } => {
                self.ways += 4;
                walk(self, expr);
            }
            ExprKind::Break | ExprKind::Leave | ExprKind::Continue | ExprKind::Return(_) => {
                self.ways += 1;
                walk(self, expr);
            }
            _ => walk(self, expr),
        }
    }

    fn block(&mut self, block: &Block) {
        for (variable, function) in &block.functions {
            self.captures(*function);
            if let Variable::Local(local) = *variable {
                self.declare(local);
            }
        }
        for expr in &block.exprs {
            self.expr(expr);
        }
    }

    fn pattern(&mut self, pattern: &Pattern) {
        if let PatternKind::Bind(Variable::Local(local)) = pattern.kind {
            self.declare(local);
        }
        super::visit::walk_pattern(self, pattern);
    }

    fn place(&mut self, place: &Place, changed: bool) {
        super::visit::walk_place(self, place);
        if let Root::Variable(Variable::Local(local)) = place.root {
            if changed { self.assign(local) } else { self.see(local) }
        }
    }

    fn task(&mut self, function: FunctionId) {
        self.captures(function);
    }
}
