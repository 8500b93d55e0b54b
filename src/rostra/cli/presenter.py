"""`rostra presenter`: own presenters, from a photo or a 3D model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rostra.errors import InputError

if TYPE_CHECKING:
    from rostra.presenters.own import Profile
    from rostra.presenters.pack import Pack

Partner = Annotated[
    int | None,
    typer.Option(help="Only for this partner of the server; for everybody without it.", min=1),
]

app = typer.Typer(no_args_is_help=True, help="Add, list, preview and remove your own presenters.")


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="What the presenter is called.")],
    photo: Annotated[
        Path | None,
        typer.Option(
            help="A JPEG, PNG or WebP: one face, looking at the camera, mouth closed, even light, "
            "head and shoulders in the picture."
        ),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(
            help="A 3D model, .glb, .gltf or .vrm, with ARKit's 52 blendshapes or VRM's expressions."
        ),
    ] = None,
    voice: Annotated[
        str | None, typer.Option(help="A name of `rostra voices`; one that fits the kind without it.")
    ] = None,
    kind: Annotated[Literal["woman", "man", "person"], typer.Option(help="For the list.")] = "person",
    consent: Annotated[
        str, typer.Option(help="What the person who is shown has agreed to; it is kept in the pack.")
    ] = "",
    mark: Annotated[
        str, typer.Option(help="A short text, drawn small into a corner of every video, like `AI presenter`.")
    ] = "",
    partner: Partner = None,
) -> None:
    """Make a presenter of your own."""
    from rostra.cli.console import remark
    from rostra.cli.parts import check_partner, check_voice, shelf
    from rostra.presenters.own import Profile

    profile = Profile(name, kind, voice or "", consent, mark)
    if voice:
        check_voice(voice)
    if partner is not None:
        check_partner(partner)
    shelf(partner).reserve(profile.id)
    place = shelf(partner).add(_make(profile, {"photo": photo, "model": model}))
    if not consent:
        remark("No consent is recorded. Show only people who have agreed; --consent keeps their statement.")
    typer.echo(f"{profile.id}: {place}")
    option = "" if partner is None else f" --partner {partner}"
    typer.echo(f"Try it: rostra presenter preview {profile.id}{option}")


@app.command("list")
def list_(
    partner: Annotated[int | None, typer.Option(help="Only those of this partner.", min=1)] = None,
) -> None:
    """List your own presenters: everybody's and those of single partners."""
    from rostra.cli.console import show
    from rostra.cli.parts import shelf
    from rostra.presenters.catalogue import card

    rows = []
    for whose in shelf().neighbours() if partner is None else [shelf(partner)]:
        seen = "everybody" if whose.partner is None else f"partner {whose.partner}"
        for path in whose.files().values():
            one = card(path)
            told = (one.origin.get("tool", ""), one.origin.get("consent", ""))
            rows.append((one.id, one.name, one.kind, one.voice.name, seen, *told, str(path)))
    show(["Presenter", "Name", "Kind", "Voice", "For", "Made from", "Consent", "File"], rows)


@app.command("preview")
def preview(
    name: Annotated[str, typer.Argument(help="Who.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="PNG, JPEG or WebP.")] = None,
    background: Annotated[str, typer.Option(help="As for `rostra render`.")] = "office-1",
    partner: Annotated[int | None, typer.Option(help="Whose presenter it is.", min=1)] = None,
) -> None:
    """Draw a sheet of what a presenter looks like, speaking, blinking and turning."""
    from rostra.cli.parts import line_parts
    from rostra.production.script import beside
    from rostra.production.stills import expressions

    place = output or Path(f"{name.lower()}.png")
    expressions(name, beside(background, Path.cwd()), place, line_parts(partner))
    typer.echo(str(place))


@app.command("remove")
def remove(
    name: Annotated[str, typer.Argument(help="Who.")],
    partner: Annotated[int | None, typer.Option(help="Whose presenter it is.", min=1)] = None,
) -> None:
    """Delete a presenter of your own."""
    from rostra.cli.parts import shelf

    typer.echo(f"Deleted {shelf(partner).remove(name)}.")


def _make(profile: Profile, sources: dict[str, Path | None]) -> Pack:
    """The pack from the one source that was given."""
    given = {kind: path for kind, path in sources.items() if path is not None}
    if len(given) != 1:
        wanted = " or ".join(f"--{kind}" for kind in sources)
        raise InputError("A presenter is made from one thing.", f"Give {wanted}.", next(iter(sources)))
    [(kind, path)] = given.items()
    return _from_photo(profile, path) if kind == "photo" else _from_model(profile, path)


def _from_photo(profile: Profile, path: Path) -> Pack:
    from rostra.cli.parts import photo_python
    from rostra.presenters.photo import from_photo

    return from_photo(path, profile, photo_python())


def _from_model(profile: Profile, path: Path) -> Pack:
    from rostra.presenters.model import from_model

    return from_model(path, profile)
