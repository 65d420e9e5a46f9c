//! The points between which the process may die.
//!
//! A test names one by its number; the process says that it has come there, and waits to be killed.

use std::io::{self, Write as _};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The environment variable with the number of the point to wait at, from 1.
const STOP_AT: &str = "FORETELL_SERVICE_STOP_AT";

static WANTED: LazyLock<Option<usize>> =
    LazyLock::new(|| std::env::var(STOP_AT).ok()?.parse().ok());
static PASSED: AtomicUsize = AtomicUsize::new(0);

/// What was done is done; what comes next is not begun.
pub(crate) fn point(after: &str) {
    let Some(wanted) = *WANTED else { return };
    if PASSED.fetch_add(1, Ordering::Relaxed) + 1 == wanted {
        drop(writeln!(io::stdout(), "stop: {wanted}, {after}"));
        loop {
            std::thread::park();
        }
    }
}
