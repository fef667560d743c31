"""The people of a simulated shift: accounts, sessions, pages and duties by the real API.

Who was paused after a miss (ANS-2) comes back after a while, as a person would.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import httpx
from sqlalchemy import insert

from bench.shift.plan import Plan, Post
from db.engine import engine
from features.customers import keeping
from features.customers.queries import Customer, CustomerSort
from features.tickets.tables import TicketRow
from phone_numbers.phone_number import phone_number
from phone_numbers.plan import NumberPlan
from tests.end_to_end.agents import PASSWORD, Agent
from tests.end_to_end.house import House
from tests.end_to_end.staff import ADMINISTRATOR, Staff
from tests.waiting import until

BACK_AFTER_S = 6.0
"""Seconds from a pause after a miss until the agent is there again."""


def hired(house: House, posts: Sequence[Post]) -> dict[str, str]:
    """Make every account; return the one-time passwords."""
    passwords = {}
    with Staff(house).api(ADMINISTRATOR) as api:
        for post in posts:
            wanted = {"number": post.number, "name": f"话务员{post.number}", "role": post.role}
            while (answer := api.post("/api/v1/accounts", json=wanted)).status_code == 503:
                continue
            passwords[post.number] = str(answer.raise_for_status().json()["password"])
    return passwords


@asynccontextmanager
async def at_work(house: House, plan: Plan) -> AsyncIterator[None]:
    """Have everybody at work while the block runs."""
    said = house.home / "run.out"
    await until(lambda: "one-time password" in said.read_text(), within=60, what="administrator")
    once = await asyncio.to_thread(hired, house, plan.posts)
    async with AsyncExitStack() as stack:
        agents = []
        for post in plan.posts:
            client = await stack.enter_async_context(
                httpx.AsyncClient(base_url=house.desk, timeout=30)
            )
            agent = Agent(post.number, client)
            await _signed_in(agent, once[post.number])
            await stack.enter_async_context(agent.page())
            await agent.begins("phone", post.seat)
            agents.append(agent)
        await until(lambda: _ready(house, plan), within=40, what="every phone is free", every=1.0)
        coming_back = [asyncio.create_task(_comes_back(agent)) for agent in agents]
        try:
            yield
        finally:
            for task in coming_back:
                task.cancel()
            await asyncio.gather(*coming_back, return_exceptions=True)
            for agent in agents:
                await agent.ends()


async def _signed_in(agent: Agent, once: str) -> None:
    client = agent.client
    await _sits(agent, once)
    changed = await client.put("/api/v1/password", json={"old": once, "new": PASSWORD})
    assert changed.is_success, changed.text
    session = (await client.get("/api/v1/session")).json()
    client.headers["X-CSRF-Token"] = session["csrf"]


async def _sits(agent: Agent, password: str) -> None:
    who = {"number": agent.number, "password": password}

    async def answered() -> httpx.Response | None:
        answer = await agent.client.post("/api/v1/session", json=who)
        return None if answer.status_code == 503 else answer  # busy with another password

    answer = await until(answered, within=60, what=f"{agent.number} signs in", every=0.5)
    assert answer is not None
    assert answer.status_code == 201, answer.text
    agent.client.headers["X-CSRF-Token"] = answer.json()["csrf"]


async def _comes_back(agent: Agent) -> None:
    """Be ready again some time after each pause for a miss."""
    seen = 0.0
    while True:
        paused = await agent.hears("duty", within=86_400, after=seen)
        seen = paused.at
        if (paused.data.get("state"), paused.data.get("reason")) == ("paused", "missed"):
            await asyncio.sleep(BACK_AFTER_S)  # a person comes back to the desk
            with suppress(httpx.HTTPError):
                await agent.is_now("ready")


async def _ready(house: House, plan: Plan) -> bool:
    shown = await house.asterisk("queue show")
    return all(_is_free(shown, post.seat) for post in plan.posts)


def _is_free(shown: str, seat: str) -> bool:
    lines = [line for line in shown.splitlines() if f"PJSIP/{seat}" in line]
    return bool(lines) and all("Not in use" in one and "(paused" not in one for one in lines)


async def known(house: House, plan: Plan) -> None:
    """Write down what the plan knows of callers: customers and open tickets."""
    now = datetime.now(UTC)
    made = engine(house.settings.database)
    async with made.execution_options(writing=True).begin() as connection:
        for number, sort in plan.priority.items():
            await keeping.keep(connection, _customer(number, sort, now))
        for number in sorted(plan.overdue):
            await connection.execute(insert(TicketRow).values(_ticket(number, None, -1, now)))
        for number, handler in plan.known.items():
            await connection.execute(insert(TicketRow).values(_ticket(number, handler, 12, now)))
    await made.dispose()


def _customer(number: str, sort: str, now: datetime) -> Customer:
    return Customer(
        number=number,
        identity=phone_number(number, NumberPlan()).identity,
        name="长江燃气",
        sort=CustomerSort(sort),
        note="",
        first_agent=None,
        updated_at=now,
        updated_by="shift",
    )


def _ticket(number: str, handler: str | None, due_in_h: int, now: datetime) -> dict[str, object]:
    return {
        "number": f"20261122-{number[-5:]}",
        "kind": "complaint",
        "source": "written",
        "state": "new",
        "customer_number": number,
        "customer_identity": phone_number(number, NumberPlan()).identity,
        "customer_name": "",
        "body": "",
        "answer": "",
        "department": "",
        "to_review": False,
        "version": 1,
        "created_at": now - timedelta(days=2),
        "due_at": now + timedelta(hours=due_in_h),
        "handler": handler,
    }
