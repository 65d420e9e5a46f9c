//! Links of the README and of the pages work in the repository and in rustdoc.
#![expect(clippy::disallowed_methods, reason = "the library does no I/O; its tests read its pages")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What rustdoc takes for a link that is written by reference.
const IN_RUSTDOC: &str = include_str!("../src/guide/links.md");
const GUIDE: &str = include_str!("../src/guide.rs");

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The README and every page, by their path in the repository.
fn pages() -> BTreeMap<String, String> {
    let folder = fs::read_dir(root().join("docs")).unwrap();
    let names = folder.map(|it| format!("docs/{}", it.unwrap().file_name().display()));
    let names = names.filter(|it| it.ends_with(".md")).chain(["README.md".to_owned()]);
    names.map(|name| (name.clone(), fs::read_to_string(root().join(name)).unwrap())).collect()
}

/// A page without its blocks and spans of code.
fn prose(page: &str) -> String {
    let blocks = page.split("```").step_by(2).collect::<String>();
    blocks.split('`').step_by(2).collect()
}

/// The definitions of a page: label and target.
fn defined(page: &str) -> BTreeMap<&str, &str> {
    page.lines().filter_map(|line| line.strip_prefix('[')?.split_once("]: ")).collect()
}

/// The id that GitHub and rustdoc give a heading.
fn slug(heading: &str) -> String {
    let kept = heading.chars().filter(|it| it.is_alphanumeric() || " -_".contains(*it));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

/// Whether a path, with what stands behind `#`, is there.
fn is_there(folder: &Path, target: &str) -> bool {
    let (path, heading) = target.split_once('#').unwrap_or((target, ""));
    let Ok(text) = fs::read_to_string(folder.join(path)) else { return false };
    let headings = text.lines().filter(|it| it.starts_with('#'));
    heading.is_empty()
        || headings.map(|it| slug(it.trim_start_matches('#').trim())).any(|it| it == heading)
}

#[test]
fn links_of_the_pages_lead_somewhere_in_the_repository_and_in_rustdoc() {
    let in_rustdoc = defined(IN_RUSTDOC);
    let mut faults = Vec::new();
    for (name, page) in pages() {
        let (prose, here) = (prose(&page), defined(&page));
        for link in prose.split("](").skip(1).filter_map(|it| it.split(')').next()) {
            if !link.contains("://") {
                faults.push(format!("{name}: `{link}` is dead in rustdoc: write it by reference"));
            }
        }
        let folder = root().join(&name).parent().unwrap().to_owned();
        for (label, target) in &here {
            let used = prose.matches(&format!("[{label}]")).count();
            if used < 2 {
                faults.push(format!("{name}: `{label}` is defined and no link uses it"));
            }
            if !target.contains("://") && !is_there(&folder, target) {
                faults.push(format!("{name}: there is no `{target}`"));
            }
            if !in_rustdoc.contains_key(label) {
                faults.push(format!("{name}: src/guide/links.md does not define `{label}`"));
            }
        }
        // A label that no definition has stays in brackets.
        for label in in_rustdoc.keys() {
            if prose.contains(&format!("[{label}]")) && !here.contains_key(label) {
                faults.push(format!("{name}: `{label}` has no definition at the end of the page"));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn every_page_is_in_the_guide() {
    let (_, listed) = GUIDE.split_once("\npages! {").unwrap();
    let listed: BTreeSet<&str> =
        listed.trim_end().trim_end_matches('}').split_whitespace().collect();
    let pages = pages();
    let there = pages.keys().filter_map(|it| it.strip_prefix("docs/")?.strip_suffix(".md"));
    let there: BTreeSet<&str> = there.collect();
    assert_eq!(listed, there);
    for name in there {
        let wanted = format!("[docs/{name}.md]: crate::guide::{name}");
        assert!(IN_RUSTDOC.lines().any(|it| it == wanted), "{wanted}");
    }
}
