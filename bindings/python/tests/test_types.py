"""The stubs are those of the package, and a user's code is checked by them."""

import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1]

USE = '''
import datetime
import foretell
import foretell.spark

class Table:
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

def job(table: Table, state: foretell.State | None) -> foretell.State:
    engine = foretell.Engine.from_toml("metrics = []")
    out = engine.assess(table, as_of=datetime.date(2026, 3, 1), state=state)
    line = out.explain("a").lines[0]
    points: float | None = line["points"]
    total: float = sum(it["contribution"] for it in out.explain("a").lines)
    try:
        engine.score({"account": table}, as_of="2026-03-01")
    except foretell.ConfigError as error:
        where: int | None = error.faults[0].line
    total += len(out.events().to_pylist())
    page: str = out.explain("a").report().page() + str(out.report(most=3))
    rows: list[dict[str, object]] = list(engine.score(table, as_of="2026-03-01", subject={"account": "no"}))
    frame: object = out.to_pandas()
    text: str = foretell.spark.score("any frame", engine, as_of="2026-03-01", observed={"a": "b"})
    night = foretell.spark.assess("any frame", None, engine, as_of="2026-03-01", key={"account": "id"}, partitions=8)
    text = foretell.spark.split(foretell.spark.merge(night.state), engine, like=night.scores("account"))
    parts: dict[int, foretell.State] = engine.split(out.state, key=lambda kind, id: len(id), keys=range(8))
    done = [engine.assess(table, as_of="2026-03-01", state=it, part=True) for it in parts.values()]
    whole = foretell.State.merge(it.state for it in done)
    limits = [it["limit"] for it in engine.tripped(foretell.Population.merge(it.population for it in done), whole)]
    try:
        again = engine.assess(table, as_of="2026-03-01", complete=["accounts"], gone=[("account", 3)])
        again = engine.assess(table, as_of="2026-03-01", gone={"account": ["a"]})
    except foretell.GuardError as held:
        tripped: int = held.tripped[0]["count"]
        again = held.accept()
    except foretell.PastError:
        raise
    state, outbox = foretell.State.delivering().rewind(out.state).hand_out(2, ("label", "team"), lambda it: len(it.id))
    ids: list[str] = [it.id for group in outbox.groups for it in group.deliveries if it.event or it.action]
    waiting: int = sum(outbox.waiting.values()) + len(state.waiting) + len(ids)
    state, count = foretell.State.from_json("", keep_later=True).acknowledge(ids)
    days: list[tuple[datetime.date, str]] = [(day, it["guard"]) for day, it in engine.replay([]).tripped]
    return again.state
'''

WRONG = {
    "engine.score(3, as_of='2026-03-01')": "arg-type",
    "engine.score(table)": "call-arg",
    "foretell.State().acknowledge(['a']).as_of": "attr-defined",
    "foretell.State().hand_out(value=lambda it: 'much')": "return-value",
    "engine.explain({}, as_of='2026-03-01').lines[0]['pionts']": "typeddict-item",
    "foretell.State().as_of = None": "misc",
}


def mypy(*arguments):
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=PACKAGE, capture_output=True, text=True, check=False)


def test_the_stubs_are_true():
    done = mypy("mypy.stubtest", "foretell", "--ignore-disjoint-bases", "--allowlist", "tests/stubtest.txt")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def check(tmp_path):
    def run(text):
        file = tmp_path / "use.py"
        file.write_text(text, encoding="utf-8")
        return mypy("mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(file))

    return run


def test_a_job_is_well_typed(check):
    done = check(USE)
    assert done.returncode == 0, done.stdout + done.stderr


def test_mistakes_are_found(check):
    text = "import foretell\ndef f(engine: foretell.Engine, table: foretell.Table) -> None:\n"
    done = check(text + "".join(f"    {it}\n" for it in WRONG))
    for at, code in enumerate(WRONG.values(), 3):
        assert any(f"use.py:{at}: error" in it and f"[{code}]" in it for it in done.stdout.splitlines()), done.stdout


def test_the_package_itself_is_well_typed(tmp_path):
    done = mypy("mypy", "--strict", "--cache-dir", str(tmp_path), "python/foretell")
    assert done.returncode == 0, done.stdout + done.stderr
