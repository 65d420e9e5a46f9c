//! What a report is made of, before it is text or HTML.

use super::bands::Bands;
use super::colour::Mark;
#[cfg(feature = "outcome")]
use super::course::Timeline;

/// A part of a report.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Block {
    Heading(String),
    /// A sentence.
    Line(String),
    Score(Score),
    Waterfall(Waterfall),
    Shares(Shares),
    Grid(Grid),
    Notices(Vec<Notice>),
    Listing(Vec<Entry>),
    #[cfg(feature = "outcome")]
    Timeline(Timeline),
}

/// A score or what else matters most, large, with what it must never be without.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Score {
    /// The number, or why there is none.
    pub(super) value: String,
    pub(super) band: Option<(Mark, String)>,
    /// What else is to be said of the band.
    pub(super) aside: Option<String>,
    /// A name and what it is.
    pub(super) facts: Vec<(String, String)>,
    /// Where it lies, if it is a score.
    pub(super) strip: Option<Strip>,
}

/// Where a score lies between 0 and 100.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Strip {
    pub(super) score: Option<f64>,
    /// An earlier score.
    pub(super) before: Option<f64>,
    pub(super) interval: Option<[f64; 2]>,
    /// When the score lies within its interval.
    pub(super) meaning: &'static str,
    pub(super) bands: Bands,
}

/// Bars that begin where the one before ends.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Waterfall {
    /// What it shows, in a phrase.
    pub(super) title: String,
    /// Whether its numbers are amounts or counts, and not points.
    pub(super) amounts: bool,
    /// The heads of its columns: what a bar is of, its size, and what makes it up.
    pub(super) heads: [String; 3],
    /// What the axis spans; none where nothing can be drawn.
    pub(super) span: Option<(f64, f64)>,
    pub(super) rows: Vec<Row>,
}

/// A line of a waterfall.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub(super) depth: usize,
    pub(super) name: String,
    /// Why, in words.
    pub(super) note: String,
    pub(super) sort: RowSort,
    pub(super) value: String,
    pub(super) detail: String,
}

/// What a line of a waterfall shows.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum RowSort {
    /// A name for the lines below it; where the bars stand.
    Group { at: Option<f64> },
    /// A bar from one number to another, and how far it could reach at most.
    Step { from: f64, to: f64, reach: Option<f64> },
    /// Nothing adds here; where the bars stand.
    Nothing { at: Option<f64> },
    /// What the bars come to, as a bar from 0.
    Total { to: f64, mark: Mark },
    /// A place on the axis.
    Stand { at: f64 },
    /// A bar from 0, how far it could reach at most, and the ends of its interval.
    #[cfg_attr(
        not(feature = "outcome"),
        expect(dead_code, reason = "only reports of outcomes have such a bar")
    )]
    Amount { to: f64, reach: Option<f64>, interval: Option<[f64; 2]> },
}

/// Parts of a whole.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shares {
    /// What it shows, in a phrase.
    pub(super) title: String,
    pub(super) parts: Vec<Share>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Share {
    pub(super) mark: Mark,
    pub(super) name: String,
    pub(super) count: usize,
}

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Grid {
    /// What it shows, in a phrase.
    pub(super) title: String,
    pub(super) heads: Vec<String>,
    pub(super) rows: Vec<Vec<Cell>>,
}

/// A cell of a table.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Cell {
    pub(super) mark: Option<Mark>,
    /// What stands in it, first of all.
    pub(super) text: String,
    /// Whether that is a number.
    pub(super) number: bool,
    /// Sentences below it.
    pub(super) notes: Vec<String>,
    pub(super) strip: Option<Strip>,
}

/// An alert, or something else that someone should act on.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Notice {
    /// Its colour on the edge, and how much it matters, in a word.
    pub(super) colour: &'static str,
    pub(super) weight: String,
    pub(super) name: String,
    /// Where it stands.
    pub(super) state: String,
    pub(super) message: String,
    /// Names and values.
    pub(super) evidence: Vec<(String, String)>,
    /// What else is to be said.
    pub(super) notes: Vec<String>,
}

/// A piece of code and what becomes of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub(super) place: String,
    pub(super) code: String,
    pub(super) state: String,
    pub(super) good: bool,
    pub(super) lines: Vec<String>,
}

impl Cell {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    pub(super) fn number(text: impl Into<String>) -> Self {
        Self { number: true, ..Self::text(text) }
    }

    pub(super) fn marked(mark: Mark, text: impl Into<String>) -> Self {
        Self { mark: Some(mark), ..Self::text(text) }
    }

    /// A score as it is written, with its band and the band's mark where that is known.
    pub(super) fn score(score: String, band: Option<&str>, bands: &Bands) -> Self {
        match bands.marked(band) {
            Some((mark, band)) => {
                Self { number: true, ..Self::marked(mark, format!("{score} {band}")) }
            }
            None => Self::number(score),
        }
    }
}

impl Shares {
    pub(super) fn total(&self) -> usize {
        self.parts.iter().map(|part| part.count).sum()
    }
}

macro_rules! blocks {
    ($($name:ident($of:ty)),*) => {
        $(impl From<$of> for Block {
            fn from(it: $of) -> Self {
                Self::$name(it)
            }
        })*
    };
}

blocks!(Score(Score), Waterfall(Waterfall), Shares(Shares), Grid(Grid));
#[cfg(feature = "outcome")]
blocks!(Timeline(Timeline));
