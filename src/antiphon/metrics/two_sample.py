"""Classifier two-sample test: can a classifier tell the two sets apart on pieces it never saw?

Idea: Lopez-Paz & Oquab, "Revisiting classifier two-sample tests", ICLR 2017
(https://arxiv.org/abs/1610.06545), with the area under the ROC curve instead of accuracy.

Shapes: N rows, F features.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float64]
Groups = NDArray[np.intp]


@dataclass(frozen=True)
class TwoSample:
    """AUC of each classifier on held-out pieces; `auc` is the larger one."""

    logistic: float
    forest: float

    @property
    def auc(self) -> float:
        return max(self.logistic, self.forest)


def auc(scores: NDArray[np.float64], is_second: NDArray[np.bool_]) -> float:
    """Return the area under the ROC curve: P(score of a second > score of a first), ties half.

    NaN if one side is empty.
    """
    n_second = int(is_second.sum())
    n_first = len(scores) - n_second
    if not n_first or not n_second:
        return math.nan
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]  # mean rank of ties, from 1
    return float((ranks[is_second].sum() - n_second * (n_second + 1) / 2) / (n_first * n_second))


def two_sample(
    first: Rows,
    second: Rows,
    first_pieces: Groups,
    second_pieces: Groups,
    *,
    seed: int = 0,
    n_folds: int = 5,
    n_trees: int = 100,
) -> TwoSample:
    """Return how well a classifier tells the sets apart: .5 not at all, 1 always.

    Logistic regression and a random forest, cross-validated so that no piece is both learned
    from and judged; the scores of all folds are ranked together.

    Args:
        first: (N, F) standardised rows without NaN.
        second: (N', F).
        first_pieces: (N,) which piece each row is from.
        second_pieces: (N',) the same; its numbers may be equal to the first's.
        seed: of the folds and the forest.
        n_trees: trees of the forest.
        n_folds: fewer are used if there are fewer pieces a side.

    Returns:
        Both areas; NaN with fewer than two pieces on a side.
    """
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(seed)
    rows = np.concatenate([first, second])
    label = np.append(np.zeros(len(first), bool), np.ones(len(second), bool))
    folds = np.concatenate([_folds(g, n_folds, rng) for g in (first_pieces, second_pieces)])
    if min(len(np.unique(first_pieces)), len(np.unique(second_pieces))) < 2:
        return TwoSample(math.nan, math.nan)
    models = {
        "logistic": LogisticRegression(C=0.05, max_iter=500),
        "forest": RandomForestClassifier(n_trees, min_samples_leaf=3, random_state=seed),
    }
    areas = {}
    for name, model in models.items():
        scores = np.zeros(len(rows))
        for fold in np.unique(folds):
            judged = folds == fold
            if label[~judged].all() or not label[~judged].any():
                return TwoSample(math.nan, math.nan)
            model.fit(rows[~judged], label[~judged])
            scores[judged] = model.predict_proba(rows[judged])[:, 1]
        areas[name] = auc(scores, label)
    return TwoSample(**areas)


def _folds(pieces: Groups, n_folds: int, rng: np.random.Generator) -> Groups:
    """Fold of each row, the same for all rows of a piece."""
    names, inverse = np.unique(pieces, return_inverse=True)
    order = rng.permutation(len(names)) % max(2, min(n_folds, len(names)))
    return order[inverse]
