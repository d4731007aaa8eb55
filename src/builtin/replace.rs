//! Replacing parts of a text by what a function of the program gives.

use serde::{Deserialize, Serialize};

use super::call::Call;
use super::regex::{Pattern, texts};
use super::routine::{Routine, Started, Step, Way};
use crate::diagnostic::Code;
use crate::value::encode::{Decoder, Encoder, Stored};
use crate::value::{ELEMENT, Fault, KEY, Lanes, MADE, Meter, Value, display};

/// A replacement under way.
#[derive(Clone)]
pub(super) struct Replace {
    text: Value,
    function: Value,
    lanes: Lanes,
    found: Vec<Found>,
    done: usize,
    out: String,
    copied: usize,
}

/// A part that is to be replaced.
#[derive(Clone)]
struct Found {
    start: usize,
    end: usize,
    groups: Vec<Value>,
}

/// Begins to replace: `replace` what is found first, or all of it when the pattern is global; with `all` all of it.
pub(super) fn start(call: &mut Call<'_>, all: bool) -> Result<Started, Fault> {
    let lanes = call.lanes;
    call.arguments.text(0)?;
    let pattern = Pattern::of_object(call.arguments.get(1), call.meter)?;
    if pattern.is_none() {
        call.arguments.text(1).map_err(|_| call.arguments.wrong(1, "a string or a regular expression"))?;
    }
    if call.arguments.get(2).as_text().is_some() {
        return fill(call, pattern.as_ref(), all).map(|text| Started::Done(Value::string(text).with(lanes)));
    }
    call.arguments.function(2).map_err(|_| call.arguments.wrong(2, "a string or a function"))?;
    let found = find(call, pattern.as_ref(), all)?;
    let (text, function) = (call.arguments.take(0), call.arguments.take(2));
    if found.is_empty() {
        return Ok(Started::Done(text.with(lanes)));
    }
    let replace = Replace { text, function, lanes, found, done: 0, out: String::new(), copied: 0 };
    Ok(Started::Running(Routine(Way::Replace(Box::new(replace)))))
}

/// What a function is to be called for.
fn find(call: &mut Call<'_>, pattern: Option<&Pattern>, all: bool) -> Result<Vec<Found>, Fault> {
    let (text, lanes) = (call.arguments.text(0)?, call.lanes);
    let meter = &mut *call.meter;
    let mut found = Vec::new();
    if let Some(pattern) = pattern {
        let most = if all || pattern.all { usize::MAX } else { 1 };
        pattern.each(text, most, meter, |captures, meter| {
            let (start, end) = captures.get(0).map_or((0, 0), |whole| (whole.start(), whole.end()));
            meter.elements(found.len(), 1)?;
            meter.apart(1, 0)?;
            found.push(Found { start, end, groups: texts(captures, lanes, meter)? });
            Ok(())
        })?;
        return Ok(found);
    }
    let wanted = call.arguments.text(1)?;
    meter.steps(text.len() as u64 / 16)?;
    for (start, matched) in text.match_indices(wanted).take(if all { usize::MAX } else { 1 }) {
        meter.elements(found.len(), 1)?;
        meter.apart(1, ELEMENT)?;
        meter.steps(MADE)?;
        found.push(Found { start, end: start + matched.len(), groups: vec![Value::text(matched).with(lanes)] });
    }
    Ok(found)
}

/// Replaces by a text in which `$1`, `$<name>`, `$&` and `$$` stand for what was found.
fn fill(call: &mut Call<'_>, pattern: Option<&Pattern>, all: bool) -> Result<String, Fault> {
    let (text, with) = (call.arguments.text(0)?, call.arguments.text(2)?);
    let meter = &mut *call.meter;
    let mut filled = Filled { text, with, out: String::new(), copied: 0 };
    match pattern {
        Some(pattern) => {
            let most = if all || pattern.all { usize::MAX } else { 1 };
            let named = pattern.regex.capture_names().any(|name| name.is_some());
            pattern.each(text, most, meter, |captures, meter| {
                let (start, end) = captures.get(0).map_or((0, 0), |whole| (whole.start(), whole.end()));
                let group = |number: usize| {
                    (number < captures.len()).then(|| captures.get(number).map_or("", |group| group.as_str()))
                };
                let name = |name: &str| named.then(|| captures.name(name).map_or("", |group| group.as_str()));
                filled.put(start, end, &group, &name, meter)
            })?;
        }
        None => {
            let wanted = call.arguments.text(1)?;
            meter.steps(text.len() as u64 / 16)?;
            for (start, matched) in text.match_indices(wanted).take(if all { usize::MAX } else { 1 }) {
                filled.put(start, start + matched.len(), &|_| None, &|_| None, meter)?;
            }
        }
    }
    filled.add(&text[filled.copied..], meter)?;
    Ok(filled.out)
}

/// A text in which parts are replaced by another text.
struct Filled<'t> {
    text: &'t str,
    with: &'t str,
    out: String,
    copied: usize,
}

impl<'t> Filled<'t> {
    fn add(&mut self, part: &str, meter: &mut Meter) -> Result<(), Fault> {
        meter.append(self.out.len() as u64, part.len() as u64)?;
        self.out.push_str(part);
        Ok(())
    }

    /// Replaces the part from start to end, which has these groups by number and by name.
    fn put<'g>(
        &mut self,
        start: usize,
        end: usize,
        group: &dyn Fn(usize) -> Option<&'g str>,
        named: &dyn Fn(&str) -> Option<&'g str>,
        meter: &mut Meter,
    ) -> Result<(), Fault> {
        let text = self.text;
        meter.steps(KEY)?;
        self.add(&text[self.copied..start], meter)?;
        self.copied = end;
        let mut rest = self.with;
        while let Some(at) = rest.find('$') {
            self.add(&rest[..at], meter)?;
            rest = &rest[at + 1..];
            let digits = rest.bytes().take(2).take_while(u8::is_ascii_digit).count();
            let numbered = (1..=digits).rev().find_map(|count| {
                let number: usize = rest[..count].parse().ok()?;
                group(number).filter(|_| number > 0).map(|group| (group, count))
            });
            let name = rest.strip_prefix('<').and_then(|name| name.split_once('>'));
            if let Some((part, count)) = numbered {
                self.add(part, meter)?;
                rest = &rest[count..];
            } else if let Some((part, behind)) = name.and_then(|(name, behind)| Some((named(name)?, behind))) {
                self.add(part, meter)?;
                rest = behind;
            } else {
                let (part, taken) = match rest.as_bytes().first() {
                    Some(b'$') => ("$", 1),
                    Some(b'&') => (&text[start..end], 1),
                    Some(b'`') => (&text[..start], 1),
                    Some(b'\'') => (&text[end..], 1),
                    _ => ("$", 0),
                };
                self.add(part, meter)?;
                rest = &rest[taken..];
            }
        }
        self.add(rest, meter)
    }
}

impl Replace {
    pub(super) fn function(&self) -> &Value {
        &self.function
    }

    pub(super) fn offered(&self) -> usize {
        self.found.get(self.done).map_or(0, |found| found.groups.len() + 2)
    }

    pub(super) fn argument(&self, index: usize) -> Value {
        let Some(found) = self.found.get(self.done) else { return Value::NULL };
        match found.groups.get(index) {
            Some(group) => group.clone(),
            None if index == found.groups.len() => {
                let scalars = self.text.as_scalars().map_or(0, |text| text.index(found.start));
                Value::number(scalars as f64).with(self.lanes)
            }
            None => self.text.clone().with(self.lanes),
        }
    }

    pub(super) fn resume(&mut self, reply: Value, meter: &mut Meter) -> Result<Step, Fault> {
        self.lanes = self.lanes.meet(meter.least(&reply)?);
        let part = display::render(&reply, meter)?;
        let text = self.text.as_text().unwrap_or_default();
        if let Some(found) = self.found.get(self.done) {
            meter.append(self.out.len() as u64, (found.start - self.copied + part.len()) as u64)?;
            self.out.push_str(&text[self.copied..found.start]);
            self.out.push_str(&part);
            self.copied = found.end;
        }
        self.done += 1;
        if self.done < self.found.len() {
            return Ok(Step::Call);
        }
        meter.append(self.out.len() as u64, (text.len() - self.copied) as u64)?;
        self.out.push_str(&text[self.copied..]);
        Ok(Step::Done(Value::string(std::mem::take(&mut self.out)).with(self.lanes)))
    }

    pub(super) fn store(&self, encoder: &mut Encoder) -> StoredReplace {
        StoredReplace {
            text: encoder.store(&self.text),
            function: encoder.store(&self.function),
            lanes: encoder.store(&Value::NULL.with(self.lanes)),
            found: self
                .found
                .iter()
                .map(|found| {
                    let groups = found.groups.iter().map(|group| group.as_text().map(str::to_owned)).collect();
                    (found.start, found.end, groups)
                })
                .collect(),
            group_lanes: self
                .found
                .first()
                .and_then(|found| found.groups.first())
                .map(|group| encoder.store(&Value::NULL.with(group.lanes()))),
            done: self.done,
            out: self.out.clone(),
            copied: self.copied,
        }
    }

    pub(super) fn load(stored: &StoredReplace, decoder: &Decoder) -> Result<Self, Fault> {
        let damaged = || Fault::new(Code::R012, "the stored state is damaged; start the run again");
        let text = decoder.load(stored.text)?;
        let function = decoder.load(stored.function)?;
        let lanes = decoder.load(stored.lanes)?.lanes();
        let group_lanes =
            stored.group_lanes.map_or(Ok(lanes), |stored| decoder.load(stored).map(|value| value.lanes()))?;
        let content = text.as_text().ok_or_else(damaged)?;
        let mut from = 0;
        let mut found = Vec::with_capacity(stored.found.len());
        for (start, end, groups) in &stored.found {
            if *start < from || start > end || content.get(*start..*end).is_none() {
                return Err(damaged());
            }
            from = *end;
            let value = |text: &Option<String>| text.as_deref().map_or(Value::NULL, Value::text).with(group_lanes);
            found.push(Found { start: *start, end: *end, groups: groups.iter().map(value).collect() });
        }
        let (done, copied) = (stored.done, stored.copied);
        if done >= found.len() || copied > found[done].start || !content.is_char_boundary(copied) {
            return Err(damaged());
        }
        Ok(Self { text, function, lanes, found, done, out: stored.out.clone(), copied })
    }

    pub(super) fn values(&self) -> Vec<&Value> {
        vec![&self.text, &self.function]
    }
}

/// A [`Replace`] as plain data.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct StoredReplace {
    text: Stored,
    function: Stored,
    lanes: Stored,
    found: Vec<(usize, usize, Vec<Option<String>>)>,
    group_lanes: Option<Stored>,
    done: usize,
    out: String,
    copied: usize,
}
