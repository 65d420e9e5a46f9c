//! What an assessment lists: events, alerts, actions, verdicts, the factors of scores.

use std::collections::BTreeMap;
use std::fmt::Display;

use arrow_array::RecordBatch;
use serde::Serialize;

use super::columns::Columns;
use crate::alert::{Event, OpenAlert, Suppressor};
use crate::engine::{Assessment, Engine};
use crate::frame::SubjectKind;
use crate::node::Node;
use crate::playbook::Action;
use crate::score::{Explanation, FactorLine};
use crate::time::AsOf;
use crate::value::Value;

/// Events, one row each: `id`, `day`, `rule`, `kind`, `subject`, `company`, `account` and `subscription` (where known, the subject
/// itself or a parent), `change`, `reason`, `times`, `health`, `since`, `fired`, `severity`, `message`, `evidence`, `labels`,
/// `owner`, `playbook`, `suppressed_by`, `told_before`, and whether it `is_sent`; at last as text the moment or day `at`,
/// `since_at` and `fired_at`, the id that it `supersedes`, and what was said `of` the
/// alert under that id.
///
/// `suppressed_by` has all that suppresses it: `silence (id = s1, author = ann, …)`, several joined with `; `.
#[must_use]
pub fn events(all: &[Event]) -> RecordBatch {
    let mut out = Columns::new(all.len());
    let change = |it: &Event| Node::of(&it.change).unwrap_or(Node::Null);
    let part = |it: &Event, key: &str| match change(it).get(key) {
        Some(Node::Text(it)) => Some(it.clone()),
        _ => None,
    };
    let times = |it: &Event| match change(it).get("times") {
        Some(Node::Int(it)) => Some(*it as f64),
        _ => None,
    };
    out.texts("id", all.iter().map(|event| Some(&event.id)));
    out.days("day", all.iter().map(|event| Some(event.day)));
    out.texts("rule", all.iter().map(|event| Some(&event.rule)));
    out.shown("kind", all.iter().map(|event| event.kind));
    out.texts("subject", all.iter().map(|event| Some(&event.subject)));
    family(&mut out, all.iter().map(|event| (event.kind, event.subject.as_str(), &event.parents)));
    out.texts("change", all.iter().map(|event| Some(event.change.name())));
    out.texts("reason", all.iter().map(|event| part(event, "reason")));
    out.numbers("times", all.iter().map(times));
    out.texts("health", all.iter().map(|event| part(event, "health")));
    out.days("since", all.iter().map(|event| Some(event.since.day())));
    out.days("fired", all.iter().map(|event| event.fired.map(AsOf::day)));
    out.texts("severity", all.iter().map(|event| word(&event.severity)));
    out.texts("message", all.iter().map(|event| Some(&event.message)));
    out.texts("evidence", all.iter().map(|event| Some(evidence(&event.evidence))));
    out.texts("labels", all.iter().map(|event| Some(labels(&event.labels))));
    out.texts("owner", all.iter().map(|event| event.owner.as_ref()));
    out.texts("playbook", all.iter().map(|event| event.playbook.as_ref()));
    out.texts("suppressed_by", all.iter().map(|event| suppressors(&event.suppressed_by)));
    out.flags("told_before", all.iter().map(|event| Some(event.told_before)));
    out.flags("is_sent", all.iter().map(|event| Some(event.is_sent())));
    out.shown("at", all.iter().map(Event::at));
    out.shown("since_at", all.iter().map(|event| event.since));
    out.texts("fired_at", all.iter().map(|event| event.fired.map(|fired| fired.to_string())));
    out.texts("supersedes", all.iter().map(|event| event.supersedes.as_ref()));
    out.texts("of", all.iter().map(|event| part(event, "of")));
    out.finish()
}

/// Alerts that are not over, one row each: `rule`, `kind`, `subject`, `phase`, `since`, `fired`, `health`, `told`,
/// `severity`, `message`, `labels`, `owner`, `suppressed_by` as of [`events`], and whether it `is_quiet`; at last as text the
/// moment or day `since_at` and `fired_at`.
#[must_use]
pub fn alerts(all: &[OpenAlert]) -> RecordBatch {
    let mut out = Columns::new(all.len());
    out.texts("rule", all.iter().map(|alert| Some(&alert.rule)));
    out.shown("kind", all.iter().map(|alert| alert.kind));
    out.texts("subject", all.iter().map(|alert| Some(&alert.subject)));
    out.texts("phase", all.iter().map(|alert| word(&alert.phase)));
    out.days("since", all.iter().map(|alert| Some(alert.since.day())));
    out.days("fired", all.iter().map(|alert| alert.fired.map(AsOf::day)));
    out.texts("health", all.iter().map(|alert| word(&alert.health)));
    out.flags("told", all.iter().map(|alert| Some(alert.told)));
    out.texts("severity", all.iter().map(|alert| word(&alert.severity)));
    out.texts("message", all.iter().map(|alert| Some(&alert.message)));
    out.texts("labels", all.iter().map(|alert| Some(labels(&alert.labels))));
    out.texts("owner", all.iter().map(|alert| alert.owner.as_ref()));
    out.texts("suppressed_by", all.iter().map(|alert| suppressors(&alert.suppressed_by)));
    out.flags("is_quiet", all.iter().map(|alert| Some(!alert.suppressed_by.is_empty())));
    out.shown("since_at", all.iter().map(|alert| alert.since));
    out.texts("fired_at", all.iter().map(|alert| alert.fired.map(|fired| fired.to_string())));
    out.finish()
}

/// Actions, one row each: `id`, `sort`, `day`, `due`, `deadline`, `playbook`, `step`, `channel`, `owner`, `title`, `text`,
/// `kind`, `subject`, `company`, `account` and `subscription` (where known, the subject itself or a parent), `rule`, `why`,
/// `severity`, `since`, `fired`, `evidence`, `labels`, `escalation_of`; at last as text the moment or day `since_at` and
/// `fired_at`, the `change` (`issued`, `corrected`, `withdrawn`) and the id that it `supersedes`.
#[must_use]
pub fn actions(all: &[Action]) -> RecordBatch {
    let mut out = Columns::new(all.len());
    out.texts("id", all.iter().map(|action| Some(&action.id)));
    out.texts("sort", all.iter().map(|action| Some(action.sort.name())));
    out.days("day", all.iter().map(|action| Some(action.day)));
    out.days("due", all.iter().map(|action| Some(action.due)));
    out.days("deadline", all.iter().map(|action| action.deadline));
    out.texts("playbook", all.iter().map(|action| Some(&action.playbook)));
    out.texts("step", all.iter().map(|action| Some(&action.step)));
    out.texts("channel", all.iter().map(|action| word(&action.channel)));
    out.texts("owner", all.iter().map(|action| action.owner.as_ref()));
    out.texts("title", all.iter().map(|action| Some(&action.title)));
    out.texts("text", all.iter().map(|action| Some(&action.text)));
    out.shown("kind", all.iter().map(|action| action.kind));
    out.texts("subject", all.iter().map(|action| Some(&action.subject)));
    family(
        &mut out,
        all.iter().map(|action| (action.kind, action.subject.as_str(), &action.parents)),
    );
    out.texts("rule", all.iter().map(|action| Some(&action.rule)));
    out.texts("why", all.iter().map(|action| Some(&action.why)));
    out.texts("severity", all.iter().map(|action| word(&action.severity)));
    out.days("since", all.iter().map(|action| Some(action.since.day())));
    out.days("fired", all.iter().map(|action| Some(action.fired.day())));
    out.texts("evidence", all.iter().map(|action| Some(evidence(&action.evidence))));
    out.texts("labels", all.iter().map(|action| Some(labels(&action.labels))));
    out.texts("escalation_of", all.iter().map(|action| action.escalation_of.as_ref()));
    out.shown("since_at", all.iter().map(|action| action.since));
    out.shown("fired_at", all.iter().map(|action| action.fired));
    out.texts("change", all.iter().map(|action| Some(action.change.name())));
    out.texts("supersedes", all.iter().map(|action| action.supersedes.as_ref()));
    out.finish()
}

/// What rules say of subjects about which they are not quiet: `rule`, `kind`, `subject`, `severity`, `verdict` (`match`,
/// `no_data` or `faulted`), the `message` or the reason, `evidence` and `labels` of what fires.
#[must_use]
pub fn verdicts(assessment: &Assessment) -> RecordBatch {
    let mut all: Vec<[String; 8]> = Vec::new();
    for rule in assessment.rules() {
        let severity = word(&rule.severity).unwrap_or_default();
        let mut add = |subject: &str, verdict: &str, message: &str, shown: [&str; 2]| {
            let (kind, [evidence, labels]) = (rule.kind.name(), shown);
            let row = [&rule.rule, kind, subject, &severity, verdict, message, evidence, labels];
            all.push(row.map(str::to_owned));
        };
        for it in &rule.matches {
            let shown = (evidence(&it.evidence), labels(&it.labels));
            add(&it.subject, "match", &it.message, [&shown.0, &shown.1]);
        }
        rule.no_data.iter().for_each(|subject| add(subject, "no_data", "", [""; 2]));
        rule.faulted.iter().for_each(|it| add(&it.0, "faulted", &it.1, [""; 2]));
    }
    let mut out = Columns::new(all.len());
    let names = ["rule", "kind", "subject", "severity", "verdict", "message", "evidence", "labels"];
    for (at, name) in names.into_iter().enumerate() {
        out.texts(name, all.iter().map(|row| row.get(at)));
    }
    out.finish()
}

/// The factors of every subject's score on a scorecard, one row each: `subject`, `group` (names joined with ` / `),
/// `factor`, `metric`, `label`, `unit`, `value` as text, `number` where it is one, `points`, `weight`, `effective_weight`,
/// `contribution`, `lost`, `status`, `stand_in`, `observed`, `measured` (the share of it that is measured), `points_case`, `weight_case`, `stalled` and `stalled_until` (the feed for which a value waits that is no data, and until when that is complete), `why`. The contributions of a subject sum to its raw score. `None` for an unknown scorecard, and for an
/// assessment that another engine made.
#[must_use]
pub fn factors(engine: &Engine, assessment: &Assessment, scorecard: &str) -> Option<RecordBatch> {
    if assessment.engine() != engine.hash() {
        return None;
    }
    let kind = assessment.scorecard_kind(scorecard)?;
    let ids = assessment.subjects(kind).iter();
    let explained: Vec<Explanation> =
        ids.filter_map(|id| engine.explain(assessment, scorecard, id)).collect();
    let all: Vec<(&str, &FactorLine)> = explained
        .iter()
        .flat_map(|explanation| {
            explanation.lines.iter().map(|line| (explanation.subject.as_str(), line))
        })
        .collect();
    let mut out = Columns::new(all.len());
    lines(&mut out, &all);
    Some(out.finish())
}

fn lines(out: &mut Columns, all: &[(&str, &FactorLine)]) {
    let known = |it: &FactorLine| (!it.value.is_missing()).then(|| it.value.to_string());
    out.texts("subject", all.iter().map(|row| Some(row.0)));
    out.texts("group", all.iter().map(|row| Some(row.1.path.join(" / "))));
    out.texts("factor", all.iter().map(|row| Some(&row.1.factor)));
    out.texts("metric", all.iter().map(|row| Some(&row.1.metric)));
    out.texts("label", all.iter().map(|row| Some(&row.1.label)));
    out.texts("unit", all.iter().map(|row| row.1.unit.as_ref()));
    out.texts("value", all.iter().map(|row| known(row.1)));
    out.numbers("number", all.iter().map(|row| row.1.value.number()));
    out.numbers("points", all.iter().map(|row| row.1.points));
    out.numbers("weight", all.iter().map(|row| Some(row.1.weight)));
    out.numbers("effective_weight", all.iter().map(|row| Some(row.1.effective_weight)));
    out.numbers("contribution", all.iter().map(|row| Some(row.1.contribution)));
    out.numbers("lost", all.iter().map(|row| Some(row.1.lost())));
    out.texts("status", all.iter().map(|row| word(&row.1.status)));
    out.texts("stand_in", all.iter().map(|row| row.1.stand_in.as_ref().and_then(word)));
    out.days("observed", all.iter().map(|row| row.1.observed));
    out.numbers("measured", all.iter().map(|row| row.1.measured));
    out.numbers("points_case", all.iter().map(|row| row.1.points_case.map(f64::from)));
    out.numbers("weight_case", all.iter().map(|row| row.1.weight_case.map(f64::from)));
    out.texts("stalled", all.iter().map(|row| row.1.stalled.as_ref().map(|stalled| &stalled.feed)));
    out.days(
        "stalled_until",
        all.iter().map(|row| row.1.stalled.as_ref().map(|stalled| stalled.until)),
    );
    out.texts("why", all.iter().map(|row| Some(row.1.why())));
}

/// The word that stands for a value in serde formats.
fn word<T: Serialize>(value: &T) -> Option<String> {
    match Node::of(value) {
        Ok(Node::Text(it)) => Some(it),
        _ => None,
    }
}

/// The company, the account and the subscription of each, where known: the subject itself or a parent.
fn family<'a>(
    out: &mut Columns,
    all: impl Iterator<Item = (SubjectKind, &'a str, &'a BTreeMap<SubjectKind, String>)> + Clone,
) {
    for above in [SubjectKind::Company, SubjectKind::Account, SubjectKind::Subscription] {
        let id = |(kind, subject, parents): (SubjectKind, &'a str, &'a BTreeMap<_, String>)| {
            if kind == above { Some(subject) } else { parents.get(&above).map(String::as_str) }
        };
        out.texts(above.name(), all.clone().map(id));
    }
}

/// What suppresses something, each by its name with all that is known of it; none where nothing does.
fn suppressors(all: &[Suppressor]) -> Option<String> {
    let shown = |it: &Suppressor| {
        let Ok(Node::Table(said)) = Node::of(it) else { return String::new() };
        let text = |(key, it): &(String, Node)| match it {
            Node::Text(it) => Some((key.clone(), it.clone())),
            _ => None,
        };
        let (names, rest): (Vec<_>, Vec<_>) =
            said.iter().filter_map(text).partition(|it| it.0 == "by");
        let name = names.into_iter().map(|it| it.1).collect::<String>();
        let rest: Vec<String> = rest.iter().map(|(key, it)| format!("{key} = {it}")).collect();
        if rest.is_empty() { name } else { format!("{name} ({})", rest.join(", ")) }
    };
    let all: Vec<String> = all.iter().map(shown).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

fn evidence(all: &[(String, Value)]) -> String {
    pairs(all.iter().map(|it| (&it.0, &it.1)))
}

fn labels(all: &BTreeMap<String, String>) -> String {
    pairs(all.iter())
}

/// `name = value`, joined with `; `.
fn pairs<'a, T: Display + 'a>(all: impl Iterator<Item = (&'a String, &'a T)>) -> String {
    let all: Vec<String> = all.map(|(name, it)| format!("{name} = {it}")).collect();
    all.join("; ")
}

#[cfg(test)]
mod tests {
    use arrow_array::RecordBatch;
    use arrow_array::cast::AsArray as _;

    use super::{Action, Columns, Event, FactorLine, OpenAlert, actions, alerts, events};

    /// The names of fields, each taken out of the record: a new field does not build until a column has it.
    macro_rules! fields {
        ($record:ident { $($field:ident,)+ }) => {{
            #[allow(unused_variables, reason = "only that all fields are named counts")]
            fn all(it: &$record) -> [&'static str; [$(stringify!($field)),+].len()] {
                let $record { $($field,)+ } = it;
                [$(stringify!($field)),+]
            }
            all
        }};
    }

    /// The columns that stand for a field.
    fn columns(field: &'static str) -> Vec<&'static str> {
        match field {
            "parents" => vec!["company", "account", "subscription"],
            "change" => vec!["change", "reason", "times", "health"],
            "path" => vec!["group"],
            "moment" => vec!["at"],
            "stalled" => vec!["stalled", "stalled_until"],
            other => vec![other],
        }
    }

    fn carries(batch: &RecordBatch, fields: &[&'static str]) {
        let schema = batch.schema();
        let of_events = ["reason", "times", "health"];
        let is_event = schema.index_of("told_before").is_ok();
        for it in fields.iter().flat_map(|field| columns(field)) {
            if !is_event && of_events.contains(&it) {
                continue;
            }
            assert!(schema.index_of(it).is_ok(), "no column `{it}`");
        }
    }

    fn text(batch: &RecordBatch, name: &str) -> Option<String> {
        let all = batch.column_by_name(name)?.as_string_opt::<i32>()?;
        all.iter().next().flatten().map(str::to_owned)
    }

    #[test]
    fn tables_carry_all_that_records_do() {
        let event: Event = serde_json::from_str(
            r#"{
                "id": "e", "day": "2026-03-01", "rule": "quiet", "kind": "subscription", "subject": "s1",
                "parents": {"company": "c1", "account": "a1"}, "change": {"kind": "repeated", "times": 3},
                "since": "2026-02-01", "fired": "2026-02-02", "severity": "critical", "message": "m",
                "evidence": [["days", 45.0]], "labels": {"team": "x"}, "owner": "csm", "playbook": "p",
                "told_before": true, "suppressed_by": [
                    {"by": "silence", "id": "z", "author": "ann", "reason": "known", "until": "2026-04-01"},
                    {"by": "inhibited", "rule": "gone", "kind": "account", "subject": "a1"},
                    {"by": "untold"}
                ]
            }"#,
        )
        .unwrap();
        let batch = events(std::slice::from_ref(&event));
        carries(
            &batch,
            &fields!(Event {
                id,
                day,
                moment,
                rule,
                kind,
                subject,
                parents,
                change,
                since,
                fired,
                severity,
                message,
                evidence,
                labels,
                owner,
                playbook,
                suppressed_by,
                told_before,
                supersedes,
            })(&event),
        );
        let silent = "silence (id = z, author = ann, reason = known, until = 2026-04-01); \
                      inhibited (rule = gone, kind = account, subject = a1); untold";
        for (name, want) in [
            ("company", Some("c1")),
            ("account", Some("a1")),
            ("subscription", Some("s1")),
            ("suppressed_by", Some(silent)),
            ("evidence", Some("days = 45")),
            ("reason", None),
        ] {
            assert_eq!(text(&batch, name).as_deref(), want, "{name}");
        }

        let action: Action = serde_json::from_str(
            r#"{
                "id": "a", "sort": "escalation", "day": "2026-03-01", "due": "2026-03-01", "deadline": "2026-03-04",
                "playbook": "p", "step": "call", "channel": "call", "owner": "csm", "title": "t", "text": "x",
                "kind": "account", "subject": "a1", "parents": {"company": "c1"}, "rule": "quiet", "why": "w",
                "severity": "info", "since": "2026-02-01", "fired": "2026-02-02", "evidence": [["plan", "pro"], ["n", 1.5]],
                "labels": {}, "escalation_of": "b"
            }"#,
        )
        .unwrap();
        let batch = actions(std::slice::from_ref(&action));
        carries(
            &batch,
            &fields!(Action {
                id,
                sort,
                day,
                due,
                deadline,
                playbook,
                step,
                channel,
                owner,
                title,
                text,
                kind,
                subject,
                parents,
                rule,
                why,
                severity,
                since,
                fired,
                evidence,
                labels,
                escalation_of,
                change,
                supersedes,
            })(&action),
        );
        for (name, want) in [
            ("company", Some("c1")),
            ("account", Some("a1")),
            ("subscription", None),
            ("evidence", Some("plan = pro; n = 1.5")),
            ("escalation_of", Some("b")),
        ] {
            assert_eq!(text(&batch, name).as_deref(), want, "{name}");
        }

        let alert: OpenAlert = serde_json::from_str(
            r#"{
                "rule": "quiet", "kind": "account", "subject": "a1", "phase": "firing", "since": "2026-02-01",
                "fired": "2026-02-02", "health": "ok", "told": true, "severity": "info", "message": "m", "labels": {},
                "owner": null, "suppressed_by": [{"by": "cooldown", "until": "2026-04-01"}]
            }"#,
        )
        .unwrap();
        let batch = alerts(std::slice::from_ref(&alert));
        carries(
            &batch,
            &fields!(OpenAlert {
                rule,
                kind,
                subject,
                phase,
                since,
                fired,
                health,
                told,
                severity,
                message,
                labels,
                owner,
                suppressed_by,
            })(&alert),
        );
        let want = "cooldown (until = 2026-04-01)";
        assert_eq!(text(&batch, "suppressed_by").as_deref(), Some(want));
    }

    #[test]
    fn a_table_of_factors_has_every_field_of_a_line() {
        let line: FactorLine = serde_json::from_str(
            r#"{
                "path": ["product"], "factor": "f", "metric": "m", "label": "l", "unit": "u", "value": 1.5,
                "points": 40.0, "weight": 0.5, "effective_weight": 0.5, "contribution": 20.0, "status": "measured",
                "stand_in": null, "observed": "2026-01-01", "points_case": 1, "weight_case": null
            }"#,
        )
        .unwrap();
        let mut out = Columns::new(1);
        super::lines(&mut out, &[("s1", &line)]);
        let batch = out.finish();
        carries(
            &batch,
            &fields!(FactorLine {
                path,
                factor,
                metric,
                label,
                unit,
                value,
                points,
                weight,
                effective_weight,
                contribution,
                status,
                stand_in,
                observed,
                measured,
                points_case,
                weight_case,
                stalled,
            })(&line),
        );
    }
}
