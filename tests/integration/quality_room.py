"""A desk of inspectors: calls of yesterday that agents had, a form, and what each of them does."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from features.audit.tables import AuditRow
from features.calls.tables import Call
from features.quality_samples.calendar import bounds
from features.quality_samples.tables import QualityItemRow
from permissions.roles import Role
from tests.integration.desk_room import CALLS, NUMBERS, call_id, opened
from tests.integration.page_room import NamedAssets, Pages
from tests.integration.quality_rows import a_form

INSPECTOR, MANAGER, LEADER = Role.INSPECTOR, Role.MANAGER, Role.TEAM_LEADER
JUNIOR, SENIOR = Role.JUNIOR_AGENT, Role.SENIOR_AGENT
API: Final = "/api/v1/quality"
GOOD: Final = {"1": "full", "2": "na", "3": "full"}
HALF: Final = {"1": "none", "2": "na", "3": "full"}
FATAL: Final = {"1": "full", "2": "na", "3": "none"}
SCORE: Final[Mapping[str, Any]] = {"form_id": 1, "form_version": 1, "answers": GOOD}


def yesterday(desk: Pages) -> date:
    """Return the last day that is over, of the house."""
    return datetime.now(desk.room.settings.zone).date() - timedelta(days=1)


@asynccontextmanager
async def inspected(filled: tuple[Path, str], *agents: Role) -> AsyncIterator[Pages]:
    """Give a desk whose five calls these agents had yesterday; of both kinds of database."""
    async with opened(*filled) as room:
        room.app.state.assets = NamedAssets(filled[0])
        found = Pages(room)
        await had_yesterday(found, *agents)
        yield found


async def had_yesterday(desk: Pages, *agents: Role) -> None:
    """Let the five calls be of yesterday, had by these agents in turn; and publish a form.

    Nothing is scored twice unless a test says so: it would be by lot.
    """
    scores_twice(desk, 0.0)
    since, _ = bounds(yesterday(desk), desk.room.settings.zone)

    async def change(connection: AsyncConnection) -> None:
        for which in range(1, CALLS + 1):
            agent = NUMBERS[agents[which % len(agents)]]
            at = since + timedelta(hours=9, minutes=which)
            values = {"agent": agent, "ring_started": at, "topic": "complaint"}
            await connection.execute(update(Call).where(Call.id == call_id(which)).values(values))
        await a_form(connection)

    await desk.write(change)


def scores_twice(desk: Pages, share: float) -> None:
    """Let a share (per cent) of what is drawn be scored by two inspectors."""
    settings = desk.room.settings.model_copy(update={"quality_double_share": share})
    desk.room.app.state.settings = settings


async def asks(
    desk: Pages, role: Role, path: str, body: object = None, *, method: str = "POST"
) -> tuple[int, Any]:
    """Ask the API as a person; return the status and the answer."""
    async with desk.room.seated(role) as person:
        answer = await person.request(method, f"{API}{path}", json=body)
    return answer.status_code, answer.json()


async def done(
    desk: Pages, role: Role, path: str, body: object = None, *, method: str = "POST"
) -> Any:
    """Ask the API as a person; return the answer, which must be a good one."""
    status, told = await asks(desk, role, path, body, method=method)
    assert status < 400, told
    return told


async def got(desk: Pages, role: Role, path: str) -> Any:
    return await done(desk, role, path, method="GET")


async def drawn(desk: Pages, day: date | None = None) -> Any:
    return await done(desk, MANAGER, "-draws", {"day": f"{day or yesterday(desk)}"})


async def items(desk: Pages, **wanted: object) -> list[Any]:
    """Return the rows of the work list with these values, as they are kept."""
    found: list[Any] = []

    async def look(connection: AsyncConnection) -> None:
        row = QualityItemRow
        query = select(row.__table__).order_by(row.id)
        for name, value in wanted.items():
            query = query.where(getattr(row, name) == value)
        found.extend((await connection.execute(query)).mappings().all())

    await desk.room.app.state.database.ask(look, within=30)
    return found


async def scored(desk: Pages, role: Role = INSPECTOR, answers: Mapping[str, str] = GOOD) -> Any:
    """Let somebody take what waits longest and score it; return the score."""
    item = await done(desk, role, "-items/next")
    given = {**SCORE, "answers": dict(answers)}
    return await done(desk, role, f"-items/{item['id']}/score", given)


async def audited(desk: Pages, *actions: str) -> list[Any]:
    """Return the entries of these actions."""
    found: list[Any] = []
    await desk.room.app.state.database.settled()

    async def look(connection: AsyncConnection) -> None:
        query = select(AuditRow.action, AuditRow.subject, AuditRow.detail, AuditRow.at)
        query = query.where(AuditRow.action.in_(actions)).order_by(AuditRow.id)
        found.extend((await connection.execute(query)).all())

    await desk.room.app.state.database.ask(look, within=30)
    return found
