//! Loops that turn once at least, because what they test was true just before them, as in a scanner that looks at a letter and
//! then reads on while it sees such letters.

use super::domain::Shape;
use super::flow::{Activation, Flow};
use super::graph::{Definition, Natural};
use super::moving::Move;
use super::state::State;
use crate::hir::{Binary, Unary};
use crate::ir::{BlockId, End, Inst, Op, Plain, Target, Var};

/// How deep what is tested is looked at.
const DEEPEST: u32 = 8;
/// How many branches before a loop are looked at.
const MOST_BRANCHES: usize = 16;

/// A loop with the values that its first turn begins with.
struct Entry<'n> {
    inner: &'n Natural,
    begins: &'n [Var],
}

impl<'a> Flow<'a> {
    /// How far a loop inside another, with none in it, takes one of its values that began so far off: nobody knows how often it
    /// turns, but it does so once, and leads no further out than into that other.
    pub fn moved_by(
        &self,
        act: &Activation<'a>,
        (outer, inner): (&Natural, &Natural),
        parameter: usize,
        began: impl FnOnce(Var) -> Option<Move>,
    ) -> Option<Move> {
        if act.graph.loops.iter().any(|other| other.head != inner.head && inner.has(other.head)) {
            return None;
        }
        let mut from = act.graph.before[inner.head].iter().filter(|&&block| !inner.has(block));
        let (&before, None) = (from.next()?, from.next()) else { return None };
        let mut into = act.code.blocks[before].end.targets().filter(|way| way.block.0 as usize == inner.head);
        let (way, None) = (into.next()?, into.next()) else { return None };
        let entry = Entry { inner, begins: &way.args };
        let step = self.movement(act, inner, act.code.blocks[inner.head].parameters[parameter])?;
        if step.low <= 0.0 && step.high >= 0.0
            || !inner.blocks.iter().all(|&block| self.stays(act, outer, &entry, block))
        {
            return None;
        }
        let began = began(way.args[parameter])?;
        Some(match step.low > 0.0 {
            true => Move { low: began.low + step.low, high: f64::INFINITY },
            false => Move { low: f64::NEG_INFINITY, high: began.high + step.high },
        })
    }

    /// Whether a block of a loop does not lead out of it in the first turn, except out of the function.
    fn stays(&self, act: &Activation<'a>, outer: &Natural, entry: &Entry, block: usize) -> bool {
        let inside = |block: BlockId| entry.inner.has(block.0 as usize);
        let code = &act.code.blocks[block];
        let leaving = |way: &Target| !inside(way.block);
        if code.handler.is_some() || code.end.targets().any(|way| leaving(way) && !outer.has(way.block.0 as usize)) {
            return false;
        }
        match &code.end {
            End::Branch { condition, then, otherwise } => match (inside(then.block), inside(otherwise.block)) {
                (true, true) => true,
                (stay, _) if stay != inside(otherwise.block) => self.is_known(act, entry, *condition, stay),
                _ => false,
            },
            end => !end.targets().any(leaving),
        }
    }

    /// Whether a test of a loop comes to this in the first turn.
    fn is_known(&self, act: &Activation<'a>, entry: &Entry, condition: Var, truth: bool) -> bool {
        let (asked, truth) = plainly(act, condition, truth);
        if truth && self.is_same_text(act, entry, asked) {
            return true;
        }
        let mut below = entry.inner.head;
        for _ in 0..MOST_BRANCHES {
            let above = act.graph.dominator[below];
            if above == below {
                return false;
            }
            if let End::Branch { condition, then, otherwise } = &act.code.blocks[above].end {
                for (way, came) in [(then, true), (otherwise, false)] {
                    let block = way.block.0 as usize;
                    if act.graph.single[block] && act.graph.dominates(block, entry.inner.head) {
                        let (known, came) = plainly(act, *condition, came);
                        if came == truth && self.is_alike(act, entry, known, asked, 0) {
                            return true;
                        }
                    }
                }
            }
            below = above;
        }
        false
    }

    /// Whether a test compares a text, or what stands in one, with itself in the first turn.
    fn is_same_text(&self, act: &Activation<'a>, entry: &Entry, asked: Var) -> bool {
        let Some(test) = act.instruction(asked).filter(|test| is_equality(test)) else { return false };
        let [a, b] = [test.args[0], test.args[1]];
        let letter = |inst: &Inst| matches!(inst.op, Op::Index { .. }) && is_text(act, inst.args[0]);
        (is_text(act, a) || act.instruction(a).is_some_and(letter)) && self.is_alike(act, entry, a, b, 1)
    }

    /// Whether a value from before a loop is what another is in the loop's first turn.
    fn is_alike(&self, act: &Activation<'a>, entry: &Entry, known: Var, asked: Var, depth: u32) -> bool {
        let (known, asked) = (bare(act, entry.begun(act, known)), bare(act, entry.begun(act, asked)));
        if known == asked {
            return true;
        }
        let (Some(one), Some(other)) = (act.instruction(known), act.instruction(asked)) else { return false };
        let alike = |(one, other): (&Var, &Var)| self.is_alike(act, entry, *one, *other, depth + 1);
        depth < DEEPEST
            && (one.op == other.op || depth == 0 && is_equality(one) && is_equality(other))
            && one.args.len() == other.args.len()
            && self.is_pure(act, one)
            && one.args.iter().zip(&other.args).all(alike)
    }

    /// Whether an instruction gives the same of the same.
    fn is_pure(&self, act: &Activation<'a>, inst: &Inst) -> bool {
        match &inst.op {
            // A text and an expression have no methods but the built-in ones.
            Op::CallMethod { name, spread: false } => {
                let constant = act.instruction(inst.args[0]).is_some_and(|inst| matches!(inst.op, Op::Const(_)));
                (constant || is_text(act, inst.args[0])) && !calls_back(name)
            }
            Op::CallFunction(id) => {
                let blocks = &self.program.functions[id.0 as usize].blocks;
                let code = || blocks.iter().flat_map(|block| &block.code);
                let constant = |var| code().any(|inst| inst.result == Some(var) && matches!(inst.op, Op::Const(_)));
                // Where it leads by how sure something is, the same content is not enough.
                let routes = blocks.iter().any(|block| matches!(block.end, End::Route { .. }));
                !routes
                    && code().all(|inst| match &inst.op {
                        Op::CallMethod { name, spread: false } => constant(inst.args[0]) && !calls_back(name),
                        op => is_simple(op),
                    })
            }
            op => is_simple(op),
        }
    }
}

impl Entry<'_> {
    /// What a value of the loop is in its first turn, if that came from before it.
    fn begun(&self, act: &Activation<'_>, var: Var) -> Var {
        match act.graph.definitions[var.0 as usize] {
            Definition::Parameter(block, index) if block == self.inner.head => self.begins[index],
            _ => var,
        }
    }
}

/// Whether an operation looks at nothing but the content of what it is given.
fn is_simple(op: &Op) -> bool {
    match op {
        Op::Const(_) | Op::Field(_) | Op::Index { .. } | Op::Step(_) | Op::IsNull | Op::Truth | Op::Under => true,
        Op::Binary(binary) => binary.compares() || binary.gives_number() || *binary == Binary::Add,
        Op::Unary(unary) => *unary != Unary::Confidence,
        _ => false,
    }
}

/// Whether a method of texts may call what it is given.
fn calls_back(name: &str) -> bool {
    matches!(name, "replace" | "replaceAll")
}

/// A condition without what only turns it round, and the truth that it has then.
fn plainly(act: &Activation<'_>, mut condition: Var, mut truth: bool) -> (Var, bool) {
    while let Some(inst) = act.instruction(condition) {
        match inst.op {
            Op::Unary(Unary::Not) => truth = !truth,
            Op::Truth | Op::Under | Op::Ready => {}
            Op::Binary(Binary::NotEqual) => return (condition, !truth),
            _ => break,
        }
        condition = inst.args[0];
    }
    (condition, truth)
}

/// Whether an instruction tells whether two values are equal, or that they are not.
fn is_equality(inst: &Inst) -> bool {
    matches!(inst.op, Op::Binary(Binary::Equal | Binary::NotEqual))
}

/// Whether a value is a text for certain.
fn is_text(act: &Activation<'_>, var: Var) -> bool {
    let declared = matches!(act.code.values[var.0 as usize].kind, Plain::String);
    declared || matches!(act.value(var, &State::default()).shape, Shape::Text(_))
}

/// A value without what only lowers how sure it is.
fn bare(act: &Activation<'_>, mut var: Var) -> Var {
    while let Some(inst) = act.instruction(var).filter(|inst| matches!(inst.op, Op::Under | Op::Ready)) {
        var = inst.args[0];
    }
    var
}
