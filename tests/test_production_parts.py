"""Work done ahead in a thread, and files that appear whole or not at all."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from rostra.drafts import Drafts
from rostra.errors import OutputError
from rostra.production.relay import Ahead, Behind


def test_items_made_ahead_come_in_order():
    with Ahead(iter(range(100)), depth=2) as numbers:
        assert list(numbers) == list(range(100))


def test_an_error_ahead_surfaces_where_the_items_are_used():
    def source() -> Iterator[int]:
        yield 1
        raise ValueError("no voice")

    with Ahead(source(), depth=2) as numbers, pytest.raises(ValueError, match="no voice"):
        list(numbers)


def test_no_more_than_the_depth_is_made_ahead():
    made: list[int] = []
    taken = threading.Semaphore(0)

    def source() -> Iterator[int]:
        for number in range(50):
            made.append(number)
            taken.release()
            yield number

    with Ahead(source(), depth=3) as numbers:
        first = next(iter(numbers))
        for _ in range(5):  # one taken, three wait, one is held
            taken.acquire()
        assert first == 0
        assert len(made) == 5
    assert len(made) == 5
    assert threading.active_count() == 1 or not any(t.name == "ahead" for t in threading.enumerate())


def test_everything_given_is_consumed_before_the_block_ends():
    got: list[int] = []
    with Behind(got.append, depth=2) as sink:
        for number in range(100):
            sink.put(number)
    assert got == list(range(100))


def test_an_error_behind_surfaces_in_the_giver():
    def consume(number: int) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"), Behind(consume, depth=2) as sink:
        for number in range(100):
            sink.put(number)


def test_an_error_at_the_last_item_is_not_lost():
    def consume(number: int) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"), Behind(consume, depth=2) as sink:
        sink.put(1)


def test_calling_off_drops_what_waits():
    gate, got = threading.Event(), []

    def consume(number: int) -> None:
        gate.wait()
        got.append(number)

    with pytest.raises(KeyboardInterrupt), Behind(consume, depth=5) as sink:
        for number in range(5):
            sink.put(number)
        threading.Timer(0.05, gate.set).start()
        raise KeyboardInterrupt
    assert len(got) <= 1


def test_drafts_appear_together_or_not_at_all(tmp_path: Path):
    video, captions = tmp_path / "a.mp4", tmp_path / "a.vtt"
    captions.write_text("old")
    with pytest.raises(KeyboardInterrupt), Drafts() as drafts:
        drafts.add(video).write_text("half")
        drafts.add(captions).write_text("half")
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.iterdir()] == ["a.vtt"]
    assert captions.read_text() == "old"
    with Drafts() as drafts:
        drafts.add(video).write_text("whole")
        drafts.add(captions).write_text("whole")
        drafts.publish()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mp4", "a.vtt"]
    assert captions.read_text() == "whole"


@pytest.mark.parametrize("name", [".", "gone/a.mp4", "/proc/a.mp4", "x" * 300 + ".mp4"])
def test_a_place_that_cannot_be_written_is_refused_at_once(tmp_path: Path, name: str):
    with Drafts() as drafts, pytest.raises(OutputError):
        drafts.add(tmp_path / name)
