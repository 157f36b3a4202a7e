"""Ours and the rival by one protocol: same real songs, same windows, same measures.

    python benchmarks/compare_rival.py runs/rival data/pop909 --ours OUT_DIR --json compare.json

The rival's 4-bar samples are joined in twos for windows of 8 bars, and judged at 4 bars too.
Keys are estimated on every side in the same way, since the rival writes none. A hundred real
training songs passed through the rival's roll (the row "real, rival's roll") show what its 16th
grid without repeated notes costs by itself. Both sides' training time is printed where it is known.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
from musegan_rival import LOWEST_PITCH, sample, spent
from numpy.typing import NDArray

from antiphon.inference.evaluate import (
    Protocol,
    Report,
    as_json,
    evaluate,
    read_dataset,
    read_folder,
    write_text,
)
from antiphon.music.excerpt import SIXTEENTH, part_notes, roll_of
from antiphon.music.piece import RESOLUTION, Piece, Track
from antiphon.representations.roll_view import notes_of_roll

PARTS = ("melody", "counter", "chords")


def pieces_from_rolls(rolls: NDArray[np.bool_], n_joined: int) -> list[Piece]:
    """Return samples (n, 3, 64, 72), `n_joined` after one another in each piece."""
    joined = rolls[: len(rolls) // n_joined * n_joined]
    joined = joined.reshape(-1, n_joined, *rolls.shape[1:]).swapaxes(1, 2)
    joined = joined.reshape(len(joined), rolls.shape[1], -1, rolls.shape[-1])
    return [
        Piece(
            [
                Track(role, role=role, notes=notes_of_roll(roll, None, 80, LOWEST_PITCH))
                for role, roll in zip(PARTS, piece, strict=True)
            ],
            title=f"rival {index + 1}",
            n_bars_asked=4 * n_joined,
        )
        for index, piece in enumerate(joined)
    ]


def through_roll(piece: Piece) -> Piece:
    """Return a piece as the rival's roll would keep it."""
    piece = piece.on_grid(RESOLUTION)
    n_steps = -(-piece.end // SIXTEENTH) + 1
    tracks = []
    for role, notes in part_notes(piece, PARTS).items():
        roll = roll_of(notes, n_steps)
        roll[:, :LOWEST_PITCH] = roll[:, LOWEST_PITCH + 72 :] = False
        tracks.append(Track(role, role=role, notes=notes_of_roll(roll, None, 80, 0)))
    return replace(piece, tracks=tracks, sections=[])


def line(name: str, report: Report, side: str = "generated") -> str:
    d = report["distance"][side]
    figures = f"FD {d['fd']:8.2f} ({d['fd_ratio']:6.2f} ×)  FD all {d['fd_all']:8.1f}"
    near = f"AUC {d['auc']:.3f}  density {d['density']:.2f}  coverage {d['coverage']:.2f}"
    return f"{name:24s} {figures} ({d['fd_all_ratio']:6.2f} ×)  {near}"


def musegan_line(ours: Report, rival: Report) -> list[str]:
    """One line a measure: |generated − real| of both, and who is nearer."""
    lines = []
    for name, theirs in rival["musegan"].items():
        mine = ours["musegan"][name]
        nearer = "ours" if mine["difference"] < theirs["difference"] else "rival"
        lines.append(
            f"{name:22s} real {theirs['real']:7.3f}  ours off {mine['difference']:7.3f}  "
            f"rival off {theirs['difference']:7.3f}  nearer: {nearer}"
        )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rival", type=Path, help="run folder of musegan_rival.py")
    parser.add_argument("root", type=Path, help="folder of POP909")
    parser.add_argument("--ours", type=Path, help="folder of our generated pieces")
    parser.add_argument("--n", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--copying", action="store_true", help="measure copying too (a minute)")
    parser.add_argument("--json", type=Path, default=Path("compare.json"))
    asked = parser.parse_args()
    real, _ = read_dataset("pop909", asked.root, ("test", "validation"))
    learned, _ = read_dataset("pop909", asked.root, ("train",))
    drawn = np.random.default_rng(asked.seed).permutation(len(learned))[:100]
    heard = [learned[i] for i in drawn]
    ours = read_folder(asked.ours)[0] if asked.ours else []
    rolls = sample(asked.rival, 2 * asked.n, asked.seed)
    reports: dict[str, Report] = {}
    iterations, seconds = spent(asked.rival)
    print(f"Rival: {iterations} iterations, {seconds / 60:.0f} minutes on one thread.")
    for n_bars in (8, 4):
        protocol = Protocol(n=asked.n, n_bars=n_bars, trust_keys=False, seed=asked.seed)
        print(f"\nWindows of {n_bars} bars")
        systems = {
            "rival": pieces_from_rolls(rolls, n_bars // 4),
            "real, rival's roll": [through_roll(piece) for piece in heard],
        }
        if ours:
            systems["ours"] = ours
        for name, pieces in systems.items():
            is_model = name in ("rival", "ours")
            report = evaluate(
                pieces,
                real,
                training=learned if asked.copying and is_model and n_bars == 8 else (),
                protocol=protocol,
                controls=name == "rival",
            )
            reports[f"{name} @{n_bars}"] = report
            if name == "rival":
                print(f"n = {report['windows']['n']}")
                for side in (s for s in report["distance"] if s != "generated"):
                    print(line("real" if side == "real" else f"real, {side}", report, side))
            print(line(name, report), flush=True)
        if ours:
            print(*musegan_line(reports[f"ours @{n_bars}"], reports[f"rival @{n_bars}"]), sep="\n")
    write_text(as_json(reports), asked.json)
    print(f"Wrote {asked.json}.")


if __name__ == "__main__":
    main()
