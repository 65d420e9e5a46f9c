//! Floors: what must not be lost, as ratios of two costs in one process, so that they hold on a slow
//! machine as on a fast one.

use serde::Deserialize;

use crate::measure::Measured;

/// A bound on one figure.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Floor {
    /// The figure's name.
    pub figure: String,
    /// The argument that makes it measured, where the usual run does not.
    #[serde(default)]
    pub only_with: Option<String>,
    /// The most it may be.
    #[serde(default)]
    pub at_most: Option<f64>,
    /// The least it may be.
    #[serde(default)]
    pub at_least: Option<f64>,
}

impl Floor {
    /// The committed floors.
    ///
    /// # Panics
    /// When the file is not well formed.
    #[must_use]
    pub fn all() -> Vec<Self> {
        serde_json::from_str(include_str!("../floors.json")).expect("the floors are well formed")
    }

    /// Whether it is kept, in words.
    ///
    /// # Errors
    /// When the figure is out of its bounds, is no number, or was not measured.
    pub fn kept(&self, measured: &Measured) -> Result<String, String> {
        let bounds = [("at most", self.at_most), ("at least", self.at_least)];
        let words: Vec<String> =
            bounds.iter().filter_map(|(word, it)| it.map(|it| format!("{word} {it}"))).collect();
        let words = words.join(", ");
        let Some(&got) = measured.figures.get(&self.figure) else {
            return Err(format!("{}: expected {words}, was not measured", self.figure));
        };
        // In this form NaN is out of any bounds.
        let is_kept =
            self.at_most.is_none_or(|it| got <= it) && self.at_least.is_none_or(|it| got >= it);
        let told = format!("{}: expected {words}, got {got:.2}", self.figure);
        if is_kept { Ok(told) } else { Err(told) }
    }
}
