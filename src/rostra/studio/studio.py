"""The studio as a whole: what its API asks for, done."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing

from rostra.errors import RostraError
from rostra.identity.gate import Gate
from rostra.identity.ks import Ks
from rostra.storage.media import MediaStore
from rostra.studio.avatars import Avatars, Owner
from rostra.studio.composing import Composing
from rostra.studio.errors import StudioError
from rostra.studio.hands import Hands, Task
from rostra.studio.rendering import Rendering
from rostra.studio.tables import GENERATING, Avatar, Video
from rostra.studio.videos import Videos, avatar_of, narration

PLAIN = "#e8ecf1"  # behind templates
MOST_WAITING = 32  # previews that are spoken or wait to be
CHECK = "source-only-conversion-profile"  # the one that clients look for

Check = tuple[str, Callable[[], str]]


class Studio:
    """Everything of the studio.

    Args:
        gate: knows who may come in.
        avatars, videos: what there is.
        composing: writes their scenes.
        rendering: makes videos.
        hands: speak and draw.
        store: keeps pictures.
        extra: further checks of this machine: name, and what is wrong, empty if nothing.
    """

    def __init__(
        self, gate: Gate, avatars: Avatars, videos: Videos, composing: Composing, rendering: Rendering,
        hands: Hands, store: MediaStore, extra: Sequence[Check] = (),
    ) -> None:  # fmt: skip
        self.gate, self.avatars, self.videos, self.composing = gate, avatars, videos, composing
        self._rendering, self._hands, self._store, self._extra = rendering, hands, store, extra
        self._speaking: set[asyncio.Task[None]] = set()

    def checks(self) -> list[tuple[str, str]]:
        """(name, what is wrong or nothing) of each thing that the studio needs."""
        return [(CHECK, ""), *((name, look()) for name, look in self._extra)]

    async def picture(self, avatar: Avatar, size: tuple[int, int]) -> bytes:
        """An avatar's picture, PNG.

        Raises:
            StudioError: its presenter or its background is gone.
        """
        scenery = await self.avatars.scenery(avatar)
        return await self._still(avatar.partner, avatar.template, scenery, size)

    async def likeness(self, partner: int, template: str, size: tuple[int, int]) -> bytes:
        """A template's picture before a plain background, PNG.

        Raises:
            StudioError: the partner has no such template.
        """
        return await self._still(partner, template, PLAIN, size)

    async def _still(self, partner: int, template: str, scenery: str, size: tuple[int, int]) -> bytes:
        pack = self.avatars.template(partner, template)
        told = f"{pack} {pack.stat().st_mtime_ns} {scenery} {size}"
        name = hashlib.sha256(told.encode()).hexdigest()[:24]
        place = self._store.cached(f"avatar-{name}.png")
        if not place.exists():
            task = {
                "do": "still", "partner": partner, "presenter": pack.stem, "background": scenery,
                "size": list(size), "target": str(place),
            }  # fmt: skip
            async with self._hands.talker() as hand:
                async for _ in hand.ask(task):
                    pass
        return place.read_bytes()

    async def speech(self, owner: Owner, id_: str, number: int) -> AsyncIterator[bytes]:
        """The narration of a scene as MP3, while it is spoken.

        Raises:
            StudioError: there is no such scene, or nothing in it that somebody could say.
        """
        video = await self.videos.get(owner, id_)
        if not 0 <= number < len(video.scenes):
            raise StudioError("SCENE_NOT_FOUND", f"The video has no scene {number}", sceneId=number)
        scene = video.scenes[number]
        if not narration(scene):
            raise StudioError("SCENE_EMPTY_NARRATION", f"Scene {number} has no narration", sceneId=number)
        avatar = await self.avatars.get(owner, avatar_of(video, scene))
        task = {
            "do": "speak", "partner": owner.partner, "presenter": avatar.template, "text": narration(scene),
        }  # fmt: skip
        pieces = self._spoken(task)
        try:
            first = await anext(pieces)
        except StopAsyncIteration as error:
            raise RostraError("The voice said nothing.") from error
        return _with(first, pieces)

    async def generate(self, ks: Ks, id_: str) -> Video:
        """Begin to render a project.

        Raises:
            StudioError: its state or its content does not allow it.
        """
        video = await self.videos.start(ks, id_)
        self._rendering.take(video)
        return video

    async def cancel(self, owner: Owner, id_: str) -> Video:
        """Stop rendering a project.

        Raises:
            StudioError: it is not being rendered.
        """
        video = await self.videos.get(owner, id_)
        if video.status != GENERATING:
            message = f"A video that is {video.status} is not being generated"
            raise StudioError("INVALID_STATUS_TRANSITION", message, id=id_)
        await self._rendering.cancel(video)
        return await self.videos.get(owner, id_)

    async def _spoken(self, wanted: Task) -> AsyncIterator[bytes]:
        """MP3 as it is made; to the end, however slowly somebody listens, so that nobody waits for them."""
        if len(self._speaking) >= MOST_WAITING:
            raise StudioError("TOO_MANY_REQUESTS", "Too many previews are being spoken; try again soon")
        pieces: asyncio.Queue[bytes | Exception | None] = asyncio.Queue()
        task = asyncio.create_task(self._speak(wanted, pieces))
        self._speaking.add(task)
        task.add_done_callback(self._speaking.discard)
        while (piece := await pieces.get()) is not None:
            if isinstance(piece, Exception):
                raise piece
            yield piece

    async def _speak(self, wanted: Task, pieces: asyncio.Queue[bytes | Exception | None]) -> None:
        try:
            async with self._hands.talker() as hand, aclosing(hand.ask(wanted)) as told:
                async for message in told:
                    if "data" in message:
                        pieces.put_nowait(base64.b64decode(message["data"]))
        except Exception as error:  # it belongs to whoever listens
            pieces.put_nowait(error)
        pieces.put_nowait(None)


async def _with(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece
