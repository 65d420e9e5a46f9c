"""What the classes do, and that they come back from a pickle and from JSON as they were."""

import datetime
import decimal
import doctest
import inspect
import pickle
import types

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from conftest import CONFIG, DAY, ROWS

import foretell

SCORES = [pytest.approx(38), None, 100.0]


@pytest.fixture
def assessment(engine):
    return engine.assess(pa.table(ROWS), as_of=DAY)


def test_the_example_of_the_package_is_true():
    assert doctest.testmod(foretell).failed == 0


def test_an_engine_says_what_it_is(engine, tmp_path):
    assert repr(engine) == "<foretell.Engine `Shop`: 6 metrics, 1 scorecard, 1 rule, 1 playbook>"
    assert (engine.name, engine.subject) == ("Shop", "subscription")
    assert (engine.scorecards, engine.rules) == (["health"], ["quiet_and_unused"])
    assert engine.columns()["plan"] == "text"
    assert engine.columns("account") == {}
    assert engine.lint() == []
    file = tmp_path / "shop.toml"
    file.write_text(CONFIG, encoding="utf-8")
    for source in [file, str(file)]:
        assert foretell.Engine.from_toml(source) == engine
    assert len({engine, foretell.Engine.from_toml(file)}) == 1
    assert engine.source == CONFIG
    with pytest.raises(FileNotFoundError):
        foretell.Engine.from_toml("nowhere.toml")


def test_scores_are_a_table(engine):
    scores = engine.score(pa.table(ROWS), as_of=DAY)
    rows = scores.table().to_pylist()
    assert [it["health"] for it in rows] == SCORES
    assert [it["health.band"] for it in rows] == ["red", None, "green"]
    assert [it["health.coverage"] for it in rows] == pytest.approx([1.0, 0.4, 0.6])
    assert [it["rules.quiet_and_unused"] for it in rows] == [True, False, None]
    assert [it["id"] for it in rows] == ROWS["id"]
    assert repr(scores) == "<foretell.Scores of 2026-03-01: 3 subscriptions, health>"
    assert (len(scores), scores.as_of, scores.faults) == (3, datetime.date(2026, 3, 1), [])
    assert len(scores.table("account")) == 0
    table = scores.table()
    assert (table.num_rows, len(table), table.column_names[:2]) == (3, 3, ["id", "health"])
    assert table.column("health") == SCORES
    assert repr(table).startswith("<foretell.Table: 3 rows of id, health, ")
    with pytest.raises(foretell.NotFoundError, match="there is no column `wealth`"):
        table.column("wealth")


def test_an_assessment_says_what_there_is_to_know(engine, assessment):
    assert repr(assessment) == (
        "<foretell.Assessment of 2026-03-01: 3 subscriptions, 1 alert, 1 action>"
    )
    assert (len(assessment), assessment.subjects(), assessment.engine) == (3, ROWS["id"], engine)
    assert assessment.score("acme")["band"] == "red"
    assert assessment.bands() == {"red": 1, "yellow": 0, "green": 1, None: 1}
    assert assessment.events().column("message") == ["no login for 30 days"]
    assert assessment.alerts().column("phase") == ["firing"]
    assert assessment.actions().column("title") == ["Call the admin"]
    assert assessment.verdicts().column("verdict") == ["match", "no_data"]
    factors = assessment.factors().to_pylist()
    assert len(factors) == 6
    assert factors[0]["why"] == "last login is 30 days ago"
    assert assessment.values(["utilization"]).column("utilization") == [0.35, None, 0.9]
    assert set(assessment.values().column_names) == {"id", *engine.columns()}
    whole = assessment.to_dict()
    assert whole["events"][0]["evidence"][0] == ["days_since_login", 30.0]
    with pytest.raises(foretell.NotFoundError, match="no subscription `nobody` was assessed"):
        assessment.score("nobody")
    with pytest.raises(foretell.NotFoundError, match="unknown scorecard `wealth`: there are `health`"):
        assessment.explain("acme", "wealth")
    with pytest.raises(foretell.NotFoundError, match="the config has no `nope` of a subscription"):
        assessment.values(["nope"])


def test_an_explanation_sums_to_its_score(engine, assessment):
    why = assessment.explain("acme")
    assert why == engine.explain(assessment, "acme")
    assert str(why).startswith("health of subscription acme on 2026-03-01: 38.0 red\n")
    assert sum(it["contribution"] for it in why.lines) == pytest.approx(why.raw_score, abs=1e-9)
    assert [it["factor"] for it in why.strongest()] == ["utilization", "days_since_login"]
    assert (why.kind, why.subject, why.scorecard, why.band) == ("subscription", "acme", "health", "red")
    assert (why.coverage, why.min_coverage, why.interval) == (1.0, 0.5, (why.score, why.score))
    assert why.to_dict()["lines"][0]["metric"] == "days_since_login"
    none = assessment.explain("globex")
    assert (none.score, none.no_score) == (None, "coverage")
    assert repr(none) == "<foretell.Explanation: health of subscription globex, no score>"


def test_a_row_is_explained_without_a_table(engine):
    row = {"days_since_login": 30, "active_users": 35.0, "seats": 100, "plan": "pro", "id": "acme"}
    assert engine.explain(row, as_of=DAY).score == pytest.approx(38)
    assert engine.explain({}, as_of=DAY).score is None
    for bad, why in [
        ({"seats": "many"}, "`seats` is"),
        ({"seats": float("inf")}, "not finite"),
        ({"plan": 3}, "`plan` is"),
        ({"is_trial": 1}, "`is_trial` is"),
        ({"seats": "30"}, "`seats` is the text `30`, the metric is a number"),
        ({"seats": "nan"}, "`seats` is the text `nan`, the metric is a number"),
        ({"plan": decimal.Decimal(3)}, "`plan` is the text `3`"),
        ({"seats": object()}, "got `object`"),
        ({"days_since_lgin": 30}, "`days_since_lgin` is no metric of a subscription(.|\n)*did you mean `days_since_login`?"),
        ({"other": [1]}, "leave it out: a row has metrics alone"),
    ]:
        with pytest.raises(foretell.InputError, match=why):
            engine.explain(bad, as_of=DAY)
    with pytest.raises(foretell.InputError, match="say `as_of`"):
        engine.explain(row)
    with pytest.raises(foretell.InputError, match="expected an assessment and a subject"):
        engine.explain(3, as_of=DAY)
    with pytest.raises(foretell.InputError) as error:
        engine.explain({"days": 1, "seats": "x", "active_users": float("inf")}, as_of=DAY)
    assert [it.code for it in error.value.faults] == ["unknown-name", "wrong-type", "not-finite"]


def test_a_row_is_of_whatever_has_keys(engine):
    row = {"days_since_login": 30, "active_users": 35, "seats": 100, "plan": "pro", "is_trial": False}
    wanted = engine.explain(row, as_of=DAY)
    kinds = {"days_since_login": np.float32, "active_users": np.int64, "seats": decimal.Decimal, "plan": np.str_, "is_trial": np.bool_}
    assert engine.explain({name: kind(row[name]) for name, kind in kinds.items()}, as_of=DAY) == wanted
    assert engine.explain(pd.Series(row), as_of=DAY) == wanted
    assert engine.explain(pd.DataFrame([row]).iloc[0], as_of=DAY) == wanted
    assert engine.explain(types.MappingProxyType(row), as_of=DAY) == wanted
    for nothing in [None, float("nan"), pd.NA, pd.NaT, np.float64("nan"), np.datetime64("NaT"), decimal.Decimal("nan")]:
        assert engine.explain(dict.fromkeys(row, nothing), as_of=DAY).coverage == 0
    with pytest.raises(foretell.InputError, match="expected an assessment and a subject, or a dict"):
        engine.explain(pd.DataFrame([row]), as_of=DAY)


def test_a_change_is_split_by_cause(engine, assessment):
    later = engine.assess(
        pa.table({**ROWS, "days_since_login": [12.0, 2.0, None]}),
        as_of="2026-03-08",
        state=assessment.state,
    )
    change = engine.change(assessment.explain("acme"), later.explain("acme"))
    assert change.difference == pytest.approx(12.0)
    assert sum(it["points"] for it in change.parts) == pytest.approx(change.difference, abs=1e-9)
    assert change.parts[0]["cause"] == "data"
    assert str(change).startswith("38.0 -> 50.0 (+12.0)")
    assert repr(change) == "<foretell.Change: 38.0 -> 50.0 (+12.0), 1 parts>"
    assert foretell.Change.from_json(change.to_json()) == change
    assert pickle.loads(pickle.dumps(change)) == change
    assert later.events().column("change") == ["resolved"]


def test_a_plan_and_tests_print_for_people(engine):
    plan = engine.plan()
    assert plan.coverage == (2, 2)
    assert plan.expressions[0]["path"] == "metrics[5].expr"
    assert str(plan).startswith("2 of 2 expressions are compiled")
    report = engine.run_tests()
    assert report.passed and bool(report) and report.counts == (1, 0)
    assert report.tests[0]["name"] == "it fires"
    assert str(report).endswith("test result: ok. 1 passed, 0 failed")
    wrong = foretell.Engine.from_toml(CONFIG.replace("seats = 10", "seats = 1")).run_tests()
    assert not wrong and wrong.tests[0]["failures"][0]["subject"]


def test_a_history_is_replayed(engine):
    quiet = {**ROWS, "days_since_login": [3.0, 2.0, None]}
    history = [
        (datetime.date(2026, 3, 1), pa.table(quiet)),
        (datetime.datetime(2026, 3, 2, 23, 59), pa.table(ROWS)),
        ("2026-03-03", pa.table(quiet)),
    ]
    replay = engine.replay(history)
    assert replay.events().column("change") == ["fired", "resolved"]
    assert replay.actions().column("step") == ["call"]
    assert replay.subject_days == {"subscription": 9}
    assert replay.faults == []
    assert [it["turn"]["kind"] for it in replay.enrolment_changes] == ["begun", "ended"]
    assert repr(replay) == "<foretell.Replay: 2 events, 1 action>"
    state = None
    for day, table in history:
        state = engine.assess(table, as_of=day, state=state).state
    assert replay.state == state
    with pytest.raises(foretell.StateError, match="the state is of 2026-03-03, later than 2026-03-02"):
        engine.replay(reversed(history))
    # From a state on, and with what is not to be told.
    rest = engine.replay(history[1:], state=engine.assess(history[0][1], as_of=history[0][0]).state)
    assert rest.state == replay.state
    whole = engine.replay(history[2:], state=engine.replay(history[:2]).state)
    assert (whole.events().column("change"), engine.replay(history[2:]).events().column("change")) == (["resolved"], [])
    silence = {"id": "s", "matches": {"rules": ["quiet_and_unused"]}, "author": "kim", "reason": "a fair", "from": "2026-03-01", "until": "2026-03-09"}
    quiet = engine.replay(history, suppressions={"silences": [silence]})
    assert (len(quiet.actions()), len(replay.actions())) == (0, 1)


def test_tables_are_compared_shown_and_walked_through(engine, assessment):
    table = pa.table(ROWS)
    scores, cut = engine.score(table, as_of=DAY), engine.score(table.to_reader(max_chunksize=2), as_of=DAY)
    assert scores == cut and scores.table() == cut.table() != assessment.scores()
    assert assessment.scores() == engine.assess(table.to_reader(max_chunksize=2), as_of=DAY).scores()
    assert scores != engine.score(table, as_of="2026-03-02") and scores.table() != scores.table("account")
    assert scores.table() != engine.score(table.slice(0, 2), as_of=DAY).table() and scores != 3
    other = table.set_column(1, "days_since_login", [[30.0, 2.0, 1.0]])
    assert scores.table() != engine.score(other, as_of=DAY).table()
    assert list(scores) == list(scores.table()) == scores.to_pylist()
    assert list(assessment.scores()) == assessment.to_pylist()
    for it in [scores, assessment]:
        assert it.to_pyarrow().to_pylist() == it.to_polars().to_dicts() == it.to_pylist()
        assert list(it.to_pandas()["id"]) == ROWS["id"]
    again = pickle.loads(pickle.dumps(scores.table()))
    assert (again, type(again)) == (scores.table(), foretell.Table)
    odd = engine.score(pa.table({**ROWS, "id": ["<b>&", "b", "c"]}), as_of=DAY)
    for html in [odd._repr_html_(), odd.table()._repr_html_()]:
        assert html.startswith("<table><thead><tr><th>id</th><th>health</th>")
        assert "<tr><td>&lt;b&gt;&amp;</td><td>38</td>" in html and "more rows" not in html
    long = pa.table({"id": range(1000)})
    html = engine.score(long, as_of=DAY, strict=False)._repr_html_()
    assert (html.count("<tr>"), html.endswith("<p>980 more rows of 1000</p>")) == (21, True)
    with pytest.raises(TypeError, match="pickle"):
        pickle.dumps(scores)


def test_arguments_are_said_in_the_notebook(engine):
    for it in [engine.score, engine.assess, engine.replay, engine.explain]:
        names = set(inspect.signature(it).parameters) - {"history"}
        said = it.__doc__ + (engine.assess.__doc__ if it == engine.replay else "")
        assert [name for name in names if f"`{name}`" not in said] == []


def test_what_stands_beside_a_table_counts(engine):
    """Arguments that another test would pass without."""
    account = foretell.Engine.from_toml(CONFIG.replace('name = "Shop"', 'name = "Shop"\nsubject = "account"'))
    assert account.score(pa.table(ROWS), as_of=DAY).table("account").num_rows == 3
    assert engine.score(pa.table(ROWS), as_of=DAY, kind="account", strict=False).table().column_names[0] == "id"
    assert len(engine.assess(pa.table(ROWS), as_of=DAY, kind="accounts", strict=False).subjects("account")) == 3
    banded = foretell.Engine.from_toml(CONFIG.replace('name = "health"\n', 'name = "health"\nmargin = 20\n'))
    row = {"days_since_login": 0, "active_users": 90, "seats": 100}
    lower = {**row, "days_since_login": 50}
    state = banded.assess(pa.table({"id": ["row"], **{name: [float(it)] for name, it in row.items()}}), as_of=DAY, strict=False).state
    later = "2026-03-02"
    assert banded.explain(lower, as_of=later).band == "yellow"
    assert banded.explain(lower, as_of=later, state=state).band == "green"
    # Whose past it is, the row's own id says.
    past = banded.assess(pa.table({"id": ["acme", "7"], **{name: [float(it)] * 2 for name, it in row.items()}}), as_of=DAY, strict=False).state
    for own in [{"id": "acme"}, {"subscription_id": "acme"}, {"id": 7}, {"id": 7.0}, {"id": np.int64(7)}, {"id": "acme", "subscription_id": "x"}]:
        why = banded.explain({**lower, **own}, as_of=later, state=past)
        assert (why.band, why.subject) == ("green", "acme" if "acme" in own.values() else "7")
        assert banded.explain(pd.Series({**lower, **own}), as_of=later, state=past).band == "green"
    # Without an id there is no past to find.
    for other in [{}, {"account_id": "acme"}, {"id": None}]:
        with pytest.raises(foretell.InputError, match="the row has no id"):
            banded.explain({**lower, **other}, as_of=later, state=past)
    for other in [{"id": "globex"}]:
        assert banded.explain({**lower, **other}, as_of=later, state=past).band == "yellow"
    with pytest.raises(foretell.InputError, match="an id is a text or a whole number, got the number `1.5`"):
        banded.explain({**lower, "id": 1.5}, as_of=later)
    book = foretell.Book.from_tables(
        accounts=({"id": it} for it in ["a1"]),
        subscriptions=[
            {"id": "s1", "account_id": "a1", "start": np.datetime64("2025-01-01"), "end": datetime.date(2026, 1, 1), "seats": float("nan")},
            {"id": "s2", "account_id": "a1", "start": datetime.date(2025, 1, 1), "end": pd.NaT, "seats": pd.NA},
        ],
    )
    assert engine.score(book, as_of=DAY, strict=False).table().column("subscription_id") == ["s2"]
    assert engine.score(book, as_of=DAY, strict=False, with_ended=True).table().column("subscription_id") == ["s1", "s2"]


def test_what_is_over_does_not_count_and_a_tree_is_read():
    """One account: a subscription cancelled on 3 November and paid until the 23rd, another that runs until 10 April."""
    config = """
    metrics = [
      { name = "arr", subject = "account", from = "subscriptions", field = "arr", take = "sum" },
      { name = "ever", subject = "account", from = "subscriptions", take = "count", include_ended = true },
      { name = "group", subject = "company", expr = "tree.subscriptions.arr.sum" },
      { name = "daughters", subject = "company", expr = "companies.count" },
    ]
    """
    book = foretell.Book.from_tables(
        companies=[{"id": "hq"}, {"id": "daughter", "parent_id": "hq"}],
        accounts=[{"id": "reader", "company_id": "daughter"}],
        subscriptions=[
            {"id": "old", "account_id": "reader", "start": "2025-01-23", "end": "2025-11-23", "cancelled_on": "2025-11-03", "arr": "60"},
            {"id": "new", "account_id": "reader", "start": "2025-04-10", "end": "2026-04-10", "arr": "90"},
        ],
    )
    engine = foretell.Engine.from_toml(config)
    for day, arr in [("2025-11-02", 150), ("2025-11-03", 90), ("2026-04-09", 90), ("2026-04-10", 0)]:
        seen = engine.assess(book, as_of=day)
        assert seen.values(["arr", "ever"], kind="account").to_pylist() == [{"account_id": "reader", "arr": arr, "ever": 2}]
        group = seen.values(["group", "daughters"], kind="company").to_pylist()
        assert [(it["group"], it["daughters"]) for it in group] == [(arr, 1), (arr, 0)]
    own = foretell.Engine.from_toml('metrics = [{ name = "n" }, { name = "all", expr = "tree.companies.n.sum" }]\nsubject = "company"')
    given = pa.table({"id": ["hq", "daughter"], "parent_id": [None, "hq"], "n": [1.0, 2.0]})
    assert own.assess(given, as_of=DAY).values(["all"]).column("all") == [3.0, 2.0]


def test_everything_comes_back_from_a_pickle(engine, assessment):
    assert pickle.loads(pickle.dumps(engine)) == engine
    again = pickle.loads(pickle.dumps(assessment))
    assert again.explain("acme") == assessment.explain("acme")
    assert again.state == assessment.state
    assert again.to_json() == assessment.to_json()
    assert again.scores().to_pylist() == assessment.scores().to_pylist()
    state = pickle.loads(pickle.dumps(foretell.State()))
    assert state == foretell.State() != assessment.state
    assert state.as_of is None and repr(state) == "<foretell.State without a past>"
    assert repr(assessment.state) == "<foretell.State of 2026-03-01: 2 bands, 1 alert>"
    assert assessment.state.engine_hash == engine.hash
    assert assessment.state.to_dict()["as_of"] == "2026-03-01"


def test_what_was_stored_is_read_or_refused(engine, assessment):
    text = assessment.to_json()
    assert foretell.Assessment.from_json(text, engine).to_json() == text
    other = foretell.Engine.from_toml(CONFIG.replace("weight = 3", "weight = 4"))
    with pytest.raises(foretell.StateError, match="another engine made this assessment"):
        foretell.Assessment.from_json(text, other)
    with pytest.raises(foretell.StateError, match="another engine made this assessment"):
        other.explain(assessment, "acme")
    for beside in [{"as_of": DAY}, {"state": foretell.State()}]:
        with pytest.raises(foretell.InputError, match="go with a row; an assessment has its own"):
            engine.explain(assessment, "acme", **beside)
    for broken in ["", "{}", text[:-9], text.replace("[30.0,2.0,null]", "[30.0]", 1), "[" * 9999]:
        with pytest.raises(foretell.StateError, match="cannot be read"):
            foretell.Assessment.from_json(broken, engine)
    for broken in ["", '{"versoin": 1}', '{"as_of": "soon"}']:
        with pytest.raises(foretell.StateError, match="the state cannot be read"):
            foretell.State.from_json(broken)
    with pytest.raises(foretell.StateError, match="the explanation cannot be read"):
        foretell.Explanation.from_json("{}")
    with pytest.raises(foretell.StateError, match="form 9"):
        engine.assess(pa.table(ROWS), as_of=DAY, state=foretell.State.from_json('{"version": 9}'))
    with pytest.raises(foretell.StateError, match="form 9"):
        engine.replay([(DAY, pa.table(ROWS))], state=foretell.State.from_json('{"version": 9}'))
    with pytest.raises(foretell.StateError, match="later than 2026-02-01") as error:
        engine.score(pa.table(ROWS), as_of="2026-02-01", state=assessment.state)
    assert [it.code for it in error.value.faults] == ["time-reversed"]


def test_a_book_is_made_of_tables_or_json(tmp_path):
    engine = foretell.Engine.from_toml("""
        currency = "USD"
        [[metrics]]
        name = "logins"
        from = "usage.logins"
        take = "sum"
        [[metrics]]
        name = "arr"
        [[scorecards]]
        name = "health"
        factors = [{ metric = "logins", points.linear = { worst = 0, best = 10 } }]
    """)
    day = datetime.date(2026, 2, 1)
    tables = {
        "accounts": [{"id": "a1"}],
        "subscriptions": pa.table({
            "id": ["s1", "s2"],
            "account_id": pa.array(["a1", "a1"]).dictionary_encode(),
            "start": pa.array([day, day]),
            "arr": pa.array([1200, None], pa.decimal128(10, 2)),
            "currency": ["EUR", None],
        }),
        "usage": pa.table({
            "subscription_id": ["s1", "s1"],
            "name": ["logins", "logins"],
            "date": pa.array([datetime.datetime(2026, 2, 2), datetime.datetime(2026, 2, 3)], pa.timestamp("ms")),
            "value": [3, 4],
        }),
    }
    rates = {"base": "USD", "rates": {"EUR": 1.5}}
    book = foretell.Book.from_tables(rates=rates, **tables)
    assert book.counts == {"accounts": 1, "subscriptions": 2, "usage": 2}
    assert (len(book), book.subjects("account"), book.rejected, book.faults) == (2, ["a1"], [], [])
    assert repr(book) == "<foretell.Book: 1 accounts, 2 subscriptions, 2 usage>"
    out = engine.assess(book, as_of=DAY)
    assert out.values(["arr", "logins"]).to_pylist() == [
        {"subscription_id": "s1", "arr": 1800.0, "logins": 7.0},
        {"subscription_id": "s2", "arr": None, "logins": None},
    ]
    given = pa.table({"id": ["s2"], "logins": [9.0]})
    out = engine.assess(book, as_of=DAY, given=given)
    assert out.scores().column("health") == [None, 90.0]
    assert any("Given" in it for it in out.notes)
    assert engine.score(book, as_of=DAY, given={"subscription": given}).table().column("health") == [None, 90.0]

    json = '{"accounts": [{"id": "a1"}], "subscriptions": [{"id": "s1", "account_id": "a9"}]}'
    with pytest.raises(foretell.RecordError) as error:
        foretell.Book.from_json(json)
    assert error.value.faults[0].code == "unknown-reference"
    file = tmp_path / "book.json"
    file.write_text(json, encoding="utf-8")
    book = foretell.Book.from_json(file, lenient=True)
    assert [(it["table"], it["row"], it["id"]) for it in book.rejected] == [("subscriptions", 0, "s1")]
    for text in ["{", "[1", '"a', "x" * 5000]:
        with pytest.raises(foretell.InputError, match="the book cannot be read"):
            foretell.Book.from_json(text)
    with pytest.raises(foretell.RecordError, match="expected tables of records by name, got a list"):
        foretell.Book.from_json("[1]")
    with pytest.raises(foretell.RecordError, match="unknown table `acounts`"):
        foretell.Book.from_tables(acounts=[])
    with pytest.raises(foretell.InputError, match="accounts.*expected a table or a list of dicts"):
        foretell.Book.from_tables(accounts=3.5)
    with pytest.raises(foretell.InputError, match="`given` stands beside a book"):
        engine.assess(given, as_of=DAY, given=given)
    nested = pa.table({"id": ["a1"], "tags": [["x"]]})
    with pytest.raises(foretell.InputError, match="column `tags` holds List") as error:
        foretell.Book.from_tables(accounts=nested)
    assert error.value.faults[0].path == "accounts.tags"


def test_faults_say_where_they_are():
    with pytest.raises(foretell.ConfigError) as error:
        foretell.Engine.from_toml('[[metrics]]\nname = "x"\nbeter = "higher"\n\n[[rules]]\nname = "r"\nwhen = "y > 1"\n')
    one, two = [it for it in error.value.faults if it.severity == "error"]
    assert (one.code, one.line, one.column, one.severity) == ("unknown-key", 3, 1, "error")
    assert (two.code, two.line, two.column) == ("unknown-name", 7, 9)
    assert "^" in str(two) and two.snippet == 'when = "y > 1"' and two.path == "rules[0].when"
    assert str(one).startswith("error[unknown-key]: ")
    again = pickle.loads(pickle.dumps(error.value))
    assert again.faults == error.value.faults and str(again) == str(error.value)
    assert isinstance(error.value, (foretell.ForetellError, ValueError))


def test_a_config_may_warn():
    engine = foretell.Engine.from_toml("""
        metrics = [{ name = "share", range = [0, 1] }]
        rules = [{ name = "always", when = "share >= 0" }]
    """)
    assert [(it.code, it.severity) for it in engine.lint()] == [("always-same", "warning")]


def test_tables_carry_all_that_records_do():
    """Every field of a record as `to_dict` has it stands in a column of its table."""
    text = CONFIG.replace('title = "Call the admin" }', 'title = "Call the admin", deadline = "2d", escalate_to = "lead" }')
    engine = foretell.Engine.from_toml(text)
    rows = pa.table({**ROWS, "account_id": ["a1", "a1", "a2"], "company_id": ["c1"] * 3})
    accounts = pa.table({"id": ["a1", "a2"], "company_id": ["c1", "c1"]})
    given = {"subscription": rows, "account": accounts, "company": pa.table({"id": ["c1"]})}
    quiet = {"silences": [{"id": "z", "author": "ann", "reason": "known", "from": "2026-03-01", "until": "2026-03-02", "matches": {"rules": ["quiet_and_unused"]}}]}
    first = engine.assess(given, as_of=DAY, suppressions=quiet, strict=False)
    (event,) = first.events()
    assert (event["company"], event["account"], event["subscription"]) == ("c1", "a1", "acme")
    assert event["suppressed_by"] == "silence (id = z, author = ann, reason = known, until = 2026-03-02)"
    assert (event["is_sent"], event["told_before"]) == (False, False)
    assert first.alerts().column("suppressed_by") == [event["suppressed_by"]]
    # A playbook waits until its alert is told.
    told = engine.assess(given, as_of="2026-03-03", state=first.state, strict=False)
    (action,) = told.actions()
    assert (action["company"], action["account"], action["subscription"]) == ("c1", "a1", "acme")
    assert action["deadline"] is not None and action["escalation_of"] is None
    assert "days_since_login = 30" in action["evidence"]
    later = engine.assess(given, as_of="2026-03-09", state=told.state, strict=False)
    escalated = [it for it in later.actions() if it["sort"] == "escalation"]
    assert [it["escalation_of"] for it in escalated] == [action["id"]]
    stand_for = {"parents": ["company", "account"], "change": ["change", "reason", "times", "health"]}
    for table, records in [
        (told.events(), told.to_dict()["events"]),
        (first.events(), first.to_dict()["events"]),
        (first.alerts(), first.to_dict()["alerts"]),
        (told.actions(), told.to_dict()["actions"]),
        (later.actions(), later.to_dict()["actions"]),
        (first.verdicts(), [it for rule in first.to_dict()["rules"] for it in rule["matches"]]),
    ]:
        assert records
        for field in {key for it in records for key in it}:
            assert set(stand_for.get(field, [field])) <= set(table.column_names), field
    (line, *_) = first.explain("acme").lines
    assert set(line) - {"path"} <= set(first.factors().column_names)
