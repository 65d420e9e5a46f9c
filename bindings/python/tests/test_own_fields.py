"""The host's own fields through tables, and what nothing has."""

import datetime as dt

import polars as pl
import pyarrow as pa
import pytest

import foretell
from foretell import _cli

DAY = "2026-03-01"
CONFIG = """
subject = "account"

[[metrics]]
name = "p1"
from = "cases"
where = 'custom.priority == "p1"'
take = "count"

[[metrics]]
name = "billed"
from = "invoices"
where = 'custom.type == "subscription" && custom["Cost centre"] == "x"'
take = "count"

[[rules]]
name = "all"
when = '''custom.tier == "gold" && custom.points == 7 && custom.share < 0.5 && custom.vip && custom.signed.days_since == 9
  && custom.seen.days_since == 2'''
"""

ACCOUNTS = {
    "id": ["a1", "a2"],
    "tier": ["gold", None],
    "points": [7, 9],
    "share": [0.25, None],
    "vip": [True, False],
    "signed": [dt.date(2026, 2, 20), dt.date(2026, 2, 20)],
    "seen": [dt.datetime(2026, 2, 27, 10), None],
}
CASES = {"id": ["c1", "c2"], "account_id": ["a1", "a1"], "opened": [dt.date(2026, 2, 1)] * 2, "priority": ["p1", "p2"]}
INVOICES = {
    "account_id": ["a1", "a1"],
    "issued": [dt.date(2026, 2, 1)] * 2,
    "type": ["subscription", "services"],
    "Cost centre": ["x", "x"],
}


def rows(columns):
    return [dict(zip(columns, cells)) for cells in zip(*columns.values())]


def categories(columns):
    table = pa.table(columns)
    for at, field in enumerate(table.schema):
        if field.type == pa.string():
            table = table.set_column(at, field.name, table.column(at).dictionary_encode())
    return table


@pytest.mark.parametrize("make", [pa.table, categories, pl.DataFrame, rows])
def test_own_fields_are_read_from_any_table(make):
    book = foretell.Book.from_tables(accounts=make(ACCOUNTS), cases=make(CASES), invoices=make(INVOICES))
    out = foretell.Engine.from_toml(CONFIG).assess(book, as_of=DAY)
    assert (out.notes, out.faults) == ([], [])
    assert [(it["p1"], it["billed"]) for it in out.values().to_pylist()] == [(1, 1), (0, 0)]
    verdicts = [(it["rule"], it["subject"], it["verdict"]) for it in out.verdicts().to_pylist()]
    assert verdicts == [("all", "a1", "match"), ("all", "a2", "no_data")]


def test_a_value_of_another_kind_is_missing_and_counted():
    cases = {**CASES, "effort": ["lots", "2"]}
    book = foretell.Book.from_tables(accounts=pa.table({"id": ["a1"]}), cases=pa.table(cases))
    config = CONFIG.split("[[metrics]]")[0] + """
        metrics = [{ name = "m", from = "cases", take = "count", where = "custom.effort > 1" }]"""
    out = foretell.Engine.from_toml(config).assess(book, as_of=DAY)
    left_out = {it["LeftOut"]["reason"]: it["LeftOut"]["values"] for it in out.notes}
    assert left_out == {"no_data": 1, "other_kind": 1}
    assert out.values().column("m") == [1]


def test_names_that_nothing_has_are_said():
    for attribute, near in [("saets", "seats"), ("days_to_renwal", "days_to_renewal")]:
        with pytest.raises(foretell.ConfigError, match=f"did you mean `{near}`"):
            foretell.Engine.from_toml(f'metrics = [{{ name = "m", attribute = "{attribute}" }}]')
    config = 'subject = "account"\nmetrics = [{ name = "m", from = "usage.lgins", take = "sum" }]'
    usage = pa.table({"account_id": ["a1"], "name": ["logins"], "date": [dt.date(2026, 2, 1)], "value": [1.0]})
    book = foretell.Book.from_tables(accounts=[{"id": "a1"}], usage=usage)
    out = foretell.Engine.from_toml(config).assess(book, as_of=DAY)
    note = {"kind": "account", "metric": "m", "name": "usage.lgins", "near": "usage.logins"}
    assert out.notes == [{"Unknown": note}]


def test_a_config_of_records_says_what_a_bare_table_lacks(tmp_path, capsys):
    config = CONFIG.split("[[rules]]")[0]
    engine = foretell.Engine.from_toml(config)
    note = {"kind": "account", "tables": ["cases", "invoices"], "columns": ["billed", "p1"]}
    for table in [pa.table({"id": ["a1", "a2"]}), pl.DataFrame({"id": ["b", "a"]}), {"account": pa.table({"id": ["a1"]})}]:
        assert engine.score(table, as_of=DAY).notes == [{"NotGiven": note}]
        assert engine.assess(table, as_of=DAY).notes == [{"NotGiven": note}]
    assert engine.score(pa.table({"id": ["a1"], "p1": [1.0], "billed": [2.0]}), as_of=DAY).notes == []
    path, rows = tmp_path / "c.toml", tmp_path / "rows.csv"
    path.write_text(config, encoding="utf-8")
    rows.write_text("id\na1\n", encoding="utf-8")
    said = "note: the config wants of account subjects, and was not given: tables cases, invoices; or columns billed, p1\n"
    for command in ["score", "assess"]:
        assert _cli.main([command, str(path), str(rows), "--as-of", DAY]) == 0
        assert capsys.readouterr().err == said
