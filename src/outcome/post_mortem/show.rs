//! Post-mortems as a text for people.

use std::fmt;

use super::{Mark, PostMortem, PostMortems, Seen, Signal, ThresholdCatch, Warning};
use crate::book::OutcomeKind;
use crate::outcome::page::{
    amount, band, count, grouped, interval, maybe, percent, row, score, table,
};
use crate::score::{shown, tenths};
use crate::value::Value;

/// How many parts of a fall are shown.
const PARTS: usize = 5;

impl fmt::Display for PostMortem {
    /// A page. The last line has no line break.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.value.map_or_else(String::new, |it| format!(", worth {}", amount(it)));
        let mut text = format!(
            "Post-mortem: {} {}, lost on {}{value}\n",
            self.kind, self.subject, self.lost_on
        );
        text += match self.told_in_time {
            true => "Somebody was told in time.\n",
            false => "Missed: nobody was told in time.\n",
        };
        let heads =
            ["days before", "on", &self.scorecard, "band", "measured", "alerts", "by hand or rule"];
        let mut rows = vec![row(heads)];
        rows.extend(self.marks.iter().map(mark));
        text += &format!("\n{}", table(&rows));
        match &self.first_signal {
            Some(it) => text += &format!("\nFirst signal: {it}\n"),
            None => {
                text += "\nFirst signal: none; alerts, bands and factors were as at their best\n";
            }
        }
        if let Some(it) = &self.fall {
            let [before, after] = [it.change.before, it.change.after].map(score);
            text += &format!("\nFrom its best on {} to {}: {before} -> {after}\n", it.from, it.to);
            for part in it.change.parts.iter().filter(|it| it.points < 0.0).take(PARTS) {
                let name =
                    if part.path.is_empty() { "score".to_owned() } else { part.path.join(" / ") };
                text += &format!("  {:>6}  {name}: {}\n", tenths(part.points), part.text);
            }
        }
        text += "\nWho was warned\n";
        if self.warnings.is_empty() {
            text += "  nobody: no rule fired\n";
        }
        self.warnings.iter().for_each(|it| text += &format!("  {it}\n"));
        match &self.call {
            Some(it) => {
                text += &format!(
                    "\nThe human call: {} said on {} that it would be {}\n",
                    it.by,
                    it.day,
                    called(it.outcome)
                );
            }
            None => text += "\nThe human call: none\n",
        }
        text += "\nWhat would have caught it\n";
        for it in &self.rules {
            let told = if it.told { "told" } else { "fired, but nobody was told" };
            let hits = count(it.hits, "hit");
            let of = maybe(it.precision.map(interval));
            text += &format!(
                "  rule {}: {told} on {}; {hits} and {} in all, precision {of}\n",
                it.rule,
                it.day,
                count(it.false_alarms, "false alarm")
            );
        }
        self.thresholds.iter().for_each(|it| text += &format!("  {it}\n"));
        if self.rules.is_empty() && self.thresholds.is_empty() {
            text += "  no rule, and no threshold on one metric of the scorecard\n";
        }
        f.write_str(text.trim_end())
    }
}

fn called(outcome: OutcomeKind) -> &'static str {
    match outcome {
        OutcomeKind::Renewed => "renewed",
        OutcomeKind::Expanded => "expanded",
        OutcomeKind::Contracted => "contracted",
        OutcomeKind::Churned | OutcomeKind::Lapsed => "lost",
    }
}

fn mark(it: &Mark) -> Vec<String> {
    let Some(day) = it.day else {
        return vec![it.before.to_string(), "not yet assessed".to_owned()];
    };
    let alerts = if it.alerts.is_empty() { "-".to_owned() } else { it.alerts.join(", ") };
    vec![
        it.before.to_string(),
        day.to_string(),
        it.score.map_or_else(|| "-".to_owned(), tenths),
        band(it.band.as_deref()).to_owned(),
        percent(it.coverage),
        alerts,
        maybe(it.overridden.clone()),
    ]
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match &self.what {
            Seen::Alert { rule } => format!("the alert {rule} fired"),
            Seen::Band { from, to } => format!("it fell from {from} to {to}, and stayed below"),
            Seen::Factor { factor, from, to } => {
                format!(
                    "{factor} fell from {} to {} points, and stayed low",
                    tenths(*from),
                    tenths(*to)
                )
            }
        };
        write!(f, "{what}, on {}, {} days before", self.day, self.lead)
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = match (&self.owner, self.told) {
            (Some(it), true) => format!("{it} was told"),
            (None, true) => "told".to_owned(),
            (_, false) => "nobody was told".to_owned(),
        };
        let (event, message) = (&self.event, &self.message);
        write!(f, "{}, {} days before: {event}, {who}: {message}", self.day, self.lead)
    }
}

impl fmt::Display for ThresholdCatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.at_most { "<=" } else { ">=" };
        write!(
            f,
            "{} {sign} {}: there on {}; reached in time by {} of {} lost, at any time by {} of {} others",
            self.label,
            shown(&Value::Number(self.value)),
            self.day,
            grouped(self.caught),
            grouped(self.lost),
            grouped(self.false_alarms),
            grouped(self.kept),
        )
    }
}

impl fmt::Display for PostMortems {
    /// What losses have in common. The last line has no line break.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [lead, horizon] = self.window;
        let mut text = format!(
            "{} looked at; an alert is in time {} to {} days before\n",
            match self.losses.len() {
                1 => "1 loss".to_owned(),
                losses => format!("{} losses", grouped(losses)),
            },
            lead + 1,
            lead.saturating_add(horizon)
        );
        if self.unassessed > 0 {
            text += &format!("  {} more were never assessed in time\n", grouped(self.unassessed));
        }
        let share = |it| maybe(Option::map(it, interval));
        text += &format!("  missed, nobody was told in time: {}\n", share(self.missed));
        if let Some(it) = &self.lead {
            let day = |it: Option<f64>| maybe(it.map(|it| format!("{it:.0}")));
            let [median, low, high] = [it.median, it.lower_quartile, it.upper_quartile].map(day);
            text += &format!(
                "  of the {} others somebody was told {} days before (quartiles {}, {})\n",
                grouped(it.warned),
                median,
                low,
                high
            );
        }
        for (rule, losses) in &self.caught_by {
            text += &format!("  told in time by {rule}: {}\n", grouped(*losses));
        }
        if self.called_wrong.is_some() {
            text += &format!("  called otherwise by people: {}\n", share(self.called_wrong));
        }
        if !self.losses.is_empty() {
            text += "\nFirst signals\n";
            let mut rows: Vec<Vec<String>> = self
                .first_signals
                .iter()
                .map(|(name, losses)| vec![name.clone(), grouped(*losses)])
                .collect();
            if self.unseen > 0 {
                rows.push(vec!["none".to_owned(), grouped(self.unseen)]);
            }
            text += &table(&rows);
        }
        f.write_str(text.trim_end())
    }
}
