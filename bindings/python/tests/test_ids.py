"""Numbers of rows are no ids; what is likely to be one is named."""

import datetime

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from conftest import DAY, ROWS

import foretell
from foretell.__main__ import main

NAMELESS = pa.table(ROWS).drop_columns(["id"])
LATER = datetime.date.fromisoformat(DAY) + datetime.timedelta(days=1)


def named(name):
    return NAMELESS.append_column(name, pa.array(["x", "y", "z"]))


def state(engine):
    return engine.assess(pa.table(ROWS), as_of=DAY).state


NEEDED = {
    "assess": lambda it, data: it.assess(data, as_of=DAY),
    "assess with a state": lambda it, data: it.assess(data, as_of=LATER, state=state(it)),
    "score with a state": lambda it, data: it.score(data, as_of=LATER, state=state(it)),
    "replay": lambda it, data: it.replay([(DAY, data)]),
    "silences": lambda it, data: it.assess(data, as_of=DAY, suppressions={"silences": []}),
    "beside a book": lambda it, data: it.score(
        foretell.Book.from_tables(subscriptions=[{"id": "x"}]), as_of=DAY, given=data
    ),
    "of accounts with subscriptions": lambda it, data: it.score(
        {"account": data, "subscription": pa.table(ROWS)}, as_of=DAY, strict=False
    ),
}


@pytest.mark.parametrize("how", NEEDED)
@pytest.mark.parametrize("name", ["customerID", "account", "Customer Id", "CUST_NO", "userUuid", "Kunde"])
def test_likely_columns_are_named_where_ids_are_needed(engine, how, name):
    for data in [named(name), named(name).to_pandas(), pl.from_arrow(named(name))]:
        with pytest.raises(foretell.InputError) as error:
            NEEDED[how](engine, data)
        (fault,) = error.value.faults
        assert fault.code == "missing-key"
        assert "the numbers of its rows are no ids" in fault.message
        assert f"`{name}`" in fault.help and "`subject`" in fault.help


def test_a_table_without_ids_is_scored(engine):
    wanted = engine.score(pa.table(ROWS), as_of=DAY).table().column("health")
    for data in [NAMELESS, named("customerID"), pd.DataFrame(NAMELESS.to_pydict())]:
        assert engine.score(data, as_of=DAY).table().column("health") == wanted
        assert engine.score(data, as_of=DAY, state=foretell.State()).table().column("health") == wanted
    assert len(engine.assess(named("customerID"), as_of=DAY, subject="customerID")) == 3


def test_a_stream_that_is_read_has_names_left(engine):
    with pytest.raises(foretell.InputError, match="`customerID`"):
        engine.assess(named("customerID").to_reader(), as_of=DAY)


def test_a_row_is_explained_with_a_state_only_by_its_id(engine):
    row = {name: values[0] for name, values in ROWS.items()}
    nameless = {name: it for name, it in row.items() if name != "id"}
    assert engine.explain(nameless, as_of=DAY).score == engine.explain(row, as_of=DAY).score
    with pytest.raises(foretell.InputError, match="no id"):
        engine.explain(nameless, as_of=LATER, state=state(engine))
    engine.explain(row, as_of=LATER, state=state(engine))


@pytest.mark.parametrize("command", ["assess", "explain"])
def test_the_command_line_says_so_too(engine, tmp_path, capsys, command):
    config, data = tmp_path / "c.toml", tmp_path / "d.csv"
    config.write_text(engine.source, "utf-8")
    named("customerID").to_pandas().to_csv(data, index=False)
    more = ["x"] if command == "explain" else []
    assert main([command, str(config), str(data), *more, "--as-of", str(DAY)]) == 1
    told = capsys.readouterr().err
    assert "`customerID`" in told and "--id" in told
    assert main([command, str(config), str(data), *more, "--as-of", str(DAY), "--id", "customerID"]) == 0
    assert main(["score", str(config), str(data), "--as-of", str(DAY)]) == 0
