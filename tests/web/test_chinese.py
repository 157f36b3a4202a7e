"""Whatever the server may say to a person at the page can be said in Chinese.

Sentences are read out of the source: all that is given to an error which the page shows.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from antiphon import registry
from antiphon.errors import unknown
from antiphon.metrics.bars import _UNITS, MEASURES
from antiphon.music.keys import MODES
from antiphon.web import _jobs, _verbs
from antiphon.web._schema import PieceJson, sentence_of
from antiphon.web.routes.jobs import Asked
from antiphon.web.routes.map import Here
from antiphon.web.routes.takes import Name, Rating

grimp = pytest.importorskip("grimp", reason="import-linter is not installed")
I18N = Path(__file__).parents[2] / "src" / "antiphon" / "web" / "static" / "i18n"
NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="the catalogue is read by Node")

SAYING = {"AntiphonError", "NotThere", "Outdated", "QueueFull", "HTTPException"}
# raise ValueErrors with the end of a sentence, which an AntiphonError tells
ENDING = {"antiphon.formats._xml", *(f"antiphon.formats._abc_{n}" for n in ("fields", "music"))}
ENDING |= {"antiphon.formats._abc_tune", "antiphon.formats._abc_unfold"}
# are imported, but nothing of the page asks for what they refuse: training, effects, sound data
UNASKED = re.compile(r"antiphon\.(sound|representations)\b|antiphon\.models\.(_gan|_stored)$")
GAP = "7"  # stands for whatever differs
MEASURED = list(zip(MEASURES, _UNITS, strict=True))
ELSEWHERE = {  # said by what we build on, or put together of several
    "Not Found",
    "Method Not Allowed",
    "(7 more like this)",
    "No 7 in 7. There is: 7.",
    "No 7 in 7. There is none yet.",
    "No 7 in 7. Did you mean 7? There is: 7.",
    "7: 7 deviations more than usual (7)",
    "7: 7 deviations less than usual (7)",
    "bar 7 kept with 7 (real 7 to 7)",
}
MANY = '"options": {' + ", ".join(f'"{n}": 1' for n in range(70)) + "}"
MALFORMED = [
    (Asked, "{}"),
    (Asked, '{"verb": 1}'),
    (Asked, '{"verb": "vary", "colour": 1}'),
    (Asked, '{"verb": "vary", "options": []}'),
    (Asked, '{"verb": "vary", "options": {"seed": []}}'),
    (Asked, '{"verb": "vary", ' + MANY + "}"),
    (Here, '{"x": 2, "y": "up"}'),
    (Here, '{"x": -1, "y": 0}'),
    (Here, '{"x": NaN, "y": 0}'),
    (Here, '{"x": 0, "y": 0, "seed": 2147483648}'),
    (Here, '{"x": 0, "y": 0, "seed": 1.5}'),
    (Here, "[]"),
    (Rating, '{"rating": 9}'),
    (Rating, '{"rating": "good"}'),
    (Name, '{"name": ""}'),
    (Name, '{"name": "' + 300 * "x" + '"}'),
    (PieceJson, '{"keys": [{"onset": 0, "tonic": 0, "mode": "dorian"}]}'),
    (PieceJson, '{"tracks": {}}'),
    (PieceJson, '{"tracks": [{"is_drum": "maybe"}]}'),
    (PieceJson, '{"tracks": [{"notes": [[0, 1, 2, 3, 4]]}]}'),
    (PieceJson, '{"tracks": [{"notes": [5]}]}'),
    (PieceJson, "{"),
]


def forms_of(node: ast.expr) -> Iterator[str]:
    """Yield the texts that an expression may give, a gap for what is only known when it runs."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from forms_of(node.body)
        yield from forms_of(node.orelse)
    elif isinstance(node, ast.JoinedStr):
        yield "".join(map(text_of, node.values))


def text_of(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    if isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.IfExp):
        return f" {GAP}"  # a word, or nothing
    return f"'{GAP}'" if getattr(part, "conversion", -1) == ord("r") else GAP


def bare(form: str) -> str:
    """Return a form without what stands around its gaps."""
    return re.sub(rf" *'?{GAP}'?", GAP, form)


@cache
def sources() -> dict[str, ast.Module]:
    """Return the modules that the page's requests may run, by name."""
    graph = grimp.build_graph("antiphon", cache_dir=None)
    found = {"antiphon.errors", *graph.find_upstream_modules("antiphon.web", as_package=True)}
    found |= graph.find_descendants("antiphon.web")
    plugins = [f"antiphon.inference.{name}" for name in _verbs.verbs()]
    plugins += [f"antiphon.formats.{name}" for name in registry.names("antiphon.formats")]
    for name in plugins:
        found |= {name, *graph.find_upstream_modules(name)}
    specs = {name: importlib.util.find_spec(name) for name in found if not UNASKED.match(name)}
    return {
        name: ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
        for name, spec in sorted(specs.items())
        if spec is not None and spec.origin
    }


def calls() -> Iterator[tuple[str, str, ast.Call]]:
    """Yield module, what is called, and the call."""
    for module, tree in sources().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                called = node.func
                yield module, getattr(called, "id", getattr(called, "attr", "")), node


def said() -> set[str]:
    """Return the sentences that errors are made of."""
    found = {_jobs._WRONG, "This needs more memory than there is: ask for less."}
    for module, called, call in calls():
        if module == "antiphon.errors":
            continue  # `unknown`, of which below
        if call.args and (called in SAYING or (called == "ValueError" and module in ENDING)):
            found |= set(forms_of(call.args[-1]))
    return found


def kinds() -> set[str]:
    """Return what a name may be unknown among, as `errors.unknown` is told."""
    calling = [call for _, called, call in calls() if called == "unknown" and len(call.args) == 3]
    return {form for call in calling for form in forms_of(call.args[1])}


@cache
def in_chinese(*sentences: str) -> dict[str, str | None]:
    script = (
        f"import {{ inChinese }} from {json.dumps((I18N / 'sentences.js').as_uri())};"
        "const told = JSON.parse(process.argv[1]).map((each) => [each, inChinese(each) ?? null]);"
        "console.log(JSON.stringify(Object.fromEntries(told)));"
    )
    return node(script, json.dumps(sentences))


def catalogue() -> list[str]:
    """Return the English forms that have a Chinese one."""
    script = f"import {{ SENTENCES }} from {json.dumps((I18N / 'sentences.js').as_uri())};"
    found: list[str] = node(f"{script} console.log(JSON.stringify(Object.keys(SENTENCES)));")
    return found


def node(script: str, *arguments: str) -> Any:
    assert NODE is not None
    command = [NODE, "--input-type=module", "-e", script, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return json.loads(done.stdout)


def english(text: str) -> list[str]:
    """Return English words of a text; names of programs, files and formats are none."""
    plain = re.sub(r"`[^`]*`|“[^”]*”|--\w+|\w+\.\w+", "", text)
    names = r"MIDI|MusicXML|XML|ABC|JSON|WAV|MB|Hz|FluidSynth|midirenderer|Antiphon|AABA|intro\d"
    return re.findall(
        r"[A-Za-z]{3,}", re.sub(rf"{names}|ending\d|none|Ador|sus4|maj7|dim", "", plain)
    )


def test_every_refusal_that_the_page_may_show_is_known_in_chinese():
    sentences = sorted(said())
    assert len(sentences) > 120
    assert [s for s, told in in_chinese(*sentences).items() if told is None] == []


def test_a_name_that_is_not_there_is_told_in_chinese_with_what_it_is_among():
    among = {*kinds(), "styles", "moods", "parts to play", "ways to answer", "places to react at"}
    assert {"instruments", "formats", "the options of 7"} <= among
    choices = (["i5"], [], ["vi"])  # a near one, none, another
    sentences = [str(unknown("i4", kind, known)) for kind in sorted(among) for known in choices]
    told = in_chinese(*sentences)
    assert [s for s in sentences if told[s] is None or english(told[s])] == []


def test_what_was_measured_is_told_in_chinese():
    sentences = [f"{name}: 1.2 deviations more than usual (3)" for name in MEASURES]
    sentences += [f"bar 3 kept with {m} 4{unit} (real 1 to 2)" for m, unit in MEASURED]
    assert [t for t in in_chinese(*sentences).values() if t is None or english(t)] == []


def test_malformed_requests_are_told_in_chinese():
    sentences = []
    for model, text in MALFORMED:
        with pytest.raises(ValidationError) as refused:  # as the store reads
            model.model_validate_json(text)
        sentences.append(sentence_of(refused.value.errors()))
        with suppress(json.JSONDecodeError):  # as a request is read
            with pytest.raises(ValidationError) as refused:
                model.model_validate(json.loads(text))
            sentences.append(sentence_of(refused.value.errors()))
    told = in_chinese(*sentences)
    assert [s for s in sentences if told[s] is None or english(told[s])] == []


def test_every_chinese_sentence_belongs_to_one_that_is_said():
    texts = {f"{measure} {GAP}{unit}" for measure, unit in MEASURED}
    texts |= {f"{GAP} {mode}" for mode in MODES} | ELSEWHERE
    for tree in sources().values():
        parts = (part for part in ast.walk(tree) if isinstance(part, ast.expr))
        texts |= {form for part in parts for form in forms_of(part)}
    known = [key for key in catalogue() if not key.startswith("{where}: ")]  # pydantic's, above
    texts = {bare(text) for text in texts}
    assert [key for key in known if bare(re.sub(r"\{\w+\}", GAP, key)) not in texts] == []


FILLED = {
    "No 'walz' in styles. Did you mean 'jazz'? There is: folk, jazz.": (
        "风格中没有“walz”。是不是“jazz”？可用的有：民谣、爵士。"
    ),
    "There is no file bars.": "没有文件“bars”。",
    "a.mid cannot be read as MIDI: it has no MIDI header.": (
        "“a.mid”无法作为 MIDI 读取：没有 MIDI 文件头。"
    ),
    "a.abc cannot be read as ABC: who knows.": "“a.abc”无法作为 ABC 读取。",
    "The piece has 600 bars: at most 512 can be worked on here.": (
        "乐曲有 600 小节：这里最多可处理 512。"
    ),
    "a.abc cannot be read as ABC: line 4: 'Z' is no key: write e.g. G, Em, Ador or none.": (
        "“a.abc”无法作为 ABC 读取：第 4 行：“Z”不是调：可写 G、Em、Ador 或 none。"
    ),
    "bar 8 kept with widest leap of the melody 19 semitones (real 0 to 12.5)": (
        "第 8 小节保留：旋律最大的跳进 19 个半音（真实歌曲 0 至 12.5）"
    ),
    "heard in C major; its chords were found among its notes": "听作 C 大调；和弦从音符中得出",
    "x: input should be less than or equal to 1 (1 more like this).": (
        "“x”不能大于 1（另有 1 处类似问题）。"
    ),
    "something new": None,
}


def test_gaps_are_filled_and_what_people_wrote_stays():
    assert in_chinese(*FILLED) == FILLED
