//! Each statistic against the values that Python's libraries give: see `tests/reference/make.py`.

mod experiment;

use serde_json::Value;

use super::calibrate::{Calibration, Method, RateMethod, base_rates, isotonic};
use super::logit::{Bound, Fit, Problem, Rows};
use super::measure::{
    at_budget, at_threshold, brier, calibration_error, concordance, ks, ks_distance, log_loss,
    pr_auc, quantile, roc_auc,
};
use super::special::{beta_cdf, beta_quantile, digamma, ln_gamma};

/// How near a value must be, relative to 1 or to itself.
const NEAR: f64 = 1e-6;

struct Reference(Value);

impl Reference {
    fn read() -> Self {
        Self(serde_json::from_str(include_str!("../../tests/reference/values.json")).unwrap())
    }

    fn at(&self, path: &str) -> &Value {
        let value = self.0.pointer(path);
        value.unwrap_or_else(|| panic!("no {path}"))
    }

    fn number(&self, path: &str) -> f64 {
        self.at(path).as_f64().unwrap()
    }

    fn numbers(&self, path: &str) -> Vec<f64> {
        self.at(path).as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
    }

    fn flags(&self, path: &str) -> Vec<bool> {
        self.at(path).as_array().unwrap().iter().map(|flag| flag.as_bool().unwrap()).collect()
    }

    fn table(&self, path: &str) -> Vec<Vec<f64>> {
        let row = |it: &Value| {
            it.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
        };
        self.at(path).as_array().unwrap().iter().map(row).collect()
    }

    fn near(&self, path: &str, got: f64) {
        near(path, got, self.number(path));
    }

    fn all_near(&self, path: &str, got: &[f64]) {
        let want = self.numbers(path);
        assert_eq!(got.len(), want.len(), "{path}");
        for (at, (got, want)) in got.iter().zip(want).enumerate() {
            near(&format!("{path}/{at}"), *got, want);
        }
    }
}

fn near(what: &str, got: f64, want: f64) {
    let gap = (got - want).abs() / want.abs().max(1.0);
    assert!(gap <= NEAR, "{what}: got {got}, want {want}");
}

#[test]
fn measures_agree_with_their_references() {
    let it = Reference::read();
    let (risk, lost) = (it.numbers("/inputs/risk"), it.flags("/inputs/lost"));
    let x = it.table("/inputs/x");
    let column = |at: usize| x.iter().map(|row| row[at]).collect::<Vec<f64>>();
    let called = at_threshold(&risk, &lost, 0.5).unwrap();
    let tenth = at_budget(&risk, &lost, 0.1).unwrap();
    let time = it.numbers("/inputs/time");
    let rows = [
        ("roc_auc", roc_auc(&risk, &lost)),
        ("pr_auc", pr_auc(&risk, &lost)),
        ("brier", brier(&risk, &lost)),
        ("log_loss", log_loss(&risk, &lost)),
        ("ece10", calibration_error(&risk, &lost, 10)),
        ("ks", ks(&risk, &lost)),
        ("ks_distance", ks_distance(&column(0), &column(1))),
        ("precision", called.precision),
        ("recall", called.recall),
        ("f1", called.f1),
        ("capture_10", Some(tenth.capture)),
        ("lift_10", Some(tenth.lift)),
        ("concordance", concordance(&time, &lost, &risk)),
    ];
    for (name, got) in rows {
        it.near(&format!("/measures/{name}"), got.unwrap());
    }
    let mut sorted = risk;
    sorted.sort_by(f64::total_cmp);
    let shares = [0.0, 0.05, 0.25, 0.5, 0.9, 1.0];
    it.all_near("/measures/quantiles", &shares.map(|share| quantile(&sorted, share).unwrap()));
}

#[test]
fn functions_agree_with_their_references() {
    let it = Reference::read();
    let arguments: Vec<(f64, f64)> =
        it.table("/special/arguments").iter().map(|row| (row[0], row[1])).collect();
    let each = |of: &dyn Fn(f64, f64) -> f64| -> Vec<f64> {
        arguments.iter().map(|(a, b)| of(*a, *b)).collect()
    };
    it.all_near("/special/ln_gamma", &each(&|a, _| ln_gamma(a)));
    it.all_near("/special/digamma", &each(&|_, b| digamma(b)));
    it.all_near("/special/beta_cdf", &each(&|a, b| beta_cdf(a / (a + b), a, b)));
    it.all_near("/special/beta_low", &each(&|a, b| beta_quantile(0.025, a, b)));
    it.all_near("/special/beta_high", &each(&|a, b| beta_quantile(0.975, a, b)));
}

fn solve(rows: &[Vec<f64>], target: &[f64], bounds: &[Bound], ridge: f64, prior: f64) -> Fit {
    let used: Vec<usize> = (0..rows.len()).collect();
    let rows = Rows::dense(rows.iter().map(Vec::as_slice));
    Problem {
        rows: &rows,
        target,
        used: &used,
        bounds,
        prior: &vec![prior; bounds.len()],
        ridge: &vec![ridge; bounds.len()],
        tolerance: 1e-10,
    }
    .solve()
}

#[test]
fn weights_agree_with_their_references() {
    let it = Reference::read();
    let x = it.table("/inputs/x");
    let lost = it.flags("/inputs/lost");
    let gone: Vec<f64> = lost.iter().map(|lost| f64::from(u8::from(*lost))).collect();
    let kept: Vec<f64> = gone.iter().map(|gone| 1.0 - gone).collect();

    let free = solve(&x, &kept, &[Bound::Free; 4], 1.0, 0.0);
    it.near("/ridge_logistic/intercept", free.intercept);
    it.all_near("/ridge_logistic/coefficients", &free.coefficients);

    let bound = solve(&x, &kept, &[Bound::Above; 4], 2.0, 0.5);
    it.near("/bound_logistic/intercept", bound.intercept);
    it.all_near("/bound_logistic/coefficients", &bound.coefficients);
    assert!(
        bound.coefficients.iter().any(|coefficient| *coefficient <= 0.0),
        "one is at its bound"
    );

    let level = it.numbers("/chain_logistic/level");
    let one = |level: f64| {
        (0..5).map(|at| f64::from(u8::from((f64::from(at) - level).abs() < 0.5))).collect()
    };
    let levels: Vec<Vec<f64>> = level.iter().map(|level| one(*level)).collect();
    let bounds = [Bound::First, Bound::Next, Bound::Next, Bound::Next, Bound::Next];
    let chain = {
        let used: Vec<usize> = (0..levels.len()).collect();
        let rows = Rows::dense(levels.iter().map(Vec::as_slice));
        let ridge = [1.0; 5];
        Problem {
            rows: &rows,
            target: &gone,
            used: &used,
            bounds: &bounds,
            prior: &[0.0; 5],
            ridge: &ridge,
            tolerance: 1e-10,
        }
        .solve()
    };
    it.near("/chain_logistic/intercept", chain.intercept);
    it.all_near("/chain_logistic/levels", &chain.coefficients);
}

#[test]
fn calibrations_agree_with_their_references() {
    let it = Reference::read();
    let (score, lost) = (it.numbers("/inputs/score"), it.flags("/inputs/lost"));
    let kept: Vec<f64> = lost.iter().map(|lost| f64::from(u8::from(!lost))).collect();
    let fitted = isotonic(&score, &kept, &it.numbers("/isotonic/weights")).unwrap();
    it.all_near("/isotonic/fitted", &fitted);

    let at = it.numbers("/platt/at");
    let line = Calibration::with(Method::Platt, &score, &lost);
    let estimates: Vec<_> = at.iter().map(|score| line.estimate(*score)).collect();
    it.all_near(
        "/platt/probability",
        &estimates.iter().map(|estimate| estimate.probability).collect::<Vec<_>>(),
    );
    it.all_near("/platt/low", &estimates.iter().map(|estimate| estimate.low).collect::<Vec<_>>());
    it.all_near("/platt/high", &estimates.iter().map(|estimate| estimate.high).collect::<Vec<_>>());

    let curve = Calibration::with(Method::Beta, &score, &lost);
    let got: Vec<f64> = at.iter().map(|score| curve.probability(*score)).collect();
    it.all_near("/beta_calibration/probability", &got);
}

#[test]
fn base_rates_agree_with_their_references() {
    let it = Reference::read();
    let segments: Vec<&str> = it
        .at("/inputs/segments")
        .as_array()
        .unwrap()
        .iter()
        .map(|segment| segment.as_str().unwrap())
        .collect();
    let rates = base_rates(&segments, &it.flags("/inputs/segment_lost")).unwrap();
    assert_eq!(rates.method, RateMethod::Likelihood);
    it.near("/base_rates/mean", rates.mean);
    it.near("/base_rates/strength", rates.strength);
    it.all_near(
        "/base_rates/rate",
        &rates.segments.iter().map(|segment| segment.rate).collect::<Vec<_>>(),
    );
    it.all_near(
        "/base_rates/low",
        &rates.segments.iter().map(|segment| segment.low).collect::<Vec<_>>(),
    );
    it.all_near(
        "/base_rates/high",
        &rates.segments.iter().map(|segment| segment.high).collect::<Vec<_>>(),
    );
}
