"""What of entries is called over API v3: `media`, `documents`, `baseEntry`."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field
from starlette.responses import Response

from rostra.apiv3.answer import Thing, listing
from rostra.apiv3.errors import ApiError, invalid
from rostra.apiv3.service import Call, File, Model, Service, action
from rostra.errors import RostraError
from rostra.identity.api import FIRST, Pager
from rostra.library import filters
from rostra.library.delivery import handed
from rostra.library.entries import Entries, not_found
from rostra.library.intake import Intake
from rostra.library.resources import TEXT, URL, Resources, extension_of, kind_of
from rostra.library.tables import DATA, DOCUMENT, IMPORTING, MEDIA, READY, Entry
from rostra.library.uploads import Uploads

NAMES = {MEDIA: "KalturaMediaEntry", DOCUMENT: "KalturaDocumentEntry", DATA: "KalturaDataEntry"}
KINDS = {name: kind for kind, name in NAMES.items()}
MODERATED = 6  # approved without being asked
SOURCE_FILE = 1  # where media come from
PAPER = 11  # a document that is no PDF
LONGEST_TEXT = 1 << 20  # bytes that are shown within an entry
LONGEST = {"name": 255, "tags": 2000, "description": 10_000, "reference": 255, "admin_tags": 2000}


class EntryIn(Model):
    """An entry as it is sent; what is not sent stays as it is."""

    COLUMNS: ClassVar[dict[str, str]] = {
        "name": "name", "description": "description", "tags": "tags", "referenceId": "reference",
        "mediaType": "media", "documentType": "media", "adminTags": "admin_tags", "userId": "user",
    }  # fmt: skip
    KEPT: ClassVar[tuple[str, ...]] = ("conversionProfileId", "accessControlId", "partnerData", "categories")

    objectType: str = ""
    name: str | None = None
    description: str | None = None
    tags: str | None = None
    adminTags: str | None = None
    referenceId: str | None = None
    userId: str | None = None
    mediaType: int | None = Field(default=None, ge=0, le=1000)
    documentType: int | None = Field(default=None, ge=0, le=1000)
    dataContent: str | None = None
    type: int | None = None
    conversionProfileId: str | None = None
    accessControlId: str | None = None
    partnerData: str | None = None
    categories: str | None = None

    def columns(self, admin: bool) -> dict[str, Any]:
        """What was given, by the names of the table.

        Args:
            admin: whether an administrator sends it: only they give entries away and set admin tags.
        """
        given = self.model_dump(exclude_unset=True)
        barred = () if admin else ("adminTags", "userId")
        result = {
            column: given[name] if given[name] is not None else (0 if column == "media" else "")
            for name, column in self.COLUMNS.items()
            if name in given and name not in barred
        }
        for column, most in LONGEST.items():
            if len(str(result.get(column, ""))) > most:
                raise invalid(column, f"longer than {most} characters")
        return result

    def extra(self) -> dict[str, Any]:
        """What is only kept."""
        given = self.model_dump(exclude_unset=True)
        return {name: given[name] for name in self.KEPT if name in given}


class EntryService(Service):
    """What `media` and `baseEntry` share: the parameters of the first are called otherwise in the second.

    Args:
        entries: all entries.
        uploads: where content comes from.
        intake: what converts it.
    """

    kind: ClassVar[int | None] = None  # of the entries; all if None
    list_name: ClassVar[str] = "KalturaBaseEntryListResponse"

    def __init__(self, entries: Entries, uploads: Uploads, intake: Intake) -> None:
        self._entries, self._uploads, self._intake = entries, uploads, intake
        self._resources = Resources(entries, uploads)

    @action(reads=True)
    async def get(self, call: Call, entryId: str, version: int = -1) -> Thing:
        """One."""
        return shown_entry(await self._named(call, entryId), call)

    @action(reads=True)
    async def list(self, call: Call, filter: dict[str, Any] = {}, pager: Pager = FIRST) -> Thing:  # noqa: B006
        """A page of them."""
        where = filters.conditions(filter) + self._own()
        found, total = await self._entries.page(
            call.who, where, filters.order(filter), pager.size, pager.pageIndex
        )
        return listing(self.list_name, [shown_entry(one, call) for one in found], total)

    @action(reads=True)
    async def count(self, call: Call, filter: dict[str, Any] = {}) -> int:  # noqa: B006
        """How many there are."""
        return await self._entries.count(call.who, filters.conditions(filter) + self._own())

    @action()
    async def delete(self, call: Call, entryId: str) -> None:
        """Delete one."""
        await self._entries.delete(await self._named(call, entryId, change=True))

    @action()
    async def addContent(self, call: Call, entryId: str, resource: dict[str, Any]) -> Thing:
        """Give it its content."""
        entry = await self._named(call, entryId, change=True)
        if entry.version:
            raise ApiError("ENTRY_ALREADY_WITH_CONTENT", f"Entry [{entryId}] has content", ENTRY_ID=entryId)
        return shown_entry(await self._fill(call, entry, resource), call)

    @action()
    async def updateContent(self, call: Call, entryId: str, resource: dict[str, Any]) -> Thing:
        """Give it other content."""
        entry = await self._named(call, entryId, change=True)
        return shown_entry(await self._fill(call, entry, resource), call)

    async def _add(self, call: Call, given: EntryIn) -> Entry:
        kind = KINDS.get(given.objectType, given.type if given.type in NAMES else self.kind or MEDIA)
        values = given.columns(call.who.admin)
        if not values.get("name"):
            values["name"] = ""
        return await self._entries.add(call.who, {**values, "kind": kind, "extra": given.extra()})

    async def _update(self, call: Call, id_: str, given: EntryIn) -> Thing:
        entry = await self._named(call, id_, change=True)
        values = given.columns(call.who.admin)
        if values.get("media", entry.media) != entry.media and entry.version:
            message = 'The property "mediaType" cannot be updated'
            raise ApiError("PROPERTY_VALIDATION_NOT_UPDATABLE", message, PROP_NAME="mediaType")
        extra = {**entry.extra, **given.extra()}
        return shown_entry(await self._entries.change(entry.id, **values, extra=extra), call)

    async def _named(self, call: Call, id_: str, change: bool = False) -> Entry:
        entry = await self._entries.get(call.who, id_, change)
        if self.kind is not None and entry.kind != self.kind:
            raise not_found(id_)
        return entry

    def _own(self) -> Any:
        return [] if self.kind is None else [Entry.kind == self.kind]

    async def _fill(self, call: Call, entry: Entry, resource: dict[str, Any]) -> Entry:
        if kind_of(resource) == URL:
            url = str(resource["url"])
            coming = await self._entries.change(entry.id, status=IMPORTING, extra={**entry.extra, "url": url})
            self._intake.fetch(coming, url)
            return coming
        async with self._resources.staged(call, resource, entry.id) as (path, name):
            filled = await self._entries.fill(entry, path, extension_of(name))
        self._intake.take(filled)
        return filled

    async def _served(self, call: Call, id_: str) -> Response:
        """What an entry was made of, as a file."""
        entry = await self._named(call, id_)
        source = await self._entries.source(entry.id)
        if source is None:
            raise ApiError("FILE_DOESNT_EXIST", f'Entry "{id_}" has no content', ENTRY_ID=id_)
        return handed(self._entries.store, source, f"{entry.name or entry.id}.{source.extension}")


class FiledService(EntryService):
    """What `media` and `documents` share: entries of one kind, made of files."""

    @action()
    async def add(self, call: Call, entry: EntryIn) -> Thing:
        """Make one, without content."""
        return shown_entry(await self._add(call, entry), call)

    async def _of_upload(self, call: Call, given: EntryIn, token: str) -> Thing:
        entry = await self._add(call, given)
        try:
            return shown_entry(await self._fill(call, entry, {"token": token}), call)
        except RostraError:
            await self._entries.delete(entry)
            raise

    @action()
    async def upload(self, call: Call, fileData: File) -> str:
        """Upload a file at once; gives an upload's id."""
        ks = call.who
        upload = await self._uploads.add(ks.partner, ks.user, fileData.filename or "")
        return (await self._uploads.receive(upload, fileData.file)).id


class Media(FiledService):
    """Videos, pictures and sounds."""

    name = "media"
    kind = MEDIA
    list_name = "KalturaMediaListResponse"

    @action()
    async def update(self, call: Call, entryId: str, mediaEntry: EntryIn) -> Thing:
        """Change what is given."""
        return await self._update(call, entryId, mediaEntry)

    @action()
    async def addFromUploadedFile(self, call: Call, mediaEntry: EntryIn, uploadTokenId: str) -> Thing:
        """Make one of an upload."""
        return await self._of_upload(call, mediaEntry, uploadTokenId)


class BaseEntry(EntryService):
    """Entries of any kind."""

    name = "baseEntry"

    @action()
    async def add(self, call: Call, entry: EntryIn, type: int | None = None) -> Thing:
        """Make one, without content."""
        if type in NAMES and not entry.objectType:
            entry = entry.model_copy(update={"type": type})
        return shown_entry(await self._add(call, entry), call)

    @action()
    async def update(self, call: Call, entryId: str, baseEntry: EntryIn) -> Thing:
        """Change what is given."""
        return await self._update(call, entryId, baseEntry)

    @action(reads=True)
    async def getByIds(self, call: Call, entryIds: str) -> Any:
        """Several, those that are there."""
        ids = [one.strip() for one in entryIds.split(",") if one.strip()][:500]
        found, _ = await self._entries.page(call.who, [Entry.id.in_(ids)], [], 500, 1)
        known = {one.id: shown_entry(one, call) for one in found}
        return [known[id_] for id_ in ids if id_ in known]


class Documents(FiledService):
    """Documents."""

    name = "document_documents"
    aliases = ("documents",)
    kind = DOCUMENT
    list_name = "KalturaDocumentListResponse"

    @action()
    async def update(self, call: Call, entryId: str, documentEntry: EntryIn) -> Thing:
        """Change what is given."""
        return await self._update(call, entryId, documentEntry)

    @action()
    async def addFromUploadedFile(self, call: Call, documentEntry: EntryIn, uploadTokenId: str) -> Thing:
        """Make one of an upload."""
        return await self._of_upload(call, documentEntry, uploadTokenId)

    @action(reads=True)
    async def serve(self, call: Call, entryId: str) -> Response:
        """The document itself."""
        return await self._served(call, entryId)


class Data(EntryService):
    """Texts that applications keep."""

    name = "data"
    kind = DATA
    list_name = "KalturaDataListResponse"

    @action()
    async def add(self, call: Call, dataEntry: EntryIn) -> Thing:
        """Make one, with its text if that is given."""
        return await self._texted(call, await self._add(call, dataEntry), dataEntry)

    @action(reads=True)
    async def get(self, call: Call, entryId: str, version: int = -1) -> Thing:
        """One with its text."""
        entry = await self._named(call, entryId)
        source, shown = await self._entries.source(entry.id), shown_entry(entry, call)
        if source is None or source.size > LONGEST_TEXT:
            return shown
        text = (await self._entries.store.local(source.key)).read_text("utf-8", "replace")
        return Thing(shown.kind, {**shown.fields, "dataContent": text})

    @action()
    async def update(self, call: Call, entryId: str, documentEntry: EntryIn) -> Thing:
        """Change what is given, the text too."""
        await self._update(call, entryId, documentEntry)
        return await self._texted(call, await self._named(call, entryId), documentEntry)

    @action(reads=True)
    async def serve(self, call: Call, entryId: str, version: int = -1) -> Response:
        """The text as a file."""
        return await self._served(call, entryId)

    async def _texted(self, call: Call, entry: Entry, given: EntryIn) -> Thing:
        if given.dataContent:
            entry = await self._fill(call, entry, {"objectType": TEXT, "content": given.dataContent})
        return shown_entry(entry, call)


def shown_entry(entry: Entry, call: Call) -> Thing:
    """An entry as clients see it."""
    root, pictured = f"{call.base}/p/{entry.partner}", entry.version + entry.extra.get("shown", 0)
    manifest = f"{root}/sp/{entry.partner}00/playManifest/entryId/{entry.id}/format"
    fields: dict[str, Any] = {
        "id": entry.id,
        "partnerId": entry.partner,
        "userId": entry.user,
        "creatorId": entry.user,
        "type": entry.kind,
        "status": entry.status,
        "moderationStatus": MODERATED,
        "name": entry.name,
        "description": entry.description,
        "tags": entry.tags,
        "referenceId": entry.reference,
        "version": str(entry.version),
        "createdAt": entry.created // 1000,
        "updatedAt": entry.updated // 1000,
        "plays": entry.plays,
        "views": entry.views,
        "lastPlayedAt": entry.played or None,
        "displayInSearch": 1,
        "searchText": " ".join(one for one in (entry.name, entry.tags, entry.description) if one),
        "thumbnailUrl": f"{root}/sp/{entry.partner}00/thumbnail/entry_id/{entry.id}/version/{pictured}",
        "downloadUrl": f"{manifest}/download/protocol/{call.base.partition(':')[0]}/flavorParamIds/0",
        **{name: value for name, value in entry.extra.items() if name in EntryIn.KEPT},
    }
    if call.who.admin:
        fields["adminTags"] = entry.admin_tags
    if entry.kind == MEDIA:
        fields |= {
            "mediaType": entry.media,
            "sourceType": SOURCE_FILE,
            "flavorParamsIds": "0,1" if entry.status == READY else "",
            "duration": round(entry.duration / 1000),
            "msDuration": entry.duration,
            "width": entry.width,
            "height": entry.height,
            "dataUrl": f"{manifest}/url/protocol/{call.base.partition(':')[0]}",
        }
    if entry.kind == DOCUMENT:
        fields["documentType"] = entry.media or PAPER
    return Thing(NAMES.get(entry.kind, "KalturaBaseEntry"), fields)
