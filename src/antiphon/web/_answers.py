"""What routes share in answering: bounded text, names of files."""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated
from urllib.parse import quote

from pydantic import Field

from antiphon import formats

Line = Annotated[str, Field(min_length=1, max_length=200)]


@cache
def written() -> list[str]:
    """Return the endings of the files that a take can be had as."""
    return [*formats.writable(), "mxl", "score.png", "stems.zip"]


def attached(name: str, ending: str, *, inline: bool = False) -> dict[str, str]:
    """Return the headers of a file that is to be saved under a name.

    Args:
        name: what people call it, in any script.
        ending: of the file.
        inline: whether it may be shown in the page as well.
    """
    plain = " ".join(re.sub(r"[^\w\- ]", " ", name).split())[:80] or "piece"
    ascii_only = plain.encode("ascii", "ignore").decode().strip() or "piece"
    how = "inline" if inline else "attachment"
    value = f"{how}; filename=\"{ascii_only}.{ending}\"; filename*=UTF-8''{quote(plain)}.{ending}"
    return {"Content-Disposition": value}
