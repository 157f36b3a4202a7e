"""A project as one file: a zip of JSON, with every take and every edit that is kept of it."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

import antiphon
from antiphon.errors import AntiphonError
from antiphon.web import _piece
from antiphon.web._rows import NewTake
from antiphon.web._schema import check_ui, sentence_of, unpacked
from antiphon.web._settings import Limits
from antiphon.web._store import Store

FORMAT = "antiphon project 1"
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError)
_HEAD = "project.json"

Word = Annotated[str, Field(max_length=200)]


class TakeJson(BaseModel):
    """What the head of a project file tells of a take; its edits lie beside it."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)
    id: Word
    name: Word
    verb: Word
    parent: Word | None = None
    rating: int | None = Field(default=None, ge=1, le=5)
    plan: dict[str, str | float | int | None] | None = None
    provenance: dict[str, str] = Field(default_factory=dict)
    reasons: list[str] = Field(default_factory=list)
    redrawn: list[str] = Field(default_factory=list)
    score: float | None = None
    n_edits: int = Field(ge=1)
    at: int = Field(ge=0)


class HeadJson(BaseModel):
    """The head of a project file."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)
    format: str
    title: Word
    ui: dict[str, Any] = Field(default_factory=dict)
    current: Word | None = None
    takes: list[TakeJson] = Field(min_length=1)


def written(store: Store, head: dict[str, Any]) -> bytes:
    """Return a project as a file.

    Args:
        store: it is in.
        head: what the store tells of it.

    Raises:
        NotThere: one of its takes was removed in the meantime.
    """
    out = io.BytesIO()
    told = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for take in head["takes"]:
            history, at = store.history(take["id"])
            for number, content in enumerate(history):
                archive.writestr(_member(take["id"], number), zlib.decompress(content))
            told.append({**take, "n_edits": len(history), "at": at})
        said = {name: head[name] for name in ("title", "ui", "current")}
        values = {"format": FORMAT, "version": antiphon.__version__, **said, "takes": told}
        archive.writestr(_HEAD, json.dumps(values, ensure_ascii=False, indent=1))
    return out.getvalue()


def _member(take: str, number: int) -> str:
    return f"takes/{take}/{number:04d}.json"


@dataclass(frozen=True)
class Project:
    """What is in a project file, checked.

    Attributes:
        title: of the project.
        ui: what the page keeps.
        takes: in their order.
        current: place of the current one.
    """

    title: str
    ui: dict[str, Any]
    takes: list[NewTake]
    current: int


def read(file: Path, limits: Limits, _: object = None) -> Project:
    """Return the project in a file.

    Raises:
        AntiphonError: it is no project of ours, broken, or beyond the limits.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            head, takes = _taken(archive, limits)
    except ValidationError as error:
        raise AntiphonError(
            f"This is no project of Antiphon: {sentence_of(error.errors())}"
        ) from None
    except _BROKEN:
        raise AntiphonError("This is no project of Antiphon, or it is broken.") from None
    ids = [take.key for take in takes]
    current = ids.index(head.current) if head.current in ids else len(ids) - 1
    return Project(head.title, head.ui, takes, current)


def _taken(archive: zipfile.ZipFile, limits: Limits) -> tuple[HeadJson, list[NewTake]]:
    left = limits.unpacked_bytes

    def member(name: str, most: int) -> bytes:
        nonlocal left
        try:
            with archive.open(name) as stream:
                found = stream.read(min(most, left) + 1)
        except KeyError:
            raise AntiphonError(f"The project file lacks {name[:80]!r}.") from None
        left -= len(found)
        if left < 0 or len(found) > most:
            raise AntiphonError("The project file unpacks to more than can be taken here.")
        return found

    head = HeadJson.model_validate_json(member(_HEAD, limits.json_bytes))
    if head.format != FORMAT:
        raise AntiphonError(f"This project file is of another kind ({head.format[:60]!r}).")
    if len(head.takes) > limits.takes:
        raise AntiphonError(f"The project has over {limits.takes} takes.")
    if len({take.id for take in head.takes}) < len(head.takes):
        raise AntiphonError("Two takes of the project file have the same id.")
    check_ui(head.ui, limits.ui_bytes)
    takes = []
    current: dict[str, Any] = {}
    for take in head.takes:
        if take.n_edits > limits.edits + 1 or take.at >= take.n_edits:
            raise AntiphonError(f"The edits of the take {take.name!r} cannot be.")
        history = []
        for number in range(take.n_edits):
            told = unpacked(member(_member(take.id, number), limits.json_bytes))
            piece = _piece.canonical(told, limits)
            history.append(_piece.compressed(piece))
            current = piece if number == take.at else current
        about = take.model_dump(include={"plan", "provenance", "reasons", "redrawn", "score"})
        takes.append(
            NewTake(
                current, take.name, take.verb, take.parent, about, history, take.at, take.rating,
                key=take.id,
            )
        )  # fmt: skip
    return head, takes
