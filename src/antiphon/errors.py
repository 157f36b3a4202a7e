"""What people can get wrong: one error class, one sentence each."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class AntiphonError(Exception):
    """Something the person at the keyboard can put right.

    The message is one plain sentence: what was wrong and what would be right. The
    command line prints it on one line and exits with 1.
    """


def unknown(name: str, kind: str, known: Iterable[str]) -> AntiphonError:
    """Return the error for a name that is not there, with its nearest neighbour.

    Args:
        name: what was asked for.
        kind: plural of what it should have been, e.g. ``"styles"``.
        known: the names that exist.
    """
    choices = sorted(known)
    near = difflib.get_close_matches(name, choices, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    there = f"There is: {', '.join(choices)}." if choices else "There is none yet."
    return AntiphonError(f"No {name!r} in {kind}.{hint} {there}")
