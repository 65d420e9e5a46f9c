//! Blocks as text, in lines of aligned columns.

use std::fmt::{self, Formatter};

use super::block::{Block, Cell, Entry, Grid, Notice, Row, RowSort, Score, Shares, Waterfall};
use crate::text::number::{count, percent};

/// How many letters a bar is wide.
const BAR: usize = 25;

/// The widest a name may push the columns after it; a longer one pushes its own line alone.
const WIDEST: usize = 44;

impl Block {
    pub(super) fn write(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Heading(text) => write!(f, "\n{text}\n"),
            Self::Line(text) => writeln!(f, "{text}"),
            Self::Score(it) => it.write(f),
            Self::Waterfall(it) => it.write(f),
            Self::Shares(it) => it.write(f),
            Self::Grid(it) => it.write(f),
            Self::Notices(all) => all.iter().try_for_each(|notice| notice.write(f)),
            Self::Listing(all) => all.iter().try_for_each(|entry| entry.write(f)),
            // What it shows is said in lines.
            #[cfg(feature = "outcome")]
            Self::Timeline(_) => Ok(()),
        }
    }
}

impl Score {
    fn write(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "\n{}", self.value)?;
        if let Some((_, name)) = &self.band {
            write!(f, " {name}")?;
        }
        if let Some(aside) = &self.aside {
            write!(f, " ({aside})")?;
        }
        let facts: Vec<String> =
            self.facts.iter().map(|(name, value)| format!("{name} {value}")).collect();
        writeln!(f, "\n{}", facts.join(", "))
    }
}

impl Waterfall {
    fn write(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{}", self.title)?;
        let [what, value, detail] = &self.heads;
        let title = |it: &Row| format!("{}{}", "  ".repeat(it.depth), it.name);
        let name = width(self.rows.iter().map(title), what);
        let value = width(self.rows.iter().map(|row| row.value.clone()), value);
        let wide = width(self.rows.iter().map(|row| row.detail.clone()), detail);
        for it in &self.rows {
            let bar =
                self.span.map(|span| format!("  {}", bar(&it.sort, span))).unwrap_or_default();
            let line = format!(
                "  {:<name$}{bar}  {:>value$}  {:<wide$}  {}",
                title(it),
                it.value,
                it.detail,
                it.note
            );
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// How many letters the longest has, up to a limit.
fn width(all: impl Iterator<Item = String>, head: &str) -> usize {
    let letters = |it: &str| it.chars().count();
    all.map(|text| letters(&text)).chain([letters(head)]).max().unwrap_or(0).min(WIDEST)
}

/// A bar in letters: `=` what is there, `.` what could be, `-` what is taken, `|` where it stands.
fn bar(sort: &RowSort, (low, high): (f64, f64)) -> String {
    let at = |it: f64| ((it - low) / (high - low) * BAR as f64).round().clamp(0.0, BAR as f64);
    let within = |cell: usize, from: f64, to: f64| {
        let middle = cell as f64 + 0.5;
        from < middle && middle < to
    };
    let letter = |cell: usize| match sort {
        RowSort::Step { from, to, .. } if within(cell, at(*from), at(*to)) => '=',
        RowSort::Step { from, to, .. } if within(cell, at(*to), at(*from)) => '-',
        RowSort::Step { to, reach: Some(reach), .. } if within(cell, at(*to), at(*reach)) => '.',
        RowSort::Total { to, .. } | RowSort::Amount { to, .. } if within(cell, 0.0, at(*to)) => '=',
        RowSort::Amount { to, reach: Some(reach), .. } if within(cell, at(*to), at(*reach)) => '.',
        RowSort::Stand { at: it } if within(cell, at(*it) - 1.0, at(*it)) => '|',
        _ => ' ',
    };
    (0..BAR).map(letter).collect()
}

impl Shares {
    fn write(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let name = width(self.parts.iter().map(|part| part.name.clone()), "");
        let wide = width(self.parts.iter().map(|part| count(part.count)), "");
        let total = self.total() as f64;
        for it in &self.parts {
            let share = if total > 0.0 { it.count as f64 / total } else { 0.0 };
            let (sign, count, share) = (it.mark.sign(), count(it.count), percent(share, 1));
            writeln!(f, "  {sign} {:<name$}  {count:>wide$}  {share:>6}", it.name)?;
        }
        Ok(())
    }
}

impl Grid {
    fn write(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{}", self.title)?;
        // What is only drawn, and what is only sentences, has no column.
        let shown = |at: &usize| {
            self.rows.iter().filter_map(|row| row.get(*at)).any(|cell| !cell.text.is_empty())
        };
        let columns: Vec<usize> = (0..self.heads.len()).filter(shown).collect();
        let head = |at: usize| self.heads.get(at).map_or("", String::as_str);
        let texts = |at: usize| self.rows.iter().filter_map(move |row| row.get(at));
        let widths: Vec<(usize, usize)> = columns
            .iter()
            .map(|at| (*at, width(texts(*at).map(|cell| cell.text.clone()), head(*at))))
            .collect();
        let line = |cell: &dyn Fn(usize) -> Option<(String, bool)>| {
            let one = |(at, wide): &(usize, usize)| match cell(*at) {
                Some((text, true)) => format!("  {text:>wide$}"),
                Some((text, false)) => format!("  {text:<wide$}"),
                None => " ".repeat(wide + 2),
            };
            widths.iter().map(one).collect::<String>()
        };
        let number = |at: usize| texts(at).next().is_some_and(|cell| cell.number);
        let heads = line(&|at| Some((head(at).to_owned(), number(at))));
        writeln!(f, "{}", heads.trim_end())?;
        for row in &self.rows {
            let text = line(&|at| row.get(at).map(|it: &Cell| (it.text.clone(), it.number)));
            writeln!(f, "{}", text.trim_end())?;
            for note in row.iter().flat_map(|row| &row.notes).filter(|note| !note.is_empty()) {
                writeln!(f, "      - {note}")?;
            }
        }
        Ok(())
    }
}

impl Notice {
    fn write(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "  {} {}, {}", self.weight, self.name, self.state)?;
        if !self.message.is_empty() {
            writeln!(f, "    {}", self.message)?;
        }
        let evidence: Vec<String> =
            self.evidence.iter().map(|(name, value)| format!("{name} {value}")).collect();
        if !evidence.is_empty() {
            writeln!(f, "    {}", evidence.join(", "))?;
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "    {note}"))
    }
}

impl Entry {
    fn write(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{}: {}\n  {}", self.place, self.code, self.state)?;
        self.lines.iter().try_for_each(|line| writeln!(f, "    {line}"))
    }
}
