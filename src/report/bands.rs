//! The bands of a scorecard, as places on its scale.

use super::colour::Mark;
use crate::Engine;
use crate::score::{least, sided};

/// Bands, lowest first; none where nothing is known of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Bands {
    pub(super) list: Vec<Band>,
}

/// A band between two edges.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Band {
    pub(super) name: String,
    pub(super) from: f64,
    pub(super) to: f64,
    /// Its lowest score.
    pub(super) least: f64,
    pub(super) mark: Mark,
}

impl Bands {
    pub(super) fn of(engine: &Engine, scorecard: &str) -> Self {
        let cards = &engine.config().scorecards;
        let Some(card) = cards.iter().find(|card| card.name == scorecard) else {
            return Self::default();
        };
        let edge = |at: usize| {
            let band = card.bands.get(at)?;
            Some(band.from.or(band.above).unwrap_or(0.0).clamp(0.0, 100.0))
        };
        let count = card.bands.len();
        let band = |at: usize, name: &str| Band {
            name: name.to_owned(),
            from: edge(at).unwrap_or(0.0),
            to: edge(at + 1).unwrap_or(100.0),
            least: card.bands.get(at).map_or(0.0, |band| {
                least(band.from.or(band.above).unwrap_or(0.0), band.above.is_none())
            }),
            mark: Mark::band(at, count),
        };
        Self { list: card.bands.iter().enumerate().map(|(at, it)| band(at, &it.name)).collect() }
    }

    /// The same, where the engine is the one of a hash; any other is not asked.
    pub(super) fn made_by(engine: Option<&Engine>, hash: &str, scorecard: &str) -> Self {
        let engine = engine.filter(|engine| engine.hash() == hash);
        engine.map_or_else(Self::default, |engine| Self::of(engine, scorecard))
    }

    /// The mark of the band that a score lies in; a plain one where the bands are not known.
    #[cfg(feature = "outcome")]
    pub(super) fn at(&self, score: f64) -> Mark {
        let found = self.list.iter().rev().find(|band| band.from <= score);
        found.map_or_else(|| Mark::band(0, 1), |band| band.mark.clone())
    }

    /// The mark of a band by name; a plain one where the bands are not known.
    pub(super) fn mark(&self, name: &str) -> Mark {
        let found = self.list.iter().find(|band| band.name == name);
        found.map_or_else(|| Mark::band(0, 1), |band| band.mark.clone())
    }

    /// A score for people, on its side of every edge.
    pub(super) fn shown(&self, score: f64) -> String {
        let edges: Vec<f64> = self.list.iter().skip(1).map(|band| band.least).collect();
        sided(score, &edges)
    }

    /// A band with its mark.
    pub(super) fn marked(&self, name: Option<&str>) -> Option<(Mark, String)> {
        name.map(|name| (self.mark(name), name.to_owned()))
    }
}
