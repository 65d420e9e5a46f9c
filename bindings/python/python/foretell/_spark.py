"""What a Python worker of Spark does with a part of a night, and how what comes out travels: one row a part, tables as Arrow streams."""

from __future__ import annotations

import functools
import json
import pickle
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Optional, Union

from ._errors import InputError
from ._files import _module
from ._foretell import Assessment, Engine, State

KINDS = {"company": "companies", "account": "accounts", "subscription": "subscriptions", "case": "cases"}
"""Every kind, parents before children, with its plural."""


def part_of(key: Union[str, int], partitions: int) -> int:
    """The part in which a family is, by its key: the CRC-32 of the text of it, as Spark computes it, by the number of parts."""
    return zlib.crc32(str(key).encode()) % partitions


def id_column(columns: list[str], subject: Optional[str], kind: str) -> str:
    """What the column of ids is called. Numbers of rows, which one machine falls back to, would mean nothing."""
    usual = [subject] if subject else ["id", f"{kind}_id"]
    for name in usual:
        if name in columns:
            return name
    wanted = " or ".join(f"`{it}`" for it in usual)
    raise InputError(f"no column of ids: expected {wanted}, got `{'`, `'.join(columns)}`")


@dataclass(frozen=True)
class Work:
    """What is to be done with each part."""

    engine: bytes
    """With its functions, as cloudpickle writes it."""
    how: dict[str, Any]
    """What `Engine.assess` is given beside data and state."""
    names: Mapping[str, list[str]]
    """By kind the names of its columns. In the frame of all kinds they are `c0_subscription` and so on, in that order."""
    schemas: Mapping[str, Any]
    """By name the schema of each table that comes out."""


@functools.lru_cache(maxsize=16)
def engine_of(pickled: bytes) -> Engine:
    """The engine, compiled once in each Python worker."""
    engine: Engine = pickle.loads(pickled)
    return engine


def column(at: int, kind: str) -> str:
    """What a column is called in the frame of all kinds."""
    return f"c{at}_{kind}"


def state_of(stored: Union[str, bytes, None]) -> State:
    """The state of a row, a text or the bytes of one."""
    if stored is None:
        raise InputError("a part has no state: the first night begins with that of `foretell.spark.split`")
    return State.from_json(stored if isinstance(stored, str) else bytes(stored).decode())


def assessed(work: Work, part: int, rows: Any, stored: Union[str, bytes]) -> Any:
    """Assesses a part: a table of one row."""
    pa = _module("pyarrow")
    engine = engine_of(work.engine)
    given = {kind: _rows(rows, kind, names, len(work.names) == 1) for kind, names in work.names.items()}
    out = engine.assess(given, state=state_of(stored), part=True, **work.how)
    counts, known = engine._outline(out.state)
    here = [(kind, id) for kind in given for id in out.subjects(kind)]
    away = sorted(set(known).difference(here))
    found = {**results(out, list(given)), "here": _subjects(here), "away": _subjects(away)}
    row = {
        "part": pa.array([part], pa.int64()),
        "missing": pa.array([len(away)], pa.int64()),
        "population": pa.array([out.population.to_json()], pa.string()),
        "counts": pa.array([counts.to_json()], pa.string()),
        "state": pa.array([out.state.to_json()], pa.string()),
    }
    row.update((name, pa.array([_packed(it, work.schemas[name])], pa.binary())) for name, it in found.items())
    return pa.table(row)


def results(out: Assessment, kinds: Iterable[str]) -> dict[str, Any]:
    """The tables that an assessment gives."""
    pa = _module("pyarrow")
    text = pa.string()
    of_faults = ["code", "severity", "path", "message", "help"]
    return {
        **{f"scores_{kind}": pa.table(out.scores(kind)) for kind in kinds},
        "events": pa.table(out.events()),
        "alerts": pa.table(out.alerts()),
        "actions": pa.table(out.actions()),
        "notes": pa.table({"note": pa.array([json.dumps(it) for it in out.notes], text)}),
        "faults": pa.table({name: pa.array([getattr(it, name) for it in out.faults], text) for name in of_faults}),
    }


def schemas(out: Assessment, kinds: Iterable[str]) -> dict[str, Any]:
    """Their schemas, and those of who is here and who is away."""
    pa = _module("pyarrow")
    found = {**results(out, kinds), "here": _subjects([]), "away": _subjects([])}
    return {name: plain(pa, it.schema) for name, it in found.items()}


def plain(pa: Any, schema: Any) -> Any:
    """The schema with texts in the place of categories, which Spark does not have."""
    category = pa.types.is_dictionary
    return pa.schema([it.with_type(it.type.value_type) if category(it.type) else it for it in schema])


def unpacked(batches: Iterable[Any]) -> Iterator[Any]:
    """The rows of packed tables."""
    pa = _module("pyarrow")
    for batch in batches:
        for cell in batch.column(0):
            yield from pa.ipc.open_stream(cell.as_buffer())


def _rows(rows: Any, kind: str, names: list[str], is_only: bool) -> Any:
    """The rows of a kind, their columns called as they were."""
    pa = _module("pyarrow")
    if not is_only:
        rows = rows.filter(_module("pyarrow.compute").equal(rows.column("kind"), kind))
    return pa.table([rows.column(column(at, kind)) for at in range(len(names))], names=names)


def _subjects(them: list[tuple[str, str]]) -> Any:
    """Subjects as a table: who has a row in a part, or is remembered in it and has none."""
    pa = _module("pyarrow")
    kinds, ids = [it[0] for it in them], [it[1] for it in them]
    return pa.table({"kind": pa.array(kinds, pa.string()), "id": pa.array(ids, pa.string())})


def _packed(table: Any, schema: Any) -> Any:
    """A table as an Arrow stream."""
    pa = _module("pyarrow")
    out = pa.BufferOutputStream()
    with pa.ipc.new_stream(out, schema) as stream:
        stream.write_table(table.cast(schema))
    return out.getvalue().to_pybytes()
