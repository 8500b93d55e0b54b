"""`rostra preview`: one still of a presenter."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rostra.cli.render import picture_size


def preview(
    id_: Annotated[str, typer.Option("--id", "--presenter", help="Who: see `rostra presenters`.")] = "jane",
    expression: Annotated[
        str, typer.Option(help="aa, ee, oo, f, m, smile, blink ..., or jawOpen=0.4; join several with +.")
    ] = "rest",
    yaw: Annotated[float, typer.Option(help="Turn of the head to the presenter's left, degrees.")] = 0,
    pitch: Annotated[float, typer.Option(help="Nod of the head down, degrees.")] = 0,
    roll: Annotated[float, typer.Option(help="Tilt of the head to the presenter's left, degrees.")] = 0,
    background: Annotated[str, typer.Option(help="As for `rostra render`.")] = "office-1",
    size: Annotated[str, typer.Option(help="Width x height of the picture.")] = "1920x1080",
    output: Annotated[Path, typer.Option("--output", "-o", help="PNG, JPEG or WebP.")] = Path("still.png"),
) -> None:
    """Draw one still of a presenter."""
    from rostra.cli.parts import line_parts
    from rostra.production.pose import row
    from rostra.production.script import beside
    from rostra.production.stills import still

    pose = row(expression, yaw, pitch, roll)
    still(id_, beside(background, Path.cwd()), pose, picture_size(size), output, line_parts())
    typer.echo(str(output))
