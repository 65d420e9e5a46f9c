"""The dicts that results hold."""

from __future__ import annotations

from typing import Any, Optional, TypedDict, Union

from ._errors import Fault

Value = Union[float, bool, str, None]


class Stall(TypedDict):
    """A feed that is complete until an earlier day alone."""

    feed: str
    until: str


class Line(TypedDict):
    """A factor's part in a score."""

    path: list[str]
    factor: str
    metric: str
    label: str
    unit: Optional[str]
    value: Value
    points: Optional[float]
    weight: float
    effective_weight: float
    contribution: float
    status: str
    stand_in: Optional[str]
    observed: Optional[str]
    measured: Optional[float]
    points_case: Optional[int]
    weight_case: Optional[int]
    stalled: Optional[Stall]
    lost: float
    why: str


class Group(TypedDict):
    """A group's own score."""

    path: list[str]
    score: Optional[float]
    coverage: float
    weight: float


class Part(TypedDict):
    """One part of a change."""

    path: list[str]
    cause: str
    points: float
    text: str


class Score(TypedDict):
    """A subject's score with what a score must never be without."""

    subject: str
    score: Optional[float]
    raw_score: Optional[float]
    coverage: float
    interval: Optional[list[float]]
    band: Optional[str]
    raw_band: Optional[str]
    withheld: Optional[str]
    oldest_input: Optional[str]


class Planned(TypedDict):
    """An expression of a config, and how it runs."""

    path: str
    text: str
    message: bool
    gear: str
    why: Optional[str]
    steps: list[str]


class Shared(TypedDict):
    """Rules that are asked together."""

    kind: str
    rules: int
    steps: int
    alone: int


class Tripped(TypedDict):
    """A guard that tripped."""

    guard: str
    """The setting: `max_gone`."""
    kind: str
    name: Optional[str]
    """The metric or scorecard that it is about."""
    count: int
    of: int
    limit: int


class Failure(TypedDict):
    """Something that was not as a config's test expects."""

    step: int
    day: str
    subject: str
    what: str
    expected: str
    got: str
    because: list[str]


class Test(TypedDict):
    """What became of a config's test."""

    name: str
    steps: int
    checks: int
    failures: list[Failure]


class Coverage(TypedDict):
    """What of a config no test reached."""

    rules_not_fired: list[str]
    bands_not_reached: list[list[str]]
    playbooks_not_begun: list[str]


class Rejection(TypedDict):
    """A record that was set aside."""

    table: str
    row: int
    id: str
    reason: str
    fault: Fault


class TableReport(TypedDict):
    """What became of the rows of a table: `loaded` and `rejected` sum to `read`."""

    read: int
    loaded: int
    rejected: int
    own_fields: dict[str, int]
    """The columns that are fields of your own, with the number of rows that have a value of it."""


class LoadReport(TypedDict):
    """What became of the rows of a book."""

    tables: dict[str, TableReport]
    notes: list[Fault]
    """Warnings that kept no record out, such as a column whose name is near that of a known field."""


Plain = dict[str, Any]
