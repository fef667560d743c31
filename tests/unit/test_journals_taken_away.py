"""logrotate at the journals, of both kinds: no line is lost, none is read twice."""

import gzip
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from callservice.journal import DialogueJournal
from ledger import strays
from ledger.journal import Journals, Position
from tests.unit.scripted_journal import Telling
from tests.unit.test_journal_tail import NOW, drain, lines, write

Rotate = Callable[[Path], Path]


def renamed(path: Path) -> Path:
    return path.rename(path.with_name(f"{path.name}.1"))


def renamed_and_made_anew(path: Path) -> Path:
    away = path.rename(path.with_name(f"{path.name}-20261129"))
    path.touch()
    return away


def copied_and_emptied(path: Path) -> Path:
    away = path.with_name(f"{path.name}.1")
    shutil.copy(path, away)
    os.truncate(path, 0)
    return away


EVERY_WAY = pytest.mark.parametrize("rotate", [renamed, renamed_and_made_anew, copied_and_emptied])


@EVERY_WAY
@pytest.mark.parametrize("is_new_reader", [False, True])
def test_what_was_unread_is_read_and_what_comes_then_too(
    tmp_path: Path, rotate: Rotate, is_new_reader: bool
) -> None:
    first, second, third, fourth = lines(4)
    committed: dict[str, Position] = {}
    journals = Journals(tmp_path, committed)
    write(tmp_path / "cel.csv", first + second)
    batch = journals.read(NOW)
    journals.moved(batch)
    committed.update(batch.after)
    write(tmp_path / "cel.csv", third)
    rotate(tmp_path / "cel.csv")
    if is_new_reader:  # it was rotated while the ledger was away
        journals = Journals(tmp_path, committed)
    write(tmp_path / "cel.csv", fourth)
    assert sorted(drain(journals)) == [2, 3]
    assert not journals.read(NOW)


@EVERY_WAY
def test_a_journal_that_has_grown_beyond_the_old_one_is_known_by_its_file(
    tmp_path: Path, rotate: Rotate
) -> None:
    first, second, third, fourth = lines(4)
    journals = Journals(tmp_path, {})
    write(tmp_path / "cel.csv", first)
    assert drain(journals) == [0]
    write(tmp_path / "cel.csv", second)
    away = rotate(tmp_path / "cel.csv")
    if rotate is copied_and_emptied:
        return  # it is the same file: only its size tells, and that is looked at ten times a second
    assert away.exists()
    write(tmp_path / "cel.csv", third + fourth)
    assert sorted(drain(journals)) == [1, 2, 3]


def dialogue(count: int) -> list[bytes]:
    told = Telling()
    told.rings()
    for number in range(count):
        told.service("prompt", number / 10, name=f"p{number}")
    return [f"{line}\n".encode() for line in told.dialogue]


@EVERY_WAY
def test_a_dialogue_whose_writer_keeps_it_open_is_read_on(tmp_path: Path, rotate: Rotate) -> None:
    first, second, third = dialogue(3)
    path = tmp_path / "dialogue-1-2.jsonl"
    with path.open("ab", buffering=0) as writer:
        journals = Journals(tmp_path, {})
        writer.write(first)
        assert len(journals_names(journals)) == 1
        writer.write(second)
        rotate(path)
        assert journals_names(journals) == ["p1"]
        writer.write(third)
        assert journals_names(journals) == ["p2"]
        assert journals_names(journals) == []


def journals_names(journals: Journals) -> list[str]:
    batch = journals.read(NOW)
    journals.moved(batch)
    return [event.data["name"] for event in batch.events]


def test_a_packed_journal_is_said_once_and_the_new_one_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(strays._log, "error", lambda event, **_: said.append(event))
    first, second, third = lines(3)
    journals = Journals(tmp_path, {})
    write(tmp_path / "cel.csv", first)
    assert drain(journals) == [0]
    write(tmp_path / "cel.csv", second)
    away = renamed_and_made_anew(tmp_path / "cel.csv")
    (tmp_path / "cel.csv.1.gz").write_bytes(gzip.compress(away.read_bytes()))
    away.unlink()
    assert drain(journals) == []
    write(tmp_path / "cel.csv", third)
    assert drain(journals) == [2]
    assert len(said) == 1
    assert "is lost" in said[0]


def test_a_copy_that_somebody_made_is_let_be(tmp_path: Path) -> None:
    journals = Journals(tmp_path, {})
    write(tmp_path / "cel.csv", b"".join(lines(2)))
    assert drain(journals) == [0, 1]
    shutil.copy(tmp_path / "cel.csv", tmp_path / "cel.csv.bak")
    assert not journals.read(NOW)
    assert not Journals(tmp_path, dict(journals._positions)).read(NOW)
    assert (tmp_path / "cel.csv.bak").exists()


def test_a_service_whose_journal_was_swept_begins_a_new_one(tmp_path: Path) -> None:
    with DialogueJournal(tmp_path, started=1.0, process=2) as kept:
        kept.note("a", "prompt")
        [path] = tmp_path.iterdir()
        path.unlink()  # after a week without a call
        kept.note("b", "prompt")
        assert b'"call": "b"' in path.read_bytes()
