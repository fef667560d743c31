"""How journals are read while they grow, are torn and turned over: each line once, in bounds."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ledger import journal
from ledger.journal import Batch, Journals, Position
from tests.unit.scripted_journal import CALL, Telling

NOW = 1_795_300_000.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def lines(count: int) -> list[bytes]:
    told = Telling()
    for number in range(count):
        told.tells("TR_NOTE", number / 10, n=str(number))
    return [f"{line}\n".encode() for line in told.cel]


def write(path: Path, content: bytes, *, at: float = NOW) -> None:
    with path.open("ab") as file:
        file.write(content)
    os.utime(path, (at, at))


def numbers(batch: Batch) -> list[int]:
    return [int(event.data["n"]) for event in batch.events]


def drain(journals: Journals, now: float = NOW) -> list[int]:
    found: list[int] = []
    while batch := journals.read(now):
        found += numbers(batch)
        journals.moved(batch)
    return found


def test_an_empty_or_missing_folder_is_fine(folder: Path) -> None:
    assert not Journals(folder, {}).read(NOW)
    assert not Journals(folder / "none", {}).read(NOW)


def test_new_lines_are_read_and_only_after_the_commit_left_behind(folder: Path) -> None:
    first, second, third = lines(3)
    journals = Journals(folder, {})
    write(folder / "cel.csv", first + second)
    assert numbers(journals.read(NOW)) == [0, 1]
    batch = journals.read(NOW)
    assert numbers(batch) == [0, 1], "not committed: the same lines again"
    journals.moved(batch)
    assert not journals.read(NOW)
    write(folder / "cel.csv", third)
    assert numbers(journals.read(NOW)) == [2]


def test_a_line_that_is_being_written_is_waited_for(folder: Path) -> None:
    [line] = lines(1)
    journals = Journals(folder, {})
    write(folder / "cel.csv", line[:50])
    assert not journals.read(NOW)
    write(folder / "cel.csv", line[50:])
    assert drain(journals) == [0]


def test_a_last_line_whose_writer_died_is_rejected_in_the_end(folder: Path) -> None:
    first, second = lines(2)
    journals = Journals(folder, {})
    write(folder / "cel.csv", first + second[:50])
    assert drain(journals) == [0]
    late = journals.read(NOW + journal.TORN_AFTER_S + 1)
    assert [reject.offset for reject in late.rejects] == [len(first)]
    journals.moved(late)
    write(folder / "cel.csv", second)
    assert drain(journals) == [1]


def test_reading_goes_on_where_the_database_says(folder: Path) -> None:
    every = lines(5)
    write(folder / "cel.csv", b"".join(every))
    behind_two = {"cel.csv#1": Position(len(every[0] + every[1]))}
    assert drain(Journals(folder, behind_two)) == [2, 3, 4]


def test_a_campaign_is_bounded_and_says_that_there_is_more(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = lines(20)
    write(folder / "cel.csv", b"".join(every))
    monkeypatch.setattr(journal, "READ_AT_ONCE", len(every[0]) * 3)
    journals = Journals(folder, {})
    batch = journals.read(NOW)
    assert batch.more
    assert len(batch.events) <= 3
    assert drain(journals) == list(range(20))


def test_a_line_without_end_costs_bounded_memory_and_is_rejected(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "READ_AT_ONCE", 1000)
    write(folder / "cel.csv", b"x" * 5000 + b"\n" + lines(1)[0])
    journals = Journals(folder, {})
    assert drain(journals) == [0]


@given(cuts=st.lists(st.integers(0, 4000), max_size=20), forget=st.integers(1, 5))
@hypothesis_settings(max_examples=60, deadline=None)
def test_wherever_writing_and_reading_are_cut_each_line_is_read_once(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int], forget: int
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    content = b"".join(lines(20))
    places = sorted({min(cut, len(content)) for cut in cuts} | {len(content)})
    committed: dict[str, Position] = {}
    found: list[int] = []
    journals = Journals(folder, committed)
    written = 0
    for turn, place in enumerate(places):
        write(folder / "cel.csv", content[written:place])
        written = place
        batch = journals.read(NOW)
        if turn % forget == 0:  # the transaction failed, or the reader was killed
            journals = Journals(folder, committed)
            continue
        found += numbers(batch)
        committed.update(batch.after)
        journals.moved(batch)
    assert found + drain(Journals(folder, committed)) == list(range(20))


def test_a_journal_that_is_full_and_read_is_turned_over_and_nothing_is_lost(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "TURN_AT", 100)
    first, second, third, fourth = lines(4)
    journals = Journals(folder, {})
    write(folder / "cel.csv", first)
    journals.turn_over()
    assert (folder / "cel.csv").exists(), "not read yet"
    assert drain(journals) == [0]
    journals.turn_over()
    assert not (folder / "cel.csv").exists()
    write(folder / "cel.csv.g1", second)  # a writer that had opened it just before
    write(folder / "cel.csv", third)
    assert sorted(drain(journals)) == [1, 2]
    later = NOW + journal.CLOSE_AFTER_S + 1
    batch = journals.read(later)
    assert batch.after["cel.csv#1"].closed
    journals.moved(batch)
    assert not journals.read(later), "a closed journal is left alone"
    write(folder / "cel.csv", fourth)
    assert drain(journals) == [3]


@pytest.mark.parametrize("closed", [False, True])
def test_a_crash_right_after_turning_over_changes_nothing(folder: Path, *, closed: bool) -> None:
    first, second = lines(2)
    write(folder / "cel.csv.g1", first)
    write(folder / "cel.csv", second)
    committed = {"cel.csv#1": Position(len(first), closed=closed)}
    assert drain(Journals(folder, committed)) == [1]
    (folder / "cel.csv.g1").unlink()
    if closed:
        assert drain(Journals(folder, committed)) == [1], "the second generation, still"


def test_the_queue_log_is_held_open_by_asterisk_and_read_on_after_it_was_turned_over(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "TURN_AT", 10)
    pause = b"1795296660|NONE|hotline|PJSIP/8001|PAUSE|rest\n"
    write(folder / "queue_log", pause)
    journals = Journals(folder, {})
    journals.moved(journals.read(NOW))
    journals.turn_over()
    write(folder / "queue_log.g1", pause)  # Asterisk, before it opens the file anew
    later = NOW + journal.CLOSE_AFTER_S + 1
    batch = journals.read(later)
    assert [event.file for event in batch.events] == ["queue_log#1"]
    journals.moved(batch)
    assert not journals.read(later), "it is not closed while Asterisk may still write to it"
    write(folder / "queue_log", pause)
    assert [event.file for event in journals.read(later).events] == ["queue_log#2"]


def test_a_journal_emptied_by_hand_is_read_as_a_new_one(folder: Path) -> None:
    first, second = lines(2)
    journals = Journals(folder, {})
    write(folder / "cel.csv", first + second)
    assert drain(journals) == [0, 1]
    os.truncate(folder / "cel.csv", 0)
    batch = journals.read(NOW)
    assert batch.after["cel.csv#1"].closed
    journals.moved(batch)
    write(folder / "cel.csv", first)
    [event] = journals.read(NOW).events
    assert event.file == "cel.csv#2"


def test_read_journals_of_dead_writers_go_after_a_week_and_living_ones_stay(folder: Path) -> None:
    for name in ("dialogue-1-1.jsonl", "site.jsonl", "cel.csv"):
        write(folder / name, b"\n", at=NOW - 2 * journal.FORGET_AFTER_S)
    write(folder / "dialogue-2-2.jsonl", b"unread\n", at=NOW - 2 * journal.FORGET_AFTER_S)
    places = {"dialogue-1-1.jsonl": Position(1), "site.jsonl#1": Position(1)}
    Journals(folder, places).sweep(NOW)
    left = sorted(path.name for path in folder.iterdir())
    assert left == ["cel.csv", "dialogue-2-2.jsonl", "site.jsonl"]


def test_what_is_no_journal_is_let_be(folder: Path) -> None:
    for name in ("notes.txt", "cel.csv.bak", "dialogue-" + "1" * 200 + ".jsonl"):
        write(folder / name, b"x\n")
    assert not Journals(folder, {}).read(NOW)


def test_each_node_has_a_folder_and_others_are_let_be(folder: Path) -> None:
    first, second, third = lines(3)
    for node, line in (("node1", first), ("node2", second), ("node3", third)):
        (folder / node).mkdir()
        write(folder / node / "cel.csv", line)
    found = Journals(folder, {}, nodes=["node2", "node3"]).read(NOW).events
    assert [(one.node, one.file, one.data["n"]) for one in found] == [
        ("node2", "node2/cel.csv#1", "1"),
        ("node3", "node3/cel.csv#1", "2"),
    ]


def test_what_lies_beside_the_nodes_folders_is_the_default_nodes(folder: Path) -> None:
    old, new = lines(2)
    (folder / "node1").mkdir()
    write(folder / "cel.csv", old)
    write(folder / "node1" / "cel.csv", new)
    found = Journals(folder, {}).read(NOW).events
    assert sorted((one.file, one.node, one.data["n"]) for one in found) == [
        ("cel.csv#1", "node1", "0"),
        ("node1/cel.csv#1", "node1", "1"),
    ]
    assert not Journals(folder, {}, nodes=["node2"]).read(NOW)


def test_the_journals_of_two_nodes_are_turned_over_each_by_itself(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "TURN_AT", 100)
    first, second, third = lines(3)
    for node in ("node1", "node2"):
        (folder / node).mkdir()
        write(folder / node / "cel.csv", first)
    journals = Journals(folder, {}, nodes=["node1", "node2"])
    write(folder / "node2" / "cel.csv.g1", second)
    assert sorted(drain(journals)) == [0, 0, 1]
    journals.turn_over()
    assert sorted(path.name for path in (folder / "node1").iterdir()) == ["cel.csv.g1"]
    assert sorted(path.name for path in (folder / "node2").iterdir()) == [
        "cel.csv.g1",
        "cel.csv.g2",
    ]
    write(folder / "node2" / "cel.csv", third)
    [event] = journals.read(NOW).events
    assert event.file == "node2/cel.csv#3"


def test_every_journal_is_read_by_its_own_reader(folder: Path) -> None:
    told = Telling()
    told.rings()
    told.queue("ENTERQUEUE", 1.0)
    told.service("prompt", 1.0, name="greeting")
    told.switch("switch_started", 0.0)
    for name, content in (
        ("cel.csv", told.cel),
        ("queue_log", told.queue_log),
        ("dialogue-1-2.jsonl", told.dialogue),
        ("site.jsonl", told.site),
    ):
        write(folder / name, "".join(f"{line}\n" for line in content).encode())
    journals = Journals(folder, {})
    assert journals.lag() > 0
    batch = journals.read(NOW)
    assert {event.source for event in batch.events} == {"cel", "queue", "dialogue", "site"}
    assert CALL in {event.about for event in batch.events}
    journals.moved(batch)
    assert journals.lag() == 0
