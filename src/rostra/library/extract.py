"""Extraction: the text of a document, in a process of its own.

    python -m rostra.library.extract SOURCE TARGET NAME

writes the text of SOURCE, which its owner calls NAME, into TARGET. Archives that unpack to far more than
they are, and documents that never end, stop at LARGEST.
"""

from __future__ import annotations

import io
import json
import re
import resource
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path

from rostra.errors import MediaError, RostraError

LARGEST = 2_000_000  # characters of a text
MOST_PACKED = 200 << 20  # bytes that a document's archive may unpack to
MEMORY = 2 << 30  # bytes that this process may take
TIME = 120  # s of processor time
FIELD = "resource"
SHORT = 0.6  # of the widest line, below which a line ends a paragraph
ITEM = re.compile(r"(?:[-*+•◦▪·>|]|\(?\d{1,3}[.)])\s")
HYPHENATED = re.compile(r"(?<=[a-z])-\n(?=[a-z])")
IMAGE = re.compile(r"!\[[^\[\]\n]{0,300}\]\([^()\n]{0,2000}\)|<!--|-->")
LINK = re.compile(r"\[([^\[\]\n]{0,300})\]\([^()\n]{0,2000}\)")
MARKS = re.compile(r"\*\*|__|`|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)|^\s*[-=|:\s]+$")
PAPER, PDF = 11, 13  # kinds of documents, as API v3 counts them
SILENT = ("script", "style", "head", "template", "noscript")
BLOCKS = ("p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "td", "th")


def text_of(data: bytes, name: str) -> str:
    """The text of a document, a paragraph a line.

    Args:
        data: of the file.
        name: whose ending tells what it is, where the data do not.

    Raises:
        MediaError: it is of no kind that we read, is damaged, or holds no text.
    """
    found, size = [], 0
    try:
        for part in _reader(data, Path(name).suffix.lower())(data):
            found.append(" ".join(part[:LARGEST].split()))
            size += len(found[-1]) + 1
            if size > LARGEST:
                break
    except MediaError:
        raise
    except Exception as error:  # whatever the readers stumble over
        why = str(error)[:200] or type(error).__name__
        raise MediaError(f"The document is damaged ({why}).", "Save it again.", FIELD) from error
    text = "\n".join(part for part in found if part)[:LARGEST]
    if not any(character.isalnum() for character in text):
        raise MediaError("The document holds no text.", "Scans have to be read by a program first.", FIELD)
    return text


def _reader(data: bytes, suffix: str) -> Callable[[bytes], Iterable[str]]:
    if data.startswith(b"%PDF-"):
        return _pdf
    if data.startswith(b"PK\x03\x04"):
        names = _unpackable(data)
        if "word/document.xml" in names:
            return _docx
        if "ppt/presentation.xml" in names:
            return _pptx
        raise MediaError("The archive is no document.", "Send PDF, DOCX, PPTX, HTML or text.", FIELD)
    if b"\x00" in data[:4096]:
        raise MediaError("The file is no document.", "Send PDF, DOCX, PPTX, HTML or text.", FIELD)
    start = data[:512].lstrip().lower()
    web = suffix in (".html", ".htm", ".xhtml") or start.startswith((b"<!doctype html", b"<html"))
    return _html if web else _plain


def _unpackable(data: bytes) -> set[str]:
    """Names in an archive, if it may be unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile as error:
        raise MediaError("The document is damaged.", "Save it again.", FIELD) from error
    if sum(one.file_size for one in entries) > MOST_PACKED:
        raise MediaError("The document unpacks to too much.", "Save it without its pictures.", FIELD)
    return {one.filename for one in entries}


def _pdf(data: bytes) -> Iterator[str]:
    from pypdf import PdfReader

    for page in PdfReader(io.BytesIO(data)).pages:
        yield from _paragraphs(page.extract_text().splitlines())


def _docx(data: bytes) -> Iterator[str]:
    from docx import Document

    document = Document(io.BytesIO(data))
    for paragraph in document.paragraphs:
        yield paragraph.text
    for table in document.tables:
        for row in table.rows:
            yield ". ".join(cell.text for cell in row.cells)


def _pptx(data: bytes) -> Iterator[str]:
    from pptx import Presentation

    for slide in Presentation(io.BytesIO(data)).slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                yield from (paragraph.text for paragraph in shape.text_frame.paragraphs)
        if slide.has_notes_slide:
            yield slide.notes_slide.notes_text_frame.text


def _html(data: bytes) -> Iterator[str]:
    page = _Page()
    page.feed(data.decode("utf-8", "replace"))
    page.close()
    return iter("".join(page.parts).splitlines())


def _plain(data: bytes) -> Iterator[str]:
    """Text, or Markdown without its marks."""
    lines, fenced = [], False
    for line in data.decode("utf-8-sig", "replace").splitlines():
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
            lines.append("")
        elif not fenced:
            lines += ["", line, ""] if line.startswith("#") else [line]
    for paragraph in _paragraphs(lines):
        said = IMAGE.sub("", paragraph)
        yield MARKS.sub("", LINK.sub(r"\1", said)).strip().lstrip("#>*-+ ")


def _paragraphs(lines: Iterable[str]) -> Iterator[str]:
    """Lines that were only broken because the page is so wide, together.

    A paragraph ends at an empty line, before an item of a list, and after a line that is much shorter than
    the ones before it and ends a sentence, or is a heading.
    """
    held: list[str] = []
    width = 0
    for line in lines:
        text = line.strip()
        short = bool(held) and len(held[-1]) < SHORT * width
        starts = ITEM.match(text) or (short and text[:1].isupper())
        if held and (not text or starts):
            yield _rejoined(held)
            held = []
        if text:
            held.append(text)
            width = max(width, len(text))
    if held:
        yield _rejoined(held)


def _rejoined(lines: Sequence[str]) -> str:
    return HYPHENATED.sub("", "\n".join(lines))


class _Page(HTMLParser):
    """The text of a page, without what is never shown."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._silent += tag in SILENT
        if tag in BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in SILENT))
        if tag in BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data.replace("\n", " ").replace("\r", " "))


def main() -> int:
    """The command."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (TIME, TIME))
    source, target, name = sys.argv[1:4]
    try:
        data = Path(source).read_bytes()
        Path(target).write_text(text_of(data, name), "utf-8")
    except RostraError as error:
        print(json.dumps({"error": error.message}))
        return 1
    kind = PDF if data.startswith(b"%PDF-") else PAPER
    print(json.dumps({"media": kind, "made": {"text": Path(target).name}}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
