"""What the journals say is in the database exactly once, wherever anything was cut or killed."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from callflow.events import DEFAULT_NODE
from db.engine import engine
from db.migrate import upgrade
from features.accounts import queries as accounts
from features.calls import queries
from features.duties import queries as duties
from ledger.importer import JournalImporter
from permissions.roles import Role
from permissions.scopes import EVERYTHING
from tests.integration.ledger_room import NOW, Journal, Room, call_id, catch_up, home, many_calls
from tests.unit.scripted_journal import BOOT, CALL, Telling
from tests.unit.test_call_fold import ENDINGS, at, talked, waiting
from tests.unit.test_talk_segments import a_talk, joined, phone

JOURNAL = many_calls(24)


@pytest_asyncio.fixture
async def room(tmp_path: Path, database_url: str) -> AsyncIterator[Room]:
    made = engine(database_url)
    yield Room(home(tmp_path / "home", database_url), made)
    await made.dispose()


def write_all(room: Room, journal: Journal = JOURNAL) -> None:
    for name, content in journal.files.items():
        room.write(name, content)


def tell(room: Room, told: Telling) -> None:
    for name, lines in (
        ("cel.csv", told.cel),
        ("queue_log", told.queue_log),
        ("dialogue-1-1.jsonl", told.dialogue),
        ("site.jsonl", told.site),
    ):
        room.write(name, "".join(f"{line}\n" for line in lines).encode())


async def test_every_call_is_there_once_with_its_outcome(room: Room) -> None:
    write_all(room)
    await catch_up(room.importer())
    rows = await room.rows("SELECT id, disposition, hung_up_by, state FROM calls ORDER BY id")
    assert [row["id"] for row in rows] == [call_id(number) for number in range(24)]
    expected = [ENDINGS[ending][1:] for ending in sorted(ENDINGS)] * 3
    assert [(row["disposition"], row["hung_up_by"]) for row in rows] == expected
    [lines] = await room.rows("SELECT count(*) AS n FROM call_events")
    assert lines["n"] == sum(content.count(b"\n") for content in JOURNAL.files.values())


@pytest.mark.parametrize("seed", range(6))
async def test_cut_anywhere_and_started_again_anywhere_the_rows_are_the_same(
    room: Room, tmp_path: Path, seed: int
) -> None:
    expected = await _kept_in_one_go(tmp_path)
    chance = random.Random(seed)
    left = dict(JOURNAL.files)
    importer = room.importer()
    while any(left.values()):
        name = chance.choice([name for name, content in left.items() if content])
        cut = chance.randrange(1, 3000)
        room.write(name, left[name][:cut])
        left[name] = left[name][cut:]
        if chance.random() < 0.2:
            importer = room.importer()  # the process was killed between two transactions
        if chance.random() < 0.6:
            await importer.turn(NOW + chance.random())
    await catch_up(importer, NOW + 10)
    assert await room.everything() == expected


async def _kept_in_one_go(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return what a ledger keeps that nothing ever happens to."""
    url = f"sqlite+aiosqlite:///{folder / 'expected.db'}"
    await asyncio.to_thread(upgrade, url)
    made = engine(url)
    room = Room(home(folder / "expected", url), made)
    write_all(room)
    await catch_up(room.importer())
    found = await room.everything()
    await made.dispose()
    return found


async def test_a_transaction_that_fails_is_done_again_and_nothing_twice(room: Room) -> None:
    write_all(room)
    importer = room.importer()
    failures = iter([True, True, True])

    @event.listens_for(room.engine.sync_engine, "commit")
    def refuse(_connection: object) -> None:
        if next(failures, False):
            raise OperationalError("COMMIT", {}, Exception("the database said no"))

    await _stubbornly(importer)
    assert len(await room.rows("SELECT id FROM calls")) == JOURNAL.calls


async def test_a_commit_that_was_done_but_never_acknowledged_is_not_repeated(room: Room) -> None:
    write_all(room)
    importer = room.importer()
    await importer.turn(NOW - 10_000_000)  # learn the database first
    moved = importer._journals.moved
    lost = iter([True])

    def unheard(batch: object) -> None:
        if next(lost, False):
            raise ConnectionResetError("the answer to COMMIT was lost")
        moved(batch)  # type: ignore[arg-type]

    importer._journals.moved = unheard  # type: ignore[method-assign]
    await _stubbornly(importer)
    [lines] = await room.rows("SELECT count(*) AS n FROM call_events")
    assert lines["n"] == sum(content.count(b"\n") for content in JOURNAL.files.values())


async def _stubbornly(importer: JournalImporter) -> None:
    for _ in range(20):
        try:
            await catch_up(importer)
        except (OperationalError, ConnectionResetError):
            continue
        return
    raise AssertionError("it never succeeded")


async def test_a_second_ledger_by_mistake_doubles_nothing(room: Room) -> None:
    first, second = room.importer(), room.importer()
    for name, content in JOURNAL.files.items():
        half = len(content) // 2
        room.write(name, content[:half])
    await catch_up(first)
    await catch_up(second)
    for name, content in JOURNAL.files.items():
        room.write(name, content[len(content) // 2 :])
    await catch_up(second)
    await catch_up(first)
    rows = await room.rows("SELECT id, disposition FROM calls ORDER BY id")
    assert len(rows) == JOURNAL.calls
    assert all(row["disposition"] for row in rows)


async def test_an_open_call_is_shown_while_it_lasts_and_closed_later(room: Room) -> None:
    importer = room.importer()
    told = talked()
    tell(room, Telling(cel=told.cel[:10]))
    await catch_up(importer)
    [row] = await room.rows("SELECT state, disposition FROM calls")
    assert (row["state"], row["disposition"]) == ("talking", None)
    tell(room, Telling(cel=told.cel[10:], queue_log=told.queue_log, dialogue=told.dialogue))
    await catch_up(importer)
    [row] = await room.rows("SELECT state, disposition, topic FROM calls")
    assert (row["state"], row["disposition"], row["topic"]) == ("ended", "agent", "complaint")


async def test_what_our_service_says_before_the_call_is_known_is_not_lost(room: Room) -> None:
    told = talked()
    tell(room, Telling(dialogue=told.dialogue))
    await catch_up(room.importer())
    assert await room.rows("SELECT id FROM calls") == []
    tell(room, Telling(cel=told.cel))
    await catch_up(room.importer())
    [row] = await room.rows("SELECT sil_outcome, topic FROM calls")
    assert (row["sil_outcome"], row["topic"]) == ("alive", "complaint")


async def test_a_late_line_of_a_call_that_ended_long_ago_still_counts(room: Room) -> None:
    told = talked()
    importer = room.importer()
    tell(room, Telling(cel=told.cel))
    await catch_up(importer)
    importer.tidy(NOW + 10_000)
    assert importer.in_memory == 0
    tell(room, Telling(dialogue=told.dialogue, queue_log=told.queue_log))
    await catch_up(importer, NOW + 10_001)
    [row] = await room.rows("SELECT sil_outcome, disposition FROM calls")
    assert (row["sil_outcome"], row["disposition"]) == ("alive", "agent")


@pytest.mark.parametrize("restarted", [False, True])
async def test_calls_that_were_open_when_the_switch_died_are_closed(
    room: Room, *, restarted: bool
) -> None:
    importer = room.importer()
    tell(room, waiting())
    await catch_up(importer)
    if restarted:
        importer = room.importer()
    after = Telling()
    after.switch("switch_started", 100.0, boot="trknew")
    tell(room, after)
    await catch_up(importer)
    [row] = await room.rows("SELECT state, disposition, hung_up_by FROM calls")
    assert dict(row) == {
        "state": "ended",
        "disposition": "switch_crash",
        "hung_up_by": "switch",
    }


async def test_a_call_of_the_dead_switch_whose_lines_come_last_is_closed_too(room: Room) -> None:
    importer = room.importer()
    after = Telling()
    after.switch("switch_died", 50.0)
    after.switch("switch_started", 50.2, boot="trknew")
    tell(room, after)
    await catch_up(importer)
    tell(room, waiting())
    await catch_up(importer)
    async with room.engine.connect() as connection:
        story = await queries.call(connection, CALL, reach=EVERYTHING, ticket_reach=EVERYTHING)
    assert story is not None
    assert (story.call.disposition, story.call.ended) == ("switch_crash", at(50.0))


async def test_unreadable_lines_are_kept_aside_and_hold_nothing_up(room: Room) -> None:
    told = talked()
    room.write("cel.csv", b'"ANSWER","17952\n' + b"\x00\xff\n")
    room.write("queue_log", b"nonsense\n")
    room.write("dialogue-1-1.jsonl", b"{\n")
    tell(room, told)
    await catch_up(room.importer())
    rejects = await room.rows("SELECT file, why FROM journal_rejects ORDER BY file")
    assert [row["file"] for row in rejects] == [
        "cel.csv#1",
        "cel.csv#1",
        "dialogue-1-1.jsonl",
        "queue_log#1",
    ]
    assert all(row["why"] for row in rejects)
    assert len(await room.rows("SELECT id FROM calls")) == 1


async def test_the_story_of_a_call_is_all_its_events_in_order(room: Room) -> None:
    told = talked()
    tell(room, told)
    await catch_up(room.importer())
    async with room.engine.connect() as connection:
        story = await queries.call(connection, CALL, reach=EVERYTHING, ticket_reach=EVERYTHING)
    assert story is not None
    assert story.call == told.record()
    assert len(story.events) == len(told.cel + told.queue_log + told.dialogue)
    times = [one.at for one in story.events]
    assert times == sorted(times)
    assert isinstance(story.call.answered, datetime)
    assert story.call.answered.tzinfo is not None
    assert story.call.boot == BOOT


async def test_each_segment_is_credited_to_the_account_that_sat_there_then(room: Room) -> None:
    await sat(room, "1002", "8102", since=at(0), until=at(60))
    await sat(room, "1009", "8102", since=at(60), until=None)
    tell(room, handed_over())
    await catch_up(room.importer())
    assert await _credited(room) == [("1001", "answered"), ("1002", "attended"), ("8103", "join")]
    async with room.engine.connect() as connection:
        story = await queries.call(connection, CALL, reach=EVERYTHING, ticket_reach=EVERYTHING)
        found = await queries.calls(connection, queries.CallFilter(agent="1002"), reach=EVERYTHING)
        nobody = await queries.calls(connection, queries.CallFilter(agent="1009"), reach=EVERYTHING)
    assert story is not None
    assert [one.agent for one in story.call.segments] == ["1001", "1002", "8103"]
    assert ([one.id for one in found.items], list(nobody.items)) == ([CALL], [])


async def test_segments_are_there_once_however_often_the_call_is_folded(room: Room) -> None:
    told = handed_over()
    for line in told.cel:
        room.write("cel.csv", f"{line}\n".encode())
        await catch_up(room.importer())  # as after a restart: nothing is in memory
    assert [how for _, how in await _credited(room)] == ["answered", "attended", "join"]


def handed_over() -> Telling:
    """An agent asks a colleague, hands over, and somebody joins whose phone nobody sits at."""
    told = a_talk()
    for number, how, when, which in (("8102", "consult", 20.0, "b"), ("8103", "join", 30.0, "c")):
        joined(told, when - 0.1, number, how, id_=which)
        phone(told, "BRIDGE_ENTER", when, number, "b1", id_=which)
    told.agent("BRIDGE_EXIT", 20.1, number="w01")
    told.hangs_up(50.0)
    return told


async def _credited(room: Room) -> list[tuple[str, str]]:
    rows = await room.rows("SELECT agent, how FROM talk_segments ORDER BY from_at")
    return [(row["agent"], row["how"]) for row in rows]


async def sat(
    room: Room,
    number: str,
    seat: str,
    *,
    since: datetime,
    until: datetime | None,
    node: str = DEFAULT_NODE,
) -> int:
    """Have somebody with an account at a seat for a while; return the duty's id."""
    async with room.engine.execution_options(writing=True).begin() as connection:
        account = await accounts.add(
            connection,
            number=number,
            name=number,
            role=Role.JUNIOR_AGENT,
            password="",
            must_change=False,
            now=since,
        )
        duty = await duties.begin(
            connection,
            account_id=account.id,
            seat=seat,
            kind=duties.DutyKind.PHONE,
            state=duties.DutyState.READY,
            node=node,
            now=since,
        )
        if until is not None:
            await duties.end(connection, duty.id, now=until)
    return duty.id
