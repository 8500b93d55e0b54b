"""What of attachments is called over API v3: `attachment_attachmentAsset`."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field
from starlette.responses import Response

from rostra.apiv3.answer import Thing
from rostra.apiv3.errors import ApiError, missing
from rostra.apiv3.service import Call, Model, Service, action
from rostra.identity.api import FIRST, Pager
from rostra.library.assets_api import paged
from rostra.library.delivery import handed
from rostra.library.entries import ATTACHED, Entries
from rostra.library.extras import Extras
from rostra.library.resources import Resources, extension_of
from rostra.library.seals import Seals
from rostra.library.tables import READY, Asset
from rostra.library.uploads import shortened

TEXT = 1  # format; 2 media, 3 document, 4 JSON, 5 Markdown
MOST_NAMED = 100  # entries of one list
FILTERS = {
    "idEqual": "id",
    "idIn": "id",
    "statusEqual": "status",
    "statusIn": "status",
    "formatEqual": "format",
}


class AttachmentIn(Model):
    """An attachment as it is sent; what is not sent stays as it is."""

    kinds: ClassVar[tuple[str, ...]] = ("KalturaAttachmentAsset",)

    filename: str | None = Field(default=None, max_length=1000)
    title: str | None = Field(default=None, max_length=255)
    description: str | None = Field(default=None, max_length=10_000)
    tags: str | None = Field(default=None, max_length=2000)
    partnerData: str | None = Field(default=None, max_length=10_000)
    format: int | None = Field(default=None, ge=1, le=5)

    def about(self) -> dict[str, Any]:
        """What was given."""
        given = self.model_dump(exclude_none=True)
        return {**given, "filename": shortened(given["filename"])} if "filename" in given else given


class AttachmentAsset(Service):
    """Files that people attach to entries.

    Args:
        entries: all entries.
        extras: what people add to them.
        resources: where content comes from.
        seals: of addresses that need no session.
    """

    name = "attachment_attachmentAsset"
    aliases = ("attachmentAsset",)

    def __init__(self, entries: Entries, extras: Extras, resources: Resources, seals: Seals) -> None:
        self._entries, self._extras, self._resources, self._seals = entries, extras, resources, seals

    @action()
    async def add(self, call: Call, entryId: str, attachmentAsset: AttachmentIn) -> Thing:
        """Announce one."""
        entry = await self._entries.get(call.who, entryId, change=True)
        return shown(await self._extras.add(entry, ATTACHED, {"format": TEXT, **attachmentAsset.about()}))

    @action()
    async def setContent(self, call: Call, id: str, contentResource: dict[str, Any]) -> Thing:
        """Give one its content."""
        asset = await self._named(call, id, change=True)
        async with self._resources.staged(call, contentResource, asset.entry) as (path, name):
            own = asset.extra.get("filename") or shortened(name)
            filled = await self._extras.fill(asset, path, extension_of(own))
        return shown(await self._extras.change(filled.id, extra={**filled.extra, "filename": own}))

    @action(reads=True)
    async def get(self, call: Call, attachmentAssetId: str = "", id: str = "") -> Thing:
        """One."""
        return shown(await self._named(call, _either(attachmentAssetId, id)))

    @action(reads=True)
    async def list(self, call: Call, filter: dict[str, Any] = {}, pager: Pager = FIRST) -> Thing:  # noqa: B006
        """Those of some entries."""
        named = str(filter.get("entryIdIn") or filter.get("entryIdEqual") or "")
        ids = [one.strip() for one in named.split(",") if one.strip()]
        if not ids:
            raise missing("filter:entryIdEqual")
        found: Any = []
        for id_ in ids[:MOST_NAMED]:
            entry = await self._entries.get(call.who, id_)
            found += [shown(one) for one in await self._extras.of(entry.id, (ATTACHED,))]
        for name, field in FILTERS.items():
            if filter.get(name) not in (None, ""):
                wanted = {one.strip() for one in str(filter[name]).split(",")}
                found = [one for one in found if str(one.get(field)) in wanted]
        return paged("KalturaAttachmentAssetListResponse", pager, found)

    @action()
    async def update(self, call: Call, id: str, attachmentAsset: AttachmentIn) -> Thing:
        """Change what is given."""
        asset = await self._named(call, id, change=True)
        return shown(await self._extras.change(asset.id, extra={**asset.extra, **attachmentAsset.about()}))

    @action()
    async def delete(self, call: Call, attachmentAssetId: str = "", id: str = "") -> None:
        """Delete one."""
        await self._extras.drop(await self._named(call, _either(attachmentAssetId, id), change=True))

    @action(reads=True)
    async def getUrl(self, call: Call, id: str) -> str:
        """An address that works without a session for a day."""
        asset = _ready(await self._named(call, id))
        return await self._seals.address(call.base, self.name, "attachment", asset)

    @action(open=True, reads=True)
    async def serve(self, call: Call, attachmentAssetId: str, until: int = 0, key: str = "") -> Response:
        """The file itself."""
        asset = await self._extras.find(attachmentAssetId, (ATTACHED,))
        if asset is None or not await self._seals.good(asset.partner, f"attachment {asset.id}", until, key):
            asset = await self._named(call, attachmentAssetId)
        ready = _ready(asset)
        return handed(self._entries.store, ready, ready.extra.get("filename") or ready.id)

    async def _named(self, call: Call, id_: str, change: bool = False) -> Asset:
        ks, asset = call.who, await self._extras.find(id_, (ATTACHED,))
        told = f"Attachment asset id [{id_}] not found"
        unknown = ApiError("ATTACHMENT_ASSET_ID_NOT_FOUND", told, ATTACHMENT_ASSET_ID=id_)
        if asset is None or asset.partner != ks.partner:
            raise unknown
        await self._entries.of(ks, asset.entry, change, unknown)
        return asset


def shown(asset: Asset) -> Thing:
    """An attachment as clients see it."""
    about = {name: asset.extra.get(name, "") for name in AttachmentIn.model_fields}
    return Thing(
        "KalturaAttachmentAsset",
        {
            "id": asset.id,
            "entryId": asset.entry,
            "partnerId": asset.partner,
            **about,
            "status": asset.status,
            "fileExt": asset.extension,
            "size": -(-asset.size // 1024),
            "sizeInBytes": asset.size,
            "version": str(asset.version),
            "createdAt": asset.created // 1000,
            "updatedAt": asset.updated // 1000,
        },
    )


def _either(first: str, second: str) -> str:
    """The id, which some clients call otherwise."""
    if not (first or second):
        raise missing("attachmentAssetId")
    return first or second


def _ready(asset: Asset) -> Asset:
    if asset.status != READY:
        told = f"Attachment asset [{asset.id}] is not ready"
        raise ApiError("ATTACHMENT_ASSET_IS_NOT_READY", told, ATTACHMENT_ASSET_ID=asset.id)
    return asset
