"""Fetch the synthesizer that plays in the studio's page; part of the set-up.

    python scripts/browser.py        by itself

SpessaSynth is not committed. Its modules are taken from their npm packages and laid into
`src/antiphon/web/_vendor/`, which goes into the wheel when one is built. A module that imports
another one by its package's name is changed to import the file beside it.
Without Node the page plays sound files that the server renders.
"""

from __future__ import annotations

import sys
from pathlib import Path

from packages import Packed, fetch, lay

FOLDER = Path("src") / "antiphon" / "web" / "_vendor"


def module(name: str, package: str, path: str, sha256: str) -> Packed:
    """Return a module of SpessaSynth or of what it needs.

    Args:
        name: what it is called here.
        package: the npm package with its version.
        path: of the module inside the package.
        sha256: digest of the module as it comes.
    """
    licence = {"licence": "Apache-2.0", "licence_member": "package/LICENSE"}
    return Packed(name, "npm", package, f"package/{path}", sha256, **licence)


MODULES = (
    module(
        "spessasynth_lib.js",
        "spessasynth_lib@4.3.14",
        "dist/index.js",
        "bcae1af5f47a75fe81842a026215967cf7685de9d595091342a4904035be274f",
    ),
    module(
        "spessasynth_processor.min.js",
        "spessasynth_lib@4.3.14",
        "dist/spessasynth_processor.min.js",
        "109ad445931e5c6e17739a994b2694d325577a6cb6fd2b56b39385edfc9e1fb5",
    ),
    module(
        "spessasynth_core.js",
        "spessasynth_core@4.3.22",
        "dist/index.js",
        "a94f0bfcc43339d9d3a80a67eaa16178ed26d30283892e836fcd472c2845975b",
    ),
    module(
        "stb_vorbis.js",
        "stb-vorbis@0.0.6",
        "dist/index.js",
        "f2c9612be9718c3e93cbee86a5b7c25a901b786ba5542e82e9cb8dad3b11637b",
    ),
)
# which module imports which package, and the file that stands for it here
IMPORTS = {
    "spessasynth_lib.js": ("spessasynth_core", "spessasynth_core.js"),
    "spessasynth_core.js": ("stb-vorbis", "stb_vorbis.js"),
}


def is_there(root: Path) -> bool:
    """Whether set-up has fetched all of it before."""
    return all((root / FOLDER / file.name).is_file() for file in MODULES)


def install(root: Path, python: Path) -> bool:
    """Fetch all modules, or none; say so when they cannot be had, and go on without.

    Returns:
        Whether they are there.
    """
    if is_there(root):
        return True
    found = fetch(MODULES, python)
    if found:
        lay({name: linked(name, content) for name, content in found.items()}, root / FOLDER)
        print("Synthesizer for the browser: SpessaSynth (Apache-2.0).", flush=True)
        return True
    print(
        "set-up: the synthesizer for the browser could not be fetched (it needs npm), so the "
        "studio's page will play sound files; `python scripts/browser.py` tries again.",
        file=sys.stderr,
    )
    return False


def linked(name: str, content: bytes) -> bytes:
    """Return a module that imports the file beside it where it imported a package."""
    if name not in IMPORTS:
        return content
    package, other = IMPORTS[name]
    text = content.decode().replace(f'from "{package}";', f'from "./{other}";', 1)
    return f"// changed by Antiphon's set-up: imports ./{other}\n{text}".encode()


if __name__ == "__main__":
    sys.exit(not install(Path(__file__).resolve().parent.parent, Path(sys.executable)))
