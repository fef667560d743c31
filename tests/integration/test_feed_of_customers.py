"""Programs hear of customers and callbacks as of tickets: one cursor, masked, signed (ADR 32)."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from features.callbacks import due
from features.callbacks import queries as callbacks
from features.callbacks.lifecycle import CallbackKind, CallNow, Settled
from features.customers import keeping
from features.customers import queries as customers
from features.customers.known import Customer, CustomerSort
from features.customers.tables import CustomerRow
from features.event_feed import feed
from features.event_feed.feed import Event
from features.event_feed.tables import FeedEventRow
from features.personal_data import expiring
from features.tickets.tables import TicketFeedRow
from permissions.roles import Role
from tests.integration.desk_room import Room
from tests.integration.plans import listening, read_whole
from tests.integration.webhook_house import SECRET, House, Receiver, is_signed, open_ticket

NUMBER, IDENTITY = "13812345678", "+8613812345678"
LONG_AGO = datetime(2026, 1, 2, tzinfo=UTC)


def customer(last: int, name: str = "王建国") -> Customer:
    return Customer(
        number=f"1381234567{last}",
        identity=f"+861381234567{last}",
        name=name,
        sort=CustomerSort.NORMAL,
        note="",
        first_agent=None,
        updated_at=LONG_AGO,
        updated_by="1002",
    )


async def known(connection: AsyncConnection, last: int) -> Customer:
    found = await customers.customer(connection, f"+861381234567{last}")
    assert found is not None
    return found


async def promise(connection: AsyncConnection) -> int:
    """Promise a call to a customer; return its id."""
    key = await callbacks.make(
        connection,
        number=NUMBER,
        identity=IDENTITY,
        kind=CallbackKind.AGENT,
        due_at=LONG_AGO + timedelta(minutes=30),
        now=LONG_AGO,
    )
    assert key is not None
    return key


async def read(house: House, after: int = 0, limit: int = 200, **which: Any) -> list[Event]:
    async def asked(connection: AsyncConnection) -> list[Event]:
        while await feed.number_new(connection):
            pass
        found, _ = await feed.events(connection, after=after, limit=limit, **which)
        return list(found)

    found: list[Event] = await house.write(asked)
    return found


async def merged(connection: AsyncConnection) -> None:
    """Make two customers, change one, merge them and undo it."""
    await keeping.keep(connection, customer(8))
    await keeping.keep(connection, customer(9))
    one, other = await known(connection, 8), await known(connection, 9)
    assert await keeping.change(connection, one, replace(one, name="王建军"))
    await keeping.remove(connection, other, into=one)
    await keeping.bring_back(connection, other)


async def test_what_happens_to_customers_is_told_in_order_and_names_nobody(
    webhook_house: House,
) -> None:
    await webhook_house.write(merged)
    found = await read(webhook_house)
    assert [each.kind for each in found] == [
        *("customer_made", "customer_made", "customer_changed"),
        *("customer_merged", "customer_parted"),
    ]
    first, second = found[0].customer, found[1].customer
    assert [each.customer for each in found[2:]] == [first, second, second]
    assert (found[2].version, found[2].customer_number) == (2, NUMBER)
    assert (found[2].said, found[3].said) == ({"by": "1002"}, {"into": first})
    rows = await webhook_house.ask(lambda one: one.execute(select(FeedEventRow.__table__)))
    told = str(rows.all())
    assert "customer_made" in told
    assert "1381234567" not in told
    assert "王建" not in told


async def test_an_event_is_of_the_transaction_that_changes(webhook_house: House) -> None:
    async def half(connection: AsyncConnection) -> None:
        await keeping.keep(connection, customer(8))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await webhook_house.write(half)
    assert await read(webhook_house) == []


async def test_a_save_that_was_too_late_is_no_event(webhook_house: House) -> None:
    await webhook_house.write(lambda one: keeping.keep(one, customer(8)))
    one = await webhook_house.ask(lambda connection: known(connection, 8))
    late = replace(one, version=7)
    assert not await webhook_house.write(lambda each: keeping.change(each, late, one))
    assert [each.kind for each in await read(webhook_house)] == ["customer_made"]


async def test_a_portion_of_a_list_is_one_event_with_counts(webhook_house: House) -> None:
    async def brought(connection: AsyncConnection) -> None:
        await keeping.keep(connection, customer(8))
        one = await known(connection, 8)
        changed = [(one, replace(one, name="李四"))]
        fresh = [customer(which) for which in (5, 6, 7)]
        assert await keeping.keep_list(connection, fresh, changed, list_id=3, now=LONG_AGO)
        assert await keeping.keep_list(connection, [], [], list_id=3, now=LONG_AGO)

    await webhook_house.write(brought)
    [_, told] = await read(webhook_house)
    assert (told.kind, told.customer) == ("customer_imported", None)
    assert told.said == {"list": 3, "made": 3, "changed": 1}


async def test_a_callback_is_told_from_its_promise_to_its_end(webhook_house: House) -> None:
    async def lived(connection: AsyncConnection) -> int:
        key = await promise(connection)
        for event in (Settled(completed=False), CallNow(), Settled(completed=True)):
            await due.apply(connection, key, event, LONG_AGO)  # the first one ends it
        return key

    key = await webhook_house.write(lived)
    found = await read(webhook_house)
    assert [each.kind for each in found] == ["callback_promised", "callback_cancelled"]
    assert {(each.callback, each.customer_number) for each in found} == {(key, NUMBER)}
    assert (found[1].before, found[1].after) == ("open", "cancelled")
    assert found[0].due_at == LONG_AGO + timedelta(minutes=30)
    other = await webhook_house.write(promise)
    done = Settled(completed=True)
    await webhook_house.write(lambda one: due.apply(one, other, done, LONG_AGO))
    kept = await read(webhook_house, after=found[-1].place)
    assert [each.kind for each in kept] == ["callback_promised", "callback_kept"]


async def test_what_is_erased_is_told_and_nothing_of_it_is_left_in_the_feed(
    webhook_house: House,
) -> None:
    async def kept(connection: AsyncConnection) -> None:
        await keeping.keep(connection, customer(8))
        key = await promise(connection)
        await due.apply(connection, key, Settled(completed=True), LONG_AGO)

    async def forgotten(connection: AsyncConnection) -> int:
        keep = {"customers": 1, "callbacks": 1}
        return await expiring.forget(connection, keep, at=datetime.now(UTC), node="one")

    await webhook_house.write(kept)
    seen = await read(webhook_house)
    assert await webhook_house.write(forgotten) > 1
    later = await read(webhook_house, after=seen[-1].place)
    assert {each.kind for each in later} == {"customer_erased", "callback_erased"}
    again = await read(webhook_house)
    assert {each.customer_number for each in again} == {None}
    assert await webhook_house.write(forgotten) == 0
    assert await read(webhook_house, after=later[-1].place) == []


async def test_one_cursor_gives_everything_once_whatever_it_is_about(webhook_house: House) -> None:
    for last in (5, 6, 7):
        await webhook_house.open_tickets(1)
        await webhook_house.write(partial(keeping.keep, customer=customer(last)))
        await webhook_house.write(promise)
        await read(webhook_house)
    places, cursor = [], 0
    while found := await read(webhook_house, after=cursor, limit=2):
        places += [each.place for each in found]
        cursor = places[-1]
    assert places == list(range(1, 10))
    about = {each.about.value for each in await read(webhook_house)}
    assert about == {"ticket", "customer", "callback"}
    some = await read(webhook_house, kinds=["opened", "customer_made"], limit=3)
    assert [each.kind for each in some] == ["opened", "customer_made", "opened"]
    waits = await webhook_house.ask(
        lambda one: feed.waiting(one, after=3, kinds=["customer_made"], most=9)
    )
    assert waits == 2


async def test_what_gets_its_place_while_the_feed_is_read_is_left_for_the_next_time(
    webhook_house: House,
) -> None:
    await webhook_house.write(open_ticket)
    await webhook_house.write(lambda one: keeping.keep(one, customer(8)))
    assert len(await read(webhook_house)) == 2
    await webhook_house.write(lambda one: one.execute(update(TicketFeedRow).values(last=1)))

    async def asked(connection: AsyncConnection) -> tuple[int, int]:
        found, reached = await feed.events(connection, after=0, limit=9)
        return len(found), reached

    assert await webhook_house.ask(asked) == (1, 1)


async def test_deliveries_are_signed_masked_and_of_their_kinds(
    webhook_house: House, there: Receiver
) -> None:
    await webhook_house.hook(there.url())
    await webhook_house.hook(there.url("/kept"), "callback_kept", "customer_changed")
    await webhook_house.write(merged)
    key = await webhook_house.write(promise)
    done = Settled(completed=True)
    await webhook_house.write(lambda one: due.apply(one, key, done, LONG_AGO))
    await webhook_house.deliver()
    types = [got.told["type"] for got in there.of("/ok")]
    assert types[:3] == ["customer.made", "customer.made", "customer.changed"]
    assert types[-2:] == ["callback.promised", "callback.kept"]
    assert [got.told["type"] for got in there.of("/kept")] == ["customer.changed", "callback.kept"]
    got = there.of("/kept")[-1]
    assert is_signed(SECRET, got, now=time.time())
    assert got.told["data"]["customer_number"] == "138******78"
    assert NUMBER.encode() not in b"".join(each.body for each in there.got)


async def test_who_reads_tickets_only_reads_nothing_of_customers(desk: Room) -> None:
    async def some(connection: AsyncConnection) -> None:
        await keeping.keep(connection, customer(8))
        await promise(connection)
        while await feed.number_new(connection):
            pass

    await desk.app.state.database.write(some, within=20)
    senior = (await desk.get("/api/v1/events", Role.SENIOR_AGENT)).json()
    told = {each["kind"]: each["customer_number"] for each in senior["items"]}
    assert told.items() >= {("customer_made", NUMBER), ("callback_promised", NUMBER)}
    for role in (Role.INSPECTOR, Role.STATISTICIAN, Role.RECORDS_CLERK):
        answer = await desk.get("/api/v1/events", role)
        assert answer.status_code == 200
        assert {each["about"] for each in answer.json()["items"]} <= {"ticket"}
        assert answer.json()["next"] == senior["next"], "the cursor passes them over"
        for kind in ("customer_made", "callback_kept"):
            asked = await desk.get(f"/api/v1/events?kind={kind}", role)
            assert asked.status_code == 403
    for wrong in ("customer_read", "callback"):
        asked = await desk.get(f"/api/v1/events?kind={wrong}", Role.SENIOR_AGENT)
        assert asked.status_code == 422


async def test_the_feed_of_everything_is_asked_by_an_index(webhook_house: House) -> None:
    await webhook_house.write(merged)
    await read(webhook_house)

    async def asked(connection: AsyncConnection) -> list[str]:
        with listening(connection) as heard:
            await feed.has_new(connection)
            await feed.events(connection, after=2, limit=50)
            await feed.events(connection, after=2, kinds=["customer_merged"], limit=50)
            await feed.waiting(connection, after=2, kinds=["customer_merged"], most=50)
        return await read_whole(connection, heard)

    whole = set(await webhook_house.ask(asked))
    assert whole <= {"ticket_feed"}, "but its only row"
    counted = await webhook_house.ask(lambda one: one.execute(select(CustomerRow.id)))
    assert len(counted.all()) == 2
