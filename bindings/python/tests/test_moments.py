"""Zones, local days, and assessments as of a moment."""

import datetime
import zoneinfo

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import foretell

ENGINE = foretell.Engine.from_toml("""
    metrics = [
        { name = "quiet", from = "usage.logins", take = "days_since_last" },
        { name = "logins", from = "usage.logins", take = "sum" },
    ]
    [[rules]]
    name = "silent"
    when = "quiet >= 20"
""")
LA = zoneinfo.ZoneInfo("America/Los_Angeles")
UTC = datetime.timezone.utc
EVENING = datetime.datetime(2026, 3, 1, 17, tzinfo=LA)
DAY = datetime.date(2026, 3, 1)


def book(dates, **more):
    usage = dates if not isinstance(dates, list) else [
        {"name": "logins", "subscription_id": "s", "date": it, "value": 1} for it in dates
    ]
    return foretell.Book.from_tables(subscriptions=[{"id": "s"}], usage=usage, **more)


def quiet(book, as_of):
    return ENGINE.assess(book, as_of=as_of).values(["quiet"]).to_pylist()[0]["quiet"]


def column(dates):
    return {"name": ["logins"], "subscription_id": ["s"], "value": [1], "date": dates}


ARROW = pa.array([EVENING.astimezone(UTC)], pa.timestamp("us", "America/Los_Angeles"))
RECORDS = {
    "a text": ["2026-03-01T17:00:00-08:00"],
    "an aware datetime": [EVENING],
    "a Timestamp": [pd.Timestamp(EVENING)],
    "a column of pandas": pd.DataFrame(column(pd.Series([pd.Timestamp(EVENING)]))),
    "a column of Polars": pl.DataFrame(column([EVENING])).with_columns(pl.col("date").dt.convert_time_zone("America/Los_Angeles")),
    "a column of Arrow": pa.table(column(ARROW)),
    "a column of Arrow with an offset": pa.table(column(ARROW.cast(pa.timestamp("ns", "-08:00")))),
}


@pytest.mark.parametrize("name", RECORDS)
def test_the_local_day_of_a_record_counts(name):
    it = book(RECORDS[name])
    assert (quiet(it, DAY), quiet(it, "2026-03-02")) == (0, 1)
    # In UTC it is 1:00 of 2 March.
    before, then = (datetime.datetime(2026, 3, 2, 0, 59, tzinfo=UTC), datetime.datetime(2026, 3, 2, 1, tzinfo=UTC))
    assert quiet(it, before) is None
    assert quiet(it, then) == 1


ZONES = {
    "a name": "America/Los_Angeles",
    "an offset": "-08:00",
    "a ZoneInfo": LA,
    "a timezone": datetime.timezone(datetime.timedelta(hours=-8)),
    "offsets": {"first": -480, "changes": [["2026-03-08T10:00:00", -420]]},
}


@pytest.mark.parametrize("name", ZONES)
def test_moments_in_utc_have_the_day_of_the_book(name):
    date = "2026-03-02T01:00:00Z"
    assert quiet(book([date]), "2026-03-01") is None
    assert quiet(book([date], zone=ZONES[name]), "2026-03-01") == 0
    naive = [datetime.datetime(2026, 3, 1, 17)]
    assert quiet(book(naive, zone=ZONES[name]), datetime.datetime(2026, 3, 1, 16, 59)) is None
    assert quiet(book(naive, zone=ZONES[name]), datetime.datetime(2026, 3, 2, 1, tzinfo=UTC)) == 0


def test_a_zone_stands_in_json_and_is_refused_where_it_is_none():
    text = '{"zone": "-08:00", "subscriptions": [{"id": "s"}], "usage": []}'
    assert foretell.Book.from_json(text).zone == "-08:00"
    assert foretell.Book.from_json(text, zone="UTC").zone == "UTC"
    for wrong in ["Mars/Olympus", "+25:00", 5, {"first": "soon"}]:
        with pytest.raises(foretell.InputError, match="zone"):
            book(["2026-03-01"], zone=wrong)


MOMENTS = {
    "an aware datetime": (EVENING, datetime.datetime(2026, 3, 2, 1, tzinfo=UTC)),
    "a naive one": (datetime.datetime(2026, 3, 1, 9), datetime.datetime(2026, 3, 1, 9, tzinfo=UTC)),
    "a text": ("2026-03-01T09:00:00+01:00", datetime.datetime(2026, 3, 1, 8, tzinfo=UTC)),
    "a Timestamp": (pd.Timestamp("2026-03-01T09:00"), datetime.datetime(2026, 3, 1, 9, tzinfo=UTC)),
    "a Timestamp of midnight with a zone": (pd.Timestamp("2026-03-01", tz="UTC"), datetime.datetime(2026, 3, 1, tzinfo=UTC)),
    "a scalar of NumPy": (np.datetime64("2026-03-01T09:00", "ns"), datetime.datetime(2026, 3, 1, 9, tzinfo=UTC)),
    # They write a day as its midnight.
    "a day of pandas": (pd.Timestamp("2026-03-01"), None),
    "a day of NumPy": (np.datetime64("2026-03-01", "ns"), None),
    "a day": (DAY, None),
}


@pytest.mark.parametrize("name", MOMENTS)
def test_as_of_is_a_day_or_a_moment(name):
    given, moment = MOMENTS[name]
    out = ENGINE.assess(book(["2026-01-01"]), as_of=given)
    assert (out.moment, out.state.moment) == (moment, moment)
    assert ENGINE.score(book(["2026-01-01"]), as_of=given).moment == moment
    again = ENGINE.assess(book(["2026-01-01"]), as_of=given, state=foretell.State.from_json(out.state.to_json()))
    assert again.state == out.state and len(again.events()) == 0


def test_events_of_moments_are_steps_of_one_day():
    steps = [
        (datetime.datetime(2026, 3, 1, 9, tzinfo=UTC), book(["2026-01-01"])),
        (datetime.datetime(2026, 3, 1, 11, tzinfo=UTC), book(["2026-03-01"])),
        (datetime.datetime(2026, 3, 1, 15, tzinfo=UTC), book(["2026-01-01"])),
    ]
    events = ENGINE.replay(steps).events().to_pylist()
    assert [(it["change"], it["at"][11:16]) for it in events] == [("fired", "09:00"), ("resolved", "11:00"), ("fired", "15:00")]
    assert len({it["id"] for it in events}) == 3
    assert [it["fired_at"] for it in events] == ["2026-03-01T09:00:00Z", "2026-03-01T09:00:00Z", "2026-03-01T15:00:00Z"]
    with pytest.raises(foretell.StateError, match="later than"):
        ENGINE.replay(steps[::-1])


def test_records_that_lie_later_are_noted():
    out = ENGINE.assess(book(["2026-01-01", "2026-03-02T01:00:00Z", "2026-03-05"]), as_of=DAY)
    assert out.notes == [{"Later": {"table": "usage", "records": 2}}]
