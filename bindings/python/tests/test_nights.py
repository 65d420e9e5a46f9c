"""Nights that go wrong: nothing is lost, invented, or told twice."""

import copy
import datetime
import json
import pickle
import random

import pyarrow as pa
import pytest
from conftest import REPOSITORY

import foretell

RULES = """
metrics = [{ name = "x" }]
[[rules]]
name = "low"
when = "x < 5"
severity = "critical"
message = "x is ${x}"
labels = { team = "north" }
owner = "ann"
[[rules]]
name = "fell"
when = "x.previous > 5 && x < 5"
[[rules]]
name = "long"
when = "x < 7"
for = "2d"
"""

FIRST = datetime.date(2026, 3, 1)


def day(number):
    return FIRST + datetime.timedelta(days=number)


def rows(**values):
    return pa.table({"id": list(values), "x": pa.array(list(values.values()), pa.float64())})


def told(out):
    return [(it["rule"], it["subject"], it["change"]) for it in out.events().to_pylist()]


@pytest.fixture(scope="module")
def engine():
    return foretell.Engine.from_toml(RULES)


@pytest.fixture(scope="module")
def low():
    return foretell.Engine.from_toml('metrics = [{ name = "x" }]\n[[rules]]\nname = "low"\nwhen = "x < 5"\n')


# A night that is run again.


def test_a_transition_that_came_late_is_told(engine):
    one = engine.assess(rows(a=9, b=9), as_of=day(0))
    two = engine.assess(rows(a=9, b=9), as_of=day(1), state=one.state)
    assert told(two) == []
    late = engine.assess(rows(a=9, b=1), as_of=day(1), state=two.state)
    assert told(late) == [("fell", "b", "fired"), ("low", "b", "fired")]
    first = engine.assess(rows(a=9, b=1), as_of=day(1), state=one.state)
    assert late.events() == first.events() and late.alerts() == first.alerts()


def test_what_is_no_longer_true_is_withdrawn_and_other_figures_are_corrected(engine):
    out = engine.assess(rows(a=1, b=2), as_of=day(0))
    ids = {it["subject"]: it["id"] for it in out.events().to_pylist()}
    again = engine.assess(rows(a=9, b=3), as_of=day(0), state=out.state)
    assert told(again) == [("low", "a", "withdrawn"), ("low", "b", "corrected")]
    for it in again.events().to_pylist():
        assert it["supersedes"] == ids[it["subject"]] != it["id"] and it["of"] == "fired"
    assert [it["change"] for it in again.to_dict()["events"]] == [
        {"kind": "withdrawn", "of": "fired"},
        {"kind": "corrected", "of": "fired"},
    ]
    assert [it["supersedes"] for it in again.to_dict()["events"]] == list(ids.values())
    assert again.events().column("message")[1] == "x is 3"


def test_an_action_is_withdrawn_too():
    engine = foretell.Engine.from_toml(
        RULES + 'playbook = "call"\n[[playbooks]]\nname = "call"\nsteps = [{ name = "call", channel = "call", title = "Call" }]\n'
    )
    out = engine.assess(rows(a=6), as_of=day(0))
    out = engine.assess(rows(a=6), as_of=day(2), state=out.state)
    (issued,) = out.actions().to_pylist()
    assert (issued["change"], issued["supersedes"]) == ("issued", None)
    again = engine.assess(rows(a=9), as_of=day(2), state=out.state)
    (back,) = again.actions().to_pylist()
    assert (back["change"], back["supersedes"]) == ("withdrawn", issued["id"])
    assert again.to_dict()["actions"][0]["change"] == "withdrawn"


def test_the_same_night_twice_changes_no_bit(engine):
    state = foretell.State.delivering()
    for number, x in enumerate([9, 1, 6, 9]):
        out = engine.assess(rows(a=x), as_of=day(number), state=state)
        again = engine.assess(rows(a=x), as_of=day(number), state=out.state)
        assert told(again) == [] and again.state.to_json() == out.state.to_json()
        state = again.state


@pytest.mark.parametrize("seed", range(12))
def test_nights_that_are_run_again_come_to_what_perfect_nights_tell(engine, seed):
    of = random.Random(seed)
    values = {f"s{it}": 9.0 for it in range(12)}
    perfect, state, wanted, said = foretell.State(), foretell.State(), [], {}
    for number in range(20):
        values = {it: max(0.0, min(10.0, x + of.uniform(-4, 4))) for it, x in values.items()}
        best = engine.assess(rows(**values), as_of=day(number), state=perfect)
        wanted += best.events().to_pylist()
        perfect = best.state
        # Runs in which some are missing or have another value, and then one with what is true.
        runs = [
            {it: x if of.random() < 0.9 else of.uniform(0, 10) for it, x in values.items() if of.random() < 0.9}
            for _ in range(of.randrange(3))
        ]
        for given in [*runs, values]:
            out = engine.assess(rows(**given), as_of=day(number), state=state)
            for it in out.events().to_pylist():
                assert it["id"] not in said
                said[it["id"]] = it
            state = foretell.State.from_json(out.state.to_json())
    back = {it["supersedes"] for it in said.values() if it["supersedes"]}
    assert back <= said.keys() and len(back) > 10

    def what(it):
        return it["of"] or it["change"], it["day"], it["rule"], it["subject"], it["since"], it["message"]

    stands = [it for key, it in said.items() if it["change"] != "withdrawn" and key not in back]
    assert sorted(map(what, stands)) == sorted(map(what, wanted))
    assert out.alerts() == best.alerts()
    # What was said differs; what is true does not.
    ours, theirs = (it.to_dict()["sections"] for it in (state, perfect))
    assert {**ours, "record": None} == {**theirs, "record": None}


def test_days_before_the_last_are_an_error_and_run_again_from_a_state_that_was_kept(engine):
    kept = engine.assess(rows(a=9, b=1), as_of=day(0)).state
    newest = engine.assess(rows(a=1, b=1), as_of=day(1), state=kept)
    assert told(newest) == [("fell", "a", "fired"), ("low", "a", "fired")]
    newest = engine.assess(rows(a=1, b=1), as_of=day(2), state=newest.state)
    for data in [rows(a=1), [(day(1), rows(a=1))]]:
        with pytest.raises(foretell.PastError, match="later than 2026-03-02") as error:
            if isinstance(data, list):
                engine.replay(data, state=newest.state)
            else:
                engine.assess(data, as_of=day(1), state=newest.state)
        assert isinstance(error.value, foretell.StateError) and isinstance(error.value, ValueError)
        assert error.value.faults[0].code == "time-reversed"
    back = kept.rewind(newest.state)
    assert back.as_of == day(0)
    one = engine.assess(rows(a=9, b=1), as_of=day(1), state=back)
    assert told(one) == []
    two = engine.assess(rows(a=9, b=1), as_of=day(2), state=one.state)
    assert ("low", "a", "withdrawn") in told(two)
    assert not any(it[:2] == ("low", "b") for it in told(two))
    assert told(engine.assess(rows(a=9, b=1), as_of=day(2), state=two.state)) == []
    # Where the days come to the same nothing is said.
    one = engine.assess(rows(a=1, b=1), as_of=day(1), state=back)
    two = engine.assess(rows(a=1, b=1), as_of=day(2), state=one.state)
    assert told(one) == told(two) == []


def test_a_moment_takes_nothing_from_the_night_before_it(engine):
    night = engine.assess(rows(a=9), as_of=day(0)).state
    night = engine.assess(rows(a=9), as_of=day(1), state=night).state
    moment = engine.assess(rows(a=9), as_of="2026-03-03T09:00:00Z", state=night).state
    assert moment.back_to(day(0)) is None
    again = engine.assess(rows(a=1), as_of=day(1), state=moment.back_to(day(1)))
    assert told(again) == []
    again = engine.assess(rows(a=1), as_of="2026-03-03T09:00:00Z", state=again.state)
    assert told(again) == [("fell", "a", "fired"), ("fell", "a", "resolved"), ("low", "a", "fired")]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [("", "empty", None), ("{}", "empty", None), ('{"foretell_state": 2,\n"as', "syntax", 2), ('{"rows": []}', "missing-key", None)],
)
def test_a_state_that_cannot_be_read_says_where_and_what_to_do(text, code, line):
    with pytest.raises(foretell.StateError, match="the state cannot be read") as error:
        foretell.State.from_json(text)
    [fault] = error.value.faults
    assert (fault.code, fault.line) == (code, line)
    assert fault.path == "state" and fault.help and "State::" not in fault.help


# Set aside is not gone.


def book(*subscriptions):
    records = [{"id": key, "account": "p", "company": "c", "seats": seats} for key, seats in subscriptions]
    return foretell.Book.from_tables(
        companies=[{"id": "c"}],
        accounts=[{"id": "p", "company": "c"}],
        subscriptions=records,
        lenient=True,
    )


def test_one_rejected_cell_leaves_the_alerts_of_its_subject_waiting():
    engine = foretell.Engine.from_toml(
        'metrics = [{ name = "seats", attribute = "seats" }]\n[[rules]]\nname = "small"\nwhen = "seats < 10"\n'
    )
    one = engine.assess(book(("a", 5), ("b", 50)), as_of=day(0))
    assert told(one) == [("small", "a", "fired")]
    bad = book(("a", "five"), ("b", 50))
    assert [it["id"] for it in bad.rejected] == ["a"]
    two = engine.assess(bad, as_of=day(1), state=one.state)
    assert told(two) == [] and {"SetAside": {"kind": "subscription", "subjects": 1}} in two.notes
    three = engine.assess(book(("a", 5), ("b", 50)), as_of=day(2), state=two.state)
    assert told(three) == [] and three.alerts().column("subject") == ["a"]
    ended = engine.assess(book(("a", 50), ("b", 50)), as_of=day(3), state=two.state)
    assert told(ended) == [("small", "a", "resolved")]


@pytest.mark.parametrize("short", [rows(), rows(b=9)], ids=["empty", "truncated"])
def test_a_short_table_ends_nobody(low, short):
    one = low.assess(rows(a=1, b=9, c=1), as_of=day(0))
    two = low.assess(short, as_of=day(1), state=one.state)
    assert told(two) == []
    three = low.assess(rows(a=1, b=9, c=1), as_of=day(2), state=two.state)
    assert told(three) == [] and three.alerts().column("subject") == ["a", "c"]


def test_who_is_gone_is_said(low):
    one = low.assess(rows(a=1, b=1, c=9), as_of=day(0))
    resolved = [("low", "a", "resolved")]
    for given in [
        {"gone": [("subscription", "a")]},
        {"gone": {"subscriptions": ["a"]}},
        {"gone": (it for it in [["subscriptions", "a"]])},
    ]:
        assert told(low.assess(rows(b=1, c=9), as_of=day(1), state=one.state, **given)) == resolved
    for kind in ["subscription", "subscriptions"]:
        out = low.assess(rows(b=1, c=9), as_of=day(1), state=one.state, complete=[kind])
        assert told(out) == resolved and out.events().column("reason") == ["subject_gone"]
    numbers = pa.table({"id": [7, 8], "x": [1.0, 9.0]})
    state = low.assess(numbers, as_of=day(0)).state
    assert told(low.assess(numbers.slice(1), as_of=day(1), state=state, gone={"subscription": [7]})) == [
        ("low", "7", "resolved")
    ]
    history = [(day(it), rows(**values)) for it, values in enumerate([{"a": 1, "b": 9}, {"b": 9}])]
    assert low.replay(history).events().column("change") == ["fired"]
    assert low.replay(history, complete=["subscriptions"]).events().column("change") == ["fired", "resolved"]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"complete": "subscriptions"}, "`complete` is a list of kinds"),
        ({"complete": [3]}, "`complete` is a list of kinds"),
        ({"complete": ["seats"]}, "`seats` is no kind of subject"),
        ({"complete": ["accounts"]}, "all accounts are said to be given, and there is no table of accounts"),
        ({"gone": ["a"]}, "`gone` is a list of pairs"),
        ({"gone": "subscription"}, "`gone` is a list of pairs"),
        ({"gone": {"subscriptions": "a"}}, "`gone` is a list of pairs"),
        ({"gone": {"subscriptions": [1.5]}}, "`gone` is a list of pairs"),
        ({"gone": [("seats", "a")]}, "`seats` is no kind of subject"),
        ({"complete": 3}, "what was handed over cannot be read"),
    ],
)
def test_who_is_gone_is_said_plainly(low, given, why):
    with pytest.raises(foretell.InputError, match=why):
        low.assess(rows(a=1), as_of=day(0), **given)


# A state that is none.


def stored(engine):
    return engine.assess(rows(a=1, b=9), as_of=day(0)).state.to_json()


def test_what_is_no_state_is_not_a_first_night(engine):
    text = stored(engine)
    later = json.loads(text)
    later["foretell_state"] = 99
    section = json.loads(text)
    section["sections"]["seats"] = {"v3": {"a": 5}}
    del section["sum"]
    changed = text.replace('"since":"2026-03-01"', '"since":"2026-02-01"', 1)
    assert changed != text
    for wrong, why in [
        ("{}", "an empty table is no state"),
        ("{}", r"a first night begins with `State\(\)`, on purpose"),
        ("", "there is no text where a state was wanted"),
        ("[]", "is no state"),
        ('{"version": 0}', "no form of a state"),
        ('{"a": 1}', "no state of foretell"),
        (text[: len(text) // 2], "the text ends where"),
        (json.dumps(later), "form 99"),
        (json.dumps(section), "later version"),
        (json.dumps(section), "with `keep_later=True`, which keeps it as it came"),
        (changed, "not the one that was written"),
    ]:
        with pytest.raises(foretell.StateError, match=why) as error:
            foretell.State.from_json(wrong)
        assert isinstance(error.value, ValueError)
    first = foretell.State.from_json(foretell.State().to_json())
    assert first == foretell.State() and first.as_of is None


def test_what_a_later_version_wrote_is_handed_on_where_that_is_asked(engine):
    later = json.loads(stored(engine))
    later["sections"]["seats"] = {"v3": {"a": 5}}
    del later["sum"]
    state = foretell.State.from_json(json.dumps(later), keep_later=True)
    out = engine.assess(rows(a=1, b=9), as_of=day(1), state=state)
    assert out.state.to_dict()["sections"]["seats"] == {"v3": {"a": 5}}


def test_a_state_that_cannot_be_of_this_engine_raises(engine):
    engine = foretell.Engine.from_toml(
        RULES + '[[scorecards]]\nname = "health"\nbands = [{ name = "red" }, { name = "green", from = 50 }]\n'
        'factors = [{ metric = "x", points.linear = { worst = 0, best = 10 } }]\n'
    )
    state = json.loads(stored(engine))
    state["sections"]["bands"]["v1"]["health"]["a"]["band"] = "rde"
    del state["sum"]
    state = foretell.State.from_json(json.dumps(state))
    with pytest.raises(foretell.StateError, match="no band `rde`"):
        engine.assess(rows(a=1), as_of=day(1), state=state)
    with pytest.raises(foretell.StateError, match="no band `rde`"):
        engine.replay([(day(1), rows(a=1))], state=state)


# Guards.

MANY = [f"s{it:03}" for it in range(200)]


def many(**other):
    return rows(**{**{it: 9.0 for it in MANY}, **other})


def test_a_guard_raises_with_the_whole_assessment(low):
    one = low.assess(many(), as_of=day(0))
    bad = many(**{it: 1.0 for it in MANY[:50]})
    with pytest.raises(foretell.GuardError, match="50 of 200 subscriptions exceed `max_new_alerts`, which allows 20") as error:
        low.assess(bad, as_of=day(1), state=one.state)
    held = error.value
    assert isinstance(held, foretell.ForetellError) and isinstance(held, ValueError)
    (tripped,) = held.tripped
    assert tripped == {"guard": "max_new_alerts", "kind": "subscription", "name": None, "count": 50, "of": 200, "limit": 20}
    assert [(it.code, it.path) for it in held.faults] == [("guard", "guards.max_new_alerts")]
    assert one.state.as_of == day(0) and one.alerts().num_rows == 0
    out = held.accept()
    assert out is held.assessment and len(told(out)) == 50 and out.state.as_of == day(1)
    assert told(low.assess(bad, as_of=day(2), state=out.state)) == []
    again = pickle.loads(pickle.dumps(held))
    assert str(again) == str(held) and again.tripped == held.tripped and again.accept().state == out.state
    assert copy.copy(held).tripped == held.tripped


def test_a_table_that_is_short_although_it_is_said_to_be_complete_trips(low):
    one = low.assess(many(s000=1.0), as_of=day(0))
    with pytest.raises(foretell.GuardError) as error:
        low.assess(rows(s001=9.0), as_of=day(1), state=one.state, complete=["subscriptions"])
    assert "max_gone" in [it["guard"] for it in error.value.tripped]
    half = pa.table({"id": MANY, "x": pa.array([None] * 200, pa.float64())})
    with pytest.raises(foretell.GuardError) as error:
        low.assess(half, as_of=day(1), state=one.state)
    assert [(it["guard"], it["name"]) for it in error.value.tripped] == [("max_missing", "x")]


def test_guards_are_settings_of_the_config(low):
    bad = many(**{it: 1.0 for it in MANY[:50]})
    for text, trips in [
        ("", True),
        ('[guards]\nmax_new_alerts = "25%"', False),
        ("[guards]\nmax_new_alerts = 0.24", True),
        ("[guards]\nfrom_subjects = 201", False),
        ("guards = { max_new_alerts = 1.0, min_subjects = 201 }", True),
    ]:
        source = f"{text}\n{low.source}" if text.startswith("guards") else f"{low.source}\n{text}"
        engine = foretell.Engine.from_toml(source)
        state = engine.assess(many(), as_of=day(0)).state
        if trips:
            with pytest.raises(foretell.GuardError):
                engine.assess(bad, as_of=day(1), state=state)
        else:
            assert len(told(engine.assess(bad, as_of=day(1), state=state))) == 50
        replayed = engine.replay([(day(1), bad)], state=state)
        assert [it[0] for it in replayed.tripped] == [day(1)] * trips and replayed.events().num_rows == 50
    with pytest.raises(foretell.ConfigError, match="max_gone"):
        foretell.Engine.from_toml(f'{low.source}\n[guards]\nmax_gone = "500%"')


def test_one_row_is_explained_whatever_the_guards(engine):
    engine = foretell.Engine.from_toml(
        RULES + '[[scorecards]]\nname = "health"\nbands = [{ name = "red" }, { name = "green", from = 50 }]\n'
        'factors = [{ metric = "x", points.linear = { worst = 0, best = 10 } }]\n[guards]\nmin_subjects = 150\n'
    )
    state = engine.assess(many(), as_of=day(0)).state
    assert engine.explain({"id": "s000", "x": 1.0}, as_of=day(1), state=state).score == 10


def test_a_function_that_fails_leaves_alerts_waiting():
    def half(x: list[float]) -> list[float]:
        return [it / 2 if it != 3 else ValueError("three") for it in x]

    engine = foretell.Engine.from_toml(
        'metrics = [{ name = "x" }]\n[[rules]]\nname = "low"\nwhen = "half(x) < 2"\n', functions={"half": half}
    )
    one = engine.assess(rows(a=2, b=9), as_of=day(0))
    two = engine.assess(rows(a=3, b=9), as_of=day(1), state=one.state)
    assert "three" in two.faults[0].message and ("low", "a", "resolved") not in told(two)
    three = engine.assess(rows(a=2, b=9), as_of=day(2), state=two.state)
    assert ("low", "a", "fired") not in told(three)


# What is delivered.


def burst(engine, state=None, **values):
    given = values or {it: 1.0 for it in "abcdef"}
    return engine.assess(rows(**given), as_of=day(0), state=state or foretell.State.delivering())


def test_a_burst_is_handed_out_in_parts_and_nothing_is_lost(low):
    state, outbox = burst(low).state.hand_out(at_most=2)
    assert len(outbox) == 2 and outbox.waiting == {"warning": 4}
    first = [it.id for it in outbox.deliveries]
    # A host that crashes before it acknowledges is handed the same.
    state, again = foretell.State.from_json(state.to_json()).hand_out(at_most=2)
    assert [it.id for it in again.deliveries] == first and again.waiting == {"warning": 4}
    state, count = state.acknowledge(first)
    assert count == 2 and len(state.waiting) == 4 and state.acknowledge(first)[1] == 0
    seen = set(first)
    for number in (1, 2):
        state = low.assess(rows(**{it: 1.0 for it in "abcdef"}), as_of=day(number), state=state).state
        state, outbox = state.hand_out(at_most=2)
        ids = {it.id for it in outbox.deliveries}
        assert len(ids) == 2 and not ids & seen and all(it.as_of == day(0) for it in outbox.deliveries)
        seen |= ids
        state, _ = state.acknowledge(list(ids))
    assert len(seen) == 6 and state.waiting == []


def test_a_state_never_changes(low):
    state = burst(low).state
    text = state.to_json()
    state.hand_out()[0].acknowledge([it.id for it in state.waiting])
    state.rewind(state)
    assert state.to_json() == text and not any(it.handed_out for it in state.waiting)


def test_a_delivery_says_what_it_is(engine):
    out = burst(engine, a=1.0)
    assert [it.handed_out for it in out.state.waiting] == [False]
    state, outbox = out.state.hand_out()
    (it,) = outbox.deliveries
    assert (it.as_of, it.moment, it.supersedes, it.handed_out) == (day(0), None, None, True)
    assert (it.severity, it.owner, it.action) == ("critical", "ann", None)
    assert it.event == out.to_dict()["events"][0] and it.id == it.event["id"]
    assert it.to_dict() == {"id": it.id, "as_of": "2026-03-01", "supersedes": None, "handed_out": True, "event": it.event}
    assert repr(it) == "<foretell.Delivery of 2026-03-01: low fired, a>" and it == state.waiting[0]
    assert repr(outbox) == "<foretell.Outbox: 1 deliveries in 1 groups, 0 wait>"
    (group,) = outbox.groups
    assert (group.key, group.severity, len(group), group.deliveries) == ("ann", "critical", 1, [it])
    assert outbox.to_dict() == {"groups": [{"key": "ann", "severity": "critical", "deliveries": [it.to_dict()]}], "waiting": {}}
    # What was handed out may have been sent: it is withdrawn, with the id that it takes back.
    again = engine.assess(rows(a=9), as_of=day(0), state=state)
    _, outbox = again.state.hand_out()
    assert [(it.event["change"]["kind"], it.supersedes) for it in outbox.deliveries] == [
        ("fired", None),
        ("withdrawn", it.id),
    ]
    # What was not is dropped.
    dropped = engine.assess(rows(a=9), as_of=day(0), state=out.state)
    assert told(dropped) == [] and dropped.state.waiting == []


def test_actions_are_delivered_too():
    engine = foretell.Engine.from_toml(
        'metrics = [{ name = "x" }]\n[[rules]]\nname = "low"\nwhen = "x < 5"\nplaybook = "call"\n[[playbooks]]\nname = "call"\n'
        'steps = [{ name = "ring", channel = "call", owner = "bob", title = "Call" }]\n'
    )
    _, outbox = burst(engine, a=1.0).state.hand_out()
    assert [(it.key, [d.action is None for d in it.deliveries]) for it in outbox.groups] == [("", [True]), ("bob", [False])]
    it = outbox.groups[1].deliveries[0]
    assert it.event is None and it.action["step"] == "ring" and it.to_dict()["action"] == it.action
    assert repr(it) == "<foretell.Delivery of 2026-03-01: call ring issued, a>"


def test_deliveries_are_grouped_as_wanted(engine):
    data = {
        "subscription": pa.table({"id": ["a", "b"], "x": [1.0, 2.0], "account_id": ["p", "q"], "company_id": ["c", "c"]}),
        "account": pa.table({"id": ["p", "q"], "company_id": ["c", "c"]}),
        "company": pa.table({"id": ["c"]}),
    }
    state = engine.assess(data, as_of=day(0), state=foretell.State.delivering()).state
    for by, keys in [
        ("owner", ["ann"]),
        ("subject", ["subscription a", "subscription b"]),
        ("rule", ["low"]),
        ("severity", ["critical"]),
        ("account", ["p", "q"]),
        ("company", ["c"]),
        (("label", "team"), ["north"]),
        (("label", "none"), [""]),
    ]:
        assert [it.key for it in state.hand_out(by=by)[1].groups] == keys, by
    for wrong in ["team", 3, ("label",), ("rule", "x"), ""]:
        with pytest.raises(foretell.InputError, match="`by` is `owner`"):
            state.hand_out(by=wrong)


def test_the_most_valuable_go_first(low):
    state = burst(low).state
    worth = {"a": 1, "b": 5.5, "c": None, "d": 3, "e": float("nan"), "f": 4}
    _, outbox = state.hand_out(value=lambda it: worth[it.event["subject"]])
    subjects = [it.event["subject"] for it in outbox.deliveries]
    assert subjects[:4] == ["b", "f", "d", "a"] and set(subjects[4:]) == {"c", "e"}
    _, outbox = state.hand_out(at_most=1, value=lambda it: worth[it.event["subject"]])
    assert [it.event["subject"] for it in outbox.deliveries] == ["b"]
    seen = []
    state.hand_out(value=seen.append)
    assert sorted(it.id for it in seen) == sorted(it.id for it in state.waiting)
    assert all(it.as_of == day(0) and not it.handed_out for it in seen)
    # A state that was never asked keeps none: its first call begins with those of the last day.
    fresh = burst(low, foretell.State()).state
    assert fresh.waiting == []
    assert [it.event["subject"] for it in fresh.hand_out(value=lambda it: worth[it.event["subject"]])[1].deliveries] == subjects


def test_what_a_value_raises_is_the_hosts(low):
    state = burst(low).state
    text = state.to_json()
    with pytest.raises(ZeroDivisionError):
        state.hand_out(value=lambda it: 1 / 0)
    for wrong in [lambda it: "much", lambda it: True, 3]:
        with pytest.raises(foretell.ArgumentError, match="value"):
            state.hand_out(value=wrong)
    with pytest.raises(foretell.ArgumentError):
        state.hand_out(at_most="two")
    with pytest.raises(foretell.ForetellError):
        state.hand_out(at_most=-1)
    with pytest.raises(foretell.ArgumentError):
        state.acknowledge("id")
    assert state.to_json() == text


def test_the_night_of_the_readme_loses_nothing(low):
    readme = (REPOSITORY / "bindings" / "python" / "README.md").read_text("utf-8")
    (night,) = [it for it in readme.split("```python\n") if it.startswith("state = foretell.State.from_json(load())")]
    kept, sent, paged = [foretell.State.delivering().to_json()], [], []
    attempt = iter(range(1000))

    def send(owner, delivery):
        # The receiver drops every other.
        if next(attempt) % 2:
            sent.append(delivery["id"])
            return True
        return False

    def run(number, table):
        names = {
            "foretell": foretell, "engine": low, "today": day(number), "table": table, "send": send,
            "load": lambda: kept[-1], "store": kept.append, "page_somebody": paged.append,
        }  # fmt: skip
        exec(night.partition("```")[0], names)

    lows = {it: 1.0 for it in MANY[:15]}
    run(0, many(**lows))
    for number in range(1, 8):
        run(number, many(**lows))
    assert len(sent) == len(set(sent)) == 15 and foretell.State.from_json(kept[-1]).waiting == []
    stored = list(kept)
    with pytest.raises(foretell.GuardError):
        run(8, many(**lows, **{it: 1.0 for it in MANY[50:100]}))
    assert kept == stored and paged[0][0]["guard"] == "max_new_alerts"


def test_a_state_of_form_one_is_read_and_its_own_day_cannot_be_assessed_again(low):
    alerts = low.assess(rows(a=1), as_of=day(0)).state.to_dict()["sections"]["alerts"]["v1"]
    old = {"version": 1, "as_of": "2026-03-01", "engine": low.hash, "alerts": alerts}
    state = foretell.State.from_json(json.dumps(old))
    assert state.as_of == day(0)
    assert told(low.assess(rows(a=1), as_of=day(1), state=state)) == []
    assert told(low.assess(rows(a=9), as_of=day(1), state=state)) == [("low", "a", "resolved")]
    with pytest.raises(foretell.StateError, match="cannot be assessed again") as error:
        low.assess(rows(a=1), as_of=day(0), state=state)
    assert not isinstance(error.value, foretell.PastError) and error.value.faults[0].path == "state.undo"


def test_a_later_day_is_past_for_scores_and_rows_too(engine):
    engine = foretell.Engine.from_toml(
        RULES + '[[scorecards]]\nname = "health"\nfactors = [{ metric = "x", points.linear = { worst = 0, best = 10 } }]\n'
        'bands = [{ name = "red" }]\n'
    )
    state = engine.assess(rows(a=1), as_of=day(1)).state
    for ask in [
        lambda: engine.score(rows(a=1), as_of=day(0), state=state),
        lambda: engine.explain({"id": "a", "x": 1}, as_of=day(0), state=state),
    ]:
        with pytest.raises(foretell.PastError, match="the state is of 2026-03-02, later than 2026-03-01"):
            ask()


def test_what_a_function_raises_comes_before_a_guard():
    def half(x: list[float]) -> list[float]:
        return [it / 2 if it != 3 else ValueError("three") for it in x]

    text = 'metrics = [{ name = "x" }]\n[[rules]]\nname = "low"\nwhen = "half(x) < 2"\n'
    engine = foretell.Engine.from_toml(text, functions={"half": half}, raise_failures=True)
    state = engine.assess(many(), as_of=day(0)).state
    with pytest.raises(foretell.FunctionError, match="three"):
        engine.assess(many(**{it: 1.0 for it in MANY[:50]}, s199=3.0), as_of=day(1), state=state)
