"""MusicXML text of a score, on our own grid of 24 divisions a quarter."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from antiphon.formats import _musicxml_elements as elements
from antiphon.formats._notation import Symbol
from antiphon.formats._quantise import Bar
from antiphon.formats._score import Part, Score, Staff, laid_out
from antiphon.formats._smf_write import channels
from antiphon.formats._spelling import signature, spelt
from antiphon.music.keys import Key
from antiphon.music.piece import RESOLUTION, ChordSpan, Piece

_HEADER = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN"'
    ' "http://www.musicxml.org/dtds/partwise.dtd">\n<score-partwise version="4.0">'
)
# as scores abbreviate them (Gould, Behind Bars, appendix)
_SHORT = {
    "Melody": "Mel.", "Counter-melody": "C.-m.", "Chords": "Chd.", "Drums": "Dr.",
    "Flute": "Fl.", "Piccolo": "Picc.", "Oboe": "Ob.", "English Horn": "E.H.", "Clarinet": "Cl.",
    "Bassoon": "Bsn.", "Horn": "Hn.", "French Horn": "Hn.", "Trumpet": "Tpt.", "Trombone": "Tbn.",
    "Timpani": "Timp.", "Percussion": "Perc.", "Glockenspiel": "Glock.", "Xylophone": "Xyl.",
    "Harp": "Hp.", "Piano": "Pno.", "Organ": "Org.", "Guitar": "Gtr.", "Soprano": "S.",
    "Alto": "A.", "Tenor": "T.", "Violin": "Vln.", "Viola": "Vla.", "Cello": "Vc.",
    "Violoncello": "Vc.", "Contrabass": "Cb.", "Double Bass": "Db.",
}  # fmt: skip
_NUMBERED = re.compile(r"(.+?)(?: in \S+)?(?: (\d+|[IVX]+))?")
_ACCIDENTALS = {0: "natural", 1: "sharp", -1: "flat", 2: "double-sharp", -2: "flat-flat"}
# General MIDI drum key -> line, octave, note head
_DRUMS = {
    35: ("F", 4, ""), 36: ("F", 4, ""), 37: ("C", 5, "x"), 38: ("C", 5, ""), 39: ("C", 5, "slash"),
    40: ("C", 5, ""), 41: ("G", 4, ""), 42: ("G", 5, "x"), 43: ("A", 4, ""), 44: ("D", 4, "x"),
    45: ("B", 4, ""), 46: ("G", 5, "circle-x"), 47: ("D", 5, ""), 48: ("E", 5, ""),
    49: ("A", 5, "x"), 50: ("F", 5, ""), 51: ("F", 5, "x"), 52: ("B", 5, "x"),
    53: ("F", 5, "diamond"), 54: ("E", 5, "diamond"), 55: ("B", 5, "x"), 56: ("E", 5, "triangle"),
    57: ("B", 5, "x"), 59: ("F", 5, "x"),
}  # fmt: skip
_OTHER_DRUM = ("E", 5, "x")


def text_of(piece: Piece) -> str:
    """Return the MusicXML text of a piece."""
    score = laid_out(piece)
    out = [_HEADER, *_head(score)]
    top = next((i for i, part in enumerate(score.parts) if not part.track.is_drum), 0)
    for number, part in enumerate(score.parts):
        out.append(f'<part id="P{number + 1}">')
        writer = _PartWriter(score, part, number, is_first=number == 0, has_chords=number == top)
        for index in range(len(score.bars)):
            out += writer.measure(index)
        out.append("</part>")
    out.append("</score-partwise>\n")
    return "\n".join(out)


def _head(score: Score) -> list[str]:
    piece = score.piece
    out = []
    if piece.title:
        out.append(f"<work><work-title>{escape(elements.clean(piece.title))}</work-title></work>")
    out.append("<identification><encoding><software>Antiphon</software></encoding>")
    if piece.provenance:
        field = f'<miscellaneous-field name="provenance">{escape(elements.clean(piece.provenance))}'
        out.append(f"<miscellaneous>{field}</miscellaneous-field></miscellaneous>")
    out.append("</identification><part-list>")
    midi = channels([part.track for part in score.parts])
    for number, (part, channel) in enumerate(zip(score.parts, midi, strict=True), 1):
        out += _part_head(part, number, channel)
    out.append("</part-list>")
    return out


def _short(name: str) -> str:
    """Return what stands before a part from the second system on; its number stays."""
    found = _NUMBERED.fullmatch(name)
    instrument, number = found.groups() if found else (name, None)
    short = _SHORT.get(instrument)
    if short is None:
        short = instrument if len(instrument) <= 5 else f"{instrument[:3].strip('- ')}."
    return f"{short} {number}" if number else short


def _part_head(part: Part, number: int, channel: int) -> list[str]:
    name = elements.clean(part.name)
    out = [
        f'<score-part id="P{number}"><part-name>{escape(name)}</part-name>'
        f"<part-abbreviation>{escape(_short(name))}</part-abbreviation>"
    ]
    keys = sorted({int(p) for p in part.track.notes["pitch"]}) if part.track.is_drum else []
    ids: list[tuple[str, int | None]] = [(f"P{number}-I{key}", key) for key in keys]
    ids = ids or [(f"P{number}-I1", None)]
    for name, key in ids:
        title = "Drum" if key is not None else escape(elements.clean(part.name))
        out.append(
            f'<score-instrument id="{name}"><instrument-name>{title}</instrument-name>'
            "</score-instrument>"
        )
    for name, key in ids:
        unpitched = f"<midi-unpitched>{key + 1}</midi-unpitched>" if key is not None else ""
        out.append(
            f'<midi-instrument id="{name}"><midi-channel>{channel + 1}</midi-channel>'
            f"<midi-program>{part.track.program + 1}</midi-program>{unpitched}</midi-instrument>"
        )
    out.append("</score-part>")
    return out


class _PartWriter:
    """Writes the measures of one part."""

    def __init__(
        self, score: Score, part: Part, number: int, *, is_first: bool, has_chords: bool
    ) -> None:
        self.score = score
        self.part = part
        self.number = number + 1
        self.is_first = is_first
        self.spans = sorted(score.piece.chords, key=lambda c: c.onset)
        self.symbols = _changes(self.spans) if has_chords else []
        self.key: Key | None = None

    def measure(self, index: int) -> list[str]:
        """Return the lines of one measure."""
        bar = self.score.bars[index]
        out = [f'<measure number="{index + 1}">', *self._attributes(index, bar)]
        if self.is_first:
            out += self._directions(index, bar)
        written = 0
        for number, staff in enumerate(self.part.staves):
            accidentals = self._accidentals(staff, index)
            for voice, bars in enumerate(staff.voices or [[]]):
                symbols = bars[index] if bars else []
                if voice and not symbols:
                    continue
                if written:
                    out.append(f"<backup><duration>{bar.length}</duration></backup>")
                shared = sum(1 for v in staff.voices if v[index]) > 1
                stem = ("up", "down")[voice] if shared else ""
                out += self._voice(symbols, bar, number, voice, accidentals, stem)
                written += 1
        return [*out, *self._bar_line(index), "</measure>"]

    def _attributes(self, index: int, bar: Bar) -> list[str]:
        out = []
        first = index == 0
        key = Key(0) if self.part.track.is_drum else self.score.key_at(bar.start)
        if first:
            out.append(f"<divisions>{RESOLUTION}</divisions>")
        if key != self.key:
            self.key = key
            mode = "" if self.part.track.is_drum else f"<mode>{key.mode}</mode>"
            out.append(f"<key><fifths>{key.fifths}</fifths>{mode}</key>")
        metre = bar.metre
        before = None if first else self.score.bars[index - 1].metre
        if before is None or str(before) != str(metre):
            out.append(
                f"<time><beats>{metre.numerator}</beats>"
                f"<beat-type>{metre.denominator}</beat-type></time>"
            )
        if first:
            staves = self.part.staves
            if len(staves) > 1:
                out.append(f"<staves>{len(staves)}</staves>")
            out += [elements.clef(staff, n + 1) for n, staff in enumerate(staves)]
        return ["<attributes>", *out, "</attributes>"] if out else []

    def _directions(self, index: int, bar: Bar) -> list[str]:
        piece = self.score.piece
        out = [
            '<direction placement="above"><direction-type><rehearsal>'
            f"{escape(elements.clean(s.label))}</rehearsal></direction-type></direction>"
            for s in piece.sections
            if s.start == index
        ]
        shown = None
        for tempo in sorted(piece.tempos, key=lambda t: t.onset):
            onset = max(tempo.onset, 0)
            if bar.start <= onset < bar.end:
                out.append(elements.tempo(tempo.bpm, onset - bar.start, shown))
            if onset < bar.end:
                shown = tempo.bpm
        return out

    def _accidentals(self, staff: Staff, index: int) -> dict[tuple[int, int], str]:
        """Return the accidental, by (place in the bar, pitch), of heads that show one."""
        if self.part.track.is_drum or self.key is None:
            return {}
        at_key = signature(self.key.fifths)
        in_force: dict[tuple[str, int], int] = {}
        shown = {}
        symbols = [s for voice in staff.voices for s in voice[index] if s.heads]
        for symbol in sorted(symbols, key=lambda s: s.at):
            for head in symbol.heads:
                letter, alter, octave = self._spelt(head.pitch, head.onset)
                expected = in_force.get((letter, octave), at_key[letter])
                if alter != expected and not symbol.tie_from:
                    shown[symbol.at, head.pitch] = _ACCIDENTALS[alter]
                    in_force[letter, octave] = alter
        return shown

    def _spelt(self, pitch: int, onset: int) -> tuple[str, int, int]:
        chord = next((s.chord for s in self.spans if s.onset <= onset < s.onset + s.duration), None)
        return spelt(pitch, self.score.key_at(onset), chord)

    def _voice(
        self,
        symbols: list[Symbol],
        bar: Bar,
        staff: int,
        voice: int,
        accidentals: dict[tuple[int, int], str],
        stem: str,
    ) -> list[str]:
        number = 4 * staff + voice + 1
        tail = f"<staff>{staff + 1}</staff>" if len(self.part.staves) > 1 else ""
        out: list[str] = []
        has_chords = staff == 0 and voice == 0
        if not symbols:
            out += self._harmonies(bar, 0, bar.length) if has_chords else []
            rest = f'<rest measure="yes"/><duration>{bar.length}</duration><voice>{number}</voice>'
            return [*out, f"<note>{rest}{tail}</note>"]
        for symbol in symbols:
            if has_chords:
                out += self._harmonies(bar, symbol.at, symbol.length)
            if not symbol.heads:
                out.append(elements.rest(symbol, number, tail, is_hidden=voice > 0))
                continue
            for place, head in enumerate(symbol.heads):
                out.append(
                    elements.note(
                        symbol,
                        body="<chord/>" * (place > 0) + self._sound(head.pitch, head.onset),
                        voice=number,
                        accidental=accidentals.get((symbol.at, head.pitch), ""),
                        stem=stem,
                        tail=tail,
                        instrument=self._instrument(head.pitch),
                        note_head=self._note_head(head.pitch),
                        loudness=head.velocity,
                        is_first=place == 0,
                        lyric=""
                        if symbol.tie_from or place or not has_chords
                        else self.part.lyrics.get(head.onset, ""),
                    )
                )
        return out

    def _sound(self, pitch: int, onset: int) -> str:
        if self.part.track.is_drum:
            step, octave, _ = _DRUMS.get(pitch, _OTHER_DRUM)
            return (
                f"<unpitched><display-step>{step}</display-step>"
                f"<display-octave>{octave}</display-octave></unpitched>"
            )
        letter, alter, octave = self._spelt(pitch, onset)
        altered = f"<alter>{alter}</alter>" if alter else ""
        return f"<pitch><step>{letter}</step>{altered}<octave>{octave}</octave></pitch>"

    def _instrument(self, pitch: int) -> str:
        return f'<instrument id="P{self.number}-I{pitch}"/>' if self.part.track.is_drum else ""

    def _note_head(self, pitch: int) -> str:
        return _DRUMS.get(pitch, _OTHER_DRUM)[2] if self.part.track.is_drum else ""

    def _harmonies(self, bar: Bar, at: int, length: int) -> list[str]:
        begin = bar.start + at
        return [
            elements.harmony(span.chord, self.score.key_at(span.onset), span.onset - begin)
            for span in self.symbols
            if begin <= span.onset < begin + length
        ]

    def _bar_line(self, index: int) -> list[str]:
        last = index == len(self.score.bars) - 1
        if not last and not any(s.start == index + 1 for s in self.score.piece.sections):
            return []
        style = "light-heavy" if last else "light-light"
        return [f'<barline location="right"><bar-style>{style}</bar-style></barline>']


def _changes(spans: list[ChordSpan]) -> list[ChordSpan]:
    """Return the spans at which the chord symbol changes."""
    return [s for i, s in enumerate(spans) if i == 0 or spans[i - 1].chord != s.chord]
