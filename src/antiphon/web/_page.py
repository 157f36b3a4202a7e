"""The page as it is sent: its modules as one script, its styles as one sheet.

It is written as some eighty ES modules. A browser that asks for each of them waits longer for the
asking than for all else, so they are joined here: every module becomes a function that returns
what it exports, after those that it imports; else no line is changed. What is joined is named by
its content, so that a browser keeps it and does not ask again.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

_IMPORT = re.compile(r'^import (?:(\{[^}]*\}) from )?"(\.[^"]+)";$', re.MULTILINE)
_EXPORT = re.compile(
    r"^export ((?:async )?(?:function|class|const) (\w+|\[[\w, ]+\]))", re.MULTILINE
)
_LEFT = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
_SHEETS = re.compile(r'(?:^ *<link rel="stylesheet" href="/static/[^"]+" />\n)+', re.MULTILINE)
_SHEET = re.compile(r'href="/static/([^"]+)"')
_SCRIPT = re.compile(r'(<script type="module" src=")/static/([^"]+)(")')


@dataclass(frozen=True)
class Joined:
    """A file made of many.

    Attributes:
        media_type: what it is.
        plain, packed: its bytes, as they are and by gzip.
    """

    media_type: str
    plain: bytes
    packed: bytes

    @classmethod
    def of(cls, text: str, media_type: str) -> Joined:
        """Pack a text, equal texts into equal bytes."""
        plain = text.encode()
        return cls(media_type, plain, gzip.compress(plain, mtime=0))


class Page:
    """The page of a folder, made anew whenever a file of it has changed.

    Attributes:
        html: what is sent first; it names the others.
        files: the others by their names.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._seen: tuple[tuple[str, int], ...] = ()
        self.html = ""
        self.files: dict[str, Joined] = {}

    def look(self) -> bool:
        """Read what is there now; return whether there is a page.

        Raises:
            ValueError: a module uses a form of import or export that cannot be joined.
        """
        wanted = (".html", ".css", ".js")
        found = sorted(path for path in self._folder.rglob("*") if path.suffix in wanted)
        seen = tuple((str(path), path.stat().st_mtime_ns) for path in found)
        index = self._folder / "index.html"
        if seen != self._seen and index.is_file():
            self._join(index.read_text(encoding="utf-8"))
        self._seen = seen
        return index.is_file()

    def _join(self, html: str) -> None:
        files: dict[str, Joined] = {}

        def kept(text: str, media_type: str, ending: str) -> str:
            joined = Joined.of(text, media_type)
            name = f"{hashlib.sha256(joined.plain).hexdigest()[:20]}.{ending}"
            files[name] = joined
            return f"/page/{name}"

        def sheet(links: re.Match[str]) -> str:
            paths = [self._folder / name for name in _SHEET.findall(links[0])]
            text = "".join(path.read_text(encoding="utf-8") for path in paths)
            return f'    <link rel="stylesheet" href="{kept(text, "text/css", "css")}" />\n'

        def script(named: re.Match[str]) -> str:
            text = joined_modules(self._folder / named[2])
            return f"{named[1]}{kept(text, 'text/javascript', 'js')}{named[3]}"

        html = _SCRIPT.sub(script, _SHEETS.sub(sheet, html))
        self.files, self.html = files, html  # what it names is there before it


def joined_modules(main: Path) -> str:
    """Return a module with all that it imports, as one module.

    Args:
        main: the module; what it imports is named by relative paths.

    Raises:
        ValueError: modules import each other, or in a way that is not known here.
    """
    numbers: dict[Path, int] = {}
    parts: list[str] = []

    def add(path: Path, importers: tuple[Path, ...]) -> None:
        if path in importers:
            raise ValueError(f"{path} imports itself by way of others.")
        if path in numbers:
            return
        text = path.read_text(encoding="utf-8")
        for _, other in _IMPORT.findall(text):
            add((path.parent / other).resolve(), (*importers, path))

        def taken(found: re.Match[str]) -> str:
            number = numbers[(path.parent / found[2]).resolve()]
            return f"const {found[1]} = $m{number};" if found[1] else ""

        exported = [name.strip("[]") for _, name in _EXPORT.findall(text)]
        body = _EXPORT.sub(r"\1", _IMPORT.sub(taken, text))
        left = _LEFT.search(body)
        if left:
            raise ValueError(f"{path}: this cannot be joined: {left[0]}")
        number = numbers[path] = len(numbers)
        if importers:
            body = (
                f"const $m{number} = (() => {{\n{body}return {{ {', '.join(exported)} }};\n}})();"
            )
        parts.append(f"// {path.name}\n{body}\n")

    add(main.resolve(), ())
    return "".join(parts)
