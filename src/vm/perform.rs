//! The operations that have no instruction of their own.
//!
//! Each reads its operands from the registers of one call and leaves its results there. What needs another call, or has
//! to wait, is handed back as a [`Flow`], so that the run loop stays the only place that moves frames.

use smallvec::SmallVec;
use std::borrow::Cow;
use std::sync::Arc;

use super::code::{Function, Operand, Register, Site};
use super::native::Native;
use super::task::Args;
use super::{EMPTY, Vm, boundary};
use crate::builtin::BuiltinId;
use crate::diagnostic::Code;
use crate::ir::{self, Home, Member, Op};
use crate::value::path::Link;
use crate::value::{Closure, Fault, KEY, Key, Kind, Lanes, Object, Value, View, display, operator, path};

/// What happens after an operation.
pub(super) enum Flow {
    /// The next instruction.
    Next,
    /// A call; its result goes to the site's register.
    Call {
        /// What is called.
        callee: Value,
        /// With what.
        args: Args,
        /// How sure it is how many arguments there are.
        count: Lanes,
    },
    /// A built-in; its result goes to the site's register.
    Builtin(BuiltinId, Args),
    /// A method; its result goes to the site's register.
    Method {
        /// Of what.
        receiver: Value,
        /// Its name.
        name: Arc<str>,
        /// With what.
        args: Args,
        /// How sure it is how many arguments there are.
        count: Lanes,
    },
    /// A frame that takes several steps.
    Native(Box<Native>),
    /// A context begins.
    Enter(Arc<str>),
    /// The innermost context ends.
    Leave,
}

/// The registers of one call.
pub(super) type Registers<'a> = &'a mut [Value];

/// Reads an operand.
#[inline]
pub(super) fn read(function: &Function, registers: &mut [Value], operand: Operand) -> Value {
    match operand {
        Operand::Keep(register) => registers[register as usize].clone(),
        Operand::Take(register) => std::mem::take(&mut registers[register as usize]),
        Operand::Constant(index) => function.constants[index as usize].clone(),
    }
}

/// Reads an operand where it is.
#[inline]
pub(super) fn peek<'a>(function: &'a Function, registers: &'a [Value], operand: Operand) -> &'a Value {
    match operand {
        Operand::Keep(register) | Operand::Take(register) => &registers[register as usize],
        Operand::Constant(index) => &function.constants[index as usize],
    }
}

/// The fault of a variable that has no value yet.
pub(super) fn early(name: Option<&str>) -> Fault {
    let what = name.map_or_else(|| "this variable".to_owned(), |name| format!("`{name}`"));
    Fault::new(Code::R017, format!("{what} is read before its `let` ran; move the declaration up"))
}

/// Whether a value is the empty mark.
#[inline]
pub(super) fn is_empty(value: &Value) -> bool {
    value.as_cell() == Some(EMPTY)
}

fn elements<'a>(value: &'a Value, vm: &mut Vm) -> Result<Option<Cow<'a, [Value]>>, Fault> {
    if value.kind() == Kind::Text {
        let text = value.as_text().unwrap_or_default();
        let count = text.chars().count();
        vm.meter.steps(4 * count as u64)?;
        vm.meter.list(count)?;
        let mut buffer = [0; 4];
        let each = text.chars().map(|c| Value::text(c.encode_utf8(&mut buffer)).with(value.lanes()));
        return Ok(Some(each.collect()));
    }
    if value.kind() != Kind::List {
        return Ok(None);
    }
    vm.meter.build(value)?;
    let list = value.as_list().map(|list| list.items()).unwrap_or_default();
    vm.meter.list(list.len())?;
    Ok(Some(list.into()))
}

impl Vm {
    /// Performs the operation of a site.
    pub(super) fn perform(
        &mut self,
        function: &Function,
        r: Registers,
        site: &Site,
        owner: u32,
    ) -> Result<Flow, Fault> {
        let operands = &site.operands[..];
        macro_rules! arg {
            ($at:expr) => {
                read(function, r, operands[$at])
            };
        }
        macro_rules! see {
            ($at:expr) => {
                peek(function, r, operands[$at])
            };
        }
        let result = match &site.op {
            Op::Const(_) => Value::NULL,
            Op::Unary(op) => ir::unary(*op, &arg!(0), &mut self.meter)?,
            Op::Binary(op) => ir::binary(*op, arg!(0), arg!(1), &mut self.meter)?,
            Op::Range { inclusive, walked: true } => operator::walked(see!(0), see!(1), *inclusive)?,
            Op::Range { inclusive, .. } => operator::range(see!(0), see!(1), *inclusive, &self.meter)?,
            Op::Text => self.text(function, r, operands)?,
            Op::List { spread } => self.list(function, r, operands, spread)?,
            Op::Object(members) => self.object(function, r, site, members)?,
            Op::Closure(id) => {
                let captures: Box<[Value]> = operands.iter().map(|operand| read(function, r, *operand)).collect();
                self.meter.apart(1, 16 * captures.len() as u64)?;
                let identity = if self.program.functions[id.0 as usize].stands {
                    u64::from(id.0)
                } else {
                    self.identities += 1;
                    self.identities
                };
                Value::closure(Closure { code: id.0, identity, captures })
            }
            Op::Builtin(id) => Value::native(id.0),
            Op::Input => self.input.clone(),
            Op::Agents => self.agents.object()?,
            Op::AgentList => self.agents.list()?,
            Op::Field(name) => path::property(see!(0), &Key::new(name))?,
            Op::Index { from_end } => {
                let (base, key) = (arg!(0), arg!(1));
                match key.as_number() {
                    Some(number) if *from_end => path::index_back(&base, -number as usize, &mut self.meter)?,
                    _ => path::index(&base, &key, &mut self.meter)?,
                }
            }
            Op::IsNull => Value::bool(see!(0).is_null()),
            Op::Truth => {
                let value = see!(0);
                Value::bool(value.truth()).with(value.lanes())
            }
            Op::Count => self.count(see!(0))?,
            Op::Item => item(see!(0), see!(1)),
            Op::Beside => beside(see!(0), see!(1)),
            Op::Turns => ir::turns(see!(0))?,
            Op::Step(by) => {
                let value = see!(0);
                let number = value.as_number().ok_or_else(|| crate::ir::no_step(value))?;
                Value::number(number + by).with(value.lanes())
            }
            Op::Offers(name) => {
                let value = see!(0);
                Value::bool(self.offers(value, name)?).with(value.lanes())
            }
            Op::Unpack => {
                let value = arg!(0);
                ir::unpack(&value)?;
                value
            }
            Op::UnpackObject => {
                let value = arg!(0);
                ir::unpack_object(&value)?;
                value
            }
            Op::Rest(from) => {
                let value = arg!(0);
                let items = elements(&value, self)?.ok_or_else(|| ir::not_unpacked(&value, "a list"))?;
                Value::list(items[(*from as usize).min(items.len())..].to_vec())?.with(value.lanes())
            }
            Op::Omit(keys) => {
                let value = arg!(0);
                let keys = self.keys(function, r, &operands[1..], keys)?;
                let object = value.as_object().ok_or_else(|| ir::not_unpacked(&value, "an object"))?;
                self.meter.object(object.len())?;
                self.meter.steps(KEY * object.len() as u64)?;
                let kept = object.iter().filter(|(key, _)| !keys.iter().any(|(name, _)| name == key)).cloned();
                let lanes = keys.iter().fold(value.lanes(), |lanes, (_, other)| lanes.meet(*other));
                Value::object(kept)?.with(lanes)
            }
            Op::Fits { length, open } => {
                let value = see!(0);
                let len = if value.kind() == Kind::List { value.size() } else { None };
                let length = *length as usize;
                Value::bool(len.is_some_and(|len| if *open { len >= length } else { len == length }))
                    .with(value.lanes())
            }
            Op::Has(keys) => {
                let value = arg!(0);
                let keys = self.keys(function, r, &operands[1..], keys)?;
                let has = keys.iter().all(|(key, _)| match value.view() {
                    View::Object(object) => object.find(key.as_value()).is_some(),
                    View::Error(_) => crate::value::Error::FIELDS.contains(&key.as_str()),
                    _ => false,
                }) && matches!(value.kind(), Kind::Object | Kind::Error);
                let lanes = keys.iter().fold(value.lanes(), |lanes, (_, other)| lanes.meet(*other));
                Value::bool(has).with(lanes)
            }
            Op::Instance(kind) => {
                let value = arg!(0);
                let fits = boundary::fits(self, &value, kind)?;
                Value::bool(fits).with(self.meter.least(&value)?)
            }
            Op::Expect(kind, name) => {
                let value = arg!(0);
                let whose = match name {
                    Some(name) => boundary::Whose::Variable(self.program.declarations.names.text(*name).to_owned()),
                    None => boundary::Whose::Thing("the result".to_owned()),
                };
                boundary::check(self, &value, kind, &whose)?;
                value
            }
            Op::Under => {
                let lanes = operands[1..]
                    .iter()
                    .fold(Lanes::EXACT, |lanes, operand| lanes.meet(peek(function, r, *operand).lanes()));
                arg!(0).under(lanes)
            }
            Op::Ask => {
                let (value, threshold) = (arg!(0), arg!(1));
                self.ask(&value, &threshold)?
            }
            Op::Threshold => {
                let value = arg!(0);
                let threshold = operator::threshold(&value)?;
                Value::number(threshold.number().unwrap_or(0.0)).with(value.lanes())
            }
            Op::Cap => {
                let (value, cap) = (arg!(0), arg!(1));
                operator::capped(value, &cap)?
            }
            Op::Cell => {
                let value = if operands.is_empty() { Value::cell(EMPTY) } else { arg!(0) };
                Value::cell(self.cells.make(value, owner, &mut self.meter)?)
            }
            Op::Load { early: _ } => {
                let value = self.cells.get(see!(0));
                if is_empty(value) {
                    return Err(early(None));
                }
                value.clone()
            }
            Op::Store => {
                let value = arg!(1);
                self.cells.set(see!(0), value, owner)?;
                return Ok(Flow::Next);
            }
            Op::Global { global, early: _ } => self.global(global.0)?,
            Op::SetGlobal(global) => {
                let value = arg!(0);
                self.set_global(global.0, value, owner)?;
                return Ok(Flow::Next);
            }
            Op::Slot(slot) => r[(function.slots + slot.0 as u16) as usize].clone(),
            Op::SetSlot(slot) => {
                r[(function.slots + slot.0 as u16) as usize] = arg!(0);
                return Ok(Flow::Next);
            }
            Op::Ready => {
                let value = arg!(0);
                if is_empty(&value) {
                    return Err(early(None));
                }
                value
            }
            Op::Empty => Value::cell(EMPTY),
            Op::Update { home, keys } => return self.update(function, r, site, *home, keys, owner),
            Op::Delete { home, keys } => return self.delete(function, r, site, *home, keys, owner),
            Op::Mutate { home, change, spread } => {
                return self.mutate(function, r, site, (*home, &change.keys, &change.method, *spread), owner);
            }
            Op::Call { spread } => {
                let callee = arg!(0);
                let (args, count) = self.arguments(function, r, &operands[1..], *spread)?;
                return Ok(Flow::Call { callee, args, count });
            }
            Op::CallFunction(id) => {
                let (args, count) = self.arguments(function, r, operands, false)?;
                let callee = Closure { code: id.0, identity: 0, captures: Box::new([]) };
                return Ok(Flow::Call { callee: Value::closure(callee), args, count });
            }
            Op::CallBuiltin { builtin, spread } => {
                let (args, count) = self.arguments(function, r, operands, *spread)?;
                if count != Lanes::EXACT {
                    return Ok(Flow::Call { callee: Value::native(builtin.0), args, count });
                }
                return Ok(Flow::Builtin(*builtin, args));
            }
            Op::CallMethod { name, spread } => {
                let receiver = arg!(0);
                if let (Some(name), true) = (&site.agent, receiver.is_null()) {
                    return Err(self.agents.unknown(name));
                }
                let (args, count) = self.arguments(function, r, &operands[1..], *spread)?;
                return Ok(Flow::Method { receiver, name: name.clone(), args, count });
            }
            Op::Fork { form, before, tasks } => {
                let (values, _) = self.arguments(function, r, operands, false)?;
                let native = self.fork(*form, *before as usize, tasks, values)?;
                return Ok(Flow::Native(Box::new(native)));
            }
            Op::Enter => {
                let label = display::render(see!(0), &mut self.meter)?;
                return Ok(Flow::Enter(label.into()));
            }
            Op::Leave => return Ok(Flow::Leave),
            Op::Watch(place) => {
                self.watched.push((*place, see!(0).clone()));
                return Ok(Flow::Next);
            }
            Op::Bind(name) => {
                let value = arg!(0);
                self.bind(name, &value)?;
                return Ok(Flow::Next);
            }
        };
        if let Some(to) = site.to {
            r[to as usize] = result;
        }
        Ok(Flow::Next)
    }

    /// Asking `x ~> t` in a condition.
    pub(super) fn ask(&mut self, value: &Value, threshold: &Value) -> Result<Value, Fault> {
        let threshold = operator::threshold(threshold)?;
        let sure = self.meter.least(value)?.confidence >= threshold;
        Ok(Value::bool(value.truth() && sure).with(value.lanes()))
    }

    /// The arguments of a call, and how sure it is how many there are.
    pub(super) fn arguments(
        &mut self,
        function: &Function,
        r: &mut [Value],
        operands: &[Operand],
        spread: bool,
    ) -> Result<(Args, Lanes), Fault> {
        if !spread {
            return Ok((operands.iter().map(|operand| read(function, r, *operand)).collect(), Lanes::EXACT));
        }
        let list = read(function, r, operands[0]);
        let lanes = list.lanes();
        let items = elements(&list, self)?.ok_or_else(|| ir::not_unpacked(&list, "a list"))?;
        Ok((items.iter().map(|item| item.clone().under(lanes)).collect(), lanes))
    }

    fn text(&mut self, function: &Function, r: &[Value], operands: &[Operand]) -> Result<Value, Fault> {
        let (mut text, mut length) = (Value::text(""), 0);
        let mut lanes = Lanes::EXACT;
        for operand in operands {
            let part = peek(function, r, *operand);
            lanes = lanes.meet(self.meter.least(part)?);
            let piece = display::spelled(part, &mut self.meter)?;
            let piece = piece.as_str();
            self.meter.append(length, piece.len() as u64)?;
            length += piece.len() as u64;
            text = text.appended(piece);
        }
        Ok(text.with(lanes))
    }

    fn list(
        &mut self,
        function: &Function,
        r: &mut [Value],
        operands: &[Operand],
        spread: &[bool],
    ) -> Result<Value, Fault> {
        if spread.is_empty() {
            self.meter.list(operands.len())?;
            return Value::list(operands.iter().map(|operand| read(function, r, *operand)).collect());
        }
        let mut items = Vec::new();
        let mut lanes = Lanes::EXACT;
        for (place, (operand, spread)) in operands.iter().zip(spread).enumerate() {
            let value = read(function, r, *operand);
            if !spread {
                self.meter.elements(items.len(), 1)?;
                items.push(value);
                continue;
            }
            lanes = lanes.meet(value.lanes());
            let more = elements(&value, self)?.ok_or_else(|| ir::not_unpacked(&value, "a list"))?;
            self.meter.list_size((items.len() + more.len()) as u64)?;
            // With room for what stands behind it: most have one such list, and what is left over would have to be given back.
            let room = more.len() + operands.len() - place - 1;
            if items.is_empty() {
                items.reserve_exact(room)
            } else {
                items.reserve(room)
            }
            items.extend_from_slice(&more);
        }
        Ok(Value::list(items)?.with(lanes))
    }

    fn object(
        &mut self,
        function: &Function,
        r: &mut [Value],
        site: &Site,
        members: &[Member],
    ) -> Result<Value, Fault> {
        self.meter.object(members.len())?;
        let mut object = Object::with_capacity(members.len());
        let mut lanes = Lanes::EXACT;
        let mut operands = site.operands.iter();
        let mut keys = site.keys.iter();
        let mut next = |r: &mut [Value]| operands.next().map_or(Value::NULL, |operand| read(function, r, *operand));
        for member in members {
            match member {
                Member::Fixed(_) => {
                    let key = keys.next().cloned().unwrap_or_else(|| Key::new(""));
                    object.insert(key, next(r))?;
                }
                Member::Computed => {
                    let key = next(r);
                    lanes = lanes.meet(key.lanes());
                    object.insert(path::key(&key)?, next(r))?;
                }
                Member::Spread => {
                    let value = next(r);
                    lanes = lanes.meet(value.lanes());
                    match value.view() {
                        View::Null => {}
                        View::Object(other) => {
                            if object.is_empty() {
                                // A copy has its keys in place already.
                                self.meter.object(other.len())?;
                                object = other.clone();
                                continue;
                            }
                            self.meter.steps((1 + KEY) * other.len() as u64)?;
                            for (key, value) in other {
                                self.meter.entry_of(&object, key)?;
                                object.insert(key.clone(), value.clone())?;
                            }
                        }
                        _ => return Err(ir::not_unpacked(&value, "an object")),
                    }
                }
            }
        }
        Ok(Value::from(object).with(lanes))
    }

    /// The keys of a pattern with the lanes of computed ones.
    fn keys(
        &mut self,
        function: &Function,
        r: &mut [Value],
        operands: &[Operand],
        keys: &[Option<Arc<str>>],
    ) -> Result<Vec<(Key, Lanes)>, Fault> {
        let mut operands = operands.iter();
        let key = |key: &Option<Arc<str>>| match key {
            Some(name) => Ok((Key::new(name), Lanes::EXACT)),
            None => {
                let value = operands.next().map_or(Value::NULL, |operand| read(function, r, *operand));
                Ok((path::key(&value)?, value.lanes()))
            }
        };
        keys.iter().map(key).collect()
    }

    fn count(&mut self, value: &Value) -> Result<Value, Fault> {
        // Where entries were deleted, those that are left are counted out.
        self.meter.steps(value.as_object().map_or(0, Object::len) as u64 / 4)?;
        match value.size() {
            Some(len) => Ok(Value::number(len as f64)),
            None => Err(Fault::new(
                Code::R005,
                format!("{} cannot be walked; give a list, an object or a string", value.kind().phrase()),
            )
            .about(value)),
        }
    }

    /// The root of a changed path, taken out of its home so that nobody shares it while it changes.
    pub(super) fn open(
        &mut self,
        function: &Function,
        r: &mut [Value],
        site: &Site,
        home: Home,
        owner: u32,
    ) -> Result<Value, Fault> {
        let root = match home {
            Home::Value => return Ok(read(function, r, site.operands[0])),
            Home::Cell { .. } => self.cells.take(peek(function, r, site.operands[0]), owner)?,
            Home::Global { global, .. } => self.take_global(global.0, owner)?,
            Home::Slot { slot, .. } => std::mem::take(&mut r[(function.slots + slot.0 as u16) as usize]),
        };
        if is_empty(&root) {
            self.close(function, r, site, home, root);
            return Err(early(None));
        }
        Ok(root)
    }

    pub(super) fn close(&mut self, function: &Function, r: &mut [Value], site: &Site, home: Home, root: Value) {
        match home {
            Home::Value => {}
            Home::Cell { .. } => self.cells.put(peek(function, r, site.operands[0]), root),
            Home::Global { global, .. } => self.globals[global.0 as usize] = root,
            Home::Slot { slot, .. } => r[(function.slots + slot.0 as u16) as usize] = root,
        }
    }

    fn update(
        &mut self,
        function: &Function,
        r: &mut [Value],
        site: &Site,
        home: Home,
        keys: &[ir::Key],
        owner: u32,
    ) -> Result<Flow, Fault> {
        if let (Home::Value, [key], Some(to)) = (home, keys, site.to) {
            return self.update_one(function, r, site, key, to);
        }
        // The root may be what is put there, which is moved.
        let early = matches!(home, Home::Value).then(|| read(function, r, site.operands[0]));
        let skip = usize::from(matches!(home, Home::Value | Home::Cell { .. }));
        let mut operands = site.operands[skip..].iter();
        let links = links(function, r, &site.keys, &mut operands, keys);
        let value = operands.next().map_or(Value::NULL, |operand| read(function, r, *operand));
        let mut root = early.map_or_else(|| self.open(function, r, site, home, owner), Ok)?;
        let changed = path::write(&mut root, &links, value, &mut self.meter);
        if let (Home::Value, Some(to)) = (home, site.to) {
            r[to as usize] = root;
        } else {
            self.close(function, r, site, home, root);
        }
        changed.map(|()| Flow::Next)
    }

    /// The commonest change: one key of a value.
    fn update_one(
        &mut self,
        function: &Function,
        r: &mut [Value],
        site: &Site,
        key: &ir::Key,
        to: Register,
    ) -> Result<Flow, Fault> {
        let last = site.operands.len() - 1;
        let mut root = read(function, r, site.operands[0]);
        let value = read(function, r, site.operands[last]);
        let link = match (key, site.keys.first()) {
            (ir::Key::Fixed(_), Some(name)) => Link::new(name.to_value()),
            _ => Link { key: read(function, r, site.operands[1]), from_end: *key == ir::Key::FromEnd },
        };
        if !root.is_shared() && link.key.is_exact() && !link.from_end {
            if let Some(number) = link.key.as_number() {
                let at = number as usize;
                if let Some(list) = root.as_list_mut().filter(|list| at as f64 == number && at < list.len()) {
                    list.set(at, value)?;
                    r[to as usize] = root;
                    return Ok(Flow::Next);
                }
            } else if let Some(object) = root.as_object_mut()
                && let Some(at) = object.find(&link.key)
            {
                object.set(at, value)?;
                r[to as usize] = root;
                return Ok(Flow::Next);
            }
        }
        let changed = path::write(&mut root, std::slice::from_ref(&link), value, &mut self.meter);
        r[to as usize] = root;
        changed.map(|()| Flow::Next)
    }

    fn delete(
        &mut self,
        function: &Function,
        r: &mut [Value],
        site: &Site,
        home: Home,
        keys: &[ir::Key],
        owner: u32,
    ) -> Result<Flow, Fault> {
        let skip = usize::from(matches!(home, Home::Value | Home::Cell { .. }));
        let mut operands = site.operands[skip..].iter();
        let links = links(function, r, &site.keys, &mut operands, keys);
        let mut root = self.open(function, r, site, home, owner)?;
        let Some((last, around)) = links.split_last() else {
            self.close(function, r, site, home, root);
            return Err(Fault::new(Code::R002, "`delete` takes a property; name one"));
        };
        let mut lanes = links.iter().fold(root.lanes(), |lanes, link| lanes.meet(link.key.lanes()));
        let changed = path::change(&mut root, around, 0, &mut self.meter, |place, meter| {
            lanes = lanes.meet(place.lanes());
            path::remove_part(place, &last.key, meter)
        });
        if let (Home::Value, Some(second)) = (home, site.second) {
            r[second as usize] = root;
        } else {
            self.close(function, r, site, home, root);
        }
        changed?;
        if let Some(to) = site.to {
            // As in JavaScript it is true of a key that was not there, too.
            r[to as usize] = Value::TRUE.with(lanes);
        }
        Ok(Flow::Next)
    }
}

/// The path that the keys of a site lead along.
pub(super) fn links(
    function: &Function,
    r: &mut [Value],
    fixed: &[Key],
    operands: &mut std::slice::Iter<Operand>,
    keys: &[ir::Key],
) -> SmallVec<[Link; 2]> {
    let mut fixed = fixed.iter();
    let link = |key: &ir::Key| match key {
        ir::Key::Fixed(_) => Link::new(fixed.next().map_or(Value::NULL, Key::to_value)),
        computed => Link {
            key: operands.next().map_or(Value::NULL, |operand| read(function, r, *operand)),
            from_end: *computed == ir::Key::FromEnd,
        },
    };
    keys.iter().map(link).collect()
}

/// What a walk meets at a turn.
pub(super) fn item(value: &Value, turn: &Value) -> Value {
    let at = turn.as_number().unwrap_or(0.0) as i64 as usize;
    let lanes = value.lanes();
    if let Some(range) = value.as_range() {
        return range.get(at).unwrap_or_default().under(lanes);
    }
    match value.view() {
        View::List(list) => list.get(at).cloned().unwrap_or_default().under(lanes),
        View::Object(object) => object.nth(at).map_or(Value::NULL, |(key, _)| key.to_value()).under(lanes),
        View::Text(_) => {
            let scalar = value.as_scalars().and_then(|scalars| scalars.get(at));
            scalar.map_or(Value::NULL, Value::text).with(lanes)
        }
        // A range from there on, of which only this is kept.
        View::Number(start) => Value::number(start + at as f64).with(lanes),
        _ => Value::NULL,
    }
}

/// What goes with the element at a turn.
fn beside(value: &Value, turn: &Value) -> Value {
    let at = turn.as_number().unwrap_or(0.0) as usize;
    let lanes = value.lanes();
    match value.as_object() {
        Some(object) => object.nth(at).map_or(Value::NULL, |(_, value)| value.clone()).under(lanes),
        None => Value::number(at as f64).with(lanes),
    }
}
