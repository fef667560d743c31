"""Tickets are found by what they say, however it is written, by those who may see it (TKT-14)."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest_asyncio
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.engine import engine
from features.ticket_life.verbs import Given, Verb
from features.tickets import acts, finding, queries, saves, terms
from features.tickets.history import Author
from features.tickets.queries import TicketFilter
from features.tickets.tables import TicketRow, TicketTermsRow
from permissions.roles import Role
from permissions.scopes import EVERYTHING, Reach, Scope
from tests.integration.test_tickets_queries import HOUSE, call, keep
from tests.numbers import CHINA
from tests.unit.test_call_fold import at

AUTHOR = Author(role=Role.TEAM_LEADER, number="1001", signature="王 1001", via="page")
SAID = (
    "客户反映寬頻每晚八点後很慢，要求退費",
    "ＡＤＳＬ modem red light 100%_sure",
    "请回电 13912345678 张三，预约移机",
)


@pytest_asyncio.fixture
async def made(database_url: str) -> AsyncIterator[AsyncEngine]:
    database = engine(database_url)
    numbers = await keep(database, *(call(which) for which in (1, 2, 3)), tickets=True)
    async with database.execution_options(writing=True).begin() as connection:
        for number, body in zip(numbers, SAID, strict=True):
            fields = {"body": body, "customer_name": "欧阳明月"}
            await saves.save(
                connection,
                str(number),
                version=1,
                fields=fields,
                author=AUTHOR,
                house=HOUSE,
                now=at(600),
            )
    yield database
    await database.dispose()


async def found(
    connection: AsyncConnection,
    words: str,
    role: Role = Role.TEAM_LEADER,
    reach: Reach = EVERYTHING,
) -> list[int]:
    wanted = TicketFilter(**finding.box(words, CHINA, role))
    page = await queries.tickets(connection, wanted, reach=reach)
    return sorted(int(each.number[-5:]) for each in page.items)


async def test_words_are_found_anywhere_however_they_are_written(made: AsyncEngine) -> None:
    async with made.connect() as connection:
        for words, numbers in (
            ("宽频", [1]),
            ("寬頻", [1]),
            ("点后", [1]),
            ("每晚八点后很", [1]),
            ("退费 客户", [1]),
            ("adsl", [2]),
            ("ＭＯＤＥＭ red", [2]),
            ("100%", [2]),
            ("%_s", [2]),
            ("%", [2]),
            ("_", [2]),
            ("'; DROP", []),
            ("移机", [3]),
            ("很费", []),
            ("阳明", [1, 2, 3]),
            ("20261121-00002", [2]),
            ("00003", [3]),
            ("138 0000 0002", [2]),
            ("+86 138-0000-0003", [3]),
            ("１３８０００００００１", [1]),
            ("0002", [2]),
            ("8000000", [1, 2, 3]),
            ("明月 0001", [1]),
            ("13912345678", [3]),
        ):
            assert await found(connection, words) == numbers, words


async def test_nobody_finds_by_what_is_masked_for_them(made: AsyncEngine) -> None:  # SEC-2
    async with made.connect() as connection:
        for words in ("139123", "12345", "阳明", "0002", "8000000"):
            few = await found(connection, words, Role.STATISTICIAN)
            assert few == ([2] if words == "0002" else []), words  # a ticket's own number
        assert await found(connection, "移机", Role.STATISTICIAN) == [3]
        assert await found(connection, "13800000002", Role.STATISTICIAN) == []
        assert await found(connection, "13800000002", Role.INSPECTOR) == [2]


async def test_nobody_finds_beyond_their_reach(made: AsyncEngine) -> None:  # SEC-1
    own = Reach(scope=Scope.OWN, number="1001")
    lines = Reach(scope=Scope.DEPARTMENT, department="线路班")
    async with made.connect() as connection:
        assert await found(connection, "阳明", reach=own) == []
        assert await found(connection, "阳明", reach=lines) == []
        assert await found(connection, "阳明", reach=Reach(scope=Scope.NONE)) == []


async def _as_kept(connection: AsyncConnection) -> Sequence[tuple[int, Sequence[int]]]:
    query = select(TicketTermsRow.ticket_id, TicketTermsRow.terms)
    rows = await connection.execute(query.order_by(TicketTermsRow.ticket_id))
    return [(key, list(kept)) for key, kept in rows]


async def _as_made(connection: AsyncConnection) -> Sequence[tuple[int, Sequence[int]]]:
    query = select(TicketRow.__table__).order_by(TicketRow.id)
    rows = (await connection.execute(query)).mappings().all()
    return [(row["id"], terms.of_row(row, ["8001"])) for row in rows]


async def test_terms_are_those_of_the_row_after_every_write(made: AsyncEngine) -> None:
    async with made.execution_options(writing=True).begin() as connection:
        assert await _as_kept(connection) == await _as_made(connection)
        one = await queries.ticket(connection, "20261121-00001", reach=EVERYTHING)
        assert one is not None
        await acts.act(
            connection,
            one.number,
            Verb.DISPATCH,
            Given(department="线路班"),
            version=one.version,
            author=replace(AUTHOR, role=Role.SENIOR_AGENT),
            house=HOUSE,
            now=at(700),
        )
        assert await _as_kept(connection) == await _as_made(connection)
        assert await found(
            connection, "宽频", reach=Reach(scope=Scope.DEPARTMENT, department="线路班")
        ) == [1]


async def test_what_the_migration_makes_is_what_writes_make(made: AsyncEngine) -> None:
    async with made.execution_options(writing=True).begin() as connection:
        before = await _as_kept(connection)
        query = text("SELECT number, identity FROM caller_numbers ORDER BY number")
        numbers = (await connection.execute(query)).all()
        await connection.run_sync(_back_and_forward)
        assert await _as_kept(connection) == before
        assert (await connection.execute(query)).all() == numbers
        assert await found(connection, "移机") == [3]


def _back_and_forward(connection: object) -> None:
    from db.migrate import _back_to, to  # noqa: PLC0415

    _back_to(connection, "0240")  # type: ignore[arg-type]
    to(connection)  # type: ignore[arg-type]
