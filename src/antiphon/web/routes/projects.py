"""Projects: begin, look at, rename, remove, export, import."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from antiphon.web import _bundle
from antiphon.web._answers import Line, attached
from antiphon.web._schema import check_ui
from antiphon.web._studio import StudioHere, first_take

router = APIRouter()


class NewProject(BaseModel):
    """What a project is called; by its first piece when left out."""

    model_config = ConfigDict(extra="forbid")
    title: Line | None = None


class ProjectChange(BaseModel):
    """What is to be changed of a project."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    title: Line | None = None
    current: Annotated[str, Field(max_length=40)] | None = None
    ui: dict[str, Any] | None = None


@router.get("/projects")
def projects(studio: StudioHere) -> dict[str, Any]:
    """Return all projects, the last changed first."""
    return {"projects": studio.store.projects()}


@router.post("/projects", status_code=201)
def begin(studio: StudioHere, asked: NewProject | None = None) -> dict[str, Any]:
    """Begin a project; a first piece is in it."""
    title = asked.title if asked and asked.title else first_take().name
    return studio.store.add_project(title, [first_take()])


@router.post("/projects/import", status_code=201)
async def take_in(studio: StudioHere, file: UploadFile) -> dict[str, Any]:
    """Keep the project in a file as a new one."""
    found = await studio.desk.read_project(await file.read())
    return await asyncio.to_thread(
        studio.store.add_project, found.title, found.takes, ui=found.ui, current=found.current
    )


@router.get("/projects/{project}")
def project(studio: StudioHere, project: str) -> dict[str, Any]:
    """Return a project and its takes, the oldest first."""
    return studio.store.project(project)


@router.patch("/projects/{project}")
def change(studio: StudioHere, project: str, asked: ProjectChange) -> dict[str, Any]:
    """Change the title, the current take, or what the page keeps."""
    values = asked.model_dump(exclude_none=True)
    if "ui" in values:
        check_ui(values["ui"], studio.settings.limits.ui_bytes)
    return studio.store.change_project(project, values)


@router.delete("/projects/{project}", status_code=204)
def remove(studio: StudioHere, project: str) -> None:
    """Remove a project with all its takes."""
    studio.store.remove_project(project)


@router.get("/projects/{project}/export")
def export(studio: StudioHere, project: str) -> Response:
    """Return a project as one file."""
    head = studio.store.project(project)
    content = _bundle.written(studio.store, head)
    headers = attached(head["title"], "antiphon")
    return Response(content, media_type="application/zip", headers=headers)
