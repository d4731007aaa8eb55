//! What programs do all the time, where nothing stands in the way: numbers that are not quite sure, parts of lists and
//! objects that are there, changes of what nobody shares. Where something does stand in the way, nothing happens here.

use std::mem::ManuallyDrop;
use std::num::{NonZeroU16, NonZeroU32};

use super::Vm;
use super::cells::Cells;
use super::code::{Function, Limit, Operand, Property, Register, Route, Site};
use super::compute::Window;
use super::perform::{self, read};
use super::task::Args;
use crate::builtin;
use crate::diagnostic::Code;
use crate::hir::{Binary, Unary};
use crate::ir::{self, Home, Op};
use crate::value::{Confidence, Fault, Lanes, Meter, Object, Value, number, operator, path};

/// An operator of arithmetic, whatever its operands are.
#[inline(never)]
pub(super) fn arithmetic(
    op: Binary,
    r: &mut [Value],
    [to, a, b]: [Register; 3],
    meter: &mut Meter,
) -> Result<(), Fault> {
    let result = calculated(op, &r[a as usize], &r[b as usize], meter)?;
    r[to as usize].put(result);
    Ok(())
}

/// The same with a whole number on the right.
#[inline(never)]
pub(super) fn with_number(
    op: Binary,
    r: &mut [Value],
    [to, a]: [Register; 2],
    k: i16,
    meter: &mut Meter,
) -> Result<(), Fault> {
    let result = calculated(op, &r[a as usize], &Value::number(f64::from(k)), meter)?;
    r[to as usize].put(result);
    Ok(())
}

#[inline]
fn calculated(op: Binary, a: &Value, b: &Value, meter: &mut Meter) -> Result<Value, Fault> {
    match (op, a.as_number(), b.as_number()) {
        (Binary::Add, Some(p), Some(q)) => Ok(Value::number(p + q).with(a.lanes().meet(b.lanes()))),
        (Binary::Add, ..) => operator::add(a.clone(), b, meter),
        (Binary::Subtract, ..) => operator::subtract(a, b),
        (Binary::Multiply, ..) => operator::multiply(a, b),
        (Binary::Divide, ..) => operator::divide(a, b),
        _ => operator::remainder(a, b),
    }
}

/// `x ~> c` of what owns nothing, where c is a confidence: whether that was done.
#[inline(always)]
pub(super) fn state<W: Window + ?Sized>(r: &mut W, [to, a, b]: [Register; 3]) -> bool {
    let Some(number) = r.at(b).as_number() else { return false };
    let Some(confidence) = Confidence::from_number(number) else { return false };
    let Some(x) = r.at(a).bare().map(ManuallyDrop::new) else { return false };
    let lanes = x.lanes().stated(confidence);
    r.put(to).put(ManuallyDrop::into_inner(x).with(lanes));
    true
}

/// An operator of two exact numbers, where it does not fail.
#[inline(always)]
pub(super) fn of_exact(op: Binary, x: f64, y: f64) -> Option<f64> {
    match op {
        Binary::Add => Some(x + y),
        Binary::Subtract => Some(x - y),
        Binary::Multiply => Some(x * y),
        Binary::Divide if y != 0.0 => Some(x / y),
        _ => None,
    }
}

/// `x op y`, where both are exact numbers.
#[inline(always)]
pub(super) fn with(op: Binary, x: &Value, y: Option<&Value>) -> Option<f64> {
    let (x, y) = x.exact_numbers(y?)?;
    of_exact(op, x, y)
}

/// What 1 divided by powers of two is.
const PARTS: [f64; 16] = {
    let (mut parts, mut power) = ([1.0; 16], 1);
    while power < parts.len() {
        parts[power] = parts[power - 1] / 2.0;
        power += 1;
    }
    parts
};

/// `x / 2ⁿ`. Multiplying by the part gives the same in a quarter of the time.
#[inline(always)]
pub(super) fn part(x: f64, power: u16) -> f64 {
    x * PARTS[power as usize % PARTS.len()]
}

/// An operator with a whole number on the right.
#[inline(always)]
pub(super) fn of_numbers(op: Binary, x: f64, k: i16) -> f64 {
    let number = f64::from(k);
    match op {
        Binary::Add => x + number,
        Binary::Subtract => x - number,
        Binary::Multiply => x * number,
        Binary::Divide => x / number,
        _ => match NonZeroU16::new(k as u16) {
            Some(k) => remainder(x, k),
            None => f64::NAN,
        },
    }
}

/// `x % k`
#[inline(always)]
pub(super) fn remainder(x: f64, k: NonZeroU16) -> f64 {
    match number::small_whole(x) {
        // A zero keeps its sign.
        Some(a) if a > 0 => f64::from(a % NonZeroU32::from(k)),
        _ => operator::modulo(x, f64::from(k.get())),
    }
}

/// `x % k` of a whole number. Dividing takes long, and most numbers that programs divide by are powers of two.
#[inline(always)]
pub(super) fn whole_rest(x: u32, k: NonZeroU16) -> u32 {
    if k.is_power_of_two() { x & (u32::from(k.get()) - 1) } else { x % NonZeroU32::from(k) }
}

/// `x % 2ⁿ`
#[inline(always)]
pub(super) fn rest(x: f64, power: u16) -> f64 {
    let k = 1u32 << (power % 16);
    match number::small_whole(x) {
        Some(a) if a > 0 => f64::from(a & (k - 1)),
        _ => operator::modulo(x, f64::from(k)),
    }
}

/// `a + b`, where a is not read again.
#[inline(never)]
pub(super) fn add_take(r: &mut [Value], [to, a, b]: [Register; 3], meter: &mut Meter) -> Result<(), Fault> {
    let left = std::mem::take(&mut r[a as usize]);
    let result = operator::add(left, &r[b as usize], meter)?;
    r[to as usize].put(result);
    Ok(())
}

/// `a + k`, where a is not read again.
#[inline(never)]
pub(super) fn add_number_take(r: &mut [Value], [to, a]: [Register; 2], k: i16, meter: &mut Meter) -> Result<(), Fault> {
    let left = std::mem::take(&mut r[a as usize]);
    let result = operator::add(left, &Value::number(f64::from(k)), meter)?;
    r[to as usize].put(result);
    Ok(())
}

/// `a + b`, where neither is read again.
#[inline(never)]
pub(super) fn add_both(r: &mut [Value], [to, a, b]: [Register; 3], meter: &mut Meter) -> Result<(), Fault> {
    let (left, right) = (std::mem::take(&mut r[a as usize]), std::mem::take(&mut r[b as usize]));
    let result = operator::add(left, &right, meter)?;
    r[to as usize].put(result);
    Ok(())
}

/// `x[key]`
#[inline(never)]
pub(super) fn index(r: &mut [Value], [to, a, b]: [Register; 3], meter: &mut Meter) -> Result<(), Fault> {
    let value = path::index(&r[a as usize], &r[b as usize], meter)?;
    r[to as usize].put(value);
    Ok(())
}

/// A number some steps further.
#[inline(never)]
pub(super) fn step(r: &mut [Value], [to, a]: [Register; 2], by: i16) -> Result<(), Fault> {
    let x = &r[a as usize];
    let number = x.as_number().ok_or_else(|| crate::ir::no_step(x))?;
    let value = Value::number(number + f64::from(by)).with(x.lanes());
    r[to as usize].put(value);
    Ok(())
}

/// The element at a turn of a walk.
#[inline(never)]
pub(super) fn item(r: &mut [Value], [to, a, b]: [Register; 3]) {
    let (x, y) = (&r[a as usize], &r[b as usize]);
    let value = match in_range(x, y) {
        Some(number) => Value::number(number),
        None => x.element(y).cloned().unwrap_or_else(|| perform::item(x, y)),
    };
    r[to as usize].put(value);
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

/// Whether a comparison with a whole number holds.
#[inline(never)]
pub(super) fn number_holds(op: Binary, a: &Value, k: i16, meter: &mut Meter) -> Result<bool, Fault> {
    compared(op, a, &Value::number(f64::from(k)), meter).map(|value| value.truth())
}

/// Whether a comparison holds.
#[inline(never)]
pub(super) fn holds(op: Binary, a: &Value, b: &Value, meter: &mut Meter) -> Result<bool, Fault> {
    compared(op, a, b, meter).map(|value| value.truth())
}

/// Adds a value that owns nothing at the end of a list that nobody shares: whether that was done.
#[inline(always)]
pub(super) fn append(list: &mut Value, item: ManuallyDrop<Value>, meter: &mut Meter) -> Result<bool, Fault> {
    if let Some(list) = list.own_list()
        && list.has_room_for(&item)
        && meter.element(list.len())
    {
        return list.push(ManuallyDrop::into_inner(item)).map(|()| true);
    }
    append_any(list, ManuallyDrop::into_inner(item), meter)
}

#[inline(never)]
fn append_any(list: &mut Value, item: Value, meter: &mut Meter) -> Result<bool, Fault> {
    let Some(list) = list.own_list() else { return Ok(false) };
    meter.elements(list.len(), 1)?;
    list.push(item)?;
    Ok(true)
}

/// Where a branch by confidence leads, where no threshold has to be computed and the subject has no parts.
#[inline(always)]
pub(super) fn known_route(route: &Route, subject: &Value) -> Option<u32> {
    if !subject.is_plain() {
        return None;
    }
    let sure = subject.confidence();
    route.known.iter().find(|(threshold, _)| sure >= *threshold).map(|(_, target)| *target)
}

/// Where a branch by confidence leads.
#[inline(never)]
pub(super) fn route(route: &Route, subject: Register, r: &[Value], meter: &mut Meter) -> Result<u32, Fault> {
    let subject = &r[subject as usize];
    let sure = if subject.is_plain() { subject.confidence() } else { meter.least(subject)?.confidence };
    let mut last = None;
    let mut found = (!sure.is_known()).then_some(route.unknown);
    for (limit, target) in &route.bands {
        let threshold = match limit {
            Limit::Fixed(confidence) => *confidence,
            Limit::Computed(register) => operator::threshold(&r[*register as usize])?,
        };
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

/// The property of an object that has it, where the object lowers nothing.
#[inline(always)]
pub(super) fn property<'a>(base: &'a Value, property: &Property) -> Option<&'a Value> {
    held(base.exact_object()?, property)
}

/// The entry of an object, looked for first where it was last time.
#[inline(always)]
fn held<'a>(object: &'a Object, property: &Property) -> Option<&'a Value> {
    object.at_near(&property.key, property.hint()).or_else(|| elsewhere(object, property))
}

/// The same, where it is at another place than last time.
#[inline(never)]
fn elsewhere<'a>(object: &'a Object, property: &Property) -> Option<&'a Value> {
    let place = object.find(property.key.as_value())?;
    property.found(place);
    object.at(place)
}

/// `list[index].name` of a list of objects, where nothing is missing and nothing lowered.
#[inline(always)]
pub(super) fn element_property<'a>(base: &'a Value, key: &Value, name: &Property) -> Option<&'a Value> {
    property(base.element(key)?, name)
}

/// The number at a turn of a range, where all of it is exact.
#[inline]
fn in_range(base: &Value, turn: &Value) -> Option<f64> {
    let (range, at) = (base.exact_range()?, turn.exact_number()?);
    let (start, step, lanes) = range.parts();
    // A turn is a whole number.
    let exact = lanes == Lanes::EXACT && at >= 0.0 && at < range.len() as i64 as f64;
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
pub(super) fn set_field<W: Window + ?Sized>(r: &mut W, root: Register, value: Register, name: &Property) -> bool {
    let Some(bare) = r.at(value).bare().map(ManuallyDrop::new) else { return false };
    let Some(object) = r.put(root).own_object() else { return false };
    object.touch(&name.key, name.hint()).is_some_and(|old| old.put_alike(&bare)) || set_near(r.all(), root, value, name)
}

/// The same of any such value, wherever the name is.
#[inline(never)]
fn set_near(r: &mut [Value], root: Register, value: Register, name: &Property) -> bool {
    let Some(value) = r[value as usize].bare() else { return false };
    let place = r[root as usize].own_object().and_then(|object| object.put_near(&name.key, name.hint(), value));
    place.into_iter().for_each(|place| name.found(place));
    place.is_some()
}

/// `root[key] = value` where the list or object has that and nobody shares it, and the value owns nothing: whether that was done.
#[inline(always)]
pub(super) fn set_index<W: Window + ?Sized>(r: &mut W, [root, key, value]: [Register; 3]) -> bool {
    let Some(bare) = r.at(value).bare().map(ManuallyDrop::new) else { return false };
    let Some(at) = r.at(key).place() else { return set_entry(r.all(), [root, key, value]) };
    let Some(list) = r.put(root).own_list() else { return false };
    list.put(at, &bare) || set_element(r.all(), [root, value], at)
}

/// The same of any such value. It reads the value again, so that the short way need not keep it in memory.
#[inline(never)]
fn set_element(r: &mut [Value], [root, value]: [Register; 2], at: usize) -> bool {
    let Some(value) = r[value as usize].bare() else { return false };
    // What has no parts cannot nest too deep.
    r[root as usize].own_list().is_some_and(|list| at < list.len() && list.set(at, value).is_ok())
}

/// The same of an object and an exact text.
#[inline(never)]
fn set_entry(r: &mut [Value], [root, key, value]: [Register; 3]) -> bool {
    let Some(value) = r[value as usize].bare() else { return false };
    let key = &r[key as usize];
    if !key.is_exact() || key.as_text().is_none() {
        return false;
    }
    let Some(place) = r[root as usize].as_object().and_then(|object| object.find(key)) else { return false };
    // What has no parts cannot nest too deep.
    r[root as usize].own_object().is_some_and(|object| object.set(place, value).is_ok())
}

/// `root[key].name = value` likewise.
#[inline(always)]
pub(super) fn set_part<W: Window + ?Sized>(r: &mut W, [root, key, value]: [Register; 3], name: &Property) -> bool {
    let Some(bare) = r.at(value).bare().map(ManuallyDrop::new) else { return false };
    let Some(at) = r.at(key).place() else { return false };
    path::put_alike_in_element(r.put(root), at, (&name.key, name.hint()), &bare)
        || set_part_near(r.all(), [root, value], at, name)
}

/// The same of any such value, wherever the name is.
#[inline(never)]
fn set_part_near(r: &mut [Value], [root, value]: [Register; 2], at: usize, name: &Property) -> bool {
    let Some(value) = r[value as usize].bare() else { return false };
    let place = path::put_in_element(&mut r[root as usize], at, (&name.key, name.hint()), value);
    place.into_iter().for_each(|place| name.found(place));
    place.is_some()
}

/// What a change in place changes, if it may be changed by whoever runs.
#[inline]
fn place<'a>(
    (globals, cells): (&'a mut [Value], &'a mut Cells),
    function: &Function,
    r: &'a mut [Value],
    site: &Site,
    (home, owner): (Home, u32),
) -> Option<&'a mut Value> {
    match (home, site.operands[0]) {
        (Home::Value, Operand::Take(root)) => Some(&mut r[root as usize]),
        (Home::Value, _) => None,
        (Home::Global { global, .. }, _) => Some(&mut globals[global.0 as usize]).filter(|_| owner == 0),
        (Home::Cell { .. }, cell) => cells.own(&r[register(cell)?], owner),
        (Home::Slot { slot, .. }, _) => Some(&mut r[function.slots as usize + slot.0 as usize]),
    }
}

impl Vm {
    /// Any operator of two values.
    #[inline(never)]
    pub(super) fn binary_at(&mut self, op: Binary, r: &mut [Value], [to, a, b]: [Register; 3]) -> Result<(), Fault> {
        let x = r[a as usize].clone();
        let result = match op {
            Binary::State => operator::confident(x, &r[b as usize])?,
            _ => ir::binary(op, x, r[b as usize].clone(), &mut self.meter)?,
        };
        r[to as usize].put(result);
        Ok(())
    }

    /// An operator of one value.
    #[inline(never)]
    pub(super) fn unary_at(&mut self, op: Unary, r: &mut [Value], [to, a]: [Register; 2]) -> Result<(), Fault> {
        let result = ir::unary(op, &r[a as usize], &mut self.meter)?;
        r[to as usize].put(result);
        Ok(())
    }

    /// The property of a value that is no exact object with it.
    #[inline(never)]
    pub(super) fn field_at(&mut self, r: &mut [Value], [to, a]: [Register; 2], name: &Property) -> Result<(), Fault> {
        let x = &r[a as usize];
        let value = match (x.as_object(), x.as_agent()) {
            (Some(object), _) => held(object, name).cloned().unwrap_or_default().under(x.lanes()),
            (_, Some(agent)) => self.agent_property(agent, name.key.as_str())?,
            _ => path::property(x, &name.key)?,
        };
        r[to as usize].put(value);
        Ok(())
    }

    /// A built-in that computes.
    #[inline(never)]
    pub(super) fn native_at(&mut self, function: &Function, r: &mut [Value], site: &Site) -> Result<(), Fault> {
        let Op::CallBuiltin { builtin: id, .. } = site.op else { return Ok(()) };
        let builtin::Body::Native(native) = id.entry().kind else { return Ok(()) };
        let mut args: Args = site.operands.iter().map(|operand| read(function, r, *operand)).collect();
        builtin::check_count(id, args.len())?;
        let value = builtin::run(id, native, &mut args, &mut self.meter)?;
        if let Some(to) = site.to {
            r[to as usize].put(value);
        }
        Ok(())
    }

    /// Adds an element at the end of a list that only one variable holds: whether that was done.
    #[inline(never)]
    pub(super) fn quick_push(
        &mut self,
        function: &Function,
        r: &mut [Value],
        site: &Site,
        owner: u32,
    ) -> Result<bool, Fault> {
        let (&[.., operand], Op::Mutate { home, .. }) = (&*site.operands, &site.op) else { return Ok(false) };
        let home = *home;
        let bare = match operand {
            Operand::Constant(index) => function.constants[index as usize].bare(),
            Operand::Keep(register) | Operand::Take(register) => r[register as usize].bare(),
        };
        let item = match bare {
            Some(item) => item,
            None => {
                let place = place((&mut self.globals, &mut self.cells), function, r, site, (home, owner));
                let own = place.is_some_and(|place| place.own_list().is_some());
                let itself = matches!(home, Home::Value) && register(operand) == register(site.operands[0]);
                if !own || itself {
                    return Ok(false);
                }
                let item = read(function, r, operand);
                self.meter.build(&item)?;
                self.meter.least(&item)?;
                item
            }
        };
        let place = place((&mut self.globals, &mut self.cells), function, r, site, (home, owner));
        let Some(place) = place else { return Ok(false) };
        let lanes = place.lanes();
        let Some(list) = place.own_list() else { return Ok(false) };
        let len = list.len() + 1;
        self.meter.elements(len - 1, 1)?;
        list.push(item)?;
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

#[cfg(test)]
mod tests {
    use super::super::code::Pair;
    use super::*;

    const NUMBERS: [f64; 16] = [
        0.0,
        -0.0,
        0.5,
        1.0,
        6.0,
        7.5,
        -3.0,
        97.0,
        4_294_967_295.0,
        4_294_967_296.0,
        1e300,
        f64::NAN,
        f64::INFINITY,
        5e-324,
        f64::MIN_POSITIVE,
        f64::MAX,
    ];

    #[test]
    fn pairs_give_what_one_after_the_other_does() {
        let operators = [Binary::Add, Binary::Subtract, Binary::Multiply, Binary::Divide, Binary::Remainder];
        let mut meter = Meter::new(crate::value::Limits::SANDBOX);
        let mut one =
            |op: Binary, x: &Value, k: i16| calculated(op, x, &Value::number(f64::from(k)), &mut meter).unwrap();
        for (first, second) in operators.into_iter().flat_map(|op| operators.map(|other| (op, other))) {
            let pair = Pair::of(first, second).unwrap();
            for (x, k, l) in NUMBERS.into_iter().flat_map(|x| [(x, 1, 96), (x, 97, 2), (x, 8, i16::MAX)]) {
                let wanted = one(first, &Value::number(x), k);
                let wanted = one(second, &wanted, l).as_number().unwrap();
                let given = pair.of_number(x, k, l);
                assert!(
                    given.to_bits() == wanted.to_bits() || given.is_nan() && wanted.is_nan(),
                    "{pair:?} {x} {k} {l}"
                );
            }
        }
    }

    #[test]
    fn short_ways_give_what_long_ones_do() {
        for x in NUMBERS {
            for k in [1, 2, 3, 16, 97, i16::MAX as u16].map(|k| NonZeroU16::new(k).unwrap()) {
                assert_eq!(remainder(x, k).to_bits(), operator::modulo(x, f64::from(k.get())).to_bits(), "{x} % {k}");
            }
            for power in 0..15 {
                let k = f64::from(1 << power);
                assert_eq!(rest(x, power).to_bits(), operator::modulo(x, k).to_bits(), "{x} % 2^{power}");
                assert_eq!(part(x, power).to_bits(), (x / f64::from(1 << power)).to_bits(), "{x} / 2^{power}");
            }
        }
    }
}
