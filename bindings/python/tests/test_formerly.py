"""What was renamed goes on under its new name."""

import datetime

import pyarrow as pa
import pytest

import foretell

DAYS = [datetime.date(2026, 3, it) for it in range(1, 5)]


def engine(rule, metric, formerly):
    former = {True: ['formerly = ["no_login"]', 'formerly = ["idle"]'], False: ["", ""]}[formerly]
    return foretell.Engine.from_toml(f"""
        [[metrics]]
        name = "{metric}"
        {former[1]}
        [[rules]]
        name = "{rule}"
        {former[0]}
        when = "{metric} > 5"
        keep_firing_for = "1d"
    """)


def night(it, metric, value, day, state):
    out = it.assess(pa.table({"id": ["s"], metric: [value]}), as_of=day, state=state)
    return out, [(it["rule"], it["change"]) for it in out.events().to_pylist()]


@pytest.mark.parametrize("formerly", [True, False])
def test_a_renamed_rule_is_not_told_again(formerly):
    old = engine("no_login", "idle", False)
    new = engine("quiet", "days_idle", formerly)
    out, events = night(old, "idle", 9, DAYS[0], foretell.State())
    assert events == [("no_login", "fired")]
    state = foretell.State.from_json(out.state.to_json())
    out, events = night(new, "days_idle", 9, DAYS[1], state)
    if not formerly:
        assert sorted(events) == [("no_login", "resolved"), ("quiet", "fired")]
        return
    assert events == []
    out, events = night(new, "days_idle", 1, DAYS[2], out.state)
    assert events == []
    out, events = night(new, "days_idle", 1, DAYS[3], out.state)
    assert events == [("quiet", "resolved")]


def test_a_former_name_in_use_is_a_fault():
    with pytest.raises(foretell.ConfigError, match="`b` is a rule already"):
        foretell.Engine.from_toml("""
            metrics = [{ name = "x" }]
            rules = [{ name = "a", formerly = ["b"], when = "x > 1" }, { name = "b", when = "x > 2" }]
        """)
