//! All that is known of one subject on a day.

use super::Report;
use super::bands::Bands;
use super::block::{Block, Cell, Grid};
use super::{explanation, words};
use crate::alert::OpenAlert;
use crate::value::Value;
use crate::{Assessment, Engine};

/// A report on one subject: its score with band, coverage and interval, a waterfall of what each factor
/// adds, its open alerts with their evidence, and what playbooks ask for on that day.
///
/// None for an unknown scorecard or subject, and for an assessment that another engine made.
#[must_use]
pub fn subject(
    engine: &Engine,
    assessment: &Assessment,
    scorecard: &str,
    subject: &str,
) -> Option<Report> {
    let explained = engine.explain(assessment, scorecard, subject)?;
    let about = format!("{} of {} on {}", scorecard, explained.kind, assessment.as_of());
    let mut report = Report::new(subject, about).made_by(engine.hash());
    explanation::fill(&mut report, &explained, &Bands::of(engine, scorecard));

    let concerns = |it: &&OpenAlert| it.kind == explained.kind && it.subject == subject;
    let mut alerts: Vec<&OpenAlert> = assessment.alerts().iter().filter(concerns).collect();
    sort(&mut alerts);
    report.push(Block::Heading("Alerts".to_owned()));
    if alerts.is_empty() {
        report.push(Block::Line("No alert is open.".to_owned()));
    } else {
        let notice = |it: &&OpenAlert| words::notice(it, it.rule.clone(), evidence(assessment, it));
        report.push(Block::Notices(alerts.iter().map(notice).collect()));
    }

    let actions = assessment.actions().iter();
    let row = |it: &crate::playbook::Action| {
        let title = Cell { notes: vec![it.text.clone()], ..Cell::text(&it.title) };
        let who = it.owner.clone().unwrap_or_default();
        let due = it.deadline.unwrap_or(it.due).to_string();
        let from = format!("{}, {}", it.playbook, it.step);
        vec![
            title,
            Cell::text(who),
            Cell::text(it.channel.name()),
            Cell::text(due),
            Cell::text(from),
        ]
    };
    let concerns =
        |it: &&crate::playbook::Action| it.kind == explained.kind && it.subject == subject;
    let rows: Vec<Vec<Cell>> = actions.filter(concerns).map(row).collect();
    if !rows.is_empty() {
        report.push(Block::Heading("To do".to_owned()));
        let heads = ["what", "who", "how", "by", "playbook"].map(str::to_owned).to_vec();
        report.push(Grid { title: "What playbooks ask for".to_owned(), heads, rows });
    }
    Some(report)
}

/// Those that fire first, the most severe first.
pub(super) fn sort(alerts: &mut [&OpenAlert]) {
    alerts.sort_by(|left, right| {
        let firing = right.phase.is_firing().cmp(&left.phase.is_firing());
        let grave = firing.then(right.severity.cmp(&left.severity));
        grave.then_with(|| (&left.rule, &left.subject).cmp(&(&right.rule, &right.subject)))
    });
}

/// What a rule shows of a subject on the day of the assessment.
pub(super) fn evidence<'a>(assessment: &'a Assessment, alert: &OpenAlert) -> &'a [(String, Value)] {
    let rule = assessment.rules().iter().find(|rule| rule.rule == alert.rule);
    let firing = rule.into_iter().flat_map(|rule| &rule.matches);
    firing
        .filter(|matched| matched.kind == alert.kind && *matched.subject == *alert.subject)
        .map(|matched| matched.evidence.as_slice())
        .next()
        .unwrap_or(&[])
}
