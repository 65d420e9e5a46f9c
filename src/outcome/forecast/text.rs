//! A forecast and a comparison in plain text, for a person who answers for the number.

use std::fmt::{Display, Formatter, Result};

use super::{CallComparison, CallPeriod, Disagreement, Forecast, RenewalGroup, RenewalLine};
use crate::outcome::Span;
use crate::outcome::measure::Caution;
use crate::text::number::{
    count, fixed, grouped, or_dash, part, percent, points, signed, tenths, whole,
};

/// How many renewals and disagreements are shown; the rest are counted.
const SHOWN: usize = 15;

/// The columns of renewals at risk; which of them names the owner, and from which on health is told.
const RISK: [&str; 11] = [
    "",
    "renewal",
    "owner",
    "value",
    "likely",
    "95%",
    "rests on",
    "expected",
    "at risk",
    "health then",
    "95%",
];
const OWNER: usize = 2;
const HEALTH: usize = 9;

/// How many columns of a group say nothing of people.
const WITHOUT_PEOPLE: usize = 7;

/// Rows below their titles: the first column to the left, all others to the right.
fn table(f: &mut Formatter<'_>, titles: &[&str], rows: &[Vec<String>]) -> Result {
    let mut widths: Vec<usize> = titles.iter().map(|title| title.chars().count()).collect();
    for row in rows {
        for (width, it) in widths.iter_mut().zip(row) {
            *width = (*width).max(it.chars().count());
        }
    }
    let titles: Vec<String> = titles.iter().map(|title| (*title).to_owned()).collect();
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

/// The name of a group.
pub(crate) fn name(name: Option<&str>) -> String {
    name.unwrap_or("(none)").to_owned()
}

/// What is counted and above 0, in words.
fn counted<const N: usize>(counts: [(usize, &str); N]) -> String {
    let some = counts.into_iter().filter(|count| count.0 > 0);
    some.map(|(count, what)| format!("{count} {what}")).collect::<Vec<_>>().join(", ")
}

impl Display for Forecast {
    /// The whole, what it rests on and leaves out, the book by month, quarter, segment and owner, other likelihoods, the
    /// renewals with most value at risk, and where people and the model disagree.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.page(f, SHOWN)
    }
}

fn row(it: &RenewalGroup) -> Vec<String> {
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
    /// Its title.
    pub(crate) fn title(&self) -> String {
        format!("Renewals from {} to {}", self.as_of, self.until)
    }

    /// A page with so many renewals and disagreements at most.
    pub(crate) fn page(&self, f: &mut Formatter<'_>, most: usize) -> Result {
        let currency =
            self.currency.map_or_else(String::new, |currency| format!(", in {currency}"));
        writeln!(f, "{}{currency}\n", self.title())?;
        let facts = self.facts();
        let wide = facts.iter().map(|fact| fact.0.len()).max().unwrap_or(0);
        for (name, said) in facts {
            writeln!(f, "  {name:<wide$}  {said}")?;
        }
        // Where nobody has a segment or an owner there is nothing to tell apart.
        let spoken = self.whole.people.calls > 0;
        for (title, groups) in self.parts() {
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
            rows.iter_mut().for_each(|row| row.truncate(shown));
            table(f, titles.get(..shown).unwrap_or(&titles), &rows)?;
        }
        self.likely(f)?;
        self.risks(f, most)?;
        self.queue(f, most)
    }

    /// The groups, with what they are by; those in which nobody has a name are left out.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (&'static str, &[RenewalGroup])> {
        let groups = [
            ("By month", &self.months),
            ("By quarter", &self.quarters),
            ("By segment", &self.segments),
            ("By owner", &self.owners),
        ];
        // Nor is a quarter of one month told from that month.
        let one = self.months.len() < 2;
        let said = move |it: &(&str, &Vec<RenewalGroup>)| {
            it.1.iter().any(|group| group.name.is_some()) && !(one && it.0 == "By quarter")
        };
        groups.into_iter().filter(said).map(|(title, groups)| (title, groups.as_slice()))
    }

    /// The whole, what it rests on and what it leaves out: names and sentences.
    pub(crate) fn facts(&self) -> Vec<(&'static str, String)> {
        let it = &self.whole;
        if it.renewals == 0 {
            let none = ("up for renewal", "nothing".to_owned());
            return std::iter::once(none).chain(self.not_in_it()).collect();
        }
        let Span { value, low, high } = it.expected;
        let renewals = if it.renewals == 1 {
            "1 subscription".to_owned()
        } else {
            format!("{} subscriptions", it.renewals)
        };
        if it.renewals == it.without_value {
            let mut out = vec![("up for renewal", format!("{renewals} of unknown value"))];
            out.extend(self.rests().into_iter().chain(self.not_in_it()));
            return out;
        }
        let mut out = vec![
            ("up for renewal", format!("{renewals} worth {}", whole(it.value))),
            (
                "expected",
                format!(
                    "{} ({}); 95% sure: {} to {}",
                    whole(value),
                    part(value, it.value),
                    whole(low),
                    whole(high)
                ),
            ),
        ];
        if it.people.calls > 0 {
            out.push((
                "people expect",
                format!(
                    "{} of the {} they speak of, worth {}; the model {} of the same",
                    whole(it.people.expected),
                    it.people.calls,
                    whole(it.people.value),
                    whole(it.people.model)
                ),
            ));
        }
        if it.without_value > 0 {
            out.push(("without value", format!("{}: in no amount here", it.without_value)));
        }
        out.extend(self.rests().into_iter().chain(self.not_in_it()));
        out
    }

    /// What the probabilities rest on.
    fn rests(&self) -> Option<(&'static str, String)> {
        let it = &self.whole.rests;
        let rests = counted([
            (it.score, "on their own score"),
            (it.segment, "on what happened in their segment"),
            (it.everyone, "on what happened to all"),
            (it.nothing, "on nothing (taken for a half)"),
        ]);
        (!rests.is_empty()).then_some(("probabilities", rests))
    }

    fn not_in_it(&self) -> Vec<(&'static str, String)> {
        let mut facts = Vec::new();
        let out = &self.left_out;
        let left = counted([
            (out.undated, "without a day of renewal"),
            (out.overdue, "overdue"),
            (out.later, "after the horizon"),
            (out.repeated, "later renewals of a subscription that is in already"),
        ]);
        if !left.is_empty() {
            facts.push(("left out", left));
        }
        if out.unread_calls > 0 {
            let words: Vec<String> =
                out.unknown_categories.iter().map(|word| format!("`{word}`")).collect();
            let words =
                if words.is_empty() { String::new() } else { format!(" ({})", words.join(", ")) };
            facts.push(("not understood", format!("{} calls of people{words}", out.unread_calls)));
        }
        facts
    }

    /// The renewals with most value at risk.
    fn risks(&self, f: &mut Formatter<'_>, most: usize) -> Result {
        if self.lines.is_empty() || most == 0 {
            return Ok(());
        }
        writeln!(f, "\nRenewals with the most value at risk: value less what is expected")?;
        let lines = self.by_risk();
        let mut rows = vec![RISK.map(str::to_owned).to_vec()];
        rows.extend(lines.iter().take(most).map(|line| risk(line)));
        // Without owners there is no owner to name, and without a past nobody knows where health is going.
        let owned = self.lines.iter().any(|line| line.owner.is_some());
        let known = self.lines.iter().any(|line| line.health.is_some());
        let shown = |at: &usize| (owned || *at != OWNER) && (known || *at < HEALTH);
        for row in &mut rows {
            let cells = row.iter().enumerate().filter(|it| shown(&it.0));
            *row = cells.map(|cell| cell.1.clone()).collect();
        }
        if let Some((titles, rows)) = rows.split_first() {
            let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
            table(f, &titles, rows)?;
        }
        more(f, lines.len(), most)
    }

    fn likely(&self, f: &mut Formatter<'_>) -> Result {
        if self.whole.likely.is_empty() || self.lines.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nWhat is likely")?;
        let rows = self.whole.likely.iter().map(|likely| {
            vec![
                format!("{} by {}", likely.what.as_str(), likely.scorecard),
                format!("{} of {}", grouped(likely.count.value, 1), count(self.whole.renewals)),
                whole(likely.count.low),
                whole(likely.count.high),
                whole(likely.value.value),
            ]
        });
        table(f, &["", "expected", "95% from", "to", "with a value of"], &rows.collect::<Vec<_>>())
    }

    fn queue(&self, f: &mut Formatter<'_>, most: usize) -> Result {
        if (self.whole.people.calls == 0 && self.disagreements.is_empty()) || most == 0 {
            return Ok(());
        }
        writeln!(f, "\nWhere people and the model disagree, most value at stake first")?;
        if self.disagreements.is_empty() {
            return writeln!(f, "  nowhere");
        }
        let rows: Vec<Vec<String>> = self.disagreements.iter().take(most).map(doubt).collect();
        let titles =
            ["", "renewal", "owner", "value", "people", "model", "95%", "rests on", "at stake"];
        table(f, &titles, &rows)?;
        more(f, self.disagreements.len(), most)
    }
}

/// How many are not shown.
fn more(f: &mut Formatter<'_>, all: usize, shown: usize) -> Result {
    match all.saturating_sub(shown) {
        0 => Ok(()),
        more => writeln!(f, "  and {more} more"),
    }
}

/// An amount, or a dash.
pub(crate) fn maybe(it: Option<f64>) -> String {
    or_dash(it.map(whole))
}

/// The ends of an interval of a probability.
pub(crate) fn ends(low: f64, high: f64) -> String {
    format!("{} to {}", percent(low, 0), percent(high, 0))
}

fn risk(it: &RenewalLine) -> Vec<String> {
    let health = it.health.as_ref();
    vec![
        it.subject.to_string(),
        it.day.to_string(),
        name(it.owner.as_deref()),
        maybe(it.value),
        percent(it.renewal.probability, 0),
        ends(it.renewal.low, it.renewal.high),
        it.renewal.basis.as_str().to_owned(),
        maybe(it.expected.map(|expected| expected.value)),
        maybe(it.at_risk()),
        or_dash(health.map(|health| tenths(health.score))),
        health.map_or_else(String::new, |health| {
            format!("{} to {}", tenths(health.low), tenths(health.high))
        }),
    ]
}

fn doubt(it: &Disagreement) -> Vec<String> {
    vec![
        it.subject.to_string(),
        it.day.to_string(),
        name(it.owner.as_deref()),
        maybe(it.value),
        percent(it.human, 0),
        percent(it.model.probability, 0),
        ends(it.model.low, it.model.high),
        it.model.basis.as_str().to_owned(),
        maybe(it.at_stake),
    ]
}

/// What the columns of a comparison mean.
pub(crate) const LEGEND: [&str; 3] = [
    "Too hopeful: the mean probability less the share that renewed, in points of percent.",
    "Error: the mean squared error (Brier score), 0 to 1, less is better.",
    "Too much: what was expected of those with a value, less what came.",
];

/// The columns of a comparison.
pub(crate) const COLUMNS: [&str; 12] = [
    "",
    "calls",
    "renewed",
    "too hopeful: people",
    "model",
    "error: people",
    "model",
    "nearer: people",
    "model",
    "too much: people",
    "model",
    "beware",
];

impl Display for CallComparison {
    /// Both sides over all, by quarter and by owner, and what may be concluded.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(f, "{}\n", self.title())?;
        table(f, &COLUMNS, &self.rows())?;
        writeln!(f)?;
        LEGEND.iter().try_for_each(|it| writeln!(f, "  {it}"))?;
        self.conclusion().iter().try_for_each(|conclusion| writeln!(f, "  {conclusion}"))
    }
}

fn past(name: &str, it: &CallPeriod) -> Vec<String> {
    let beware = match it.caution {
        None => "",
        Some(Caution::OneOutcome) => "one outcome",
        Some(Caution::VeryFew) => "very few outcomes",
        Some(Caution::Few) => "few outcomes",
    };
    vec![
        name.to_owned(),
        it.calls.to_string(),
        it.renewed.to_string(),
        points(it.human.bias, 1),
        points(it.model.bias, 1),
        fixed(it.human.brier, 3),
        fixed(it.model.brier, 3),
        it.human_nearer.to_string(),
        it.model_nearer.to_string(),
        whole(it.human.value_bias),
        whole(it.model.value_bias),
        beware.to_owned(),
    ]
}

impl CallComparison {
    /// Its title.
    pub(crate) fn title(&self) -> String {
        let it = &self.whole;
        format!("People against the model: {} past renewals, {} renewed", it.calls, it.renewed)
    }

    /// All, then quarters and owners, in the order of [`COLUMNS`].
    pub(crate) fn rows(&self) -> Vec<Vec<String>> {
        let parts = self.quarters.iter().chain(&self.owners);
        let named = parts.map(|part| past(&name(part.name.as_deref()), part));
        std::iter::once(past("all", &self.whole)).chain(named).collect()
    }

    /// What may be concluded, in sentences.
    pub(crate) fn conclusion(&self) -> Vec<String> {
        let mut out = Vec::new();
        if let Some(Span { value, low, high }) = self.brier_gap {
            let verdict = match (self.is_telling(), value > 0.0) {
                (true, true) => "the model was better",
                (true, false) => "people were better",
                (false, _) => "not enough to say who was better",
            };
            out.push(format!(
                "Error of people less that of the model: {} (95% {} to {}): {verdict}.",
                signed(value, 3),
                signed(low, 3),
                signed(high, 3)
            ));
        }
        if let Some(Span { low, high, .. }) = self.model_right {
            out.push(format!(
                "Where they were 20 points or more apart, the model was nearer in {} of {} ({}).",
                self.apart.count,
                self.apart.of,
                ends(low, high)
            ));
        }
        if self.one_sided > 0 {
            out.push(format!("Not compared: {} renewals with one call or none.", self.one_sided));
        }
        out
    }
}
