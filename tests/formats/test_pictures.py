"""Pictures and engraved pages: the right things at the right places."""

from __future__ import annotations

import io
import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pypdf
import pytest
from PIL import Image

from antiphon import formats
from antiphon.errors import AntiphonError
from antiphon.formats import _engrave, _fonts
from antiphon.formats._roll import picture
from antiphon.formats._svg_text import placed
from antiphon.music.piece import Piece, Track, notes_of

MELODY, DRUMS = (208, 60, 84), (82, 92, 112)


def reddish(image: Image.Image) -> np.ndarray:
    """Where the melody's colour is, whatever its shade."""
    red, green, blue = (np.asarray(image, dtype=int)[..., i] for i in range(3))
    return (red > green + 50) & (red > blue + 50) & (blue > green)


def test_a_higher_note_is_drawn_higher_and_a_later_one_further_right():
    rows = [(0, 90, 60, 110), (288, 90, 72, 110)]
    image = picture(Piece([Track("Melody", notes=notes_of(rows), role="melody")]))
    ys, xs = np.nonzero(reddish(image)[60:])  # below the legend
    first, last = ys[xs < 500], ys[xs > 1000]
    assert len(first) and len(last)
    assert last.max() < first.min()


def test_a_loud_note_is_darker_than_a_soft_one():
    def green(velocity: int) -> float:
        track = Track("Melody", notes=notes_of([(0, 96, 60, velocity)]), role="melody")
        image = picture(Piece([track]))
        inside = reddish(image)
        inside[:60] = False  # the legend
        return float(np.asarray(image, dtype=int)[..., 1][inside].mean())

    assert green(110) < green(30) - 50  # green falls as red gets stronger


def test_forty_bars_are_one_row_and_sixty_are_two():
    def height(n_bars: int) -> int:
        return picture(Piece([Track("x")], n_bars_asked=n_bars)).height

    assert height(40) == height(1)
    assert height(60) > 1.5 * height(40)


@pytest.mark.parametrize("n_tracks", [0, 1, 30])
def test_any_number_of_tracks_can_be_drawn(n_tracks):
    tracks = [Track(f"Track {i}", notes=notes_of([(0, 6, i, 1)])) for i in range(n_tracks)]
    assert picture(Piece(tracks, title="T" * 200)).width == 1600


def test_drums_alone_have_lanes():
    drums = Track("Drums", 0, True, notes_of([(0, 6, 36, 100), (24, 6, 75, 100)]))
    pixels = np.asarray(picture(Piece([drums])), dtype=int)[60:]
    close = np.abs(pixels - np.array(DRUMS)).sum(axis=2) < 60
    assert len(np.unique(np.nonzero(close)[0])) > 15  # kick and one that has no lane of its own


def test_png_is_a_roll_and_score_png_a_page(song, tmp_path):
    formats.write(song, tmp_path / "song.png")
    formats.write(song, tmp_path / "song.score.png")
    with Image.open(tmp_path / "song.png") as roll:
        assert roll.width == 1600
    with Image.open(tmp_path / "song.score.png") as page:
        assert page.size == (1000, 1415)  # A4
        ink = np.asarray(page.convert("L")) < 128
    assert 0.005 < ink.mean() < 0.2
    assert ink[:100].any()  # the title


def test_pages_need_no_fonts_of_the_system(song):
    page = _engrave.pages(song)[0]
    assert "Morning" in page
    families = set(re.findall(r'<text[^>]*font-family="([^"]*)"', page))
    assert families <= {_fonts.FAMILY, _fonts.BOLD_FAMILY}
    assert not re.search("[\ue000-\uf8ff]", page)  # signs are outlines, not letters


def test_chord_symbols_show_their_accidentals_as_outlines(song):
    page = _engrave.pages(song)[0]
    assert ">D7/F<" in page
    sharp = _fonts.sign("\u266f")
    assert sharp is not None and sharp[0] in page


def test_texts_keep_their_place_and_anchor():
    text = (
        '<text x="100" y="50" text-anchor="end" font-size="0px"><tspan class="text">'
        '<tspan font-size="20px">ab</tspan></tspan></text>'
    )
    found = re.search(r'x="([\d.]+)" y="50.0" font-size="20px"', placed(text))
    assert found is not None
    assert float(found[1]) == pytest.approx(100 - _fonts.width("ab", 20), abs=0.1)


def test_svg_holds_all_pages_and_is_deterministic(song, tmp_path):
    song.n_bars_asked = 80
    for name in ("a.svg", "b.svg"):
        formats.write(song, tmp_path / name)
    text = (tmp_path / "a.svg").read_text(encoding="utf-8")
    n_pages = len(_engrave.pages(song))
    assert n_pages > 1
    assert f'height="{1188 * n_pages}"' in text
    assert text == (tmp_path / "b.svg").read_text(encoding="utf-8")


def test_pages_are_engraved_in_any_thread(song):
    here = _engrave.stacked(song)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(_engrave.stacked, song).result() == here


def test_pdf_has_selectable_text_and_a_title(song, tmp_path):
    formats.write(song, tmp_path / "song.pdf")
    reader = pypdf.PdfReader(io.BytesIO((tmp_path / "song.pdf").read_bytes()))
    assert reader.metadata is not None and reader.metadata.title == "Morning"
    assert len(reader.pages) == 1
    shown = reader.pages[0].extract_text().replace(" ", "")  # kerning looks like spaces
    assert "Morning" in shown and "Melody" in shown


def test_an_endless_score_is_refused():
    with pytest.raises(AntiphonError, match="too long to be engraved"):
        _engrave.pages(Piece([Track("x")], n_bars_asked=5000))


def test_a_chinese_letter_is_an_em_wide():
    assert _fonts.width("旋律", 20) == 40
    assert _fonts.width("旋律 1", 20) == pytest.approx(40 + _fonts.width(" 1", 20))
