"""antiphon jam: play along with a band that follows, by MIDI."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from antiphon.cli._delivery import check_weights, rather_wait
from antiphon.errors import AntiphonError, unknown

if TYPE_CHECKING:
    from antiphon.playing.jam import Ends, Jammed
    from antiphon.playing.ports import Ports
    from antiphon.playing.recorder import Recorder

_PLAN = ("style", "tempo", "key", "chords", "valence", "arousal", "seed")
_JAM = ("part", "answer", "quantise", "trade_bars")


def jam(
    list_ports: Annotated[bool, typer.Option("--list", help="Show the MIDI ports.")] = False,
    out_port: Annotated[
        str | None, typer.Option(help="Port to play to, or its beginning. [default: the first]")
    ] = None,
    in_port: Annotated[
        str | None, typer.Option(help="Port of your keyboard. [default: nobody is listened to]")
    ] = None,
    virtual: Annotated[
        bool, typer.Option("--virtual", help="Make ports that a DAW finds, called Antiphon.")
    ] = False,
    style: Annotated[str, typer.Option(help="Whose weights play.")] = "pop",
    mood: Annotated[str | None, typer.Option(help="happy, tense, sad or calm.")] = None,
    valence: Annotated[float | None, typer.Option(help="Mood: -1 sad, 1 happy.")] = None,
    arousal: Annotated[float | None, typer.Option(help="Mood: -1 calm, 1 excited.")] = None,
    tempo: Annotated[float | None, typer.Option(help="Beats a minute, 20–300.")] = None,
    key: Annotated[
        str | None, typer.Option(help="G, Am, 'F# minor'. [default: the one you play in]")
    ] = None,
    chords: Annotated[
        str | None, typer.Option(help="'C Am F G7', repeated. [default: found, and followed]")
    ] = None,
    part: Annotated[
        str, typer.Option(help="What you play: melody, bass, chords or drums.")
    ] = "melody",
    answer: Annotated[
        str, typer.Option(help="accompany: with you. trade: by turns. none: heedless.")
    ] = "accompany",
    trade_bars: Annotated[int, typer.Option(help="Length of a turn: 2, 4 or 8 bars.")] = 4,
    quantise: Annotated[
        str, typer.Option(help="You are followed at the next beat or bar.")
    ] = "beat",
    through: Annotated[
        bool, typer.Option("--through", help="Send your notes to the port, too.")
    ] = False,
    clock: Annotated[
        bool, typer.Option("--clock/--no-clock", help="Send MIDI clock, start and stop.")
    ] = True,
    bars: Annotated[int | None, typer.Option(min=1, help="End after so many.")] = None,
    minutes: Annotated[float | None, typer.Option(min=0.01, help="End after so long.")] = None,
    record: Annotated[
        Path | None, typer.Option(help="File for all that was played, yours too: jam.mid.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Equal seeds begin equally.")] = 0,
) -> None:
    """Play with a band that follows you, over MIDI, until Ctrl-C."""
    given = dict(locals())
    rather_wait()
    from antiphon.playing.jam import Ends
    from antiphon.playing.ports import Ports

    ports = Ports()
    if list_ports:
        _show(ports)
        return
    check_weights(style)
    values = {n: given[n] for n in (*_PLAN, *_JAM) if given[n] is not None}
    values |= _mood(mood, values)
    ends = Ends(bars=bars, seconds=minutes and 60 * minutes)
    if record is not None:
        _check_file(record)
    is_silent = record is not None and not (out_port or in_port or virtual) and not _any(ports)
    if is_silent:
        _record_only(values, ends, record)
        return
    output = ports.output(out_port, is_virtual=virtual)
    wants_keyboard = in_port is not None or virtual
    keyboard = ports.input(in_port, is_virtual=virtual) if wants_keyboard else None
    _play(values, ends, record, output, keyboard, has_clock=clock, is_through=through)


def _show(ports: Ports) -> None:
    for title, names in (("Play to   ", ports.outputs()), ("Listen to ", ports.inputs())):
        for name in names or ["nothing: plug something in, or make a port by --virtual"]:
            typer.echo(f"{title} {name}")


def _mood(mood: str | None, values: dict[str, Any]) -> dict[str, float]:
    """Return a mood's valence and arousal.

    Raises:
        AntiphonError: there is no such mood, or valence or arousal are given, too.
    """
    from antiphon.music.moods import MOODS

    if mood is None:
        return {}
    if mood not in MOODS:
        raise unknown(mood, "moods", MOODS)
    if values.keys() & {"valence", "arousal"}:
        raise AntiphonError("Give a mood, or valence and arousal, not both.")
    valence, arousal = MOODS[mood]
    return {"valence": 0.7 * valence, "arousal": 0.7 * arousal}


def _check_file(record: Path) -> None:
    """Check that a recording can be written before it is played.

    Raises:
        AntiphonError: it cannot.
    """
    if record.suffix.lower() not in (".mid", ".midi"):
        raise AntiphonError(f"A jam is recorded as MIDI: name the file {record.stem or 'jam'}.mid.")


def _any(ports: Ports) -> bool:
    try:
        return bool(ports.outputs())
    except AntiphonError:
        return False


def _record_only(values: dict[str, Any], ends: Ends, record: Path | None) -> None:
    """Write what would be played, where there is no port to play to."""
    from antiphon.inference.live import live
    from antiphon.music.plan import plan_from
    from antiphon.playing.jam import record_only
    from antiphon.playing.recorder import Recorder
    from antiphon.playing.session import Session, jam_from

    if ends.bars is None and ends.seconds is None:
        raise AntiphonError(
            "There is no MIDI port to play to. To have a file written without one, say how long "
            "it is: --bars 32 or --minutes 2; or play with the page of `antiphon studio`."
        )
    jam, plan = jam_from({**values, "answer": "none"})
    now = [0.0]
    session = Session(plan_from(plan), live, jam, clock=lambda: now[0], is_threaded=False)
    recorder = Recorder()
    done = record_only(session, recorder, ends, now)
    _written(recorder, jam.part, record)
    typer.echo(f"No MIDI port: {done.n_bars} bars were written without being played.")


def _play(
    values: dict[str, Any],
    ends: Ends,
    record: Path | None,
    output: Any,
    keyboard: Any,
    *,
    has_clock: bool,
    is_through: bool,
) -> None:
    from antiphon.playing.jam import Jamming
    from antiphon.playing.recorder import Recorder
    from antiphon.web._live import Stage
    from antiphon.web._settings import Limits

    stage, recorder = Stage(Limits()), Recorder()
    try:
        session = stage.begin(values)
        jamming = Jamming(
            session, output, keyboard,
            recorder=recorder, has_clock=has_clock, is_through=is_through,
        )  # fmt: skip
        typer.echo("The band is tuning (some seconds). Ctrl-C ends the jam.")
        done = jamming.play(ends, _tell)
    except KeyboardInterrupt:
        done = jamming.done
    finally:
        stage.close()
        output.close()
        if keyboard is not None:
            keyboard.close()
        _written(recorder, str(values.get("part", "melody")), record)
    _summary(done)


def _tell(told: dict[str, Any]) -> None:
    """Show a line for a bar, or for what is heard."""
    if "bar" in told:
        turn = {"you": "  your turn", "me": "", "both": ""}[told["turn"]]
        chords = " ".join(symbol for _, symbol in told["chords"])
        late = "  (late: the last one varied)" if told["covered"] else ""
        typer.echo(f"{told['bar'] + 1:5}  {told['key']:10}  {chords}{turn}{late}")
    elif "listening" in told:
        heard = told["listening"]
        typer.echo(f"       you play {heard['chord']} in {heard['key']}")
    elif "error" in told:
        typer.echo(f"       {told['error']}", err=True)


def _written(recorder: Recorder, part: str, record: Path | None) -> None:
    if record is None or not recorder.n_bars:
        return
    from antiphon import formats

    formats.write(recorder.piece(part), record)
    typer.echo(f"Wrote    {record} ({recorder.n_bars} bars)")


def _summary(done: Jammed) -> None:
    timed = "" if math.isnan(done.jitter_ms) else f", MIDI late by {done.jitter_ms:.1f} ms (95 %)"
    typer.echo(
        f"Played   {done.n_bars} bars, {done.n_covered} of them late and covered; "
        f"heard {done.n_heard} notes of yours{timed}"
    )
