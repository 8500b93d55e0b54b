"""Captions over API v3, by the vendor's own client."""

from __future__ import annotations

import html
from pathlib import Path

import httpx
import pytest
import webvtt
from KalturaClient import KalturaClient
from KalturaClient.exceptions import KalturaException
from KalturaClient.Plugins.Caption import KalturaCaptionAsset, KalturaCaptionAssetFilter, KalturaCaptionType
from KalturaClient.Plugins.Core import (
    KalturaLanguage,
    KalturaMediaEntry,
    KalturaNullableBoolean,
    KalturaStringResource,
)

from rostra.library.captions import DFXP, SRT, WEBVTT, lines, spoken, written
from serving import serving
from test_apiv3 import ask, started
from test_library import client_of

TEXT = (
    "1\n00:00:01,000 --> 00:00:02,500\n<b>Ana:</b> Hello & welcome\n\n"
    "2\n00:00:03,000 --> 00:00:04,000\n[Music]\n"
)


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory):
    with serving(tmp_path_factory.mktemp("server")) as url:
        yield url


@pytest.fixture
def ana(origin: str) -> KalturaClient:
    return client_of(origin, "ana")


def entry(client: KalturaClient) -> str:
    made = KalturaMediaEntry()
    made.name = "talk"
    return client.media.add(made).id


def captioned(
    client: KalturaClient,
    id_: str,
    text: str = TEXT,
    format_: str = KalturaCaptionType.SRT,
    default: bool = False,
):
    asset = KalturaCaptionAsset()
    asset.label, asset.language = "English", KalturaLanguage.EN
    asset.format, asset.isDefault = KalturaCaptionType(format_), KalturaNullableBoolean(int(default))
    made = client.caption.captionAsset.add(id_, asset)
    assert made.status.getValue() == 0
    content = KalturaStringResource()
    content.content = text
    return client.caption.captionAsset.setContent(made.id, content)


def test_captions_are_added_listed_and_served(ana: KalturaClient):
    id_ = entry(ana)
    made = captioned(ana, id_)
    assert (made.status.getValue(), made.languageCode.getValue() if made.languageCode else "en") == (2, "en")
    of_entry = KalturaCaptionAssetFilter()
    of_entry.entryIdEqual = id_
    assert [one.id for one in ana.caption.captionAsset.list(of_entry).objects] == [made.id]
    bare = httpx.get(ana.caption.captionAsset.getUrl(made.id))
    assert (bare.status_code, bare.text) == (200, TEXT)
    built = ana.caption.captionAsset.serve(made.id)
    assert httpx.get(built).text == TEXT


def test_a_forged_address_gives_nothing(ana: KalturaClient):
    url = ana.caption.captionAsset.getUrl(captioned(ana, entry(ana)).id)
    assert "MISSING_KS" in httpx.get(url[:-1] + ("0" if url[-1] != "0" else "1")).text


def test_they_are_served_as_webvtt_and_as_data(origin: str, ana: KalturaClient, tmp_path: Path):
    made, ks = captioned(ana, entry(ana)), started(origin, userId="ana")
    where = f"{origin}/api_v3/service/caption_captionAsset/action"
    listed = httpx.get(f"{where}/serveWebVTT/captionAssetId/{made.id}/ks/{ks}").text
    assert listed.startswith("#EXTM3U")
    [first] = [line for line in listed.splitlines() if not line.startswith("#")]
    assert "Hello" in httpx.get(first).text  # without a session, as players ask
    part = httpx.get(f"{where}/serveWebVTT", params={"captionAssetId": made.id, "segmentIndex": 1, "ks": ks})
    (tmp_path / "part.vtt").write_bytes(part.content)
    assert [html.unescape(one.text) for one in webvtt.read(tmp_path / "part.vtt")] == [
        "Ana: Hello & welcome",
        "[Music]",
    ]
    data = ask(origin, "service/caption_captionAsset/action/serveAsJson", ks=ks, captionAssetId=made.id)
    assert data["objects"][0]["startTime"] == 1000
    assert data["objects"][0]["content"][0]["text"] == "Ana: Hello & welcome"


def test_one_of_them_is_the_default(ana: KalturaClient):
    id_ = entry(ana)
    first, second = captioned(ana, id_, default=True), captioned(ana, id_)
    ana.caption.captionAsset.setAsDefault(second.id)
    told = [ana.caption.captionAsset.get(one.id).isDefault.getValue() for one in (first, second)]
    assert told == [0, 1]
    change = KalturaCaptionAsset()
    change.label = "Other"
    assert ana.caption.captionAsset.update(second.id, change).label == "Other"
    ana.caption.captionAsset.delete(first.id)
    with pytest.raises(KalturaException) as gone:
        ana.caption.captionAsset.get(first.id)
    assert gone.value.code == "CAPTION_ASSET_ID_NOT_FOUND"


@pytest.mark.parametrize("text", ["", "no captions at all", "\x00\x01"])
def test_what_is_no_captions_is_refused(ana: KalturaClient, text: str):
    with pytest.raises(KalturaException) as refused:
        captioned(ana, entry(ana), text)
    assert refused.value.code in ("CAPTION_ASSET_INVALID_FORMAT", "CAPTION_ASSET_PARSING_FAILED")


def test_captions_of_others_are_not_changed(origin: str, ana: KalturaClient):
    made = captioned(ana, entry(ana))
    with pytest.raises(KalturaException):
        client_of(origin, "ben").caption.captionAsset.delete(made.id)


def test_captions_are_read_and_written_in_three_formats():
    for format_ in (SRT, WEBVTT, DFXP):
        there = written(TEXT, SRT, format_)
        assert [(one.start, one.end) for one in lines(there, format_)] == [(1000, 2500), (3000, 4000)]


def test_what_nobody_says_is_left_out():
    assert [one.text for one in spoken(lines(TEXT, SRT))] == ["Hello & welcome"]
