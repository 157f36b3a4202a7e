"""A small network that looks for seams in the notes themselves, for `seams.py`.

Shapes: N windows, T 16ths, C channels (of each part: what sounds, what begins, by pitch, and how
loud), the seam in the middle of T.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold
from torch import Tensor, nn

from antiphon.music.excerpt import SIXTEENTH, onsets_of, roll_of
from antiphon.music.passage import notes_in
from antiphon.music.piece import Notes

LOW, HIGH = 28, 100  # pitches
EPOCHS, BATCH = 12, 64


def roll_of_window(
    parts: Mapping[str, Notes], line: int, side: int, semitones: int
) -> NDArray[np.float16]:
    """Return (C, T) of so many steps on either side of a bar line, moved to C major or A minor."""
    n = 2 * side // SIXTEENTH
    channels = []
    for notes in parts.values():
        inside = notes_in(notes, line - side, line + side)
        inside["pitch"] = np.clip(inside["pitch"] + semitones, 0, 127)
        loud = np.zeros((n, 1), np.float32)
        np.maximum.at(loud[:, 0], inside["onset"] // SIXTEENTH, inside["velocity"] / 127)
        channels += [roll_of(inside, n)[:, LOW:HIGH], onsets_of(inside, n)[:, LOW:HIGH], loud]
    return np.concatenate(channels, axis=1).T.astype(np.float16)


def network(n_channels: int) -> nn.Module:
    """Return an untrained one; logits (N, 1)."""
    return nn.Sequential(
        nn.Conv1d(n_channels, 32, 1),
        nn.LeakyReLU(0.2),
        nn.Dropout(0.2),
        nn.Conv1d(32, 48, 4, 4),  # beats
        nn.LeakyReLU(0.2),
        nn.Dropout(0.2),
        nn.Conv1d(48, 48, 4, 1, padding=2),
        nn.LeakyReLU(0.2),
        nn.Flatten(),
        nn.Dropout(0.5),
        nn.LazyLinear(1),
    )


def judged_by_network(
    windows: NDArray[np.float16], label: NDArray[np.bool_], songs: NDArray[np.int64], seed: int
) -> NDArray[np.float64]:
    """Return its answers (N,) for songs that it never saw, trained anew for each fold."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    out = np.zeros(len(windows))
    target = torch.from_numpy(label.astype(np.float32))
    x = torch.from_numpy(windows)  # of half the size until a batch is taken
    for seen, unseen in GroupKFold(5, shuffle=True, random_state=seed).split(windows, label, songs):
        net = _trained(x[seen], target[seen], seed)
        with torch.inference_mode():
            out[unseen] = net(x[unseen].float())[:, 0].numpy()
    return out


def _trained(x: Tensor, target: Tensor, seed: int) -> nn.Module:
    net, rng = network(x.shape[1]), np.random.default_rng(seed)
    net(x[:1].float())
    optimizer = torch.optim.AdamW(net.parameters(), 1e-3, weight_decay=0.1)
    for _ in range(EPOCHS):
        for rows in np.array_split(rng.permutation(len(x)), max(1, len(x) // BATCH)):
            shift = int(rng.integers(-5, 7))  # every key
            heard = _moved(x[rows].float(), shift)
            loss = nn.functional.binary_cross_entropy_with_logits(net(heard)[:, 0], target[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return net.eval()


def _moved(x: Tensor, semitones: int) -> Tensor:
    """Return windows moved by semitones; what leaves the pitches comes in at the other end."""
    n, size = HIGH - LOW, 2 * (HIGH - LOW) + 1
    rolls = x.unflatten(1, (-1, size))
    pitched = rolls[:, :, :-1].unflatten(2, (2, n)).roll(semitones, dims=3).flatten(2, 3)
    return torch.cat([pitched, rolls[:, :, -1:]], dim=2).flatten(1, 2)
