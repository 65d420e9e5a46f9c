"""What was renamed goes on under its new name."""

import datetime

import pytest

import foretell

DAY = datetime.date(2026, 3, 1)
DAYS = [DAY + datetime.timedelta(it) for it in range(4)]


def engine(rule, metric, formerly):
    rules = {"name": rule, "when": f"{metric}.change_1d > 1 || {metric} > 5", "keep_firing_for": "1d"}
    metrics = {"name": metric}
    if formerly:
        rules["formerly"], metrics["formerly"] = ["no_login"], ["idle"]
    return foretell.Engine.from_dict({"metrics": [metrics], "rules": [rules]})


def night(it, metric, value, day, state):
    out = it.assess([{"id": "s", metric: value}], as_of=day, state=state)
    return out, [(it["rule"], it["change"]) for it in out.events().to_pylist()]


@pytest.mark.parametrize("formerly", [True, False])
def test_a_renamed_rule_is_not_told_again(formerly):
    old = engine("no_login", "idle", False)
    new = engine("quiet", "days_idle", formerly)
    out, told = night(old, "idle", 9, DAYS[0], foretell.State())
    assert told == [("no_login", "fired")]
    out, told = night(new, "days_idle", 9, DAYS[1], out.state)
    if not formerly:
        assert sorted(told) == [("no_login", "resolved"), ("quiet", "fired")]
        return
    assert told == []
    out, told = night(new, "days_idle", 1, DAYS[2], out.state)
    out, told = night(new, "days_idle", 1, DAYS[3], out.state)
    assert told == [("quiet", "resolved")]


def test_a_former_name_in_use_is_a_fault():
    rules = [{"name": it, "when": f"x > {at}", "formerly": ["b"] if it == "a" else []} for at, it in enumerate("ab")]
    with pytest.raises(foretell.ConfigError, match="`b` is a rule already"):
        foretell.Engine.from_dict({"metrics": [{"name": "x"}], "rules": rules})
