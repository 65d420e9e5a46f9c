"""Whatever is handed over: an error of this package, which is the natural one too, or none."""

import datetime
import decimal
import fractions
import json
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from conftest import CONFIG, DAY, ROWS

import foretell


class Capsuleless:
    """Hands out what is no capsule."""

    def __arrow_c_stream__(self, requested_schema=None):
        return 3


class Wrong:
    """Hands out a capsule of another name."""

    def __arrow_c_stream__(self, requested_schema=None):
        return pa.schema([("a", pa.int64())]).__arrow_c_schema__()


class Raising:
    """Raises whatever is done with it."""

    def __init__(self, error):
        self.error = error

    def __arrow_c_stream__(self, requested_schema=None):
        raise self.error

    def __str__(self):
        raise self.error

    def keys(self):
        raise self.error

    def __getitem__(self, key):
        raise self.error


def deep(levels):
    it = []
    for _ in range(levels):
        it = [it]
    return it


HOSTILE = {
    "none": None,
    "a flag": True,
    "a number": 3,
    "below zero": -1,
    "a float": 1.5,
    "nan": float("nan"),
    "an infinity": float("inf"),
    "a whole number of 100 digits": 10**100,
    "a fraction": fractions.Fraction(1, 3),
    "a decimal": decimal.Decimal("1e999999"),
    "a complex number": 1j,
    "nothing in a text": "",
    "a text": "x",
    "half a character": "\ud800",
    "a null byte": "a\0b",
    "a long text": "x" * 10_000,
    "bytes": b"x",
    "not UTF-8": b"\xff",
    "an object": object(),
    "a class": dict,
    "a list": [1],
    "a nested list": deep(100),
    "a list of nothing": [None],
    "a dict": {"a": 1},
    "a dict of numbers": {1: 2},
    "a dict of half a character": {"\ud800": "\ud800"},
    "a dict with a dict": {"subscriptions": {"id": object()}},
    "a set": {1},
    "a generator": (it for it in [1]),
    "a day": datetime.date(2026, 3, 1),
    "the last day": datetime.date.max,
    "no time": pd.NaT,
    "missing": pd.NA,
    "a moment of numpy": np.datetime64("2026-03-01"),
    "an array": np.array([[1.0]]),
    "a series": pd.Series([1]),
    "a column": pa.array([1]),
    "a lazy frame": pl.LazyFrame({"a": [1]}),
    "a table of nothing": pa.table({}),
    "a table twice": pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["id", "id"]),
    "a table of lists": pa.table({"id": [[1]], "seats": [[1]]}),
    "no capsule": Capsuleless(),
    "another capsule": Wrong(),
    "raises a KeyError": Raising(KeyError("x")),
    "raises an ArrowInvalid": Raising(pa.ArrowInvalid("x")),
    "raises an OverflowError": Raising(OverflowError("x")),
    "a module": json,
    "a state": foretell.State(),
    "an engine": foretell.Engine.from_toml(CONFIG),
}

# Of the system, and where something is looked up: a path that is not there, a name that nothing has.
NATURAL = (ValueError, TypeError, LookupError, OSError)

ASSESSED = HOSTILE["an engine"].assess(pa.table(ROWS), as_of=DAY)
WHY = ASSESSED.explain("acme")
CHANGE = HOSTILE["an engine"].change(WHY, WHY)
SCORES = HOSTILE["an engine"].score(pa.table(ROWS), as_of=DAY)
ENGINE = HOSTILE["an engine"]
GOOD = pa.table(ROWS)

CALLS = {
    "State.from_json": lambda it: foretell.State.from_json(it),
    "Assessment.from_json": lambda it: foretell.Assessment.from_json(it, ENGINE),
    "Assessment.from_json of": lambda it: foretell.Assessment.from_json(ASSESSED.to_json(), it),
    "Explanation.from_json": lambda it: foretell.Explanation.from_json(it),
    "Change.from_json": lambda it: foretell.Change.from_json(it),
    "Engine.from_toml": lambda it: foretell.Engine.from_toml(it),
    "Book.from_json": lambda it: foretell.Book.from_json(it),
    "Book.from_tables": lambda it: foretell.Book.from_tables(accounts=it),
    "Book.from_tables of one": lambda it: foretell.Book.from_tables(accounts=[{"id": "a", "x": it}]),
    "Book.from_tables at rates": lambda it: foretell.Book.from_tables(rates=it),
    "score": lambda it: ENGINE.score(it, as_of=DAY),
    "score of a dict": lambda it: ENGINE.score({"subscription": it}, as_of=DAY),
    "score on": lambda it: ENGINE.score(GOOD, as_of=it),
    "score from": lambda it: ENGINE.score(GOOD, as_of=DAY, state=it),
    "score given": lambda it: ENGINE.score(GOOD, as_of=DAY, given=it),
    "score of kind": lambda it: ENGINE.score(GOOD, as_of=DAY, kind=it),
    "score of ids": lambda it: ENGINE.score(GOOD, as_of=DAY, subject=it),
    "score observed": lambda it: ENGINE.score(GOOD, as_of=DAY, observed=it),
    "assess": lambda it: ENGINE.assess(it, as_of=DAY),
    "assess on": lambda it: ENGINE.assess(GOOD, as_of=it),
    "assess from": lambda it: ENGINE.assess(GOOD, as_of=DAY, state=it),
    "assess quietly": lambda it: ENGINE.assess(GOOD, as_of=DAY, suppressions=it),
    "assess reports": lambda it: ENGINE.assess(GOOD, as_of=DAY, reports=it),
    "assess at work": lambda it: ENGINE.assess(GOOD, as_of=DAY, work_calendar=it),
    "explain": lambda it: ENGINE.explain(it, as_of=DAY),
    "explain a row": lambda it: ENGINE.explain({"seats": it, "id": it}, as_of=DAY),
    "explain a subject": lambda it: ENGINE.explain(ASSESSED, it),
    "explain by": lambda it: ENGINE.explain(ASSESSED, "acme", scorecard=it),
    "change": lambda it: ENGINE.change(it, WHY),
    "replay": lambda it: ENGINE.replay(it),
    "replay a day": lambda it: ENGINE.replay([it]),
    "replay on": lambda it: ENGINE.replay([(it, GOOD)]),
    "replay a table": lambda it: ENGINE.replay([(DAY, it)]),
    "columns": lambda it: ENGINE.columns(it),
    "subjects": lambda it: ASSESSED.subjects(it),
    "scores": lambda it: ASSESSED.scores(it),
    "values": lambda it: ASSESSED.values(it),
    "factors": lambda it: ASSESSED.factors(it),
    "bands": lambda it: ASSESSED.bands(it),
    "score of a subject": lambda it: ASSESSED.score(it),
    "report": lambda it: ASSESSED.report(it),
    "strongest": lambda it: WHY.strongest(it),
    "table": lambda it: SCORES.table(it),
    "column": lambda it: SCORES.table().column(it),
    "Book.subjects": lambda it: foretell.Book.from_tables().subjects(it),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("hostile", HOSTILE)
def test_an_error_is_one_of_this_package_and_the_natural_one(call, hostile):
    try:
        CALLS[call](HOSTILE[hostile])
    except foretell.ForetellError as error:
        assert isinstance(error, NATURAL) and not isinstance(error, foretell.InternalError)
        # Short, whatever came.
        assert len(str(error)) < 5_000 and len(repr(error)) < 10_000
        assert str(pickle.loads(pickle.dumps(error))) == str(error)
    except Exception as error:
        # What an iterator of the host raises is the host's.
        assert call == "replay" and error is getattr(HOSTILE[hostile], "error", None), repr(error)


def test_what_is_of_another_type_says_what_was_wanted():
    for call, it, wanted in [
        ("State.from_json", 3, "expected a text, got `int`"),
        ("score from", {"as_of": DAY}, "expected a `foretell.State`, got `dict`"),
        ("values", "seats", "expected a list of names, got `str`"),
        ("score observed", [1], "expected a dict of names, got `list`"),
        ("report", "many", "expected a whole number from 0, got `str`"),
    ]:
        with pytest.raises(foretell.ArgumentError, match=wanted) as error:
            CALLS[call](it)
        assert isinstance(error.value, TypeError) and isinstance(error.value, foretell.InputError)
    with pytest.raises(foretell.InputError, match="expected a whole number from 0: ") as error:
        ASSESSED.report(-1)
    assert isinstance(error.value.__cause__, OverflowError) and not isinstance(error.value, OverflowError)


def damaged(text):
    """A document with every part left out, and in the place of each something else."""
    yield from [text[:-1], text + "x", "[]", "null", "3", "", "{", text.replace(":", ";", 1)]

    def ways(it):
        if isinstance(it, dict):
            for key in it:
                yield {name: one for name, one in it.items() if name != key}
                for other in [None, -1, 1e300, "x", [], {}, [[]]]:
                    yield {**it, key: other}
                for inner in ways(it[key]):
                    yield {**it, key: inner}
        elif isinstance(it, list):
            for at, one in enumerate(it[:3]):
                for inner in ways(one):
                    yield [*it[:at], inner, *it[at + 1 :]]

    yield from map(json.dumps, ways(json.loads(text)))


@pytest.mark.parametrize("what", ["state", "explanation", "change"])
def test_a_damaged_document_is_refused_or_read(what):
    read, whole = {
        "state": (foretell.State.from_json, ASSESSED.state),
        "explanation": (foretell.Explanation.from_json, WHY),
        "change": (foretell.Change.from_json, CHANGE),
    }[what]
    refused = 0
    for text in damaged(whole.to_json()):
        try:
            it = read(text)
        except foretell.StateError as error:
            assert isinstance(error, ValueError)
            refused += 1
            continue
        # What is read can be shown, stored and used.
        repr(it), str(it), it.to_json(), it.to_dict()
        if what == "state":
            try:
                ENGINE.assess(GOOD, as_of="2026-03-05", state=it)
            except foretell.StateError:
                refused += 1
        else:
            it.report().html()
    assert refused > 20


def test_a_damaged_assessment_is_refused_or_read():
    refused = 0
    for text in damaged(ASSESSED.to_json()):
        try:
            it = foretell.Assessment.from_json(text, ENGINE)
        except foretell.StateError:
            refused += 1
            continue
        repr(it), it.to_dict(), it.scores().to_pylist(), it.events().to_pylist(), it.actions().to_pylist()
        it.report().html()
    assert refused > 20


def test_what_a_generator_of_the_host_raises_is_the_hosts():
    class Mine(KeyError):
        pass

    def history():
        yield DAY, GOOD
        raise Mine("no more")

    with pytest.raises(Mine):
        ENGINE.replay(history())

    def rows():
        yield {"id": "a"}
        raise Mine("no more")

    with pytest.raises(Mine):
        foretell.Book.from_tables(accounts=rows())


def test_a_config_that_is_not_a_text_is_a_config_error(tmp_path):
    (tmp_path / "latin.toml").write_bytes(b'name = "Sh\xf6p"\n')
    with pytest.raises(foretell.ConfigError, match="the config is not UTF-8") as error:
        foretell.Engine.from_toml(tmp_path / "latin.toml")
    assert isinstance(error.value, ValueError)
    with pytest.raises(FileNotFoundError):
        foretell.Engine.from_toml(tmp_path / "none.toml")


def test_a_file_that_cannot_be_read_is_an_error_of_this_package_and_of_the_system(tmp_path):
    for read in [foretell.Engine.from_toml, foretell.Book.from_json]:
        for path, natural in [(tmp_path / "none.toml", FileNotFoundError), (tmp_path, OSError)]:
            with pytest.raises(foretell.FileError) as error:
                read(path)
            assert isinstance(error.value, natural)
            assert error.value.filename == str(path) and str(path) in str(error.value)
            assert str(pickle.loads(pickle.dumps(error.value))) == str(error.value)


def test_what_is_printed_of_an_error_is_short_however_many_faults_it_has():
    rows = [{"id": f"s{it}", "account_id": "a", "start": "x"} for it in range(2_000)]
    with pytest.raises(foretell.RecordError) as error:
        foretell.Book.from_tables(accounts=[{"id": "a"}], subscriptions=rows)
    assert len(error.value.faults) == 2_000
    assert max(len(str(error.value)), len(repr(error.value))) < 8_000
