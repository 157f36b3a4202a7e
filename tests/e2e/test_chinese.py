"""What a person can get wrong on the Chinese page is answered in Chinese."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

# words in Latin letters that belong in the answers below: formats, chords, forms and files
LATIN = re.compile(
    r"MIDI|MusicXML|ABC|XML|mid|abc|musicxml|mxl|[a-z0-9]{2,4}|[A-G]\w*|intro\d|ending\d"
)


@pytest.fixture
def page(chromium: Any, studio: str) -> Iterator[Any]:
    """The studio of somebody whose browser is Chinese."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
    page = context.new_page()
    complaints: list[str] = []  # refusals are logged by the browser; nothing else may go wrong
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(studio)
    page.wait_for_selector("html[lang=zh][data-ready]")
    page.click("text=以后再说")
    yield page
    context.close()
    assert complaints == []


def answer(page: Any) -> str:
    """Return what the page says, and take it away."""
    page.wait_for_selector(".message.error", timeout=60_000)
    said: str = page.inner_text(".message.error p")
    page.click(".message.error button")
    return said


def ask(page: Any, verb: str, **options: Any) -> str:
    """Ask for what the forms would not let one ask for."""
    page.evaluate("([verb, o]) => void antiphon.store.ask(verb, o)", [verb, options])
    return answer(page)


def bring(page: Any, name: str, content: bytes) -> str:
    page.set_input_files(".bring input", {"name": name, "mimeType": "", "buffer": content})
    return answer(page)


def change(page: Any, text: str) -> str:
    """Write a chord that looks like one."""
    page.click("mark-lane[kind=chords] .mark >> nth=0")
    page.fill("mark-lane[kind=chords] input", text)
    page.keyboard.press("Enter")
    return answer(page)


def test_files_that_cannot_be_read(page):
    page.click("#ask-accompany")
    assert bring(page, "a.mid", b"none") == "“a.mid”无法作为 MIDI 读取：没有 MIDI 文件头。"
    assert bring(page, "a.mid", b"") == "“a.mid”是空的。"
    assert "无法读取以“.exe”结尾的文件" in bring(page, "a.exe", b"MZ")
    assert bring(page, "a.mxl", b"PK\x03\x04") == "“a.mxl”是损坏的压缩文件：请重新保存乐谱。"
    assert bring(page, "a.xml", b"<a>") == "“a.xml”不是完好的 XML。"
    assert "首个元素是 <a>" in bring(page, "a.xml", b"<a/>")
    assert "没有说明调的 K: 行" in bring(page, "a.abc", b"CDEF")
    assert bring(page, "a.mid", bytes(20_100_000)) == "太大了：最多 20 MB。"
    assert bring(page, "a.antiphon.wav", b"RIFF") == "“a.antiphon.wav”无法作为声音读取。"


def test_wishes_that_cannot_be(page):
    answers = [
        ask(page, "compose", bars=9999),
        ask(page, "compose", tempo=5),
        ask(page, "compose", chords="H7 C"),
        ask(page, "compose", chords="| C | | G"),
        ask(page, "compose", form="A(B"),
        ask(page, "compose", form="A8 B8", bars=12),
        ask(page, "compose", key="H"),
        ask(page, "compose", style="walz"),
        ask(page, "compose", metre="7/8"),
        ask(page, "compose", instruments="melody=theremin"),
        ask(page, "compose", instruments="melody,melody"),
        ask(page, "compose", count=99),
        ask(page, "inpaint", bars="90-91"),
        ask(page, "inpaint", bars="8-5"),
        ask(page, "inpaint", bars="3", tracks="zither"),
        ask(page, "accompany", instruments="bass"),
        ask(page, "accompany"),
        ask(page, "extend", bars=9, where="between"),
        ask(page, "convert"),
        ask(page, "nonsense"),
    ]
    plain = [re.sub(r"“[^”]*”|：可写.*|可用的有：.*|可写的.*|等，或罗马.*", "", a) for a in answers]
    assert [a for a in plain if not re.search("[\u4e00-\u9fff]", a)] == []
    words = [w for a in plain for w in re.findall(r"[A-Za-z]{2,}\w*", a)]
    assert [w for w in words if not LATIN.fullmatch(w)] == [], answers


def test_edits_and_projects_that_are_not_there(page):
    assert change(page, "Cxyz").startswith("“Cxyz”不是和弦：")
    assert change(page, "??") == "“??”不是和弦：可写 C、F#m、Bb7、G/B 等，N 表示无和弦。"
    gone = "没有这个项目，可能已被删除。"
    page.evaluate(
        """async () => {
            const made = await antiphon.store.api.newProject("Gone");
            await antiphon.store.openProject(made.id);
            await antiphon.store.api.deleteProject(made.id);
            void antiphon.store.rename("Still gone");
        }"""
    )
    assert answer(page) == gone
    assert ask(page, "compose") == gone


BUSY = [
    (
        429,
        "2 jobs are waiting already: try again in a moment.",
        "已有 2 个任务在排队，请稍后再试。",
    ),
    (507, "This cannot be kept (disk I/O error): is the disk full?", "无法保存：磁盘满了吗？"),
    (400, "Never heard of.", "未能完成。 Never heard of."),
]


@pytest.mark.parametrize(("status", "sentence", "chinese"), BUSY)
def test_what_a_busy_server_answers(page, status, sentence, chinese):
    body = json.dumps({"error": sentence})
    page.route("**/jobs", lambda route: route.fulfill(status=status, body=body))
    assert ask(page, "compose") == chinese
    page.unroute("**/jobs")
    page.route("**/jobs", lambda route: route.abort())
    assert "工作室的服务器没有响应" in ask(page, "compose")
