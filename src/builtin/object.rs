//! Objects.

use super::call::Call;
use super::routine::Started;
use super::table::{Builtin, Cost, LIST, Law, OBJECT, Size, native, routine};
use super::text::key_text;
use super::walk::{self, Aim};
use crate::value::{ELEMENT, Fault, KEY, Key, Kind, Lanes, MADE, Object, Value, path};

/// Lists and objects.
const CONTAINER: &[Kind] = &[Kind::List, Kind::Object];

pub(super) const TABLE: &[Builtin] = &[
    native("keys", "(o: any): any[]", "The keys in the order of insertion; of a list its indices.", ("({ a: 1 }).keys()", "[\"a\"]"), keys)
        .on(CONTAINER)
        .also(&["Object.keys"])
        .law(Law::Kept)
        .size(Size::Same),
    native("values", "(o: any): any[]", "The values in the order of insertion.", ("({ a: 1 }).values()", "[1]"), values)
        .on(CONTAINER)
        .also(&["Object.values"])
        .law(Law::Kept)
        .size(Size::Same),
    native("entries", "(o: any): any[]", "Lists of key and value, or of index and element.", ("({ a: 1 }).entries()", "[[\"a\",1]]"), entries)
        .on(CONTAINER)
        .also(&["Object.entries"])
        .law(Law::Kept)
        .size(Size::Same),
    native("fromEntries", "(entries: any[]): { [key: string]: any }", "The object of these lists of key and value.", ("Object.fromEntries([[\"a\", 1]])", "{\"a\":1}"), from_entries)
        .on(LIST)
        .also(&["Object.fromEntries"])
        .law(Law::Kept)
        .size(Size::Same),
    native("has", "(o: { [key: string]: any }, key: string | number): boolean", "Whether the object has the key.", ("({ a: null }).has(\"a\")", "true"), has)
        .on(OBJECT)
        .also(&["Object.hasOwn"])
        .cost(Cost::Constant)
        .law(Law::Element),
    native("hasOwnProperty", "(o: { [key: string]: any }, key: string | number): boolean", "Whether the object has the key.", ("({ a: 1 }).hasOwnProperty(\"b\")", "false"), has)
        .on(OBJECT)
        .not_plain()
        .cost(Cost::Constant)
        .law(Law::Element),
    native("get", "(o: any, key: any, otherwise?: any): any", "The value of the key, or what else is given where there is none.", ("({ a: 1 }).get(\"b\", 0)", "0"), get)
        .on(CONTAINER)
        .cost(Cost::Constant)
        .law(Law::Element),
    native("set", "(o: { [key: string]: any }, key: string | number, value: any): any", "The object with the value under the key. As a method it changes the variable.", ("set({ a: 1 }, \"b\", 2)", "{\"a\":1,\"b\":2}"), set)
        .on(OBJECT)
        .replaces()
        .law(Law::Kept)
        .size(Size::More(2)),
    native("merge", "(o: { [key: string]: any }, ...others: any[]): { [key: string]: any }", "An object of the entries of all, the last value of a key; null behind the first counts as empty.", ("merge({ a: 1 }, { b: 2 })", "{\"a\":1,\"b\":2}"), merge)
        .on(OBJECT)
        .also(&["Object.assign"])
        .law(Law::Kept)
        .size(Size::Sum),
    native("pick", "(o: { [key: string]: any }, ...keys: any[]): { [key: string]: any }", "The entries with these keys, in the order of the keys.", ("({ a: 1, b: 2 }).pick([\"b\"])", "{\"b\":2}"), pick)
        .on(OBJECT)
        .law(Law::Kept)
        .size(Size::AtMost),
    native("omit", "(o: { [key: string]: any }, ...keys: any[]): { [key: string]: any }", "The entries without these keys.", ("({ a: 1, b: 2 }).omit([\"b\"])", "{\"a\":1}"), omit)
        .on(OBJECT)
        .law(Law::Kept)
        .size(Size::AtMost),
    routine(
        "mapValues",
        "(o: { [key: string]: any }, f: (x: any, key: string, o: { [key: string]: any }) => any): { [key: string]: any }",
        "The object with what f gives for each value.",
        ("({ a: 1 }).mapValues(x => x + 1)", "{\"a\":2}"),
        map_values,
    )
    .on(OBJECT)
    .law(Law::Kept)
    .size(Size::Same),
    native("freeze", "(x: any): any", "x itself: data are values, nobody else can change them.", ("Object.freeze({ a: 1 })", "{\"a\":1}"), same)
        .not_plain()
        .also(&["Object.freeze"])
        .cost(Cost::Constant)
        .law(Law::Each)
        .size(Size::Same),
];

type Made = Result<Value, Fault>;

fn map_values(call: &mut Call<'_>) -> Result<Started, Fault> {
    walk::start(Aim::MapValues, call)
}

fn same(call: &mut Call<'_>) -> Made {
    Ok(call.arguments.take(0))
}

fn wrong(call: &Call<'_>) -> Fault {
    call.arguments.wrong(0, "an object or a list")
}

fn keys(call: &mut Call<'_>) -> Made {
    let subject = call.arguments.get(0);
    let lanes = subject.lanes();
    call.meter.list(subject.size().unwrap_or(0))?;
    let keys = match (subject.as_object(), subject.as_list()) {
        (Some(object), _) => object.keys().map(|key| key_text(key, lanes)).collect(),
        (_, Some(list)) => (0..list.len()).map(|index| Value::number(index as f64).with(lanes)).collect(),
        _ => return Err(wrong(call)),
    };
    Ok(Value::list(keys)?.with(lanes))
}

fn values(call: &mut Call<'_>) -> Made {
    let subject = call.arguments.get(0);
    let lanes = subject.lanes();
    let Some(object) = subject.as_object() else {
        return if subject.kind() == Kind::List { Ok(call.arguments.take(0)) } else { Err(wrong(call)) };
    };
    call.meter.list(object.len())?;
    Ok(Value::list(object.values().cloned().collect())?.with(lanes))
}

fn entries(call: &mut Call<'_>) -> Made {
    let subject = call.arguments.get(0);
    let lanes = subject.lanes();
    let len = subject.size().unwrap_or(0);
    call.meter.list(len)?;
    call.meter.apart(len as u64, len as u64 * 2 * ELEMENT)?;
    call.meter.steps((MADE + KEY) * len as u64)?;
    let pair = |key: Value, value: &Value| Ok(Value::list(vec![key.with(lanes), value.clone()])?.with(lanes));
    let pairs: Result<Vec<Value>, Fault> = match (subject.as_object(), subject.as_list()) {
        (Some(object), _) => object.iter().map(|(key, value)| pair(key.to_value(), value)).collect(),
        (_, Some(list)) => {
            list.iter().enumerate().map(|(index, item)| pair(Value::number(index as f64), item)).collect()
        }
        _ => return Err(wrong(call)),
    };
    Ok(Value::list(pairs?)?.with(lanes))
}

fn from_entries(call: &mut Call<'_>) -> Made {
    let mut lanes = call.arguments.get(0).lanes();
    let list = call.arguments.list(0)?;
    call.meter.steps(list.len() as u64)?;
    let mut object = Object::empty();
    for pair in list {
        let parts = pair.as_list().filter(|parts| parts.len() == 2);
        let Some(parts) = parts else {
            return Err(call.arguments.fault("takes a list of lists of key and value; give each two elements"));
        };
        let (name, value) = (&parts.items()[0], &parts.items()[1]);
        lanes = lanes.meet(pair.lanes()).meet(name.lanes());
        let key = path::key(name).map_err(|_| call.arguments.fault("takes strings and numbers as keys"))?;
        call.meter.entry(object.len())?;
        object.insert(key, value.clone())?;
    }
    Ok(Value::from(object).with(lanes))
}

fn has(call: &mut Call<'_>) -> Made {
    let lanes = call.arguments.get(0).lanes().meet(call.arguments.get(1).lanes());
    let key = call.arguments.key(1)?;
    Ok(Value::bool(call.arguments.object(0)?.find(key.as_value()).is_some()).with(lanes))
}

fn get(call: &mut Call<'_>) -> Made {
    let subject = call.arguments.get(0);
    let lanes = subject.lanes().meet(call.arguments.get(1).lanes());
    let found = match (subject.as_object(), subject.as_list()) {
        (Some(object), _) => {
            let key = call.arguments.key(1)?;
            object.find(key.as_value()).and_then(|place| object.at(place))
        }
        (_, Some(list)) => {
            let index = call.arguments.number(1)?;
            (index >= 0.0 && index.fract() == 0.0).then(|| list.get(index as usize)).flatten()
        }
        _ => return Err(wrong(call)),
    };
    Ok(found.unwrap_or(call.arguments.get(2)).clone().under(lanes))
}

fn set(call: &mut Call<'_>) -> Made {
    call.arguments.object(0)?;
    call.arguments.key(1)?;
    let mut object = call.arguments.take(0);
    let (key, value) = (call.arguments.take(1), call.arguments.take(2));
    path::write_part(&mut object, &path::Link::new(key), value, call.meter)?;
    Ok(object)
}

fn merge(call: &mut Call<'_>) -> Made {
    let mut lanes = Lanes::EXACT;
    let mut merged = Object::empty();
    for (index, argument) in call.arguments.all().iter().enumerate() {
        lanes = lanes.meet(argument.lanes());
        if argument.is_null() && index > 0 {
            continue;
        }
        let object = call.arguments.object(index)?;
        call.meter.steps((1 + KEY) * object.len() as u64)?;
        for (key, value) in object {
            call.meter.entry_of(&merged, key)?;
            merged.insert(key.clone(), value.clone())?;
        }
    }
    Ok(Value::from(merged).with(lanes))
}

/// The keys that are given one by one or as lists, with the lanes of what named them.
fn named(call: &mut Call<'_>) -> Result<(Vec<Key>, Lanes), Fault> {
    let mut lanes = call.arguments.get(0).lanes();
    let mut keys = Vec::new();
    for (index, argument) in call.arguments.from(1).iter().enumerate() {
        lanes = lanes.meet(call.meter.least(argument)?);
        match argument.as_list() {
            Some(list) => {
                call.meter.steps(list.len() as u64)?;
                for name in list {
                    keys.push(path::key(name).map_err(|_| call.arguments.wrong(index + 1, "a list of strings"))?);
                }
            }
            None => keys.push(call.arguments.key(index + 1)?),
        }
    }
    Ok((keys, lanes))
}

fn pick(call: &mut Call<'_>) -> Made {
    let (keys, lanes) = named(call)?;
    let object = call.arguments.object(0)?;
    call.meter.object(keys.len().min(object.len()))?;
    call.meter.steps(2 * KEY * keys.len() as u64)?;
    let mut picked = Object::empty();
    for key in keys {
        if let Some(value) = object.find(key.as_value()).and_then(|place| object.at(place)) {
            picked.insert(key, value.clone())?;
        }
    }
    Ok(Value::from(picked).with(lanes))
}

fn omit(call: &mut Call<'_>) -> Made {
    let (keys, lanes) = named(call)?;
    let object = call.arguments.object(0)?;
    call.meter.object(object.len())?;
    call.meter.steps(KEY * (object.len() + keys.len()) as u64)?;
    let mut left_out = Object::empty();
    for key in keys {
        left_out.insert(key, Value::NULL)?;
    }
    let kept = object.iter().filter(|(key, _)| left_out.find(key.as_value()).is_none());
    Ok(Value::object(kept.map(|(key, value)| (key.clone(), value.clone())))?.with(lanes))
}
