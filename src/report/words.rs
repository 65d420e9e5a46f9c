//! Phrases that several reports share.

use super::bands::Bands;
use super::block::{Notice, Score, Strip};
use super::colour::{FALL, PLAIN, RISE};
use crate::alert::{OpenAlert, Suppressor};
use crate::config::RuleSeverity;
use crate::memory::Health;
use crate::score::{Explanation, NoScore};
use crate::text::number::percent;
use crate::value::Value;

/// With a large first letter and a full stop.
pub(super) fn sentence(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().into_iter().flat_map(char::to_uppercase);
    first.chain(rest).chain(['.']).collect()
}

/// A score, or why there is none.
pub(super) fn score_or_why(it: &Explanation) -> String {
    match (it.score, it.no_score()) {
        (Some(score), _) => it.shown(score),
        (None, Some(NoScore::NothingApplies)) => "no score: nothing applies".to_owned(),
        (None, Some(NoScore::NothingMeasured)) => "no score: nothing is measured".to_owned(),
        (None, _) => format!(
            "no score: {} measured of {} needed",
            percent(it.coverage, 1),
            percent(it.min_coverage, 1)
        ),
    }
}

/// A score with its band, coverage and interval.
pub(super) fn score(it: &Explanation, bands: &Bands) -> Score {
    let mut facts = vec![("measured".to_owned(), percent(it.coverage, 1))];
    if let Some([low, high]) = it.interval
        && low < high
    {
        let between = format!("{} to {}", it.shown(low), it.shown(high));
        facts.push(("once the rest is known".to_owned(), between));
    }
    let dated = it.oldest_input.map(|day| day.to_string());
    for (name, value) in [("oldest input", &dated), ("segment", &it.segment), ("stage", &it.stage)]
    {
        facts.extend(value.iter().map(|value| (name.to_owned(), value.clone())));
    }
    let withheld = it.withheld.as_ref().map(|withheld| format!("{withheld} withheld"));
    let own = it.raw_band.as_ref().filter(|_| it.raw_band != it.band);
    let aside = withheld.or_else(|| own.map(|band| format!("on its own {band}")));
    Score {
        value: score_or_why(it),
        band: bands.marked(it.band.as_deref()),
        aside,
        facts,
        strip: Some(Strip {
            score: it.score,
            before: None,
            interval: it.interval,
            meaning: REST,
            bands: bands.clone(),
        }),
    }
}

/// What the interval of a score means.
pub(super) const REST: &str = "once the rest is known";

/// Names and values, for people.
pub(super) fn evidence(of: &[(String, Value)]) -> Vec<(String, String)> {
    of.iter().map(|(name, value)| (name.clone(), value.shown())).collect()
}

pub(super) const fn severity_colour(it: RuleSeverity) -> &'static str {
    match it {
        RuleSeverity::Critical => FALL,
        RuleSeverity::Warning => "#b88400",
        RuleSeverity::Info => RISE,
    }
}

/// An alert that is not over.
pub(super) fn notice(it: &OpenAlert, name: String, shown: &[(String, Value)]) -> Notice {
    let since = match it.fired {
        Some(day) if day != it.since => format!("since {}, fired {day}", it.since),
        _ => format!("since {}", it.since),
    };
    let mut notes: Vec<String> = it.suppressed_by.iter().map(quiet).collect();
    notes.extend(it.owner.as_ref().map(|owner| format!("for {owner}")));
    match it.health {
        Health::Ok => {}
        Health::NoData => notes.push("its condition has no data".to_owned()),
        Health::Faulted => notes.push("its condition could not be asked".to_owned()),
    }
    let firing = it.phase.is_firing();
    Notice {
        colour: if firing { severity_colour(it.severity) } else { PLAIN },
        weight: it.severity.to_string(),
        name,
        state: format!("{} {since}", it.phase.name()),
        message: if it.message == it.rule { String::new() } else { it.message.clone() },
        evidence: evidence(shown),
        notes,
    }
}

/// Why nobody is notified of an alert.
fn quiet(it: &Suppressor) -> String {
    match it {
        Suppressor::Inhibited { rule, kind, subject } => {
            format!("kept quiet by {rule} of {kind} {subject}")
        }
        Suppressor::Silence { author, reason, until, .. } => {
            format!("silenced by {author} until {until}: {reason}")
        }
        Suppressor::Snooze { author, reason, until } => {
            format!("snoozed by {author} until {until}: {reason}")
        }
        Suppressor::Calendar { name } => format!("kept quiet by the calendar {name}"),
        Suppressor::Cooldown { until } => format!("fired again too soon, quiet until {until}"),
        Suppressor::Untold => "nobody was told that it fired".to_owned(),
    }
}
