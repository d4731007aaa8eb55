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

/// What it is changed by.
#[derive(Clone, Copy, Debug)]
pub(super) enum Amount {
    Number(i16),
    Of(Register),
    Product(Register, Register),
    Field(Register, u16),
}

impl Amend {
    /// Changes it, if that is easy: whether it was.
    #[inline(never)]
    pub(super) fn run<W: Window + ?Sized>(&self, r: &mut W, properties: &[Property]) -> bool {
        self.amended(r, properties).is_some()
    }

    #[inline(always)]
    fn amended<W: Window + ?Sized>(&self, r: &mut W, properties: &[Property]) -> Option<()> {
        let amount = match self.amount {
            Amount::Number(number) => f64::from(number),
            Amount::Of(register) => r.at(register).exact_number()?,
            Amount::Product(a, b) => {
                let (a, b) = r.at(a).exact_numbers(r.at(b))?;
                a * b
            }
            // Where it is not where it was last time, the steps behind this look for it.
            Amount::Field(base, name) => {
                let property = &properties[name as usize];
                r.at(base).exact_object()?.at_near(&property.key, property.hint())?.exact_number()?
            }
        };
        let number = match self.place {
            Place::Field(root, name) => field(r.put(root), &properties[name as usize])?,
            Place::Element(root, key) => element(r, root, key)?,
            Place::Part(root, key, name) => field(element(r, root, key)?, &properties[name as usize])?,
        };
        let new = quick::of_exact(self.op, number.exact_number()?, amount)?;
        number.put_number(new);
        Some(())
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
