//! What the documents show is true: the config of docs/config.md compiles, the README's fault is the one that comes.

use foretell::book::{Book, Tables};
use foretell::fault::Code;
use foretell::{Config, Engine};

const FAULTS: &str = include_str!("../docs/faults.md");
const TESTS: &str = include_str!("../docs/config_tests.md");
const README: &str = include_str!("../README.md");
const CONFIG: &str = include_str!("../docs/config.md");

/// The fenced blocks of a language, in order.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let open = format!("```{language}\n");
    text.split(&open).skip(1).filter_map(|it| it.split("```").next()).collect()
}

#[test]
fn the_configs_of_the_page_are_one_config_that_compiles() {
    let blocks = blocks(CONFIG, "toml");
    assert!(blocks.len() >= 3, "the page shows configs in pieces");
    let text = blocks.concat();
    let engine = Engine::compile(&Config::parse(&text)).unwrap_or_else(|it| panic!("{it}"));
    assert_eq!(engine.warnings(), []);
    let report = engine.run_tests();
    assert!(report.passed() && report.tests.len() == 1, "{report}");
}

#[test]
fn the_fault_of_the_readme_is_what_an_author_sees() {
    let text = blocks(CONFIG, "toml").concat();
    let right = "metric = \"logins_per_seat\"";
    assert!(text.contains(right), "the page's config has the factor that the fault is about");
    let faults =
        Engine::compile(&Config::parse(&text.replace(right, "metric = \"logins_per_seta\"")))
            .expect_err("a misspelt metric is a fault");
    let [fault] = faults.list() else { panic!("one mistake, one fault: {faults}") };
    let shown = fault.render();
    assert!(README.contains(&shown), "the README does not show\n{shown}");
}

/// The names that a fault of serde lists, all of them that there are.
#[cfg(feature = "toml")]
fn listed(message: &str) -> Vec<&str> {
    let list = message.split_once("expected one of").expect(message).1;
    list.split('`').skip(1).step_by(2).collect()
}

#[cfg(feature = "toml")]
#[test]
fn the_pages_say_what_every_take_and_every_kind_of_points_means() {
    const TAKES: &str = include_str!("../docs/takes.md");
    let message = serde_json::from_str::<foretell::config::Take>("\"x\"").unwrap_err().to_string();
    let takes = listed(&message);
    assert!(takes.len() > 20, "{takes:?}");
    for take in takes {
        assert!(TAKES.contains(&format!("\n| `{take}` |")), "docs/takes.md has no row of `{take}`");
    }
    let message =
        serde_json::from_str::<foretell::config::Points>("{ \"x\": 1 }").unwrap_err().to_string();
    let kinds = listed(&message);
    assert!(kinds.len() > 9, "{kinds:?}");
    for kind in kinds.into_iter().filter(|kind| *kind != "when") {
        assert!(
            CONFIG.contains(&format!("\n| `{kind}` |")),
            "docs/config.md has no row of `{kind}`"
        );
    }
}

/// Every page but that on faults, whose examples are wrong on purpose.
#[cfg(feature = "toml")]
#[test]
fn the_configs_of_the_pages_compile_and_pass_their_own_tests() {
    let mut tested = 0;
    let calendars = include_str!("../docs/calendars.md");
    let (own, days) = (include_str!("../docs/own_fields.md"), include_str!("../docs/days.md"));
    let (renaming, feeds) = (include_str!("../docs/renaming.md"), include_str!("../docs/feeds.md"));
    let (alerts, takes) = (include_str!("../docs/alerts.md"), include_str!("../docs/takes.md"));
    let functions = include_str!("../docs/functions.md");
    for page in [alerts, takes, functions, calendars, own, days, renaming, feeds, TESTS] {
        for text in blocks(page, "toml") {
            let engine = Engine::compile(&Config::parse(text)).unwrap_or_else(|it| panic!("{it}"));
            assert_eq!(engine.warnings(), [], "{text}");
            let report = engine.run_tests();
            assert!(report.passed(), "{text}\n{report}");
            tested += report.tests.len();
        }
    }
    assert_eq!(tested, 5);
}

#[cfg(feature = "toml")]
#[test]
fn the_failure_on_the_page_on_tests_is_what_an_author_sees() {
    let text = blocks(TESTS, "toml")[0].replace("for = \"3d\"", "for = \"4d\"");
    let report = Engine::compile(&Config::parse(&text)).unwrap().run_tests().to_string();
    let [shown] = blocks(TESTS, "text")[..] else { panic!("one output is shown") };
    assert_eq!(shown, format!("{report}\n"));
}

#[cfg(feature = "toml")]
#[test]
fn the_examples_of_the_faults_give_their_faults() {
    let mut wrong = Vec::new();
    let mut examples = 0;
    for section in FAULTS.split("\n## `").skip(1) {
        let code = section.split('`').next().unwrap();
        let configs = blocks(section, "toml").into_iter().map(|text| {
            let faults = Engine::compile(&Config::parse(text)).map(|it| it.warnings().to_vec());
            faults.unwrap_or_else(|it| it.0)
        });
        let books = blocks(section, "json").into_iter().map(|text| {
            let tables: Tables = serde_json::from_str(text).unwrap();
            Book::strict(tables).expect_err(code).0
        });
        for faults in configs.chain(books) {
            examples += 1;
            let codes: Vec<Code> = faults.iter().map(|it| it.code).collect();
            if codes.is_empty() || codes.iter().any(|it| it.as_str() != code) {
                wrong.push(format!("{code}: {faults:#?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(examples >= 22, "{examples} examples");
}
