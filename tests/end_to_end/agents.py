"""Agents at the desk as tests have them: accounts, sessions, and a page that listens.

The page is the event stream of `GET /live`, read as a browser would; every event keeps its moment.
"""

import asyncio
import functools
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from authentication.passwords import Passwords
from db.engine import engine
from features.accounts import queries as accounts
from permissions.roles import Role
from tests.end_to_end.house import House
from tests.waiting import until

PASSWORD = "violet-harbour-42"


@dataclass(frozen=True)
class Event:
    """One event of the stream; `at` is the monotonic moment at which it was read."""

    name: str
    data: dict[str, Any]
    at: float


@dataclass
class Agent:
    """Somebody who has signed in at the desk."""

    number: str
    client: httpx.AsyncClient
    events: list[Event] = field(default_factory=list)

    async def begins(self, kind: str, phone: str = "") -> dict[str, Any]:
        """Sign in at a seat; return what the page gets for its phone."""
        answer = await self.client.post("/api/v1/duty", json={"kind": kind, "phone": phone})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def is_now(self, state: str, reason: str = "") -> httpx.Response:
        """Be ready, or rest."""
        wanted = {"state": state, "reason": reason}
        return await self.client.put("/api/v1/duty/state", json=wanted)

    async def asks(self, path: str, **given: object) -> httpx.Response:
        """Send what the page sends when a key is pressed."""
        return await self.client.post(path, json=given)

    async def ends(self) -> None:
        """Sign out."""
        await self.client.delete("/api/v1/duty")

    async def is_off(self) -> bool:
        """Sign out; tell whether that could be done: nobody does in a call."""
        answer = await self.client.delete("/api/v1/duty")
        return answer.is_success or "not at work" in answer.text

    async def hears(self, name: str, *, within: float = 10.0, after: float = 0.0) -> Event:
        """Wait for an event of this name, later than `after`."""

        def heard() -> list[Event]:
            return [one for one in self.events if one.name == name and one.at > after]

        what = f"agent {self.number} hears {name}"
        return (await until(heard, within=within, what=what, every=0.005))[0]

    async def is_seen(self, state: str, *, within: float = 10.0, after: float = 0.0) -> Event:
        """Wait until the page is told that the agent is in a state."""

        def told() -> list[Event]:
            return [one for one in self.events if one.at > after and _state_in(one) == state]

        what = f"agent {self.number} is {state}"
        return (await until(told, within=within, what=what, every=0.01))[0]

    @asynccontextmanager
    async def page(self, name: str = "work-1") -> AsyncIterator[None]:
        """Have a page open while the block runs."""
        listening = asyncio.create_task(self._listen(name))
        try:
            await self.hears("state", after=time.monotonic() - 0.5)
            yield
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError, httpx.HTTPError):
                await listening

    async def _listen(self, page: str) -> None:
        while True:
            with suppress(httpx.HTTPError):
                await self._read(page)
            await asyncio.sleep(0.3)  # as the stream itself asks of a browser

    async def _read(self, page: str) -> None:
        async with self.client.stream("GET", f"/live?page={page}", timeout=30) as stream:
            name = ""
            async for line in stream.aiter_lines():
                key, _, value = line.partition(": ")
                if key == "event":
                    name = value
                elif key == "data":
                    self.events.append(Event(name, json.loads(value), time.monotonic()))


def _state_in(event: Event) -> str | None:
    """Return the state of the agent that an event tells of."""
    duty = {"duty": event.data, "state": event.data.get("duty")}.get(event.name)
    return duty["state"] if duty else None


_kept = functools.cache(Passwords().kept_now)


async def _hired(house: House, number: str, role: Role) -> None:
    """Write the account of somebody who has chosen a password before, unless there is one."""
    made = engine(house.settings.database)
    async with made.execution_options(writing=True).begin() as connection:
        known = await accounts.by_number(connection, number)
        if known is None:
            await accounts.add(
                connection,
                number=number,
                name=f"话务员{number}",
                role=role,
                password=_kept(PASSWORD),
                must_change=False,
                now=datetime.now(UTC),
            )
    await made.dispose()
    assert known is None or known.role is role, f"{number} is somebody else in this hotline"


@asynccontextmanager
async def signed_in(house: House, number: str, role: str = "junior-agent") -> AsyncIterator[Agent]:
    """Give somebody with an account of their own, signed in at the desk; off duty at the end."""
    await _hired(house, number, Role(role))
    async with httpx.AsyncClient(base_url=house.desk, timeout=10) as client:
        wanted = {"number": number, "password": PASSWORD}
        entered = await client.post("/api/v1/session", json=wanted)
        assert entered.status_code == 201, entered.text
        client.headers["X-CSRF-Token"] = entered.json()["csrf"]
        agent = Agent(number, client)
        try:
            yield agent
        except BaseException:  # or whoever sits there next would be refused, test after test
            await house.asterisk("channel request hangup all")
            with suppress(AssertionError, httpx.HTTPError):
                await until(agent.is_off, within=10, what=f"{number} has signed out", every=0.3)
            raise
        else:
            await agent.ends()
