//! What many renewals bring together, with its interval.
//!
//! Two things make a sum unsure. Each renewal is all or nothing by its own chance (the sum is then Poisson-binomial, weighted by
//! value), and the curve from which the chances come may be off, which moves them all the same way. The second
//! does not average out, so it is not treated as if it did: chances move together, in log-odds, by one common
//! normal deviate.

use crate::interval::REACH_95;
use crate::outcome::Span;
use crate::outcome::logit::{logit, sigmoid};
use crate::outcome::special::normal_quantile;

/// Up to so many the distribution is worked out; beyond, the normal one does. Our choice, tested by
/// `a_total_holds_what_comes_as_often_as_it_says`.
const WORKED_OUT: usize = 200;
/// Steps of value of a distribution that is worked out. Our choice: a five-hundredth of the whole.
const CELLS: usize = 512;
/// Deviates of the curve that stand for all, each as likely. Our choice, tested as above.
const DEVIATES: usize = 15;

/// An amount, its probability and the interval of that.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) value: f64,
    pub(super) probability: f64,
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Part {
    /// The probability where the curve is off by `deviate` of its standard errors.
    fn at(&self, deviate: f64) -> f64 {
        let odds = |p: f64| logit(p.clamp(1e-9, 1.0 - 1e-9));
        let error = (odds(self.high) - odds(self.low)) / (2.0 * REACH_95);
        sigmoid(odds(self.probability) + deviate * error)
    }
}

/// The expected sum, and the interval that holds what comes with 95%.
pub(super) fn total(parts: &[Part]) -> Span {
    let most: f64 = parts.iter().map(|part| part.value).sum();
    let expected: f64 = parts.iter().map(|part| part.value * part.probability).sum();
    let (low, high) = if most <= 0.0 {
        (0.0, 0.0)
    } else if parts.len() <= WORKED_OUT {
        worked_out(parts, most)
    } else {
        normal(parts, expected)
    };
    Span::new(expected, low.clamp(0.0, most), high.clamp(0.0, most))
}

/// By the normal approximation, the variances of chance and curve added up.
fn normal(parts: &[Part], expected: f64) -> (f64, f64) {
    let chance = |it: &Part| it.value * it.value * it.probability * (1.0 - it.probability);
    let curve: f64 =
        parts.iter().map(|part| 0.5 * part.value * (part.at(1.0) - part.at(-1.0))).sum();
    let reach = REACH_95 * (parts.iter().map(chance).sum::<f64>() + curve * curve).sqrt();
    (expected - reach, expected + reach)
}

/// By the distribution itself, on a grid of values.
fn worked_out(parts: &[Part], most: f64) -> (f64, f64) {
    let first = parts.first().map_or(0.0, |part| part.value);
    let alike = first > 0.0 && parts.iter().all(|part| part.value.to_bits() == first.to_bits());
    // Where all are worth the same, the steps are theirs and nothing is rounded.
    let step = if alike { first } else { most / CELLS as f64 };
    let mut mixed: Vec<f64> = Vec::new();
    for at in 0..DEVIATES {
        let deviate = normal_quantile((at as f64 + 0.5) / DEVIATES as f64);
        let cells = convolve(parts, step, deviate);
        mixed.resize(cells.len(), 0.0);
        mixed.iter_mut().zip(cells).for_each(|(sum, it)| *sum += it / DEVIATES as f64);
    }
    let below = |share: f64| {
        let mut sum = 0.0;
        let reached = |it: &f64| {
            sum += *it;
            sum >= share - 1e-12
        };
        mixed.iter().position(reached).unwrap_or(mixed.len()) as f64 * step
    };
    (below(0.025), below(0.975))
}

/// The shares of each sum, in steps. A value between two steps is shared by both so that its mean stays.
fn convolve(parts: &[Part], step: f64, deviate: f64) -> Vec<f64> {
    let mut cells = vec![1.0];
    for it in parts {
        let p = it.at(deviate);
        let place = it.value / step;
        let (whole, rest) = (place.floor() as usize, place.fract());
        let mut next = vec![0.0; cells.len() + whole + usize::from(rest > 0.0)];
        next.iter_mut().zip(&cells).for_each(|(to, from)| *to += (1.0 - p) * from);
        next.iter_mut()
            .skip(whole)
            .zip(&cells)
            .for_each(|(to, from)| *to += p * (1.0 - rest) * from);
        let further = next.iter_mut().skip(whole + 1);
        further.zip(&cells).for_each(|(to, from)| *to += p * rest * from);
        cells = next;
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::{Part, total};
    use crate::interval::REACH_95;
    use crate::outcome::Draw;

    fn known(value: f64, probability: f64) -> Part {
        Part { value, probability, low: probability, high: probability }
    }

    #[test]
    fn a_count_agrees_with_its_reference() {
        let text = include_str!("../../../tests/reference/experiment.json");
        let values: serde_json::Value = serde_json::from_str(text).unwrap();
        let it = &values["poisson_binomial"];
        let number = |name: &str| it[name].as_f64().unwrap();
        let chances = it["probability"].as_array().unwrap();
        let parts: Vec<Part> =
            chances.iter().map(|chance| known(1.0, chance.as_f64().unwrap())).collect();
        let got = total(&parts);
        for (got, want) in [(got.value, "mean"), (got.low, "low"), (got.high, "high")] {
            assert!((got - number(want)).abs() < 1e-6, "{want}: {got}");
        }
    }

    #[test]
    fn one_is_all_or_nothing() {
        let one = total(&[known(100.0, 0.8)]);
        assert!(
            (one.value - 80.0).abs() < 1e-9 && one.low < 1e-9 && (one.high - 100.0).abs() < 1e-9
        );
        let sure = total(&[known(100.0, 1.0)]);
        assert!((sure.low - 100.0).abs() < 1e-3, "{sure:?}");
        let nothing = total(&[]);
        assert!(nothing.value.abs() < 1e-12 && nothing.holds(0.0));
    }

    #[test]
    fn a_total_holds_what_comes_as_often_as_it_says() {
        // Number, whether one of them is worth a third of all, error of the curve in log-odds.
        for (count, whale, error) in [
            (5, false, 0.0),
            (30, true, 0.2),
            (120, false, 0.2),
            (201, true, 0.2),
            (600, false, 0.1),
        ] {
            let mut draw = Draw::new(7 + count as u64);
            let (mut held, trials) = (0, 400);
            for _ in 0..trials {
                // A standard normal, near enough: twelve shares.
                let deviate = (0..12).map(|_| draw.share()).sum::<f64>() - 6.0;
                let (mut parts, mut came) = (Vec::new(), 0.0);
                for at in 0..count {
                    let value = if whale && at == 0 {
                        5.0 * count as f64
                    } else {
                        1.0 + 20.0 * draw.share()
                    };
                    let odds = 1.0 + 2.0 * (draw.share() - 0.5);
                    let p = |off: f64| 1.0 / (1.0 + (-(odds + off)).exp());
                    let reach = REACH_95 * error;
                    parts.push(Part { value, probability: p(0.0), low: p(-reach), high: p(reach) });
                    came += if draw.share() < p(deviate * error) { value } else { 0.0 };
                }
                held += usize::from(total(&parts).holds(came));
            }
            assert!((372..=396).contains(&held) || (count == 5 && held >= 372), "{count}: {held}");
        }
    }
}
