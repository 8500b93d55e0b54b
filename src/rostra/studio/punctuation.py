"""Punctuation: where sentences end in captions that a machine made, without stops or capitals.

Each gap between two words gets a worth: for a pause, for words that begin sentences after it, against
words that cannot end one before it. The cuts are those whose worth is highest together, where sentences
of a usual length are worth more (dynamic programming).

Models that do this better weigh hundreds of megabytes. Cutting is all that is done here; commas are not.
"""

from __future__ import annotations

from collections.abc import Sequence

from rostra.studio import english

USUAL = 13  # words of a sentence
MOST = 40  # words between two cuts
AHEAD = 8  # words among which a clause has its verb
LIKELY = 0.9  # worth of a cut that is seldom wrong
UNFINISHED = english.words(
    """
    a about also an and another any are as at be because both but by can can't could did didn't do does
    doesn't don't each eight even every five for four from get got had has have he his how i i'm if in into
    is isn't it's its just know let like may might more most must my nine no not of on only or other our put
    said say seven she should six so some such ten than that that's the their there's these they they're
    think this those three to two uh um very was we we're were what when where which who whose will with
    won't would you your
    """
)
OPENING = {
    "so": 1.2, "but": 1.4, "and": 0.1, "now": 0.8, "okay": 1.6, "well": 0.8, "yes": 1.2, "yeah": 1.2,
    "um": 0.6, "uh": 0.6, "then": 0.3, "because": -0.7, "if": 0.0, "when": -0.3, "there": 0.7,
    "there's": 1.0, "it's": 0.9, "that's": 1.0, "this": 0.6, "these": 0.5, "i": 0.8, "i'm": 0.9,
    "i've": 0.9, "we": 0.9, "we're": 1.0, "we've": 1.0, "they": 0.8, "they're": 0.8, "he": 0.7,
    "she": 0.7, "it": 0.7, "you": 0.5, "what": 0.3, "the": 0.2, "our": 0.2, "a": 0.0, "in": 0.0,
}  # fmt: skip
JOINING = english.words(
    """
    as been into nor of or than that to which who whom
    """
)
SUBJECTS = english.words(
    """
    he i i'll i'm i've it it's she that's there there's these they they're this we we'll we're we've you
    """
)
NOUNS = english.words(
    """
    a each every everybody if in my nobody on our people the when your
    """
)
BINDING = english.words(
    """
    a after although and as because before believe but hope how if know like mean or said say says since so
    sure than that the think though unless until what when where whether which while who why
    """
)


def restored(words: Sequence[str], paused: Sequence[bool]) -> list[tuple[int, int, bool]]:
    """The sentences that words make: (first, after the last, whether both cuts are likely).

    Args:
        words: in order.
        paused: whether there is a pause before each.
    """
    small = [word.lower() for word in words]
    verbs = [bool(english.VERB.fullmatch(word)) for word in small]
    worth = [_worth(small, verbs, place, paused[place]) for place in range(len(words))] + [LIKELY]
    best, cut = [0.0] + [float("-inf")] * len(words), [0] * (len(words) + 1)
    for end in range(1, len(words) + 1):
        for begin in range(max(0, end - MOST), end):
            value = best[begin] + _length(end - begin) + worth[end]
            if value > best[end]:
                best[end], cut[end] = value, begin
    found, end = [], len(words)
    while end:
        sure = min(worth[cut[end]], worth[end]) >= LIKELY
        found.append((cut[end], end, sure))
        end = cut[end]
    return found[::-1]


def _worth(words: Sequence[str], verbs: Sequence[bool], place: int, paused: bool) -> float:
    """Of a cut before a word."""
    if place == 0:
        return LIKELY
    last, word = words[place - 1], words[place]
    after = words[place + 1] if place + 1 < len(words) else ""
    worth = 4.0 * paused - 0.5 + OPENING.get(word, -0.8)
    if word in ("and", "so", "but", "then", "now"):
        worth += 1.5 * (after in SUBJECTS) + 0.7 * (after in NOUNS)
    thing = last not in english.COMMON and not verbs[place - 1] and not last.endswith(("ing", "ly", "ed"))
    worth += 1.6 * (word in NOUNS and thing) + 0.6 * (
        word in SUBJECTS and last in ("it", "them", "here", "there", "that", "us")
    )
    worth -= 3.0 * (last in UNFINISHED and not paused) + 1.2 * (last in UNFINISHED and paused)
    worth -= 2.0 * (word in JOINING and not paused) + 1.5 * (last in BINDING)
    worth -= 1.2 * (not any(verbs[place : place + AHEAD])) + 1.2 * (
        not any(verbs[max(0, place - AHEAD) : place])
    )
    return worth


def _length(count: int) -> float:
    return -0.02 * abs(count - USUAL) - 0.9 * (count < 5) - 0.1 * max(0, count - 24)
