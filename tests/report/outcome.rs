//! Reports on losses and renewals: of the course in `examples/data`, of hard names, and of what is hardly there.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use foretell::book::OutcomeKind;
use foretell::outcome::calibrate::{Calibration, base_rates};
use foretell::outcome::forecast::{
    Call, Forecast, Forecaster, Human, Likelihood, Likely, Renewal, compare,
};
use foretell::outcome::history::{Happening, History};
use foretell::outcome::post_mortem::{HumanCall, PostMortemOptions, PostMortems, post_mortems};

use super::*;

/// Every number that people see in a text.
fn figures(text: &str) -> BTreeSet<String> {
    let number = |it: char| it.is_ascii_digit() || ".,-".contains(it);
    let trimmed = |it: &str| it.trim_matches(|it: char| !it.is_ascii_digit()).to_owned();
    text.split(|it| !number(it)).map(trimmed).filter(|it| !it.is_empty()).collect()
}

/// What people see of a document: no tags, no styles, and nothing that is only said of a picture.
fn seen(html: &str) -> String {
    let mut out = String::new();
    let mut hidden = None;
    for part in html.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap();
        let name = tag.split([' ', '/']).find(|it| !it.is_empty()).unwrap_or("");
        if ["title", "desc", "style"].contains(&name) {
            hidden = (!tag.starts_with('/')).then_some(());
        } else if hidden.is_none() {
            out.push(' ');
            out.push_str(text);
        }
    }
    out
}

/// The numbers of the text that are nowhere in the HTML.
fn lost_figures(report: &Report) -> Vec<String> {
    let shown = figures(&seen(&report.page()));
    figures(&report.to_string()).into_iter().filter(|it| !shown.contains(it)).collect()
}

/// What is wrong with a report whatever it is about.
fn check(report: &Report) {
    let page = report.page();
    assert_eq!(malformed(&page), None, "{page}");
    for needle in
        ["http", "//", "url(", "@import", "<script", "<link", "<img", " id=", "NaN", "inf%"]
    {
        assert!(!page.contains(needle), "{needle} in {page}");
    }
    assert_eq!(lost_figures(report), [""; 0], "{report}");
    let pictures = page.matches("role=\"img\"").count();
    let titled = page.split("role=\"img\"").skip(1);
    let titled = titled.filter(|it| it.split_once('>').unwrap().1.starts_with("<title>")).count();
    assert_eq!(titled, pictures, "a picture without a title: {page}");
}

#[test]
fn a_check_of_figures_finds_what_is_missing() {
    let found: Vec<String> =
        figures("7 of 1,234: 2026-03-01, -5.5 points (9%).").into_iter().collect();
    assert_eq!(found, ["1,234", "2026-03-01", "5.5", "7", "9"]);
    assert_eq!(
        seen("<p>1<svg a=\"2\"><title>3</title><desc>4</desc></svg><b>5</b></p>").trim(),
        "1   5"
    );
}

#[test]
fn the_course_reads_as_a_manager_would_have_it() {
    let course = example::Course::read().unwrap();
    let of_course = |what, of| example::of_course(&course, what, of);
    for what in example::COURSE {
        let report = of_course(what, None).unwrap();
        check(&report);
        insta::assert_snapshot!(format!("report_course_{what}_text"), report);
    }
    let missed = of_course("post_mortem", Some("e630")).unwrap();
    check(&missed);
    insta::assert_snapshot!("report_course_missed_text", missed);
    insta::assert_snapshot!("report_course_missed_html", body(&missed));
    assert!(of_course("post_mortem", Some("nobody")).is_err());
    assert!(of_course("renewal", Some("nobody")).is_err());
}

#[test]
fn people_and_the_model_stand_side_by_side() {
    let (forecast, past) = crate::forecast::example::made().unwrap();
    let report = report::forecast(&forecast, Some(&past), 15);
    check(&report);
    let said = report.to_string();
    assert!(said.starts_with(&forecast.to_string()) && said.contains(&past.to_string()), "{said}");
    // Bars are as long as amounts are large: those of the months are the first.
    let widths = percentages(&report.html(), "ft-step", "width");
    let most = 2_000_000.0;
    assert!(forecast.months.len() == 6 && widths.len() > 6, "{widths:?}");
    for (month, width) in forecast.months.iter().zip(&widths) {
        assert!((width - month.expected.value / most * 100.0).abs() < 0.001, "{width}: {month:?}");
    }
    // As many lines as are asked for, in text and HTML alike.
    let short = report::forecast(&forecast, None, 2);
    check(&short);
    assert!(short.to_string().contains("and 33 more") && short.html().contains("and 33 more"));
    let queue = forecast.disagreements.len() - 2;
    assert!(seen(&short.html()).contains(&format!("and {queue} more")));
    let none = report::forecast(&forecast, None, 0);
    check(&none);
    assert!(!none.html().contains("sub-38") && !none.to_string().contains("sub-38"));
}

/// What a loss is looked at with: two rules, one of which is kept quiet by the other, and a cap.
fn hard() -> Engine {
    let [script, image, ..] = NAMES;
    let [script, image] = [script, image].map(|it| it.replace('\\', ""));
    engine(&format!(
        r#"
        metrics = [{{ name = "quiet", label = '''{script}''' }}, {{ name = "open" }}]
        [[scorecards]]
        name = "health"
        bands = [{{ name = '''{script}''' }}, {{ name = "green", from = 50 }}]
        overrides = [{{ when = "open > 0", cap = 20, reason = '''{image}''' }}]
        factors = [
            {{ metric = "quiet", points.linear = {{ worst = 60, best = 0 }} }},
            {{ metric = "open", points.linear = {{ worst = 9, best = 0 }} }},
        ]
        [[rules]]
        name = "silent"
        when = "quiet >= 30"
        owner = '''{image}'''
        message = '''{script}'''
        [[rules]]
        name = "slow"
        when = "quiet >= 60"
        [[rules]]
        name = "case"
        when = "open > 0"
        [[inhibit]]
        source = ["case"]
        target = ["slow"]
        "#
    ))
}

fn week(at: u64) -> NaiveDate {
    "2026-01-04".parse::<NaiveDate>().unwrap() + Days::new(7 * at)
}

/// Every name is lost in week 12; each is one day quieter a day. In weeks 4 and 5 nobody is assessed, in week 7 nothing is known.
fn lost(engine: &Engine, weeks: u64) -> PostMortems {
    let mut frames = Vec::new();
    for at in (0..weeks).filter(|it| !(4..6).contains(it)) {
        let mut frame = Frame::new(SubjectKind::Subscription, NAMES).unwrap();
        let days = |row: usize| (at != 7).then(|| (7 * at) as f64 + row as f64);
        frame.insert("quiet", Column::numbers((0..NAMES.len()).map(days))).unwrap();
        let open = (at != 7).then_some(if at > 8 { 1.0 } else { 0.0 });
        frame.insert("open", Column::numbers(NAMES.iter().map(|_| open))).unwrap();
        frames.push((week(at), frame));
    }
    let happened = NAMES.map(|it| Happening::new(it, week(12), OutcomeKind::Churned));
    let call = |subject: &str| HumanCall::new(subject, week(6), OutcomeKind::Renewed, NAMES[1]);
    let options = PostMortemOptions::new("health").with_calls(NAMES.map(call));
    let days = frames.iter().map(|(day, frame)| (*day, Input::frame(frame)));
    // So much later that it is known of every alert what came.
    let known = [("another", "2030-01-01".parse::<NaiveDate>().unwrap())];
    post_mortems(engine, days, &History::new(happened, known), &options).unwrap()
}

#[test]
fn hard_names_of_losses_are_escaped_and_shown() {
    let engine = hard();
    let all = lost(&engine, 12);
    assert_eq!(all.losses.len(), NAMES.len());
    let list = report::losses(&all, 10);
    check(&list);
    for (name, loss) in NAMES.iter().map(|it| (it, all.of(it).unwrap())) {
        let report = report::post_mortem(Some(&engine), loss);
        check(&report);
        let shown = format!("<bdi>{}</bdi>", report::escape(name));
        assert!(report.html().contains(&shown) && list.html().contains(&shown), "{name}");
    }
}

#[test]
fn the_picture_of_a_loss_says_what_its_course_says() {
    let engine = hard();
    let all = lost(&engine, 12);
    let loss = all.of(NAMES[0]).unwrap();
    let html = report::post_mortem(Some(&engine), loss).html();
    let held = |it: &&foretell::outcome::post_mortem::SubjectStanding| it.overridden.is_some();
    let scored: Vec<_> = loss.course.iter().filter(|it| it.score.is_some()).collect();
    let (squares, dots): (Vec<_>, Vec<_>) = scored.iter().copied().partition(held);
    assert_eq!((scored.len(), squares.len()), (9, 3), "{:?}", loss.course);
    // Each score is where its day is between the first assessment and the loss.
    let places = percentages(&html, "ft-dot", "cx");
    let wanted = dots.iter().map(|it| (it.day - week(0)).num_days() as f64 / 84.0 * 100.0);
    assert!(places.len() == dots.len(), "{places:?}");
    assert!(places.iter().zip(wanted).all(|(got, want)| (got - want).abs() < 0.001), "{places:?}");
    // A square each, and one in the legend; a line for each run of days with a score.
    assert_eq!(html.matches("points=\"-4,-4 4,-4 4,4 -4,4\"").count(), squares.len() + 1);
    let course = html.split("class=\"ft-course\" d=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!((course.matches('M').count(), course.matches('L').count()), (3, 6), "{course}");
    // The rule that is kept quiet tells nobody.
    assert!(loss.warnings.iter().any(|it| it.told) && html.contains("alert, somebody was told"));
    assert!(loss.warnings.iter().any(|it| !it.told) && html.contains("alert, nobody was told"));
    insta::assert_snapshot!(
        "report_hard_loss_html",
        body(&report::post_mortem(Some(&engine), loss))
    );
    // Without its engine it has no bands, and all else.
    let alone = report::post_mortem(None, loss);
    assert!(html.contains("ft-band") && !alone.html().contains("ft-band"));
    assert_eq!(percentages(&alone.html(), "ft-dot", "cx"), places);
    check(&alone);
}

#[test]
fn a_loss_that_is_hardly_known_has_a_report_too() {
    let engine = hard();
    // One day, and a day on which nothing is known.
    let mut only = lost(&engine, 1);
    let one = report::post_mortem(Some(&engine), &only.losses[0]);
    check(&one);
    assert_eq!(percentages(&one.html(), "ft-dot", "cx"), [0.0]);
    let loss = &mut only.losses[0];
    for it in &mut loss.course {
        (it.score, it.band, it.coverage) = (None, None, 0.0);
    }
    for it in &mut loss.marks {
        (it.score, it.band, it.coverage) = (None, None, 0.0);
    }
    let unknown = report::post_mortem(Some(&engine), loss);
    check(&unknown);
    let html = unknown.html();
    assert!(!html.contains("ft-dot") && !html.contains("ft-course\" d"), "{html}");
    assert!(
        html.contains("No score until the loss on 2026-03-29.") && seen(&html).contains("no score")
    );

    let none = post_mortems(&engine, [], &History::default(), &PostMortemOptions::new("health"));
    let none = report::losses(&none.unwrap(), 10);
    check(&none);
    insta::assert_snapshot!(none.to_string().replace(engine.hash(), "of the hash"), @r#"
    Post-mortems by health

      looked at   0 losses
      in time is  an alert 180 to 7 days before the loss

    Numbers are rounded half away from zero; bars are not. Engine of the hash.
    "#);
}

/// A book of renewals with hard names; the first has a past, a value and a person's word.
fn hard_book(names: &[&str]) -> Forecast {
    let score: Vec<f64> = (0..200).map(|it| f64::from(it) / 2.0).collect();
    let lost: Vec<bool> = (0..200).map(|it| it % 20 > it / 10).collect();
    let rates = base_rates(&vec![NAMES[0]; 200], &lost).unwrap();
    let health = Calibration::fit(&score, &lost);
    let forecaster = Forecaster::new(100)
        .with_likelihood(Likelihood::renewal(NAMES[0], health.clone()).with_base_rates(rates))
        .with_likelihood(Likelihood::new(Likely::Expansion, NAMES[1], health))
        .with_categories([("commit", 0.95)]);
    let renewals = names.iter().enumerate().map(|(at, name)| {
        let value = (at != 1).then_some(1000.0 * at as f64);
        let mut one = Renewal::new(*name, Some(week(at as u64)), value);
        if at != 2 {
            one = one.with_score(NAMES[0], 5.0 + at as f64);
        }
        (one.segment, one.owner) = (Some(NAMES[0].into()), Some(NAMES[1].into()));
        one.human = Some(Human::Category(if at == 3 { NAMES[1] } else { "commit" }.into()));
        if at == 4 {
            one.past = (0..12).map(|it| (week(0) - Days::new(7 * it), 30.0 + it as f64)).collect();
        }
        one
    });
    forecaster.forecast(week(0), renewals)
}

#[test]
fn hard_names_of_renewals_are_escaped_and_shown() {
    let forecast = hard_book(&NAMES);
    let calls = [0, 1].map(|it| {
        let mut call = Call::new(NAMES[it], week(0), 0.9, 0.4, it == 0);
        call.owner = Some(NAMES[it].into());
        call
    });
    let all = report::forecast(&forecast, compare(&calls).as_ref(), 10);
    check(&all);
    for name in NAMES {
        let one = report::renewal(None, &forecast, name).unwrap();
        check(&one);
        let shown = format!("<bdi>{}</bdi>", report::escape(name));
        assert!(one.html().contains(&shown) && all.html().contains(&shown), "{name}");
        assert_eq!(one.html().contains("class=\"ft-ahead\""), name == NAMES[4], "{name}");
    }
    assert_eq!(report::renewal(None, &forecast, "nobody"), None);
    // The engine's bands are behind the course of its scores.
    let engine = hard();
    let one = report::renewal(Some((&engine, "health")), &forecast, NAMES[4]).unwrap();
    assert!(one.html().contains("green") && one.to_string().contains(engine.hash()));
    check(&one);
}

#[test]
fn a_book_without_renewals_has_a_report_too() {
    let none = report::forecast(&hard_book(&[]), None, 10);
    check(&none);
    insta::assert_snapshot!(none, @r#"
    Renewals from 2026-01-04 to 2026-04-14

      up for renewal  nothing

    Numbers are rounded half away from zero; bars are not.
    "#);
    // One of which nothing is known.
    let one = Renewal::new("one", Some(week(1)), None);
    let forecast = Forecaster::new(30).forecast(week(0), [one]);
    let report = report::forecast(&forecast, None, 10);
    check(&report);
    insta::assert_snapshot!(report, @r#"
    Renewals from 2026-01-04 to 2026-02-03

      up for renewal  1 subscription of unknown value
      probabilities   1 on nothing (taken for a half)

    By month
               renewals  value  expected  share  95% from  to
      2026-01         1      0         0      -         0   0

    Renewals with the most value at risk: value less what is expected
              renewal  value  likely         95%  rests on  expected  at risk
      one  2026-01-11      -     50%  0% to 100%   nothing         -        -

    Numbers are rounded half away from zero; bars are not.
    "#);
    let one = report::renewal(None, &forecast, "one").unwrap();
    check(&one);
    insta::assert_snapshot!(one, @r#"
    one
    renewal on 2026-01-11, forecast on 2026-01-04

    50% (chance of renewal, 95% sure: 0% to 100%; it rests on nothing: it is taken for a half)
    renewal 2026-01-11
    Too few past scores are known to say where its health is going.

    Numbers are rounded half away from zero; bars are not.
    "#);
}
