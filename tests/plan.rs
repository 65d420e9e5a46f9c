//! What an engine says of how it runs expressions, and how many of the written ones are compiled.
#![expect(
    clippy::disallowed_methods,
    reason = "the library does no I/O; the configs are files beside the tests"
)]

use std::fs;
use std::path::{Path, PathBuf};

use foretell::engine::Gear;
use foretell::{Config, Engine};

/// How many expressions the written configs have at least, so that a share is a share of something.
const EXPRESSIONS: usize = 110;

const CONFIG: &str = r#"
    [[metrics]]
    name = "seats"
    [[metrics]]
    name = "active"
    [[metrics]]
    name = "nps"
    [[metrics]]
    name = "plan"
    type = "text"
    [[metrics]]
    name = "open_cases"
    subject = "account"
    from = "cases"
    take = "count"
    where = "severity == \"p1\" && is_open"
    [[metrics]]
    name = "use"
    expr = "let share = active / seats; if share > 1 { 1 } else { share }"

    [[segments]]
    name = "large"
    when = "seats > 100 && plan in [\"pro\", \"enterprise\"]"

    [[scorecards]]
    name = "health"
    bands = [{ name = "red" }, { name = "green", from = 50 }]
    factors = [
        { name = "use", metric = "use", points.expr = "min(100, use * 120)" },
        { name = "nps", metric = "nps", points.linear = { worst = -100, best = 100 } },
    ]

    [[rules]]
    name = "idle"
    when = "active / seats < 0.3 && seats > 100"
    message = "only ${active ?? 0} seats are used"
    [[rules]]
    name = "busy"
    when = "active / seats > 0.9 || starts_with(lower(plan), \"ent\")"
    [[rules]]
    name = "lost"
    when = "health < 50 && (nps ?? 0) <= 6 && is_present(plan)"
    clear_when = "health in 60..=100"
"#;

#[test]
fn the_plan_shows_the_gear_and_the_steps_of_each_expression() {
    let engine = Engine::compile(&Config::parse(CONFIG)).unwrap_or_else(|it| panic!("{it}"));
    let plan = engine.plan();
    assert!(plan.expressions.iter().all(|it| it.why.is_some() == (it.gear == Gear::Interpreted)));
    insta::assert_snapshot!(plan, @r#"
    8 of 8 expressions are compiled

    metrics[4].where: severity == "p1" && is_open
      #1 = severity in ["p1"]
      #2 = #1 && is_open

    metrics[5].expr: let share = active / seats; if share > 1 { 1 } else { share }
      #1 = active / seats
      #2 = is_missing(active)
      #3 = is_missing(seats)
      #4 = #2 || #3
      #5 = #1 > 1
      #6 = if #5 { 1 } else { #1 }
      #7 = #6 unless #4

    rules[0].message: only ${active ?? 0} seats are used
      interpreted: a message is text

    rules[0].when: active / seats < 0.3 && seats > 100
      #1 = active / seats
      #2 = #1 < 0.3
      #3 = seats > 100
      #4 = #2 && #3

    rules[1].when: active / seats > 0.9 || starts_with(lower(plan), "ent")
      #1 = active / seats
      #2 = #1 > 0.9
      #3 = lower(plan)
      #4 = starts_with(#3, "ent")
      #5 = #2 || #4

    rules[2].clear_when: health in 60..=100
      #1 = health in 60..=100

    rules[2].when: health < 50 && (nps ?? 0) <= 6 && is_present(plan)
      #1 = health < 50
      #2 = nps ?? 0
      #3 = #2 <= 6
      #4 = is_missing(plan)
      #5 = !#4
      #6 = #1 && #3 && #5

    scorecards[0].factors[0].points.expr: min(100, use * 120)
      #1 = use * 120
      #2 = min(100, #1)

    segments[0].when: seats > 100 && plan in ["pro", "enterprise"]
      #1 = seats > 100
      #2 = plan in ["enterprise", "pro"]
      #3 = #1 && #2

    the 3 rules about subscriptions run together: 26 steps instead of 30

    a single subscription, scored again and again, needs columns: the factor `use` has points by an expression
    "#);
}

#[test]
fn nearly_every_written_expression_is_compiled() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = Vec::new();
    for path in ["examples", "tests", "docs", "README.md"] {
        collect(&root.join(path), &mut texts);
    }
    let (mut compiled, mut all) = (0, 0);
    let mut interpreted = Vec::new();
    for text in &texts {
        let Ok(engine) = Engine::compile(&Config::parse(text)) else { continue };
        let plan = engine.plan();
        let (some, of) = plan.coverage();
        compiled += some;
        all += of;
        let why = plan.expressions.into_iter().filter(|it| it.gear == Gear::Interpreted);
        interpreted.extend(why.filter(|it| !it.message));
    }
    assert!(EXPRESSIONS <= all, "only {all} expressions were found");
    assert!(compiled * 100 >= all * 95, "{compiled} of {all}: {interpreted:#?}");
}

/// Every text that may be a config: TOML files, texts inside them, and blocks of documents.
fn collect(path: &Path, texts: &mut Vec<String>) {
    if path.is_dir() {
        let mut inside: Vec<PathBuf> =
            fs::read_dir(path).unwrap().map(|it| it.unwrap().path()).collect();
        inside.sort();
        inside.iter().for_each(|it| collect(it, texts));
        return;
    }
    let read = || fs::read_to_string(path).unwrap();
    match path.extension().and_then(|it| it.to_str()) {
        Some("toml") => {
            let text = read();
            if let Ok(it) = toml::from_str::<toml::Value>(&text) {
                inner(&it, texts);
            }
            texts.push(text);
        }
        Some("md") => {
            let text = read();
            let blocks: Vec<&str> =
                text.split("```toml\n").skip(1).filter_map(|it| it.split("```").next()).collect();
            texts.extend(blocks.iter().map(|it| (*it).to_owned()));
            texts.push(blocks.concat());
        }
        _ => {}
    }
}

/// The longer texts inside a TOML value.
fn inner(value: &toml::Value, texts: &mut Vec<String>) {
    match value {
        toml::Value::String(it) if it.contains('\n') => texts.push(it.clone()),
        toml::Value::Array(all) => all.iter().for_each(|it| inner(it, texts)),
        toml::Value::Table(all) => all.values().for_each(|it| inner(it, texts)),
        _ => {}
    }
}
