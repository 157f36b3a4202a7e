"""The band: what was told of the music, and how it follows what is moved and played.

Times are seconds from the beginning of the first bar.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

import numpy as np

from antiphon.music.adapting import adapted
from antiphon.music.chords import Chord
from antiphon.music.keys import Key
from antiphon.music.listening import Answer, heard_chord, heard_key, louder_by
from antiphon.music.mending import (
    chord_at,
    joined,
    laid,
    louder,
    marked,
    progression_in,
    spliced,
    with_part,
    without_part,
)
from antiphon.music.passage import bars_of, repeated_varied
from antiphon.music.piece import ChordSpan, KeyMark, Piece, together
from antiphon.music.plan import Plan
from antiphon.playing._musician import Jam, Musician, on_grid
from antiphon.playing._told import Told, beat_steps_of, told_mend, told_of

GRACE_S = (
    0.01  # a beat that is over for so long may still be changed: what is due is played at once
)
_CLEARLY = 6  # velocities by which the musician is louder or softer than the band had followed
_KEPT_BARS = 16  # that are remembered
_KEY_BARS = 8  # in which a key is heard
_HEARD_BEATS = 2  # in which a chord is heard, and how loud somebody plays


@dataclass(frozen=True)
class Made:
    """Bars that were made.

    Attributes:
        bars: the new ones only.
        plan: what they were made after.
        turn: how often what is asked for had changed before.
    """

    bars: Piece
    plan: Plan
    turn: int = 0


@dataclass
class Sent:
    """Bars that were told.

    Attributes:
        number: of the first.
        at_s: when it begins.
        made: as they were made.
        shown: as they are to sound, the musician's part left out where he plays it.
        plan: what they were adapted to.
        heard: chords of the musician that they follow.
        follows: how much louder they are played to go with him.
    """

    number: int
    at_s: float
    made: Made
    shown: Piece
    plan: Plan
    heard: list[ChordSpan] = field(default_factory=list)
    follows: int = 0

    @property
    def duration_s(self) -> float:
        return self.shown.duration_s

    @property
    def end_s(self) -> float:
        return self.at_s + self.duration_s

    @property
    def n_steps(self) -> int:
        return int(self.shown.bar_starts()[-1])

    @property
    def beat_s(self) -> float:
        return self.duration_s / len(beat_steps_of(self.shown))

    def seconds(self, step: int) -> float:
        """Return when a step of them sounds."""
        return self.at_s + float(self.shown.seconds([step])[0])


class Band:
    """What plays beside the musician.

    Args:
        jam: how it plays with him.
        musician: what he has played.
        follows_key: whether it goes into the key that he plays in.
    """

    def __init__(self, jam: Jam, musician: Musician, *, follows_key: bool) -> None:
        self.jam = jam
        self.n_told = 0  # bars
        self.told_s = 0.0
        self.n_opening = 0  # bars that music begins with
        self.n_moved = 0  # how often something was changed
        self._musician = musician
        self._follows_key = follows_key
        self._sent: deque[Sent] = deque()
        self._listening: dict[str, str] = {}

    # the music so far

    def music(self, ahead: Sequence[Made] = ()) -> Piece | None:
        """Return what was played of late, the musician's part with it, and the bars ahead."""
        many = [self._whole(sent) for sent in self._sent] + [made.bars for made in ahead]
        if not many:
            return None
        music = reduce(joined, many)
        last = many[-1]
        key = self._key(last.keys[-1].key if last.keys else Key(0))
        return replace(music, keys=[KeyMark(0, key)], tempos=last.tempos)

    def _whole(self, sent: Sent) -> Piece:
        """Return bars with what the musician played in them."""
        if self._turn_of(sent.number) == "me":
            return sent.shown
        notes = self._musician.between(sent.at_s - 0.5, sent.end_s)
        row = on_grid(notes, sent.at_s, sent.duration_s, sent.n_steps)
        return with_part(sent.shown, self.jam.part, row)

    def _key(self, now: Key) -> Key:
        if not self._follows_key or self.jam.part == "drums" or self.jam.answer == "none":
            return now
        sent = [s for s in self._sent if s.number >= self.n_told - _KEY_BARS]
        parts = [t.notes for s in sent for t in self._whole(s).tracks if t.role == self.jam.part]
        return heard_key(together(parts), now)

    def _turn_of(self, number: int) -> str:
        return self.jam.turn(number, self.n_opening)

    def answer_in(self, number: int) -> Answer | None:
        """Return which bar of his phrase a bar answers."""
        if self.jam.answer != "trade" or number < self.n_opening + self.jam.trade_bars:
            return None
        if self._turn_of(number) != "me":
            return None
        return Answer(self.jam.trade_bars, (number - self.n_opening) % self.jam.trade_bars)

    def beat_at(self, now_s: float) -> int:
        """Return the number of the beat that sounds."""
        times = [t for sent in self._sent for t in _beat_times(sent)]
        before = sum(1 for t in times if t <= now_s)
        return self.n_told * 100 + before

    # telling

    def tell(self, made: Made, plan: Plan) -> Told:
        """Return bars as they are sent, adapted to what is asked for by now."""
        sent = Sent(self.n_told, self.told_s, made, made.bars, made.plan)
        if not self._goes_along():
            sent.heard = self._heard_chords(sent, plan, 0, self.told_s)
        sent.shown, sent.plan = self._fitting(sent, plan), plan
        sent.follows = self._follows_by(sent)
        self._sent.append(sent)
        while sum(s.shown.n_bars for s in self._sent) - self._sent[0].shown.n_bars >= _KEPT_BARS:
            self._sent.popleft()
        self.n_told += made.bars.n_bars
        self.told_s += sent.duration_s
        told = told_of(sent.shown, sent.number, sent.at_s)
        turn = self._turn_of(sent.number)
        return {**told, "turn": turn, **self._counts()}

    def _counts(self) -> Told:
        """Return what was taken into account: notes that were heard, and changes."""
        return {"heard": self._musician.n_heard, "moved": self.n_moved}

    def cover(self) -> Made | None:
        """Return the last bar once more, a little varied; None where there is none."""
        if not self._sent:
            return None
        last = self._sent[-1]
        whole = self._whole(last) if self._turn_of(self.n_told) == "me" else last.shown
        varied = repeated_varied(whole, self.n_told)
        return Made(bars_of(varied, whole.n_bars), last.plan, -1)

    def listening(self) -> list[Told]:
        """Return what is heard, where it is something else than was told before."""
        if self.jam.answer == "none" or not self._musician.notes or not self._sent:
            return []
        shown = self._sent[-1].shown
        key = shown.keys[-1].key if shown.keys else None
        chord = chord_at(shown.chords, 0)
        heard = {"key": str(key or ""), "chord": chord.symbol(key) if chord else ""}
        if heard == self._listening:
            return []
        self._listening = heard
        return [{"listening": heard}]

    # following

    def react(self, plan: Plan, now_s: float, *, marks: bool = False) -> list[Told]:
        """Return what mends bars that were told, from the next beat or bar on.

        Args:
            plan: what is asked for now.
            now_s: where the music is.
            marks: whether a note begins there in any case, so that a change is heard; so it does
                where the musician gets clearly louder or softer.
        """
        at_s = self._next_place(now_s - GRACE_S)
        if at_s is None:
            return []  # the next bar, which nobody was told, follows
        mends = []
        for sent in self._sent:
            if sent.end_s <= at_s + 1e-6:
                continue
            step = _step_at(sent, at_s)
            sent.heard = laid(sent.heard, step)
            sent.heard += self._heard_chords(sent, plan, step, now_s)
            after = self._fitting(sent, plan)
            follows = self._follows_by(sent)
            is_told = marks or abs(follows - sent.follows) >= _CLEARLY
            if is_told and sent.at_s <= at_s:
                after = marked(after, step)
            sent.follows = follows
            shown, ends = spliced(sent.shown, after, step)
            is_same = all(
                np.array_equal(a.notes, b.notes)
                for a, b in zip(shown.tracks, sent.shown.tracks, strict=True)
            )
            sent.shown, sent.plan = shown, plan
            if is_told or not is_same:  # a change is told of, also where all fits it already
                mends.append(told_mend(shown, sent.number, step, ends) | self._counts())
        return [*mends, *self.listening()]

    def _next_place(self, from_s: float) -> float | None:
        """Return when the next beat or bar begins that was told."""
        if self.jam.quantise == "bar":
            times = [
                sent.seconds(int(s)) for sent in self._sent for s in sent.shown.bar_starts()[:-1]
            ]
        else:
            times = [t for sent in self._sent for t in _beat_times(sent)]
        return min((t for t in times if t >= from_s), default=None)

    def _fitting(self, sent: Sent, plan: Plan) -> Piece:
        """Return bars as they are to sound after a plan, beside the musician."""
        made, was = sent.made.bars, sent.made.plan
        chords = list(sent.heard)
        if plan.chords is not None and plan.chords != was.chords:
            chords = [*progression_in(made, plan.chords, sent.number), *chords]
        # a tempo holds for whole bars
        tempo = was.tempo if sent.shown is not made else plan.tempo
        shown = adapted(made, was, replace(plan, tempo=tempo), chords)
        if sent.shown is not made:
            shown = replace(shown, tempos=sent.shown.tempos)
        if self.jam.answer != "none":
            shown = louder(shown, self._follows_by(sent))
            if self._turn_of(sent.number) != "me":
                shown = without_part(shown, self.jam.part)
        return shown

    def _follows_by(self, sent: Sent) -> int:
        """Return how much louder the band plays than it would, to go with the musician."""
        latest = max((n.at_s for n in self._musician.notes.values()), default=0.0)
        if latest < sent.at_s - 2 * sent.duration_s:
            return 0
        notes = self._musician.between(latest - _HEARD_BEATS * sent.beat_s, latest + 1)
        return louder_by(np.array([note.velocity for note in notes], dtype=float))

    def _heard_chords(self, sent: Sent, plan: Plan, step: int, now_s: float) -> list[ChordSpan]:
        """Return the chord of the musician where it is another than is meant at a step.

        Chords that were asked for are kept.
        """
        if plan.chords is not None or not self._is_listened_to(sent.number):
            return []
        made = sent.made.bars
        span = next((s for s in made.chords if s.onset <= step < s.onset + s.duration), None)
        meant = span.chord if span else None
        chord = self._heard_chord(sent, now_s, meant)
        if chord is None or chord == meant:
            return []
        end = span.onset + span.duration if span else sent.n_steps
        return [ChordSpan(step, end - step, chord)]

    def _is_listened_to(self, number: int) -> bool:
        if self.jam.answer == "none" or self.jam.part == "drums":
            return False
        return self._turn_of(number) != "me"

    def _heard_chord(self, sent: Sent, now_s: float, meant: Chord | None) -> Chord | None:
        """Return the chord that the musician has played of late, beside bars."""
        weights = self._musician.weights(now_s - _HEARD_BEATS * sent.beat_s, now_s + 0.1)
        key = sent.shown.keys[-1].key if sent.shown.keys else Key(0)
        return heard_chord(weights, key, meant)

    def _goes_along(self) -> bool:
        """Whether what the musician played last fits the chord that sounded: then he goes on."""
        if not self._sent:
            return True
        last = self._sent[-1]
        sounded = chord_at(last.shown.chords, last.n_steps - 1)
        return self._heard_chord(last, self.told_s, sounded) == sounded


def _beat_times(sent: Sent) -> list[float]:
    times: list[Any] = (sent.at_s + sent.shown.seconds(beat_steps_of(sent.shown))).tolist()
    return times


def _step_at(sent: Sent, at_s: float) -> int:
    """Return the step of bars that sounds at a time; 0 before them."""
    share = (at_s - sent.at_s) / sent.duration_s
    return round(max(share, 0.0) * sent.n_steps)
