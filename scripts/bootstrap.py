"""Set antiphon up in this checkout: `.venv`, the packages, and what sounds, listens and plays.

Run by `make compose` and `make test`, or by hand where there is no make:

    python scripts/bootstrap.py          to compose
    python scripts/bootstrap.py --dev    to run the tests, too

Needs Python 3.11 or newer and its standard library. Doing it twice is instant; a broken-off
set-up goes on where it stopped. Packages come by uv where there is uv, else by pip, in the
versions of constraints.txt. torch comes as the CPU build where there is no NVIDIA GPU: the
build for GPUs would cost several GB.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import browser
import soundfont
import transcriber

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)
PYTORCH_CPU = "https://download.pytorch.org/whl/cpu"

# MB, measured on Linux x86-64; what is needed while installing, wheels included
DISK = {"cpu": 1740, "gpu": 9040, "dev": 400, "soundfont": 80}
DOWNLOAD = {"cpu": 520, "gpu": 3505, "dev": 80, "soundfont": 48}


class SetUpError(Exception):
    """One plain sentence about what stopped the set-up."""


def main(arguments: list[str] | None = None) -> int:
    """Set everything up; return the exit status."""
    parser = argparse.ArgumentParser(description="Set antiphon up in this checkout.")
    parser.add_argument("--dev", action="store_true", help="also what the tests need")
    dev = parser.parse_args(arguments).dev
    try:
        set_up(ROOT, dev=dev)
    except SetUpError as error:
        print(f"set-up: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nset-up: stopped; the next run goes on from here.", file=sys.stderr)
        return 130
    return 0


def set_up(root: Path, *, dev: bool) -> None:
    """Bring `.venv`, soundfont and transcriber of a checkout to what is asked for.

    Raises:
        SetUpError: Python is too old, the disk too full, or a package cannot be had.
    """
    if sys.version_info < OLDEST:
        raise SetUpError(
            f"this is Python {platform.python_version()}; antiphon needs 3.11 or newer "
            "(make takes another one by `make compose PYTHON=python3.12`)."
        )
    venv = root / ".venv"
    packages_ready = is_stamped(root, dev=dev)
    sound_ready = soundfont.is_there(root)
    if not packages_ready or not sound_ready:
        announce(root, packages=not packages_ready, dev=dev, sound=not sound_ready)
    if not packages_ready:
        make_venv(venv)
        install(root, dev=dev)
        compile_ahead(venv_python(venv), dev=dev)
        browser.install(root, venv_python(venv))  # one try: there may be no npm
        stamp(root, dev=dev)
    if not sound_ready:
        soundfont.install(root, venv_python(venv))
    if not transcriber.is_there(root):
        transcriber.install(root, venv_python(venv))


# what is there already


def fingerprint(root: Path) -> str:
    """Return a digest of everything the installed packages depend on."""
    digest = hashlib.sha256(f"{root} {sys.version_info[:2]}".encode())
    for name in ("pyproject.toml", "constraints.txt"):
        digest.update((root / name).read_bytes())
    return digest.hexdigest()


def stamp_files(root: Path, *, dev: bool) -> list[Path]:
    """Return the stamps a finished installation leaves; the one for tests holds both."""
    core, tests = root / ".venv" / ".antiphon-core", root / ".venv" / ".antiphon-dev"
    return [core, tests] if dev else [core]


def is_stamped(root: Path, *, dev: bool) -> bool:
    """Whether these very packages have been installed before, into a venv still there."""
    wanted = stamp_files(root, dev=dev)[-1]
    return (
        venv_python(root / ".venv").exists()
        and wanted.exists()
        and wanted.read_text(encoding="utf-8") == fingerprint(root)
    )


def stamp(root: Path, *, dev: bool) -> None:
    """Remember that the packages are installed."""
    for path in stamp_files(root, dev=dev):
        path.write_text(fingerprint(root), encoding="utf-8")


def announce(root: Path, *, packages: bool, dev: bool, sound: bool) -> None:
    """Say what is going to be fetched, and refuse a disk that is too full."""
    build = "gpu" if has_gpu() else "cpu"
    parts = ([build] if packages else []) + (["dev"] if packages and dev else [])
    parts += ["soundfont"] if sound else []
    disk, download = sum(DISK[p] for p in parts), sum(DOWNLOAD[p] for p in parts)
    free = shutil.disk_usage(root).free // 1_000_000
    what = " and ".join(["packages into .venv"] * packages + ["a soundfont"] * sound)
    print(
        f"Setting up {what}: up to {download} MB to download, {disk} MB of disk "
        f"({free} MB are free).",
        flush=True,
    )
    if free < disk:
        raise SetUpError(
            f"the disk has {free} MB free, and set-up needs {disk} MB; make room first."
        )


def has_gpu() -> bool:
    """Whether there is an NVIDIA GPU whose driver answers."""
    tool = shutil.which("nvidia-smi")
    if not tool:
        return False
    try:
        shown = subprocess.run([tool, "-L"], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return shown.returncode == 0 and "GPU" in shown.stdout


# the virtual environment


def venv_python(venv: Path) -> Path:
    """Return where a virtual environment keeps its interpreter."""
    return venv / "Scripts" / "python.exe" if os.name == "nt" else venv / "bin" / "python"


def make_venv(venv: Path) -> None:
    """Make the virtual environment, with pip in it, unless it is there and runs."""
    python = venv_python(venv)
    if python.exists() and works([str(python), "-m", "pip", "--version"]):
        return
    attempts = [[sys.executable, "-m", "venv", "--clear", str(venv)]]
    uv = shutil.which("uv")
    if uv:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        attempts.append([uv, "venv", "--clear", "--seed", "--python", version, str(venv)])
    if not any(works(attempt) for attempt in attempts):
        raise SetUpError(
            "this Python cannot make a virtual environment; install its venv module "
            "(on Debian and Ubuntu: apt install python3-venv) or uv."
        )


# the packages


def install(root: Path, *, dev: bool) -> None:
    """Install torch, then antiphon with everything else, by the first tool that can."""
    python = venv_python(root / ".venv")
    wanted = ["-c", str(root / "constraints.txt"), "-e", f"{root}{'[dev]' if dev else ''}"]
    tools = installers(python)
    for tool, environment in tools:
        print(f"Installing torch {torch_version(root)}, then the rest ...", flush=True)
        if install_torch(tool, environment, torch_version(root)) and runs(
            [*tool, *wanted], environment
        ):
            return
    raise SetUpError(
        "the packages could not be installed (see above); is there a way to the package index? "
        "The next run goes on from here."
    )


def compile_ahead(python: Path, *, dev: bool) -> None:
    """Let numba compile what writing music needs, so that the first piece is quick.

    What listens to recordings takes longer than all of that, and most never ask for it: it is
    compiled when it is first called, ahead for the tests only.
    """
    print("Compiling ...", flush=True)
    piece = """
from antiphon import Plan, compose
from antiphon.music import harmony, structure
piece = compose(Plan(bars=4))[0].piece
harmony.estimate_chords(piece)
structure.find_sections(piece)
"""
    sound = (
        "import numpy; from antiphon.sound.hearing import hear; "
        "hear(numpy.sin(numpy.arange(32000, dtype=numpy.float32) / 10), 16000)"
    )
    for first, what in ((piece, "piece"), *([(sound, "recording")] if dev else [])):
        if not works([str(python), "-c", first]):
            print(f"set-up: that failed; the first {what} will tell why.", file=sys.stderr)


def installers(python: Path) -> list[tuple[list[str], dict[str, str]]]:
    """Return the commands that install packages, best first, each with its environment."""
    quiet = [] if sys.stdout.isatty() else ["--quiet"]
    pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check", *quiet * 2]
    found: list[tuple[list[str], dict[str, str]]] = [(pip, dict(os.environ))]
    uv = shutil.which("uv")
    if uv:
        environment = dict(os.environ)
        links = pip_links(python)
        if links:  # uv does not read pip's settings
            environment.setdefault("UV_FIND_LINKS", ",".join(links))
        command = [uv, "pip", "install", "--python", str(python), *quiet]
        found.insert(0, (command, environment))
    return found


def pip_links(python: Path) -> list[str]:
    """Return the folders and pages pip has been told to look for packages in."""
    shown = subprocess.run(
        [str(python), "-m", "pip", "config", "list"], capture_output=True, text=True
    )
    links: list[str] = []
    for line in shown.stdout.splitlines():
        name, _, value = line.partition("=")
        if name.rpartition(".")[2] == "find-links":
            try:
                links += str(ast.literal_eval(value)).split()
            except (SyntaxError, ValueError):
                continue
    return list(dict.fromkeys(links))


def torch_version(root: Path) -> str:
    """Return the version of torch in constraints.txt, without a build's name."""
    for line in (root / "constraints.txt").read_text(encoding="utf-8").splitlines():
        name, _, version = line.partition("==")
        if name.strip() == "torch":
            return version.strip().partition("+")[0]
    raise SetUpError("constraints.txt names no version of torch.")


def install_torch(tool: list[str], environment: dict[str, str], version: str) -> bool:
    """Install the build of torch that suits the machine; True when it is there."""
    *trials, last = torch_attempts(tool, version)
    for extra in trials:
        if runs([*tool, *extra], environment, silent=True):
            return True
    if trials:
        print(
            "The CPU build of torch cannot be reached; taking the standard one, which may "
            f"be a download of {DOWNLOAD['gpu']} MB.",
            flush=True,
        )
    return runs([*tool, *last], environment)


def torch_attempts(tool: list[str], version: str) -> list[list[str]]:
    """Return the arguments to try in turn; the last is the standard build.

    On Linux the standard build is made for CUDA and takes several GB. So where there is no
    GPU the CPU build is asked for: first in the places the installer already knows, then at
    PyTorch's own index. Elsewhere the standard build is the CPU's (and Apple's GPU's).
    """
    plain = [f"torch=={version}"]
    if sys.platform != "linux" or has_gpu():
        return [plain]
    cpu = [f"torch=={version}+cpu"]
    if Path(tool[0]).stem == "uv":
        return [cpu, ["--torch-backend=cpu", *plain], plain]
    quick = ["--retries", "0", "--timeout", "15"]
    return [[*quick, *cpu], [*quick, "--extra-index-url", PYTORCH_CPU, *cpu], plain]


def works(command: list[str]) -> bool:
    """Whether a command ends well; what it says is not shown."""
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    except OSError:
        return False


def runs(command: list[str], environment: dict[str, str], *, silent: bool = False) -> bool:
    """Whether a command ends well; complaints of an attempt with others behind it are kept in."""
    stderr = subprocess.DEVNULL if silent else None
    return subprocess.run(command, env=environment, stderr=stderr).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
