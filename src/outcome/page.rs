//! What texts of results share: tables, intervals, scores and bands for people.

use crate::alert::Share;
use crate::text::number::{hundredths, percent, tenths};

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

/// A share with the ends of its interval: `7.0% (6.4-7.6)`.
pub(super) fn interval(it: Share) -> String {
    let [low, high] = [it.low, it.high].map(|share| hundredths(share, 1));
    format!("{} ({low}-{high})", percent(it.value, 1))
}

/// A score with one decimal, or that there is none.
pub(super) fn score(it: Option<f64>) -> String {
    it.map_or_else(|| "no score".to_owned(), tenths)
}

/// A score or a band by name, or that there is none.
pub(super) fn band(it: Option<&str>) -> &str {
    it.unwrap_or("no score")
}
