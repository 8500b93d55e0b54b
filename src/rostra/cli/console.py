"""What a person sees in the terminal: tables, progress, complaints."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

STEP = 10  # per cent between two lines of progress where there is no terminal

Report = Callable[[float], None]  # takes the share that is done, 0..1


def complain(message: str) -> None:
    """One line on standard error."""
    line = " ".join(message.split())
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    console.print(line, style="red" if console.is_terminal else None, markup=False)


def remark(message: str) -> None:
    """One line on standard error about something that is not wrong but worth knowing."""
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    console.print(f"Note: {message}", style="yellow" if console.is_terminal else None, markup=False)


def show(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table on standard output; blank-separated, without lines, when it goes to a file."""
    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*row)
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=200)
    console.print(table)


@contextmanager
def progress(title: str, quiet: bool = False) -> Iterator[Report]:
    """A bar with per cent and time left; plain lines where there is no terminal."""
    if quiet:
        yield lambda share: None
    elif sys.stderr.isatty():
        with _bar(title) as report:
            yield report
    else:
        yield _lines(title)


@contextmanager
def _bar(title: str) -> Iterator[Report]:
    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=1.0)
        yield lambda share: bar.update(task, completed=share)


def _lines(title: str) -> Report:
    shown, began, begun = 0, 0.0, 0.0  # per cent; s and share at the first report: loading does not count

    def report(share: float) -> None:
        nonlocal shown, began, begun
        if not began:
            began, begun = time.monotonic(), share
        per_cent = int(share * 100) // STEP * STEP
        if per_cent > shown and share > begun:
            shown = per_cent
            left = (time.monotonic() - began) * (1 - share) / (share - begun)
            print(f"{title}: {per_cent} %, {left:.0f} s left", file=sys.stderr, flush=True)

    return report
