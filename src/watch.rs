//! Long calls: how far they are, and whether they go on.
//!
//! A night of a million subjects takes seconds and learning from a hundred thousand longer. A host that shows how far they are, or whose
//! user may lose patience, hands in a [`Watcher`].
//!
//! ```
//! # #[cfg(feature = "toml")] {
//! use std::ops::ControlFlow;
//! use std::sync::atomic::{AtomicBool, Ordering};
//!
//! use foretell::engine::AssessError;
//! # use foretell::frame::{Column, Frame, SubjectKind};
//! # use foretell::time::AsOf;
//! use foretell::{Config, Engine, Input, State};
//!
//! let engine = Engine::compile(&Config::parse(r#"
//!     metrics = [{ name = "logins" }]
//!     rules = [{ name = "no_login", when = "logins < 1" }]
//! "#))?;
//! # let mut frame = Frame::new(SubjectKind::Subscription, ["acme"])?;
//! # frame.insert("logins", Column::numbers([Some(0.0)]))?;
//! let stop = AtomicBool::new(false); // set by a signal, say
//! let watcher = |done: usize, of: usize| {
//!     assert!(done < of);
//!     if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
//! };
//! let (input, state) = (Input::frame(&frame).watched(&watcher), State::new());
//! let day: AsOf = "2026-03-01".parse()?;
//! assert_eq!(engine.assess(&input, day, &state)?.alerts().len(), 1);
//!
//! stop.store(true, Ordering::Relaxed);
//! let stopped = engine.assess(&input, day, &state);
//! assert!(matches!(stopped, Err(AssessError::Stopped))); // nothing is told, and `state` goes into the next night
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::cell::Cell;
use std::fmt;
use std::ops::ControlFlow;

/// Hears how far a long call is, and says whether it goes on. Any function of two numbers is one.
pub trait Watcher: Sync {
    /// So many steps are done, of so many. Steps differ in how long they take, and some that were counted may turn out not to be
    /// needed. A break ends the call with an error, and nothing has changed.
    fn at(&self, done: usize, of: usize) -> ControlFlow<()>;
}

impl<F: Fn(usize, usize) -> ControlFlow<()> + Sync> Watcher for F {
    fn at(&self, done: usize, of: usize) -> ControlFlow<()> {
        self(done, of)
    }
}

/// A watcher ended a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stopped;

/// The watcher of a call, if any.
#[derive(Clone, Copy, Default)]
pub(crate) struct Watched<'a>(Option<&'a dyn Watcher>);

impl fmt::Debug for Watched<'_> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(if self.0.is_some() { "Watched" } else { "Unwatched" })
    }
}

impl<'a> Watched<'a> {
    pub(crate) const fn by(watcher: &'a dyn Watcher) -> Self {
        Self(Some(watcher))
    }

    /// Begins so many steps.
    pub(crate) const fn steps(self, of: usize) -> Steps<'a> {
        Steps { watched: self, done: Cell::new(0), of }
    }
}

/// How far a call is.
#[derive(Debug)]
pub(crate) struct Steps<'a> {
    watched: Watched<'a>,
    done: Cell<usize>,
    of: usize,
}

impl Steps<'_> {
    /// Asks before each step whether there is to be one.
    pub(crate) fn next(&self) -> Result<(), Stopped> {
        let Some(watcher) = self.watched.0 else { return Ok(()) };
        let done = self.done.replace(self.done.get().saturating_add(1));
        match watcher.at(done.min(self.of.saturating_sub(1)), self.of) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Stopped),
        }
    }
}
