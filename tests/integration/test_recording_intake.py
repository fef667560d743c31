"""What was recorded is in the store and in rows once, and a message with words is a ticket."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from db.engine import engine
from features.call_recordings.lifecycle import RecordingState
from features.calls import queries
from features.calls.queries import CallStory
from features.ticket_clocks.house import house
from ledger.recording_intake import MISSING_AFTER_S, RecordingIntake
from permissions.scopes import EVERYTHING
from recordings.store import Store
from recordings.wav import Layout, header
from settings import Settings
from tests.integration.ledger_room import NOW, Room, catch_up, home
from tests.unit.scripted_journal import CALL, Telling
from tests.unit.sound_files import network_tone, silence, stereo, voice
from tests.unit.test_call_fold import at, crashed, hung_up_while_ringing, left_a_message, talked

MONO = Layout(begins=44, channels=1, rate=8000, declared=None)


@pytest_asyncio.fixture
async def room(tmp_path: Path, database_url: str) -> AsyncIterator[Room]:
    made = engine(database_url)
    yield Room(home(tmp_path / "home", database_url), made)
    await made.dispose()


class Ledger:
    """An importer and an archive, as one process has them."""

    def __init__(self, room: Room) -> None:
        paths = room.settings.paths
        self.intake = RecordingIntake(
            room.engine,
            calls=paths.spool_calls,
            messages=paths.spool_messages,
            whispers=paths.spool_whispers,
            store=paths.store,
            zone=ZoneInfo("Asia/Shanghai"),
            house=house(Settings()),
        )
        self.importer = room.importer()
        self.importer._tell = self.intake.look_at

    async def work(self, now: float = NOW) -> None:
        await catch_up(self.importer, now)
        while await self.intake.turn(now):
            pass


def tell(room: Room, told: Telling) -> None:
    room.write("cel.csv", "".join(f"{line}\n" for line in told.cel).encode())
    room.write("dialogue-1-1.jsonl", "".join(f"{line}\n" for line in told.dialogue).encode())
    room.write("site.jsonl", "".join(f"{line}\n" for line in told.site).encode())


def spool_call(room: Room, seconds: float, *, cut: int = 0) -> Path:
    path = room.settings.paths.spool_calls / f"{CALL}.raw"
    path.write_bytes(stereo(silence(seconds), silence(seconds)) + b"x" * cut)
    os.utime(path, (NOW - 60, NOW - 60))
    return path


def spool_message(room: Room, audio: bytes, *, closed: bool = True) -> Path:
    path = room.settings.paths.spool_messages / f"{CALL}.wav"
    path.write_bytes(header(MONO, len(audio) if closed else 0) + audio)
    os.utime(path, (NOW - 60, NOW - 60))
    return path


async def story(room: Room) -> CallStory:
    async with room.engine.connect() as connection:
        found = await queries.call(connection, CALL, reach=EVERYTHING, ticket_reach=EVERYTHING)
    assert found is not None
    return found


async def test_a_call_has_its_recording_and_the_spool_is_empty(room: Room) -> None:
    spooled = spool_call(room, 59.0)
    tell(room, talked())
    await Ledger(room).work()
    found = await story(room)
    [recording] = found.recordings
    assert (recording.state, recording.seconds, recording.channels) == ("stored", 59.0, 2)
    assert Store(room.settings.paths.store).is_whole(recording.path, recording.sha256)
    assert not found.gaps
    assert not spooled.exists()
    assert "recording_kept" in {event.name for event in found.events}


async def test_a_message_with_words_is_one_ticket_that_the_clerk_can_take_up(room: Room) -> None:
    spool_call(room, 85.1)
    spool_message(room, voice(3.0))
    tell(room, left_a_message())
    await Ledger(room).work()
    found = await story(room)
    [ticket] = found.tickets
    assert (ticket.kind, ticket.source, ticket.state) == ("complaint", "message", "new")
    assert ticket.number.startswith("20261122-"), "the day in Shanghai"
    assert (ticket.call_id, ticket.customer_number) == (CALL, "13800138000")
    assert (ticket.created_at, ticket.business, ticket.nature) == (at(86.1), None, None)
    assert ticket.due_at > ticket.created_at
    message = next(one for one in found.recordings if one.kind == "message")
    assert message.voice_caller_s is not None
    assert message.voice_caller_s > 1.0
    assert "ticket_opened" in {event.name for event in found.events}


async def test_an_empty_message_is_no_ticket_but_is_told(room: Room) -> None:
    spool_call(room, 85.1)
    spool_message(room, silence(4.0))
    tell(room, left_a_message())
    await Ledger(room).work()
    found = await story(room)
    assert not found.tickets
    assert "message_empty" in {event.name for event in found.events}
    assert {one.kind for one in found.recordings} == {"call", "message"}


async def test_twenty_seconds_of_a_busy_tone_are_no_ticket_and_are_kept(room: Room) -> None:
    spool_call(room, 85.1)
    spool_message(room, network_tone((450,), (0.35, 0.35), 20.0))
    tell(room, left_a_message())
    await Ledger(room).work()
    found = await story(room)
    assert not found.tickets
    told = next(event for event in found.events if event.name == "message_empty")
    assert told.data == {"heard": "tones"}
    message = next(one for one in found.recordings if one.kind == "message")
    assert (message.state, message.seconds) == ("stored", 20.0)
    assert "busy" in message.why


async def test_words_before_a_busy_tone_are_a_ticket(room: Room) -> None:
    """The far switch says that the caller has hung up, and goes on saying so."""
    spool_call(room, 85.1)
    spool_message(room, voice(3.0) + network_tone((480, 620), (0.5, 0.5), 20.0))
    tell(room, left_a_message())
    await Ledger(room).work()
    found = await story(room)
    assert len(found.tickets) == 1


async def test_a_message_that_a_crash_cut_off_is_repaired_and_still_a_ticket(room: Room) -> None:
    spool_message(room, voice(3.0), closed=False)
    tell(room, left_a_message())
    await Ledger(room).work()
    found = await story(room)
    message = next(one for one in found.recordings if one.kind == "message")
    assert message.state is RecordingState.REPAIRED
    assert len(found.tickets) == 1


async def test_what_a_full_disk_cut_is_a_gap_where_it_was_full(room: Room) -> None:
    told = talked()
    told.switch("disk_full", 20.0)
    told.switch("disk_low", 31.0)
    spool_call(room, 48.0)
    tell(room, told)
    await Ledger(room).work()
    found = await story(room)
    [gap] = found.gaps
    assert (gap.from_at, gap.to_at, gap.why) == (at(20.0), at(31.0), "the disk was full")


async def test_a_recording_that_a_crash_cut_off_is_repaired_with_its_gap(room: Room) -> None:
    spool_call(room, 12.0, cut=3)
    tell(room, crashed())
    await Ledger(room).work()
    found = await story(room)
    [recording] = found.recordings
    [gap] = found.gaps
    assert (recording.state, recording.seconds) == ("repaired", 12.0)
    assert (gap.why, gap.to_at) == ("the switch died", at(15.0))


async def test_an_answered_call_without_a_file_is_missing_after_a_while(room: Room) -> None:
    tell(room, talked())
    ledger = Ledger(room)
    ended = at(60.0).timestamp()
    await ledger.work(ended + 1)
    assert not (await story(room)).recordings
    await ledger.work(ended + MISSING_AFTER_S + 1)
    found = await story(room)
    assert [one.state for one in found.recordings] == ["missing"]
    assert len(found.gaps) == 1


async def test_an_empty_file_is_a_lost_recording_and_does_not_stay(room: Room) -> None:
    spooled = spool_call(room, 0.0)
    tell(room, talked())
    await Ledger(room).work()
    assert [one.state for one in (await story(room)).recordings] == ["lost"]
    assert not spooled.exists()


async def test_a_call_that_was_never_answered_needs_no_recording(room: Room) -> None:
    tell(room, hung_up_while_ringing())
    ledger = Ledger(room)
    await ledger.work()
    assert ledger.intake.waiting == 0
    assert not (await story(room)).recordings


async def test_a_file_that_still_grows_is_waited_for(room: Room) -> None:
    spooled = spool_call(room, 59.0)
    tell(room, talked())
    os.utime(spooled, (NOW - 0.5, NOW - 0.5))
    ledger = Ledger(room)
    await ledger.work(NOW)
    assert ledger.intake.waiting == 1
    await ledger.work(NOW + 1)
    assert len((await story(room)).recordings) == 1


class KilledError(BaseException):
    """The process dies here."""


STEPS = [
    "take",
    "_rename",
    "settle",
    "recordings.add_recordings",
    "tickets.open_ticket",
    "writes.add_events",
    "commit",
    "unlink",
]


@pytest.mark.parametrize("step", STEPS)
async def test_killed_at_any_step_the_next_start_finishes_and_doubles_nothing(
    room: Room, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    call, message = spool_call(room, 85.1), spool_message(room, voice(3.0))
    tell(room, left_a_message())
    ledger = Ledger(room)
    await catch_up(ledger.importer)
    with monkeypatch.context() as broken:
        _die_at(broken, step)
        with pytest.raises(KilledError):
            await ledger.intake.turn(NOW)
    ledger.intake.close()
    again = Ledger(room)
    await again.work(NOW + 5)
    await Ledger(room).work(NOW + 10)
    found = await story(room)
    assert [one.state for one in found.recordings] == ["stored", "stored"]
    assert len(found.tickets) == 1
    names = [event.name for event in found.events]
    assert (names.count("recording_kept"), names.count("ticket_opened")) == (2, 1)
    assert not call.exists()
    assert not message.exists()
    stored = [path for path in room.settings.paths.store.rglob("*") if path.is_file()]
    assert len(stored) == 2


def _die_at(broken: pytest.MonkeyPatch, step: str) -> None:
    def die(*_: object, **__: object) -> None:
        raise KilledError(step)

    match step:
        case "take" | "_rename" | "settle":
            broken.setattr(Store, step, die)
        case "unlink":
            broken.setattr(Path, step, die)
        case "commit":
            broken.setattr("sqlalchemy.ext.asyncio.AsyncTransaction.commit", die)
            broken.setattr("sqlalchemy.engine.Transaction.commit", die)
        case _:
            broken.setattr(f"ledger.recording_intake.{step}", die)


async def test_a_full_disk_delays_a_recording_and_costs_none(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    spool_call(room, 59.0)
    tell(room, talked())
    ledger = Ledger(room)
    with monkeypatch.context() as broken:
        broken.setattr(Store, "take", full)
        await ledger.work(NOW)
    assert ledger.intake.waiting == 1
    await ledger.work(NOW + 10)
    assert [one.state for one in (await story(room)).recordings] == ["stored"]


async def test_what_a_crash_left_half_copied_goes_at_the_next_start(room: Room) -> None:
    left = room.settings.paths.store / ".incoming" / "half.wav"
    left.parent.mkdir()
    left.write_bytes(b"RIFF")
    await Ledger(room).work()
    assert not left.exists()
