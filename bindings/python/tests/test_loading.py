"""What loading says of columns, and how long it is where much is wrong."""

import polars as pl
import pytest

import foretell
from foretell.__main__ import main


def load(rows, **more):
    return foretell.Book.from_tables(accounts=[{"id": "a1"}], subscriptions=rows, **more)


@pytest.mark.parametrize(
    ("name", "near"),
    [("renewal_dt", "renewal_date"), ("seat", "seats"), ("acount_id", "account_id"), ("Plan ", "plan")],
)
@pytest.mark.parametrize("make", [list, pl.DataFrame])
def test_a_column_near_a_known_one_is_said(name, near, make):
    rows = [{"id": "s1", name: "a1"}, {"id": "s2", name: "a1"}]
    with pytest.raises(foretell.RecordError) as error:
        load(make(rows))
    (fault,) = error.value.faults
    assert (fault.code, fault.path) == ("unknown-key", f"subscriptions[0].{name}")
    assert f"did you mean `{near}`?" in fault.help
    book = load(make(rows), lenient=True)
    assert [it.message for it in book.report["notes"]] == [f"unknown column `{name}`, in 2 rows"]
    assert [it.severity for it in book.faults] == ["warning"]
    assert book.report["tables"]["subscriptions"]["own_fields"] == {name: 2}
    assert load(make([{"id": "s1", f"custom.{name}": "x"}])).report["notes"] == []


def test_the_report_lists_what_became_of_rows():
    book = load([{"id": "s1", "tier": "gold"}, {"id": "s2", "seats": -1}], lenient=True)
    assert book.report["tables"] == {
        "accounts": {"read": 1, "loaded": 1, "rejected": 0, "own_fields": {}},
        "subscriptions": {"read": 2, "loaded": 1, "rejected": 1, "own_fields": {"tier": 1}},
    }


def test_credit_notes_and_prices_load():
    engine = foretell.Engine.from_toml("""
        metrics = [
            { name = "billed", from = "invoices", field = "amount", take = "sum" },
            { name = "mrr" },
        ]
    """)
    rows = [{"id": "s1", "price": 2400, "quantity": 1, "billing": "3-Year"}]
    invoices = [{"subscription_id": "s1", "issued": "2026-02-01", "amount": it} for it in ["100", "-40"]]
    out = engine.assess(load(rows, invoices=invoices), as_of="2026-03-01")
    assert out.values().to_pylist() == [{"subscription_id": "s1", "billed": 60.0, "mrr": 66.67}]
    with pytest.raises(foretell.RecordError, match="did you mean `monthly`?"):
        load([{"id": "s1", "price": 1, "billing": "Montly"}])
    note = load([{"id": "s1", "price": 1, "billing": "Montly"}], lenient=True).report["notes"][0]
    assert note.message == "`Montly` is no billing term"


def test_texts_have_a_size_and_faults_are_all_there():
    with pytest.raises(foretell.RecordError) as error:
        load(pl.DataFrame({"id": [str(it) for it in range(50_000)], "seats": ["x" * 5000] * 50_000}))
    assert len(error.value.faults) == 50_000
    assert len(str(error.value)) < 8_000
    assert "and 49980 more; of all: 50000 wrong-type" in str(error.value)


def test_the_command_line_shows_the_first(tmp_path, capsys):
    config = tmp_path / "c.toml"
    lines = [f'[[metrics]]\nname = "m{it}"\nunut = "x"' for it in range(100)]
    config.write_text("\n".join(lines), "utf-8")
    assert main(["check", str(config)]) == 1
    told = capsys.readouterr().err
    assert told.count("error[") == 20
    assert "and 80 more; of all: 100 unknown-key" in told
