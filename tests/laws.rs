//! Laws of scoring: what holds for every config and every input, on generated ones.
//!
//! `PROPTEST_CASES` raises the number of cases of each law.

mod books;
mod columns;
pub(crate) mod configs;
mod lints;
mod kin;
pub(crate) mod rows;
mod texts;

use std::fmt::Debug;

use foretell::config::{GroupConfig, Valued, Variants};
use foretell::engine::SubjectScore;
use foretell::frame::{Column, Frame, FrameError, SubjectKind};
use foretell::score::Explanation;
use foretell::{Assessment, Config, Engine, Input, State};
use proptest::prelude::*;

use configs::configs;
use rows::{Rows, as_of, complete, fillings, frames, rows};

/// So many cases, or what `PROPTEST_CASES` says.
pub(crate) fn cases(usual: u32) -> ProptestConfig {
    let said = ProptestConfig::default();
    let unsaid = 256;
    let cases = if said.cases == unsaid { usual } else { said.cases };
    ProptestConfig { cases, failure_persistence: None, ..said }
}

fn engine(text: &str) -> Engine {
    Engine::compile(&Config::parse(text)).unwrap()
}

pub(crate) fn assess(engine: &Engine, rows: &Rows, state: &State) -> Assessment {
    let (subscriptions, accounts) = frames(rows);
    let input = Input::frame(&subscriptions).and_frame(&accounts);
    engine.assess(&input, as_of(), state).unwrap()
}

/// Every score of an assessment with its scorecard.
fn scores(assessment: &Assessment) -> Vec<(String, SubjectScore<'_>)> {
    let cards: Vec<String> = assessment.scorecards().map(str::to_owned).collect();
    let of =
        |card: String| assessment.scores(&card).map(|it| (card.clone(), it)).collect::<Vec<_>>();
    cards.into_iter().flat_map(of).collect()
}

fn explanations(engine: &Engine, assessment: &Assessment) -> Vec<Explanation> {
    scores(assessment)
        .iter()
        .map(|(card, it)| engine.explain(assessment, card, it.subject).unwrap())
        .collect()
}

/// What must be the same to the last bit: `{:?}` of a number reads back as the same bits.
fn bits(value: &impl Debug) -> String {
    format!("{value:?}")
}

const EXACT: f64 = 1e-9;

fn near(left: f64, right: f64) -> bool {
    (left - right).abs() <= EXACT
}

/// The ranges of a score and all that comes with it.
pub(crate) fn check_ranges(assessment: &Assessment) -> Result<(), TestCaseError> {
    for (card, it) in scores(assessment) {
        for score in [it.score, it.raw_score].into_iter().flatten() {
            prop_assert!((0.0..=100.0).contains(&score), "{card}: {it:?}");
        }
        prop_assert!((0.0..=1.0).contains(&it.coverage), "{card}: {it:?}");
        prop_assert!(it.score.is_none() || it.interval.is_some(), "{card}: {it:?}");
        if let Some([low, high]) = it.interval {
            prop_assert!(0.0 <= low && low <= high && high <= 100.0, "{card}: {it:?}");
            prop_assert!(it.score.is_none_or(|it| low <= it && it <= high), "{card}: {it:?}");
        }
        // Of two bands none is given where the best is withheld.
        let given = it.band.is_some() || it.withheld.is_some();
        prop_assert!(given == it.score.is_some(), "{card}: {it:?}");
        prop_assert!(it.withheld.is_none() || it.band != it.withheld, "{card}: {it:?}");
    }
    Ok(())
}

/// Every score of an assessment in which all is known lies in the interval that it had before.
pub(crate) fn check_completion(
    engine: &Engine,
    open: &Assessment,
    closed: &Assessment,
) -> Result<(), TestCaseError> {
    for (card, it) in scores(closed) {
        let Some(score) = it.score else { continue };
        let before = open.score(&card, it.subject).unwrap();
        let inside = before
            .interval
            .is_some_and(|[low, high]| low - EXACT <= score && score <= high + EXACT);
        prop_assert!(
            inside,
            "{card} of {} would score {score}\n{before:#?}\n{}\n{}",
            it.subject,
            engine.explain(open, &card, it.subject).unwrap(),
            engine.explain(closed, &card, it.subject).unwrap(),
        );
    }
    Ok(())
}

/// The lines of an explanation make up its score.
pub(crate) fn check_sums(it: &Explanation) -> Result<(), TestCaseError> {
    let sum: f64 = it.lines.iter().map(|it| it.contribution).sum();
    let shares: f64 = it.lines.iter().map(|it| it.effective_weight).sum();
    let weights: f64 = it.lines.iter().map(|it| it.weight).sum();
    match it.raw_score {
        Some(raw) => {
            prop_assert!(near(sum, raw), "sum {sum}: {it:#?}");
            prop_assert!(near(shares, 1.0), "shares {shares}: {it:#?}");
        }
        None => {
            prop_assert_eq!((sum, shares), (0.0, 0.0), "{:#?}", it);
        }
    }
    prop_assert!(weights == 0.0 || near(weights, 1.0), "weights {weights}: {it:#?}");
    prop_assert_eq!(it.overridden.is_some(), it.score != it.raw_score, "{:#?}", it);
    for line in &it.lines {
        let worth = line.points.unwrap_or(0.0) * line.effective_weight;
        prop_assert!(near(worth, line.contribution), "{line:?}");
        prop_assert!(line.points.is_none_or(|it| (0.0..=100.0).contains(&it)), "{line:?}");
    }
    prop_assert_eq!(it.score.is_none(), it.no_score().is_some());
    // An id, a text or a reason may be `NaN` by itself.
    let written = [Some(&it.subject), it.overridden.as_ref()].into_iter().flatten();
    let texts = it.lines.iter().filter(|it| it.value.number().is_none());
    let own = written.cloned().chain(texts.map(|it| it.value.to_string()));
    if own.into_iter().all(|it| !it.contains("NaN")) {
        prop_assert!(!it.to_string().contains("NaN"), "{it}");
    }
    Ok(())
}

fn check_change(
    engine: &Engine,
    one: &Explanation,
    two: &Explanation,
) -> Result<(), TestCaseError> {
    let change = engine.change(one, two);
    let sum: f64 = change.parts.iter().map(|it| it.points).sum();
    match change.difference {
        Some(it) => {
            prop_assert_eq!(Some(it), one.score.zip(two.score).map(|(one, two)| two - one));
            prop_assert!(near(sum, it), "{change:#?}\n{one:#?}\n{two:#?}");
        }
        None => prop_assert!(sum.abs() <= 0.0, "{:#?}", change),
    }
    prop_assert!(!change.to_string().contains("NaN"), "{change}");
    Ok(())
}

/// Every weight of a config, written out where it was left out.
fn weights(config: &mut Config) -> Vec<&mut f64> {
    fn weight<'c>(it: &'c mut Option<Variants<Valued<f64>>>, all: &mut Vec<&'c mut f64>) {
        match it.get_or_insert(Variants::One(Valued(1.0))) {
            Variants::One(it) => all.push(&mut it.0),
            Variants::Cases(cases) => all.extend(cases.iter_mut().map(|it| &mut it.body.0)),
            _ => panic!("a kind of variants without a weight"),
        }
    }
    fn group<'c>(it: &'c mut GroupConfig, all: &mut Vec<&'c mut f64>) {
        weight(&mut it.weight, all);
        it.factors.iter_mut().for_each(|it| weight(&mut it.weight, all));
        it.groups.iter_mut().for_each(|it| group(it, all));
    }
    let mut all = Vec::new();
    for card in &mut config.scorecards {
        card.factors.iter_mut().for_each(|it| weight(&mut it.weight, &mut all));
        card.groups.iter_mut().for_each(|it| group(it, &mut all));
    }
    all
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn scores_are_in_range_or_none(text in configs(), rows in rows(8)) {
        check_ranges(&assess(&engine(&text), &rows, &State::new()))?;
    }

    #[test]
    fn contributions_sum_to_the_raw_score(text in configs(), rows in rows(6)) {
        let engine = engine(&text);
        for it in explanations(&engine, &assess(&engine, &rows, &State::new())) {
            check_sums(&it)?;
        }
    }

    #[test]
    fn parts_of_a_change_sum_to_it(
        (one, two) in (configs(), configs()), before in rows(4), after in rows(4),
    ) {
        let (one, two) = (engine(&one), engine(&two));
        let first = assess(&one, &before, &State::new());
        for (engine, state) in [(&one, first.state()), (&two, first.state())] {
            let second = assess(engine, &after, state);
            for before in explanations(&one, &first) {
                let Some(_) = second.score(&before.scorecard, &before.subject) else { continue };
                let after = engine.explain(&second, &before.scorecard, &before.subject).unwrap();
                check_change(engine, &before, &after)?;
                check_change(engine, &before, &before)?;
            }
        }
    }

    #[test]
    fn scaling_every_weight_changes_nothing(
        text in configs(), rows in rows(5), exponent in -20..20, by in 0.001..1000.0,
    ) {
        let config = Config::parse(&text);
        let plain = assess(&Engine::compile(&config).unwrap(), &rows, &State::new());
        let scaled = |by| {
            let mut config = config.clone();
            weights(&mut config).into_iter().for_each(|it| *it *= by);
            assess(&Engine::compile(&config).unwrap(), &rows, &State::new())
        };
        let doubled = scaled(2.0_f64.powi(exponent));
        prop_assert_eq!(bits(&scores(&plain)), bits(&scores(&doubled)));
        prop_assert_eq!(bits(&plain.rules()), bits(&doubled.rules()));
        let other = scaled(by);
        for ((card, one), (_, two)) in scores(&plain).iter().zip(scores(&other)) {
            // A raw score that others' conditions compare with may lie on their very edge.
            if text.contains("base ") || text.contains("base.") {
                continue;
            }
            for (one, two) in [(one.score, two.score), (one.raw_score, two.raw_score)] {
                prop_assert_eq!(one.is_some(), two.is_some(), "{}", card);
                prop_assert!(one.zip(two).is_none_or(|(one, two)| near(one, two)));
            }
            prop_assert!(near(one.coverage, two.coverage));
            let ends = one.interval.zip(two.interval);
            prop_assert!(ends.is_none_or(|(one, two)| near(one[0], two[0]) && near(one[1], two[1])));
        }
    }

    #[test]
    fn the_order_of_rows_changes_nothing(
        text in configs(), (rows, mixed) in rows(24).prop_flat_map(|rows| {
            (Just(rows.clone()), Just(rows.list).prop_shuffle())
        }),
    ) {
        let engine = engine(&text);
        let mixed = Rows { list: mixed, accounts: rows.accounts };
        let (plain, other) =
            (assess(&engine, &rows, &State::new()), assess(&engine, &mixed, &State::new()));
        for (card, it) in scores(&plain) {
            prop_assert_eq!(bits(&it), bits(&other.score(&card, it.subject).unwrap()));
        }
        for id in plain.subjects(SubjectKind::Account) {
            for name in ["p1", "p2"] {
                let of = |it: &Assessment| bits(&it.value(SubjectKind::Account, name, id));
                prop_assert_eq!(of(&plain), of(&other));
            }
        }
        for (one, two) in plain.rules().iter().zip(other.rules()) {
            prop_assert_eq!((&one.rule, one.quiet), (&two.rule, two.quiet));
            let alerts = |it: &foretell::engine::RuleResult| {
                let mut firing: Vec<String> = it.matches.iter().map(|it| bits(&it)).collect();
                firing.sort();
                firing
            };
            prop_assert_eq!(alerts(one), alerts(two));
        }
        prop_assert_eq!(plain.state(), other.state());
    }

    #[test]
    fn one_row_alone_is_the_same_row_in_a_book(text in configs(), rows in rows(8)) {
        let engine = engine(&text);
        let all = assess(&engine, &rows, &State::new());
        for row in &rows.list {
            let single = Rows { list: vec![row.clone()], accounts: rows.accounts };
            let alone = assess(&engine, &single, &State::new());
            for (card, it) in scores(&alone) {
                prop_assert_eq!(bits(&it), bits(&all.score(&card, it.subject).unwrap()));
                let explain = |of| engine.explain(of, &card, it.subject).unwrap();
                prop_assert_eq!(bits(&explain(&alone)), bits(&explain(&all)));
            }
            for (one, many) in alone.rules().iter().zip(all.rules()) {
                for alert in &one.matches {
                    prop_assert!(many.matches.contains(alert));
                }
                prop_assert!(one.no_data.iter().all(|it| many.no_data.contains(it)));
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn the_interval_holds_every_completion(
        text in configs(), past in rows(4), rows in rows(4),
        fillings in prop::collection::vec(fillings(4), 6),
    ) {
        let engine = engine(&text);
        let past = assess(&engine, &past, &State::new());
        for state in [&State::new(), past.state()] {
            let open = assess(&engine, &rows, state);
            for filling in &fillings {
                let full = complete(&rows, filling);
                let closed = assess(&engine, &full, state);
                check_completion(&engine, &open, &closed)?;
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn where_everything_is_known_the_interval_is_the_score(
        text in configs(), rows in rows(4), filling in fillings(4),
    ) {
        let engine = engine(&text);
        let full = rows::fresh(&complete(&rows, &filling));
        let assessment = assess(&engine, &full, &State::new());
        for (card, it) in scores(&assessment) {
            let point = it.score.map(|it| [it, it]);
            prop_assert!(
                it.interval == point,
                "{card}: {:?}\n{}",
                it.interval,
                engine.explain(&assessment, &card, it.subject).unwrap()
            );
        }
    }

    #[test]
    fn the_same_day_twice_changes_nothing(
        text in configs(), past in rows(5), rows in rows(5), days in 0..60_u64,
    ) {
        let engine = engine(&text);
        let (frame, accounts) = frames(&past);
        let input = Input::frame(&frame).and_frame(&accounts);
        let earlier = as_of() - chrono::Days::new(days);
        let past = engine.assess(&input, earlier, &State::new()).unwrap();
        let once = assess(&engine, &rows, past.state());
        let twice = assess(&engine, &rows, once.state());
        prop_assert_eq!(bits(&scores(&once)), bits(&scores(&twice)));
        prop_assert_eq!(bits(&once.rules()), bits(&twice.rules()));
        prop_assert_eq!(once.state(), twice.state());
    }

    #[test]
    fn a_state_survives_its_text(text in configs(), past in rows(5), rows in rows(5)) {
        let engine = engine(&text);
        let past = assess(&engine, &past, &State::new());
        let json = serde_json::to_string(past.state()).unwrap();
        let read: State = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(bits(&read), bits(past.state()));
        let (one, two) = (assess(&engine, &rows, past.state()), assess(&engine, &rows, &read));
        prop_assert_eq!(bits(&scores(&one)), bits(&scores(&two)));
    }

    #[test]
    fn going_back_in_time_is_an_error(
        text in configs(), past in rows(5), rows in rows(5), days in 1..60_u64,
    ) {
        let engine = engine(&text);
        let state = assess(&engine, &past, &State::new()).state().clone();
        let (frame, accounts) = frames(&rows);
        let input = Input::frame(&frame).and_frame(&accounts);
        let earlier = as_of() - chrono::Days::new(days);
        let back = engine.assess(&input, earlier, &state).unwrap_err().faults();
        prop_assert_eq!(back.len(), 1);
        prop_assert_eq!(back[0].code, foretell::fault::Code::TimeReversed);
        prop_assert!(engine.assess(&input, earlier, &State::new()).is_ok());
    }

    #[test]
    fn numbers_that_are_not_finite_are_refused_at_the_door(
        values in prop::collection::vec(prop::num::f64::ANY, 0..20), text in configs(),
    ) {
        let mut frame = Frame::new(SubjectKind::Subscription, (0..values.len()).map(|it| it.to_string())).unwrap();
        let refused = frame.insert("n0", Column::numbers(values.iter().copied().map(Some)));
        match values.iter().position(|it| !it.is_finite()) {
            Some(row) => {
                prop_assert_eq!(refused, Err(FrameError::NotFinite { name: "n0".into(), row }));
                prop_assert!(frame.get("n0").is_none());
            }
            None => prop_assert_eq!(refused, Ok(())),
        }
        check_ranges(&engine(&text).assess(&Input::frame(&frame), as_of(), &State::new()).unwrap())?;
    }

    #[test]
    fn a_better_metric_never_lowers_a_monotone_scorecard(
        text in configs::monotone(), rows in rows(3), fillings in fillings(3),
    ) {
        let engine = engine(&text);
        let better = rows::improve(&rows, &fillings);
        let (one, two) = (assess(&engine, &rows, &State::new()), assess(&engine, &better, &State::new()));
        for (card, it) in scores(&one) {
            let after = two.score(&card, it.subject).unwrap();
            prop_assert_eq!(it.score.is_some(), after.score.is_some());
            prop_assert!(it.score <= after.score, "{it:?}\n{after:?}");
        }
    }
}

/// What few random cases reach: what only the completion brings about, from the config.
#[test]
fn the_interval_holds_what_comes_about_by_rare_ways() {
    let fixed = "points.steps = [{ points = 50 }]";
    for (cards, known, completion, before, after) in [
        // A coverage that rises while the score stays where it is.
        (
            format!(
                "[[scorecards]]\nname = \"base\"\nmin_coverage = 0\n\
                 factors = [{{ metric = \"n0\", {fixed} }}, {{ metric = \"n3\", {fixed} }}]\n\
                 [[scorecards]]\nname = \"health\"\n\
                 factors = [{{ metric = \"n1\" }}]\n\
                 overrides = [{{ when = 'base.coverage < 0.6', set = 10 }}]"
            ),
            vec![("n0", 1.0), ("n1", 80.0)],
            vec![("n3", 1.0)],
            10.0,
            80.0,
        ),
        // A group that is shown without being counted, and read by a condition.
        (
            "[[scorecards]]\nname = \"base\"\nfactors = [{ metric = \"n1\" }]\n\
             groups = [{ name = \"g\", weight = 0, factors = [\
             { metric = \"n0\", points.linear = { worst = 0, best = 1 }, applies_when = '(n3 ?? 0) > 5' }, \
             { metric = \"n2\", points.steps = [{ points = 30 }] }] }]\n\
             [[scorecards]]\nname = \"health\"\nfactors = [{ metric = \"n1\" }]\n\
             overrides = [{ when = 'base.g > 60', set = 5 }]"
                .to_owned(),
            vec![("n0", 1.0), ("n1", 80.0), ("n2", 1.0)],
            vec![("n3", 9.0)],
            80.0,
            5.0,
        ),
        // A condition that holds now and has no data then, so that a fixed value stands in.
        (
            "[[scorecards]]\nname = \"health\"\nmin_coverage = 0\nfactors = [{ metric = \"n0\", \
             points.steps = [{ points = 50 }], missing = { value = 5 }, \
             applies_when = '(n3 ?? 1) / (n2 ?? 1) > 0.5' }]"
                .to_owned(),
            vec![("n0", 1.0)],
            vec![("n3", 0.0), ("n2", 0.0)],
            50.0,
            5.0,
        ),
        // A calculation that stays without a value.
        (
            "[[scorecards]]\nname = \"health\"\nmin_coverage = 0\nfactors = [\
             { metric = \"n1\" }, \
             { metric = \"e0\", points.piecewise = [[0, 40], [1, 60]] }, \
             { metric = \"n2\", points.linear = { worst = 0, best = 1 } }]"
                .to_owned(),
            vec![("n0", 0.0), ("n3", 0.0), ("n1", 10.0)],
            vec![("n2", 0.0)],
            10.0,
            5.0,
        ),
        // The same in a group that then has too little for a score.
        (
            "[[scorecards]]\nname = \"health\"\nmin_coverage = 0\nfactors = [\
             { metric = \"n1\" }, { metric = \"n2\", points.linear = { worst = 0, best = 1 } }]\n\
             groups = [{ name = \"g\", min_coverage = 0.9, factors = [\
             { metric = \"e0\", points.piecewise = [[0, 40], [1, 60]] }, \
             { metric = \"n0\", points.steps = [{ points = 50 }] }] }]"
                .to_owned(),
            vec![("n0", 0.0), ("n1", 10.0)],
            vec![("n2", 0.0), ("n3", 0.0)],
            10.0,
            5.0,
        ),
    ] {
        let engine = engine(&format!("{}\n{cards}", configs::METRICS));
        let open = assess(&engine, &rows::numbers(&known), &State::new());
        let full = [known, completion].concat();
        let closed = assess(&engine, &rows::numbers(&full), &State::new());
        let score = |of: &Assessment| of.score("health", "s1").unwrap().score;
        assert_eq!((score(&open), score(&closed)), (Some(before), Some(after)), "{cards}");
        let [low, high] = open.score("health", "s1").unwrap().interval.unwrap();
        assert!(low <= after && after <= high, "{after} not in {low}..{high}\n{cards}");
    }
}
