//! Operations that are done in one step: which ones, and the instruction that does them.
//!
//! Such an instruction is a guess. It stands before those that do the same one by one, and where what it finds is not as easy as
//! it takes it to be, it does nothing.

use super::super::amend::{Amend, Amount, Place, Source};
use super::super::code::{Code, Pair, Register};
use super::Emission;
use crate::hir::Binary;
use crate::ir::{self, Inst, Op, Var};
use crate::source::Span;
use smallvec::SmallVec;
use std::sync::Arc;

/// How many operations a change in place is at most: two that read the place, three that make the amount, and what combines
/// the two and writes.
const AMENDED: usize = 7;

/// A place that operations read: `root[key].field`, or one of both.
struct Read<'c> {
    root: Var,
    key: Option<Var>,
    field: Option<&'c Arc<str>>,
    /// Which of the names of the function the field is.
    name: usize,
    /// Whether what it is read from stays where it is.
    stays: bool,
    /// How many operations that are.
    steps: usize,
}

impl Emission<'_> {
    /// Tries the first operations in one step, before the instructions of each: the number of the last of them.
    pub(super) fn glance(&mut self, code: &[Inst]) -> Option<usize> {
        let [first, second, third] = {
            let mut loud = self.loud(code);
            [loud.next(), loud.next(), loud.next()]
        };
        let (Some((0, first)), Some((last, next))) = (first, second) else { return None };
        let with = self.with(first, (last, next), third);
        if let Some((combined, span, _)) = with {
            self.put(combined, span);
        }
        let both = self.both(first, next);
        if let Some(combined) = both {
            self.put(combined, next.span);
        }
        with.map(|(.., last)| last).or(both.map(|_| last))
    }

    /// The operations that have instructions, with their numbers.
    fn loud<'c>(&self, code: &'c [Inst]) -> impl Iterator<Item = (usize, &'c Inst)> {
        let silent = |inst: &Inst| match (&inst.op, inst.result) {
            (Op::Const(_), Some(result)) => self.notes.nowhere[result.0 as usize],
            _ => false,
        };
        code.iter().enumerate().filter(move |(_, inst)| !silent(inst))
    }

    /// The instruction that combines a number with a property that is read for that alone, and the number of the last operation.
    fn with(&self, first: &Inst, next: (usize, &Inst), third: Option<(usize, &Inst)>) -> Option<(Code, Span, usize)> {
        let (steps, (last, then)): (&[&Inst], _) = match (&first.op, third) {
            (Op::Index { from_end: false }, Some(third)) => (&[first, next.1], third),
            (Op::Field(_), _) => (&[first], next),
            _ => return None,
        };
        let Op::Binary(op) = then.op else { return None };
        let sides: &[usize] = match op {
            Binary::Subtract | Binary::Divide => &[1],
            // Of numbers either may come first.
            Binary::Add | Binary::Multiply => &[1, 0],
            _ => return None,
        };
        let (side, read) = sides.iter().find_map(|side| self.read(steps, then, *side).map(|read| (side, read)))?;
        if read.field.is_none() || !read.stays || read.steps != steps.len() {
            return None;
        }
        let (to, a, root) = (self.narrow(then.result?)?, self.narrow(then.args[1 - side])?, self.narrow(read.root)?);
        let code = match read.key {
            Some(key) => Code::WithPart(op, to, a, root, self.narrow(key)?, u8::try_from(read.name).ok()?),
            None => Code::WithField(op, to, a, root, u16::try_from(read.name).ok()?),
        };
        Some((code, then.span, last))
    }

    /// The register of a value that is in one of the first.
    fn narrow(&self, var: Var) -> Option<u8> {
        u8::try_from(self.held(var)?).ok()
    }

    /// The instruction that does two operations, where there is one and nobody else reads what the first gives.
    fn both(&self, inst: &Inst, next: &Inst) -> Option<Code> {
        let (read, to) = (inst.result?, next.result?);
        let walks = matches!((&inst.op, &next.op), (Op::Range { walked: true, .. }, Op::Count));
        if self.notes.reads[read.0 as usize] != 1 && !walks {
            return None;
        }
        match (&inst.op, &next.op, &next.args[..]) {
            (Op::Index { from_end: false }, Op::Field(_), &[base]) if base == read && self.moved(inst) == 0 => {
                let property = u8::try_from(self.notes.out.keys.len()).ok()?;
                Some(Code::IndexField(property, self.of(to), self.of(inst.args[0]), self.of(inst.args[1])))
            }
            (&Op::Range { inclusive, .. }, Op::Count, &[range]) if range == read && self.let_go(inst) == 0 => {
                let (low, high) = (self.narrow(inst.args[0])?, self.narrow(inst.args[1])?);
                Some(Code::Walk(inclusive, self.narrow(range)?, self.narrow(to)?, low, high))
            }
            (Op::Binary(Binary::Multiply), Op::Binary(op @ (Binary::Add | Binary::Subtract)), &[left, right])
                if inst.args.iter().chain(&next.args).all(|var| !self.notes.nowhere[var.0 as usize]) =>
            {
                let other = match (left == read, right == read) {
                    (false, true) => left,
                    (true, false) if *op == Binary::Add => right,
                    _ => return None,
                };
                let (to, a, b, c) =
                    (self.narrow(to)?, self.narrow(inst.args[0])?, self.narrow(inst.args[1])?, self.narrow(other)?);
                Some(match op {
                    Binary::Add => Code::AddProduct(to, a, b, c),
                    _ => Code::SubtractProduct(to, a, b, c),
                })
            }
            (Op::Binary(first), Op::Binary(then), &[left, right]) if left == read && self.let_go(inst) == 0 => {
                let pair = Pair::of(*first, *then)?;
                let (k, l) = (self.short(*first, inst.args[1])?, self.short(*then, right)?);
                Some(Code::Two(pair, self.narrow(to)?, self.narrow(inst.args[0])?, k, l))
            }
            _ => None,
        }
    }

    /// The change in place that some operations are together, with the number of the last: what reads the place and what
    /// makes the amount, in either order, then what combines the two and what writes.
    fn amend(&self, code: &[Inst]) -> Option<(Amend, usize)> {
        let mut steps: SmallVec<[&Inst; AMENDED]> = SmallVec::new();
        let mut rest = self.loud(code).take(AMENDED);
        let (last, write, keys) = loop {
            let (at, inst) = rest.next()?;
            match &inst.op {
                Op::Index { from_end: false } | Op::Field(_) | Op::Binary(_) => steps.push(inst),
                Op::Update { home: ir::Home::Value, keys } => break (at, inst, keys),
                _ => return None,
            }
        };
        let (then, steps) = steps.split_last()?;
        self.only(then, write, write.args.len() - 1)?;
        let op = match then.op {
            Op::Binary(op @ (Binary::Add | Binary::Subtract | Binary::Multiply | Binary::Divide)) => op,
            _ => return None,
        };
        let stays = write.moves & 1 != 0 && self.of(write.result?) == self.of(write.args[0]);
        let written = |read: &Read| {
            let same = match (read.key, read.field, &keys[..]) {
                (None, Some(field), [ir::Key::Fixed(other)]) => field == other,
                (Some(key), None, [ir::Key::Computed]) => key == write.args[1],
                (Some(key), Some(field), [ir::Key::Computed, ir::Key::Fixed(other)]) => {
                    key == write.args[1] && field == other
                }
                _ => false,
            };
            same && read.root == write.args[0]
        };
        let (read, turned) = [false, true].into_iter().find_map(|turned| {
            let read = self.read(steps, then, usize::from(turned)).filter(written)?;
            Some((read, turned))
        })?;
        let (amount, taken) = self.amount(steps, op, then, usize::from(!turned))?;
        let place = self.place(&read)?;
        (stays && read.steps + taken == steps.len()).then_some((Amend { place, op, amount, turned, past: 0 }, last))
    }

    /// What an argument is, as an amount that something is changed by, and how many of the steps before make it.
    fn amount(&self, steps: &[&Inst], op: Binary, then: &Inst, at: usize) -> Option<(Amount, usize)> {
        let var = then.args[at];
        let Some(made) = steps.iter().find(|inst| inst.result == Some(var)) else {
            let number = if at == 1 { self.short(op, var) } else { None };
            let of = number.map(Source::Literal).or_else(|| self.held(var).map(Source::Register))?;
            return Some((Amount { times: None, of }, 0));
        };
        if !matches!(made.op, Op::Binary(_)) {
            let (place, taken) = self.looked_at(steps, then, at)?;
            return Some((Amount { times: None, of: Source::Place(place) }, taken));
        }
        self.only(made, then, at)?;
        let Op::Binary(Binary::Multiply) = made.op else { return None };
        let (of, other, taken) = [0, 1]
            .into_iter()
            .find_map(|at| {
                let (place, taken) = self.looked_at(steps, made, at)?;
                Some((Source::Place(place), 1 - at, taken))
            })
            .or_else(|| Some((Source::Register(self.held(made.args[0])?), 1, 0)))?;
        Some((Amount { times: Some(self.held(made.args[other])?), of }, taken + 1))
    }

    /// The place that an argument is read from and that stays where it is, and how many of the steps before that takes.
    fn looked_at(&self, steps: &[&Inst], reader: &Inst, at: usize) -> Option<(Place, usize)> {
        let read = self.read(steps, reader, at).filter(|read| read.stays)?;
        Some((self.place(&read)?, read.steps))
    }

    /// What some of the steps before an argument of an operation read for it alone.
    fn read<'c>(&self, steps: &[&'c Inst], reader: &Inst, at: usize) -> Option<Read<'c>> {
        let giver = |var: Var| steps.iter().position(|inst| inst.result == Some(var));
        let at_last = giver(reader.args[at])?;
        let last = steps[at_last];
        self.only(last, reader, at)?;
        let Op::Field(field) = &last.op else {
            let Op::Index { .. } = last.op else { return None };
            let (root, key, stays) = (last.args[0], Some(last.args[1]), self.moved(last) == 0);
            return Some(Read { root, key, field: None, name: 0, stays, steps: 1 });
        };
        let field = Some(field);
        // Each property that is read has a name of its own, in the order of reading.
        let before = steps[..at_last].iter().filter(|inst| matches!(inst.op, Op::Field(_))).count();
        let name = self.notes.out.keys.len() + before;
        Some(match giver(last.args[0]).map(|at| steps[at]) {
            Some(part) if self.only(part, last, 0).is_some() && matches!(part.op, Op::Index { .. }) => {
                let (root, key, stays) = (part.args[0], Some(part.args[1]), self.moved(part) == 0);
                Read { root, key, field, name, stays, steps: 2 }
            }
            _ => Read { root: last.args[0], key: None, field, name, stays: self.moved(last) == 0, steps: 1 },
        })
    }

    /// Where that is.
    fn place(&self, read: &Read) -> Option<Place> {
        let (root, name) = (self.held(read.root)?, u16::try_from(read.name).ok()?);
        Some(match (read.key, read.field) {
            (None, _) => Place::Field(root, name),
            (Some(key), None) => Place::Element(root, self.held(key)?),
            (Some(key), Some(_)) => Place::Part(root, self.held(key)?, name),
        })
    }

    /// Whether nobody but an argument of an operation reads what another gives.
    fn only(&self, from: &Inst, to: &Inst, at: usize) -> Option<()> {
        let given = from.result?;
        (self.notes.reads[given.0 as usize] == 1 && to.args.get(at) == Some(&given)).then_some(())
    }

    /// The register of a value that is in one.
    pub(super) fn held(&self, var: Var) -> Option<Register> {
        (!self.notes.nowhere[var.0 as usize]).then(|| self.of(var))
    }

    /// Tries the change in place that some operations are together before them: its number, and that of the last of them.
    pub(super) fn begin_amend(&mut self, code: &[Inst]) -> Option<(usize, usize)> {
        let (amend, last) = self.amend(code)?;
        self.put(Code::Amend(self.notes.out.amends.len() as u32), code[last].span);
        self.notes.out.amends.push(amend);
        Some((self.notes.out.amends.len() - 1, last))
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Diagnostics;
    use crate::hir::{self, Alone};
    use crate::source::Sources;
    use crate::{ir, syntax, vm};
    use std::sync::Arc;

    /// The instructions of a program, without their operands.
    fn instructions(text: &str) -> Vec<String> {
        let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
        let file = sources.add("combined.prism", text);
        let program = Arc::new(hir::load(file, &mut sources, &Alone, syntax::Limits::RUN, &mut diagnostics));
        let mut lowered = ir::lower(program);
        ir::fold(&mut lowered);
        let compiled = vm::emit(&lowered, &mut diagnostics);
        let code = compiled.functions.iter().flat_map(|function| &function.code).map(|code| format!("{code:?}"));
        code.map(|code| code.split('(').next().unwrap_or_default().to_owned()).collect()
    }

    #[test]
    fn operations_that_follow_each_other_are_one_step() {
        for (operation, wanted) in [
            ("sum = sum + xs[i].n", "WithPart"),
            ("sum = xs[i].n * sum", "WithPart"),
            ("sum = sum - o.n", "WithField"),
            ("sum = o.n + sum", "WithField"),
            ("sum = xs[i].n", "IndexField"),
            ("sum = sum + i * i", "AddProduct"),
            ("xs[i].n += i * i", "Amend"),
            ("o.n -= 1", "Amend"),
            ("o.n = 1 - o.n", "Amend"),
            ("o.n = i - o.n", "Amend"),
            ("o.n = o.m - o.n", "Amend"),
            ("o.n = xs[i].n * 2.5 / o.n", "Amend"),
            ("xs[i].n += 2.5 * xs[i].m", "Amend"),
            ("ys[i] -= ys[n]", "Amend"),
        ] {
            let text = format!(
                "const xs = [{{ n: 1, m: 2 }}]\nconst ys = [1, 2]\nconst o = {{ n: 1, m: 2 }}\nlet sum = 0\nfor n in 0..1 {{ for i in 0..1 {{ {operation} }} }}\nsum"
            );
            let code = instructions(&text);
            assert!(code.iter().any(|code| code == wanted), "{operation}: {wanted} is not in {code:?}");
        }
        let unread = instructions("let sum = 0\nfor i in 0..9 { sum += 1 }\nsum");
        assert!(!unread.iter().any(|code| code == "Item"), "nobody reads the elements: {unread:?}");
        let first = instructions("const o = { n: 1 }\nlet sum = 0\nfor i in 0..1 { sum = o.n - sum }\nsum");
        assert!(!first.iter().any(|code| code == "WithField"), "what is taken away comes second: {first:?}");
    }
}
