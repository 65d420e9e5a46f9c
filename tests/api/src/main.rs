//! Compares the public API of foretell, with all features, with `tests/api/public.txt`, and its names with the rules of a small face.
//!
//! `just api` writes the text anew; read the difference before you commit it. The gate runs this on the JSON of rustdoc.

#![expect(clippy::disallowed_methods, reason = "a tool reads and writes files")]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

/// The most names at the root: those of the main job. Our choice.
const MOST_AT_ROOT: usize = 13;

/// Types that stand at two paths, each of them one thing: a room that uses them much gives them too.
const AT_TWO_PATHS: [&str; 9] = [
    "CalendarConfig",
    "CalendarException",
    "CalendarHours",
    "Health",
    "Holiday",
    "HolidaysClose",
    "Kind",
    "Phase",
    "Value",
];

/// Types that are whole as they are: no case and no field will come. A host matches and makes them without a rest.
const CLOSED: [&str; 9] = [
    "Faults",
    "HandedOn",
    "Horizon",
    "Money",
    "Node",
    "Percent",
    "Proportion",
    "Valued",
    "Verdict",
];

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut given = std::env::args().skip(1);
    let json = given.next().ok_or("say where the JSON of rustdoc is")?;
    let api = public_api::Builder::from_rustdoc_json(json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .build()?
        .to_string();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("public.txt");
    if given.next().as_deref() == Some("--write") {
        std::fs::write(path, api)?;
        return Ok(ExitCode::SUCCESS);
    }
    let known = std::fs::read_to_string(path)?;
    let mut wrong = differences(&known, &api);
    wrong.extend(names(&api));
    wrong.extend(frozen(&api));
    wrong.iter().for_each(|line| println!("{line}"));
    Ok(if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What is there and not known, and what was known and is gone.
fn differences(known: &str, api: &str) -> Vec<String> {
    let mut counts: BTreeMap<&str, i32> = BTreeMap::new();
    known.lines().for_each(|line| *counts.entry(line).or_default() -= 1);
    api.lines().for_each(|line| *counts.entry(line).or_default() += 1);
    let sign = |count: i32| if count > 0 { '+' } else { '-' };
    let moved = counts.into_iter().filter(|(_, count)| *count != 0);
    moved.map(|(line, count)| format!("{} {line}", sign(count))).collect()
}

/// Enums and structs of public fields to which nothing could be added later without breaking a host.
fn frozen(api: &str) -> Vec<String> {
    let has_field = |path: &str| {
        let field = format!("pub {path}::");
        api.lines().any(|line| line.starts_with(&field))
    };
    let mut wrong = Vec::new();
    for line in api.lines() {
        let (is_enum, rest) =
            match (line.strip_prefix("pub enum "), line.strip_prefix("pub struct ")) {
                (Some(rest), _) => (true, rest),
                (_, Some(rest)) => (false, rest),
                _ => continue,
            };
        let path = rest.split(['<', '(', ';', ' ']).next().unwrap_or(rest);
        let name = path.rsplit("::").next().unwrap_or(path);
        if !CLOSED.contains(&name) && (is_enum || has_field(path)) {
            wrong.push(format!(
                "`{path}` is frozen: make it `non_exhaustive` or its fields private"
            ));
        }
    }
    wrong
}

/// Types whose name another type has too, and too many names at the root.
fn names(api: &str) -> Vec<String> {
    let mut types: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut root = Vec::new();
    let bare: Vec<String> = api.lines().map(without_generics).collect();
    for line in &bare {
        let Some((_, rest)) = line.split_once("pub ") else { continue };
        let mut words = rest.split(' ');
        let is_type = matches!(words.next(), Some("struct" | "enum" | "union" | "trait" | "type"));
        let Some(path) = words.next().filter(|_| is_type) else { continue };
        let path = path.split(['(', ';']).next().unwrap_or(path);
        let Some((room, name)) = path.rsplit_once("::") else { continue };
        // What a type holds, such as the error of a trait, is no name of its own.
        let is_held =
            room.rsplit("::").next().is_some_and(|last| last.starts_with(char::is_uppercase));
        match room {
            _ if is_held => {}
            "foretell" => root.push(name),
            _ => types.entry(name).or_default().push(path),
        }
    }
    let twice =
        types.into_iter().filter(|(name, paths)| paths.len() > 1 && !AT_TWO_PATHS.contains(name));
    let mut wrong: Vec<String> =
        twice.map(|(name, paths)| format!("`{name}` stands for {}", paths.join(", "))).collect();
    if root.len() > MOST_AT_ROOT {
        wrong.push(format!("{} names at the root, at most {MOST_AT_ROOT}: {root:?}", root.len()));
    }
    wrong
}

/// The line without what stands in angle brackets: `Parts<K>::IntoIter` is held by `Parts`, as an error is by its trait.
fn without_generics(line: &str) -> String {
    let mut depth = 0_usize;
    let outside = line.replace("->", "  ");
    let kept = outside.chars().filter(|letter| {
        depth += usize::from(*letter == '<');
        let is_outside = depth == 0;
        depth -= usize::from(*letter == '>' && depth > 0);
        is_outside
    });
    kept.collect()
}
