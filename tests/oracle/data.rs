//! Values of the reference evaluator: plain trees with their confidence and evidence, and the laws of sections 2 and 3 over them.

use indexmap::IndexMap;
use prism::builtin::BuiltinId;
use prism::diagnostic::Code;
use prism::hir::FunctionId;
use prism::source::{FileId, Span};
use prism::value::{Confidence, Evidence, Lanes};
use std::sync::{Arc, Mutex};

/// A value with its own confidence and evidence.
#[derive(Clone, Debug)]
pub struct Val {
    pub data: Data,
    pub lanes: Lanes,
}

pub type Object = IndexMap<Arc<str>, Val>;

#[derive(Clone, Debug)]
pub enum Data {
    Null,
    Bool(bool),
    Number(f64),
    Text(Arc<str>),
    List(Vec<Val>),
    Object(Object),
    Closure(Arc<Closure>),
    Builtin(BuiltinId),
    Agent(Arc<Agent>),
    Error(Arc<Thrown>),
}

/// A function with the variables it sees; equal by identity.
#[derive(Debug)]
pub struct Closure {
    pub function: FunctionId,
    pub captures: Vec<Shared>,
}

/// A shared variable, empty before its `let` ran.
pub type Shared = Arc<Slot>;

#[derive(Debug)]
pub struct Slot {
    /// The task that made it, the only one that may write it.
    pub owner: u32,
    pub value: Mutex<Option<Val>>,
}

impl Slot {
    pub fn new(owner: u32, value: Option<Val>) -> Shared {
        Arc::new(Slot { owner, value: Mutex::new(value) })
    }
}

/// Somebody who can be asked.
#[derive(Debug)]
pub struct Agent {
    pub name: Arc<str>,
    /// What `with` configured.
    pub options: Object,
    /// What it can be asked, where that is known.
    pub methods: Option<Vec<Arc<str>>>,
}

/// What is caught.
#[derive(Clone, Debug)]
pub struct Thrown {
    pub kind: Arc<str>,
    pub code: Code,
    pub message: Val,
    pub data: Val,
    pub lanes: Lanes,
    /// Where it was thrown first.
    pub file: FileId,
    pub span: Span,
}

impl From<Data> for Val {
    fn from(data: Data) -> Val {
        Val { data, lanes: Lanes::EXACT }
    }
}

impl Val {
    pub fn null() -> Val {
        Data::Null.into()
    }

    pub fn bool(it: bool) -> Val {
        Data::Bool(it).into()
    }

    pub fn number(it: f64) -> Val {
        Data::Number(it).into()
    }

    pub fn text(it: &str) -> Val {
        Data::Text(it.into()).into()
    }

    pub fn list(it: Vec<Val>) -> Val {
        Data::List(it).into()
    }

    /// With the minimum of its own and another's confidence, and the weaker evidence.
    pub fn under(mut self, lanes: Lanes) -> Val {
        self.lanes = self.lanes.meet(lanes);
        self
    }

    /// The same content with these as its own.
    pub fn with(mut self, lanes: Lanes) -> Val {
        self.lanes = lanes;
        self
    }

    /// How many parts it has, itself counted.
    pub fn size(&self) -> u64 {
        self.parts().into_iter().map(Val::size).sum::<u64>() + 1
    }

    pub fn is_null(&self) -> bool {
        matches!(self.data, Data::Null)
    }

    /// Section 2: `false null 0 NaN ""` are false.
    pub fn truth(&self) -> bool {
        match &self.data {
            Data::Null => false,
            Data::Bool(it) => *it,
            Data::Number(it) => *it != 0.0 && !it.is_nan(),
            Data::Text(it) => !it.is_empty(),
            _ => true,
        }
    }

    pub fn kind(&self) -> &'static str {
        match &self.data {
            Data::Null => "null",
            Data::Bool(_) => "boolean",
            Data::Number(_) => "number",
            Data::Text(_) => "string",
            Data::List(_) => "list",
            Data::Object(_) => "object",
            Data::Closure(_) | Data::Builtin(_) => "function",
            Data::Agent(_) => "agent",
            Data::Error(_) => "error",
        }
    }

    /// The parts of a list or object.
    pub fn parts(&self) -> Vec<&Val> {
        match &self.data {
            Data::List(it) => it.iter().collect(),
            Data::Object(it) => it.values().collect(),
            Data::Error(it) => vec![&it.message, &it.data],
            _ => Vec::new(),
        }
    }

    /// The minimum over its own lanes and those of all its parts: what reads the whole.
    pub fn whole(&self) -> Lanes {
        self.parts().into_iter().fold(self.lanes, |lanes, part| lanes.meet(part.whole()))
    }

    /// `~x`.
    pub fn confidence(&self) -> Confidence {
        self.whole().confidence
    }

    /// The same content with these through all parts.
    pub fn painted(mut self, lanes: Lanes) -> Val {
        match &mut self.data {
            Data::List(it) => it.iter_mut().for_each(|part| *part = part.clone().painted(lanes)),
            Data::Object(it) => it.values_mut().for_each(|part| *part = part.clone().painted(lanes)),
            _ => {}
        }
        self.with(lanes)
    }

    /// `x ~> c`: stated, when it raises; own is compared with own.
    pub fn state(self, confidence: Confidence) -> Val {
        let evidence = if confidence > self.lanes.confidence { Evidence::Stated } else { self.lanes.evidence };
        self.with(Lanes::new(confidence, evidence))
    }
}

/// Section 2: same type and deeply equal content, never coercion.
pub fn equal(a: &Val, b: &Val) -> bool {
    match (&a.data, &b.data) {
        (Data::Null, Data::Null) => true,
        (Data::Bool(a), Data::Bool(b)) => a == b,
        (Data::Number(a), Data::Number(b)) => a == b,
        (Data::Text(a), Data::Text(b)) => a == b,
        (Data::List(a), Data::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Data::Object(a), Data::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| equal(a, b)))
        }
        (Data::Closure(a), Data::Closure(b)) => Arc::ptr_eq(a, b),
        (Data::Builtin(a), Data::Builtin(b)) => a == b,
        (Data::Agent(a), Data::Agent(b)) => Arc::ptr_eq(a, b),
        (Data::Error(a), Data::Error(b)) => {
            a.code == b.code && a.kind == b.kind && equal(&a.message, &b.message) && equal(&a.data, &b.data)
        }
        _ => false,
    }
}

/// What `==` reads: the whole where types and lengths agree, else only what it looked at.
pub fn equal_lanes(a: &Val, b: &Val) -> Lanes {
    let agree = match (&a.data, &b.data) {
        (Data::List(a), Data::List(b)) => a.len() == b.len(),
        (Data::Object(a), Data::Object(b)) => a.len() == b.len(),
        (Data::Error(_), Data::Error(_)) => true,
        _ => false,
    };
    if agree { a.whole().meet(b.whole()) } else { a.lanes.meet(b.lanes) }
}

/// Section 2: two numbers or two texts by code point; null is below every number; nothing for what has no order.
/// `None` inside is "neither" (NaN, two nulls).
pub fn compare(a: &Val, b: &Val) -> Option<Option<std::cmp::Ordering>> {
    use std::cmp::Ordering::*;
    Some(match (&a.data, &b.data) {
        (Data::Number(a), Data::Number(b)) => a.partial_cmp(b),
        (Data::Text(a), Data::Text(b)) => Some(a.chars().cmp(b.chars())),
        (Data::Null, Data::Null) => None,
        (Data::Null, Data::Number(b)) => (!b.is_nan()).then_some(Less),
        (Data::Number(a), Data::Null) => (!a.is_nan()).then_some(Greater),
        _ => return None,
    })
}
