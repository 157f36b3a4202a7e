"""What a server is started with, and what nothing may exceed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

DEFAULT_PORT = 8765


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Bounds of what is taken from strangers.

    Attributes:
        json_bytes: of a JSON body.
        upload_bytes: of an uploaded piece of music.
        project_bytes: of an uploaded project file.
        unpacked_bytes: of a project file, unpacked.
        notes, tracks, bars, minutes: of a piece.
        waiting_jobs: in the queue, all projects together.
        count: pieces a job may make.
        takes: in a project.
        edits: kept of a take for undoing.
        ui_bytes: of what the page keeps in a project.
        files_waiting: files and places of the map in line.
        cache_bytes: of rendered files on the disk.
        read_s: to read an upload.
        render_s: to render a file.
        map_s: to write what is at a place of the map.
        map_takes: that are looked for on a map, the newest.
        job_s: to make what a job asks for.
        live_sessions: that play at once.
        wrong_tokens: in a minute, of one address.
    """

    json_bytes: int = 8_000_000
    upload_bytes: int = 20_000_000
    project_bytes: int = 50_000_000
    unpacked_bytes: int = 200_000_000
    notes: int = 100_000
    tracks: int = 64
    bars: int = 2_000
    minutes: int = 60
    waiting_jobs: int = 64
    count: int = 16
    takes: int = 1_000
    edits: int = 200
    ui_bytes: int = 65_536
    files_waiting: int = 32
    cache_bytes: int = 1_000_000_000
    read_s: float = 60.0
    render_s: float = 600.0
    map_s: float = 120.0
    map_takes: int = 24
    job_s: float = 900.0
    live_sessions: int = 4
    wrong_tokens: int = 10


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a server runs.

    Attributes:
        data: the folder of everything that is kept.
        host: the address it listens at.
        token: what everybody has to bring who comes from the network; "" on loopback.
        n_workers: processes that make music.
        limits: bounds.
    """

    data: Path
    host: str = "127.0.0.1"
    token: str = ""
    n_workers: int = 1
    limits: Limits = field(default_factory=Limits)


def default_data() -> Path:
    """Return the folder where programs keep data of a person on this platform."""
    import platformdirs

    return Path(platformdirs.user_data_dir("antiphon", appauthor=False)) / "studio"
