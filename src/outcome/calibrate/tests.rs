//! Rows and laws of calibration.

use proptest::prelude::*;

use super::*;
use crate::outcome::Draw;

/// Scores with losses drawn at `p(score)`.
fn drawn(rows: usize, seed: u64, p: impl Fn(f64) -> f64) -> (Vec<f64>, Vec<bool>) {
    let mut draw = Draw::new(seed);
    let score: Vec<f64> = (0..rows).map(|_| draw.share() * 100.0).collect();
    let lost = score.iter().map(|score| draw.share() < p(*score)).collect();
    (score, lost)
}

#[test]
fn few_outcomes_give_the_base_rate() {
    let (score, lost) = drawn(29, 1, |score| 1.0 - score / 100.0);
    let few = Calibration::fit(&score, &lost);
    assert_eq!(few.method(), Method::BaseRate);
    assert_eq!(few.probability(0.0).to_bits(), few.probability(100.0).to_bits());
    assert!(few.why().contains("29 outcomes"), "{}", few.why());

    let score: Vec<f64> = (0..60).map(f64::from).collect();
    let lost: Vec<bool> = (0..60).map(|row| row < 4).collect();
    assert_eq!(Calibration::fit(&score, &lost).method(), Method::BaseRate);
    let nothing = Calibration::fit(&[], &[]);
    assert_eq!((nothing.probability(50.0), nothing.rows()), (0.5, 0));
}

#[test]
fn a_clean_split_of_few_rows_is_no_certainty() {
    let score: Vec<f64> = (0..40).map(f64::from).collect();
    let lost: Vec<bool> = (0..40).map(|row| row < 12).collect();
    let split = Calibration::fit(&score, &lost);
    assert_eq!(split.method(), Method::Platt);
    let (worst, best) = (split.probability(0.0), split.probability(40.0));
    assert!(best > 0.001 && worst < 0.999 && best < 0.1 && worst > 0.8, "{worst} {best}");
}

#[test]
fn many_outcomes_choose_the_curve_that_fits() {
    let line = drawn(4000, 3, |score| 1.0 / (1.0 + ((score - 40.0) / 12.0).exp()));
    assert_eq!(Calibration::fit(&line.0, &line.1).method(), Method::Platt);
    let cliff = drawn(4000, 4, |score| if score < 30.0 { 0.5 } else { 0.05 });
    let chosen = Calibration::fit(&cliff.0, &cliff.1);
    assert_eq!(chosen.method(), Method::Isotonic, "{}", chosen.why());
    assert!((chosen.probability(10.0) - 0.5).abs() < 0.05);
    assert!((chosen.probability(80.0) - 0.05).abs() < 0.02);
}

#[test]
fn a_line_that_would_rise_is_flat() {
    let (score, lost) = drawn(300, 5, |score| score / 100.0);
    let turned = Calibration::fit(&score, &lost);
    let (low, high) = (turned.probability(0.0), turned.probability(100.0));
    assert!((low - high).abs() < 1e-9, "a high score never means more risk: {low} {high}");
}

#[test]
fn the_interval_holds_the_truth_about_as_often_as_it_says() {
    let truth = |it: f64| 1.0 / (1.0 + ((it - 50.0) / 15.0).exp());
    let mut held = 0;
    for seed in 0..200 {
        let (score, lost) = drawn(400, seed, truth);
        let estimate = Calibration::with(Method::Platt, &score, &lost).estimate(30.0);
        held += usize::from(estimate.low <= truth(30.0) && truth(30.0) <= estimate.high);
    }
    assert!((180..=199).contains(&held), "{held} of 200");
}

#[test]
fn a_missing_score_has_the_base_rate() {
    let (score, lost) = drawn(300, 6, |score| 1.0 - score / 100.0);
    let calibration = Calibration::fit(&score, &lost);
    let share = lost.iter().filter(|lost| **lost).count() as f64 / 300.0;
    assert!((calibration.probability(f64::NAN) - share).abs() < 0.002);
}

#[test]
fn a_line_through_other_log_odds_is_in_points() {
    // Log-odds that are twice too sure: half the slope is right.
    let (score, lost) = drawn(5000, 8, |score| 1.0 / (1.0 + ((score - 50.0) / 20.0).exp()));
    let sure: Vec<f64> = score.iter().map(|score| 2.0 * (50.0 - score) / 20.0).collect();
    let line = Calibration::line(&sure, &lost, 5.0, -0.1);
    let (_, slope) = line.line_of().unwrap();
    assert!((slope + 0.05).abs() < 0.005, "{slope}");
    assert!((line.probability(50.0) - 0.5).abs() < 0.03);
}

#[test]
fn segments_that_do_not_differ_are_pooled() {
    let segments: Vec<String> = (0..400).map(|row| format!("s{}", row % 4)).collect();
    let lost: Vec<bool> = (0..400).map(|row| (row / 4) % 5 == 0).collect();
    let rates = base_rates(&segments, &lost).unwrap();
    assert_eq!((rates.method, rates.strength), (RateMethod::Pooled, f64::INFINITY));
    assert!(rates.segments.iter().all(|segment| (segment.rate - 0.2).abs() < 1e-12
        && segment.low < 0.2
        && 0.2 < segment.high));
    assert_eq!((rates.rate("s1"), rates.rate("never seen")), (0.2, 0.2));
    assert_eq!(base_rates::<&str>(&[], &[]), None);
}

#[test]
fn segments_lean_on_the_whole_the_more_the_fewer_they_are() {
    // 200, 20 and 2 rows, each with half of them lost, beside 500 rows with a tenth.
    let mut segments = Vec::new();
    let mut lost = Vec::new();
    for (name, rows, every) in [("a", 200, 2), ("b", 20, 2), ("c", 2, 2), ("d", 500, 10)] {
        for row in 0..rows {
            segments.push(name);
            lost.push(row % every == 0);
        }
    }
    let rates = base_rates(&segments, &lost).unwrap();
    assert_eq!(rates.method, RateMethod::Likelihood);
    let [a, b, c, _] = rates.segments.as_slice() else { panic!("four segments") };
    assert!(a.rate > b.rate && b.rate > c.rate && c.rate > rates.mean, "{rates:?}");
    assert!(c.high - c.low > a.high - a.low);
}

proptest! {
    #[test]
    fn every_curve_falls_with_the_score(
        rows in proptest::collection::vec((0_u8..=100, any::<bool>()), 1..120),
        method in prop_oneof![Just(Method::BaseRate), Just(Method::Platt), Just(Method::Beta), Just(Method::Isotonic)],
    ) {
        let (score, lost): (Vec<f64>, Vec<bool>) =
            rows.iter().map(|row| (f64::from(row.0), row.1)).unzip();
        let calibration = Calibration::with(method, &score, &lost);
        let mut before = 1.0;
        for at in 0..=50 {
            let it = calibration.estimate(f64::from(at) * 2.0);
            prop_assert!((0.0..=1.0).contains(&it.probability), "{it:?}");
            prop_assert!(it.low <= it.probability + 1e-9 && it.probability <= it.high + 1e-9, "{it:?}");
            prop_assert!(it.probability <= before + 1e-12, "{method:?} rises at {at}");
            before = it.probability;
        }
    }

    #[test]
    fn what_never_falls_is_its_own_isotonic_fit(mut y in proptest::collection::vec(-5.0_f64..5.0, 1..40)) {
        y.sort_by(f64::total_cmp);
        let x: Vec<f64> = (0..y.len()).map(|row| row as f64).collect();
        let fitted = isotonic(&x, &y, &vec![1.0; y.len()]).unwrap();
        for (a, b) in fitted.iter().zip(&y) {
            prop_assert!((a - b).abs() < 1e-12);
        }
    }
}

#[test]
fn a_step_of_one_row_does_not_decide_on_those_of_many() {
    // One row at the lowest score; at 10 nine of ten of 100 are lost, at 90 one of ten.
    let ones = [(0.0, true)].into_iter();
    let many = (0..100).flat_map(|row| [(10.0, row % 10 != 0), (90.0, row % 10 == 0)]);
    let (score, lost): (Vec<f64>, Vec<bool>) = ones.chain(many).unzip();
    let steps = Calibration::with(Method::Isotonic, &score, &lost);
    let at_ten = steps.probability(10.0);
    assert!((at_ten - 0.9).abs() < 0.01, "{at_ten}");
    let all: Vec<f64> = (0..=100).map(|score| steps.probability(f64::from(score))).collect();
    assert!(all.windows(2).all(|pair| pair[1] <= pair[0]), "{all:?}");
}

#[test]
fn where_nobody_was_lost_yet_the_rate_is_not_known_to_be_zero() {
    let rates = base_rates(&["a", "a", "a", "b", "b"], &[false; 5]).unwrap();
    let [a, _] = &rates.segments[..] else { panic!("two segments") };
    // Jeffreys of none of five: scipy.stats.beta.ppf(0.975, 0.5, 5.5).
    assert!(a.rate.abs() < 1e-12 && a.low.abs() < 1e-12, "{a:?}");
    assert!((a.high - 0.379_377_142).abs() < 1e-6, "{a:?}");
}

#[test]
fn thousands_of_small_segments_are_worked_out_by_sort() {
    let mut draw = Draw::new(3);
    let (mut segments, mut lost) = (Vec::new(), Vec::new());
    for at in 0..20_000 {
        let rate = draw.share();
        for _ in 0..=draw.below(5) {
            segments.push(format!("s{at}"));
            lost.push(draw.share() < rate);
        }
    }
    let rates = base_rates(&segments, &lost).unwrap();
    // One by one they would take a minute. Rates even from 0 to 1 are a beta distribution of 1 and 1.
    assert!(
        (rates.mean - 0.5).abs() < 0.02 && (rates.strength - 2.0).abs() < 0.2,
        "{} {}",
        rates.mean,
        rates.strength
    );
}

#[test]
fn a_score_that_is_no_number_moves_nothing() {
    let (mut score, mut lost) = drawn(200, 2, |score| 1.0 - score / 100.0);
    let sound = Calibration::fit(&score, &lost);
    for odd in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
        score.push(odd);
        lost.push(true);
        assert!((sound.probability(odd) - sound.probability(f64::NAN)).abs() < 1e-12, "{odd}");
    }
    assert_eq!(Calibration::fit(&score, &lost), sound);
    for method in [Method::BaseRate, Method::Platt, Method::Beta, Method::Isotonic] {
        let none = Calibration::with(method, &[], &[]).estimate(50.0);
        assert!((none.probability - 0.5).abs() < 1e-12, "{method:?}: {none:?}");
    }
}
