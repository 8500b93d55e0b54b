"""The company: the people and places of one production.

It hands the line its voices, actors and painters, loads each of them once, and keeps the stages that
were used last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from rostra.acting.actor import Actor
from rostra.acting.manner import Manner
from rostra.errors import RostraError, ScriptError
from rostra.picture.backdrop import backdrop
from rostra.picture.broll import Clip
from rostra.picture.frame import Size
from rostra.picture.layout import Layout
from rostra.picture.stage import Stage
from rostra.presenters.catalogue import Catalogue
from rostra.production.script import Broll, Scene
from rostra.speech.lexicon import Lexicon
from rostra.speech.speech import Speech
from rostra.speech.voice import Pace, Voice

STAGES = 3  # kept; one at 1080p holds some 30 MB
APART = 100_003  # takes of one seed are this far from those of the next

VoiceOf = Callable[[str], Voice]


@dataclass(frozen=True)
class Parts:
    """What productions are made from; may be shared between threads.

    Args:
        presenters: who can be asked for.
        voice: the voice of a name; raises UnknownNameError or MissingError.
    """

    presenters: Catalogue
    voice: VoiceOf


class Company:
    """One production's people, places and clips.

    Args:
        parts: what to make them from.
        scenes: the script.
        lexicon: how names are said.
        size: of the pictures.
        fps: pictures per second.
        seed: the same seed gives the same performance.
    """

    def __init__(
        self, parts: Parts, scenes: Sequence[Scene], lexicon: Lexicon, size: Size, fps: int, seed: int
    ) -> None:
        self._parts, self._scenes, self._lexicon = parts, scenes, lexicon
        self._size, self._fps, self._seed = size, fps, seed
        self._voices: dict[str, Voice] = {}
        self._stages: dict[tuple[str, str], Stage] = {}
        self._clips: list[tuple[int, Clip]] = []
        self.rate = 0

    def gather(self) -> list[str]:
        """Make sure of everyone and everything before the work starts.

        Returns:
            What the user should know.

        Raises:
            InputError: something cannot be had; names the field of the scene.
            MissingError: this machine lacks something.
        """
        notes: list[str] = []
        places: set[str] = set()
        for number, scene in enumerate(self._scenes):
            with self._blaming(number, "presenter"):
                self._manner(scene)
            with self._blaming(number, "voice"):
                notes.append(getattr(self._voice(scene)[0], "note", ""))
            if scene.broll and scene.layout == "broll":
                with self._blaming(number, "broll.file"):
                    self._clip(scene.broll).close()
            elif scene.background not in places:
                with self._blaming(number, "background"):
                    backdrop(scene.background, self._size)
                places.add(scene.background)
        self.rate = max(voice.rate for voice in self._voices.values())
        return [note for note in dict.fromkeys(notes) if note]

    def speak(self, scene: Scene, number: int) -> Iterator[Speech]:
        """The narration of a scene, sentence by sentence.

        Raises:
            ScriptError: there is nothing in it that the voice can say.
        """
        voice, pace = self._voice(scene)
        silent = True
        with self._blaming(number, "narration"):
            for speech in voice.speak(scene.narration, pace):
                silent = False
                yield speech
            if silent:
                raise ScriptError(
                    f"The voice {voice.name} finds nothing that it can say.",
                    "Write it in the voice's language, or choose another voice.",
                )

    def actor(self, scene: Scene, number: int) -> Actor:
        """An actor for the take that starts with this scene."""
        return Actor(self._manner(scene), self._seed * APART + number, self._fps)

    def painter(self, scene: Scene, number: int) -> Stage:
        """A stage for the take that starts with this scene."""
        pack = self._parts.presenters.find(scene.presenter)
        if scene.broll and scene.layout == "broll":
            clip = self._clip(scene.broll)
            self._clips.append((number, clip))
            return Stage(pack, Layout.OVERLAY, self._size, clip)
        key = (scene.presenter, scene.background)
        stage = self._stages.pop(key, None) or Stage(
            pack, Layout.FULL, self._size, backdrop(scene.background, self._size)
        )
        self._stages[key] = stage
        if len(self._stages) > STAGES:
            del self._stages[next(iter(self._stages))]
        return stage

    def _manner(self, scene: Scene) -> Manner:
        return Manner.of(self._parts.presenters.find(scene.presenter).manifest.manner)

    def _clip(self, broll: Broll) -> Clip:
        return Clip(broll.file, self._size, self._fps, broll.start)

    def notes(self) -> list[str]:
        """What turned out while the work was done."""
        return [
            f"The clip of scene {number + 1} is shorter than what is said over it: its last picture stays."
            for number, clip in self._clips
            if clip.ended
        ]

    def close(self) -> None:
        """Let go of the clips."""
        for _, clip in self._clips:
            clip.close()

    def _voice(self, scene: Scene) -> tuple[Voice, Pace]:
        own = self._parts.presenters.find(scene.presenter).manifest.voice
        name = scene.voice or own.name
        if name not in self._voices:
            self._voices[name] = _taught(self._parts.voice(name), self._lexicon)
        return self._voices[name], Pace() if scene.voice else Pace(rate=own.rate, pitch=own.pitch)

    @contextmanager
    def _blaming(self, number: int, part: str) -> Iterator[None]:
        try:
            yield
        except RostraError as error:
            error.field = f"scenes[{number}].{part}"
            raise


def _taught(voice: Voice, lexicon: Lexicon) -> Voice:
    """The voice with the script's pronunciations, where its engine can learn them."""
    learn = getattr(voice, "with_lexicon", None)
    taught: Voice = learn(lexicon) if learn and lexicon.entries else voice
    return taught
