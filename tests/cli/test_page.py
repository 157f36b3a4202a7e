from __future__ import annotations

import re
from html.parser import HTMLParser

from antiphon.cli._page import page_of

RECORD = {
    "title": "Tea & <cake>",
    "plan": {"style": "pop", "metre": "4/4", "tempo": 96.0, "seed": 1},
    "metre": "4/4",
    "key": "G major",
    "n_bars": 8,
    "duration_s": 20.0,
    "sections": [["A", 0, 4], ["B", 4, 4]],
    "chords": ["G", "%", "Em C", "D"],
    "parts": [{"name": "Melody", "instrument": "Flute", "n_notes": 12}],
    "score": 0.5,
    "reasons": ["It sings."],
    "redrawn": ["bar 2: too dense"],
    "provenance": {"model": "pop"},
    "files": {"a b.mid": "", "a b.png": "", "a b.wav": "", "a b.ogg": ""},
}


class Parser(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.words = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)

    def all(self, tag, attribute):
        return [attrs.get(attribute) for name, attrs in self.tags if name == tag]


def test_a_piece_is_seen_heard_and_linked():
    page = Parser(page_of([("a b", RECORD)]))
    assert page.all("img", "src") == ["a%20b.png"]
    assert page.all("audio", "src") == ["a%20b.ogg"]
    assert {"a%20b.mid", "a%20b.wav"} <= set(page.all("a", "href"))
    text = " ".join(page.words)
    assert "Pop in G major, 8 bars of 4/4 at 96 bpm, 0:20" in text
    assert "It sings." in text and "bar 2: too dense" in text


def test_words_of_people_cannot_break_the_page():
    page = Parser(page_of([("a b", RECORD)]))
    assert "Tea & <cake>" in page.words
    assert "cake" not in [tag for tag, _ in page.tags]


def test_nothing_is_asked_of_other_places():
    text = page_of([("a b", RECORD)], [("c", RECORD)])
    assert not re.search(r"https?:|//|@import|url\(", text)


def test_earlier_pieces_come_below():
    text = page_of([("new", RECORD)], [("old", RECORD)])
    assert text.index('id="new"') < text.index("From earlier") < text.index('id="old"')


def test_silent_pieces_without_a_picture_have_no_player():
    page = Parser(page_of([("x", RECORD | {"files": {"x.mid": ""}, "sections": [], "chords": []})]))
    assert page.all("audio", "src") == [] and page.all("img", "src") == []
