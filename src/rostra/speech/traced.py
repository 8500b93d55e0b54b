"""Traced text: rewriting that never forgets who wrote what.

What is spoken is not what was written: "$9.99" becomes four words. Captions and highlights need the
author's word, so each character of a text under rewriting carries the number of the author's word
from which it comes. Rules replace matches; the characters put in inherit the words that they replace.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

Saying = str | tuple[str, ...] | None

NOBODY = -1  # the owner of a blank


class Traced:
    """A text under rewriting.

    Args:
        words: the author's words; the text is these, joined by blanks.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self.words = tuple(words)
        self.text = " ".join(words)
        self.owners: list[int] = []
        for index, word in enumerate(words):
            self.owners += [index] * len(word) + [NOBODY]
        del self.owners[len(self.text) :]

    def sub(self, pattern: re.Pattern[str], say: str | Callable[[re.Match[str]], Saying]) -> None:
        """Replace each match by what `say` makes of it (None leaves it).

        A saying of several words over several of the author's words is shared out evenly; a tuple
        says what each of them becomes.
        """
        parts: list[str] = []
        owners: list[int] = []
        done = 0
        for match in pattern.finditer(self.text):
            said = match.expand(say) if isinstance(say, str) else say(match)
            if said is None:
                continue
            text, owned = self._own(said, match.start(), match.end())
            parts += [self.text[done : match.start()], text]
            owners += self.owners[done : match.start()] + owned
            done = match.end()
        if parts:
            self.text = "".join(parts) + self.text[done:]
            self.owners = owners + self.owners[done:]

    def _own(self, said: str | tuple[str, ...], start: int, end: int) -> tuple[str, list[int]]:
        """The text of a saying and the owner of each of its characters."""
        replaced = sorted({owner for owner in self.owners[start:end] if owner != NOBODY})
        if len(replaced) < 2:
            text = " ".join(said) if isinstance(said, tuple) else said
            owner = replaced[0] if replaced else self._neighbour(start)
            return text, [NOBODY if char == " " else owner for char in text]
        shares = _shares(said, replaced)
        owners: list[int] = []
        for word, owner in shares:
            owners += [NOBODY if char == " " else owner for char in word] + [NOBODY]
        text = " ".join(word for word, _ in shares)
        return text, owners[: len(text)]

    def _neighbour(self, position: int) -> int:
        """The word before a position (or the first one), to own what is put where nothing was."""
        before = (owner for owner in reversed(self.owners[:position]) if owner != NOBODY)
        return next(before, 0)


def _shares(said: str | tuple[str, ...], owners: list[int]) -> list[tuple[str, int]]:
    """Which part of a saying belongs to whom."""
    if isinstance(said, tuple) and len(said) == len(owners):
        return list(zip(said, owners, strict=True))
    spoken = (" ".join(said) if isinstance(said, tuple) else said).split()
    return [(word, owners[at * len(owners) // len(spoken)]) for at, word in enumerate(spoken)]
