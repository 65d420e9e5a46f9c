"""scikit-learn's logistic regression on the points that `foretell-peers --linear` learns from, beside `learn` itself.

    python benches/peers/logistic.py target/release/foretell-peers [--rows N] [--factors N]

Processor time of one thread in seconds, medians of 5 rounds in which both take turns. What is missing is the mean of its column
to scikit-learn; foretell fills it in by row, in four rounds. scikit-learn is timed twice: one fit, and what `learn` does to choose how
much is learned: five penalties on three folds, and a fit of all rows. Its weights may be negative, foretell's are not.
"""

import argparse
import os
import re
import statistics
import subprocess
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold

UNITS = {"ns": 1e-9, "µs": 1e-6, "ms": 1e-3, "s": 1.0}


def foretell(binary, rows, factors):
    """What `learn` takes, as the binary says."""
    said = subprocess.run([binary, "--linear-part", "learn", rows, factors], capture_output=True, text=True, check=True)
    number, unit = re.fullmatch(r"([\d.]+)(\D+)", said.stdout.strip()).groups()
    return float(number) * UNITS[unit]


def points(binary, rows, factors):
    """The columns of points without gaps, and which rows were lost."""
    said = subprocess.run([binary, "--linear-part", "points", rows, factors], capture_output=True, check=True)
    columns = np.frombuffer(said.stdout, dtype="<f8").reshape(int(factors) + 1, int(rows))
    values = columns[:-1].T.copy()
    missing = np.isnan(values)
    values[missing] = np.broadcast_to(np.nanmean(values, axis=0), values.shape)[missing]
    return values, columns[-1] == 0


def timed(work):
    """The processor time of some work."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def main():
    options = argparse.ArgumentParser()
    options.add_argument("binary")
    options.add_argument("--rows", default="100000")
    options.add_argument("--factors", default="20")
    given = options.parse_args()
    values, kept = points(given.binary, given.rows, given.factors)

    def one():
        LogisticRegression(C=1.0, max_iter=1000).fit(values, kept)

    def chosen():
        for train, _ in KFold(3).split(values):
            for ridge in (1.0, 3.0, 10.0, 30.0, 100.0):
                LogisticRegression(C=1.0 / ridge, max_iter=1000).fit(values[train], kept[train])
        one()

    rounds = [(foretell(given.binary, given.rows, given.factors), timed(one), timed(chosen)) for _ in range(5)]
    learn, single, choice = (statistics.median(column) for column in zip(*rounds))
    print(f"learn {learn:.2f} s, scikit-learn: one fit {single:.3f} s, chosen {choice:.2f} s")
    print(f"learn over one fit {statistics.median(a / b for a, b, _ in rounds):.1f}")
    print(f"learn over what is chosen {statistics.median(a / c for a, _, c in rounds):.2f}")


if __name__ == "__main__":
    main()
