//! Learning from tables: what columns become, what is said of them, and few rows of real data where there are any.
#![expect(clippy::disallowed_methods, reason = "it writes small tables to read")]

use std::fs;
use std::path::{Path, PathBuf};

use foretell::outcome::Draw;
use foretell::{Config, Engine};
use serde_json::Value;

#[path = "../examples/learn_weights/job/mod.rs"]
mod job;

/// Exit code, standard output, standard error.
fn run(arguments: &[&str]) -> (u8, String, String) {
    let arguments: Vec<String> = arguments.iter().map(|it| (*it).to_owned()).collect();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = job::run(&arguments, &mut out, &mut err);
    (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

/// A file of this test's own, in the folder for what is built.
fn file(name: &str, text: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).unwrap();
    path.display().to_string()
}

/// Everything that makes tables hard: ids, quotes, blanks, days, money, constants, labels that are missing.
fn customers(rows: usize) -> String {
    let mut draw = Draw::new(1);
    let mut text = "\u{feff}Customer ID,Full Name,In,Monthly  Fee,Joined,Plan,Country,\"Notes, \"\"free\"\"\",Left?\n".to_owned();
    for row in 0..rows {
        let (fee, plan) = (draw.below(2000), ["Basic", "Pro, yearly", "N/A"][draw.below(3)]);
        let day = draw.below(28) + 1;
        let p = 0.15 + 0.5 * fee as f64 / 2000.0 + if plan == "Basic" { 0.2 } else { 0.0 };
        let left = match draw.share() < p {
            _ if row % 50 == 7 => "",
            true => "TRUE",
            false => "false",
        };
        let fee = if row % 13 == 0 {
            String::new()
        } else {
            format!("\"${},{:03}.50\"", 1 + fee / 1000, fee % 1000)
        };
        text += &format!(
            "{},name {row},{},{fee},2024-03-{day:02},\"{plan}\",NL,\"said \"\"{}\"\"\",{left}\n",
            90_000 + row,
            draw.below(5),
            draw.below(3),
        );
    }
    text
}

#[test]
fn a_hard_table_becomes_a_config_that_compiles() {
    let data = file("customers.csv", &customers(600));
    let out = file("learned.toml", "");
    let (code, said, err) = run(&[
        "--data",
        &data,
        "--label",
        "left?",
        "--positive",
        "True",
        "--resamples",
        "3",
        "--json",
        "--out",
        &out,
    ]);
    assert_eq!((code, err.as_str()), (0, ""), "{said}");
    let line: Value = serde_json::from_str(said.trim_end().lines().last().unwrap()).unwrap();
    assert_eq!((&line["rows"], &line["test"]), (&Value::from(588), &Value::from(120)), "{said}");
    for side in ["learned", "equal"] {
        for measure in ["auc", "pr_auc", "log_loss", "brier", "ece10"] {
            assert!(line[side][measure].is_f64(), "{side} {measure}: {said}");
        }
    }
    assert!(line["learned"]["auc"].as_f64().unwrap() > 0.6, "{said}");
    for note in [
        "column `Customer ID` is not read: it numbers the rows",
        "column `Full Name` is not read: it is another text in nearly every row",
        "column `Country` is not read: it says one thing or nothing",
        "column `Joined` is read as days since 1970",
        "12 rows without a label were left out",
    ] {
        assert!(said.contains(note), "no `{note}` in\n{said}");
    }
    let text = fs::read_to_string(&out).unwrap();
    let config = Config::parse(&text);
    Engine::compile(&config).unwrap_or_else(|it| panic!("{it}\n{text}"));
    let names: Vec<&str> = config.metrics.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["in_value", "joined", "monthly_fee", "notes_free", "plan_value"], "{text}");
    assert!(text.contains("Pro, yearly"), "{text}");
}

#[test]
fn a_table_is_read_the_same_whatever_stands_between_its_cells() {
    let text = customers(300);
    let plain: String =
        text.lines().map(|it| it.replace(',', ";").replace('"', "")).collect::<Vec<_>>().join("\n");
    let first: Vec<&str> = plain.lines().take(1).collect();
    // Without quotes a cell may not hold a separator.
    assert!(first[0].contains(';'));
    let mut small = "a;b;gone\n".to_owned();
    let mut tabs = "a\tb\tgone\n".to_owned();
    let mut draw = Draw::new(3);
    for _ in 0..200 {
        let (a, b) = (draw.below(10), draw.below(4));
        let gone = u8::from(draw.below(10) < a);
        small += &format!("{a};{b};{gone}\n");
        tabs += &format!("{a}\t{b}\t{gone}\n");
    }
    let learn = |name: &str, text: &str| {
        let data = file(name, text);
        let (code, said, err) = run(&[
            "--data",
            &data,
            "--label",
            "gone",
            "--positive",
            "1",
            "--resamples",
            "0",
            "--keep-duplicates",
        ]);
        assert_eq!(code, 0, "{err}");
        said
    };
    assert_eq!(learn("semicolons.csv", &small), learn("tabs.csv", &tabs));
}

#[test]
fn a_comma_before_the_decimals_is_no_separator_of_thousands() {
    let mut draw = Draw::new(9);
    let [mut points, mut commas] = ["a,b,gone\n", "a;b;gone\n"].map(str::to_owned);
    for _ in 0..300 {
        let (a, b) = (draw.share() * 20.0, 1000.0 + draw.below(90_000) as f64 / 4.0);
        let gone = u8::from(draw.share() * 20.0 < a);
        points += &format!("{a:.1},{b:.2},{gone}\n");
        // As much of Europe writes them: 1.234,50.
        let (whole, rest) = (b as u64, (b * 100.0) as u64 % 100);
        let b = format!("{}.{:03},{rest:02}", whole / 1000, whole % 1000);
        commas += &format!("{};{b};{gone}\n", format!("{a:.1}").replace('.', ","));
    }
    let last = |name: &str, text: &str| {
        let data = file(name, text);
        let all =
            ["--data", &data, "--label", "gone", "--positive", "1", "--json", "--resamples", "0"];
        let (code, said, err) = run(&all);
        assert_eq!(code, 0, "{err}");
        serde_json::from_str::<Value>(said.trim_end().lines().last().unwrap()).unwrap()
    };
    let [points, commas] = [last("points.csv", &points), last("commas.csv", &commas)];
    assert_eq!(points["learned"], commas["learned"]);
    assert!(commas["notes"].to_string().contains("comma before the decimals"), "{commas}");
}

#[test]
fn a_word_among_numbers_does_not_cost_the_column() {
    let mut draw = Draw::new(4);
    let mut text = "usage,balance,huge,gone\n".to_owned();
    for row in 0..300 {
        let usage = draw.share();
        let shown = if row % 40 == 7 { "unknown".to_owned() } else { format!("{usage:.6}") };
        let sign = if row % 2 == 0 { "-$" } else { "$" };
        let gone = u8::from(draw.share() < usage);
        text += &format!("{shown},\"{sign}1,{:03}.50\",{}e305,{gone}\n", draw.below(1000), row + 1);
    }
    let data = file("words.csv", &text);
    let all = ["--data", &data, "--label", "gone", "--positive", "1", "--json", "--resamples", "0"];
    let (code, said, err) = run(&all);
    assert_eq!(code, 0, "{err}");
    let line: Value = serde_json::from_str(said.trim_end().lines().last().unwrap()).unwrap();
    assert!(line["learned"]["auc"].as_f64().unwrap() > 0.7, "{line}");
    let factors = line["factors"].as_array().unwrap();
    let factors: Vec<&str> = factors.iter().filter_map(|it| it["factor"].as_str()).collect();
    assert_eq!(factors, ["balance", "usage"]);
    assert!(line["notes"].to_string().contains("cells of column `usage` are no numbers"), "{line}");
}

#[test]
fn a_label_that_says_nothing_is_none() {
    let rows = |other: &str, nothing: &str| {
        let mut draw = Draw::new(2);
        let mut text = "a,gone\n".to_owned();
        for row in 0..300 {
            let a = draw.share();
            let label = match row % 10 {
                3 => nothing,
                _ if draw.share() < a => "yes",
                _ => other,
            };
            text += &format!("{a:.6},{label}\n");
        }
        let data = file(&format!("labels_{other}.csv"), &text);
        let all =
            ["--data", &data, "--label", "gone", "--positive", "yes", "--json", "--resamples", "0"];
        let (code, said, err) = run(&all);
        assert_eq!(code, 0, "{err}");
        let line: Value = serde_json::from_str(said.trim_end().lines().last().unwrap()).unwrap();
        line["rows"].as_u64().unwrap()
    };
    assert_eq!(rows("no", "NA"), 270);
    // Where there is no other word it is what the others are called.
    assert_eq!(rows("none", "none"), 300);
}

#[test]
fn copies_are_left_out_where_they_are_few() {
    let mut text = "usage,cases,gone\n".to_owned();
    let mut draw = Draw::new(5);
    for row in 0..100 {
        let usage = draw.below(100_000);
        let line = format!("{usage},{},{}\n", draw.below(3), u8::from(draw.below(100_000) > usage));
        text += &line;
        if row % 10 == 0 {
            text += &line;
        }
    }
    let data = file("copies.csv", &text);
    let rows = |flags: &[&str]| {
        let mut all = vec![
            "--data",
            data.as_str(),
            "--label",
            "gone",
            "--positive",
            "1",
            "--json",
            "--resamples",
            "0",
        ];
        all.extend(flags);
        let (_, said, _) = run(&all);
        let line: Value = serde_json::from_str(said.trim_end().lines().last().unwrap()).unwrap();
        line["rows"].as_u64().unwrap()
    };
    assert_eq!((rows(&[]), rows(&["--keep-duplicates"])), (100, 110));
}

#[test]
fn what_the_caller_has_to_mend_is_said() {
    let data = file("small.csv", "a,b\n1,0\n2,1\n");
    let rows: [(&[&str], &str); 7] = [
        (&["--label", "b", "--positive", "1"], "`--data` is missing"),
        (&["--data", "nowhere.csv", "--label", "b", "--positive", "1"], "cannot read the table"),
        (&["--data", &data, "--label", "c", "--positive", "1"], "the table has no column `c`"),
        (
            &["--data", &data, "--label", "b", "--positive", "2"],
            "have the label `2`: both outcomes are needed",
        ),
        (
            &["--data", &data, "--label", "b", "--positive", "1", "--test-every", "1"],
            "needs at least 2",
        ),
        (
            &["--data", &data, "--label", "b", "--positive", "1", "--seed", "x"],
            "needs a whole number, got `x`",
        ),
        (&["--data", &data, "--label", "b", "--positive", "1", "--fast"], "unknown flag `--fast`"),
    ];
    for (arguments, want) in rows {
        let (code, out, err) = run(arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        assert!(err.contains(want), "{arguments:?}: {err}");
    }
    assert!(run(&["--help"]).1.contains("--test-every"));
}

/// All four data sets and many draws stand in `.ci/learned.py`; this is the fastest of them, and few draws.
#[test]
fn few_rows_of_real_customers_are_never_learned_from_to_harm() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/data/iranian_churn/iranian_churn.csv");
    if !data.exists() {
        eprintln!("SKIPPED: no {}", data.display());
        return;
    }
    let data = data.display().to_string();
    let (code, said, err) = run(&[
        "--data",
        &data,
        "--label",
        "Churn",
        "--positive",
        "1",
        "--resample",
        "50,100,200",
        "--draws",
        "3",
        "--json",
    ]);
    assert_eq!(code, 0, "{err}");
    let line: Value = serde_json::from_str(said.trim_end().lines().last().unwrap()).unwrap();
    for few in line["few"].as_array().unwrap() {
        let number = |it: &str| few[it].as_f64().unwrap();
        assert!(number("learned") <= number("equal") + number("standard_error"), "{said}");
    }
}
