"""Following: when which phone sounds, of a sound whose text nobody knows.

pocketsphinx hears phones, led by how often they follow one another in English. About four of five are right,
and those that are not look alike: enough for lips.

Source: pocketsphinx 5 (`allphone`), with the weights that its authors advise.
"""

from __future__ import annotations

import os
import threading
from typing import Any

from rostra.errors import MissingError
from rostra.speech import timing
from rostra.speech.align import ARPABET, FRAME, MARGIN, RATE, hearable
from rostra.speech.speech import Pcm, Phone
from rostra.speech.timing import Span

SYMBOLS = {arpabet: symbol for symbol, arpabet in reversed(ARPABET.items()) if len(symbol) == 1}
SYMBOLS |= {"R": "ɹ", "T": "t", "D": "d", "K": "k", "AH": "ʌ", "IH": "ɪ", "ER": "ɜ", "AO": "ɔ", "EH": "ɛ"}
BEAMS = {"beam": 1e-20, "pbeam": 1e-10, "lw": 2.0, "pip": 0.3}

_kept = threading.local()  # a decoder takes longer to load than to hear a second; threads cannot share one


def follow(pcm: Pcm, rate: int) -> tuple[Phone, ...]:
    """The phones of a sound, without gaps from 0 to its end.

    Args:
        pcm: (samples,) int16, mono.
        rate: samples per second.

    Raises:
        MissingError: pocketsphinx is not installed.
    """
    length = len(pcm) / rate
    decoder = _decoder()
    decoder.start_utt()
    decoder.process_raw(hearable(pcm, rate), full_utt=True)
    decoder.end_utt()
    spans = [
        Span(SYMBOLS[part.word], start, end, -1, 0)
        for part in decoder.seg()
        if part.word in SYMBOLS
        and (start := max(part.start_frame * FRAME - MARGIN, 0.0))
        < (end := min((part.end_frame + 1) * FRAME - MARGIN, length))
    ]
    return timing.phones(timing.filled(spans, length))


def excerpt(phones: tuple[Phone, ...], start: float, end: float) -> tuple[Phone, ...]:
    """The phones of a part of a sound, cut at its borders; times are seconds from the start of the part."""
    return tuple(
        phone._replace(start=max(phone.start, start) - start, end=min(phone.end, end) - start)
        for phone in phones
        if phone.start < end and phone.end > start
    )


def _decoder() -> Any:
    if not hasattr(_kept, "decoder"):
        _kept.decoder = _load()
    return _kept.decoder


def _load() -> Any:
    try:
        from pocketsphinx import Decoder, get_model_path  # noqa: PLC0415  (an extra)
    except ImportError as error:
        raise MissingError(
            "Lips follow a recording only with the aligner, which is not installed.",
            "Run: pip install 'rostra[align]'",
            "audio",
        ) from error
    phones = get_model_path("en-us/en-us-phone.lm.bin")
    return Decoder(
        samprate=float(RATE), lm=None, allphone=phones, loglevel="FATAL", logfn=os.devnull, **BEAMS
    )
