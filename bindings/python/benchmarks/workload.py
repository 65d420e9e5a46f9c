"""The workload of `benches/peers` in Python: its numbers, its config, and the same job in Polars, NumPy and DuckDB.

Each of them takes an Arrow table of metrics, null where missing, and gives total, group scores, band and what each
rule says, as columns of its own kind.
"""

import json
import re
from pathlib import Path

import numpy as np
import pyarrow as pa

SPEC = json.loads(
    (Path(__file__).resolve().parents[3] / "benches" / "peers" / "workload.json").read_text("utf-8")
)
METRICS = [it["name"] for it in SPEC["metrics"]]
GROUPS = [it["name"] for it in SPEC["groups"]]
RULES = [it["id"] for it in SPEC["rules"]]


def draw(rows, column):
    """Output `64 * row + column` of SplitMix64, from 0 to below 1."""
    with np.errstate(over="ignore"):
        steps = np.arange(rows, dtype=np.uint64) * np.uint64(64) + np.uint64(column + 1)
        z = np.uint64(SPEC["seed"]) + steps * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return (z >> np.uint64(11)).astype(np.float64) * 0.5**53


def whole(rows, at):
    metric = SPEC["metrics"][at]
    health, u = draw(rows, 0), draw(rows, 1 + 2 * at)
    mixed = {"high": (health + u) * 0.5, "low": ((1.0 - health) + u) * 0.5, "none": u}[metric["good"]]
    p = mixed
    for _ in range(metric["power"] - 1):
        p = p * mixed
    if "of" in metric:
        return np.floor(p * (whole(rows, METRICS.index(metric["of"])) + 1.0))
    return metric["min"] + np.floor(p * (metric["steps"] + 1.0))


def table(rows):
    """The first subscriptions, with ids and with nulls for what is missing."""
    columns = {"id": pa.array(np.arange(rows, dtype=np.int64))}
    for at, metric in enumerate(SPEC["metrics"]):
        missing = draw(rows, 2 + 2 * at) < SPEC["missing_rate"]
        columns[metric["name"]] = pa.array(whole(rows, at) / metric["scale"], mask=missing)
    return pa.table(columns)


def config():
    """The workload as a config of foretell."""
    names = {"total": "health", "band": "health.band", **{it: f"health.{it}" for it in GROUPS}}
    lines = [f'[[metrics]]\nname = "{it}"' for it in METRICS]
    edges = [None] + [it.get("below") for it in SPEC["bands"]]
    bands = [
        f'{{ name = "{it["name"]}"' + ("" if edge is None else f", from = {edge}") + " }"
        for it, edge in zip(SPEC["bands"], edges)
    ]
    lines.append(f'[[scorecards]]\nname = "health"\nmin_coverage = 0\nbands = [{", ".join(bands)}]')
    for group in SPEC["groups"]:
        lines.append(f'[[scorecards.groups]]\nname = "{group["name"]}"\nweight = {group["weight"]}\nfactors = [')
        for it in group["factors"]:
            lines.append(f'{{ metric = "{it["metric"]}", weight = {it["weight"]}, points.piecewise = {it["points"]} }},')
        lines.append("]")
    for rule in SPEC["rules"]:
        when = re.sub(r"\b[a-z]\w*\b(?!\")", lambda it: names.get(it[0], it[0]), rule["when"])
        lines.append(f"[[rules]]\nname = \"{rule['id']}\"\nwhen = '{when}'")
    return "\n".join(lines)


def reads(rule):
    """The metrics without which a rule has no answer."""
    return [it for it in METRICS if re.search(rf"\b{it}\b", rule["when"])]
