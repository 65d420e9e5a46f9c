"""The recipes of docs/recipes.md do what they say."""

import importlib
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import CONFIG, ROWS

RECIPES = Path(__file__).resolve().parents[1] / "docs" / "recipes.md"

# What a recipe needs, by its heading. The recipes on Spark are run by test_spark.py.
NEEDS = {
    "Polars": ["polars"],
    "DuckDB": ["duckdb"],
    "pandas": ["pandas"],
    "More than fits into memory": [],
    "DataFusion": ["datafusion"],
    "Ray Data": ["ray"],
}
ELSEWHERE = {"Spark": "foretell.spark.score(", "A night on Spark": "foretell.spark.assess("}


def recipes():
    """The code of each recipe by its heading; of what they all begin with, by none."""
    heads = re.split(r"^## (.+)\n", RECIPES.read_text(encoding="utf-8"), flags=re.MULTILINE)
    parts = {"": heads[0], **dict(zip(heads[1::2], heads[2::2]))}
    return {it: "\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL)) for it, text in parts.items()}


def run(name, folder):
    """What a recipe leaves behind, run in a folder with the files it speaks of."""
    (folder / "health.toml").write_text(CONFIG, encoding="utf-8")
    pq.write_table(pa.table(ROWS), folder / "subscriptions.parquet")
    known = {"__name__": "recipe"}
    for it in ["", name]:
        exec(compile(recipes()[it], f"recipes.md, {it or 'beginning'}", "exec"), known)
    return known


def rows(table):
    """A table of whichever library, as dicts in the order of their ids."""
    if hasattr(table, "to_arrow_refs"):
        table = table.to_pandas()
    found = pa.table(table).to_pylist()
    return sorted(found, key=lambda it: it["id"])


def test_every_recipe_is_known():
    assert set(recipes()) == {"", *NEEDS, *ELSEWHERE}


@pytest.mark.parametrize("name", NEEDS)
def test_a_recipe(name, tmp_path, monkeypatch):
    for package in NEEDS[name]:
        pytest.importorskip(package, reason=f"the recipe on {name} needs {package}", exc_type=ImportError)
    monkeypatch.chdir(tmp_path)
    known = run(name, tmp_path)
    wanted = rows(known["engine"].score(pq.read_table("subscriptions.parquet"), as_of=known["today"]))
    got = rows(known["health"])
    assert [it["health"] for it in got] == [it["health"] for it in wanted]
    if name != "DataFusion":
        assert got == wanted
    more = MORE.get(name)
    if more:
        more(known)


def of_polars(known):
    import polars as pl

    assert known["worst"]["id"].to_list() == ["acme"]
    assert isinstance(known["lazy"], pl.LazyFrame)
    assert sorted(known["bands"].rows(), key=str) == [("green", 1), ("red", 1), (None, 1)]


def of_duckdb(known):
    assert known["by_plan"] == [("free", 0, None), ("pro", 1, pytest.approx(38)), (None, 1, 100.0)]


def of_pandas(known):
    assert known["red"]["id"].tolist() == ["acme"]


MORE = {"Polars": of_polars, "DuckDB": of_duckdb, "pandas": of_pandas}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_the_recipe_on_spark_is_code(name):
    assert ELSEWHERE[name] in recipes()[name]
    compile(recipes()[name], "recipes.md", "exec")
    assert importlib.import_module("foretell.spark").score
