"""Acting: speech in, motion out.

`Actor` is the performer; `Motion` is what it gives; `Manner` and `Mood` say how it behaves.
"""

from rostra.acting.actor import Actor
from rostra.acting.manner import Manner, Mood
from rostra.acting.motion import CHANNELS, INDEX, Motion
from rostra.acting.prosody import Calibration

__all__ = ["CHANNELS", "INDEX", "Actor", "Calibration", "Manner", "Mood", "Motion"]
