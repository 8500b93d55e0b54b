"""Every endpoint that clients know, as data: how it is called, and what it answers.

A row's arguments are made from a `World`: what a user has on a server. Rows that change or delete
something make it themselves, so that each can be walked alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

from commands import clip
from serving import PARTNER, SECRET
from test_apiv3 import ask, shown, started

SRT = "1\n00:00:01,000 --> 00:00:02,500\nHello and welcome\n"
WORDS = "Please leave the building by the nearest exit."
COLOR = {"type": "color", "color": "#204060"}


@dataclass
class World:
    """What a user has on a server.

    Args:
        origin: of the server.
        folder: for files.
        user: whose it is.
    """

    origin: str
    folder: Path
    user: str = "ana"
    known: dict[str, str] = field(default_factory=dict)  # ids by name

    def __post_init__(self) -> None:
        self.ks = started(self.origin, userId=self.user)
        self.admin = started(self.origin, userId="root", type=2)
        Image.new("RGB", (64, 36), "green").save(self.folder / "green.png")
        film = clip(self.folder / "film.mp4", 0.6).read_bytes()
        self.known["film"] = self.filled("media", film, "film.mp4", {"mediaType": 1, "tags": "walked"})
        self.known["paper"] = self.filled("documents", b"A paper. It says something.", "paper.txt", {})
        data = {"objectType": "KalturaDataEntry", "name": "notes", "dataContent": "some notes"}
        self.known["notes"] = self.settled(self.v3("data.add", dataEntry=data)["id"])
        self.known["caption"] = self.caption(SRT)
        self.known["attachment"] = self.attachment("attached")
        self.known["thumb"] = self.thumb((self.folder / "green.png").read_bytes())
        flavors = self.v3("flavorAsset.getByEntryId", entryId=self["film"])
        self.known["flavor"] = flavors[0]["id"]
        self.known["avatar"] = self.v1("avatar/upsert", templateId="ellipse", background=COLOR)["id"]
        self.known["video"] = self.video()
        token = {"hashType": "SHA256", "sessionUserId": "robot", "description": "walked"}
        made = self.v3("appToken.add", ks=self.admin, appToken=token)
        self.known["token"], self.token_value = made["id"], made["token"]
        self.known["upload"] = self.upload(b"x" * 10)

    def __getitem__(self, name: str) -> str:
        return self.known[name]

    def v3(self, called: str, **arguments: Any) -> Any:
        service, action = called.split(".")
        return ask(self.origin, f"service/{service}/action/{action}", **{"ks": self.ks, **arguments})

    def v1(self, path: str, **body: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.ks}"}
        return httpx.post(f"{self.origin}/api/v1/{path}", json=body, headers=headers, timeout=60).json()

    def upload(self, data: bytes, name: str = "file.bin") -> str:
        """The id of a finished upload."""
        id_: str = self.v3("uploadToken.add")["id"]
        form = {"ks": self.ks, "format": "1", "uploadTokenId": id_}
        url = f"{self.origin}/api_v3/service/uploadToken/action/upload"
        assert httpx.post(url, data=form, files={"fileData": (name, data)}).json()["status"] == 2
        return id_

    def empty(self, service: str = "media", **values: Any) -> str:
        """The id of an entry without content."""
        id_: str = self.v3(f"{service}.add", entry={"name": "empty", **values})["id"]
        return id_

    def filled(self, service: str, data: bytes, name: str, values: dict[str, Any]) -> str:
        id_ = self.empty(service, name=name, **values)
        self.v3(f"{service}.addContent", entryId=id_, resource=self.resource(data, name))
        return self.settled(id_)

    def settled(self, id_: str) -> str:
        for _ in range(600):
            if self.v3("baseEntry.get", entryId=id_)["status"] not in (0, 1):
                return id_
            time.sleep(0.05)
        raise AssertionError("the conversion did not end")

    def resource(self, data: bytes, name: str = "file.bin") -> dict[str, str]:
        return {"objectType": "KalturaUploadedFileTokenResource", "token": self.upload(data, name)}

    def text(self, content: str) -> dict[str, str]:
        return {"objectType": "KalturaStringResource", "content": content}

    def caption(self, content: str = "") -> str:
        asset = {"objectType": "KalturaCaptionAsset", "language": "English", "label": "en", "format": 1}
        id_: str = self.v3("caption_captionAsset.add", entryId=self["film"], captionAsset=asset)["id"]
        if content:
            self.v3("caption_captionAsset.setContent", id=id_, contentResource=self.text(content))
        return id_

    def attachment(self, content: str = "") -> str:
        asset = {"objectType": "KalturaAttachmentAsset", "filename": "a.txt", "title": "A", "format": 1}
        called = "attachment_attachmentAsset"
        id_: str = self.v3(f"{called}.add", entryId=self["film"], attachmentAsset=asset)["id"]
        if content:
            self.v3(f"{called}.setContent", id=id_, contentResource=self.text(content))
        return id_

    def thumb(self, data: bytes = b"") -> str:
        id_: str = self.v3("thumbAsset.add", entryId=self["film"], thumbAsset={})["id"]
        if data:
            self.v3("thumbAsset.setContent", id=id_, contentResource=self.resource(data, "x.png"))
        return id_

    def video(self, *scenes: dict[str, Any]) -> str:
        made = list(scenes) or [{"narration": {"text": WORDS}}]
        id_: str = self.v1("video/add", name="Walked", avatarId=self["avatar"], scenes=made)["id"]
        return id_

    def failed(self) -> str:
        """The id of a video whose generation ended with an error."""
        broken = {"narration": {"text": WORDS}, "layoutType": "broll", "broll": {"entryId": "1_nobody00"}}
        return self.until(self.video(broken), "video/generate")

    def begun(self) -> str:
        """The id of a video that is being generated, for long."""
        id_ = self.video({"narration": {"text": " ".join([WORDS] * 60)}})
        self.v1("video/generate", id=id_)
        return id_

    def calm(self, row: Row, given: Mapping[str, Any]) -> None:
        """Let nothing be generated for long that a row has begun."""
        if row.path in ("video/cancel", "video/generate"):
            self.v1("video/cancel", id=given["id"])

    def until(self, id_: str, path: str, **body: Any) -> str:
        """A video after something that takes a while."""
        self.v1(path, id=id_, **body)
        for _ in range(1200):
            if self.v1("video/get", id=id_)["status"] not in ("generating", "composing"):
                return id_
            time.sleep(0.05)
        raise AssertionError(f"{path} did not end")


Arguments = Callable[[World], Mapping[str, Any]]


@dataclass(frozen=True)
class Row:
    """One endpoint.

    Args:
        path: `service.action` of API v3, or `controller/action` of the VOD API.
        give: its arguments.
        answer: what comes back, see `fits`.
        admin: whether an administrator asks.
        file: the part of a multipart body that holds a file.
        note: for several rows of one path.
    """

    path: str
    give: Arguments
    answer: Any
    admin: bool = False
    file: bytes = b""
    note: str = ""

    def __str__(self) -> str:
        return f"{self.path} {self.note}".strip()


@dataclass(frozen=True)
class Served:
    """A file that comes back in place of an object.

    Args:
        kind: content type, its beginning.
        holds: bytes that are in it.
    """

    kind: str
    holds: bytes = b""


def fits(value: Any, shape: Any) -> bool:
    """Whether an answer is as it should be.

    Args:
        value: the answer.
        shape: a type; a dictionary of shapes, which an object may exceed; a list of one shape, for arrays
            that are not empty; a function that says so; or the very value.
    """
    if isinstance(shape, type):
        return isinstance(value, shape) and not (shape is int and isinstance(value, bool))
    if isinstance(shape, dict):
        return isinstance(value, dict) and all(
            name in value and fits(value[name], one) for name, one in shape.items()
        )
    if isinstance(shape, list):
        return isinstance(value, list) and bool(value) and all(fits(one, shape[0]) for one in value)
    return bool(shape(value)) if callable(shape) else bool(value == shape)


def of_list(kind: str, item: Any) -> dict[str, Any]:
    return {"objectType": f"Kaltura{kind}ListResponse", "totalCount": int, "objects": [item]}


def url(value: object) -> bool:
    return isinstance(value, str) and value.startswith("http://")


def one_of(*values: object) -> Callable[[object], bool]:
    return lambda value: value in values


def failure(code: str) -> dict[str, Any]:
    return {"objectType": "KalturaAPIException", "code": code, "message": str}


STAMPS = {"createdAt": int, "updatedAt": int}
UPLOAD = {
    "objectType": "KalturaUploadToken", "id": str, "partnerId": PARTNER, "userId": "ana", "status": int,
    "uploadedFileSize": int, "uploadUrl": url, **STAMPS,
}  # fmt: skip
ENTRY = {
    "id": str, "partnerId": PARTNER, "userId": "ana", "creatorId": "ana", "type": int, "status": int,
    "name": str, "description": str, "tags": str, "referenceId": str, "moderationStatus": 6, "version": str,
    "plays": int, "views": int, "thumbnailUrl": url, "downloadUrl": url, "displayInSearch": 1, **STAMPS,
}  # fmt: skip
MEDIA = {
    "objectType": "KalturaMediaEntry", "mediaType": int, "duration": int, "msDuration": int, "width": int,
    "height": int, "dataUrl": url, **ENTRY,
}  # fmt: skip
PAPER = {"objectType": "KalturaDocumentEntry", "documentType": 11, **ENTRY}
NOTES = {"objectType": "KalturaDataEntry", **ENTRY}
CAPTION = {
    "objectType": "KalturaCaptionAsset", "id": str, "entryId": str, "partnerId": PARTNER, "label": str,
    "language": "English", "languageCode": "en", "format": 1, "status": int, "isDefault": bool,
    "accuracy": int, "displayOnPlayer": True, "fileExt": "srt", "size": int, "version": str, **STAMPS,
}  # fmt: skip
FLAVOR = {
    "objectType": "KalturaFlavorAsset", "id": str, "entryId": str, "partnerId": PARTNER,
    "flavorParamsId": one_of(0, 1), "width": 160, "height": 90, "bitrate": int, "frameRate": lambda _: True,
    "isOriginal": bool, "isWeb": bool, "containerFormat": str, "videoCodecId": str, "status": 2,
    "fileExt": "mp4", "size": int, "sizeInBytes": int, "isDefault": bool, "tags": str, **STAMPS,
}  # fmt: skip
THUMB = {
    "objectType": "KalturaThumbAsset", "id": str, "entryId": str, "partnerId": PARTNER, "width": int,
    "height": int, "status": int, "fileExt": str, "tags": str, "size": int, **STAMPS,
}  # fmt: skip
ATTACHMENT = {
    "objectType": "KalturaAttachmentAsset", "id": str, "entryId": str, "partnerId": PARTNER,
    "filename": str, "title": str, "format": 1, "status": int, "size": int, **STAMPS,
}  # fmt: skip
APP_TOKEN = {
    "objectType": "KalturaAppToken", "id": str, "token": str, "partnerId": PARTNER, "status": 2, "expiry": 0,
    "sessionType": 0, "sessionUserId": str, "sessionDuration": int, "sessionPrivileges": str,
    "hashType": "SHA256", "description": str, **STAMPS,
}  # fmt: skip
SESSION = {
    "objectType": "KalturaSessionInfo", "ks": str, "sessionType": int, "partnerId": PARTNER, "userId": str,
    "expiry": int, "privileges": str,
}  # fmt: skip
FOUND = {
    "objectType": "KalturaESearchEntryResult", "object": MEDIA, "itemsData": list,
    "highlight": [{"objectType": "KalturaESearchHighlight", "fieldName": str, "hits": [
        {"objectType": "KalturaString", "value": str}]}],
}  # fmt: skip

CAPTIONS, FILES = "caption_captionAsset", "attachment_attachmentAsset"
TAGGED = {"filter": {"tagsLike": "walked"}, "pager": {"pageSize": 5}}
OF_FILM: Arguments = lambda w: {"filter": {"entryIdEqual": w["film"]}}  # noqa: E731


def hashed(w: World) -> dict[str, str]:
    widget = w.v3("session.startWidgetSession", widgetId=f"_{PARTNER}", ks="")["ks"]
    return {"id": w["token"], "ks": widget, "tokenHash": shown("SHA256", widget, w.token_value)}


def search(w: World) -> dict[str, Any]:
    item = {
        "objectType": "KalturaESearchUnifiedItem",
        "searchTerm": "walked",
        "itemType": 2,
        "addHighlight": True,
    }
    items = [
        item,
        {"objectType": "KalturaESearchEntryItem", "fieldName": "id", "searchTerm": w["film"], "itemType": 1},
    ]
    operator = {"objectType": "KalturaESearchEntryOperator", "operator": 1, "searchItems": items}
    return {"searchParams": {"objectType": "KalturaESearchEntryParams", "searchOperator": operator}}


def calls(w: World) -> dict[str, Any]:
    return {
        "1": {"service": "media", "action": "add", "entry": {"name": "several"}, "ks": w.ks},
        "2": {"service": "media", "action": "get", "entryId": "{1:result:id}", "ks": w.ks},
        "3": {"service": "media", "action": "get", "entryId": "1_nobody00", "ks": w.ks},
    }


V3 = [
    # Sessions
    Row("session.start", lambda w: {"secret": SECRET, "partnerId": PARTNER, "ks": ""},
        lambda ks: len(ks) > 20),
    Row("session.startWidgetSession", lambda w: {"widgetId": f"_{PARTNER}", "ks": ""}, {
        "objectType": "KalturaStartWidgetSessionResponse", "partnerId": PARTNER, "ks": str, "userId": "0"}),
    Row("session.get", lambda w: {}, SESSION),
    Row("session.get", lambda w: {"session": w.admin}, SESSION, note="of another"),
    Row("session.end", lambda w: {"ks": started(w.origin, userId="passing")}, None),
    Row("session.impersonate", lambda w: {}, failure("SERVICE_FORBIDDEN")),
    Row("session.impersonateByKs", lambda w: {}, failure("SERVICE_FORBIDDEN")),
    Row("appToken.add", lambda w: {"appToken": {"hashType": "SHA256"}}, {
        **APP_TOKEN, "token": lambda t: len(t) == 64}, admin=True),
    Row("appToken.get", lambda w: {"id": w["token"]}, APP_TOKEN, admin=True),
    Row("appToken.list", lambda w: {"filter": {"idEqual": w["token"]}}, of_list("AppToken", APP_TOKEN),
        admin=True),
    Row("appToken.update", lambda w: {"id": w["token"], "appToken": {"description": "new"}}, {
        **APP_TOKEN, "description": "new"}, admin=True),
    Row("appToken.delete", lambda w: {
        "id": w.v3("appToken.add", ks=w.admin, appToken={})["id"]}, None, admin=True),
    Row("appToken.startSession", hashed, {**SESSION, "userId": "robot"}),
    # Uploads
    Row("uploadToken.add", lambda w: {"uploadToken": {"fileName": "a.mp4", "fileSize": 9}}, {
        **UPLOAD, "status": 0, "fileName": "a.mp4", "fileSize": 9}),
    Row("uploadToken.upload", lambda w: {"uploadTokenId": w.v3("uploadToken.add")["id"]}, {
        **UPLOAD, "status": 2, "uploadedFileSize": 3}, file=b"abc"),
    Row("uploadToken.get", lambda w: {"uploadTokenId": w["upload"]}, UPLOAD),
    Row("uploadToken.list", lambda w: {"filter": {"statusEqual": 2}}, of_list("UploadToken", UPLOAD)),
    Row("uploadToken.delete", lambda w: {"uploadTokenId": w.v3("uploadToken.add")["id"]}, None),
    # Entries
    Row("media.add", lambda w: {"entry": {"objectType": "KalturaMediaEntry", "mediaType": 1, "name": "x"}}, {
        **MEDIA, "status": 7, "mediaType": 1, "name": "x"}),
    Row("media.addContent", lambda w: {"entryId": w.empty(), "resource": w.resource(b"junk")}, {
        **MEDIA, "status": one_of(0, 1, 2, 4)}),
    Row("media.updateContent", lambda w: {"entryId": w.empty(), "resource": w.resource(b"junk")}, {
        **MEDIA, "status": one_of(0, 1, 2, 4)}),
    Row("media.get", lambda w: {"entryId": w["film"]}, {
        **MEDIA, "status": 2, "mediaType": 1, "width": 160, "height": 90, "duration": 1}),
    Row("media.list", lambda w: TAGGED, of_list("Media", MEDIA)),
    Row("media.count", lambda w: {"filter": {"idEqual": w["film"]}}, 1),
    Row("media.update", lambda w: {"entryId": w.empty(), "mediaEntry": {"name": "new"}}, {**MEDIA,
        "name": "new"}),
    Row("media.delete", lambda w: {"entryId": w.empty()}, None),
    Row("media.upload", lambda w: {}, str, file=b"abc"),
    Row("media.addFromUploadedFile", lambda w: {"mediaEntry": {"name": "x"},
        "uploadTokenId": w.upload(b"junk")},
        {**MEDIA, "status": one_of(0, 1, 2, 4)}),
    Row("baseEntry.add", lambda w: {"entry": {"objectType": "KalturaDocumentEntry", "name": "x"}}, {
        **PAPER, "status": 7}),
    Row("baseEntry.addContent", lambda w: {"entryId": w.empty(), "resource": w.resource(b"junk")}, MEDIA),
    Row("baseEntry.updateContent", lambda w: {"entryId": w.empty(), "resource": w.resource(b"junk")}, MEDIA),
    Row("baseEntry.get", lambda w: {"entryId": w["film"]}, MEDIA),
    Row("baseEntry.list", lambda w: TAGGED, of_list("BaseEntry", MEDIA)),
    Row("baseEntry.update", lambda w: {"entryId": w.empty(), "baseEntry": {"tags": "new"}}, {**MEDIA,
        "tags": "new"}),
    Row("baseEntry.delete", lambda w: {"entryId": w.empty()}, None),
    Row("baseEntry.count", lambda w: {"filter": {"idEqual": w["paper"]}}, 1),
    Row("baseEntry.getByIds", lambda w: {"entryIds": f"{w['paper']},{w['film']},1_nobody00"}, lambda found: [
        one["objectType"] for one in found] == ["KalturaDocumentEntry", "KalturaMediaEntry"]),
    # Documents and texts
    Row("documents.add", lambda w: {"entry": {"name": "x"}}, {**PAPER, "status": 7}),
    Row("documents.addContent", lambda w: {"entryId": w.empty("documents"), "resource": w.resource(b"text")},
        PAPER),
    Row("documents.updateContent", lambda w: {
        "entryId": w.empty("documents"), "resource": w.resource(b"text")}, PAPER),
    Row("documents.addFromUploadedFile", lambda w: {
        "documentEntry": {"name": "x"}, "uploadTokenId": w.upload(b"text", "x.txt")}, PAPER),
    Row("documents.get", lambda w: {"entryId": w["paper"]}, {**PAPER, "status": 2}),
    Row("document_documents.get", lambda w: {"entryId": w["paper"]}, PAPER),
    Row("documents.list", lambda w: {"filter": {"idEqual": w["paper"]}}, of_list("Document", PAPER)),
    Row("documents.count", lambda w: {"filter": {"idEqual": w["paper"]}}, 1),
    Row("documents.update", lambda w: {"entryId": w.empty("documents"), "documentEntry": {"name": "new"}}, {
        **PAPER, "name": "new"}),
    Row("documents.delete", lambda w: {"entryId": w.empty("documents")}, None),
    Row("documents.upload", lambda w: {}, str, file=b"abc"),
    Row("documents.serve", lambda w: {"entryId": w["paper"]}, Served("text/plain", b"A paper.")),
    Row("data.add", lambda w: {"dataEntry": {"name": "x", "dataContent": "words"}}, {**NOTES, "type": 6}),
    Row("data.addContent", lambda w: {
        "entryId": w.v3("data.add", dataEntry={"name": "x"})["id"], "resource": w.text("words")}, NOTES),
    Row("data.updateContent", lambda w: {
        "entryId": w.v3("data.add", dataEntry={"name": "x"})["id"], "resource": w.text("words")}, NOTES),
    Row("data.get", lambda w: {"entryId": w["notes"]}, {**NOTES, "dataContent": "some notes", "status": 2}),
    Row("data.list", lambda w: {"filter": {"idEqual": w["notes"]}}, of_list("Data", NOTES)),
    Row("data.count", lambda w: {"filter": {"idEqual": w["notes"]}}, 1),
    Row("data.update", lambda w: {
        "entryId": w.v3("data.add", dataEntry={"name": "x"})["id"],
        "documentEntry": {"name": "new", "dataContent": "new words"}}, {**NOTES, "name": "new"}),
    Row("data.delete", lambda w: {"entryId": w.v3("data.add", dataEntry={"name": "x"})["id"]}, None),
    Row("data.serve", lambda w: {"entryId": w["notes"]}, Served("text/plain", b"some notes")),
    # Captions
    Row(f"{CAPTIONS}.add", lambda w: {"entryId": w["film"], "captionAsset": {"language": "English",
        "format": 1}}, {
        **CAPTION, "status": 0}),
    Row(f"{CAPTIONS}.setContent", lambda w: {"id": w.caption(), "contentResource": w.text(SRT)}, {
        **CAPTION, "status": 2}),
    Row(f"{CAPTIONS}.setContent", lambda w: {"id": w.caption(), "contentResource": w.resource(SRT.encode())},
        {
        **CAPTION, "status": 2}, note="from an upload"),
    Row(f"{CAPTIONS}.setContent", lambda w: {
        "id": w.caption(), "contentResource": {"objectType": "KalturaUrlResource",
            "url": "http://127.0.0.1/x"}},
        {**CAPTION, "status": 7}, note="from an address"),
    Row(f"{CAPTIONS}.get", lambda w: {"captionAssetId": w["caption"]}, {**CAPTION, "status": 2}),
    Row(f"{CAPTIONS}.list", OF_FILM, of_list("CaptionAsset", CAPTION)),
    Row(f"{CAPTIONS}.update", lambda w: {"id": w.caption(), "captionAsset": {"label": "new"}}, {
        **CAPTION, "label": "new"}),
    Row(f"{CAPTIONS}.setAsDefault", lambda w: {"captionAssetId": w["caption"]}, None),
    Row(f"{CAPTIONS}.delete", lambda w: {"captionAssetId": w.caption()}, None),
    Row(f"{CAPTIONS}.getUrl", lambda w: {"id": w["caption"]}, url),
    Row(f"{CAPTIONS}.serve", lambda w: {"captionAssetId": w["caption"]}, Served("application/x-subrip",
        SRT.encode())),
    Row(f"{CAPTIONS}.serveByEntryId", lambda w: {"entryId": w["film"]}, Served("application/x-subrip",
        b"Hello")),
    Row(f"{CAPTIONS}.serveWebVTT", lambda w: {"captionAssetId": w["caption"]},
        Served("application/x-mpegurl", b"#EXTM3U")),
    Row(f"{CAPTIONS}.serveWebVTT", lambda w: {"captionAssetId": w["caption"], "segmentIndex": 1}, Served(
        "text/vtt", b"WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nHello and welcome"), note="one segment"),
    Row(f"{CAPTIONS}.serveAsJson", lambda w: {"captionAssetId": w["caption"]}, {"objects": [
        {"startTime": 1000, "endTime": 2500, "content": [{"text": "Hello and welcome"}]}]}),
    # Files of entries
    Row("flavorAsset.list", OF_FILM, of_list("FlavorAsset", FLAVOR)),
    Row("flavorAsset.get", lambda w: {"id": w["flavor"]}, FLAVOR),
    Row("flavorAsset.getByEntryId", lambda w: {"entryId": w["film"]}, [FLAVOR]),
    Row("flavorAsset.getWebPlayableByEntryId", lambda w: {"entryId": w["film"]}, [{**FLAVOR, "isWeb": True}]),
    Row("flavorAsset.getUrl", lambda w: {"id": w["flavor"], "options": {"fileName": "x.mp4"}}, url),
    Row("flavorAsset.getFlavorAssetsWithParams", lambda w: {"entryId": w["film"]}, [{
        "objectType": "KalturaFlavorAssetWithParams", "flavorAsset": FLAVOR, "entryId": str,
        "flavorParams": {"objectType": "KalturaFlavorParams", "id": int, "name": str}}]),
    Row("thumbAsset.list", OF_FILM, of_list("ThumbAsset", THUMB)),
    Row("thumbAsset.getByEntryId", lambda w: {"entryId": w["film"]}, [THUMB]),
    Row("thumbAsset.get", lambda w: {"thumbAssetId": w["thumb"]}, {**THUMB, "status": 2, "width": 64,
        "fileExt": "png"}),
    Row("thumbAsset.add", lambda w: {"entryId": w["film"], "thumbAsset": {"tags": "x"}}, {**THUMB,
        "status": 0, "tags": "x"}),
    Row("thumbAsset.addFromImage", lambda w: {"entryId": w["film"]}, {**THUMB, "status": 2}, file=b"PICTURE"),
    Row("thumbAsset.setContent", lambda w: {
        "id": w.thumb(), "contentResource": w.resource((w.folder / "green.png").read_bytes())}, {
        **THUMB, "status": 2, "height": 36}),
    Row("thumbAsset.setAsDefault", lambda w: {"thumbAssetId": w["thumb"]}, None),
    Row("thumbAsset.delete", lambda w: {"thumbAssetId": w.thumb()}, None),
    Row("thumbAsset.getUrl", lambda w: {"id": w["thumb"]}, url),
    Row("thumbAsset.serve", lambda w: {"thumbAssetId": w["thumb"]}, Served("image/png", b"PNG")),
    Row(f"{FILES}.add", lambda w: {"entryId": w["film"], "attachmentAsset": {"filename": "C:\\x\\a.txt",
        "format": 1}}, {
        **ATTACHMENT, "status": 0, "filename": "a.txt"}),
    Row(f"{FILES}.setContent", lambda w: {"id": w.attachment(), "contentResource": w.resource(b"abc")}, {
        **ATTACHMENT, "status": 2, "size": 1, "fileExt": "txt"}),
    Row(f"{FILES}.list", OF_FILM, of_list("AttachmentAsset", ATTACHMENT)),
    Row(f"{FILES}.get", lambda w: {"attachmentAssetId": w["attachment"]}, {**ATTACHMENT, "status": 2}),
    Row(f"{FILES}.get", lambda w: {"id": w["attachment"]}, ATTACHMENT, note="the other way"),
    Row(f"{FILES}.getUrl", lambda w: {"id": w["attachment"]}, url),
    Row(f"{FILES}.update", lambda w: {"id": w.attachment(), "attachmentAsset": {"title": "new"}}, {
        **ATTACHMENT, "title": "new", "filename": "a.txt"}),
    Row(f"{FILES}.serve", lambda w: {"attachmentAssetId": w["attachment"]}, Served("text/plain",
        b"attached")),
    Row(f"{FILES}.delete", lambda w: {"attachmentAssetId": w.attachment()}, None),
    Row(f"{FILES}.delete", lambda w: {"id": w.attachment()}, None, note="the other way"),
    # The rest
    Row("elasticsearch_esearch.searchEntry", search, {
        "objectType": "KalturaESearchEntryResponse", "totalCount": 1, "objects": [FOUND]}),
    Row("system.ping", lambda w: {"ks": ""}, True),
    Row("system.getTime", lambda w: {"ks": ""}, int),
    Row("system.getVersion", lambda w: {"ks": ""}, str),
    Row("multirequest.", calls, lambda all_: fits(all_[:2], [MEDIA]) and fits(all_[2],
        failure("ENTRY_ID_NOT_FOUND"))
        and all_[0]["id"] == all_[1]["id"]),
]  # fmt: skip


def stamp(value: object) -> bool:
    return isinstance(value, str) and value.endswith("Z") and "T" in value and "." in value


AVATAR = {"id": str, "templateId": "ellipse", "background": COLOR, "createdAt": stamp, "updatedAt": stamp}
SCENE = {"layoutType": one_of("full-screen", "broll"), "narration": {"text": str}}
VIDEO = {
    "id": lambda id_: len(id_) == 24, "partnerId": PARTNER, "userId": "ana", "status": "draft",
    "name": "Walked", "avatarId": str, "scenes": [SCENE], "entryId": None, "composeParams": None,
    "createdAt": stamp, "updatedAt": stamp,
}  # fmt: skip
COMPOSE = {"formatType": "video-explainer", "duration": 30}

V1 = [
    Row("partner/checkConfiguration", lambda w: {}, {
        "valid": bool, "totalCount": int, "checks": lambda checks: {
            "source-only-conversion-profile", "renderer", "tts", "composer",
                "storage"} == {one["name"] for one in checks},
        "objects": [{"name": str, "valid": bool, "message": lambda _: True}]}),
    Row("avatarTemplate/list", lambda w: {}, {"totalCount": lambda n: n >= 36, "objects": [{"id": str,
        "name": str}]}),
    Row("avatarTemplate/preview", lambda w: {"id": "ellipse"}, Served("image/png", b"PNG")),
    Row("background/list", lambda w: {}, {"totalCount": int, "objects": [{"id": str, "name": str}]}),
    Row("avatar/upsert", lambda w: {"templateId": "ellipse", "background": COLOR}, AVATAR),
    Row("avatar/get", lambda w: {"id": w["avatar"]}, AVATAR),
    Row("avatar/preview", lambda w: {"id": w["avatar"]}, Served("image/png", b"PNG")),
    Row("video/add", lambda w: {"name": "Walked", "avatarId": w["avatar"],
        "scenes": [{"narration": {"text": WORDS}}]}, VIDEO),
    Row("video/get", lambda w: {"id": w["video"]}, VIDEO),
    Row("video/update", lambda w: {"id": w.video(), "name": "New", "scenes": [
        {"narration": {"text": "New"}, "layoutType": "broll", "broll": {"entryId": w["film"],
            "startTime": 0.1}}]}, {
        **VIDEO, "name": "New", "scenes": [{"broll": {"entryId": str, "startTime": 0.1}}]}),
    Row("video/list", lambda w: {"filter": {"orderBy": "-createdAt"}, "pager": {"limit": 1}}, {
        "totalCount": int, "objects": [{"id": str, "scenes": list, "status": str}]}),
    Row("video/compose", lambda w: {"id": w.video(), "entryIds": [w["paper"]], **COMPOSE}, {
        **VIDEO, "status": "composing", "composeParams": {**COMPOSE, "entryIds": list,
            "generateName": False}}),
    Row("video/previewAudio", lambda w: {"id": w["video"], "sceneId": 0}, Served("audio/mpeg")),
    Row("video/previewAudioStream", lambda w: {"id": w["video"], "sceneId": 0}, Served("audio/mpeg")),
    Row("video/generate", lambda w: {"id": w.video({"narration": {"text": "Hi."}})}, {**VIDEO,
        "status": "generating"}),
    Row("video/cancel", lambda w: {"id": w.begun()}, {
        **VIDEO, "status": "generate-error", "error": {"code": "CANCELLED"}}),
    Row("video/resetStatus", lambda w: {"id": w.failed()}, VIDEO),
    Row("video/delete", lambda w: {"id": w.video()}, Served("")),
]  # fmt: skip

# Addresses: what follows /p/{partner}, the status, the kind of what comes, and how it begins
ADDRESSES: list[tuple[Callable[[World], str], int, str, bytes]] = [
    (lambda w: f"sp/{PARTNER}00/playManifest/entryId/{w['film']}/format/url/protocol/http/a.mp4", 200,
        "video/mp4", b""),
    (lambda w: f"sp/{PARTNER}00/playManifest/format/download/entryId/{w['film']}", 200, "video/mp4", b""),
    (lambda w: f"sp/{PARTNER}00/playManifest/e/{w['film']}/f/applehttp/a.m3u8", 200, "application/x-mpegurl",
        b"#EXTM3U"),
    (lambda w: f"sp/{PARTNER}00/playManifest/entryId/{w['film']}/format/mpegdash", 404, "text/plain",
        b"FORMAT"),
    (lambda w: f"raw/entry_id/{w['film']}/direct_serve/1/forceproxy/true/file_name/x", 200, "video/mp4", b""),
    (lambda w: f"sp/{PARTNER}00/raw/entry_id/{w['film']}", 200, "video/mp4", b""),
    (lambda w: f"sp/{PARTNER}00/download/entry_id/{w['film']}/flavor/{w['flavor']}", 200, "video/mp4", b""),
    (lambda w: f"thumbnail/entry_id/{w['film']}/width/64", 200, "image/jpeg", b"\xff\xd8"),
    (lambda w: f"sp/{PARTNER}00/thumbnail/entry_id/{w['film']}/vid_sec/0.2/format/png", 200, "image/png",
        b"\x89PNG"),
    (lambda w: f"thumbnail/entry_id/{w['film']}/vid_slices/3/width/40", 200, "image/jpeg", b"\xff\xd8"),
    (lambda w: "thumbnail/entry_id/1_nobody00", 404, "text/plain", b"ENTRY_ID_NOT_FOUND"),
    (lambda w: "sp/1/playManifest/entryId/1_nobody00/format/url", 404, "text/plain", b"ENTRY_ID_NOT_FOUND"),
]  # fmt: skip
