"""A house with trunks of its own file, and peers at their far ends."""

import asyncio
import itertools
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

from tests.end_to_end.agents import signed_in
from tests.end_to_end.house import House, Row, started
from tests.end_to_end.peer import Peer, Reply
from tests.ports import free_port
from tests.waiting import until

T = TypeVar("T")
GUEST: Final = "13800138000"
_CLERKS: Final = itertools.count(7101)
PARTS: Final = "asterisk calls ledger desk dispatch"


@contextmanager
def with_trunks(text: str, **wanted: object) -> Iterator[House]:
    """Run a hotline whose home has this `trunks.toml`; nothing of it stays."""
    home = Path(tempfile.mkdtemp(prefix="ring-"))
    try:
        (home / "trunks.toml").write_text(text)
        with started(home, **{"parts": PARTS, **wanted}) as house:
            try:
                yield house
            except BaseException:
                print(house.logs())
                raise
    finally:
        shutil.rmtree(home, ignore_errors=True)


def at(name: str, port: int, **more: object) -> str:
    """Return the lines of one trunk on this machine."""
    lines = {"name": name, "host": "127.0.0.1", "port": port, **more}
    shown = (f"{key} = {_toml(value)}" for key, value in lines.items())
    return "\n".join(["[[trunk]]", *shown, ""])


def _toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool | int) else json.dumps(str(value))


@dataclass
class Two:
    """A house with two trunks, `first` and `second`, and the peers at their ends."""

    house: House
    first: Peer
    second: Peer


@asynccontextmanager
async def two_trunks(
    first: Mapping[str, object] = {}, second: Mapping[str, object] = {}, **wanted: object
) -> AsyncIterator[Two]:
    """Run a house with two trunks by address; both answer, until a test says otherwise."""
    ports, sip = (free_port(), free_port()), free_port()
    text = at("first", ports[0], **first) + at("second", ports[1], **second)
    async with AsyncExitStack() as stack:
        peers = [await stack.enter_async_context(Peer(sip, port=port)) for port in ports]
        house = await asyncio.to_thread(
            stack.enter_context, with_trunks(text, sip_port=sip, **wanted)
        )
        yield Two(house, *peers)


async def wakes(house: House, number: str = GUEST) -> Callable[[], Any]:
    """Have a guest woken now; return a way to ask for the attempts."""
    await apart(_registers(house, number))
    await house.changes(
        "UPDATE wake_ups SET due = :now, next_at = :now, asked_for = :now WHERE number = :number",
        now=f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}",
        number=number,
    )

    async def attempts() -> Sequence[Row]:
        return await house.rows(
            "SELECT * FROM attempts WHERE number = :number ORDER BY seq", number=number
        )

    return attempts


async def apart(work: Coroutine[Any, Any, T]) -> T:
    """Have something done in a thread with a loop of its own: the peers go on answering."""
    return await asyncio.to_thread(asyncio.run, work)


async def _registers(house: House, number: str) -> None:
    tomorrow = datetime.now(house.settings.zone) + timedelta(days=1)
    async with signed_in(house, str(next(_CLERKS)), "switchboard") as clerk:
        wanted = {"room": number[-4:], "number": number, "wall": "07:00"}
        wanted["first_day"] = f"{tomorrow:%Y-%m-%d}"
        answer = await clerk.client.post("/api/v1/wake-registrations", json=wanted)
        assert answer.is_success, answer.text


async def ended(attempts: Callable[[], Any], *, count: int = 1, within: float = 20.0) -> list[Row]:
    """Wait until so many attempts have ended; return them."""

    async def found() -> list[Row]:
        rows = [row for row in await attempts() if row["ended_at"]]
        return rows if len(rows) >= count else []

    return await until(found, within=within, what=f"{count} attempts are over", every=0.1)


def always(reply: Reply) -> Callable[[Any], Reply]:
    """Return how a peer treats every call alike."""
    return lambda _: reply


def says(status: int) -> Callable[[Any], Reply]:
    """Return how a peer answers everything with one status."""
    return lambda _: Reply(status)
