"""Compiled: functions that loop over numbers, as machine code.

Writing asks for hundreds of small numbers before every note; array by array that costs more
than the networks do. numba compiles such functions at their first call and keeps the machine
code on the disk: beside the source where it may, else in the user's cache folder. It looks
at the function's own file to see whether the code is still right, so whoever changes a
constant that such a function takes from another file removes `__pycache__` there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import numba

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Return a function that is compiled at its first call and leaves other threads running."""
    made: Callable[P, R]
    try:
        made = numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # there is no folder that may be written to
        made = numba.njit(nogil=True)(function)
    return made
