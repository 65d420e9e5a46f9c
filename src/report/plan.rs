//! What an engine does with each expression of its config.

use super::Report;
use super::block::{Block, Entry, Share, Shares};
use super::colour::{Mark, PLAIN, RISE};
use super::words::sentence;
use crate::engine::{Gear, Plan, Planned};

/// A report on a plan: how many expressions are compiled, and the steps of each, or why it is interpreted.
///
/// A plan comes from [`Engine::plan`](crate::engine::Engine::plan).
#[must_use]
pub fn plan(plan: &Plan) -> Report {
    let mut report = Report::new("Plan", "how the expressions of a config run");
    let (compiled, all) = plan.coverage();
    report.push(Block::Line(format!("{compiled} of {all} expressions are compiled.")));
    if all > 0 {
        let share = |colour, name: &str, count| Share {
            mark: Mark::square(colour),
            name: name.to_owned(),
            count,
        };
        let mut parts = vec![share(RISE, "compiled", compiled)];
        if compiled < all {
            parts.push(share(PLAIN, "interpreted", all - compiled));
        }
        report.push(Shares { title: "expressions by how they run".to_owned(), parts });
    }
    for it in &plan.shared {
        report.push(Block::Line(format!(
            "The {} rules about {} run together: {} steps instead of {}.",
            it.rules,
            it.kind.plural(),
            it.steps,
            it.alone
        )));
    }
    for it in &plan.alone {
        report.push(Block::Line(sentence(&it.to_string())));
    }
    if !plan.expressions.is_empty() {
        report.push(Block::Listing(plan.expressions.iter().map(entry).collect()));
    }
    report
}

fn entry(it: &Planned) -> Entry {
    let steps = it.steps.len();
    let state = match (&it.why, it.gear) {
        (Some(why), _) => format!("interpreted: {why}"),
        (None, Gear::Interpreted) => "interpreted".to_owned(),
        (None, Gear::Compiled) if steps == 1 => "compiled, 1 step".to_owned(),
        (None, Gear::Compiled) => format!("compiled, {steps} steps"),
    };
    Entry {
        place: it.path.clone(),
        code: it.text.clone(),
        state,
        // A message is text, which is always interpreted.
        good: it.message || it.gear == Gear::Compiled,
        lines: it.steps.clone(),
    }
}
