"""`rostra`: the commands and how they end.

A command ends with 0, or with one line on standard error that says what happened and what to do, and
the exit code of its error (`rostra.errors`); Ctrl-C ends with 130.
"""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import Annotated

import typer

from rostra import __version__
from rostra.cli import bench, catalogues, demo, doctor, identity, models, presenter, preview, render, serve
from rostra.cli.console import complain
from rostra.errors import RostraError

BUG = 70  # exit code of a fault in Rostra itself (sysexits.h, EX_SOFTWARE)

app = typer.Typer(
    name="rostra",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="A script becomes a presenter's video: on this machine, with no GPU and no key.",
)
app.command("render")(render.render)
app.command("preview")(preview.preview)
app.command("presenters")(catalogues.presenters)
app.add_typer(presenter.app, name="presenter")
app.command("demo")(demo.demo)
app.command("voices")(catalogues.voices)
app.command("backgrounds")(catalogues.backgrounds)
app.add_typer(models.app, name="models")
app.command("doctor")(doctor.doctor)
app.command("serve")(serve.serve)
app.add_typer(identity.partner_app, name="partner")
app.add_typer(identity.ks_app, name="ks")
app.add_typer(bench.app, name="bench")
app.command("settings")(catalogues.settings)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"rostra {__version__}")
        raise typer.Exit


@app.callback()
def _start(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error came from.")] = False,
) -> None:
    from rostra.observability import logs
    from rostra.settings import settings

    chosen = settings()
    logs.start("debug" if debug else chosen.log_level, chosen.log_format)


def run(arguments: list[str] | None = None) -> None:
    """Run a command line and end the process."""
    given = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in given
    rest = [argument for argument in given if argument != "--debug"]  # wherever it stands
    signal.signal(signal.SIGTERM, _stop)
    try:
        app(["--debug", *rest] if debug else rest)
    except RostraError as error:
        if debug:
            raise
        complain(_told(error))
        sys.exit(error.exit_code)
    except Exception as error:
        if debug:
            raise
        complain(f"Rostra failed: {type(error).__name__}: {error}. Run it with --debug to see where.")
        sys.exit(BUG)


def _told(error: RostraError) -> str:
    """What the error says, with the scene that is to blame."""
    field = error.field or ""
    return f"{field}: {error}" if field.startswith("scenes[") and field not in str(error) else str(error)


def _stop(number: int, _: FrameType | None) -> None:
    """End as if by Ctrl-C, so that nothing is left behind."""
    raise SystemExit(128 + number)
