"""Compiled: the same numbers as Python, kept on the disk where that is allowed."""

from __future__ import annotations

import numba
import numpy as np

from antiphon import compiled as module
from antiphon.compiled import compiled


def halves(values: np.ndarray) -> float:
    """Half the sum of the even numbers."""
    total = 0.0
    for value in values:
        if value % 2 == 0:
            total += value / 2
    return total


def test_a_compiled_function_returns_what_it_returned_before():
    # 2, 4 and -6 are even: half of their sum is 0
    values = np.array([1, 2, 3, 4, -6, 7])
    assert compiled(halves)(values) == halves(values) == 0.0
    assert compiled(halves)(values[:4]) == 3.0


def test_where_nothing_can_be_kept_on_the_disk_it_is_compiled_every_time(monkeypatch):
    asked = []
    real = numba.njit

    def no_folder(**options):
        asked.append(options)
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return real(**options)

    monkeypatch.setattr(numba, "njit", no_folder)
    assert compiled(halves)(np.array([8])) == 4.0
    assert asked == [{"cache": True, "nogil": True}, {"nogil": True}]


def test_what_is_kept_is_for_these_sources(monkeypatch):
    first = compiled(halves)._cache._cache_file._source_stamp
    assert first[-len(module.sources()) :] == module.sources()
    assert {"writing.py", "facts.py", "_choosing.py"} <= {name for name, *_ in module.sources()}
    monkeypatch.setattr(module, "sources", lambda: (("writing.py", 1, 2),))
    assert compiled(halves)._cache._cache_file._source_stamp != first
