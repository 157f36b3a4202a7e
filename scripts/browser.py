"""Fetch the synthesizer that plays in the studio's page; part of the set-up.

    python scripts/browser.py        by itself

SpessaSynth is not committed. Its modules are taken from their npm packages, checked by their
SHA-256, and laid into `src/antiphon/web/_vendor/`, which goes into the wheel when one is built.
A module that imports another one by its package's name is changed to import the file beside it.
Without Node the page plays sound files that the server renders.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import soundfont

FOLDER = Path("src") / "antiphon" / "web" / "_vendor"
LICENCE = "package/LICENSE"


@dataclass(frozen=True)
class Module:
    """One file of a package.

    Attributes:
        name: what it is called here.
        package: the npm package with its version.
        member: its path inside the package.
        sha256: digest of the file as it comes.
        imports: packages it imports, each with the file that stands for it here.
    """

    name: str
    package: str
    member: str
    sha256: str
    imports: tuple[tuple[str, str], ...] = ()


MODULES = (
    Module(
        name="spessasynth_lib.js",
        package="spessasynth_lib@4.3.14",
        member="package/dist/index.js",
        sha256="bcae1af5f47a75fe81842a026215967cf7685de9d595091342a4904035be274f",
        imports=(("spessasynth_core", "spessasynth_core.js"),),
    ),
    Module(
        name="spessasynth_processor.min.js",
        package="spessasynth_lib@4.3.14",
        member="package/dist/spessasynth_processor.min.js",
        sha256="109ad445931e5c6e17739a994b2694d325577a6cb6fd2b56b39385edfc9e1fb5",
    ),
    Module(
        name="spessasynth_core.js",
        package="spessasynth_core@4.3.22",
        member="package/dist/index.js",
        sha256="a94f0bfcc43339d9d3a80a67eaa16178ed26d30283892e836fcd472c2845975b",
        imports=(("stb-vorbis", "stb_vorbis.js"),),
    ),
    Module(
        name="stb_vorbis.js",
        package="stb-vorbis@0.0.6",
        member="package/dist/index.js",
        sha256="f2c9612be9718c3e93cbee86a5b7c25a901b786ba5542e82e9cb8dad3b11637b",
    ),
)


def is_there(root: Path) -> bool:
    """Whether set-up has fetched all of it before."""
    return all((root / FOLDER / module.name).is_file() for module in MODULES)


def install(root: Path, python: Path) -> bool:
    """Fetch all modules, or none; say so when they cannot be had, and go on without.

    Args:
        root: the checkout.
        python: an interpreter with pip.

    Returns:
        Whether they are there.
    """
    if is_there(root):
        return True
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if shutil.which("npm") and all(fetch(module, folder, python) for module in MODULES):
            (root / FOLDER).mkdir(parents=True, exist_ok=True)
            for file in folder.iterdir():
                shutil.copyfile(file, root / FOLDER / file.name)
            print("Synthesizer for the browser: SpessaSynth (Apache-2.0).", flush=True)
            return True
    print(
        "set-up: the synthesizer for the browser could not be fetched (it needs npm), so the "
        "studio's page will play sound files; `python scripts/browser.py` tries again.",
        file=sys.stderr,
    )
    return False


def fetch(module: Module, folder: Path, python: Path) -> bool:
    """Take one module out of its package into a folder; False when that does not work."""
    source = soundfont.Source(
        name=module.name,
        registry="npm",
        package=module.package,
        member=module.member,
        licence_member=LICENCE,
        licence="Apache-2.0",
        sha256=module.sha256,
        size_mb=1,
    )
    if not soundfont.fetch(source, folder, python):
        return False
    file = folder / module.name
    text = file.read_text(encoding="utf-8")
    for package, other in module.imports:
        text = text.replace(f'from "{package}";', f'from "./{other}";', 1)
        text = f"// changed by Antiphon's set-up: imports ./{other}\n{text}"
    file.write_text(text, encoding="utf-8")
    return True


if __name__ == "__main__":
    sys.exit(not install(Path(__file__).resolve().parent.parent, Path(sys.executable)))
