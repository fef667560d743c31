"""Every list, every pair of its filters, every search of numbers and words is asked by an index."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from itertools import combinations
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.engine import engine
from features.call_recordings import queries as recordings
from features.call_recordings.lifecycle import RecordingKind, RecordingState
from features.call_recordings.queries import RecordingFilter
from features.calls import queries as calls
from features.calls.lifecycle import CallState, Direction, Disposition
from features.calls.queries import CallFilter
from features.customers import keeping
from features.customers import queries as customers
from features.customers.known import Customer, CustomerSort
from features.customers.queries import CustomerFilter
from features.knowledge import queries as knowledge
from features.knowledge.queries import Entry
from features.ticket_mail import expiring as old_letters
from features.ticket_mail import queries as letters
from features.ticket_mail.lifecycle import MailState
from features.tickets import finding
from features.tickets import queries as tickets
from features.tickets.lifecycle import TicketKind, TicketState
from features.tickets.queries import TicketFilter
from permissions.roles import Role
from permissions.scopes import EVERYTHING, Reach, Scope
from tests.integration.ledger_room import call_id
from tests.integration.plans import listening, read_whole
from tests.integration.test_tickets_queries import call, keep
from tests.numbers import CHINA
from tests.numbers import number as phone
from tests.unit.test_call_fold import at, left_a_message, talked

TIMES = {"since": at(0), "until": at(7200)}
TICKETS = {
    "call_id": call_id(1),
    "ref": "r1",
    "agent": "8001",
    "customer_number": phone("13800000002"),
    "words": "宽带 費用",
    "handler": "8001",
    "to_review": False,
    "kind": TicketKind.COMPLAINT,
    "state": TicketState.NEW,
    "department": "线路班",
    "urgent": True,
    "overdue_at": at(0),
    "open_only": True,
    **TIMES,
}
CALLS = {
    "ref": "r1",
    "number": phone("13800000002"),
    "agent": "8001",
    "disposition": Disposition.AGENT,
    "direction": Direction.IN,
    "state": CallState.QUEUED,
    "piece": "0002",
    **TIMES,
}
RECORDINGS = {
    "call_id": call_id(1),
    "ref": "r1",
    "number": phone("13800000002"),
    "agent": "8001",
    "disposition": Disposition.AGENT,
    "kind": RecordingKind.CALL,
    "state": RecordingState.STORED,
    **TIMES,
}
CUSTOMERS = {
    "words": "滨江 0002",
    "sort": CustomerSort.LARGE,
    "area": "小区7",
    "first_agent": "2003",
}
BOXES = ("138-0000-0002", "0002", "8000000", "宽带", "机顶盒", "固定电话没有", "%_", "8")
REACHES = (
    EVERYTHING,
    Reach(scope=Scope.OWN, number="8001"),
    Reach(scope=Scope.DEPARTMENT, department="线路班"),
)


@pytest.fixture(scope="module")
def filled_url(
    request: pytest.FixtureRequest, migrated: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a database that these tests only read, of both kinds in turn."""
    dialect, _, path = migrated.partition(":///")
    if path:
        own = tmp_path_factory.mktemp("lists") / "thirdring.db"
        shutil.copy(path, own)
        asyncio.run(_fill(f"{dialect}:///{own}"))
        yield f"{dialect}:///{own}"
    else:
        with request.getfixturevalue("lending")(migrated).lent() as url:
            asyncio.run(_fill(url))
            yield url


async def _fill(url: str) -> None:
    made = engine(url)
    kinds = [talked().record(), left_a_message().record()]
    some = [call(number, kinds[number % 2]) for number in range(400)]
    await keep(made, *some, tickets=True)
    async with made.execution_options(writing=True).begin() as connection:
        await keeping.add_all(connection, [_customer(which) for which in range(400)])
        for which in range(100):
            await knowledge.add(connection, _answer(which))
        if made.dialect.name != "sqlite":  # which reads whole what it knows to be small, then
            await connection.execute(text("ANALYZE"))
    await made.dispose()


@pytest_asyncio.fixture
async def filled_tables(filled_url: str) -> AsyncIterator[AsyncEngine]:
    made = engine(filled_url)
    yield made
    await made.dispose()


def _customer(which: int) -> Customer:
    sorts = list(CustomerSort)
    return Customer(
        number=f"138000{which:05d}",
        identity=f"+86138000{which:05d}",
        name=f"寬頻客户{which}",
        sort=sorts[which % len(sorts)],
        note="",
        first_agent=f"20{which % 5:02d}",
        updated_at=at(which),
        updated_by="1001",
        area=f"小区{which % 20}",
    )


def _answer(which: int) -> Entry:
    return Entry(
        id=0,
        title=f"移机{which}",
        body="ＡＢＣ 资费 100%",
        business="宽带" if which % 2 else None,
        keywords="搬家",
        published_at=None if which % 10 == 9 else at(which),
        updated_at=at(which),
        updated_by="1001",
    )


def _asked(filters: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield {}
    for many in (1, 2):
        yield from map(dict, combinations(filters.items(), many))


async def _read(connection: AsyncConnection, ask: Any, wanted: Any, reach: Reach) -> list[str]:
    with listening(connection) as heard:
        await ask(connection, wanted, reach=reach)
    read = await read_whole(connection, heard)
    await connection.rollback()
    return read


async def test_every_list_and_pair_of_filters_is_asked_by_an_index(
    filled_tables: AsyncEngine,
) -> None:
    lists: list[tuple[Any, Any, dict[str, Any]]] = [
        (tickets.tickets, TicketFilter, TICKETS),
        (calls.calls, CallFilter, CALLS),
        (recordings.recordings, RecordingFilter, RECORDINGS),
    ]
    async with filled_tables.connect() as connection:
        for ask, shape, filters in lists:
            for wanted in _asked(filters):
                assert await _read(connection, ask, shape(**wanted), EVERYTHING) == [], wanted


async def test_every_search_of_tickets_is_asked_by_an_index(filled_tables: AsyncEngine) -> None:
    async with filled_tables.connect() as connection:
        for box in BOXES:
            for reach in REACHES:
                wanted = TicketFilter(**finding.box(box, CHINA, Role.TEAM_LEADER))
                assert await _read(connection, tickets.tickets, wanted, reach) == [], box


async def test_every_list_and_search_of_customers_is_asked_by_an_index(
    filled_tables: AsyncEngine,
) -> None:
    async def like(connection: AsyncConnection, words: str, **_: Any) -> Any:
        return await customers.like(connection, words, limit=20)

    async def listed(connection: AsyncConnection, wanted: CustomerFilter, **_: Any) -> Any:
        return await customers.listed(connection, wanted)

    async def living_in(connection: AsyncConnection, area: str, **_: Any) -> Any:
        return await customers.living_in(connection, area, sort=None, limit=1000)

    async with filled_tables.connect() as connection:
        for wanted in _asked(CUSTOMERS):
            assert await _read(connection, listed, CustomerFilter(**wanted), EVERYTHING) == []
        for box in BOXES:
            assert await _read(connection, like, box, EVERYTHING) == [], box
        assert await _read(connection, living_in, "小区1", EVERYTHING) == []


async def test_letters_are_listed_and_forgotten_by_an_index(filled_tables: AsyncEngine) -> None:
    async def queue(connection: AsyncConnection, wanted: letters.MailFilter, **_: Any) -> Any:
        return await letters.queue(connection, wanted, limit=50, cursor=None)

    async def older(connection: AsyncConnection, node: str, **_: Any) -> Any:
        return await old_letters.older(connection, at(0), node=node, most=200)

    async with filled_tables.connect() as connection:
        filters = {"unknown": True, "state": MailState.SENT, "open_only": True}
        for wanted in _asked(filters):
            asked = letters.MailFilter(**wanted)
            assert await _read(connection, queue, asked, EVERYTHING) == [], wanted
        assert await _read(connection, older, "main", EVERYTHING) == []


async def test_every_search_of_answers_is_asked_by_an_index(filled_tables: AsyncEngine) -> None:
    async def search(connection: AsyncConnection, wanted: dict[str, Any], **_: Any) -> Any:
        return await knowledge.search(connection, now=at(7200), today=at(0).date(), **wanted)

    async with filled_tables.connect() as connection:
        for box in ("", *BOXES):
            for drafts in (False, True):
                for business in (None, "宽带") if box else (None,):
                    wanted = {"question": box, "drafts": drafts, "business": business}
                    assert await _read(connection, search, wanted, EVERYTHING) == [], wanted


async def test_customers_and_answers_are_found_as_the_rows_say(filled_tables: AsyncEngine) -> None:
    async with filled_tables.connect() as connection:
        for wanted, count in (
            (CustomerFilter(words="宽频客户"), 400),
            (CustomerFilter(words="频客 小区7"), 20),
            (CustomerFilter(words="13800000017"), 1),
            (CustomerFilter(words="0000017"), 11),
            (CustomerFilter(words="%"), 0),
            (CustomerFilter(words="_"), 0),
            (CustomerFilter(sort=CustomerSort.LARGE, area="小区1"), 20),
            (CustomerFilter(sort=CustomerSort.LARGE, area="小区2"), 0),
            (CustomerFilter(first_agent="2003", words="客户39"), 2),
            (CustomerFilter(first_agent="2999", words="客户"), 0),
        ):
            seen: list[str] = []
            cursor: str | None = None
            while cursor or not seen:
                page = await customers.listed(connection, wanted, limit=30, cursor=cursor)
                seen += [each.identity for each in page.items]
                if (cursor := page.next) is None:
                    break
            assert len(seen) == len(set(seen)) == count, wanted
        for question, business, count in (
            ("资费", None, 90),
            ("資費 移機", None, 90),
            ("abc", "宽带", 90),
            ("abc", "固定电话", 50),
            ("100%", None, 90),
            ("移机98", None, 1),
            ("移机99", None, 0),
            ("_", None, 0),
        ):
            found = await knowledge.search(
                connection,
                question,
                now=at(7200),
                today=at(0).date(),
                business=business,
                limit=200,
            )
            assert len(found) == count, question
        house = await customers.living_in(connection, "小区1", sort=None, limit=1000)
        assert len(house) == 11 * 20


async def test_pairs_of_filters_give_what_both_give(filled_tables: AsyncEngine) -> None:
    """What the terms find is what the rows say, whichever way the database goes."""
    async with filled_tables.connect() as connection:
        rows = await connection.execute(text("SELECT count(*) FROM tickets WHERE kind = 'fault'"))
        assert rows.scalar_one() == 0
        for wanted, count in (
            (TicketFilter(kind=TicketKind.COMPLAINT, state=TicketState.NEW), 50),
            (TicketFilter(kind=TicketKind.FAULT, agent="8001"), 0),
            (TicketFilter(agent="8001", kind=TicketKind.COMPLAINT), 50),
            (TicketFilter(agent="8001", kind=TicketKind.COMPLAINT, until=at(600)), 5),
            (TicketFilter(open_only=True, words="00000002"), 40),
        ):
            found = await tickets.tickets(connection, wanted, reach=EVERYTHING)
            assert len(found.items) == count, wanted


async def test_pages_by_terms_hold_every_ticket_once(filled_tables: AsyncEngine) -> None:
    wanted = TicketFilter(kind=TicketKind.COMPLAINT, words="1380")
    seen: list[str] = []
    cursor: str | None = None
    async with filled_tables.connect() as connection:
        while cursor or not seen:
            page = await tickets.tickets(
                connection, wanted, reach=EVERYTHING, limit=30, cursor=cursor
            )
            seen += [each.number for each in page.items]
            cursor = page.next
    assert len(seen) == len(set(seen)) == 400


async def test_a_long_list_of_numbers_never_reads_all_customers(filled_tables: AsyncEngine) -> None:
    """A list that is brought asks for hundreds of numbers at once, of a table that only grows."""
    numbers = [_customer(which).identity for which in range(400)]
    read = "SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'customer_numbers'"
    async with filled_tables.connect() as connection:
        assert len(await customers.owners_of(connection, numbers)) == 400
        if connection.dialect.name == "postgresql":
            assert (await connection.execute(text(read))).scalar_one() == 0
