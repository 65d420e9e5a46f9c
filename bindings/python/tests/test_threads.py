"""Threads score at once, and the interpreter runs meanwhile."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
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


def test_the_interpreter_is_let_go(engine):
    data, done, beats = table(0), threading.Event(), []

    def beat():
        while not done.wait(0.0002):
            beats.append(1)

    other = threading.Thread(target=beat)
    other.start()
    before = len(beats)
    for _ in range(3):
        engine.assess(data, as_of=DAY)
    during = len(beats) - before
    done.set()
    other.join()
    # With the lock held the other thread would come in between the calls alone.
    assert during > 20
