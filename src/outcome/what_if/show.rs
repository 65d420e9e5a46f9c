//! Two configs side by side, as a text for people.

use std::fmt;

use super::{CardWhatIf, ConfigComparison, RuleComparison, RuleWhatIf, WhatIf};
use crate::alert::Share;
use crate::outcome::backtest::{Judged, Source};
use crate::outcome::page::{band, interval, row, table};
use crate::text::number::{count, fixed, many, or_dash, signed, whole};

/// How many names stand in a line before the rest is counted.
const NAMED: usize = 5;

impl fmt::Display for WhatIf {
    /// A page: who changes bands, whose score moves and why, for whom rules speak. The last line has no line break.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = format!("What if, on {}\n", self.as_of);
        for it in &self.cards {
            text += &format!("\n{}", card(it));
        }
        for name in &self.unmatched {
            text += &format!("\n{name}: only one of the two configs has this scorecard\n");
        }
        if !self.rules.is_empty() {
            let mut rows = vec![row(["rule", "both", "gained", "lost", ""])];
            rows.extend(self.rules.iter().map(rule));
            text += &format!("\nRules whose condition holds\n{}", table(&rows));
        }
        f.write_str(text.trim_end())
    }
}

fn card(it: &CardWhatIf) -> String {
    let all: usize = it.moves.iter().map(|moved| moved.subjects).sum();
    let mut text = format!(
        "{}: {} of {} in another band",
        it.scorecard,
        count(it.moved),
        many(all, it.kind.name())
    );
    if let Some(value) = it.moved_value {
        text += &format!(", worth {}", whole(value));
    }
    if let Some(change) = it.mean_change {
        text += &format!("; mean change of the score {}", signed(change, 1));
    }
    text += &format!("\n{}", matrix(it));
    for moved in &it.furthest {
        text += &format!(
            "\n  {} ({} to {}): {}",
            moved.subject,
            band(moved.from.as_deref()),
            band(moved.to.as_deref()),
            moved.change.to_string().replace('\n', "\n  ").trim_end()
        );
    }
    if !it.furthest.is_empty() {
        text.push('\n');
    }
    text
}

/// The first config's bands down, the second's across.
fn matrix(it: &CardWhatIf) -> String {
    let mut names: Vec<Option<&String>> = it.bands.iter().map(Some).collect();
    if it.moves.iter().any(|moved| moved.from.is_none() || moved.to.is_none()) {
        names.push(None);
    }
    let name = |it: &Option<&String>| band(it.map(String::as_str)).to_owned();
    let mut rows = vec![
        std::iter::once("from \\ to".to_owned()).chain(names.iter().map(name)).collect::<Vec<_>>(),
    ];
    for from in &names {
        let mut cells = vec![name(from)];
        for to in &names {
            let found = it
                .moves
                .iter()
                .find(|moved| moved.from.as_ref() == *from && moved.to.as_ref() == *to);
            cells.push(found.map_or_else(String::new, |moved| match moved.value {
                Some(value) => format!("{} ({})", count(moved.subjects), whole(value)),
                None => count(moved.subjects),
            }));
        }
        rows.push(cells);
    }
    table(&rows)
}

fn rule(it: &RuleWhatIf) -> Vec<String> {
    let mut who = Vec::new();
    for (sign, ids) in [("+", &it.gained), ("-", &it.lost)] {
        who.extend(ids.iter().take(NAMED).map(|id| format!("{sign}{id}")));
        if ids.len() > NAMED {
            who.push(format!("{sign}{} more", count(ids.len() - NAMED)));
        }
    }
    vec![
        it.rule.clone(),
        count(it.both),
        count(it.gained.len()),
        count(it.lost.len()),
        who.join(" "),
    ]
}

impl fmt::Display for ConfigComparison {
    /// A page: alerts told, accuracy before and after, and the last day. The last line has no line break.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = "Two configs over one history\n".to_owned();
        if !self.rules.is_empty() {
            let mut rows = vec![row(["alerts told", "both", "gained", "lost"])];
            let cells = |it: &RuleComparison| {
                let counts = [it.both, it.gained.len(), it.lost.len()].map(count);
                [vec![it.rule.clone()], counts.to_vec()].concat()
            };
            rows.extend(self.rules.iter().map(cells));
            text += &format!("\n{}", table(&rows));
        }
        if let Some([before, after]) = &self.accuracy {
            for aim in &after.aims {
                let heads = [&aim.aim, "told", "precision", "caught", "lead (days)", "ROC AUC"];
                let mut rows = vec![row(heads)];
                rows.extend(accuracy(before, &aim.aim, "before"));
                rows.extend(accuracy(after, &aim.aim, "after"));
                text += &format!("\n{}", table(&rows));
            }
        }
        if let Some(last) = &self.last_day {
            text += &format!("\n{last}\n");
        }
        f.write_str(text.trim_end())
    }
}

/// One line for all rules, and one for each scorecard.
fn accuracy(it: &Judged, aim: &str, when: &str) -> Vec<Vec<String>> {
    let shown = it.sources.iter().filter(|source| !matches!(source.source, Source::Rule(_)));
    let line = |source: &crate::outcome::backtest::SourceJudgement| {
        let against = source.against.iter().find(|against| against.aim == aim)?;
        let auc = it.cards.iter().find(|card| {
            card.aim == aim && source.source == Source::Scorecard(card.scorecard.clone())
        });
        let lead = against.lead.as_ref().and_then(|lead| lead.median);
        let share = |it: Option<Share>| or_dash(it.map(interval));
        Some(vec![
            format!("{}, {when}", source.source),
            count(source.told),
            share(against.precision),
            share(against.recall),
            or_dash(lead.map(whole)),
            or_dash(auc.and_then(|auc| auc.roc_auc).map(|roc_auc| fixed(roc_auc, 3))),
        ])
    };
    shown.filter_map(line).collect()
}
