"""The budget: how many bits a second one viewer's network takes, as its receiver reports it.

Two reports count, the smaller one wins: the rate that the receiver itself believes in (REMB), and the share
of packets that were lost. With more than a tenth lost the rate falls by half of that share; with less than a
fiftieth it grows by a twentieth; between the two it stays.

Source: draft-ietf-rmcat-gcc-02, section 6 (loss-based control); RFC 3550, section 6.4 (receiver reports).
"""

from __future__ import annotations

import math

FEW, MANY = 0.02, 0.10  # shares of packets lost
GROWTH = 1.05
ENOUGH = 20  # packets from which a share says something
LEAST = 0.2  # of the most: below it a picture is none
NUMBERS = 1 << 32  # of packets, then they begin anew
CLEAN = 10  # reports in a row with few lost, after which none are expected
FAR = 1 << 15  # a report that skips so many packets is none


class Budget:
    """One viewer's.

    Args:
        most: bit/s that the picture deserves.
    """

    def __init__(self, most: float) -> None:
        self._most = self._kept = most
        self._believed = math.inf
        self._last: int | None = None  # number of the last packet of the last report
        self._sent, self._lost = 0, 0.0  # packets since the rate was looked at
        self._clean = CLEAN

    @property
    def rate(self) -> float:
        """bit/s that may be sent."""
        return max(min(self._believed, self._kept), LEAST * self._most)

    @property
    def lossy(self) -> bool:
        """Whether packets got lost lately."""
        return self._clean < CLEAN

    def believe(self, rate: float) -> None:
        """The receiver believes that it can take so many bit/s."""
        self._believed = rate

    def lose(self, share: float, last: int) -> None:
        """A share of packets did not come, of those since the last report and up to this number."""
        sent = (last - self._last) % NUMBERS if self._last is not None else 0
        self._last = last
        if sent >= FAR:
            return
        self._sent += sent
        self._lost += share * sent
        if self._sent < ENOUGH:
            return
        loss = self._lost / self._sent
        self._sent, self._lost = 0, 0.0
        self._clean = self._clean + 1 if loss < FEW else 0
        if loss > MANY:
            self._kept *= 1 - loss / 2
        elif loss < FEW:
            self._kept *= GROWTH
        self._kept = min(max(self._kept, LEAST * self._most), self._most)
