"""XML and zipped XML from strangers, read fast and without traps.

Expat feeds ElementTree's C builder directly, and a file that declares entities is refused:
that closes the entity bombs, and external files are never fetched. A zip is read up to a
bound, whatever its directory claims.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from antiphon.errors import AntiphonError
from antiphon.formats._files import read_bytes

MAX_UNPACKED_BYTES = 200_000_000
_MAX_DEPTH = 200
_BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError)


def read_xml(path: Path) -> Element:
    """Return the root element of an XML file, or of the score in a ``.mxl`` zip.

    Raises:
        AntiphonError: the file is missing, empty, too large, no XML or a broken zip.
    """
    content = read_bytes(path)
    if content[:2] == b"PK":
        content = _unzipped(content, path)
    try:
        return parse(content)
    except expat.ExpatError as error:
        raise AntiphonError(f"{path} is not well-formed XML: {error}.") from None
    except (ValueError, LookupError, RecursionError) as error:
        raise AntiphonError(f"{path} cannot be read as XML: {error}.") from None


def parse(content: bytes) -> Element:
    """Return the root element of an XML text.

    Raises:
        expat.ExpatError: it is not well formed.
        ValueError: it declares entities or nests too deeply.
    """
    builder = TreeBuilder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _MAX_DEPTH:
            raise ValueError("it nests too deeply")
        builder.start(tag, attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag)

    def refuse(*_: object) -> None:
        raise ValueError("it declares entities, which scores do not need")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.EntityDeclHandler = refuse
    parser.Parse(content, True)
    return builder.close()


def _unzipped(content: bytes, path: Path) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            name = _score_name(archive)
            if name is None:
                raise AntiphonError(f"{path} is a zip without a score in it.")
            return _member(archive, name, path)
    except (*_BROKEN_ZIP, ValueError, OSError):  # lies about places in it are ValueErrors
        raise AntiphonError(f"{path} is a broken zip: save the score again.") from None


def _member(archive: zipfile.ZipFile, name: str, path: Path) -> bytes:
    with archive.open(name) as stream:
        content = stream.read(MAX_UNPACKED_BYTES + 1)
    if len(content) > MAX_UNPACKED_BYTES:
        raise AntiphonError(
            f"{path} unpacks to more than {MAX_UNPACKED_BYTES / 1e6:.0f} MB and is not read."
        )
    return content


def _score_name(archive: zipfile.ZipFile) -> str | None:
    """Return the member that the container names, else the zip's first score."""
    names = archive.namelist()
    try:
        for element in parse(archive.open("META-INF/container.xml").read(100_000)).iter():
            if element.tag.endswith("rootfile") and element.get("full-path") in names:
                return element.get("full-path")
    except (KeyError, ValueError, LookupError, expat.ExpatError):
        pass  # container missing or malformed: OpenEWLD has 93 such files
    scores = (n for n in names if n.lower().endswith((".xml", ".musicxml")))
    return next((n for n in scores if not n.startswith("META-INF/")), None)
