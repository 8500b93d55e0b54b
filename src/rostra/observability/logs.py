"""Logs: what happened, to standard error, one event a line, with the job it belongs to.

What a presenter says is the author's business: a script's text, names of its files and words never
go into a log; lengths, counts and times do.
"""

from __future__ import annotations

import logging
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import structlog

LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}


def start(level: str, form: str, stream: TextIO | None = None) -> None:
    """Send log lines of at least `level` to `stream`, as `console`, `json` or `auto`."""
    stream = stream or sys.stderr
    readable = form == "console" or (form == "auto" and stream.isatty())
    look: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=stream.isatty())
        if readable
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            look,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )


@contextmanager
def job(kind: str) -> Iterator[str]:
    """Put a fresh job id on every line that is logged inside."""
    name = f"{kind}-{secrets.token_hex(4)}"
    with structlog.contextvars.bound_contextvars(job=name):
        yield name
