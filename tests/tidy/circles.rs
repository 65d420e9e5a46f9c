//! No files use one another in a circle.

use std::collections::{BTreeMap, BTreeSet};

use super::sources;

#[test]
fn files_use_one_another_one_way() {
    let files: BTreeMap<String, String> =
        sources().into_iter().filter_map(|it| Some((module(&it.name)?, it.code))).collect();
    let uses: BTreeMap<&str, BTreeSet<&str>> =
        files.iter().map(|(name, code)| (name.as_str(), used(name, code, &files))).collect();
    let found = circles(&uses);
    assert!(found.is_empty(), "these files use one another: {found:#?}");
}

#[test]
fn a_circle_is_found() {
    let code = |text: &str| text.to_owned();
    let files = BTreeMap::from([
        ("a".to_owned(), code("mod b;\nuse b::B;")),
        ("a::b".to_owned(), code("use super::c::{C, D};")),
        ("a::c".to_owned(), code("pub(crate) use crate::{a::d as e, x};")),
        ("a::d".to_owned(), code("use super::{b, Y};")),
    ]);
    let uses = files.iter().map(|it| (it.0.as_str(), used(it.0, it.1, &files))).collect();
    assert_eq!(circles(&uses), [["a::b", "a::c", "a::d"]]);
}

/// The module that a file is.
fn module(file: &str) -> Option<String> {
    let path = file.strip_prefix("src/")?.strip_suffix(".rs")?;
    Some(path.strip_suffix("/mod").unwrap_or(path).replace('/', "::"))
}

/// The files that a file uses, but for its own parts and what it is part of.
fn used<'a>(name: &str, code: &str, files: &'a BTreeMap<String, String>) -> BTreeSet<&'a str> {
    let mut all = BTreeSet::new();
    // Tests inside a file may use what they like.
    let code = code.split("#[cfg(test)]\nmod ").next().unwrap_or(code);
    for (at, _) in code.match_indices("use ") {
        let before = code[..at].rsplit('\n').next().unwrap_or_default().trim();
        if !before.is_empty() && !before.starts_with("pub") {
            continue;
        }
        let rest = &code[at + 4..];
        let mut leaves = Vec::new();
        spread("", rest.split(';').next().unwrap_or_default(), &mut leaves);
        for leaf in leaves {
            if let Some(file) = file_of(name, &leaf, files) {
                let (own, above) = (format!("{name}::"), format!("{file}::"));
                if file != name && !file.starts_with(&own) && !name.starts_with(&above) {
                    all.insert(file);
                }
            }
        }
    }
    all
}

/// Every path of a `use`, groups taken apart.
fn spread(head: &str, text: &str, out: &mut Vec<String>) {
    let mut depth = 0;
    let mut from = 0;
    let text = text.trim();
    for (at, it) in text.char_indices().chain([(text.len(), ',')]) {
        match it {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                let part = text[from..at].trim();
                from = at + 1;
                match part.split_once('{') {
                    Some((inner, group)) => {
                        let group = group.trim_end().strip_suffix('}').unwrap_or(group);
                        spread(&format!("{head}{}", inner.trim()), group, out);
                    }
                    None if !part.is_empty() => {
                        let name = part.split(" as ").next().unwrap_or(part);
                        out.push(format!("{head}{}", name.trim()));
                    }
                    None => {}
                }
            }
            _ => {}
        }
    }
}

/// The file in which a path of a `use` ends.
fn file_of<'a>(name: &str, path: &str, files: &'a BTreeMap<String, String>) -> Option<&'a str> {
    let mut path = path;
    let mut base: Vec<&str> = name.split("::").collect();
    if let Some(rest) = path.strip_prefix("crate::") {
        (path, base) = (rest, Vec::new());
    } else if path.starts_with("super::") {
        while let Some(rest) = path.strip_prefix("super::") {
            path = rest;
            base.pop();
        }
    } else {
        path = path.strip_prefix("self::").unwrap_or(path);
        let first = path.split("::").next()?;
        files.get(&format!("{name}::{first}"))?;
    }
    let mut parts: Vec<&str> = base.into_iter().chain(path.split("::")).collect();
    while !parts.is_empty() {
        if let Some((file, _)) = files.get_key_value(&parts.join("::")) {
            return Some(file);
        }
        parts.pop();
    }
    None
}

/// The circles, each with its files in order.
fn circles<'a>(uses: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> Vec<Vec<&'a str>> {
    // Few hundred files: who reaches whom, by going on until nothing is new.
    let reach = |from: &'a str| {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&str> = uses.get(from).into_iter().flatten().copied().collect();
        while let Some(it) = open.pop() {
            if seen.insert(it) {
                open.extend(uses.get(it).into_iter().flatten().copied());
            }
        }
        seen
    };
    let reached: BTreeMap<&str, BTreeSet<&str>> = uses.keys().map(|it| (*it, reach(it))).collect();
    let mut found: Vec<Vec<&str>> = Vec::new();
    for (file, all) in reached.iter().filter(|(file, all)| all.contains(*file)) {
        let circle: Vec<&str> =
            all.iter().filter(|it| reached[*it].contains(file)).copied().collect();
        if !found.contains(&circle) {
            found.push(circle);
        }
    }
    found
}
