//! Laws of configs as texts: nothing panics, every fault has a place and its wording, and the hash
//! is of what a config says.

use foretell::fault::{Code, Fault};
use foretell::node::Node;
use foretell::{Config, Engine, State};
use proptest::prelude::*;
use proptest::sample::select;
use serde::Deserialize as _;

use super::configs::configs;
use super::rows::rows;
use super::{assess, cases, check_ranges, check_sums, explanations};

/// The wording of a fault: lower case, no final period, one line, a place.
pub(crate) fn check_wording(fault: &Fault) -> Result<(), TestCaseError> {
    let texts = [Some(&fault.message), fault.help.as_ref()];
    for text in texts.into_iter().flatten() {
        prop_assert!(!text.is_empty() && !text.contains('\n'), "{fault:?}");
        prop_assert!(!text.starts_with(char::is_uppercase), "{fault:?}");
        prop_assert!(!text.ends_with('.') && text.trim() == text, "{fault:?}");
    }
    if fault.code != Code::Limit || !fault.place.path.is_empty() {
        let place = &fault.place;
        prop_assert!(place.line.is_some(), "{fault:?}");
        let (column, length) = (place.column.unwrap() as usize, place.length.unwrap() as usize);
        let Some(snippet) = &place.snippet else {
            // Nobody reads so far into a line.
            prop_assert!(column > 1001, "{fault:?}");
            return Ok(());
        };
        let width = snippet.chars().count();
        // What is missing at the end of a line is marked just past it.
        prop_assert!(column <= width + 1 && column + length <= width + 2, "{fault:?}");
    }
    Ok(())
}

/// Compiles a text; whatever comes of it is in order.
fn check_text(text: &str, rows: &super::Rows) -> Result<(), TestCaseError> {
    let config = Config::parse(text);
    match Engine::compile(&config) {
        Ok(engine) => {
            let assessment = assess(&engine, rows, &State::new());
            // Nothing that was written is passed over.
            prop_assert_eq!(config.faults(), &[]);
            prop_assert_eq!(assessment.scorecards().count(), config.scorecards.len());
            prop_assert_eq!(assessment.rules().len(), config.rules.len());
            check_ranges(&assessment)?;
            for it in explanations(&engine, &assessment) {
                check_sums(&it)?;
            }
        }
        Err(faults) => {
            prop_assert!(faults.has_errors());
            for fault in faults.list() {
                check_wording(fault)?;
            }
            prop_assert!(!faults.to_string().is_empty());
        }
    }
    Ok(())
}

/// Something to put where it does not belong.
fn junk() -> BoxedStrategy<String> {
    let fixed = select(vec![
        "",
        "nan",
        "-inf",
        "1e999",
        "99999999999999999999",
        "-1",
        "0",
        "[",
        "]",
        "{",
        "}",
        "[[",
        "'",
        "\"",
        "\"\"\"",
        "'''",
        "=",
        "==",
        ",",
        "\n",
        ".",
        "..",
        "loop { }",
        "x.len()",
        "fn f() { }",
        "true",
        "2026-01-01",
        "\\u0000",
        "é",
        "𝄞",
        "#",
        "name",
        "when",
        "metrics",
        "\u{0}",
        "\r\n",
        "0x7fffffffffffffff",
        "${",
        "}",
        "if",
        "let",
        "[[scorecards]]",
        "_",
    ])
    .prop_map(str::to_owned);
    prop_oneof![4 => fixed, 1 => "\\PC{0,8}"].boxed()
}

/// A config with some of its tokens deleted, doubled, swapped or replaced.
fn mutated() -> BoxedStrategy<String> {
    let edits = prop::collection::vec((any::<prop::sample::Index>(), 0..5_u8, junk()), 1..6);
    (configs(), edits)
        .prop_map(|(text, edits)| {
            let mut tokens = tokens(&text);
            for (at, kind, junk) in edits {
                let at = at.index(tokens.len().max(1));
                match kind {
                    _ if tokens.is_empty() => tokens.push(junk),
                    0 => drop(tokens.remove(at)),
                    1 => tokens.insert(at, tokens[at].clone()),
                    2 => {
                        let other = (at * 7 + 1) % tokens.len();
                        tokens.swap(at, other);
                    }
                    _ => tokens[at] = junk,
                }
            }
            tokens.concat()
        })
        .boxed()
}

/// Words, spaces and signs, which make up the text again.
fn tokens(text: &str) -> Vec<String> {
    let class = |it: char| match it {
        it if it.is_alphanumeric() || it == '_' || it == '.' => 0,
        it if it.is_whitespace() => 1,
        _ => 2,
    };
    let mut tokens: Vec<String> = Vec::new();
    let mut last = None;
    for char in text.chars() {
        let now = class(char);
        match tokens.last_mut().filter(|_| last == Some(now) && now != 2) {
            Some(token) => token.push(char),
            None => tokens.push(char.to_string()),
        }
        last = Some(now);
    }
    tokens
}

proptest! {
    #![proptest_config(cases(80))]

    #[test]
    fn no_text_makes_compile_panic(text in "\\PC{0,120}", lines in "([a-z=\\[\\]{}'\", .0-9#\n]){0,200}") {
        for text in [text, lines] {
            if let Err(faults) = Engine::compile(&Config::parse(&text)) {
                for fault in faults.list() {
                    check_wording(fault)?;
                }
            }
        }
    }

    #[test]
    fn no_mutated_config_makes_compile_panic(text in mutated(), rows in rows(3)) {
        check_text(&text, &rows)?;
    }

    #[test]
    fn no_expression_makes_compile_panic(
        text in "[a-z0-9 ()!&|<>=+*/%.,?\"\\[\\]{};$-]{0,60}", valid in "(n0|f0|t0| |[0-9]|\\(|\\)|&&|\\|\\||\\?\\?|[<>+*/!-]){0,24}",
    ) {
        for text in [text, valid] {
            let config = format!(
                "metrics = [{{ name = \"n0\" }}, {{ name = \"f0\", type = \"flag\" }}, \
                 {{ name = \"t0\", type = \"text\" }}]\n\
                 [[rules]]\nname = \"r\"\nwhen = '''{text}'''\nmessage = '''a ${{{text}}} b'''"
            );
            if let Err(faults) = Engine::compile(&Config::parse(&config)) {
                for fault in faults.list() {
                    check_wording(fault)?;
                }
            }
        }
    }

    #[test]
    fn the_hash_is_of_what_a_config_says(text in configs(), at in any::<prop::sample::Index>()) {
        let config = Config::parse(&text);
        let hash = |config: &Config| Engine::compile(config).unwrap().hash().to_owned();
        let plain = hash(&config);
        prop_assert_eq!(&plain, &hash(&Config::parse(&text)));
        let spaced = text.replace(" = ", "  =\t").replace('\n', "   # said\n\n");
        prop_assert_eq!(&plain, &hash(&Config::parse(&spaced)));
        let json = serde_json::to_string(&config).unwrap();
        let node = Node::deserialize(&mut serde_json::Deserializer::from_str(&json)).unwrap();
        let read = Config::from_node(node);
        prop_assert_eq!(read.faults(), &[]);
        prop_assert_eq!(&plain, &hash(&read));

        let weights = super::weights(&mut config.clone()).len();
        let mut other = config.clone();
        let one = at.index(weights);
        let mut all = super::weights(&mut other);
        *all[one] = *all[one] * 1.5 + 1e-9;
        drop(all);
        prop_assert_ne!(&plain, &hash(&other));
    }
}

#[test]
fn hostile_texts_end_in_faults_or_an_engine() {
    let metric = "[[metrics]]\nname = \"m\"\nrange = [0, 1]\nbetter = \"higher\"\n";
    let many: String = (0..2000).map(|at| format!("[[metrics]]\nname = \"m{at}\"\n")).collect();
    let nested = |open: &str, close: &str, deep: usize| {
        format!("{}{}", open.repeat(deep), close.repeat(deep))
    };
    for text in [
        format!("a = {}", nested("[", "]", 50_000)),
        format!("a = {}", nested("{ a = ", "}", 50_000)),
        nested("[", "]", 500_000),
        format!("[{}a]", "a.".repeat(100_000)),
        "\"".repeat(Config::LONGEST_TEXT),
        "#".repeat(Config::LONGEST_TEXT),
        "\n".repeat(Config::LONGEST_TEXT - 1),
        format!("name = \"{}\"", "é".repeat(Config::LONGEST_TEXT / 2 - 10)),
        format!("[[rules]]\nname = \"r\"\nwhen = '{}m > 0'\n{metric}", "(".repeat(16_000)),
        format!("[[rules]]\nname = \"r\"\nwhen = '{}true'\n{metric}", "!".repeat(16_000)),
        format!("[[rules]]\nname = \"r\"\nwhen = 'm > 0{}'\n{metric}", " + m".repeat(4_000)),
        format!("[[rules]]\nname = \"r\"\nwhen = '{}'\n{metric}", "m > 0 && ".repeat(100_000)),
        format!("x = 1\n{}", "y = = 2\n".repeat(2_000)),
        many,
    ] {
        if let Err(faults) = Engine::compile(&Config::parse(&text)) {
            for fault in faults.list() {
                check_wording(fault).unwrap();
            }
            assert!(!faults.to_string().is_empty());
        }
    }
}
