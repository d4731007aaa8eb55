//! What programs do all the time, where nothing stands in the way: numbers that are not quite sure, parts of lists and
//! objects that are there, changes of what nobody shares. Where something does stand in the way, nothing happens here.

use super::Vm;
use super::code::{Function, Limit, Operand, Property, Route, Site};
use super::perform::read;
use crate::diagnostic::Code;
use crate::hir::Binary;
use crate::ir::{Home, Key, Op};
use crate::value::{Confidence, Fault, Lanes, Meter, Value, operator, path};

/// An operator of arithmetic.
#[inline(never)]
pub(super) fn arithmetic(op: Binary, a: &Value, b: &Value, meter: &mut Meter) -> Result<Value, Fault> {
    match (op, a.as_number(), b.as_number()) {
        (Binary::Add, Some(p), Some(q)) => Ok(Value::number(p + q).with(a.lanes().meet(b.lanes()))),
        (Binary::Add, ..) => operator::add(a.clone(), b, meter),
        (Binary::Subtract, ..) => operator::subtract(a, b),
        (Binary::Multiply, ..) => operator::multiply(a, b),
        (Binary::Divide, ..) => operator::divide(a, b),
        _ => operator::remainder(a, b),
    }
}

/// A comparison as a value.
#[inline(never)]
pub(super) fn compared(op: Binary, a: &Value, b: &Value, meter: &mut Meter) -> Result<Value, Fault> {
    match op {
        Binary::Less => operator::Comparison::Less.of(a, b, meter),
        Binary::LessEqual => operator::Comparison::LessEqual.of(a, b, meter),
        Binary::Greater => operator::Comparison::Greater.of(a, b, meter),
        Binary::GreaterEqual => operator::Comparison::GreaterEqual.of(a, b, meter),
        Binary::Equal => operator::equal(a, b, meter),
        _ => operator::not_equal(a, b, meter),
    }
}

/// Whether a comparison holds.
#[inline(never)]
pub(super) fn holds(op: Binary, a: &Value, b: &Value, meter: &mut Meter) -> Result<bool, Fault> {
    compared(op, a, b, meter).map(|value| value.truth())
}

/// Where a branch by confidence leads.
#[inline(never)]
pub(super) fn route(
    route: &Route,
    subject: &Value,
    threshold: impl Fn(&Limit) -> Result<Confidence, Fault>,
    meter: &mut Meter,
) -> Result<u32, Fault> {
    let sure = meter.least(subject)?.confidence;
    let mut last = None;
    let mut found = (!sure.is_known()).then_some(route.unknown);
    for (limit, target) in &route.bands {
        let threshold = threshold(limit)?;
        if last.is_some_and(|last| threshold >= last) {
            return Err(Fault::new(
                Code::R020,
                "the bands do not fall; give each a lower threshold than the one above it",
            ));
        }
        last = Some(threshold);
        if found.is_none() && sure >= threshold {
            found = Some(*target);
        }
    }
    Ok(found.unwrap_or(route.otherwise))
}

/// The property of an object that has it.
#[inline]
pub(super) fn property(base: &Value, property: &Property) -> Option<Value> {
    let object = base.as_object()?;
    let hint = property.hint();
    let place = object.find_near(&property.key, hint)?;
    if place != hint {
        property.found(place);
    }
    let value = object.at(place)?.clone();
    Some(if base.is_exact() { value } else { value.under(base.lanes()) })
}

/// `list[index].name` of a list of objects, where nothing is missing.
#[inline]
pub(super) fn element_property(base: &Value, key: &Value, name: &Property) -> Option<Value> {
    if !base.is_exact() {
        return None;
    }
    property(base.element(key)?, name)
}

/// The number at a turn of a range, where all of it is exact.
#[inline(always)]
pub(super) fn in_range(base: &Value, turn: &Value) -> Option<f64> {
    let (range, at) = (base.as_range()?, turn.exact_number()?);
    let (start, step, lanes) = range.parts();
    // A turn is a whole number.
    let exact = base.is_exact() && lanes == Lanes::EXACT && at >= 0.0 && at < range.len() as i64 as f64;
    exact.then_some(start + step * at)
}

/// The register that an operand is in.
fn register(operand: Operand) -> Option<usize> {
    match operand {
        Operand::Keep(register) | Operand::Take(register) => Some(register as usize),
        Operand::Constant(_) => None,
    }
}

/// `root.name = value` where the object has that and nobody shares it, and the value owns nothing: whether that was done.
#[inline(always)]
pub(super) fn set_field(r: &mut [Value], root: usize, value: usize, property: &Property) -> bool {
    if !r[value].is_plain() || r[value].address().is_some() {
        return false;
    }
    let value = r[value].clone();
    let hint = property.hint();
    let Some(object) = r[root].own_object() else { return false };
    let Some(place) = object.find_near(&property.key, hint) else { return false };
    if place != hint {
        property.found(place);
    }
    object.set(place, value).is_ok()
}

/// `root[key] = value` where the list has that and nobody shares it, and the value owns nothing: whether that was done.
#[inline(always)]
pub(super) fn set_index(r: &mut [Value], root: usize, key: usize, value: usize) -> bool {
    if !r[value].is_plain() || r[value].address().is_some() {
        return false;
    }
    let Some(number) = r[key].exact_number() else { return false };
    let at = number as i64;
    if at as f64 != number {
        return false;
    }
    let value = r[value].clone();
    match r[root].own_list().filter(|list| (at as usize) < list.len()) {
        Some(list) => list.set(at as usize, value).is_ok(),
        None => false,
    }
}

/// `root[key].name = value` of a value that stays in its register: whether that was done.
#[inline]
pub(super) fn set(function: &Function, r: &mut [Value], site: &Site) -> Result<bool, Fault> {
    let (Some(&Operand::Take(root)), Some(&last)) = (site.operands.first(), site.operands.last()) else {
        return Ok(false);
    };
    let root = root as usize;
    let keys = match &site.op {
        Op::Update { keys, .. } => &keys[..],
        _ => return Ok(false),
    };
    match keys {
        [Key::Computed, Key::Fixed(_)] => {
            let property = &function.keys[site.property as usize];
            let Some(key) = register(site.operands[1]) else { return Ok(false) };
            let key = r[key].clone();
            let value = read(function, r, last);
            let hint = property.hint();
            match path::set_in_element(&mut r[root], &key, (&property.key, hint), value) {
                Ok(place) => {
                    if place != hint {
                        property.found(place);
                    }
                    Ok(true)
                }
                Err(value) => {
                    if let Operand::Take(register) = last {
                        r[register as usize].put(value);
                    }
                    Ok(false)
                }
            }
        }
        _ => Ok(false),
    }
}

impl Vm {
    /// Adds an element at the end of a list that only one variable holds: whether that was done.
    #[inline]
    pub(super) fn quick_push(
        &mut self,
        function: &Function,
        r: &mut [Value],
        site: &Site,
        owner: u32,
    ) -> Result<bool, Fault> {
        let &[.., item] = &*site.operands else { return Ok(false) };
        let home = match &site.op {
            Op::Mutate { home, .. } => *home,
            _ => return Ok(false),
        };
        let mine = |place: &mut Value| place.own_list().is_some();
        let fits = match home {
            Home::Value => match site.operands[0] {
                Operand::Take(root) => register(item) != Some(root as usize) && mine(&mut r[root as usize]),
                _ => false,
            },
            Home::Global { global, .. } => owner == 0 && mine(&mut self.globals[global.0 as usize]),
            Home::Cell { .. } => match register(site.operands[0]) {
                Some(cell) => self.cells.own(&r[cell], owner).is_some_and(mine),
                None => false,
            },
            Home::Slot { slot, .. } => mine(&mut r[function.slots as usize + slot.0 as usize]),
        };
        if !fits {
            return Ok(false);
        }
        let item = read(function, r, item);
        self.meter.build(&item)?;
        self.meter.least(&item)?;
        let place = match home {
            Home::Value => match site.operands[0] {
                Operand::Take(root) => &mut r[root as usize],
                _ => return Ok(false),
            },
            Home::Global { global, .. } => &mut self.globals[global.0 as usize],
            Home::Cell { .. } => {
                let cell = register(site.operands[0]).unwrap_or_default();
                match self.cells.own(&r[cell], owner) {
                    Some(place) => place,
                    None => return Ok(false),
                }
            }
            Home::Slot { slot, .. } => &mut r[function.slots as usize + slot.0 as usize],
        };
        let lanes = place.lanes();
        let mut len = 0;
        if let Some(list) = place.own_list() {
            self.meter.elements(list.len(), 1)?;
            list.push(item)?;
            len = list.len();
        }
        if let (Home::Value, Operand::Take(root), Some(second)) = (home, site.operands[0], site.second)
            && root != second
        {
            let root = std::mem::take(&mut r[root as usize]);
            r[second as usize].put(root);
        }
        if let Some(to) = site.to {
            r[to as usize].put(Value::number(len as f64).with(lanes));
        }
        Ok(true)
    }
}
