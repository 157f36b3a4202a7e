"""Live: music that goes on bar by bar, after a plan that may change before each of them.

Each bar is an extension of the last few, so that what is remembered, and the time a bar takes,
stay the same however long the music goes on. Chords come in sections of eight bars, A A B A,
and then in others; given chords are repeated instead. Mood moves what comes next: valence the
mode, arousal (with density) how much and how loud is played.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from antiphon.inference._planning import written_chords
from antiphon.inference._sheet import write_sheet
from antiphon.inference.compose import compose, writer_of
from antiphon.inference.extend import extend
from antiphon.music.chords import parse_progression
from antiphon.music.keys import Key
from antiphon.music.passage import bars_of
from antiphon.music.piece import KeyMark, Piece, Tempo
from antiphon.music.plan import Plan

MEMORY_BARS = 8  # what the next bar is written after
SECTION_BARS = 8
_FORM = "AABA"
_OPENING_BARS = 4
_UNHEARD_BARS = 4  # written after those that are heard: networks let last bars come to rest
_RELATIVE = 3  # semitones from a minor key's tonic up to that of its relative major


def live(piece: Piece | None, plan: Plan, at: int = 0, *, model: str | None = None) -> Piece:
    """Return the music with a bar more, of its earlier bars only the last few.

    Args:
        piece: what this function returned before; None to begin, which gives the first bars.
        plan: style, instruments, metre and key (these as it begins), tempo, chords, sliders,
            adventure, valence, arousal and seed.
        at: how many bars were made before, also those that are forgotten.
        model: weights by name, run folder or weights folder; the style's own when left out.

    Raises:
        AntiphonError: there are no weights of the style, or the plan cannot be met.
    """
    if piece is None:
        opening = replace(plan, bars=_OPENING_BARS + _UNHEARD_BARS, duration_s=None, form="A")
        return bars_of(compose(opening, model=model)[0].piece, 0, _OPENING_BARS)
    piece = _at_tempo(bars_of(piece, max(piece.n_bars - MEMORY_BARS, 0)), plan)
    key = _key(plan, piece.keys[0].key)
    asked = replace(
        plan,
        seed=(plan.seed + at) % 2**31,
        key=str(key),
        mode=None,
        chords=_chords(plan, key, str(piece.metres[0]), model, at, piece.n_bars),
        instruments=None,
        form=None,
        bars=None,
        duration_s=None,
    )
    piece.chords = []  # those that are asked for are written above all bars
    longer = extend(piece, 1 + _UNHEARD_BARS, plan=asked, model=model)[0].piece
    return replace(bars_of(longer, 0, piece.n_bars + 1), keys=[KeyMark(0, key)])


def _at_tempo(piece: Piece, plan: Plan) -> Piece:
    """Return a piece in the tempo that is asked for now."""
    if plan.tempo is None:
        return piece
    metre = piece.metres[0]
    quarters = plan.tempo * (1.5 if metre.is_compound else 1.0)
    return replace(piece, tempos=[Tempo(0, quarters)])


def _key(plan: Plan, now: Key) -> Key:
    """Return the key for a mood: of two relative keys, the major one for a happy one."""
    if plan.valence is None:
        return now
    if plan.valence < 0 and now.mode == "major":
        return Key((now.tonic - _RELATIVE) % 12, "minor")
    if plan.valence >= 0 and now.mode == "minor":
        return Key((now.tonic + _RELATIVE) % 12, "major")
    return now


def _chords(plan: Plan, key: Key, metre: str, model: str | None, at: int, n_before: int) -> str:
    """Return a progression whose bar after `n_before` is that of bar `at` of the music."""
    if plan.chords is not None:
        progression = parse_progression(plan.chords, key)
    else:
        section = at // SECTION_BARS
        letter = ord(_FORM[section % len(_FORM)]) - ord("A")
        seed = (plan.seed + 2 * (section // len(_FORM)) + letter) % 2**31
        progression = parse_progression(_planned(model or plan.style, key, metre, seed), key)
    turn = (at - n_before) % len(progression)
    bars = progression[turn:] + progression[:turn]
    symbols = [" ".join(c.symbol(key) if c else "N" for c in bar) for bar in bars]
    return f"| {' | '.join(symbols)} |"


@lru_cache(maxsize=64)
def _planned(weights: str, key: Key, metre: str, seed: int) -> str:
    """Return the chords of a section as the networks of a style write them."""
    ensemble = writer_of(weights)
    plan = Plan(bars=SECTION_BARS, form="A", key=str(key), metre=metre, seed=seed, style=weights)
    return written_chords(write_sheet(plan, ensemble).bars, key)
