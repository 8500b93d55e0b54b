"""Delivery: the addresses under which entries are played, downloaded and shown as pictures.

    /p/{partner}/sp/{x}/playManifest/entryId/{entry}/format/{url|download|applehttp}/...
    /p/{partner}/raw/entry_id/{entry}/...          the source
    /p/{partner}/sp/{x}/download/entry_id/{entry}/[flavor/{id}]
    /p/{partner}/thumbnail/entry_id/{entry}/width/640/vid_sec/3/...

Parameters stand in the path as pairs, in any order, or in the query. Real HTTP states are used here.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Route

from rostra.apiv3.api import bearer, place
from rostra.apiv3.request import from_path
from rostra.errors import AwayError, KsError, MediaError, MissingFileError
from rostra.identity.gate import Gate
from rostra.library import hls, thumbnails
from rostra.library.entries import CHOSEN, POSTER, SOURCE, WEB, Entries
from rostra.library.rights import PRIVATE, may_see
from rostra.library.tables import READY, Asset, Entry
from rostra.library.thumbnails import Wanted
from rostra.storage.media import MediaStore

TYPES = {
    "mp4": "video/mp4", "m4a": "audio/mp4", "mov": "video/quicktime", "webm": "video/webm",
    "mp3": "audio/mpeg", "wav": "audio/wav", "jpg": "image/jpeg", "jpeg": "image/jpeg",
    "png": "image/png", "webp": "image/webp",
    "gif": "image/gif", "bmp": "image/bmp", "pdf": "application/pdf", "txt": "text/plain; charset=utf-8",
}  # fmt: skip
ALIASES = {"e": "entryId", "f": "format", "pt": "protocol", "fi": "flavorId", "fp": "flavorParamId"}
OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Content-Range, Content-Length, ETag",
    "X-Content-Type-Options": "nosniff",
}
RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
HOUR, MINUTE = 3600, 60  # s that browsers may keep a picture
AFTER = "5"  # s until whoever found the store away may ask again


Act = Callable[[Request, Mapping[str, str]], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


class RefusedError(Exception):
    """A request that gets no file: the HTTP state and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why


class Delivery:
    """Hands out files.

    Args:
        gate: knows who may come in.
        entries: what there is.
        at_once: pictures that are made at the same time.
    """

    def __init__(self, gate: Gate, entries: Entries, at_once: int = 2) -> None:
        self._gate, self._entries = gate, entries
        self._slots = asyncio.Semaphore(at_once)

    def routes(self) -> list[Route]:
        """For the application."""
        ways = {
            "playManifest": self._play,
            "raw": self._raw,
            "download": self._download,
            "thumbnail": self._thumb,
        }
        return [
            Route(f"{start}/{name}/{{rest:path}}", self._answering(act), methods=["GET", "HEAD"])
            for name, act in ways.items()
            for start in ("/p/{partner:int}", "/p/{partner:int}/sp/{sub}")
        ]

    def _answering(self, act: Act) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            try:
                return await act(request, _parameters(request))
            except RefusedError as refused:
                headers = {**OPEN, "X-Kaltura": f"error-{refused.why}"}
                return Response(refused.why, refused.status, headers, "text/plain")
            except MissingFileError:
                return Response("FILE_NOT_FOUND", 404, OPEN, "text/plain")
            except AwayError:
                return Response("STORE_AWAY", 503, {**OPEN, "Retry-After": AFTER}, "text/plain")

        return endpoint

    async def _play(self, request: Request, given: Mapping[str, str]) -> Response:
        form = given.get("format", "url")
        if form not in ("url", "download", "applehttp"):
            raise RefusedError(404, "FORMAT_NOT_SUPPORTED")
        entry = await self._entry(request, given, given.get("entryId", ""))
        if form == "applehttp":
            return await self._stream(request, entry, given)
        source = given.get("flavorParamId", given.get("flavorParamIds")) == "0"
        asset = await self._asset(entry, (SOURCE, WEB) if source else (WEB, SOURCE), given.get("flavorId"))
        return await self._file(request, entry, asset, attach=form == "download")

    async def _stream(self, request: Request, entry: Entry, given: Mapping[str, str]) -> Response:
        """A playlist of HLS, or the file that its pieces are in."""
        asset = await self._asset(entry, (WEB, SOURCE), given.get("flavorId"))
        folder = self._entries.store.cached(f"hls-{asset.id}-{asset.version}")
        try:
            async with self._slots:
                await asyncio.to_thread(hls.make, await self._entries.store.local(asset.key), folder)
        except MediaError as error:
            raise RefusedError(404, "FORMAT_NOT_SUPPORTED") from error
        if given.get("part") == "pieces":
            return FileResponse(folder / hls.PIECES, headers=OPEN, media_type="video/mp4")
        root = f"/p/{entry.partner}/sp/{entry.partner}00/playManifest/entryId/{entry.id}/format/applehttp"
        key = f"/ks/{given['ks']}" if "ks" in given else ""
        text = await asyncio.to_thread(hls.playlist, folder, f"{root}/part/pieces{key}/a.mp4")
        return Response(text, headers=OPEN, media_type="application/x-mpegurl")

    async def _raw(self, request: Request, given: Mapping[str, str]) -> Response:
        entry = await self._entry(request, given, given.get("entry_id", ""))
        asset = await self._asset(entry, (SOURCE,), None)
        return await self._file(
            request, entry, asset, given.get("direct_serve") != "1", given.get("file_name", "")
        )

    async def _download(self, request: Request, given: Mapping[str, str]) -> Response:
        entry = await self._entry(request, given, given.get("entry_id", ""))
        asset = await self._asset(entry, (SOURCE,), given.get("flavor"))
        return await self._file(request, entry, asset, True, given.get("file_name", ""))

    async def _thumb(self, request: Request, given: Mapping[str, str]) -> Response:
        entry = await self._entry(request, given, given.get("entry_id", ""), ready=False)
        try:
            wanted = Wanted.of(given)
        except ValueError as error:
            raise RefusedError(400, "INVALID_PARAMETERS") from error
        kind = f"image/{'jpeg' if wanted.format == 'jpg' else wanted.format}"
        asset = await self._pictured(entry, wanted)
        own = f"{asset.id}-{asset.version}" if asset else ""
        name = f"{entry.id}-{entry.version}-{entry.status}-{own}-{wanted}"
        etag = f'"{hashlib.sha256(name.encode()).hexdigest()[:24]}"'
        keep = HOUR if entry.status == READY else MINUTE
        scope = "private" if "ks" in given else "public"
        headers = {**OPEN, "ETag": etag, "Cache-Control": f"{scope}, max-age={keep}"}
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        data = await self._picture(entry, asset, wanted, etag.strip('"'))
        return Response(data, headers=headers, media_type=kind)

    async def _pictured(self, entry: Entry, wanted: Wanted) -> Asset | None:
        """The file of which a picture is shown; None where there is nothing to see."""
        roles = (WEB, SOURCE) if wanted.needs_film else (CHOSEN, POSTER, SOURCE)
        assets = {one.role: one for one in await self._entries.assets(entry.id)}
        asset = next((assets[role] for role in roles if role in assets), None)
        seen = asset is not None and (asset.role != SOURCE or bool(entry.width))
        return asset if entry.status == READY and seen else None

    async def _picture(self, entry: Entry, asset: Asset | None, wanted: Wanted, name: str) -> bytes:
        """A picture from the cache, or made."""
        kept = self._entries.store.cached(f"thumb-{name}")
        if kept.exists():
            return await asyncio.to_thread(kept.read_bytes)
        if asset is None:
            return thumbnails.placeholder(wanted)
        async with self._slots:
            path = await self._entries.store.local(asset.key)
            try:
                data = await asyncio.to_thread(thumbnails.make, path, wanted, entry.duration / 1000)
            except MediaError:
                return thumbnails.placeholder(wanted)
        part = kept.with_suffix(".part")
        await asyncio.to_thread(part.write_bytes, data)
        part.replace(kept)
        return data

    async def _entry(self, request: Request, given: Mapping[str, str], id_: str, ready: bool = True) -> Entry:
        """The entry that an address names, if whoever asks may see it."""
        entry = await self._entries.find(id_)
        if entry is None or entry.partner != request.path_params["partner"]:
            raise RefusedError(404, "ENTRY_ID_NOT_FOUND")
        partner = await self._gate.partners.find(entry.partner)
        ks = given.get("ks") or bearer(request)
        if ks:
            try:
                who = await self._gate.admit(ks, place(request))
            except KsError as error:
                raise RefusedError(403, "INVALID_KS") from error
            if not may_see(who, entry, await self._entries.shared(entry.partner)):
                raise RefusedError(404, "ENTRY_ID_NOT_FOUND")
        elif partner is None or partner.options.get(PRIVATE, False):
            raise RefusedError(403, "MISSING_KS")
        if ready and entry.status != READY:
            raise RefusedError(404, "ENTRY_NOT_READY")
        return entry

    async def _asset(self, entry: Entry, roles: tuple[str, ...], id_: str | None) -> Asset:
        assets = [one for one in await self._entries.assets(entry.id) if one.role in (SOURCE, WEB)]
        if id_:
            chosen = next((one for one in assets if one.id == id_), None)
        else:
            chosen = next((one for role in roles for one in assets if one.role == role), None)
        if chosen is None:
            raise RefusedError(404, "FLAVOR_NOT_FOUND")
        return chosen

    async def _file(
        self, request: Request, entry: Entry, asset: Asset, attach: bool, name: str = ""
    ) -> Response:
        """A file, or the part of it that is asked for."""
        size = await self._entries.store.size(asset.key)
        etag = f'"{asset.id}-{asset.version}"'
        headers = {**OPEN, "Accept-Ranges": "bytes", "ETag": etag, "Cache-Control": "private, max-age=0"}
        if attach:
            headers |= attached(name or f"{entry.name or entry.id}.{asset.extension}")
        kind = TYPES.get(asset.extension, "application/octet-stream")
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        condition = request.headers.get("if-range")
        asked = request.headers.get("range", "") if condition in (None, etag) else ""
        start, end = _span(asked, size)
        if start < 0:
            return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{size}"})
        headers["Content-Length"] = str(end - start)
        partial = bool(asked) and (start, end) != (0, size)
        if partial:
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
        if request.method == "HEAD":
            return Response(status_code=206 if partial else 200, headers=headers, media_type=kind)
        body = self._entries.store.read(asset.key, start, end)
        return StreamingResponse(body, 206 if partial else 200, headers, kind)


def attached(name: str) -> dict[str, str]:
    """The header of a file that browsers keep under a name."""
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}


def handed(store: MediaStore, asset: Asset, name: str) -> Response:
    """A whole file under a name."""
    headers = {**OPEN, **attached(name), "Content-Length": str(asset.size)}
    kind = TYPES.get(asset.extension, "application/octet-stream")
    return StreamingResponse(store.read(asset.key, 0, asset.size), 200, headers, kind)


def _parameters(request: Request) -> dict[str, str]:
    """Pairs of the path and of the query; short names made long."""
    pairs = {**from_path(request.path_params["rest"]), **request.query_params}
    return {ALIASES.get(name, name): str(value) for name, value in pairs.items()}


def _span(asked: str, size: int) -> tuple[int, int]:
    """First byte and end of a range; all of it if none, or several, are asked for; -1 if it cannot be had."""
    match = RANGE.fullmatch(asked.strip())
    if not match or match.group(1) == match.group(2) == "":
        return 0, size
    first, last = match.groups()
    if not first:
        return (max(0, size - int(last)), size) if int(last) and size else (-1, -1)
    end = min(size, int(last) + 1) if last else size
    return (int(first), end) if int(first) < end else (-1, -1)
