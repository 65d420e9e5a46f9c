//! Numbers get their digits in one place, `src/text/number.rs`.

use super::{below, none, read, root};

/// Files that write numbers which nobody reads: TOML, places in a picture, styles, a number that is rounded by its
/// digits; and a p value with its exponent.
const OWN: [&str; 7] = [
    "src/text/number.rs",
    "src/node/toml.rs",
    "src/report/bar.rs",
    "src/report/timeline.rs",
    "src/report/style.rs",
    "src/outcome/learn/shape.rs",
    "src/outcome/experiment/text.rs",
];

/// Whether a line says how many decimals a number has, gives it a sign, or makes a percentage of it.
fn has_a_format(line: &str) -> bool {
    let places = line.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    places.into_iter().any(|(format, after)| {
        let spec = format.split_once(':').map_or("", |it| it.1);
        let is_name = |it: char| it.is_alphanumeric() || "_:.+*<>^$#?".contains(it);
        let decimals = spec.contains('.');
        format.chars().all(is_name) && (decimals || spec.starts_with('+') || after.starts_with('%'))
    })
}

#[test]
fn numbers_are_written_in_one_place() {
    let mut faults = Vec::new();
    for path in below(&root().join("src"), &["rs"]) {
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        if OWN.contains(&name.as_str()) || name.contains("tests") {
            continue;
        }
        let text = read(&path);
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (at, line) in code.lines().enumerate() {
            if !line.trim_start().starts_with("//") && has_a_format(line) {
                faults.push(format!("{name}:{}: use `text::number` for that", at + 1));
            }
        }
    }
    none(&faults);
}

#[test]
fn a_format_is_found() {
    for line in [
        "{it:.1}",
        "{:.0} %",
        "{:+.3}",
        "{:.*}",
        "{:>8.1}",
        "{:>wide$.2}",
        "{}%",
        "{share}%",
        "{value:+}",
    ] {
        assert!(has_a_format(line), "{line}");
    }
    for line in ["{it:?}", "{:>6}", "{cell:<wide$}", "{a}.{b}", "width:{w}px", ".x{margin:.6em 0}"]
    {
        assert!(!has_a_format(line), "{line}");
    }
}
