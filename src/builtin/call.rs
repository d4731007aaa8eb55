//! The arguments of a built-in, and what goes wrong with them.

use super::{Builtin, Numbers, signature};
use crate::diagnostic::Code;
use crate::value::{Fault, Key, Kind, Lanes, List, Meter, Object, Scalars, Value, number};

/// A call of a built-in.
pub struct Call<'a> {
    /// What it was given.
    pub arguments: Arguments<'a>,
    /// Where it charges before it works.
    pub meter: &'a mut Meter,
    /// The minimum over all arguments, where the law of the built-in is [`super::Law::Minimum`].
    pub lanes: Lanes,
}

/// The arguments of a call. What was left out is null.
pub struct Arguments<'a> {
    values: &'a mut [Value],
    builtin: &'static Builtin,
}

static NULL: Value = Value::NULL;

impl<'a> Arguments<'a> {
    pub(super) fn new(builtin: &'static Builtin, values: &'a mut [Value]) -> Self {
        Self { values, builtin }
    }

    /// The name of the built-in.
    pub fn name(&self) -> &'static str {
        self.builtin.name
    }

    /// The numbers that parameters and options take, where they do not take all.
    pub fn numbers(&self) -> &'static [(&'static str, Numbers)] {
        self.builtin.numbers
    }

    /// How many were given.
    pub fn given(&self) -> usize {
        self.values.len()
    }

    /// All of them.
    pub fn all(&self) -> &[Value] {
        self.values
    }

    /// All from one on.
    pub fn from(&self, index: usize) -> &[Value] {
        self.values.get(index..).unwrap_or_default()
    }

    /// The one at an index.
    pub fn get(&self, index: usize) -> &Value {
        self.values.get(index).unwrap_or(&NULL)
    }

    /// The one at an index, taken out.
    pub fn take(&mut self, index: usize) -> Value {
        self.values.get_mut(index).map(std::mem::take).unwrap_or_default()
    }

    /// All, taken out.
    pub fn take_all(&mut self) -> Vec<Value> {
        self.values.iter_mut().map(std::mem::take).collect()
    }

    /// The list at an index.
    pub fn list(&self, index: usize) -> Result<&List, Fault> {
        self.get(index).as_list().ok_or_else(|| self.wrong(index, "a list"))
    }

    /// The list at an index, to be changed.
    pub fn list_mut(&mut self, index: usize) -> Result<&mut List, Fault> {
        if self.values.get(index).map(Value::kind) != Some(Kind::List) {
            return Err(self.wrong(index, "a list"));
        }
        let name = self.name();
        let list = self.values.get_mut(index).and_then(Value::as_list_mut);
        list.ok_or_else(|| Fault::new(Code::R005, format!("`{name}` takes a list")))
    }

    /// The object at an index.
    pub fn object(&self, index: usize) -> Result<&Object, Fault> {
        self.get(index).as_object().ok_or_else(|| self.wrong(index, "an object"))
    }

    /// The text at an index.
    pub fn text(&self, index: usize) -> Result<&str, Fault> {
        self.get(index).as_text().ok_or_else(|| self.wrong(index, "a string"))
    }

    /// The text at an index, or another one where it was left out.
    pub fn text_or<'s>(&'s self, index: usize, other: &'s str) -> Result<&'s str, Fault> {
        if self.get(index).is_null() { Ok(other) } else { self.text(index) }
    }

    /// The text at an index with its scalars counted.
    pub fn scalars(&self, index: usize) -> Result<Scalars<'_>, Fault> {
        self.get(index).as_scalars().ok_or_else(|| self.wrong(index, "a string"))
    }

    /// The key at an index: a text, or a number as a text.
    pub fn key(&self, index: usize) -> Result<Key, Fault> {
        crate::value::path::key(self.get(index)).map_err(|_| self.wrong(index, "a string"))
    }

    /// The number at an index.
    pub fn number(&self, index: usize) -> Result<f64, Fault> {
        self.get(index).as_number().ok_or_else(|| self.wrong(index, "a number"))
    }

    /// The number at an index, or another one where it was left out.
    pub fn number_or(&self, index: usize, other: f64) -> Result<f64, Fault> {
        if self.get(index).is_null() { Ok(other) } else { self.number(index) }
    }

    /// The whole number from 0 at an index.
    pub fn count(&self, index: usize) -> Result<usize, Fault> {
        let number = self.number(index)?;
        match number >= 0.0 && number.fract() == 0.0 && number <= 9_007_199_254_740_991.0 {
            true => Ok(number as usize),
            false => Err(self.wrong(index, "a whole number from 0")),
        }
    }

    /// The whole number from 0 at an index, or another one where it was left out.
    pub fn count_or(&self, index: usize, other: usize) -> Result<usize, Fault> {
        if self.get(index).is_null() { Ok(other) } else { self.count(index) }
    }

    /// A place in a text of a length, as JavaScript's `startsWith` reads it: fractions are cut off, what lies beyond an end is
    /// the end.
    pub fn place_from_start(&self, index: usize, len: usize, other: usize) -> Result<usize, Fault> {
        let number = self.number_or(index, other as f64)?;
        Ok(if number.is_nan() { 0 } else { number.clamp(0.0, len as f64) as usize })
    }

    /// A place in a sequence of a length, as JavaScript's `slice` reads it: fractions are cut off, negative numbers count
    /// from the end, what lies beyond an end is the end.
    pub fn place(&self, index: usize, len: usize, other: usize) -> Result<usize, Fault> {
        let number = self.number_or(index, other as f64)?;
        let number = if number.is_nan() { 0.0 } else { number.trunc() };
        let from_start = if number < 0.0 { number + len as f64 } else { number };
        Ok(from_start.clamp(0.0, len as f64) as usize)
    }

    /// The function at an index.
    pub fn function(&self, index: usize) -> Result<&Value, Fault> {
        let value = self.get(index);
        if value.kind() == Kind::Function { Ok(value) } else { Err(self.wrong(index, "a function")) }
    }

    /// The option with a name in the object at an index; null where object or option was left out.
    pub fn option(&self, index: usize, name: &str) -> Result<Value, Fault> {
        match self.get(index).kind() {
            Kind::Null => Ok(Value::NULL),
            _ => Ok(self.object(index)?.get(name).cloned().unwrap_or_default()),
        }
    }

    /// The fault of an argument of the wrong kind.
    #[cold]
    pub fn wrong(&self, index: usize, wanted: &str) -> Fault {
        let value = self.get(index);
        let given = match value.as_number() {
            Some(number) => number::render(number),
            None if index < self.values.len() => value.kind().phrase().to_owned(),
            None => "nothing".to_owned(),
        };
        // Not which argument it is, because of a method the receiver would count.
        let parameter = signature::parameter(self.builtin.signature, index);
        Fault::new(Code::R005, format!("`{}` takes {wanted} as `{parameter}`, not {given}", self.name())).about(value)
    }

    /// A fault of an argument whose value is wrong.
    #[cold]
    pub fn fault(&self, message: impl std::fmt::Display) -> Fault {
        self.values.iter().fold(Fault::new(Code::R005, format!("`{}` {message}", self.name())), Fault::about)
    }
}
