"""`rostra partner`, `rostra ks`: accounts and their sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rostra.identity.partners import Partner

partner_app = typer.Typer(no_args_is_help=True, help="Show and add accounts, and renew their secrets.")
ks_app = typer.Typer(no_args_is_help=True, help="Make and read Kaltura sessions (KS).")

Id = Annotated[int | None, typer.Option("--id", help="Which partner; the first without it.")]


@partner_app.command("show")
def show_(id_: Id = None) -> None:
    """Show a partner's secrets; make the first partner if there is none."""
    from rostra.cli.parts import at_gate, first_partner
    from rostra.identity.gate import Gate

    async def found(gate: Gate) -> Partner:
        return await (gate.partners.get(id_) if id_ else first_partner(gate))

    _tell(at_gate(found))


@partner_app.command("list")
def list_() -> None:
    """List the partners."""
    from rostra.cli.console import show
    from rostra.cli.parts import at_gate

    partners = at_gate(lambda gate: gate.partners.list())
    show(
        ["Partner", "Name", "Active"],
        [(str(one.id), one.name, "yes" if one.active else "no") for one in partners],
    )


@partner_app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="What people call it.")],
    id_: Annotated[int | None, typer.Option("--id", help="Its number; the next free one without it.")] = None,
) -> None:
    """Add a partner with secrets of its own."""
    from rostra.cli.parts import at_gate

    _tell(at_gate(lambda gate: gate.partners.add(name, id_)))


@partner_app.command("rotate")
def rotate(id_: Annotated[int, typer.Argument(help="Which partner.")]) -> None:
    """Give a partner new secrets. Sessions made with the last two go on."""
    from rostra.cli.parts import at_gate

    _tell(at_gate(lambda gate: gate.partners.rotate(id_)))


@partner_app.command("set")
def set_(
    option: Annotated[
        str, typer.Argument(help="library.sharedWithUsers, library.private, session.widgets, studio.enabled.")
    ],
    value: Annotated[bool, typer.Argument(help="true or false.")],
    id_: Id = None,
) -> None:
    """Switch an option of a partner on or off."""
    from rostra.cli.console import show
    from rostra.cli.parts import at_gate, first_partner
    from rostra.identity.gate import Gate
    from rostra.identity.partners import OPTIONS

    async def changed(gate: Gate) -> Partner:
        partner = await (gate.partners.get(id_) if id_ else first_partner(gate))
        return await gate.partners.set(partner.id, option, value)

    partner = at_gate(changed)
    rows = [
        (name, str(partner.options.get(name, usual)).lower(), told) for name, (told, usual) in OPTIONS.items()
    ]
    show(["Option", "Value", "Meaning"], rows)


@ks_app.command("mint")
def mint(
    user: Annotated[str, typer.Option(help="For whom.")] = "",
    admin: Annotated[bool, typer.Option("--admin", help="An administrator's session, type 2.")] = False,
    life: Annotated[int, typer.Option(help="Seconds until it is over.")] = 86400,
    privileges: Annotated[str, typer.Option(help="As in a KS: sview:*,urirestrict:/api/v1/*")] = "",
    id_: Id = None,
) -> None:
    """Print a new KS."""
    from rostra.cli.parts import at_gate, first_partner
    from rostra.identity.gate import Gate
    from rostra.identity.gate import mint as minted
    from rostra.identity.ks import ADMIN, USER, Ks
    from rostra.identity.privileges import Privileges

    async def made(gate: Gate) -> Ks:
        partner = await (gate.partners.get(id_) if id_ else first_partner(gate))
        return minted(partner, user, ADMIN if admin else USER, life, Privileges.parse(privileges))

    typer.echo(at_gate(made).text)


@ks_app.command("inspect")
def inspect(ks: Annotated[str, typer.Argument(help="The KS.")]) -> None:
    """Say what a KS carries, and whether it can be used now."""
    from datetime import UTC, datetime

    from rostra.cli.console import show
    from rostra.cli.parts import at_gate
    from rostra.errors import KsError
    from rostra.identity.gate import Gate
    from rostra.identity.ks import Ks

    async def read(gate: Gate) -> tuple[Ks, str]:
        said = await gate.read(ks)
        try:
            await gate.standing(said)
        except KsError as error:
            return said, error.reason
        return said, "good"

    said, state = at_gate(read)
    end = datetime.fromtimestamp(said.expiry, UTC).isoformat(" ") if said.expiry < 2**37 else str(said.expiry)
    rows = [
        ("partner", str(said.partner)),
        ("user", said.user),
        ("type", f"{said.type} ({'administrator' if said.admin else 'user'})"),
        ("until", end),
        ("privileges", str(said.privileges)),
        ("state", state),
    ]
    show(["KS", said.short], rows)


def _tell(partner: Partner) -> None:
    from rostra.cli.console import show
    from rostra.cli.parts import home
    from rostra.identity.keyring import write_down

    place = write_down(home(), partner)
    rows = [("admin secret", partner.admin_secrets[0]), ("user secret", partner.user_secrets[0])]
    show(["Partner", str(partner.id)], [("name", partner.name), *rows])
    typer.echo(f"Written to {place}, which only you can read.")
