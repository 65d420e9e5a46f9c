//! What a state holds, read as a host reads it: from the form in which it is stored.

use foretell::State;
use serde_json::Value;

/// A section of a state; null where it holds nothing.
pub(crate) fn section(state: &State, name: &str) -> Value {
    serde_json::to_value(state).unwrap()["sections"][name]["v1"].take()
}

/// The memory of a rule's alert about a subject; null where there is none.
pub(crate) fn alert(state: &State, rule: &str, subject: &str) -> Value {
    section(state, "alerts")[rule]["subjects"][subject].take()
}

/// Whether an alert fires: told as firing or as recovering.
pub(crate) fn fires(alert: &Value) -> bool {
    matches!(alert["phase"].as_str(), Some("firing" | "recovering"))
}
