"""What of the files of entries is called over API v3: `flavorAsset`, `thumbAsset`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import quote

from pydantic import Field
from starlette.responses import Response

from rostra.apiv3.answer import Thing, listing
from rostra.apiv3.errors import ApiError, forbidden
from rostra.apiv3.service import Call, File, Model, Service, action
from rostra.errors import RostraError
from rostra.identity.api import FIRST, Pager
from rostra.library.delivery import handed
from rostra.library.entries import CHOSEN, PICTURE, POSTER, SOURCE, WEB, Entries, no_flavor
from rostra.library.extras import PICTURES, Extras
from rostra.library.resources import FILE, Resources, extension_of
from rostra.library.seals import Seals
from rostra.library.tables import READY, Asset, Entry


class FlavorAsset(Service):
    """The files of an entry that can be played."""

    name = "flavorAsset"

    def __init__(self, entries: Entries) -> None:
        self._entries = entries

    @action(reads=True)
    async def list(self, call: Call, filter: dict[str, Any] = {}, pager: Pager = FIRST) -> Thing:  # noqa: B006
        """Those of an entry."""
        found = [shown_flavor(one) for one in await self._of(call, str(filter.get("entryIdEqual", "")))]
        state = str(filter.get("statusEqual", ""))
        return paged(
            "KalturaFlavorAssetListResponse",
            pager,
            [one for one in found if state in ("", str(one.get("status")))],
        )

    @action(reads=True)
    async def getByEntryId(self, call: Call, entryId: str) -> Any:
        """Those of an entry, as an array."""
        return [shown_flavor(one) for one in await self._of(call, entryId)]

    @action(reads=True)
    async def getWebPlayableByEntryId(self, call: Call, entryId: str) -> Any:
        """Those of an entry that browsers play."""
        return [shown_flavor(one) for one in await self._of(call, entryId) if one.role != SOURCE]

    @action(reads=True)
    async def getFlavorAssetsWithParams(self, call: Call, entryId: str) -> Any:
        """Those of an entry, each with what it was made after."""
        return [_with_params(one) for one in await self._of(call, entryId)]

    @action(reads=True)
    async def get(self, call: Call, id: str) -> Thing:
        """One."""
        return shown_flavor(await self._named(call, id))

    @action(reads=True)
    async def getUrl(self, call: Call, id: str, options: dict[str, Any] = {}) -> str:  # noqa: B006
        """Where it can be fetched."""
        asset, name = await self._named(call, id), str(options.get("fileName") or "")
        root = f"{call.base}/p/{asset.partner}/sp/{asset.partner}00"
        url = f"{root}/download/entry_id/{asset.entry}/flavor/{asset.id}"
        return f"{url}/file_name/{quote(name, safe='')}" if name else url

    async def _of(self, call: Call, entry: str) -> Any:
        found = await self._entries.get(call.who, entry)
        return [one for one in await self._entries.assets(found.id) if one.role in (SOURCE, WEB)]

    async def _named(self, call: Call, id_: str) -> Asset:
        ks, asset = call.who, await self._entries.asset(id_)
        if asset is None or asset.partner != ks.partner or asset.role not in (SOURCE, WEB):
            raise no_flavor(id_)
        await self._entries.of(ks, asset.entry, False, no_flavor(id_))
        return asset


class ThumbIn(Model):
    """A picture as it is announced."""

    kinds: ClassVar[tuple[str, ...]] = ("KalturaThumbAsset",)

    tags: str | None = Field(default=None, max_length=2000)


NO_THUMB = ThumbIn()


class ThumbAsset(Service):
    """Pictures that stand for an entry: the poster that was made of it, and those that people add.

    Args:
        entries: all entries.
        extras: what people add to them.
        resources: where content comes from.
        seals: of addresses that need no session.
    """

    name = "thumbAsset"

    def __init__(self, entries: Entries, extras: Extras, resources: Resources, seals: Seals) -> None:
        self._entries, self._extras, self._resources, self._seals = entries, extras, resources, seals

    @action()
    async def add(self, call: Call, entryId: str, thumbAsset: ThumbIn = NO_THUMB) -> Thing:
        """Announce one."""
        entry = await self._entries.get(call.who, entryId, change=True)
        about = thumbAsset.model_dump(exclude_none=True)
        return shown_thumb(await self._extras.add(entry, PICTURE, about))

    @action()
    async def addFromImage(self, call: Call, entryId: str, fileData: File) -> Thing:
        """Add one at once."""
        entry = await self._entries.get(call.who, entryId, change=True)
        made = await self._extras.add(entry, PICTURE, {})
        try:
            return await self._filled(call, entry, made, {"objectType": FILE})
        except RostraError:
            await self._extras.drop(made)
            raise

    @action()
    async def setContent(self, call: Call, id: str, contentResource: dict[str, Any]) -> Thing:
        """Give one its content."""
        asset, entry = await self._named(call, id, change=True)
        if asset.role == POSTER:
            raise forbidden(call.service, call.action)  # it is made of the entry
        return await self._filled(call, entry, asset, contentResource)

    @action()
    async def setAsDefault(self, call: Call, thumbAssetId: str) -> None:
        """Show it for its entry."""
        asset, _ = await self._named(call, thumbAssetId, change=True)
        await self._extras.choose(_ready(asset))

    @action()
    async def delete(self, call: Call, thumbAssetId: str) -> None:
        """Delete one."""
        asset, _ = await self._named(call, thumbAssetId, change=True)
        if asset.role == CHOSEN:
            message = f"Thumb asset [{asset.id}] is shown for its entry; choose another one first"
            raise ApiError("CANNOT_DELETE_DEFAULT_THUMB_ASSET", message, THUMB_ASSET_ID=asset.id)
        await self._extras.drop(asset)

    @action(reads=True)
    async def list(self, call: Call, filter: dict[str, Any] = {}, pager: Pager = FIRST) -> Thing:  # noqa: B006
        """Those of an entry."""
        found = await self._of(call, str(filter.get("entryIdEqual", "")))
        return paged("KalturaThumbAssetListResponse", pager, found)

    @action(reads=True)
    async def getByEntryId(self, call: Call, entryId: str) -> Any:
        """Those of an entry, as an array."""
        return await self._of(call, entryId)

    @action(reads=True)
    async def get(self, call: Call, thumbAssetId: str) -> Thing:
        """One."""
        asset, entry = await self._named(call, thumbAssetId)
        return shown_thumb(asset, await self._shown(entry))

    @action(reads=True)
    async def getUrl(self, call: Call, id: str) -> str:
        """An address that works without a session for a day."""
        asset = _ready((await self._named(call, id))[0])
        return await self._seals.address(call.base, self.name, "thumb", asset)

    @action(open=True, reads=True)
    async def serve(self, call: Call, thumbAssetId: str, until: int = 0, key: str = "") -> Response:
        """The picture itself."""
        asset = await self._extras.find(thumbAssetId, PICTURES)
        if asset is None or not await self._seals.good(asset.partner, f"thumb {asset.id}", until, key):
            asset, _ = await self._named(call, thumbAssetId)
        return handed(self._entries.store, _ready(asset), f"{asset.id}.{asset.extension}")

    async def _filled(self, call: Call, entry: Entry, asset: Asset, resource: dict[str, Any]) -> Thing:
        async with self._resources.staged(call, resource, entry.id) as (path, name):
            filled = await self._extras.fill(asset, path, extension_of(name))
        if not await self._shown(entry):
            await self._extras.choose(filled)
        return shown_thumb(filled, await self._shown(entry))

    async def _of(self, call: Call, id_: str) -> Any:
        entry = await self._entries.get(call.who, id_)
        shown = await self._shown(entry)
        return [shown_thumb(one, shown) for one in await self._extras.of(entry.id, PICTURES)]

    async def _shown(self, entry: Entry) -> str:
        """The id of the picture that is shown for an entry; empty if there is none."""
        found = await self._extras.of(entry.id, (CHOSEN, POSTER))
        return next((one.id for role in (CHOSEN, POSTER) for one in found if one.role == role), "")

    async def _named(self, call: Call, id_: str, change: bool = False) -> tuple[Asset, Entry]:
        ks, asset = call.who, await self._extras.find(id_, PICTURES)
        unknown = ApiError(
            "THUMB_ASSET_ID_NOT_FOUND", f"Thumb asset id [{id_}] not found", THUMB_ASSET_ID=id_
        )
        if asset is None or asset.partner != ks.partner:
            raise unknown
        return asset, await self._entries.of(ks, asset.entry, change, unknown)


def paged(kind: str, pager: Pager, objects: Sequence[Thing]) -> Thing:
    """A page of a short list."""
    start = pager.size * (pager.pageIndex - 1)
    return listing(kind, list(objects[start : start + pager.size]), len(objects))


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
            "isDefault": asset.role != SOURCE,
            "label": "",
            "language": "Undefined",
            "tags": "source" if asset.role == SOURCE else "mbr,web",
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


def shown_thumb(asset: Asset, shown: str = "") -> Thing:
    """A picture of an entry as clients see it.

    Args:
        asset: the picture.
        shown: id of the one that is shown for the entry.
    """
    tags = [asset.extra.get("tags", ""), "default_thumb" if asset.id == shown else ""]
    return Thing(
        "KalturaThumbAsset",
        {
            "id": asset.id,
            "entryId": asset.entry,
            "partnerId": asset.partner,
            "width": asset.width,
            "height": asset.height,
            "status": asset.status,
            "tags": ",".join(tag for tag in tags if tag),
            "fileExt": asset.extension,
            "size": -(-asset.size // 1024),
            "sizeInBytes": asset.size,
            "version": str(asset.version),
            "createdAt": asset.created // 1000,
            "updatedAt": asset.updated // 1000,
        },
    )


def _with_params(asset: Asset) -> Thing:
    flavor = shown_flavor(asset)
    names = {0: "Source", 1: "Web"}
    id_ = flavor.get("flavorParamsId")
    params = Thing("KalturaFlavorParams", {"id": id_, "name": names[id_], "tags": flavor.get("tags")})
    known = {"entryId": asset.entry, "flavorAsset": flavor, "flavorParams": params}
    return Thing("KalturaFlavorAssetWithParams", known)


def _ready(asset: Asset) -> Asset:
    if asset.status != READY:
        told = f"Thumb asset [{asset.id}] is not ready"
        raise ApiError("THUMB_ASSET_IS_NOT_READY", told, THUMB_ASSET_ID=asset.id)
    return asset
