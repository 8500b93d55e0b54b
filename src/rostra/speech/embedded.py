"""Embedded voices: text -> sentences -> phonemes -> model -> `Speech`, on this machine, offline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rostra.speech import english
from rostra.speech.lexicon import COMMON, EMPTY, Lexicon
from rostra.speech.marks import carry
from rostra.speech.piece import piece
from rostra.speech.sentences import Sentence, sentences
from rostra.speech.speech import Speech
from rostra.speech.timing import Samples
from rostra.speech.utterance import Utterance
from rostra.speech.voice import NATURAL, Pace

SENTENCE_PAUSE = 0.42  # s from the last sound of a sentence to the first of the next
PARAGRAPH_PAUSE = 0.85  # s
CLAUSE_PAUSE = 0.20  # s, where a long sentence had to be cut

Synthesised = tuple[Samples, NDArray[np.float64]]  # sound; seconds of lead, each symbol, tail
Synthesis = Callable[[str, Pace], Synthesised]


@dataclass(frozen=True)
class EmbeddedVoice:
    """A voice whose model runs here.

    Args:
        name: speaker and form, e.g. `heart:fast`.
        synthesise: symbols, pace -> sound, seconds of lead, each symbol and tail.
        rate: samples per second.
        limit: symbols that the model takes in one go.
        lag: seconds by which the model's borders come after its sound.
        gain: factor that makes this voice as loud as the others.
        british: pronounce British English.
        lexicon: pronunciations, before the common ones.
        note: one sentence for the user when this is not what the name promised, else empty.
    """

    name: str
    synthesise: Synthesis
    rate: int
    limit: int
    lag: float
    gain: float = 1.0
    british: bool = False
    lexicon: Lexicon = EMPTY
    note: str = ""

    def with_lexicon(self, lexicon: Lexicon) -> EmbeddedVoice:
        """The same voice that also knows these pronunciations, which win."""
        return replace(self, lexicon=lexicon + self.lexicon)

    def speak(self, text: str, pace: Pace = NATURAL) -> Iterator[Speech]:
        """See `Voice.speak`."""
        return carry(text, lambda words: self._speak(words, pace))

    def _speak(self, text: str, pace: Pace) -> Iterator[Speech]:
        for utterance in self._utterances(text, pace.pauses):
            for part in utterance.parts(self.limit):
                sound, durations = self.synthesise(part.symbols, pace)
                yield piece(part, sound, durations, rate=self.rate, lag=self.lag, gain=self.gain)

    def _utterances(self, text: str, pauses: float) -> Iterator[Utterance]:
        """What is said, sentence by sentence; sentences that say nothing join a neighbour."""
        lexicon = self.lexicon + COMMON
        held: Utterance | None = None  # one sentence back, for silent ones that may follow it
        silent: tuple[str, ...] = ()  # words of silent sentences before the first that is heard
        for sentence in sentences(text):
            utterance = replace(
                english.read(sentence.text, lexicon, self.british), pause=pause_after(sentence) * pauses
            )
            if not utterance.silent:
                if held:
                    yield held
                held, silent = utterance.after(silent), ()
            elif held:
                held = held.before(utterance)
            else:
                silent += utterance.words
        if held:
            yield held


def pause_after(sentence: Sentence) -> float:
    """Seconds from the last sound of a sentence to the first of the next."""
    if not sentence.whole:
        return CLAUSE_PAUSE
    return PARAGRAPH_PAUSE if sentence.ends_paragraph else SENTENCE_PAUSE
