//! Walking over a list or object with a function of the program.

use serde::{Deserialize, Serialize};

use super::call::Call;
use super::routine::{Routine, Started, Step, Way};
use super::sort::Sort;
use crate::diagnostic::Code;
use crate::value::encode::{Decoder, Encoder, Stored};
use crate::value::{Fault, KEY, Key, Kind, Lanes, List, Meter, Object, Value, display, order};

/// What a walk is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) enum Aim {
    Map,
    MapValues,
    FlatMap,
    Filter,
    ForEach,
    Some,
    Every,
    Find,
    FindIndex,
    FindLast,
    FindLastIndex,
    Reduce,
    ReduceRight,
    Partition,
    GroupBy,
    CountBy,
    SortBy,
    MinBy,
    MaxBy,
    Unique,
}

impl Aim {
    fn is_backwards(self) -> bool {
        matches!(self, Self::FindLast | Self::FindLastIndex | Self::ReduceRight)
    }

    fn folds(self) -> bool {
        matches!(self, Self::Reduce | Self::ReduceRight)
    }
}

/// A walk under way.
#[derive(Clone)]
pub(super) struct Walk {
    aim: Aim,
    source: Value,
    function: Value,
    /// How many elements there are.
    count: usize,
    /// How many were handed over already.
    done: usize,
    /// The minimum of the source's own and of what decided so far.
    lanes: Lanes,
    /// What was kept: results, elements, or keys for each element.
    kept: Vec<Value>,
    /// What was put aside, or the best key so far.
    aside: Vec<Value>,
    /// What is carried from turn to turn.
    carried: Value,
}

/// A call of a walk's function that is over, and what the next one begins with.
pub struct Turn<'a> {
    /// The function that was called.
    pub code: u32,
    /// The registers of the call.
    pub registers: &'a mut [Value],
    /// The register with what it gave.
    pub reply: usize,
    /// How many arguments it takes, in the first registers.
    pub arity: usize,
    /// Registers from here on own nothing.
    pub plain: usize,
}

/// Begins a walk over the first argument with the function that is the second.
pub(super) fn start(aim: Aim, call: &mut Call<'_>) -> Result<Started, Fault> {
    match aim {
        Aim::MapValues => call.arguments.object(0).map(|_| ())?,
        _ => call.arguments.list(0).map(|_| ())?,
    }
    call.arguments.function(1)?;
    let carried = match aim.folds() {
        true if call.arguments.given() > 2 => Some(call.arguments.take(2)),
        _ => None,
    };
    let (source, function) = (call.arguments.take(0), call.arguments.take(1));
    begin(aim, source, function, carried, call.meter)
}

/// Begins a walk over a list or object.
pub(super) fn begin(
    aim: Aim,
    source: Value,
    function: Value,
    carried: Option<Value>,
    meter: &mut Meter,
) -> Result<Started, Fault> {
    let count = source.size().unwrap_or(0);
    meter.steps(count as u64)?;
    let known = matches!(aim, Aim::Map | Aim::MapValues | Aim::SortBy | Aim::GroupBy | Aim::CountBy | Aim::Unique);
    if known {
        meter.memory(count as u64 * size_of::<Value>() as u64)?;
    }
    let lanes = source.lanes();
    let folding = carried.is_some();
    let mut walk = Walk {
        aim,
        source,
        function,
        count,
        done: 0,
        lanes,
        kept: Vec::with_capacity(if known { count } else { 0 }),
        aside: Vec::new(),
        carried: carried.unwrap_or_default(),
    };
    if aim.folds() && !folding {
        if count == 0 {
            return Err(Fault::new(Code::R010, "nothing to reduce; give a value to start with"));
        }
        walk.carried = walk.element(walk.place()).under(lanes);
        walk.done = 1;
    }
    if walk.done == count {
        return walk.finish(meter).map(Started::Done);
    }
    Ok(Started::Running(Routine(Way::Walk(Box::new(walk)))))
}

/// Copies an element of a list or object, which has it, to a place.
#[inline(always)]
fn copy_element(source: &Value, at: usize, place: &mut Value) {
    if let Some(range) = source.as_range() {
        let (start, step, lanes) = range.parts();
        return place.put(Value::number(start + step * at as i64 as f64).with(lanes));
    }
    let element = match source.as_object() {
        Some(object) => object.nth(at).map(|(_, value)| value),
        None => source.built_list().and_then(|list| list.get(at)),
    };
    place.put(element.map_or(Value::NULL, Value::clone));
}

impl Walk {
    pub(super) fn function(&self) -> &Value {
        &self.function
    }

    pub(super) fn needed(&self) -> usize {
        if self.aim.folds() { 2 } else { 1 }
    }

    #[inline(always)]
    pub(super) fn argument(&self, index: usize) -> Value {
        let index = if self.aim.folds() { index } else { index + 1 };
        match index {
            0 => self.carried.clone(),
            1 => self.element(self.place()).under(self.source.lanes()),
            2 => match self.source.as_object() {
                Some(object) => {
                    object.nth(self.place()).map_or(Value::NULL, |(key, _)| key.to_value()).with(self.source.lanes())
                }
                None => Value::number(self.place() as f64).with(self.source.lanes()),
            },
            _ => self.source.clone(),
        }
    }

    /// Which element is handed over now.
    #[inline(always)]
    fn place(&self) -> usize {
        match self.aim.is_backwards() {
            true => self.count - 1 - self.done,
            false => self.done,
        }
    }

    fn element(&self, at: usize) -> Value {
        let mut element = Value::NULL;
        copy_element(&self.source, at, &mut element);
        element
    }

    /// Takes in what the function gave and puts the arguments for its next call in the same registers, where there is nothing
    /// more to either: whether that was done. If not, nothing has happened.
    #[inline(always)]
    pub(super) fn turn(&mut self, turn: Turn<'_>, meter: &mut Meter) -> bool {
        let Turn { code, registers, reply, arity, plain } = turn;
        let last = self.needed() - 1;
        let Some(closure) = self.function.as_closure().filter(|closure| closure.code == code) else { return false };
        if self.done + 1 == self.count || arity <= last || !meter.has(2) {
            return false;
        }
        let answer = &mut registers[reply];
        match self.aim {
            Aim::Map => self.kept.push(answer.take()),
            Aim::Reduce => self.carried.put(answer.take()),
            Aim::ForEach => answer.put(Value::NULL),
            Aim::Filter => match answer.exact_bool() {
                Some(false) => {}
                Some(true) if meter.element(self.kept.len()) => {
                    self.kept.push(Value::NULL);
                    self.kept.last_mut().into_iter().for_each(|last| copy_element(&self.source, self.done, last));
                }
                _ => return false,
            },
            Aim::Some | Aim::Find | Aim::FindIndex if answer.exact_bool() == Some(false) => {}
            Aim::Every if answer.exact_bool() == Some(true) => {}
            _ => return false,
        }
        self.done += 1;
        meter.begin(1);
        let (arguments, others) = registers.split_at_mut(arity);
        for (place, captured) in others.iter_mut().zip(&closure.captures) {
            place.put(captured.clone());
        }
        let rest = others.get_mut(closure.captures.len()..plain.saturating_sub(arity));
        rest.into_iter().for_each(Value::clear_all);
        if last > 0 {
            // Whoever adds to it does so in place.
            arguments[0].put(self.carried.take());
        }
        copy_element(&self.source, self.done, &mut arguments[last]);
        arguments[last].lower(self.source.lanes());
        for (index, place) in arguments.iter_mut().enumerate().skip(last + 1) {
            place.put(if index < last + 3 { self.argument(index) } else { Value::NULL });
        }
        true
    }

    pub(super) fn resume(&mut self, reply: Value, meter: &mut Meter) -> Result<Step, Fault> {
        if let Some(result) = self.take(reply, meter)? {
            return Ok(Step::Done(result));
        }
        self.done += 1;
        if self.done == self.count {
            return self.finish(meter).map(Step::Done);
        }
        Ok(Step::Call)
    }

    /// Takes in what the function gave for the element of this turn; gives the result if that settles it.
    fn take(&mut self, reply: Value, meter: &mut Meter) -> Result<Option<Value>, Fault> {
        let place = self.place();
        match self.aim {
            Aim::Map | Aim::MapValues => self.kept.push(reply),
            Aim::ForEach => {}
            Aim::Reduce | Aim::ReduceRight => self.carried = reply,
            Aim::FlatMap => {
                meter.build(&reply)?;
                match reply.as_list() {
                    Some(list) => {
                        self.lanes = self.lanes.meet(reply.lanes());
                        meter.elements(self.kept.len(), list.len())?;
                        self.kept.extend(list.iter().cloned());
                    }
                    None => {
                        meter.elements(self.kept.len(), 1)?;
                        self.kept.push(reply);
                    }
                }
            }
            Aim::Filter | Aim::Partition => {
                self.lanes = self.lanes.meet(reply.lanes());
                if reply.truth() {
                    meter.elements(self.kept.len(), 1)?;
                    self.kept.push(self.element(place));
                } else if self.aim == Aim::Partition {
                    meter.elements(self.aside.len(), 1)?;
                    self.aside.push(self.element(place));
                }
            }
            Aim::Some | Aim::Every => {
                self.lanes = self.lanes.meet(reply.lanes());
                if reply.truth() == (self.aim == Aim::Some) {
                    return Ok(Some(Value::bool(self.aim == Aim::Some).with(self.lanes)));
                }
            }
            Aim::Find | Aim::FindLast => {
                self.lanes = self.lanes.meet(reply.lanes());
                if reply.truth() {
                    return Ok(Some(self.element(place).under(self.lanes)));
                }
            }
            Aim::FindIndex | Aim::FindLastIndex => {
                self.lanes = self.lanes.meet(reply.lanes());
                if reply.truth() {
                    return Ok(Some(Value::number(place as f64).with(self.lanes)));
                }
            }
            Aim::GroupBy | Aim::CountBy | Aim::SortBy | Aim::Unique => {
                self.lanes = self.lanes.meet(meter.least(&reply)?);
                self.kept.push(reply);
            }
            Aim::MinBy | Aim::MaxBy => {
                self.lanes = self.lanes.meet(meter.least(&reply)?);
                let better = match self.aside.first() {
                    None => true,
                    Some(best) => order::compare(&reply, best, meter)?.is_some_and(|order| match self.aim {
                        Aim::MinBy => order.is_lt(),
                        _ => order.is_gt(),
                    }),
                };
                if better {
                    self.aside = vec![reply];
                    self.carried = self.element(place);
                }
            }
        }
        Ok(None)
    }

    fn finish(&mut self, meter: &mut Meter) -> Result<Value, Fault> {
        let lanes = self.lanes;
        let kept = std::mem::take(&mut self.kept);
        Ok(match self.aim {
            Aim::Map | Aim::FlatMap | Aim::Filter => Value::list(kept)?.with(lanes),
            Aim::MapValues => {
                meter.object(kept.len())?;
                meter.steps(KEY * kept.len() as u64)?;
                let keys = self.source.as_object().into_iter().flat_map(Object::keys).cloned();
                Value::object(keys.zip(kept))?.with(lanes)
            }
            Aim::ForEach => Value::NULL,
            Aim::Reduce | Aim::ReduceRight => std::mem::take(&mut self.carried).under(lanes),
            Aim::Some => Value::FALSE.with(lanes),
            Aim::Every => Value::TRUE.with(lanes),
            Aim::Find | Aim::FindLast => Value::NULL.with(lanes),
            Aim::FindIndex | Aim::FindLastIndex => Value::number(-1.0).with(lanes),
            Aim::MinBy | Aim::MaxBy => std::mem::take(&mut self.carried).under(lanes),
            Aim::Partition => {
                let aside = std::mem::take(&mut self.aside);
                Value::list(vec![Value::list(kept)?.with(lanes), Value::list(aside)?.with(lanes)])?.with(lanes)
            }
            Aim::GroupBy => group(&self.source, &kept, lanes, meter)?,
            Aim::CountBy => count(&kept, lanes, meter)?,
            Aim::SortBy => {
                let list = self.source.as_list().unwrap_or(&NOTHING);
                let order = Sort::order(&kept, meter)?;
                Value::list(order.into_iter().map(|at| list.items()[at].clone()).collect())?.with(lanes)
            }
            Aim::Unique => {
                let list = self.source.as_list().unwrap_or(&NOTHING);
                let firsts = order::firsts(&kept, meter)?;
                Value::list(firsts.into_iter().map(|at| list.items()[at].clone()).collect())?.with(lanes)
            }
        })
    }
}

static NOTHING: List = List::empty();

/// The key that a group is named by.
fn name(value: &Value, meter: &mut Meter) -> Result<Key, Fault> {
    match Key::of(value) {
        Some(key) => Ok(key),
        None => Ok(Key::new(&display::render(value, meter)?)),
    }
}

fn group(source: &Value, keys: &[Value], lanes: Lanes, meter: &mut Meter) -> Result<Value, Fault> {
    let list = source.as_list().unwrap_or(&NOTHING);
    let mut places = Object::empty();
    let mut groups: Vec<(Key, Vec<Value>)> = Vec::new();
    meter.steps(2 * KEY * keys.len() as u64)?;
    for (key, item) in keys.iter().zip(list) {
        let key = name(key, meter)?;
        let known = places.find(key.as_value()).and_then(|at| places.at(at)).and_then(Value::as_number);
        let at = match known {
            Some(at) => at as usize,
            None => {
                meter.entry(groups.len())?;
                places.insert(key.clone(), Value::number(groups.len() as f64))?;
                groups.push((key, Vec::new()));
                groups.len() - 1
            }
        };
        meter.memory(size_of::<Value>() as u64)?;
        groups[at].1.push(item.clone());
    }
    let mut object = Object::with_capacity(groups.len());
    for (key, items) in groups {
        object.insert(key, Value::list(items)?.with(lanes))?;
    }
    Ok(Value::from(object).with(lanes))
}

fn count(keys: &[Value], lanes: Lanes, meter: &mut Meter) -> Result<Value, Fault> {
    let mut counts = Object::empty();
    meter.steps(2 * KEY * keys.len() as u64)?;
    for key in keys {
        let key = name(key, meter)?;
        match counts.find(key.as_value()) {
            Some(at) => {
                let so_far = counts.at(at).and_then(Value::as_number).unwrap_or(0.0);
                counts.set(at, Value::number(so_far + 1.0).with(lanes))?;
            }
            None => {
                meter.entry(counts.len())?;
                counts.insert(key, Value::number(1.0).with(lanes))?;
            }
        }
    }
    Ok(Value::from(counts).with(lanes))
}

/// The count of equal elements, where no function names them.
pub(super) fn count_elements(call: &mut Call<'_>) -> Result<Started, Fault> {
    let lanes = call.meter.least(call.arguments.get(0))?;
    let list = call.arguments.list(0)?;
    call.meter.steps(list.len() as u64)?;
    count(list.items(), lanes, call.meter).map(Started::Done)
}

/// A [`Walk`] as plain data.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct StoredWalk {
    aim: Aim,
    source: Stored,
    function: Stored,
    done: usize,
    lanes: Stored,
    kept: Vec<Stored>,
    aside: Vec<Stored>,
    carried: Stored,
}

impl Walk {
    pub(super) fn store(&self, encoder: &mut Encoder) -> StoredWalk {
        StoredWalk {
            aim: self.aim,
            source: encoder.store(&self.source),
            function: encoder.store(&self.function),
            done: self.done,
            lanes: encoder.store(&Value::NULL.with(self.lanes)),
            kept: self.kept.iter().map(|value| encoder.store(value)).collect(),
            aside: self.aside.iter().map(|value| encoder.store(value)).collect(),
            carried: encoder.store(&self.carried),
        }
    }

    pub(super) fn load(stored: &StoredWalk, decoder: &Decoder) -> Result<Self, Fault> {
        let all = |stored: &[Stored]| stored.iter().map(|&stored| decoder.load(stored)).collect::<Result<Vec<_>, _>>();
        let source = decoder.load(stored.source)?;
        let walk = Self {
            aim: stored.aim,
            count: source.size().unwrap_or(0),
            source,
            function: decoder.load(stored.function)?,
            done: stored.done,
            lanes: decoder.load(stored.lanes)?.lanes(),
            kept: all(&stored.kept)?,
            aside: all(&stored.aside)?,
            carried: decoder.load(stored.carried)?,
        };
        let sound = match walk.aim {
            Aim::MapValues => walk.source.kind() == Kind::Object,
            _ => walk.source.kind() == Kind::List,
        };
        match sound && walk.done < walk.count {
            true => Ok(walk),
            false => Err(Fault::new(Code::R012, "the stored state is damaged; start the run again")),
        }
    }

    pub(super) fn values(&self) -> Vec<&Value> {
        let fixed = [&self.source, &self.function, &self.carried];
        fixed.into_iter().chain(&self.kept).chain(&self.aside).collect()
    }
}
