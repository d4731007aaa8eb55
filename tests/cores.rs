//! Long runs: how long one is asked to be, and its work on all cores.

use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicU64, Ordering};

/// A number from the environment.
pub(crate) fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// Hands these numbers out to all cores, until one of them has seen enough.
pub(crate) fn on_all_cores(numbers: Range<u64>, work: impl Fn(u64) -> ControlFlow<()> + Sync) {
    let next = AtomicU64::new(numbers.start);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= numbers.end || work(number).is_break() {
                        return;
                    }
                }
            });
        }
    });
}
