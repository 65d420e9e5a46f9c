//! Runs a case through the public API.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;
use foretell::fault::Fault;
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::{Assessment, Config, Engine, Input, State};
use toml::value::Datetime;

use super::bits;
use super::check;
use super::file::{Case, Cell, Day, Expect, File, Given, Plain, Subject};
use super::paths;

/// The name of the only subject.
pub(super) const ONLY: &str = "s";

/// Every config of a file.
pub(super) fn configs(folder: &Path, file: &File) -> Vec<String> {
    let own =
        file.cases.iter().filter(|it| it.faults.is_empty()).filter_map(|it| it.config.clone());
    shared(folder, file).into_iter().chain(own).collect()
}

fn shared(folder: &Path, file: &File) -> Option<String> {
    match (&file.config, &file.config_file) {
        (Some(text), None) => Some(text.clone()),
        (None, Some(name)) => Some(
            fs::read_to_string(folder.join(name)).unwrap_or_else(|why| panic!("{name}: {why}")),
        ),
        _ => None,
    }
}

/// Runs a case; says what does not hold.
pub(super) fn case(folder: &Path, file: &File, case: &Case, told: &mut Vec<String>) -> Vec<String> {
    let Some(text) = case.config.clone().or_else(|| shared(folder, file)) else {
        return vec!["expected one of `config` and `config_file`".to_owned()];
    };
    let config = Config::parse(&text);
    let engine = match Engine::compile(&config) {
        Ok(it) => it,
        Err(faults) => {
            let got: Vec<String> = faults.0.iter().map(said).collect();
            return match got == case.faults {
                true => Vec::new(),
                false => vec![format!("faults {got:#?}, expected {:#?}\n{faults}", case.faults)],
            };
        }
    };
    let mut failures = Vec::new();
    if !case.faults.is_empty() {
        failures.push(format!("it compiles, expected {:?}", case.faults));
    }
    let earned = if case.config.is_some() { &case.warnings } else { &file.warnings };
    let warnings: Vec<String> = engine.warnings().iter().map(said).collect();
    if warnings != *earned {
        failures.push(format!("warnings {warnings:?}, expected {earned:?}"));
    }
    let mut state = State::new();
    if case.days.is_empty() && case.faults.is_empty() {
        let Some(as_of) = case.as_of.or(file.as_of) else {
            return vec!["expected `as_of`".to_owned()];
        };
        let subjects =
            subjects(file, &case.given, &case.missing, case.expect.as_ref(), &case.subjects);
        let out = (&mut failures, told);
        day(&engine, file, as_of, &subjects, &case.out_of_range, &mut state, out);
        return failures;
    }
    for it in &case.days {
        let Day { as_of, given, missing, expect, subjects: many, out_of_range } = it;
        let given = merged(&case.given, given, &[]);
        let subjects = subjects(file, &given, missing, expect.as_ref(), many);
        let mut new = Vec::new();
        day(&engine, file, *as_of, &subjects, out_of_range, &mut state, (&mut new, told));
        failures.extend(new.into_iter().map(|it| format!("on {as_of}: {it}")));
    }
    failures
}

/// A subject of a day.
struct Row<'a> {
    kind: SubjectKind,
    id: &'a str,
    parents: BTreeMap<SubjectKind, Arc<str>>,
    given: Given,
    expect: Option<&'a Expect>,
}

fn subjects<'a>(
    file: &File,
    given: &Given,
    missing: &[String],
    expect: Option<&'a Expect>,
    many: &'a [Subject],
) -> Vec<Row<'a>> {
    if many.is_empty() {
        let given = merged(&file.given, given, missing);
        let kind = SubjectKind::default();
        return vec![Row { kind, id: ONLY, parents: BTreeMap::new(), given, expect }];
    }
    assert!(expect.is_none(), "either `subjects` or only one");
    let kind = |name: &str| SubjectKind::ALL.into_iter().find(|it| it.name() == name);
    many.iter()
        .map(|it| Row {
            kind: it.kind,
            id: &it.id,
            parents: it
                .parents
                .iter()
                .map(|(name, id)| (kind(name).unwrap(), Arc::from(id.as_str())))
                .collect(),
            given: match it.kind {
                // What all have in common is of the usual kind of subject.
                SubjectKind::Subscription => {
                    merged(&merged(&file.given, given, &[]), &it.given, &it.missing)
                }
                _ => it.given.clone(),
            },
            expect: it.expect.as_ref(),
        })
        .collect()
}

fn merged(base: &Given, over: &Given, missing: &[String]) -> Given {
    let mut all = base.clone();
    all.extend(over.clone());
    for name in missing {
        assert!(all.remove(name).is_some(), "`{name}` is missing already");
    }
    all
}

fn day(
    engine: &Engine,
    file: &File,
    as_of: Datetime,
    subjects: &[Row<'_>],
    out_of_range: &BTreeMap<String, usize>,
    state: &mut State,
    (failures, told): (&mut Vec<String>, &mut Vec<String>),
) {
    let as_of = date(&as_of);
    let mut frames = Vec::new();
    for kind in SubjectKind::ALL {
        let rows: Vec<&Row<'_>> = subjects.iter().filter(|it| it.kind == kind).collect();
        if !rows.is_empty() {
            frames.push(frame(engine, kind, &rows));
        }
    }
    let input = frames.iter().fold(Input::default(), Input::and_frame);
    let assessment = engine.assess(&input, as_of, state).unwrap();
    failures.extend(paths::differences(engine, &input, &assessment, state));
    let again = engine.assess(&input, as_of, assessment.state()).unwrap();
    if again.state() != assessment.state() {
        failures.push("the same day twice changes the state".to_owned());
    }
    for fault in assessment.faults() {
        failures.push(format!("fault {}", said(fault)));
    }
    let is_given = |kind: SubjectKind, name: &str| {
        subjects.iter().any(|it| it.kind == kind && it.given.contains_key(name))
    };
    check::notes(&assessment, out_of_range, is_given, failures);
    for row in subjects {
        let mut new = Vec::new();
        check::laws(engine, &assessment, &again, row.id, &mut new);
        if let Some(expect) = row.expect {
            check::expectation(engine, &assessment, file, (row.kind, row.id), expect, &mut new);
        }
        let before = if row.id == ONLY { String::new() } else { format!("{}: ", row.id) };
        failures.extend(new.into_iter().map(|it| format!("{before}{it}")));
    }
    let named: Vec<(SubjectKind, &str)> = subjects.iter().map(|it| (it.kind, it.id)).collect();
    let lines = bits::bits(engine, &assessment, &named);
    told.extend(lines.into_iter().map(|it| format!("{as_of} {it}")));
    // A host stores the state as text.
    let text = serde_json::to_string(assessment.state()).unwrap();
    let read: State = serde_json::from_str(&text).unwrap();
    if read != *assessment.state() {
        failures.push("the state does not survive JSON".to_owned());
    }
    *state = read;
    // So may it the assessment, and explain it later.
    let text = serde_json::to_string(&assessment).unwrap();
    let read: Assessment = serde_json::from_str(&text).unwrap();
    for card in assessment.scorecards() {
        for row in subjects {
            let [one, two] = [&assessment, &read].map(|it| engine.explain(it, card, row.id));
            if one != two {
                failures
                    .push("an explanation does not survive the JSON of its assessment".to_owned());
            }
        }
    }
    if serde_json::to_string(&read).unwrap() != text {
        failures.push("the assessment does not survive JSON".to_owned());
    }
}

fn frame(engine: &Engine, kind: SubjectKind, rows: &[&Row<'_>]) -> Frame {
    let mut frame = Frame::new(kind, rows.iter().map(|it| it.id)).unwrap();
    for parent in SubjectKind::ALL {
        let parents = rows.iter().map(|it| it.parents.get(&parent).cloned()).collect();
        frame.set_parents(parent, parents).unwrap();
    }
    let known: BTreeSet<&str> = engine.columns(kind).collect();
    let names: BTreeSet<&String> = rows.iter().flat_map(|it| it.given.keys()).collect();
    for name in names {
        assert!(known.contains(name.as_str()), "the config has no `{name}` of a {kind}");
        let cells: Vec<Option<&Cell>> = rows.iter().map(|it| it.given.get(name)).collect();
        let values = || cells.iter().map(|it| it.map(Cell::value));
        let column = match values().flatten().next().unwrap() {
            Plain::Number(_) => Column::numbers(values().map(|it| match it? {
                Plain::Number(it) => Some(*it),
                other => panic!("`{name}`: {other:?}"),
            })),
            Plain::Flag(_) => Column::flags(values().map(|it| match it? {
                Plain::Flag(it) => Some(*it),
                other => panic!("`{name}`: {other:?}"),
            })),
            Plain::Text(_) => Column::texts(values().map(|it| match it? {
                Plain::Text(it) => Some(it),
                other => panic!("`{name}`: {other:?}"),
            })),
        };
        let observed = cells.iter().map(|it| it.and_then(Cell::observed).map(date));
        frame.insert(name.as_str(), column.observed(observed)).unwrap();
    }
    frame
}

/// A fault in few words.
fn said(fault: &Fault) -> String {
    format!("{} at {}", fault.code, fault.place.path)
}

pub(super) fn date(text: &Datetime) -> NaiveDate {
    text.to_string().parse().unwrap()
}
