//! A forecast and a comparison in plain text, for a person who answers for the number.

use std::fmt::{Display, Formatter, Result};

use super::{Basis, Comparison, Disagreement, Forecast, Group, Period};
use crate::outcome::Span;
use crate::outcome::measure::Caution;

/// How many disagreements are shown; the rest are counted.
const SHOWN: usize = 15;

/// How many columns of a group say nothing of people.
const WITHOUT_PEOPLE: usize = 7;

/// An amount in whole units, with its thousands apart; rounded half away from zero.
fn whole(amount: f64) -> String {
    let digits = format!("{:.0}", amount.abs().round());
    let count = digits.len();
    let mut out = String::new();
    if amount < 0.0 && digits != "0" {
        out.push('-');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (count - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn percent(share: f64) -> String {
    format!("{:.0}%", share * 100.0)
}

/// `part` of `all` in percent; a dash of nothing.
fn part(part: f64, all: f64) -> String {
    if all > 0.0 { percent(part / all) } else { "-".to_owned() }
}

/// Rows below their titles: the first column to the left, all others to the right.
fn table(f: &mut Formatter<'_>, titles: &[&str], rows: &[Vec<String>]) -> Result {
    let mut widths: Vec<usize> = titles.iter().map(|it| it.chars().count()).collect();
    for row in rows {
        for (width, it) in widths.iter_mut().zip(row) {
            *width = (*width).max(it.chars().count());
        }
    }
    let titles: Vec<String> = titles.iter().map(|it| (*it).to_owned()).collect();
    for row in std::iter::once(&titles).chain(rows) {
        let mut line = String::new();
        for (at, (it, width)) in row.iter().zip(&widths).enumerate() {
            let width = *width;
            line.push_str("  ");
            line.push_str(&if at == 0 { format!("{it:<width$}") } else { format!("{it:>width$}") });
        }
        writeln!(f, "{}", line.trim_end())?;
    }
    Ok(())
}

fn name(name: Option<&str>) -> String {
    name.unwrap_or("(none)").to_owned()
}

/// What is counted and above 0, in words.
fn counted<const N: usize>(counts: [(usize, &str); N]) -> String {
    let some = counts.into_iter().filter(|it| it.0 > 0);
    some.map(|(count, what)| format!("{count} {what}")).collect::<Vec<_>>().join(", ")
}

impl Display for Forecast {
    /// The whole, what it rests on and leaves out, the book by month, quarter, segment and owner, other likelihoods, and
    /// where people and the model disagree.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let currency = self.currency.map_or_else(String::new, |it| format!(", in {it}"));
        writeln!(f, "Renewals from {} to {}{currency}\n", self.as_of, self.until)?;
        self.summary(f)?;
        let groups = [
            ("By month", &self.months),
            ("By quarter", &self.quarters),
            ("By segment", &self.segments),
            ("By owner", &self.owners),
        ];
        // Where nobody has a segment or an owner there is nothing to tell apart.
        let spoken = self.whole.people.calls > 0;
        for (title, groups) in
            groups.into_iter().filter(|it| it.1.iter().any(|it| it.name.is_some()))
        {
            writeln!(f, "\n{title}")?;
            let mut rows: Vec<Vec<String>> = groups.iter().map(row).collect();
            let titles = [
                "",
                "renewals",
                "value",
                "expected",
                "share",
                "95% from",
                "to",
                "people said of",
                "worth",
                "people",
                "model",
            ];
            let shown = if spoken { titles.len() } else { WITHOUT_PEOPLE };
            rows.iter_mut().for_each(|it| it.truncate(shown));
            table(f, titles.get(..shown).unwrap_or(&titles), &rows)?;
        }
        self.likely(f)?;
        self.queue(f)
    }
}

fn row(it: &Group) -> Vec<String> {
    let people = &it.people;
    let said = |amount: f64| if people.calls > 0 { whole(amount) } else { "-".to_owned() };
    vec![
        name(it.name.as_deref()),
        it.renewals.to_string(),
        whole(it.value),
        whole(it.expected.value),
        part(it.expected.value, it.value),
        whole(it.expected.low),
        whole(it.expected.high),
        people.calls.to_string(),
        said(people.value),
        said(people.expected),
        said(people.model),
    ]
}

impl Forecast {
    fn summary(&self, f: &mut Formatter<'_>) -> Result {
        let it = &self.whole;
        let Span { value, low, high } = it.expected;
        writeln!(f, "  up for renewal  {} subscriptions worth {}", it.renewals, whole(it.value))?;
        writeln!(
            f,
            "  expected        {} ({}); with 95% between {} and {}",
            whole(value),
            part(value, it.value),
            whole(low),
            whole(high)
        )?;
        if it.people.calls > 0 {
            writeln!(
                f,
                "  people expect   {} of the {} they speak of, worth {}; the model {} of the same",
                whole(it.people.expected),
                it.people.calls,
                whole(it.people.value),
                whole(it.people.model)
            )?;
        }
        if it.without_value > 0 {
            writeln!(f, "  without value   {}: in no amount here", it.without_value)?;
        }
        let rests = counted([
            (it.rests.score, "on their own score"),
            (it.rests.segment, "on what happened in their segment"),
            (it.rests.everyone, "on what happened to all"),
            (it.rests.nothing, "on nothing (taken for a half)"),
        ]);
        if !rests.is_empty() {
            writeln!(f, "  probabilities   {rests}")?;
        }
        let out = &self.left_out;
        let left = counted([
            (out.undated, "without a day of renewal"),
            (out.overdue, "overdue"),
            (out.later, "after the horizon"),
            (out.repeated, "later renewals of a subscription that is in already"),
        ]);
        if !left.is_empty() {
            writeln!(f, "  left out        {left}")?;
        }
        if out.unread_calls > 0 {
            let words: Vec<String> =
                out.unknown_categories.iter().map(|it| format!("`{it}`")).collect();
            let words =
                if words.is_empty() { String::new() } else { format!(" ({})", words.join(", ")) };
            writeln!(f, "  not understood  {} calls of people{words}", out.unread_calls)?;
        }
        Ok(())
    }

    fn likely(&self, f: &mut Formatter<'_>) -> Result {
        if self.whole.likely.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nWhat is likely")?;
        let rows = self.whole.likely.iter().map(|it| {
            vec![
                format!("{} by {}", it.what.as_str(), it.scorecard),
                format!("{:.1} of {}", it.count.value, self.whole.renewals),
                format!("{:.0}", it.count.low),
                format!("{:.0}", it.count.high),
                whole(it.value.value),
            ]
        });
        table(f, &["", "expected", "95% from", "to", "with a value of"], &rows.collect::<Vec<_>>())
    }

    fn queue(&self, f: &mut Formatter<'_>) -> Result {
        if self.whole.people.calls == 0 && self.disagreements.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nWhere people and the model disagree, most value at stake first")?;
        if self.disagreements.is_empty() {
            return writeln!(f, "  nowhere");
        }
        let rows: Vec<Vec<String>> = self.disagreements.iter().take(SHOWN).map(doubt).collect();
        let titles =
            ["", "renewal", "owner", "value", "people", "model", "95%", "rests on", "at stake"];
        table(f, &titles, &rows)?;
        match self.disagreements.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => writeln!(f, "  and {more} more"),
        }
    }
}

fn doubt(it: &Disagreement) -> Vec<String> {
    let amount = |it: Option<f64>| it.map_or_else(|| "-".to_owned(), whole);
    let rests = match it.model.basis {
        Basis::Score => "score",
        Basis::Segment => "segment",
        Basis::Everyone => "all",
        Basis::Nothing => "nothing",
    };
    vec![
        it.subject.to_string(),
        it.day.to_string(),
        name(it.owner.as_deref()),
        amount(it.value),
        percent(it.human),
        percent(it.model.probability),
        format!("{} to {}", percent(it.model.low), percent(it.model.high)),
        rests.to_owned(),
        amount(it.at_stake),
    ]
}

impl Display for Comparison {
    /// Both sides over all, by quarter and by owner, and what may be concluded.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let it = &self.whole;
        writeln!(
            f,
            "People against the model: {} past renewals, {} renewed\n",
            it.calls, it.renewed
        )?;
        let mut rows = vec![past("all", it)];
        let parts = self.quarters.iter().chain(&self.owners);
        rows.extend(parts.map(|it| past(&name(it.name.as_deref()), it)));
        let titles = [
            "",
            "calls",
            "renewed",
            "bias: people",
            "model",
            "Brier: people",
            "model",
            "nearer: people",
            "model",
            "too much expected: people",
            "model",
            "beware",
        ];
        table(f, &titles, &rows)?;
        writeln!(f)?;
        self.conclusion(f)
    }
}

fn past(name: &str, it: &Period) -> Vec<String> {
    let beware = match it.caution {
        None => "",
        Some(Caution::OneOutcome) => "one outcome",
        Some(Caution::VeryFew) => "very few",
        Some(Caution::Few) => "few",
    };
    vec![
        name.to_owned(),
        it.calls.to_string(),
        it.renewed.to_string(),
        format!("{:+.3}", it.human.bias + 0.0),
        format!("{:+.3}", it.model.bias + 0.0),
        format!("{:.3}", it.human.brier),
        format!("{:.3}", it.model.brier),
        it.human_nearer.to_string(),
        it.model_nearer.to_string(),
        whole(it.human.value_bias),
        whole(it.model.value_bias),
        beware.to_owned(),
    ]
}

impl Comparison {
    fn conclusion(&self, f: &mut Formatter<'_>) -> Result {
        if let Some(Span { value, low, high }) = self.brier_gap {
            let verdict = match (self.is_telling(), value > 0.0) {
                (true, true) => "the model was better",
                (true, false) => "people were better",
                (false, _) => "not enough to say who was better",
            };
            writeln!(
                f,
                "  Brier, people less model: {value:+.3} (95% {low:+.3} to {high:+.3}): {verdict}"
            )?;
        }
        if let Some(Span { low, high, .. }) = self.model_right {
            writeln!(
                f,
                "  Where they were 20 points or more apart, the model was nearer in {} of {} ({} to {})",
                self.apart.count,
                self.apart.of,
                percent(low),
                percent(high)
            )?;
        }
        if self.one_sided > 0 {
            writeln!(f, "  Not compared: {} renewals with one call or none", self.one_sided)?;
        }
        Ok(())
    }
}
