//! Types as programs write them, effect classes, and signatures.

use std::sync::Arc;

/// A type of section 6 of the language. Cheap to clone.
#[derive(Clone, PartialEq, Debug)]
pub enum Type {
    /// Anything; what is not annotated.
    Any,
    /// `null`
    Null,
    /// `boolean`
    Boolean,
    /// `number`
    Number,
    /// `string`
    String,
    /// `"a"`, `1`, `true`
    Literal(Literal),
    /// `T[]`
    List(Arc<Type>),
    /// `{ a: T, b?: U, [key: string]: V }`
    Object(Arc<Shape>),
    /// `(a: T) => U`
    Function(Arc<Signature>),
    /// `T | U`, flat and without repetition; `T?` is `T | null`
    Union(Arc<[Type]>),
    /// `Analyst`, or `Agent` when no interface is named
    Agent(Option<InterfaceId>),
    /// `Analyst[3..5]`; both ends count
    Agents {
        /// The members' interface.
        interface: Option<InterfaceId>,
        /// The fewest.
        low: u32,
        /// The most.
        high: u32,
    },
    /// A declared type, which may be recursive, by its index in the program's table
    Named(TypeId),
}

/// A type that is one value.
#[derive(Clone, PartialEq, Debug)]
pub enum Literal {
    /// `"a"`
    Text(Arc<str>),
    /// `1`
    Number(f64),
    /// `true`
    Bool(bool),
}

/// What an object holds.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Shape {
    /// The fields that are named.
    pub fields: Vec<Field>,
    /// What every other key holds; none where other keys are not spoken of.
    pub others: Option<Type>,
}

impl Shape {
    /// Whether it is that of a regular expression, as the language has it.
    pub fn is_expression(&self) -> bool {
        self.fields.iter().map(|field| &*field.name).eq(["source", "flags"])
    }
}

/// A field of a [`Shape`].
#[derive(Clone, PartialEq, Debug)]
pub struct Field {
    /// Its key.
    pub name: Arc<str>,
    /// Whether it may be absent.
    pub optional: bool,
    /// What it holds.
    pub value: Type,
}

/// What a function takes and gives.
#[derive(Clone, PartialEq, Debug)]
pub struct Signature {
    /// The parameters in order.
    pub parameters: Vec<Parameter>,
    /// What it gives.
    pub result: Type,
}

/// A parameter of a [`Signature`].
#[derive(Clone, PartialEq, Debug)]
pub struct Parameter {
    /// Its name, for messages.
    pub name: Arc<str>,
    /// What it takes.
    pub value: Type,
    /// Whether it may be left out.
    pub optional: bool,
    /// Whether it takes all that follow.
    pub rest: bool,
}

/// A declared type of a program.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct TypeId(pub u32);

/// A declared agent interface of a program.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct InterfaceId(pub u32);

/// How grave a call to an agent is, from harmless to final.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Effect {
    /// Looks something up.
    Read,
    /// Asks for an answer.
    Ask,
    /// Tells somebody.
    Notify,
    /// Changes something that can be changed back.
    Act,
    /// Changes something for good.
    Irreversible,
}

impl Effect {
    /// All of them, from harmless to final.
    pub const ALL: [Effect; 5] = [Effect::Read, Effect::Ask, Effect::Notify, Effect::Act, Effect::Irreversible];

    /// Its name in programs.
    pub fn name(self) -> &'static str {
        match self {
            Effect::Read => "read",
            Effect::Ask => "ask",
            Effect::Notify => "notify",
            Effect::Act => "act",
            Effect::Irreversible => "irreversible",
        }
    }

    /// The class with this name.
    pub fn find(name: &str) -> Option<Effect> {
        Effect::ALL.into_iter().find(|effect| effect.name() == name)
    }
}
