"""Compiled: functions that loop over numbers, as machine code.

Writing asks for hundreds of small numbers before every note, and finding a form looks at every
two bars of a piece; array by array that costs more than the rest does. numba compiles such
functions at their first call and keeps the machine code on the disk: beside the source where it
may, else in the user's cache folder. What is kept is right as long as none of the files that it
comes from has changed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numba

P = ParamSpec("P")
R = TypeVar("R")

# files that hold compiled functions or what those take from others
_SOURCES = (
    "formats/_smf_keys.py",
    "music/_form_cut.py",
    "music/_heard.py",
    "representations/*.py",
    "models/_choosing.py",
    "models/_drawing.py",
    "models/_leaning.py",
)


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Return a function that is compiled at its first call and leaves other threads running."""
    try:
        made: Any = numba.njit(cache=True, nogil=True)(function)
        # numba itself looks at the function's own file only, not at those it takes from
        kept = made._cache._cache_file
        kept._source_stamp = (kept._source_stamp, *sources())
    except (RuntimeError, AttributeError):  # there is nowhere to keep it, or no way to say for what
        made = numba.njit(nogil=True)(function)
    result: Callable[P, R] = made
    return result


@cache
def sources() -> tuple[tuple[str, int, int], ...]:
    """Return name, time and size of every file that what is compiled depends on."""
    package = Path(__file__).parent
    paths = sorted(path for pattern in _SOURCES for path in package.glob(pattern))
    return tuple((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in paths)
