//! What is declared of a built-in.

use std::sync::OnceLock;

use super::call::Call;
use super::form::Form;
use super::routine::{Routine, Started};
use super::signature;
use super::world::World;
use crate::types::{Effect, Signature};
use crate::value::{Fault, Kind, Value};

/// A built-in: what it is called, what it does, and what is true of it.
#[derive(Clone, Copy, Debug)]
pub struct Builtin {
    /// Its name: as a function, as a method, or as the last part of a longer spelling.
    pub name: &'static str,
    /// Whether it is a global function under its name.
    pub plain: bool,
    /// Its other spellings as a function, such as `Math.floor`.
    pub statics: &'static [&'static str],
    /// The kinds of values it is a method of.
    pub receivers: &'static [Kind],
    /// Its signature in the notation of annotations; of a method with the receiver first.
    pub signature: &'static str,
    /// What it does, in one sentence.
    pub doc: &'static str,
    /// A program and the JSON of its result.
    pub example: (&'static str, &'static str),
    /// How its work grows.
    pub cost: Cost,
    /// How large its result is.
    pub size: Size,
    /// How often it calls what it is given.
    pub calls: Calls,
    /// How grave it is for the world, if it reaches the world at all.
    pub effect: Option<Effect>,
    /// How sure its result is.
    pub law: Law,
    /// What its result has of the type of its first argument.
    pub keeps: Keeps,
    /// What a call as a method changes.
    pub mutation: Mutation,
    /// Who performs it, and how.
    pub kind: Body,
    /// What it does with a number, if that is all there is to it.
    pub number: Option<fn(f64) -> f64>,
    /// The numbers that it takes, by the names of parameters and options, where it does not take all.
    pub numbers: &'static [(&'static str, Numbers)],
}

/// The numbers that a parameter or an option takes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Numbers {
    /// Whole numbers from here to there.
    Count(f64, f64),
    /// Numbers from here to there, of which the fraction is cut off.
    Cut(f64, f64),
    /// Milliseconds, a year at most.
    Time,
    /// What another is multiplied by, from 0.
    Factor,
    /// A confidence from 0 to 1.
    Confidence,
}

/// The longest time that anything waits, in milliseconds: a year. What is longer was not meant.
const LONGEST: f64 = 366.0 * 86_400_000.0;

/// The largest whole number that is exact.
const LARGEST: f64 = 9_007_199_254_740_991.0;

impl Numbers {
    /// Whole numbers from here.
    pub const fn from(least: f64) -> Self {
        Self::Count(least, LARGEST)
    }

    /// The least and the greatest of them.
    pub const fn bounds(self) -> (f64, f64) {
        match self {
            Self::Count(least, most) | Self::Cut(least, most) => (least, most),
            Self::Time => (0.0, LONGEST),
            Self::Factor => (0.0, f64::MAX),
            Self::Confidence => (0.0, 1.0),
        }
    }

    /// Whether a number is one of them.
    pub fn has(self, number: f64) -> bool {
        let (least, most) = self.bounds();
        let number = if matches!(self, Self::Cut(..)) { number.trunc() } else { number };
        least <= number && number <= most && (number.fract() == 0.0 || !matches!(self, Self::Count(..)))
    }
}

impl std::fmt::Display for Numbers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Count(least, LARGEST) => write!(f, "a whole number from {least}"),
            Self::Count(least, most) => write!(f, "a whole number from {least} to {most}"),
            Self::Cut(least, f64::MAX) => write!(f, "a number from {least}"),
            Self::Cut(least, most) => write!(f, "a number from {least} to {most}"),
            Self::Time => f.write_str("a time from 0 to a year"),
            Self::Factor => f.write_str("a number from 0"),
            Self::Confidence => f.write_str("a confidence from 0 to 1"),
        }
    }
}

/// A computation that ends without asking anybody.
pub type Native = fn(&mut Call<'_>) -> Result<Value, Fault>;
/// A change of the value in a variable.
pub type Change = fn(&mut Value, &mut Call<'_>) -> Result<Value, Fault>;
/// The beginning of a computation that calls functions of the program.
pub type Start = fn(&mut Call<'_>) -> Result<Started, Fault>;

/// Who performs a built-in, and how.
#[derive(Clone, Copy, Debug)]
pub enum Body {
    /// A computation that ends without asking anybody.
    Native(Native),
    /// A change of the value in a variable: a method only.
    Change(Change),
    /// A computation that calls functions of the program, and so can pause: a [`Routine`].
    Routine(Start),
    /// A wish to the world, which the machine passes on.
    World(World),
    /// A form that the machine runs; with the computation that it is when its arguments are plain values, if there is one.
    Form(Form, Option<Native>),
}

/// How the work of a built-in grows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cost {
    /// It does not.
    Constant,
    /// With what it reads and builds.
    Linear,
    /// With n log n of the elements.
    Sorting,
}

/// How large a result is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Size {
    /// One value, whatever comes in.
    One,
    /// As many elements as the first argument.
    Same,
    /// At most as many elements as the first argument.
    AtMost,
    /// At most as many elements as all arguments have together.
    Sum,
    /// As many elements or characters as the number in this argument says, at most.
    Number(u8),
    /// So many more elements than the first argument.
    More(u8),
    /// Up to the limits of values.
    Limit,
}

/// How often a built-in calls what it is given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Calls {
    /// Never.
    None,
    /// Once at most.
    Once,
    /// Once for each element at most.
    Each,
    /// n log n times for n elements at most.
    Sorting,
}

/// How sure a result is. The closed set that the validator and both engines know.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Law {
    /// The minimum over everything that was read.
    Minimum,
    /// The structure is as sure as the source's; the elements keep theirs.
    Kept,
    /// The minimum of the source's structure and of every callback result that decided; the elements keep theirs.
    Decided,
    /// The minimum of the list or object and the element.
    Element,
    /// 1: it is about confidence itself, or about nothing.
    Exact,
    /// As stated: evidence `stated` if that raises.
    Stated,
    /// 1, evidence `stated`, in all parts.
    Dropped,
    /// As it was, or null at that confidence.
    Gate,
    /// The minimum of all; the parts of the last keep theirs.
    Chain,
    /// That of the one that is chosen.
    Best,
    /// At most so much.
    Cap,
    /// Its own times what is left.
    Decay,
    /// What the map gives; evidence `stated` if that raises.
    Calibrated,
    /// As endorsed; the evidence is never raised.
    Endorsed,
    /// Share times mean of those that agree.
    Agreement,
    /// Each its own.
    Each,
    /// That of what served.
    Served,
    /// The check's, 0 when refused.
    Checked,
    /// What comes from outside says it.
    World,
    /// What the agent says of its answer.
    Answer,
}

impl Law {
    /// The law in words.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Minimum => "the minimum over everything it reads",
            Self::Kept => "the structure as the source's, elements keep theirs",
            Self::Decided => {
                "the minimum of the source's and of every callback result that decided; elements keep theirs"
            }
            Self::Element => "the minimum of the container's and the element's",
            Self::Exact => "1",
            Self::Stated => "as stated; evidence `stated` if that raises",
            Self::Dropped => "1 in all parts, evidence `stated`",
            Self::Gate => "unchanged, or null at that confidence",
            Self::Chain => "the minimum of all; the parts of the last keep theirs",
            Self::Best => "that of the one that is chosen",
            Self::Cap => "its own, or the limit if that is lower",
            Self::Decay => "its own, multiplied",
            Self::Calibrated => "what the map gives; evidence `stated` if that raises",
            Self::Endorsed => "as endorsed; evidence is never raised",
            Self::Agreement => "share × mean of those that agree",
            Self::Each => "each its own",
            Self::Served => "that of what served",
            Self::Checked => "the check's, 0 when refused",
            Self::World => "1",
            Self::Answer => "what the agent's answer says of itself, unknown where it says nothing",
        }
    }
}

/// What a result has of the type of the first argument, beyond what the signature says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Keeps {
    /// Nothing that is known.
    Nothing,
    /// All of it: the same value, or one made of the same elements.
    All,
    /// The elements that a test lets through.
    Tested,
}

/// What a call as a method changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mutation {
    /// Nothing.
    None,
    /// The value in the variable, through a [`Change`]; the result is another value.
    Place,
    /// The result takes the place of the value in the variable, and is the result as well. As a function it changes nothing.
    Replace,
}

/// Lists.
pub(super) const LIST: &[Kind] = &[Kind::List];
/// Texts.
pub(super) const TEXT: &[Kind] = &[Kind::Text];
/// Lists and texts.
pub(super) const SEQUENCE: &[Kind] = &[Kind::List, Kind::Text];
/// Objects.
pub(super) const OBJECT: &[Kind] = &[Kind::Object];
/// Numbers.
pub(super) const NUMBER: &[Kind] = &[Kind::Number];
/// Everything that has no methods of its own: agents' calls are requests.
pub(super) const ANY: &[Kind] =
    &[Kind::Null, Kind::Bool, Kind::Number, Kind::Text, Kind::List, Kind::Object, Kind::Function, Kind::Error];

/// A declaration with what most have: a function and a method, the minimum law, linear cost, one value as a result.
pub(super) const fn declare(
    name: &'static str,
    signature: &'static str,
    doc: &'static str,
    example: (&'static str, &'static str),
    kind: Body,
) -> Builtin {
    Builtin {
        name,
        plain: true,
        statics: &[],
        receivers: &[],
        signature,
        doc,
        example,
        cost: Cost::Linear,
        size: Size::One,
        calls: Calls::None,
        effect: None,
        law: Law::Minimum,
        keeps: Keeps::Nothing,
        mutation: Mutation::None,
        kind,
        number: None,
        numbers: &[],
    }
}

/// A declaration of a computation that ends without asking anybody.
pub(super) const fn native(
    name: &'static str,
    signature: &'static str,
    doc: &'static str,
    example: (&'static str, &'static str),
    code: Native,
) -> Builtin {
    declare(name, signature, doc, example, Body::Native(code))
}

/// A declaration of a computation that calls its last argument for each element at most.
pub(super) const fn routine(
    name: &'static str,
    signature: &'static str,
    doc: &'static str,
    example: (&'static str, &'static str),
    start: Start,
) -> Builtin {
    let mut builtin = declare(name, signature, doc, example, Body::Routine(start));
    builtin.calls = Calls::Each;
    builtin.law = Law::Decided;
    builtin
}

/// A declaration of a method that changes the value in a variable.
pub(super) const fn change(
    name: &'static str,
    signature: &'static str,
    doc: &'static str,
    example: (&'static str, &'static str),
    code: Change,
) -> Builtin {
    let mut builtin = declare(name, signature, doc, example, Body::Change(code));
    builtin.plain = false;
    builtin.mutation = Mutation::Place;
    builtin.law = Law::Element;
    builtin
}

impl Builtin {
    /// As a method of these kinds.
    pub const fn on(mut self, receivers: &'static [Kind]) -> Self {
        self.receivers = receivers;
        self
    }

    /// Under further spellings.
    pub const fn also(mut self, statics: &'static [&'static str]) -> Self {
        self.statics = statics;
        self
    }

    /// Not as a global function under its name.
    pub const fn not_plain(mut self) -> Self {
        self.plain = false;
        self
    }

    /// With a law.
    pub const fn law(mut self, law: Law) -> Self {
        self.law = law;
        self
    }

    /// With a result that has this of the first argument's type.
    pub const fn keeps(mut self, keeps: Keeps) -> Self {
        self.keeps = keeps;
        self
    }

    /// With a result of this size.
    pub const fn size(mut self, size: Size) -> Self {
        self.size = size;
        self
    }

    /// With work that grows like this.
    pub const fn cost(mut self, cost: Cost) -> Self {
        self.cost = cost;
        self
    }

    /// With callbacks that are called so often.
    pub const fn calls(mut self, calls: Calls) -> Self {
        self.calls = calls;
        self
    }

    /// As a method, with a result that replaces what the variable holds.
    pub const fn replaces(mut self) -> Self {
        self.mutation = Mutation::Replace;
        self
    }

    /// Which computes this of one number.
    pub const fn of_number(mut self, number: fn(f64) -> f64) -> Self {
        self.number = Some(number);
        self
    }

    /// Which takes these numbers alone.
    pub const fn takes(mut self, numbers: &'static [(&'static str, Numbers)]) -> Self {
        self.numbers = numbers;
        self
    }

    /// With an effect on the world.
    pub const fn effect(mut self, effect: Effect) -> Self {
        self.effect = Some(effect);
        self
    }

    /// Every spelling as a function.
    pub fn spellings(&self) -> impl Iterator<Item = &'static str> {
        self.plain.then_some(self.name).into_iter().chain(self.statics.iter().copied())
    }
}

/// What is computed once from a declaration, when somebody asks: a small program uses few of them.
#[derive(Debug, Default)]
pub(super) struct Known {
    signature: OnceLock<Signature>,
    arity: OnceLock<(usize, Option<usize>)>,
}

impl Known {
    pub(super) fn signature(&self, builtin: &Builtin) -> &Signature {
        self.signature.get_or_init(|| signature::read(builtin.signature))
    }

    /// How many arguments it needs at least and takes at most.
    pub(super) fn arity(&self, builtin: &Builtin) -> (usize, Option<usize>) {
        *self.arity.get_or_init(|| signature::arity(builtin.signature))
    }
}

impl std::fmt::Debug for Routine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Routine({:?})", self.function())
    }
}
