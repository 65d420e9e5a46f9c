"""Functions of Python in a config: columns in, a column out; what they raise is a failure of a subject."""

import decimal
import pickle
from typing import Optional

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import foretell

CONFIG = """
metrics = [{ name = "n" }, { name = "m", expr = "risk(n)" }]
[[scorecards]]
name = "health"
factors = [{ metric = "m", points.linear = { worst = 0, best = 10 } }]
[[rules]]
name = "high"
when = "n > 0 && risk(n) > 1"
message = "risk ${risk(n)}"
"""
DAY = "2026-03-01"
IDS = ["a", "b", "c", "d"]
DATA = {"n": [5.0, 0.5, None, 2.0]}
FAILED = "`risk` failed for the subscription `b`: ValueError: 0.5 is below 1"


def risk(n: list[float]) -> list[Optional[float]]:
    for it in n:
        if it < 1:
            raise ValueError(f"{it} is below 1")
    return list(n)


def table(**columns):
    return pa.table({"id": IDS, **DATA, **columns})


def engine(function, config=CONFIG, **rest):
    return foretell.Engine.from_toml(config, functions={"risk": function}, **rest)


def messages(faults):
    return [it.message for it in faults]


def test_a_function_is_called_on_every_path():
    it = engine(risk)
    out = it.assess(table(), as_of=DAY)
    assert messages(out.faults) == [FAILED]
    assert (out.faults[0].code, out.faults[0].path) == ("faulted", "functions.risk")
    assert out.values(["m"]).to_pyarrow()["m"].to_pylist() == [5.0, None, None, 2.0]
    fired = {it["subject"]: it["message"] for it in out.events().to_pylist()}
    assert fired == {"a": "risk 5", "d": "risk 2"}
    scores = it.score(table(), as_of=DAY, subject="id")
    assert scores.to_pyarrow()["health"].to_pylist() == [50.0, None, None, 20.0]
    assert messages(scores.faults) == [FAILED]
    assert it.explain({"n": 5.0}, as_of=DAY).score == 50.0
    assert it.explain({"n": 0.5}, as_of=DAY).score is None
    replay = it.replay([(DAY, table())])
    assert [fault.message for _, fault in replay.faults] == [FAILED]


def test_failures_beyond_one_piece_of_a_table_are_told_once():
    count = 20_000
    long = pa.table({"id": [f"s{it:05}" for it in range(count)], "n": [0.5] + [2.0] * (count - 2) + [0.25]})
    scores = engine(risk).score(long, as_of=DAY)
    assert sorted(messages(scores.faults)) == [
        "`risk` failed for the subscription `s00000`: ValueError: 0.5 is below 1",
        "`risk` failed for the subscription `s19999`: ValueError: 0.25 is below 1",
    ]
    assert scores.to_pyarrow()["health"].null_count == 2


def test_a_failure_is_raised_where_that_is_wanted():
    it = engine(risk, raise_failures=True)
    for call in (
        lambda: it.assess(table(), as_of=DAY),
        lambda: it.score(table(), as_of=DAY),
        lambda: it.explain({"n": 0.5}, as_of=DAY),
        lambda: it.replay([(DAY, table())]),
    ):
        with pytest.raises(foretell.FunctionError, match="0.5 is below 1") as raised:
            call()
        assert raised.value.faults[0].path == "functions.risk"
        assert isinstance(raised.value.__cause__, ValueError)
    # What nothing needs is not raised.
    guarded = CONFIG.replace("risk(n)", "if n >= 1 { risk(n) } else { 0 }")
    engine(risk, guarded, raise_failures=True).assess(table(), as_of=DAY)


def test_who_interrupts_is_not_a_failure():
    def interrupted(n: list[float]) -> list[float]:
        raise KeyboardInterrupt

    it = engine(interrupted)
    with pytest.raises(KeyboardInterrupt):
        it.assess(table(), as_of=DAY)
    with pytest.raises(KeyboardInterrupt):
        it.score(table(), as_of=DAY)


@pytest.mark.parametrize(
    ("gives", "why"),
    [
        (lambda n: [1.0], "it returned 1 values for 3 subjects"),
        (lambda n: 1.0, "it returned `float`, expected a list or an array"),
        (lambda n: None, "it returned `NoneType`, expected a list or an array"),
        (lambda n: "abc", "it returned `str`, expected a list or an array"),
        (lambda n: {"a": 1.0}, "it returned `dict`, expected a list or an array"),
        (lambda n: ["x"] * len(n), "it returned a text, and was registered to return a number"),
        (lambda n: [[1.0]] * len(n), "it returned `list` among its values"),
        (lambda n: [OSError("no line")] * len(n), "OSError: no line"),
        (lambda n, more: n, "TypeError: "),
    ],
)
def test_what_is_not_as_promised_is_said_plainly(gives, why):
    it = engine(foretell.Function(gives, takes=["number"], returns="number"))
    (fault,) = it.assess(table(), as_of=DAY).faults
    start = "`risk` failed for 3 subscriptions, `a`, `b` and `d`: "
    assert fault.message.startswith(start + why), fault.message


@pytest.mark.parametrize(
    "gives",
    [
        lambda n: tuple(n),
        lambda n: (it for it in n),
        lambda n: pa.array(n),
        lambda n: pa.chunked_array([n]),
        lambda n: [decimal.Decimal(str(it)) for it in n],
        lambda n: pytest.importorskip("numpy").array(n),
        lambda n: pytest.importorskip("pandas").Series(n),
        lambda n: pytest.importorskip("polars").Series(n),
        lambda n: list(pytest.importorskip("numpy").array(n)),
    ],
)
def test_a_column_may_be_of_any_library(gives):
    it = engine(foretell.Function(gives, takes=["number"], returns="number"))
    out = it.assess(table(), as_of=DAY)
    assert (out.values(["m"]).to_pyarrow()["m"].to_pylist(), out.faults) == ([5.0, 0.5, None, 2.0], [])


def test_arrays_of_arrow_come_in_where_that_is_wanted():
    def doubled(n):
        assert isinstance(n, pa.Array)
        return pc.multiply(n, 2.0)

    it = engine(foretell.Function(doubled, takes=["number"], returns="number", arrow=True))
    out = it.assess(table(), as_of=DAY)
    assert (out.values(["m"]).to_pyarrow()["m"].to_pylist(), out.faults) == ([10.0, 1.0, None, 4.0], [])


def test_flags_and_texts_go_both_ways():
    def risk(plan: list[str], trial: list[bool]) -> list[bool]:
        return [None if it == "?" else it == "pro" and not trial for it, trial in zip(plan, trial)]

    config = """
metrics = [{ name = "plan", type = "text" }, { name = "trial", type = "flag" }]
rules = [{ name = "high", when = "risk(plan, trial)" }]
"""
    data = pa.table({"id": IDS, "plan": ["pro", "pro", "?", "team"], "trial": [False, True, False, False]})
    scores = engine(risk, config).score(data, as_of=DAY)
    assert scores.to_pyarrow()["rules.high"].to_pylist() == [True, False, None, False]


def test_what_cannot_be_registered_is_said():
    for functions, error, text in [
        ({"risk": 5}, foretell.ArgumentError, "expected a function, got `int`"),
        ({"risk": lambda n: n}, foretell.ArgumentError, "`risk`: what it takes and gives is not known"),
        ({"risk": foretell.Function(risk, ["float"], "number")}, foretell.ArgumentError, "got `float`"),
        ({5: risk}, foretell.ArgumentError, "the name of a function"),
        ([risk], foretell.ArgumentError, "a dict of functions"),
        ({"abs": risk}, foretell.ConfigError, "there is a function `abs` already"),
        ({"risk": foretell.Function(risk, [], "number")}, foretell.ConfigError, "has no parameter"),
        ({}, foretell.ConfigError, "risk"),
    ]:
        with pytest.raises(error, match=text):
            foretell.Engine.from_toml(CONFIG, functions=functions)


def test_tests_of_a_config_call_the_functions():
    config = CONFIG + '[[tests]]\nname = "t"\ngiven = { n = 0.5 }\nexpect = [{ at = 0, values = { m = 2 } }]\n'
    report = engine(risk, config).run_tests()
    assert report.counts == (0, 1)
    assert "ValueError: 0.5 is below 1" in str(report)


def test_an_engine_with_functions_is_copied_with_them():
    it = engine(risk, raise_failures=True)
    copy = pickle.loads(pickle.dumps(it))
    assert copy == it and copy != engine(risk) and copy.hash == it.hash
    with pytest.raises(foretell.FunctionError):
        copy.assess(table(), as_of=DAY)
