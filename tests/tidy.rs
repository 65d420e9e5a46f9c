//! What is absent from the source, and the order in which its modules may know one another.
#![expect(
    clippy::disallowed_methods,
    clippy::string_slice,
    reason = "the library does no I/O; its tests read its source, cut where a match was found"
)]

mod circles;
mod numbers;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The most lines a source file may have.
const MAX_LINES: usize = 500;

/// What a pure library has no use for, and what to do instead.
const ABSENT: [(&str, &str); 19] = [
    ("std::fs", "take the text as an argument"),
    ("std::net", "let the host fetch it"),
    ("std::env", "take it as an argument"),
    ("std::process", "let the host do it"),
    ("std::thread", "split the work by chunk under the feature `rayon`"),
    ("std::io", "take the text as an argument"),
    ("SystemTime", "take `as_of` as an argument"),
    ("Instant::now", "take `as_of` as an argument"),
    ("Utc::now", "take `as_of` as an argument"),
    ("Local::now", "take `as_of` as an argument"),
    ("rand::", "take a seed as an argument"),
    ("thread_rng", "take a seed as an argument"),
    ("println!", "return what is to be said"),
    ("eprintln!", "return what is to be said"),
    ("print!", "return what is to be said"),
    ("eprint!", "return what is to be said"),
    ("dbg!", "remove it"),
    ("todo!", "finish it"),
    ("unimplemented!", "finish it"),
];

/// Names of registries and of folders of one machine, in parts so that this file does not hold them.
const HOSTS: [[&str; 2]; 10] = [
    ["crates.", "io"],
    ["pypi.", "org"],
    ["pythonhosted", ".org"],
    ["npmjs", ".org"],
    ["proxy.golang", ".org"],
    ["deb.debian", ".org"],
    ["/ro", "ot/"],
    ["/ho", "me/"],
    ["/wo", "rk/"],
    ["/t", "mp/"],
];

#[test]
fn data_flows_one_way() {
    let flow = flow();
    assert!(!flow.is_empty(), "src/lib.rs lists no module");
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for file in sources() {
        let Some(module) = file.module() else { continue };
        let Some(here) = flow.iter().position(|it| *it == module) else {
            faults.push(format!("{}: `{module}` is not listed in src/lib.rs", file.name));
            continue;
        };
        seen.insert(module.clone());
        for (line, used) in crate_paths(&file.code) {
            match flow.iter().position(|it| *it == used) {
                Some(there) if here < there => faults.push(format!(
                    "{}:{line}: `{module}` must not use `{used}`: it comes later",
                    file.name
                )),
                _ => {}
            }
        }
    }
    for module in &flow {
        if !seen.contains(module) {
            faults.push(format!("src/lib.rs: `{module}` has no file"));
        }
    }
    none(&faults);
}

#[test]
fn nothing_reads_the_world() {
    let mut faults = Vec::new();
    // Tests inside the crate may start a thread to bound a stack.
    let is_test = |name: &str| name.contains("/tests/") || name.ends_with("/tests.rs");
    for file in sources().into_iter().filter(|it| !is_test(&it.name)) {
        for (at, line) in file.code.lines().enumerate() {
            for (needle, instead) in ABSENT {
                if has_word(line, needle) {
                    let name = &file.name;
                    faults.push(format!("{name}:{}: no `{needle}` here: {instead}", at + 1));
                }
            }
        }
    }
    none(&faults);
}

#[test]
fn what_may_be_a_number_is_read_in_one_place() {
    // A format may hand a number over in another way than as one: `read_any` knows, and nothing else has to.
    let own = ["src/any.rs", "src/node/read.rs"];
    let mut faults = Vec::new();
    for file in sources().into_iter().filter(|it| !own.contains(&it.name.as_str())) {
        for (at, line) in file.code.lines().enumerate() {
            if line.contains("deserialize_any(") {
                faults.push(format!("{}:{}: read with `read_any`", file.name, at + 1));
            }
        }
        // An untagged enum may be written, but not read by what serde derives.
        for (at, _) in file.code.match_indices("untagged") {
            let derived = file.code[..at].rfind("derive(").map_or("", |from| &file.code[from..at]);
            if derived.contains("Deserialize") {
                faults.push(format!("{}: an untagged enum is read by hand: `read_any`", file.name));
            }
        }
    }
    none(&faults);
}

#[test]
fn files_are_small_and_say_what_they_are_for() {
    let mut faults = Vec::new();
    for file in sources() {
        let lines = file.text.lines().count();
        if MAX_LINES < lines {
            faults.push(format!("{}: {lines} lines, at most {MAX_LINES}", file.name));
        }
        // The root may take its documentation from the README.
        let opens = file.text.starts_with("//!") || file.text.starts_with("#![doc = include_str!(");
        if !opens {
            faults.push(format!("{}: does not open with `//!`", file.name));
        }
    }
    none(&faults);
}

#[test]
fn every_waived_lint_has_a_reason() {
    let mut faults = Vec::new();
    for file in sources() {
        for waiver in ["allow(", "[expect("] {
            for (at, _) in file.code.match_indices(waiver) {
                let before = file.code[..at].chars().next_back();
                if waiver == "allow(" && before.is_some_and(|it| is_name(it) || it == '.') {
                    continue;
                }
                let rest = &file.code[at..];
                let inside = &rest[..rest.find(']').unwrap_or(rest.len())];
                if !inside.contains("reason") {
                    let line = line_of(&file.code, at);
                    faults.push(format!("{}:{line}: a waived lint without `reason`", file.name));
                }
            }
        }
    }
    none(&faults);
}

#[test]
fn no_file_names_a_registry_or_a_machine() {
    let needles: Vec<String> = HOSTS.iter().map(|it| it.concat()).collect();
    let mut faults = Vec::new();
    for path in written() {
        let text = read(&path);
        for (at, line) in text.lines().enumerate() {
            for needle in needles.iter().filter(|it| line.contains(it.as_str())) {
                faults.push(format!("{}:{}: names `{needle}`", path.display(), at + 1));
            }
        }
    }
    none(&faults);
}

#[test]
fn every_fault_code_is_documented() {
    let text = read(&root().join("docs/faults.md"));
    let titles: Vec<&str> =
        text.lines().filter_map(|it| it.strip_prefix("## `")?.strip_suffix('`')).collect();
    let mut faults = Vec::new();
    for code in foretell::fault::Code::ALL {
        if !titles.contains(&code.as_str()) {
            faults.push(format!("docs/faults.md: add a section for `{code}`"));
        }
    }
    for title in &titles {
        if !foretell::fault::Code::ALL.iter().any(|it| it.as_str() == *title) {
            faults.push(format!("docs/faults.md: no fault has the code `{title}`"));
        }
    }
    if !titles.is_sorted() {
        faults.push("docs/faults.md: the sections are not sorted".into());
    }
    none(&faults);
}

#[test]
fn the_reader_of_source_is_not_fooled() {
    let code =
        bare("let a = \"// no { crate::x\"; // crate::y\n/* crate::z /* */ */ 'b' '\"' r#\"\"\"#");
    assert_eq!(code, "let a = \"\"; \n 'b' ' ' \"\"");
    let uses = "use crate::{a::{b, c}, d as e,\n f};\ncrate::g::h(pub(crate) i, $crate::j)";
    let found: Vec<_> = crate_paths(uses).into_iter().map(|it| (it.0, it.1)).collect();
    let wanted = [(1, "a"), (1, "d"), (2, "f"), (3, "g"), (3, "j")];
    assert_eq!(found, wanted.map(|it| (it.0, it.1.to_owned())));
    assert!(has_word("  println!()", "println!") && !has_word("eprintln!()", "println!"));
    assert!(!has_word("operand::new()", "rand::") && !has_word("std::fss", "std::fs"));
}

/// A file of the source.
struct Source {
    /// Its path below the root, such as `src/score/mod.rs`.
    name: String,
    /// All of it.
    text: String,
    /// Without comments and what stands in quotes; the lines stay where they are.
    code: String,
}

impl Source {
    /// The module of the root that it belongs to; none for the root itself.
    fn module(&self) -> Option<String> {
        let path = self.name.strip_prefix("src/")?;
        let first = path.split('/').next()?;
        let module = first.strip_suffix(".rs").unwrap_or(first);
        (module != "lib").then(|| module.to_owned())
    }
}

/// The modules that `src/lib.rs` lists, in its order.
fn flow() -> Vec<String> {
    let code = bare(&read(&root().join("src/lib.rs")));
    code.lines()
        .filter_map(|line| {
            let line = line.trim();
            let line =
                line.strip_prefix("pub ").or(line.strip_prefix("pub(crate) ")).unwrap_or(line);
            Some(line.strip_prefix("mod ")?.strip_suffix(';')?.trim().to_owned())
        })
        .collect()
}

/// Every Rust file below `src/`.
fn sources() -> Vec<Source> {
    let files = below(&root().join("src"), &["rs"]);
    assert!(!files.is_empty(), "no source found");
    files
        .iter()
        .map(|path| {
            let text = read(path);
            let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            Source { name, code: bare(&text), text }
        })
        .collect()
}

/// What people wrote: source, tests, scripts, documents and settings, but not data or locks.
fn written() -> Vec<PathBuf> {
    let root = root();
    let kinds = ["rs", "py", "pyi", "toml", "md", "sh", "run"];
    let mut all = Vec::new();
    for folder in ["src", "tests", "examples", "benches", "bindings", "docs", ".ci"] {
        all.extend(below(&root.join(folder), &kinds));
    }
    for entry in fs::read_dir(&root).unwrap() {
        let path = entry.unwrap().path();
        let known = path.extension().is_some_and(|it| it == "toml" || it == "md");
        if known || path.ends_with("justfile") {
            all.push(path);
        }
    }
    all.push(root.join(".ci/run"));
    all.retain(|it| it.is_file());
    all.sort();
    all
}

/// The files of these kinds below a folder, sorted; none where there is no folder.
fn below(folder: &Path, kinds: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|it| kinds.iter().any(|kind| it == *kind)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

fn none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

fn is_name(it: char) -> bool {
    it.is_alphanumeric() || it == '_'
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// Whether the needle stands in the line as a word of its own.
fn has_word(line: &str, needle: &str) -> bool {
    line.match_indices(needle).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + needle.len()..].chars().next();
        let ends = !needle.ends_with(is_name) || !after.is_some_and(is_name);
        ends && !before.is_some_and(is_name)
    })
}

/// The modules of the root that the code names after `crate::`, groups included, with their lines.
fn crate_paths(code: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, prefix) in code.match_indices("crate::") {
        let start = at + prefix.len();
        if code[..at].ends_with(is_name) {
            continue;
        }
        let rest = &code[start..];
        if !rest.starts_with('{') {
            let name: String = rest.chars().take_while(|it| is_name(*it)).collect();
            found.push((line_of(code, start), name));
            continue;
        }
        let mut depth = 0;
        let mut fresh = false;
        for (offset, it) in rest.char_indices() {
            match it {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
            if depth == 1 && (it == '{' || it == ',') {
                fresh = true;
            } else if fresh && is_name(it) {
                let name = rest[offset..].chars().take_while(|it| is_name(*it)).collect();
                found.push((line_of(code, start + offset), name));
                fresh = false;
            }
        }
    }
    found
}

/// The code without comments and without what stands in quotes; every line keeps its number.
fn bare(text: &str) -> String {
    let all: Vec<char> = text.chars().collect();
    let get = |at: usize| all.get(at).copied().unwrap_or('\0');
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < all.len() {
        let it = all[at];
        let joined = 0 < at && is_name(all[at - 1]) && all[at - 1] != 'b';
        if it == '/' && get(at + 1) == '/' {
            while at < all.len() && all[at] != '\n' {
                at += 1;
            }
        } else if it == '/' && get(at + 1) == '*' {
            let mut depth = 0;
            while at < all.len() {
                match (all[at], get(at + 1)) {
                    ('/', '*') => (depth, at) = (depth + 1, at + 2),
                    ('*', '/') => (depth, at) = (depth - 1, at + 2),
                    (other, _) => {
                        if other == '\n' {
                            out.push('\n');
                        }
                        at += 1;
                    }
                }
                if depth == 0 {
                    break;
                }
            }
        } else if it == '\'' && (get(at + 1) == '\\' || get(at + 2) == '\'') {
            // A character, not a lifetime: its closing quote is near.
            let mut end = at + if get(at + 1) == '\\' { 3 } else { 2 };
            while end < all.len() && all[end] != '\'' {
                end += 1;
            }
            let plain = get(at + 1) != '"' && get(at + 1) != '\\';
            out.extend(['\'', if plain { get(at + 1) } else { ' ' }, '\'']);
            at = end + 1;
        } else if it == '"' || (it == 'r' && !joined && raw_hashes(&all, at).is_some()) {
            let hashes = if it == 'r' { raw_hashes(&all, at) } else { None };
            at += hashes.map_or(1, |count| count + 2);
            out.push('"');
            while at < all.len() {
                let closes = all[at] == '"'
                    && (1..=hashes.unwrap_or(0)).all(|offset| get(at + offset) == '#');
                if closes {
                    at += 1 + hashes.unwrap_or(0);
                    break;
                }
                let escaped = all[at] == '\\' && hashes.is_none();
                for skipped in &all[at..(at + 1 + usize::from(escaped)).min(all.len())] {
                    if *skipped == '\n' {
                        out.push('\n');
                    }
                }
                at += 1 + usize::from(escaped);
            }
            out.push('"');
        } else {
            out.push(it);
            at += 1;
        }
    }
    out
}

/// How many `#` open the raw string that starts here; none when none does.
fn raw_hashes(all: &[char], at: usize) -> Option<usize> {
    let count = all[at + 1..].iter().take_while(|it| **it == '#').count();
    (all.get(at + 1 + count) == Some(&'"')).then_some(count)
}
