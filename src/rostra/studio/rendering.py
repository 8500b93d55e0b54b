"""Rendering: a video project becomes an entry of the library.

Each scene is a step: it is rendered by a worker into a piece of its own, and a piece that is there is
never rendered again. When all are there they are joined, and the video becomes an entry with captions
and poster. Everything needed to go on lies in the database and in a folder of the project, so a server
that is killed at any moment goes on where it was.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog

from rostra.drafts import draft
from rostra.errors import RostraError
from rostra.identity.ks import USER, Ks
from rostra.identity.privileges import Privileges
from rostra.library.captions import WEBVTT, Captions
from rostra.library.entries import SOURCE, WEB, Entries
from rostra.library.intake import Intake
from rostra.library.rights import may_see
from rostra.library.tables import READY as ENTRY_READY
from rostra.library.tables import VIDEO, fresh_asset_id
from rostra.studio.avatars import Avatars, Owner
from rostra.studio.errors import StudioError
from rostra.studio.hands import Hand, Hands, Task
from rostra.studio.tables import GENERATE_ERROR, GENERATING, READY, Video
from rostra.studio.videos import Videos, avatar_of, narration

log = structlog.get_logger()

JOINING = 0.05  # share of the work that joining is
EVERY = 0.5  # s between two notes of the progress
PATIENCE = 3600  # s that the entry's conversion may take
DONE = {"percent": 100, "stage": "ready", "secondsLeft": 0}
LOOK = 0.2  # s between two looks at it


class Rendering:
    """Renders projects.

    Args:
        videos: all projects.
        avatars: who appears in them.
        entries, captions: the library.
        intake: of the library.
        hands: who does the work.
    """

    def __init__(
        self,
        videos: Videos,
        avatars: Avatars,
        entries: Entries,
        captions: Captions,
        intake: Intake,
        hands: Hands,
    ) -> None:
        self._videos, self._avatars, self._entries = videos, avatars, entries
        self._captions, self._intake, self._hands = captions, intake, hands
        self._running: dict[str, asyncio.Task[None]] = {}

    async def resume(self) -> None:
        """Take up what an earlier server left."""
        for video in await self._videos.running():
            self.take(video)

    def take(self, video: Video) -> None:
        """Render a project that is in the state `generating`."""
        task = asyncio.create_task(self._whole(video))
        self._running[video.id] = task
        task.add_done_callback(lambda _: self._running.pop(video.id, None))

    async def cancel(self, video: Video) -> None:
        """Stop rendering a project; finished scenes are kept for the next time."""
        task = self._running.get(video.id)
        if task:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        error = {"code": "CANCELLED", "message": "The generation was cancelled."}
        await self._videos.move(video.id, GENERATING, status=GENERATE_ERROR, error=error, progress=None)

    async def stop(self) -> None:
        """Stop; the next server goes on."""
        for task in list(self._running.values()):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _whole(self, video: Video) -> None:
        try:
            await self._make(video)
        except StudioError as error:
            await self._fail(video, error.wire_code, error.message, error.about)
        except RostraError as error:
            await self._fail(video, error.code, str(error), {})
        except Exception:
            await self._fail(video, "INTERNAL_SERVER_ERROR", "The rendering failed.", {})
            log.exception("rendering failed", video=video.id)

    async def _make(self, video: Video) -> None:
        folder = self._entries.store.staged(f"video-{video.id}")
        folder.mkdir(parents=True, exist_ok=True)
        scenes = [await self._scene(video, scene) for scene in video.scenes]
        pieces = [folder / _name(scene, number) for number, scene in enumerate(scenes)]
        _forget(folder, pieces)
        progress = Progress(self._videos, video.id, [len(scene["narration"]) for scene in scenes])
        try:
            async with asyncio.TaskGroup() as group:
                for number, scene in enumerate(scenes):
                    task = {
                        "do": "scene", "partner": video.partner, "scene": scene, "number": number,
                        "folder": str(pieces[number]),
                    }  # fmt: skip
                    group.create_task(self._piece(task, progress))
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from failed
        await progress.note("joining", force=True)
        made = folder / "video.mp4"
        if not (folder / "entry").exists():
            await self._join(video.partner, scenes, pieces, made)
        await progress.note("uploading", force=True)
        entry = await self._keep(video, made)
        ended: dict[str, Any] = {"status": READY, "entry": entry, "error": None, "progress": DONE}
        if await self._videos.move(video.id, GENERATING, **ended):
            shutil.rmtree(folder, ignore_errors=True)

    async def _scene(self, video: Video, scene: Mapping[str, Any]) -> dict[str, Any]:
        """A scene as the production line takes it."""
        owner = Owner(video.partner, video.user)
        avatar = await self._avatars.get(owner, avatar_of(video, scene))
        made: dict[str, Any] = {
            "narration": narration(scene),
            "layout": scene["layoutType"],
            "presenter": avatar.template,
            "background": await self._avatars.scenery(avatar),
        }
        if scene["layoutType"] == "broll":
            clip = scene["broll"]
            made["broll"] = {"file": str(await self._clip(video, clip)), "start": clip.get("startTime", 0.0)}
        return made

    async def _clip(self, video: Video, clip: Mapping[str, Any]) -> Path:
        """The film of an entry, on this machine."""
        id_ = str(clip["entryId"])
        entry, shared = await self._entries.find(id_), await self._entries.shared(video.partner)
        seen = entry is not None and may_see(_starter(video), entry, shared)
        if entry is None or not seen or (entry.status, entry.media) != (ENTRY_READY, VIDEO):
            message = f"There is no video {id_!r} that is ready"
            raise StudioError("VIDEO_CANNOT_GENERATE", message, entryId=id_)
        assets = {asset.role: asset for asset in await self._entries.assets(id_)}
        return await self._entries.store.local((assets.get(WEB) or assets[SOURCE]).key)

    async def _piece(self, task: Task, progress: Progress) -> None:
        """Render a scene, if it is not there yet."""
        number, folder = int(task["number"]), Path(task["folder"])
        folder.mkdir(exist_ok=True)
        if not (folder / f"{number}.json").exists():
            try:
                async with self._hands.renderer() as hand:
                    await hand.start()
                    await progress.note("rendering", force=True)
                    async for told in hand.ask(task):
                        await progress.at(number, told.get("progress", 1.0))
            except RostraError as error:
                raise StudioError("VIDEO_CANNOT_GENERATE", str(error), sceneId=number) from error
        await progress.at(number, 1.0)

    async def _join(
        self, partner: int, scenes: list[dict[str, Any]], pieces: list[Path], target: Path
    ) -> None:
        """The whole video, with captions and poster beside it."""
        gathered = target.with_name("gathered")
        shutil.rmtree(gathered, ignore_errors=True)
        gathered.mkdir()
        for number, piece in enumerate(pieces):
            for kind in ("mp4", "wav", "json"):
                os.link(piece / f"{number}.{kind}", gathered / f"{number}.{kind}")
        task = {
            "do": "join", "partner": partner, "count": len(pieces), "folder": str(gathered),
            "target": str(target), "scene": scenes[0], "poster": str(target.with_name("poster.jpg")),
        }  # fmt: skip
        async with self._hands.renderer() as hand:
            await _done(hand, task)

    async def _keep(self, video: Video, made: Path) -> str:
        """The video as an entry that is ready; its id."""
        owner = _starter(video)
        noted = made.with_name("entry")
        if not noted.exists():  # before the entry is made: a server that goes on makes no second one
            with draft(noted) as file:
                file.write_text(fresh_asset_id())
        entry = await self._entries.find(noted.read_text())
        if entry is None:
            now = await self._videos.get(
                Owner(video.partner, video.user), video.id
            )  # it may be renamed by now
            values = {"id": noted.read_text(), "name": now.name, "media": VIDEO, "extra": {"video": video.id}}
            entry = await self._entries.add(owner, values)
        if not await self._captions.of(entry.id):
            vtt = made.with_suffix(".vtt").read_text("utf-8")
            await self._captions.add(entry, {"format": WEBVTT, "chosen": True, "accuracy": 100}, vtt)
        if not entry.version:
            self._intake.take(await self._entries.fill(entry, made, "mp4"))
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = await self._entries.find(entry.id)
            if found is None or found.status < 0:
                break
            if found.status == ENTRY_READY:
                return entry.id
            await asyncio.sleep(LOOK)
        raise RostraError("The library did not take the video.", "Generate again.")

    async def _fail(self, video: Video, code: str, message: str, about: Mapping[str, str]) -> None:
        error = {"code": code, "message": message, **{k: v for k, v in about.items() if k == "sceneId"}}
        await self._videos.move(video.id, GENERATING, status=GENERATE_ERROR, error=error, progress=None)
        log.warning("rendering failed", video=video.id, code=code, why=message)


class Progress:
    """How far a project is, noted now and then.

    Args:
        videos: where it is noted.
        id_: of the project.
        weights: how much work each scene is, about.
    """

    def __init__(self, videos: Videos, id_: str, weights: list[int]) -> None:
        self._videos, self._id = videos, id_
        self._weights, self._shares = weights, [0.0] * len(weights)
        self._start, self._noted = time.monotonic(), 0.0

    async def at(self, number: int, share: float) -> None:
        """A scene is so far."""
        self._shares[number] = max(self._shares[number], share)
        await self.note("rendering")

    async def note(self, stage: str, force: bool = False) -> None:
        """Write it down, unless that was done just now."""
        now = time.monotonic()
        if not force and now - self._noted < EVERY:
            return
        self._noted = now
        done = sum(weight * share for weight, share in zip(self._weights, self._shares, strict=True))
        share = done / max(1, sum(self._weights)) * (1 - JOINING)
        left = round((now - self._start) * (1 - share) / share) if share > 0.03 else None
        progress = {"percent": round(100 * share), "stage": stage, "secondsLeft": left}
        await self._videos.move(self._id, GENERATING, progress=progress)


def _starter(video: Video) -> Ks:
    """Who began to generate a project, with the rights that they had then."""
    rights = video.rights
    privileges = Privileges(rights.get("privileges", {}))
    return Ks(video.partner, video.user, rights.get("type", USER), 0, privileges)


async def _done(hand: Hand, task: dict[str, Any]) -> dict[str, Any]:
    """What a task gives at its end."""
    result: dict[str, Any] = {}
    async for told in hand.ask(task):
        result = told.get("done", result)
    return result


def _name(scene: Mapping[str, Any], number: int) -> str:
    """The folder of a scene's piece: another one as soon as anything of the scene changes."""
    told = json.dumps([number, scene], sort_keys=True)
    return f"scene-{hashlib.sha256(told.encode()).hexdigest()[:24]}"


def _forget(folder: Path, pieces: list[Path]) -> None:
    """Delete the pieces of scenes that have changed since."""
    for old in folder.glob("scene-*"):
        if old not in pieces:
            shutil.rmtree(old, ignore_errors=True)
