"""A night on Spark, in parts."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, Optional, TypeVar, Union

from ._errors import ArgumentError, Fault, GuardError, InputError
from ._files import _module
from ._foretell import Engine, Population, State
from ._spark import KINDS, Work, assessed, column, id_column, part_of, schemas, state_of, unpacked
from ._types import Tripped

Frame = TypeVar("Frame")
_Day = Union[datetime.date, datetime.datetime, str]

# What an id, and so a key, may be in Spark.
TEXTS = ["string", "varchar", "char", "byte", "short", "integer", "long"]
# Of those that are in a wrong part, so many are named.
MOST_NAMED = 5
# So many are sent to every executor, so that nothing has to be shuffled.
MOST_SENT = 100_000


class Night(Generic[Frame]):
    """A night that was assessed in parts. Everything in it is a data frame of Spark, read from one that is kept (`persist`)."""

    population: Population
    """What all parts counted."""

    def __init__(self, packed: Any, kinds: Sequence[str], tables: Mapping[str, Any], population: Population) -> None:
        self._packed, self._kinds, self._tables = packed, list(kinds), tables
        self.population = population

    @property
    def state(self) -> Frame:
        """The next state, one row a part: what the next night reads. Store it before anything is told."""
        state: Frame = self._packed.select("part", "state")
        return state

    def scores(self, kind: Optional[str] = None) -> Frame:
        """Every score of a kind of subject, as `Assessment.scores` has them; of the kind of the first table if none is named."""
        kind = _kind(kind) if kind else self._kinds[0]
        if kind not in self._kinds:
            raise InputError(f"there is no table of {KINDS[kind]}")
        return self._table(f"scores_{kind}")

    def events(self) -> Frame:
        """What happened to alerts, as `Assessment.events` has it."""
        return self._table("events")

    def alerts(self) -> Frame:
        """The alerts that are not over, as `Assessment.alerts` has them."""
        return self._table("alerts")

    def actions(self) -> Frame:
        """What there is to do, as `Assessment.actions` has it."""
        return self._table("actions")

    def notes(self) -> Frame:
        """What a reader should know, of each part its own: a column `note`, JSON."""
        return self._table("notes")

    def faults(self) -> Frame:
        """What was wrong, of each part its own: `code`, `severity`, `path`, `message`, `help`."""
        return self._table("faults")

    def unpersist(self) -> None:
        """Lets go of what is kept, once all of it that is wanted is stored."""
        self._packed.unpersist()

    def _table(self, name: str) -> Frame:
        types = _module("pyspark.sql.pandas.types")
        table: Frame = self._packed.select(name).mapInArrow(unpacked, types.from_arrow_schema(self._tables[name]))
        return table

    def __repr__(self) -> str:
        return f"<foretell.spark.Night: {repr(self.population)[1:-1]}>"


class HeldError(GuardError):
    """A guard tripped: nothing is to be told, and the next night goes on from the state before, unless the night is accepted.

    The night stands in `night`, on the executors, until `night.unpersist()`.
    """

    night: Night[Any]
    """The whole night with the next state, to look at."""

    def __init__(
        self,
        message: str,
        faults: Sequence[Fault] = (),
        tripped: Sequence[Tripped] = (),
        night: Optional[Night[Any]] = None,
    ) -> None:
        super().__init__(message, faults, tripped)
        if night is not None:
            self.night = night

    def accept(self) -> Night[Any]:  # type: ignore[override]
        """The night although guards tripped: tell what it says, and go on from its state."""
        return self.night


def assess(
    df: Union[Frame, Mapping[str, Frame]],
    state_df: Optional[Frame],
    engine: Engine,
    *,
    as_of: _Day,
    key: Union[str, Mapping[str, str], None] = None,
    partitions: Optional[int] = None,
    kind: Optional[str] = None,
    subject: Union[str, Mapping[str, str], None] = None,
    observed: Optional[Mapping[str, str]] = None,
    strict: bool = True,
    suppressions: Optional[Mapping[str, Any]] = None,
    reports: Optional[Sequence[Mapping[str, Any]]] = None,
    work_calendar: Optional[Mapping[str, Any]] = None,
    complete_until: Optional[Mapping[str, _Day]] = None,
    complete: Optional[Iterable[str]] = None,
    gone: Union[Iterable[tuple[str, Any]], Mapping[str, Iterable[Any]], None] = None,
) -> Night[Frame]:
    """Assesses a night in parts, with the bits of one machine: scores, events, actions and the next state as data frames.

    - `df`: tonight's rows, or a dict of such data frames by kind of subject.
    - `state_df`: the state after the night before, a row for each part: `part`, from 0, and `state`, a text or bytes. It is `Night.state`, stored,
      or what `split` makes. With `None` nothing was before.
    - `key`: the column with the key of a row's family, such as `account_id`; of several kinds a dict. Rows of one key are assessed together, and
      a row without one is a family of its own. The id if it is left out, which will do where `Engine.partition_key` is `subject`.
    - `partitions`: in how many parts, where `state_df` does not say it. A Python worker holds a part at a time: about so many subjects as an
      `Engine.assess` takes in a few seconds.

    The rest is as in `Engine.assess`, and goes to every part whole.

    The job is run here, and its result is kept (`persist`) for the data frames that come out; store what you want, and call
    `Night.unpersist`. If `df` may read other rows when it is read again, store it before.

    Raises before the job what `Engine.assess` raises of the columns, the arguments and the state, and `InputError` for a config that must not
    be cut like this. After it, with nothing lost: `HeldError`, a `GuardError`, where a guard trips for the whole; `InputError` where no row at all came
    of a kind of which something is remembered, which ends nobody, and where a subject is in another part than its past. What is
    wrong with a value ends the job with that error's text.
    """
    frames = _frames(df, kind, engine)
    first = next(iter(frames.values()))
    keys = _keys(frames, key, engine)
    how: dict[str, Any] = {
        "as_of": as_of,
        "subject": subject,
        "observed": observed,
        "strict": strict,
        "suppressions": suppressions,
        "reports": _read_once(reports),
        "work_calendar": work_calendar,
        "complete_until": complete_until,
        # Generators are read once.
        "complete": list(complete) if isinstance(complete, Iterator) else complete,
        "gone": _read_once(gone),
    }
    partitions, before = _before(state_df, partitions)
    chosen = {kind: _chosen(frame, kind, how, engine) for kind, frame in frames.items()}
    types = _module("pyspark.sql.pandas.types")
    nothing = {
        kind: types.to_arrow_schema(frame.select(*map(_quoted, chosen[kind])).schema).empty_table()
        for kind, frame in frames.items()
    }
    # The night of no rows has the tables of any, and says now what else each executor would say.
    counts, _ = engine._outline(before)
    tables = schemas(engine.assess(nothing, state=counts, part=True, **how), list(frames))
    work = Work(_module("pyspark.cloudpickle").dumps(engine), how, chosen, tables)

    parted = [_parted(frame, kind, chosen[kind], keys.get(kind), partitions) for kind, frame in frames.items()]
    rows = parted[0]
    for other in parted[1:]:
        rows = rows.unionByName(other, allowMissingColumns=True)
    states: Any = state_df
    if states is None:
        new = _module("pyspark.sql.functions").lit(State().to_json())
        states = first.sparkSession.range(partitions).withColumnRenamed("id", "part").withColumn("state", new)
    states = states.selectExpr("cast(part as bigint) as part", "state")

    def assess_part(key: Any, rows: Any, states: Any) -> Any:
        return assessed(work, key[0].as_py(), rows, states.column("state")[0].as_py())

    pa = _module("pyarrow")
    numbers, texts = ["part", "missing"], ["population", "counts", "state"]
    fields = [*((it, pa.int64()) for it in numbers), *((it, pa.string()) for it in texts)]
    schema = pa.schema([*fields, *((it, pa.binary()) for it in tables)])
    together = rows.groupBy("part").cogroup(states.groupBy("part"))
    packed = together.applyInArrow(assess_part, types.from_arrow_schema(schema)).persist()
    try:
        return _decided(packed, list(frames), tables, engine, bool(keys))
    except GuardError:
        raise
    except BaseException:
        packed.unpersist()
        raise


def split(
    state: State,
    engine: Engine,
    *,
    partitions: Optional[int] = None,
    key: Optional[Callable[[str, str], Any]] = None,
    like: Optional[Frame] = None,
    session: Any = None,
) -> Frame:
    """The state of one machine as that of `assess`: a data frame with a row for each part.

    - `key`: a function of the kind of a subject and its id that says the key of its family: what stands in the column `key` of `assess`. The
      id if it is left out.
    - `like`: the state of a night whose parts are to stay; a subject of which `key` gives `None` is where it is remembered there.
    - `session`: the session of Spark; the active one if it is left out.
    """
    places: dict[tuple[str, str], int] = {}
    if like is not None:
        stored: Any = like
        rows = _parts(stored)
        for part, row in enumerate(rows):
            places.update((it, part) for it in engine._outline(state_of(row["state"]))[1])
        if partitions not in (None, len(rows)):
            raise InputError(f"`like` has {len(rows)} parts, not {partitions}: leave `partitions` out, or `like`")
        partitions = len(rows)
        session = session or stored.sparkSession
    if partitions is None or partitions < 1:
        raise InputError("in how many parts? Say `partitions`")
    count = partitions

    def place(kind: str, id: str) -> int:
        found = (key or (lambda _, id: None if like is not None else id))(kind, id)
        if found is None and (kind, id) in places:
            return places[kind, id]
        return part_of(id if found is None else found, count)

    parts = engine.split(state, key=place, keys=range(count))
    pa, sql = _module("pyarrow"), _module("pyspark.sql")
    session = session or sql.SparkSession.getActiveSession()
    if session is None:
        raise InputError("there is no session of Spark: say `session`")
    columns = {"part": pa.array(list(parts), pa.int64()), "state": [it.to_json() for it in parts.values()]}
    frame: Frame = session.createDataFrame(pa.table(columns))
    return frame


def merge(state_df: Any) -> State:
    """The state of a night on one machine, from which deliveries are handed out: all parts must fit into its memory."""
    return State.merge(state_of(row["state"]) for row in _parts(state_df))


def _kind(name: str) -> str:
    """A kind by its name or plural."""
    for kind, plural in KINDS.items():
        if name in (kind, plural):
            return kind
    raise InputError(f"`{name}` is no kind of subject: expected one of `{'`, `'.join(KINDS)}`")


def _quoted(name: str) -> str:
    # Spark takes a dot in a name for a way into a structure.
    return "`{}`".format(name.replace("`", "``"))


def _frames(df: Any, kind: Optional[str], engine: Engine) -> dict[str, Any]:
    """The data frames by kind."""
    if not isinstance(engine, Engine):
        raise ArgumentError(f"expected a `foretell.Engine`, got `{type(engine).__name__}`")
    named = df if isinstance(df, Mapping) else {kind or engine.subject: df}
    frames = {_kind(name): frame for name, frame in named.items()}
    for frame in frames.values():
        if not (hasattr(frame, "columns") and hasattr(frame, "mapInArrow")):
            raise ArgumentError(f"expected a data frame of Spark, got `{type(frame).__name__}`")
    if not frames or len(frames) < len(named):
        raise InputError("expected a data frame for each kind of subject")
    return frames


def _keys(frames: Mapping[str, Any], key: Union[str, Mapping[str, str], None], engine: Engine) -> dict[str, str]:
    """The column of the key by kind; none where it is the id."""
    together = engine.partition_key()
    if together not in ("subject", "family"):
        raise InputError("this config must not be cut: assess the whole with `Engine.assess`")
    if key is None:
        if together == "subject" and len(frames) == 1:
            return {}
        raise InputError(
            "families must stay together, for subjects know of one another: say `key`, the column with the key of a row's family, "
            "such as `account_id`"
        )
    named = {_kind(kind): it for kind, it in key.items()} if isinstance(key, Mapping) else dict.fromkeys(frames, key)
    for kind, frame in frames.items():
        if kind not in named:
            raise InputError(f"which column of {KINDS[kind]} has the key of the family? Say it in `key`")
        if named[kind] not in frame.columns:
            raise InputError(f"there is no column `{named[kind]}` of {KINDS[kind]}, the key of the family")
    return named


def _parts(state_df: Any, state: str = "state") -> list[Any]:
    """The rows of a state by part, with a state; it must have all of them, each once."""
    if not (hasattr(state_df, "columns") and {"part", "state"} <= set(state_df.columns)):
        raise InputError("a state has a row for each part, with the columns `part` and `state`")
    rows = state_df.selectExpr("part", f"{state} as state").collect()
    rows = sorted(rows, key=lambda row: -1 if row["part"] is None else row["part"])
    parts = [row["part"] for row in rows]
    if not rows or parts != list(range(len(rows))):
        raise InputError(f"a state has each part from 0 on once, got {parts[:MOST_NAMED]}")
    return rows


def _before(state_df: Any, partitions: Optional[int]) -> tuple[int, State]:
    """In how many parts, and the state of one of them."""
    if state_df is None:
        if partitions is None or partitions < 1:
            raise InputError("in how many parts? Say `partitions`")
        return partitions, State()
    rows = _parts(state_df, "case when part = 0 then state end")
    if partitions not in (None, len(rows)):
        raise InputError(
            f"the state has {len(rows)} parts, not {partitions}: `foretell.spark.split` cuts one anew that `foretell.spark.merge` put together"
        )
    return len(rows), state_of(rows[0]["state"])


def _chosen(frame: Any, kind: str, how: Mapping[str, Any], engine: Engine) -> list[str]:
    """The columns that are read: ids, metrics, parents and days of observation."""
    subject = how["subject"]
    own = {_kind(name): it for name, it in subject.items()}.get(kind) if isinstance(subject, Mapping) else subject
    above = list(KINDS)[: list(KINDS).index(kind) + 1]
    parents = {f"{it}_id" for it in above} | ({"parent_id"} if kind == "company" else set())
    ids = id_column(frame.columns, own, kind)
    wanted = {ids, *parents, *engine.columns(kind), *(how["observed"] or {}).values()}
    return [ids, *(it for it in frame.columns if it in wanted and it != ids)]


def _parted(frame: Any, kind: str, names: list[str], key: Optional[str], partitions: int) -> Any:
    """The rows of a kind with the parts in which they are."""
    ids = names[0]
    for name in [ids, key or ids]:
        of = frame.select(_quoted(name)).schema[0].dataType.typeName()
        if of.split("(")[0] not in TEXTS:
            raise InputError(f"`{name}` of {KINDS[kind]} is {of}: ids and keys of families are texts or whole numbers")
    texts = ", ".join(f"cast({_quoted(it)} as string)" for it in [key or ids, ids])
    part = f"crc32(encode(coalesce({texts}, ''), 'utf-8')) % {partitions} as part"
    columns = [f"{_quoted(it)} as {column(at, kind)}" for at, it in enumerate(names)]
    return frame.selectExpr(part, f"'{kind}' as kind", *columns)


def _decided(packed: Any, kinds: list[str], tables: Mapping[str, Any], engine: Engine, keyed: bool) -> Night[Any]:
    """What is decided over the whole."""
    gathered = packed.select("population", "counts", "missing").collect()
    population = Population.merge(Population.from_json(row["population"]) for row in gathered)
    night: Night[Any] = Night(packed, kinds, tables, population)
    if keyed:
        _check_once(night)
    missing = sum(row["missing"] for row in gathered)
    if missing > 0:
        _check_places(night, missing)
    for kind, it in population.to_dict()["kinds"].items():
        if it["here"] == 0 and it["tally"]["subjects"] > 0:
            raise InputError(
                f"no row of {KINDS[kind]} came, and some are remembered: a part cannot know that nothing was delivered. Where they are gone, say so "
                "with `complete` or `gone`; otherwise wait for their table"
            )
    counts = State.merge(State.from_json(row["counts"]) for row in gathered)
    held = population._held(engine, counts)
    if held is not None:
        text, faults, tripped = held
        raise HeldError(text, faults, tripped, night)
    return night


def _check_once(night: Night[Any]) -> None:
    """Whether a subject has rows in two parts: in one the engine finds them itself."""
    twice = night._table("here").groupBy("kind", "id").count().where("count > 1").limit(MOST_NAMED + 1)
    found = sorted(f"{row['kind']} `{row['id']}`" for row in twice.collect())
    if found:
        named = ", ".join(found[:MOST_NAMED]) + (" and more" if len(found) > MOST_NAMED else "")
        raise InputError(f"in two parts at once: {named}. A subject has one row, with one key of its family")


def _read_once(it: Any) -> Any:
    """What is given, with what would be read once in lists."""
    if isinstance(it, Mapping):
        return {name: _read_once(value) for name, value in it.items()}
    return list(it) if isinstance(it, Iterator) else it


def _check_places(night: Night[Any], missing: int) -> None:
    """Whether whoever is remembered in a part, and has no row there, has one in another."""
    away = night._table("away")
    if missing <= MOST_SENT:
        away = _module("pyspark.sql.functions").broadcast(away)
    wrong = night._table("here").join(away, ["kind", "id"], "leftsemi").limit(MOST_NAMED + 1)
    found = sorted(f"{row['kind']} `{row['id']}`" for row in wrong.collect())
    if found:
        named = ", ".join(found[:MOST_NAMED]) + (" and more" if len(found) > MOST_NAMED else "")
        raise InputError(
            f"in another part than their past: {named}. The key of their family changed: `foretell.spark.split` cuts the state anew, as "
            "`foretell.spark.merge` puts it together"
        )
