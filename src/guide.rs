//! The guide: the pages of `docs/` in the repository, one a module. Here for the documentation alone.
//!
//! [`crate::guide::config`] shows all that a config can say, with links to the other pages; the table in the
//! [overview](crate) says which page is for what.
//!
//! # Beside the library
//!
//! What is not documentation of the library stands in its repository: `ARCHITECTURE.md`, `CONTRIBUTING.md`, the tables of the
//! example (`examples/data`), a service (`examples/service`), the comparison with others (`benches/peers`), the
//! Python package (`bindings/python`) and a host's features (`tests/features`).
//!
//! # How links work in both places
//!
//! A page links by reference, as in `[docs/state.md]`, and defines the reference at its end, for a reader of the repository.
//! `links.md` beside this file defines it as a path of rustdoc and stands before the page, and of two definitions
//! the first counts.
//!
//! ```
//! # #[cfg(feature = "toml")] {
//! // Configs in the pages are those that the tests read. This one has a test of its own.
//! let engine = foretell::Engine::compile(&foretell::Config::parse(r#"
//!     metrics = [{ name = "seats" }]
//!     rules = [{ name = "large", when = "seats >= 1000" }]
//!     tests = [{ name = "large", given = { seats = 1000 }, events = ["large fired at 0"] }]
//! "#))?;
//! assert!(engine.run_tests().passed());
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

/// A module for each page.
macro_rules! pages {
    ($($page:ident)+) => {
        $(
            #[doc = include_str!("guide/links.md")]
            #[doc = include_str!(concat!("../docs/", stringify!($page), ".md"))]
            pub mod $page {}
        )+
    };
}

pages! {
    config
    config_tests
    faults
    bands
    alerts
    playbooks
    calendars
    days
    loading
    own_fields
    signals
    feeds
    functions
    takes
    renaming
    operations
    state
    parts
    scale
    outcomes
    forecast
    backtest
    replay
    report
    formats
}
