//! The report for people.

use foretell::money::Amount;

use super::later::Later;
use super::report::{Arr, Report, RuleLine, TableCount};

pub(super) fn pages(report: &Report) -> String {
    let mut text = format!(
        "Early warning as of {}\n  data {}, config {}, engine {}\n",
        report.as_of, report.data, report.config, report.engine
    );
    read(report, &mut text);
    health(report, &mut text);
    rules(report, &mut text);
    top(report, &mut text);
    later(report, &mut text);
    if !report.notes.is_empty() {
        text += "\nNotes\n";
        for note in &report.notes {
            text += &format!("  {note}\n");
        }
    }
    text
}

fn read(report: &Report, text: &mut String) {
    let mut rows = vec![row(["Records", "read", "good", "rejected", ""])];
    for it in &report.tables {
        let plain = it.file == format!("{}.csv", it.table);
        let from = if plain { String::new() } else { format!("from {}", it.file) };
        let numbers = [it.read, it.good, it.read - it.good].map(grouped);
        let [read, good, rejected] = numbers;
        rows.push(vec![it.table.to_owned(), read, good, rejected, from]);
    }
    *text += &format!("\n{}", table(&rows));
    let rejected: Vec<&TableCount> =
        report.tables.iter().filter(|it| !it.reasons.is_empty()).collect();
    if !rejected.is_empty() {
        *text += "Rejected, and the first of each\n";
    }
    for it in rejected {
        for (reason, found) in &it.reasons {
            *text += &format!(
                "  {} {} {reason}: line {}, {}\n",
                grouped(found.rows),
                it.table,
                found.line,
                found.example
            );
        }
    }
    if !report.ignored.is_empty() {
        *text += &format!("  not read, no such table: {}\n", report.ignored.join(", "));
    }
}

fn health(report: &Report, text: &mut String) {
    let kind = report.kind.plural();
    *text += &format!(
        "\n{} of {} active {kind}: {} scored, {} without a score for want of data",
        capital(&report.scorecard),
        grouped(report.subjects),
        grouped(report.scored),
        grouped(report.subjects - report.scored)
    );
    if let Some(coverage) = report.coverage {
        *text += &format!(", {} measured on average", percent(coverage));
    }
    *text += "\n";
    let mut rows = vec![row(["band", kind, "share", "ARR"])];
    for it in &report.bands {
        let share = it.subjects as f64 / report.subjects as f64;
        let without = if report.scored == report.subjects { "no band" } else { "no score" };
        let band = it.band.as_deref().unwrap_or(without).to_owned();
        let arr = money(&it.arr).unwrap_or_else(|| "unknown".to_owned());
        rows.push(vec![band, grouped(it.subjects), percent(share), arr]);
    }
    with_later(&mut rows, report, report.bands.iter().map(|it| it.later));
    *text += &table(&rows);
}

fn rules(report: &Report, text: &mut String) {
    let mut rows = vec![row(["rule", "severity", "firing", "quiet", "no data"])];
    for it in &report.rules {
        let RuleLine { rule, severity, firing, quiet, no_data, .. } = it;
        let [firing, quiet, no_data] = [*firing, *quiet, *no_data].map(grouped);
        rows.push(vec![rule.clone(), severity.to_string(), firing, quiet, no_data]);
    }
    with_later(&mut rows, report, report.rules.iter().map(|it| it.later));
    *text += &format!("\nRules\n{}", table(&rows));
    for it in report.rules.iter().filter(|it| it.faulted > 0) {
        *text += &format!("  {} could not be asked of {} subjects\n", it.rule, it.faulted);
    }
}

fn top(report: &Report, text: &mut String) {
    if report.top.is_empty() {
        return;
    }
    *text += &format!("\nMost at risk, {} of {}\n", report.top.len(), grouped(report.scored));
    for (at, it) in report.top.iter().enumerate() {
        let account = it.account.as_ref().map_or_else(String::new, |it| format!(" of {it}"));
        let arr = money(&it.arr).map_or_else(String::new, |it| format!(", {it} a year"));
        *text += &format!(
            "{:>3}. {}{account}: {:.1} {}, {} measured{arr}\n",
            at + 1,
            it.subject,
            it.score,
            it.band.as_deref().unwrap_or(""),
            percent(it.coverage)
        );
        for reason in &it.reasons {
            *text += &format!("       - {reason}\n");
        }
        for alert in &it.alerts {
            *text += &format!("       ! {alert}\n");
        }
    }
}

fn later(report: &Report, text: &mut String) {
    let Some(all) = report.later else { return };
    *text += &format!(
        "\nWhat happened after {}: of {} {}, {} were cancelled and {} went silent and lapsed;\n\
         {} were lost in all, {}. This is the base rate to hold every line above against.\n",
        report.as_of,
        grouped(all.known),
        report.kind.plural(),
        grouped(all.cancelled),
        grouped(all.lapsed),
        grouped(all.lost()),
        all.share().map_or_else(|| "none of them known".to_owned(), percent)
    );
    *text += if report.is_sample {
        "The thresholds were chosen while looking at this very sample: the shares illustrate what the\n\
         rules find, and are no evidence of how well they would do on other subscriptions.\n"
    } else {
        "If the thresholds were chosen while looking at these outcomes, the shares flatter them.\n"
    };
}

/// Adds what became of each line's subscriptions, where that is known.
fn with_later(
    rows: &mut [Vec<String>],
    report: &Report,
    lines: impl Iterator<Item = Option<Later>>,
) {
    let Some(base) = report.later else { return };
    if let Some(head) = rows.first_mut() {
        head.extend(row(["later cancelled", "later lapsed", "lost", "against base"]));
    }
    for (row, it) in rows.iter_mut().skip(1).zip(lines) {
        let Some(it) = it else { continue };
        let lift = it.share().zip(base.share()).filter(|it| it.1 > 0.0);
        row.extend([
            grouped(it.cancelled),
            grouped(it.lapsed),
            it.share().map_or_else(String::new, percent),
            lift.map_or_else(String::new, |(share, base)| format!("{:.1} x", share / base)),
        ]);
    }
}

/// Columns as wide as they need to be; all but the first to the right, and texts to the left.
fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let cell = |row: &Vec<String>, at: usize| row.get(at).cloned().unwrap_or_default();
    let mut text = String::new();
    let shapes: Vec<(usize, bool)> = (0..columns)
        .map(|at| {
            let wide = rows.iter().map(|it| cell(it, at).chars().count()).max().unwrap_or(0);
            let numeric = |it: String| !it.starts_with(|it: char| it.is_alphabetic());
            let right = at > 0 && rows.iter().skip(1).all(|it| numeric(cell(it, at)));
            (wide, right)
        })
        .collect();
    for row in rows {
        let mut line = String::new();
        for (at, (wide, right)) in shapes.iter().enumerate() {
            let cell = cell(row, at);
            line += &if *right { format!("  {cell:>wide$}") } else { format!("  {cell:<wide$}") };
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

fn money(arr: &Arr) -> Option<String> {
    let show = |(currency, amount): (&String, &Amount)| {
        let text = amount.to_string();
        let (whole, rest) = text.split_once('.').map_or((&*text, None), |it| (it.0, Some(it.1)));
        let rest = rest.map_or_else(String::new, |it| format!(".{it}"));
        format!("{}{rest} {currency}", separated(whole)).trim_end().to_owned()
    };
    (!arr.is_empty()).then(|| arr.iter().map(show).collect::<Vec<_>>().join(", "))
}

fn grouped(number: usize) -> String {
    separated(&number.to_string())
}

/// Digits in groups of three.
fn separated(digits: &str) -> String {
    let count = digits.chars().count();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (count - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |it| it.to_uppercase().chain(rest).collect())
}
