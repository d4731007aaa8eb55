//! Values as plain data that can be stored and read in another process.
//!
//! Unlike JSON this keeps everything: lanes, functions, agents, numbers that are not finite, which storage is shared,
//! and what a container remembers, because what a later step costs depends on them.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::confidence::{Confidence, Evidence, Lanes};
use super::error::Error;
use super::fault::Fault;
use super::function::{Agent, Closure};
use super::list::{List, Range};
use super::object::Object;
use super::payload::{Value, View};
use super::text::Key;
use crate::diagnostic::Code;

/// The contents of values, each named by its index; what a content is made of stands before it.
#[derive(Clone, Default, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pool(Vec<Content>);

/// A value: which content of a [`Pool`], and its lanes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stored(u32, u32, u8);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Content {
    Null,
    Bool(bool),
    /// The bits, because JSON has no form for all numbers.
    Number(u64),
    Text(String),
    List {
        items: Vec<Stored>,
        remembers: bool,
        depth: u8,
    },
    Range {
        start: u64,
        step: u64,
        len: usize,
        lanes: (u32, u8),
        built: bool,
    },
    Object {
        entries: Vec<(Stored, Stored)>,
        remembers: bool,
        depth: u8,
    },
    Closure {
        code: u32,
        identity: u64,
        captures: Vec<Stored>,
    },
    Native(u16),
    Agent {
        id: u32,
        options: Stored,
    },
    Error {
        code: String,
        message: Stored,
        data: Stored,
    },
    Cell(u32),
}

/// Turns values into plain data. One serves all values of a machine, so that what they share stays shared.
#[derive(Default)]
pub struct Encoder {
    pool: Pool,
    known: HashMap<usize, u32>,
}

impl Encoder {
    /// Knows no values yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Stores a value. It must live as long as the encoder is used.
    pub fn store(&mut self, value: &Value) -> Stored {
        // Functions hold functions without end, so this must not recurse: parts first, then what is made of them.
        let mut ahead = vec![(value, false)];
        let mut parts = Vec::new();
        while let Some((value, ready)) = ahead.pop() {
            match value.address() {
                Some(address) if !self.known.contains_key(&address) => {
                    if ready {
                        let content = self.content(value);
                        let index = self.push(content);
                        self.known.insert(address, index);
                    } else {
                        ahead.push((value, true));
                        value.parts(&mut parts);
                        ahead.extend(parts.drain(..).map(|part| (part, false)));
                    }
                }
                _ => {}
            }
        }
        self.stored(value)
    }

    fn push(&mut self, content: Content) -> u32 {
        self.pool.0.push(content);
        self.pool.0.len() as u32 - 1
    }

    /// A value whose parts are stored.
    fn stored(&mut self, value: &Value) -> Stored {
        let lanes = value.lanes();
        let known = value.address().and_then(|address| self.known.get(&address).copied());
        let index = known.unwrap_or_else(|| {
            let content = self.content(value);
            self.push(content)
        });
        Stored(index, lanes.confidence.bits(), lanes.evidence as u8)
    }

    fn content(&mut self, value: &Value) -> Content {
        if let Some(range) = value.as_range() {
            let (start, step, lanes) = range.parts();
            let lanes = (lanes.confidence.bits(), lanes.evidence as u8);
            let (start, step) = (start.to_bits(), step.to_bits());
            return Content::Range { start, step, len: range.len(), lanes, built: range.is_built() };
        }
        match value.view() {
            View::Null => Content::Null,
            View::Bool(bool) => Content::Bool(bool),
            View::Number(number) => Content::Number(number.to_bits()),
            View::Text(text) => Content::Text(text.to_owned()),
            View::List(list) => Content::List {
                items: list.iter().map(|item| self.stored(item)).collect(),
                remembers: list.remembers_lowest(),
                depth: list.depth(),
            },
            View::Object(object) => Content::Object {
                entries: object.iter().map(|(key, value)| (self.stored(key.as_value()), self.stored(value))).collect(),
                remembers: object.remembers_lowest(),
                depth: object.depth(),
            },
            View::Closure(closure) => Content::Closure {
                code: closure.code,
                identity: closure.identity,
                captures: closure.captures.iter().map(|value| self.stored(value)).collect(),
            },
            View::Native(id) => Content::Native(id),
            View::Agent(agent) => Content::Agent { id: agent.id, options: self.stored(&agent.options) },
            View::Error(error) => Content::Error {
                code: error.code.name().to_owned(),
                message: self.stored(&error.message),
                data: self.stored(&error.data),
            },
            View::Cell(index) => Content::Cell(index),
        }
    }

    /// The contents of all that was stored.
    pub fn finish(self) -> Pool {
        self.pool
    }
}

/// Turns plain data back into values.
pub struct Decoder(Vec<Value>);

impl Decoder {
    /// Builds the contents; refused when the data was not written by an [`Encoder`].
    pub fn new(pool: &Pool) -> Result<Self, Fault> {
        let mut decoder = Self(Vec::with_capacity(pool.0.len()));
        for content in &pool.0 {
            let value = decoder.build(content)?;
            decoder.0.push(value);
        }
        Ok(decoder)
    }

    /// The value that was stored.
    pub fn load(&self, stored: Stored) -> Result<Value, Fault> {
        let Stored(index, confidence, evidence) = stored;
        let value = self.0.get(index as usize).ok_or_else(broken)?;
        Ok(value.clone().with(lanes(confidence, evidence)?))
    }

    fn all(&self, stored: &[Stored]) -> Result<Vec<Value>, Fault> {
        stored.iter().map(|&stored| self.load(stored)).collect()
    }

    fn build(&self, content: &Content) -> Result<Value, Fault> {
        Ok(match content {
            Content::Null => Value::NULL,
            Content::Bool(bool) => Value::bool(*bool),
            Content::Number(bits) => Value::number(f64::from_bits(*bits)),
            Content::Text(text) => Value::text(text),
            Content::List { items, remembers, depth } => {
                let mut list = List::new(self.all(items)?)?;
                list.restore(*remembers, *depth)?;
                Value::from(list)
            }
            Content::Range { start, step, len, lanes: (confidence, evidence), built } => {
                let lanes = lanes(*confidence, *evidence)?;
                let range = Range::new(f64::from_bits(*start), f64::from_bits(*step), *len, lanes);
                if *built {
                    range.list();
                }
                Value::from(range)
            }
            Content::Object { entries, remembers, depth } => {
                let mut object = Object::with_capacity(entries.len());
                for &(key, value) in entries {
                    let key = Key::of(&self.load(key)?).ok_or_else(broken)?;
                    object.insert(key, self.load(value)?)?;
                }
                object.restore(*remembers, *depth)?;
                Value::from(object)
            }
            Content::Closure { code, identity, captures } => {
                let captures = self.all(captures)?.into_boxed_slice();
                Value::closure(Closure { code: *code, identity: *identity, captures })
            }
            Content::Native(id) => Value::native(*id),
            Content::Agent { id, options } => Value::agent(Agent { id: *id, options: self.load(*options)? }),
            Content::Error { code, message, data } => Value::error(Error {
                code: Code::find(code).ok_or_else(broken)?,
                message: self.load(*message)?,
                data: self.load(*data)?,
            }),
            Content::Cell(index) => Value::cell(*index),
        })
    }
}

fn lanes(confidence: u32, evidence: u8) -> Result<Lanes, Fault> {
    let confidence = Confidence::from_bits(confidence).ok_or_else(broken)?;
    let evidence = Evidence::ALL.get(evidence as usize).ok_or_else(broken)?;
    Ok(Lanes::new(confidence, *evidence))
}

#[cold]
fn broken() -> Fault {
    Fault::new(Code::R012, "the stored state is damaged; start the run again")
}

#[cfg(test)]
mod tests {
    use super::super::{Limits, Meter, display};
    use super::*;

    #[test]
    fn everything_survives_storage() {
        let shared = Value::list(vec![Value::text("a text of some length"), Value::number(f64::NAN)]).unwrap();
        let doubtful = shared.clone().with(Lanes::UNKNOWN);
        let closure =
            Value::closure(Closure { code: 3, identity: 9, captures: vec![Value::cell(2), shared.clone()].into() });
        let range = Value::from(Range::new(0.0, 1.0, 3, Lanes::EXACT));
        let root = Value::object([
            (Key::new("shared"), shared),
            (Key::new("doubtful"), doubtful),
            (Key::new("closure"), closure),
            (Key::new("range"), range),
        ])
        .unwrap();
        let mut encoder = Encoder::new();
        let stored = encoder.store(&root);
        let pool = encoder.finish();
        let text = serde_json::to_string(&(&pool, stored)).unwrap();
        let (pool, stored): (Pool, Stored) = serde_json::from_str(&text).unwrap();
        let decoder = Decoder::new(&pool).unwrap();
        let copy = decoder.load(stored).unwrap();
        drop(decoder);
        let object = copy.as_object().unwrap();
        assert_eq!(object.get("shared").unwrap().address(), object.get("doubtful").unwrap().address());
        assert_eq!(object.get("doubtful").unwrap().lanes(), Lanes::UNKNOWN);
        assert_eq!(object.get("closure").unwrap().as_closure().unwrap().captures[0].as_cell(), Some(2));
        assert!(!object.get("range").unwrap().as_range().unwrap().is_built());
        let mut meter = Meter::new(Limits::SANDBOX);
        assert_eq!(display::render(&copy, &mut meter), display::render(&root, &mut meter));
    }

    #[test]
    fn long_chains_of_functions_are_stored() {
        let mut chain = Value::NULL;
        for identity in 0..50_000 {
            chain = Value::closure(Closure { code: 0, identity, captures: vec![chain].into() });
        }
        let mut encoder = Encoder::new();
        let stored = encoder.store(&chain);
        let copy = Decoder::new(&encoder.finish()).unwrap().load(stored).unwrap();
        assert_eq!(copy.as_closure().unwrap().identity, 49_999);
    }

    #[test]
    fn damaged_data_is_refused() {
        let pool = Pool(vec![Content::List { items: vec![Stored(7, 0, 0)], remembers: true, depth: 1 }]);
        assert!(Decoder::new(&pool).is_err());
        assert!(Decoder::new(&Pool(vec![Content::Null])).unwrap().load(Stored(0, u32::MAX, 0)).is_err());
    }
}
