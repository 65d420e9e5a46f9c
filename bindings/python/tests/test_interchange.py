"""Tables of others come in and go out. Numbers are copied once, on the way into the columns of the library."""

import gc

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from conftest import DAY, ROWS

import foretell

TABLE = pa.table(ROWS)
SCORES = [pytest.approx(38), None, 100.0]


def through_duckdb():
    given = TABLE  # noqa: F841
    return duckdb.sql("select * from given")


GIVEN = {
    "pyarrow table": lambda: TABLE,
    "pyarrow reader": lambda: TABLE.to_reader(),
    "pyarrow batch": lambda: TABLE.to_batches()[0],
    "polars frame": lambda: pl.DataFrame(ROWS),
    "polars lazy frame": lambda: pl.LazyFrame(ROWS).collect(),
    "polars categories": lambda: pl.DataFrame(ROWS).with_columns(pl.col("plan").cast(pl.Categorical)),
    "pandas frame": lambda: pd.DataFrame(ROWS),
    "pandas categories": lambda: pd.DataFrame(ROWS).astype({"plan": "category"}),
    "pandas with an index": lambda: pd.DataFrame(ROWS).set_index("id", drop=False).rename_axis("row"),
    "pandas of arrow": lambda: TABLE.to_pandas(types_mapper=pd.ArrowDtype),
    "duckdb relation": through_duckdb,
}


@pytest.mark.parametrize("name", GIVEN)
def test_any_table_that_speaks_arrow_is_scored(engine, name):
    wanted = engine.score(TABLE, as_of=DAY).table().to_pylist()
    assert engine.score(GIVEN[name](), as_of=DAY).table().to_pylist() == wanted
    assert len(engine.assess(GIVEN[name](), as_of=DAY)) == 3


def test_a_lazy_frame_is_to_be_collected(engine):
    lazy = pl.LazyFrame(ROWS)
    if hasattr(lazy, "__arrow_c_stream__"):
        assert len(engine.score(lazy, as_of=DAY)) == 3
    else:
        with pytest.raises(foretell.InputError, match=r"call its `collect\(\)` first"):
            engine.score(lazy, as_of=DAY)


def test_results_open_anywhere(engine):
    scores = engine.score(TABLE, as_of=DAY)
    assessment = engine.assess(TABLE, as_of=DAY)
    wanted = scores.table().to_pylist()
    assert pa.table(scores).to_pylist() == wanted
    assert pl.DataFrame(scores)["health"].to_list() == SCORES
    assert pl.DataFrame(assessment)["health.band"].to_list() == ["red", None, "green"]
    assert pa.schema(scores).names == scores.table().column_names
    assert pa.schema(assessment).names == assessment.scores().column_names
    got = pa.table(scores)  # noqa: F841
    assert duckdb.sql("select count(*) from got where \"health.band\" = 'red'").fetchall() == [(1,)]
    assert duckdb.sql("select sum(health) from scores").fetchall() == [(pytest.approx(138),)]
    for it in [scores.table(), assessment.scores(), assessment.events(), assessment.factors()]:
        rows = it.to_pylist()
        assert it.to_pyarrow().to_pylist() == rows
        assert it.to_polars().to_dicts() == rows
        assert list(it.to_pandas().columns) == it.column_names
        # What comes out may come in.
        assert pa.table(pl.DataFrame(it)).num_rows == it.num_rows


def test_what_comes_out_may_go_in(engine):
    first = engine.score(TABLE, as_of=DAY)
    second = foretell.Engine.from_toml("""
        metrics = [{ name = "health" }]
        [[rules]]
        name = "low"
        when = "health < 50"
    """)
    assert second.score(first, as_of=DAY).table().column("rules.low") == [True, None, False]


def test_what_was_lent_is_given_back(engine):
    """Columns keep the batch that they came in for as long as they are there, and no longer."""
    gc.collect()
    before = pa.total_allocated_bytes()
    table = pa.table({"id": pa.array(range(50_000)), "seats": pa.array(range(50_000)), "unread": [["x"]] * 50_000})
    structs = table.to_batches()[0].to_struct_array()
    scores = engine.score(table, as_of=DAY, strict=False)
    held = pa.total_allocated_bytes()
    for make in [lambda: table, lambda: structs, lambda: structs[10:], lambda: table.to_reader(max_chunksize=999)] * 3:
        engine.score(make(), as_of=DAY, strict=False)
        engine.assess(make(), as_of=DAY, strict=False)
        gc.collect()
        assert pa.total_allocated_bytes() == held
    del table, structs, make
    gc.collect()
    # The ids are those of the table.
    assert before < pa.total_allocated_bytes() <= held and pa.table(scores)["id"][49_999].as_py() == 49_999
    del scores
    gc.collect()
    assert pa.total_allocated_bytes() == before
