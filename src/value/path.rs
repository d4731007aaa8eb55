//! Reading and changing parts of values.

use super::confidence::Lanes;
use super::error::Error;
use super::fault::Fault;
use super::limits::Meter;
use super::number;
use super::payload::{Kind, Value, View};
use super::text::Key;
use crate::diagnostic::Code;

/// `base[key]`: the element, entry or scalar, or null where there is none; `R003` of null.
#[inline]
pub fn index(base: &Value, key: &Value, meter: &mut Meter) -> Result<Value, Fault> {
    let lanes = base.lanes().meet(key.lanes());
    match (base.view_unbuilt(meter)?, key.view()) {
        (View::List(list), View::Number(number)) => {
            Ok(whole(number).and_then(|index| list.get(index)).cloned().unwrap_or_default().under(lanes))
        }
        (View::Text(_), View::Number(number)) => {
            let scalar = whole(number).and_then(|index| base.as_scalars()?.get(index));
            Ok(scalar.map_or(Value::NULL, Value::text).with(lanes))
        }
        (View::Object(object), View::Text(_)) => {
            let place = object.find(key);
            Ok(place.and_then(|place| object.at(place)).cloned().unwrap_or_default().under(lanes))
        }
        (View::Object(object), View::Number(number)) => {
            Ok(object.get(&number::render(number)).cloned().unwrap_or_default().under(lanes))
        }
        (View::Null, _) => Err(of_null(&key.as_text().map_or_else(|| "[…]".to_owned(), |text| format!(".{text}")))),
        (_, View::Text(name)) => Ok(other_property(base, name).under(lanes)),
        _ => Ok(Value::NULL.with(lanes)),
    }
}

/// `base[-n]` with the number in the text of the program: counted from the end.
pub fn index_back(base: &Value, back: usize, meter: &mut Meter) -> Result<Value, Fault> {
    let lanes = base.lanes();
    match base.view_unbuilt(meter)? {
        View::List(list) => {
            Ok(list.len().checked_sub(back).and_then(|at| list.get(at)).cloned().unwrap_or_default().under(lanes))
        }
        View::Text(_) => {
            let scalar = base.as_scalars().and_then(|scalars| scalars.get(scalars.len().checked_sub(back)?));
            Ok(scalar.map_or(Value::NULL, Value::text).with(lanes))
        }
        _ => index(base, &Value::number(-(back as f64)), meter),
    }
}

/// `base.name`: the entry, the length of a list or text, a field of an error; null where there is none; `R003` of null.
#[inline]
pub fn property(base: &Value, name: &Key) -> Result<Value, Fault> {
    match base.as_object() {
        Some(object) => {
            let place = object.find(name.as_value());
            Ok(place.and_then(|place| object.at(place)).cloned().unwrap_or_default().under(base.lanes()))
        }
        None if base.is_null() => Err(of_null(&format!(".{}", name.as_str()))),
        None => Ok(other_property(base, name.as_str()).under(base.lanes())),
    }
}

fn other_property(base: &Value, name: &str) -> Value {
    match base.kind() {
        Kind::List | Kind::Text if name == "length" => Value::number(base.size().unwrap_or(0) as f64),
        Kind::Error => base.as_error().map_or(Value::NULL, |error| Error::field(error, name)),
        _ => Value::NULL,
    }
}

#[cold]
fn of_null(access: &str) -> Fault {
    Fault::new(
        Code::R003,
        format!("`{access}` of null; write `?{}` where it may be null", if access == "[…]" { ".[…]" } else { access }),
    )
}

fn whole(number: f64) -> Option<usize> {
    (number >= 0.0 && number.fract() == 0.0 && number < 9e15).then_some(number as usize)
}

/// The key that a value is for an object; a number is rendered, everything but texts and numbers refused.
pub fn key(value: &Value) -> Result<Key, Fault> {
    if let Some(key) = Key::of(value) {
        return Ok(key);
    }
    match value.as_number() {
        Some(number) => Ok(Key::new(&number::render(number))),
        None => {
            let message = format!("{} is no key; use a string or a number", value.kind().phrase());
            Err(Fault::new(Code::R002, message).about(value))
        }
    }
}

/// One step of a path to a part.
#[derive(Clone, Debug)]
pub struct Link {
    /// The key or index.
    pub key: Value,
    /// Whether the index is a negative number in the text of the program, and so counts from the end.
    pub from_end: bool,
}

impl Link {
    /// A key, or an index from the beginning.
    pub fn new(key: Value) -> Self {
        Self { key, from_end: false }
    }
}

/// Changes what a path leads to, in place where nobody shares it. `incoming` is the greatest depth of the values that
/// the change brings in.
pub fn change<R>(
    root: &mut Value,
    links: &[Link],
    incoming: u8,
    meter: &mut Meter,
    act: impl FnOnce(&mut Value, &mut Meter) -> Result<R, Fault>,
) -> Result<R, Fault> {
    let levels = u8::try_from(links.len()).unwrap_or(u8::MAX);
    super::limits::check_depth(levels.saturating_add(1).saturating_add(incoming))?;
    let (mut act, mut result) = (Some(act), None);
    descend(root, links, meter, &mut |place, meter| {
        if let Some(act) = act.take() {
            result = Some(act(place, meter)?);
        }
        Ok(())
    })?;
    result.map_or_else(|| missing(&Link::new(Value::NULL)), Ok)
}

/// What is done at the end of a path.
type Act<'a> = &'a mut dyn FnMut(&mut Value, &mut Meter) -> Result<(), Fault>;

fn descend(place: &mut Value, links: &[Link], meter: &mut Meter, act: Act<'_>) -> Result<(), Fault> {
    let Some((link, rest)) = links.split_first() else {
        return act(place, meter);
    };
    let lanes = place.lanes().meet(link.key.lanes());
    meter.copy(place)?;
    match place.kind() {
        Kind::List => {
            let len = place.size().unwrap_or(0);
            let at = list_index(link, len).filter(|&at| at < len);
            let list = place.as_list_mut().and_then(|list| at.map(|at| (list, at)));
            let Some((list, at)) = list else { return missing(link) };
            let before = list.remembered(at);
            let result = list.open(at).map_or_else(|| missing(link), |part| descend(part, rest, meter, act));
            list.settle(at, before);
            result
        }
        Kind::Object => {
            let key = key(&link.key)?;
            let found = place.as_object_mut().and_then(|object| object.find(key.as_value()).map(|at| (object, at)));
            let Some((object, at)) = found else { return missing(link) };
            let before = object.remembered(at);
            let result = object.open(at).map_or_else(|| missing(link), |part| descend(part, rest, meter, act));
            object.settle(at, before);
            result
        }
        Kind::Null => return missing(link),
        _ => return Err(unchangeable(place)),
    }?;
    place.set_lanes(lanes);
    Ok(())
}

fn missing<R>(link: &Link) -> Result<R, Fault> {
    let shown =
        link.key.as_text().map_or_else(|| number::render(link.key.as_number().unwrap_or(f64::NAN)), str::to_owned);
    Err(Fault::new(
        Code::R003,
        format!("there is nothing at `{shown}` to change a part of; assign a list or object there first"),
    )
    .about(&link.key))
}

#[cold]
fn unchangeable(place: &Value) -> Fault {
    Fault::new(Code::R002, format!("{} has no parts to change; make a new one", place.kind().phrase())).about(place)
}

fn list_index(link: &Link, len: usize) -> Option<usize> {
    let number = link.key.as_number()?;
    if link.from_end { len.checked_sub(whole(-number)?) } else { whole(number) }
}

/// `root… = value` along a path of at least one step.
pub fn write(root: &mut Value, links: &[Link], value: Value, meter: &mut Meter) -> Result<(), Fault> {
    let Some((last, path)) = links.split_last() else {
        *root = value;
        return Ok(());
    };
    let incoming = value.depth();
    change(root, path, incoming, meter, |place, meter| write_part(place, last, value, meter))
}

/// `place[key] = value`
#[inline]
pub fn write_part(place: &mut Value, link: &Link, value: Value, meter: &mut Meter) -> Result<(), Fault> {
    let lanes = place.lanes().meet(link.key.lanes());
    meter.copy(place)?;
    match place.kind() {
        Kind::List => {
            let len = place.size().unwrap_or(0);
            let at = list_index(link, len).filter(|&at| at <= len).ok_or_else(|| beyond(link, len))?;
            if at == len {
                meter.elements(len, 1)?;
            }
            if let Some(list) = place.as_list_mut() {
                if at == len { list.push(value)? } else { list.set(at, value).map(drop)? }
            }
        }
        Kind::Object => {
            let key = key(&link.key)?;
            if let Some(object) = place.as_object_mut() {
                match object.find(key.as_value()) {
                    Some(at) => object.set(at, value).map(drop)?,
                    None => {
                        meter.entry(object.len())?;
                        object.insert(key, value)?;
                    }
                }
            }
        }
        Kind::Null => return missing(link),
        _ => return Err(unchangeable(place)),
    }
    place.set_lanes(lanes);
    Ok(())
}

/// `Value::put_alike` of `list[at].name`, where all of it is nobody's share and the name is where it was found the last time:
/// whether that was done.
#[inline(always)]
pub fn put_alike_in_element(root: &mut Value, at: usize, (name, hint): (&Key, usize), value: &Value) -> bool {
    let Some(part) = root.own_list().and_then(|list| list.touch(at)) else { return false };
    let Some(object) = part.own_object() else { return false };
    object.touch(name, hint).is_some_and(|old| old.put_alike(value))
}

/// `list[at].name = value` of a value that owns nothing, where all of it is there already, exact and nobody's share. Where it is
/// not as easy as that nothing happens; else the place of the name.
#[inline(never)]
pub fn put_in_element(root: &mut Value, at: usize, (name, hint): (&Key, usize), value: Value) -> Option<usize> {
    if !root.is_exact() {
        return None;
    }
    let list = root.own_list().filter(|list| at < list.len())?;
    let before = list.remembered(at)?;
    list.get(at).filter(|part| part.is_exact())?.as_object()?.find(name.as_value())?;
    let place = list.open(at).and_then(Value::own_object).and_then(|object| object.put_near(name, hint, value));
    list.settle(at, Some(before));
    place
}

#[cold]
fn beyond(link: &Link, len: usize) -> Fault {
    let fault = match link.key.as_number() {
        Some(number) => Fault::new(
            Code::R016,
            format!("index {} is beyond the end of a list of {len}; append with `push`", number::render(number)),
        ),
        None if link.key.as_text() == Some("length") => Fault::new(
            Code::R002,
            "the length of a list is no variable; write `xs = []`, or `xs.splice(n)` for the first n",
        ),
        None => Fault::new(Code::R002, format!("{} is no index; use a whole number", link.key.kind().phrase())),
    };
    fault.about(&link.key)
}

/// `delete place[key]`
pub fn remove_part(place: &mut Value, key: &Value, meter: &mut Meter) -> Result<(), Fault> {
    let lanes: Lanes = place.lanes().meet(key.lanes());
    let name = match place.kind() {
        Kind::Object => self::key(key)?,
        Kind::Null => return missing(&Link::new(key.clone())),
        Kind::List => {
            return Err(Fault::new(Code::R002, "`delete` does not take elements of a list; write `xs.splice(i, 1)`"));
        }
        _ => return Err(unchangeable(place)),
    };
    meter.copy(place)?;
    if let Some(object) = place.as_object_mut() {
        object.remove(name.as_value());
    }
    place.set_lanes(lanes);
    Ok(())
}

impl Value {
    /// The value taken apart, with the list of a range charged before it is built.
    fn view_unbuilt(&self, meter: &mut Meter) -> Result<View<'_>, Fault> {
        meter.build(self)?;
        Ok(self.view())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Confidence, Limits, NESTING};
    use super::*;

    fn meter() -> Meter {
        Meter::new(Limits::SANDBOX)
    }

    fn sure(value: Value, confidence: f64) -> Value {
        let lanes = value.lanes().stated(Confidence::of(confidence).unwrap());
        value.with(lanes)
    }

    fn link(key: impl Into<Value>) -> Link {
        Link::new(key.into())
    }

    #[test]
    fn reading_takes_container_element_and_key() {
        let mut m = meter();
        let list = sure(Value::list(vec![sure(Value::number(7.0), 0.8)]).unwrap(), 0.9);
        let got = index(&list, &sure(Value::number(0.0), 0.5), &mut m).unwrap();
        assert_eq!((got.as_number(), got.confidence()), (Some(7.0), Confidence::MEDIUM));
        for missing in [1.0, -1.0, 0.5, f64::NAN, 1e300] {
            assert!(index(&list, &Value::number(missing), &mut m).unwrap().is_null());
        }
        assert_eq!(index_back(&list, 1, &mut m).unwrap().as_number(), Some(7.0));
        assert_eq!(property(&list, &Key::new("length")).unwrap().as_number(), Some(1.0));
        assert_eq!(property(&Value::NULL, &Key::new("x")).unwrap_err().code, Code::R003);
        assert_eq!(index(&Value::text("aä"), &Value::number(1.0), &mut m).unwrap().as_text(), Some("ä"));
    }

    #[test]
    fn writing_along_a_path_leaves_copies_alone() {
        let mut m = meter();
        let mut root =
            Value::object([(Key::new("a"), Value::list(vec![Value::object([]).unwrap()]).unwrap())]).unwrap();
        let copy = root.clone();
        write(&mut root, &[link("a"), link(0.0), link("b")], sure(Value::TRUE, 0.3), &mut m).unwrap();
        assert_eq!(super::super::display::render(&root, &mut m).unwrap(), r#"{"a":[{"b":true}]}"#);
        assert_eq!(super::super::display::render(&copy, &mut m).unwrap(), r#"{"a":[{}]}"#);
        assert_eq!(root.least().confidence, Confidence::of(0.3).unwrap());
        assert_eq!(write(&mut root, &[link("x"), link("y")], Value::NULL, &mut m).unwrap_err().code, Code::R003);
        assert_eq!(write(&mut root, &[link("a"), link(5.0)], Value::NULL, &mut m).unwrap_err().code, Code::R016);
        write(&mut root, &[link("a"), link(1.0)], Value::NULL, &mut m).unwrap();
        write(&mut root, &[link("a"), Link { key: Value::number(-2.0), from_end: true }], Value::TRUE, &mut m).unwrap();
        assert_eq!(super::super::display::render(&root, &mut m).unwrap(), r#"{"a":[true,null]}"#);
    }

    #[test]
    fn an_element_is_changed_in_place_or_not_at_all() {
        let object = || Value::object([(Key::new("a"), Value::number(1.0))]).unwrap();
        let mut root = Value::list(vec![object(), object()]).unwrap();
        let name = Key::new("a");
        let set = |root: &mut Value, at: usize, value: Value| match put_alike_in_element(root, at, (&name, 0), &value) {
            true => Some(0),
            false => put_in_element(root, at, (&name, 7), value),
        };
        assert_eq!(set(&mut root, 1, sure(Value::number(2.0), 0.4)), Some(0));
        assert_eq!(root.least().confidence, Confidence::of(0.4).unwrap());
        assert_eq!(set(&mut root, 1, Value::number(3.0)), Some(0));
        assert_eq!(root.least().confidence, Confidence::ONE);
        assert_eq!(set(&mut root, 2, Value::number(4.0)), None);
        let shared = root.as_list().unwrap().get(0).cloned();
        assert_eq!(set(&mut root, 0, Value::number(5.0)), None);
        drop(shared);
        assert_eq!(set(&mut root, 0, Value::number(6.0)), Some(0));
        let mut m = meter();
        assert_eq!(super::super::display::render(&root, &mut m).unwrap(), r#"[{"a":6},{"a":3}]"#);
    }

    #[test]
    fn a_doubtful_key_lowers_the_container() {
        let mut m = meter();
        let mut root = Value::object([]).unwrap();
        write(&mut root, &[Link::new(sure(Value::text("k"), 0.4))], Value::TRUE, &mut m).unwrap();
        assert_eq!(root.confidence(), Confidence::of(0.4).unwrap());
        for _ in 0..2 {
            remove_part(&mut root, &Value::text("k"), &mut m).unwrap();
            assert_eq!(root.as_object().map(super::super::Object::len), Some(0));
        }
    }

    #[test]
    fn nothing_nests_deeper_than_allowed() {
        let mut m = meter();
        let mut deep = Value::list(vec![]).unwrap();
        while deep.depth() < NESTING {
            deep = Value::list(vec![deep]).unwrap();
        }
        assert_eq!(Value::list(vec![deep.clone()]).unwrap_err().code, Code::R015);
        let path = vec![link(0.0); 63];
        let grow = |root: &mut Value, value: Value, m: &mut Meter| {
            change(root, &path, value.depth(), m, |place, _| place.as_list_mut().unwrap().push(value))
        };
        assert_eq!(grow(&mut deep, Value::list(vec![]).unwrap(), &mut m).unwrap_err().code, Code::R015);
        grow(&mut deep, Value::TRUE, &mut m).unwrap();
        assert_eq!(deep.depth(), NESTING);
    }

    #[test]
    fn the_remembered_minimum_follows_every_change() {
        let mut m = meter();
        let mut root = Value::list(vec![Value::number(1.0), sure(Value::number(2.0), 0.5)]).unwrap();
        assert_eq!(root.least().confidence, Confidence::MEDIUM);
        write(&mut root, &[link(1.0)], sure(Value::NULL, 0.9), &mut m).unwrap();
        assert_eq!(root.least().confidence, Confidence::of(0.9).unwrap());
        write(&mut root, &[link(2.0)], sure(Value::NULL, 0.2), &mut m).unwrap();
        assert_eq!(root.least().confidence, Confidence::of(0.2).unwrap());
        root.as_list_mut().unwrap().pop();
        assert_eq!(root.least().confidence, Confidence::of(0.9).unwrap());
    }
}
