"""Scores and nights on Spark, with the bits of one machine. Executors need this package and pyarrow.

`score(df, engine, as_of=...)` goes through `mapInArrow`: rows are scored where they lie, batch by batch, and nothing is shuffled.
`assess(df, state_df, engine, as_of=...)` assesses a night in parts, each family in its own with its own state. Each Python worker
compiles the engine once.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Optional, TypeVar, Union

from ._errors import ArgumentError
from ._files import _module
from ._foretell import Engine, State
from ._night import HeldError, Night, assess, merge, split
from ._spark import id_column, part_of
from ._spark import plain as _plain

__all__ = ["HeldError", "Night", "assess", "merge", "part_of", "score", "split"]

Frame = TypeVar("Frame")


def score(
    df: Frame,
    engine: Engine,
    *,
    as_of: Union[datetime.date, datetime.datetime, str],
    state: Optional[State] = None,
    kind: Optional[str] = None,
    subject: Optional[str] = None,
    observed: Optional[Mapping[str, str]] = None,
    strict: bool = True,
) -> Frame:
    """Scores every row of a Spark data frame: one row out for one in, with its id and the columns of `Engine.score`.

    What does not fit the config is an `InputError` here, before any job runs: a missing column, a column of another kind than its
    metric, no column of ids. What is wrong with a value ends the job with that error's text, and its row is counted in its batch.
    An id that is duplicated is found only within a batch.

    Columns are called as in `Engine.score`, so names with a dot want backticks. Texts that are categories in `Engine.score`, such as
    bands, are plain texts here. Only the columns that the engine reads leave the JVM.
    """
    pa, types = _module("pyarrow"), _module("pyspark.sql.pandas.types")
    frame: Any = df
    if not (hasattr(frame, "columns") and hasattr(frame, "mapInArrow")):
        raise ArgumentError(f"expected a data frame of Spark, got `{type(frame).__name__}`")
    if not isinstance(engine, Engine):
        raise ArgumentError(f"expected a `foretell.Engine`, got `{type(engine).__name__}`")
    ids = id_column(frame.columns, subject, kind or engine.subject)
    wanted = {ids, *engine.columns(kind), *(observed or {}).values()}
    names = [it for it in frame.columns if it in wanted]
    # Spark takes a dot in a name for a way into a structure.
    quoted = [it.replace("`", "``") for it in names]
    frame = frame.selectExpr(*(f"`{it}` as c{at}" for at, it in enumerate(quoted)))
    how: dict[str, Any] = {"as_of": as_of, "state": state, "kind": kind, "subject": ids, "observed": observed, "strict": strict}
    # The score of no rows has the columns of any, and says now what else each executor would say.
    nothing = types.to_arrow_schema(frame.schema).empty_table().rename_columns(names)
    schema = _plain(pa, pa.schema(engine.score(nothing, **how)))
    text = engine.source

    def scores(batches: Iterable[Any]) -> Iterator[Any]:
        return _scores(batches, names, text, how, schema)

    scored: Frame = frame.mapInArrow(scores, types.from_arrow_schema(schema))
    return scored


@functools.lru_cache(maxsize=16)
def _engine(text: str) -> Engine:
    """The engine of a config, compiled once in each Python worker."""
    return Engine.from_toml(text)


def _scores(
    batches: Iterable[Any], names: list[str], text: str, how: dict[str, Any], schema: Any
) -> Iterator[Any]:
    """What a Python worker does with a partition."""
    pa = _module("pyarrow")
    for batch in batches:
        named = pa.RecordBatch.from_arrays(batch.columns, names=names)
        scores = pa.table(_engine(text).score(named, **how))
        yield from scores.cast(schema).to_batches()
