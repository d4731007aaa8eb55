//! A number that is changed in its place: `o.n += 1`, `xs[i] -= y`, `xs[i].n += a * b`.
//!
//! Programs do that all the time. Step by step it means to look for the place, to compute, and to look for the place once
//! more; here it is one step, as long as all of it is exact and nobody shares what it is in. Where that is not so nothing
//! happens, and the steps behind it do it.

use super::code::{Property, Register};
use super::compute::Window;
use super::quick;
use crate::hir::Binary;
use crate::value::Value;

/// A change of a number in its place.
#[derive(Debug)]
pub struct Amend {
    pub(super) place: Place,
    pub(super) op: Binary,
    pub(super) amount: Amount,
    /// Whether the amount comes first: `o.n = x - o.n`.
    pub(super) turned: bool,
    /// The instruction behind those that do the same step by step.
    pub(super) past: u32,
}

/// Where the number is; properties by their place among the names of the function.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// `root.name`
    Field(Register, u16),
    /// `root[key]`
    Element(Register, Register),
    /// `root[key].name`
    Part(Register, Register, u16),
}

/// What it is changed by: a number, or what a register holds times it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Amount {
    pub(super) times: Option<Register>,
    pub(super) of: Source,
}

/// Where a number comes from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source {
    Literal(i16),
    Register(Register),
    Place(Place),
}

impl Amend {
    /// Changes it, if that is easy: whether it was.
    #[inline(never)]
    pub(super) fn run<W: Window + ?Sized>(&self, r: &mut W, properties: &[Property]) -> bool {
        self.amended(r, properties).is_some()
    }

    #[inline(always)]
    fn amended<W: Window + ?Sized>(&self, r: &mut W, properties: &[Property]) -> Option<()> {
        let amount = self.amount.read(r, properties)?;
        let number = match self.place {
            Place::Field(root, name) => field(r.put(root), &properties[name as usize])?,
            Place::Element(root, key) => element(r, root, key)?,
            Place::Part(root, key, name) => field(element(r, root, key)?, &properties[name as usize])?,
        };
        let old = number.exact_number()?;
        let (left, right) = if self.turned { (amount, old) } else { (old, amount) };
        let new = quick::of_exact(self.op, left, right)?;
        number.put_number(new);
        Some(())
    }
}

impl Amount {
    #[inline(always)]
    fn read<W: Window + ?Sized>(&self, r: &W, properties: &[Property]) -> Option<f64> {
        let number = match self.of {
            Source::Literal(number) => f64::from(number),
            Source::Register(register) => r.at(register).exact_number()?,
            Source::Place(place) => place.read(r, properties)?.exact_number()?,
        };
        match self.times {
            Some(times) => Some(r.at(times).exact_number()? * number),
            None => Some(number),
        }
    }
}

impl Place {
    /// What is there. A property that is not where it was last time is looked for by the steps behind this.
    #[inline(always)]
    fn read<'r, W: Window + ?Sized>(&self, r: &'r W, properties: &[Property]) -> Option<&'r Value> {
        let (object, name) = match *self {
            Self::Field(root, name) => (r.at(root), name),
            Self::Element(root, key) => return r.at(root).element(r.at(key)),
            Self::Part(root, key, name) => (r.at(root).element(r.at(key))?, name),
        };
        let property = &properties[name as usize];
        object.exact_object()?.at_near(&property.key, property.hint())
    }
}

/// The value of a property where it was found last, in an exact object of nobody else's.
#[inline(always)]
fn field<'a>(root: &'a mut Value, property: &Property) -> Option<&'a mut Value> {
    root.exact_object()?;
    root.own_object()?.touch(&property.key, property.hint())
}

/// An element of an exact list of nobody else's.
#[inline(always)]
fn element<W: Window + ?Sized>(r: &mut W, root: Register, key: Register) -> Option<&mut Value> {
    let at = r.at(key).place()?;
    let root = r.put(root);
    if !root.is_exact() {
        return None;
    }
    root.own_list()?.touch(at)
}
