//! Reports: what people see, that it is well-formed and says what the results say, whatever names and numbers are in it.

use foretell::frame::{Column, Frame, SubjectKind};
use foretell::report::{self, Report};
use foretell::score::Explanation;
use foretell::time::AsOf;
use foretell::{Assessment, Config, Engine, Input, State};
use proptest::prelude::*;

use crate::laws::configs::configs;
use crate::laws::rows::rows;
use crate::laws::{assess, cases};

#[path = "../examples/report.rs"]
#[expect(dead_code, reason = "an example is a program too; only what it shows is tested")]
mod example;

mod outcome;

/// Names that would do harm where they are not escaped, or that are hard to set.
const NAMES: [&str; 7] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)> & Söhne's \"AG\"",
    "شركة النور للتجارة",
    "\u{202e}evil",
    "🚀 Rocket 👩‍👩‍👧 GmbH",
    "A company whose name goes on for longer than any page is wide, and then some more, Incorporated",
    "a\u{0}b\u{7}c\nd",
];

const DAY: &str = "2026-03-01";

fn engine(text: &str) -> Engine {
    Engine::compile(&Config::parse(text)).unwrap_or_else(|it| panic!("{it}"))
}

/// Without its styles, which are the same for all.
fn body(report: &Report) -> String {
    let html = report.html();
    let (before, rest) = html.split_once("<style>").unwrap();
    let (_, after) = rest.split_once("</style>\n").unwrap();
    format!("{before}{after}")
}

/// What of a document is wrong as XML: tags that do not match, attributes or texts that are not escaped.
fn malformed(html: &str) -> Option<String> {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html.strip_prefix("<!DOCTYPE html>\n").unwrap_or(html);
    while let Some(at) = rest.find('<') {
        let (text, tag) = rest.split_at(at);
        if open.is_empty() && !text.trim().is_empty() {
            return Some(format!("text outside: {text}"));
        }
        if open.last() != Some(&"style") && text.contains(['>', '"', '\'']) {
            return Some(format!("a text is not escaped: {text}"));
        }
        if let Some(it) = text.chars().find(|it| it.is_control() && !"\n\t".contains(*it)) {
            return Some(format!("{it:?} in {text}"));
        }
        let Some((inside, after)) = tag.split_once('>') else {
            return Some(format!("an open tag: {tag}"));
        };
        let inside = inside.strip_prefix('<').unwrap();
        rest = after;
        if let Some(name) = inside.strip_prefix('/') {
            match open.pop() {
                Some(it) if it == name => {}
                other => return Some(format!("</{name}> closes {other:?}")),
            }
            continue;
        }
        let name = inside.split([' ', '/']).next().unwrap();
        let quotes = inside.matches('"').count();
        if quotes % 2 != 0 || inside.contains('<') || name.is_empty() {
            return Some(format!("a tag: {inside}"));
        }
        if !inside.ends_with('/') {
            open.push(name);
        }
    }
    (!open.is_empty()).then(|| format!("{open:?} stay open"))
}

/// Every number of an attribute with a percentage of an element of a class.
fn percentages(html: &str, class: &str, attribute: &str) -> Vec<f64> {
    let start = format!("class=\"{class}\" ");
    let tags = html.split('<').filter(|it| it.contains(&start));
    let value = |it: &str| {
        let rest = it.split_once(&format!(" {attribute}=\""))?.1;
        rest.split_once("%\"")?.0.parse::<f64>().ok()
    };
    tags.map(|it| value(it).unwrap_or_else(|| panic!("{attribute} of {it}"))).collect()
}

#[test]
fn a_hard_check_is_hard() {
    for wrong in
        ["<p>", "<p></b>", "<p>a\"b</p>", "<p a=\"b></p>", "a<p></p>", "<p>\u{7}</p>", "<p <b></p>"]
    {
        assert!(malformed(wrong).is_some(), "{wrong}");
    }
    assert_eq!(malformed("<p a=\"b\">c<br/>&quot;</p>"), None);
}

#[test]
fn the_example_reads_well() {
    for what in ["subject", "comparison", "overview", "plan"] {
        let report = example::story(what, None).unwrap();
        insta::assert_snapshot!(format!("report_{what}_text"), report);
        insta::assert_snapshot!(format!("report_{what}_html"), body(&report));
    }
    let page = example::story("change", None).unwrap().page();
    assert_eq!(malformed(&page), None);
    assert!(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"), "{page}");
    assert!(page.contains("<title>84.8 \u{2192} 43.9</title>"), "{page}");
}

#[test]
fn a_report_needs_nothing_from_elsewhere() {
    for what in ["subject", "explanation", "comparison", "change", "overview", "plan"] {
        let page = example::story(what, None).unwrap().page();
        for needle in
            ["http", "//", "url(", "@import", "<script", "<link", "<img", " id=", "javascript"]
        {
            assert!(!page.contains(needle), "{what}: {needle}");
        }
    }
}

#[test]
fn an_explanation_alone_knows_no_edges_and_an_engine_of_another_config_is_not_asked() {
    let engine = engine(WIDE);
    let assessment = wide(&engine, 0.0);
    let explained = engine.explain(&assessment, "health", NAMES[0]).unwrap();
    let with = report::explanation(Some(&engine), &explained);
    let alone = report::explanation(None, &explained);
    assert!(with.html().contains("ft-band") && !alone.html().contains("ft-band"));
    let other = self::engine(&WIDE.replace("from = 40", "from = 41"));
    assert_eq!(report::explanation(Some(&other), &explained), alone);
    assert_eq!(alone.title(), NAMES[0]);
}

/// 24 factors in groups three deep, with names that are hard to set.
const WIDE: &str = include_str!("report/wide.toml");

/// An assessment of as many subjects as there are names; their values spread by number and shift.
fn wide(engine: &Engine, shift: f64) -> Assessment {
    let mut frame = Frame::new(SubjectKind::Subscription, NAMES).unwrap();
    let metrics: Vec<String> = engine.config().metrics.iter().map(|it| it.name.clone()).collect();
    for (at, name) in metrics.iter().enumerate() {
        let value = |row: usize| {
            let missing = (at + row) % 5 == 4 || row == 6;
            (!missing).then(|| ((at * 37 + row * 17) % 100) as f64 * (1.0 - shift))
        };
        let values: Vec<Option<f64>> = (0..NAMES.len()).map(value).collect();
        frame.insert(name.clone(), Column::numbers(values)).unwrap();
    }
    engine.assess(&Input::frame(&frame), DAY.parse::<AsOf>().unwrap(), &State::new()).unwrap()
}

#[test]
fn hard_names_are_escaped_and_shown() {
    let engine = engine(WIDE);
    let assessment = wide(&engine, 0.0);
    let mut reports =
        vec![report::overview(&engine, &assessment, 10), report::plan(&engine.plan())];
    reports.extend(
        NAMES.iter().map(|it| report::subject(&engine, &assessment, "health", it).unwrap()),
    );
    for it in &reports {
        let html = it.page();
        assert_eq!(malformed(&html), None, "{}", it.title());
        assert!(!html.contains("<script") && !html.contains("<img"), "{}", it.title());
    }
    for (name, report) in NAMES.iter().zip(&reports[2..]) {
        assert!(report.html().contains(&format!("<bdi>{}</bdi>", report::escape(name))));
    }
    insta::assert_snapshot!("report_wide_overview_html", body(&reports[0]));
    insta::assert_snapshot!("report_wide_subject_html", body(&reports[2]));
    insta::assert_snapshot!("report_wide_subject_text", reports[2]);
    insta::assert_snapshot!("report_wide_no_score_html", body(&reports[8]));
}

#[test]
fn what_cannot_be_explained_has_no_report() {
    let engine = engine(WIDE);
    let assessment = wide(&engine, 0.0);
    for (card, subject) in [("health", "nobody"), ("wealth", NAMES[0])] {
        assert_eq!(report::subject(&engine, &assessment, card, subject), None);
    }
    let other = self::engine(&WIDE.replace("from = 40", "from = 41"));
    assert_eq!(report::subject(&other, &assessment, "health", NAMES[0]), None);
}

#[test]
fn nothing_at_all_has_an_overview_too() {
    let engine = engine("metrics = [{ name = \"m\" }]");
    let assessment =
        engine.assess(&Input::default(), DAY.parse::<AsOf>().unwrap(), &State::new()).unwrap();
    let empty = report::overview(&engine, &assessment, 0);
    assert_eq!(malformed(&empty.html()), None);
    insta::assert_snapshot!(empty, @r"
    Overview
    assessment on 2026-03-01

    Engine 05e71fe513852f592d9139dd39a491bc.
    ");
    insta::assert_snapshot!(report::plan(&engine.plan()), @r"
    Plan
    how the expressions of a config run
    0 of 0 expressions are compiled.
    ");
}

#[test]
fn an_overview_says_what_was_wrong_with_the_input() {
    let engine = engine(
        "[[metrics]]\nname = \"m\"\nrange = [0, 10]\n[[rules]]\nname = \"r\"\nwhen = \"m > 5\"",
    );
    let mut frame = Frame::new(SubjectKind::Subscription, ["a", "b"]).unwrap();
    frame.insert("m", Column::numbers([5.0, 50.0].map(Some))).unwrap();
    frame.insert("<n>", Column::numbers([5.0, 50.0].map(Some))).unwrap();
    let assessment =
        engine.assess(&Input::frame(&frame), DAY.parse::<AsOf>().unwrap(), &State::new()).unwrap();
    let overview = report::overview(&engine, &assessment, 5);
    assert_eq!(malformed(&overview.html()), None);
    insta::assert_snapshot!(overview, @r"
    Overview
    assessment on 2026-03-01

    Alerts

    By rule
      rule  severity  firing  pending  no data  faulted
      r     warning        0        0        1        0

    Notes
    <n> of subscriptions was given and is read by nothing.
    m of subscriptions: 1 value outside its range, taken as missing.

    Numbers are rounded half away from zero; bars are not. Engine 3323c5462c4daf5a254eba0ec9e3cdff.
    ");
}

#[test]
fn equal_scores_stand_in_the_order_of_ids() {
    let engine = engine(
        "[[metrics]]\nname = \"m\"\n[[scorecards]]\nname = \"s\"\n\
         factors = [{ metric = \"m\", points.linear = { worst = 0, best = 10 } }]",
    );
    let mut frame = Frame::new(SubjectKind::Subscription, ["d", "b", "c", "a"]).unwrap();
    frame.insert("m", Column::numbers([5.0, 5.0, 4.0, 5.0].map(Some))).unwrap();
    let assessment =
        engine.assess(&Input::frame(&frame), DAY.parse::<AsOf>().unwrap(), &State::new()).unwrap();
    insta::assert_snapshot!(report::overview(&engine, &assessment, 3), @r"
    Overview
    assessment on 2026-03-01

    s of 4 subscriptions
    All have a score; 100.0% is measured on average.

    Lowest s
      subscription  score  measured
      c              40.0    100.0%
          - m is 4: 60.0 points
      a              50.0    100.0%
          - m is 5: 50.0 points
      b              50.0    100.0%
          - m is 5: 50.0 points

    Numbers are rounded half away from zero; bars are not. Engine 8b1c832a75d1d7f179c294f755ad4bd5.
    ");
}

/// Sums up the bars of a waterfall of contributions, from the picture alone.
fn check_bars(engine: &Engine, it: &Explanation) -> Result<(), TestCaseError> {
    let html = report::explanation(Some(engine), it).html();
    prop_assert_eq!(malformed(&html), None);
    let (widths, starts) =
        (percentages(&html, "ft-step", "width"), percentages(&html, "ft-step", "x"));
    let Some(score) = it.score else {
        prop_assert!(widths.is_empty(), "bars without a score");
        return Ok(());
    };
    // Widths are shown to a thousandth.
    let room = 0.002 * (widths.len() + 1) as f64;
    let held = usize::from(it.overridden.is_some());
    let (bars, _) = widths.split_at(widths.len() - held);
    let sum: f64 = bars.iter().sum();
    let raw = it.raw_score.unwrap_or(0.0);
    prop_assert!((sum - raw).abs() <= room, "{sum} is not {raw}\n{it}");
    // Each begins where those before it end.
    let mut at = 0.0;
    for (start, width) in starts.iter().zip(bars) {
        prop_assert!((start - at).abs() <= room, "{start} is not {at}\n{it}");
        at += width;
    }
    let total = percentages(&html, "ft-total", "width");
    prop_assert!(total.len() == 1 && (total[0] - score).abs() <= 0.001, "{total:?} {score}");
    Ok(())
}

/// Follows the bars of a waterfall of a change.
fn check_change(
    engine: &Engine,
    before: &Explanation,
    after: &Explanation,
) -> Result<(), TestCaseError> {
    let html = report::comparison(engine, before, after).html();
    prop_assert_eq!(malformed(&html), None);
    let places = percentages(&html, "ft-stand", "cx");
    let change = engine.change(before, after);
    if change.difference.is_none() {
        let count = usize::from(before.score.is_some()) + usize::from(after.score.is_some());
        prop_assert!(places.is_empty() || places.len() == count, "{places:?}");
        return Ok(());
    }
    let [from, to] = places[..] else { return Err(TestCaseError::fail("two ends")) };
    let signed = |tag: &str| if tag.contains(report_fall()) { -1.0 } else { 1.0 };
    let start = "class=\"ft-step\" ";
    let signs: Vec<f64> = html.split('<').filter(|it| it.contains(start)).map(signed).collect();
    let widths = percentages(&html, "ft-step", "width");
    let moved: f64 = widths.iter().zip(&signs).map(|(width, sign)| width * sign).sum();
    let room = 0.002 * (widths.len() + 2) as f64;
    prop_assert!((from + moved - to).abs() <= room, "{from} {moved} {to}\n{change}");
    prop_assert!(places.iter().chain(&widths).all(|it| (0.0..=100.0).contains(it)), "{html}");
    Ok(())
}

/// The colour of what takes from a score.
const fn report_fall() -> &'static str {
    "#c9510c"
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn bars_sum_to_the_score(text in configs(), one in rows(3), two in rows(3)) {
        let engine = engine(&text);
        let (one, two) = (assess(&engine, &one, &State::new()), assess(&engine, &two, &State::new()));
        let cards: Vec<String> = one.scorecards().map(str::to_owned).collect();
        for card in &cards {
            let explain = |of: &Assessment| -> Vec<Explanation> {
                of.scores(card).filter_map(|it| engine.explain(of, card, it.subject)).collect()
            };
            let (before, after) = (explain(&one), explain(&two));
            for it in &before {
                check_bars(&engine, it)?;
            }
            for (before, after) in before.iter().zip(&after) {
                check_change(&engine, before, after)?;
            }
        }
        prop_assert_eq!(malformed(&report::overview(&engine, &one, 2).page()), None);
        prop_assert_eq!(malformed(&report::plan(&engine.plan()).page()), None);
    }

    #[test]
    fn whatever_a_text_holds_it_is_escaped(text in any::<String>()) {
        let escaped = report::escape(&text);
        prop_assert_eq!(malformed(&format!("<p a=\"{escaped}\">{escaped}</p>")), None);
        let back = ["&lt;<", "&gt;>", "&quot;\"", "&#39;'", "&amp;&"].iter().fold(escaped, |text, it| {
            let (code, letter) = it.split_at(it.len() - 1);
            text.replace(code, letter)
        });
        let shown = |it: char| {
            let bad = it.is_control() && !"\n\t".contains(it) || "\u{fffe}\u{ffff}".contains(it);
            if bad { char::REPLACEMENT_CHARACTER } else { it }
        };
        prop_assert_eq!(back, text.chars().map(shown).collect::<String>());
    }
}
