//! The only door to the world.
//!
//! A running program names what it wants from outside as a [`Request`] and goes on when somebody hands it a [`Reply`].
//! Both are plain data that can be written down, so that a run can be driven by a terminal, a server, a test, a journal
//! or a simulator, and replayed by any of them.

mod agents;
mod memory;
mod reply;
mod request;
mod seed;
mod time;

pub use agents::{Agent, Contract, Directory, FURTHER, Transport, micros};
pub use memory::{MOST_RETRIES, Memory, Script};
pub use reply::{Answer, Failure, Reply};
pub use request::{Batch, Call, Count, EffectName, Id, Kind, Path, Purpose, Request, Slot, Stream, Timer};
pub use seed::Seed;
pub use time::{DAYS, date, day, duration};
