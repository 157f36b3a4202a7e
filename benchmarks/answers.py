"""Trading phrases: do the motifs of a phrase come back in the machine's answer?

    python benchmarks/answers.py --phrases 6

Phrases are the first four bars of tunes that the machine composes by other seeds. Each is put into
running music as what a musician played, and answered bar by bar, as a trade is; beside that the
music goes on from the same phrase without answering. Of each answer is printed which share of the
phrase's places of notes (by bar and 16th) and of its motifs (three intervals in a row) it has,
beside the same share of the phrases that it does not answer.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace

import numpy as np

from antiphon import models
from antiphon.inference.compose import compose
from antiphon.inference.live import live
from antiphon.metrics.melody import intervals
from antiphon.music.listening import Answer
from antiphon.music.mending import joined, with_part
from antiphon.music.passage import bars_of
from antiphon.music.piece import Notes, Piece
from antiphon.music.plan import Plan

PHRASE_BARS = 4


def melody(piece: Piece) -> Notes:
    """Return the tune of a piece."""
    return next(t.notes for t in piece.tracks if t.role == "melody")


def places(notes: Notes, bar_steps: int) -> set[tuple[int, int]]:
    """Return at which 16ths of which bars notes begin."""
    return {(int(n) // bar_steps, int(n) % bar_steps // 6) for n in notes["onset"]}


def motifs(notes: Notes) -> set[tuple[int, ...]]:
    """Return which three intervals follow each other, but for mere repetition."""
    steps = intervals(notes)
    found = {tuple(steps[at : at + 3].tolist()) for at in range(len(steps) - 2)}
    return {motif for motif in found if any(motif)}


def share(phrase: set, answer: set) -> float:
    """Return which share of a phrase an answer has."""
    return len(phrase & answer) / len(phrase) if phrase else float("nan")


def answered(music: Piece, plan: Plan, *, answers: bool) -> Notes:
    """Return the tune of the bars that follow a phrase, from their beginning."""
    for number in range(PHRASE_BARS):
        answer = Answer(PHRASE_BARS, number) if answers else None
        music = live(music, plan, 2 * PHRASE_BARS + number, answer)
    return melody(bars_of(music, music.n_bars - PHRASE_BARS))


def main() -> None:
    """Trade and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--phrases", type=int, default=6)
    parser.add_argument("--style", default="pop")
    arguments = parser.parse_args()
    models.keep_loaded()
    plan = Plan(style=arguments.style, key="C", tempo=100.0)
    opening = live(None, plan)
    bar = opening.metres[0].steps(opening.resolution)
    phrases, tunes = [], {True: [], False: []}
    for seed in range(arguments.phrases):
        asked = replace(plan, bars=8, form="A", seed=1000 + seed)
        phrase = melody(bars_of(compose(asked)[0].piece, 0, PHRASE_BARS))
        phrases.append(phrase)
        music = joined(opening, with_part(opening, "melody", phrase))
        for answers, found in tunes.items():
            found.append(answered(music, replace(plan, seed=seed), answers=answers))
    for answers, found in tunes.items():
        told = {}
        for name, of in (("places", lambda n: places(n, bar)), ("motifs", motifs)):
            own = [share(of(p), of(a)) for p, a in zip(phrases, found, strict=True)]
            others = [
                share(of(p), of(a))
                for i, p in enumerate(phrases)
                for j, a in enumerate(found)
                if i != j
            ]
            told[name] = {
                "of its phrase": round(float(np.nanmean(own)), 3),
                "of other phrases": round(float(np.nanmean(others)), 3),
            }
        print(json.dumps({"answering" if answers else "going on": told}), flush=True)


if __name__ == "__main__":
    main()
