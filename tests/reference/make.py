"""Expected values of statistics, by scikit-learn, SciPy and lifelines: writes values.json beside this file.

    pip install scikit-learn scipy lifelines
    python tests/reference/make.py

The test `statistics_agree_with_their_references` in src/outcome/tests.rs holds this library to them. The inputs are drawn here
once and stand in the file, so that no generator has to be repeated.
"""

import json
import math
import pathlib

import lifelines
import numpy as np
import scipy
import sklearn
from lifelines.utils import concordance_index
from scipy import optimize, special, stats
from sklearn import metrics
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression


def sigmoid(z):
    return special.expit(z)


def tight(objective, start, bounds=None):
    """A minimum to many digits: L-BFGS-B, then Newton on what is not at a bound."""
    found = optimize.minimize(
        objective, start, jac=True, method="L-BFGS-B", bounds=bounds,
        options={"maxiter": 10_000, "ftol": 1e-16, "gtol": 1e-12, "maxcor": 30},
    ).x
    free = [
        at for at in range(len(found))
        if bounds is None or bounds[at][0] is None or found[at] > bounds[at][0] + 1e-9
    ]
    for _ in range(20):
        gradient = objective(found)[1][free]
        hessian = np.empty((len(free), len(free)))
        for column, at in enumerate(free):
            step = 1e-5
            up, down = found.copy(), found.copy()
            up[at] += step
            down[at] -= step
            hessian[:, column] = (objective(up)[1][free] - objective(down)[1][free]) / (2 * step)
        found[free] -= np.linalg.solve(hessian, gradient)
    return found


def logistic(x, target, ridge, prior):
    """Loss and slopes of a ridge logistic; the intercept stands first and is not drawn anywhere."""

    def objective(at):
        z = at[0] + x @ at[1:]
        pull = at[1:] - prior
        loss = np.sum(np.logaddexp(0, z) - target * z) + ridge / 2 * pull @ pull
        error = sigmoid(z) - target
        return loss, np.concatenate([[error.sum()], x.T @ error + ridge * pull])

    return objective


def platt_targets(lost):
    gone, kept = lost.sum(), (~lost).sum()
    return np.where(lost, 1 / (gone + 2), (kept + 1) / (kept + 2))


def main():
    draw = np.random.default_rng(20260301)
    rows = 160
    x = np.round(draw.uniform(0, 1, (rows, 4)), 3)
    z = -0.4 + 2.0 * x[:, 0] + 1.2 * x[:, 1] - 1.5 * x[:, 2]
    kept = draw.uniform(size=rows) < sigmoid(z)
    lost = ~kept
    # Risks with ties; probabilities; times with censoring and ties.
    risk = np.round(sigmoid(-z + draw.normal(0, 0.7, rows)), 2)
    risk = np.clip(risk, 0.01, 0.99)
    time = np.ceil(draw.exponential(20, rows))
    score = np.round(100 * (1 - risk) + draw.normal(0, 4, rows), 1).clip(0, 100)
    segments = draw.choice(["a", "b", "c", "d", "e"], rows, p=[0.5, 0.2, 0.15, 0.1, 0.05])
    seg_lost = draw.uniform(size=rows) < np.select(
        [segments == it for it in "abcde"], [0.1, 0.4, 0.6, 0.25, 0.8]
    )

    out = {
        "made_with": {
            "numpy": np.__version__, "scipy": scipy.__version__,
            "scikit-learn": sklearn.__version__, "lifelines": lifelines.__version__,
        },
        "inputs": {
            "x": x.tolist(), "lost": lost.tolist(), "risk": risk.tolist(), "time": time.tolist(),
            "score": score.tolist(), "segments": segments.tolist(), "segment_lost": seg_lost.tolist(),
        },
    }

    called = risk >= 0.5
    order = np.argsort(-risk, kind="stable")
    budget = 0.1
    count = math.ceil(budget * rows)
    edge = np.sort(risk)[::-1][count - 1]
    above, tied = risk > edge, risk == edge
    caught = lost[above].sum() + lost[tied].mean() * (count - above.sum())
    bins = np.minimum((risk * 10).astype(int), 9)
    ece = sum(
        (bins == it).mean() * abs(lost[bins == it].mean() - risk[bins == it].mean())
        for it in range(10) if (bins == it).any()
    )
    out["measures"] = {
        "roc_auc": metrics.roc_auc_score(lost, risk),
        "pr_auc": metrics.average_precision_score(lost, risk),
        "brier": metrics.brier_score_loss(lost, risk),
        "log_loss": metrics.log_loss(lost, risk),
        "ece10": ece,
        "ks": stats.ks_2samp(risk[lost], risk[~lost]).statistic,
        "ks_distance": stats.ks_2samp(x[:, 0], x[:, 1]).statistic,
        "precision": metrics.precision_score(lost, called),
        "recall": metrics.recall_score(lost, called),
        "f1": metrics.f1_score(lost, called),
        "capture_10": caught / lost.sum(),
        "lift_10": (caught / count) / lost.mean(),
        "concordance": concordance_index(time, -risk, lost),
        "quantiles": np.quantile(risk, [0.0, 0.05, 0.25, 0.5, 0.9, 1.0]).tolist(),
    }
    del order

    weights = 1 + (np.arange(rows) % 3)
    out["isotonic"] = {
        "weights": weights.astype(float).tolist(),
        "fitted": IsotonicRegression().fit(score, kept.astype(float), weights).predict(score).tolist(),
    }

    free = LogisticRegression(C=1.0, tol=1e-12, max_iter=10_000).fit(x, kept)
    out["ridge_logistic"] = {
        "intercept": free.intercept_[0], "coefficients": free.coef_[0].tolist(),
    }
    prior = np.full(4, 0.5)
    bounds = [(None, None)] + [(0, None)] * 4
    bound = tight(logistic(x, kept.astype(float), 2.0, prior), np.array([0.0, 1, 1, 1, 1]), bounds)
    out["bound_logistic"] = {
        "ridge": 2.0, "prior": 0.5, "intercept": bound[0], "coefficients": bound[1:].tolist(),
    }
    # A chain that never falls: quarters of the first column, each rise not below 0.
    level = np.minimum((x[:, 2] * 5).astype(int), 4)
    rises = np.stack([level >= it for it in range(1, 5)], axis=1).astype(float)
    chain = tight(
        logistic(rises, lost.astype(float), 1.0, np.zeros(4)), np.full(5, 0.1),
        [(None, None)] + [(0, None)] * 4,
    )
    out["chain_logistic"] = {
        "level": level.tolist(), "intercept": chain[0], "levels": [0.0, *np.cumsum(chain[1:]).tolist()],
    }

    target = platt_targets(lost)
    mean, spread = score.mean(), score.std()
    line = tight(logistic(((score - mean) / spread)[:, None], target, 1.0, np.zeros(1)), np.zeros(2))
    at = np.array([0.0, 10, 35.5, 60, 100])
    # The covariance of intercept and slope, and the 95% interval by the delta method.
    design = np.stack([np.ones(rows), (score - mean) / spread], axis=1)
    fitted = sigmoid(design @ line)
    hessian = design.T @ (design * (fitted * (1 - fitted))[:, None]) + np.diag([0.0, 1.0])
    covariance = np.linalg.inv(hessian)
    spots = np.stack([np.ones(len(at)), (at - mean) / spread], axis=1)
    z_at = spots @ line
    reach = stats.norm.ppf(0.975) * np.sqrt(np.einsum("ij,jk,ik->i", spots, covariance, spots))
    out["platt"] = {
        "at": at.tolist(),
        "probability": sigmoid(-z_at).tolist(),
        "low": sigmoid(-z_at - reach).tolist(),
        "high": sigmoid(-z_at + reach).tolist(),
    }

    def logs(values):
        share = np.clip(np.asarray(values) / 100, 1e-4, 1 - 1e-4)
        return np.stack([np.log(share), -np.log(1 - share)], axis=1)

    curve = tight(
        logistic(logs(score), target, 1.0, np.zeros(2)), np.array([0.0, 0.5, 0.5]),
        [(None, None), (0, None), (0, None)],
    )
    out["beta_calibration"] = {
        "at": at.tolist(), "probability": sigmoid(-(curve[0] + logs(at) @ curve[1:])).tolist(),
    }

    names = sorted(set(segments))
    n = np.array([(segments == it).sum() for it in names])
    k = np.array([seg_lost[segments == it].sum() for it in names])

    def slopes(point):
        mean, m = sigmoid(point[0]), math.exp(point[1])
        a, b = m * mean, m * (1 - mean)
        value = -stats.betabinom.logpmf(k, n, a, b).sum()
        left = special.digamma(k + a) - special.digamma(a)
        right = special.digamma(n - k + b) - special.digamma(b)
        by_mean = np.sum(m * (left - right))
        by_m = np.sum(mean * left + (1 - mean) * right - special.digamma(n + m) + special.digamma(m))
        return value, np.array([-by_mean * mean * (1 - mean), -by_m * m])

    best = tight(slopes, np.array([0.0, 1.0]))
    mean, m = sigmoid(best[0]), math.exp(best[1])
    out["base_rates"] = {
        "mean": mean, "strength": m,
        "rate": ((k + m * mean) / (n + m)).tolist(),
        "low": stats.beta.ppf(0.025, k + m * mean, n - k + m * (1 - mean)).tolist(),
        "high": stats.beta.ppf(0.975, k + m * mean, n - k + m * (1 - mean)).tolist(),
    }

    points = [(0.5, 0.5), (1, 1), (2, 30), (12.5, 3.25), (400, 9), (3000, 20_000)]
    out["special"] = {
        "arguments": points,
        "ln_gamma": [special.gammaln(a) for a, _ in points],
        "digamma": [special.digamma(b) for _, b in points],
        "beta_cdf": [stats.beta.cdf(a / (a + b), a, b) for a, b in points],
        "beta_low": [stats.beta.ppf(0.025, a, b) for a, b in points],
        "beta_high": [stats.beta.ppf(0.975, a, b) for a, b in points],
    }
    path = pathlib.Path(__file__).with_name("values.json")
    # One line a statistic.
    lines = [f"  {json.dumps(key)}: {json.dumps(value, default=float)}" for key, value in out.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
