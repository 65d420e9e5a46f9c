//! Observations as numbers: the points of every part, the values behind them, and what happened.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use super::tree::{Found, probe};
use super::{LearnError, Moment};
use crate::config::{Better, Config, Points, Variants};
use crate::engine::{Engine, Scores};
use crate::frame::{Column, Data, SubjectKind};
use crate::outcome::history::Observation;
use crate::score::curve;
use crate::state::State;

/// Which way points go with the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::outcome) enum Way {
    Up,
    Down,
    /// Both ways, as written by an author who means it.
    Both,
}

/// What a factor's metric was, where its points may be learned.
#[derive(Debug, Clone)]
pub(super) enum Values {
    /// Only the points count.
    Fixed,
    /// Numbers, NaN for missing; which way points go with them; whether they are flags.
    Numbers { values: Vec<f64>, way: Way, flag: bool },
    /// Codes of texts, none for missing.
    Texts { codes: Vec<Option<usize>>, names: Vec<Arc<str>> },
}

/// One part over all rows.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// Points, 0 to 1 in place of 0 to 100, NaN for missing.
    pub(super) points: Vec<f64>,
    pub(super) values: Values,
    /// Its share as written.
    pub(super) written: f64,
}

/// All rows.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    pub(super) parts: Vec<Part>,
    pub(super) subjects: Vec<Arc<str>>,
    pub(super) lost: Vec<bool>,
    /// The score as written, NaN for none.
    pub(super) score: Vec<f64>,
    /// The segment of each row, where the config has any.
    pub(super) segments: Option<Vec<String>>,
    /// Observations of days or subjects that were not given.
    pub(super) unassessed: usize,
}

/// Which way the points go; `None` where they depend on more than the value.
pub(in crate::outcome) fn direction(
    points: Option<&Variants<Points>>,
    better: Option<Better>,
) -> Option<Way> {
    let way = |rises: bool| if rises { Way::Up } else { Way::Down };
    let along = |values: &mut dyn Iterator<Item = f64>| {
        let values: Vec<f64> = values.filter(|value| !value.is_nan()).collect();
        let pairs = || values.iter().zip(values.iter().skip(1));
        match (pairs().all(|(a, b)| a <= b), pairs().all(|(a, b)| a >= b)) {
            (true, false) => Some(Way::Up),
            (false, true) => Some(Way::Down),
            (false, false) => Some(Way::Both),
            // Flat points say nothing of a direction.
            (true, true) => None,
        }
    };
    match points {
        None => better.map(|better| way(better == Better::Higher)),
        Some(Variants::Cases(_)) => None,
        Some(Variants::One(points)) => match points {
            Points::Linear(it) => Some(way(it.worst < it.best)),
            Points::Piecewise(it) => along(&mut it.iter().map(|knot| knot[1])),
            Points::Steps(it) => along(&mut it.iter().map(|row| row.points.unwrap_or(f64::NAN))),
            Points::Flag(it) => Some(way(it.no <= it.yes)),
            Points::Map(_) => Some(Way::Up),
            // An expression hangs on more than the value.
            _ => curve(points).map(|curve| way(curve.rises())),
        },
    }
}

/// How the values of a part may be read, in the engine of the probes.
fn readable(config: &Config, kind: SubjectKind, part: &Found) -> Option<Way> {
    let factor = part.factor.as_ref().filter(|_| !part.guarded)?;
    let declared = config.metrics.iter().find(|metric| {
        metric.name == factor.metric && metric.subject.unwrap_or(config.subject) == kind
    });
    direction(factor.points.as_ref(), declared.and_then(|declared| declared.better))
}

/// The row in which each subject of a day stands.
pub(super) fn places(scores: &Scores, kind: SubjectKind) -> BTreeMap<&str, usize> {
    scores.subjects(kind).iter().enumerate().map(|(row, it)| (it.as_ref(), row)).collect()
}

/// Everything that is asked of the engine of the probes.
pub(super) struct Question<'a> {
    pub(super) config: &'a Config,
    pub(super) engine: &'a Engine,
    pub(super) scorecard: &'a str,
    pub(super) kind: SubjectKind,
    pub(super) parts: &'a [Found],
    pub(super) breakpoints: bool,
}

impl Question<'_> {
    /// The rows of the observations, in their order.
    pub(super) fn ask(
        &self,
        past: &[Moment<'_>],
        observations: &[Observation],
    ) -> Result<Table, LearnError> {
        let mut by_day: BTreeMap<NaiveDate, Vec<&Observation>> = BTreeMap::new();
        for it in observations {
            by_day.entry(it.as_of).or_default().push(it);
        }
        let mut out = self.empty();
        for (day, observations) in by_day {
            let Some(moment) = past.iter().find(|moment| moment.as_of == day) else {
                out.unassessed += observations.len();
                continue;
            };
            let scores = self.engine.score(&moment.input, day, &State::new());
            self.take(&scores, &observations, &mut out);
        }
        if out.lost.is_empty() && !observations.is_empty() {
            return Err(LearnError::NothingAssessed { observations: observations.len() });
        }
        Ok(out)
    }

    fn empty(&self) -> Table {
        let part = |it: &Found| {
            let way = if self.breakpoints { readable(self.config, self.kind, it) } else { None };
            let values = match (way, it.factor.as_ref().and_then(|factor| factor.points.as_ref())) {
                (Some(_), Some(Variants::One(Points::Map(_)))) => {
                    Values::Texts { codes: Vec::new(), names: Vec::new() }
                }
                (Some(way), points) => {
                    let flag = matches!(points, Some(Variants::One(Points::Flag(_))));
                    Values::Numbers { values: Vec::new(), way, flag }
                }
                (None, _) => Values::Fixed,
            };
            Part { points: Vec::new(), values, written: it.written }
        };
        let segmented = self.config.segments.iter();
        let kind = |it: &crate::config::ClassConfig| it.subject.unwrap_or(self.config.subject);
        let has = segmented.map(kind).any(|kind| kind == self.kind);
        Table {
            parts: self.parts.iter().map(part).collect(),
            segments: has.then(Vec::new),
            ..Table::default()
        }
    }

    fn take(&self, scores: &Scores, observations: &[&Observation], out: &mut Table) {
        let places = places(scores, self.kind);
        let mut rows = Vec::with_capacity(observations.len());
        for it in observations {
            match places.get(it.subject.as_ref()) {
                Some(row) => {
                    rows.push(*row);
                    out.subjects.push(Arc::clone(&it.subject));
                    out.lost.push(it.lost);
                }
                None => out.unassessed += 1,
            }
        }
        let of = |values: Option<&[f64]>, row: usize| {
            values.and_then(|values| values.get(row)).copied().unwrap_or(f64::NAN)
        };
        let score = scores.score(self.scorecard);
        out.score.extend(rows.iter().map(|row| of(score, *row)));
        if let Some(segments) = &mut out.segments {
            let column = scores.column(self.kind, "segment");
            segments.extend(rows.iter().map(|row| {
                text(column, *row).map_or_else(|| "none".to_owned(), ToString::to_string)
            }));
        }
        for (part, found) in out.parts.iter_mut().zip(self.parts) {
            let points = scores.score(probe(found));
            part.points.extend(rows.iter().map(|row| of(points, *row) / 100.0));
            let metric = found.factor.as_ref().map_or("", |factor| factor.metric.as_str());
            part.values.take(scores.column(self.kind, metric), &rows);
        }
    }
}

fn text(column: Option<&Column>, row: usize) -> Option<&Arc<str>> {
    match column?.data() {
        Data::Text { codes, labels } => labels.text(*codes.get(row)?),
        _ => None,
    }
}

impl Values {
    fn take(&mut self, column: Option<&Column>, rows: &[usize]) {
        let Some(column) = column else {
            // A metric that cannot be read as a column, such as one of a parent: its points still count.
            *self = Self::Fixed;
            return;
        };
        match self {
            Self::Fixed => {}
            Self::Numbers { values, .. } => {
                let number = |row: &usize| match column.data() {
                    Data::Number(it) => it.get(*row).copied().unwrap_or(f64::NAN),
                    Data::Flag(it) => match it.get(*row) {
                        Some(1) => 1.0,
                        Some(0) => 0.0,
                        _ => f64::NAN,
                    },
                    Data::Text { .. } => f64::NAN,
                };
                values.extend(rows.iter().map(number));
            }
            Self::Texts { codes, names } => {
                let mut known: BTreeMap<Arc<str>, usize> = names.iter().cloned().zip(0..).collect();
                for row in rows {
                    let code = text(Some(column), *row).map(|text| {
                        *known.entry(Arc::clone(text)).or_insert_with(|| {
                            names.push(Arc::clone(text));
                            names.len() - 1
                        })
                    });
                    codes.push(code);
                }
            }
        }
    }
}
