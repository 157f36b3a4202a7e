"""The command line: every file of this room is a command, found by its name.

A command `NAME.py` has a typed function `NAME`, or, for a group of commands, a `typer.Typer`
called `app`. Only the file of the command that was asked for is imported, so that help is
there at once. What people can put right is said in one line; anything else keeps its traceback.
"""

from __future__ import annotations

import io
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer

import antiphon
from antiphon import registry
from antiphon.errors import AntiphonError

__all__ = ["application", "main"]

_NO_RICH: dict[str, Any] = {"rich_markup_mode": None, "pretty_exceptions_enable": False}
_INTERRUPTED = 130  # as shells count: 128 + the signal's number


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Returns:
        0 for done, 1 for something the person can put right, 2 for a wrong command line,
        130 after Ctrl-C.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # some terminals lack signs that titles have
    try:
        with _ends_cleanly():
            code = application(given)(given, prog_name="antiphon", standalone_mode=False)
        sys.stdout.flush()
        if code == _INTERRUPTED:  # so typer reports Ctrl-C
            raise KeyboardInterrupt
        return code if isinstance(code, int) else 0
    except AntiphonError as error:
        return _stopped(str(error), 1)
    except (KeyboardInterrupt, typer.Abort):
        return _stopped("stopped.", _INTERRUPTED)
    except BrokenPipeError:
        sys.stdout = io.StringIO()  # whoever read our output has gone: nobody is left to tell
        return 1
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        return _usage(error)


def application(arguments: Sequence[str] = ()) -> typer.Typer:
    """Return the command line with the command that `arguments` begin with, else with all."""
    app = typer.Typer(add_completion=False, **_NO_RICH)
    app.callback(invoke_without_command=True)(_front)
    files = {name.replace("_", "-"): name for name in registry.names(__name__)}
    asked = arguments[0] if arguments else ""
    for command, file in files.items():
        if asked not in files or asked == command:
            module = registry.load(__name__, file)
            if hasattr(module, "app"):
                app.add_typer(module.app, name=command)
            else:
                app.command(command)(getattr(module, file))
    return app


def _front(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Compose whole pieces of music with adversarial networks, on a laptop without a GPU.

    Begin with: antiphon compose
    """
    if version:
        typer.echo(f"antiphon {antiphon.__version__}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


@contextmanager
def _ends_cleanly() -> Iterator[None]:
    """Let a polite kill unwind like Ctrl-C does, so that unfinished files are removed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _stopped(sentence: str, code: int) -> int:
    print(f"antiphon: {' '.join(sentence.split())}", file=sys.stderr)
    return code


def _usage(error: Any) -> int:
    """Say what is wrong with the command line, and where its help is."""
    if type(error).__name__ == "NoArgsIsHelpError":
        print(error.format_message())
        return int(error.exit_code)
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "antiphon"
    sentence = error.format_message().strip()
    sentence += "" if sentence.endswith((".", "?")) else "."
    return _stopped(f"{sentence} See {path} --help.", int(error.exit_code))
