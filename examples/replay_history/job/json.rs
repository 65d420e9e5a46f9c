//! The report for programs: one object on one line.

use serde_json::{Map, Value, json};

use super::figures::{AIMS, Line, Report, Year};
use super::history::{Fate, Later};

pub(super) fn line(report: &Report) -> String {
    let years = report.years.iter().map(|it| (it.year.clone(), year(it)));
    let baselines = report.baselines.iter().map(|it| {
        let figures = json!({
            "precision": it.precision,
            "base": it.base,
            "recall": it.recall,
            "lead_days": it.lead_days,
        });
        (it.name.to_owned(), figures)
    });
    json!({
        "engine": report.engine,
        "read": report.read,
        "left_out": report.left_out,
        "rules": report.rules,
        "years": object(years),
        "baselines_56_days": object(baselines),
    })
    .to_string()
}

fn year(it: &Year) -> Value {
    let base = AIMS.iter().zip(it.base).map(|(it, base)| (key(*it), json!(base)));
    let lines = it.lines.iter().map(|it| (it.rule.clone(), rule(it)));
    json!({
        "tuned": it.tuned,
        "cancelled_before_first_assessment": it.never,
        "subjects": it.subjects,
        "fates": fates(it.fates.map(|it| json!(it))),
        "evaluations": it.evaluations,
        "base_rate": object(base),
        "alerts": object(lines),
        "quality": it.quality,
    })
}

fn rule(it: &Line) -> Value {
    let outcomes = AIMS.iter().zip(&it.outcomes).map(|(later, it)| {
        let figures = json!({
            "precision": it.precision,
            "base": it.base,
            "recall": it.recall,
        });
        (key(*later), figures)
    });
    json!({
        "fired": it.fired,
        "told": it.told,
        "per_subject": it.per_subject,
        "per_subject_month": it.per_subject_month,
        "outcomes": object(outcomes),
        "lead_days_median": it.lead.map(|it| it[0]),
        "lead_days_lower_quartile": it.lead.map(|it| it[1]),
        "fates": fates(it.fates.map(|(alerts, subjects)| {
            json!({ "alerts": alerts, "subjects": subjects })
        })),
    })
}

fn fates(values: [Value; 3]) -> Value {
    object(Fate::ALL.iter().zip(values).map(|(it, value)| (it.name().replace(' ', "_"), value)))
}

fn key(later: Later) -> String {
    match later {
        Later::Cancelled(None) => "cancelled".to_owned(),
        Later::Cancelled(Some(days)) => format!("cancelled_in_{days}_days"),
        Later::Lost => "lost".to_owned(),
    }
}

fn object(entries: impl Iterator<Item = (String, Value)>) -> Value {
    Value::Object(entries.collect::<Map<_, _>>())
}
