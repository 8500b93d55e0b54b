"""`rostra render`: a script becomes a video."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from rostra.picture.frame import Size

from rostra.cli.console import progress, remark
from rostra.errors import InputError


def render(
    script: Annotated[
        str, typer.Argument(help="Plain text (paragraphs are scenes), JSON or YAML; - reads standard input.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The MP4 to write.")],
    presenter: Annotated[str | None, typer.Option(help="Who speaks: see `rostra presenters`.")] = None,
    background: Annotated[
        str | None, typer.Option(help="A name of `rostra backgrounds`, #RRGGBB, or a picture.")
    ] = None,
    voice: Annotated[
        str | None, typer.Option(help="A name of `rostra voices`; the presenter's own without it.")
    ] = None,
    size: Annotated[str, typer.Option(help="Width x height of the picture.")] = "1920x1080",
    fps: Annotated[int, typer.Option(min=10, max=60, help="Pictures per second.")] = 25,
    captions: Annotated[
        Literal["file", "burn", "none"],
        typer.Option(help="Beside the video as .vtt, drawn into the picture, or none."),
    ] = "file",
    seed: Annotated[int, typer.Option(help="Same seed, same frames.")] = 0,
    poster: Annotated[Path | None, typer.Option(help="Also write a poster picture here.")] = None,
    sheet: Annotated[
        Path | None, typer.Option(help="Also write a contact sheet here: a picture every half second.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Turn a script into a video of a presenter who speaks it."""
    from rostra.cli.parts import encoding, limits, line_parts
    from rostra.observability.logs import job
    from rostra.production.order import Order
    from rostra.production.render import render as produce
    from rostra.production.script import Choices, read

    source = sys.stdin.buffer if script == "-" else Path(script)
    chosen = Choices(presenter=presenter, background=background, voice=voice)
    performed = read(source, chosen, limits())
    order = Order(picture_size(size), fps, captions, seed, poster, sheet, encoding())
    with job("render"), progress("Rendering", quiet) as report:
        result = produce(performed, output, order, line_parts(), report)
    for warning in result.warnings if not quiet else ():
        remark(warning)
    if not quiet:
        beside = f", {result.captions}" if result.captions else ""
        typer.echo(f"{result.video}{beside}: {result.duration:.1f} s, {result.words} words")


def picture_size(text: str) -> Size:
    """`1920x1080` as numbers.

    Raises:
        InputError: it is not two numbers.
    """
    from rostra.picture.frame import Size

    width, cross, height = text.lower().partition("x")
    if not (cross and width.isdigit() and height.isdigit()):
        raise InputError(f"The size {text!r} is not like 1920x1080.", "Give width x height.", "size")
    return Size(int(width), int(height))
