//! foretell as it is in a host whose other crates switch on features of what both depend on.
//!
//! Cargo unifies features within one build, so that here `serde_json` hands numbers over as tables, its maps keep their
//! order, and Rhai has all that may be added to it. Nothing of that may change what foretell reads, writes or says: that is
//! tested here, and in which serde formats things come back as they were. Built by itself, with `-p foretell-features`, so that
//! the features hold for no other test.
