//! What is odd about a series of numbers, against its own history: silence, another level, a drift, a lost
//! rhythm.
//!
//! [`detect`] looks at evenly spaced numbers, oldest first, such as the use of each week, and says what of
//! all this is so at their end, in one sentence. It asks, in this order:
//!
//! 1. **Collapse**: has it fallen silent for longer than ever before, and for longer than chance would have it?
//! 2. **Lost rhythm**: was it used every so often, and is the next time long overdue?
//! 3. **Lost rhythm**, again: has a pattern within the week vanished, although it is used?
//! 4. **Drop or rise**: has its level changed in the last 16 points? **Decline or growth**: has it drifted over
//!    the last 52? Of the two the one that fits the numbers better. Of what is silent too often to have a
//!    level (more than a quarter of the points, without a rhythm) this is not asked.
//!
//! Numbers are compared as logarithms of their share of what is typical, so their unit does not matter. A
//! weekly or yearly rhythm is taken out first where it explains the numbers. Medians stand where means would, so
//! that one odd number is no signal. How often it is wrong and how often it finds what is there is tested on
//! simulated counts (`false_alarms_are_rare`, `planted_changes_are_found`).
//!
//! A change of level alone says less of a customer's future than the level itself against that of peers:
//! use a signal as the reason of an alert, and the level as a factor of a score.
//!
//! ```
//! use foretell::signal::{Finding, Options, SignalKind, detect};
//!
//! let weeks = [41.0, 38.0, 45.0, 40.0, 36.0, 43.0, 39.0, 44.0, 12.0, 10.0, 14.0, 11.0];
//! let found = detect(&weeks, &Options::default());
//! assert_eq!(found.signal().map(|signal| signal.kind), Some(SignalKind::Drop));
//! assert!(matches!(detect(&weeks[..8], &Options::default()), Finding::Quiet));
//! ```
//!
//! Must not know: dates, records, subjects.

mod level;
mod robust;
mod season;
mod silence;
#[cfg(test)]
mod tests;
mod words;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use robust::{LevelShift, TrendLine, mad, mann_kendall, median, pettitt, theil_sen};

/// The fewest numbers of which anything is said. Our choice: with fewer no test that was tried has both few
/// false alarms and some power, tested by `false_alarms_are_rare`.
pub const FEWEST: usize = 8;

/// Only so many of the newest numbers are looked at.
pub const MOST: usize = 400;

/// What is known of a series beside its numbers.
///
/// ```
/// use foretell::signal::{Every, Options, detect};
///
/// let sold = [41.0, 38.0, 45.0, 40.0, 36.0, 43.0, 39.0, 44.0, 12.0, 10.0, 14.0, 11.0];
/// let sentence = |every| detect(&sold, &Options::default().with_every(every)).signal().map(|signal| signal.sentence.clone());
/// assert_eq!(sentence(Every::Month).as_deref(), Some("fell from about 41 to about 12 a month, 4 months ago"));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Options {
    /// After how many points a rhythm repeats: 7 for days with a week, 52 for weeks with a year. At least 2;
    /// none is looked for otherwise.
    pub season: Option<usize>,
    /// What a point stands for, for the sentence.
    pub every: Every,
}

impl Options {
    /// The same with after how many points a rhythm repeats.
    #[must_use]
    pub const fn with_season(mut self, points: usize) -> Self {
        self.season = Some(points);
        self
    }

    /// The same with what a point stands for.
    #[must_use]
    pub const fn with_every(mut self, every: Every) -> Self {
        self.every = every;
        self
    }
}

/// How far apart the points of a series are, for people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Every {
    /// A day.
    Day,
    /// A week.
    Week,
    /// A month.
    Month,
    /// A quarter.
    Quarter,
    /// A year.
    Year,
    /// Anything else.
    #[default]
    Point,
}

/// What sort of signal it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SignalKind {
    /// It fell silent.
    Collapse,
    /// It was used every so often, and is not any more; or its pattern is gone.
    LostRhythm,
    /// Its level fell.
    Drop,
    /// Its level rose.
    Rise,
    /// It goes down bit by bit.
    Decline,
    /// It goes up bit by bit.
    Growth,
}

/// Something odd at the end of a series.
///
/// ```
/// use foretell::signal::{Options, SignalKind, detect};
///
/// let logins = [5.0, 7.0, 4.0, 6.0, 8.0, 5.0, 6.0, 7.0, 5.0, 6.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
/// let finding = detect(&logins, &Options::default());
/// let signal = finding.signal().ok_or("quiet")?;
/// assert_eq!((signal.kind, signal.at), (SignalKind::Collapse, 10));
/// assert!(signal.statistic >= signal.threshold);
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Signal {
    /// What it is.
    pub kind: SignalKind,
    /// The first number that belongs to it, from 0.
    pub at: usize,
    /// What was typical before, in the unit of the numbers; of a rhythm of use, how many points lay between two
    /// uses; of a pattern, its strength, 1.
    pub before: f64,
    /// What is typical since; of a rhythm of use, how many points have passed; of a pattern, how much of it is
    /// left.
    pub after: f64,
    /// Which question was answered with yes.
    pub test: Test,
    /// What the test gave.
    pub statistic: f64,
    /// From where on that is a signal.
    pub threshold: f64,
    /// All of that in a sentence, without a full stop.
    pub sentence: String,
}

/// Which test found a signal, and what its statistic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Test {
    /// Silent points in a row, at least so many.
    Silence,
    /// Points since the last use, at least so many.
    Gap,
    /// The difference of two medians, in its own robust standard deviations; at least so many.
    Medians,
    /// The p of Pettitt's test; at most so much.
    Pettitt,
    /// The statistic of the Mann-Kendall test, corrected for what numbers in a row have in common; at least so
    /// much.
    Trend,
    /// How much of the pattern is left; at most so much.
    Pattern,
}

/// What [`detect`] found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Finding {
    /// Fewer than [`FEWEST`] numbers: nothing can be said.
    TooShort,
    /// Nothing is odd.
    Quiet,
    /// Something is.
    Signal(Signal),
}

impl Finding {
    /// The signal, if there is one.
    #[must_use]
    pub const fn signal(&self) -> Option<&Signal> {
        match self {
            Self::Signal(it) => Some(it),
            Self::TooShort | Self::Quiet => None,
        }
    }
}

impl SignalKind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Collapse, Self::LostRhythm, Self::Drop, Self::Rise, Self::Decline, Self::Growth];

    /// Its name: `collapse`, `lost_rhythm`, `drop`, `rise`, `decline` or `growth`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Collapse => "collapse",
            Self::LostRhythm => "lost_rhythm",
            Self::Drop => "drop",
            Self::Rise => "rise",
            Self::Decline => "decline",
            Self::Growth => "growth",
        }
    }
}

impl fmt::Display for SignalKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Says what is odd at the end of a series, oldest number first.
///
/// A number that is not finite is missing. The answer is the same for the same numbers, and but for rounding for
/// numbers times any constant above 0. Work is bounded by that for the last [`MOST`] numbers.
///
/// ```
/// use foretell::signal::{Every, Options, SignalKind, detect};
///
/// let logins = [41.0, 38.0, 45.0, 40.0, 36.0, 43.0, 39.0, 44.0, 12.0, 10.0, 14.0, 11.0];
/// let options = Options::default().with_season(52).with_every(Every::Week);
/// let finding = detect(&logins, &options);
/// let signal = finding.signal().ok_or("quiet")?;
/// assert_eq!((signal.kind, signal.at), (SignalKind::Drop, 8));
/// assert_eq!(signal.sentence, "fell from about 41 to about 12 a week, 4 weeks ago");
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn detect(values: &[f64], options: &Options) -> Finding {
    let skipped = values.len().saturating_sub(MOST);
    let series = Series::of(values.get(skipped..).unwrap_or(values), *options);
    if series.points.len() < FEWEST {
        return Finding::TooShort;
    }
    let found = series.scale.and_then(|scale| {
        silence::find(&series, scale).or_else(|| {
            let pattern = season::find(&series, scale);
            let lost = pattern.as_ref().and_then(|pattern| season::lost(&series, scale, pattern));
            lost.or_else(|| level::find(&series, scale, pattern.as_ref()))
        })
    });
    match found {
        None => Finding::Quiet,
        Some(mut it) => {
            it.at += skipped;
            Finding::Signal(it)
        }
    }
}

/// The numbers that are there.
#[derive(Debug)]
struct Series {
    options: Options,
    /// How many there would be if none were missing.
    len: usize,
    /// Place and number.
    points: Vec<(usize, f64)>,
    /// What is typical of those that are not 0, without sign; none where all are 0.
    scale: Option<f64>,
}

/// How much a typical number is above 1 before logarithms are taken, so that 0 has one too. Our choice: large
/// enough for a half to be a half, small enough for one use in a hundred not to weigh like ten.
const LIFT: f64 = 10.0;

/// A larger share of what is typical is taken for this one.
const LARGEST: f64 = 1e12;

impl Series {
    fn of(values: &[f64], options: Options) -> Self {
        let known = values.iter().copied().enumerate().filter(|it| it.1.is_finite());
        let points: Vec<(usize, f64)> = known.collect();
        let sizes: Vec<f64> =
            points.iter().map(|point| point.1.abs()).filter(|size| *size > 0.0).collect();
        let scale = median(&sizes);
        Self { options, len: values.len(), points, scale }
    }
}

/// A number as the logarithm of its share of what is typical, about 0 for 0.
fn level(number: f64, scale: f64) -> f64 {
    let share = (number.abs() / scale).min(LARGEST);
    (share * LIFT).ln_1p().copysign(number)
}

/// The number of a logarithm.
fn number(level: f64, scale: f64) -> f64 {
    (level.abs().exp_m1() / LIFT * scale).copysign(level)
}
