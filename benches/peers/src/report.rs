//! What people read.

use std::fmt::Write as _;

use crate::measure::{Measured, Table};

/// All tables and figures as text.
#[must_use]
pub fn text(measured: &Measured) -> String {
    let mut out = String::new();
    for table in &measured.tables {
        out.push_str(&one(table));
    }
    if !measured.figures.is_empty() {
        out.push_str("figures\n");
    }
    for (name, value) in &measured.figures {
        let _ = writeln!(out, "  {name:<58} {value:>12.2}");
    }
    out
}

fn one(table: &Table) -> String {
    let base = table.lines.first().map_or(f64::NAN, |it| it.total);
    let mut out = format!("{} subscriptions, ns of processor time each, medians\n", table.rows);
    let _ = writeln!(
        out,
        "  {:<24} {:>10} {:>10} {:>10} {:>10}",
        "", "score", "rules", "total", "x columns"
    );
    for line in &table.lines {
        let _ = writeln!(
            out,
            "  {:<24} {:>10.1} {:>10.1} {:>10.1} {:>10.2}",
            line.name,
            line.score,
            line.rules,
            line.total,
            line.total / base
        );
    }
    out.push('\n');
    out
}
