"""Rendering: a script becomes a video file, with its captions, poster and contact sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from rostra.drafts import Drafts, refusal
from rostra.errors import OutputError
from rostra.picture.captions import cues, webvtt
from rostra.picture.encoder import Mp4Writer
from rostra.picture.sheet import film_sheet
from rostra.production import stills
from rostra.production.company import Company, Parts
from rostra.production.film import Captioned, Recorder
from rostra.production.line import Clock, Film, Line
from rostra.production.machine import cpu_seconds
from rostra.production.meter import Meter
from rostra.production.order import Order
from rostra.production.script import Scene, Script
from rostra.speech.lexicon import from_mapping
from rostra.speech.speech import Speech, Word

log = structlog.get_logger()


@dataclass(frozen=True)
class Result:
    """What a production has become.

    Args:
        video: the file.
        captions: the WebVTT file, if one was wanted.
        duration: seconds.
        words: how many were spoken.
        warnings: what the user should know, one sentence each.
        cost: seconds of processor time by stage.
    """

    video: Path
    captions: Path | None
    duration: float
    words: int
    warnings: tuple[str, ...]
    cost: dict[str, float]


def render(
    script: Script, out: Path, order: Order, parts: Parts, report: Callable[[float], None] = lambda _: None
) -> Result:
    """Turn a script into an MP4; files appear whole, or not at all when anything goes wrong.

    Raises:
        InputError: the script names something that is not there or cannot be used.
        MissingError: this machine lacks something.
        OutputError: the result cannot be written.
        EngineError: an engine failed.
    """
    if out.suffix.lower() != ".mp4" and not out.is_dir():
        raise OutputError(f"{out} does not end in .mp4.", "Name it so: Rostra writes MP4.", "output")
    lexicon = from_mapping(dict(script.lexicon))
    company = Company(parts, script.scenes, lexicon, order.size, order.fps, order.seed)
    with Drafts() as drafts, closing(company):
        video = drafts.add(out)
        text = drafts.add(out.with_suffix(".vtt")) if order.captions == "file" else None
        poster = drafts.add(order.poster, "poster") if order.poster else None
        sheet = drafts.add(order.sheet, "sheet") if order.sheet else None
        notes = company.gather()
        log.info("render started", scenes=len(script.scenes), size=order.size, fps=order.fps)
        with _told_of(out, video):
            reel = shoot(script.scenes, company, video, order, report)
        if text:
            _write_text(text, out.with_suffix(".vtt"), webvtt(cues(reel.words)))
        if poster and order.poster:
            with _told_of(order.poster, poster):
                stills.poster(company, script.scenes[0], order.size, poster)
        if sheet and order.sheet:
            with _told_of(order.sheet, sheet):
                film_sheet(video, sheet)
        drafts.publish()
        notes += company.notes()
    log.info("render finished", seconds=round(reel.seconds, 2), words=len(reel.words), cost=reel.cost)
    captions = out.with_suffix(".vtt") if text else None
    return Result(out, captions, reel.seconds, len(reel.words), tuple(notes), reel.cost)


@dataclass(frozen=True)
class Reel:
    """What was noted while a film was made: its words, with their seconds."""

    words: list[Word]
    seconds: float
    cost: dict[str, float]


def shoot(
    scenes: Sequence[Scene],
    company: Company,
    video: Path,
    order: Order,
    report: Callable[[float], None],
) -> Reel:
    """Make the film of some scenes: sound and pictures into one file."""
    words: list[Word] = []
    meter, start = Meter(), cpu_seconds()
    with writer(video, order, company.rate) as file, Recorder(file, order.size) as recorder:
        film: Film = recorder
        if order.captions == "burn":
            film = captions = Captioned(film, order.size, order.fps)

        def heard(speech: Speech, at: float) -> None:
            said = [Word(word.text, word.start + at, word.end + at) for word in speech.words]
            words.extend(said)
            if order.captions == "burn":
                captions.add(cues(said))

        line = Line(scenes, company, film, Clock(order.fps, company.rate), order.size, heard, report, meter)
        line.run()
    cost = dict(meter.seconds)
    cost["encoding"] = cpu_seconds() - start - sum(cost.values())
    return Reel(words, line.seconds, cost)


def writer(video: Path, order: Order, rate: int | None) -> Mp4Writer:
    """The file that an order asks for; `rate` None: without sound."""
    how = order.encoding
    return Mp4Writer(video, order.size, order.fps, rate, crf=how.crf, preset=how.preset, threads=how.threads)


def _write_text(draft: Path, place: Path, text: str) -> None:
    try:
        draft.write_text(text, "utf-8")
    except OSError as error:
        raise refusal(error, place) from error


@contextmanager
def _told_of(place: Path, draft: Path) -> Iterator[None]:
    """Complaints about a draft name the place that the user knows."""
    try:
        yield
    except OutputError as error:
        error.message = error.message.replace(str(draft), str(place))
        raise
    except OSError as error:
        raise refusal(error, place) from error
