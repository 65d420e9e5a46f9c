//! From CSV files to the rows of a book.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::{Duration, Instant};

use csv::{ByteRecord, ReaderBuilder, StringRecord, Trim};
use foretell::book::Tables;
use foretell::node::Node;

use super::complaint::Complaint;
use super::layout::{Folder, Mapping};

/// What stands in the files, not yet checked.
#[derive(Debug, Default)]
pub(super) struct Given {
    pub(super) tables: Tables,
    pub(super) files: Vec<File>,
    pub(super) ignored: Vec<String>,
}

/// One file, and which of its rows each record came from.
#[derive(Debug)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) table: &'static str,
    /// How many rows it has below its header.
    pub(super) rows: usize,
    /// The row of each record, from 0.
    pub(super) row_of: Vec<usize>,
    /// Rows that did not become records, and why.
    pub(super) unread: BTreeMap<usize, (&'static str, String)>,
}

/// Reads every file of a folder.
pub(super) fn tables(folder: &Folder<'_>, progress: &mut Progress<'_>) -> Result<Given, Complaint> {
    let mut given = Given { ignored: folder.ignored.clone(), ..Given::default() };
    for mapping in &folder.found {
        let (file, records) = table(folder, mapping, progress)?;
        given.tables.insert(file.table, records);
        given.files.push(file);
    }
    Ok(given)
}

fn table(
    folder: &Folder<'_>,
    mapping: &Mapping,
    progress: &mut Progress<'_>,
) -> Result<(File, Vec<Node>), Complaint> {
    let name = mapping.file();
    let path = folder.place.path.join(&name);
    let unreadable = |it: csv::Error| {
        let place = format!("{}/{name}", folder.place.shown.trim_end_matches('/'));
        Complaint::new(format!("cannot read the table: {it}")).at(place)
    };
    let mut reader = ReaderBuilder::new()
        .flexible(true)
        .trim(Trim::Headers)
        .from_path(&path)
        .map_err(unreadable)?;
    let columns: Vec<String> = reader
        .headers()
        .map_err(unreadable)?
        .iter()
        .map(|it| it.trim_start_matches('\u{feff}').to_owned())
        .collect();
    let mut file = File {
        name: name.clone(),
        table: mapping.table,
        rows: 0,
        row_of: Vec::new(),
        unread: BTreeMap::new(),
    };
    let mut records = Vec::new();
    // Where one row becomes many records they carry no id, so that it is looked after here.
    let id = columns.iter().position(|it| mapping.field(it) == Some("id"));
    let id = id.filter(|_| !mapping.series.is_empty());
    let mut lines: BTreeMap<String, usize> = BTreeMap::new();
    let mut bytes = ByteRecord::new();
    while reader.read_byte_record(&mut bytes).map_err(unreadable)? {
        let row = file.rows;
        file.rows += 1;
        match cells(&columns, &bytes) {
            Ok(cells) => {
                let id = id.and_then(|it| cells.get(it)).filter(|it| !it.is_empty());
                // The header is line 1.
                let first = id.and_then(|it| lines.insert(it.to_owned(), row + 2));
                if let (Some(first), Some(id)) = (first, id) {
                    let message = format!("the id `{id}` stands in line {first} too");
                    file.unread.insert(row, ("duplicate-id", message));
                    lines.insert(id.to_owned(), first);
                } else {
                    let before = records.len();
                    add(mapping, &columns, &cells, &mut records);
                    if records.len() == before {
                        let message = "none of its values is filled in".to_owned();
                        file.unread.insert(row, ("no-value", message));
                    }
                }
            }
            Err(why) => drop(file.unread.insert(row, why)),
        }
        file.row_of.resize(records.len(), row);
        if row.is_multiple_of(1024) {
            progress.say(|| format!("reading {name}, row {row}"));
        }
    }
    Ok((file, records))
}

/// The cells of a row, if there are as many as columns and all are text.
fn cells(columns: &[String], bytes: &ByteRecord) -> Result<StringRecord, (&'static str, String)> {
    if bytes.len() != columns.len() {
        let message = format!("expected {} cells, got {}", columns.len(), bytes.len());
        return Err(("wrong-cell-count", message));
    }
    StringRecord::from_byte_record(bytes.clone()).map_err(|it| ("not-utf-8", it.to_string()))
}

/// Adds the record that a row stands for, or of a row of series one for each value.
fn add(mapping: &Mapping, columns: &[String], cells: &StringRecord, records: &mut Vec<Node>) {
    let mut fields = Vec::with_capacity(columns.len() + mapping.always.len() + 2);
    for (column, cell) in columns.iter().zip(cells) {
        if cell.is_empty() || mapping.series.contains(&column.as_str()) {
            continue;
        }
        if let Some(field) = mapping.field(column) {
            fields.push((field.to_owned(), Node::text(cell)));
        }
    }
    for (field, value) in mapping.always {
        fields.push(((*field).to_owned(), Node::text(*value)));
    }
    if mapping.series.is_empty() {
        records.push(Node::Table(fields));
        return;
    }
    fields.retain(|(field, _)| field != "id");
    for (column, cell) in columns.iter().zip(cells) {
        if cell.is_empty() || !mapping.series.contains(&column.as_str()) {
            continue;
        }
        let mut fields = fields.clone();
        fields.push(("name".to_owned(), Node::text(column)));
        fields.push(("value".to_owned(), Node::text(cell)));
        records.push(Node::Table(fields));
    }
}

/// Lines for people who wait, when a job takes more than a second.
pub(super) struct Progress<'a> {
    out: &'a mut dyn Write,
    started: Instant,
    said: Option<Instant>,
}

impl<'a> Progress<'a> {
    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        Self { out, started: Instant::now(), said: None }
    }

    /// Says what is being done, at most once a second.
    pub(super) fn say<S: AsRef<str>>(&mut self, what: impl FnOnce() -> S) {
        if self.said.unwrap_or(self.started).elapsed() < Duration::from_secs(1) {
            return;
        }
        self.said = Some(Instant::now());
        drop(writeln!(self.out, "{} ...", what().as_ref()));
        drop(self.out.flush());
    }
}
