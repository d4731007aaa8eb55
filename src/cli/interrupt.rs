//! Ctrl-C: a run is cancelled and tidies up. Who asks twice is not kept waiting.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// The exit code of a process that was interrupted.
const INTERRUPTED: i32 = 130;

/// Set by whoever wants the process to end; the second wish ends it.
pub(super) fn wished() -> Arc<AtomicBool> {
    watched(&[SIGINT, SIGTERM])
}

/// Set by Ctrl-C alone.
pub(super) fn typed() -> Arc<AtomicBool> {
    watched(&[SIGINT])
}

/// Where a signal cannot be watched, it ends the process as it always did.
fn watched(signals: &[i32]) -> Arc<AtomicBool> {
    let set = Arc::new(AtomicBool::new(false));
    for &signal in signals {
        let _ = flag::register_conditional_shutdown(signal, INTERRUPTED, set.clone())
            .and_then(|_| flag::register(signal, set.clone()));
    }
    set
}
