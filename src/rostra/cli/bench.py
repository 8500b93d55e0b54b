"""`rostra bench`: what the line costs on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Measure this machine.")


@app.callback()
def _group() -> None:
    """Measure this machine."""


@app.command("render")
def render(
    presenter: Annotated[str, typer.Option(help="Who performs.")] = "jane",
    voice: Annotated[
        str | None, typer.Option(help="The voice; without it, the fast form of the presenter's own.")
    ] = None,
    background: Annotated[str, typer.Option(help="As for `rostra render`.")] = "office-1",
    rounds: Annotated[int, typer.Option(min=1, max=20, help="How often; the medians are printed.")] = 3,
    json: Annotated[Path | None, typer.Option(help="Also write the result here.")] = None,
) -> None:
    """Render a fixed script, and encode the same finished frames alone, side by side."""
    from rostra.cli.console import progress, show
    from rostra.cli.parts import encoding, line_parts
    from rostra.production.bench import measure

    with progress("Measuring") as report:
        result = measure(presenter, voice, background, rounds, encoding(), line_parts(), report)
    show(["What", "Measured", "Reach"], result.rows())
    typer.echo(f"On {result.machine.line()}; {result.setting()}.")
    if json:
        json.parent.mkdir(parents=True, exist_ok=True)
        json.write_text(result.json())
        typer.echo(f"Written to {json}.")
