"""`rostra demo`: the presenters introduce themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rostra.cli.console import progress
from rostra.cli.render import picture_size


def demo(
    names: Annotated[
        list[str] | None, typer.Argument(help="Who introduces themselves; everyone when nobody is named.")
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="The MP4 to write.")] = Path("demo.mp4"),
    size: Annotated[str, typer.Option(help="Width x height of the picture.")] = "1920x1080",
    sheet: Annotated[Path | None, typer.Option(help="Also write a contact sheet here.")] = None,
) -> None:
    """Make a film in which the presenters introduce themselves, each in their own voice."""
    from rostra.cli.parts import backgrounds, catalogue, encoding, line_parts
    from rostra.observability.logs import job
    from rostra.production.introductions import introductions
    from rostra.production.order import Order
    from rostra.production.render import render

    script = introductions(catalogue().cards(), [name for name, _ in backgrounds()], names or [])
    order = Order(picture_size(size), sheet=sheet, encoding=encoding())
    with job("demo"), progress("Rendering") as report:
        result = render(script, output, order, line_parts(), report)
    typer.echo(f"{result.video}, {result.captions}: {len(script.scenes)} presenters, {result.duration:.0f} s")
