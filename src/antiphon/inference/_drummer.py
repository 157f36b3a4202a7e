"""The drummer: hears what the others play and the form, and plays along.

Bars before a new section are asked for as fills; the last bar of the piece is one stroke.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from antiphon.inference._sheet import Sheet
from antiphon.inference._walk import as_tensor, walk
from antiphon.models._coder import Coder
from antiphon.models._ensemble import Ensemble
from antiphon.models.choir import Segment
from antiphon.music.piece import Notes, notes_of, without_overlaps
from antiphon.representations.bars import MAX_BEATS, N_SLOTS, beat_steps, slot_steps
from antiphon.representations.drums import (
    N_DRUMS,
    PITCHES,
    drum_conditions,
    drum_rolls,
    strokes,
)
from antiphon.representations.rolls import CHORD_SIZE

_KICK, _CRASH = PITCHES[0], PITCHES[7]


def drum(
    sheet: Sheet,
    parts: Mapping[str, Notes],
    ensemble: Ensemble,
    given: tuple[NDArray[np.bool_], NDArray[np.void]] | None = None,
) -> Notes:
    """Return drum notes for what the pitched parts play.

    Args:
        sheet: what was decided.
        parts: what they play.
        ensemble: the drummer.
        given: (N,) which bars are to be made, and the table of `bars.BAR_NOTE` that the sheet's
            bars point into, with the drums of the others; all bars are made when left out.
    """
    n, generator = len(sheet.bars), ensemble.walker()
    made, known = np.ones(n, bool), torch.zeros(n, generator.config.latent_size)
    strength = None
    if given is not None and not given[0].all():
        made, rolls = given[0], drum_rolls(sheet.bars, given[1])
        known = encoded(rolls, ensemble.coder) * torch.from_numpy(~made)[:, None]
        strength = _strength(rolls[~made], sheet)
    segment = Segment(
        condition=as_tensor(_told(sheet, parts, ensemble, strength)),
        controls=torch.zeros(1, n, 0),
        controls_known=torch.zeros(1, n, 0),
        known=known[None],
        mask=as_tensor(made.astype(np.float32)[:, None]),
        same_place=torch.zeros(1, n, n, dtype=torch.bool),
        valid=torch.ones(1, n),
    )
    temperature = 0.75 + 0.3 * sheet.plan.adventure
    latents = walk(generator, segment, [sheet.plan.seed * 13 + 3], temperature=temperature)[0]
    return _written(soft_rolls(ensemble.coder, latents), sheet, made)


@torch.inference_mode()
def encoded(rolls: NDArray[np.float32], coder: Coder) -> Tensor:
    """Return the latents (N, Z) of drum bars (N, 1, T, 2D + 1)."""
    return coder.encode(torch.from_numpy(rolls), torch.zeros(len(rolls), MAX_BEATS, CHORD_SIZE))


def _strength(rolls: NDArray[np.float32], sheet: Sheet) -> float | None:
    """Return the strokes a beat of bars that have any, 4 counting as 1; None without any."""
    strokes_each = rolls[:, 0, :, :N_DRUMS].sum(axis=(1, 2))
    played = strokes_each[strokes_each > 0]
    return float(played.mean() / int(sheet.bars["n_beats"][0]) / 4) if len(played) else None


@torch.inference_mode()
def soft_rolls(coder: Coder, latents: Tensor) -> NDArray[np.float32]:
    """Return probabilities (N, 1, T, 2P + 1) of bars from latents (N, Z)."""
    z = F.layer_norm(latents, latents.shape[-1:])
    chords = torch.zeros(len(z), MAX_BEATS, CHORD_SIZE)
    result: NDArray[np.float32] = coder.soft_rolls(coder.decode(z, chords)).numpy()
    return result


def _told(
    sheet: Sheet, parts: Mapping[str, Notes], ensemble: Ensemble, strength: float | None
) -> np.ndarray:
    n, bars = len(sheet.bars), sheet.bars
    begins = np.isin(np.arange(n), [s.start for s in sheet.sections])
    fill = np.append(begins[1:], False)
    fill[: 2 if n > 8 else 0] = False
    energies = ensemble.tables["energy"].numpy()
    wanted = 0.5 if sheet.plan.density is None else sheet.plan.density
    if sheet.plan.density is None and sheet.plan.arousal is not None:
        wanted = 0.5 + 0.4 * sheet.plan.arousal
    usual = float(np.interp(wanted, np.linspace(0, 1, len(energies)), energies))
    energy = np.full(n, usual if strength is None else strength)
    energy[bars["kind"] > 0] *= 0.75  # intro and ending are lighter
    return drum_conditions(
        _profile(sheet, parts),
        bars["n_beats"],
        bars["compound"],
        bars["bpm"],
        energy,
        fill=fill,
        first=begins,
        place=np.arange(n) - bars["section_start"],
    )


def _profile(sheet: Sheet, parts: Mapping[str, Notes]) -> np.ndarray:
    """Return (N, T): how many notes begin at each slot, 4 counting as 1."""
    profile = np.zeros((len(sheet.bars), N_SLOTS), np.float32)
    beat, n_beats = beat_steps(sheet.metre), int(sheet.bars["n_beats"][0])
    within = slot_steps(n_beats, sheet.metre.is_compound, beat)
    for notes in parts.values():
        bar, step = np.divmod(notes["onset"], beat * n_beats)
        slot = np.abs(step[:, None] - within[None]).argmin(axis=1)
        inside = bar < len(profile)
        np.add.at(profile, (bar[inside], slot[inside]), 0.25)
    return np.minimum(profile, 1.0)


def _written(soft: np.ndarray, sheet: Sheet, made: NDArray[np.bool_]) -> Notes:
    beat, n_beats = beat_steps(sheet.metre), int(sheet.bars["n_beats"][0])
    within = slot_steps(n_beats, sheet.metre.is_compound, beat)
    bar_steps = beat * n_beats
    last = len(soft) - 1
    ends = sheet.close and last > 0 and made[last]  # with one stroke
    rows = [
        (bar * bar_steps + int(within[slot]), beat // 4, pitch, velocity)
        for bar, slot, pitch, velocity in strokes(soft)
        if slot < len(within) and made[bar] and not (ends and bar == last)
    ]
    if ends:
        rows += [(last * bar_steps, beat, _KICK, 90), (last * bar_steps, beat, _CRASH, 88)]
    return without_overlaps(notes_of(rows))
