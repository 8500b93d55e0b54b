"""Privileges: what a Kaltura session (KS) may do, and where it may be used.

    privileges = item ("," item)*        item = "*" | name [":" value]

A value may hold several, joined by `/`. Names that nobody here knows are kept: applications send hints
in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

EVERYTHING = "all"  # `*` alone is short for `all:*`
ANY = "*"
RESERVED = ("_e", "_t", "_u", "_m", "_d")  # fields of a KS, no privileges


@dataclass(frozen=True)
class Privileges:
    """Privileges by name, in order.

    Args:
        items: name -> value, empty for those that have none.
    """

    items: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str, repeated: bool = False) -> Privileges:
        """Read the comma list.

        Args:
            text: the list.
            repeated: whether values of one name add up, as in a version 1 KS; else the last one counts.
        """
        items: dict[str, str] = {}
        for part in text.split(","):
            name, _, value = part.strip().partition(":")
            if name == ANY and not value:
                name, value = EVERYTHING, ANY
            if name and name not in RESERVED:
                items[name] = f"{items[name]}/{value}" if repeated and items.get(name) else value
        return cls(items)

    def __str__(self) -> str:
        """The comma list again."""
        if dict(self.items) == {EVERYTHING: ANY}:
            return ANY
        return ",".join(f"{name}:{value}" if value else name for name, value in self.items.items())

    def __contains__(self, name: object) -> bool:
        return name in self.items

    def __iter__(self) -> Iterator[str]:
        return iter(self.items)

    @property
    def everything(self) -> bool:
        """Whether `*` was given."""
        return self.items.get(EVERYTHING) == ANY

    def values(self, name: str) -> list[str]:
        """The values of a name; empty when it is not there."""
        value = self.items.get(name, "")
        return value.split("/") if value else []

    def grants(self, name: str, what: str) -> bool:
        """Whether a privilege holds for a thing: `sview` of an entry, say."""
        values = self.values(name)
        return ANY in values or what in values

    @property
    def patterns(self) -> list[str] | None:
        """The request URIs of `urirestrict`; None when it is not there. They hold slashes of their own."""
        value = self.items.get("urirestrict")
        return None if value is None else value.split("|")

    @property
    def group(self) -> str:
        """The `sessionid`: sessions that end together."""
        return self.items.get("sessionid", "")
