"""Bad input: an error that names column and row, or the meaning that the README says. Never a panic."""

import datetime

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from conftest import DAY, ROWS, faults, table

import foretell

INF = float("inf")


# What is wrong, and what is said: code, path, message.
REFUSED = {
    "an infinity": (
        table(seats=[1.0, INF, 2.0]),
        ("not-finite", "seats[1]", "column `seats` has an infinity in row 1"),
    ),
    "a negative one, in the second chunk": (
        pa.concat_tables([pa.table(ROWS), table(id=["x", "y", "z"], seats=[1, 2, 3]).set_column(3, "seats", pa.array([1.0, 2.0, -INF]))], promote_options="permissive"),
        ("not-finite", "seats[5]", "column `seats` has an infinity in row 5"),
    ),
    "a text where a number is wanted": (
        table(seats=["a", "b", "c"]),
        ("wrong-type", "seats", "column `seats` holds Utf8, the metric is a number"),
    ),
    "a flag where a number is wanted": (
        table(seats=[True, False, None]),
        ("wrong-type", "seats", "column `seats` holds Boolean, the metric is a number"),
    ),
    "a number where a flag is wanted": (
        table(is_trial=[0, 1, None]),
        ("wrong-type", "is_trial", "column `is_trial` holds Int64, the metric is a flag"),
    ),
    "a number where a text is wanted": (
        table(plan=[1.5, 2.5, None]),
        ("wrong-type", "plan", "column `plan` holds Float64, the metric is a text"),
    ),
    "a date where a number is wanted": (
        table(days_since_login=[datetime.date(2026, 1, 1)] * 3),
        ("wrong-type", "days_since_login", "column `days_since_login` holds Date32, the metric is a number"),
    ),
    "a duration": (
        table(days_since_login=[datetime.timedelta(days=1)] * 3),
        ("wrong-type", "days_since_login", "column `days_since_login` holds Duration(µs), the metric is a number"),
    ),
    "a list": (
        table(seats=[[1], [2], None]),
        ("wrong-type", "seats", "column `seats` holds List(Int64), the metric is a number"),
    ),
    "a struct": (
        table(seats=[{"a": 1}, {"a": 2}, None]),
        ("wrong-type", "seats", 'column `seats` holds Struct("a": Int64), the metric is a number'),
    ),
    "a binary text": (
        table(plan=[b"a", b"b", None]),
        ("wrong-type", "plan", "column `plan` holds Binary, the metric is a text"),
    ),
    "a dictionary of lists": (
        table(seats=pa.DictionaryArray.from_arrays(pa.array([0, 0, 0]), pa.array([[1]]))),
        ("wrong-type", "seats", "column `seats` holds Dictionary(Int64, List(Int64)), the metric is a number"),
    ),
    "a subject twice": (
        table(id=["a", "b", "a"]),
        ("duplicate", "id", "the id `a` stands in rows 0 and 2"),
    ),
    "a number twice": (
        table(id=[7, 7, 8]),
        ("duplicate", "id", "the id `7` stands in rows 0 and 1"),
    ),
    "no id": (table(id=["a", None, "b"]), ("empty", "id[1]", "column `id` has no id in row 1")),
    "an empty id": (table(id=["a", "b", ""]), ("empty", "id[2]", "column `id` has no id in row 2")),
    "ids of no type for ids": (
        table(id=[1.0, 2.0, 3.0]),
        ("wrong-type", "id", "column `id` holds Float64, ids are texts or whole numbers"),
    ),
    "a column that is not there": (
        pa.table(ROWS).drop_columns(["plan"]),
        ("missing-key", "plan", "there is no column `plan`, which the config reads"),
    ),
    "a long id": (
        table(id=["a" * 70_000, "b", "c"]),
        ("limit", "id[0]", "column `id` has a text of 70000 bytes in row 0, at most 65536"),
    ),
    "a long category": (
        table(plan=["a", "b", "ä" * 40_000]),
        ("limit", "plan[2]", "column `plan` has a text of 80000 bytes in row 2, at most 65536"),
    ),
    "parents of no type for ids": (
        table(account_id=[1.5, 2.5, None]),
        ("wrong-type", "account_id", "column `account_id` holds Float64, ids are texts or whole numbers"),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_is_said_with_column_and_row(engine, name):
    data, fault = REFUSED[name]
    assert faults(engine, data) == [fault]


def test_everything_wrong_is_said_at_once(engine):
    bad = table(seats=["x", "y", "z"], days_since_login=[1.0, INF, 2.0], plan=[1, 2, 3])
    assert [it[1] for it in faults(engine, bad)] == ["days_since_login[1]", "seats", "plan"]


def test_two_columns_of_one_name_are_refused(engine):
    bad = pa.table([pa.array([1.0]), pa.array([2.0])], names=["seats", "seats"])
    assert faults(engine, bad, strict=False) == [
        ("duplicate", "seats", "two columns are called `seats`")
    ]


def test_a_name_nearby_is_suggested(engine):
    bad = pa.table(ROWS).rename_columns({"seats": "seat"})
    with pytest.raises(foretell.InputError) as error:
        engine.score(bad, as_of=DAY)
    assert error.value.faults[0].help == "did you mean `seat`?"
    out = engine.assess(bad, as_of=DAY, strict=False)
    note = {"kind": "subscription", "column": "seat", "near": "seats"}
    assert [it["NotRead"] for it in out.notes if "NotRead" in it] == [note]
    assert out.scores().column("health.coverage") == [0.4, 0.4, 0.0]


# Columns that nothing reads, some of which no Arrow of Rust can read.
UNREAD = {
    "lists": table(extra=[[1], None, []]),
    "bytes and infinities": table(blob=[b"", None, b"x"], wild=[INF, 1.0, 2.0]),
    "texts that are none": table(extra=pa.Array.from_buffers(pa.string(), 3, [None, pa.array([0, 1, 2, 3], pa.int32()).buffers()[1], pa.py_buffer(b"\xff\xfe\xfd")])),
    "nulls of Polars": pl.DataFrame(ROWS).with_columns(extra=pl.lit(None)),
    "lists of nulls of Polars": pl.DataFrame(ROWS).with_columns(extra=pl.Series([[None], [], None])),
    "structs of nulls of Polars": pl.DataFrame(ROWS).with_columns(extra=pl.Series([{"a": None}] * 3)),
    "numbers of 128 bits of Polars": pl.DataFrame(ROWS).with_columns(extra=pl.lit(1).cast(pl.Int128)),
}


@pytest.mark.parametrize("name", UNREAD)
def test_what_nothing_reads_may_hold_anything(engine, name):
    plain = engine.score(pa.table(ROWS), as_of=DAY)
    assert engine.score(UNREAD[name], as_of=DAY).table().to_pylist() == plain.table().to_pylist()
    note = {"kind": "subscription", "column": "extra", "near": None}
    out = engine.assess(UNREAD[name], as_of=DAY)
    assert [it["NotRead"] for it in out.notes if "NotRead" in it and it["NotRead"]["column"] == "extra"] == [note] * ("bytes" not in name)


def test_nulls_of_polars_are_missing(engine):
    nothing = pl.DataFrame(ROWS).with_columns(plan=pl.lit(None), seats=pl.lit(None))
    assert engine.score(nothing, as_of=DAY).table().column("health.coverage") == [0.4, 0.4, 0.0]
    book = foretell.Book.from_tables(accounts=pl.DataFrame({"id": ["a"], "name": [None]}))
    assert book.subjects("account") == ["a"]
    with pytest.raises(foretell.InputError, match="column `seats` cannot be read: its type `_pli128` is not known") as error:
        engine.score(pl.DataFrame(ROWS).with_columns(pl.col("seats").cast(pl.Int128)), as_of=DAY)
    assert error.value.faults[0].path == "seats"


def test_a_column_that_is_all_missing_is_of_any_type(engine):
    nothing = table(plan=[float("nan")] * 3, is_trial=[float("nan"), None, None], account_id=pa.nulls(3, pa.float64()))
    wanted = engine.score(table(plan=pa.nulls(3), is_trial=pa.nulls(3)), as_of=DAY).table().to_pylist()
    assert engine.score(nothing, as_of=DAY).table().to_pylist() == wanted
    # Where there is no row, the type is all there is to judge by.
    assert faults(engine, nothing.slice(0, 0))[0] == ("wrong-type", "plan", "column `plan` holds Float64, the metric is a text")


def broken(offsets, data, type=pa.string(), nulls=None):
    """Texts that are none, which only a producer that is wrong would hand out."""
    offsets = pa.array(offsets, pa.int32() if type == pa.string() else pa.int64()).buffers()[1]
    nulls = None if nulls is None else pa.array(nulls, pa.bool_()).buffers()[1]
    return pa.Array.from_buffers(type, 3, [nulls, offsets, pa.py_buffer(data)])


def broken_view(data):
    whole = pa.array(["a", "b", "x" * 20], pa.string_view())
    _, views, text = whole.buffers()
    return pa.Array.from_buffers(pa.string_view(), 3, [None, views, pa.py_buffer(data * len(text))])


BROKEN = {
    "no UTF-8": (broken([0, 2, 4, 6], b"\xff\xfea\xffbb"), "[0]", "has a text that is not UTF-8 in row 0"),
    "no UTF-8, later": (broken([0, 2, 4, 6], "aabb".encode() + b"\xff\xff"), "[2]", "has a text that is not UTF-8 in row 2"),
    "half a letter": (broken([0, 1, 2, 4], "ääa".encode()), "[0]", "has a text that is not UTF-8 in row 0"),
    "long offsets": (broken([0, 2, 4, 6], b"aa\xff\xffbb", pa.large_string()), "[1]", "has a text that is not UTF-8 in row 1"),
    "offsets that fall": (broken([4, 2, 0, 6], b"aabbcc"), "[0]", "has a text that ends before it begins in row 0"),
    "offsets below 0": (broken([0, 2, -4, 6], b"aabbcc"), "[1]", "has a text that ends before it begins in row 1"),
    "offsets below 0 and long": (broken([0, -2, 4, 6], b"aabbcc", pa.large_string()), "[0]", "has a text that ends before it begins in row 0"),
    "views": (broken_view(b"\xff"), "[2]", "has a text that is not UTF-8 in row 2"),
    "categories": (pa.DictionaryArray.from_arrays(pa.array([0, 1, 2]), broken([0, 2, 4, 6], b"\xff\xfea\xffbb")), "", "has categories that cannot be read"),
    "keys without a category": (pa.DictionaryArray.from_arrays(pa.array([0, 1, 9]), pa.array(["a", "b"]), safe=False), "", "has categories that cannot be read"),
}


@pytest.mark.parametrize("column", ["id", "plan"])
@pytest.mark.parametrize("name", BROKEN)
def test_texts_that_are_none_are_refused(engine, name, column):
    array, row, why = BROKEN[name]
    assert (it := faults(engine, table(**{column: array}))[0])[:2] == ("wrong-type", column + row)
    assert it[2].startswith(f"column `{column}` {why}")
    with pytest.raises(foretell.InputError, match=why):
        foretell.Book.from_tables(accounts=pa.table({"id": array}))
    if row:
        # Rows are counted from the first batch on.
        whole = table(**{column: array})
        first = table(id=["x", "y", "z"]).cast(whole.schema)
        assert faults(engine, pa.concat_tables([first, whole]))[0][1] == f"{column}[{int(row[1]) + 3}]"


def test_what_stands_under_a_null_means_nothing(engine):
    plan = broken([0, 3, 4, 6], b"pro\xffaa", nulls=[True, False, False])
    wanted = engine.score(table(plan=["pro", None, None]), as_of=DAY).table().to_pylist()
    assert engine.score(table(plan=plan), as_of=DAY).table().to_pylist() == wanted


def test_a_row_of_a_struct_array_is_a_row(engine):
    """Offsets of the table and of its columns, and of bits."""
    whole = pa.table(ROWS).to_batches()[0].to_struct_array()
    wanted = engine.score(pa.table(ROWS), as_of=DAY).table().to_pylist()
    for at in range(3):
        got = engine.score(whole[at:], as_of=DAY).table().to_pylist()
        assert got == wanted[at:]
    holes = pa.concat_arrays([pa.array([None], whole.type), whole])
    assert engine.score(holes[1:], as_of=DAY).table().to_pylist() == wanted
    with pytest.raises(foretell.InputError, match="a whole row is null"):
        engine.score(holes[:2], as_of=DAY)


def test_the_errors_of_pandas_are_ours(engine):
    mixed = pd.DataFrame(ROWS).assign(zz=[1, "a", None])
    doubled = pd.concat([pd.DataFrame(ROWS), pd.DataFrame(ROWS)[["seats"]]], axis=1)
    for data in [mixed, doubled]:
        with pytest.raises(foretell.InputError, match="`DataFrame` does not hand it out.*only the columns that are read") as error:
            engine.score(data, as_of=DAY)
        assert error.value.__cause__ is not None
    columns = ["id", *(it for it in engine.columns() if it in mixed)]
    assert len(engine.score(mixed[columns], as_of=DAY)) == 3


def test_a_dict_is_of_tables_by_kind(engine):
    rows = pa.table(ROWS)
    for data, why in [
        ({"subscription": rows, "subscriptions": rows}, "two tables of subscriptions"),
        (ROWS, "got a dict with `id`; make a table of columns first"),
        ({"id": pa.array(["a"]), "seats": pl.Series([1])}, "got a dict with `id`"),
    ]:
        with pytest.raises(foretell.InputError, match=why):
            engine.score(data, as_of=DAY)
    accounts = pa.table({"key": ["a1"], "x": [1.0]})
    both = {"subscription": rows.rename_columns({"id": "no"}), "account": accounts}
    out = engine.assess(both, as_of=DAY, subject={"subscriptions": "no", "account": "key"})
    assert (out.subjects(), out.subjects("account")) == (ROWS["id"], ["a1"])
    assert out.scores().column("no") == ROWS["id"]


def test_a_column_of_ids_is_not_called_as_a_result(engine):
    for name in ["health", "health.band", "rules.quiet_and_unused"]:
        with pytest.raises(foretell.InputError, match=f"the column of ids is called `{name}`, as one of the results is"):
            engine.assess(pa.table(ROWS).rename_columns({"id": name}), as_of=DAY, subject=name)
    healthy = pa.table(ROWS).rename_columns({"id": "healthy"})
    assert engine.score(healthy, as_of=DAY, subject="healthy").table().column("healthy") == ROWS["id"]


def test_days_of_observation_are_of_what_a_table_gives():
    both = foretell.Engine.from_toml("""
        metrics = [{ name = "nps" }, { name = "tickets", subject = "account" }]
        [[scorecards]]
        name = "health"
        min_coverage = 0
        factors = [{ metric = "nps", max_age = "30d", points.linear = { worst = 0, best = 10 } }]
    """)
    day = [datetime.date(2025, 1, 1)]
    tables = {
        "subscription": pa.table({"id": ["a"], "nps": [9.0], "seen": day}),
        "account": pa.table({"id": ["a1"], "tickets": [1.0], "seen": day}),
    }
    # Both share what is said.
    out = both.assess(tables, as_of=DAY, observed={"nps": "seen", "tickets": "seen"})
    assert out.explain("a").lines[0]["status"] == "stale"
    fault = "`npss`, whose days are given, is no metric of a"
    for data in [tables, tables["subscription"]]:
        with pytest.raises(foretell.InputError, match=fault) as error:
            both.score(data, as_of=DAY, observed={"npss": "seen"})
        assert (error.value.faults[0].code, error.value.faults[0].path) == ("unknown-name", "observed.npss")
    with pytest.raises(foretell.InputError, match="`observed` names columns of tables, and there is none"):
        both.score(foretell.Book.from_tables(accounts=[{"id": "a1"}]), as_of=DAY, observed={"nps": "seen"})


def test_texts_of_two_gigabytes_are_refused_or_passed_over(engine):
    # One long text, many times by offset alone: the array says 2 GiB and holds 1 MiB.
    big = pa.array(["x" * (1 << 20)], pa.large_string())
    runs = pa.DictionaryArray.from_arrays(pa.array([0] * 3, pa.int32()), big)
    assert faults(engine, table(plan=runs))[0][0] == "limit"
    view = pa.array(["x" * (1 << 20)] * 3, pa.string_view())
    assert faults(engine, table(plan=view))[0][1] == "plan[0]"
    assert engine.score(table(other=view), as_of=DAY).table().num_rows == 3


class Fake:
    """Something that hands out what it should not."""

    def __init__(self, it):
        self.it = it

    def __arrow_c_stream__(self, requested_schema=None):
        if isinstance(self.it, BaseException):
            raise self.it
        return self.it


def broken_reader():
    def batches():
        yield pa.record_batch({"id": ["a"]})
        raise RuntimeError("the disk is gone")

    return pa.RecordBatchReader.from_batches(pa.schema([("id", pa.string())]), batches())


def test_what_is_no_table_is_refused(engine):
    used = pa.table(ROWS).__arrow_c_stream__()
    engine.score(Fake(used), as_of=DAY)
    schema = pa.table(ROWS).schema.__arrow_c_schema__()
    row_of_null = pa.chunked_array([pa.array([{"id": "a"}, None])])
    for data, error, why in [
        (None, foretell.InputError, "expected a table that speaks Arrow, got `NoneType`"),
        ([1, 2], foretell.InputError, "got `list`"),
        ("table", foretell.InputError, "got `str`"),
        ({"subscription": 3}, foretell.InputError, "got `int`"),
        ({"customer": pa.table(ROWS)}, foretell.InputError, "`customer` is no kind of subject"),
        (Fake(used), foretell.InputError, "the table cannot be read"),
        (Fake(schema), ValueError, "incorrect name"),
        (Fake(3), TypeError, "capsule|Capsule"),
        (Fake(KeyError("gone")), foretell.InputError, "`Fake` does not hand it out: 'gone'"),
        (Fake(KeyboardInterrupt("stop")), KeyboardInterrupt, "stop"),
        (pa.chunked_array([[1, 2]]), foretell.InputError, "it is one column of Int64, not a table"),
        (row_of_null, foretell.InputError, "a whole row is null"),
        (pa.array([{"id": "a"}, None]), foretell.InputError, "a whole row is null"),
        (broken_reader(), foretell.InputError, "the disk is gone"),
    ]:
        with pytest.raises(error, match=why):
            engine.score(data, as_of=DAY, strict=False)
    structs = pa.array([{"id": "a", "seats": 1}])
    assert engine.score(structs, as_of=DAY, strict=False).table().column("id") == ["a"]


def test_bad_arguments_are_said(engine):
    good = pa.table(ROWS)
    for more, error, why in [
        ({"as_of": "soon"}, foretell.InputError, "expected a day such as `2026-03-01` or a moment, got `soon`"),
        ({"as_of": 3}, foretell.InputError, r"got `3` \(int\)"),
        ({"as_of": None}, foretell.InputError, "NoneType"),
        ({"as_of": datetime.time(1)}, foretell.InputError, "expected a day"),
        ({"as_of": pd.NaT}, foretell.InputError, r"expected a day such as `2026-03-01` or a moment, got `NaT` \(NaTType\)"),
        ({"as_of": np.datetime64("NaT")}, foretell.InputError, "got `NaT`"),
        ({"as_of": datetime.date(1, 1, 1)}, foretell.InputError, "expected a date from 1900 to 2200, got `0001-01-01`"),
        ({"as_of": "9999-12-31"}, foretell.InputError, "expected a date from 1900 to 2200, got `9999-12-31`"),
        ({"subject": 3}, foretell.InputError, "`subject` is the name of a column, or a dict of names by kind"),
        ({"subject": {"customer": "id"}}, foretell.InputError, "`customer` is no kind of subject"),
        ({"subject": "seats"}, foretell.InputError, "`seats` is a metric, so it cannot be the ids"),
        ({"kind": "customer"}, foretell.InputError, "`customer` is no kind of subject"),
        ({"suppressions": {"silenses": []}}, foretell.InputError, "silenses"),
        ({"suppressions": {"silences": [{"id": 1}]}}, foretell.InputError, "suppressions.silences"),
        ({"reports": [{"action": "x", "outcome": "maybe", "day": DAY}]}, foretell.InputError, "maybe"),
        ({"work_calendar": {"weekend": ["Moonday"]}}, foretell.InputError, r"work_calendar.weekend\[0\]"),
        ({"work_calendar": {"weekend": "sat"}}, foretell.InputError, r"work_calendar.weekend"),
        ({"work_calendar": {"weekend": ["mon-sun"]}}, foretell.InputError, "the calendar is never open"),
        ({"work_calendar": {"hours": {"mon": ["9-12", "11-17"]}}}, foretell.InputError, r"work_calendar.hours.mon\[1\]"),
        ({"observed": {"seats": "when"}}, foretell.InputError, "there is no column `when` of days"),
        ({"observed": {"seat": "id"}}, foretell.InputError, "`seat`, whose days are given, is no metric of a subscription"),
        ({"observed": {"seat": "id"}, "strict": False}, foretell.InputError, "did you mean `seats`?"),
        ({"state": {}}, TypeError, "State"),
    ]:
        with pytest.raises(error, match=why):
            engine.assess(good, **{"as_of": DAY, **more})
    deep = {}
    deep["silences"] = deep
    with pytest.raises(foretell.InputError, match="at most 32 levels"):
        engine.assess(good, as_of=DAY, suppressions=deep)


def test_no_panic_crosses_the_border(engine):
    """Everything odd at once, in every place: errors are those of Python or of this package."""
    odd = [
        None, 0, -1, 2**70, 1.5, float("nan"), "", "\ud800", "\0", b"\xff", [], {}, [[]], {"x": {}},
        object(), type, lambda: 0, datetime.date.max, datetime.datetime.min, pa.table({}), pa.nulls(2),
        pa.array([{}]), pa.table({"id": pa.nulls(2)}), pa.table({"id": ["a"], "seats": pa.array([None], pa.list_(pa.null()))}),
        foretell.State(), engine,
    ]  # fmt: skip
    calls = [
        lambda it: foretell.Engine.from_toml(it),
        lambda it: foretell.Engine._compile(it),
        lambda it: foretell.Book.from_json(it),
        lambda it: foretell.Book.from_tables(accounts=it, rates=it),
        lambda it: foretell.State.from_json(it),
        lambda it: foretell.Assessment.from_json(it, engine),
        lambda it: foretell.Assessment._restore(engine, it),
        lambda it: foretell.Explanation.from_json(it),
        lambda it: engine.score(it, as_of=DAY),
        lambda it: engine.score(pa.table(ROWS), as_of=it),
        lambda it: engine.score(pa.table(ROWS), as_of=DAY, subject=it, kind=it),
        lambda it: engine.assess(it, as_of=DAY, strict=False),
        lambda it: engine.assess(pa.table(ROWS), as_of=DAY, suppressions=it),
        lambda it: engine.assess(pa.table(ROWS), as_of=DAY, reports=it),
        lambda it: engine.assess(pa.table(ROWS), as_of=DAY, work_calendar=it, observed=it),
        lambda it: engine.explain(it, as_of=DAY),
        lambda it: engine.explain({"seats": it}, as_of=DAY),
        lambda it: engine.explain({it: 1}, as_of=it),
        lambda it: engine.replay(it),
        lambda it: engine.replay([(it, it)]),
        lambda it: engine.change(it, it),
        lambda it: engine.columns(it),
    ]
    raised = 0
    for call in calls:
        for it in odd:
            try:
                call(it)
            except Exception:  # noqa: BLE001
                # A panic would be a BaseException, and pass.
                raised += 1
    assert raised > len(odd) * 15


def test_hours_are_those_of_a_calendar():
    """Business hours from 8 to 18: an evening and a morning, a weekend between; the host keeps the holidays."""
    engine = foretell.Engine.from_toml(
        """
        subject = "case"
        [[calendars]]
        name = "support"
        hours = "08:00-18:00"
        [[metrics]]
        name = "hours"
        attribute = "hours_to_first_response"
        calendar = "support"
        """
    )
    book = foretell.Book.from_tables(
        accounts=[{"id": "a"}],
        cases=[
            {"id": "mon", "account_id": "a", "opened": "2026-01-12T17:00:00", "first_response": "2026-01-13T10:30:00"},
            {"id": "fri", "account_id": "a", "opened": "2026-01-09T17:00:00", "first_response": "2026-01-12T09:00:00"},
        ],
    )

    def hours(**more):
        values = engine.assess(book, as_of="2026-01-14", **more).values(["hours"], kind="case").to_pylist()
        return {it["case_id"]: it["hours"] for it in values}

    assert hours() == {"mon": 3.5, "fri": 2.0}
    host = {"name": "support", "hours": "08:00-18:00", "holidays": [datetime.date(2026, 1, 13)]}
    assert hours(work_calendar=host) == {"mon": 1.0, "fri": 2.0}
