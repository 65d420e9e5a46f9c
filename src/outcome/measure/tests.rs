//! Rows and laws of the measures.

use proptest::prelude::*;

use super::lead::quantile;
use super::*;

const T: bool = true;
const F: bool = false;

/// A row of measures: risks, outcomes, and the areas under both curves.
type Row<'a> = (&'a [f64], &'a [bool], Option<f64>, Option<f64>);

/// Times, who was lost, risks, and the concordance.
type Timed<'a> = (&'a [f64], &'a [bool], &'a [f64], Option<f64>);

#[test]
fn areas_of_small_samples() {
    let rows: [Row<'_>; 7] = [
        (&[0.9, 0.1], &[T, F], Some(1.0), Some(1.0)),
        (&[0.1, 0.9], &[T, F], Some(0.0), Some(0.5)),
        (&[0.5, 0.5], &[T, F], Some(0.5), Some(0.5)),
        (&[0.8, 0.6, 0.4, 0.2], &[T, F, T, F], Some(0.75), Some((1.0 + 2.0 / 3.0) / 2.0)),
        (&[1.0, 1.0], &[T, T], None, Some(1.0)),
        (&[1.0, f64::NAN], &[T, F], None, None),
        (&[], &[], None, None),
    ];
    for (risk, lost, roc, pr) in rows {
        assert_eq!((roc_auc(risk, lost), pr_auc(risk, lost)), (roc, pr), "{risk:?} {lost:?}");
    }
}

#[test]
fn a_budget_takes_the_riskiest_and_shares_out_ties() {
    let lost = [T, F, T, F, F, F, F, F, F, F];
    let risk = [0.9, 0.8, 0.5, 0.5, 0.5, 0.5, 0.1, 0.1, 0.1, 0.1];
    let it = at_budget(&risk, &lost, 0.4).unwrap();
    // One of the first two, and half of the four that are tied, one of which was lost.
    assert_eq!((it.flagged, it.caught, it.threshold), (4, 1.5, 0.5));
    assert_eq!((it.precision, it.capture), (0.375, 0.75));
    assert!((it.lift - 1.875).abs() < 1e-12);
    for (budget, flagged) in [(0.07, 1), (0.1, 1), (0.11, 2), (1.0, 10)] {
        assert_eq!(at_budget(&risk, &lost, budget).unwrap().flagged, flagged, "{budget}");
    }
    for budget in [0.0, -1.0, 1.01, f64::NAN] {
        assert_eq!(at_budget(&risk, &lost, budget), None);
    }
    // Products that lie just above a whole number, 0.07 * 100 among them.
    for percent in 1..=100_u32 {
        let (risk, lost): (Vec<f64>, Vec<bool>) =
            (0..100).map(|row| (f64::from(row), row == 0)).unzip();
        let it = at_budget(&risk, &lost, f64::from(percent) / 100.0).unwrap();
        assert_eq!(it.flagged, percent as usize);
    }
}

#[test]
fn a_threshold_belongs_to_those_called() {
    let it = at_threshold(&[0.9, 0.5, 0.4, 0.1], &[T, F, T, F], 0.5).unwrap();
    assert_eq!((it.hits, it.false_alarms, it.misses, it.rest), (1, 1, 1, 1));
    assert_eq!((it.precision, it.recall, it.f1), (Some(0.5), Some(0.5), Some(0.5)));
    let none = at_threshold(&[0.1], &[F], 0.5).unwrap();
    assert_eq!((none.precision, none.recall, none.f1), (None, None, None));
}

#[test]
fn a_reliability_table_owns_its_edges() {
    let table = reliability(&[0.0, 0.1, 0.15, 1.0], &[F, F, T, T], 10).unwrap();
    let shown: Vec<(f64, usize, usize)> =
        table.iter().map(|row| (row.from, row.rows, row.lost)).collect();
    assert_eq!(shown, [(0.0, 1, 0), (0.1, 2, 1), (0.9, 1, 1)]);
    // Only the middle bin is off, by 0.375, and holds half.
    let error = calibration_error(&[0.0, 0.1, 0.15, 1.0], &[F, F, T, T], 10).unwrap();
    assert!((error - 0.1875).abs() < 1e-12);
    // A probability that is an edge as it is written belongs to the bin above it, however many bins there are.
    for bins in 1..=200_usize {
        for at in 0..=bins {
            let p = at as f64 / bins as f64;
            let it = reliability(&[p], &[F], bins).unwrap()[0];
            let want = at.min(bins - 1) as f64 / bins as f64;
            assert_eq!(it.from.to_bits(), want.to_bits(), "{p} in {bins} bins");
        }
    }
    let it = reliability(&[0.29], &[T], 100).unwrap()[0];
    assert_eq!((it.from, it.to), (0.29, 0.30));
    assert_eq!(reliability(&[1.1], &[T], 10), None);
    assert_eq!(reliability(&[0.5], &[T], 0), None);
}

#[test]
fn the_surprise_of_certainty_is_finite() {
    assert!(log_loss(&[0.0], &[T]).unwrap() < 40.0);
    assert!(log_loss(&[1.0, 0.0], &[T, F]).unwrap() < 1e-12);
    assert_eq!(brier(&[0.5, 1.0], &[T, F]), Some(0.625));
}

#[test]
fn pairs_count_where_it_is_known_who_went_first() {
    // Times, lost, risk, concordance.
    let rows: [Timed<'_>; 6] = [
        (&[1., 2.], &[T, T], &[2., 1.], Some(1.0)),
        (&[1., 2.], &[T, F], &[1., 2.], Some(0.0)),
        (&[1., 2.], &[F, T], &[1., 2.], None),
        (&[1., 1.], &[T, T], &[1., 2.], None),
        (&[1., 1.], &[T, F], &[1., 1.], Some(0.5)),
        (&[1., 2., 3.], &[T, T, F], &[3., 1., 2.], Some(2.0 / 3.0)),
    ];
    for (time, lost, risk, want) in rows {
        assert_eq!(concordance(time, lost, risk), want, "{time:?} {lost:?} {risk:?}");
    }
}

#[test]
fn few_outcomes_are_warned_of() {
    let rows = [
        (0, 9, Some(Caution::OneOutcome)),
        (9, 500, Some(Caution::VeryFew)),
        (500, 10, Some(Caution::Few)),
        (100, 100, None),
    ];
    for (lost, kept, want) in rows {
        assert_eq!(Caution::of(lost, kept), want);
    }
}

#[test]
fn quantiles_lie_between_neighbours() {
    assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.75), Some(3.0));
    assert_eq!(quantile(&[], 0.5), None);
}

#[test]
fn whole_subjects_are_drawn_whatever_the_order() {
    let subjects = ["a", "a", "b", "c", "c", "c"];
    let whole = |rows: &[usize]| {
        let count = |it: usize| rows.iter().filter(|row| **row == it).count();
        assert_eq!((count(0), count(3), count(3)), (count(1), count(4), count(5)));
        Some(rows.len() as f64)
    };
    let there = bootstrap_subjects(&subjects, 50, 3, whole).unwrap();
    let mut back: Vec<&str> = subjects.to_vec();
    back.reverse();
    let again = bootstrap_subjects(&back, 50, 3, |rows| Some(rows.len() as f64)).unwrap();
    assert_eq!(there, again);
    assert_eq!(bootstrap(4, 50, 3, |_| None), None);
}

fn sample() -> impl Strategy<Value = Vec<(f64, bool)>> {
    proptest::collection::vec(((0_u8..20).prop_map(f64::from), any::<bool>()), 2..60)
}

proptest! {
    #[test]
    fn order_of_rows_and_stretching_the_scale_change_no_rank_measure(rows in sample(), shift in 0.1_f64..9.0) {
        let (risk, lost): (Vec<f64>, Vec<bool>) = rows.iter().copied().unzip();
        let (back, lost_back): (Vec<f64>, Vec<bool>) = rows.iter().rev().copied().unzip();
        let stretched: Vec<f64> = risk.iter().map(|risk| (risk * shift).exp_m1()).collect();
        for measured in [roc_auc, pr_auc, ks] {
            let one = measured(&risk, &lost);
            prop_assert_eq!(one, measured(&back, &lost_back));
            prop_assert_eq!(one, measured(&stretched, &lost));
        }
        // The other way round it is the other share.
        let turned: Vec<f64> = risk.iter().map(|risk| -risk).collect();
        if let (Some(one), Some(other)) = (roc_auc(&risk, &lost), roc_auc(&turned, &lost)) {
            prop_assert!((one + other - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn concordance_without_time_is_the_area(rows in sample()) {
        // All lost at once, all others kept until later: the pairs are those of lost and kept.
        let (risk, lost): (Vec<f64>, Vec<bool>) = rows.iter().copied().unzip();
        let time: Vec<f64> = lost.iter().map(|lost| if *lost { 1.0 } else { 2.0 }).collect();
        match (concordance(&time, &lost, &risk), roc_auc(&risk, &lost)) {
            (Some(one), Some(other)) => prop_assert!((one - other).abs() < 1e-12),
            (one, other) => prop_assert_eq!(one, other),
        }
    }

    #[test]
    fn a_whole_budget_catches_all(rows in sample()) {
        let (risk, lost): (Vec<f64>, Vec<bool>) = rows.iter().copied().unzip();
        if let Some(it) = at_budget(&risk, &lost, 1.0) {
            prop_assert!((it.capture - 1.0).abs() < 1e-12 && (it.lift - 1.0).abs() < 1e-12);
        }
    }
}
