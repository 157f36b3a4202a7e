"""The page as it is sent: one script and one sheet of styles, named by their content."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from antiphon.web._page import Page, joined_modules
from antiphon.web.app import STATIC

INDEX = """<head>
    <link rel="stylesheet" href="/static/a.css" />
    <link rel="stylesheet" href="/static/style/b.css" />
    <script type="module" src="/static/main.js"></script>
</head>
"""
NODE = shutil.which("node")


def folder_of(root: Path, **files: str) -> Path:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


@pytest.mark.skipif(NODE is None, reason="joined modules are run by Node")
def test_joined_modules_do_what_they_do_apart(tmp_path):
    folder_of(
        tmp_path,
        main_js='import { up } from "./parts/up.js";\nimport "./parts/side.js";\n'
        'import { STEP } from "./step.js";\nconsole.log(up(1), STEP, await globalThis.side);\n',
        parts__up_js='import {\n  STEP,\n} from "../step.js";\nconst own = STEP;\n'
        "export function up(n) {\n  return n + own;\n}\n",
        parts__side_js="const own = 7;\nglobalThis.side = Promise.resolve(own);\n",
        step_js="export const [STEP, MOST] = [41, 9];\nexport class Unused {}\n",
    )
    text = joined_modules(tmp_path / "main.js")
    assert text.count("[STEP, MOST] =") == 1  # two import it
    joined = tmp_path / "joined.mjs"
    joined.write_text(text, encoding="utf-8")
    assert NODE is not None
    done = subprocess.run([NODE, str(joined)], capture_output=True, text=True, timeout=60)
    assert done.stdout == "42 41 7\n", done.stderr


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("export default 1;\n", "cannot be joined: export default 1;"),
        ('import * as all from "./b.js";\n', "cannot be joined: import"),
        ('import { b } from "./b.js";\nexport const a = b;\n', "imports itself"),
    ],
    ids=["default", "star", "circle"],
)
def test_what_cannot_be_joined_is_told(tmp_path, text, told):
    folder_of(tmp_path, a_js=text, b_js='import { a } from "./a.js";\nexport const b = a;\n')
    with pytest.raises(ValueError, match=re.escape(told)):
        joined_modules(tmp_path / "a.js")


def test_a_changed_file_gets_another_name_and_an_unchanged_one_keeps_it(tmp_path):
    folder_of(tmp_path, index_html=INDEX, a_css="a{}", style__b_css="b{}", main_js="let a;\n")
    page = Page(tmp_path)
    assert page.look()
    sheet, script = page.files
    assert page.files[sheet].plain == b"a{}b{}"
    assert page.html.count("/page/") == 2 and "/static/" not in page.html
    (tmp_path / "main.js").write_text("let b;\n", encoding="utf-8")
    os.utime(tmp_path / "main.js", ns=(0, 0))
    assert page.look()
    same, new = page.files
    assert same == sheet and new != script
    assert all(name in page.html for name in page.files)
    (tmp_path / "index.html").unlink()
    assert not page.look()


def test_the_page_is_kept_by_browsers_until_it_changes(client):
    first = client.get("/")
    assert first.headers["cache-control"] == "no-cache"
    names = re.findall(r'"(/page/[^"]+)"', first.text)
    assert [name[-3:] for name in names] == ["css", ".js"]
    for name in names:
        answer = client.get(name)
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-encoding"] == "gzip"
        assert client.get(name, headers={"Accept-Encoding": ""}).content == answer.content
    assert client.get("/page/0.js").status_code == 404


@pytest.mark.skipif(NODE is None, reason="its syntax is checked by Node")
def test_all_modules_of_the_page_are_in_its_script(tmp_path):
    text = joined_modules(STATIC / "main.js")
    modules = {path.name for path in STATIC.rglob("*.js")} - {"theme.js", "types.js"}
    assert modules == set(re.findall(r"^// (\S+\.js)$", text, re.MULTILINE))
    script = tmp_path / "script.mjs"
    script.write_text(text, encoding="utf-8")
    assert NODE is not None
    done = subprocess.run([NODE, "--check", str(script)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
