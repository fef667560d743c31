"""Our AGI server and Asterisk's side of a visit: the real one, and the fake that stands for it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import cast

import pytest

from agi.server import Server
from agi.session import CommandRefused, Session
from callflow.call import Hangup
from tests.contract.small_asterisk import SmallAsterisk
from tests.fakes.agi_switch import FakeVisit

Ring = Callable[[int, str], Coroutine[None, None, None]]
"""Let a call visit the AGI server on a port; its caller `stays` or `leaves` after a while."""

HOSTILE = (
    '王"小明',
    "a\\b",
    "a)b",
    "(",
    ") (",
    '" "',
    "${CALLERID(num)}",
    "$[1+1]",
    "a,b|c;d",
    "'",
)


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.real)])
def ring(request: pytest.FixtureRequest) -> Ring:
    if request.param == "fake":
        return _ring_fake
    asterisk = cast("SmallAsterisk", request.getfixturevalue("small_asterisk"))

    async def ring_real(port: int, caller: str) -> None:
        for command in (
            f"dialplan set global SERVICE agi://127.0.0.1:{port}",
            f"channel originate Local/visit@service extension {caller}@callers",
        ):
            await asyncio.to_thread(asterisk.console, command)

    return ring_real


async def _ring_fake(port: int, caller: str) -> None:
    await FakeVisit(port, leaves=caller == "leaves").run()


@asynccontextmanager
async def visited(
    ring: Ring, caller: str, dialogue: Callable[[Session], Awaitable[None]]
) -> AsyncIterator[None]:
    """Let one call visit the dialogue; what fails in it fails the test."""
    ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def visit(session: Session) -> None:
        try:
            await dialogue(session)
            ended.set_result(None)
        except (Exception, asyncio.CancelledError) as error:
            ended.set_exception(error)
            raise

    server = Server({"hotline": visit})
    ringing = asyncio.create_task(ring(await server.start("127.0.0.1", 0), caller))
    try:
        async with asyncio.timeout(20):
            await ended
            yield
            await ringing
    finally:
        await server.close()


async def test_the_call_tells_its_id_its_route_and_its_channel(ring: Ring) -> None:
    async def dialogue(session: Session) -> None:
        assert session.route == "hotline"
        assert session.query["call"] == "11111111-2222-3333-4444-555555555555"
        assert "/" in session.environment["agi_channel"]
        assert session.environment["agi_uniqueid"].startswith("trk")

    async with visited(ring, "stays", dialogue):
        pass


async def test_what_is_written_into_a_call_is_read_back_as_it_was(ring: Ring) -> None:
    async def dialogue(session: Session) -> None:
        for value in HOSTILE:
            await session.set_variable("NAME", value)
            assert await session.get_variable("NAME") == value
        await session.set_variable("NAME", "a\r\nSET VARIABLE FORGED 1\n")
        assert await session.get_variable("NAME") == "aSET VARIABLE FORGED 1"
        assert await session.get_variable("FORGED") is None

    async with visited(ring, "stays", dialogue):
        pass


async def test_an_application_that_does_not_exist_is_refused_and_the_call_goes_on(
    ring: Ring,
) -> None:
    async def dialogue(session: Session) -> None:
        with pytest.raises(CommandRefused):
            await session.execute("NoSuchApplication", timeout=3)
        assert (await session.execute("Wait", "0.1", timeout=3)).result == "0"
        assert not session.hung_up

    async with visited(ring, "stays", dialogue):
        pass


async def test_a_caller_who_hangs_up_during_an_application_ends_it_at_once(ring: Ring) -> None:
    async def dialogue(session: Session) -> None:
        with pytest.raises(Hangup):
            await session.execute("Wait", "15", timeout=10)
        assert session.hung_up
        await session.set_variable("VERDICT_DONE", "1")
        assert await session.get_variable("VERDICT_DONE") == "1"

    async with visited(ring, "leaves", dialogue):
        pass


async def test_a_caller_who_hangs_up_between_two_commands_shifts_no_reply(ring: Ring) -> None:
    async def dialogue(session: Session) -> None:
        await session.set_variable("A", "first")
        await session.on_hangup.wait()
        await session.set_variable("B", "second")
        assert await session.get_variable("A") == "first"
        assert await session.get_variable("B") == "second"
        with pytest.raises(Hangup):
            await session.execute("Wait", "1", timeout=3)

    async with visited(ring, "leaves", dialogue):
        pass


async def test_an_application_that_is_given_up_shifts_no_reply(ring: Ring) -> None:
    async def dialogue(session: Session) -> None:
        with pytest.raises(TimeoutError):
            await session.execute("Wait", "1", timeout=0.1)
        assert await session.get_variable("NOTHING") is None

    async with visited(ring, "stays", dialogue):
        pass
