//! Series: read, refused, as long as they say, and the same after being written.

use proptest::prelude::*;

use super::Series;

/// The values, and a mark where the last one goes on.
fn values(text: &str) -> String {
    match text.parse::<Series>() {
        Ok(series) => {
            let steps = series.length();
            let all = (0..steps.unwrap_or(4)).filter_map(|step| series.get(step));
            let mut shown: Vec<String> = all.map(|value| value.to_string()).collect();
            shown.extend(steps.is_none().then(|| "…".to_owned()));
            shown.join(" ")
        }
        Err(why) => {
            format!("{} at `{}`", why.code, text.get(why.place.clone()).unwrap_or("?"))
        }
    }
}

#[test]
fn series_are_read_or_refused() {
    for (text, expected) in [
        ("5", "5 5 5 5 …"),
        ("5x1", "5"),
        ("1 2", "1 2"),
        ("-1.5x2 .5", "-1.5 -1.5 0.5"),
        ("0+1x3", "0 1 2 3"),
        ("9-2x2 _x2", "9 7 5 missing missing"),
        ("1e2+1e-1x1", "100 100.1"),
        ("-3+1x1", "-3 -2"),
        ("7x*", "7 7 7 7 …"),
        ("1 2+1x*", "1 2 3 4 …"),
        ("truex2 false _", "true true false missing"),
        ("'pro'x2 'a b' \"it's\" 'it''s' ''", "pro pro a b it's it's "),
        (" \t1\n2 ", "1 2"),
        ("", "empty at ``"),
        ("  ", "empty at `  `"),
        ("1 pro 2", "test-syntax at `pro`"),
        ("5x", "test-syntax at `5x`"),
        ("5x0", "test-syntax at `5x0`"),
        ("5x-1", "test-syntax at `5x-1`"),
        ("1 5+1 2", "test-syntax at `5+1`"),
        ("5+x3", "test-syntax at `5+x3`"),
        ("5y", "test-syntax at `5y`"),
        ("trueish", "test-syntax at `trueish`"),
        ("'a'+1x2", "test-syntax at `'a'+1x2`"),
        ("1 'a b", "test-syntax at `'a b`"),
        ("'a'b", "test-syntax at `'a'b`"),
        ("1 5x* 3", "test-syntax at `5x*`"),
        ("1x36526", "limit at `1x36526`"),
        ("1x99999999999", "limit at `1x99999999999`"),
        ("1x36525 2", "limit at `1x36525 2`"),
        ("1 1e999", "not-finite at `1e999`"),
        ("0+1e308x9", "not-finite at `0+1e308x9`"),
        ("--1", "test-syntax at `--1`"),
        ("inf", "test-syntax at `inf`"),
        ("nan", "test-syntax at `nan`"),
    ] {
        assert_eq!(values(text), expected, "{text}");
    }
}

/// A run as written, how many values it has (none for one that goes on), and whether it is one
/// plain value.
fn run() -> impl Strategy<Value = (String, Option<u32>, bool)> {
    let number = prop_oneof![
        any::<i32>().prop_map(f64::from),
        (-1e6..1e6).prop_map(|it: f64| it),
        Just(1e-300),
        Just(-1e300),
    ];
    let value = prop_oneof![
        Just("_".to_owned()),
        any::<bool>().prop_map(|flag| flag.to_string()),
        "[a-z' \"é]{0,5}".prop_map(|text| format!("'{}'", text.replace('\'', "''"))),
        number.clone().prop_map(|number| number.to_string()),
    ];
    let times = prop_oneof![
        Just((String::new(), Some(1))),
        (1..50_u32).prop_map(|number| (format!("x{number}"), Some(number))),
        Just(("x*".to_owned(), None)),
    ];
    let plain = (value, times)
        .prop_map(|(value, (times, count))| (format!("{value}{times}"), count, times.is_empty()));
    let counted = (number, any::<bool>(), 0.0..1e6, 1..50_u32).prop_map(|(from, up, by, many)| {
        let sign = if up { "+" } else { "-" };
        (format!("{from}{sign}{by}x{many}"), Some(many + 1), false)
    });
    prop_oneof![2 => plain, 1 => counted]
}

proptest! {
    #[test]
    fn a_series_is_as_long_as_its_runs_and_reads_back_from_its_text(
        runs in proptest::collection::vec(run(), 1..8)
    ) {
        let text: Vec<&str> = runs.iter().map(|it| it.0.as_str()).collect();
        let ends_early = runs.iter().rev().skip(1).any(|it| it.1.is_none());
        let parsed = text.join("  ").parse::<Series>();
        if ends_early {
            prop_assert!(parsed.is_err());
            return Ok(());
        }
        let series = parsed.unwrap();
        let alone = runs.len() == 1 && runs[0].2;
        let want = runs.iter().map(|it| it.1).sum::<Option<u32>>().filter(|_| !alone);
        prop_assert_eq!(series.length(), want);
        for step in 0..want.unwrap_or(100) {
            prop_assert!(series.get(step).is_some());
        }
        prop_assert_eq!(want.and_then(|step| series.get(step)), None);
        prop_assert_eq!(series.to_string().parse::<Series>().unwrap(), series);
    }
}
