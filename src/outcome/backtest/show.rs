//! What a backtest came to, as a text for people.

use std::fmt;

use super::judged::{Against, CardJudgement, Judged, JudgedAim, Source, SourceJudgement};
use crate::outcome::page::{band, interval, row, table};
use crate::text::number::{count, fixed, many, or_dash, percent, whole};

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(name) => f.write_str(name),
            Self::AnyRule => f.write_str("any rule"),
            Self::Scorecard(name) => write!(f, "lowest {name}"),
        }
    }
}

impl fmt::Display for Judged {
    /// A page: how many alerts there were, then each aim with what foresaw it. The last line has no line break.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = match self.days {
            Some([first, last]) => format!("Backtest from {first} to {last}\n"),
            None => "Backtest of no days\n".to_owned(),
        };
        if !self.sources.is_empty() {
            text += "\nAlerts\n";
            text += &table(&self.alerts());
        }
        for (at, aim) in self.aims.iter().enumerate() {
            text += &format!("\n{}", heading(aim));
            let mut rows = vec![row([
                "",
                "hits",
                "false",
                "late",
                "open",
                "precision",
                "anybody",
                "lift",
                "caught",
                "lead (days)",
            ])];
            rows.extend(self.sources.iter().filter_map(|source| against(source, &aim.aim)));
            if rows.len() > 1 {
                text += &table(&rows);
            }
            for card in self.cards.iter().filter(|card| card.aim == aim.aim) {
                text += &format!("\n{}", bands(card));
            }
            if at + 1 == self.aims.len() && rows.len() > 1 {
                text += &format!("\n{NOTES}");
            }
        }
        f.write_str(text.trim_end())
    }
}

const NOTES: &str = "\
precision: hits among hits and false alarms, in brackets the 95% interval. anybody: the same of alerts about all
who were assessed on the same days. lift: how many times better. caught: lost ones with a hit. lead: days from the
first hit to the loss: median, in brackets the quartiles. late: within the lead. open: not known yet.
";

fn heading(it: &JudgedAim) -> String {
    let [lead, horizon] = it.window;
    let when = match lead {
        0 => format!("within {horizon} days"),
        _ => format!("{} to {} days later", lead + 1, lead.saturating_add(horizon)),
    };
    let base = it.base.map_or_else(String::new, |base| {
        format!("; {} of {} assessments", percent(base, 1), count(it.rows))
    });
    format!(
        "{}, {when}: {} of {} {}{base}\n",
        it.aim,
        count(it.lost),
        count(it.subjects),
        it.kind.plural()
    )
}

impl Judged {
    fn alerts(&self) -> Vec<Vec<String>> {
        let by_account = self.sources.iter().any(|source| source.per_account_month.is_some());
        let mut heads = row(["", "fired", "told", "per subject and month"]);
        if by_account {
            heads.push("per account and month".to_owned());
        }
        let rate = |it: Option<f64>| or_dash(it.map(|value| fixed(value, 3)));
        let line = |it: &SourceJudgement| {
            let mut cells = vec![
                it.source.to_string(),
                count(it.fired),
                count(it.told),
                rate(it.per_subject_month),
            ];
            if by_account {
                cells.push(rate(it.per_account_month));
            }
            cells
        };
        std::iter::once(heads).chain(self.sources.iter().map(line)).collect()
    }
}

fn against(source: &SourceJudgement, aim: &str) -> Option<Vec<String>> {
    let it = source.against.iter().find(|against| against.aim == aim)?;
    let lift = it.precision.zip(it.base).filter(|pair| pair.1 > 0.0);
    Some(vec![
        source.source.to_string(),
        count(it.hits),
        count(it.false_alarms),
        count(it.too_late),
        count(it.unknown),
        or_dash(it.precision.map(interval)),
        or_dash(it.base.map(|share| percent(share, 1))),
        or_dash(lift.map(|(share, base)| format!("{}x", fixed(share.value / base, 1)))),
        or_dash(it.recall.map(interval)),
        lead(it),
    ])
}

fn lead(it: &Against) -> String {
    let lead = it.lead.as_ref();
    let numbers =
        lead.and_then(|lead| Some((lead.median?, lead.lower_quartile?, lead.upper_quartile?)));
    or_dash(
        numbers.map(|(median, low, high)| {
            format!("{} ({}-{})", whole(median), whole(low), whole(high))
        }),
    )
}

fn bands(it: &CardJudgement) -> String {
    let mut rows = vec![row([&it.scorecard, "assessments", "subjects", "lost", "share lost"])];
    rows.extend(it.bands.iter().map(|risk| {
        vec![
            band(risk.band.as_deref()).to_owned(),
            count(risk.rows),
            count(risk.subjects),
            count(risk.lost),
            or_dash(risk.share.map(|share| percent(share, 1))),
        ]
    }));
    let auc = it.roc_auc.map_or_else(String::new, |auc| {
        format!("  ROC AUC {} over {}\n", fixed(auc, 3), many(it.rows, "assessment"))
    });
    format!("{}{auc}", table(&rows))
}
