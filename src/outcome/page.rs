//! What texts of results share: tables, counts, shares and days for people.

use crate::alert::Share;
use crate::score::tenths;

/// A table: the first column to the left, the others to the right, two spaces between, each line indented by two.
pub(super) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let wide = |at: usize| {
        rows.iter()
            .filter_map(|row| row.get(at))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    };
    let wides: Vec<usize> = (0..columns).map(wide).collect();
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (at, (cell, wide)) in row.iter().zip(&wides).enumerate() {
            line += &if at == 0 { format!("  {cell:<wide$}") } else { format!("  {cell:>wide$}") };
        }
        out += line.trim_end();
        out.push('\n');
    }
    out
}

/// Cells of a row.
pub(super) fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

/// A count with its noun: `1 alert`, `2 alerts`.
pub(super) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number))
}

/// A whole number with commas between thousands.
pub(super) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// What may not be there.
pub(super) fn maybe(text: Option<String>) -> String {
    text.unwrap_or_else(|| "-".to_owned())
}

/// A share as a percentage with one decimal.
pub(super) fn percent(share: f64) -> String {
    format!("{}%", tenths(share * 100.0))
}

/// A share with the ends of its interval: `7.0% (6.4-7.6)`.
pub(super) fn interval(it: Share) -> String {
    let [low, high] = [it.low, it.high].map(|share| tenths(share * 100.0));
    format!("{} ({low}-{high})", percent(it.value))
}

/// A score with one decimal, or that there is none.
pub(super) fn score(it: Option<f64>) -> String {
    it.map_or_else(|| "no score".to_owned(), tenths)
}

/// A score or a band by name, or that there is none.
pub(super) fn band(it: Option<&str>) -> &str {
    it.unwrap_or("no score")
}

/// A difference with its sign.
pub(super) fn signed(it: f64) -> String {
    if it > 0.0 { format!("+{}", tenths(it)) } else { tenths(it) }
}

/// An amount without decimals.
pub(super) fn amount(it: f64) -> String {
    let whole = it.abs().round();
    let text = if whole < 1e15 { grouped(whole as usize) } else { format!("{whole:e}") };
    if it <= -0.5 { format!("-{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::{amount, count, grouped};

    #[test]
    fn numbers_are_written_for_people() {
        for (number, want) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), want);
        }
        assert_eq!([count(1, "alert"), count(0, "alert")], ["1 alert", "0 alerts"]);
        assert_eq!([amount(-1234.4), amount(0.4), amount(-0.4)], ["-1,234", "0", "0"]);
    }
}
