//! The quality of alerts as a short table for people.

use std::fmt;

use super::{AlertQuality, RuleQuality, RuleStanding, Share};
use crate::text::number;

impl fmt::Display for Share {
    /// Such as `40% (23% to 59%)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [value, low, high] =
            [self.value, self.low, self.high].map(|share| number::percent(share, 0));
        write!(f, "{value} ({low} to {high})")
    }
}

const HEAD: [&str; 10] = [
    "rule",
    "fired",
    "told",
    "judged",
    "useful",
    "noise",
    "too early",
    "precision (95%)",
    "days open",
    "per subject and month",
];

impl fmt::Display for AlertQuality {
    /// A table, and below it what must be said of its numbers. The last line has no line break.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rows = vec![HEAD.map(str::to_owned)];
        rows.extend(self.rules.iter().map(cells));
        let mut lines: Vec<String> = rows.iter().map(|row| line(row, &rows)).collect();
        lines.extend(self.rules.iter().flat_map(notes));
        if let Some(rate) = self.per_account_month {
            lines.push(format!("alerts per account and month: {}", self::rate(rate)));
        }
        if self.replaced > 0 {
            lines.push(format!("{}: a later one replaced it", judgements(self.replaced)));
        }
        if !self.unknown.is_empty() {
            let count = judgements(self.unknown.len());
            lines.push(format!("{count}: no such alert among these, not counted"));
        }
        f.write_str(&lines.join("\n"))
    }
}

fn cells(it: &RuleQuality) -> [String; 10] {
    let [fired, told, judged, useful, noise, too_early] =
        [it.fired, it.told, it.judged, it.useful, it.noise, it.too_early].map(number::count);
    [
        it.rule.clone(),
        fired,
        told,
        judged,
        useful,
        noise,
        too_early,
        number::or_dash(it.precision.map(|precision| precision.to_string())),
        number::or_dash(it.median_days_open.map(|days| days.to_string())),
        number::or_dash(it.per_subject_month.map(rate)),
    ]
}

/// A row under its heads: the first cell to the left, the others to the right.
fn line(row: &[String; 10], rows: &[[String; 10]]) -> String {
    let mut text = String::new();
    for (at, cell) in row.iter().enumerate() {
        let wide = rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max();
        let wide = wide.unwrap_or(0);
        text += &if at == 0 { format!("{cell:<wide$}") } else { format!("  {cell:>wide$}") };
    }
    text.trim_end().to_owned()
}

fn notes(it: &RuleQuality) -> Vec<String> {
    let rule = &it.rule;
    let mut notes = Vec::new();
    if !it.in_config {
        notes.push(format!("{rule}: the config no longer has it"));
    }
    match it.standing {
        RuleStanding::NeverFired => notes.push(format!("{rule}: never fired")),
        RuleStanding::NotJudged => notes.push(format!("{rule}: nobody judged it")),
        RuleStanding::NeverUseful => notes.push(format!("{rule}: never judged useful")),
        RuleStanding::Useful => {}
    }
    if it.is_small_sample() {
        let enough = RuleQuality::ENOUGH;
        notes.push(format!("{rule}: {} judged, under {enough} says little", it.judged));
    }
    notes
}

fn judgements(count: usize) -> String {
    number::many(count, "judgement")
}

/// Two digits that say something, however small.
fn rate(rate: f64) -> String {
    let decimals = [(1.0, 2), (0.1, 3), (0.01, 4), (0.001, 5)];
    let decimals = decimals.iter().find(|it| it.0 <= rate).map_or(6, |it| it.1);
    if rate > 0.0 { number::fixed(rate, decimals) } else { "0".to_owned() }
}
