"""A config to begin with, for the columns of a table: what is in it is a guess, and says so."""

from __future__ import annotations

import datetime
import decimal
import json
import math
import re
import statistics
from dataclasses import dataclass, field
from typing import Any, Optional

from . import _names
from ._errors import ConfigError, InputError
from ._foretell import Engine

# Of how many rows the columns are judged.
LOOKED_AT = 10_000
# The most texts of a column that is taken for a category.
CATEGORIES = 20
# So many rows say whether a column is another in each.
ENOUGH = 20
DATE = re.compile(r"\s*(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})([T ].*)?\s*\Z")


@dataclass
class Draft:
    """What was found in a table."""

    text: str
    """The config."""
    ids: Optional[str]
    """The column that tells rows apart, where one seems to."""


@dataclass
class _Column:
    heading: str
    name: str
    there: list[Any]
    rows: int
    metric: list[str] = field(default_factory=list)
    remark: str = ""
    """Why it has no part in the score."""
    points: str = ""
    guess: str = ""
    ends: tuple[str, str] = ("", "")
    """The worst and the best value as a test gives them."""
    middle: Optional[str] = None

    @property
    def distinct(self) -> int:
        try:
            return len(set(self.there))
        except TypeError:
            # Lists and the like.
            return len(self.there)

    @property
    def is_apart(self) -> bool:
        """Whether it says something else in each row."""
        return len(self.there) == self.rows > 0 and self.distinct == self.rows


def starter(table: Any, name: str, ids: Optional[str] = None) -> Draft:
    """A config whose metrics are the table's columns, with a score, bands, a rule and tests, all to be changed."""
    head = table.slice(0, LOOKED_AT)
    columns = dict(head.to_pydict() if hasattr(head, "to_pydict") else head.to_dict(as_series=False))
    refused: dict[str, str] = {}
    while True:
        draft, kept = _draft(columns, name, ids, refused)
        try:
            Engine.from_toml(draft.text)
        except ConfigError as error:
            # A name that means something else in a config.
            places = [re.match(r"metrics\[(\d+)\]", it.path) for it in error.faults]
            bad = {kept[int(it[1])]: fault.message for it, fault in zip(places, error.faults) if it}
            if not bad:
                raise
            refused.update(bad)
        else:
            return draft


def _draft(columns: dict[str, list[Any]], name: str, ids: Optional[str], refused: dict[str, str]) -> tuple[Draft, list[str]]:
    left, used = [], []
    apart: dict[str, bool] = {}
    taken: dict[str, str] = {}
    for heading, values in columns.items():
        there = [it for it in values if it is not None and it == it]
        it = _Column(heading, _names.metric_name(heading), there, len(values))
        why = "it is the column of ids" if heading == ids else refused.get(heading) or _useless(it, apart)
        if not why and it.name in taken:
            why = f"its name is read as that of `{taken[it.name]}`"
        why = why or _read(it)
        if why:
            left.append(f"# {_shown(heading)} is left out: {why}.")
        else:
            taken[it.name] = heading
            used.append(it)
    _twins(used)
    factors = [it for it in used if it.points]
    if not factors:
        raise InputError("a score needs a column of numbers that differ, and there is none")
    found = ids or _names.ids_of(apart)
    told = [
        f"# A start for {_line(name)}, made of its columns alone. What is better, worse and how much is guessed from names; worst and\n"
        "# best are about where the lowest and the highest tenth of the rows begin. Put your own judgement in their place.\n"
        "# Where it is known who left, weights can be learned instead."
    ]
    if found and found not in ("id", "subscription_id"):
        told.append(f"# {_shown(found)} seems to tell the rows apart: say `--id {_line(found)}`.")
    parts = ["\n".join([*told, *(["#", *left] if left else [])])]
    parts += ["\n".join(["[[metrics]]", f'name = "{it.name}"', *it.metric, *([f"# {it.remark}"] if it.remark else [])]) for it in used]
    parts += [_card(factors), RULE, *_tests(factors)]
    return Draft("\n\n".join(parts) + "\n", found), [it.heading for it in used]


def _useless(it: _Column, apart: dict[str, bool]) -> Optional[str]:
    """Why a column is no metric at all."""
    distinct = it.distinct
    if it.name in _names.OURS or not it.name:
        return "its name is one that a config has already" if it.name else "its heading has no letter"
    if not it.there:
        return "it is empty"
    whole = all(isinstance(one, int) and not isinstance(one, bool) for one in it.there)
    texts = all(isinstance(one, str) for one in it.there)
    counts = whole and it.is_apart and len(it.there) >= 8 and {b - a for a, b in zip(it.there, it.there[1:])} == {1}
    numbered = whole and it.is_apart and len(it.there) >= ENOUGH and _names.numbers_rows(it.name)
    named = _names.is_id(it.name, it.is_apart or distinct > CATEGORIES) and (whole or texts)
    if named or counts or numbered:
        apart[it.heading] = it.is_apart
        return "it names rows or what they are of"
    if _names.is_outcome(it.name, distinct <= (5 if texts else 2)) or (texts and distinct <= 10 and _names.tells_outcome(it.there)):
        return "it looks like the outcome, which is not known before it happens"
    if distinct == 1:
        return f"it says the same everywhere, {_shown(str(it.there[0]))}"
    if texts and len(it.there) >= ENOUGH and distinct > 0.9 * len(it.there) and not DATE.match(it.there[0]):
        apart[it.heading] = it.is_apart
        return "it is another text in nearly every row"
    return None


def _read(it: _Column) -> Optional[str]:
    """Makes a metric of a column, and a factor where something says which way it goes; why not, where it cannot."""
    if it.heading != it.name:
        it.metric.append(f"label = {_quoted(_line(it.heading))}")
    if all(isinstance(one, bool) for one in it.there):
        it.metric.append('type = "flag"')
        better, word = _names.direction(it.name)
        if better:
            yes, no = (100, 0) if better == "higher" else (0, 100)
            it.points, it.guess = f"points.flag = {{ true = {yes}, false = {no} }}", f"{_better(better)}, as `{word}` says"
            it.ends = ("false", "true") if better == "higher" else ("true", "false")
        else:
            it.remark = "Not in the score: its name does not say whether it is good."
        return None
    if all(isinstance(one, (int, float, decimal.Decimal)) for one in it.there):
        return _read_numbers(it)
    if all(isinstance(one, str) for one in it.there):
        return _read_texts(it)
    if any(isinstance(one, datetime.date) for one in it.there):
        return "days since or until then would be a metric"
    return "no metric can be made of it"


def _read_numbers(it: _Column) -> Optional[str]:
    numbers = [float(one) for one in it.there]
    if not all(map(math.isfinite, numbers)):
        return "it has an infinity"
    whole = all(one == int(one) for one in numbers)
    if whole and (_are_days(numbers) or (_names.is_day(it.name) and (_are_moments(it.name, numbers) or "date" in it.name.split("_")))):
        return "it is a day or a moment written as a number; days since or until then would be a metric"
    values = sorted(set(numbers))
    better, word = _names.direction(it.name)
    if _names.is_who(it.name):
        it.remark = "Not in the score: it says who someone is, which is for segments."
        return None
    if whole and (len(values) == 2 and values != [0, 1] or len(values) <= CATEGORIES and _names.is_code(it.name)):
        it.remark = "Not in the score: its numbers look like codes."
        return None
    if values == [0, 1] and better is None:
        it.remark = "Not in the score: its name does not say whether it is good."
        return None
    low, high = _spread(numbers)
    if not (low < high and math.isfinite(high - low)):
        it.remark = "Not in the score: its numbers lie too far apart."
        return None
    it.metric.append(f'better = "{better or "higher"}" # a guess')
    worst, best = (high, low) if better == "lower" else (low, high)
    it.points = f"points.linear = {{ worst = {_number(worst)}, best = {_number(best)} }}"
    it.guess = f"{_better(better or 'higher')}, as `{word}` says" if better else "more is better; the name does not say"
    it.ends, it.middle = (_number(worst), _number(best)), _number(float(f"{low + (high - low) / 2:.6g}"))
    return None


def _read_texts(it: _Column) -> Optional[str]:
    dates = sum(bool(DATE.match(one)) for one in it.there)
    if dates > 0.9 * len(it.there):
        return "days since or until then would be a metric"
    it.metric.append('type = "text"')
    values = sorted(set(it.there))
    if len(values) > CATEGORIES:
        return None
    it.metric.append(f"values = {_quoted(values)}")
    points, why = ({}, "") if _names.is_who(it.name) else _names.scale(it.name, values)
    plain = [one for one in values if "'" not in one and one.isprintable()]
    if not points:
        it.remark = "Not in the score: nothing says which of its values are good."
    elif len(plain) == len(values):
        pairs = ", ".join(f"{_quoted(one)} = {_number(round(points[one], 1))}" for one in sorted(values, key=lambda one: points[one]))
        it.points, it.guess = f"points.map = {{ {pairs} }}", why
        ends = min(values, key=lambda one: points[one]), max(values, key=lambda one: points[one])
        it.ends = (_quoted(f"'{ends[0]}'"), _quoted(f"'{ends[1]}'"))
    return None


def _twins(used: list[_Column]) -> None:
    """Takes out of the score what says the same as another column, so many times."""
    for at, it in enumerate(used):
        for other in used[:at]:
            if it.points and other.points and it.middle and other.middle and len(it.there) == len(other.there) >= 2:
                shares = {float(f"{float(a) / float(b):.6g}") for a, b in zip(it.there, other.there) if float(b)}
                zeros = all(not float(a) for a, b in zip(it.there, other.there) if not float(b))
                if len(shares) == 1 and zeros:
                    it.points, it.remark = "", f"Not in the score: it is `{other.name}` times {_number(shares.pop())}."
                    break


def _card(factors: list[_Column]) -> str:
    lines = [f'    {{ metric = "{it.name}", weight = 1, {it.points} }}, # a guess: {it.guess}' for it in factors]
    return (
        '[[scorecards]]\nname = "health"\n'
        'bands = [{ name = "red" }, { name = "yellow", from = 40 }, { name = "green", from = 70 }]\n'
        "factors = [\n" + "\n".join(lines) + "\n]"
    )


RULE = (
    '[[rules]]\nname = "turned_red"\nwhen = \'health.band == "red"\'\nseverity = "warning"\n'
    "message = '${round(health)} points'"
)


def _tests(factors: list[_Column]) -> list[str]:
    def test(name: str, given: list[tuple[str, str]], band: str, events: str) -> str:
        given_text = ", ".join(f"{name} = {it}" for name, it in given)
        return (
            f'[[tests]]\nname = "{name}"\ngiven = {{ {given_text} }}\nevents = {events}\n\n'
            f'[[tests.expect]]\nat = 0\nbands = {{ health = "{band}" }}'
        )

    out = [
        test("all at its best is green", [(it.name, it.ends[1]) for it in factors], "green", "[]"),
        test("all at its worst is red, and said", [(it.name, it.ends[0]) for it in factors], "red", '["turned_red fired at 0"]'),
    ]
    middle = [(it.name, it.middle) for it in factors if it.middle]
    if middle:
        out.append(test("half way is yellow", middle, "yellow", "[]"))
    return out


def _better(better: str) -> str:
    return "less is better" if better == "lower" else "more is better"


def _are_days(numbers: list[float]) -> bool:
    """Whether all are days written as 20260131."""

    def is_day(it: float) -> bool:
        try:
            return bool(19000101 <= it <= 21001231 and datetime.datetime.strptime(str(int(it)), "%Y%m%d"))
        except ValueError:
            return False

    return all(map(is_day, numbers))


def _are_moments(name: str, numbers: list[float]) -> bool:
    """Whether all are years, parts of a date, or seconds or milliseconds since 1970."""
    low, high = min(numbers), max(numbers)
    return 1900 <= low <= high <= 2200 or 1e8 <= low <= high <= 1e13 or (0 <= low and high <= 366 and "_" not in name)


def _spread(values: list[float]) -> tuple[float, float]:
    """Where the lowest and the highest tenth begin, in few digits; further out where most are one number."""
    cuts = statistics.quantiles(values, n=100, method="inclusive") if len(values) > 1 else values * 99
    for at in (9, 4, 0):
        low, high = (float(f"{it:.3g}") for it in (cuts[at], cuts[98 - at]))
        if low < high:
            return low, high
    return min(values), max(values)


def _number(it: float) -> str:
    return str(int(it)) if it == int(it) and abs(it) < 1e15 else repr(float(it))


def _quoted(it: Any) -> str:
    """A text or a list of texts in TOML, which is that of JSON but for one sign."""
    return json.dumps(it, ensure_ascii=False).replace("\x7f", "\\u007f")


def _line(text: str) -> str:
    """A text on one line, and not a long one."""
    plain = "".join(it if it.isprintable() else " " for it in text)
    return plain if len(plain) <= 60 else plain[:60] + "\u2026"


def _shown(text: str) -> str:
    return f"`{_line(text)}`"
