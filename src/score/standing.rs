//! From a score to the band that is given, in the one order that all paths share:
//!
//! 1. the score of data, before any override, with `margin` and `min_stay` against the last band of data;
//! 2. overrides, by rule and then by hand, each on the band as on the score;
//! 3. what is missing: the best band is withheld from a score that could lie in the worst.
//!
//! So only what data did is held, an override acts on its day, and once it is lifted the band is the one that data
//! hold: the state keeps that one alone. What is missing comes last, for it is no change of data to be held back, and
//! no margin may keep a subject green of which nothing is known any more; and a score that someone set is not unsure.

use chrono::NaiveDate;

use super::band::Bands;
use super::run::ScoreCell;
use super::tree::{Effect, PartCell};
use super::withhold::ROUNDING;

impl Effect {
    /// The band with the effect, as [`Effect::on`] has the score.
    fn on_band(self, bands: &Bands, band: Option<usize>) -> Option<usize> {
        match self {
            Self::Set(it) => bands.raw(it),
            Self::Cap(it) => band.zip(bands.raw(it)).map(|(band, most)| band.min(most)),
            Self::Floor(it) => band.zip(bands.raw(it)).map(|(band, least)| band.max(least)),
        }
    }
}

impl Bands {
    /// The band that data hold: of the score before any override, which had the band `last`, by name, since a day.
    pub(super) fn held(
        &self,
        raw: f64,
        last: Option<(&str, NaiveDate)>,
        as_of: NaiveDate,
    ) -> Option<usize> {
        let last = last.and_then(|(name, since)| Some((self.find(name)?, since)));
        self.settled(raw, last, as_of)
    }

    /// The bands of a whole result.
    pub(super) fn settle(
        &self,
        cell: &mut ScoreCell,
        whole: &PartCell,
        effects: impl Iterator<Item = Effect> + Clone,
        last: Option<(&str, NaiveDate)>,
        as_of: NaiveDate,
    ) {
        let by = |score: f64, low: f64| if self.by_low && !score.is_nan() { low } else { score };
        cell.raw_band = self.raw(by(cell.score, cell.low));
        cell.data_band = self.held(by(whole.score, whole.low), last, as_of);
        cell.band = self.given(cell.data_band, effects.clone());
        let low = effects.fold(whole.low, |low, it| it.on(low));
        if self.by_low && low - cell.low > ROUNDING {
            // An override that may come to hold acts as one that does.
            cell.band = cell.band.zip(cell.raw_band).map(|(band, most)| band.min(most));
        }
        if self.withholds(cell.band, cell.score, cell.low) {
            (cell.band, cell.withheld) = (self.next_best(), true);
        }
    }

    /// The band that is given, but for what is withheld: that of data, and overrides on it, the later last.
    pub(super) fn given(
        &self,
        data: Option<usize>,
        overrides: impl IntoIterator<Item = Effect>,
    ) -> Option<usize> {
        overrides.into_iter().fold(data, |band, it| it.on_band(self, band))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::band::{Band, Bands};
    use super::Effect;

    fn bands(edges: &[(f64, bool)]) -> Bands {
        let first = (f64::NEG_INFINITY, true);
        let list =
            std::iter::once(&first).chain(edges).enumerate().map(|(at, (edge, with_edge))| Band {
                name: at.to_string(),
                edge: *edge,
                with_edge: *with_edge,
            });
        Bands::new(list.collect(), 0.0, None)
    }

    proptest! {
        /// With nothing that holds a band, what overrides make of it is the band of what they make of the score.
        #[test]
        fn an_override_does_to_the_band_what_it_does_to_the_score(
            score in prop_oneof![Just(f64::NAN), 0.0..=100.0, Just(40.0), Just(70.0)],
            effects in prop::collection::vec((0..3_u8, prop_oneof![0.0..=100.0, Just(40.0), Just(70.0)]), 0..3),
            with_edges in any::<(bool, bool)>(),
        ) {
            let bands = bands(&[(40.0, with_edges.0), (70.0, with_edges.1)]);
            let effects: Vec<Effect> = effects
                .into_iter()
                .map(|(kind, to)| match kind {
                    0 => Effect::Set(to),
                    1 => Effect::Cap(to),
                    _ => Effect::Floor(to),
                })
                .collect();
            let after = effects.iter().fold(score, |score, it| it.on(score));
            prop_assert_eq!(bands.given(bands.raw(score), effects), bands.raw(after));
        }
    }
}
