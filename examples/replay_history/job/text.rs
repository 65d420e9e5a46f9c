//! The report for people.

use foretell::alert::Share;

use super::figures::{AIMS, Line, Report, Year};
use super::history::{Fate, Later};

const DEFINITIONS: &str = "\
Definitions
  Each subscription is assessed on the last day of each week of its term, from what was known by then:
  weeks that are over, and nothing later. It is assessed while it runs: begun, not cancelled, not over.
  An alert counts from the day on which somebody was told; what was suppressed is not counted.
  cancelled   a dated withdrawal; went silent: failed, with no withdrawal; kept: all others
  precision   alerts after which it came: a cancellation at any later time, within 28 days, within 56, or
              a loss (cancelled later or went silent at the end); in brackets the 95% interval
  base        the same of all that were assessed on the very days of the alerts: what alerts for anybody
              on those days would have hit
  recall      subscriptions to which it came, and an alert before, by no more than so many days; those
              cancelled before their first assessment are in no figure
  lead        days from the first alert to the cancellation: the median, and after it the lower quartile
";

pub(super) fn pages(report: &Report) -> String {
    let mut text = format!(
        "Replay of a history\n  data {}, config {}, engine {}\n  {} subscriptions read",
        report.data,
        report.config,
        report.engine,
        grouped(report.read)
    );
    let subjects: usize = report.years.iter().map(|it| it.subjects).sum();
    let evaluations: usize = report.years.iter().map(|it| it.evaluations).sum();
    text += &format!(
        ", {} assessed at least once; {} evaluations of {} rules\n",
        grouped(subjects),
        grouped(evaluations),
        report.rules
    );
    for (why, count) in &report.left_out {
        text += &format!("  left out: {} {why}\n", grouped(*count));
    }
    text += &format!("\n{DEFINITIONS}");
    for year in &report.years {
        page(year, &mut text);
    }
    baselines(report, &mut text);
    text
}

fn page(year: &Year, text: &mut String) {
    let why = match year.tuned {
        true => "the thresholds were chosen on these, so these figures flatter",
        false => "nothing was chosen on these",
    };
    *text += &format!("\nTerms of {}: {why}\n", year.year);
    let fates: Vec<String> = Fate::ALL
        .iter()
        .zip(year.fates)
        .map(|(fate, count)| format!("{} {}", grouped(count), fate.name()))
        .collect();
    *text += &format!(
        "  {} subjects, {}; {} evaluations\n  {} more were cancelled before their first assessment\n",
        grouped(year.subjects),
        fates.join(", "),
        grouped(year.evaluations),
        grouped(year.never),
    );
    let base = AIMS.iter().zip(year.base);
    let base: Vec<String> =
        base.map(|(it, base)| format!("{} {}", aim(*it), maybe(base))).collect();
    *text += &format!("  base rate over all evaluations: {}\n", base.join(", "));

    let mut rows = vec![row(["alerts", "fired", "told", "per subject", "per subject and month"])];
    rows.extend(year.lines.iter().map(|it| {
        let [fired, told] = [it.fired, it.told].map(grouped);
        let rates = [format!("{:.2}", it.per_subject), format!("{:.3}", it.per_subject_month)];
        [vec![it.rule.clone(), fired, told], rates.to_vec()].concat()
    }));
    *text += &format!("\n{}", table(&rows));

    let mut rows = vec![row(["", "what came", "precision", "base", "lift", "recall", "lead"])];
    for line in &year.lines {
        rows.extend(AIMS.iter().enumerate().map(|(at, it)| outcome(line, at, *it)));
    }
    *text += &format!("\n{}", table(&rows));

    let heads = Fate::ALL.map(|it| it.name().to_owned());
    let mut rows = vec![[vec!["alerts told, by fate".to_owned()], heads.to_vec()].concat()];
    for line in &year.lines {
        let mut cells = vec![line.rule.clone()];
        for ((alerts, subjects), all) in line.fates.into_iter().zip(year.fates) {
            let share =
                Share::of(subjects, all).map_or_else(|| "-".to_owned(), |it| percent(it.value));
            cells.push(format!("{}, {share} of them", grouped(alerts)));
        }
        rows.push(cells);
    }
    *text += &format!("\n{}  {}\n", table(&rows), differ(year));
    *text += &format!(
        "\nThe same by `alert_quality`, useful if cancelled at any later time, noise if not\n{}\n",
        indented(&year.quality.to_string())
    );
}

fn outcome(line: &Line, at: usize, later: Later) -> Vec<String> {
    let Some(it) = line.outcomes.get(at) else { return Vec::new() };
    let name = if at == 0 { line.rule.clone() } else { String::new() };
    let share = |it: Option<Share>| it.map_or_else(|| "-".to_owned(), with_interval);
    let lift = it.precision.zip(it.base).filter(|it| it.1 > 0.0);
    let lead = line.lead.filter(|_| at == 0);
    vec![
        name,
        aim(later),
        share(it.precision),
        maybe(it.base),
        lift.map_or_else(|| "-".to_owned(), |(it, base)| format!("{:.2} x", it.value / base)),
        share(it.recall),
        lead.map_or_else(String::new, |[half, low]| format!("{half:.0}, {low:.0} days")),
    ]
}

/// Whether those who cancel and those who go silent look different to the rules.
fn differ(year: &Year) -> String {
    let Some(any) = year.lines.last() else { return String::new() };
    let [cancelled, silent, kept] = [0, 1, 2].map(|at| {
        let subjects = any.fates.get(at).map_or(0, |it| it.1);
        Share::of(subjects, year.fates.get(at).copied().unwrap_or(0))
    });
    let (Some(cancelled), Some(silent), Some(kept)) = (cancelled, silent, kept) else {
        return "Nobody to compare.".to_owned();
    };
    let apart = cancelled.high < silent.low || silent.high < cancelled.low;
    let verdict = if apart { "The two differ" } else { "The two cannot be told apart" };
    let [cancelled, silent, kept] = [cancelled, silent, kept].map(with_interval);
    format!(
        "{verdict}. An alert came to {cancelled} of the cancelled,\n  \
         {silent} of those who went silent, {kept} of the kept."
    )
}

fn baselines(report: &Report, text: &mut String) {
    if report.baselines.is_empty() {
        return;
    }
    *text += "\nBeside it: single detectors on the terms of 2014, alarms on 2% of weeks, within 56 days. Their\n\
              weeks begin with about the tenth and their base is over all weeks, so they answer nearly, but\n\
              not quite, the same question.\n";
    let mut rows = vec![row(["detector", "precision", "base", "recall", "lead"])];
    rows.extend(report.baselines.iter().map(|it| {
        let shares = [it.precision, it.base, it.recall].map(percent);
        [vec![it.name.to_owned()], shares.to_vec(), vec![format!("{:.0} days", it.lead_days)]]
            .concat()
    }));
    *text += &table(&rows);
}

fn aim(later: Later) -> String {
    match later {
        Later::Cancelled(None) => "cancelled".to_owned(),
        Later::Cancelled(Some(days)) => format!("in {days} days"),
        Later::Lost => "lost".to_owned(),
    }
}

fn with_interval(it: Share) -> String {
    let [value, low, high] = [it.value, it.low, it.high].map(|it| it * 100.0);
    format!("{value:.1}% ({low:.1} to {high:.1})")
}

fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

fn maybe(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), percent)
}

fn indented(text: &str) -> String {
    text.lines().map(|it| format!("  {it}")).collect::<Vec<_>>().join("\n")
}

fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

/// Columns as wide as they need to be; the first to the left, the others to the right.
fn table(rows: &[Vec<String>]) -> String {
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (at, cell) in row.iter().enumerate() {
            let cells = rows.iter().filter_map(|it| it.get(at));
            let wide = cells.map(|it| it.chars().count()).max().unwrap_or(0);
            line += &if at == 0 { format!("  {cell:<wide$}") } else { format!("  {cell:>wide$}") };
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

/// A number with its digits in groups of three.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
