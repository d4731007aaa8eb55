//! Functions and agents as values.

use super::payload::Value;

/// A function of the program: which code, and the values it was made with.
#[derive(Debug)]
pub struct Closure {
    /// The number of its code in the program.
    pub code: u32,
    /// A number that no other function of this run has, which is its identity.
    pub identity: u64,
    /// What it captured; variables that it shares with others are cells.
    pub captures: Box<[Value]>,
}

/// An agent: its number among those bound, and what `with` configured.
#[derive(Clone, Debug)]
pub struct Agent {
    /// The number in the run's directory of agents.
    pub id: u32,
    /// What `a.with({ … })` was given: an object, or null.
    pub options: Value,
}
