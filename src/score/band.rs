//! Bands: names for parts of the scale, with hysteresis so that they do not flap.

use std::sync::Arc;

use chrono::NaiveDate;

use super::settle::{least, settled};
use crate::frame::{Data, Labels};
use crate::time::Period;

/// Bands, lowest first; empty where a scorecard has none.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Bands {
    pub(crate) list: Vec<Band>,
    /// Their names, by number.
    pub(crate) labels: Arc<Labels>,
    /// How far past an edge a score must be to change the band, in points.
    pub(crate) margin: f64,
    /// How long a subject stays in a band at least.
    pub(crate) min_stay: Option<Period>,
    /// Whether the low end of the interval decides instead of the score.
    pub(crate) by_low: bool,
    /// Whether the best is withheld from a score that could be in the worst.
    pub(crate) withhold_best: bool,
}

/// A band and its lower edge.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Band {
    pub(crate) name: String,
    /// Minus infinity for the lowest.
    pub(crate) edge: f64,
    /// Whether the edge belongs to it.
    pub(crate) with_edge: bool,
}

impl Band {
    /// Whether a score is in this band or above, with its edge moved by `shift`.
    fn is_reached(&self, score: f64, shift: f64) -> bool {
        let edge = settled(self.edge + shift);
        if self.with_edge { score >= edge } else { score > edge }
    }
}

impl Bands {
    /// Bands, lowest first.
    pub(crate) fn new(mut list: Vec<Band>, margin: f64, min_stay: Option<Period>) -> Self {
        list.iter_mut().for_each(|band| band.edge = settled(band.edge));
        let labels = Labels::of(list.iter().map(|band| Arc::from(band.name.as_str())));
        Self {
            list,
            labels: Arc::new(labels),
            margin,
            min_stay,
            by_low: false,
            withhold_best: false,
        }
    }

    /// The band of a score alone.
    pub(crate) fn raw(&self, score: f64) -> Option<usize> {
        if score.is_nan() {
            return None;
        }
        self.list.iter().rposition(|band| band.is_reached(score, 0.0))
    }

    /// The band of each score alone, by number; none for no score.
    pub(super) fn fill(&self, scores: &[f64], out: &mut [u32]) {
        out.fill(Data::NO_CODE);
        // Edges ascend: a score reaches all bands up to its own.
        for (number, band) in (0u32..).zip(&self.list) {
            let rows = out.iter_mut().zip(scores);
            let edge = band.edge;
            if band.with_edge {
                rows.for_each(|(out, score)| *out = if *score >= edge { number } else { *out });
            } else {
                rows.for_each(|(out, score)| *out = if *score > edge { number } else { *out });
            }
        }
    }

    /// The band of a score that was in `last` since `since`.
    pub(crate) fn settled(
        &self,
        score: f64,
        last: Option<(usize, NaiveDate)>,
        as_of: NaiveDate,
    ) -> Option<usize> {
        let raw = self.raw(score)?;
        let Some((last, since)) = last.filter(|(it, _)| *it < self.list.len()) else {
            return Some(raw);
        };
        if self.min_stay.is_some_and(|stay| as_of < stay.after(since)) {
            return Some(last);
        }
        let mut band = last;
        while let Some(above) = self.list.get(band + 1) {
            if !above.is_reached(score, self.margin) {
                break;
            }
            band += 1;
        }
        if band == last {
            while band > 0
                && self.list.get(band).is_some_and(|band| !band.is_reached(score, -self.margin))
            {
                band -= 1;
            }
        }
        Some(band)
    }

    /// The lowest score of each band but the lowest.
    pub(crate) fn edges(&self) -> impl Iterator<Item = f64> + '_ {
        let least = |it: &Band| least(it.edge, it.with_edge);
        self.list.iter().map(least).filter(|edge| edge.is_finite())
    }

    /// The number of a band by name.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.list.iter().position(|band| band.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::{Band, Bands};

    fn bands(margin: f64, min_stay: Option<&str>) -> Bands {
        let band = |name: &str, edge, with_edge| Band { name: name.into(), edge, with_edge };
        let list = vec![
            band("red", f64::NEG_INFINITY, true),
            band("yellow", 50.0, false),
            band("green", 75.0, false),
        ];
        Bands::new(list, margin, min_stay.map(|stay| stay.parse().unwrap()))
    }

    #[test]
    fn an_edge_belongs_to_the_band_that_says_so() {
        let bands = bands(0.0, None);
        for (score, expected) in
            [(0.0, 0), (50.0, 0), (50.000_001, 1), (75.0, 1), (75.1, 2), (100.0, 2)]
        {
            assert_eq!(bands.raw(score), Some(expected), "{score}");
        }
        assert_eq!(bands.raw(f64::NAN), None);
    }

    #[test]
    fn a_band_is_left_only_past_the_margin_and_after_its_stay() {
        let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
        let since = day("2026-01-01");
        // (margin, stay, last band, score, day, expected)
        for (margin, stay, last, score, on, expected) in [
            (3.0, None, 1, 76.0, "2026-01-02", 1),
            (3.0, None, 1, 78.1, "2026-01-02", 2),
            (3.0, None, 2, 74.0, "2026-01-02", 2),
            (3.0, None, 2, 71.0, "2026-01-02", 1),
            (3.0, None, 0, 76.0, "2026-01-02", 1),
            (3.0, None, 2, 10.0, "2026-01-02", 0),
            (3.0, None, 0, 52.0, "2026-01-02", 0),
            (0.0, Some("14d"), 0, 90.0, "2026-01-14", 0),
            (0.0, Some("14d"), 0, 90.0, "2026-01-15", 2),
        ] {
            let got = bands(margin, stay).settled(score, Some((last, since)), day(on));
            assert_eq!(got, Some(expected), "{margin} {stay:?} {last} {score} {on}");
        }
        assert_eq!(bands(3.0, None).settled(51.0, None, since), Some(1), "no past, no margin");
    }
}
