"""Documents: their text, what is refused, and an explainer made of one."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
import zipfile
import zlib
from pathlib import Path

import pytest
from docx import Document
from pptx import Presentation

from rostra.errors import MediaError
from rostra.library.extract import LARGEST, text_of
from serving import serving
from test_apiv3 import ask, started
from test_studio import api_of, avatar

SAID = "Bees pollinate a third of the plants that we eat."


def pdf() -> bytes:
    """One page with one line, put together by hand."""
    content = f"BT /F 18 Tf 20 100 Td ({SAID}) Tj ET"
    page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>"
    parts = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        page,
        f"<</Length {len(content)}>>stream\n{content}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    text, places = "%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(text))
        text += f"{number} 0 obj{part}endobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"trailer<</Root 1 0 R/Size 6>>\nstartxref\n{len(text)}\n%%EOF"
    return f"{text}xref\n0 6\n0000000000 65535 f \n{table}{end}".encode()


def docx() -> bytes:
    document, data = Document(), io.BytesIO()
    document.add_heading("On bees")
    document.add_paragraph(SAID)
    document.save(data)
    return data.getvalue()


def pptx() -> bytes:
    slides, data = Presentation(), io.BytesIO()
    slide = slides.slides.add_slide(slides.slide_layouts[0])
    slide.shapes.title.text = SAID
    slide.notes_slide.notes_text_frame.text = "Say it slowly."
    slides.save(data)
    return data.getvalue()


HTML = f"<html><head><style>p {{}}</style></head><body><p>{SAID}</p><script>no()</script>".encode()


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (SAID.encode(), "a.txt"),
        (f"# Bees\n\n- **{SAID}**\n".encode(), "a.md"),
        (HTML, "a.html"),
        (HTML, "a"),
        (docx(), "a.docx"),
        (pptx(), "a.pptx"),
        (pdf(), "a.pdf"),
    ],
)
def test_the_text_of_a_document_is_read(data: bytes, name: str):
    text = text_of(data, name)
    assert SAID in text
    assert "no()" not in text and "**" not in text


def archive(**files: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return data.getvalue()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "no text"),
        (b"\x00\x01\x02", "no document"),
        (archive(other=b"x"), "no document"),
        (archive(word__document_xml=b"<not word/>"), "damaged"),
        (archive(word__document_xml=bytes(300 << 20)), "too much"),
        (b"PK\x03\x04 and no more", "damaged"),
        (b"%PDF-1.7 and no more", "damaged"),
    ],
)
def test_what_is_no_document_is_refused(data: bytes, told: str):
    with pytest.raises(MediaError, match=told):
        text_of(data, "a.docx")


def entities() -> bytes:
    """A document whose XML would grow to gigabytes."""
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = f'<w:document xmlns:w="{word}"><w:body><w:p><w:r><w:t>&a9;</w:t></w:r></w:p></w:body></w:document>'
    return f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a0 "boom">{levels}]>{body}'.encode()


def with_document(part: bytes) -> bytes:
    """A document of ours with another text in it."""
    made, data = zipfile.ZipFile(io.BytesIO(docx())), io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as out:
        for name in made.namelist():
            out.writestr(name, part if name == "word/document.xml" else made.read(name))
    return data.getvalue()


def lying() -> bytes:
    """An archive that says it unpacks to little."""
    data = archive(word__document_xml=bytes(250 << 20))
    return data.replace((250 << 20).to_bytes(4, "little"), (1000).to_bytes(4, "little"))


def flate() -> bytes:
    """A page that unpacks to two gigabytes, in two steps."""
    inner = zlib.compress(zlib.compress(bytes(500 << 20)))
    head = f"<</Length {len(inner)}/Filter[/FlateDecode/FlateDecode]>>stream\n".encode()
    return (
        pdf()
        .replace(b"<</Length", b"<</Old", 1)
        .replace(b"BT /F", b"BT /G")
        .replace(pdf()[pdf().index(b"<</Length") : pdf().index(b"endstream")], head + inner + b"\n")
    )


@pytest.mark.parametrize(
    "data",
    [
        with_document(entities()),
        with_document(b"<w:p>" * 1_000_000),
        archive(word__document_xml=archive(a=archive(b=bytes(100 << 20)))),
        lying(),
        flate(),
        b"<div>" * 400_000 + b"deep",
        b"[" * 2_000_000 + b" a",
        b"- " * 1_000_000 + b"a",
    ],
    ids=["entities", "deep XML", "nested", "lying", "flate", "deep HTML", "brackets", "items"],
)
def test_a_bomb_does_no_harm(data: bytes, tmp_path: Path):
    (tmp_path / "in").write_bytes(data)
    command = [
        sys.executable,
        "-m",
        "rostra.library.extract",
        str(tmp_path / "in"),
        str(tmp_path / "out"),
        "a.html",
    ]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    told = json.loads(ran.stdout.splitlines()[-1])
    assert "error" in told or (tmp_path / "out").stat().st_size <= LARGEST * 4
    if "error" in told:
        assert ran.returncode == 1 and told["error"]


def test_a_text_without_end_has_one():
    assert len(text_of(b"word " * 1_000_000, "a.txt")) <= LARGEST


def test_an_explainer_is_composed_from_a_document(tmp_path: Path, people: Path):
    talk = Path(__file__).parent / "talks" / "bees.txt"
    with serving(tmp_path, people) as origin:
        ks = started(origin, userId="ana")
        given = {"objectType": "KalturaDocumentEntry", "name": "On bees", "documentType": 11}
        entry = ask(origin, "service/documents/action/add", ks=ks, entry=given)
        assert entry["objectType"] == "KalturaDocumentEntry"
        content = {"objectType": "KalturaStringResource", "content": talk.read_text()}
        path = "service/document_documents/action"
        ask(origin, f"{path}/addContent", ks=ks, entryId=entry["id"], resource=content)
        while (now := ask(origin, f"{path}/get", ks=ks, entryId=entry["id"]))["status"] == 1:
            time.sleep(0.05)
        assert now["status"] == 2
        api = api_of(origin, ks)
        id_ = api("video/add", name="x", avatarId=avatar(api))["id"]
        api("video/compose", id=id_, formatType="video-explainer", duration=40, entryIds=[entry["id"]])
        while api("video/get", id=id_)["status"] == "composing":
            time.sleep(0.05)
        composed = api("video/get", id=id_)
        assert composed["status"] == "composed"
        assert {scene["layoutType"] for scene in composed["scenes"]} == {"full-screen"}
        assert "On bees" in composed["scenes"][0]["narration"]["text"]
