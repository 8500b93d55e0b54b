"""Turns: text that comes in chunks, cut into pieces that can be spoken.

A turn is one utterance of the client. Its chunks may break anywhere, within a word, too; they are joined as
they are. A piece is a sentence, or a clause where a sentence is long in coming. Turns are spoken in
the order of their first chunks. A turn that gets no final chunk is closed when nothing came for a while.
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from rostra.errors import InputError
from rostra.speech.sentences import CLAUSE, sentences
from rostra.speech.speech import Pcm

CLAUSE_AT = 60  # characters that wait before a clause is spoken without the rest of its sentence
CLOSE_AFTER = 10.0  # s without a chunk
MOST_WAITING = 100_000  # characters of all turns
PER_SECOND, RECORDED = 15, 24_000  # characters, and samples of a recording, in a second
MOST_REMEMBERED = 1000  # turns that were broken off, and as many that have ended
FULL_STOP = re.compile(r"[.!?…][\"'”’»)\]]*\s*$")


class Piece(NamedTuple):
    """A text to speak in one go, or a part of a recording; None: the turn has ended."""

    turn: str
    what: str | Pcm | None
    whole: bool = True  # False: the sentence goes on

    @property
    def last(self) -> bool:
        """Whether the turn ends here."""
        return self.what is None

    @property
    def weight(self) -> int:
        """Characters, or what would take as long to say."""
        if isinstance(self.what, str):
            return len(self.what)
        return 0 if self.what is None else len(self.what) * PER_SECOND // RECORDED


@dataclass
class _Turn:
    name: str
    touched: float
    pending: str = ""
    pieces: deque[Piece] = field(default_factory=deque)
    closed: bool = False


class Turns:
    """What is still to be said.

    Args:
        clock: seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._turns: OrderedDict[str, _Turn] = OrderedDict()
        self._broken: OrderedDict[str, None] = OrderedDict()
        self._done: OrderedDict[str, None] = OrderedDict()

    @property
    def waiting(self) -> int:
        """Characters that are still to be spoken."""
        return sum(
            len(turn.pending) + sum(piece.weight for piece in turn.pieces) for turn in self._turns.values()
        )

    def add(self, name: str, text: str, final: bool) -> bool:
        """A chunk of a turn; False if the turn was broken off, so that nobody will hear it.

        Raises:
            InputError: too much is waiting.
        """
        if self._silenced(name, final):
            return False
        turn = self._touch(name, len(text), "text")
        turn.pending += text
        self._cut(turn)
        if final:
            self._close(turn)
        return True

    def add_recording(self, name: str, parts: Sequence[Pcm], final: bool = True) -> bool:
        """A recording, as a chunk of a turn; False if the turn was broken off.

        Raises:
            InputError: too much is waiting.
        """
        if self._silenced(name, final):
            return False
        pieces = [Piece(name, part) for part in parts]
        turn = self._touch(name, sum(piece.weight for piece in pieces), "audio")
        self._close(turn)
        turn.pieces.extend(pieces)
        turn.closed = final
        return True

    def _silenced(self, name: str, final: bool) -> bool:
        """Whether a chunk is of a turn that was broken off; its final chunk is the last such."""
        silenced = name in self._broken
        if silenced and final:
            del self._broken[name]
        return silenced

    def _touch(self, name: str, weight: int, field: str) -> _Turn:
        """The turn of a name, open and young."""
        if self.waiting + weight > MOST_WAITING:
            raise InputError(
                f"More than {MOST_WAITING} characters wait to be spoken.",
                "Send the rest when some of it has been said.",
                field,
            )
        turn = self._turns.setdefault(name, _Turn(name, 0.0))
        turn.closed, turn.touched = False, self._clock()
        return turn

    def knows(self, name: str) -> bool:
        """Whether a turn is open, or was not long ago."""
        return name in self._turns or name in self._broken or name in self._done

    def take(self) -> Piece | None:
        """The next piece, if there is one."""
        while self._turns:
            turn = next(iter(self._turns.values()))
            if turn.pieces:
                return turn.pieces.popleft()
            if not turn.closed:
                if self._clock() - turn.touched < CLOSE_AFTER:
                    return None
                self._close(turn)
                continue
            del self._turns[turn.name]
            _remember(self._done, turn.name)
            return Piece(turn.name, None)
        return None

    def break_off(self) -> None:
        """Drop everything; what comes later of turns that are still open is dropped, too."""
        for turn in self._turns.values():
            if not turn.closed:
                _remember(self._broken, turn.name)
        self._turns.clear()

    def _cut(self, turn: _Turn) -> None:
        """Turn what is complete of the pending text into pieces."""
        found = [*sentences(turn.pending)]
        if not found:
            return
        *whole, rest = found
        turn.pieces.extend(Piece(turn.name, one.text, one.whole) for one in whole)
        # As it was written: blanks at its end count when the next chunk comes
        turn.pending = turn.pending[turn.pending.rindex(rest.text) :]
        if FULL_STOP.search(turn.pending) and turn.pending[-1].isspace():
            return
        clauses = [match.end() for match in CLAUSE.finditer(turn.pending)]
        if len(turn.pending) >= CLAUSE_AT and clauses:
            cut = clauses[-1]
            turn.pieces.append(Piece(turn.name, turn.pending[:cut].strip(), whole=False))
            turn.pending = turn.pending[cut:].lstrip()

    def _close(self, turn: _Turn) -> None:
        turn.pieces.extend(Piece(turn.name, one.text, one.whole) for one in sentences(turn.pending))
        turn.pending, turn.closed = "", True


def _remember(names: OrderedDict[str, None], name: str) -> None:
    names[name] = None
    names.move_to_end(name)
    while len(names) > MOST_REMEMBERED:
        names.popitem(last=False)
