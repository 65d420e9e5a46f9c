#!/usr/bin/env python3
"""Expected values of the statistics behind signals, from numpy and scipy, as tests/reference/signals.json.

    python3 tests/reference/signals.py           writes them
    python3 tests/reference/signals.py --check   fails where the file holds others

Needs numpy and scipy. Pettitt's statistic is taken from ranks in one go, which is not how the library does it.
"""

import json
import pathlib
import sys

import numpy
from scipy import stats

FILE = pathlib.Path(__file__).with_suffix(".json")


def series():
    """Short and long ones, with ties, a step, a slope, odd values and negative ones."""
    draw = numpy.random.default_rng(20240917)
    yield [3.0, 1.0]
    yield [2.0, 2.0, 2.0, 2.0, 5.0]
    yield [4.0, 1.0, 2.0, 100.0, -3.5]
    for size in (8, 12, 16, 26, 52, 104):
        noise = draw.normal(size=size)
        yield list(40 + 8 * noise)
        yield [float(it) for it in draw.poisson(4, size)]
        yield list(numpy.where(numpy.arange(size) < size * 2 // 3, 40, 22) + 5 * noise)
        yield list(10 - 0.3 * numpy.arange(size) + noise)
    spike = 40 + draw.normal(size=30)
    spike[17] = 1e6
    yield list(spike)


def pettitt(values):
    ranks = stats.rankdata(values)
    n = len(values)
    places = numpy.arange(1, n)
    uneven = numpy.abs(2 * numpy.cumsum(ranks)[:-1] - places * (n + 1))
    at = int(numpy.argmax(uneven))
    p = min(1.0, 2 * float(numpy.exp(-6 * uneven[at] ** 2 / (n**3 + n**2))))
    return {"at": at + 1, "statistic": float(uneven[at]), "p": p}


def trend(values):
    """Kendall's S in its standard deviations, from scipy's two-sided p and the sign of its tau."""
    found = stats.kendalltau(numpy.arange(len(values)), values, method="asymptotic")
    return float(numpy.sign(found.statistic) * stats.norm.isf(found.pvalue / 2))


def expected(values):
    slope, intercept, _, _ = stats.theilslopes(values, numpy.arange(len(values)))
    case = {
        "values": values,
        "median": float(numpy.median(values)),
        "mad": float(stats.median_abs_deviation(values)),
        "theil_sen": {"slope": float(slope), "intercept": float(intercept)},
        "pettitt": pettitt(values),
    }
    if len(values) > 2:
        case["mann_kendall"] = trend(values)
    return case


def main():
    text = json.dumps([expected(list(map(float, it))) for it in series()], indent=1) + "\n"
    if sys.argv[1:] != ["--check"]:
        FILE.write_text(text)
        return
    # Versions of numpy differ in the last digits.
    for one, two in zip(json.loads(text), json.loads(FILE.read_text()), strict=True):
        for key in ("median", "mad", "mann_kendall"):
            assert numpy.allclose(one.get(key, 0), two.get(key, 0), rtol=1e-9, atol=1e-9), key
        for key in ("theil_sen", "pettitt"):
            assert numpy.allclose(list(one[key].values()), list(two[key].values()), rtol=1e-9), key


if __name__ == "__main__":
    main()
