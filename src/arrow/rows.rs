//! What an assessment lists: events, alerts, actions, verdicts, the factors of scores.

use std::collections::BTreeMap;
use std::fmt::Display;

use arrow_array::RecordBatch;
use serde::Serialize;

use super::columns::Columns;
use crate::alert::{Event, OpenAlert};
use crate::engine::{Assessment, Engine};
use crate::node::Node;
use crate::playbook::Action;
use crate::score::{Explanation, Line};
use crate::time::AsOf;

/// Events, one row each: `id`, `day`, `rule`, `kind`, `subject`, `change`, `reason`, `since`, `fired`, `severity`, `message`,
/// `evidence`, `labels`, `owner`, `playbook`, and whether it `is_sent`; at last as text the moment or day `at`, `since_at` and
/// `fired_at`.
#[must_use]
pub fn events(all: &[Event]) -> RecordBatch {
    let mut out = Columns::new(all.len());
    let change = |it: &Event| Node::of(&it.change).unwrap_or(Node::Null);
    let part = |it: &Event, key: &str| match change(it).get(key) {
        Some(Node::Text(it)) => Some(it.clone()),
        _ => None,
    };
    out.texts("id", all.iter().map(|it| Some(&it.id)));
    out.days("day", all.iter().map(|it| Some(it.day)));
    out.texts("rule", all.iter().map(|it| Some(&it.rule)));
    out.shown("kind", all.iter().map(|it| it.kind));
    out.texts("subject", all.iter().map(|it| Some(&it.subject)));
    out.texts("change", all.iter().map(|it| Some(it.change.name())));
    out.texts("reason", all.iter().map(|it| part(it, "reason")));
    out.days("since", all.iter().map(|it| Some(it.since.day())));
    out.days("fired", all.iter().map(|it| it.fired.map(AsOf::day)));
    out.texts("severity", all.iter().map(|it| word(&it.severity)));
    out.texts("message", all.iter().map(|it| Some(&it.message)));
    out.texts(
        "evidence",
        all.iter().map(|it| Some(pairs(it.evidence.iter().map(|it| (&it.0, &it.1))))),
    );
    out.texts("labels", all.iter().map(|it| Some(labels(&it.labels))));
    out.texts("owner", all.iter().map(|it| it.owner.as_ref()));
    out.texts("playbook", all.iter().map(|it| it.playbook.as_ref()));
    out.flags("is_sent", all.iter().map(|it| Some(it.is_sent())));
    out.shown("at", all.iter().map(Event::at));
    out.shown("since_at", all.iter().map(|it| it.since));
    out.texts("fired_at", all.iter().map(|it| it.fired.map(|it| it.to_string())));
    out.finish()
}

/// Alerts that are not over, one row each: `rule`, `kind`, `subject`, `phase`, `since`, `fired`, `health`, `told`,
/// `severity`, `message`, `labels`, `owner`, and whether it `is_quiet`; at last as text the moment or day `since_at` and `fired_at`.
#[must_use]
pub fn alerts(all: &[OpenAlert]) -> RecordBatch {
    let mut out = Columns::new(all.len());
    out.texts("rule", all.iter().map(|it| Some(&it.rule)));
    out.shown("kind", all.iter().map(|it| it.kind));
    out.texts("subject", all.iter().map(|it| Some(&it.subject)));
    out.texts("phase", all.iter().map(|it| word(&it.phase)));
    out.days("since", all.iter().map(|it| Some(it.since.day())));
    out.days("fired", all.iter().map(|it| it.fired.map(AsOf::day)));
    out.texts("health", all.iter().map(|it| word(&it.health)));
    out.flags("told", all.iter().map(|it| Some(it.told)));
    out.texts("severity", all.iter().map(|it| word(&it.severity)));
    out.texts("message", all.iter().map(|it| Some(&it.message)));
    out.texts("labels", all.iter().map(|it| Some(labels(&it.labels))));
    out.texts("owner", all.iter().map(|it| it.owner.as_ref()));
    out.flags("is_quiet", all.iter().map(|it| Some(!it.suppressed_by.is_empty())));
    out.shown("since_at", all.iter().map(|it| it.since));
    out.texts("fired_at", all.iter().map(|it| it.fired.map(|it| it.to_string())));
    out.finish()
}

/// Actions, one row each: `id`, `sort`, `day`, `due`, `deadline`, `playbook`, `step`, `channel`, `owner`, `title`, `text`,
/// `kind`, `subject`, `rule`, `why`, `severity`, `since`, `fired`, `labels`; at last as text the moment or day `since_at` and
/// `fired_at`.
#[must_use]
pub fn actions(all: &[Action]) -> RecordBatch {
    let mut out = Columns::new(all.len());
    out.texts("id", all.iter().map(|it| Some(&it.id)));
    out.texts("sort", all.iter().map(|it| Some(it.sort.name())));
    out.days("day", all.iter().map(|it| Some(it.day)));
    out.days("due", all.iter().map(|it| Some(it.due)));
    out.days("deadline", all.iter().map(|it| it.deadline));
    out.texts("playbook", all.iter().map(|it| Some(&it.playbook)));
    out.texts("step", all.iter().map(|it| Some(&it.step)));
    out.texts("channel", all.iter().map(|it| word(&it.channel)));
    out.texts("owner", all.iter().map(|it| it.owner.as_ref()));
    out.texts("title", all.iter().map(|it| Some(&it.title)));
    out.texts("text", all.iter().map(|it| Some(&it.text)));
    out.shown("kind", all.iter().map(|it| it.kind));
    out.texts("subject", all.iter().map(|it| Some(&it.subject)));
    out.texts("rule", all.iter().map(|it| Some(&it.rule)));
    out.texts("why", all.iter().map(|it| Some(&it.why)));
    out.texts("severity", all.iter().map(|it| word(&it.severity)));
    out.days("since", all.iter().map(|it| Some(it.since.day())));
    out.days("fired", all.iter().map(|it| Some(it.fired.day())));
    out.texts("labels", all.iter().map(|it| Some(labels(&it.labels))));
    out.shown("since_at", all.iter().map(|it| it.since));
    out.shown("fired_at", all.iter().map(|it| it.fired));
    out.finish()
}

/// What rules say of subjects about which they are not quiet: `rule`, `kind`, `subject`, `severity`, `verdict` (`firing`,
/// `no_data` or `faulted`), and the `message` or the reason.
#[must_use]
pub fn verdicts(assessment: &Assessment) -> RecordBatch {
    let mut all: Vec<[String; 6]> = Vec::new();
    for rule in assessment.rules() {
        let severity = word(&rule.severity).unwrap_or_default();
        let mut add = |subject: &str, verdict: &str, message: &str| {
            let kind = rule.kind.name();
            all.push([&rule.rule, kind, subject, &severity, verdict, message].map(str::to_owned));
        };
        rule.firing.iter().for_each(|it| add(&it.subject, "firing", &it.message));
        rule.no_data.iter().for_each(|it| add(it, "no_data", ""));
        rule.faulted.iter().for_each(|it| add(&it.0, "faulted", &it.1));
    }
    let mut out = Columns::new(all.len());
    let names = ["rule", "kind", "subject", "severity", "verdict", "message"];
    for (at, name) in names.into_iter().enumerate() {
        out.texts(name, all.iter().map(|it| it.get(at)));
    }
    out.finish()
}

/// The factors of every subject's score on a scorecard, one row each: `subject`, `group` (names joined with ` / `),
/// `factor`, `metric`, `value` as text, `number` where it is one, `points`, `weight`, `effective_weight`, `contribution`, `status`, `stand_in`,
/// `observed`, `why`. The contributions of a subject sum to its raw score. `None` for an unknown scorecard, and for an
/// assessment that another engine made.
#[must_use]
pub fn factors(engine: &Engine, assessment: &Assessment, scorecard: &str) -> Option<RecordBatch> {
    if assessment.engine() != engine.hash() {
        return None;
    }
    let kind = assessment.scorecard_kind(scorecard)?;
    let ids = assessment.subjects(kind).iter();
    let explained: Vec<Explanation> =
        ids.filter_map(|it| engine.explain(assessment, scorecard, it)).collect();
    let all: Vec<(&str, &Line)> = explained
        .iter()
        .flat_map(|it| it.lines.iter().map(|line| (it.subject.as_str(), line)))
        .collect();
    let mut out = Columns::new(all.len());
    let known = |it: &Line| (!it.value.is_missing()).then(|| it.value.to_string());
    out.texts("subject", all.iter().map(|it| Some(it.0)));
    out.texts("group", all.iter().map(|it| Some(it.1.path.join(" / "))));
    out.texts("factor", all.iter().map(|it| Some(&it.1.factor)));
    out.texts("metric", all.iter().map(|it| Some(&it.1.metric)));
    out.texts("value", all.iter().map(|it| known(it.1)));
    out.numbers("number", all.iter().map(|it| it.1.value.number()));
    out.numbers("points", all.iter().map(|it| it.1.points));
    out.numbers("weight", all.iter().map(|it| Some(it.1.weight)));
    out.numbers("effective_weight", all.iter().map(|it| Some(it.1.effective_weight)));
    out.numbers("contribution", all.iter().map(|it| Some(it.1.contribution)));
    out.texts("status", all.iter().map(|it| word(&it.1.status)));
    out.texts("stand_in", all.iter().map(|it| it.1.stand_in.as_ref().and_then(word)));
    out.days("observed", all.iter().map(|it| it.1.observed));
    out.texts("why", all.iter().map(|it| Some(it.1.why())));
    Some(out.finish())
}

/// The word that stands for a value in serde formats.
fn word<T: Serialize>(value: &T) -> Option<String> {
    match Node::of(value) {
        Ok(Node::Text(it)) => Some(it),
        _ => None,
    }
}

fn labels(all: &BTreeMap<String, String>) -> String {
    pairs(all.iter())
}

/// `name = value`, joined with `; `.
fn pairs<'a, T: Display + 'a>(all: impl Iterator<Item = (&'a String, &'a T)>) -> String {
    let all: Vec<String> = all.map(|(name, it)| format!("{name} = {it}")).collect();
    all.join("; ")
}
