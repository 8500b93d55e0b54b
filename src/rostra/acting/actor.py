"""The actor: speech in, motion out, as a stream.

An actor is the state of one performer: what was said lately and what every part is about to do. All
else is in the modules beside this one, as functions on arrays.

Sound is the clock. Row *k* shows the middle of frame *k*, at `(k + 0.5) / fps` of all sound performed
and all rest taken so far. A mouth starts a sound before it is heard, so the last `HELD` seconds of
rows wait for the next piece; `rest` and `finish` let them go.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor, isfinite

import numpy as np

from rostra.acting.blink import Blinks, Occasion
from rostra.acting.body import Body
from rostra.acting.coarticulation import FADE, REACH, Said, Segment, segments
from rostra.acting.cues import Cues, find
from rostra.acting.expression import PART, Expression
from rostra.acting.face import Face
from rostra.acting.gaze import Gaze
from rostra.acting.head import Head
from rostra.acting.manner import Manner, Mood
from rostra.acting.motion import CHANNELS, INDEX, OWN, FloatArray, Motion
from rostra.acting.mouth import breathe, paint, speak
from rostra.acting.prosody import Calibration, hear
from rostra.acting.track import Curve
from rostra.errors import InputError
from rostra.speech.speech import SILENCE, Speech

HELD = Fraction(12, 100)  # s of rows that wait for the next piece
BLOCK = 50  # rows made at a time, so that the cost of a row does not grow with the piece
MEMORY = 60.0  # s of the past that an interruption can reach
CLOSING = 0.16  # s in which an interrupted mouth comes to rest
JOINING = 0.12  # s in which a mouth at rest finds into a sound that it could not foresee
BEFORE_ALL = -10.0  # s, silence before the first sound
LEAN = 0.09  # the most that one side of a face moves more than the other
LOOK = {"yaw": 0.60, "pitch": 0.45}  # rad of an eyeLook channel at 1
EYES = {"yaw": 0.50, "pitch": 0.35}  # rad, the furthest that eyeballs turn
SIGNED = [INDEX[name] for name in OWN if name.startswith(("head", "gaze", "body"))]
WEIGHTS = [place for place in range(len(CHANNELS)) if place not in SIGNED]
UNDERLINED = 0.5  # weakest accent after which one may blink
GRAIN = 1e-3  # s, gaps below are rounding
AVERAGE, ANY_VOICE = Manner(), Calibration()


class Actor:
    """One performer.

    Args:
        manner: habits.
        seed: the same seed and the same calls give the same rows.
        fps: rows per second.
        voice: what is usual for the voice; it is learnt in the first sentences anyway.

    Raises:
        InputError: an `fps` outside 10..120.
    """

    def __init__(
        self, manner: Manner = AVERAGE, seed: int = 0, fps: float = 25.0, voice: Calibration = ANY_VOICE
    ) -> None:
        if not (isfinite(fps) and 10 <= fps <= 120):
            raise InputError(f"fps is {fps!r}.", "Give 10 to 120 rows a second.", "fps")
        self.fps = fps
        self._rate = Fraction(fps).limit_denominator(1001)
        self._manner = manner
        self._voice = voice
        streams = [np.random.default_rng([seed & 0xFFFFFFFF, part]) for part in range(6)]
        self._lean = float(streams[5].uniform(-LEAN, LEAN))
        self._blinks = Blinks(manner, fps, streams[0])
        self._gaze = Gaze(manner, streams[1])
        self._head = Head(manner, seed, streams[2])
        self._face = Face(manner, seed, streams[3])
        self._body = Body(manner, seed, streams[4])
        self._looks = Expression(manner.warmth, 1.0 if self._lean > 0 else -1.0)
        self._parts = (self._blinks, self._gaze, self._head, self._face, self._body, self._looks)
        self._mood = Mood.IDLE
        self._clock = Fraction(0)
        self._planned = 0.0  # s
        self._rows = 0  # given out
        self._said = [Said(SILENCE, BEFORE_ALL, 0.0)]
        self._silent: float | None = BEFORE_ALL
        self._past: list[Curve] = []
        self._join: tuple[float, float, Curve] | None = None

    @property
    def rows(self) -> int:
        """Rows given out so far."""
        return self._rows

    def perform(self, speech: Speech) -> Motion:
        """The rows that are certain once this piece is known, starting where the last ended.

        Args:
            speech: the next piece; may be empty.

        Returns:
            All rows of the sound so far but the last `HELD` seconds, less those already given.
        """
        clock = float(self._clock)
        if self._rows > self._certain():
            self._rejoin(clock, JOINING)
        self._enter(Mood.SPEAKING)
        heard, self._voice = hear(speech, self._voice)
        end = clock + speech.duration
        for phone, how in zip(speech.phones, heard, strict=True):
            if clock + phone.start < end:
                self._say(Said(phone.symbol, clock + phone.start, min(clock + phone.end, end), how.size))
        self._clock += Fraction(len(speech.pcm), speech.rate)
        self._fill()
        self._answer(find(speech, heard, clock, self._silent))
        return self._give(self._certain())

    def rest(self, seconds: float, mood: Mood = Mood.IDLE) -> Motion:
        """Time without speech: rows that were held back, and all rows of this time.

        Raises:
            InputError: seconds below 0 or not finite.
        """
        if not (isfinite(seconds) and seconds >= 0):
            raise InputError(f"Cannot rest for {seconds!r} s.", "Give 0 or more seconds.", "seconds")
        self._enter(mood)
        start = float(self._clock)
        self._silent = start if self._silent is None else self._silent
        self._clock += Fraction(seconds).limit_denominator(1_000_000)
        self._fill()
        return self._give(floor(self._clock * self._rate))

    def finish(self) -> Motion:
        """The rows still held back, the last one for what is left of a frame."""
        return self._give(ceil(self._clock * self._rate))

    def interrupt(self, row: int) -> None:
        """Break off before a row: all rows from there on count as not given.

        The clock goes back to the start of that row. What follows, `rest` or another `perform`, goes
        on from the pose of the row before; the mouth closes within four frames.

        Raises:
            InputError: the row was not given yet, or too long ago.
        """
        if not self._rows - len(self._past) <= row <= self._rows:
            raise InputError(f"Row {row} cannot be taken back.", "Give a row of the last minute.", "row")
        self._past = self._past[: len(self._past) - (self._rows - row)]
        self._rows = row
        self._clock = Fraction(row) / self._rate
        clock = float(self._clock)
        for part in self._parts:
            for track in part.tracks:
                track.cut(clock)
            part.cut(clock)
        self._planned = min(self._planned, clock)
        self._said = [Said(SILENCE, clock - REACH - FADE, clock)]
        self._silent = clock
        self._rejoin(clock, CLOSING)
        self._mood = Mood.SPEAKING
        self._enter(Mood.IDLE)

    def _certain(self) -> int:
        """Rows that no later sound can change."""
        return floor(self._clock * self._rate) - floor(HELD * self._rate)

    def _enter(self, mood: Mood) -> None:
        """Change the mood at the end of the sound so far."""
        if mood is self._mood:
            return
        clock = float(self._clock)
        self._plan(clock)
        self._mood = mood
        for part in (self._gaze, self._head, self._face, self._body):
            part.enter(mood, clock)
        if mood is not Mood.SPEAKING:
            self._looks.release(clock)

    def _rejoin(self, clock: float, duration: float) -> None:
        """Lead the mouth over from the row shown last, where the past could not know what comes."""
        if self._past:
            self._join = (clock, duration, self._past[-1])

    def _say(self, sound: Said) -> None:
        """Remember a sound; silences join, overlaps and gaps close."""
        last = self._said[-1]
        start, end = last.end, max(sound.end, last.end)
        if sound.start > start + GRAIN and sound.symbol != SILENCE:
            self._say(Said(SILENCE, start, sound.start))
            self._say(sound)
        elif sound.symbol == SILENCE == last.symbol:
            self._said[-1] = last._replace(end=end)
        elif end > start:
            self._said.append(sound._replace(start=start, end=end))

    def _fill(self) -> None:
        """Silence up to the clock, and no sound beyond it."""
        clock = float(self._clock)
        last = self._said[-1]
        if clock > last.end + GRAIN:
            self._say(Said(SILENCE, last.end, clock))
        else:
            self._said[-1] = last._replace(end=clock)

    def _answer(self, cues: Cues) -> None:
        self._silent = cues.silent
        for part in (self._looks, self._head, self._face, self._body):
            part.hear(cues)
        for time in cues.pauses:
            ended = any(abs(time - end) < 0.3 for end in cues.ends)
            self._blinks.offer(time + 0.02, Occasion.END if ended else Occasion.PAUSE)
        for accent in cues.accents:
            if accent.strength > UNDERLINED:
                self._blinks.offer(accent.end + 0.05, Occasion.STRESS)
        if cues.onsets:
            self._gaze.begin(cues.onsets[0], cues.length)
        for tag in cues.tags:
            if tag.name == "thinking":
                self._gaze.ponder(tag.time)
        for time in cues.ends:
            self._gaze.close(time)

    def _plan(self, until: float) -> None:
        if until <= self._planned:
            return
        since, self._planned = self._planned, until
        for glance in self._gaze.plan(until, self._mood):
            self._head.follow(glance)
            self._blinks.offer(glance.time, Occasion.GLANCE)
        self._head.plan(until, self._mood)
        self._face.plan(until, self._mood)
        self._body.plan(since, until, self._mood)
        self._blinks.plan(since, until, self._mood)

    def _give(self, until: int) -> Motion:
        """Rows up to this number, made block by block."""
        blocks = [self._make(first, min(first + BLOCK, until)) for first in range(self._rows, until, BLOCK)]
        curves = np.concatenate(blocks) if blocks else np.zeros((0, len(CHANNELS)), np.float32)
        self._forget()
        return Motion(curves, self.fps)

    def _make(self, first: int, last: int) -> FloatArray:
        self._plan(last / self.fps)
        times: Curve = (np.arange(first, last, dtype=np.float64) + 0.5) / self.fps
        rows = np.zeros((last - first, len(CHANNELS)))
        mouth = self._joined(
            times, speak(first, last, self.fps, self._mouths(first, last), self._manner.energy)
        )
        looks = self._looks.at(times)
        alive = self._face.alive(times)
        smile = self._face.smile(times, looks, alive)
        sober = np.clip(looks[:, PART["sober"]], 0.0, 1.0)
        paint(rows, breathe(mouth, self._body.parted(times)), smile, sober, self._lean)
        self._face.paint(rows, times, smile, looks, alive)
        self._body.paint(rows, times, looks[:, PART["lean"]])
        self._turn(rows, times, looks)
        rows[:, WEIGHTS] = np.clip(rows[:, WEIGHTS], 0.0, 1.0)
        self._past.extend(mouth)
        self._rows = last
        return rows.astype(np.float32)

    def _mouths(self, first: int, last: int) -> list[Segment]:
        start, end = first / self.fps - 2 * FADE, last / self.fps + 2 * REACH
        near = [sound for sound in self._said if sound.end > start and sound.start < end]
        if near[-1].symbol == SILENCE:
            near[-1] = near[-1]._replace(end=max(end, near[-1].end))
        elif near[-1].end < end:
            near.append(Said(SILENCE, near[-1].end, end + FADE))
        return [look for look in segments(near) if look.end > start]

    def _joined(self, times: Curve, mouth: Curve) -> Curve:
        if self._join is None:
            return mouth
        since, duration, pose = self._join
        if times[0] > since + duration:
            self._join = None
        phase = np.clip((times - since) / duration, 0.0, 1.0)[:, None]
        share = phase * phase * (3 - 2 * phase)
        joined: Curve = pose + share * (mouth - pose)
        return joined

    def _turn(self, rows: Curve, times: Curve, looks: Curve) -> None:
        """Write head, eyes and lids; the eyes turn against the head, so that the gaze stays."""
        yaw, pitch, roll = self._head.at(times, looks)
        across = np.clip(self._gaze.yaw.at(times) - yaw, -EYES["yaw"], EYES["yaw"])
        down = np.clip(self._gaze.pitch.at(times) - pitch, -EYES["pitch"], EYES["pitch"])
        for name, value in {"headYaw": yaw, "headPitch": pitch, "headRoll": roll, "gazeYaw": across}.items():
            rows[:, INDEX[name]] = value
        rows[:, INDEX["gazePitch"]] = down
        left, right = across / LOOK["yaw"], -across / LOOK["yaw"]
        lids = self._blinks.lids.at(times)
        for side, out in (("Left", left), ("Right", right)):
            rows[:, INDEX[f"eyeLookOut{side}"]] = out
            rows[:, INDEX[f"eyeLookIn{side}"]] = -out
            rows[:, INDEX[f"eyeLookDown{side}"]] = down / LOOK["pitch"]
            rows[:, INDEX[f"eyeLookUp{side}"]] = -down / LOOK["pitch"]
            rows[:, INDEX[f"eyeBlink{side}"]] = lids
            rows[:, INDEX[f"eyeWide{side}"]] *= 1 - np.clip(lids, 0, 1)
        wink = rows[:, INDEX[f"eyeBlink{self._face.winks}"]]
        np.maximum(wink, self._face.wink(times), out=wink)

    def _forget(self) -> None:
        """Drop what no later row and no interruption can need."""
        before = self._rows / self.fps - MEMORY
        keep = int(MEMORY * self.fps)
        if len(self._past) < 2 * keep:
            return
        self._past = self._past[-keep:]
        self._said = [sound for sound in self._said if sound.end > before]
        for part in self._parts:
            for track in part.tracks:
                track.forget(before)
