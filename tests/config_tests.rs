//! Tests inside configs: what passes, what fails and how it is said, and the example that runs them.
#![expect(clippy::disallowed_methods, reason = "it writes small configs to read")]

use std::fs;
use std::path::{Path, PathBuf};

use foretell::engine::TestReport;
use foretell::node::Node;
use foretell::{Config, Engine};
use serde_json::Value;

#[path = "../examples/check_config.rs"]
#[expect(dead_code, reason = "its `main` reads the arguments")]
mod check_config;

/// Exit code, standard output, standard error.
fn check(arguments: &[&str]) -> (u8, String, String) {
    let arguments: Vec<String> = arguments.iter().map(|it| (*it).to_owned()).collect();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = check_config::run(&arguments, &mut out, &mut err);
    (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

fn engine(text: &str) -> Engine {
    Engine::compile(&Config::parse(text)).unwrap_or_else(|it| panic!("{it}"))
}

fn report(text: &str) -> TestReport {
    engine(text).run_tests()
}

/// Every config among the examples.
fn examples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let files = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    let mut configs: Vec<_> =
        files.filter(|it| it.extension().is_some_and(|it| it == "toml")).collect();
    configs.sort();
    configs
}

#[test]
fn the_examples_hold_tests_that_pass_and_leave_nothing_out() {
    let configs = examples();
    assert!(2 <= configs.len());
    for path in configs {
        let report = report(&fs::read_to_string(&path).unwrap());
        assert!(report.passed(), "{}\n{report}", path.display());
        assert!(3 <= report.tests.len(), "{}: too few tests", path.display());
        assert!(report.coverage.is_whole(), "{}\n{report}", path.display());
        let (code, out, err) = check(&["--deny-warnings", &path.to_string_lossy()]);
        assert_eq!((code, err.as_str()), (0, ""), "{out}");
    }
}

/// A config with something of everything, and a test that fails in every way.
const FAILING: &str = include_str!("config_tests/failing.toml");

#[test]
fn a_failing_report_says_what_was_expected_what_came_and_why() {
    insta::assert_snapshot!("failing", report(FAILING));
}

/// A config whose tests pass, each for a sort of expectation.
const PASSING: &str = include_str!("config_tests/passing.toml");

#[test]
fn a_passing_report_is_short() {
    let report = report(PASSING);
    assert!(report.passed(), "{report}");
    insta::assert_snapshot!("passing", report);
}

/// What repeats by the month, in configs that look every day, late, or once a month.
#[test]
fn months_keep_the_day_they_began_on() {
    let report = report(include_str!("config_tests/months.toml"));
    assert!(report.passed(), "{report}");
}

#[test]
fn a_config_without_tests_has_nothing_to_tell() {
    let report = report("[[rules]]\nname = \"u\"\nwhen = \"age_days > 3\"\n");
    assert!(report.passed());
    assert_eq!(report.coverage.rules_not_fired, ["u"]);
    assert_eq!(report.to_string(), "running 0 tests\n\ntest result: ok. 0 passed, 0 failed");
}

/// A test is no part of what a config means: states and explanations go on over it.
#[test]
fn tests_leave_the_hash_and_the_columns_alone() {
    for text in [PASSING, FAILING] {
        let with = engine(text);
        let bare = text.split("\n[[tests]]").next().unwrap();
        let without = engine(bare);
        assert_ne!(with.config(), without.config());
        assert_eq!(with.hash(), without.hash());
        for kind in foretell::frame::SubjectKind::ALL {
            assert!(with.columns(kind).eq(without.columns(kind)), "{kind}");
        }
        let other = engine(&bare.replace("login >= 20", "login >= 21"));
        assert_ne!(other.hash(), without.hash());
    }
}

/// As a tree of any other format, a config is the same.
#[test]
fn tests_survive_being_written_and_read() {
    for text in [PASSING, FAILING] {
        let config = Config::parse(text);
        let written = Node::of(&config).unwrap();
        let again = Config::from_node(written.clone());
        assert_eq!(again.faults(), []);
        assert_eq!(again.tests, config.tests);
        let json: Node = serde_json::from_str(&serde_json::to_string(&config).unwrap()).unwrap();
        assert_eq!(json.content_hash(), written.content_hash());
        let report = Engine::compile(&again).unwrap().run_tests();
        assert_eq!(report, self::report(text));
    }
}

/// Each wrong expectation about an otherwise right test is exactly one failure: none is passed over.
#[test]
fn a_changed_expectation_fails() {
    let before = PASSING.split("\n[[tests]]").next().unwrap();
    let mut count = 0;
    for (right, wrong) in [
        ("quiet fired at 2", "quiet fired at 3"),
        ("quiet fired at 2", "quiet repeated at 2"),
        ("quiet fired at 2", "quiet fired (silenced) at 2"),
        ("resolved at 5", "resolved at 2026-01-05"),
        ("events = []", "events = [\"quiet fired at 1\"]"),
        ("health = 47.5", "health = 47.6"),
        ("health = \"red\"", "health = \"green\""),
        ("health = \"_\"", "health = 50"),
        ("\"health.coverage\" = 1", "\"health.coverage\" = 0.999"),
        ("segment = \"large\"", "segment = \"_\""),
        ("is_paid = true", "is_paid = false"),
        ("login = \"_\"", "login = 3"),
        ("quiet = \"pending\"", "quiet = \"firing\""),
        ("quiet = \"firing (no data)\"", "quiet = \"firing (ok)\""),
        ("for 21 days", "for 22 days"),
        ("\"trial_ends resolved\"]", "]"),
    ] {
        for test in PASSING.split("\n[[tests]]").skip(1).filter(|it| it.contains(right)) {
            let changed = test.replacen(right, wrong, 1);
            let report = report(&format!("{before}\n[[tests]]{changed}"));
            let failures = report.tests[0].failures.len();
            // What happens at another step than expected is wrong at both.
            let moved = wrong == "quiet fired at 3" || wrong == "resolved at 2026-01-05";
            assert_eq!(failures, if moved { 2 } else { 1 }, "{right} to {wrong}\n{report}");
            count += 1;
        }
    }
    assert!(16 <= count, "{count}");
}

fn folder(files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("check_config");
    fs::create_dir_all(&folder).unwrap();
    for (file, text) in files {
        fs::write(folder.join(file), text).unwrap();
    }
    folder
}

#[test]
fn check_config_says_by_its_code_how_it_went() {
    let faulty = "[[rules]]\nname = \"r\"\nwhen = \"age_dys > 1\"\n";
    let warned = "[[metrics]]\nname = \"n\"\n[[tests]]\nname = \"t\"\n\
                  given = { age_days = 3, n = 1 }\nevents = []\n";
    let folder = folder(&[
        ("good.toml", PASSING),
        ("failing.toml", FAILING),
        ("faulty.toml", faulty),
        ("warned.toml", warned),
    ]);
    let file = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let [good, failing, faulty, warned, absent] =
        ["good.toml", "failing.toml", "faulty.toml", "warned.toml", "absent.toml"].map(file);
    for (arguments, want) in [
        (vec![good.as_str()], 0),
        (vec![&warned], 0),
        (vec!["--deny-warnings", &good], 0),
        (vec!["--deny-warnings", &warned], 1),
        (vec![&failing], 1),
        (vec![&faulty], 1),
        (vec![&faulty, &good], 1),
        (vec![&good, &absent], 2),
        (vec![], 2),
        (vec!["--strict", &good], 2),
        (vec!["--help"], 0),
    ] {
        let (code, out, err) = check(&arguments);
        assert_eq!(code, want, "{arguments:?}\n{out}{err}");
        assert_eq!(err.is_empty(), want != 2, "{arguments:?}\n{err}");
    }
    let (_, out, _) = check(&[&good, &faulty, &warned]);
    insta::assert_snapshot!("check", out.replace(&*folder.to_string_lossy(), "…"));
    let (code, out, _) = check(&["--json", &failing, &faulty]);
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &told["failed"], &told["errors"]), (1, &1.into(), &1.into()));
    let failure = &told["files"][0]["report"]["tests"][0]["failures"][0];
    assert_eq!((&failure["step"], &failure["day"]), (&0.into(), &"2026-03-01".into()));
    assert_eq!(told["files"][1]["faults"][0]["code"], "unknown-name");
    assert_eq!(told["files"][1]["report"], Value::Null);
}

/// What is shown as `missing` is not the text `missing`.
#[test]
fn a_missing_text_is_not_the_text_that_says_so() {
    let config = |given: &str, wanted: &str| {
        format!(
            "[[metrics]]\nname = \"t\"\ntype = \"text\"\n[[tests]]\nname = \"x\"\ngiven = {{ t = \"{given}\" }}\n\
             expect = [{{ at = 0, values = {{ t = \"{wanted}\" }} }}]\n"
        )
    };
    for (given, wanted, passes) in [
        ("_", "_", true),
        ("'missing'", "missing", true),
        ("_", "missing", false),
        ("'missing'", "_", false),
    ] {
        assert_eq!(report(&config(given, wanted)).passed(), passes, "{given} {wanted}");
    }
}

/// A long text costs what its length costs, whatever is wrong with it.
#[test]
fn long_tests_are_checked_in_time() {
    let test = "[[tests]]\nname = \"t\"\n";
    let long = |head: &str, part: &dyn Fn(usize) -> String, tail: &str| {
        let mut text = format!("[[metrics]]\nname = \"n\"\n{head}");
        let mut at = 0;
        while text.len() < 300_000 {
            text += &part(at);
            at += 1;
        }
        text + tail
    };
    for text in [
        long(
            "",
            &|at| format!("[[tests]]\nname = \"t{at}\"\ngiven = {{ m{at} = 1 }}\nevents = []\n"),
            "",
        ),
        long("x = \n", &|at| format!("[[tests]]\nname = \"t{at}\"\ngiven = {{ m{at} = 1 }}\n"), ""),
        long("", &|at| format!("[[tests]]\nname = \"t{at}\"\nsteps = 99\nevents = []\n"), ""),
        long(test, &|at| format!("[[tests.expect]]\nat = 0\nscores = {{ s{at} = 1 }}\n"), ""),
        long(test, &|at| format!("[[tests.expect]]\nat = 0\nvalues = {{ s{at} = 1 }}\n"), ""),
        long(
            test,
            &|at| format!("[[tests.expect]]\nat = {at}\nalerts = {{ r{at} = \"on\" }}\n"),
            "",
        ),
        long(test, &|at| format!("[[tests.subjects]]\nid = \"s{at}\"\n"), ""),
        long(&format!("{test}events = [\"r "), &|_| "fired at 0,".to_owned(), "\"]\n"),
        long(&format!("{test}events = ["), &|at| format!("\"r{at} fired at 0\","), "]\n"),
        long(&format!("{test}events = []\ngiven.n = \""), &|_| "1 2x2 ".to_owned(), "\"\n"),
        long(&format!("{test}events = []\ngiven.n = \"'"), &|_| "''".to_owned(), "\"\n"),
        long(&format!("{test}events = []\ngiven.n = \"5"), &|_| "0".to_owned(), "x3\"\n"),
    ] {
        #[expect(clippy::disallowed_methods, reason = "a test may look at a clock")]
        let begun = std::time::Instant::now();
        let faults = Engine::compile(&Config::parse(&text)).expect_err("all of these are wrong");
        assert!(faults.list().len() <= 210, "{}", faults.list().len());
        let took = begun.elapsed();
        assert!(took.as_secs() < 20, "{took:?} {}", text.get(..200).unwrap_or(""));
    }
}

#[test]
fn an_action_is_of_a_playbook_and_one_of_its_steps() {
    let text = |action: &str| {
        format!(
            "[[metrics]]\nname = \"n\"\n\
             [[rules]]\nname = \"u\"\nwhen = \"n > 0\"\nplaybook = \"low_usage\"\n\
             [[playbooks]]\nname = \"low_usage\"\nready_made = \"low_usage\"\n\
             [[tests]]\nname = \"t\"\ngiven = {{ n = \"1x1\" }}\n\
             actions = [\"low_usage/find_reason at 0\", \"{action} at 0\"]\n"
        )
    };
    let told = |action: &str| match Engine::compile(&Config::parse(&text(action))) {
        Ok(engine) => engine.run_tests().to_string(),
        Err(faults) => faults.to_string(),
    };
    assert!(
        told("low_usage/review_data").contains("1 passed"),
        "{}",
        told("low_usage/review_data")
    );
    let misspelt = told("low_usage/review_dta");
    assert!(misspelt.contains("has no step `review_dta`"), "{misspelt}");
    assert!(misspelt.contains("did you mean `review_data`?"), "{misspelt}");
    assert!(told("low_use/review_data").contains("did you mean `low_usage`?"));
}
