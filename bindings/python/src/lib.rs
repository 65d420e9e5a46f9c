//! foretell for Python: converts, calls, converts back.
//!
//! Data come and go by the Arrow PyCapsule interface (`capsule`, the only unsafe code). Every class is frozen and holds
//! nothing that changes, and while the library works the interpreter is let go, so that threads score at once.

mod arg;
mod assessment;
mod book;
mod capsule;
mod checked;
mod convert;
mod engine;
mod errors;
mod explain;
mod functions;
mod input;
mod options;
mod outbox;
mod parts;
mod past;
mod presence;
mod replay;
mod report;
mod scores;
mod state;
mod table;
mod reports;

/// The compiled half of the package `foretell`.
#[pyo3::pymodule(gil_used = false)]
mod _foretell {
    #[pymodule_export]
    use crate::assessment::Assessment;
    #[pymodule_export]
    use crate::book::Book;
    #[pymodule_export]
    use crate::engine::Engine;
    #[pymodule_export]
    use crate::explain::{Change, Explanation};
    #[pymodule_export]
    use crate::outbox::{Delivery, DeliveryGroup, Outbox};
    #[pymodule_export]
    use crate::parts::Population;
    #[pymodule_export]
    use crate::replay::Replay;
    #[pymodule_export]
    use crate::report::Report;
    #[pymodule_export]
    use crate::reports::{Plan, TestReport};
    #[pymodule_export]
    use crate::scores::Scores;
    #[pymodule_export]
    use crate::state::State;
    #[pymodule_export]
    use crate::table::Table;

    /// The version of the package.
    #[pymodule_export]
    #[allow(non_upper_case_globals, reason = "it is called so in Python")]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
