"""What of uploads is called over API v3: `uploadToken`."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from rostra.apiv3.answer import Thing, listing
from rostra.apiv3.errors import ApiError, invalid
from rostra.apiv3.service import Call, File, Flag, Model, Service, action
from rostra.identity.api import FIRST, Pager
from rostra.library.tables import Upload
from rostra.library.uploads import Uploads, received


class UploadTokenIn(Model):
    """An upload as it is announced."""

    kinds: ClassVar[tuple[str, ...]] = ("KalturaUploadToken",)

    fileName: str = ""
    fileSize: float | None = Field(default=None, ge=0, le=2**50)
    autoFinalize: Flag = None


NO_TOKEN = UploadTokenIn()


class UploadTokenService(Service):
    """Uploads."""

    name = "uploadToken"

    def __init__(self, uploads: Uploads) -> None:
        self._uploads = uploads

    @action()
    async def add(self, call: Call, uploadToken: UploadTokenIn = NO_TOKEN) -> Thing:
        """Announce one."""
        size = None if uploadToken.fileSize is None else int(uploadToken.fileSize)
        ks, closes = call.who, bool(uploadToken.autoFinalize)
        made = await self._uploads.add(ks.partner, ks.user, uploadToken.fileName, size, closes)
        return shown_upload(made, call)

    @action()
    async def upload(
        self,
        call: Call,
        uploadTokenId: str,
        fileData: File | None = None,
        resume: Flag = False,
        finalChunk: Flag = True,
        resumeAt: int = -1,
    ) -> Thing:
        """Take bytes in."""
        upload = await self._named(call, uploadTokenId)
        if fileData is None and call.files:
            name = next(iter(call.files))
            raise ApiError("INVALID_FILE_FIELD", f'The file is in "{name}", not in "fileData"', FIELD=name)
        if fileData is None:
            raise ApiError("NO_FILES_RECEIVED", "No file has come with the request")
        final, name = finalChunk is not False, fileData.filename or ""
        filled = await self._uploads.receive(upload, fileData.file, bool(resume), final, resumeAt, name)
        return shown_upload(filled, call)

    @action(reads=True)
    async def get(self, call: Call, uploadTokenId: str) -> Thing:
        """One."""
        return shown_upload(await self._named(call, uploadTokenId), call)

    @action(reads=True)
    async def list(self, call: Call, filter: dict[str, Any] = {}, pager: Pager = FIRST) -> Thing:  # noqa: B006
        """A page of them; users see their own."""
        columns = {"statusEqual": "status", "fileNameEqual": "name", "userIdEqual": "user"}
        try:
            where: dict[str, Any] = {
                columns[name]: str(value) for name, value in filter.items() if name in columns
            }
            where |= {"status": int(where["status"])} if "status" in where else {}
            if filter.get("statusIn"):
                where["status"] = [int(one) for one in str(filter["statusIn"]).split(",")]
        except (ValueError, TypeError) as error:
            raise invalid("filter.status", str(error)) from error
        ks = call.who
        found, total = await self._uploads.page(
            ks.partner, None if ks.admin else ks.user, where, pager.size, pager.pageIndex
        )
        return listing("KalturaUploadTokenListResponse", [shown_upload(one, call) for one in found], total)

    @action()
    async def delete(self, call: Call, uploadTokenId: str) -> None:
        """Forget one."""
        await self._uploads.drop(await self._named(call, uploadTokenId))

    async def _named(self, call: Call, id_: str) -> Upload:
        ks = call.who
        return await self._uploads.get(ks.partner, None if ks.admin else ks.user, id_)


def shown_upload(upload: Upload, call: Call) -> Thing:
    """An upload as clients see it."""
    return Thing(
        "KalturaUploadToken",
        {
            "id": upload.id,
            "partnerId": upload.partner,
            "userId": upload.user,
            "status": upload.status,
            "fileName": upload.name,
            "fileSize": upload.size,
            "uploadedFileSize": received(upload.ranges),
            "autoFinalize": upload.closes,
            "uploadUrl": call.base,
            "attachedObjectType": "1" if upload.entry else None,
            "attachedObjectId": upload.entry or None,
            "createdAt": upload.created // 1000,
            "updatedAt": upload.updated // 1000,
        },
    )
