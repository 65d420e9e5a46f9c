//! How an explanation is made: a walk from the whole of a scorecard down to its factors.

use chrono::NaiveDate;

use super::explain::{Explanation, FactorLine, GroupLine};
use super::factor::Status;
use super::run::{CardRows, ScoreCell};
use super::tree::{Group, Part, PartCell, Scorecard};
use crate::frame::Table;
use crate::verdict::{Pick, Verdict, ask};

/// What an explanation says beside its scorecard's own findings.
pub(crate) struct Frame<'a> {
    pub(crate) as_of: NaiveDate,
    pub(crate) engine: &'a str,
    pub(crate) segment: Option<String>,
    pub(crate) stage: Option<String>,
    pub(crate) overridden: Option<String>,
}

impl Scorecard {
    /// Explains the only row of a chunk of one.
    pub(crate) fn explain(
        &self,
        frame: Frame<'_>,
        table: &Table,
        row: usize,
        rows: &CardRows,
    ) -> Option<Explanation> {
        let result = rows.results.first()?;
        let whole = self.groups.len().checked_sub(1)?;
        let mut walk = Walk {
            card: self,
            table,
            row,
            rows,
            applies: true,
            groups: Vec::new(),
            lines: Vec::new(),
        };
        walk.group(whole, &[], 1.0, 1.0);
        let name = |it: Option<usize>| {
            it.and_then(|number| self.bands.list.get(number)).map(|band| band.name.clone())
        };
        Some(Explanation {
            kind: self.kind,
            subject: table.ids().get(row)?.to_string(),
            scorecard: self.name.clone(),
            as_of: frame.as_of,
            engine: frame.engine.to_owned(),
            score: present(result.score),
            raw_score: present(result.raw),
            coverage: result.coverage,
            min_coverage: self.groups.last().map_or(0.0, |group| group.min_coverage),
            interval: result.interval(),
            band: name(result.band),
            raw_band: name(result.raw_band),
            withheld: name(self.bands.best().filter(|_| result.withheld)),
            oldest_input: result.oldest.and_then(date),
            edges: self.bands.edges().collect(),
            segment: frame.segment,
            stage: frame.stage,
            overridden: frame.overridden,
            groups: walk.groups,
            lines: walk.lines,
        })
    }
}

impl ScoreCell {
    /// The interval, where there is one.
    pub(crate) fn interval(&self) -> Option<[f64; 2]> {
        present(self.low).zip(present(self.high)).map(|(low, high)| [low, high])
    }
}

/// A number that is there.
pub(crate) fn present(number: f64) -> Option<f64> {
    (!number.is_nan()).then_some(number)
}

fn date(day: i32) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(day)
}

/// The walk from the whole down to the factors, handing out shares.
struct Walk<'a> {
    card: &'a Scorecard,
    table: &'a Table,
    row: usize,
    rows: &'a CardRows,
    /// Whether the group that is walked, and all around it, concern the subject.
    applies: bool,
    groups: Vec<GroupLine>,
    lines: Vec<FactorLine>,
}

impl Walk<'_> {
    fn cell(&self, part: Part) -> Option<PartCell> {
        match part {
            Part::Factor(it) => self.rows.factors.get(it).map(|factor| factor.part.cell(0)),
            Part::Group(it) => self.rows.groups.get(it).map(|group| group.cell(0)),
        }
    }

    /// Hands `weight` (as configured) and `share` (of this score) down to the parts of a group.
    fn group(&mut self, number: usize, path: &[String], weight: f64, share: f64) {
        let Some(group) = self.card.groups.get(number) else { return };
        let cells: Vec<PartCell> = group.parts.iter().filter_map(|part| self.cell(*part)).collect();
        let scored =
            self.rows.groups.get(number).is_some_and(|group| !group.cell(0).score.is_nan());
        let shares = group.aggregate.shares(&cells);
        let total: f64 = cells.iter().map(|cell| cell.weight).sum();
        for ((part, cell), part_share) in group.parts.iter().zip(&cells).zip(shares) {
            let weight = if total > 0.0 { weight * cell.weight / total } else { 0.0 };
            let share = if scored { share * part_share } else { 0.0 };
            match part {
                Part::Factor(it) => self.factor(*it, path, weight, share),
                Part::Group(it) => {
                    let Some(inner) = self.card.groups.get(*it) else { continue };
                    let mut path = path.to_vec();
                    path.push(inner.name.clone());
                    self.groups.push(GroupLine {
                        path: path.clone(),
                        score: present(cell.score),
                        coverage: cell.coverage,
                        weight,
                    });
                    let outer = self.applies;
                    self.applies &= self.concerns(inner);
                    self.group(*it, &path, weight, share);
                    self.applies = outer;
                }
            }
        }
    }

    /// Whether a group may concern the subject.
    fn concerns(&self, group: &Group) -> bool {
        let when = group.applies.and_then(|number| self.card.conditions.get(number));
        when.is_none_or(|when| ask(when, self.table, self.row) != Verdict::No)
    }

    fn factor(&mut self, number: usize, path: &[String], weight: f64, share: f64) {
        let Some(factor) = self.card.factors.get(number) else { return };
        let Some(note) = self.rows.factors.get(number).and_then(|factor| factor.notes.first())
        else {
            return;
        };
        let measured = self.rows.factors.get(number).map(|factor| factor.part.cell(0).coverage);
        let measured = measured.filter(|measured| *measured < 1.0);
        let case = |it: Pick| match it {
            Pick::Case(it) => Some(it),
            Pick::None | Pick::Unclear => None,
        };
        self.lines.push(FactorLine {
            path: path.to_vec(),
            factor: factor.name.clone(),
            metric: factor.metric.clone(),
            label: factor.label.clone(),
            unit: factor.unit.clone(),
            value: self.table.value(factor.slot, self.row),
            points: present(note.points).filter(|_| self.applies),
            weight,
            effective_weight: share,
            contribution: if share > 0.0 { share * note.points } else { 0.0 },
            status: if self.applies { note.status } else { Status::NotApplicable },
            stand_in: note.stand_in.filter(|_| self.applies),
            observed: note.seen.and_then(date),
            measured: measured.filter(|_| self.applies && note.status == Status::Measured),
            points_case: case(note.points_case),
            weight_case: case(note.weight_case),
            stalled: None,
        });
    }
}
