"""The feed of events: whoever reads on from a cursor misses nothing, however rows are committed."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.engine import engine
from features.ticket_life.verbs import Given, Verb
from features.tickets import acts, feed, history, saves
from features.tickets.tables import TicketEntryRow, TicketFeedRow
from permissions.roles import Role
from permissions.scopes import EVERYTHING
from tests.integration.desk_room import Room
from tests.integration.test_ticket_clocks_at_work import HOUSE, SENIOR
from tests.integration.webhook_house import open_ticket
from web.app import wired


@pytest_asyncio.fixture
async def made(database_url: str) -> AsyncIterator[AsyncEngine]:
    found = engine(database_url)
    yield found
    await found.dispose()


def entry(ticket_id: int, what: str = "note") -> Any:
    known = {"ticket_id": ticket_id, "version": 1, "at": datetime.now(UTC), "via": "api"}
    return insert(TicketEntryRow).values(
        **known, what=what, before="new", after="new", said={}, place=None
    )


async def write(made: AsyncEngine, change: Any) -> Any:
    async with made.execution_options(writing=True).begin() as connection:
        return await change(connection)


async def numbered(made: AsyncEngine) -> None:
    while await write(made, feed.number_new):
        pass


async def read(made: AsyncEngine, after: int, limit: int = 200) -> tuple[list[feed.Event], int]:
    async with made.connect() as connection:
        found, reached = await feed.events(connection, after=after, limit=limit)
    return list(found), reached


async def test_a_row_that_is_committed_later_than_a_higher_id_is_not_skipped(
    made: AsyncEngine,
) -> None:
    if made.dialect.name == "sqlite":
        pytest.skip("one writes at a time there: ids are drawn in the order of the commits")
    await write(made, open_ticket)
    async with made.connect() as slow:
        before = await slow.begin()
        await slow.execute(entry(1, "look"))
        await write(made, lambda one: one.execute(entry(1, "note")))
        await numbered(made)
        seen, cursor = await read(made, 0)
        assert [each.kind for each in seen] == ["opened", "note"]
        await before.commit()
    ids = select(TicketEntryRow.what).order_by(TicketEntryRow.id)
    assert await write(made, lambda one: _listed(one, ids)) == ["opened", "look", "note"]
    await numbered(made)
    later, _ = await read(made, cursor)
    assert [each.kind for each in later] == ["look"]


async def _listed(connection: AsyncConnection, query: Any) -> list[Any]:
    return list((await connection.execute(query)).scalars())


async def test_who_follows_while_many_write_reads_each_event_once_and_in_order(
    made: AsyncEngine,
) -> None:
    writers, each_writes = 6, 15
    for _ in range(writers):
        await write(made, open_ticket)
    done = asyncio.Event()

    async def writes(ticket: int) -> None:
        for which in range(each_writes):

            async def change(connection: AsyncConnection, which: int = which) -> None:
                await connection.execute(entry(ticket))
                await asyncio.sleep(0.001 * ((ticket * 7 + which) % 5))

            await write(made, change)

    async def numbers() -> None:
        while not done.is_set():
            await write(made, feed.number_new)
            await asyncio.sleep(0.002)

    async def follows() -> list[feed.Event]:
        found: list[feed.Event] = []
        cursor = 0
        while len(found) < writers * (each_writes + 1):
            some, cursor = await read(made, cursor, limit=7)
            found += some
            await asyncio.sleep(0.001)
        return found

    numbering = [asyncio.create_task(numbers()) for _ in range(2)]
    reading = asyncio.create_task(follows())
    await asyncio.gather(*(writes(which + 1) for which in range(writers)))
    found = await asyncio.wait_for(reading, 60)
    done.set()
    await asyncio.gather(*numbering)
    places = [each.place for each in found]
    assert places == list(range(1, len(places) + 1)), "no gap, none twice"
    assert Counter(each.ticket for each in found) == {
        each.ticket: each_writes + 1 for each in found
    }


async def test_two_who_give_places_give_each_once(made: AsyncEngine) -> None:
    for _ in range(3):
        await write(made, open_ticket)
    counts = await asyncio.gather(*(write(made, feed.number_new) for _ in range(4)))
    assert sorted(counts) == [0, 0, 0, 3]


async def test_what_is_destroyed_leaves_no_place_to_be_given_again(made: AsyncEngine) -> None:
    await write(made, open_ticket)
    await numbered(made)
    await write(made, lambda one: one.execute(delete(TicketEntryRow)))
    await write(made, lambda one: one.execute(entry(1)))
    await numbered(made)
    found, _ = await read(made, 1)
    assert [each.place for each in found] == [2], "who had read up to 1 reads it"


async def test_the_feed_is_read_by_an_index(made: AsyncEngine) -> None:
    await write(made, open_ticket)
    await numbered(made)
    async with made.connect() as connection:
        if made.dialect.name == "postgresql":
            await connection.execute(text("SET enable_seqscan = off"))
        explain = "EXPLAIN " if made.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
        for where, index in (
            ("place > 0 AND place > 7 ORDER BY place", "uq_ticket_entries_place"),
            ("place IS NULL ORDER BY id", "ix_ticket_entries_without_place"),
        ):
            plan = f"{explain} SELECT id FROM ticket_entries WHERE {where} LIMIT 50"
            rows = (await connection.execute(text(plan))).all()
            assert index in str(rows), rows


async def test_what_is_typed_is_an_event_with_its_fields_and_no_line_of_the_history(
    made: AsyncEngine,
) -> None:
    number = await write(made, open_ticket)
    now = datetime.now(UTC)
    typed = {"body": "宽带断了", "customer_name": "张三"}
    await write(
        made,
        lambda one: saves.save(
            one, number, version=1, fields=typed, author=SENIOR, house=HOUSE, now=now
        ),
    )
    note = Given(note="已回电")
    await write(
        made,
        lambda one: acts.act(
            one, number, Verb.NOTE, note, version=None, author=SENIOR, house=HOUSE, now=now
        ),
    )
    await numbered(made)
    found, _ = await read(made, 0)
    assert [(each.kind, each.version) for each in found] == [
        ("opened", 1),
        ("changed", 2),
        ("note", 3),
    ]
    assert found[1].said == {"fields": ["body", "customer_name"]}
    assert found[2].said == {"note": "已回电"}
    async with made.connect() as connection:
        told = await history.of_ticket(connection, number, reach=EVERYTHING)
    assert [each.what for each in told] == ["opened", "note"]


async def _some_events(desk: Room) -> None:
    async def change(connection: AsyncConnection) -> None:
        for which in range(1, 6):
            await connection.execute(entry(which, "note" if which % 2 else "look"))
        said = {"note": "请打 13812345678"}
        await connection.execute(update(TicketEntryRow).values(said=said))
        await feed.number_new(connection)

    await desk.app.state.database.write(change, within=20)


async def test_the_api_gives_pages_from_a_cursor_by_kind_and_by_ticket(desk: Room) -> None:
    await _some_events(desk)
    cursors, kinds = [0], []
    for _ in range(3):
        answer = (await desk.get(f"/api/v1/events?after={cursors[-1]}&limit=2")).json()
        kinds += [each["kind"] for each in answer["items"]]
        cursors.append(answer["next"])
    assert (cursors, kinds) == ([0, 2, 4, 5], ["note", "look", "note", "look", "note"])
    again = (await desk.get("/api/v1/events?after=5")).json()
    assert again == {"items": [], "next": 5}
    looks = (await desk.get("/api/v1/events?kind=look&kind=close&limit=1")).json()
    assert ([each["place"] for each in looks["items"]], looks["next"]) == ([2], 2)
    of_one = (await desk.get("/api/v1/events?ticket=20261121-00003")).json()
    assert ([each["place"] for each in of_one["items"]], of_one["next"]) == ([3], 5)
    assert of_one["items"][0]["said"] == {"note": "请打 13812345678"}
    for wrong in ("kind=telegram", "after=-1", "limit=0", "limit=201", "before=7", "after=x"):
        assert (await desk.get(f"/api/v1/events?{wrong}")).status_code == 422, wrong


async def test_a_masked_role_reads_no_number_and_others_read_no_feed(small_desk: Room) -> None:
    await _some_events(small_desk)
    for role, status in (
        (Role.INSPECTOR, 200),
        (Role.DEPARTMENT, 403),
        (Role.FLOOR_ATTENDANT, 403),
    ):
        answer = await small_desk.get("/api/v1/events", role)
        assert answer.status_code == status
        assert "13812345678" not in answer.text


async def test_a_cursor_of_a_time_that_a_restore_took_back_is_told(desk: Room) -> None:
    await _some_events(desk)
    assert (await desk.get("/api/v1/events?after=5")).status_code == 200
    answer = await desk.get("/api/v1/events?after=6")
    assert answer.status_code == 410
    assert "restored" in answer.json()["detail"]


async def test_an_event_keeps_its_id_and_another_at_its_place_has_another(
    made: AsyncEngine,
) -> None:
    await write(made, open_ticket)
    await numbered(made)
    first, again = (await read(made, 0))[0], (await read(made, 0))[0]
    assert [each.id for each in first] == [each.id for each in again]
    await write(made, lambda one: one.execute(delete(TicketEntryRow)))
    await write(made, lambda one: one.execute(update(TicketFeedRow).values(last=0)))
    await write(made, lambda one: one.execute(entry(1)))
    await numbered(made)
    [other], _ = await read(made, 0)
    assert (other.place, other.id != first[0].id) == (first[0].place, True)


def test_every_kind_of_event_is_a_word_of_its_own() -> None:
    assert len(set(feed.KINDS)) == len(feed.KINDS)
    assert all(len(each) <= 24 for each in feed.KINDS)
    assert "events" in {each["name"] for each in wired().openapi()["tags"]}
