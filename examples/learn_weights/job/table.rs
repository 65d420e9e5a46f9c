//! A table of cells, and what its columns are: numbers, days, texts, or nothing that can be learned from.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, NaiveDateTime};
use foretell::frame::{Column, Data, Frame, FrameError, SubjectKind};
use foretell::outcome::learn::column_name;

use super::args::{Cell, Options};
use super::complaint::Complaint;

/// Cells as they stand in the file.
pub(super) struct Table {
    pub(super) headings: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

/// What stands for nothing.
const NOTHING: [&str; 9] = ["", "na", "n/a", "nan", "null", "none", "?", "-", "#n/a"];

pub(super) fn is_nothing(cell: &str) -> bool {
    NOTHING.contains(&cell.trim().to_ascii_lowercase().as_str())
}

impl Table {
    /// Reads a file.
    pub(super) fn read(path: &str) -> Result<Self, Complaint> {
        let bytes = std::fs::read(path)
            .map_err(|it| Complaint::new(format!("cannot read the table: {it}")).at(path))?;
        let text = String::from_utf8_lossy(&bytes);
        let text = text.trim_start_matches('\u{feff}');
        let heading = text.lines().next().unwrap_or("");
        let separators = [b',', b';', b'\t', b'|'];
        let count = |it: &u8| heading.bytes().filter(|byte| byte == it).count();
        // Of equals the comma, which comes first.
        let separator = separators.iter().rev().max_by_key(|it| count(it)).copied().unwrap_or(b',');
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let unreadable =
            |it: csv::Error| Complaint::new(format!("cannot read the table: {it}")).at(path);
        let headings: Vec<String> =
            reader.headers().map_err(unreadable)?.iter().map(str::to_owned).collect();
        let mut rows = Vec::new();
        for record in reader.records() {
            let mut row: Vec<String> =
                record.map_err(unreadable)?.iter().map(str::to_owned).collect();
            if row.iter().all(String::is_empty) {
                continue;
            }
            row.resize(headings.len(), String::new());
            rows.push(row);
        }
        if rows.is_empty() {
            return Err(Complaint::new("the table has no rows").at(path));
        }
        Ok(Self { headings, rows })
    }

    /// The number of a column. Capitals and doubled spaces do not matter where it is clear.
    pub(super) fn column(&self, name: &str) -> Result<usize, Complaint> {
        let plain = |it: &str| it.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let exact = self.headings.iter().position(|it| it == name);
        let near = || self.headings.iter().position(|it| plain(it) == plain(name));
        exact.or_else(near).ok_or_else(|| {
            let known =
                self.headings.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ");
            Complaint::new(format!("the table has no column `{name}`"))
                .help(format!("it has {known}"))
        })
    }

    pub(super) fn cell(&self, row: usize, column: usize) -> &str {
        self.rows.get(row).and_then(|it| it.get(column)).map_or("", String::as_str)
    }

    /// The rows in which a column has a value.
    pub(super) fn matching(&self, cell: &Cell) -> Result<Vec<bool>, Complaint> {
        let column = self.column(&cell.column)?;
        Ok((0..self.rows.len()).map(|it| same(self.cell(it, column), &cell.value)).collect())
    }
}

/// Whether a cell says a value: as text, whatever its capitals, or as the same number.
pub(super) fn same(cell: &str, value: &str) -> bool {
    let numbers = || Some((number(cell)?, number(value)?));
    cell.trim().eq_ignore_ascii_case(value.trim())
        || numbers().is_some_and(|(a, b)| (a - b).abs() <= f64::EPSILON * a.abs())
}

/// A number as tables write them: `12.5`, `1,200`, `$5`, `12%`.
fn number(cell: &str) -> Option<f64> {
    let cell = cell.trim();
    let (sign, size) = cell.strip_prefix('-').map_or((1.0, cell), |it| (-1.0, it.trim_start()));
    let plain = size.trim_start_matches(['$', '€', '£']).trim_end_matches('%').trim();
    let read = plain.parse::<f64>().ok().or_else(|| {
        grouped(plain, ',', '.').then(|| plain.replace(',', "").parse().ok()).flatten()
    });
    read.map(|it: f64| sign * it).filter(|it| it.abs() <= LARGEST)
}

/// What is larger is no number that a config may hold.
const LARGEST: f64 = 1e300;

/// The same where a comma stands before the decimals: `12,5`, `1.200,50`.
fn number_with_comma(cell: &str) -> Option<f64> {
    let plain = cell.trim().trim_end_matches(['%', '€']).trim_end();
    let sound = !plain.contains('.') || grouped(plain, '.', ',');
    let read = sound.then(|| plain.replace('.', "").replacen(',', ".", 1).parse::<f64>().ok())?;
    read.filter(|it| it.abs() <= LARGEST)
}

/// Whether a separator stands before every three digits of a number's whole part, and nowhere else.
fn grouped(plain: &str, separator: char, decimals: char) -> bool {
    let plain = plain.trim_start_matches(['-', '+']);
    let (whole, rest) = plain.split_once(decimals).unwrap_or((plain, ""));
    if rest.contains([separator, decimals]) {
        return false;
    }
    let mut parts = whole.split(separator);
    let digits = |it: &str| it.bytes().all(|it| it.is_ascii_digit());
    let first = parts
        .next()
        .is_some_and(|it| (1..=3).contains(&it.len()) && digits(it) && !it.starts_with('0'));
    first && parts.all(|it| it.len() == 3 && digits(it))
}

const DAYS: [&str; 6] = ["%Y-%m-%d", "%Y/%m/%d", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"];

/// A day in one way of writing, as the days since 1970.
fn day(cell: &str, format: &str) -> Option<f64> {
    let head = cell.split([' ', 'T']).next()?;
    let day = NaiveDate::parse_from_str(head, format).ok().or_else(|| {
        NaiveDateTime::parse_from_str(cell, &format!("{format} %H:%M:%S")).ok().map(|it| it.date())
    })?;
    Some((day - NaiveDate::default()).num_days() as f64)
}

/// What a column is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Number,
    /// With a comma before the decimals.
    Comma,
    Day(&'static str),
    Text,
}

impl Kind {
    /// Of cells that say something.
    fn of(cells: &[&str]) -> Self {
        let all = |test: &dyn Fn(&str) -> bool| cells.iter().all(|it| test(it));
        if all(&|it| number(it).is_some()) {
            return Self::Number;
        }
        if all(&|it| number_with_comma(it).is_some()) {
            return Self::Comma;
        }
        let format = DAYS.into_iter().find(|format| all(&|it| day(it, format).is_some()));
        if let Some(format) = format {
            return Self::Day(format);
        }
        // A word such as `unknown` here and there does not make texts of numbers.
        let count = |kind: Self| cells.iter().filter(|it| kind.value(it).is_some()).count();
        let [plain, comma] = [Self::Number, Self::Comma].map(count);
        match plain.max(comma) * 20 >= cells.len() * 19 {
            true if comma > plain => Self::Comma,
            true => Self::Number,
            false => Self::Text,
        }
    }

    fn value(self, cell: &str) -> Option<f64> {
        match self {
            Self::Number => number(cell),
            Self::Comma => number_with_comma(cell),
            Self::Day(format) => day(cell, format),
            Self::Text => None,
        }
    }
}

/// A column that is learned from.
pub(super) struct Feature {
    at: usize,
    pub(super) heading: String,
    pub(super) name: String,
    kind: Kind,
}

/// Chooses the columns and what they are, by the rows that are learned from alone.
pub(super) fn features(
    table: &Table,
    options: &Options,
    train: &[usize],
    notes: &mut Vec<String>,
) -> Result<Vec<Feature>, Complaint> {
    let mut unread: BTreeSet<usize> = BTreeSet::from([table.column(&options.label)?]);
    let named = [options.subject.as_ref(), options.only.as_ref().map(|it| &it.column)];
    let named = named.into_iter().flatten().chain(options.test_where.as_ref().map(|it| &it.column));
    for name in options.drop.iter().chain(named) {
        unread.insert(table.column(name)?);
    }
    let mut taken = Vec::new();
    let mut out = Vec::new();
    for (at, heading) in table.headings.iter().enumerate().filter(|it| !unread.contains(&it.0)) {
        let cells: Vec<&str> =
            train.iter().map(|row| table.cell(*row, at)).filter(|it| !is_nothing(it)).collect();
        let distinct: BTreeSet<&str> = cells.iter().copied().collect();
        let kind = Kind::of(&cells);
        if let Some(why) = useless(heading, kind, &cells, distinct.len()) {
            notes.push(format!("column `{heading}` is not read: {why}"));
            continue;
        }
        let odd = cells.iter().filter(|it| kind != Kind::Text && kind.value(it).is_none()).count();
        if odd > 0 {
            notes.push(format!("{odd} cells of column `{heading}` are no numbers, and missing"));
        }
        if kind == Kind::Comma {
            notes.push(format!(
                "column `{heading}` is read as numbers with a comma before the decimals"
            ));
        }
        if let Kind::Day(format) = kind {
            notes.push(format!("column `{heading}` is read as days since 1970 ({format})"));
        }
        let name = column_name(heading, &taken);
        taken.push(name.clone());
        out.push(Feature { at, heading: heading.clone(), name, kind });
    }
    Ok(out)
}

/// Why nothing can be learned from a column.
fn useless(heading: &str, kind: Kind, cells: &[&str], distinct: usize) -> Option<&'static str> {
    if distinct < 2 {
        return Some("it says one thing or nothing");
    }
    let unique = distinct == cells.len() && cells.len() >= 20;
    let mostly = cells.len() >= 20 && distinct * 10 > cells.len() * 9;
    match kind {
        Kind::Text if mostly => {
            Some("it is another text in nearly every row, such as a name or an id")
        }
        Kind::Number if unique => {
            let numbers: Vec<f64> = cells.iter().filter_map(|it| number(it)).collect();
            let whole = numbers.iter().all(|it| it.fract().abs() <= 0.0);
            let word = heading.to_lowercase();
            let words = word.split(|it: char| !it.is_alphanumeric());
            let named = word.ends_with("id")
                || word.ends_with("number")
                || words
                    .into_iter()
                    .any(|it| ["id", "no", "nr", "index", "key", "code", "row"].contains(&it));
            let rises = numbers.windows(2).all(|it| it[0] < it[1]);
            (whole && (named || word.is_empty() || rises)).then_some("it numbers the rows")
        }
        _ => None,
    }
}

/// The columns of some rows under ids.
pub(super) fn frame(
    table: &Table,
    features: &[Feature],
    rows: &[usize],
    ids: Vec<String>,
) -> Result<Frame, FrameError> {
    let mut out = Frame::new(SubjectKind::Subscription, ids)?;
    for it in features {
        let cells = rows.iter().map(|row| table.cell(*row, it.at));
        let cells = cells.map(|cell| (!is_nothing(cell)).then_some(cell));
        let column = match it.kind {
            Kind::Text => Column::texts(cells),
            kind => {
                let values =
                    cells.map(|cell| cell.and_then(|it| kind.value(it)).unwrap_or(f64::NAN));
                Column::new(Data::Number(values.collect()))
            }
        };
        out.insert(it.name.clone(), column)?;
    }
    Ok(out)
}

/// Leaves out rows that say the same as an earlier one in every column; gives how many. They are copies of customers,
/// which must not stand on both sides, unless there are very many: then the columns are few and looking alike
/// says nothing, and all stay where `always` is not said.
pub(super) fn first_of_each(table: &mut Table, always: bool) -> usize {
    let mut seen = BTreeSet::new();
    let first: Vec<bool> = table.rows.iter().map(|it| seen.insert(it.clone())).collect();
    let copies = first.iter().filter(|it| !**it).count();
    if copies == 0 || (!always && copies * 5 > table.rows.len()) {
        return 0;
    }
    let mut keep = first.into_iter();
    table.rows.retain(|_| keep.next().unwrap_or(true));
    copies
}

/// How many rows a subject has had before each row.
pub(super) fn turns(subjects: &[String]) -> Vec<usize> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut turn = |subject| {
        let count = seen.entry(subject).or_default();
        *count += 1;
        *count - 1
    };
    subjects.iter().map(|it| turn(it.as_str())).collect()
}
