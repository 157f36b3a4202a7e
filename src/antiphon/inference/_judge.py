"""The judge: which bars are not like music, how far a piece is from real ones, whom it is like.

Two judges look at every piece: measures of its bars, and the discriminator that the scribe was
trained against.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from antiphon.inference._metres import of_metre
from antiphon.inference._sheet import Sheet
from antiphon.inference._walk import cut
from antiphon.metrics._written import takes_measures
from antiphon.metrics.bars import Habits, measure_bars
from antiphon.models._audition import EVERY, N_TAKES, Audition
from antiphon.models._drawing import Floats
from antiphon.models._ensemble import Ensemble
from antiphon.models.choir import Discriminator, Segment
from antiphon.music.piece import Metre, Notes, Piece, Track
from antiphon.representations.bars import (
    PITCHED,
    SLOTS_PER_BEAT,
    beat_steps,
    encode,
    home_shift,
)
from antiphon.representations.rolls import chord_features, rolls_of
from antiphon.representations.score import Ints
from antiphon.representations.writing import Writing

_PLACES = 16
_BARS = 4  # of a stretch that is looked up among training songs


def habits(ensemble: Ensemble, metre: Metre) -> Habits:
    """Return what is usual in the ensemble's style, in this metre where it is not rare."""
    return Habits(*of_metre(ensemble, "habits", metre).double().numpy())


def measured(parts: Mapping[str, Notes], sheet: Sheet) -> NDArray[np.float64]:
    """Return the measures (N, K) of each bar of what the pitched parts play."""
    tracks = [Track(role, notes=parts[role], role=role) for role in PITCHED if role in parts]
    piece = Piece(
        tracks=tracks,
        metres=[sheet.metre],
        keys=sheet.key_marks(),
        n_bars_asked=len(sheet.bars),
    )
    bars, notes, _ = encode(piece)
    rolls = rolls_of(bars, notes).unpacked(np.arange(len(sheet.bars)))
    shift = home_shift(sheet.bars["tonic"], sheet.bars["minor"])
    chroma = chord_features(sheet.bars["chords"], shift)[..., :12]
    return measure_bars(rolls, chroma, int(sheet.bars["n_beats"][0]) * SLOTS_PER_BEAT)


@torch.inference_mode()
def answers(discriminator: Discriminator, latents: Tensor, segment: Segment) -> Tensor:
    """Return the discriminator's logit (B, N) of each bar: above 0 it takes the bar for real.

    It hears the bars in windows as long as those it was trained on, and answers half for the bar
    and half for its window.

    Args:
        latents: (B, N, Z) of what was written.
        segment: what was told.
    """
    n, size = latents.shape[1], min(discriminator.config.n_bars, latents.shape[1])
    starts = sorted({*range(0, n - size + 1, size), n - size})
    total, heard = torch.zeros(len(latents), n), torch.zeros(n)
    for start in starts:
        here = slice(start, start + size)
        logits = discriminator.answer(latents[:, here], cut(segment, here))
        total[:, here] += (logits[:, :-1] + logits[:, -1:]) / 2
        heard[here] += 1
    return total / heard


def takes_of(ensemble: Ensemble, sheet: Sheet) -> int:
    """Return how many takes of the next bars an ensemble writes: more where little is made.

    What is made between bars that stay has to fit both.
    """
    if ensemble.critic is None:
        return 1
    stays = np.asarray(sheet.stays().all(axis=1))
    return 2 * N_TAKES if 2 * stays.sum() >= len(stays) else N_TAKES


def audition(ensemble: Ensemble, sheets: list[Sheet]) -> Audition | None:
    """Return how takes of pieces are heard by the ensemble's critic; None where it has none."""
    critic, sizes = ensemble.critic, len(sheets[0].bars)
    if critic is None or sizes < critic.config.n_bars:
        return None
    n_takes, tables = takes_of(ensemble, sheets[0]), [sheet.bars for sheet in sheets]

    def answer(writing: Writing, takes: Ints, bars: slice) -> Floats:
        return critic.odds(takes_measures(writing, takes, bars, tables, n_takes))

    return Audition(n_takes, critic.config.n_bars, EVERY, answer)


def nearest_song(melody: Notes, sheet: Sheet, ensemble: Ensemble) -> tuple[str, float, int] | None:
    """Return the training song whose melody has the likest four bars, how like, and which bar.

    Likeness is 2·shared / (all of one + all of the other) of the onsets, each a pitch class in
    the home key at one of 16 places of a bar; 1 is the same rhythm and notes. None when the
    melody is too sparse to tell or the weights have no index.
    """
    if "index" not in ensemble.tables or len(sheet.bars) < _BARS:
        return None
    index = ensemble.tables["index"].numpy().view(np.uint16)  # (N, 12)
    songs = ensemble.tables["index_song"].numpy()
    mine = _words(melody, sheet)
    real = _stretches(index)
    whole = songs[: len(real)] == songs[_BARS - 1 :]
    n_real = np.bitwise_count(real).sum(axis=1)
    best = (-1.0, 0, 0)
    for bar, words in enumerate(_stretches(mine)):
        n_mine = int(np.bitwise_count(words).sum())
        if n_mine < 6:
            continue
        shared = np.bitwise_count(real & words).sum(axis=1)
        likeness = np.where(whole, 2 * shared / (n_real + n_mine), 0)
        at = int(likeness.argmax())
        best = max(best, (float(likeness[at]), at, bar))
    if best[0] < 0:
        return None
    return ensemble.songs[int(songs[best[1]])], best[0], best[2]


def _stretches(words: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Return every four bars in a row as one line (n − 3, 48)."""
    n = len(words) - _BARS + 1
    return np.concatenate([words[i : i + n] for i in range(_BARS)], axis=1)


def _words(melody: Notes, sheet: Sheet) -> NDArray[np.uint16]:
    bar_steps = beat_steps(sheet.metre) * int(sheet.bars["n_beats"][0])
    bar, step = np.divmod(melody["onset"], bar_steps)
    shift = home_shift(sheet.bars["tonic"], sheet.bars["minor"])
    words = np.zeros((len(sheet.bars), 12), np.uint16)
    inside = bar < len(words)
    bits = (1 << (step * _PLACES // bar_steps)).astype(np.uint16)
    home = (melody["pitch"][inside] + shift[bar[inside]]) % 12
    np.bitwise_or.at(words, (bar[inside], home), bits[inside])
    return words
