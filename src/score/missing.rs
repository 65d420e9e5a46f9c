//! The missing policy: what stands in for a factor that is not measured.

use serde::{Deserialize, Serialize};

use crate::config::MissingPolicy;

/// What stands in for a factor that is not measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StandIn {
    /// The worst points it can give.
    Worst,
    /// The best points it can give.
    Best,
    /// The population's points.
    Prior,
    /// Fixed points.
    Value,
    /// Its last known value.
    Carried,
}

/// The missing policy: the points that stand in for missing ones, of the population's and of the lowest and the highest
/// that there can be. None where it puts nothing there; what it carries forward is the past's to say.
pub(crate) fn stand_in_of(
    policy: MissingPolicy,
    prior: f64,
    (low, high): (f64, f64),
) -> Option<(f64, StandIn)> {
    let (points, kind) = match policy {
        MissingPolicy::Redistribute | MissingPolicy::Carry(_) => return None,
        MissingPolicy::Worst => (low, StandIn::Worst),
        MissingPolicy::Best => (high, StandIn::Best),
        MissingPolicy::Prior => (prior, StandIn::Prior),
        MissingPolicy::Value(it) => (it, StandIn::Value),
    };
    (!points.is_nan()).then_some((points, kind))
}
