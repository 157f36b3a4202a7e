"""One tune of ABC text, read line by line into voices of measures.

Standard: https://abcnotation.com/wiki/abc:standard:v2.1, and of older texts chords in plus
signs. Words, macros and layout are passed over.
"""

from __future__ import annotations

import re
from fractions import Fraction

from antiphon.errors import AntiphonError
from antiphon.formats import _abc_fields as fields
from antiphon.formats import _abc_music as music
from antiphon.formats._abc_fields import Signature
from antiphon.formats._abc_voice import Voice
from antiphon.music.piece import Metre

_OCTAVE = re.compile(r"octave=(-?\d)")
_TRANSPOSE = re.compile(r"(?:transpose|(?<!\w)t)=(-?\d{1,2})")
_NAME = re.compile(r'(?:name|nm)="([^"]*)"')


class Tune:
    """Reads the lines of one tune.

    Attributes:
        title: of the first T: field.
        order: parts in the order of playing, as a P: field of the header says.
        bpm: quarters a minute that the header asks for; None where it does not.
        voices: those with notes or rests, in the order in which they are named.
    """

    def __init__(self, lines: list[tuple[int, str]]) -> None:
        """Read a tune.

        Args:
            lines: (number in the file, text).

        Raises:
            AntiphonError: it cannot be understood; the sentence says in which line.
        """
        self.title = self.order = ""
        self.bpm: float | None = None
        self.voices: list[Voice] = []
        self._named: dict[str, Voice] = {}
        self._signature = Signature()
        self._metre: Metre | None = Metre(0)
        self._unit: Fraction | None = None
        self._tempo = ""
        self._program = 0
        self._propagation = "pitch"
        self._voice: Voice | None = None  # the one that notes go to; none in the header
        for number, text in lines:
            try:
                if not self._line(text):
                    break
            except ValueError as error:
                raise AntiphonError(f"line {number}: {error}") from None
        if self._voice is None:
            raise AntiphonError("no line K: says its key, after which the notes begin")
        self.voices = [voice for voice in self._named.values() if voice.has_begun]

    def _line(self, text: str) -> bool:
        """Read one line; False when the tune is over."""
        if text.startswith(("%%", "I:")):
            self._directive(text[2:].split())
            return True
        if not text.strip():
            return self._voice is None or not self._voice.has_begun
        text = re.sub(r"(?<!\\)%.*", "", text).rstrip()
        field = re.match(r"\s*([A-Za-z+]):(?![|:])(.*)", text)
        if field:
            self._field(field[1], field[2])
        elif self._voice is not None:
            for kind, sign in music.tokens(text):
                if kind == "field":
                    self._field(sign[1], sign[3:].rstrip("]"))
                else:
                    music.write(kind, sign, self._voice, self._propagation)
        return True

    def _directive(self, words: list[str]) -> None:
        if words[:2] == ["MIDI", "program"] and words[-1].isdigit():
            self._program = min(int(words[-1][:3]), 127)
            if self._voice is not None:
                self._voice.program = self._program
        elif words[:1] == ["propagate-accidentals"] and len(words) > 1:
            self._propagation = words[1]

    def _field(self, name: str, text: str) -> None:
        """Read a field of the header or of the body, or one within a line."""
        if name == "T":
            self.title = self.title or " ".join(text.split())
        elif name == "V":
            self._name_voice(text)
        elif name == "I":
            self._directive(text.split())
        elif name == "L":
            self._unit = fields.unit_of(text)
            if self._voice is not None:
                self._voice.unit = self._unit
        elif name == "M":
            self._set_metre(fields.metre_of(text))
        elif name == "K":
            self._set_key(fields.signature_of(text))
        elif name == "Q":
            self._set_tempo(text)
        elif name == "P" and self._voice is None:
            self.order = fields.order_of(text)
        elif name == "P" and self._voice is not None:
            self._voice.begin_part(text.strip())

    def _set_metre(self, metre: Metre | None) -> None:
        if self._voice is None:
            self._metre = metre
            return
        self._voice.metre = metre
        if not self._voice.measure.length:
            self._voice.measure.metre = metre

    def _set_key(self, signature: Signature) -> None:
        if self._voice is not None:
            self._voice.signature = signature
            self._voice.measure.signature = signature
            return
        self._signature = signature
        unit = self._unit or fields.usual_unit(self._metre)
        self.bpm = fields.tempo_of(self._tempo, unit)
        for voice in self._named.values():  # named before the key was known
            voice.signature, voice.metre, voice.unit = signature, self._metre, unit
            voice.measure.signature, voice.measure.metre = signature, self._metre
        self._voice = next(iter(self._named.values()), None) or self._new_voice("")

    def _set_tempo(self, text: str) -> None:
        if self._voice is None:
            self._tempo = text
        elif (bpm := fields.tempo_of(text, self._voice.unit)) is not None:
            self._voice.measure.tempos.append((self._voice.at, bpm))

    def _new_voice(self, name: str) -> Voice:
        unit = self._unit or fields.usual_unit(self._metre)
        voice = Voice(self._signature, self._metre, unit, name=name, program=self._program)
        self._named[name] = voice
        return voice

    def _name_voice(self, text: str) -> None:
        """Read a V: field; in the body, notes go to that voice from here on."""
        name = (text.split() or [""])[0]
        if name not in self._named and len(self._named) >= 64:
            raise ValueError("it has more than 64 voices")
        voice = self._named.get(name) or self._new_voice(name)
        if said := _NAME.search(text):
            voice.name = " ".join(said[1].split())
        if octave := _OCTAVE.search(text):
            voice.octave = int(octave[1])
        if moved := _TRANSPOSE.search(text):
            voice.transpose = int(moved[1])
        if self._voice is not None:
            self._voice = voice
