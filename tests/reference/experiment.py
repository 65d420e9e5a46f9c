"""Expected values of forecasts and experiments, by SciPy and statsmodels: writes experiment.json beside this file.

    pip install scipy statsmodels
    python tests/reference/experiment.py

The test `forecasts_and_experiments_agree_with_their_references` in src/outcome/tests/experiment.rs holds this library to them.
"""

import json
import pathlib

import numpy as np
import scipy
import statsmodels
from scipy import optimize, stats
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    power_proportions_2indep,
    proportion_confint,
)


def guard(alpha, planned, difference, variance):
    """The mixture's p-value by integrating likelihood ratios over the mixture, and its interval by finding its ends."""
    # The width at the planned variance is smallest: found by search, not by the formula.
    def half(mixture, at):
        both = at + mixture
        return np.sqrt(at * both / mixture * (np.log(both / at) - 2 * np.log(alpha)))

    best = optimize.minimize_scalar(
        lambda it: half(planned * np.exp(it), planned), bounds=(0, 6), method="bounded",
        options={"xatol": 1e-12},
    )
    mixture = planned * np.exp(best.x)

    def ratio(truth):
        nodes, weights = np.polynomial.hermite_e.hermegauss(200)
        effects = truth + np.sqrt(mixture) * nodes
        logs = stats.norm.logpdf(difference, effects, np.sqrt(variance)) - stats.norm.logpdf(
            difference, truth, np.sqrt(variance)
        )
        return np.sum(weights / weights.sum() * np.exp(logs))

    def end(sign):
        far = difference + sign * 20 * np.sqrt(variance)
        return optimize.brentq(lambda it: ratio(it) - 1 / alpha, difference, far, xtol=1e-14)

    return {"p_value": min(1.0, 1 / ratio(0.0)), "low": end(-1), "high": end(1)}


def main():
    draw = np.random.default_rng(20260302)
    shares = [(0.0, 1), (-3.5, 2), (1.959963984540054, 3), (0.7, 4.5), (2.1, 30), (-0.2, 400), (6.5, 12), (37.0, 99_999)]
    out = {"made_with": {"numpy": np.__version__, "scipy": scipy.__version__, "statsmodels": statsmodels.__version__}}
    probabilities = [1e-12, 0.0001, 0.025, 0.3, 0.5, 0.9, 0.975, 0.9999]
    degrees = [1, 2.5, 7, 30, 1000, 123_456]
    out["distributions"] = {
        "at": shares,
        "normal_tail_log": [stats.norm.logsf(x) for x, _ in shares],
        "t_tail": [stats.t.sf(x, n) for x, n in shares],
        "probabilities": probabilities,
        "normal_quantile": [stats.norm.ppf(p) for p in probabilities],
        "degrees": degrees,
        "t_quantile": [stats.t.ppf(p, n) for p in probabilities[1:] for n in degrees],
    }

    pairs = [(9, 10, 3, 10), (0, 12, 0, 30), (56, 70, 48, 80), (940, 1000, 903, 1010), (5, 5, 0, 7)]
    wilson, newcombe = [], []
    for a, n, b, m in pairs:
        wilson.append([a / n, *proportion_confint(a, n, 0.05, "wilson")])
        low, high = confint_proportions_2indep(a, n, b, m, method="newcomb", compare="diff", alpha=0.1)
        newcombe.append([a / n - b / m, low, high])
    out["shares"] = {"pairs": pairs, "wilson": wilson, "newcombe_90": newcombe}

    cases = [(0.8, 400, 0.85, 400), (0.9, 1000, 0.93, 500), (0.5, 30, 0.5, 30), (0.1, 200, 0.02, 300)]
    powers = []
    for p, n, q, m in cases:
        powers.append(
            power_proportions_2indep(
                q - p, p, m, ratio=n / m, alpha=0.05, value=0, alternative="two-sided", return_results=False
            )
        )
    rise = optimize.brentq(
        lambda it: power_proportions_2indep(
            it, 0.8, 300, ratio=2.0, alpha=0.05, return_results=False
        ) - 0.8, 1e-6, 0.19, xtol=1e-14,
    )
    out["power"] = {"cases": cases, "power": powers, "detectable": {"control": [0.8, 600], "treated": 300, "rise": rise}}

    sizes = [(500, 520, 0.5), (130, 70, 0.6), (0, 30, 0.5), (91, 9, 0.9)]
    out["sample_ratio"] = {
        "sizes": sizes,
        "p_value": [stats.chisquare([a, b], [(a + b) * s, (a + b) * (1 - s)]).pvalue for a, b, s in sizes],
    }

    treated = np.round(draw.normal(1200, 300, 23), 2)
    control = np.round(draw.normal(1050, 500, 41), 2)
    test = stats.ttest_ind(treated, control, equal_var=False)
    interval = test.confidence_interval(0.95)
    out["welch"] = {
        "treated": treated.tolist(), "control": control.tolist(),
        "difference": treated.mean() - control.mean(), "low": interval.low, "high": interval.high,
        "degrees": test.df, "p_value": test.pvalue,
    }

    looks = [(0.05, 0.0016, 0.1, 0.0016), (0.05, 0.001, 0.05, 0.004), (0.01, 0.002, -0.12, 0.0011)]
    out["guard"] = {"looks": looks, "expected": [guard(*it) for it in looks]}

    days = np.sort(draw.choice(300, 31, replace=False)).astype(float)
    score = np.round(70 - 0.05 * days + draw.standard_t(2, 31) * 4, 1)
    out["theil_sen"] = {"days": days.tolist(), "score": score.tolist(), "slope": stats.theilslopes(score, days)[0]}

    chance = np.round(draw.uniform(0.2, 0.99, 40), 3)
    many = stats.poisson_binom(chance)
    out["poisson_binomial"] = {
        "probability": chance.tolist(), "mean": float(chance.sum()),
        "low": float(many.ppf(0.025)), "high": float(many.ppf(0.975)),
    }
    path = pathlib.Path(__file__).with_name("experiment.json")
    lines = [f"  {json.dumps(key)}: {json.dumps(value, default=float)}" for key, value in out.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
