//! Forecasts and experiments against SciPy and statsmodels: see `tests/reference/experiment.py`.

use serde_json::Value;

use super::near;
use crate::outcome::Span;
use crate::outcome::experiment::{
    Guard, Proportion, minimum_detectable, newcombe, power, sample_ratio, welch, wilson,
};
use crate::outcome::forecast::Trend;
use crate::outcome::special::{normal_quantile, normal_tail, t_quantile, t_tail};

fn read() -> Value {
    serde_json::from_str(include_str!("../../../tests/reference/experiment.json")).unwrap()
}

fn list(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn table(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().unwrap().iter().map(list).collect()
}

fn span(what: &str, got: Span, want: &[f64]) {
    for (got, want) in [got.value, got.low, got.high].into_iter().zip(want) {
        near(what, got, *want);
    }
}

#[test]
fn distributions_agree_with_their_references() {
    let it = &read()["distributions"];
    let (tails, t_tails) = (list(&it["normal_tail_log"]), list(&it["t_tail"]));
    for (at, pair) in table(&it["at"]).iter().enumerate() {
        near("normal tail", normal_tail(pair[0]).max(f64::MIN_POSITIVE).ln(), tails[at]);
        near("t tail", t_tail(pair[0], pair[1]), t_tails[at]);
    }
    let (probabilities, degrees) = (list(&it["probabilities"]), list(&it["degrees"]));
    for (p, want) in probabilities.iter().zip(list(&it["normal_quantile"])) {
        near("normal quantile", normal_quantile(*p), want);
    }
    let mut wanted = list(&it["t_quantile"]).into_iter();
    for p in &probabilities[1..] {
        for degrees in &degrees {
            near(
                &format!("t quantile {p} {degrees}"),
                t_quantile(*p, *degrees),
                wanted.next().unwrap(),
            );
        }
    }
}

#[test]
fn forecasts_and_experiments_agree_with_their_references() {
    let it = read();
    let shares = &it["shares"];
    let (ones, twos) = (table(&shares["wilson"]), table(&shares["newcombe_90"]));
    for (at, pair) in table(&shares["pairs"]).iter().enumerate() {
        let share = |at: usize| Proportion::new(pair[at] as usize, pair[at + 1] as usize);
        span("wilson", wilson(share(0), 0.95).unwrap(), &ones[at]);
        span("newcombe", newcombe(share(0), share(2), 0.9).unwrap(), &twos[at]);
    }

    let wanted = list(&it["power"]["power"]);
    for (case, want) in table(&it["power"]["cases"]).iter().zip(wanted) {
        let got = power((case[0], case[1] as usize), (case[2], case[3] as usize), 0.05);
        near("power", got.unwrap(), want);
    }
    let rise = minimum_detectable((0.8, 600), 300, 0.05, 0.8).unwrap();
    near("detectable", rise, it["power"]["detectable"]["rise"].as_f64().unwrap());

    let wanted = list(&it["sample_ratio"]["p_value"]);
    for (case, want) in table(&it["sample_ratio"]["sizes"]).iter().zip(wanted) {
        let got = sample_ratio(case[0] as usize, case[1] as usize, case[2]).unwrap();
        near("sample ratio", got.p_value, want);
    }

    let means = &it["welch"];
    let got = welch(&list(&means["treated"]), &list(&means["control"]), 0.95).unwrap();
    let number = |name: &str| means[name].as_f64().unwrap();
    span("welch", got.difference, &[number("difference"), number("low"), number("high")]);
    near("degrees", got.degrees, number("degrees"));
    near("p", got.p_value, number("p_value"));

    let looks = table(&it["guard"]["looks"]);
    for (look, want) in looks.iter().zip(it["guard"]["expected"].as_array().unwrap()) {
        let got = Guard::new(look[0], look[1]).unwrap().look(look[2], look[3]).unwrap();
        let want = |name: &str| want[name].as_f64().unwrap();
        near("guard", got.p_value, want("p_value"));
        span("guard", got.difference, &[look[2], want("low"), want("high")]);
    }

    let series = &it["theil_sen"];
    let start: chrono::NaiveDate = "2025-01-01".parse().unwrap();
    let days = list(&series["days"]).into_iter().map(|days| start + chrono::Days::new(days as u64));
    let past: Vec<_> = days.zip(list(&series["score"])).collect();
    near("theil-sen", Trend::fit(&past).unwrap().raw_slope, series["slope"].as_f64().unwrap());
}
