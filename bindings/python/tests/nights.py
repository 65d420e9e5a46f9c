"""Nights of families, for tests of parts: accounts and their subscriptions, whose metrics read one another."""

import random

import pyarrow as pa

CONFIG = """
[[metrics]]
name = "use"

[[metrics]]
name = "plan"
type = "text"

[[metrics]]
name = "nps"
subject = "account"

[[metrics]]
name = "all_use"
subject = "account"
expr = "subscriptions.use.sum"

[[scorecards]]
name = "health"
margin = 5
bands = [{ name = "red" }, { name = "green", from = 50 }]
factors = [
    { metric = "use", weight = 3, points.linear = { worst = 0, best = 4 }, missing = { carry = "2d" } },
    { metric = "account.nps", points.linear = { worst = 0, best = 4 } },
]

[[scorecards]]
name = "whole"
subject = "account"
bands = [{ name = "red" }, { name = "green", from = 50 }]
factors = [{ metric = "subscriptions.health.mean", points.linear = { worst = 0, best = 100 } }]

[[rules]]
name = "weak"
when = 'health < 50 && plan != "free"'
playbook = "visit"

[[rules]]
name = "all_weak"
subject = "account"
when = "whole < 50 && (all_use ?? 0) < 6"
severity = "critical"

[[inhibit]]
on = "parent"
source = ["all_weak"]
target = ["weak"]

[[playbooks]]
name = "visit"
steps = [{ name = "first", channel = "call", title = "call" }, { name = "then", after = "2d", channel = "call", title = "again" }]

[guards]
max_new_alerts = "60%"
max_gone = "60%"
from_subjects = 4
"""

ACCOUNTS = 12


def day(night):
    return f"2026-03-{night + 1:02}"


def family(kind, id):
    """The account of a subject."""
    return id.replace("s", "a").split("_")[0]


def night(number, seed=20260301):
    """Tonight's tables by kind; accounts and subscriptions come and go."""
    draw = random.Random(seed * 100 + number)

    def value():
        return draw.choice([None, 0.0, 1.0, 2.5, 3.0, 4.0])

    accounts = [f"a{it}" for it in range(ACCOUNTS) if draw.random() < 0.85]
    ids = [(it, f"s{it[1:]}_{at}") for it in accounts for at in range(4) if draw.random() < 0.8]
    return {
        "account": pa.table({"id": accounts, "nps": pa.array([value() for _ in accounts], pa.float64())}),
        "subscription": pa.table(
            {
                "account_id": pa.array([it[0] for it in ids], pa.string()),
                "id": pa.array([it[1] for it in ids], pa.string()),
                "use": pa.array([value() for _ in ids], pa.float64()),
                "plan": pa.array([draw.choice(["free", "größer", None]) for _ in ids], pa.string()),
            }
        ),
    }


def only(tables, keep):
    """The rows of families."""

    def some(table, column):
        return table.filter(pa.array([keep(it) for it in table.column(column).to_pylist()], pa.bool_()))

    return {"account": some(tables["account"], "id"), "subscription": some(tables["subscription"], "account_id")}
