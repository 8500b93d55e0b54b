"""Lips: how well a mouth that was seen fits what was said.

The mouth is never compared with the curves that drove it, only with what phonetics says of each
sound: how far it opens the lips, whether it shuts them, whether it spreads or rounds them.

Sources: Grant & Seitz 2000 and Chandrasekaran et al. 2009 (mouth opening against sound, 2..7 Hz);
ITU-R BT.1359 (how much lag people see); Cohen & Massaro 1993 (smearing by neighbours).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .truth import SILENCE, Phone

Floats = NDArray[np.float64]

OPENNESS = {
    1.0: "aɑɐæIW",
    0.8: "ʌɔɒYɛeA",
    0.5: "əɜɝɚᵊoOQhɡkŋ",
    0.35: "ɪᵻiuʊlɹjtdnɾTθð",
    0.25: "szʃʒʧʤ",
    0.1: "wfv",
    0.0: "mbp",
}  # how far the lips part, of the widest vowel: vowel height first (IPA chart), then place of contact
OPEN_OF = {symbol: share for share, symbols in OPENNESS.items() for symbol in symbols}
UNKNOWN = 0.4
SHUT = "mbp"
WIDE = "iɪæeɛAj"
ROUND = "uʊoOwɔʃʧ"
OPEN = "ɑaæIW"
CLOSE = "iuɪʊ"
VOWELS = "aɑɐæIWʌɔɒYɛeAəɜɝɚᵊoOQɪᵻiuʊ"
SMEAR = 0.045  # s, width of the bell by which neighbours blend in the reference
REACH = 0.32  # s, the furthest lag that is looked for
STEP = 0.005  # s
WINDOW, HOP = 6.0, 2.0  # s
SPEECH = 0.5  # share of a window that must be speech
FAST = 8.0  # Hz, above which no jaw moves on purpose


def reference(phones: tuple[Phone, ...], times: Floats) -> Floats:
    """The opening that phonetics expects at each time, 0..1."""
    spread = np.arange(-3 * SMEAR, 3 * SMEAR + 1e-9, STEP)
    bell = np.exp(-0.5 * (spread / SMEAR) ** 2)
    starts = np.array([phone.start for phone in phones])
    heights = np.array([0.0, *(openness(phone) for phone in phones)])
    ends = phones[-1].end if phones else 0.0
    at = times[:, None] + spread
    index = np.searchsorted(starts, at, side="right")
    values = np.where(at >= ends, 0.0, heights[index])
    smooth: Floats = values @ bell / bell.sum()
    return smooth


def openness(phone: Phone) -> float:
    """How far a phone parts the lips, share of the widest vowel."""
    return 0.0 if phone.symbol == SILENCE else OPEN_OF.get(phone.symbol[0], UNKNOWN)


def correlation(a: Floats, b: Floats) -> float:
    """Pearson's r; 0 where one of them does not change."""
    if len(a) < 3 or a.std() < 1e-9 or b.std() < 1e-9:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def partial(a: Floats, b: Floats, given: Floats) -> float:
    """Correlation of a and b when what both share with `given` is taken out."""
    ab, ag, bg = correlation(a, b), correlation(a, given), correlation(b, given)
    return (ab - ag * bg) / float(np.sqrt(max((1 - ag**2) * (1 - bg**2), 1e-9)))


@dataclass(frozen=True)
class Lag:
    """How late the lips come, seconds (early is negative), and how well they fit at that lag."""

    seconds: float
    fit: float


def lag(gap: Floats, times: Floats, phones: tuple[Phone, ...]) -> Lag:
    """The shift at which the seen opening fits the expected one best."""
    shifts = np.arange(-REACH, REACH + 1e-9, STEP)
    grid = np.arange(times[0] - REACH - STEP, times[-1] + REACH + 2 * STEP, STEP)
    said = reference(phones, grid)
    fits = np.array([correlation(gap, np.interp(times - shift, grid, said)) for shift in shifts])
    best = int(fits.argmax())
    return Lag(float(shifts[best]), float(fits[best]))


def lags(gap: Floats, times: Floats, phones: tuple[Phone, ...]) -> list[Lag]:
    """The lag of each window that is mostly speech."""
    found = []
    last = phones[-1].end
    for start in np.arange(phones[0].start, max(last - WINDOW, phones[0].start) + 1e-6, HOP):
        stop = start + WINDOW
        spoken = sum(
            min(p.end, stop) - max(p.start, start)
            for p in phones
            if p.symbol != SILENCE and p.start < stop and p.end > start
        )
        inside = (times >= start) & (times < stop)
        if spoken >= SPEECH * WINDOW and inside.sum() > 10:
            found.append(lag(gap[inside], times[inside], phones))
    return found


def shut_gaps(gap: Floats, times: Floats, phones: tuple[Phone, ...]) -> Floats:
    """The smallest gap in each m, b and p (runs of them count as one), eye distances."""
    half = (times[1] - times[0]) / 2
    smallest = []
    for phone in phones:
        if phone.symbol and phone.symbol[0] in SHUT:
            inside = (times >= phone.start - half) & (times <= phone.end + half)
            if inside.any():
                smallest.append(float(gap[inside].min()))
    return np.array(smallest)


def within(values: Floats, times: Floats, phones: tuple[Phone, ...], kind: str) -> Floats:
    """The mean of a series inside each clearly spoken phone of a kind.

    Vowels without stress are left out: in real speech they lose their shape too.
    """
    half = (times[1] - times[0]) / 2
    picked = []
    for phone in phones:
        clear = phone.stress or phone.symbol[0] not in VOWELS
        inside = (times >= phone.start - half) & (times <= phone.end + half)
        if clear and phone.symbol != SILENCE and phone.symbol[0] in kind and inside.any():
            picked.append(float(values[inside].mean()))
    return np.array(picked)


def told_apart(high: Floats, low: Floats) -> float:
    """The chance that one of `high` exceeds one of `low` (area under the ROC curve); 0.5 is a guess."""
    if not len(high) or not len(low):
        return 0.5
    difference = high[:, None] - low[None, :]
    return float((difference > 0).mean() + 0.5 * (difference == 0).mean())


def speeds(gap: Floats, times: Floats) -> Floats:
    """How fast the lips part or meet, eye distances a second, between frames."""
    return np.abs(np.diff(gap) / np.diff(times))


def tremor(gap: Floats, fps: float) -> float:
    """Share of the movement's power above `FAST`."""
    power = np.abs(np.fft.rfft((gap - gap.mean()) * np.hanning(len(gap)))) ** 2
    frequencies = np.fft.rfftfreq(len(gap), 1 / fps)
    moving = frequencies > 0.5
    return float(power[moving & (frequencies > FAST)].sum() / max(power[moving].sum(), 1e-12))


def loudness(pcm: Floats, rate: int, times: Floats, span: float = 0.06) -> Floats:
    """Root mean square of the sound around each time."""
    half = round(span * rate / 2)
    summed = np.concatenate([[0.0], np.cumsum(pcm.astype(np.float64) ** 2)])
    middle = np.rint(times * rate).astype(int)
    low, high = np.clip(middle - half, 0, len(pcm)), np.clip(middle + half, 0, len(pcm))
    root: Floats = np.sqrt((summed[high] - summed[low]) / np.maximum(high - low, 1))
    return root
