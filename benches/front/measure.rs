//! CPU time and memory of a piece of work.

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// The system's allocator, which counts what is held while somebody asks.
pub struct Counting;

static COUNTS: AtomicBool = AtomicBool::new(false);
static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

fn count(more: usize, less: usize) {
    if COUNTS.load(Relaxed) {
        let held = HELD.fetch_add(more.wrapping_sub(less), Relaxed).wrapping_add(more).wrapping_sub(less);
        MOST.fetch_max(held, Relaxed);
    }
}

// SAFETY: every call is handed on to the system's allocator as it came.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size, layout.size());
        unsafe { System.realloc(place, layout, size) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        count(0, layout.size());
        unsafe { System.dealloc(place, layout) }
    }
}

/// The most bytes that a piece of work held at once. What it lets go of it has taken itself.
pub fn memory<T>(work: impl FnOnce() -> T) -> usize {
    HELD.store(0, Relaxed);
    MOST.store(0, Relaxed);
    COUNTS.store(true, Relaxed);
    black_box(work());
    COUNTS.store(false, Relaxed);
    MOST.load(Relaxed)
}

/// The CPU time of a piece of work: the best of five, each long enough for a clock that ticks rarely. With the argument
/// `--once` it is done once, for a profiler.
pub fn time<T>(mut work: impl FnMut() -> T) -> Duration {
    const LONG: Duration = Duration::from_millis(40);
    let mut turns = 1;
    let mut first = taken(&mut work, turns);
    if std::env::args().any(|argument| argument == "--once") {
        return first;
    }
    while first < LONG && turns < 1 << 20 {
        turns *= 2;
        first = taken(&mut work, turns);
    }
    (0..4).map(|_| taken(&mut work, turns)).chain([first]).min().unwrap_or_default() / turns
}

fn taken<T>(work: &mut impl FnMut() -> T, turns: u32) -> Duration {
    let start = now();
    for _ in 0..turns {
        black_box(work());
    }
    now().saturating_sub(start)
}

/// CPU time of this thread where the system tells it, the time of day elsewhere.
fn now() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let spent = spent.as_deref().and_then(|text| text.split(' ').next()).and_then(|first| first.parse().ok());
    spent.map_or_else(|| START.get_or_init(Instant::now).elapsed(), Duration::from_nanos)
}
