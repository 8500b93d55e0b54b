"""Normalisation: English as it is written -> English as it is read aloud.

A list of rules, each a pattern and what to say for it, applied in order to a traced text, so that
every spoken word knows the author's word. Plain whole numbers, years and ordinals stay as they are:
the pronouncer reads them by context ("in 1990", "the 3rd").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence

from hibari.g2p import numbers
from hibari.g2p.normalize import RE_ROMAN_C, RE_ROMAN_O, ROMAN

from rostra.speech.readings import (
    ABBREVIATIONS,
    DOMAIN_SAID,
    DOMAINS,
    HALVES,
    IN_ADDRESSES,
    MONEY,
    MONTH_NAMES,
    MONTHS,
    PLAIN,
    SCALES,
    SHORT_NAMES,
    SOFTWARE,
    SYMBOLS,
    TITLES,
    UNITS,
)
from rostra.speech.traced import Saying, Traced

Match = re.Match[str]
Say = str | Callable[[Match], Saying]
Rule = tuple[re.Pattern[str], Say]

LONG_ADDRESS = 60  # characters; of a longer web address only the site is read
LONG_WORD = 120  # characters; of a longer "word" only the beginning is read
LONG_NUMBER = 15  # digits; a longer number is read digit by digit

KEPT = frozenset("²³½¼¾™®©°")  # not to be decomposed by Unicode's NFKC
UNSAID = frozenset(("So", "Sk", "Cn", "Co", "Cs", "Cc", "Cf", "Me"))  # emoji, unassigned, private, controls
VARIATIONS = range(0xFE00, 0xFE10)


def written(words: Sequence[str]) -> Traced:
    """The author's words in plain characters, without what cannot be said; not yet read out."""
    return Traced([_clean(word) for word in words])


def normalise(text: Traced, british: bool = False) -> Traced:
    """Turn what is written into what is read aloud, in place.

    Args:
        text: the author's words.
        british: read dates day first.
    """
    for pattern, say in BRITISH if british else AMERICAN:
        text.sub(pattern, say)
    return text


def _clean(word: str) -> str:
    """One word in plain characters; what cannot be said becomes nothing."""
    word = word[:LONG_WORD]
    if not word.isascii():
        word = "".join(char if char in KEPT else unicodedata.normalize("NFKC", char) for char in word)
        word = unicodedata.normalize("NFC", word)
    word = word.translate(PLAIN)
    return "".join(char for char in word if char.isascii() or _sayable(char))


def _sayable(char: str) -> bool:
    return char in SYMBOLS or (unicodedata.category(char) not in UNSAID and ord(char) not in VARIATIONS)


# Numbers


def _number(text: str) -> str:
    """A number in words."""
    text = text.replace(",", "").replace(" ", "")
    sign = "minus " if text.startswith("-") else ""
    whole, _, part = text.lstrip("-+").partition(".")
    said = _digits(whole) if len(whole) > LONG_NUMBER else numbers.cardinal(int(whole or 0)).replace(",", "")
    return f"{sign}{said} point {_digits(part)}" if part else sign + said


def _digits(text: str) -> str:
    return " ".join(numbers.ONES[int(char)] for char in text if char.isdecimal())


def _is_one(text: str) -> bool:
    return text.lstrip("-+") in ("1", "1.0")


def _range(match: Match) -> Saying:
    low, high = match["low"], match["high"]
    if len(low) == 4:  # years
        return f"{low} to {high}"
    return f"{_number(low)} to {_number(high)}"


def _scaled(match: Match) -> str:
    return f"{_number(match['a'])} {SCALES[match['scale'].lower()]}"


def _fraction(match: Match) -> Saying:
    above, below = int(match["above"]), int(match["below"])
    if not 0 < above < below <= 10:
        return f"{_number(match['above'])} slash {_number(match['below'])}"
    name = {2: "half", 4: "quarter"}.get(below) or numbers.ordinal(below)
    return f"{numbers.cardinal(above)} {name}" + ("" if above == 1 else "s")


def _version(match: Match) -> Saying:
    said = " point ".join(_number(part) for part in match["parts"].split("."))
    return f"version {said}" if match["v"] else said


def _release(match: Match) -> Saying:
    return match["name"], " point ".join(_number(part) for part in match["parts"].split("."))


def _phone(match: Match) -> Saying:
    """Digits in the groups in which they are written."""
    said = []
    for word in match.group().split():
        groups = ", ".join(_digits(group) for group in re.findall(r"\d+", word))
        said.append(("plus " if "+" in word else "") + groups)
    return (*(f"{group}," for group in said[:-1]), said[-1])


# Money, units


def _money(match: Match) -> Saying:
    one, many, small, smalls = MONEY[match["money"]]
    amount, low = match["amount"].replace(",", ""), match["low"]
    before = f"{_number(low)} to " if low else ""
    if match["scale"]:
        scale = SCALES.get(match["scale"].lower(), match["scale"])
        said = (before + _number(amount), f"{scale} {many}")
        return said if match["gap"] else " ".join(said)
    whole, _, part = amount.partition(".")
    if part == "00":
        amount, part = whole, ""
    if len(part) != 2 or not small:
        return f"{before}{_number(amount)} {one if _is_one(amount) else many}"
    cents = f"{_number(part)} {small if part == '01' else smalls}"
    if not int(whole or 0):
        return before + cents
    return f"{before}{_number(whole)} {one if _is_one(whole) else many} and {cents}"


def _money_after(match: Match) -> Saying:
    one, many, _, _ = MONEY[match["money"]]
    said = _number(match["amount"]), one if _is_one(match["amount"]) else many
    return said if match["gap"] else " ".join(said)


def _unit(match: Match) -> Saying:
    one, many = UNITS[match["unit"]]
    amount = match["amount"]
    said = (f"{_number(match['low'])} to " if match["low"] else "") + _number(amount)
    name = one if _is_one(amount) else many
    return (said, name) if match["gap"] else f"{said} {name}"


# Times, dates


def _time(match: Match) -> Saying:
    hour, minute, half = int(match["h"]), int(match["m"]), match["half"]
    if hour > 24 or minute > 59:
        return f"{_number(match['h'])} to {_number(match['m'])}"
    said = numbers.cardinal(hour)
    if minute:
        said += (" oh " if minute < 10 else " ") + numbers.cardinal(minute)
    elif not half and not match["s"]:
        said += " o'clock" if 0 < hour < 13 else " hundred"
    if match["s"]:
        said += f" and {numbers.cardinal(int(match['s']))} seconds"
    return _half(match, said) if half else said


def _hour(match: Match) -> Saying:
    return _half(match, numbers.cardinal(int(match["h"])))


def _half(match: Match, said: str) -> Saying:
    """Before or after noon, and the sentence's full stop where it was swallowed."""
    stop = "." if match.group().endswith(".") and match.end() == len(match.string) else ""
    letters = f"{match['half'].upper()}.M{stop}"
    return (said, letters) if match["gap"] else f"{said} {letters}"


def _date(match: Match, month: int, day: int, british: bool) -> Saying:
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    year = match["y"] if len(match["y"]) == 4 else ("19" if int(match["y"]) > 40 else "20") + match["y"]
    name, ordinal = MONTH_NAMES[month - 1], numbers.ordinal(day)
    said = f"the {ordinal} of {name}" if british else f"{name} {ordinal}"
    return f"{said}, {year}" + (", " if match.group().endswith("T") else "")


def _slash_date(match: Match, british: bool) -> Saying:
    first, second = int(match["a"]), int(match["b"])
    day_first = first > 12 or (british and second <= 12)
    return _date(match, second if day_first else first, first if day_first else second, british)


def _month(match: Match) -> str:
    stop = "." if match.group().endswith(".") and match.end() == len(match.string) else ""
    return f"{MONTHS[match['month'].lower()[:3]]}{stop}"


def _span(match: Match) -> Saying:
    stop = "." if match.group().endswith(".") and match.end() == len(match.string) else ""
    return f"{SHORT_NAMES[match['first']]} to {SHORT_NAMES[match['last']]}{stop}"


def _day(match: Match) -> Saying:
    day = int(match["day"])
    the = "" if match.string[: match.start()].lower().endswith("the ") else "the "
    return f"{the}{numbers.ordinal(day)} of" if 1 <= day <= 31 else None


def _month_day(match: Match) -> Saying:
    day = int(match["day"])
    return (_month(match), numbers.ordinal(day)) if 1 <= day <= 31 else None


# Addresses, letters


def _address(match: Match) -> Saying:
    text = match["address"]
    if "@" not in text:
        text = re.sub(r"^https?://(?:www\.)?", "", text, flags=re.IGNORECASE)
        text = re.split(r"[/?#]" if len(text) > LONG_ADDRESS else r"[?#]", text)[0].rstrip("/")
    return " ".join(_address_part(part) for part in re.findall(r"[^\W\d_]+|\d+|\S", text))


def _address_part(part: str) -> str:
    if part.isdecimal():
        return part if len(part) < 5 else _digits(part)
    said = IN_ADDRESSES.get(part) or DOMAIN_SAID.get(part.lower()) or SYMBOLS.get(part)
    if said:
        return said
    return part if re.search(r"[aeiouyAEIOUY]", part) else _spell(part)


def _spell(letters: str) -> str:
    """Letters one by one, in the spelling that the pronouncer takes for an initialism: "K.S"."""
    return ".".join(letters.upper())


def _initials(match: Match) -> Saying:
    return _spell(match["letters"]) + ("'s" if match["plural"] else "")


def _abbreviation(match: Match) -> Saying:
    last = match["short"].endswith(".") and match.end() == len(match.string)
    return ABBREVIATIONS[match["short"]] + ("." if last else "")


def _roman(match: Match) -> Saying:
    head, numeral = match.groups()
    if not numeral:
        return None
    values = [ROMAN[char] for char in numeral]
    pairs = zip(values, [*values[1:], 0], strict=True)
    value = sum(-value if value < after else value for value, after in pairs)
    ordinal = match.re is RE_ROMAN_O
    return (*head.split(), f"the {numbers.ordinal(value)}" if ordinal else numbers.cardinal(value))


# The rules


def _alternatives(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


def _rule(pattern: str, say: Say, flags: re.RegexFlag = re.NOFLAG) -> Rule:
    return re.compile(pattern, flags), say


_N = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+"  # a number as written
_SHORT_MONTH = _alternatives(name.capitalize() for name in [*MONTHS, "sept"] if name != "may")
_MONTH = _alternatives(MONTH_NAMES)
_SHORT = _alternatives([*SHORT_NAMES])
_CURRENCY = _alternatives(MONEY)
_SCALE = r"(?:thousand|million|billion|trillion|[kKmMbB]n?|tn)\b"
_URL = rf"(?:https?://|www\.)[^\s<>\"“”]*[\w/]|(?:[\w-]+\.)+(?:{DOMAINS})(?:/[\w./-]*\w/?)?"
_ROUND = r"\(\d{2,5}\)"
_PHONE = (
    rf"\+\d[\d .()-]{{6,}}\d|{_ROUND} ?\d{{3}}[ .-]?\d{{3,4}}|(?:1-)?\d{{3}}-\d{{3}}-\d{{4}}|\d{{3}}-\d{{4}}"
    r"|0\d{2,4} \d{3,4} \d{3,4}"
)
_TO = r" ?[–-] ?"
_HALF = r"(?P<gap> ?)(?P<half>[AaPp])\.?[Mm]\b\.?"
_UNIT = _alternatives(UNITS)

# fmt: off
ADDRESSES = [
    _rule(r"!?\((?P<shown>[^()]+)\)\((?:https?:|mailto:|/)[^()\s]*\)", r"\g<shown>"),  # Markdown: its text
    _rule(r"(?P<address>\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+)", _address),
    _rule(rf"(?<![\w@.])(?P<address>{_URL})(?![\w@])", _address, re.IGNORECASE),
    _rule(rf"(?<![\w.+-])(?:{_PHONE})(?![\w-])", _phone),
]
CLOCK = [
    _rule(r"(?<=\d) ?[–—-] ?(?=\d{1,2}:\d\d)", " to "),
    _rule(r"(?<=\d[ap]m) ?[–—-] ?(?=\d)", " to "),
    _rule(rf"\b(?P<first>{_SHORT}){_TO}(?P<last>{_SHORT})\b\.?(?!\w)", _span),
    _rule(rf"(?<![\w:.])(?P<h>\d{{1,2}}):(?P<m>\d\d)(?::(?P<s>\d\d))?(?:{_HALF})?(?![\d:])", _time),
    _rule(rf"(?<![\w:.,])(?P<h>\d{{1,2}}){_HALF}", _hour),
    _rule(rf"\b(?P<month>{_SHORT_MONTH})\b\.?(?= \d)", _month),
    _rule(rf"(?<=\d )(?P<month>{_SHORT_MONTH})\b\.?", _month),
    _rule(rf"\b(?P<month>{_MONTH}) (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?![:%\d])", _month_day),
    _rule(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?= (?:{_MONTH})\b)", _day),
]
QUANTITIES = [
    _rule(r"(?<![\w/])24/7(?![\w/])", "twenty-four seven"),
    _rule(rf"(?<![\w.])(?P<money>{_CURRENCY}) ?(?:(?P<low>{_N}){_TO}(?:{_CURRENCY})?)?(?P<amount>{_N})"
          rf"(?:(?P<gap> ?)(?P<scale>{_SCALE}))?", _money),
    _rule(rf"(?<![\w.])(?P<amount>{_N})(?P<gap> ?)(?P<money>{_CURRENCY})(?!\w)", _money_after),
    _rule(r"(?<![\w.,-])(?P<v>v|V)(?P<parts>\d+(?:\.\d+)*)(?![\w])", _version),
    _rule(r"(?<=\w )(?P<v>)(?P<parts>\d+(?:\.\d+){2,})(?![\w])", _version),
    _rule(rf"\b(?P<name>{SOFTWARE}) (?P<parts>\d+\.\d+)\b", _release),
    _rule(rf"(?<![\w.])(?:(?P<low>-?(?:{_N})){_TO})?(?P<amount>-?(?:{_N}))(?P<gap> ?)(?P<unit>{_UNIT})"
          r"(?![\w²³/])", _unit),
    _rule(r"(?<![\w.,])(?P<a>\d+)k(?!\w)", r"\g<a> thousand"),
    _rule(r"(?<![\w.,])(?P<a>\d+\.\d+|\d{2,})(?P<scale>[KMB])(?!\w)", _scaled),
    _rule(r"(?<=\d)(?P<half>[½¼¾])", lambda m: f" and {HALVES[m['half']]}"),
    _rule(r"(?<![\w.])(?P<a>\d+) ?[x×] ?(?P<b>\d+)\b", r"\g<a> by \g<b>"),
    _rule(r"(?<![\w.])(?P<a>\d+)[x×](?!\w)", r"\g<a> times"),
    _rule(r"(?<![\w.])(?P<a>\d+):(?P<b>\d+)(?![\w:])", r"\g<a> to \g<b>"),
    _rule(rf"(?<![\w.–-])(?P<low>\d{{1,4}}){_TO}(?P<high>\d{{1,4}})(?![\w.–-]\d|\w)", _range),
    _rule(r"(?<![\w./])(?P<above>\d{1,2})/(?P<below>\d{1,2})(?![\w/])", _fraction),
    _rule(r"(?<![\w.])\d{1,3}(?: \d{3}){2,}(?![\w.])", lambda m: _number(m.group())),
    _rule(r"(?<![\w.])-?\d*\.\d+(?![\w.]\w)", lambda m: _number(m.group())),
    _rule(r"(?<![\w.,])(?:\d{16,}|0\d+)(?![\w,])", lambda m: _digits(m.group())),
    _rule(r"(?<!\w)-(?=\d)", "minus "),
]
LETTERS = [
    _rule(r"\b(?:No|no|Nr|nr)\.(?= ?\d)", "number"),
    _rule(r"\bNos\.(?= ?\d)", "numbers"),
    _rule(rf"(?<![\w.])(?P<title>{_alternatives(TITLES)})\.?(?= [A-Z])", lambda m: TITLES[m["title"]]),
    _rule(rf"(?<![\w./])(?P<short>{_alternatives(ABBREVIATIONS)})(?![\w/])", _abbreviation),
    (RE_ROMAN_C, _roman),
    (RE_ROMAN_O, _roman),
    _rule(r"\bC#(?!\w)", "C sharp"),
    _rule(r"\b(?P<letters>(?!SQL\b|MR\b|MRS\b|DR\b|ST\b)[B-DF-HJ-NP-TV-XZ]{2,6})(?P<plural>s?)\b", _initials),
]
MARKS = [
    _rule(r"^(?:[-–—*+>]|#+) (?=\S)", " "),  # the mark of a list item, a heading, a quotation
    _rule(r"(?<!\w)#(?=\d)", "number "),
    _rule(r"(?<!\w)#(?=\w)", "hashtag "),
    _rule(r"(?<=\w)[/_](?=\w)", " "),
    _rule(r"(?<=\w)\*+(?=\w)", " "),
    _rule(r"[*_]", ""),
    _rule(r"--+", "—"),
    _rule(r"(?<=\S)[&@](?=\S)", lambda m: f" {SYMBOLS[m.group()]} "),
    _rule(rf"[{re.escape(''.join(SYMBOLS))}]", lambda m: f" {SYMBOLS[m.group()]} "),
    _rule(r"([!?,;:])\1+", r"\1"),
    _rule(r"\.{3,}", "…"),
    _rule(r"(?<=\w) +(?=[,.;:!?…])", ""),
    _rule(r" {2,}", " "),
]


def _dates(british: bool) -> list[Rule]:
    return [
        _rule(r"(?<![\d-])(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)(?:T(?=\d\d:\d\d)|(?![\d-]))",
              lambda m: _date(m, int(m["m"]), int(m["d"]), british)),
        _rule(r"(?<![\w/.])(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<y>\d{4}|\d\d)(?![\w/])",
              lambda m: _slash_date(m, british)),
        _rule(r"(?<![\w/.])(?P<a>\d{1,2})\.(?P<b>\d{1,2})\.(?P<y>\d{4})(?![\w/])",
              lambda m: _slash_date(m, british=True)),
    ]
# fmt: on

AMERICAN = [*ADDRESSES, *_dates(british=False), *CLOCK, *QUANTITIES, *LETTERS, *MARKS]
BRITISH = [*ADDRESSES, *_dates(british=True), *CLOCK, *QUANTITIES, *LETTERS, *MARKS]
