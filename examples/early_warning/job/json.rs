//! The report for programs: one object on one line.

use serde_json::{Map, Value, json};

use super::later::Later;
use super::report::{Arr, BandLine, Report, TableCount};

pub(super) fn line(report: &Report) -> String {
    let per_table = |get: &dyn Fn(&TableCount) -> Value| {
        object(report.tables.iter().map(|it| (it.table, get(it))))
    };
    let rejected =
        |it: &TableCount| object(it.reasons.iter().map(|(why, it)| (*why, json!(it.rows))));
    let mut whole = json!({
        "as_of": report.as_of,
        "engine": report.engine,
        "read": per_table(&|it| json!(it.read)),
        "good": per_table(&|it| json!(it.good)),
        "rejected": per_table(&rejected),
        "ignored": report.ignored,
        "scorecard": report.scorecard,
        "subject": report.kind.name(),
        "subjects": report.subjects,
        "scored": report.scored,
        "no_score": report.subjects - report.scored,
        "coverage": report.coverage,
        "bands": object(report.bands.iter().filter_map(|it| Some((it.band.as_deref()?, band(it))))),
        "rules": object(report.rules.iter().map(|it| {
            let counts = json!({
                "severity": it.severity,
                "firing": it.firing,
                "quiet": it.quiet,
                "no_data": it.no_data,
                "faulted": it.faulted,
            });
            (it.rule.as_str(), counts)
        })),
        "top": report.top.iter().map(|it| json!({
            "subject": it.subject,
            "account": it.account,
            "score": it.score,
            "band": it.band,
            "arr": arr(&it.arr),
            "coverage": it.coverage,
            "reasons": it.reasons,
            "alerts": it.alerts,
        })).collect::<Vec<_>>(),
        "notes": report.notes,
    });
    if let (Some(all), Some(whole)) = (report.later, whole.as_object_mut()) {
        let bands = report
            .bands
            .iter()
            .filter_map(|it| Some((it.band.as_deref()?, later(it.later?).into())));
        let rules =
            report.rules.iter().filter_map(|it| Some((it.rule.as_str(), later(it.later?).into())));
        let (bands, rules) = (object(bands), object(rules));
        let mut told = later(all);
        told.extend([("bands".to_owned(), bands), ("rules".to_owned(), rules)]);
        whole.insert("later_lost".to_owned(), told.into());
    }
    whole.to_string()
}

fn band(it: &BandLine) -> Value {
    json!({ "subjects": it.subjects, "arr": arr(&it.arr) })
}

/// Money as text: it is exact, and a JSON number need not be.
fn arr(sums: &Arr) -> Value {
    object(sums.iter().map(|(currency, sum)| {
        let currency = if currency.is_empty() { "unstated" } else { currency };
        (currency, json!(sum.to_string()))
    }))
}

fn later(it: Later) -> Map<String, Value> {
    let entries = [
        ("known", json!(it.known)),
        ("cancelled", json!(it.cancelled)),
        ("lapsed", json!(it.lapsed)),
        ("lost", json!(it.lost())),
        ("share", json!(it.share())),
    ];
    entries.map(|(key, value)| (key.to_owned(), value)).into_iter().collect()
}

fn object<'a>(entries: impl Iterator<Item = (&'a str, Value)>) -> Value {
    Value::Object(entries.map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>())
}
