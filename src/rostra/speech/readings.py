"""Readings: tables of how written English is read aloud (money, units, abbreviations, symbols).

Units, titles and most abbreviations come from hibari's own table; here is what it lacks.
"""

from __future__ import annotations

from hibari.g2p.normalize import ABBREV, MONTH_NAMES, MONTHS, TITLES
from hibari.g2p.normalize import UNITS as COMMON_UNITS

__all__ = ["MONTHS", "MONTH_NAMES", "TITLES"]  # "jan" -> "January"; "Prof" -> "Professor", before a name

# one, many, one hundredth, many hundredths
MONEY = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "€": ("euro", "euros", "cent", "cents"),
    "¥": ("yen", "yen", "", ""),
    "₹": ("rupee", "rupees", "", ""),
    "₩": ("won", "won", "", ""),
    "CHF": ("franc", "francs", "centime", "centimes"),
}
MONEY |= {"US$": MONEY["$"], "USD": MONEY["$"], "EUR": MONEY["€"], "GBP": MONEY["£"], "JPY": MONEY["¥"]}

SCALES = {"k": "thousand", "m": "million", "mn": "million", "b": "billion", "bn": "billion", "tn": "trillion"}

UNITS: dict[str, tuple[str, str]] = {name: (one, many) for name, (one, many) in COMMON_UNITS.items()} | {
    "m": ("meter", "meters"),
    "g": ("gram", "grams"),
    "l": ("liter", "liters"),
    "L": ("liter", "liters"),
    "h": ("hour", "hours"),
    "V": ("volt", "volts"),
    "W": ("watt", "watts"),
    "kJ": ("kilojoule", "kilojoules"),
    "kcal": ("kilocalorie", "kilocalories"),
    "dB": ("decibel", "decibels"),
    "px": ("pixel", "pixels"),
    "rpm": ("revolution per minute", "revolutions per minute"),
    "kbps": ("kilobit per second", "kilobits per second"),
    "PB": ("petabyte", "petabytes"),
    "GiB": ("gibibyte", "gibibytes"),
    "MiB": ("mebibyte", "mebibytes"),
    "m/s": ("meter per second", "meters per second"),
    "MB/s": ("megabyte per second", "megabytes per second"),
    "GB/s": ("gigabyte per second", "gigabytes per second"),
    "m/s²": ("meter per second squared", "meters per second squared"),
    "kbit/s": ("kilobit per second", "kilobits per second"),
    "Mbit/s": ("megabit per second", "megabits per second"),
    "Gbit/s": ("gigabit per second", "gigabits per second"),
    "m²": ("square meter", "square meters"),
    "km²": ("square kilometer", "square kilometers"),
    "m³": ("cubic meter", "cubic meters"),
    "°C": ("degree Celsius", "degrees Celsius"),
    "°F": ("degree Fahrenheit", "degrees Fahrenheit"),
    "°": ("degree", "degrees"),
    "%": ("percent", "percent"),
    "‰": ("per mille", "per mille"),
}

ABBREVIATIONS: dict[str, str] = {key: value for key, value in ABBREV.items() if key != "St."} | {
    "e.g.": "for example",
    "i.e.": "that is",
    "etc.": "etcetera",
    "etc": "etcetera",
    "ca.": "about",
    "incl.": "including",
    "resp.": "respectively",
    "min.": "minimum",
    "max.": "maximum",
    "p.": "page",
    "St.": "Street",
    "FAQ": "F.A.Q",
    "ASAP": "as soon as possible",
    "and/or": "and or",
}

SHORT_NAMES = {name.capitalize(): full for name, full in [*MONTHS.items(), ("sept", "September")]} | {
    "Mon": "Monday",
    "Tue": "Tuesday",
    "Wed": "Wednesday",
    "Thu": "Thursday",
    "Fri": "Friday",
    "Sat": "Saturday",
    "Sun": "Sunday",
}
HALVES = {"½": "a half", "¼": "a quarter", "¾": "three quarters"}
SOFTWARE = "Python|Node|Java|Ubuntu|Debian|iOS|macOS|Android|Windows|CUDA|Version|version|Release|release"
DOMAINS = "com|org|net|edu|gov|io|dev|ai|app|co\\.uk|de|fr|eu|uk"
DOMAIN_SAID = {"io": "I.O", "ai": "A.I", "edu": "E.D.U", "uk": "U.K", "eu": "E.U", "www": "W.W.W"}

SYMBOLS = {
    "=": "equals",
    "≠": "is not",
    "≈": "about",
    "~": "about",
    "≤": "at most",
    "≥": "at least",
    "<": "less than",
    ">": "greater than",
    "+": "plus",
    "±": "plus or minus",
    "×": "times",
    "÷": "divided by",
    "&": "and",
    "@": "at",
    "§": "section",
    "©": "copyright",
    "→": "to",
    "⇒": "so",
    "°": "degrees",
    "%": "percent",
    "½": "one half",
    "¼": "one quarter",
    "¾": "three quarters",
    "²": "squared",
    "³": "cubed",
    "∞": "infinity",
    "$": "dollars",
    "€": "euros",
    "£": "pounds",
    "¢": "cents",
    "#": "hash",
}
IN_ADDRESSES = {
    ".": "dot",
    "/": "slash",
    "@": "at",
    "-": "dash",
    "_": "underscore",
    ":": "colon",
    "+": "plus",
}

PLAIN = str.maketrans({
    "’": "'", "‘": "'", "ʼ": "'", "′": "'", "`": "", "„": "“", "«": "“", "»": "”", "″": "”",
    "[": "(", "]": ")", "{": "(", "}": ")", "―": "—", "‒": "-", "‑": "-", "−": "-", "⁄": "/",
    "、": ",", "。": ".", "™": "", "®": "", "•": "", "·": "", "¶": "", "†": "", "‡": "", "\\": "", "|": ",",
})  # fmt: skip
