"""For how long a customer heard music is kept, however the hold ended (SIL-7)."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from floor.changes import CallEnded, HoldChanged
from floor.hold_journal import HoldJournal
from ledger.journal_lines import parse_dialogue
from tests.unit.scripted_journal import CALL, event_of

NOON = datetime(2026, 11, 29, 4, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def kept(folder: Path) -> list[tuple[str, float, float]]:
    """Return what the ledger reads of it: what, when it was over, how long it was."""
    lines = [line for file in sorted(folder.iterdir()) for line in file.read_text().splitlines()]
    events = [event_of(parse_dialogue(line, "dialogue-desk-1.jsonl", 0)) for line in lines]
    assert {one.about for one in events} <= {CALL}
    return [(one.name, one.at, float(one.data["seconds"])) for one in events]


def test_a_hold_is_kept_when_the_agent_is_back_and_when_the_caller_hangs_up(
    tmp_path: Path,
) -> None:
    holds = HoldJournal(tmp_path)
    holds.take(HoldChanged("w01", CALL, held=True, held_s=0.0, at=at(0)))
    holds.take(HoldChanged("w01", CALL, held=False, held_s=2.4, at=at(2.4)))
    holds.take(HoldChanged("w01", CALL, held=True, held_s=0.0, at=at(10)))
    holds.take(CallEnded("w01", CALL, "", at(13.5)))
    holds.take(CallEnded("w01", CALL, "", at(20)))
    began = NOON.timestamp()
    assert kept(tmp_path) == [("on_hold", began + 2.4, 2.4), ("on_hold", began + 13.5, 3.5)]


def test_a_call_without_a_hold_and_a_folder_that_is_gone_hurt_nobody(tmp_path: Path) -> None:
    HoldJournal(tmp_path).take(CallEnded("w01", CALL, "", at(1)))
    assert list(tmp_path.iterdir()) == []
    holds = HoldJournal(tmp_path / "none")
    holds.take(HoldChanged("w01", CALL, held=True, held_s=0.0, at=at(0)))
    holds.take(CallEnded("w01", CALL, "", at(1)))


def test_the_line_is_the_owners_alone(tmp_path: Path) -> None:
    holds = HoldJournal(tmp_path)
    holds.take(HoldChanged("w01", CALL, held=True, held_s=0.0, at=at(0)))
    holds.take(CallEnded("w01", CALL, "", at(1)))
    [file] = tmp_path.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_text())["seat"] == "w01"
