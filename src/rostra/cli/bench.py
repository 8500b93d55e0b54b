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
    _keep(json, result.json())


@app.command("presenters")
def presenters(
    names: Annotated[list[str] | None, typer.Argument(help="Who; everyone when nobody is named.")] = None,
    json: Annotated[Path | None, typer.Option(help="Also write the result here.")] = None,
) -> None:
    """Load and draw each presenter; print what they weigh and what a frame costs."""
    from rostra.cli.console import progress, show
    from rostra.cli.parts import line_parts
    from rostra.production.weigh import weigh

    with progress("Weighing") as report:
        result = weigh(names or [], line_parts(), report)
    show(["Presenter", "Pack", "Load", "Memory", "512x512", "1920x1080"], result.rows())
    show(["What", "Worst", "Reach"], result.summary())
    typer.echo(f"On {result.machine.line()}; drawing in one thread.")
    _keep(json, result.json())


@app.command("vod")
def vod(
    presenter: Annotated[str, typer.Option(help="Who appears.")] = "jane",
    json: Annotated[Path | None, typer.Option(help="Also write the result here.")] = None,
) -> None:
    """Start a server of its own, and ask it over HTTP as clients do."""
    from rostra.cli.console import progress, show
    from rostra.cli.parts import serving
    from rostra.production.machine import describe

    with serving():
        from rostra.studio.bench import measure
    with progress("Measuring") as report:
        result = measure(presenter, report)
    show(["What", "Measured", "Reach"], result.rows())
    typer.echo(f"On {describe().line()}.")
    _keep(json, result.json())


@app.command("live")
def live(
    presenter: Annotated[str, typer.Option(help="Who is drawn.")] = "jane",
    json: Annotated[Path | None, typer.Option(help="Also write the result here.")] = None,
) -> None:
    """Start a server of its own, and watch more and more live sessions as browsers do."""
    from rostra.cli.console import progress, show
    from rostra.cli.parts import catalogue, serving
    from rostra.production.machine import describe

    with serving():
        from rostra.live.bench import measure
    pack = catalogue().find(presenter)
    with progress("Measuring") as report:
        result = measure(pack, report)
    show(["What", "Measured", "Reach"], result.rows())
    typer.echo(f"On {describe().line()}, with the audience.")
    _keep(json, result.json())


@app.command("voices")
def voices(
    names: Annotated[
        list[str] | None, typer.Argument(help="Which presenters' voices; all when none is named.")
    ] = None,
    form: Annotated[
        list[str] | None, typer.Option(help="fine or fast; both when not given. Can be repeated.")
    ] = None,
    judge: Annotated[
        Path | None,
        typer.Option(help="The Python that listens; by default .venv-judge/bin/python, if it is there."),
    ] = None,
    sentences: Annotated[
        Path | None,
        typer.Option(help="Judge by the sentences of this file, one a line, not by the usual ten."),
    ] = None,
    takes: Annotated[
        Path | None,
        typer.Option(help="A folder that keeps what was heard; only what sounds otherwise is read again."),
    ] = None,
    json: Annotated[Path | None, typer.Option(help="Also write the result here.")] = None,
) -> None:
    """Let the presenters' voices read; print how well each is understood and told from the others.

    All fine forms take about half an hour on two cores, all fast forms five minutes.
    """
    from rostra.cli.console import progress, show
    from rostra.cli.parts import auditioning, line_parts
    from rostra.production.audition import TEST, audition
    from rostra.production.ears import Ears
    from rostra.production.ears import judge as listener
    from rostra.production.takes import Takes, sentences_of

    cast, forms = auditioning(names or [], form or [])
    test = sentences_of(sentences) if sentences else TEST
    with Ears(listener(judge)) as ears, progress("Listening") as report:
        result = audition(cast, forms, line_parts().voice, ears, report, test, Takes(takes))
    show(
        ["Voice", "Who", "Form", "Errors", "Apart", "Place", "Pitch", "Range", "Pace", "Loudness", "Peak"],
        result.rows(),
    )
    show(["What", "Measured", "Reach"], result.summary())
    _keep(json, result.json())


def _keep(path: Path | None, text: str) -> None:
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        typer.echo(f"Written to {path}.")
