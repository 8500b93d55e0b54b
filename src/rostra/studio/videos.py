"""Video projects: their scenes, and the states that they go through.

    draft ──compose──▶ composing ──▶ composed ──generate──▶ generating ──▶ ready
      ▲                    └─▶ compose-error    (also from draft)  └─▶ generate-error
      └──────────────────────── resetStatus ◀──────────────────────────┘

Looking at a state and changing it is one step, so that of two that want to change it one comes first
and the other is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam

from rostra.identity.ks import Ks
from rostra.storage.database import Database
from rostra.storage.rows import Listing
from rostra.storage.tables import fresh_id, now
from rostra.studio.avatars import Avatars, Owner
from rostra.studio.errors import StudioError
from rostra.studio.tables import (
    BUSY,
    COMPOSE_ERROR,
    COMPOSED,
    COMPOSING,
    DRAFT,
    GENERATE_ERROR,
    GENERATING,
    READY,
    Video,
)

MOST_SOURCES = 5  # clips of one video
ORDERS = {
    "-createdAt": Video.created.desc(),
    "createdAt": Video.created.asc(),
    "-updatedAt": Video.updated.desc(),
    "updatedAt": Video.updated.asc(),
}
OWN = (Video.partner == bindparam("partner"), Video.user == bindparam("user"))
LISTS = {name: Listing(Video, OWN, (order, Video.id)) for name, order in ORDERS.items()}

Scenes = Sequence[Mapping[str, Any]]


class Videos:
    """All video projects.

    Args:
        database: where they are kept.
        avatars: who may appear in them.
    """

    def __init__(self, database: Database, avatars: Avatars) -> None:
        self._database, self._avatars = database, avatars

    async def add(self, owner: Owner, name: str, avatar: str, scenes: Scenes) -> Video:
        """A new project.

        Raises:
            StudioError: an avatar is not the owner's, or there are too many clips.
        """
        await self._check(owner, avatar, scenes)
        at = now()
        made = Video(
            id=fresh_id(), partner=owner.partner, user=owner.user, status=DRAFT, name=name, avatar=avatar,
            scenes=[dict(scene) for scene in scenes], entry=None, composition=None, composed=False,
            error=None, progress=None, rights={}, created=at, updated=at,
        )  # fmt: skip
        await self._database.add(made)
        return made

    async def get(self, owner: Owner, id_: str) -> Video:
        """A project.

        Raises:
            StudioError: the owner has none of this id.
        """
        return _own(await self._database.find(Video, id_), owner, id_)

    async def page(
        self, owner: Owner, order: str, offset: int, limit: int, where: Sequence[Any] = ()
    ) -> tuple[Sequence[Video], int]:
        """Some of the owner's projects, and how many there are.

        Args:
            owner: whose.
            order: a name of LISTS.
            offset: how many are left out.
            limit: how many at most.
            where: further conditions.
        """
        wanted = LISTS[order].narrowed(where)
        return await self._database.page(wanted, limit, offset, partner=owner.partner, user=owner.user)

    async def update(self, owner: Owner, id_: str, given: Mapping[str, Any]) -> Video:
        """Change what is given: `name`, `avatar` (None clears it), `scenes` (all of them).

        Raises:
            StudioError: there is no such project, it is busy, or a value cannot be.
        """
        await self._check(owner, given.get("avatar"), given.get("scenes", ()))

        def changed(video: Video) -> dict[str, Any]:
            if "scenes" in given and video.status in BUSY:
                raise StudioError("VIDEO_IS_PROCESSING", "The video is being worked on", id=id_)
            other = any(getattr(video, name) != given[name] for name in ("avatar", "scenes") if name in given)
            status = _unrendered(video) if other and video.status == READY else video.status
            return {**given, "status": status}

        return await self._revise(owner, id_, changed)

    async def delete(self, owner: Owner, id_: str) -> None:
        """Delete a project; what it was rendered to stays.

        Raises:
            StudioError: there is no such project, or it is busy.
        """

        def check(found: Video | None) -> None:
            video = _own(found, owner, id_)
            _check_still(video)
            if video.status in BUSY:
                raise StudioError("VIDEO_IS_PROCESSING", "The video is being worked on", id=id_)

        await self._database.remove(Video, id_, check)

    async def reset(self, owner: Owner, id_: str) -> Video:
        """Leave an error behind.

        Raises:
            StudioError: there is none.
        """

        def left(video: Video) -> dict[str, Any]:
            if video.status not in (COMPOSE_ERROR, GENERATE_ERROR):
                message = f"A video that is {video.status} cannot be reset"
                raise StudioError("CANNOT_RESET_STATUS", message, id=id_)
            status = DRAFT if video.status == COMPOSE_ERROR else _unrendered(video)
            return {"status": status, "error": None, "progress": None}

        return await self._revise(owner, id_, left)

    async def start(self, ks: Ks, id_: str) -> Video:
        """Begin to generate; of two who ask, one is refused. The session's rights are noted: it may end.

        Raises:
            StudioError: its state or its content does not allow it.
        """
        owner, rights = Owner.of(ks), {"type": ks.type, "privileges": dict(ks.privileges.items)}

        def begun(video: Video) -> dict[str, Any]:
            _check_still(video)
            if video.status not in (DRAFT, COMPOSED):
                message = f"A video that is {video.status} cannot be generated"
                raise StudioError("VIDEO_CANNOT_GENERATE", message, id=id_)
            _check_complete(video)
            waiting = {"percent": 0, "stage": "waiting", "secondsLeft": None}
            return {"status": GENERATING, "error": None, "progress": waiting, "rights": rights}

        return await self._revise(owner, id_, begun)

    async def move(self, id_: str, before: str, **values: Any) -> bool:
        """Change a project if it is in a state; whether it was."""
        moved = False

        def change(video: Video | None) -> dict[str, Any] | None:
            nonlocal moved
            moved = video is not None and video.status == before
            return {**values, "updated": now()} if moved else None

        await self._database.revise(Video, id_, change)
        return moved

    async def compose(self, owner: Owner, id_: str, given: Mapping[str, Any]) -> Video:
        """Begin to compose.

        Raises:
            StudioError: its state does not allow it.
        """

        def begun(video: Video) -> dict[str, Any]:
            _check_still(video)
            if video.status not in (DRAFT, COMPOSED):
                message = f"A video that is {video.status} cannot be composed"
                raise StudioError("VIDEO_CANNOT_COMPOSE", message, id=id_)
            return {"status": COMPOSING, "composition": dict(given), "error": None}

        return await self._revise(owner, id_, begun)

    async def running(self, status: str = GENERATING) -> Sequence[Video]:
        """Projects in a state, the oldest first."""
        return await self._database.rows(Video, (Video.status == status,), (Video.updated,))

    async def _revise(self, owner: Owner, id_: str, change: Callable[[Video], dict[str, Any]]) -> Video:
        """Look at one of the owner's projects and change it, in one step."""

        def dated(found: Video | None) -> dict[str, Any]:
            return {**change(_own(found, owner, id_)), "updated": now()}

        return _own(await self._database.revise(Video, id_, dated), owner, id_)

    async def _check(self, owner: Owner, avatar: str | None, scenes: Scenes) -> None:
        ids = {avatar, *(scene.get("narration", {}).get("avatarId") for scene in scenes)} - {None}
        for id_ in ids:
            await self._avatars.get(owner, str(id_))
        _check_sources(scenes)


def narration(scene: Mapping[str, Any]) -> str:
    """What is said in a scene."""
    return str(scene.get("narration", {}).get("text", "")).strip()


def avatar_of(video: Video, scene: Mapping[str, Any]) -> str:
    """Who speaks in a scene.

    Raises:
        StudioError: nobody does.
    """
    id_ = scene.get("narration", {}).get("avatarId") or video.avatar
    if not id_:
        message = "Neither the video nor the scene has an avatar"
        raise StudioError("VIDEO_AVATAR_NOT_CONFIGURED", message, id=video.id)
    return str(id_)


def _check_still(video: Video) -> None:
    """Refuse a project while it is rendered."""
    if video.status == GENERATING:
        raise StudioError("VIDEO_IS_BEING_GENERATED", "The video is being generated", id=video.id)


def _check_complete(video: Video) -> None:
    """Refuse a project that cannot be rendered."""
    if not video.scenes:
        raise StudioError("VIDEO_CANNOT_GENERATE", "The video has no scene", id=video.id)
    _check_sources(video.scenes)
    for number, scene in enumerate(video.scenes):
        avatar_of(video, scene)
        if not narration(scene):
            raise StudioError("SCENE_EMPTY_NARRATION", f"Scene {number} has no narration", sceneId=number)
        if scene["layoutType"] == "broll" and not scene.get("broll"):
            raise StudioError("VIDEO_CANNOT_GENERATE", f"Scene {number} has no clip", sceneId=number)


def _check_sources(scenes: Scenes) -> None:
    clips = {scene["broll"]["entryId"] for scene in scenes if scene.get("broll")}
    if len(clips) > MOST_SOURCES:
        raise StudioError("TOO_MANY_SOURCES", f"More than {MOST_SOURCES} different clips", limit=MOST_SOURCES)


def _unrendered(video: Video) -> str:
    return COMPOSED if video.composed else DRAFT


def _own(video: Video | None, owner: Owner, id_: str) -> Video:
    if video is None or (video.partner, video.user) != (owner.partner, owner.user):
        raise StudioError("VIDEO_NOT_FOUND", f"There is no video {id_!r}", id=id_)
    return video
