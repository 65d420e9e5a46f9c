//! An assessment of many subjects at a glance.

use super::Report;
use super::bands::Bands;
use super::block::{Block, Cell, Grid, Share, Shares, Strip};
use super::colour::Mark;
use super::explanation::NOTHING;
use super::subject::{evidence, sort};
use super::{notes, words};
use crate::alert::OpenAlert;
use crate::engine::{RuleResult, SubjectScore};
use crate::fault::Fault;
use crate::text::number::{self, counted, percent, tenths};
use crate::{Assessment, Engine};

/// How many reasons are given for a low score.
const REASONS: usize = 2;

/// A report on an assessment: for each scorecard how many subjects are in each band and which have the
/// lowest scores and why, then how often each rule fires, the most severe alerts, and what was wrong with the
/// input.
///
/// `most` is the length of each list of subjects and alerts. Of equal scores the one whose id comes first in
/// order is listed first. Reasons are given where this engine made the assessment.
#[must_use]
pub fn overview(engine: &Engine, assessment: &Assessment, most: usize) -> Report {
    let name = engine.config().name.clone();
    let about = format!("assessment on {}", assessment.as_of());
    let mut report = Report::new(name.unwrap_or_else(|| "Overview".to_owned()), about)
        .made_by(assessment.engine());
    for card in assessment.scorecards() {
        scorecard(&mut report, engine, assessment, (card, most));
    }
    if !assessment.rules().is_empty() {
        alerts(&mut report, assessment, most);
    }
    let faults = assessment.faults().iter().map(Fault::to_string);
    sentences(&mut report, "Faults", faults.collect(), most);
    sentences(&mut report, "Notes", assessment.notes().iter().map(notes::sentence).collect(), most);
    report
}

/// Sentences under a heading, the first few of them.
fn sentences(report: &mut Report, heading: &str, all: Vec<String>, most: usize) {
    let most = most.max(1);
    if all.is_empty() {
        return;
    }
    let rest = all.len().saturating_sub(most);
    report.push(Block::Heading(heading.to_owned()));
    all.into_iter().take(most).for_each(|line| report.push(Block::Line(line)));
    if rest > 0 {
        report.push(Block::Line(format!("{} more.", number::count(rest))));
    }
}

fn scorecard(
    report: &mut Report,
    engine: &Engine,
    assessment: &Assessment,
    (card, most): (&str, usize),
) {
    let scores: Vec<SubjectScore<'_>> = assessment.scores(card).collect();
    let scored = scores.iter().filter(|row| row.score.is_some()).count();
    let kind = kind_of(engine, card);
    let mean = scores.iter().map(|row| row.coverage).sum::<f64>() / scores.len() as f64;
    let subjects = counted(scores.len() as f64, kind.name(), kind.plural());
    report.push(Block::Heading(format!("{card} of {subjects}")));
    if scores.is_empty() {
        return report.push(Block::Line(format!("No {kind} was assessed.")));
    }
    let scored = match scores.len() - scored {
        0 => "All have a score".to_owned(),
        it if scored == 0 => format!("None of {} has a score", number::count(it)),
        it => format!("{} have a score, {} have none", number::count(scored), number::count(it)),
    };
    report.push(Block::Line(format!("{scored}; {} is measured on average.", percent(mean, 1))));

    let bands = Bands::of(engine, card);
    let part = |it: &crate::engine::BandCount<'_>| Share {
        mark: it.band.map_or_else(Mark::none, |band| bands.mark(band)),
        name: it
            .band
            .unwrap_or(if bands.list.is_empty() { "no band" } else { "no score" })
            .to_owned(),
        count: it.subjects,
    };
    let parts: Vec<Share> = assessment.bands(card).iter().map(part).collect();
    if !bands.list.is_empty() {
        report.push(Shares { title: format!("{} by band", kind.plural()), parts });
    }
    let rows =
        lowest(scores, most).into_iter().map(|it| row(engine, assessment, (card, &bands), &it));
    let rows: Vec<Vec<Cell>> = rows.collect();
    if !rows.is_empty() {
        let heads = [kind.name(), "score", "0 to 100", "measured", "costs most"];
        let title = format!("Lowest {card}");
        report.push(Grid { title, heads: heads.map(str::to_owned).to_vec(), rows });
    }
}

/// What a scorecard is about.
fn kind_of(engine: &Engine, card: &str) -> crate::frame::SubjectKind {
    let config = engine.config();
    let found = config.scorecards.iter().find(|scorecard| scorecard.name == card);
    found.and_then(|card| card.subject).unwrap_or(config.subject)
}

/// The subjects with the lowest scores.
fn lowest(scores: Vec<SubjectScore<'_>>, most: usize) -> Vec<SubjectScore<'_>> {
    let mut list: Vec<(f64, SubjectScore<'_>)> =
        scores.into_iter().filter_map(|row| Some((row.score?, row))).collect();
    let order = |left: &(f64, SubjectScore<'_>), right: &(f64, SubjectScore<'_>)| {
        left.0.total_cmp(&right.0).then_with(|| left.1.subject.cmp(right.1.subject))
    };
    if most < list.len() {
        // Those that are listed first, in any order; the rest need not be sorted.
        list.select_nth_unstable_by(most, order);
        list.truncate(most);
    }
    list.sort_by(order);
    list.into_iter().map(|it| it.1).collect()
}

fn row(
    engine: &Engine,
    assessment: &Assessment,
    (card, bands): (&str, &Bands),
    it: &SubjectScore<'_>,
) -> Vec<Cell> {
    let score = it.score.map_or_else(|| NOTHING.to_owned(), |score| bands.shown(score));
    let score = Cell::score(score, it.band, bands);
    let strip = Strip {
        score: it.score,
        before: None,
        interval: it.interval,
        meaning: words::REST,
        bands: bands.clone(),
    };
    let explained = engine.explain(assessment, card, it.subject);
    let strongest = explained.iter().flat_map(|explanation| explanation.strongest(REASONS));
    let reasons = strongest.map(|line| format!("{}: {} points", line.why(), tenths(line.lost())));
    vec![
        Cell::text(it.subject),
        score,
        Cell { strip: Some(strip), ..Cell::default() },
        Cell::number(percent(it.coverage, 1)),
        Cell { notes: reasons.collect(), ..Cell::default() },
    ]
}

fn alerts(report: &mut Report, assessment: &Assessment, most: usize) {
    report.push(Block::Heading("Alerts".to_owned()));
    let mut open: Vec<&OpenAlert> = assessment.alerts().iter().collect();
    sort(&mut open);
    let count = |rule: &str, is: fn(&OpenAlert) -> bool| {
        Cell::number(number::count(
            open.iter().filter(|alert| alert.rule == rule && is(alert)).count(),
        ))
    };
    let row = |it: &RuleResult| {
        vec![
            Cell::text(&it.rule),
            Cell::marked(
                Mark::square(words::severity_colour(it.severity)),
                it.severity.to_string(),
            ),
            count(&it.rule, |alert| alert.phase.is_firing()),
            count(&it.rule, |alert| !alert.phase.is_firing()),
            Cell::number(number::count(it.no_data.len())),
            Cell::number(number::count(it.faulted.len())),
        ]
    };
    let heads = ["rule", "severity", "firing", "pending", "no data", "faulted"];
    report.push(Grid {
        title: "By rule".to_owned(),
        heads: heads.map(str::to_owned).to_vec(),
        rows: assessment.rules().iter().map(row).collect(),
    });
    let firing = open.iter().filter(|alert| alert.phase.is_firing());
    let notices: Vec<_> = firing
        .take(most)
        .map(|alert| {
            let name = format!("{} of {} {}", alert.rule, alert.kind, alert.subject);
            words::notice(alert, name, evidence(assessment, alert))
        })
        .collect();
    let rest =
        open.iter().filter(|alert| alert.phase.is_firing()).count().saturating_sub(notices.len());
    if !notices.is_empty() {
        report.push(Block::Notices(notices));
    }
    if rest > 0 {
        report.push(Block::Line(format!("{} more alerts fire.", number::count(rest))));
    }
}
