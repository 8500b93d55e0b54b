"""What of captions is called over API v3: `caption_captionAsset`."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field
from starlette.responses import Response

from rostra.apiv3.answer import Thing, listing
from rostra.apiv3.errors import ApiError, missing
from rostra.apiv3.service import Call, Flag, Model, Service, action
from rostra.identity.api import FIRST, Pager
from rostra.library import captions as subtitles
from rostra.library.captions import EXTENSIONS, TYPES, Captions
from rostra.library.collecting import Collecting
from rostra.library.entries import Entries
from rostra.library.resources import URL, Resources, kind_of
from rostra.library.seals import Seals
from rostra.library.tables import DOCUMENT, READY, Caption

SEGMENT = 30  # s
LONGEST_SEGMENT, MOST_SEGMENTS = 86400, 10_000  # s, and how many
FILTERS = {
    "idEqual": "id",
    "idIn": "id",
    "statusEqual": "status",
    "statusIn": "status",
    "formatEqual": "format",
}


class CaptionIn(Model):
    """Captions as they are sent; what is not sent stays as it is."""

    kinds: ClassVar[tuple[str, ...]] = ("KalturaCaptionAsset",)
    COLUMNS: ClassVar[dict[str, str]] = {"isDefault": "chosen"}

    label: str | None = Field(default=None, max_length=255)
    language: str | None = Field(default=None, max_length=60)
    format: int | None = Field(default=None, ge=1, le=5)
    isDefault: Flag = None
    accuracy: int | None = Field(default=None, ge=0, le=100)

    def columns(self) -> dict[str, Any]:
        """What was given, by the names of the table."""
        given = self.model_dump(exclude_none=True)
        return {self.COLUMNS.get(name, name): value for name, value in given.items()}


class CaptionAsset(Service):
    """Captions of entries."""

    name = "caption_captionAsset"
    aliases = ("captionAsset",)

    def __init__(
        self, captions: Captions, entries: Entries, resources: Resources, collecting: Collecting, seals: Seals
    ) -> None:
        self._captions, self._entries = captions, entries
        self._resources, self._collecting, self._seals = resources, collecting, seals

    @action()
    async def add(self, call: Call, entryId: str, captionAsset: CaptionIn) -> Thing:
        """Announce them."""
        entry = await self._entries.get(call.who, entryId, change=True)
        if entry.kind == DOCUMENT:
            message = f'Entry "{entryId}" is a document, which has no captions'
            raise ApiError("INVALID_ENTRY_TYPE", message, ENTRY_ID=entryId, TYPE=entry.kind)
        values = captionAsset.columns()
        values.setdefault("label", values.get("language", "English"))
        return shown(await self._captions.add(entry, values))

    @action()
    async def setContent(self, call: Call, id: str, contentResource: dict[str, Any]) -> Thing:
        """Give them their content; one that lies at an address is fetched later."""
        caption = await self._named(call, id, change=True)
        if kind_of(contentResource) == URL:
            return shown(await self._collecting.begin(caption, str(contentResource["url"])))
        return shown(await self._captions.fill(caption, await self._text(call, caption, contentResource)))

    @action(reads=True)
    async def get(self, call: Call, captionAssetId: str) -> Thing:
        """One."""
        return shown(await self._named(call, captionAssetId))

    @action(reads=True)
    async def list(self, call: Call, filter: dict[str, Any] = {}, pager: Pager = FIRST) -> Thing:  # noqa: B006
        """Those of some entries."""
        named = str(filter.get("entryIdIn") or filter.get("entryIdEqual") or "")
        ids = [one for one in named.split(",") if one]
        if not ids:
            raise missing("filter:entryIdEqual")
        found: Any = []
        for id_ in ids[:100]:
            entry = await self._entries.get(call.who, id_.strip())
            found += await self._captions.of(entry.id)
        for name, column in FILTERS.items():
            if filter.get(name) not in (None, ""):
                wanted = {one.strip() for one in str(filter[name]).split(",")}
                found = [one for one in found if str(getattr(one, column)) in wanted]
        start = pager.size * (pager.pageIndex - 1)
        page = [shown(one) for one in found[start : start + pager.size]]
        return listing("KalturaCaptionAssetListResponse", page, len(found))

    @action()
    async def update(self, call: Call, id: str, captionAsset: CaptionIn) -> Thing:
        """Change what is given; the format stays."""
        caption, values = await self._named(call, id, change=True), captionAsset.columns()
        if values.pop("format", caption.format) != caption.format:
            message = 'The property "format" cannot be updated'
            raise ApiError("PROPERTY_VALIDATION_NOT_UPDATABLE", message, PROP_NAME="format")
        changed = await self._captions.change(caption.id, **values)
        return shown(await self._captions.choose(changed) if values.get("chosen") else changed)

    @action()
    async def setAsDefault(self, call: Call, captionAssetId: str) -> None:
        """Make them the ones that are shown."""
        await self._captions.choose(await self._named(call, captionAssetId, change=True))

    @action()
    async def delete(self, call: Call, captionAssetId: str) -> None:
        """Delete them."""
        caption = await self._named(call, captionAssetId, change=True)
        await self._captions.change(caption.id, status=3, chosen=False)

    @action(reads=True)
    async def getUrl(self, call: Call, id: str) -> str:
        """An address that works without a session for a day."""
        caption = _ready(await self._named(call, id))
        return await self._seals.address(call.base, self.name, "caption", caption)

    @action(open=True, reads=True)
    async def serve(self, call: Call, captionAssetId: str, until: int = 0, key: str = "") -> Response:
        """The file, as it came."""
        caption = await self._served(call, captionAssetId, until, key)
        name = f"{caption.entry}.{EXTENSIONS[caption.format]}"
        headers = {"Content-Disposition": f'inline; filename="{name}"'}
        kind = TYPES.get(caption.format, "application/octet-stream")
        return Response(caption.content, headers=headers, media_type=kind)

    @action(open=True, reads=True)
    async def serveByEntryId(self, call: Call, entryId: str) -> Response:
        """The file of an entry's best captions."""
        entry = await self._entries.get(call.who, entryId)
        found = [one for one in await self._captions.of(entry.id) if one.status == READY]
        if not found:
            raise ApiError("CAPTION_ASSET_ID_NOT_FOUND", "The entry has no captions", CAPTION_ASSET_ID="")
        return Response(found[0].content, media_type=TYPES.get(found[0].format))

    @action(open=True, reads=True)
    async def serveWebVTT(
        self,
        call: Call,
        captionAssetId: str,
        segmentDuration: int = SEGMENT,
        segmentIndex: int | None = None,
        until: int = 0,
        key: str = "",
    ) -> Response:
        """WebVTT in segments, or the list of them."""
        caption = await self._served(call, captionAssetId, until, key)
        read = subtitles.lines(caption.content, caption.format)
        last = max((one.end for one in read), default=0)
        step = min(max(1, segmentDuration, -(-last // (1000 * MOST_SEGMENTS))), LONGEST_SEGMENT)
        if segmentIndex is None:
            count = max(1, -(-last // (1000 * step)))
            root = (
                f"{call.base}/api_v3/service/{call.service}/action/{call.action}/captionAssetId/{caption.id}"
            )
            seal = await self._seals.sealed(caption.partner, f"caption {caption.id}")
            root = f"{root}/segmentDuration/{step}/{seal}/segmentIndex"
            parts = [f"#EXTINF:{step},\n{root}/{number}/a.vtt" for number in range(1, count + 1)]
            head = f"#EXTM3U\n#EXT-X-TARGETDURATION:{step}\n#EXT-X-VERSION:3\n#EXT-X-PLAYLIST-TYPE:VOD"
            text = "\n".join([head, *parts, "#EXT-X-ENDLIST\n"])
            return Response(text, media_type="application/x-mpegurl")
        start, end = (segmentIndex - 1) * step * 1000, segmentIndex * step * 1000
        inside = [one for one in read if one.end > start and one.start < end]
        return Response(webvtt(inside), media_type="text/vtt")

    @action(open=True, reads=True)
    async def serveAsJson(self, call: Call, captionAssetId: str, until: int = 0, key: str = "") -> Any:
        """The lines as data."""
        caption = await self._served(call, captionAssetId, until, key)
        read = subtitles.lines(caption.content, caption.format)
        objects = [_line(one.start, one.end, one.text) for one in read]
        return Thing("KalturaCaptionLines", {"objects": objects})

    async def _named(self, call: Call, id_: str, change: bool = False) -> Caption:
        ks, caption = call.who, await self._captions.find(id_)
        await self._entries.of(ks, caption.entry, change, subtitles.not_found(id_))
        return caption

    async def _served(self, call: Call, id_: str, until: int, key: str) -> Caption:
        """Captions for whoever has a session that sees them, or a key."""
        caption = await self._captions.find(id_)
        if await self._seals.good(caption.partner, f"caption {caption.id}", until, key):
            return _ready(caption)
        return _ready(await self._named(call, id_))

    async def _text(self, call: Call, caption: Caption, resource: dict[str, Any]) -> str:
        async with self._resources.staged(call, resource, caption.entry) as (path, _):
            return subtitles.read(path)


def webvtt(read: Any) -> str:
    """Lines as a WebVTT file."""
    parts = [f"{_clock(one.start)} --> {_clock(one.end)}\n{_escaped(one.text)}\n" for one in read]
    return "\n".join(["WEBVTT\n", *parts])


def shown(caption: Caption) -> Thing:
    """Captions as clients see them."""
    return Thing(
        "KalturaCaptionAsset",
        {
            "id": caption.id,
            "entryId": caption.entry,
            "partnerId": caption.partner,
            "label": caption.label,
            "language": caption.language,
            "languageCode": subtitles.code(caption.language),
            "format": caption.format,
            "status": caption.status,
            "isDefault": caption.chosen,
            "accuracy": caption.accuracy,
            "displayOnPlayer": True,
            "captionParamsId": 0,
            "tags": "",
            "fileExt": EXTENSIONS[caption.format],
            "size": len(caption.content.encode()) if caption.status == READY else 0,
            "version": str(caption.version),
            "createdAt": caption.created // 1000,
            "updatedAt": caption.updated // 1000,
        },
    )


def _ready(caption: Caption) -> Caption:
    if caption.status != READY:
        told = f"Caption asset [{caption.id}] is not ready"
        raise ApiError("CAPTION_ASSET_IS_NOT_READY", told, CAPTION_ASSET_ID=caption.id)
    if not caption.content:
        told = f"Caption asset [{caption.id}] has no file"
        raise ApiError("CAPTION_ASSET_FILE_NOT_FOUND", told, CAPTION_ASSET_ID=caption.id)
    return caption


def _line(start: int, end: int, text: str) -> Thing:
    content = [Thing("KalturaCaptionText", {"text": text})]
    return Thing("KalturaCaptionLine", {"startTime": start, "endTime": end, "content": content})


def _clock(ms: int) -> str:
    hours, rest = divmod(ms, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02}:{minutes:02}:{rest / 1000:06.3f}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("-->", "--&gt;")
