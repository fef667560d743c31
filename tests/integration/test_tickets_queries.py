"""What the command line and the desk ask is answered right, page by page, and from an index."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.engine import engine
from db.paging import Page, UnknownCursorError, cursor_of
from features.call_recordings import queries as recording_queries
from features.call_recordings import writes as recording_writes
from features.call_recordings.lifecycle import Gap, Recording, RecordingKind, RecordingState
from features.call_recordings.queries import RecordingFilter
from features.calls import by_piece, queries, writes
from features.calls import talk_segment_rows as talk_segments
from features.calls.lifecycle import CallRecord, CallState, Disposition
from features.calls.queries import CallFilter
from features.ticket_clocks.house import house
from features.tickets import queries as ticket_queries
from features.tickets import writes as ticket_writes
from features.tickets.history import MESSAGE
from features.tickets.lifecycle import Ticket, TicketKind, TicketSource, TicketState, opened
from features.tickets.queries import TicketFilter
from permissions.scopes import EVERYTHING
from settings import Settings
from tests.integration.ledger_room import call_id
from tests.integration.plans import listening, read_whole
from tests.numbers import CHINA
from tests.numbers import number as phone
from tests.unit.test_call_fold import at, left_a_message, talked, waiting


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    made = engine(database_url)
    yield made
    await made.dispose()


HOUSE = house(Settings())


def call(number: int, record: CallRecord | None = None) -> CallRecord:
    """Return a call of its own, a minute after the one before."""
    made = record or talked().record()
    later = timedelta(minutes=number)
    return replace(
        made,
        id=call_id(number),
        linkedid=f"trk-{number}.0",
        ref=f"r{number}",
        number=f"138{number % 10:08d}",
        ring_started=made.ring_started + later,
    )


def recording(of: CallRecord, kind: RecordingKind = RecordingKind.CALL) -> Recording:
    return Recording(
        id=of.id.replace("4000", "5000" if kind is RecordingKind.CALL else "6000"),
        call_id=of.id,
        kind=kind,
        state=RecordingState.STORED,
        path="2026/11/21/x.wav",
        started_at=of.answered,
        seconds=12.5,
        bytes=400_044,
        sha256="0" * 64,
        channels=2,
        rate=8000,
        voice_caller_s=3.0,
        voice_ours_s=None,
        why="",
        created_at=of.ring_started,
    )


def ticket(of: CallRecord, kind: TicketKind = TicketKind.COMPLAINT) -> Ticket:
    return opened(
        source=TicketSource.MESSAGE,
        topic=kind.value,
        call_id=of.id,
        customer_number=of.number,
        created_at=of.ring_started,
    )


async def open_ticket(connection: AsyncConnection, one: Ticket, day: date) -> str | None:
    return await ticket_writes.open_ticket(connection, one, author=MESSAGE, house=HOUSE, day=day)


async def keep(
    database: AsyncEngine, *calls: CallRecord, tickets: bool = False
) -> list[str | None]:
    numbers = []
    async with database.execution_options(writing=True).begin() as connection:
        await writes.keep_calls(connection, calls, CHINA)
        await talk_segments.keep(connection, calls[:1000])
        for one in calls:
            if tickets:
                await recording_writes.add_recordings(connection, [(recording(one), ())])
                day = one.ring_started.date()
                numbers.append(await open_ticket(connection, ticket(one), day))
    return numbers


async def ids(connection: AsyncConnection, wanted: CallFilter) -> list[int]:
    found = await queries.calls(connection, wanted, reach=EVERYTHING)
    return [int(one.id[-12:]) for one in found.items]


async def test_a_call_comes_back_as_it_was_kept(database: AsyncEngine) -> None:
    kept = [call(1), call(2, left_a_message().record()), call(3, waiting().record())]
    await keep(database, *kept)
    async with database.connect() as connection:
        found = await queries.calls(connection, reach=EVERYTHING)
    assert list(found.items) == [replace(one, segments=()) for one in kept[::-1]]
    assert found.next is None


async def test_a_call_that_is_kept_again_is_replaced(database: AsyncEngine) -> None:
    await keep(database, call(1, waiting().record()))
    await keep(database, call(1))
    async with database.connect() as connection:
        assert (await queries.calls(connection, reach=EVERYTHING)).items == [
            replace(call(1), segments=())
        ]


async def test_calls_are_found_by_everything_one_may_ask(database: AsyncEngine) -> None:
    others = call(2, left_a_message().record())
    await keep(database, call(1), others, call(3, waiting().record()))
    async with database.connect() as connection:
        assert await ids(connection, CallFilter(ref="r2")) == [2]
        assert await ids(connection, CallFilter(number=phone("13800000003"))) == [3]
        assert await ids(connection, CallFilter(agent="8001")) == [1]
        assert await ids(connection, CallFilter(disposition=Disposition.MESSAGE)) == [2]
        assert await ids(connection, CallFilter(state=CallState.QUEUED)) == [3]
        assert await ids(connection, CallFilter(since=at(120))) == [3, 2]
        assert await ids(connection, CallFilter(until=at(120))) == [1]
        assert await ids(connection, CallFilter(agent="8001", ref="r2")) == []


async def test_pages_hold_every_call_once_while_new_ones_come_in(database: AsyncEngine) -> None:
    same_moment = [replace(call(n), ring_started=at(0)) for n in range(1, 6)]
    await keep(database, *same_moment, *(call(n) for n in range(10, 17)))
    seen: list[str] = []
    cursor: str | None = None
    turned = 0
    async with database.connect() as connection:
        while turned == 0 or cursor:
            found: Page[CallRecord] = await queries.calls(
                connection, limit=5, cursor=cursor, reach=EVERYTHING
            )
            seen += [one.id for one in found.items]
            cursor = found.next
            turned += 1
            await connection.rollback()
            await keep(database, call(100 + turned))
    expected = [call_id(n) for n in range(16, 9, -1)] + [call_id(n) for n in range(5, 0, -1)]
    assert seen == expected
    assert turned == 3


@pytest.mark.parametrize("cursor", ["", "x", "bnVsbA==", "WyIyMDI2LTAxLTAxIiwgMV0=", "%%%%"])
async def test_a_cursor_that_is_not_ours_is_refused(database: AsyncEngine, cursor: str) -> None:
    async with database.connect() as connection:
        with pytest.raises(UnknownCursorError):
            await queries.calls(connection, cursor=cursor, reach=EVERYTHING)


async def test_a_cursor_of_another_list_is_refused(database: AsyncEngine) -> None:
    await keep(database, call(1), call(2), tickets=True)
    async with database.connect() as connection:
        found = await ticket_queries.tickets(connection, limit=1, reach=EVERYTHING)
        with pytest.raises(UnknownCursorError):
            await queries.calls(connection, cursor=found.next, reach=EVERYTHING)


async def test_a_story_holds_recordings_gaps_and_tickets(database: AsyncEngine) -> None:
    one = call(1)
    gap = Gap(call_id=one.id, from_at=at(5), to_at=at(7), why="the switch died")
    async with database.execution_options(writing=True).begin() as connection:
        await writes.keep_calls(connection, [one], CHINA)
        await talk_segments.keep(connection, [one])
        kept = [(recording(one), [gap])]
        assert await recording_writes.add_recordings(connection, kept) == {recording(one).id}
        assert await recording_writes.add_recordings(connection, kept) == set(), "once only"
        number = await open_ticket(connection, ticket(one), at(0).date())
        assert await open_ticket(connection, ticket(one), at(0).date()) is None
    async with database.connect() as connection:
        story = await queries.call(connection, one.id, reach=EVERYTHING, ticket_reach=EVERYTHING)
        assert (
            await queries.call(connection, call_id(99), reach=EVERYTHING, ticket_reach=EVERYTHING)
            is None
        )
        assert await recording_queries.recording(
            connection, recording(one).id, reach=EVERYTHING
        ) == recording(one)
        assert number is not None
        found = await ticket_queries.ticket(connection, number, reach=EVERYTHING)
    assert story is not None
    assert story.call == one
    assert list(story.recordings) == [recording(one)]
    assert list(story.gaps) == [gap]
    assert found is not None
    expected = replace(ticket(one), number=number, next_due_at=found.next_due_at)
    assert list(story.tickets) == [found] == [expected]


async def test_tickets_and_recordings_are_found_by_what_they_are(database: AsyncEngine) -> None:
    numbers = await keep(database, call(1), call(2), tickets=True)
    assert numbers == ["20261121-00001", "20261121-00002"]
    async with database.connect() as connection:
        for_one = TicketFilter(call_id=call_id(1), kind=TicketKind.COMPLAINT)
        assert len((await ticket_queries.tickets(connection, for_one, reach=EVERYTHING)).items) == 1
        of_number = TicketFilter(customer_number=phone("13800000002"), state=TicketState.NEW)
        assert [
            one.call_id
            for one in (await ticket_queries.tickets(connection, of_number, reach=EVERYTHING)).items
        ] == [call_id(2)]
        assert not (
            await ticket_queries.tickets(
                connection, TicketFilter(kind=TicketKind.FAULT), reach=EVERYTHING
            )
        ).items
        stored = RecordingFilter(state=RecordingState.STORED, kind=RecordingKind.CALL)
        assert (
            len((await recording_queries.recordings(connection, stored, reach=EVERYTHING)).items)
            == 2
        )
        later = RecordingFilter(since=at(90))
        assert [
            one.call_id
            for one in (
                await recording_queries.recordings(connection, later, reach=EVERYTHING)
            ).items
        ] == [call_id(2)]


async def test_a_time_without_a_zone_is_refused(database: AsyncEngine) -> None:
    naive = replace(call(1), ring_started=datetime(2026, 11, 21, 12, 0))  # noqa: DTZ001
    with pytest.raises(ValueError, match="no time zone"):
        await keep(database, naive)


async def test_times_come_back_aware_to_the_microsecond(database: AsyncEngine) -> None:
    moment = datetime(2026, 3, 29, 1, 30, 0, 123_457, tzinfo=UTC)
    await keep(database, replace(call(1), ring_started=moment, answered=moment))
    async with database.connect() as connection:
        [found] = (await queries.calls(connection, reach=EVERYTHING)).items
    assert found.ring_started == moment
    assert found.ring_started.tzinfo is UTC or found.ring_started.utcoffset() == timedelta(0)


SOME, MANY = 10_000, 100_000

QUESTIONS = {
    "the newest": CallFilter(),
    "by ref": CallFilter(ref="r5555"),
    "by number": CallFilter(number=phone("13800000004")),
    "by a piece of a number": CallFilter(piece="0007"),
    "by a piece of one caller's number": CallFilter(piece="01233"),
    "by a piece of most numbers": CallFilter(piece="138"),
    "by agent": CallFilter(agent="8001"),
    "by outcome": CallFilter(disposition=Disposition.MESSAGE),
    "by day": CallFilter(since=at(0), until=at(3600 * 24)),
    "open ones": CallFilter(state=CallState.QUEUED),
}


def _many(many: int) -> Iterator[CallRecord]:
    kinds = [talked().record(), talked().record(), left_a_message().record()]
    for number in range(many):
        # A caller of its own for every second call, each of five calls from one of ten others.
        made = call(number, kinds[number % 3])
        yield replace(made, number=f"139{number:08d}") if number % 2 else made


async def test_calls_are_found_by_what_a_person_remembers(database: AsyncEngine) -> None:
    numbers = await keep(database, call(1), call(2), call(13), tickets=True)
    async with database.connect() as connection:
        assert await ids(connection, CallFilter(piece="0003")) == [13]
        assert await ids(connection, CallFilter(piece="138")) == [13, 2, 1]
        assert await ids(connection, CallFilter(piece="139")) == []
        assert await ids(connection, CallFilter(piece="%")) == []
        assert await ids(connection, CallFilter(ticket=numbers[1])) == [2]
        assert await ids(connection, CallFilter(call_id=call_id(1), piece="138")) == [1]


async def test_a_piece_of_very_many_calls_is_found_all_the_same(
    database: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_piece, "FEW_NUMBERS", 1)
    await keep(database, call(1), call(2), call(13))
    async with database.connect() as connection:
        assert await ids(connection, CallFilter(piece="0000")) == [13, 2, 1]


@pytest.mark.parametrize("many", [SOME, pytest.param(MANY, marks=pytest.mark.soak)])
async def test_many_calls_are_asked_by_an_index(database: AsyncEngine, many: int) -> None:
    everything = list(_many(many))
    for start in range(0, many, 10_000):
        await keep(database, *everything[start : start + 10_000])
    [number] = await keep(database, call(many, waiting().record()), tickets=True)
    questions = QUESTIONS | {"by ticket": CallFilter(ticket=number)}
    async with database.connect() as connection:
        await connection.execute(text("ANALYZE"))
        await connection.rollback()
        for what, wanted in questions.items():
            with listening(connection) as asked:
                found = await queries.calls(connection, wanted, limit=50, reach=EVERYTHING)
            assert found.items, what
            if wanted.piece is None:  # a piece is looked for in every number
                assert await read_whole(connection, asked) == [], what
        deep = await queries.calls(
            connection, cursor=(await _page_at(connection, many // 2)), reach=EVERYTHING
        )
        assert deep.items


async def _page_at(connection: AsyncConnection, number: int) -> str:

    one = call(number)
    assert (
        await queries.call(connection, one.id, reach=EVERYTHING, ticket_reach=EVERYTHING)
        is not None
    )
    return cursor_of(one.ring_started, one.id)
