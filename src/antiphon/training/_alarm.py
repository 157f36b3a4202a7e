"""Early warning: what a training looks like before it is lost, and what to do about it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from antiphon.errors import AntiphonError

_PATIENCE = 3  # looks in a row that have to look alike before it is said
_ALIKE = 0.1  # of the spread of real segments
_SURE = 0.99  # share of segments that are told apart
_LARGE = 100.0  # mean size of logits


@dataclass
class Alarm:
    """Looks at the scalars of a training and says once what goes wrong.

    Attributes:
        bounded: whether logits have no reason to grow (all objectives but Wasserstein's).
    """

    bounded: bool
    _seen: dict[str, int] = field(default_factory=dict)

    @staticmethod
    def check(iteration: int, scalars: Mapping[str, float]) -> None:
        """Look whether every loss is a number, before anything is saved.

        Raises:
            AntiphonError: one is not.
        """
        if not all(math.isfinite(v) for k, v in scalars.items() if k.startswith("loss/")):
            raise AntiphonError(
                f"The training diverged: at iteration {iteration} a loss is no number. The last "
                "checkpoint is whole: lower both learning rates or raise penalty_weight in the "
                "config, and train on."
            )

    def __call__(self, iteration: int, scalars: Mapping[str, float]) -> list[str]:
        """Return sentences that are new."""
        signs = (
            (
                self._alike(scalars),
                "the generator collapses: what it makes has become alike (spread/among_fake is "
                "below a tenth of spread/among_real). Lower its learning rate, take larger "
                "batches, or choose penalty = 'r1_r2'.",
            ),
            (
                self._sure(scalars),
                "the discriminator has won: it tells nearly all segments apart, and the generator "
                "hardly learns. Lower the discriminator's learning rate, raise penalty_weight, or "
                "set augment.",
            ),
            (
                self._large(scalars),
                "the logits grow without end (logits/size is above 100), which comes before "
                "divergence. Raise penalty_weight or lower the discriminator's learning rate.",
            ),
        )
        return [
            f"Warning at iteration {iteration}: {sentence}"
            for is_so, sentence in signs
            if self._is_new(sentence, is_so)
        ]

    def _is_new(self, sentence: str, is_so: bool) -> bool:
        self._seen[sentence] = self._seen.get(sentence, 0) + 1 if is_so else 0
        return self._seen[sentence] == _PATIENCE

    @staticmethod
    def _alike(scalars: Mapping[str, float]) -> bool:
        made, real = (
            scalars.get("spread/among_fake", math.nan),
            scalars.get("spread/among_real", math.nan),
        )
        return made < _ALIKE * real

    def _sure(self, scalars: Mapping[str, float]) -> bool:
        return self.bounded and scalars.get("share/told_apart", 0) > _SURE

    def _large(self, scalars: Mapping[str, float]) -> bool:
        return self.bounded and scalars.get("logits/size", 0) > _LARGE
