"""A config to begin with, for the columns of a table."""

from __future__ import annotations

import datetime
import decimal
import json
import math
import re
import statistics
from typing import Any, Optional

from ._errors import InputError

# Of how many rows the columns are judged.
LOOKED_AT = 10_000
# The most texts of a column that is taken for a category.
CATEGORIES = 20
NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
# Words that say that less is better.
WORSE = re.compile(r"day|late|open|case|ticket|error|breach|churn|debt|overdue|since|recency|complaint|incident")
OURS = {"true", "false", "let", "if", "else", "in", "switch", "segment", "stage", "health"}


def starter(table: Any, name: str, ids: Optional[str] = None) -> str:
    """The text of a config whose metrics are the table's columns, with a score, bands and a rule to change."""
    columns = _columns(table)
    known = [ids] if ids else ["id", "subscription_id", "account_id", "company_id", "case_id"]
    metrics, factors, left = [], [], []
    for column, values in columns.items():
        there = [it for it in values if it is not None and it == it]
        if column in known:
            continue
        if not NAME.match(column) or column in OURS:
            left.append(f"# `{column}` is left out: a metric's name is small letters, digits and `_`.")
        elif there and all(isinstance(it, bool) for it in there):
            metrics.append(f'[[metrics]]\nname = "{column}"\ntype = "flag"')
        elif there and all(isinstance(it, (int, float, decimal.Decimal)) for it in there):
            numbers = [float(it) for it in there]
            if not all(map(math.isfinite, numbers)):
                left.append(f"# `{column}` is left out: it has an infinity.")
                continue
            better = "lower" if WORSE.search(column) else "higher"
            metrics.append(f'[[metrics]]\nname = "{column}"\nbetter = "{better}"')
            low, high = _spread(numbers)
            if low < high and math.isfinite(high - low):
                worst, best = (high, low) if better == "lower" else (low, high)
                factors.append(f'    {{ metric = "{column}", weight = 1, points.linear = {{ worst = {worst!r}, best = {best!r} }} }},')
        elif there and all(isinstance(it, str) for it in there):
            text = f'[[metrics]]\nname = "{column}"\ntype = "text"'
            if len(set(there)) <= CATEGORIES:
                text += f"\nvalues = {_texts(sorted(set(there)))}"
            metrics.append(text)
        else:
            dates = any(isinstance(it, datetime.date) for it in there)
            why = "days since or until then would be a metric" if dates else "no metric can be made of it"
            left.append(f"# `{column}` is left out: {why}.")
    if not factors:
        raise InputError("a score needs a column of numbers that differ, and there is none")
    parts = [
        f"# A start for {name}. Worst and best are where the lowest and the highest tenth of the rows begin:\n"
        "# put your own judgement in their place, and weights that say what matters.",
        *left,
        *metrics,
        '[[scorecards]]\nname = "health"\n'
        'bands = [{ name = "red" }, { name = "yellow", from = 40 }, { name = "green", from = 70 }]\n'
        "factors = [\n" + "\n".join(factors) + "\n]",
        '[[rules]]\nname = "turned_red"\nwhen = \'health.band == "red"\'\nseverity = "warning"\n'
        "message = '${round(health)} points'",
    ]
    return "\n\n".join(parts) + "\n"


def _columns(table: Any) -> dict[str, list[Any]]:
    head = table.slice(0, LOOKED_AT)
    return dict(head.to_pydict() if hasattr(head, "to_pydict") else head.to_dict(as_series=False))


def _spread(values: list[float]) -> tuple[float, float]:
    """Where the lowest and the highest tenth begin, in few digits."""
    tenths = statistics.quantiles(values, n=10, method="inclusive") if len(values) > 1 else values * 9
    low, high = (float(f"{it:.3g}") for it in (tenths[0], tenths[-1]))
    return (low, high) if low < high else (min(values), max(values))


def _texts(texts: list[str]) -> str:
    """A list of texts in TOML, which is that of JSON but for one sign."""
    return json.dumps(texts, ensure_ascii=False).replace("\x7f", "\\u007f")
