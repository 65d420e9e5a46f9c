//! What the linter says and what it leaves alone, as rows of data.

use serde::Deserialize;

use super::faults;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rows {
    /// Declarations that the rows build on.
    metrics: String,
    row: Vec<Row>,
}

/// A config, and everything that is said of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    config: Option<String>,
    /// Whether the config stands alone, without the declarations.
    #[serde(default)]
    whole: bool,
    /// The only factor of a scorecard, from its metric on, instead of a config.
    points: Option<String>,
    /// As `code at path: message`.
    #[serde(default)]
    warnings: Vec<String>,
}

fn rows() -> Vec<(Row, String)> {
    let Rows { metrics, row } = toml::from_str(include_str!("../cases/faults/lint.toml")).unwrap();
    let text = |row: &Row| match (&row.config, &row.points) {
        (Some(it), None) if row.whole => it.clone(),
        (Some(it), None) => format!("{metrics}\n{it}"),
        (None, Some(it)) => {
            format!("{metrics}\n[[scorecards]]\nname = \"s\"\nfactors = [{{ metric = {it} }}]\n")
        }
        _ => panic!("{}: expected one of `config` and `points`", row.name),
    };
    row.into_iter().map(|it| (text(&it), it)).map(|(text, row)| (row, text)).collect()
}

#[test]
fn the_linter_says_what_each_row_expects_and_no_more() {
    let mut wrong = Vec::new();
    let mut counts = [0, 0];
    for (row, text) in rows() {
        let found = faults(&text);
        let mut said: Vec<String> = found
            .list()
            .iter()
            .map(|it| format!("{} at {}: {}", it.code, it.place.path, it.message))
            .collect();
        said.sort();
        let mut wanted = row.warnings.clone();
        wanted.sort();
        if said != wanted || found.has_errors() {
            wrong.push(format!("{}:\n{}", row.name, said.join("\n")));
        }
        // A near miss is silent, or says only something else.
        let near = row.name.starts_with("near: ");
        counts[usize::from(near)] += 1;
        assert!(near || !row.warnings.is_empty(), "{}: expects nothing", row.name);
        for it in found.list() {
            assert!(it.place.line.is_some() && it.help.is_some(), "{}: {it:?}", row.name);
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n\n"));
    assert!(counts[0] >= 40 && counts[1] >= 25, "{counts:?}");
}

/// What people read, of one of each.
#[test]
fn warnings_are_shown_with_their_place_and_help() {
    let mut seen = std::collections::BTreeSet::new();
    let mut shown = String::new();
    for (row, text) in rows() {
        for it in faults(&text).list() {
            let words: Vec<&str> = it.message.split('`').step_by(2).collect();
            if seen.insert((it.code, it.help.is_some(), words.first().map(|it| (*it).to_owned()))) {
                shown += &format!("{}\n{}\n", row.name, it.render());
            }
        }
    }
    insta::assert_snapshot!("lint", shown);
}

/// What is meant is left alone: the configs of the examples and the published ones.
#[test]
fn the_configs_that_people_use_earn_no_warnings() {
    for (name, text) in [
        ("early_warning", include_str!("../../examples/early_warning.toml")),
        ("ravenstack", include_str!("../../examples/ravenstack.toml")),
        ("replay_history", include_str!("../../examples/replay_history.toml")),
        ("replay_history/health", include_str!("../../examples/replay_history/health.toml")),
        ("gitlab", include_str!("../cases/gitlab/health.toml")),
        ("pike", include_str!("../cases/openssf/pike.toml")),
        ("wide", include_str!("../report/wide.toml")),
    ] {
        let found = faults(text);
        assert!(found.list().is_empty(), "{name}: {found}");
    }
}
