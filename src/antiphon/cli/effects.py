"""antiphon effects: a recording through a chain of effects."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def effects(
    source: Annotated[
        Path | None, typer.Argument(metavar="IN", help="Sound file to read.", show_default=False)
    ] = None,
    out: Annotated[
        Path | None, typer.Argument(metavar="OUT", help="Sound file to write.", show_default=False)
    ] = None,
    chain: Annotated[
        str, typer.Option(help="Effects, parted by commas: 'highpass 80, reverb wet=0.4'.")
    ] = "",
    rate: Annotated[
        int, typer.Option(min=0, help="Sample rate of OUT in Hz; 0 is that of IN.")
    ] = 0,
    list_: Annotated[
        bool, typer.Option("--list", help="List the effects with their settings.")
    ] = False,
) -> None:
    """Put a recording through effects: filters, echo, reverb, pitch, tempo, and more."""
    if list_:
        from antiphon.sound.chain import described

        for name, settings, what in described():
            typer.echo(f"{name} {settings}".strip() + f"\n    {what}")
        return
    from antiphon import formats
    from antiphon.errors import AntiphonError
    from antiphon.sound.chain import parse
    from antiphon.sound.resampling import resample

    if source is None or out is None or not chain.strip():
        raise AntiphonError(
            "Name a file to read, one to write and a --chain of effects; --list tells which."
        )
    steps = parse(chain)
    samples, sample_rate_hz = formats.read_sound(source)
    samples = steps(samples, sample_rate_hz)
    to_hz = rate or sample_rate_hz
    samples = resample(samples, sample_rate_hz, to_hz)
    formats.write_sound(samples, to_hz, out)
    peak = float(abs(samples).max(initial=0))
    typer.echo(f"Wrote {out}: {samples.shape[-1] / to_hz:.2f} s at {to_hz} Hz through {steps}.")
    if peak > 1:
        typer.echo(f"It was clipped: its peak is {peak:.2f}. End the chain with 'limiter 0'.")
