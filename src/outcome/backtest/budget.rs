//! The riskiest few of every day, as alerts.

use chrono::NaiveDate;

use super::Backtest;
use super::judged::Told;
use super::recorded_days::Card;
use crate::outcome::Draw;

/// The alerts that come of telling of the `budget` share of each day with the lowest scores. A subject that is among
/// them again within `quiet` days is no new alert.
pub(super) fn told(pass: &Backtest, card: &Card, budget: f64, quiet: u32) -> Vec<Told> {
    let subjects = pass.recorded.subjects(card.kind);
    let mut last: Vec<Option<NaiveDate>> = vec![None; subjects.len()];
    let mut out = Vec::new();
    for (at, day) in pass.recorded().iter().enumerate() {
        let scores = card.day(at).zip(day.present(card.kind));
        let scored =
            scores.filter(|pair| !pair.0.0.is_nan()).map(|((score, _), subject)| (score, *subject));
        let riskiest = lowest(scored.collect(), budget, |number| {
            Draw::named(0, subjects.get(number as usize).map_or("", AsRef::as_ref)).next()
        });
        for subject in riskiest {
            let Some(last) = last.get_mut(subject as usize) else { continue };
            let again = last.is_some_and(|last| (day.as_of - last).num_days() <= i64::from(quiet));
            if !again {
                out.push(Told { subject, day: day.as_of });
            }
            *last = Some(day.as_of);
        }
    }
    out
}

/// The numbers of the `budget` share with the lowest scores, rounded up, in order. Of equal scores at the edge those are taken
/// that `lot` puts first: the same on every day, and of no meaning.
fn lowest(mut scored: Vec<(f64, u32)>, budget: f64, lot: impl Fn(u32) -> u64) -> Vec<u32> {
    if scored.is_empty() || budget.is_nan() || budget <= 0.0 {
        return Vec::new();
    }
    // A product such as 0.07 * 100 lies just above 7: no eighth subject for a rounding.
    let fit =
        ((budget.min(1.0) * scored.len() as f64 - 1e-9).ceil().max(1.0) as usize).min(scored.len());
    let (_, edge, _) = scored.select_nth_unstable_by(fit - 1, |one, two| one.0.total_cmp(&two.0));
    let edge = edge.0;
    let below = scored.iter().filter(|pair| pair.0.total_cmp(&edge).is_lt()).map(|pair| pair.1);
    let mut out: Vec<u32> = below.collect();
    let at_edge = scored.iter().filter(|pair| pair.0.total_cmp(&edge).is_eq());
    let mut at_edge: Vec<u32> = at_edge.map(|pair| pair.1).collect();
    let room = fit.saturating_sub(out.len());
    if at_edge.len() > room {
        at_edge.sort_by_key(|subject| (lot(*subject), *subject));
        at_edge.truncate(room);
    }
    out.extend(at_edge);
    out.sort_unstable();
    out
}

#[cfg(test)]
mod tests {
    use super::lowest;

    #[test]
    fn the_lowest_share_is_taken_and_never_more() {
        let rows: [(&[f64], f64, &[u32]); 7] = [
            (&[5.0, 1.0, 3.0, 4.0], 0.25, &[1]),
            (&[5.0, 1.0, 3.0, 4.0], 0.26, &[1, 2]),
            (&[5.0, 1.0, 3.0, 4.0], 1.0, &[0, 1, 2, 3]),
            (&[5.0, 1.0, 3.0, 4.0], 2.0, &[0, 1, 2, 3]),
            (&[5.0, 1.0, 3.0, 4.0], 0.0, &[]),
            (&[], 0.5, &[]),
            // Two fit, three are equal: the lot of the higher numbers comes first here.
            (&[2.0, 1.0, 2.0, 2.0], 0.5, &[1, 3]),
        ];
        for (scores, budget, want) in rows {
            let scored = (0..).zip(scores).map(|(at, it)| (*it, at)).collect();
            let got = lowest(scored, budget, |value| 10 - u64::from(value));
            assert_eq!(got, want, "{scores:?} {budget}");
        }
        // Products that lie just above a whole number, 0.07 * 100 among them.
        for percent in 1..=100_u32 {
            let scored = (0..100).map(|at| (f64::from(at), at)).collect();
            let got = lowest(scored, f64::from(percent) / 100.0, u64::from);
            assert_eq!(got.len(), percent as usize);
        }
    }
}
