"""What several tests need."""

from pathlib import Path

import pyarrow as pa
import pytest

import foretell

REPOSITORY = Path(__file__).resolve().parents[3]
CASES = REPOSITORY / "tests" / "cases"

CONFIG = """
name = "Shop"

[[metrics]]
name = "days_since_login"
label = "last login"
unit = "days ago"

[[metrics]]
name = "active_users"

[[metrics]]
name = "seats"

[[metrics]]
name = "plan"
type = "text"

[[metrics]]
name = "is_trial"
type = "flag"

[[metrics]]
name = "utilization"
expr = "active_users / seats"

[[scorecards]]
name = "health"
bands = [{ name = "red" }, { name = "yellow", from = 40 }, { name = "green", from = 70 }]
factors = [
    { metric = "days_since_login", weight = 2, points.linear = { worst = 60, best = 0 } },
    { metric = "utilization", weight = 3, points.piecewise = [[0.2, 0], [0.5, 60], [0.9, 100]] },
]

[[rules]]
name = "quiet_and_unused"
when = 'days_since_login > 20 && utilization < 0.5 && plan != "free" && !is_trial'
severity = "critical"
message = "no login for ${days_since_login} days"
playbook = "call"

[[playbooks]]
name = "call"
steps = [{ name = "call", channel = "call", owner = "csm", title = "Call the admin" }]

[[tests]]
name = "it fires"
given = { days_since_login = 30, active_users = 1, seats = 10, plan = "'pro'", is_trial = false }
events = ["quiet_and_unused fired at 0"]
"""

ROWS = {
    "id": ["acme", "globex", "initech"],
    "days_since_login": [30.0, 2.0, None],
    "active_users": [35.0, None, 9.0],
    "seats": [100, 50, 10],
    "plan": ["pro", "free", None],
    "is_trial": [False, True, None],
}

DAY = "2026-03-01"


def table(**columns) -> pa.Table:
    """The rows with other columns."""
    return pa.table({**ROWS, **columns})


def faults(engine, data, **more):
    """What is wrong with an input, or what is said of it."""
    with pytest.raises(foretell.InputError) as error:
        engine.score(data, as_of=DAY, **more)
    with pytest.raises(foretell.InputError):
        engine.assess(data, as_of=DAY, **more)
    return [(it.code, it.path, it.message) for it in error.value.faults] or str(error.value)


@pytest.fixture(scope="session")
def engine() -> foretell.Engine:
    return foretell.Engine.from_toml(CONFIG)
