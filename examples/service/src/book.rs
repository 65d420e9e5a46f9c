//! From a folder of CSV files, one for each table, to a book.

use std::fs;
use std::path::Path;

use foretell::book::{Book, Loaded, Tables};
use foretell::node::Node;

use crate::Result;

/// What a folder holds.
#[derive(Debug)]
pub(crate) struct Given {
    pub(crate) loaded: Loaded,
    /// The same for the same tables, to the last character.
    pub(crate) hash: String,
}

/// Reads the tables that are there. A file that cannot be read refuses the night; a bad row is set aside.
pub(crate) fn load(folder: &Path) -> Result<Given> {
    let (mut tables, mut texts) = (Tables::default(), Vec::new());
    for name in Tables::NAMES {
        let path = folder.join(format!("{name}.csv"));
        if path.exists() {
            let wrong = |why: &dyn std::fmt::Display| format!("{}: {why}", path.display());
            let text = fs::read_to_string(&path).map_err(|why| wrong(&why))?;
            tables.insert(name, rows(&text).map_err(|why| wrong(&why))?);
            texts.push(Node::text(*name));
            texts.push(Node::text(text));
        }
    }
    if texts.is_empty() {
        return Err(format!("{} holds no table such as subscriptions.csv", folder.display()).into());
    }
    Ok(Given { loaded: Book::lenient(tables), hash: Node::List(texts).content_hash() })
}

/// The rows of a file, each with the cells that are filled in.
fn rows(text: &str) -> std::result::Result<Vec<Node>, csv::Error> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let columns = reader.headers()?.clone();
    let row = |cells: csv::StringRecord| {
        let filled = columns.iter().zip(&cells).filter(|(_, cell)| !cell.is_empty());
        Node::table(filled.map(|(column, cell)| (column, Node::text(cell))))
    };
    reader.records().map(|it| it.map(row)).collect()
}
