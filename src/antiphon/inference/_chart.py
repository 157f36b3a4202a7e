"""The chart: pieces of a style laid out by their latents, and what lies between them.

Each landmark is a short piece. Where it lies is read off its mean latents, along the two directions
in which the landmarks differ most (principal components), each evened out so that they fill the
map. At a place between landmarks bars come from the nearest ones, two by two, in proportion to how
near these are: moved along such directions themselves, latents soon leave what bars look like
(docs/decisions/0062).

Shapes: K landmarks, N bars, Z latent of a bar, G places.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from antiphon.errors import AntiphonError
from antiphon.inference._between import evenly
from antiphon.inference._given import understand
from antiphon.models._coder import latents_of
from antiphon.models._ensemble import Ensemble
from antiphon.music.keys import Key
from antiphon.music.piece import Metre, Piece
from antiphon.music.plan import Plan
from antiphon.representations.bars import PITCHED, home_shift, moved_chords
from antiphon.representations.rolls import owned

N_BARS = 8  # of a landmark, and of what is heard at a place
MEASURES = ("density", "register", "minor")
_TOGETHER = 2  # bars that come from one landmark
_FARTHEST = 4  # the landmark so near has no say any more
_POWER = 2.0  # with which nearness counts
_SOFT = 0.1  # share of the way within which bars go over from one landmark to another

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Landmark:
    """A short piece on the map, in the home key.

    Attributes:
        chords: (N, beats, 3) as in `bars.BAR`.
        latents: (N, Z).
        measures: (N, 3) `MEASURES` of each bar: notes, mean pitch (NaN without notes), whether
            it is in minor.
        key, metre: of the piece.
        bpm: felt beats a minute.
        loudness: mean velocity, 0–1.
    """

    chords: NDArray[np.uint8]
    latents: Tensor
    measures: Floats
    key: Key
    metre: Metre
    bpm: float
    loudness: float


def landmark(piece: Piece, plan: Plan, ensemble: Ensemble) -> Landmark:
    """Return the first bars of a piece as a landmark; a shorter one goes round.

    Args:
        piece: of one that changes its metre the longest row of bars in one metre is used.
        plan: what it is understood by.
        ensemble: its coder finds the latents.

    Raises:
        AntiphonError: the piece cannot be worked on, or has nothing but drums.
    """
    given = understand(piece, plan)
    if not given.is_pitched:
        raise AntiphonError("A map holds pieces that have more than drums.")
    stretch = given.longest
    bars = stretch.bars[:N_BARS]
    shift = home_shift(bars["tonic"], bars["minor"])
    at = np.arange(N_BARS) % len(bars)
    _, notes = owned(bars, stretch.notes, range(len(PITCHED)))
    return Landmark(
        moved_chords(bars["chords"], shift)[at],
        latents_of(bars, stretch.notes, ensemble.coder)[at],
        _measures(bars, stretch.notes)[at],
        given.key,
        stretch.metre,
        float(bars["bpm"][0]),
        float(notes["velocity"].mean()) / 127 if len(notes) else 0.5,
    )


def _measures(bars: NDArray[np.void], notes: NDArray[np.void]) -> Floats:
    owner, found = owned(bars, notes, range(len(PITCHED)))
    n_notes = np.bincount(owner, minlength=len(bars)).astype(np.float64)
    total = np.bincount(owner, found["pitch"], len(bars))
    pitch = np.divide(total, n_notes, where=n_notes > 0, out=np.full(len(bars), np.nan))
    return np.stack([n_notes, pitch, bars["minor"] > 0], axis=1)


@dataclass(frozen=True)
class Chart:
    """Landmarks and where they lie.

    Attributes:
        landmarks: K of them.
        places: (K, 2) across and up, 0–1.
        centre: (Z,) mean latents of a style's landmarks.
        directions: (2, Z) in which these differ most.
        spread: (2, k) how far they lie along them, in order; k are the style's.
    """

    landmarks: tuple[Landmark, ...]
    places: Floats
    centre: Floats
    directions: Floats
    spread: Floats

    @classmethod
    def of(cls, landmarks: Sequence[Landmark]) -> Chart:
        """Lay landmarks out: denser ones to the right, higher ones at the top, where they can."""
        means = np.stack([_mean(one) for one in landmarks])
        centre = means.mean(axis=0)
        directions = np.linalg.svd(means - centre, full_matrices=False)[2][:2]
        along = (means - centre) @ directions.T  # (K, 2)
        told = np.stack([np.nanmean(one.measures, axis=0)[:2] for one in landmarks])
        for axis in (0, 1):
            if (along[:, axis] * (told[:, axis] - told[:, axis].mean())).sum() < 0:
                directions[axis] *= -1
                along[:, axis] *= -1
        bare = cls((), np.zeros((0, 2)), centre, directions, np.sort(along, axis=0).T)
        return bare.holding(landmarks)

    def holding(self, more: Sequence[Landmark]) -> Chart:
        """Return the chart with more landmarks, each where its latents lie."""
        places = np.array([self.place(one) for one in more]).reshape(-1, 2)
        return Chart(
            (*self.landmarks, *more),
            np.concatenate([self.places, places]),
            self.centre,
            self.directions,
            self.spread,
        )

    def place(self, one: Landmark) -> Floats:
        """Return where a landmark lies (2,): its rank along each direction, among the style's."""
        evened = (np.arange(self.spread.shape[1]) + 0.5) / self.spread.shape[1]
        along = self.directions @ (_mean(one) - self.centre)
        return np.array([np.interp(a, s, evened) for a, s in zip(along, self.spread, strict=True)])

    def shares(self, at: Floats) -> Floats:
        """Return (G, K) how much each landmark has to say at places (G, 2); a place's sum is 1.

        A few near ones share it by inverse distance (Franke and Little's weights of 1980).
        """
        away = np.linalg.norm(at[:, None] - self.places, axis=2)
        reach = np.sort(away, axis=1)[:, min(_FARTHEST, away.shape[1]) - 1, None]
        near = np.maximum(reach - away, 0) / (reach * np.maximum(away, 1e-6))
        said = np.maximum(near, 1e-9 * (away == away.min(axis=1, keepdims=True))) ** _POWER
        shares: Floats = said / said.sum(axis=1, keepdims=True)
        return shares

    def parts(self, at: Floats) -> Floats:
        """Return (G, N, K) how much of each bar comes from each landmark."""
        ends = np.cumsum(self.shares(at), axis=1)[:, None]  # (G, 1, K)
        begins = np.concatenate([np.zeros_like(ends[..., :1]), ends[..., :-1]], axis=2)
        turn = evenly(-(-N_BARS // _TOGETHER)).repeat(_TOGETHER)[:N_BARS]
        low = np.clip(turn - _SOFT, 0, 1 - 2 * _SOFT)[:, None]
        inside = np.minimum(ends, low + 2 * _SOFT) - np.maximum(begins, low)
        share: Floats = np.clip(inside, 0, None) / (2 * _SOFT)
        return share

    def measured(self, at: Floats) -> Floats:
        """Return (G, 3) `MEASURES` of places: of the bars that meet there."""
        each = np.stack([one.measures for one in self.landmarks])  # (K, N, 3)
        usual = np.nanmean(each, axis=(0, 1))
        each = np.where(np.isnan(each), usual, each)
        found: Floats = np.einsum("gnk,knm->gm", self.parts(at), each) / N_BARS
        return found

    def bars(self, at: Floats) -> tuple[Tensor, NDArray[np.uint8], Floats]:
        """Return what is to be written at one place (2,).

        Returns:
            latents (N, Z), chords (N, beats, 3) in the home key, and the shares (K,).
        """
        parts = self.parts(at[None])[0]  # (N, K)
        latents = torch.stack([one.latents for one in self.landmarks], dim=1)  # (N, K, Z)
        weights = torch.from_numpy(parts.astype(np.float32))[..., None]
        mixed = (weights * latents).sum(dim=1)
        long = (weights * torch.linalg.vector_norm(latents, dim=-1, keepdim=True)).sum(dim=1)
        chords = np.stack([one.chords for one in self.landmarks], axis=1)
        most = parts.argmax(axis=1)
        here = chords[np.arange(N_BARS), most]
        mixed *= long / torch.linalg.vector_norm(mixed, dim=-1, keepdim=True)
        return mixed, here, self.shares(at[None])[0]


def _mean(one: Landmark) -> Floats:
    mean: Floats = one.latents.mean(dim=0).double().numpy()
    return mean
