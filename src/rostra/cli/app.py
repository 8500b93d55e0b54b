"""`rostra`: the commands and how they end.

A command ends with 0, or with one line on standard error that says what happened and what to do, and
the exit code of its error (`rostra.errors`); Ctrl-C ends with 130.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from rostra import __version__
from rostra.cli import bench, catalogues, doctor, models, preview, render
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
app.command("voices")(catalogues.voices)
app.command("backgrounds")(catalogues.backgrounds)
app.add_typer(models.app, name="models")
app.command("doctor")(doctor.doctor)
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
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        app(arguments)
    except RostraError as error:
        if "--debug" in arguments:
            raise
        complain(str(error))
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone: nothing more to say
        sys.exit(1)
    except Exception as error:
        if "--debug" in arguments:
            raise
        complain(f"Rostra failed: {type(error).__name__}: {error}. Run it with --debug to see where.")
        sys.exit(BUG)
