"""How far the records of a feed go."""

import datetime

import pytest

import foretell

ENGINE = foretell.Engine.from_toml("""
    metrics = [
        { name = "quiet", from = "usage.logins", take = "days_since_last" },
        { name = "exports", from = "usage.exports", take = "sum" },
    ]
    [[rules]]
    name = "silent"
    when = "quiet >= 20"
""")
LAST = datetime.date(2026, 3, 1)
DAY = datetime.date(2026, 3, 25)
BOOK = foretell.Book.from_tables(
    subscriptions=[{"id": "s"}],
    usage=[{"name": it, "subscription_id": "s", "date": LAST, "value": 1} for it in ("logins", "exports")],
)


def values(out):
    return out.values(["quiet", "exports"]).to_pylist()[0]


@pytest.mark.parametrize(("until", "quiet", "exports"), [
    (None, 24, 1),
    ({"usage": DAY}, 24, 1),
    ({"usage": LAST}, None, None),
    ({"usage.logins": "2026-03-01"}, None, 1),
    ({"usage": LAST, "usage.logins": datetime.datetime(2026, 3, 26, tzinfo=datetime.timezone.utc)}, 24, None),
])
def test_what_a_stalled_feed_makes_old_is_no_data(until, quiet, exports):
    out = ENGINE.assess(BOOK, as_of=DAY, complete_until=until)
    got = values(out)
    assert (got["quiet"], got["exports"]) == (quiet, exports)
    assert len(out.events().to_pylist()) == (quiet is not None)
    stalled = [it for it in out.notes if "Stalled" in str(it)]
    assert len(stalled) == (quiet is None or exports is None)
    scored = ENGINE.score(BOOK, as_of=DAY, complete_until=until)
    assert scored.faults == []


def test_a_feed_that_is_none_is_a_fault():
    out = ENGINE.assess(BOOK, as_of=DAY, complete_until={"usge": LAST})
    assert [it.help for it in out.faults] == ["did you mean `usage`?"]
    with pytest.raises(foretell.InputError, match="complete_until"):
        ENGINE.assess(BOOK, as_of=DAY, complete_until="usage")
    with pytest.raises(foretell.InputError):
        ENGINE.assess(BOOK, as_of=DAY, complete_until={"usage": "soon"})
