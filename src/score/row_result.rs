//! What a scorecard and its groups say of one row.

/// What a scorecard says of a row. NaN for no score.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowScore {
    pub(crate) score: f64,
    /// Before any override.
    pub(crate) raw: f64,
    pub(crate) coverage: f64,
    /// By number.
    pub(crate) band: Option<usize>,
    /// Of the score alone.
    pub(crate) raw_band: Option<usize>,
}

/// A group of a row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowPoints {
    pub(crate) score: f64,
    pub(super) coverage: f64,
    pub(super) weight: f64,
}
