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

_FAR = 5.0  # standard deviations; one absurd measure must not decide


class StyleCritic(nn.Module):
    """Multinomial logistic regression on measures."""

    mean: Tensor  # (F,)
    deviation: Tensor

    def __init__(self, n_measures: int, n_styles: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(n_measures))
        self.register_buffer("deviation", torch.ones(n_measures))
        self.to_styles = nn.Linear(n_measures, n_styles)

    def forward(self, measures: Tensor) -> Tensor:
        """Return logits (B, S) of measures (B, F); what is not known is usual."""
        rows = ((measures - self.mean) / self.deviation).nan_to_num(0.0).clamp(-_FAR, _FAR)
        out: Tensor = self.to_styles(rows)
        return out

    @torch.inference_mode()
    def said(self, measures: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return log-probabilities (B, S) of measures (B, F)."""
        logits = self(torch.from_numpy(np.asarray(measures, np.float32)))
        found: NDArray[np.float32] = logits.log_softmax(dim=-1).numpy()
        return found
