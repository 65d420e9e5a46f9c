//! Rows and laws of experiments.

use proptest::prelude::*;

use super::*;
use crate::outcome::Draw;

/// Subjects of which each renews with the chance of its arm.
fn subjects(plan: &ExperimentPlan, count: usize, seed: u64, chance: [f64; 2]) -> Vec<Participant> {
    let mut draw = Draw::new(seed);
    let one = |it: usize| {
        let mut one = Participant::new(format!("{seed}-{it}"));
        let treated = assign(&plan.name, &one.subject, plan.share) == Arm::Treated;
        one.renewed = Some(draw.share() < chance[usize::from(treated)]);
        one
    };
    (0..count).map(one).collect()
}

#[test]
fn peeking_finds_nothing_where_there_is_nothing() {
    // 1,000 experiments without any difference, looked at 25 times each, as the outcomes come in.
    for (base, share) in [(0.9, 0.5), (0.8, 0.5), (0.9, 0.2)] {
        let plan = ExperimentPlan { share, ..ExperimentPlan::new("none", 1000, base) };
        let (mut guarded, mut naive) = (0, 0);
        for seed in 0..1000 {
            let mut draw = Draw::new(seed);
            let (mut treated, mut control) = (Cell::default(), Cell::default());
            let (mut decided, mut seen) = (false, false);
            for at in 1..=1000 {
                let arm = if draw.share() < share { &mut treated } else { &mut control };
                arm.renewal.of += 1;
                arm.renewal.count += usize::from(draw.share() < base);
                if at % 40 == 0 {
                    decided |= look(&plan, &treated, &control).is_some_and(|look| look.decided);
                    let plain = newcombe(treated.renewal, control.renewal, 0.95);
                    seen |= plain.is_some_and(|gap| !gap.holds(0.0));
                }
            }
            guarded += usize::from(decided);
            naive += usize::from(seen);
        }
        println!("base {base}, share {share}: guarded {guarded}, naive {naive} of 1000");
        // One in twenty is what may be found.
        assert!(guarded <= 50, "{guarded} of 1000 with a base of {base}");
        assert!(naive >= 120, "looking often is what the guard is against: {naive}");
    }
}

#[test]
fn a_difference_that_is_there_is_found_in_time() {
    let plan = ExperimentPlan::new("some", 1000, 0.8);
    let mut found = 0;
    for seed in 0..200 {
        let all = subjects(&plan, 1000, seed, [0.8, 0.9]);
        found += usize::from(analyse(&plan, all).look.is_some_and(|look| look.decided));
    }
    println!("found {found} of 200");
    assert!(found >= 140, "{found} of 200");
}

#[test]
fn arms_are_by_assignment_whatever_was_done() {
    let plan = ExperimentPlan::new("call", 200, 0.5);
    let all: Vec<Participant> = subjects(&plan, 200, 3, [0.5, 0.5]);
    let plain = analyse(&plan, all.clone());
    let mut muddled = all;
    for (at, it) in muddled.iter_mut().enumerate() {
        it.was_treated = Some(at % 3 == 0);
    }
    let after = analyse(&plan, muddled);
    assert_eq!(after.renewal, plain.renewal);
    assert_eq!(after.look, plain.look);
    assert!(after.not_treated > 50 && after.treated_anyway > 20);
}

#[test]
fn what_cannot_be_is_counted_and_left_out() {
    let plan = ExperimentPlan::new("call", 40, 0.5);
    let mut rows: Vec<Participant> =
        (0..40).map(|number| Participant::new(format!("s{number}"))).collect();
    rows.push(Participant { nps: Some(3.0), ..Participant::new("s1") });
    rows[2].nps = Some(11.0);
    rows[3].value = Some(f64::NAN);
    rows[4].arm = Some(match assign("call", "s4", 0.5) {
        Arm::Treated => Arm::Control,
        Arm::Control => Arm::Treated,
    });
    let got = analyse(&plan, rows);
    assert_eq!((got.repeated, got.unread, got.assigned_elsewhere), (1, 2, 1));
    assert_eq!((got.renewal, got.look, got.value, got.nps), (None, None, None, None));
    assert!(got.to_string().contains("no outcome is known"), "{got}");
}

#[test]
fn those_lost_are_worth_nothing() {
    let plan = ExperimentPlan::new("call", 60, 0.5);
    let rows = (0..60).map(|number| Participant {
        renewed: Some(number % 2 == 0),
        value: (number % 2 == 0).then_some(100.0),
        nps: Some(f64::from(number % 11)),
        ..Participant::new(format!("s{number}"))
    });
    let got = analyse(&plan, rows);
    let value = got.value.unwrap();
    assert_eq!(value.treated + value.control, 60);
    assert!(value.control_mean < 90.0 && value.difference.holds(0.0));
    let nps = got.nps.unwrap();
    assert!((-100.0..=100.0).contains(&nps.treated_mean));
}

#[test]
fn renewals_of_unknown_value_are_told() {
    let plan = ExperimentPlan::new("call", 60, 0.5);
    let rows = (0..60).map(|number| Participant {
        renewed: Some(number % 2 == 0),
        value: (number % 4 == 0).then_some(100.0),
        ..Participant::new(format!("s{number}"))
    });
    let got = analyse(&plan, rows);
    assert_eq!(got.without_value, 15);
    assert!(got.to_string().contains("15 renewed at a value that is not said"), "{got}");
}

#[test]
fn a_verdict_says_why_there_is_none_and_never_that_p_is_zero() {
    let sure = ExperimentPlan::new("call", 400, 1.0);
    let text = analyse(&sure, subjects(&sure, 400, 1, [1.0, 1.0])).to_string();
    assert!(text.contains("base rate and alpha have to lie between 0 and 1"), "{text}");
    let plan = ExperimentPlan::new("call", 400, 0.5);
    let text = analyse(&plan, subjects(&plan, 400, 1, [0.2, 0.9])).to_string();
    assert!(text.contains("p < 0.01") && !text.contains("p = 0.00"), "{text}");
}

#[test]
fn nps_has_its_classes() {
    let rows = [(10.0, 100.0), (9.0, 100.0), (8.0, 0.0), (7.0, 0.0), (6.0, -100.0), (0.0, -100.0)];
    for (answer, wanted) in rows {
        assert!((promoter(answer) - wanted).abs() < 1e-12, "{answer}");
    }
}

#[test]
fn sizes_that_do_not_come_from_the_plan_are_told() {
    let rows = [(500, 500, false), (530, 470, false), (560, 440, true), (0, 30, true)];
    for (treated, control, suspicious) in rows {
        let it = sample_ratio(treated, control, 0.5).unwrap();
        assert_eq!(it.suspicious, suspicious, "{it:?}");
    }
    assert_eq!(sample_ratio(0, 0, 0.5), None);
    assert_eq!(sample_ratio(5, 5, f64::NAN), None);
}

#[test]
fn what_makes_no_sense_has_no_answer() {
    assert_eq!(wilson(Proportion::new(0, 0), 0.95), None);
    assert_eq!(wilson(Proportion::new(3, 2), 0.95), None);
    assert_eq!(wilson(Proportion::new(1, 2), f64::NAN), None);
    assert_eq!(welch(&[1.0, 1.0], &[1.0, 1.0], 0.95), None);
    assert_eq!(welch(&[1.0], &[1.0, 2.0], 0.95), None);
    assert_eq!(welch(&[1.0, f64::NAN], &[1.0, 2.0], 0.95), None);
    assert_eq!(power((1.2, 5), (0.5, 5), 0.05), None);
    assert_eq!(minimum_detectable((0.99, 10), 10, 0.05, 0.8), None);
    assert_eq!(minimum_detectable((0.5, 100), 100, 0.05, f64::NAN), None);
    assert!(Guard::new(0.05, 0.0).is_none() && Guard::new(f64::NAN, 1.0).is_none());
    let nothing = ExperimentPlan { share: f64::NAN, ..ExperimentPlan::new("x", 0, f64::NAN) };
    assert!(nothing.guard().is_none() && nothing.detectable().is_none());
}

proptest! {
    #[test]
    fn intervals_hold_their_value_and_turn_with_the_arms(
        (k, n, l, m) in (1_usize..200, 1_usize..200).prop_flat_map(|(n, m)| (0..=n, Just(n), 0..=m, Just(m))),
        confidence in 0.5_f64..0.999,
    ) {
        let (t, c) = (Proportion::new(k, n), Proportion::new(l, m));
        let one = wilson(t, confidence).unwrap();
        prop_assert!(0.0 <= one.low && one.holds(one.value) && one.high <= 1.0, "{one:?}");
        let there = newcombe(t, c, confidence).unwrap();
        let back = newcombe(c, t, confidence).unwrap();
        prop_assert!(there.holds(there.value), "{there:?}");
        prop_assert!((there.low + back.high).abs() < 1e-12 && (there.high + back.low).abs() < 1e-12);
        prop_assert!(-1.0 - 1e-9 <= there.low && there.high <= 1.0 + 1e-9);
    }

    #[test]
    fn raising_the_share_moves_nobody_back(subject in "[a-z0-9]{1,12}", a in 0.0_f64..1.0, b in 0.0_f64..1.0) {
        let (low, high) = if a < b { (a, b) } else { (b, a) };
        if assign("x", &subject, low) == Arm::Treated {
            prop_assert_eq!(assign("x", &subject, high), Arm::Treated);
        }
        prop_assert_eq!(assign("x", &subject, 0.0), Arm::Control);
        prop_assert_eq!(assign("x", &subject, 1.0), Arm::Treated);
    }

    #[test]
    fn power_grows_with_the_sizes_and_a_guarded_p_is_never_smaller(
        p in 0.05_f64..0.95, rise in 0.0_f64..0.3, n in 30_usize..500,
        z in 0.0_f64..6.0, variance in 1e-6_f64..0.1, planned in 1e-6_f64..0.1,
    ) {
        let q = (p + rise).min(1.0);
        let (few, many) = (power((p, n), (q, n), 0.05).unwrap(), power((p, 2 * n), (q, 2 * n), 0.05).unwrap());
        prop_assert!((0.0..=1.0).contains(&few) && few <= many + 1e-9, "{few} {many}");
        let look = Guard::new(0.05, planned).unwrap().look(z * variance.sqrt(), variance).unwrap();
        let plain = 2.0 * crate::outcome::special::normal_tail(z);
        prop_assert!(plain <= look.p_value + 1e-12, "{plain} {}", look.p_value);
        prop_assert_eq!(look.decided, look.p_value < 0.05);
        prop_assert!(look.difference.holds(look.difference.value));
    }
}

#[test]
fn arms_are_even_and_experiments_draw_apart() {
    let mut both = [[0_usize; 2]; 2];
    for it in 0..4000 {
        let subject = format!("sub_{it:05}");
        let arm = |name: &str| usize::from(assign(name, &subject, 0.5) == Arm::Treated);
        both[arm("first")][arm("second")] += 1;
    }
    // 1,000 each, with four standard deviations.
    assert!(both.iter().flatten().all(|count| (890..1110).contains(count)), "{both:?}");
    // As it was when the first experiment ran: an assignment must never change.
    let arms: String = (0..24)
        .map(|number| {
            if assign("onboarding call", &format!("s{number}"), 0.5) == Arm::Treated {
                't'
            } else {
                '.'
            }
        })
        .collect();
    assert_eq!(arms, "...t...t.tt......t..tt.t");
}
