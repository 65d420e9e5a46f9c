//! Why a score is what it is.

use super::Report;
use super::bands::Bands;
use super::block::{Block, Row, RowSort, Waterfall};
use super::words;
use crate::Engine;
use crate::score::{Explanation, FactorLine, GroupLine};
use crate::text::number::{percent, signed, tenths};

/// The most factors that get a line of their own; the lightest of more are summed up in one. Our choice: two
/// screens, tested by `many_factors_are_summed_up`.
pub(super) const MOST_FACTORS: usize = 40;

/// How many of the costliest factors are named.
const COSTLIEST: usize = 3;

/// A report on why a score is what it is: the score with its band, coverage and interval, and a waterfall
/// of what each factor adds.
///
/// With the engine that made the explanation, bands are shown with their edges and in their order; any
/// other engine is not asked. Explanations come from
/// [`Engine::explain`](crate::engine::Engine::explain).
#[must_use]
pub fn explanation(engine: Option<&Engine>, explanation: &Explanation) -> Report {
    let about =
        format!("{} of {} on {}", explanation.scorecard, explanation.kind, explanation.as_of);
    let mut report = Report::new(&explanation.subject, about).made_by(&explanation.engine);
    let bands = Bands::made_by(engine, &explanation.engine, &explanation.scorecard);
    fill(&mut report, explanation, &bands);
    report
}

/// Adds what there is to say of a score.
pub(super) fn fill(report: &mut Report, explanation: &Explanation, bands: &Bands) {
    report.push(words::score(explanation, bands));
    if let Some(text) = costs(explanation) {
        report.push(Block::Line(text));
    }
    report.push(waterfall(explanation, bands));
}

/// What costs the most, in a sentence.
pub(super) fn costs(explanation: &Explanation) -> Option<String> {
    explanation.score?;
    let strongest = explanation.strongest(COSTLIEST);
    if strongest.is_empty() {
        return Some("No factor costs any points.".to_owned());
    }
    let one = |it: &&FactorLine| format!("{} ({})", it.factor, tenths(it.lost()));
    let all: Vec<String> = strongest.iter().map(one).collect();
    Some(format!("Most points are lost to {}.", all.join(", ")))
}

/// What each factor adds, up to the score.
pub(super) fn waterfall(explanation: &Explanation, bands: &Bands) -> Waterfall {
    let scored = explanation.raw_score.is_some();
    let mut walk = Walk { scored, at: 0.0, lines: &explanation.lines, path: &[], rows: Vec::new() };
    let (kept, others) = lightest(&explanation.lines);
    for line in kept {
        walk.groups(&explanation.groups, &line.path);
        walk.factor(line);
    }
    walk.others(&others);
    let mut rows = walk.rows;
    rows.extend(ends(explanation, bands));
    Waterfall {
        title: match explanation.score {
            Some(score) => format!("What makes up the score of {}", explanation.shown(score)),
            None => "What is known, although there is no score".to_owned(),
        },
        amounts: false,
        heads: ["factor", "adds", "points \u{d7} share"].map(str::to_owned),
        span: explanation.score.map(|_| (0.0, 100.0)),
        rows,
    }
}

/// The lines to show, and those to sum up.
fn lightest(lines: &[FactorLine]) -> (Vec<&FactorLine>, Vec<&FactorLine>) {
    if lines.len() <= MOST_FACTORS {
        return (lines.iter().collect(), Vec::new());
    }
    let mut order: Vec<usize> = (0..lines.len()).collect();
    let weight =
        |at: &usize| lines.get(*at).map_or(0.0, |line| line.effective_weight.max(line.weight));
    order.sort_by(|left, right| weight(right).total_cmp(&weight(left)));
    order.truncate(MOST_FACTORS);
    let (mut kept, mut others) = (Vec::new(), Vec::new());
    for (at, line) in lines.iter().enumerate() {
        if order.contains(&at) { kept.push(line) } else { others.push(line) }
    }
    (kept, others)
}

/// The way down the lines, with where the bars stand.
struct Walk<'a> {
    scored: bool,
    at: f64,
    lines: &'a [FactorLine],
    path: &'a [String],
    rows: Vec<Row>,
}

impl<'a> Walk<'a> {
    /// The heads of the groups that begin with this line.
    fn groups(&mut self, groups: &[GroupLine], path: &'a [String]) {
        let common = self.path.iter().zip(path).take_while(|(left, right)| left == right).count();
        for depth in common..path.len() {
            let inner = path.get(..=depth).unwrap_or(path);
            let Some(group) = groups.iter().find(|group| group.path == inner) else { continue };
            self.rows.push(self.group(group, depth));
        }
        self.path = path;
    }

    /// What the factors of a group add together: its score times its share.
    fn group(&self, group: &GroupLine, depth: usize) -> Row {
        let inside = self.lines.iter().filter(|line| line.path.starts_with(&group.path));
        let (added, share) = inside.fold((0.0, 0.0), |(added, share), it| {
            (added + it.contribution, share + it.effective_weight)
        });
        let part = group.coverage < 1.0;
        Row {
            depth,
            name: group.path.last().cloned().unwrap_or_default(),
            note: if part {
                format!("measured {}", percent(group.coverage, 1))
            } else {
                String::new()
            },
            sort: RowSort::Group { at: self.scored.then_some(self.at) },
            value: if share > 0.0 { tenths(added) } else { NOTHING.to_owned() },
            detail: match group.score {
                Some(score) if share > 0.0 => {
                    format!("{} \u{d7} {}", tenths(score), percent(share, 1))
                }
                Some(score) => format!("{} of {}", tenths(score), percent(group.weight, 1)),
                None => format!("{NOTHING} of {}", percent(group.weight, 1)),
            },
        }
    }

    fn factor(&mut self, line: &FactorLine) {
        let counted = self.scored && line.effective_weight > 0.0 && line.points.is_some();
        let sort = if counted {
            let from = self.at;
            self.at += line.contribution;
            let reach = Some(from + line.effective_weight * 100.0);
            RowSort::Step { from, to: self.at, reach }
        } else {
            RowSort::Nothing { at: self.scored.then_some(self.at) }
        };
        let share = if counted { line.effective_weight } else { line.weight };
        self.rows.push(Row {
            depth: line.path.len(),
            name: line.factor.clone(),
            note: line.why(),
            sort,
            value: if counted { tenths(line.contribution) } else { NOTHING.to_owned() },
            detail: match line.points {
                Some(points) if counted => {
                    format!("{} \u{d7} {}", tenths(points), percent(share, 1))
                }
                Some(points) => format!("{} of {}", tenths(points), percent(share, 1)),
                None => format!("{NOTHING} of {}", percent(share, 1)),
            },
        });
    }

    fn others(&mut self, lines: &[&FactorLine]) {
        if lines.is_empty() {
            return;
        }
        let from = self.at;
        let added: f64 = lines.iter().map(|line| line.contribution).sum();
        let share: f64 = lines.iter().map(|line| line.effective_weight).sum();
        self.at += added;
        let reach = Some(from + share * 100.0);
        self.rows.push(Row {
            depth: 0,
            name: format!("{} lighter factors", lines.len()),
            note: "together".to_owned(),
            sort: match self.scored {
                true => RowSort::Step { from, to: self.at, reach },
                false => RowSort::Nothing { at: None },
            },
            value: if self.scored { tenths(added) } else { NOTHING.to_owned() },
            detail: percent(share, 1),
        });
    }
}

/// What the factors come to, what is done to that by rule or by hand, and the score.
fn ends(explanation: &Explanation, bands: &Bands) -> Vec<Row> {
    let mut rows = Vec::new();
    let Some(score) = explanation.score else { return rows };
    if let Some(text) = &explanation.overridden {
        let raw = explanation.raw_score;
        let from = raw.unwrap_or(0.0);
        rows.push(Row {
            depth: 0,
            name: "override".to_owned(),
            note: text.clone(),
            sort: RowSort::Step { from, to: score, reach: None },
            value: signed(score - from, 1),
            detail: format!(
                "without it {}",
                raw.map_or_else(no_score, |value| explanation.shown(value))
            ),
        });
    }
    let band = explanation.band.as_deref();
    rows.push(Row {
        depth: 0,
        name: "score".to_owned(),
        note: band.unwrap_or_default().to_owned(),
        sort: RowSort::Total { to: score, mark: bands.mark(band.unwrap_or_default()) },
        value: explanation.shown(score),
        detail: String::new(),
    });
    rows
}

/// What stands where there is no number.
pub(super) const NOTHING: &str = "\u{2013}";

fn no_score() -> String {
    "no score".to_owned()
}
