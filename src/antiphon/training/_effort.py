"""What a stage of a training costs: CPU time and segments, counted on through restarts."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from typing import Any

from torch import Tensor


def spent(segments_seen: int, cpu_s: float) -> dict[str, float]:
    """Return what is logged of an effort; times are left out where nobody knows them (NaN)."""
    scalars: dict[str, float] = {"segments_seen": segments_seen}
    if not math.isnan(cpu_s):
        scalars["speed/cpu_s"] = cpu_s
        scalars["speed/kimg_per_cpu_hour"] = 3.6 * segments_seen / max(cpu_s, 1e-9)
    return scalars


class Effort:
    """Counts the CPU time of this process from when it is made, and ends a stage by it.

    Args:
        cpu_minutes: the most that the stage may take; 0 for no such end.
        cpu_s: CPU seconds before a restart.
    """

    def __init__(self, cpu_minutes: float = 0.0, cpu_s: float = 0.0) -> None:
        self._most_s, self._before = 60 * cpu_minutes, cpu_s - time.process_time()

    @classmethod
    def going_on(
        cls, found: tuple[dict[str, Tensor], dict[str, Any]] | None, cpu_minutes: float
    ) -> Effort:
        """Return the effort of a stage with such a checkpoint; one without a time is NaN."""
        meta: Mapping[str, Any] = found[1] if found else {"cpu_s": 0.0}
        return cls(cpu_minutes, float(meta.get("cpu_s", math.nan)))

    @property
    def cpu_s(self) -> float:
        return self._before + time.process_time()

    def enough(self, cpu_s: float) -> bool:
        """Whether such a time is all that may be taken."""
        return 0 < self._most_s <= cpu_s

    def iterations(self, begin: int, total: int) -> Iterator[int]:
        """Give the iterations that are left, up to the one that `ends` calls the last.

        There is at least one: a network that nothing was done to is no network.
        """
        self._total, self._over = total, begin > 0 and self.enough(self.cpu_s)
        for iteration in range(begin, total):
            if self._over:
                return
            yield iteration

    def ends(self, done: int) -> bool:
        """Whether so many iterations are all: of the stage, or for its CPU time."""
        self._over = done == self._total or self.enough(self.cpu_s)
        return self._over
