"""The set-up scripts: what they ask the installers for, and when they leave everything alone."""

from __future__ import annotations

import ast
import hashlib
import io
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import bootstrap  # noqa: E402
import browser  # noqa: E402
import packages  # noqa: E402
import soundfont  # noqa: E402
import transcriber  # noqa: E402


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with an empty but plausible `.venv`, nothing stamped."""
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    (tmp_path / "constraints.txt").write_text("# pins\nnumpy==2.4.6\ntorch==2.13.0+cpu\n")
    python = bootstrap.venv_python(tmp_path / ".venv")
    python.parent.mkdir(parents=True)
    python.touch()
    return tmp_path


@pytest.fixture
def on_linux_without_gpu(monkeypatch):
    monkeypatch.setattr(bootstrap.sys, "platform", "linux")
    monkeypatch.setattr(bootstrap, "has_gpu", lambda: False)


def test_the_second_run_does_nothing(checkout, monkeypatch):
    def never(*_args, **_kwargs):
        raise AssertionError("nothing should be run")

    bootstrap.stamp(checkout, dev=True)
    (checkout / soundfont.FOLDER).mkdir(parents=True)
    (checkout / soundfont.FOLDER / soundfont.SOURCES[0].name).touch()
    (checkout / transcriber.FOLDER).mkdir(parents=True)
    (checkout / transcriber.FOLDER / transcriber.BASIC_PITCH.name).touch()
    monkeypatch.setattr(subprocess, "run", never)
    bootstrap.set_up(checkout, dev=True)
    bootstrap.set_up(checkout, dev=False)


def test_what_was_set_up_to_compose_is_not_yet_set_up_to_test(checkout):
    bootstrap.stamp(checkout, dev=False)
    assert bootstrap.is_stamped(checkout, dev=False)
    assert not bootstrap.is_stamped(checkout, dev=True)


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_other_requirements_make_it_install_again(name, checkout):
    bootstrap.stamp(checkout, dev=True)
    (checkout / name).write_text("torch==3.0\n")
    assert not bootstrap.is_stamped(checkout, dev=True)


def test_a_venv_that_is_gone_is_made_again(checkout):
    bootstrap.stamp(checkout, dev=True)
    bootstrap.venv_python(checkout / ".venv").unlink()
    assert not bootstrap.is_stamped(checkout, dev=True)


def test_the_version_of_torch_is_read_without_its_build(checkout):
    assert bootstrap.torch_version(checkout) == "2.13.0"


@pytest.mark.usefixtures("on_linux_without_gpu")
@pytest.mark.parametrize("tool", ["pip", "uv"])
def test_without_a_gpu_the_cpu_build_is_asked_for_before_the_standard_one(tool):
    *trials, last = bootstrap.torch_attempts([tool], "2.13.0")
    assert len(trials) == 2
    assert all("torch==2.13.0+cpu" in t or "--torch-backend=cpu" in t for t in trials)
    assert last == ["torch==2.13.0"]


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_with_a_gpu_or_elsewhere_the_standard_build_is_taken(platform, monkeypatch):
    monkeypatch.setattr(bootstrap.sys, "platform", platform)
    monkeypatch.setattr(bootstrap, "has_gpu", lambda: platform == "linux")
    assert bootstrap.torch_attempts(["pip"], "2.13.0") == [["torch==2.13.0"]]


@pytest.mark.usefixtures("on_linux_without_gpu")
def test_where_no_cpu_build_can_be_had_the_standard_one_is_taken_with_a_warning(
    monkeypatch, capsys
):
    asked = []

    def only_plain(command, _environment, *, silent=False):
        asked.append(command)
        return command[-1] == "torch==2.13.0" and not silent

    monkeypatch.setattr(bootstrap, "runs", only_plain)
    assert bootstrap.install_torch(["pip", "install"], {}, "2.13.0")
    assert len(asked) == 3
    assert "3505 MB" in capsys.readouterr().out


def test_where_uv_fails_pip_is_asked(checkout, monkeypatch):
    used = []

    def uv_is_broken(command, _environment, *, silent=False):
        used.append(command[0])
        return command[0] == "pip"

    monkeypatch.setattr(bootstrap, "installers", lambda _python: [(["uv"], {}), (["pip"], {})])
    monkeypatch.setattr(bootstrap, "has_gpu", lambda: True)
    monkeypatch.setattr(bootstrap, "runs", uv_is_broken)
    bootstrap.install(checkout, dev=False)
    assert used == ["uv", "pip", "pip"]


def test_uv_is_told_of_the_links_pip_is_configured_with(monkeypatch):
    monkeypatch.setattr(bootstrap.shutil, "which", lambda _name: "/bin/uv")
    monkeypatch.setattr(bootstrap, "pip_links", lambda _python: ["/wheels", "/more"])
    monkeypatch.delenv("UV_FIND_LINKS", raising=False)
    (tool, environment), (fallback, _) = bootstrap.installers(Path("python"))
    assert tool[:3] == ["/bin/uv", "pip", "install"]
    assert environment["UV_FIND_LINKS"] == "/wheels,/more"
    assert fallback[1:4] == ["-m", "pip", "install"]


def test_links_are_read_from_pips_settings(monkeypatch):
    shown = ":env:.find-links='/a /b'\nglobal.index-url='x'\nglobal.find-links='/b'\n"
    done = subprocess.CompletedProcess([], 0, stdout=shown)
    monkeypatch.setattr(bootstrap.subprocess, "run", lambda *_a, **_k: done)
    assert bootstrap.pip_links(Path("python")) == ["/a", "/b"]


def test_a_piece_and_a_sound_are_compiled_at_set_up_and_failure_stops_nothing(monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(bootstrap, "works", lambda command: asked.append(command))
    bootstrap.compile_ahead(Path("python"), dev=True)
    assert [command[:2] for command in asked] == [["python", "-c"]] * 2
    for command in asked:
        ast.parse(command[2])
    assert "compose(" in asked[0][2] and "hear(" in asked[1][2]
    said = capsys.readouterr().err
    assert "the first piece will tell why" in said and "the first recording will tell" in said


def test_who_only_composes_does_not_wait_for_what_listens(monkeypatch):
    asked = []
    monkeypatch.setattr(bootstrap, "works", lambda command: asked.append(command) or True)
    bootstrap.compile_ahead(Path("python"), dev=False)
    assert len(asked) == 1 and "compose(" in asked[0][2] and "hear(" not in asked[0][2]


@pytest.mark.usefixtures("on_linux_without_gpu")
def test_the_sizes_are_said_before_they_are_spent(checkout, capsys):
    bootstrap.announce(checkout, packages=True, dev=False, sound=True)
    said = capsys.readouterr().out
    assert "568 MB to download" in said  # 520 of packages, 48 for the soundfont
    assert "1820 MB of disk" in said


@pytest.mark.usefixtures("on_linux_without_gpu")
def test_a_full_disk_is_refused_beforehand(checkout, monkeypatch, capsys):
    full = type("Usage", (), {"free": 100_000_000})
    monkeypatch.setattr(bootstrap.shutil, "disk_usage", lambda _path: full)
    with pytest.raises(bootstrap.SetUpError, match="100 MB free, and set-up needs 1740 MB"):
        bootstrap.announce(checkout, packages=True, dev=False, sound=False)
    assert "MB" in capsys.readouterr().out


def test_an_old_python_is_told_in_one_sentence(monkeypatch, capsys):
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 10, 4))
    assert bootstrap.main([]) == 1
    said = capsys.readouterr().err
    assert said.startswith("set-up: this is Python")
    assert "needs 3.11 or newer" in said


@pytest.mark.parametrize(
    "script", ["bootstrap.py", "browser.py", "packages.py", "soundfont.py", "transcriber.py"]
)
def test_the_scripts_are_readable_to_an_old_python_so_that_it_can_say_so(script):
    source = (ROOT / "scripts" / script).read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 8))


def packed(kind: str, path: Path, files: dict[str, bytes]) -> None:
    """Write a package as npm (.tgz) or pip (.whl) does."""
    if kind == "npm":
        with tarfile.open(path, "w:gz") as tar:
            for name, content in files.items():
                info = tarfile.TarInfo(name)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    else:
        with zipfile.ZipFile(path, "w") as wheel:
            for name, content in files.items():
                wheel.writestr(name, content)


def source(kind: str, content: bytes) -> packages.Packed:
    return replace(
        soundfont.TIM,
        name="font.sf2",
        registry=kind,
        member="in/font",
        licence_member="in/LICENSE",
        sha256=hashlib.sha256(content).hexdigest(),
    )


@pytest.mark.parametrize("kind", ["npm", "pip"])
def test_a_soundfont_is_taken_out_of_its_package_with_its_licence(kind, tmp_path, monkeypatch):
    archive = tmp_path / ("p.tgz" if kind == "npm" else "p.whl")
    packed(kind, archive, {"in/font": b"RIFF", "in/LICENSE": b"free"})
    monkeypatch.setattr(packages, "download", lambda *_args: archive)
    monkeypatch.setattr(soundfont, "SOURCES", [source(kind, b"RIFF")])
    soundfont.install(tmp_path, Path("python"))
    folder = tmp_path / soundfont.FOLDER
    assert sorted(path.name for path in folder.iterdir()) == ["font.sf2", "font.sf2.LICENSE"]
    assert (folder / "font.sf2").read_bytes() == b"RIFF"


@pytest.mark.parametrize(
    "files", [{"in/font": b"changed"}, {"elsewhere": b"RIFF"}], ids=["other bytes", "other place"]
)
def test_a_package_that_holds_something_else_is_not_taken(files, tmp_path, monkeypatch):
    archive = tmp_path / "p.tgz"
    packed("npm", archive, files)
    monkeypatch.setattr(packages, "download", lambda *_args: archive)
    monkeypatch.setattr(soundfont, "SOURCES", [source("npm", b"RIFF")])
    soundfont.install(tmp_path, Path("python"))
    assert not (tmp_path / soundfont.FOLDER).exists()


def test_without_node_the_one_from_pip_is_asked_for(tmp_path, monkeypatch):
    asked = []

    def nothing(command, **_kwargs):
        asked.append(command)
        return subprocess.CompletedProcess(command, 1)

    monkeypatch.setattr(packages.shutil, "which", lambda _name: None)
    monkeypatch.setattr(packages.subprocess, "run", nothing)
    soundfont.install(tmp_path, Path("python"))
    assert [command[1:4] for command in asked] == [["-m", "pip", "download"]]


def test_without_any_soundfont_set_up_goes_on_and_says_what_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(packages, "download", lambda *_args: None)
    soundfont.install(tmp_path, Path("python"))
    assert "ANTIPHON_SOUNDFONT" in capsys.readouterr().err


@pytest.fixture
def npm_has(tmp_path, monkeypatch):
    """A function that says which files each npm package holds; each may be downloaded once."""

    def has(**held: dict[str, bytes]) -> None:
        def download(file, _folder, _python):
            archive = tmp_path / "package.tgz"
            packed("npm", archive, held.pop(file.package))
            return archive

        monkeypatch.setattr(packages, "download", download)

    return has


def module(name: str, content: bytes) -> packages.Packed:
    return browser.module(name, "p", name, hashlib.sha256(content).hexdigest())


def test_modules_for_the_browser_import_the_files_beside_them(tmp_path, monkeypatch, npm_has):
    main, other = b'import { a } from "other-package";\n', b"export const a = 1;\n"
    files = {"main.js": main, "other.js": other, "LICENSE": b"free"}
    npm_has(p={f"package/{name}": content for name, content in files.items()})
    modules = (module("main.js", main), module("other.js", other))
    monkeypatch.setattr(browser, "MODULES", modules)
    monkeypatch.setattr(browser, "IMPORTS", {"main.js": ("other-package", "other.js")})
    assert browser.install(tmp_path, Path("python"))
    laid = tmp_path / browser.FOLDER
    assert (laid / "main.js").read_text().splitlines()[1:] == ['import { a } from "./other.js";']
    assert (laid / "main.js.LICENSE").read_bytes() == b"free"
    assert browser.is_there(tmp_path)


def test_where_one_module_is_another_than_expected_none_is_taken(
    tmp_path, monkeypatch, npm_has, capsys
):
    npm_has(p={"package/a.js": b"good", "package/b.js": b"changed"})
    monkeypatch.setattr(browser, "MODULES", (module("a.js", b"good"), module("b.js", b"expected")))
    assert not browser.install(tmp_path, Path("python"))
    assert not (tmp_path / browser.FOLDER).exists()
    assert "will play sound files" in capsys.readouterr().err


def test_the_transcriber_is_taken_out_of_its_wheel_alone(tmp_path, monkeypatch, capsys):
    content = {
        transcriber.BASIC_PITCH.member: b"network",
        transcriber.BASIC_PITCH.licence_member: b"free",
        "basic_pitch/inference.py": b"not wanted",
    }
    packed("pip", tmp_path / "p.whl", content)
    monkeypatch.setattr(packages, "download", lambda *_args: tmp_path / "p.whl")
    digest = hashlib.sha256(b"network").hexdigest()
    fetched = replace(transcriber.BASIC_PITCH, sha256=digest)
    monkeypatch.setattr(transcriber, "BASIC_PITCH", fetched)
    transcriber.install(tmp_path, Path("python"))
    found = sorted(path.name for path in (tmp_path / transcriber.FOLDER).iterdir())
    assert found == ["nmp.onnx", "nmp.onnx.LICENSE"] and transcriber.is_there(tmp_path)
    monkeypatch.setattr(packages, "download", lambda *_args: None)
    transcriber.install(tmp_path, Path("python"))
    assert "recordings cannot be worked on" in capsys.readouterr().err


def requirement_names(lines: list[str]) -> set[str]:
    names = (re.match(r"[A-Za-z0-9_.-]+", line) for line in lines if not line.startswith("#"))
    return {re.sub(r"[-_.]+", "-", name[0]).lower() for name in names if name}


def test_every_dependency_is_pinned_and_torch_without_a_build():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = list(project["dependencies"])
    for extra in project["optional-dependencies"].values():
        wanted += [line for line in extra if not line.startswith("antiphon")]
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert requirement_names(wanted) <= requirement_names(pins)
    assert all("==" in pin and "+" not in pin for pin in pins if not pin.startswith("#"))


@pytest.mark.skipif(os.name == "nt", reason="make and sh are not at home there")
def test_ci_runs_what_people_run():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text(encoding="utf-8").rstrip().endswith("exec make test")
