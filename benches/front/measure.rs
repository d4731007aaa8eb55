//! CPU time and memory of a piece of work.

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// The system's allocator, which counts what is held.
pub struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is handed on to the system's allocator as it came.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Relaxed) + layout.size();
        MOST.fetch_max(held, Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Relaxed) + layout.size();
        MOST.fetch_max(held, Relaxed);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        HELD.fetch_sub(layout.size(), Relaxed);
        let held = HELD.fetch_add(size, Relaxed) + size;
        MOST.fetch_max(held, Relaxed);
        unsafe { System.realloc(place, layout, size) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(place, layout) }
    }
}

/// The most bytes that a piece of work held at once, what it gives back included.
pub fn memory<T>(work: impl FnOnce() -> T) -> usize {
    let before = HELD.load(Relaxed);
    MOST.store(before, Relaxed);
    black_box(work());
    MOST.load(Relaxed) - before
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
