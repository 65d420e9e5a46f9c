//! The ready-made playbooks: each walks to its end, and its example in the documents compiles.

use std::fmt::Write as _;

use foretell::config::{Config, ReadyMade};
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::playbook::{ActionSort, EndReason, Turn};
use foretell::{Engine, Input, State};

use super::timeline::day;

const DOCS: &str = include_str!("../../docs/playbooks.md");

fn config(which: ReadyMade) -> String {
    format!(
        "[[metrics]]\nname = \"x\"\n[[rules]]\nname = \"r\"\nwhen = \"x > 0\"\nplaybook = \"p\"\n\
         [[playbooks]]\nname = \"p\"\nready_made = \"{}\"\n",
        which.name()
    )
}

/// A line for each action of a playbook whose alert fires from day 4, a Monday, and what it ended with.
fn walk(text: &str) -> (String, EndReason) {
    let engine = Engine::compile(&Config::parse(text)).unwrap_or_else(|it| panic!("{it}"));
    assert_eq!(engine.warnings(), []);
    let mut frame = Frame::new(SubjectKind::Subscription, ["a"]).unwrap();
    frame.insert("x", Column::numbers([Some(1.0)])).unwrap();
    let (mut state, mut lines, mut previous) = (State::new(), String::new(), day(4));
    let mut reports = Vec::new();
    for at in 4..120 {
        let input = Input::frame(&frame).with_reports(&reports);
        let out = engine.assess(&input, day(at), &state).unwrap();
        for it in out.actions() {
            assert_eq!(it.sort, ActionSort::Step, "{it:?}");
            let deadline = it.deadline.map_or_else(|| "-".to_owned(), |it| it.to_string());
            let owner = it.owner.as_deref().unwrap_or("-");
            let _ = writeln!(
                lines,
                "{} {deadline:10} {:11} {owner:18} {}: {}",
                it.day,
                it.channel.name(),
                it.step,
                it.title
            );
            assert!(previous <= it.day && !it.text.is_empty());
            previous = it.day;
        }
        // All is done on the day it is issued.
        reports = out
            .actions()
            .iter()
            .map(|it| {
                foretell::playbook::ActionReport::new(
                    it.id.clone(),
                    foretell::playbook::ActionOutcome::Done,
                    day(at),
                )
            })
            .collect();
        let ended = out.enrolment_changes().iter().find_map(|it| match it.turn {
            Turn::Ended { reason } => Some(reason),
            _ => None,
        });
        if let Some(reason) = ended {
            return (lines, reason);
        }
        state = out.state().clone();
    }
    panic!("it never ends:\n{lines}");
}

#[test]
fn each_ready_made_playbook_walks_to_its_end() {
    let mut all = String::new();
    for which in ReadyMade::ALL {
        let (lines, reason) = walk(&config(which));
        assert_eq!(reason, EndReason::Finished);
        assert!(lines.lines().count() >= 6, "{lines}");
        assert!(lines.lines().next().unwrap().contains("review_data"), "{lines}");
        let _ = writeln!(all, "{}\n{lines}", which.name());
    }
    insta::assert_snapshot!("ready", all);
}

#[test]
fn what_is_written_beside_wins() {
    let text = config(ReadyMade::LowUsage).replace(
        "ready_made",
        "steps = [{ channel = \"call\", title = \"Call\", text = \"now\" }]\nready_made",
    );
    let (lines, _) = walk(&text);
    assert_eq!(lines.lines().count(), 1);
    // Its days are still those of work.
    let calendar = config(ReadyMade::LowUsage) + "days = \"calendar\"\n";
    let (of_work, all) = (walk(&config(ReadyMade::LowUsage)).0, walk(&calendar).0);
    assert_eq!(of_work.lines().count(), all.lines().count());
    let last = |it: &str| it.lines().last().unwrap().split(' ').next().unwrap().to_owned();
    assert!(last(&all) < last(&of_work), "{all}{of_work}");
}

#[test]
fn the_configs_of_the_documents_compile() {
    let blocks: Vec<&str> =
        DOCS.split("```toml\n").skip(1).filter_map(|it| it.split("```").next()).collect();
    for text in &blocks {
        let engine =
            Engine::compile(&Config::parse(text)).unwrap_or_else(|it| panic!("{text}\n{it}"));
        assert_eq!(engine.warnings(), [], "{text}");
    }
    for which in ReadyMade::ALL {
        let line = format!("ready_made = \"{}\"", which.name());
        assert!(blocks.iter().any(|it| it.contains(&line)), "no example of `{}`", which.name());
    }
}

/// The lists of steps in the documents are those of the crate.
#[test]
fn the_steps_in_the_documents_are_those_that_come() {
    for which in ReadyMade::ALL {
        let section = DOCS
            .split(&format!("\n### `{}`", which.name()))
            .nth(1)
            .unwrap_or_else(|| panic!("{}", which.name()));
        let section = section.split("\n### ").next().unwrap();
        let listed: Vec<&str> =
            section.lines().filter_map(|it| it.strip_prefix("| `")?.split('`').next()).collect();
        let (lines, _) = walk(&config(which));
        let issued: Vec<&str> = lines
            .lines()
            .map(|it| it.split(": ").next().unwrap().rsplit(' ').next().unwrap())
            .collect();
        assert_eq!(listed, issued, "{}", which.name());
    }
}
