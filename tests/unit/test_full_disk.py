"""What a full disk does to our own writes: nothing is torn, what was kept room for is written."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import full_disk
from callservice.journal import DialogueJournal
from floor.changes import HoldChanged
from floor.hold_journal import HoldJournal
from full_disk import FULL_BYTES, LOW_BYTES, MIB, Room
from supervisor.room import OVER_S, DiskRoom, Usage
from tests.small_disk import fill, small_disk

LINE = b"x" * 299 + b"\n"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", mib=8) as folder:
        yield folder


def test_a_line_is_appended_whole_or_not_at_all(disk: Path) -> None:
    file = os.open(disk / "journal", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    full_disk.append(file, LINE)
    ballast = fill(disk)
    while _takes(file):
        pass
    ballast.unlink()
    full_disk.append(file, LINE)
    os.close(file)
    lines = (disk / "journal").read_bytes().splitlines(keepends=True)
    assert len(lines) > 2
    assert set(lines) == {LINE}


def test_what_room_was_kept_for_is_written_on_a_full_disk(disk: Path) -> None:
    assert full_disk.reserve(disk / "journal", MIB)
    assert (disk / "journal").stat().st_size == 0
    fill(disk)
    with (disk / "journal").open("ab", buffering=0) as file:
        for _ in range(3000):
            assert file.write(LINE) == len(LINE)
    assert not full_disk.reserve(disk / "journal", MIB), "there is no room for more"


def test_what_is_kept_is_given_back(disk: Path) -> None:
    assert full_disk.reserve(disk / "journal", 2 * MIB)
    with (disk / "journal").open("ab") as file:
        file.write(LINE)
    full_disk.release(disk / "journal")
    assert (disk / "journal").read_bytes() == LINE
    assert os.statvfs(disk).f_bavail * 4096 > 7 * MIB


def test_a_small_file_is_written_over_where_there_is_no_room_beside_it(disk: Path) -> None:
    full_disk.replace(disk / "report.json", json.dumps({"at": 1, "more": "x" * 5000}).encode())
    fill(disk)
    full_disk.replace(disk / "report.json", json.dumps({"at": 3, "more": "x" * 9000}).encode())
    full_disk.replace(disk / "report.json", b'{"at": 2}')
    assert json.loads((disk / "report.json").read_text()) == {"at": 2}
    assert not (disk / "report.json.new").exists()
    with pytest.raises(OSError, match="No space"):
        full_disk.replace(disk / "report.json", b"x" * 90_000)
    assert json.loads((disk / "report.json").read_text()) == {"at": 2}


def test_lines_of_a_dialogue_wait_for_room_and_are_written_once(disk: Path) -> None:
    with DialogueJournal(disk, started=1.0, process=2) as journal:
        journal.note("a", "visited")
        ballast = fill(disk)
        for number in range(200):
            journal.note("a", "keyed", number=number)
        ballast.unlink()
        journal.write_on()
        journal.note("a", "hung_up")
        (file,) = disk.glob("dialogue-*")
        told = [json.loads(line) for line in file.read_text().splitlines()]
    assert [one["what"] for one in told] == ["visited", *["keyed"] * 200, "hung_up"]
    assert [one["number"] for one in told[1:-1]] == list(range(200))


def test_a_hold_waits_for_room_and_is_written_with_the_next(disk: Path) -> None:
    journal = HoldJournal(disk)
    ballast = fill(disk)
    for minute in range(60):
        _hold(journal, minute)
    ballast.unlink()
    _hold(journal, 60)
    (file,) = disk.glob("dialogue-desk-*")
    told = [json.loads(line)["at"] for line in file.read_text().splitlines()]
    assert len(told) == 61
    assert told == sorted(set(told))


def _hold(journal: HoldJournal, minute: int) -> None:
    begun = datetime(2026, 11, 30, 1, 0, tzinfo=UTC) + timedelta(minutes=minute)
    for held, at in ((True, begun), (False, begun + timedelta(seconds=9))):
        journal.take(HoldChanged(seat="w01", call="a" * 36, held=held, held_s=0.0, at=at))


def test_journals_and_database_have_room_kept_and_the_disk_is_told_of(disk: Path) -> None:
    told: list[tuple[Room, int]] = []
    (disk / "thirdring.db").write_bytes(b"x")
    for name in ("dialogue-1-1.jsonl", "dialogue-2-2.jsonl", "dialogue-desk-20261130.jsonl"):
        (disk / name).write_bytes(LINE)
    os.utime(disk / "dialogue-1-1.jsonl", (1, 1))
    room = DiskRoom(disk, disk, disk / "mark", tell=lambda *now: told.append(now))
    room.look()
    fill(disk)
    for name in ("cel.csv", "queue_log", "site.jsonl", "dialogue-2-2.jsonl", "thirdring.db"):
        with (disk / name).open("ab", buffering=0) as file:
            assert [file.write(LINE) for _ in range(30)] == [len(LINE)] * 30, name
    room.look()
    assert [one for one, _ in told] == [Room.LOW, Room.FULL], "each change is told once"


def test_a_journal_that_is_over_gives_its_room_back(disk: Path) -> None:
    over = disk / "cel.csv.g1"
    over.write_bytes(LINE)
    assert full_disk.reserve(over, 2 * MIB)
    room = DiskRoom(
        disk,
        disk,
        disk / "mark",
        tell=lambda *_: None,
        now=lambda: over.stat().st_mtime + OVER_S / 2,
    )
    room.look()
    assert over.stat().st_blocks * 512 > MIB, "somebody may still be writing to it"
    room.now = lambda: over.stat().st_mtime + OVER_S + 1
    room.look()
    assert over.stat().st_blocks * 512 < MIB


def test_low_room_full_and_room_again_are_told_apart(tmp_path: Path) -> None:
    told: list[Room] = []
    marked: list[bool] = []
    free = [LOW_BYTES]
    room = DiskRoom(
        tmp_path,
        tmp_path,
        tmp_path / "mark",
        tell=lambda now, _: told.append(now),
        usage=lambda _: Usage(2**40, free[0]),
    )
    for each in (LOW_BYTES, LOW_BYTES - 1, FULL_BYTES, FULL_BYTES - 1, LOW_BYTES):
        free[0] = each
        room.look()
        marked.append((tmp_path / "mark").exists())
    assert told == [Room.LOW, Room.FULL, Room.ENOUGH]
    assert marked == [True, True, True, False, True], "for the dialplan (message.conf)"


def _takes(file: int) -> bool:
    try:
        full_disk.append(file, LINE)
    except OSError:
        return False
    return True
