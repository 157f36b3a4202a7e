"""A picture of a piece as a piano roll: colours are parts, shade is loudness.

Above each row lie sections and chords, below it the drums in lanes of their own. Pillow
draws it, which starts in a few hundredths of a second.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from antiphon.formats._fonts import letters
from antiphon.music.keys import Key
from antiphon.music.piece import Piece, Track

_WIDTH, _LEFT, _RIGHT, _TOP = 1600, 76, 20, 64  # pixels
_BARS_A_ROW = 32
_MAX_ROWS = 24
_ROLE_COLOURS = {
    "melody": (208, 60, 84),
    "counter": (226, 145, 28),
    "chords": (58, 118, 175),
    "bass": (34, 139, 104),
    "drums": (82, 92, 112),
}
_COLOURS = (
    (208, 60, 84), (58, 118, 175), (34, 139, 104), (226, 145, 28), (128, 84, 168), (28, 150, 170),
    (176, 108, 60), (120, 130, 40),
)  # fmt: skip
_SECTION_COLOURS = (
    (222, 230, 242), (246, 229, 210), (220, 238, 222), (238, 222, 238), (244, 240, 206),
)  # fmt: skip
_INK, _GREY, _LINE, _PAPER = (34, 38, 48), (120, 126, 140), (206, 210, 218), (255, 255, 255)
_LANES = {
    "Kick": (35, 36), "Snare": (37, 38, 39, 40), "Toms": (41, 43, 45, 47, 48, 50),
    "Hi-hat": (42, 44, 46), "Ride": (51, 53, 59), "Crash": (49, 52, 55, 57),
}  # fmt: skip
_LANE_HEIGHT = 13
_DRAWN_LAST = ("melody", "counter", "bass")  # what lies on top where notes meet

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class _Row:
    """Some bars and where they are drawn; `starts` holds their bar lines in steps."""

    first_bar: int
    starts: list[int]
    y: int
    low: int
    high: int
    pixels_a_pitch: int
    lanes: tuple[str, ...]
    pixels_a_step: float

    @property
    def top(self) -> int:
        return self.y + 46  # below sections and chords

    @property
    def bottom(self) -> int:
        return self.top + (self.high - self.low + 1) * self.pixels_a_pitch

    @property
    def end(self) -> int:
        return self.bottom + len(self.lanes) * _LANE_HEIGHT + (8 if self.lanes else 0)

    def x(self, step: float) -> float:
        return _LEFT + (step - self.starts[0]) * self.pixels_a_step

    def pitch_y(self, pitch: int) -> int:
        return self.bottom - (pitch - self.low + 1) * self.pixels_a_pitch


def picture(piece: Piece) -> Image.Image:
    """Return the picture, 1600 pixels wide; rows of 32 bars below each other.

    Pieces of more than 768 bars are drawn up to there.
    """
    rows = list(_rows(piece))
    image = Image.new("RGB", (_WIDTH, rows[-1].end + 30), _PAPER)
    draw = ImageDraw.Draw(image)
    _heading(draw, piece)
    for row in rows:
        _background(draw, row)
        _sections(draw, row, piece)
        _bar_lines(draw, row, piece)
        _chords(draw, row, piece)
        for track in sorted(piece.tracks, key=_layer):
            _notes(draw, row, track, _colour(piece, track))
    return image


def _layer(track: Track) -> int:
    order = list(reversed(_DRAWN_LAST))
    return order.index(track.role) + 1 if track.role in order else 0


def _rows(piece: Piece) -> Iterator[_Row]:
    starts = piece.bar_starts().tolist()
    pitched = [t.notes["pitch"] for t in piece.tracks if not t.is_drum and len(t.notes)]
    pitches = np.concatenate(pitched) if pitched else np.array([60, 72])
    low, high = int(pitches.min()) - 2, int(pitches.max()) + 2
    height = int(np.clip(330 // (high - low + 1), 3, 12))
    played = {int(p) for t in piece.tracks if t.is_drum for p in t.notes["pitch"]}
    lanes = tuple(
        name
        for name in ("Crash", "Ride", "Hi-hat", "Toms", "Snare", "Kick")
        if played & set(_LANES[name])
    )
    if played - {key for keys in _LANES.values() for key in keys}:
        lanes = ("Other", *lanes)
    n_bars = len(starts) - 1
    a_row = n_bars if n_bars <= _BARS_A_ROW + 8 else _BARS_A_ROW
    longest = max(
        starts[min(b + a_row, n_bars)] - starts[b] for b in range(0, max(n_bars, 1), a_row)
    )
    y = _TOP
    for bar in list(range(0, n_bars, a_row))[:_MAX_ROWS]:
        row = _Row(
            bar,
            starts[bar : bar + a_row + 1],
            y,
            low,
            high,
            height,
            lanes,
            (_WIDTH - _LEFT - _RIGHT) / longest,
        )
        yield row
        y = row.end + 34


def _colour(piece: Piece, track: Track) -> Colour:
    if track.is_drum:
        return _ROLE_COLOURS["drums"]
    if track.role in _ROLE_COLOURS and sum(t.role == track.role for t in piece.tracks) == 1:
        return _ROLE_COLOURS[track.role]
    return _COLOURS[next(i for i, t in enumerate(piece.tracks) if t is track) % len(_COLOURS)]


def _shade(colour: Colour, velocity: int) -> Colour:
    """Mix a colour with paper: soft notes are pale."""
    strength = 0.38 + 0.62 * min(max(velocity, 0), 112) / 112
    red, green, blue = (round(255 + (c - 255) * strength) for c in colour)
    return red, green, blue


def _heading(draw: ImageDraw.ImageDraw, piece: Piece) -> None:
    key = str(piece.keys[0].key) if piece.keys else ""
    tempo = f"{piece.tempos[0].bpm:.0f} beats a minute" if piece.tempos else ""
    metre = str(piece.metres[0]) if piece.metres else "4/4"
    seconds = round(piece.duration_s)
    n_bars = piece.n_bars
    bars = f"{n_bars} bar{'s' * (n_bars != 1)}, {seconds // 60}:{seconds % 60:02d}"
    about = "  ·  ".join(part for part in (key, metre, tempo, bars) if part)
    x = float(_LEFT)
    if piece.title:
        title = piece.title if len(piece.title) <= 50 else f"{piece.title[:49]}…"
        draw.text((x, 18), title, _INK, letters(24, bold=True))
        x += draw.textlength(title, letters(24, bold=True)) + 22
    draw.text((x, 25), about, _GREY, letters(16))
    legend = _WIDTH - _RIGHT
    for track in reversed(piece.tracks[:10]):
        name = (track.name or "Track")[:18]
        legend -= int(draw.textlength(name, letters(15)))
        if legend - 22 < x + draw.textlength(about, letters(16)) + 20:
            break
        draw.text((legend, 26), name, _INK, letters(15))
        legend -= 20
        draw.rounded_rectangle((legend, 28, legend + 14, 41), 3, _colour(piece, track))
        legend -= 16


def _background(draw: ImageDraw.ImageDraw, row: _Row) -> None:
    right = row.x(row.starts[-1])
    for pitch in range(row.low, row.high + 1):
        y = row.pitch_y(pitch)
        if pitch % 12 in (1, 3, 6, 8, 10):
            draw.rectangle((_LEFT, y, right, y + row.pixels_a_pitch - 1), (245, 246, 249))
        if pitch % 12 == 0:
            draw.line((_LEFT, y + row.pixels_a_pitch, right, y + row.pixels_a_pitch), _LINE)
            text = f"C{pitch // 12 - 1}"
            draw.text((_LEFT - 8, y + row.pixels_a_pitch), text, _GREY, letters(13), anchor="rm")
    for index, lane in enumerate(row.lanes):
        y = row.bottom + 8 + index * _LANE_HEIGHT
        draw.rectangle((_LEFT, y, right, y + _LANE_HEIGHT - 2), (245, 246, 249))
        middle = y + _LANE_HEIGHT // 2
        draw.text((_LEFT - 8, middle), lane, _GREY, letters(12), anchor="rm")


def _sections(draw: ImageDraw.ImageDraw, row: _Row, piece: Piece) -> None:
    letters_used = list(dict.fromkeys(s.label.rstrip("'0123456789") for s in piece.sections))
    for section in piece.sections:
        first = max(section.start - row.first_bar, 0)
        last = min(section.start + section.n_bars - row.first_bar, len(row.starts) - 1)
        if first >= last:
            continue
        x, right = row.x(row.starts[first]), row.x(row.starts[last])
        number = letters_used.index(section.label.rstrip("'0123456789"))
        colour = _SECTION_COLOURS[number % len(_SECTION_COLOURS)]
        draw.rounded_rectangle((x + 1, row.y, right - 1, row.y + 19), 4, colour)
        _fitting(draw, (x + 8, row.y + 10), section.label, right - x - 10, 14, bold=True)


def _bar_lines(draw: ImageDraw.ImageDraw, row: _Row, piece: Piece) -> None:
    every = next(n for n in (1, 2, 4, 8, 16, 32) if n * _bar_width(row) >= 26 or n == 32)
    begins = {section.start for section in piece.sections}
    for index, start in enumerate(row.starts):
        x = row.x(start)
        number = row.first_bar + index
        strong = number in begins or index in (0, len(row.starts) - 1)
        draw.line((x, row.top, x, row.end), _GREY if strong else _LINE)
        if index < len(row.starts) - 1 and index % every == 0:
            draw.text((x + 3, row.end + 3), str(number + 1), _GREY, letters(12))


def _bar_width(row: _Row) -> float:
    return (row.x(row.starts[-1]) - _LEFT) / max(len(row.starts) - 1, 1)


def _chords(draw: ImageDraw.ImageDraw, row: _Row, piece: Piece) -> None:
    key = piece.keys[0].key if piece.keys else Key(0)
    inside = [s for s in piece.chords if row.starts[0] <= s.onset < row.starts[-1]]
    spans = [s for i, s in enumerate(inside) if i == 0 or inside[i - 1].chord != s.chord]
    texts = [s.chord.symbol(key) if s.chord else "–" for s in spans]
    places = [row.x(s.onset) for s in spans]
    rooms = [after - x - 5 for x, after in zip(places, [*places[1:], _WIDTH], strict=False)]
    sizes = range(14, 9, -1)
    size = next((n for n in sizes if _share_that_fits(draw, texts, rooms, n) >= 0.8), 10)
    for x, text, room in zip(places, texts, rooms, strict=True):
        _fitting(draw, (x + 3, row.y + 34), text, room, size)


def _share_that_fits(
    draw: ImageDraw.ImageDraw, texts: list[str], rooms: list[float], pixels: int
) -> float:
    pairs = list(zip(texts, rooms, strict=True))
    fits = sum(draw.textlength(text, letters(pixels)) <= room for text, room in pairs)
    return fits / max(len(pairs), 1)


def _fitting(
    draw: ImageDraw.ImageDraw,
    place: tuple[float, float],
    text: str,
    room: float,
    size: int,
    *,
    bold: bool = False,
) -> None:
    """Write a text as large as it fits, not at all where it would be too small to read."""
    for pixels in range(size, 8, -1):
        if draw.textlength(text, letters(pixels, bold=bold)) <= room:
            draw.text(place, text, _INK, letters(pixels, bold=bold), anchor="lm")
            return


def _notes(draw: ImageDraw.ImageDraw, row: _Row, track: Track, colour: Colour) -> None:
    notes = track.notes
    inside = (notes["onset"] < row.starts[-1]) & (
        notes["onset"] + notes["duration"] > row.starts[0]
    )
    shades = [_shade(colour, velocity) for velocity in range(128)]
    edge = tuple(round(c * 0.72) for c in colour)
    height = row.pixels_a_pitch
    for onset, duration, pitch, velocity in notes[inside].tolist():
        x = row.x(max(onset, row.starts[0]))
        if track.is_drum:
            _stroke(draw, row, x, pitch, shades[min(velocity, 127)])
            continue
        right = max(row.x(min(onset + duration, row.starts[-1])) - 1, x + 1)
        y = row.pitch_y(pitch)
        draw.rectangle((x, y, right, y + height - 1), shades[min(velocity, 127)])
        draw.line((x, y, x, y + height - 1), edge)


def _stroke(draw: ImageDraw.ImageDraw, row: _Row, x: float, pitch: int, shade: Colour) -> None:
    name = next((lane for lane, keys in _LANES.items() if pitch in keys), "Other")
    y = row.bottom + 8 + row.lanes.index(name) * _LANE_HEIGHT
    draw.rectangle((x, y, x + 4, y + _LANE_HEIGHT - 3), shade)
