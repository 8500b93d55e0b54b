"""Introductions: a script in which presenters say who they are, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

from rostra.errors import InputError, UnknownNameError
from rostra.presenters.catalogue import Card
from rostra.production.script import Scene, Script


def introductions(cards: Sequence[Card], backgrounds: Sequence[str], names: Sequence[str] = ()) -> Script:
    """The script: a scene for each presenter, in front of the backgrounds by turns.

    Args:
        cards: who there is.
        backgrounds: ids, at least one.
        names: who speaks, in this order; everyone if empty.

    Raises:
        UnknownNameError: nobody has one of these names.
        InputError: there is nobody at all.
    """
    known = {card.id: card for card in cards}
    for name in names:
        if name not in known:
            raise UnknownNameError("presenter", name, known)
    if not known:
        raise InputError("There are no presenters.", "Install Rostra again.", "presenter")
    chosen = [known[name] for name in names] or list(cards)
    return Script(
        tuple(
            Scene(narration=greeting(card), presenter=card.id, background=background)
            for card, background in zip(chosen, cycle(backgrounds), strict=False)
        )
    )


def greeting(card: Card) -> str:
    """What a presenter says of themselves."""
    return card.greeting or f"Hello, I am {card.name}."
