"""Threads score at once, and the interpreter runs meanwhile."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pytest
from conftest import DAY

ROWS = 100_000


def table(shift):
    seats = [float(it % 97 + 1) for it in range(ROWS)]
    return pa.table({
        "id": pa.array(range(ROWS), pa.int64()),
        "days_since_login": pa.array([float((it + shift) % 61) for it in range(ROWS)]),
        "active_users": pa.array([float(it % 89) for it in range(ROWS)]),
        "seats": pa.array(seats),
        "plan": pa.array(["pro", "free"] * (ROWS // 2)).dictionary_encode(),
        "is_trial": pa.array([False] * ROWS),
    })


def test_threads_get_what_one_would(engine):
    tables = [table(it) for it in range(4)]
    score = lambda it: pa.table(engine.score(it, as_of=DAY))  # noqa: E731
    wanted = [score(it) for it in tables]
    with ThreadPoolExecutor(4) as pool:
        for got in [list(pool.map(score, tables)) for _ in range(3)]:
            assert all(one.equals(two) for one, two in zip(got, wanted))


@pytest.mark.parametrize("how", ["assess", "score", "replay"])
def test_the_interpreter_is_let_go(engine, how):
    """While one call lasts, another thread runs on: the longest it waits is a small part of the call."""
    data, done, beats = table(0), threading.Event(), []
    if how == "score":
        # Long enough to tell.
        data = pa.concat_tables([shifted(data, it) for it in range(8)])
    call = {
        "assess": lambda: engine.assess(data, as_of=DAY),
        "score": lambda: engine.score(data, as_of=DAY),
        "replay": lambda: engine.replay([(DAY, data)]),
    }[how]

    def beat():
        while not done.is_set():
            beats.append(time.perf_counter())
            time.sleep(0.0005)

    other = threading.Thread(target=beat)
    other.start()
    shares = []
    # The machine may be at other things: the best of a few counts.
    for _ in range(5):
        begun = time.perf_counter()
        call()
        ended = time.perf_counter()
        within = [begun, *(it for it in beats if begun < it < ended), ended]
        longest = max(later - it for it, later in zip(within, within[1:]))
        shares.append(longest / (ended - begun))
    done.set()
    other.join()
    assert min(shares) < 0.5, shares


def shifted(data, by):
    ids = pa.array(range(by * ROWS, (by + 1) * ROWS), pa.int64())
    return data.set_column(0, "id", ids)


def test_threads_score_at_once(engine):
    """Two threads are in the library at once: one after the other, the first would be ready when the second is half way."""
    data, gate, spans = table(0), threading.Barrier(2), []

    def work():
        gate.wait()
        begun = time.perf_counter()
        engine.assess(data, as_of=DAY)
        spans.append((begun, time.perf_counter()))

    for _ in range(5):
        spans.clear()
        pair = [threading.Thread(target=work) for _ in range(2)]
        [it.start() for it in pair]
        [it.join() for it in pair]
        overlap = min(it[1] for it in spans) - max(it[0] for it in spans)
        if overlap > 0.75 * max(it[1] - it[0] for it in spans):
            return
    raise AssertionError(spans)
