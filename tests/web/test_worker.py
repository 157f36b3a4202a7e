"""The process that works: it answers, stops when asked, and is replaced when it dies."""

from __future__ import annotations

import os
import threading
import time

import pytest

from antiphon.errors import AntiphonError
from antiphon.web._worker import Stopped, Worker


@pytest.fixture(scope="module")
def worker():
    worker = Worker()
    yield worker
    worker.close()


def double(number, progress):
    progress(1)
    return 2 * number, os.getpid()


def fail(what, _):
    raise {"wrong": AntiphonError("There is no bar 99."), "broken": KeyError("x")}[what]


def dawdle(_):
    while True:
        time.sleep(0.01)


def hang(_):
    while True:
        try:
            while True:
                time.sleep(0.01)
        except BaseException:
            continue


def die(_):
    os._exit(9)


def test_tasks_run_elsewhere_one_after_the_other_in_one_process(worker):
    told = []
    first = worker.run(double, 4, timeout_s=60, progress=told.append)
    second = worker.run(double, 5, timeout_s=60)
    assert (first[0], second[0], told) == (8, 10, [1])
    assert first[1] == second[1] != os.getpid()


def test_what_a_person_can_put_right_crosses_over_and_a_bug_keeps_its_traceback(worker):
    with pytest.raises(AntiphonError, match=r"There is no bar 99\."):
        worker.run(fail, "wrong", timeout_s=60)
    with pytest.raises(RuntimeError, match="KeyError: 'x'"):
        worker.run(fail, "broken", timeout_s=60)


def test_a_task_stops_when_asked_and_its_process_goes_on(worker):
    before = worker.run(double, 1, timeout_s=60)[1]
    threading.Timer(0.2, worker.stop).start()
    with pytest.raises(Stopped):
        worker.run(dawdle, timeout_s=60)
    assert worker.run(double, 1, timeout_s=60)[1] == before


def test_a_stop_that_comes_too_late_stops_nothing(worker):
    worker.run(double, 1, timeout_s=60)
    worker.stop()
    assert worker.run(double, 3, timeout_s=60)[0] == 6


def test_a_task_that_takes_too_long_is_ended_and_another_process_begins(worker, monkeypatch):
    before = worker.run(double, 1, timeout_s=60)[1]
    with pytest.raises(AntiphonError, match="was given up"):
        worker.run(hang, timeout_s=0.3)
    assert worker.run(double, 1, timeout_s=60)[1] != before
    monkeypatch.setattr("antiphon.web._worker._GRACE_S", 0.2)
    threading.Timer(0.2, worker.stop).start()
    with pytest.raises(Stopped):
        worker.run(hang, timeout_s=60)


def test_a_process_that_dies_is_said_and_replaced(worker):
    with pytest.raises(AntiphonError, match="ended, perhaps for want of memory"):
        worker.run(die, timeout_s=60)
    assert worker.run(double, 2, timeout_s=60)[0] == 4
