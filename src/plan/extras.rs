//! What of a scorecard is filled only where something reads it: how sure a score is, and how sure its groups are.
//!
//! One table says what there is, what it is called and where it comes from. A scorecard of which one is read runs
//! whole, with intervals, in `score` too; a single subject then takes columns.

use std::borrow::Cow;

use chrono::Datelike as _;

use crate::book::own::{is_own, split_last};
use crate::score::{CardRows, PartCell, ScoreCell};
use crate::time::AsOf;

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extra {
    Whole(Whole),
    /// Of a group by its number.
    Group(usize, Share),
}

/// What is said of a whole score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whole {
    Low,
    High,
    Oldest,
    /// Whether it may have none: 1, else 0. No name reads it.
    Lacks,
}

/// What is said of a group's score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Share {
    Coverage,
    Low,
    High,
    /// As [`Whole::Lacks`].
    Lacks,
}

/// Names after that of a scorecard, what they read, and the highest that it can be.
pub(crate) const WHOLE: [(&str, Whole, f64); 3] = [
    ("low", Whole::Low, 100.0),
    ("high", Whole::High, 100.0),
    ("oldest_input_days", Whole::Oldest, f64::MAX),
];

/// Names after that of a group.
pub(crate) const GROUP: [(&str, Share, f64); 3] =
    [("coverage", Share::Coverage, 1.0), ("low", Share::Low, 100.0), ("high", Share::High, 100.0)];

/// Another name of what every scorecard has.
pub(crate) const RAW: &str = "raw";

/// What conditions read of every scorecard beside its score and its groups: no group at the top is called so.
pub(crate) fn reserved() -> impl Iterator<Item = &'static str> {
    let always = ["raw_score", "coverage", "band", "raw_band", RAW];
    always.into_iter().chain(WHOLE.iter().map(|pair| pair.0))
}

/// The name of the column that holds what a name reads: `health.raw` and `health.raw_score` are one.
pub(crate) fn computed_as(name: &str) -> Cow<'_, str> {
    match split_last(name) {
        Some((head, RAW)) if !is_own(name) => Cow::Owned(format!("{head}.raw_score")),
        _ => Cow::Borrowed(name),
    }
}

impl Extra {
    /// What a scorecard that has run over the rows of a chunk says of them, and which of it is solid.
    pub(crate) fn fill(self, rows: &CardRows, as_of: AsOf, out: &mut (Vec<f64>, Vec<bool>)) {
        match self {
            Self::Whole(what) => {
                out.0.extend(rows.results.iter().map(|result| what.of(result, as_of)));
                out.1.extend(rows.results.iter().map(|result| result.solid));
            }
            Self::Group(number, what) => {
                let part = rows.groups.get(number);
                let cells = (0..rows.results.len()).filter_map(|at| Some(part?.cell(at)));
                for cell in cells {
                    out.0.push(what.of(&cell));
                    out.1.push(match what {
                        Share::Coverage => cell.is_coverage_solid(),
                        _ => cell.is_solid(),
                    });
                }
            }
        }
    }
}

impl Whole {
    fn of(self, cell: &ScoreCell, as_of: AsOf) -> f64 {
        match self {
            Self::Low => cell.low,
            Self::High => cell.high,
            Self::Oldest => cell.oldest.map_or(f64::NAN, |day| days_since(day, as_of)),
            Self::Lacks => f64::from(u8::from(cell.lacks)),
        }
    }
}

impl Share {
    fn of(self, cell: &PartCell) -> f64 {
        match self {
            Self::Coverage => cell.coverage,
            Self::Low => cell.low,
            Self::High => cell.high,
            Self::Lacks => f64::from(u8::from(cell.doubt.absent)),
        }
    }
}

/// Whole days from a day, by its number, to the day of the assessment.
fn days_since(day: i32, as_of: AsOf) -> f64 {
    f64::from(as_of.day().num_days_from_ce().saturating_sub(day).max(0))
}

impl Extra {
    /// How its name ends, and the highest that it can be.
    pub(crate) fn last(self) -> (&'static str, f64) {
        let lacks = ("lacks", 1.0);
        match self {
            Self::Whole(it) => {
                WHOLE.iter().find(|row| row.1 == it).map_or(lacks, |row| (row.0, row.2))
            }
            Self::Group(_, it) => {
                GROUP.iter().find(|row| row.1 == it).map_or(lacks, |row| (row.0, row.2))
            }
        }
    }
}
