"""What may stand in a column: numbers, texts, ids and days in whatever type they come."""

import datetime
import decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from conftest import DAY, ROWS, faults, table

import foretell


MEANT = {
    "whole numbers": pa.array([100, 50, 10], pa.uint8()),
    "floats of 16 bits": pa.array([100.0, 50.0, 10.0], pa.float32()).cast(pa.float16()),
    "decimals": pa.array([decimal.Decimal("100.00"), decimal.Decimal("50"), decimal.Decimal("10")]),
    "a dictionary": pa.array([100.0, 50.0, 10.0]).dictionary_encode(),
}


@pytest.mark.parametrize("name", MEANT)
def test_a_number_of_any_type_is_a_number(engine, name):
    got = engine.score(table(seats=MEANT[name]), as_of=DAY)
    assert got.table().to_pylist() == engine.score(pa.table(ROWS), as_of=DAY).table().to_pylist()


def test_missing_is_null_or_nan(engine):
    for nothing in [None, float("nan")]:
        got = engine.assess(table(days_since_login=[nothing, 2.0, 1.0]), as_of=DAY)
        assert got.score("acme")["coverage"] == pytest.approx(0.6)
        assert got.values(["days_since_login"]).column("days_since_login") == [None, 2.0, 1.0]
    empty = table(plan=pa.nulls(3), is_trial=pa.nulls(3), seats=pa.nulls(3))
    assert engine.score(empty, as_of=DAY).table().column("health.coverage") == [0.4, 0.4, 0.0]


def test_texts_of_any_type_are_categories(engine):
    wanted = engine.score(pa.table(ROWS), as_of=DAY).table().to_pylist()
    plan = pa.array(ROWS["plan"])
    views = [plan.cast(it) for it in [pa.large_string(), pa.string_view()]]
    for it in [*views, plan.dictionary_encode(), pa.DictionaryArray.from_arrays(pa.array([0, 1, None], pa.int8()), pa.array(["pro", "free", "unused"]))]:
        assert engine.score(table(plan=it), as_of=DAY).table().to_pylist() == wanted


def test_ids_are_texts_numbers_or_the_numbers_of_rows(engine):
    for ids, name in [([7, -1, 2**63 - 1], "id"), (["ä", "b", "c"], "id"), (["x", "y", "z"], "key")]:
        data = pa.table({name: ids, **{key: it for key, it in ROWS.items() if key != "id"}})
        got = engine.assess(data, as_of=DAY, subject=name)
        assert got.scores().column(name) == got.subjects() == [str(it) for it in ids]
    got = engine.score(pa.table(ROWS).drop_columns(["id"]), as_of=DAY)
    assert got.table().column("subscription_id") == [0, 1, 2]
    renamed = pa.table(ROWS).rename_columns({"id": "subscription_id"})
    assert engine.score(renamed, as_of=DAY).table().column("subscription_id") == ROWS["id"]
    with pytest.raises(foretell.InputError, match="there is no column `key` of ids"):
        engine.score(renamed, as_of=DAY, subject="key")


IDS = {
    "numbers that rise": pa.array([1, 5, 7]),
    "numbers in no order": pa.array([5, 1, 7], pa.uint8()),
    "numbers of 64 bits without a sign": pa.array([1, 2, 2**64 - 1], pa.uint64()),
    "texts that rise": pa.array(["a", "aa", "b"]),
    "texts in no order": pa.array(["b", "a", "ab"], pa.large_string()),
    "views": pa.array(["b", "a", "ab"], pa.string_view()),
    "a dictionary": pa.array(["b", "a", "ab"]).dictionary_encode(),
    "decimals without places": pa.array([decimal.Decimal(2**70), decimal.Decimal(1), decimal.Decimal(3)], pa.decimal128(38, 0)),
}


@pytest.mark.parametrize("name", IDS)
def test_scores_have_the_ids_as_they_came(engine, name):
    whole = table(id=IDS[name])
    for it in [whole, pa.concat_tables([whole.slice(0, 1), whole.slice(1)])]:
        got = pa.table(engine.score(it, as_of=DAY))
        assert got["id"].to_pylist() == IDS[name].to_pylist()
        assert got["id"].type == IDS[name].type
        assert engine.score(it, as_of=DAY).table().column("id") == IDS[name].to_pylist()
        # With a past they are told apart.
        state = engine.assess(it, as_of="2026-02-01").state
        assert pa.table(engine.score(it, as_of=DAY, state=state)).equals(got)
    doubled = pa.concat_tables([whole, whole.slice(2)])
    assert faults(engine, doubled)[0][0] == "duplicate"


def test_nothing_in_is_nothing_out(engine):
    empty = pa.table(ROWS).slice(0, 0)
    for it in [empty, empty.schema.empty_table(), pa.RecordBatchReader.from_batches(empty.schema, [])]:
        got = engine.score(it, as_of=DAY).table()
        assert (got.num_rows, "health" in got.column_names) == (0, True)
    assert len(engine.assess(pa.table({}), as_of=DAY, strict=False)) == 0


def test_chunks_are_one_table(engine):
    whole = pa.table(ROWS)
    chunked = pa.concat_tables([whole.slice(0, 1), whole.slice(1, 0), whole.slice(1, 2)])
    uneven = pa.table({
        name: pa.chunked_array([it.chunk(0)[:1], it.chunk(0)[1:]]) if at % 2 else it
        for at, (name, it) in enumerate(zip(whole.column_names, whole.columns))
    })
    wanted = engine.assess(whole, as_of=DAY).scores().to_pylist()
    for it in [chunked, uneven, whole.to_reader(max_chunksize=1), whole.to_batches()[0]]:
        assert engine.assess(it, as_of=DAY).scores().to_pylist() == wanted


DAYS = {
    "a moment": datetime.datetime(2026, 3, 1, 23, 59),
    "a moment of pandas": pd.Timestamp("2026-03-01T12:00"),
    "a day of NumPy": np.datetime64("2026-03-01"),
    "nanoseconds of NumPy": np.datetime64("2026-03-01T12:00", "ns"),
    "a text of a moment": "2026-03-01T00:00:00",
    "a text with space": " 2026-03-01\n",
}


@pytest.mark.parametrize("name", DAYS)
def test_a_day_is_said_in_many_ways(engine, name):
    assert engine.score(pa.table(ROWS), as_of=DAYS[name]).as_of == datetime.date(2026, 3, 1)


AGED = foretell.Engine.from_toml("""
    metrics = [{ name = "nps" }]
    [[scorecards]]
    name = "health"
    min_coverage = 0
    factors = [{ metric = "nps", max_age = "30d", points.linear = { worst = 0, best = 10 } }]
""")
UTC = datetime.timezone.utc
MINUS_5 = datetime.timezone(datetime.timedelta(hours=-5))
OBSERVED = {
    "a date": pa.array([datetime.date(2026, 2, 28)]),
    "a date of 64 bits": pa.array([datetime.date(2026, 2, 28)], pa.date64()),
    "a text": pa.array(["2026-02-28"]),
    "a timestamp without a zone stands as it is": pa.array([datetime.datetime(2026, 2, 28, 23, 59)]),
    "one with a zone has the day that it was there": pa.array([datetime.datetime(2026, 2, 28, 20, 0, tzinfo=MINUS_5)], pa.timestamp("us", "America/New_York")),
    "one with an offset too": pa.array([datetime.datetime(2026, 2, 28, 20, 0, tzinfo=MINUS_5)], pa.timestamp("ms", "-05:00")),
    "nanoseconds": pa.array([datetime.datetime(2026, 2, 28, tzinfo=UTC)], pa.timestamp("ns", "UTC")),
    "a dictionary": pa.array(["2026-02-28"]).dictionary_encode(),
}


def test_how_sure_a_score_is_can_be_read_and_the_best_band_is_withheld():
    engine = foretell.Engine.from_toml("""
        metrics = [{ name = "a" }, { name = "b" }]
        [[scorecards]]
        name = "health"
        bands = [{ name = "red" }, { name = "yellow", from = 40 }, { name = "green", from = 70 }]
        factors = [
            { metric = "a", points.linear = { worst = 0, best = 100 } },
            { metric = "b", points.linear = { worst = 0, best = 100 } },
        ]
        [[rules]]
        name = "unsure"
        when = "health.low < 40"
    """)
    data = pa.table({"id": ["known", "half"], "a": [80.0, 79.0], "b": [80.0, None]})
    rows = engine.score(data, as_of=DAY).table().to_pylist()
    assert [it["health.band"] for it in rows] == ["green", "yellow"]
    assert [it["rules.unsure"] for it in rows] == [False, True]
    assessment = engine.assess(data, as_of=DAY)
    assert [it["health.withheld"] for it in assessment.scores().to_pylist()] == [None, "green"]
    assert engine.explain(assessment, "half").withheld == "green"


@pytest.mark.parametrize("name", OBSERVED)
def test_a_day_of_observation_is_any_date(name):
    data = pa.table({"id": ["a"], "nps": [9.0], "seen": OBSERVED[name]})
    got = AGED.assess(data, as_of=DAY, observed={"nps": "seen"})
    assert got.explain("a").oldest_input == datetime.date(2026, 2, 28)
    old = AGED.assess(data, as_of="2026-06-01", observed={"nps": "seen"})
    assert old.explain("a").lines[0]["status"] == "stale"


@pytest.mark.parametrize(
    ("seen", "fault"),
    [
        ([1.5], ("wrong-type", "seen", "column `seen` holds Float64, days are dates or timestamps")),
        (["soon"], ("out-of-range", "seen[0]", "column `seen` has no day in row 0: expected a date such as `2026-03-01`, got `soon`")),
        (pa.array([2**62], pa.timestamp("s")), ("out-of-range", "seen[0]", "column `seen` has no day in row 0: it is beyond the calendar")),
        ([datetime.date(1, 1, 1)], ("out-of-range", "seen[0]", "column `seen` has no day in row 0: expected a date from 1900 to 2200, got `0001-01-01`")),
    ],
)
def test_what_is_no_day_is_refused(seen, fault):
    data = pa.table({"id": ["a"], "nps": [9.0], "seen": seen})
    assert faults(AGED, data, observed={"nps": "seen"}) == [fault]
