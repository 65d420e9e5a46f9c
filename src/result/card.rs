//! A scorecard's results: bands at once, and how sure each score is once somebody reads it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::frame::{Data, SubjectKind};
use crate::score::{ScoreCell, Scorecard, present};

/// Once one in so many was made alone all are made: a result alone costs up to some ten times what it costs among others. Our choice.
const ONE_IN: usize = 16;

/// A subject's score with what a score must never be without.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "logins" }, { name = "nps" }]
///     [[scorecards]]
///     name = "health"
///     factors = [
///         { metric = "logins", weight = 3, points.linear = { worst = 0, best = 40 } },
///         { metric = "nps", points.linear = { worst = 0, best = 10 } },
///     ]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme"])?;
/// frame.insert("logins", Column::numbers([Some(20.0)]))?;
/// frame.insert("nps", Column::numbers([None]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let night = engine.assess(&Input::frame(&frame), day, &State::new())?;
/// let acme = night.score("health", "acme").ok_or("unknown")?;
/// assert_eq!((acme.score, acme.coverage), (Some(50.0), 0.75));
/// assert_eq!(acme.interval, Some([37.5, 62.5])); // with an NPS of 0, and of 10
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SubjectScore<'a> {
    /// The subject's id.
    pub subject: &'a str,
    /// 0 to 100; none where too little is measured.
    pub score: Option<f64>,
    /// The score before any override.
    pub raw_score: Option<f64>,
    /// The share of weight that is measured, 0 to 1.
    pub coverage: f64,
    /// The score with every missing input at its worst and at its best.
    pub interval: Option<[f64; 2]>,
    /// The band, held by margin and stay.
    pub band: Option<&'a str>,
    /// The band of the score alone.
    pub raw_band: Option<&'a str>,
    /// The best band, where it is withheld because the score could lie in the worst once all is known.
    pub withheld: Option<&'a str>,
    /// The day of the oldest input that counts, where known.
    pub oldest_input: Option<NaiveDate>,
}

/// A scorecard's results, one per subject.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CardResult {
    pub(crate) name: String,
    pub(crate) kind: SubjectKind,
    pub(crate) bands: Vec<String>,
    /// Nothing until somebody reads them, where they were not needed on the way.
    #[serde(with = "stored")]
    cells: OnceLock<Vec<ScoreCell>>,
    /// What they are made with; none for those that were stored, which are there.
    #[serde(skip)]
    source: Option<Unread>,
}

/// Results of which only bands are known.
#[derive(Debug, Clone)]
struct Unread {
    card: Arc<Scorecard>,
    /// How many were made alone.
    alone: Alone,
    /// The band that data hold of each subject, by number.
    data_bands: Vec<u32>,
}

/// How many results were made alone; a copy begins anew.
#[derive(Debug, Default)]
struct Alone(AtomicUsize);

impl Clone for Alone {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl CardResult {
    /// Results that are all there.
    pub(crate) fn of(card: &Scorecard, cells: Vec<ScoreCell>) -> Self {
        Self { cells: cells.into(), source: None, ..Self::bare(card) }
    }

    /// Results of which only the bands that data hold are there.
    pub(crate) fn unread(card: &Arc<Scorecard>, data_bands: Vec<u32>) -> Self {
        Self {
            source: Some(Unread { card: Arc::clone(card), alone: Alone::default(), data_bands }),
            ..Self::bare(card)
        }
    }

    fn bare(card: &Scorecard) -> Self {
        let bands = card.bands.list.iter().map(|band| band.name.clone()).collect();
        let name = card.name.clone();
        Self { name, kind: card.kind, bands, cells: OnceLock::new(), source: None }
    }

    /// The band that data hold of each subject, before any override, by number: what the next assessment goes on from.
    pub(crate) fn data_bands(&self) -> impl Iterator<Item = Option<usize>> {
        let codes = self.source.iter().flat_map(|it| &it.data_bands);
        let codes = codes.map(|code| (*code != Data::NO_CODE).then_some(*code as usize));
        let cells = self.cells.get().filter(|_| self.source.is_none());
        codes.chain(cells.into_iter().flatten().map(|cell| cell.data_band))
    }

    /// The results, where they are there.
    pub(crate) fn known(&self) -> Option<&[ScoreCell]> {
        self.cells.get().map(Vec::as_slice)
    }

    /// The results, made now where they are not there.
    pub(crate) fn cells(&self, make: impl FnOnce(&Scorecard) -> Vec<ScoreCell>) -> &[ScoreCell] {
        self.cells.get_or_init(|| self.unread_card().map_or_else(Vec::new, make))
    }

    fn unread_card(&self) -> Option<&Scorecard> {
        self.source.as_ref().map(|it| &*it.card)
    }

    /// The scorecard that makes one result of so many alone, where they are not there; none once many were made so.
    pub(crate) fn made_alone(&self, rows: usize) -> Option<&Scorecard> {
        let it = self.source.as_ref().filter(|_| self.cells.get().is_none())?;
        let before = it.alone.0.fetch_add(1, Ordering::Relaxed);
        (before.saturating_mul(ONE_IN) < rows).then_some(&*it.card)
    }

    pub(crate) fn view<'a>(&'a self, subject: &'a str, cell: &ScoreCell) -> SubjectScore<'a> {
        let band = |it: Option<usize>| it.and_then(|band| self.bands.get(band)).map(String::as_str);
        SubjectScore {
            subject,
            score: present(cell.score),
            raw_score: present(cell.raw),
            coverage: cell.coverage,
            interval: cell.interval(),
            band: band(cell.band),
            raw_band: band(cell.raw_band),
            withheld: self.bands.last().filter(|_| cell.withheld).map(String::as_str),
            oldest_input: cell.oldest.and_then(NaiveDate::from_num_days_from_ce_opt),
        }
    }
}

/// Results in serde formats.
mod stored {
    use std::sync::OnceLock;

    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    use crate::score::ScoreCell;

    pub(super) fn serialize<S: Serializer>(
        cells: &OnceLock<Vec<ScoreCell>>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        cells.get().map_or(&[][..], Vec::as_slice).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<OnceLock<Vec<ScoreCell>>, D::Error> {
        Vec::deserialize(from).map(OnceLock::from)
    }
}
