"""Style critic: hears measures of lead sheets, and says how likely they are of each style.

Of several conversions it chooses one. The converter's own discriminator could not: the converter
learnt to deceive it.

Shapes: B lead sheets, F measures, S styles.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from antiphon.models._critic import Measured


class StyleCritic(Measured):
    """Multinomial logistic regression on measures."""

    def __init__(self, n_measures: int, n_styles: int) -> None:
        super().__init__(n_measures)
        self.to_styles = nn.Linear(n_measures, n_styles)

    def forward(self, measures: Tensor) -> Tensor:
        """Return logits (B, S) of measures (B, F); what is not known is usual."""
        out: Tensor = self.to_styles(self.told(measures))
        return out

    @torch.inference_mode()
    def said(self, measures: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return log-probabilities (B, S) of measures (B, F)."""
        logits = self(torch.from_numpy(np.asarray(measures, np.float32)))
        found: NDArray[np.float32] = logits.log_softmax(dim=-1).numpy()
        return found
