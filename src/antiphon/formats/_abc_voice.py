"""A voice of an ABC tune while it is read: its measures, and where the next note goes.

Times within a measure are quarters, as fractions: nothing is rounded before the whole tune
is known.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from antiphon.formats._abc_fields import Signature
from antiphon.music.chords import Chord
from antiphon.music.piece import Metre


@dataclass
class Sound:
    """A note. Times in quarters from the beginning of its measure."""

    onset: Fraction
    duration: Fraction
    pitch: int
    is_tied: bool = False


@dataclass
class Measure:
    """What stands between two bar lines.

    Attributes:
        endings: the times through at which it is played; empty for always.
        part: what a P: field calls the part that begins here.
        n_back: how often playing goes back to the beginning of the repeat at its end.
        begins_repeat, ends_part: bar lines ``|:`` before and ``||`` after it.
        tempos: (onset, quarters a minute).
    """

    metre: Metre | None
    signature: Signature
    sounds: list[Sound] = field(default_factory=list)
    chords: list[tuple[Fraction, Chord | None]] = field(default_factory=list)
    tempos: list[tuple[Fraction, float]] = field(default_factory=list)
    length: Fraction = Fraction(0)
    endings: frozenset[int] = frozenset()
    part: str = ""
    n_back: int = 0
    begins_repeat: bool = False
    ends_part: bool = False


@dataclass
class Voice:
    """One V: of a tune; a tune without any has one."""

    signature: Signature
    metre: Metre | None
    unit: Fraction
    name: str = ""
    program: int = 0
    octave: int = 0
    transpose: int = 0
    measures: list[Measure] = field(default_factory=list)
    at: Fraction = Fraction(0)
    accidentals: dict[str, int] = field(default_factory=dict)
    alters: dict[str, int] = field(default_factory=dict)  # alteration of each of the last notes
    tied: dict[str, int] = field(default_factory=dict)  # of those tied to the next
    last: list[Sound] = field(default_factory=list)
    last_length: Fraction = Fraction(0)
    factor: Fraction = Fraction(1)  # of the next note, after a broken rhythm
    tuplet: Fraction = Fraction(1)
    n_in_tuplet: int = 0
    endings: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        self.open_measure()

    @property
    def measure(self) -> Measure:
        """The measure that is being filled."""
        return self.measures[-1]

    @property
    def has_begun(self) -> bool:
        """Whether a note or a rest of it has been read."""
        return len(self.measures) > 1 or self.measure.length > 0

    def open_measure(self) -> None:
        """Begin a measure; accidentals of the one before no longer hold."""
        self.measures.append(Measure(self.metre, self.signature, endings=self.endings))
        self.at = Fraction(0)
        self.accidentals.clear()

    def place(self, pitches: list[int], length: Fraction) -> None:
        """Put notes struck together, or a rest where there are none, behind what is there.

        Args:
            length: in quarters, before tuplet and broken rhythm.
        """
        length *= self.factor
        self.factor = Fraction(1)
        if self.n_in_tuplet:
            length *= self.tuplet
            self.n_in_tuplet -= 1
        self.last = [Sound(self.at, length, pitch) for pitch in pitches]
        self.last_length = length
        self.measure.sounds += self.last
        self._advance(length)

    def _advance(self, length: Fraction) -> None:
        self.at += length
        self.measure.length = max(self.measure.length, self.at)

    def break_rhythm(self, signs: str) -> None:
        """Apply ``>`` (the last note longer, the next shorter) or ``<``, as often as written."""
        short = Fraction(1, 2 ** min(len(signs), 6))
        here, following = (2 - short, short) if signs[0] == ">" else (short, 2 - short)
        gained = self.last_length * (here - 1)
        if self.measure.length == self.at:
            self.measure.length += gained
        for sound in self.last:
            sound.duration += gained
        self.at += gained
        self.factor = following

    def tie(self) -> None:
        """Tie the last notes to what follows."""
        for sound in self.last:
            sound.is_tied = True

    def close_measure(self, *, n_back: int, begins_repeat: bool, ends_part: bool) -> None:
        """Draw a bar line; one after nothing belongs to the measure before."""
        if self.measure.length:
            closed = self.measure
            self._bar_line(closed, n_back, ends_part)
            self.open_measure()
        elif len(self.measures) > 1:
            self._bar_line(self.measures[-2], n_back, ends_part)
        self.measure.begins_repeat |= begins_repeat
        self.measure.endings = self.endings

    def _bar_line(self, closed: Measure, n_back: int, ends_part: bool) -> None:
        closed.n_back = max(closed.n_back, n_back)
        closed.ends_part |= ends_part
        if n_back or ends_part:
            self.endings = frozenset()

    def begin_ending(self, numbers: frozenset[int]) -> None:
        """Play from here to the next double bar only at these times through."""
        self.endings = numbers
        self.measure.endings = numbers

    def begin_part(self, name: str) -> None:
        """Call what follows by the name of a P: field."""
        if self.measure.length:
            self.close_measure(n_back=0, begins_repeat=False, ends_part=False)
        self.measure.part = name[:40]
