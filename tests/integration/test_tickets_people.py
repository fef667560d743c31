"""Accounts, sessions and duties are kept right on both databases, also when two ask at once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.engine import engine
from features.accounts import queries as accounts
from features.accounts import sessions
from features.accounts.queries import Account, NumberTakenError
from features.callbacks import due as call_backs
from features.callbacks import queries as callbacks
from features.callbacks.lifecycle import CallbackKind, Settled
from features.duties import queries as duties
from features.duties.queries import AtWorkError, Duty, DutyKind, DutyState, SeatTakenError
from permissions.roles import Role

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
IDLE = timedelta(hours=8)


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    made = engine(database_url).execution_options(writing=True)
    yield made
    await made.dispose()


async def account(connection: AsyncConnection, number: str) -> Account:
    return await accounts.add(
        connection,
        number=number,
        name="张三",
        role=Role.JUNIOR_AGENT,
        password="$argon2id$…",
        must_change=True,
        now=NOON,
    )


async def seated(connection: AsyncConnection, who: Account, seat: str) -> Duty:
    return await duties.begin(
        connection,
        account_id=who.id,
        seat=seat,
        kind=DutyKind.BROWSER,
        state=DutyState.READY,
        now=NOON,
    )


async def test_a_number_is_given_to_one_person_only(database: AsyncEngine) -> None:
    async with database.begin() as connection:
        first = await account(connection, "1001")
        await accounts.disable(connection, first.id, now=NOON)
        with pytest.raises(NumberTakenError):
            await account(connection, "1001")
        assert (await account(connection, "1002")).number == "1002"  # the transaction goes on
        assert await accounts.count(connection, Role.JUNIOR_AGENT) == 1
    assert first.password not in repr(first)


async def test_wrong_passwords_are_each_counted_and_close_an_account_for_a_while(
    database: AsyncEngine,
) -> None:
    minutes = timedelta(minutes=5)
    async with database.begin() as connection:
        one = await account(connection, "1001")

    async def fail() -> None:
        async with database.begin() as connection:
            before = await accounts.note_failure(connection, one.id)
            assert before is not None
            await accounts.close_until(connection, one.id, (before.locked_until or NOON) + minutes)

    await asyncio.gather(*(fail() for _ in range(4)))
    async with database.begin() as connection:
        locked = await accounts.by_number(connection, "1001")
        assert locked is not None
        assert (locked.failures, locked.locked_until) == (4, NOON + 4 * minutes)
        assert locked.locked(now=NOON)
        assert not locked.locked(now=NOON + 4 * minutes)
        right = await accounts.note_success(connection, one.id)
        assert right is not None
        # or whoever guesses would begin anew each time that the person signs in
        assert (right.failures, right.locked_until) == (0, NOON + 4 * minutes)
        opened = await accounts.enable(connection, one.id)
    assert opened is not None
    assert (opened.failures, opened.locked_until) == (0, None)


async def test_an_address_is_known_from_which_somebody_signed_in_lately(
    database: AsyncEngine,
) -> None:
    async with database.begin() as connection:
        one, other = await account(connection, "1001"), await account(connection, "1002")
        made = await sessions.begin(
            connection, "a", account_id=one.id, csrf="x", address="192.0.2.7", agent="", now=NOON
        )
        await sessions.end(connection, made.id, now=NOON)
        since = NOON - timedelta(days=1)
        assert await sessions.came_from(connection, one.id, "192.0.2.7", since=since)
        assert not await sessions.came_from(connection, one.id, "192.0.2.8", since=since)
        assert not await sessions.came_from(connection, other.id, "192.0.2.7", since=since)
        assert not await sessions.came_from(connection, one.id, "192.0.2.7", since=NOON)


async def test_a_session_lasts_while_it_is_used_and_until_it_is_ended(
    database: AsyncEngine,
) -> None:
    async with database.begin() as connection:
        one = await account(connection, "1001")
        for secret in ("a", "b", "c"):
            await sessions.begin(
                connection,
                secret,
                account_id=one.id,
                csrf="x",
                address="127.0.0.1",
                agent="Firefox" * 100,
                now=NOON,
            )

        async def good(secret: str, after: timedelta = timedelta(0)) -> bool:
            found = await sessions.session(connection, secret, now=NOON + after, idle=IDLE)
            return found is not None

        assert await good("a", IDLE - timedelta(seconds=1))
        assert not await good("a", IDLE)
        assert not await good("d")
        [a, *_] = [await sessions.session(connection, "a", now=NOON, idle=IDLE)]
        assert a is not None
        await sessions.seen(connection, a[0].id, now=NOON + IDLE)
        assert await good("a", IDLE)
        assert await sessions.end_all(connection, one.id, now=NOON, but=a[0].id) == 2
        assert not await good("b")
        assert await sessions.end(connection, a[0].id, now=NOON)
        assert not await sessions.end(connection, a[0].id, now=NOON)
        assert not await good("a")


async def test_a_disabled_account_has_no_session(database: AsyncEngine) -> None:
    async with database.begin() as connection:
        one = await account(connection, "1001")
        await sessions.begin(
            connection, "a", account_id=one.id, csrf="", address="", agent="", now=NOON
        )
        await accounts.disable(connection, one.id, now=NOON)
        assert await sessions.session(connection, "a", now=NOON, idle=IDLE) is None
        await accounts.enable(connection, one.id)
        assert await sessions.session(connection, "a", now=NOON, idle=IDLE) is not None


async def test_a_seat_has_one_person_and_a_person_one_seat(database: AsyncEngine) -> None:
    async with database.begin() as connection:
        one, other = await account(connection, "1001"), await account(connection, "1002")

    async def sit(who: Account, seat: str) -> object:
        try:
            async with database.begin() as connection:
                return await seated(connection, who, seat)
        except (SeatTakenError, AtWorkError) as refused:
            return type(refused)

    ends = await asyncio.gather(*(sit(one, seat) for seat in ("w01", "w02", "w03")))
    assert sorted(end is AtWorkError for end in ends) == [False, True, True]
    [duty] = [end for end in ends if isinstance(end, Duty)]
    assert await sit(other, duty.seat) is SeatTakenError
    async with database.begin() as connection:
        assert await duties.end(connection, duty.id, now=NOON)
        assert not await duties.end(connection, duty.id, now=NOON)
    assert isinstance(await sit(other, duty.seat), Duty)


async def test_every_change_of_a_duty_is_kept(database: AsyncEngine) -> None:  # QUE-4
    async with database.begin() as connection:
        one = await account(connection, "1001")
        duty = await seated(connection, one, "w01")
        lunch = await duties.turn(
            connection, duty.id, DutyState.PAUSED, reason="午餐", now=NOON + timedelta(minutes=1)
        )
        assert lunch is not None
        assert (lunch.state, lunch.reason) == (DutyState.PAUSED, "午餐")
        again = await duties.turn(
            connection, duty.id, DutyState.PAUSED, reason="午餐", now=NOON + timedelta(minutes=9)
        )
        assert again == lunch
        assert await duties.of_number(connection, "1001") == lunch
        assert await duties.of_seat(connection, "w01") == lunch
        assert await duties.at_work(connection) == [lunch]
        await duties.end(connection, duty.id, reason="下班", now=NOON)
        assert await duties.turn(connection, duty.id, DutyState.READY, now=NOON) is None
        events = await duties.events(connection, duty.id)
    assert [(each.what, each.reason) for each in events] == [
        ("signed_in", "w01"),
        ("paused", "午餐"),
        ("signed_out", "下班"),
    ]


async def test_a_call_that_tells_its_callback_twice_makes_one(database: AsyncEngine) -> None:
    call_id = "0b0f8f3e-6a5c-4c1d-9b6e-2f1f0f6f7a10"

    async def callback(kind: CallbackKind) -> int | None:
        async with database.begin() as connection:
            return await callbacks.make(
                connection,
                number="138",
                identity="138",
                kind=kind,
                call_id=call_id,
                due_at=NOON + timedelta(minutes=3),
                now=NOON,
            )

    made = [await callback(CallbackKind.CANNOT_HEAR) for _ in range(3)]  # SIL-4
    assert [each is not None for each in made] == [True, False, False]
    assert await callback(CallbackKind.QUEUE) is not None
    for _ in range(2):
        assert await callback(CallbackKind.AGENT) is not None
    async with database.begin() as connection:
        assert len(await callbacks.open_to(connection, ["138"])) == 4
        assert made[0] is not None
        kept, cancelled = Settled(completed=True), Settled(completed=False)
        assert await call_backs.apply(connection, made[0], kept, NOON) is not None
        assert await call_backs.apply(connection, made[0], cancelled, NOON) is None
        assert len(await callbacks.open_to(connection, ["138"])) == 3
