"""The command line: what it prints, and how it ends."""

import csv
import json
import subprocess
import sys

import polars as pl
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest
from conftest import CONFIG, ROWS

import foretell
from foretell import _files
from foretell._cli import main

TABLE = pa.table(ROWS)
LATER = pa.table({**ROWS, "days_since_login": [1.0, 2.0, 3.0]})
WRITERS = {
    "csv": lambda table, path: pl.DataFrame(table).write_csv(path),
    "tsv": lambda table, path: pl.DataFrame(table).write_csv(path, separator="\t"),
    "parquet": lambda table, path: pa.parquet.write_table(table, path),
    "arrow": lambda table, path: pa.feather.write_feather(table, path),
    "jsonl": lambda table, path: pl.DataFrame(table).write_ndjson(path),
}


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.toml").write_text(CONFIG, encoding="utf-8")
    for ending, write in WRITERS.items():
        write(TABLE, tmp_path / f"rows.{ending}")
    write = WRITERS["parquet"]
    write(LATER, tmp_path / "later.parquet")
    return tmp_path


@pytest.fixture
def run(shop, capsys):
    def run(*arguments):
        try:
            code = main([str(it) for it in arguments])
        except SystemExit as ended:
            code = ended.code
        out = capsys.readouterr()
        return code, out.out, out.err

    return run


def test_a_good_config_is_good(run):
    assert run("check", "shop.toml") == (0, "shop.toml: 0 errors, 0 warnings\n", "")
    code, out, _ = run("test", "shop.toml")
    assert (code, out.splitlines()[-1]) == (0, "test result: ok. 1 passed, 0 failed")
    code, out, _ = run("plan", "shop.toml")
    assert code == 0 and out.startswith("2 of 2 expressions are compiled\n")


def test_faults_print_as_compilers_print_them(run, shop):
    (shop / "bad.toml").write_text(CONFIG.replace('"utilization", weight', '"utilisation", weight'), encoding="utf-8")
    code, out, err = run("check", "shop.toml", "bad.toml")
    assert code == 1 and "bad.toml: 1 error" in out
    assert "error[unknown-name]: unknown metric `utilisation`\n" in err
    assert "--> bad.toml:32:" in err and "^^^" in err and "did you mean `utilization`?" in err
    for command in [["test", "bad.toml"], ["plan", "bad.toml"], ["score", "bad.toml", "rows.csv"]]:
        code, out, err = run(*command)
        assert (code, out) == (1, "") and "--> bad.toml:32:" in err


def test_warnings_may_be_denied(run, shop):
    text = 'metrics = [{ name = "a", range = [0, 1] }]\nrules = [{ name = "r", when = "a >= 0" }]\n'
    (shop / "odd.toml").write_text(text, encoding="utf-8")
    assert run("check", "odd.toml")[:2] == (0, "odd.toml: 0 errors, 1 warning\n")
    assert run("check", "--deny-warnings", "odd.toml")[:2] == (1, "odd.toml: 1 error, 0 warnings\n")


def test_a_failing_test_fails(run, shop):
    (shop / "bad.toml").write_text(CONFIG.replace("seats = 10", "seats = 1"), encoding="utf-8")
    code, out, _ = run("test", "shop.toml", "bad.toml")
    assert code == 1 and "bad.toml: running 1 test" in out and "FAILED" in out


@pytest.mark.parametrize("ending", WRITERS)
@pytest.mark.parametrize("by", ["pyarrow", "polars"])
def test_any_file_is_scored(run, engine, ending, by, monkeypatch):
    if by == "polars":
        monkeypatch.setattr(_files, "_by_pyarrow", _files._by_polars)
    wanted = engine.score(TABLE, as_of="2026-03-01").table().to_pylist()
    code, out, err = run("score", "shop.toml", f"rows.{ending}", "--as-of", "2026-03-01", "--format", "json")
    assert (code, err) == (0, "")
    assert json.loads(out) == wanted


def test_results_come_in_every_form(run, shop):
    score = ["score", "shop.toml", "rows.parquet"]
    code, out, _ = run(*score)
    lines = out.splitlines()
    assert lines[0].split()[:3] == ["id", "health", "health.raw_score"]
    assert lines[2].split()[:2] == ["acme", "38.0"] and lines[2].split()[-1] == "yes"
    assert "… 2 more rows of 3" in run(*score, "--rows", "1")[1]
    rows = list(csv.DictReader(run(*score, "--format", "csv")[1].splitlines()))
    assert [it["health.band"] for it in rows] == ["red", "", "green"]
    for ending in ["csv", "json", "parquet", "txt"]:
        assert run(*score, "--output", f"out.{ending}")[:2] == (0, "")
    assert pa.parquet.read_table(shop / "out.parquet").num_rows == 3
    assert len(json.loads((shop / "out.json").read_text("utf-8"))) == 3
    assert (shop / "out.txt").read_text("utf-8") == out
    assert sorted(it.name for it in shop.iterdir() if it.name.startswith(".")) == []
    code, _, err = run(*score, "--format", "parquet")
    assert (code, err) == (1, "error: parquet goes to a file: say `--output`\n")


def test_a_state_is_handed_on(run, shop):
    assess = ["assess", "shop.toml", "--next-state", "state.json", "--show", "events", "--format", "json"]
    code, out, err = run(*assess, "rows.parquet", "--as-of", "2026-03-01")
    assert code == 0 and [it["change"] for it in json.loads(out)] == ["fired"]
    assert "note: given: kind subscription, metric plan" in err
    assert foretell.State.from_json((shop / "state.json").read_text("utf-8")).as_of.day == 1
    more = ["--state", "state.json", "later.parquet", "--as-of"]
    code, out, _ = run(*assess, *more, "2026-03-02")
    assert [it["change"] for it in json.loads(out)] == ["resolved"]
    code, _, err = run(*assess, *more, "2026-03-01")
    assert code == 1 and "error[time-reversed]" in err
    assert run("assess", "shop.toml", "rows.parquet", "--fail-on-alert")[0] == 3
    assert run("assess", "shop.toml", "later.parquet", "--fail-on-alert")[0] == 0
    for what in ["scores", "alerts", "actions", "verdicts", "factors"]:
        assert run("assess", "shop.toml", "rows.parquet", "--show", what)[0] == 0


def test_a_subject_is_explained(run):
    code, out, _ = run("explain", "shop.toml", "rows.csv", "acme", "--as-of", "2026-03-01")
    assert code == 0 and out.startswith("health of subscription acme on 2026-03-01: 38.0 red\n")
    code, out, _ = run("explain", "shop.toml", "rows.csv", "acme", "--format", "json")
    assert json.loads(out)["band"] == "red"
    code, _, err = run("explain", "shop.toml", "rows.csv", "nobody")
    assert (code, err) == (1, "error: no subscription `nobody` was assessed\n")


def test_a_starter_config_scores_its_table(run, shop):
    wide = {**ROWS, "Signed Up": ["a", "b", "c"], "since": pa.array([0, 1, 2], pa.date32())}
    pa.parquet.write_table(pa.table(wide), shop / "wide.parquet")
    for file in ["rows.csv", "wide.parquet"]:
        code, text, _ = run("init", file)
        assert code == 0
        engine = foretell.Engine.from_toml(text)
        assert engine.columns()["is_trial"] == "flag" and engine.columns()["plan"] == "text"
    assert "# `Signed Up` is left out" in text and "# `since` is left out: days since" in text
    assert run("init", "rows.csv", "--output", "start.toml")[0] == 0
    assert run("check", "--deny-warnings", "start.toml")[0] == 0
    code, out, _ = run("score", "start.toml", "rows.csv", "--format", "json")
    assert [it["health"] is not None for it in json.loads(out)] == [True, True, True]
    assert run("init", "rows.csv", "--output", "start.toml")[0] == 2
    pa.parquet.write_table(pa.table({"id": ["a"]}), shop / "none.parquet")
    assert "a score needs a column of numbers" in run("init", "none.parquet")[2]


def test_what_goes_wrong_is_said(run, shop):
    (shop / "rows.xlsx").write_text("", encoding="utf-8")
    (shop / "broken.parquet").write_text("no", encoding="utf-8")
    (shop / "text.csv").write_text("id,seats\na,many\n", encoding="utf-8")
    for command, code, why in [
        (["score", "shop.toml", "nowhere.csv"], 2, "there is no file `nowhere.csv`"),
        (["score", "nowhere.toml", "rows.csv"], 2, "nowhere.toml"),
        (["score", "shop.toml", "rows.xlsx"], 1, "`rows.xlsx` has none of the endings .arrow, .csv"),
        (["score", "shop.toml", "broken.parquet"], 1, "`broken.parquet` cannot be read"),
        (["score", "shop.toml", "text.csv"], 1, "`text.csv` cannot be read"),
        (["score", "shop.toml", "rows.csv", "--as-of", "soon"], 1, "expected a day"),
        (["score", "shop.toml", "rows.csv", "--id", "key"], 1, "there is no column `key` of ids"),
        (["score", "shop.toml", "rows.csv", "--kind", "x"], 1, "`x` is no kind of subject"),
        (["assess", "shop.toml", "rows.csv", "--state", "shop.toml"], 1, "the state cannot be read"),
        (["score"], 2, "usage: foretell score"),
        (["fly"], 2, "invalid choice"),
        ([], 2, "usage: foretell"),
    ]:
        got, _, err = run(*command)
        assert got == code and why in err, (command, got, err)


def test_it_is_installed_as_a_command(shop):
    for command in [[sys.executable, "-m", "foretell"], ["foretell"]]:
        if command == ["foretell"]:
            command = [str(shop.__class__(sys.executable).parent / "foretell")]
        done = subprocess.run([*command, "check", "shop.toml"], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, "shop.toml: 0 errors, 0 warnings\n")
