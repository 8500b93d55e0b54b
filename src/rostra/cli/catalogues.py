"""`rostra presenters`, `voices`, `backgrounds`, `settings`: what there is to choose from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rostra.cli.console import show


def presenters(
    sheet: Annotated[
        Path | None, typer.Option(help="Draw all of them onto one picture instead: PNG, JPEG or WebP.")
    ] = None,
    background: Annotated[
        str, typer.Option(help="Of the picture, as for `rostra render`; calm colours without it.")
    ] = "",
) -> None:
    """List the presenters, or draw them all."""
    from rostra.cli.parts import catalogue, line_parts

    if sheet:
        from rostra.production.stills import everyone

        typer.echo(f"{sheet}: {everyone(sheet, line_parts(), background)} presenters")
        return
    show(
        ["Presenter", "Name", "Kind", "Voice", "About"],
        [(card.id, card.name, card.kind, card.voice.name, card.bio) for card in catalogue().cards()],
    )


def voices() -> None:
    """List the voices."""
    from rostra.cli.parts import voices as known

    show(["Voice", "Sounds like", "Ready"], known())


def backgrounds() -> None:
    """List the backgrounds of the library."""
    from rostra.cli.parts import backgrounds as known

    show(["Background", "About"], known())


def settings(
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the documentation page.")] = False,
) -> None:
    """List the settings, their values and what they mean."""
    from rostra.settings import changed, table
    from rostra.settings import markdown as page
    from rostra.settings import settings as current

    if markdown:
        typer.echo(page(), nl=False)
        return
    values = current()
    rows = []
    for name, _, unit, help_ in table():
        value = getattr(values, name.removeprefix("ROSTRA_").lower())
        mark = "*" if name in changed() else ""
        rows.append((f"{name}{mark}", "" if value is None else str(value), unit.replace("`", ""), help_))
    show(["Variable (* is set)", "Value", "Unit or choices", "Meaning"], rows)
