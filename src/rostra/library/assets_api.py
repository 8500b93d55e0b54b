"""What of the files of entries is called over API v3: `flavorAsset`, `thumbAsset`."""

from __future__ import annotations

from typing import Any

from rostra.apiv3.answer import Thing, listing
from rostra.apiv3.errors import ApiError
from rostra.apiv3.service import Call, Service, action
from rostra.identity.api import FIRST, Pager
from rostra.library.entries import POSTER, SOURCE, WEB, Entries, no_flavor
from rostra.library.tables import READY, Asset


class FlavorAsset(Service):
    """The files of an entry that can be played."""

    name = "flavorAsset"

    def __init__(self, entries: Entries) -> None:
        self._entries = entries

    @action(reads=True)
    async def list(self, call: Call, filter: dict[str, Any] = {}, pager: Pager = FIRST) -> Thing:  # noqa: B006
        """Those of an entry."""
        found = [shown_flavor(one) for one in await self._of(call, str(filter.get("entryIdEqual", "")))]
        return listing("KalturaFlavorAssetListResponse", found)

    @action(reads=True)
    async def getByEntryId(self, call: Call, entryId: str) -> Any:
        """Those of an entry, as an array."""
        return [shown_flavor(one) for one in await self._of(call, entryId)]

    @action(reads=True)
    async def getWebPlayableByEntryId(self, call: Call, entryId: str) -> Any:
        """Those of an entry that browsers play."""
        return [shown_flavor(one) for one in await self._of(call, entryId) if one.role != SOURCE]

    @action(reads=True)
    async def get(self, call: Call, id: str) -> Thing:
        """One."""
        return shown_flavor(await self._named(call, id))

    @action(reads=True)
    async def getUrl(self, call: Call, id: str) -> str:
        """Where it can be fetched."""
        asset = await self._named(call, id)
        root = f"{call.base}/p/{asset.partner}/sp/{asset.partner}00"
        return f"{root}/download/entry_id/{asset.entry}/flavor/{asset.id}"

    async def _of(self, call: Call, entry: str) -> Any:
        found = await self._entries.get(call.who, entry)
        return [one for one in await self._entries.assets(found.id) if one.role in (SOURCE, WEB)]

    async def _named(self, call: Call, id_: str) -> Asset:
        asset = await self._entries.asset(id_)
        if asset is None or asset.partner != call.who.partner or asset.role == POSTER:
            raise no_flavor(id_)
        await self._entries.get(call.who, asset.entry)
        return asset


class ThumbAsset(Service):
    """The poster of an entry."""

    name = "thumbAsset"

    def __init__(self, entries: Entries) -> None:
        self._entries = entries

    @action(reads=True)
    async def list(self, call: Call, filter: dict[str, Any] = {}, pager: Pager = FIRST) -> Thing:  # noqa: B006
        """That of an entry."""
        entry = await self._entries.get(call.who, str(filter.get("entryIdEqual", "")))
        posters = [one for one in await self._entries.assets(entry.id) if one.role == POSTER]
        return listing("KalturaThumbAssetListResponse", [shown_thumb(one) for one in posters])

    @action(reads=True)
    async def get(self, call: Call, thumbAssetId: str) -> Thing:
        """One."""
        asset = await self._entries.asset(thumbAssetId)
        if asset is None or asset.partner != call.who.partner or asset.role != POSTER:
            told = f"Thumb asset id [{thumbAssetId}] not found"
            raise ApiError("THUMB_ASSET_ID_NOT_FOUND", told, THUMB_ASSET_ID=thumbAssetId)
        await self._entries.get(call.who, asset.entry)
        return shown_thumb(asset)


def shown_flavor(asset: Asset) -> Thing:
    """A file that can be played, as clients see it."""
    return Thing(
        "KalturaFlavorAsset",
        {
            "id": asset.id,
            "entryId": asset.entry,
            "partnerId": asset.partner,
            "flavorParamsId": 0 if asset.role == SOURCE else 1,
            "width": asset.width,
            "height": asset.height,
            "bitrate": asset.bitrate,
            "frameRate": asset.rate,
            "isOriginal": asset.role == SOURCE,
            "isWeb": asset.role != SOURCE,
            "containerFormat": asset.container,
            "videoCodecId": asset.codec,
            "status": 2 if asset.status == READY else 1,
            "fileExt": asset.extension,
            "size": -(-asset.size // 1024),
            "sizeInBytes": asset.size,
            "version": str(asset.version),
            "createdAt": asset.created // 1000,
            "updatedAt": asset.updated // 1000,
        },
    )


def shown_thumb(asset: Asset) -> Thing:
    """A poster as clients see it."""
    return Thing(
        "KalturaThumbAsset",
        {
            "id": asset.id,
            "entryId": asset.entry,
            "partnerId": asset.partner,
            "width": asset.width,
            "height": asset.height,
            "status": 2,
            "fileExt": asset.extension,
            "size": -(-asset.size // 1024),
            "createdAt": asset.created // 1000,
            "updatedAt": asset.updated // 1000,
        },
    )
