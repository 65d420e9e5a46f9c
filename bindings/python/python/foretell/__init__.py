"""Scores the health of subscriptions, raises alerts from rules and explains every number.

>>> import foretell
>>> engine = foretell.Engine.from_toml('''
... metrics = [{ name = "days_since_login" }]
... [[scorecards]]
... name = "health"
... bands = [{ name = "red" }, { name = "green", from = 50 }]
... factors = [{ metric = "days_since_login", points.linear = { worst = 60, best = 0 } }]
... ''')
>>> engine.explain({"days_since_login": 45}, as_of="2026-03-01")
<foretell.Explanation: health of subscription row, 25.0 red>
"""

from ._errors import (
    ArgumentError,
    ConfigError,
    Fault,
    FileError,
    ForetellError,
    FunctionError,
    GuardError,
    InputError,
    InternalError,
    NotFoundError,
    PastError,
    RecordError,
    StateError,
)
from ._foretell import (
    Assessment,
    Book,
    Change,
    Delivery,
    DeliveryGroup,
    Engine,
    Explanation,
    Outbox,
    Plan,
    Population,
    Replay,
    Report,
    Scores,
    State,
    Table,
    TestReport,
    __version__,
)
from ._functions import Function

__all__ = [
    "ArgumentError",
    "Assessment",
    "Book",
    "Change",
    "ConfigError",
    "Delivery",
    "DeliveryGroup",
    "Engine",
    "Explanation",
    "Fault",
    "FileError",
    "ForetellError",
    "Function",
    "FunctionError",
    "GuardError",
    "InputError",
    "InternalError",
    "NotFoundError",
    "Outbox",
    "PastError",
    "Plan",
    "Population",
    "RecordError",
    "Replay",
    "Report",
    "Scores",
    "State",
    "StateError",
    "Table",
    "TestReport",
    "__version__",
]
