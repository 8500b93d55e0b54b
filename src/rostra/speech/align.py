"""Forced alignment: when each phone of a known text sounds, for engines that give no times.

The text is pronounced as for the embedded voices; pocketsphinx, told to hear exactly these phones,
finds their borders (steps of 10 ms). English only.

Source: pocketsphinx 5 (`set_align_text`, two passes); `bestpath=False`, or correct text is refused.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from rostra.errors import EngineError, MissingError
from rostra.speech import english, timing
from rostra.speech.lexicon import COMMON, EMPTY, Lexicon
from rostra.speech.resample import resample
from rostra.speech.sentences import sentences
from rostra.speech.speech import SILENCE, Pcm, Phone, Word
from rostra.speech.timing import Span
from rostra.speech.utterance import PRIMARY, SILENT, STRESSES, VOWELS

RATE = 16000  # samples per second that the recogniser hears
FRAME = 0.01  # s
MARGIN = 0.3  # s of silence around the sound, or its first phone is heard too early
LOWEST = 0.01  # of full scale; quieter sound is brought up to what the recogniser knows

SPELLINGS = """
    A=EY I=AY O=OW Q=OW W=AW Y=OY a=AE e=EH i=IY o=AO u=UW ɑ=AA ɐ=AH ɒ=AA æ=AE ɔ=AO ə=AH ɚ=ER ɛ=EH ɜ=ER ɪ=IH
    ʊ=UH ʌ=AH ᵊ=AH ᵻ=IH b=B d=D f=F h=HH j=Y k=K l=L m=M n=N p=P s=S t=T v=V w=W x=K z=Z ð=DH ŋ=NG
    ɡ=G ɹ=R ɾ=D T=D ʃ=SH ʒ=ZH ʔ=T ʤ=JH ʧ=CH θ=TH
"""
# Wide: a voice that the recogniser finds strange must still be followed.
BEAMS = {"beam": 1e-120, "pbeam": 1e-120, "wbeam": 1e-100}
ARPABET = dict(pair.split("=") for pair in SPELLINGS.split())


@dataclass
class _Chunk:
    """Phones between two blanks, which the recogniser takes for one word of its dictionary."""

    symbols: list[str]
    owners: list[int]
    stresses: list[int]

    @property
    def arpabet(self) -> str:
        return " ".join(ARPABET[symbol] for symbol in self.symbols)


def align(
    pcm: Pcm, rate: int, text: str, british: bool = False, lexicon: Lexicon = EMPTY
) -> tuple[tuple[Phone, ...], tuple[Word, ...]]:
    """Phones and words of a sound that says `text`.

    Args:
        pcm: (samples,) int16, mono.
        rate: samples per second.
        text: what is said, as the author wrote it.
        british: whether it is said in British English.
        lexicon: pronunciations.

    Returns:
        What `Speech` wants: phones without gaps from 0 to the end, and the author's words.

    Raises:
        MissingError: pocketsphinx is not installed.
        EngineError: the sound does not say the text.
    """
    chunks, words = _chunks(text, british, lexicon + COMMON)
    length = len(pcm) / rate
    if not chunks:
        return (Phone(SILENCE, 0.0, length),), timing.words(words, [])
    found = timing.filled(_borders(hearable(pcm, rate), chunks), length)
    return timing.phones(found), timing.words(words, found)


def _chunks(text: str, british: bool, lexicon: Lexicon) -> tuple[list[_Chunk], list[str]]:
    """The phones in chunks that pauses may part, and the author's words."""
    chunks: list[_Chunk] = []
    words: list[str] = []
    for sentence in sentences(text):
        read = english.read(sentence.text, lexicon, british)
        chunk, stress = _Chunk([], [], []), 0
        for symbol, owner in zip(read.symbols, read.owners, strict=True):
            if symbol in STRESSES:
                stress = 1 if symbol == PRIMARY else 2
            elif symbol in ARPABET:
                chunk.symbols.append(symbol)
                chunk.owners.append(owner + len(words))
                chunk.stresses.append(stress if symbol in VOWELS else 0)
                stress = 0 if symbol in VOWELS else stress
            elif symbol in SILENT and chunk.symbols:
                chunks.append(chunk)
                chunk = _Chunk([], [], [])
        chunks += [chunk] if chunk.symbols else []
        words += read.words
    return chunks, words


def _borders(sound: bytes, chunks: list[_Chunk]) -> list[Span]:
    """The chunks' phones as they were heard; pauses between them are gaps."""
    decoder = _decoder()
    names = {arpabet: f"chunk{n}" for n, arpabet in enumerate({chunk.arpabet: None for chunk in chunks})}
    for arpabet, name in names.items():
        decoder.add_word(name, arpabet, False)
    try:
        decoder.set_align_text(" ".join(names[chunk.arpabet] for chunk in chunks))
        _decode(decoder, sound)
        decoder.set_alignment()
        _decode(decoder, sound)
        alignment = decoder.get_alignment()
        phones = [  # read within one loop: a word is not valid once the iterator has gone on
            [(phone.start, phone.start + phone.duration) for phone in word]
            for word in alignment
            if word.name.startswith("chunk")
        ]
    except (RuntimeError, ValueError, TypeError, AttributeError) as error:
        raise EngineError("The sound does not say the text.", "Check that they belong together.") from error
    if [len(chunk.symbols) for chunk in chunks] != [len(word) for word in phones]:
        raise EngineError("The sound does not say the text.", "Check that they belong together.")
    return [
        Span(symbol, start * FRAME - MARGIN, end * FRAME - MARGIN, owner, stress)
        for chunk, word in zip(chunks, phones, strict=True)
        for symbol, owner, stress, (start, end) in zip(
            chunk.symbols, chunk.owners, chunk.stresses, word, strict=True
        )
    ]


def _decode(decoder: Any, sound: bytes) -> None:
    decoder.start_utt()
    decoder.process_raw(sound, full_utt=True)
    decoder.end_utt()


def _decoder() -> Any:
    try:
        from pocketsphinx import Decoder  # noqa: PLC0415  (an extra)
    except ImportError as error:
        raise MissingError(
            "This voice gives no times, and the aligner is not installed.",
            "Run: pip install 'rostra[align]'",
            "voice",
        ) from error
    return Decoder(samprate=float(RATE), bestpath=False, lm=None, loglevel="FATAL", logfn=os.devnull, **BEAMS)


def hearable(pcm: Pcm, rate: int) -> bytes:
    """The sound at the recogniser's rate, not too quiet."""
    sound = resample(pcm.astype(np.float64), rate, RATE)
    peak = max(float(np.abs(sound).max(initial=0.0)), 32767 * LOWEST)
    silence = np.zeros(round(MARGIN * RATE))
    loud = np.concatenate([silence, sound / peak * 0.8 * 32767, silence])
    hearable: bytes = np.rint(loud).astype("<i2").tobytes()
    return hearable
