//! What the walk has spent beside the instructions that it counts: on putting together what is known on many ways.
//!
//! An instruction costs more the more is known where it stands. What is spent is counted where most of it goes, the same in
//! every run, so that a text is refused by what it asks for and not by how fast the machine is.

use std::cell::Cell;

thread_local! {
    static SPENT: Cell<u64> = const { Cell::new(0) };
}

/// Begins to count.
pub(super) fn begin() {
    SPENT.with(|spent| spent.set(0));
}

/// Something was looked at.
pub(super) fn spend(steps: u64) {
    SPENT.with(|spent| spent.set(spent.get() + steps));
}

/// What was spent so far.
pub(super) fn spent() -> u64 {
    SPENT.with(Cell::get)
}
