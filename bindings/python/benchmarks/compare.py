"""foretell beside Polars expressions, NumPy and DuckDB's SQL: one million subscriptions of 20 metrics, one thread each.

    python bindings/python/benchmarks/compare.py [--rows N] [--check]

All must agree before anything is timed, to 1e-9, in every number, band and answer, and in what has no data: so the others
say from left to right what a rule touches, as foretell does. The others get their own kind of table, made before the clock runs; what
foretell needs to read the Arrow table counts. Times are processor time of the process, the median of rounds in which all take
turns. With `--check` it fails where foretell is not 3 times faster.
"""

import argparse
import os
import statistics
import sys
import time

os.environ["POLARS_MAX_THREADS"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import others
import polars as pl
import pyarrow as pa
import workload

import foretell

FLOOR = 3.0
CLOSE = 1e-9
DAY = "2026-03-01"


def agree(scores, numpy, polars, duckdb):
    """All say the same: totals and coverage to 1e-9, bands, and of every rule where it holds and where it has no data."""
    got = pa.table(scores)
    number = {"red": 0, "yellow": 1, "green": 2}
    bands = np.array([number.get(it, -1) for it in got["health.band"].to_pylist()])
    there = bands >= 0
    for name, other in [("NumPy", numpy), ("Polars", polars), ("DuckDB", duckdb)]:
        for one, two in [("health", "total"), ("health.coverage", "coverage")]:
            one, two = got[one].to_numpy(), np.asarray(other[two], dtype=float)
            assert (np.isnan(one) == np.isnan(two)).all(), name
            assert np.nanmax(np.abs(one - two)) <= CLOSE, name
        assert (np.asarray(other["band"])[there] == bands[there]).all(), name
        for rule in workload.RULES:
            said = got[f"rules.{rule}"].combine_chunks()
            yes = said.fill_null(False).to_numpy(zero_copy_only=False)
            known = said.is_valid().to_numpy(zero_copy_only=False)
            if name == "NumPy":
                other_yes, other_known = other[rule]
            else:
                column = other[rule].to_arrow() if name == "Polars" else other[rule].combine_chunks()
                other_yes = column.fill_null(False).to_numpy(zero_copy_only=False)
                other_known = column.is_valid().to_numpy(zero_copy_only=False)
            assert (known == other_known).all(), f"{name}: {rule} has no data elsewhere"
            assert (yes == (other_yes & other_known)).all(), f"{name}: {rule} holds elsewhere"


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--check", action="store_true")
    given = options.parse_args()

    table = workload.table(given.rows)
    engine = foretell.Engine.from_toml(workload.config())
    columns = {name: table[name].to_numpy() for name in workload.METRICS}
    frame, connection = pl.from_arrow(table), others.duckdb_ready(table)
    jobs = {
        "foretell": lambda: engine.score(table, as_of=DAY),
        "NumPy": lambda: others.by_numpy(columns),
        "Polars": lambda: others.by_polars(frame),
        "DuckDB": lambda: others.by_duckdb(connection),
    }
    results = {name: job() for name, job in jobs.items()}
    agree(*results.values())
    del results
    times = {name: [] for name in jobs}
    for _ in range(given.rounds):
        for name, job in jobs.items():
            start = time.process_time()
            job()
            times[name].append(time.process_time() - start)
    medians = {name: statistics.median(it) for name, it in times.items()}
    print(f"{given.rows:,} subscriptions, {len(workload.METRICS)} metrics, {len(workload.RULES)} rules")
    for name, it in medians.items():
        print(f"{name:10} {it * 1e9 / given.rows:8.0f} ns a row  {it / medians['foretell']:6.2f} x")
    slow = [it for it in jobs if it != "foretell" and medians[it] < FLOOR * medians["foretell"]]
    if given.check and slow:
        sys.exit(f"less than {FLOOR} times faster than {', '.join(slow)}")


if __name__ == "__main__":
    main()
