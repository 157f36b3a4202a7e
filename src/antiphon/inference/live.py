"""Live: music that goes on bar by bar, after a plan that may change before each of them.

Each bar is an extension of the last few, so that what is remembered, and the time a bar takes,
stay the same however long the music goes on. Chords come in sections of eight bars, A A B A,
and then in others; given chords are repeated instead. Mood moves what comes next: valence the
mode, arousal (with density) how much and how loud is played.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from antiphon.inference._given import Given, understand
from antiphon.inference._opening import Gap
from antiphon.inference._planning import written_chords
from antiphon.inference._rewriting import rewrite
from antiphon.inference._sheet import write_sheet
from antiphon.inference.compose import compose, writer_of
from antiphon.inference.extend import gap_of, longer_by, order_to_fill
from antiphon.music.adapting import quarters_a_minute
from antiphon.music.chords import parse_progression
from antiphon.music.keys import Key
from antiphon.music.listening import Answer
from antiphon.music.passage import bars_of
from antiphon.music.piece import KeyMark, Piece, Section, Tempo
from antiphon.music.plan import Plan
from antiphon.music.wishes import key_in_mood
from antiphon.representations.bars import PARTS

MEMORY_BARS = 8  # what the next bar is written after
SECTION_BARS = 8
_FORM = "AABA"
_OPENING_BARS = 4
_UNHEARD_BARS = 4  # written after those that are heard: networks let last bars come to rest


def live(
    piece: Piece | None,
    plan: Plan,
    at: int = 0,
    answer: Answer | None = None,
    *,
    model: str | None = None,
) -> Piece:
    """Return the music with a bar more, of its earlier bars only the last few.

    Args:
        piece: what this function returned before; None to begin, which gives the first bars. Its
            notes may be other ones than were made: what somebody played beside the machine.
        plan: style, instruments, metre and key (these as it begins), tempo, chords, sliders,
            adventure, valence, arousal and seed.
        at: how many bars were made before, also those that are forgotten.
        answer: which bar of the last phrase the new one answers, so that its motifs come back.
        model: weights by name, run folder or weights folder; the style's own when left out.

    Raises:
        AntiphonError: there are no weights of the style, or the plan cannot be met.
    """
    if piece is None:
        opening = replace(plan, bars=_OPENING_BARS + _UNHEARD_BARS, duration_s=None, form="A")
        return bars_of(compose(opening, model=model)[0].piece, 0, _OPENING_BARS)
    memory = max(MEMORY_BARS, 2 * answer.n_bars if answer else 0)
    piece = _at_tempo(bars_of(piece, max(piece.n_bars - memory, 0)), plan)
    key = key_in_mood(plan, piece.keys[0].key)
    is_again = answer is not None and plan.chords is None  # under the phrase's own chords
    asked = replace(
        plan,
        seed=(plan.seed + at) % 2**31,
        key=str(key),
        mode=None,
        chords=None
        if is_again
        else _chords(plan, key, str(piece.metres[0]), model, at, piece.n_bars),
        instruments=None,
        form=None,
        bars=None,
        duration_s=None,
    )
    if not is_again:
        piece.chords = []  # those that are asked for are written above all bars
    longer = _longer(piece, asked, answer, model)
    return replace(bars_of(longer, 0, piece.n_bars + 1), keys=[KeyMark(0, key)])


def _longer(piece: Piece, plan: Plan, answer: Answer | None, model: str | None) -> Piece:
    """Return the music with the bars that follow, of which only the first will be heard.

    All parts go on, also those that have rested for long.
    """
    given = understand(piece, plan)
    n = piece.n_bars
    if answer is None:
        gap = gap_of(given, 1 + _UNHEARD_BARS, n)
        longer = longer_by(given, gap)
    else:
        gap, sections = _answering(given, answer)
        longer = longer_by(given, gap, sections)
    order = order_to_fill(longer, gap)
    homes = {t.role: index for index, t in enumerate(piece.tracks) if t.role in PARTS}
    made = order.made.copy()
    made[n:, [PARTS.index(role) for role in homes]] = True
    order = replace(order, made=made, home={**order.home, **homes})
    return rewrite(longer, [order], plan, keep=None, model=model, progress=None)[0].piece


def _answering(given: Given, answer: Answer) -> tuple[Gap, list[Section]]:
    """Return the bars that answer a phrase, and sections that say that they are it once more."""
    first = max(given.n_bars - answer.n_bars - answer.number, 0)
    length = min(answer.n_bars, given.n_bars - first)
    done = given.n_bars - first - length  # bars of the answer that are there
    n_new = 1 + _UNHEARD_BARS
    sources = [first + (done + number) % length for number in range(n_new)]
    before = [Section(0, first, "B")] if first else []
    phrase, again = Section(first, length, "A"), Section(first + length, done + n_new, "A")
    gap = Gap(given.n_bars, sources, given.stretches[-1].metre, "A")
    return gap, [*before, phrase, again]


def _at_tempo(piece: Piece, plan: Plan) -> Piece:
    """Return a piece in the tempo that is asked for now."""
    if plan.tempo is None:
        return piece
    return replace(piece, tempos=[Tempo(0, quarters_a_minute(piece, plan.tempo))])


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
