//! The main job, run as a newcomer runs it: on the bundled sample, on RavenStack, and on mistakes.
#![expect(
    clippy::disallowed_methods,
    reason = "it writes small tables and configs to read, and looks for bigger data"
)]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

#[path = "../examples/early_warning/job/mod.rs"]
mod job;

#[path = "../examples/explain_change.rs"]
#[expect(dead_code, reason = "its `main` prints")]
mod explain_change;

#[path = "../examples/custom_function.rs"]
#[expect(dead_code, reason = "its `main` prints")]
mod custom_function;

/// Exit code, standard output, standard error.
fn run(arguments: &[&str]) -> (u8, String, String) {
    let arguments: Vec<String> = arguments.iter().map(|it| (*it).to_owned()).collect();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = job::run(&arguments, &mut out, &mut err);
    (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

fn json(arguments: &[&str]) -> Value {
    let (code, out, err) = run(arguments);
    assert_eq!(code, 0, "{err}");
    serde_json::from_str(out.lines().last().unwrap()).unwrap()
}

fn sum(counts: &Value) -> u64 {
    counts.as_object().unwrap().values().map(|it| it.as_u64().unwrap()).sum()
}

/// In every table good + rejected = read.
fn add_up(told: &Value) {
    for (table, read) in told["read"].as_object().unwrap() {
        let good = told["good"][table].as_u64().unwrap();
        assert_eq!(good + sum(&told["rejected"][table]), read.as_u64().unwrap(), "{table}");
    }
    let scored = told["scored"].as_u64().unwrap();
    assert_eq!(scored + told["no_score"].as_u64().unwrap(), told["subjects"].as_u64().unwrap());
    for (rule, counts) in told["rules"].as_object().unwrap() {
        let of = ["firing", "quiet", "no_data", "faulted"].map(|it| counts[it].as_u64().unwrap());
        assert_eq!(of.iter().sum::<u64>(), told["subjects"].as_u64().unwrap(), "{rule}");
    }
}

#[test]
fn the_sample_finds_people_who_later_left() {
    let told = json(&["--json"]);
    add_up(&told);
    assert_eq!(told["as_of"], "2015-01-21");
    assert_eq!(told["read"]["subscriptions"], 748);
    assert_eq!(told["read"]["usage"], 49_844);
    // Twenty were cancelled before their term began; that is no contradiction.
    assert_eq!(told["good"]["subscriptions"], 748);
    assert_eq!((&told["subjects"], &told["scored"]), (&332.into(), &332.into()));
    let later = &told["later_lost"];
    assert_eq!((&later["cancelled"], &later["lapsed"]), (&33.into(), &46.into()));
    let share = |it: &Value| it["share"].as_f64().unwrap();
    for (rule, it) in later["rules"].as_object().unwrap() {
        assert!(share(later) < share(it), "{rule} is no better than chance");
        assert!(0 < it["known"].as_u64().unwrap(), "{rule} never fires");
    }
    let bands = &later["bands"];
    assert!(share(&bands["yellow"]) < share(&bands["red"]));
    assert!(share(&bands["green"]) < share(&bands["yellow"]));
}

#[test]
fn the_sample_reads_well() {
    let (code, out, err) = run(&["--top", "2"]);
    assert_eq!(code, 0, "{err}");
    // The hash is the config's: whoever changes a threshold need not touch this.
    let text = out
        .lines()
        .map(|it| it.split_once(", engine ").map_or(it, |(before, _)| before))
        .collect::<Vec<_>>()
        .join("\n");
    insta::assert_snapshot!("sample", text);
}

#[test]
fn ravenstack_is_mapped_and_its_contradictions_are_counted() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/ravenstack");
    if !folder.exists() {
        eprintln!("skipped: no {}", folder.display());
        return;
    }
    let folder = folder.to_string_lossy();
    let told = json(&["--data", &folder, "--as-of", "2024-12-31", "--json"]);
    add_up(&told);
    for (table, rows) in [
        ("accounts", 500),
        ("subscriptions", 5_000),
        ("usage", 25_000),
        ("cases", 2_000),
        ("assessments", 600),
    ] {
        assert_eq!(told["read"][table], rows, "{table}");
    }
    // 19,142 rows of usage lie before their subscription; 14 of them have an id that is duplicated.
    assert_eq!(told["rejected"]["usage"]["before-start"], 19_128);
    assert_eq!(told["rejected"]["usage"]["duplicate-id"], 21);
    assert_eq!(told["rejected"]["usage"]["after-end"], 289);
    assert_eq!(told["subjects"], 4_514);
    assert!(told.get("later_lost").is_none(), "nothing is known after the last day");
    // Half a year before, who was cancelled later is known.
    let told = json(&["--data", &folder, "--as-of=2024-06-30", "--json"]);
    assert!(0 < told["later_lost"]["cancelled"].as_u64().unwrap());
}

/// A folder of small tables and a config.
fn folder(name: &str, files: &[(&str, &[u8])]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    for (file, bytes) in files {
        fs::write(folder.join(file), bytes).unwrap();
    }
    folder
}

const CONFIG: &[u8] = b"[[metrics]]\nname = \"logins\"\nfrom = \"usage.logins\"\ntake = \"sum\"\n\
    [[scorecards]]\nname = \"health\"\n\
    factors = [{ metric = \"logins\", points.linear = { worst = 0, best = 10 } }]\n";

#[test]
fn every_row_is_good_or_rejected_whatever_it_holds() {
    let folder = folder(
        "rows",
        &[
            ("accounts.csv", "\u{feff}id,name\na1,Acme\n".as_bytes()),
            (
                "subscriptions.csv",
                b"id,account_id,start,arr,currency\ns1,a1,2024-01-01,1200.50,EUR\ns2,a1\n\
              s3,a1,2024-02-30,1,EUR\ns4,a9,,,\ns1,a1,,,\ns5,\xff,,,\n,,,,\n",
            ),
            (
                "usage.csv",
                b"subscription_id,name,date,value\ns1,logins,2024-05-01,5\ns1,logins,,5\n",
            ),
            ("weather.csv", b"day\n1\n"),
            ("config.toml", CONFIG),
        ],
    );
    let config = folder.join("config.toml");
    let (folder, config) = (folder.to_string_lossy(), config.to_string_lossy());
    let told = json(&["--data", &folder, "--config", &config, "--as-of", "2024-06-01", "--json"]);
    add_up(&told);
    assert_eq!(told["good"]["accounts"], 1);
    assert_eq!(told["ignored"][0], "weather.csv");
    assert_eq!(
        (&told["read"]["subscriptions"], &told["good"]["subscriptions"]),
        (&7.into(), &1.into())
    );
    let reasons = told["rejected"]["subscriptions"].as_object().unwrap();
    let reasons: Vec<(&str, u64)> =
        reasons.iter().map(|(why, rows)| (why.as_str(), rows.as_u64().unwrap())).collect();
    assert_eq!(
        reasons,
        [
            ("duplicate-id", 1),
            ("missing-key", 1),
            ("not-utf-8", 1),
            ("out-of-range", 1),
            ("unknown-parent", 1),
            ("wrong-cell-count", 1),
        ]
    );
    assert_eq!(told["top"][0]["arr"]["EUR"], "1200.5");
}

#[test]
fn mistakes_are_said_as_a_compiler_says_them() {
    let folder = folder(
        "mistakes",
        &[
            ("accounts.csv", b"id\na1\n"),
            (
                "config.toml",
                b"[[metrics]]\nnam = \"x\"\n[[rules]]\nname = \"r\"\nwhen = \"sets > 1\"\n",
            ),
            ("empty.toml", b""),
        ],
    );
    let nothing = folder.join("nothing");
    fs::create_dir_all(&nothing).unwrap();
    let [folder, config, empty, nothing] =
        [folder.clone(), folder.join("config.toml"), folder.join("empty.toml"), nothing]
            .map(|it| it.to_string_lossy().into_owned());
    let mut said = String::new();
    for arguments in [
        &["--dta", "x"][..],
        &["--top", "many"],
        &["--as-of", "soon"],
        &["--data"],
        &["--json=yes"],
        &["--data", &folder],
        &["--data", "no/such/folder", "--as-of", "2024-06-01"],
        &["--data", &nothing, "--as-of", "2024-06-01"],
        &["--config", "no/such/file.toml"],
        &["--config", &config],
        &["--config", &empty],
    ] {
        let (code, out, err) = run(arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        said += &format!("{err}\n");
    }
    insta::assert_snapshot!("mistakes", said.replace(env!("CARGO_TARGET_TMPDIR"), "…"));
    let (code, out, _) = run(&["--help"]);
    assert!(code == 0 && out.contains("--as-of DATE"));
}

#[test]
fn the_small_examples_say_what_they_promise() {
    insta::assert_snapshot!("explain_change", explain_change::story().unwrap());
    insta::assert_snapshot!("custom_function", custom_function::story().unwrap());
}
