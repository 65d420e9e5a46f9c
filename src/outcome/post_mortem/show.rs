//! Post-mortems as a text for people.

use std::fmt;

use super::{
    BeforeLoss, HumanCall, PostMortem, PostMortems, RuleCatch, Seen, Sign, ThresholdCatch, Warning,
};
use crate::alert::Share;
use crate::book::OutcomeKind;
use crate::outcome::page::{band, row, score, table};
use crate::text::number::{self, count, many, money, or_dash, percent, tenths, whole};
use crate::value::Value;

/// How many parts of a fall are shown.
const PARTS: usize = 5;

/// How many losses are listed; the rest are counted.
const LISTED: usize = 15;

/// An amount with its currency, where that is named.
/// Days, with their noun.
pub(crate) fn days(number: i64) -> String {
    number::counted(number as f64, "day", "days")
}

/// The ends of an interval: `95% between 9.5% and 90.5%`.
pub(crate) fn between(it: Share) -> String {
    format!("95% between {} and {}", percent(it.low, 1), percent(it.high, 1))
}

impl PostMortem {
    /// What it was worth, with its currency.
    pub(crate) fn worth(&self) -> Option<String> {
        self.value.map(|value| money(value, self.currency))
    }

    /// How many days before the loss somebody was first told in time, and by which rule.
    pub(crate) fn told(&self) -> Option<(i64, &str)> {
        let first = self.rules.iter().find(|rule| rule.told)?;
        Some(((self.lost_on - first.day).num_days(), &first.rule))
    }

    /// Whether it was seen in time, in a sentence.
    pub(crate) fn verdict(&self) -> String {
        if let Some((lead, rule)) = self.told() {
            return format!("Told in time: {} before the loss, by the rule {rule}.", days(lead));
        }
        let [lead, horizon] = self.window;
        let told = self.warnings.iter().rev().find(|warning| warning.told);
        let why = match told {
            Some(it) if it.lead <= i64::from(lead) => {
                format!(
                    "the last alert that anybody was notified of came {} before, too late",
                    days(it.lead)
                )
            }
            Some(it) => format!(
                "the last alert that anybody was notified of came {} before, too early to count",
                days(it.lead)
            ),
            None if self.warnings.is_empty() => "no alert fired".to_owned(),
            None => "alerts fired, but nobody was told".to_owned(),
        };
        let from = u64::from(lead) + u64::from(horizon);
        format!("Missed: {why}. In time is {from} to {} days before the loss.", u64::from(lead) + 1)
    }

    /// What the score did from its best to the last day.
    pub(crate) fn fell(&self) -> Option<String> {
        let it = self.fall.as_ref()?;
        let [before, after] = [it.change.before, it.change.after].map(score);
        Some(format!(
            "{} was {before} at its best, on {}, and {after} at the last, on {}",
            self.scorecard, it.from, it.to
        ))
    }

    /// What a human said, in a sentence.
    pub(crate) fn said(&self) -> String {
        self.call
            .as_ref()
            .map_or_else(|| "nobody said what would come".to_owned(), HumanCall::to_string)
    }
}

impl fmt::Display for PostMortem {
    /// A page. The last line has no line break.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.worth().map_or_else(String::new, |worth| format!(", worth {worth}"));
        let mut text = format!(
            "Post-mortem: {} {}, lost on {}{value}\n{}\n",
            self.kind,
            self.subject,
            self.lost_on,
            self.verdict()
        );
        let heads =
            ["days before", "on", &self.scorecard, "band", "measured", "alerts", "by hand or rule"];
        let mut rows = vec![row(heads)];
        rows.extend(self.marks.iter().map(mark));
        left(&mut rows, 5..=6);
        text += &format!("\nHow it stood\n{}", table(&rows));
        text += &match &self.first_signal {
            Some(it) => format!("\nFirst signal: {it}\n"),
            None => "\nFirst signal: none. Alerts, bands and factors were as at their best.\n"
                .to_owned(),
        };
        if let (Some(said), Some(it)) = (self.fell(), &self.fall) {
            text += &format!("\nWhy it fell: {said}\n");
            for part in it.change.parts.iter().filter(|part| part.points < 0.0).take(PARTS) {
                let name =
                    if part.path.is_empty() { "score".to_owned() } else { part.path.join(" / ") };
                text += &format!("  {:>6} points  {name}: {}\n", tenths(part.points), part.text);
            }
        }
        text += "\nWho was warned\n";
        if self.warnings.is_empty() {
            text += "  nobody: no rule fired\n";
        }
        self.warnings.iter().for_each(|warning| text += &format!("  {warning}\n"));
        text += &format!("\nThe human call: {}\n", self.said());
        text += "\nWhat would have caught it, and at what cost\n";
        self.rules.iter().for_each(|rule| text += &format!("  {rule}\n"));
        self.thresholds.iter().for_each(|threshold| text += &format!("  {threshold}\n"));
        if self.rules.is_empty() && self.thresholds.is_empty() {
            text += "  no rule, and no threshold on one metric of the scorecard\n";
        }
        f.write_str(text.trim_end())
    }
}

fn mark(it: &BeforeLoss) -> Vec<String> {
    let Some(day) = it.day else {
        return vec![it.before.to_string(), "not yet assessed".to_owned()];
    };
    let alerts = if it.alerts.is_empty() { "-".to_owned() } else { it.alerts.join(", ") };
    vec![
        it.before.to_string(),
        day.to_string(),
        it.score.map_or_else(|| "-".to_owned(), tenths),
        band(it.band.as_deref()).to_owned(),
        percent(it.coverage, 1),
        alerts,
        or_dash(it.overridden.clone()),
    ]
}

impl fmt::Display for Sign {
    /// What it was, and when.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match &self.what {
            Seen::Alert { rule } => format!("the alert {rule} fired"),
            Seen::Band { from, to } => format!("it fell from {from} to {to}, and stayed below"),
            Seen::Factor { label, from, to, .. } => {
                format!(
                    "{label} got worse, from {} to {} points of 100, and stayed low",
                    tenths(*from),
                    tenths(*to)
                )
            }
        };
        write!(f, "{what}, on {}, {} before", self.day, days(self.lead))
    }
}

impl Seen {
    /// What it was, in short.
    pub(crate) fn short(&self) -> String {
        match self {
            Self::Alert { rule } => format!("the alert {rule} fired"),
            Self::Band { .. } => "it fell to a lower band".to_owned(),
            Self::Factor { label, .. } => format!("{label} got worse"),
        }
    }
}

impl fmt::Display for HumanCall {
    /// Who said what, and when.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.outcome {
            OutcomeKind::Renewed => "renewed",
            OutcomeKind::Expanded => "expanded",
            OutcomeKind::Contracted => "contracted",
            OutcomeKind::Churned | OutcomeKind::Lapsed => "lost",
        };
        write!(f, "{} said on {} that it would be {what}", self.by, self.day)
    }
}

impl fmt::Display for Warning {
    /// When it was, what happened, and who was told.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = match (&self.owner, self.told) {
            (Some(it), true) => format!("{it} was told"),
            (None, true) => "somebody was told".to_owned(),
            (_, false) => "nobody was told".to_owned(),
        };
        let (event, message) = (&self.event, &self.message);
        write!(f, "{}, {} before: {event}, {who}: {message}", self.day, days(self.lead))
    }
}

impl fmt::Display for RuleCatch {
    /// When it fired, and how often it is right.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = if self.told { "told" } else { "fired, but nobody was told," };
        write!(f, "the rule {}: {told} on {}", self.rule, self.day)?;
        let Some(right) = self.precision else {
            return f.write_str("; of none of its alerts is it known what came");
        };
        write!(
            f,
            "; of its {} over all this time {} came before a loss and {} did not: {} were right ({})",
            many(self.hits + self.false_alarms, "alert"),
            count(self.hits),
            count(self.false_alarms),
            percent(right.value, 1),
            between(right)
        )
    }
}

impl ThresholdCatch {
    /// What is to be reached.
    pub(crate) fn name(&self) -> String {
        let side = if self.at_most { "less" } else { "more" };
        let unit = match &self.unit {
            Some(it) if it.starts_with('%') => it.clone(),
            Some(it) => format!(" {it}"),
            None => String::new(),
        };
        format!("{} at {}{unit} or {side}", self.label, Value::Number(self.value).shown())
    }
}

impl fmt::Display for ThresholdCatch {
    /// When it was reached, and by how many others.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: reached on {}; it catches {} of {} in time, and is a false alarm for {} of {} that stayed",
            self.name(),
            self.day,
            count(self.caught),
            lost(self.lost),
            count(self.false_alarms),
            count(self.kept),
        )
    }
}

/// Losses, with their noun.
fn lost(number: usize) -> String {
    if number == 1 { "1 loss".to_owned() } else { format!("{} losses", count(number)) }
}

impl PostMortems {
    /// What they have in common: names and sentences.
    pub(crate) fn facts(&self) -> Vec<(&'static str, String)> {
        let [lead, horizon] = self.window;
        let worth = |told: Option<bool>| {
            let those =
                self.losses.iter().filter(|loss| told.is_none_or(|told| loss.told_in_time == told));
            let sum: f64 = those.filter_map(|loss| loss.value).sum();
            if sum > 0.0 { format!(", worth {}", money(sum, self.currency)) } else { String::new() }
        };
        let all = self.losses.len();
        let mut out = vec![("looked at", format!("{}{}", lost(all), worth(None)))];
        if self.unassessed > 0 {
            let more = count(self.unassessed);
            out.push(("not looked at", format!("{more}: never assessed in time")));
        }
        let from = u64::from(lead) + u64::from(horizon);
        let in_time = format!("an alert {from} to {} days before the loss", u64::from(lead) + 1);
        out.push(("in time is", in_time));
        let missed = self.losses.iter().filter(|loss| !loss.told_in_time).count();
        if let Some(it) = self.missed {
            let (missed, worth) = (count(missed), worth(Some(false)));
            let share = format!("{} ({})", percent(it.value, 1), between(it));
            out.push(("missed", format!("{missed} of {}: {share}{worth}", count(all))));
        }
        if let Some(it) = self.lead.as_ref().filter(|lead| lead.warned > 0) {
            let day = |it: Option<f64>| or_dash(it.map(whole));
            let [median, low, high] = [it.median, it.lower_quartile, it.upper_quartile].map(day);
            let told = count(it.warned);
            let when = format!(
                "half of them {median} days before or earlier, the middle half {low} to {high}"
            );
            out.push(("told in time", format!("{told} of {}: {when}", count(all))));
        }
        if let Some(it) = self.called_wrong {
            let share = format!("{} of those they called ({})", percent(it.value, 1), between(it));
            out.push(("people were wrong", format!("of {share}")));
        }
        out
    }

    /// First signals in words with how many losses began with them, the most frequent first; those without one last.
    pub(crate) fn signals(&self) -> Vec<(String, usize)> {
        let seen = |name: &str| {
            let mut all = self.losses.iter().filter_map(|loss| loss.first_signal.as_ref());
            all.find(|signal| signal.what.name() == name).map(|signal| signal.what.short())
        };
        let named = self.first_signals.iter();
        let mut out: Vec<(String, usize)> = named
            .map(|(name, losses)| (seen(name).unwrap_or_else(|| name.clone()), *losses))
            .collect();
        if self.unseen > 0 {
            out.push(("no signal at all".to_owned(), self.unseen));
        }
        out
    }

    /// Rules with how many losses they told of in time, the most first.
    pub(crate) fn told_by(&self) -> Vec<(String, usize)> {
        let rules = self.caught_by.iter().map(|(rule, losses)| (rule.clone(), *losses));
        let mut out: Vec<(String, usize)> = rules.collect();
        out.sort_by_key(|pair| std::cmp::Reverse(pair.1));
        out
    }

    /// The losses, those that were missed first, the most valuable before others.
    pub(crate) fn listed(&self) -> Vec<&PostMortem> {
        let mut out: Vec<&PostMortem> = self.losses.iter().collect();
        let value = |it: &PostMortem| it.value.unwrap_or(-1.0);
        out.sort_by(|one, two| {
            one.told_in_time
                .cmp(&two.told_in_time)
                .then_with(|| value(two).total_cmp(&value(one)))
                .then_with(|| (one.lost_on, &one.subject).cmp(&(two.lost_on, &two.subject)))
        });
        out
    }

    /// A page that lists so many losses at most. The last line has no line break.
    pub(crate) fn page(&self, most: usize) -> String {
        let mut text = format!("Post-mortems by {}\n\n", self.scorecard);
        let facts = self.facts();
        let wide = facts.iter().map(|fact| fact.0.len()).max().unwrap_or(0);
        facts.iter().for_each(|(name, said)| text += &format!("  {name:<wide$}  {said}\n"));
        if self.losses.is_empty() {
            return text.trim_end().to_owned();
        }
        let counts = |all: Vec<(String, usize)>| {
            let rows: Vec<Vec<String>> =
                all.into_iter().map(|(name, losses)| vec![name, count(losses)]).collect();
            table(&rows)
        };
        text += &format!("\nHow early somebody was told\n{}", counts(self.how_early()));
        if !self.caught_by.is_empty() {
            text += &format!("\nLosses that a rule told of in time\n{}", counts(self.told_by()));
        }
        text += &format!("\nThe first signal\n{}", counts(self.signals()));
        let listed = self.listed();
        if most > 0 {
            text +=
                &format!("\nThe losses, missed ones first\n{}", listing(listed.iter().take(most)));
        }
        match listed.len().saturating_sub(most) {
            0 => {}
            more => text += &format!("  and {} more\n", count(more)),
        }
        text.trim_end().to_owned()
    }
}

/// How early somebody was told, in a list.
pub(crate) fn listed_told(it: &PostMortem) -> String {
    it.told().map_or_else(|| "missed".to_owned(), |told| format!("{} before", days(told.0)))
}

/// Texts of some columns begin where their head does.
fn left(rows: &mut [Vec<String>], columns: std::ops::RangeInclusive<usize>) {
    for at in columns {
        let letters = |it: &Vec<String>| it.get(at).map_or(0, |cell| cell.chars().count());
        let wide = rows.iter().map(letters).max().unwrap_or(0);
        for cell in rows.iter_mut().filter_map(|row| row.get_mut(at)) {
            *cell = format!("{cell:<wide$}");
        }
    }
}

fn listing<'a>(losses: impl Iterator<Item = &'a &'a PostMortem>) -> String {
    let mut rows = vec![row(["", "lost on", "worth", "told", "first signal"])];
    rows.extend(losses.map(|loss| {
        let signal = loss.first_signal.as_ref();
        vec![
            loss.subject.clone(),
            loss.lost_on.to_string(),
            or_dash(loss.value.map(whole)),
            listed_told(loss),
            or_dash(
                signal
                    .map(|signal| format!("{}, {} before", signal.what.short(), days(signal.lead))),
            ),
        ]
    }));
    left(&mut rows, 3..=4);
    table(&rows)
}

impl fmt::Display for PostMortems {
    /// What losses have in common, and the first of them. The last line has no line break.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.page(LISTED))
    }
}
