"""The cast: who is seen and heard for the ids that a client names."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from rostra.errors import UnknownNameError
from rostra.identity.ks import Ks
from rostra.live.dimensions import SQUARE
from rostra.live.session import Look
from rostra.live.speaker import Wanted
from rostra.picture.frame import Size
from rostra.presenters.catalogue import Catalogue
from rostra.presenters.pack import Pack
from rostra.speech.voice import RATES, Pace

BACKGROUND = "office-1"  # behind a presenter that is named without one
FAST = "fast"  # the form of a voice that can keep up

FindAvatar = Callable[[Ks, str], Awaitable[tuple[str, str] | None]]


class Cast:
    """Whom sessions can be made with.

    Args:
        presenters: everybody's; a partner sees its own, too.
        find_avatar: (KS, id) -> presenter and background of one of the caller's avatars, or None.
        check_voice: raises UnknownNameError for the name of a voice that is not there.
        size: of their pictures.
    """

    def __init__(
        self,
        presenters: Catalogue,
        find_avatar: FindAvatar,
        check_voice: Callable[[str], object],
        size: Size = SQUARE,
    ) -> None:
        self.presenters, self._size = presenters, size
        self._find_avatar, self._check_voice = find_avatar, check_voice

    async def resolve(self, ks: Ks, avatar: str, voice: str | None, speed: float) -> tuple[Look, Wanted]:
        """Who is seen and how they speak.

        Args:
            ks: who asks.
            avatar: id of a presenter, or of an avatar of the caller.
            voice: name of a voice, or None for the presenter's own.
            speed: factor on the voice's own.

        Raises:
            UnknownNameError: there is no such avatar or voice.
        """
        presenter, background, theirs = avatar, BACKGROUND, self.presenters.of(ks.partner)
        if avatar not in theirs.files():
            found = await self._find_avatar(ks, avatar)
            if found is None:
                raise UnknownNameError("avatar", avatar, theirs.files(), "visualConfig.avatarId")
            presenter, background = found
        look = Look(await asyncio.to_thread(theirs.find, presenter), background, self._size)
        return look, await asyncio.to_thread(self.wanted, look.pack, voice, speed)

    async def look(self, presenter: str) -> Look:
        """One of everybody's presenters."""
        return Look(await asyncio.to_thread(self.presenters.find, presenter), BACKGROUND, self._size)

    def wanted(self, pack: Pack, voice: str | None = None, speed: float = 1.0) -> Wanted:
        """How a presenter speaks.

        Raises:
            UnknownNameError: there is no such voice.
        """
        own = pack.manifest.voice
        name = voice or own.name.partition(":")[0]
        named = name if ":" in name else f"{name}:{FAST}"
        self._check_voice(named)
        rate = speed if voice else own.rate * speed
        return Wanted(named, Pace(rate=min(max(rate, RATES[0]), RATES[1]), pitch=0.0 if voice else own.pitch))
