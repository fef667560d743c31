"""Terms of customers and answers are those of their rows after every write (ADR 30)."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest_asyncio
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.engine import engine
from db.migrate import _back_to, to
from db.terms import of_word
from features.customers import keeping
from features.customers import queries as customers
from features.customers import terms as of_customers
from features.customers.known import Customer, CustomerNumber, CustomerSort
from features.customers.queries import CustomerFilter
from features.customers.tables import CustomerRow
from features.knowledge import queries as knowledge
from features.knowledge import terms as of_answers
from features.knowledge.queries import Entry
from features.knowledge.tables import KnowledgeRow
from features.tickets.tables import TicketTermsRow
from tests.integration.test_tickets_queries import call, keep
from tests.unit.test_call_fold import at

Kept = Sequence[tuple[int, Sequence[int]]]
ENTRY = Entry(
    id=0,
    title="移機資費",
    body="ＡＢＣ 100%",
    business="宽带",
    keywords="搬家",
    published_at=at(0),
    updated_at=at(0),
    updated_by="1001",
)


def _customer(which: int, name: str = "欧阳明月") -> Customer:
    return Customer(
        number=f"1380000000{which}",
        identity=f"+861380000000{which}",
        name=name,
        sort=CustomerSort.LARGE,
        note="",
        first_agent=None,
        updated_at=at(which),
        updated_by="1001",
        area="滨江小区",
    )


@pytest_asyncio.fixture
async def writing(database_url: str) -> AsyncIterator[AsyncConnection]:
    made: AsyncEngine = engine(database_url)
    await keep(made, call(1), call(2), tickets=True)
    async with made.execution_options(writing=True).begin() as connection:
        yield connection
    await made.dispose()


async def _as_kept(connection: AsyncConnection) -> tuple[Kept, Kept]:
    found = []
    for table in (of_customers.TABLE, of_answers.TABLE):
        rows = (await connection.execute(select(table))).all()
        found.append(sorted((key, list(terms)) for key, terms in rows))
    return found[0], found[1]


async def _as_made(connection: AsyncConnection) -> tuple[Kept, Kept]:
    found = []
    for row, terms in ((CustomerRow, of_customers), (KnowledgeRow, of_answers)):
        rows = (await connection.execute(select(row.__table__))).mappings()
        found.append(sorted((each["id"], terms.of_row(each)) for each in rows))
    return found[0], found[1]


async def _found(connection: AsyncConnection, words: str) -> list[str]:
    page = await customers.listed(connection, CustomerFilter(words=words))
    return sorted(each.number[-1] for each in page.items)


async def test_customers_are_found_by_what_is_known_of_them_now(writing: AsyncConnection) -> None:
    await keeping.add_all(writing, [_customer(1), _customer(2)])
    await keeping.keep(writing, _customer(3))
    assert await _found(writing, "阳明 滨江") == ["1", "2", "3"]
    one = await customers.customer(writing, "+8613800000001")
    assert one is not None
    more = (*one.own_numbers, CustomerNumber(number="010-62345678", identity="+861062345678"))
    assert await keeping.change(writing, one, replace(one, name="諸葛亮", numbers=more))
    assert await _found(writing, "欧阳") == ["2", "3"]
    assert await _found(writing, "诸葛") == ["1"]
    assert await _found(writing, "62345678") == ["1"]
    gone = await customers.customer(writing, "+8613800000002")
    assert gone is not None
    await keeping.remove(writing, gone, into=one)
    assert await _found(writing, "欧阳") == ["3"]
    await keeping.bring_back(writing, gone)
    assert await _found(writing, "欧阳") == ["2", "3"]
    assert await _as_kept(writing) == await _as_made(writing)


async def test_answers_are_found_by_what_they_say_now(writing: AsyncConnection) -> None:
    async def found(words: str) -> int:
        day = at(0).date()
        return len(await knowledge.search(writing, words, now=at(9), today=day))

    key = await knowledge.add(writing, ENTRY)
    before = await knowledge.entry(writing, key)
    assert before is not None
    assert await found("机资 abc") == 1
    assert await knowledge.replace(writing, before, replace(before, title="销户", body="无"))
    assert (await found("移机"), await found("销户 搬家")) == (0, 1)
    assert await _as_kept(writing) == await _as_made(writing)


async def test_what_was_erased_is_found_no_more(writing: AsyncConnection) -> None:
    await keeping.keep(writing, _customer(1))
    await knowledge.add(writing, ENTRY)
    await writing.execute(update(CustomerRow).values(sought="[erased]"))
    await writing.execute(update(KnowledgeRow).values(sought_body="[erased]"))
    keys = (await writing.execute(select(CustomerRow.id))).scalars().all()
    await of_customers.keep(writing, keys)
    keys = (await writing.execute(select(KnowledgeRow.id))).scalars().all()
    await of_answers.keep(writing, keys)
    assert await _as_kept(writing) == await _as_made(writing)
    assert await _found(writing, "欧阳") == []


async def test_the_migration_makes_what_writes_make(writing: AsyncConnection) -> None:
    await keeping.add_all(writing, [_customer(1), _customer(2)])
    await knowledge.add(writing, ENTRY)
    await knowledge.add(writing, replace(ENTRY, business=None, published_at=None))
    tickets = select(TicketTermsRow.ticket_id, TicketTermsRow.terms)
    before = await _as_kept(writing)
    as_before = [(key, list(terms)) for key, terms in await writing.execute(tickets)]
    await writing.run_sync(lambda one: _back_to(one, "0271"))
    long = of_word("13800000001") | of_word("13800000002")  # a database from before has none
    for key, terms in as_before:
        fewer = [each for each in terms if each not in long]
        assert len(fewer) < len(terms)
        row = TicketTermsRow
        await writing.execute(update(row).where(row.ticket_id == key).values(terms=fewer))
    await writing.run_sync(to)
    assert await _as_kept(writing) == before
    after = [(key, list(terms)) for key, terms in await writing.execute(tickets)]
    assert sorted(after) == sorted(as_before)
    assert await _found(writing, "阳明") == ["1", "2"]
