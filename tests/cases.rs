//! Cases as data: every TOML file below `tests/cases` that holds cases, run through the public API.
//!
//! `tests/cases/README.md` says what a case file holds. Beside what a case expects, the laws that
//! hold for every result are checked on every case, and the edges of every config's steps and bands
//! are compared with what the engine makes of them.
#![expect(
    clippy::disallowed_methods,
    reason = "the library does no I/O; the cases are files beside the tests"
)]

mod bits;
mod check;
mod file;
mod paths;
mod run;

use std::fs;
use std::path::{Path, PathBuf};

use file::File;

/// How many cases there are: one that vanishes, or that no file holds any more, is noticed.
const CASES: usize = 192;
/// How many edges their configs have at least.
const EDGES: usize = 60;

#[test]
fn every_case_holds() {
    let mut failures = Vec::new();
    let mut count = 0;
    let mut told = Vec::new();
    for (name, file) in files() {
        if file.cases.is_empty() {
            failures.push(format!("{name}: holds no case"));
        }
        count += file.cases.len();
        for case in &file.cases {
            if !case.expects() {
                failures.push(format!("{name}: {}: expects nothing", case.name));
            }
            let mut bits = Vec::new();
            let found = run::case(&folder(), &file, case, &mut bits);
            told.extend(bits.iter().map(|it| format!("{name}: {}: {it}", case.name)));
            for failure in found {
                failures.push(format!("{name}: {}: {failure}", case.name));
            }
        }
    }
    if count != CASES {
        failures.push(format!("tests/cases holds {count} cases, expected {CASES}"));
    }
    assert!(failures.is_empty(), "\n{}\n", failures.join("\n"));
    // The tests of the Python binding compare what they get with this.
    insta::assert_snapshot!("bits", told.join("\n"));
}

#[test]
fn every_edge_is_where_the_config_says() {
    let mut failures = Vec::new();
    let mut edges = 0;
    for (name, file) in files() {
        for text in run::configs(&folder(), &file) {
            edges += check::edges(&text, &mut |it| failures.push(format!("{name}: {it}")));
        }
    }
    assert!(failures.is_empty(), "\n{}\n", failures.join("\n"));
    assert!(EDGES <= edges, "only {edges} edges were checked, expected {EDGES}");
}

/// Every case file, by its path below the folder.
fn files() -> Vec<(String, File)> {
    let mut found = Vec::new();
    let mut open = vec![folder()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.to_string_lossy().ends_with(".cases.toml") {
                found.push(path);
            }
        }
    }
    found.sort();
    let read = |path: PathBuf| {
        let name = path.strip_prefix(folder()).unwrap().to_string_lossy().replace('\\', "/");
        let text = fs::read_to_string(&path).unwrap();
        let file = toml::from_str(&text).unwrap_or_else(|why| panic!("{name}: {why}"));
        (name, file)
    };
    found.into_iter().map(read).collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}
