"""Captions: what is said, as text that a viewer can read.

Words with times become cues of at most two lines. A cue ends at the end of a sentence, or before it
grows too long for two lines or for the time that a reader gets; the best place is then a punctuation
mark, the next best a pause.

Source: W3C WebVTT; reading habits after the BBC subtitle guidelines (line length, duration, gaps).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from rostra.speech.speech import Word

LINE = 42  # characters
LINES = 2
LONGEST = 7.0  # s
SHORTEST = 1.0  # s
BRIEFEST = 0.1  # s that a cue stays even if the gap to the next must go for it
GAP = 0.08  # s between two cues at least: two frames
PAUSE = 0.8  # s of silence that ends a cue
LINGER = 0.5  # s that a cue stays after its last word, if nothing follows
ENDS = (".", "!", "?", "…", "。", "！", "？")
CLOSING = "\"'”’»)]"


@dataclass(frozen=True)
class Cue:
    """One caption.

    Args:
        start, end: seconds of the film.
        lines: one or two, each a run of words.
    """

    start: float
    end: float
    lines: tuple[tuple[Word, ...], ...]

    @property
    def text(self) -> tuple[str, ...]:
        """The lines as text."""
        return tuple(_join(line) for line in self.lines)


def cues(words: Iterable[Word]) -> list[Cue]:
    """Cut words, in order and with times of the film, into cues."""
    groups: list[list[Word]] = []
    for sentence in _sentences(words):
        groups.extend(_cut(sentence))
    made = []
    for number, group in enumerate(groups):
        following = groups[number + 1][0].start if number + 1 < len(groups) else None
        made.append(Cue(group[0].start, _end(group, following), _lines(group)))
    return made


def webvtt(made: Sequence[Cue], word_times: bool = False) -> str:
    """The cues as a WebVTT file; `word_times` marks inside a cue when each word is said."""
    parts = ["WEBVTT\n"]
    for cue in made:
        body = "\n".join(_timed(line, cue) if word_times else _escaped(_join(line)) for line in cue.lines)
        parts.append(f"{_clock(cue.start)} --> {_clock(cue.end)}\n{body}\n")
    return "\n".join(parts)


def srt(made: Sequence[Cue]) -> str:
    """The cues as a SubRip file."""
    return "\n".join(
        f"{number}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n{chr(10).join(cue.text)}\n"
        for number, cue in enumerate(made, 1)
    )


def _sentences(words: Iterable[Word]) -> Iterable[list[Word]]:
    """Runs of words that end with a sentence or before a pause."""
    run: list[Word] = []
    for word in words:
        if not word.text.strip():
            continue
        said = bool(run) and run[-1].end > run[0].start  # a mark alone takes no time: it joins what follows
        if run and ((said and _ends(run[-1])) or word.start - run[-1].end > PAUSE):
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _cut(sentence: list[Word]) -> list[list[Word]]:
    """A sentence as pieces that each fit a cue; of the places that fit, the best one."""
    pieces = []
    while not _fits(sentence):
        most = max([1] + [n for n in range(1, len(sentence)) if _fits(sentence[:n])])
        place = max(range(1, most + 1), key=lambda n: _worth(sentence, n, most))
        pieces.append(sentence[:place])
        sentence = sentence[place:]
    return [*pieces, sentence]


def _fits(words: list[Word]) -> bool:
    return len(words) == 1 or (_best_break(words) is not None and words[-1].end - words[0].start <= LONGEST)


def _worth(words: list[Word], place: int, most: int) -> float:
    """How good it is to end a cue before word `place`: full, at a mark, at a pause, no rest too small."""
    before = words[place - 1]
    worth = place / most
    if before.text.rstrip(CLOSING)[-1:] in (";", ":", "—", "–"):
        worth += 0.6
    elif before.text.rstrip(CLOSING)[-1:] in (",", "、", "，"):
        worth += 0.45
    worth += min(words[place].start - before.end, 0.4)
    if len(_join(words[place:])) < LINE / 4:
        worth -= 0.5
    return worth


def _best_break(words: list[Word]) -> int | None:
    """Where the second line starts (0: there is one line only); None if two lines do not hold it."""
    if len(_join(words)) <= LINE:
        return 0
    fitting = [
        n
        for n in range(1, len(words))
        if len(_join(words[:n])) <= LINE and len(_join(words[n:])) <= LINE * (LINES - 1)
    ]
    if not fitting:
        return None
    return min(fitting, key=lambda n: _imbalance(words, n))


def _imbalance(words: list[Word], place: int) -> float:
    marked = words[place - 1].text.rstrip(CLOSING)[-1:] in ",;:—–"
    return abs(len(_join(words[:place])) - len(_join(words[place:]))) - 12 * marked


def _lines(words: list[Word]) -> tuple[tuple[Word, ...], ...]:
    place = _best_break(words)
    return (tuple(words[:place]), tuple(words[place:])) if place else (tuple(words),)


def _end(group: list[Word], following: float | None) -> float:
    """When a cue goes: a little after its last word and not before it can be read, but before the next."""
    end = max(group[-1].end + LINGER, group[0].start + SHORTEST)
    if following is not None:
        end = min(end, max(following - GAP, min(group[0].start + BRIEFEST, following)))
    return end


def _ends(word: Word) -> bool:
    return word.text.rstrip(CLOSING).endswith(ENDS)


def _join(words: Sequence[Word]) -> str:
    return " ".join(word.text.strip() for word in words)


def _timed(line: Sequence[Word], cue: Cue) -> str:
    first = cue.lines[0][0]
    parts = [
        _escaped(word.text.strip())
        if word is first
        else f"<{_clock(word.start)}>{_escaped(word.text.strip())}"
        for word in line
    ]
    return " ".join(parts)


def _escaped(text: str) -> str:
    return escape(text, quote=False).replace("--&gt;", "→")


def _clock(seconds: float, point: str = ".") -> str:
    whole = max(0, round(seconds * 1000))
    return f"{whole // 3600000:02}:{whole // 60000 % 60:02}:{whole // 1000 % 60:02}{point}{whole % 1000:03}"
