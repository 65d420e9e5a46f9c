"""The command line: what it prints, and how it ends."""

import csv
import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest
from conftest import CONFIG, REPOSITORY, ROWS

import foretell
from foretell import _files
from foretell._cli import main

# Bigger data, where there is any.
SHARED = Path(os.environ.get("FORETELL_SHARED", REPOSITORY.parent / "shared")) / "data"
BY_PYARROW = _files._by_pyarrow
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
    # One that is not there keeps nobody from the others.
    code, out, err = run("check", "nofile.toml", "shop.toml")
    assert (code, out) == (2, "shop.toml: 0 errors, 0 warnings\n") and "nofile.toml" in err


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
    assert "... 2 more rows of 3" in run(*score, "--rows", "1")[1]
    rows = list(csv.DictReader(run(*score, "--format", "csv")[1].splitlines()))
    assert [it["health.band"] for it in rows] == ["red", "", "green"]
    for ending in ["csv", "json", "parquet", "txt", "CSV"]:
        assert run(*score, "--output", f"out.{ending}")[:2] == (0, "")
    assert pa.parquet.read_table(shop / "out.parquet").num_rows == 3
    assert len(json.loads((shop / "out.json").read_text("utf-8"))) == 3
    assert (shop / "out.txt").read_text("utf-8") == out
    assert (shop / "out.CSV").read_text("utf-8") == (shop / "out.csv").read_text("utf-8")
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
    assert code == 5 and "error[time-reversed]" in err
    assert run("assess", "shop.toml", "rows.parquet", "--fail-on-alert")[0] == 3
    assert run("assess", "shop.toml", "later.parquet", "--fail-on-alert")[0] == 0
    # An alert on its way to rest fires still.
    slow = CONFIG.replace('severity = "critical"', 'severity = "critical"\nkeep_firing_for = "3d"')
    (shop / "slow.toml").write_text(slow, encoding="utf-8")
    assert run("assess", "slow.toml", "rows.parquet", "--as-of", "2026-03-01", "--next-state", "slow.json")[0] == 0
    code, out, _ = run("assess", "slow.toml", "later.parquet", "--as-of", "2026-03-02", "--state", "slow.json", "--show", "alerts", "--format", "json", "--fail-on-alert")
    assert (code, [it["phase"] for it in json.loads(out)]) == (3, ["recovering"])
    for what in ["scores", "alerts", "actions", "verdicts", "factors"]:
        assert run("assess", "shop.toml", "rows.parquet", "--show", what)[0] == 0


def test_a_subject_is_explained(run):
    code, out, _ = run("explain", "shop.toml", "rows.csv", "acme", "--as-of", "2026-03-01")
    assert code == 0 and out.startswith("health of subscription acme on 2026-03-01: 38.0 red\n")
    code, out, _ = run("explain", "shop.toml", "rows.csv", "acme", "--format", "json")
    assert json.loads(out)["band"] == "red"
    assert run("explain", "shop.toml", "rows.csv", "acme", "--scorecard", "health")[0] == 0
    assert run("explain", "shop.toml", "rows.csv", "acme", "--scorecard", "x")[::2] == (1, "error: unknown scorecard `x`: there are `health`\n")
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
    assert 'name = "signed_up"\nlabel = "Signed Up"' in text and "# `since` is left out: days since" in text
    assert run("init", "rows.csv", "--output", "start.toml")[0] == 0
    assert run("check", "--deny-warnings", "start.toml")[0] == 0
    assert run("test", "start.toml")[0] == 0
    code, out, _ = run("score", "start.toml", "rows.csv", "--format", "json")
    assert [it["health"] is not None for it in json.loads(out)] == [True, True, True]
    assert run("init", "rows.csv", "--output", "start.toml")[0] == 2
    pa.parquet.write_table(pa.table({"id": ["a"]}), shop / "none.parquet")
    assert "a score needs a column of numbers" in run("init", "none.parquet")[2]


def drafted(run, shop, **columns):
    """What comes of a table of columns: by column, in the score or why not."""
    rows = len(next(iter(columns.values())))
    columns = {"id": [f"s{it}" for it in range(rows)], "usage": [float(it % 7) for it in range(rows)], **columns}
    pa.parquet.write_table(pa.table(columns), shop / "any.parquet")
    code, text, err = run("init", "any.parquet")
    assert (code, err) == (0, ""), err
    (shop / "any.toml").write_text(text, encoding="utf-8")
    assert run("check", "--deny-warnings", "any.toml")[0] == 0, text
    assert run("test", "any.toml")[0] == 0, text
    assert run("score", "any.toml", "any.parquet")[0] == 0, text
    return text


NUMBERS = [float(it % 11) for it in range(44)]
# A column, and what a draft says of it: the points, or why it has no part.
COLUMNS = [
    ("customerID", [f"c-{it}" for it in range(44)], "`customerID` is left out: it names rows"),
    ("account_id", [it % 3 for it in range(44)], "`account_id` is left out: it names rows"),
    ("row", list(range(5, 49)), "`row` is left out: it names rows"),
    ("ticket", list(range(100, 144)), "`ticket` is left out: it names rows"),
    ("comment", [f"said {it}" for it in range(44)], "`comment` is left out: it is another text in nearly every row"),
    ("plan_name", ["pro", "free"] * 22, 'name = "plan_name"\ntype = "text"\nvalues = ["free", "pro"]'),
    ("seats_sold", [3] * 44, "`seats_sold` is left out: it says the same everywhere, `3`"),
    ("region", ["EU"] * 44, "`region` is left out: it says the same everywhere, `EU`"),
    ("empty", [None] * 44, "`empty` is left out: it is empty"),
    ("Churn", ["Yes", "No"] * 22, "`Churn` is left out: it looks like the outcome"),
    ("churned", [True, False] * 22, "`churned` is left out: it looks like the outcome"),
    ("days_to_churn", NUMBERS, "`days_to_churn` is left out: it looks like the outcome"),
    ("label", [0, 1] * 22, "`label` is left out: it looks like the outcome"),
    ("target", [1.0, 0.0] * 22, "`target` is left out: it looks like the outcome"),
    ("is_cancelled", [False, True] * 22, "`is_cancelled` is left out: it looks like the outcome"),
    ("cancel_date", ["2026-01-01", None] * 22, "`cancel_date` is left out: it looks like the outcome"),
    ("Customer Status", ["Stayed", "Churned"] * 22, "`Customer Status` is left out: it looks like the outcome"),
    ("signed", ["2026-01-01", "2025-12-31 10:00"] * 22, "`signed` is left out: days since"),
    ("signup_day", [20260101 + it % 20 for it in range(44)], "`signup_day` is left out: it is a day"),
    ("created_at", [1_700_000_000 + it * 999 for it in range(44)], "`created_at` is left out: it is a day"),
    ("year", [2020 + it % 5 for it in range(44)], "`year` is left out: it is a day"),
    ("days_since_login", NUMBERS, 'worst = 9, best = 1 } }, # a guess: less is better, as `since` says'),
    ("no_login_days", NUMBERS, 'worst = 9, best = 1 } }, # a guess: less is better, as `without` says'),
    ("no_of_login_days", NUMBERS, 'worst = 1, best = 9 } }, # a guess: more is better, as `login` says'),
    ("Complaints", NUMBERS, "less is better, as `complaints` says"),
    ("open_tickets", NUMBERS, "less is better, as `open` says"),
    ("late_invoices", NUMBERS, "less is better, as `late` says"),
    ("inactive_users", NUMBERS, "less is better, as `inactive` says"),
    ("active_users", NUMBERS, "more is better, as `active` says"),
    ("nps", NUMBERS, "more is better, as `nps` says"),
    ("ticket_satisfaction", NUMBERS, "more is better, as `satisfaction` says"),
    ("active_days", NUMBERS, "more is better, as `active` says"),
    ("odd_thing", NUMBERS, "more is better; the name does not say"),
    ("mostly_usage", [0.0] * 40 + [5.0, 6.0, 7.0, 900.0], "points.linear = { worst = 0, best = 6"),
    ("tariff_plan", [1, 2] * 22, 'name = "tariff_plan"\n# Not in the score: its numbers look like codes'),
    ("plan_level", [it % 5 for it in range(44)], 'name = "plan_level"\n# Not in the score: its numbers look like codes'),
    ("age", NUMBERS, 'name = "age"\n# Not in the score: it says who someone is'),
    ("SeniorCitizen", [0, 1] * 22, "# Not in the score: it says who someone is"),
    ("is_beta", [True, False] * 22, "# Not in the score: its name does not say whether it is good."),
    ("auto_renew", [True, False] * 22, "points.flag = { true = 100, false = 0 } }, # a guess: more is better, as `renew` says"),
    ("has_overdue", ["yes", "no"] * 22, 'points.map = { "yes" = 0, "no" = 100 } }, # a guess: as `overdue` says'),
    ("partner", ["yes", "no"] * 22, "# Not in the score: nothing says which of its values are good."),
    ("priority", ["low", "high", "urgent", "low"] * 11, '"urgent" = 0, "high" = 50, "low" = 100'),
    ("Contract", ["Month-to-month", "One year", "Two year", "One year"] * 11, '"Month-to-month" = 0, "One year" = 50, "Two year" = 100'),
    ("usage_twice", [2.0 * (it % 7) for it in range(44)], "# Not in the score: it is `usage` times 2."),
    ("tags", [["a"], ["b"]] * 22, "`tags` is left out: no metric can be made of it"),
    ("health", NUMBERS, "`health` is left out: its name is one that a config has already"),
    ("switch", NUMBERS, "`switch` is left out:"),
    ("\u5df2", NUMBERS, "is left out: its heading has no letter"),
]


@pytest.mark.parametrize("column", COLUMNS, ids=lambda it: it[0])
def test_a_draft_says_what_it_makes_of_a_column(run, shop, column):
    name, values, said = column
    assert said in drafted(run, shop, **{name: values})


def test_a_draft_of_tables_of_others_reads_right(run, shop, monkeypatch):
    for folder, file, ids, out, score in [
        ("telco", "WA_Fn-UseC_-Telco-Customer-Churn.csv", "customerID", {"Churn", "customerID"}, {"tenure", "contract", "monthly_charges", "total_charges"}),
        ("iranian_churn", "iranian_churn.csv", None, {"Churn"}, {"call_failure", "complains", "seconds_of_use", "frequency_of_sms", "customer_value"}),
        ("ravenstack", "ravenstack_accounts.csv", "account_id", {"account_id", "account_name", "signup_date", "churn_flag"}, {"seats"}),
    ]:
        data = SHARED / folder / file
        if not data.exists():
            pytest.skip(f"no {data}")
        for by in [BY_PYARROW, _files._by_polars]:
            monkeypatch.setattr(_files, "_by_pyarrow", by)
            code, text, err = run("init", str(data))
            assert (code, err) == (0, "")
            left = {line.split("`")[1] for line in text.splitlines() if "is left out" in line}
            factors = {line.split('"')[1] for line in text.splitlines() if line.startswith("    { metric")}
            assert left == out and score <= factors and "is a guess" not in text
            (shop / "draft.toml").write_text(text, encoding="utf-8")
            assert run("check", "--deny-warnings", "draft.toml")[0] == 0
            assert run("test", "draft.toml")[0] == 0
            more = ["--id", ids] if ids else []
            assert f"say `--id {ids}`" in text if ids else "--id" not in text
            code, scored, err = run("score", "draft.toml", str(data), *more, "--format", "json")
            assert code == 0, err
            bands = {it["health.band"] for it in json.loads(scored)}
            assert bands >= {"red", "yellow", "green"}


def test_what_goes_wrong_is_said(run, shop):
    (shop / "rows.xlsx").write_text("", encoding="utf-8")
    (shop / "broken.parquet").write_text("no", encoding="utf-8")
    (shop / "latin.toml").write_bytes(CONFIG.replace("Shop", "Sh\xf6p").encode("latin-1"))
    (shop / "text.csv").write_text("id,seats\na,many\n", encoding="utf-8")
    for command, code, why in [
        (["score", "shop.toml", "nowhere.csv"], 2, "there is no file `nowhere.csv`"),
        (["score", "nowhere.toml", "rows.csv"], 2, "nowhere.toml"),
        (["score", "shop.toml", "rows.xlsx"], 1, "`rows.xlsx` has none of the endings .arrow, .csv"),
        (["score", "shop.toml", "broken.parquet"], 1, "`broken.parquet` cannot be read"),
        (["score", "shop.toml", "text.csv"], 1, "`text.csv` cannot be read"),
        (["score", "shop.toml", "rows.csv", "--as-of", "soon"], 2, "expected a day such as `2026-03-01`, got `soon`"),
        (["score", "shop.toml", "rows.csv", "--rows", "-1"], 2, "expected a whole number from 0, got `-1`"),
        (["score", "shop.toml", "rows.csv", "--output", "o.arrow"], 2, "`o.arrow` has none of the endings .json, .csv, .parquet, .txt: say `--format`"),
        (["assess", "shop.toml", "rows.csv", "--format", "parquet"], 1, "parquet goes to a file"),
        (["score", "latin.toml", "rows.csv"], 2, "`latin.toml` is not UTF-8"),
        (["score", "shop.toml", "rows.csv", "--id", "key"], 1, "there is no column `key` of ids"),
        (["score", "shop.toml", "rows.csv", "--kind", "x"], 1, "`x` is no kind of subject"),
        (["assess", "shop.toml", "rows.csv", "--state", "shop.toml"], 6, "a state is the JSON that foretell wrote"),
        (["score"], 2, "usage: foretell score"),
        (["fly"], 2, "invalid choice"),
        ([], 2, "usage: foretell"),
    ]:
        got, _, err = run(*command)
        assert got == code and why in err, (command, got, err)


def test_what_is_absent_may_be_allowed_and_rows_be_of_a_kind(run, shop):
    pa.parquet.write_table(TABLE.drop_columns(["seats"]), shop / "narrow.parquet")
    assert "there is no column `seats`" in run("score", "shop.toml", "narrow.parquet")[2]
    code, out, _ = run("score", "shop.toml", "narrow.parquet", "--allow-absent", "--format", "json")
    assert code == 0 and [it["health.coverage"] for it in json.loads(out)] == [0.4, 0.4, 0.0]
    code, out, _ = run("score", "shop.toml", "narrow.parquet", "--allow-absent", "--kind", "account", "--format", "json")
    assert code == 0 and json.loads(out)[0] == {"id": "acme"}


@pytest.mark.parametrize("by", ["pyarrow", "polars"])
def test_a_file_of_text_is_read_the_same_by_both(run, shop, by, monkeypatch):
    if by == "polars":
        monkeypatch.setattr(_files, "_by_pyarrow", _files._by_polars)
    head = "id,days_since_login,active_users,seats,plan,is_trial\n"
    (shop / "na.csv").write_text(head + 'NA,1,1,10,NA,false\nnull,,nan,10,None,true\nx,2,3,4,"",\n', encoding="utf-8")
    columns = foretell.Engine.from_toml(CONFIG).columns()
    rows = pl.DataFrame(_files.read("na.csv", columns)).to_dicts()
    assert [it["id"] for it in rows] == ["NA", "null", "x"]
    assert [it["plan"] for it in rows] == ["NA", "None", None]
    assert (rows[1]["days_since_login"], str(rows[1]["active_users"]), rows[2]["is_trial"]) == (None, "nan", None)
    assert run("score", "shop.toml", "na.csv")[0] == 0
    (shop / "null.csv").write_text(head + "a,NULL,1,10,p,false\n", encoding="utf-8")
    assert run("score", "shop.toml", "null.csv")[0] == 1
    # Texts that look like moments.
    dates = {"id": "2024-01-01", "days_since_login": 1, "active_users": 1, "seats": 10, "plan": "2024-01-01", "is_trial": True}
    (shop / "dates.jsonl").write_text(json.dumps(dates), encoding="utf-8")
    code, out, err = run("score", "shop.toml", "dates.jsonl", "--format", "json")
    assert (code, json.loads(out)[0]["id"]) == (0, "2024-01-01"), err


def test_a_file_is_replaced_where_it_is(run, shop):
    """Its mode stays, a link leads where it led, and what is no file is written to."""
    score = ["score", "shop.toml", "rows.csv", "--as-of", "2026-03-01", "--format"]
    wanted = run(*score, "csv")[1]
    mask = os.umask(0o022)
    try:
        for form in ["csv", "parquet"]:
            assert run(*score, form, "--output", "new")[0] == 0
            assert stat.S_IMODE((shop / "new").stat().st_mode) == 0o644
            (shop / "new").chmod(0o640)
            (shop / "link").unlink(missing_ok=True)
            (shop / "link").symlink_to("new")
            before = (shop / "new").stat().st_ino
            assert run(*score, form, "--output", "link")[0] == 0
            assert (shop / "link").is_symlink() and (shop / "new").stat().st_ino != before
            assert stat.S_IMODE((shop / "new").stat().st_mode) == 0o640
            (shop / "new").unlink()
    finally:
        os.umask(mask)
    os.mkfifo(shop / "pipe")
    with subprocess.Popen(["cat", shop / "pipe"], stdout=subprocess.PIPE, text=True) as reader:
        assert run(*score, "csv", "--output", "pipe")[0] == 0
        assert reader.communicate()[0] == wanted and (shop / "pipe").is_fifo()
    command = [sys.executable, "-m", "foretell", *score, "csv", "--output", "/dev/stdout"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == wanted


def test_a_file_stays_as_it_was_where_something_goes_wrong(shop, monkeypatch):
    (shop / "kept").write_text("old", encoding="utf-8")

    def write(out):
        out.write(b"half")
        raise RuntimeError("no power")

    with pytest.raises(RuntimeError):
        _files.replace("kept", write)
    monkeypatch.setattr(_files.os, "replace", lambda *_: write(io.BytesIO()))
    with pytest.raises(RuntimeError):
        _files.replace_text("kept", "new")
    assert (shop / "kept").read_text("utf-8") == "old"
    assert [it.name for it in shop.iterdir() if it.name.startswith(".")] == []


ASSESS = ["assess", "shop.toml", "rows.csv", "--as-of", "2026-03-01", "--next-state", "state.json", "--fail-on-alert"]


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["plan", "shop.toml"], 0),
        (["check", "shop.toml"], 0),
        (["score", "shop.toml", "rows.csv"], 0),
        (["score", "shop.toml", "long.csv", "--format", "csv"], 0),
        (ASSESS, 3),
        ([*ASSESS, "--format", "csv"], 3),
    ],
)
def test_whoever_reads_may_leave(shop, command, code):
    """The code is that of what was found, and the state is stored, whoever reads it."""
    many = pa.table({name: [it[0]] * 20_000 for name, it in ROWS.items()})
    pl.DataFrame(many).with_columns(id=pl.int_range(20_000)).write_csv(shop / "long.csv")
    read, write = os.pipe()
    os.close(read)
    environment = {name: it for name, it in os.environ.items() if name != "PYTHONUNBUFFERED"}
    run = {"stderr": subprocess.PIPE, "text": True, "check": False, "env": environment}
    command = [sys.executable, "-m", "foretell", *command]
    done = subprocess.run(command, stdout=write, **run)
    os.close(write)
    assert done.returncode == code and "Broken" not in done.stderr and "Exception" not in done.stderr
    if "--next-state" in command:
        assert foretell.State.from_json((shop / "state.json").read_text("utf-8")).as_of.day == 1
    if os.path.exists("/dev/full"):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run(command, stdout=full, **run)
        assert done.returncode == 2 and done.stderr.splitlines()[-1].startswith("error: [Errno 28]")


def test_a_terminal_that_knows_few_letters_shows_a_table(shop):
    pl.DataFrame({**ROWS, "id": ["\u00e4cme", "b", "c"]}).write_csv(shop / "rows.csv")
    command = [sys.executable, "-m", "foretell", "score", "shop.toml", "rows.csv", "--rows", "1"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0 and "?cme" in done.stdout and "... 2 more rows of 3" in done.stdout


def test_progress_is_for_a_terminal_alone(run, monkeypatch):
    score = ["score", "shop.toml", "rows.csv", "--format", "csv"]
    assert run(*score)[2] == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    _, out, err = run(*score)
    assert err.startswith("scoring rows.csv ...\r") and err.endswith("\r") and "scoring" not in out


def test_the_exit_codes_are_in_the_help(run):
    code, out, _ = run("--help")
    assert code == 0 and "Exit codes: 0 all is well" in " ".join(out.split())


def test_a_starter_config_is_of_any_column(run, shop):
    wide = {
        "id": ["a", "b", "c"],
        "price": pa.array([1, 2, 3], pa.int64()).cast(pa.decimal128(21, 2)),
        "odd": ["a\x7fb", "\u00e4\"", None],
        "endless": [1.0, float("inf"), 2.0],
        "huge": [-1e308, 1e308, 0.0],
    }
    pa.parquet.write_table(pa.table(wide), shop / "wide.parquet")
    code, text, err = run("init", "wide.parquet")
    assert (code, err) == (0, "")
    assert "# `endless` is left out: it has an infinity." in text
    assert foretell.Engine.from_toml(text).columns() == {"price": "number", "odd": "text", "huge": "number"}
    assert text.count("points.linear") == 1
    (shop / "wide.toml").write_text(text, encoding="utf-8")
    assert run("score", "wide.toml", "wide.parquet")[0] == 0


def test_it_is_installed_as_a_command(shop):
    for command in [[sys.executable, "-m", "foretell"], ["foretell"]]:
        if command == ["foretell"]:
            command = [str(shop.__class__(sys.executable).parent / "foretell")]
        done = subprocess.run([*command, "check", "shop.toml"], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, "shop.toml: 0 errors, 0 warnings\n")


LOW = 'metrics = [{ name = "x" }]\n[[rules]]\nname = "low"\nwhen = "x < 5"\n'


def nights(shop, **tables):
    (shop / "low.toml").write_text(LOW, encoding="utf-8")
    for name, low in tables.items():
        lines = [f"s{it:03},{1 if it < low else 9}" for it in range(200)]
        (shop / f"{name}.csv").write_text("\n".join(["id,x", *lines]) + "\n", encoding="utf-8")


def test_a_guard_holds_a_night_back_until_it_is_accepted(run, shop):
    nights(shop, one=0, two=50)
    assess = ["assess", "low.toml", "--state", "state.json", "--next-state", "state.json", "--show", "events", "--format", "json"]
    assert run("assess", "low.toml", "one.csv", "--as-of", "2026-03-01", "--next-state", "state.json")[0] == 0
    before = (shop / "state.json").read_text("utf-8")
    code, out, err = run(*assess, "two.csv", "--as-of", "2026-03-02", "--output", "events.json")
    assert (code, out) == (4, "") and "error[guard]: 50 of 200 subscriptions exceed `max_new_alerts`" in err
    assert (shop / "state.json").read_text("utf-8") == before and not (shop / "events.json").exists()
    code, out, err = run(*assess, "two.csv", "--as-of", "2026-03-02", "--accept")
    assert code == 0 and len(json.loads(out)) == 50
    assert "accepted: 50 of 200 subscriptions exceed `max_new_alerts`, which allows 20" in err
    assert foretell.State.from_json((shop / "state.json").read_text("utf-8")).as_of.day == 2
    assert run(*assess, "two.csv", "--as-of", "2026-03-03", "--fail-on-alert")[0] == 3
    # What is explained is told to nobody.
    scored = LOW + '[[scorecards]]\nname = "health"\nbands = [{ name = "red" }]\nfactors = [{ metric = "x", points.linear = { worst = 0, best = 10 } }]\n'
    (shop / "low.toml").write_text(scored, encoding="utf-8")
    (shop / "state.json").write_text(before, encoding="utf-8")
    code, out, err = run("explain", "low.toml", "two.csv", "s000", "--state", "state.json", "--as-of", "2026-03-02")
    assert code == 0 and "accepted" not in err and "10.0" in out


def test_who_is_gone_is_said_on_the_command_line(run, shop):
    nights(shop, one=3)
    rows = (shop / "one.csv").read_text("utf-8")
    (shop / "less.csv").write_text(rows.replace("s000,1\n", ""), encoding="utf-8")
    assert run("assess", "low.toml", "one.csv", "--as-of", "2026-03-01", "--next-state", "state.json")[0] == 0
    assess = ["assess", "low.toml", "less.csv", "--as-of", "2026-03-02", "--state", "state.json", "--show", "events", "--format", "json"]
    code, out, err = run(*assess)
    assert (code, json.loads(out)) == (0, []) and "note: setaside: kind subscription, subjects 1" in err
    for more in [["--complete", "subscriptions"], ["--gone", "s000"]]:
        code, out, err = run(*assess, *more)
        assert [(it["subject"], it["reason"]) for it in json.loads(out)] == [("s000", "subject_gone")] and "setaside" not in err
    code, _, err = run(*assess, "--complete", "accounts")
    assert code == 1 and "there is no table of accounts" in err


def test_a_state_that_is_none_has_a_code_of_its_own(run, shop):
    nights(shop, one=0)
    for text, why in [
        ("{}", "error[empty]: an empty table is no state"),
        ("", "error[empty]"),
        ('{"version": 0}', "error["),
        ('{"foretell_state": 99, "sections": {}}', "error[later-form]"),
    ]:
        (shop / "state.json").write_text(text, encoding="utf-8")
        for command in ["assess", "score"]:
            code, _, err = run(command, "low.toml", "one.csv", "--as-of", "2026-03-02", "--state", "state.json")
            assert code == 6 and why in err and "state" in err, (text, err)
    (shop / "state.json").write_text('{"foretell_state": 2,\n"as', encoding="utf-8")
    _, _, err = run("assess", "low.toml", "one.csv", "--as-of", "2026-03-02", "--state", "state.json")
    assert "--> state.json:2:4 (state)" in err and "the text was cut" in err
    assert "cannot be used" in run("--help")[1] and "4 a guard tripped" in run("--help")[1].replace("\n", " ")
