"""Scores and nights on Spark, on executors that are processes of their own.

Needs Java and an environment with `foretell[spark]` and pytest, apart from that of the other tests: Spark wants an older pandas.
Everything listens on the loopback alone.
"""

import os
import random
import shutil
import struct
import sys
from pathlib import Path

import nights
import pyarrow as pa
import pytest
from conftest import CONFIG, DAY, ROWS

import foretell
import foretell.spark

pytest.importorskip("pyspark", reason="scores on Spark need pyspark: pip install 'foretell[spark]'")
if shutil.which("java") is None:
    pytest.skip("scores on Spark need Java", allow_module_level=True)

from pyspark.errors import PythonException  # noqa: E402
from pyspark.sql import SparkSession, functions  # noqa: E402

pytestmark = pytest.mark.filterwarnings("default")

COUNT = 12_000
# A batch is small, so that a partition is many.
BATCH = 400
SEEDS = random.Random(20260301)


def some(value):
    return value if SEEDS.random() < 0.9 else None


TABLE = pa.table(
    {
        "id": [f"s{it:05}" for it in range(COUNT)],
        "days_since_login": pa.array([some(SEEDS.uniform(0, 90)) for _ in range(COUNT)]),
        "active_users": pa.array([some(SEEDS.choice([0.0, 1.0, 7.0, 20.0, float("nan")])) for _ in range(COUNT)]),
        "seats": pa.array([some(SEEDS.randint(0, 30)) for _ in range(COUNT)]),
        "plan": pa.array([some(SEEDS.choice(["free", "pro", "größer"])) for _ in range(COUNT)]),
        "is_trial": pa.array([some(SEEDS.random() < 0.2) for _ in range(COUNT)]),
        # Nine of ten rows are in one part.
        "part": pa.array([SEEDS.choice([1, 2]) if it % 10 == 0 else 0 for it in range(COUNT)]),
        "unread": pa.array([[{"deep": it}] for it in range(COUNT)]),
    }
)


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    folder = tmp_path_factory.mktemp("spark")
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    settings = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.executorEnv.SPARK_LOCAL_IP": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.executor.memory": "640m",
        "spark.driver.memory": "640m",
        "spark.local.dir": str(folder / "scratch"),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.task.maxFailures": "3",
        "spark.sql.execution.arrow.maxRecordsPerBatch": str(BATCH),
    }
    builder = SparkSession.builder.master("local-cluster[2,1,1024]").appName("foretell")
    for name, value in settings.items():
        builder = builder.config(name, value)
    # Where the workers of the cluster keep their files.
    before = os.getcwd()
    os.environ["SPARK_WORKER_DIR"] = str(folder / "work")
    os.chdir(folder)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()
    os.chdir(before)


@pytest.fixture(scope="module")
def given(spark):
    # Read from a file, so that no executor has to keep it.
    import pyarrow.parquet as pq

    pq.write_table(TABLE, "given.parquet", row_group_size=2_000)
    return spark.read.parquet("given.parquet")


def bits(table):
    """Every cell by id and column, numbers as their bits."""

    def exact(it):
        return struct.pack(">d", it).hex() if isinstance(it, float) else it

    rows = sorted(table.to_pylist(), key=lambda it: it["id"])
    return [{name: exact(it) for name, it in row.items()} for row in rows]


@pytest.fixture(scope="module")
def alone(engine):
    """What one process says."""
    return bits(pa.table(engine.score(TABLE, as_of=DAY)))


def witness(folder):
    """Passes rows on, and leaves the id of the executor's process, and how many rows came, in a file for each task."""
    folder.mkdir()
    where, process = str(folder), executor()

    def see(batches):
        import os

        from pyspark import TaskContext

        rows = 0
        for batch in batches:
            rows += batch.num_rows
            yield batch
        task = TaskContext.get()
        with open(os.path.join(where, f"{task.partitionId()}.{task.taskAttemptId()}"), "w") as out:
            out.write(f"{process()} {rows}")

    return see


def watched(scores, folder):
    """The scores, their executors watched. To be handed to Python, columns of Spark must have no dot in their names."""
    plain = scores.toDF(*(f"c{it}" for it in range(len(scores.columns))))
    return plain.mapInArrow(witness(folder), plain.schema).toDF(*scores.columns)


def seen(folder):
    """By partition: the process of the executor, and the rows."""
    return {it.name.split(".")[0]: tuple(map(int, it.read_text().split())) for it in folder.iterdir()}


def executor():
    """What finds the executor of a Python worker among the processes above it."""

    def found():
        import os

        process = os.getppid()
        while process > 1:
            with open(f"/proc/{process}/cmdline", "rb") as file:
                if b"CoarseGrainedExecutorBackend" in file.read():
                    return process
            with open(f"/proc/{process}/stat", "rb") as file:
                process = int(file.read().rsplit(b")", 1)[1].split()[1])
        raise RuntimeError("no executor above this process")

    return found


def test_executors_say_what_one_process_says(given, engine, alone, tmp_path):
    scores = foretell.spark.score(given.repartition(4), engine, as_of=DAY)
    assert bits(watched(scores, tmp_path / "seen").toArrow()) == alone
    processes = {it[0] for it in seen(tmp_path / "seen").values()}
    assert len(processes) == 2 and os.getpid() not in processes
    assert sum(it[1] for it in seen(tmp_path / "seen").values()) == COUNT


def test_only_what_is_read_leaves_the_jvm(given, engine):
    scores = foretell.spark.score(given, engine, as_of=DAY)
    assert scores.columns == pa.schema(engine.score(TABLE.slice(0, 0), as_of=DAY)).names
    plan = scores._jdf.queryExecution().executedPlan().toString()
    read = next(it for it in plan.splitlines() if "FileScan" in it).split("ReadSchema:")[1]
    assert "seats" in read and "unread" not in read and "part:" not in read


def test_empty_and_skewed_partitions(given, engine, alone, tmp_path):
    skewed = given.repartition(8, "part")
    scores = foretell.spark.score(skewed, engine, as_of=DAY)
    assert bits(watched(scores, tmp_path / "seen").toArrow()) == alone
    rows = sorted(it[1] for it in seen(tmp_path / "seen").values())
    assert len(rows) == 8 and rows[:5] == [0] * 5 and rows[-1] > 0.8 * COUNT


def test_no_rows_at_all(given, engine):
    scores = foretell.spark.score(given.where("seats < 0"), engine, as_of=DAY)
    assert scores.collect() == []


def test_a_killed_executor(given, engine, alone, tmp_path):
    marker, process = str(tmp_path / "killed"), executor()

    def murder(batches):
        import os
        import signal

        from pyspark import TaskContext

        for at, batch in enumerate(batches):
            yield batch
            # In the middle of a partition, when others are done; once.
            if at == 2 and TaskContext.get().partitionId() == 4:
                try:
                    handle = os.open(marker, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
                except FileExistsError:
                    continue
                os.write(handle, str(process()).encode())
                os.close(handle)
                os.kill(process(), signal.SIGKILL)

    parts = given.repartition(6)
    scores = foretell.spark.score(parts.mapInArrow(murder, parts.schema), engine, as_of=DAY)
    assert bits(watched(scores, tmp_path / "seen").toArrow()) == alone
    victim = int((tmp_path / "killed").read_text())
    assert not os.path.exists(f"/proc/{victim}")
    assert seen(tmp_path / "seen")["4"][0] != victim


def test_the_recipe(spark):
    from test_recipes import rows, run

    recipe = run("Spark", Path.cwd())
    assert recipe["spark"] is spark
    wanted = rows(recipe["engine"].score(pa.table(ROWS), as_of=recipe["today"]))
    assert rows(recipe["health"].toArrow()) == wanted
    assert [it["id"] for it in recipe["worst"].collect()] == ["acme"]


def test_the_recipe_for_a_night(spark):
    from test_recipes import run

    recipe = run("A night on Spark", Path.cwd())
    whole = recipe["engine"].assess(pa.table(ROWS), as_of=DAY, state=foretell.State.delivering())
    assert foretell.spark.merge(spark.read.parquet(f"states/{DAY}")) == whole.state
    assert same(spark.read.parquet(f"events/{DAY}"), whole.events()) and len(whole.events()) == 1
    assert same(spark.read.parquet(f"scores/{DAY}"), whole.scores())


def test_a_state_travels_too(given):
    engine = foretell.Engine.from_toml(CONFIG.replace('name = "health"\n', 'name = "health"\nmargin = 20\n'))
    first = TABLE.slice(0, 300)
    better = first.set_column(1, "days_since_login", [[0.0] * 300])
    held = engine.assess(better, as_of="2026-02-01").state
    wanted = bits(pa.table(engine.score(first, as_of=DAY, state=held)))
    # Some band is held by what was.
    assert wanted != bits(pa.table(engine.score(first, as_of=DAY)))
    few = given.where("id < 's00300'")
    assert bits(foretell.spark.score(few, engine, as_of=DAY, state=held).toArrow()) == wanted


def test_accounts_with_ids_of_their_own_name(spark):
    config = CONFIG.replace('name = "Shop"', 'name = "Shop"\nsubject = "account"')
    engine = foretell.Engine.from_toml(config)
    table = pa.table({**ROWS, "id": [3, 1, 2]}).rename_columns(["account no.", *list(ROWS)[1:]])
    scores = foretell.spark.score(spark.createDataFrame(table), engine, as_of=DAY, subject="account no.")
    found = scores.orderBy(functions.col("`account no.`")).toArrow().to_pylist()
    wanted = pa.table(engine.score(table, as_of=DAY, subject="account no.")).sort_by("account no.").to_pylist()
    assert found == wanted and found[2]["health.band"] == "red"


def test_what_does_not_fit_is_said_at_once(given, engine):
    rest = {"as_of": DAY}
    with pytest.raises(foretell.InputError, match="no column of ids: expected `id` or `subscription_id`"):
        foretell.spark.score(given.drop("id"), engine, **rest)
    with pytest.raises(foretell.InputError, match="`nobody`"):
        foretell.spark.score(given, engine, **rest, subject="nobody")
    with pytest.raises(foretell.InputError) as error:
        foretell.spark.score(given.drop("seats"), engine, **rest)
    assert [it.path for it in error.value.faults] == ["seats"]
    assert foretell.spark.score(given.drop("seats"), engine, **rest, strict=False).columns
    with pytest.raises(foretell.InputError, match="seats"):
        foretell.spark.score(given.withColumn("seats", functions.col("plan")), engine, **rest)
    with pytest.raises(foretell.InputError, match="expected a day"):
        foretell.spark.score(given, engine, as_of="tomorrow")


def test_a_bad_value_ends_the_job_with_its_place(given, engine):
    endless = given.limit(5).withColumn("days_since_login", functions.lit(float("inf")))
    with pytest.raises(PythonException, match=r"days_since_login\[0\]"):
        foretell.spark.score(endless, engine, as_of=DAY).collect()


def test_a_worker_compiles_once():
    text = CONFIG.replace("Shop", "Shop of one worker")
    how = {"as_of": DAY, "subject": "id"}
    misses = foretell.spark._engine.cache_info().misses
    schema = foretell.spark._plain(pa, pa.schema(foretell.Engine.from_toml(text).score(TABLE, **how)))
    for _ in range(2):
        parts = TABLE.to_batches(max_chunksize=5_000)
        parts = list(foretell.spark._scores(parts, TABLE.column_names, text, how, schema))
        assert sum(it.num_rows for it in parts) == COUNT
    assert foretell.spark._engine.cache_info().misses == misses + 1


FAMILIES = foretell.Engine.from_toml(nights.CONFIG)
KEY = {"account": "id", "subscriptions": "account_id"}


def same(frame, table):
    """Whether a data frame has the rows of a table, in any order."""
    found = frame.toArrow()
    assert found.column_names == table.column_names
    return sorted(map(repr, found.to_pylist())) == sorted(map(repr, table.to_pylist()))


def of_night(spark, number):
    return {kind: spark.createDataFrame(table) for kind, table in nights.night(number).items()}


def accepted(assess):
    """A night, and what its guards say if one trips."""
    try:
        return assess(), None
    except foretell.GuardError as error:
        return error.accept(), (str(error), error.faults, error.tripped)


def test_nights_have_the_bits_of_one_machine(spark):
    state = foretell.State.delivering()
    states = foretell.spark.split(state, FAMILIES, partitions=3)
    outcomes = set()
    # In one night all are said to be there, in others some only wait; the last is a day that is assessed again.
    for at, (number, data) in enumerate([(0, 0), (1, 1), (1, 2)]):
        how = {"as_of": nights.day(number), "complete": ["accounts", "subscriptions"] if at == 1 else None}
        whole, held = accepted(lambda: FAMILIES.assess(nights.night(data), state=state, **how))
        tonight = of_night(spark, data)
        night, told = accepted(lambda: foretell.spark.assess(tonight, states, FAMILIES, key=KEY, **how))
        assert told == held and night.population == whole.population
        outcomes.add(held is None)
        for kind in ["account", "subscription"]:
            assert same(night.scores(kind), whole.scores(kind))
        assert same(night.events(), whole.events()) and same(night.actions(), whole.actions())
        assert foretell.spark.merge(night.state) == whole.state
        # Stored as a table, and once what is to be told is handed out on one machine.
        state = whole.state
        if at == 1:
            assert same(night.alerts(), whole.alerts()) and night.notes().count() > 0 == night.faults().count()
            state, _ = foretell.spark.merge(night.state).hand_out(3)
            assert state == whole.state.hand_out(3)[0]
            states = foretell.spark.split(state, FAMILIES, like=night.state)
        else:
            states = night.state.selectExpr("part", "cast(state as binary) as state")
        if at < 2:
            states.write.parquet(f"state{at}")
            states = spark.read.parquet(f"state{at}")
        night.unpersist()
    assert outcomes == {True, False}


def test_each_subject_is_a_family_of_its_own(given, spark):
    def risk(days: list[float]) -> list[float]:
        return [100 - it for it in days]

    text = CONFIG.replace("[[rules]]", '[[metrics]]\nname = "risk"\nexpr = "risk(days_since_login)"\n\n[[rules]]')
    engine = foretell.Engine.from_toml(text, functions={"risk": risk})
    few = TABLE.slice(0, 900)
    whole = engine.assess(few, as_of=DAY)
    night = foretell.spark.assess(given.where("id < 's00900'"), None, engine, as_of=DAY, partitions=3)
    assert same(night.scores(), whole.scores()) and same(night.actions(), whole.actions())
    assert foretell.spark.merge(night.state) == whole.state and len(whole.actions()) > 50
    parts = {it["part"]: it["state"] for it in night.state.collect()}
    one = whole.actions().to_pylist()[0]["subject"]
    part = foretell.State.from_json(parts[foretell.spark.part_of(one, 3)])
    assert one in part.to_json() and len(parts) == 3
    assert spark.sql("select crc32(encode('größer', 'utf-8')) % 1000").first()[0] == foretell.spark.part_of("größer", 1000)
    # A part of which no row comes is assessed too: all of its subjects are gone.
    how = {"as_of": "2026-03-02", "complete": ["subscriptions"]}
    gone, held = accepted(lambda: engine.assess(few.slice(0, 1), state=whole.state, **how))
    first = given.where("id = 's00000'")
    last, told = accepted(lambda: foretell.spark.assess(first, night.state, engine, **how))
    assert told == held and "899 of 900 subscriptions exceed `max_gone`" in told[0]
    assert same(last.events(), gone.events()) and foretell.spark.merge(last.state) == gone.state
    assert {it["change"] for it in gone.events()} == {"resolved"} and len(gone.events()) > 50


def test_a_night_that_cannot_be_is_said_before_a_job(given, engine, spark):
    # Whoever reads it fails.
    unread = given.withColumn("is_trial", functions.raise_error(functions.lit("read")).cast("boolean"))
    states = foretell.spark.split(foretell.State(), engine, partitions=2)

    def refused(df, states, engine=engine, **how):
        with pytest.raises(foretell.InputError) as error:
            foretell.spark.assess(df, states, engine, **{"as_of": DAY, **how})
        return str(error.value)

    assert "Say `partitions`" in refused(unread, None)
    assert "the state has 2 parts, not 3" in refused(unread, states, partitions=3)
    assert "each part from 0 on once, got [1]" in refused(unread, states.where("part = 1"))
    assert "a part has no state" in refused(unread, states.withColumn("state", functions.lit(None).cast("string")))
    assert "with the columns `part` and `state`" in refused(unread, states.drop("state"))
    assert "families must stay together" in refused(unread.select("id", "seats"), states, FAMILIES)
    assert "which column of accounts" in refused({"account": unread}, states, FAMILIES, key={"subscription": "id"})
    assert "no column `nobody` of subscriptions" in refused(unread, states, key="nobody")
    assert "`days_since_login` of subscriptions is double" in refused(unread, states, key="days_since_login")
    assert "seats" in refused(unread.drop("seats"), states)
    assert "no column of ids" in refused(unread.drop("id"), states)
    assert "no table of accounts" in refused(unread, states, complete=["accounts"])
    assert "expected a day" in refused(unread, states, as_of="tomorrow")
    later = engine.assess(TABLE.slice(0, 50), as_of="2026-03-09").state
    later = foretell.spark.split(later, engine, partitions=2)
    with pytest.raises(foretell.PastError, match="the state is of 2026-03-09"):
        foretell.spark.assess(unread, later, engine, as_of=DAY)
    with pytest.raises(foretell.ArgumentError, match="expected a data frame of Spark, got `Table`"):
        foretell.spark.assess(TABLE, states, engine, as_of=DAY)


def test_what_the_whole_alone_can_know(spark):
    first = FAMILIES.assess(nights.night(0), as_of="2026-03-01").state
    states = foretell.spark.split(first, FAMILIES, partitions=2, key=nights.family)
    tonight = of_night(spark, 1)
    how = {"as_of": "2026-03-02", "key": KEY}
    with pytest.raises(foretell.InputError, match="no row of accounts came, and some are remembered"):
        foretell.spark.assess({**tonight, "account": tonight["account"].where("false")}, states, FAMILIES, **how)
    one = tonight["subscription"].where("account_id = 'a0'").limit(1)
    other = next(f"a{at}" for at in range(1, 99) if foretell.spark.part_of(f"a{at}", 2) != foretell.spark.part_of("a0", 2))
    twice = tonight["subscription"].unionByName(one.withColumn("account_id", functions.lit(other)))
    with pytest.raises(foretell.InputError, match="in two parts at once: subscription `s"):
        foretell.spark.assess({**tonight, "subscription": twice}, states, FAMILIES, **how)
    moved = tonight["subscription"].withColumn("account_id", functions.lit("a0"))
    with pytest.raises(foretell.InputError, match="in another part than their past: subscription `s"):
        foretell.spark.assess({**tonight, "subscription": moved}, states, FAMILIES, **how)
