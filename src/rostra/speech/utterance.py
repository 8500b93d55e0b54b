"""Utterance: one sentence as a model reads it, each symbol knowing the author's word.

Symbols are phonemes, stress marks, blanks and punctuation in the misaki alphabet that both embedded
models share.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

NOBODY = -1  # the owner of a symbol that belongs to no word
PRIMARY, SECONDARY = "ˈ", "ˌ"
STRESSES = PRIMARY + SECONDARY
MODIFIERS = frozenset("ːʰʲ\u0303")  # lengthen or colour the phone before
PUNCTUATION = frozenset(';:,.!?—…"()“”')
VOWELS = frozenset("AIOQWYaeiouøœyɑɐɒæəɚɛɜɝɪɨɔʊʌᵊᵻɯɤ")
BLANK = " "
SILENT = PUNCTUATION | MODIFIERS | frozenset(STRESSES + BLANK + "↓→↗↘")


@dataclass(frozen=True)
class Utterance:
    """What is said in one go.

    Args:
        words: the author's words.
        symbols: what the model reads.
        owners: for each symbol the number of its word, or NOBODY.
        pause: seconds of silence wanted afterwards.
    """

    words: tuple[str, ...]
    symbols: str
    owners: tuple[int, ...]
    pause: float = 0.0

    @property
    def silent(self) -> bool:
        """Whether nothing would be heard."""
        return all(symbol in SILENT for symbol in self.symbols)

    def after(self, words: tuple[str, ...]) -> Utterance:
        """The same with words that say nothing put before."""
        owners = tuple(owner if owner == NOBODY else owner + len(words) for owner in self.owners)
        return replace(self, words=words + self.words, owners=owners)

    def before(self, other: Utterance) -> Utterance:
        """The same with the words of a silent utterance, and its pause, put behind."""
        return replace(self, words=self.words + other.words, pause=max(self.pause, other.pause))

    def parts(self, limit: int) -> Iterator[Utterance]:
        """Cut at blanks between words so that no part has more symbols than `limit`."""
        rest = self
        while len(rest.symbols) > limit:
            cut = rest._cut(limit)
            if not cut:  # one endless word: its beginning has to do
                yield replace(rest, symbols=rest.symbols[:limit], owners=rest.owners[:limit])
                return
            head, rest = rest._split(cut)
            yield head
        yield rest

    def _cut(self, limit: int) -> int:
        """The last blank before the limit that parts two words, preferably after punctuation; 0: none."""
        blanks = [
            at
            for at in range(1, limit)
            if self.symbols[at] == BLANK and self._owner_before(at) != self._owner_after(at)
        ]
        clauses = [at for at in blanks if self.symbols[at - 1] in PUNCTUATION and at > limit // 3]
        return (clauses or blanks or [0])[-1]

    def _split(self, cut: int) -> tuple[Utterance, Utterance]:
        word = self._owner_after(cut)
        head = Utterance(self.words[:word], self.symbols[:cut], self.owners[:cut])
        owners = tuple(owner if owner == NOBODY else owner - word for owner in self.owners[cut + 1 :])
        return head, Utterance(self.words[word:], self.symbols[cut + 1 :], owners, self.pause)

    def _owner_before(self, at: int) -> int:
        return next((owner for owner in reversed(self.owners[:at]) if owner != NOBODY), NOBODY)

    def _owner_after(self, at: int) -> int:
        return next((owner for owner in self.owners[at:] if owner != NOBODY), len(self.words))
