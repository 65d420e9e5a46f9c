"""A night in parts comes to the bits of the night as a whole, in Python too."""

import datetime
import json
import pickle

import nights
import pyarrow as pa
import pytest
from conftest import DAY

import foretell
import foretell.spark

ENGINE = foretell.Engine.from_toml(nights.CONFIG)
ALONE = foretell.Engine.from_toml(
    """
    metrics = [{ name = "logins" }]
    rules = [{ name = "no_login", when = "logins < 1" }]
    guards = { max_new_alerts = "50%", from_subjects = 1 }
    """
)
PARTS = 3


def place(kind, id):
    return int(nights.family(kind, id)[1:]) % PARTS


def said(*assessments):
    """All that they say, in an order of its own."""
    rows = []
    for it in assessments:
        for name, table in [("event", it.events()), ("action", it.actions()), *((kind, it.scores(kind)) for kind in ["account", "subscription"])]:
            rows += [repr((name, row)) for row in table.to_pylist()]
    return sorted(rows)


def in_parts(tables, as_of, state, **how):
    """Each part stored and read, as it is on another machine."""
    parts = ENGINE.split(state, key=place, keys=range(PARTS))
    done = []
    for part, own in reversed(parts.items()):
        own = foretell.State.from_json(own.to_json())
        rows = nights.only(tables, lambda id, part=part: place("account", id) == part)
        done.append(pickle.loads(pickle.dumps(ENGINE.assess(rows, as_of=as_of, state=own, part=True, **how))))
    return done, foretell.State.merge(it.state for it in done), foretell.Population.merge(it.population for it in done)


def test_nights_in_parts_have_the_bits_of_the_whole():
    assert ENGINE.partition_key() == "family"
    state, changes, steps, tripped = foretell.State.delivering(), set(), set(), 0
    for number in range(9):
        tables, as_of = nights.night(number), nights.day(number)
        # Of some nights all is said to be there, so whoever is not is gone; others come back.
        how = {"complete": ["accounts", "subscriptions"]} if number in (3, 6) else {}
        if number == 5:
            how["reports"] = [{"action": it["id"], "outcome": "done", "day": as_of} for it in actions[:2]]
        try:
            whole = ENGINE.assess(tables, as_of=as_of, state=state, **how)
            held = []
        except foretell.GuardError as error:
            whole, held = error.accept(), error.tripped
        parts, merged, population = in_parts(tables, as_of, state, **how)
        assert said(*parts) == said(whole)
        assert merged == whole.state and merged.to_json() == whole.state.to_json()
        assert population == whole.population
        assert ENGINE.tripped(population, merged) == held == ENGINE.tripped(whole.population, whole.state)
        tripped += bool(held)
        changes |= {it["change"] for it in whole.events()}
        actions = whole.actions().to_pylist() or actions
        steps |= {it["step"] for it in actions}
        state = merged.hand_out(3)[0] if number % 2 else merged
    assert {"fired", "resolved"} <= changes and steps == {"first", "then"} and tripped


def test_the_same_day_again_in_parts():
    first = ENGINE.assess(nights.night(0), as_of=DAY, state=foretell.State.delivering())
    told, _ = first.state.hand_out()
    other = nights.night(2)
    try:
        whole = ENGINE.assess(other, as_of=DAY, state=told)
    except foretell.GuardError as error:
        whole = error.accept()
    parts, merged, _ = in_parts(other, DAY, told)
    assert said(*parts) == said(whole) and merged == whole.state
    assert {it["change"] for it in whole.events()} & {"withdrawn", "corrected"}


def logins(**given):
    return pa.table({"id": list(given), "logins": pa.array(given.values(), pa.float64())})


def test_a_guard_trips_for_the_whole_alone():
    assert ALONE.partition_key() == "subject"
    state, tripped = foretell.State(), None
    for as_of, value in [(datetime.date(2026, 3, 1), 5.0), (datetime.datetime(2026, 3, 2, 12), 0.0)]:
        parts = ALONE.split(state, key=lambda kind, id: id, keys=["acme", "globex"])
        assert list(parts) == ["acme", "globex"]
        done = [ALONE.assess(logins(**{it: value}), as_of=as_of, state=own, part=True) for it, own in parts.items()]
        population = foretell.Population.merge(it.population for it in done)
        state = foretell.State.merge(it.state for it in done)
        tripped = ALONE.tripped(population, state)
    assert tripped == [{"guard": "max_new_alerts", "kind": "subscription", "name": None, "count": 2, "of": 2, "limit": 1}]
    assert state.moment == datetime.datetime(2026, 3, 2, 12, tzinfo=datetime.timezone.utc)


def test_one_who_is_gone_is_in_its_part():
    night = ALONE.assess(logins(acme=0.0, globex=0.0), as_of="2026-03-01")
    parts = ALONE.split(night.state, key=lambda kind, id: (kind, id[0]))
    assert list(parts) == [("subscription", "a"), ("subscription", "g")]
    # Tonight there is no row of it, and its table is there all the same.
    out = ALONE.assess(logins(), as_of="2026-03-02", state=parts[("subscription", "g")], part=True, complete=["subscriptions"])
    assert [(it["subject"], it["change"]) for it in out.events()] == [("globex", "resolved")]
    with_keys = ALONE.split(foretell.State(), key=lambda kind, id: id, keys=iter(["new"]))
    assert with_keys == {"new": foretell.State()}
    assert ALONE.split(foretell.State(), key=lambda kind, id: id) == {}


def test_a_population_is_stored():
    out = ALONE.assess(logins(acme=0.0, globex=None), as_of=DAY)
    it = out.population
    assert repr(it) == "<foretell.Population of 2 subscriptions>" and it.subjects() == 2 and it.subjects("accounts") == 0
    assert foretell.Population.from_json(it.to_json()) == it == pickle.loads(pickle.dumps(it))
    assert it.to_dict() == json.loads(it.to_json()) and it.to_dict()["kinds"]["subscription"]["begun"] == 1
    assert foretell.Population.merge([]) == foretell.Population() != it
    assert repr(foretell.Population()) == "<foretell.Population of nobody>"
    with pytest.raises(foretell.StateError, match="the population cannot be read"):
        foretell.Population.from_json("{")


def test_what_is_wrong_is_said():
    state = ALONE.assess(logins(acme=0.0), as_of="2026-03-01").state
    later = ALONE.assess(logins(globex=0.0), as_of="2026-03-02").state
    with pytest.raises(foretell.StateError, match="the parts before it are of 2026-03-01") as error:
        foretell.State.merge([state, later])
    assert error.value.faults[0].path == "state.parts[1]"
    with pytest.raises(foretell.StateError, match="another part remembers too"):
        foretell.State.merge([state, state])
    assert foretell.State.merge([]) == foretell.State()
    for wrong in [[3], 3, [None]]:
        with pytest.raises(foretell.ArgumentError, match="expected"):
            foretell.State.merge(wrong)
        with pytest.raises(foretell.ArgumentError, match="expected"):
            foretell.Population.merge(wrong)
    with pytest.raises(foretell.ArgumentError, match="expected a function as `key`, got `str`"):
        ALONE.split(state, key="id")
    with pytest.raises(foretell.ArgumentError, match="unhashable"):
        ALONE.split(state, key=lambda kind, id: [id])
    with pytest.raises(foretell.ArgumentError, match="expected keys, got `int`"):
        ALONE.split(state, key=lambda kind, id: id, keys=3)
    # What a function of the host raises is the host's.
    with pytest.raises(ZeroDivisionError):
        ALONE.split(state, key=lambda kind, id: 1 / 0)
    with pytest.raises(TypeError):
        ALONE.split(state, lambda kind, id: id)


def test_the_part_of_a_family_is_the_same_everywhere():
    of = foretell.spark.part_of
    assert [of("a1", 8), of("größer", 1000), of(7, 1000), of("7", 1000)] == [3, 576, 346, 346]
