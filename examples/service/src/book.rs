//! From a folder of CSV files, one for each table, to a book.

use std::path::Path;

use foretell::book::{Book, Loaded, Tables};
use foretell::node::Node;

use crate::Result;

/// Reads the tables that are there. A file that cannot be read refuses the night; a bad row is set aside.
pub(crate) fn load(folder: &Path) -> Result<Loaded> {
    let mut tables = Tables::default();
    let mut found = false;
    for name in Tables::NAMES {
        let path = folder.join(format!("{name}.csv"));
        if path.exists() {
            let rows = rows(&path).map_err(|why| format!("{}: {why}", path.display()))?;
            tables.insert(name, rows);
            found = true;
        }
    }
    if !found {
        return Err(format!("{} holds no table such as subscriptions.csv", folder.display()).into());
    }
    Ok(Book::lenient(tables))
}

/// The rows of a file, each with the cells that are filled in.
fn rows(path: &Path) -> std::result::Result<Vec<Node>, csv::Error> {
    let mut reader = csv::Reader::from_path(path)?;
    let columns = reader.headers()?.clone();
    let row = |cells: csv::StringRecord| {
        let filled = columns.iter().zip(&cells).filter(|(_, cell)| !cell.is_empty());
        Node::table(filled.map(|(column, cell)| (column, Node::text(cell))))
    };
    reader.records().map(|it| it.map(row)).collect()
}
