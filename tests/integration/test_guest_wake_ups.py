"""The register as a room's telephone may use it, on both databases (WAK-1)."""

import time as clock
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from callflow.call import Language
from callflow.dialogues.wake_menu import RegisterClosed
from callflow.rules.wall_clock import Repeat, next_moment
from callservice.guest_wake_ups import WRITE_WITHIN, GuestWakeUps
from db.engine import engine
from features.rooms import queries as rooms
from features.rooms.rules import Entry
from features.wake_ups import guests as wake_guests
from features.wake_ups import queries as wake_ups
from features.wake_ups import register as wake_register
from features.wake_ups.register import SavedRegistration, Through
from features.wake_ups.rules import Registration
from permissions.scopes import EVERYTHING

SHANGHAI = ZoneInfo("Asia/Shanghai")
SEVEN, EIGHT = time(7, 0), time(8, 0)
CALL = "0f0e0d0c-0b0a-4908-8706-050403020100"


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    made = engine(database_url)
    yield made
    await made.dispose()


@pytest.fixture
def guest_wake_ups(database: AsyncEngine) -> GuestWakeUps:
    return GuestWakeUps.over(
        database,
        zone=SHANGHAI,
        language=Language.CHINESE,
        now=lambda: datetime.now(SHANGHAI),
    )


def _next(wall: time) -> datetime:
    return next_moment(wall, after=datetime.now(SHANGHAI))


async def _register(database: AsyncEngine) -> list[SavedRegistration]:
    async with database.connect() as connection:
        return list(await wake_register.registered(connection))


async def test_what_a_guest_sets_is_on_the_register_made_by_the_guest(
    guest_wake_ups: GuestWakeUps, database: AsyncEngine
) -> None:
    register = guest_wake_ups.of("8001", CALL).register
    assert await register.next() is None
    await register.put(_next(SEVEN), SEVEN)
    [line] = await _register(database)
    assert (line.made_through, line.made_by, line.call_id) == (Through.GUEST, None, CALL)
    assert (line.registration.room, line.registration.number) == ("8001", "8001")
    assert line.next_due == _next(SEVEN)
    standing = await register.next()
    assert standing is not None
    assert (standing.at, standing.at.tzinfo) == (_next(SEVEN), SHANGHAI)
    assert await guest_wake_ups.of("8002", CALL).register.next() is None, "another room's"


async def test_a_telephone_behind_a_pbx_is_a_rooms_by_the_table_only(
    guest_wake_ups: GuestWakeUps, database: AsyncEngine
) -> None:
    async with database.execution_options(writing=True).begin() as connection:
        entries = [Entry("W-101", "8203")]
        await rooms.put(connection, entries, at=datetime.now(UTC), by="1001")
    register = guest_wake_ups.of("8203", CALL, is_behind_a_pbx=True).register
    assert await register.next() is None
    await register.put(_next(SEVEN), SEVEN)
    [line] = await _register(database)
    assert (line.registration.room, line.registration.number) == ("W-101", "8203")
    for number in ("8204", "13800138000", ""):
        with pytest.raises(RegisterClosed):
            await guest_wake_ups.of(number, CALL, is_behind_a_pbx=True).register.next()


async def test_told_twice_it_is_one_wake_up(
    guest_wake_ups: GuestWakeUps, database: AsyncEngine
) -> None:
    register = guest_wake_ups.of("8001", CALL).register
    for wall in (SEVEN, EIGHT, SEVEN):
        await register.put(_next(wall), wall)
    walls = [line.registration.wall for line in await _register(database)]
    assert sorted(walls) == [SEVEN, EIGHT]


async def test_what_a_guest_takes_off_is_off_and_by_whom_is_kept(
    guest_wake_ups: GuestWakeUps, database: AsyncEngine
) -> None:
    register = guest_wake_ups.of("8001", CALL).register
    await register.put(_next(SEVEN), SEVEN)
    standing = await register.next()
    assert standing is not None
    await register.cancel(standing)
    assert await register.next() is None
    async with database.connect() as connection:
        line = await wake_register.one(connection, standing.registration_id)
        begin = datetime.now(UTC) - timedelta(days=1)
        until = begin + timedelta(days=4)
        rows = await wake_ups.of_days(connection, begin, until, reach=EVERYTHING)
    assert line is not None
    assert (line.cancelled_through, line.cancelled_by) == (Through.GUEST, None)
    assert [row.wake_up.state for row in rows] == ["cancelled"]


async def test_a_wake_up_that_the_switchboard_registered_is_the_guests_too(
    guest_wake_ups: GuestWakeUps, database: AsyncEngine
) -> None:
    wanted = Registration(
        room="8001",
        number="8001",
        guest="王",
        language="zh",
        wall=SEVEN,
        zone="Asia/Tokyo",
        first_day=date.today() + timedelta(days=1),  # noqa: DTZ011 (any day to come)
        last_day=None,
        repeat=Repeat.DAILY,
    )
    async with database.execution_options(writing=True).begin() as connection:
        await wake_register.register(connection, wanted, made_by=None, now=datetime.now(UTC))
    standing = await guest_wake_ups.of("8001", CALL).register.next()
    assert standing is not None
    assert standing.at.time() == time(6, 0), "told on the house's wall"


async def test_a_telephone_has_ten_wake_ups_at_most_and_a_browser_none(
    guest_wake_ups: GuestWakeUps, database: AsyncEngine
) -> None:
    register = guest_wake_ups.of("8001", CALL).register
    for minute in range(wake_guests.MOST_OF_A_LINE):
        wall = time(7, minute)
        await register.put(_next(wall), wall)
    with pytest.raises(RegisterClosed):
        await register.put(_next(EIGHT), EIGHT)
    assert len(await _register(database)) == wake_guests.MOST_OF_A_LINE
    with pytest.raises(RegisterClosed):
        await guest_wake_ups.of("", CALL).register.next()


async def test_a_minute_that_has_passed_is_refused(guest_wake_ups: GuestWakeUps) -> None:
    gone = datetime.now(SHANGHAI) - timedelta(days=2)
    with pytest.raises(RegisterClosed):
        await guest_wake_ups.of("8001", CALL).register.put(gone, gone.time().replace(second=0))


async def test_a_database_that_stalls_is_not_waited_for(
    guest_wake_ups: GuestWakeUps, database: AsyncEngine
) -> None:
    register = guest_wake_ups.of("8001", CALL).register
    assert await register.next() is None
    async with database.execution_options(writing=True).begin() as held:
        if held.dialect.name == "postgresql":
            await held.execute(text("LOCK TABLE wake_registrations IN ACCESS EXCLUSIVE MODE"))
        begun = clock.monotonic()
        with pytest.raises(RegisterClosed):
            await register.put(_next(SEVEN), SEVEN)
        assert clock.monotonic() - begun < WRITE_WITHIN + 1
    await register.put(_next(EIGHT), EIGHT)
    walls = {line.registration.wall for line in await _register(database)}
    assert EIGHT in walls, "and it works again"
