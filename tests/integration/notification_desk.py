"""What tests of emergency notifications in the API and on pages share."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
from sqlalchemy.ext.asyncio import AsyncConnection

from db.engine import engine
from features.customers import keeping
from features.customers.queries import Customer, CustomerSort
from features.emergency_notifications import queries as incidents
from features.emergency_notifications.queries import Voice
from permissions.roles import Role
from tests.integration.desk_room import CSRF, Room
from tests.numbers import known_as

LEADER = Role.TEAM_LEADER
REPORTED = {
    "what": "燃气泄漏",
    "place": "滨江花园1栋",
    "happened_at": "2026-11-22T08:30:00+08:00",
    "reporter": "物业 02787654321",
    "message": "请马上关闭阀门。",
}
LIST = "王小明,滨江花园1栋201,8001;8002\n李梅,滨江花园1栋202,\n=HYPERLINK(1),老街,8003"
API = "/api/v1/incidents"


async def changes(desk: Room, change: Callable[[AsyncConnection], Awaitable[object]]) -> Any:
    made = engine(desk.settings.database)
    async with made.execution_options(writing=True).begin() as connection:
        done = await change(connection)
    await made.dispose()
    return done


async def is_voiced(desk: Room, key: int, voice: Voice = Voice.READY) -> None:
    """Do the dispatcher's part: the message can be heard."""

    async def change(connection: AsyncConnection) -> None:
        incident = await incidents.one(connection, key)
        assert incident is not None
        await incidents.made(connection, incident, voice)

    await changes(desk, change)


async def reports(client: httpx.AsyncClient, **more: Any) -> int:
    answer = await client.post(API, json=REPORTED | more)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


async def four_customers(connection: AsyncConnection) -> None:
    rows = [
        ("8001", "王小明", "滨江花园1栋", CustomerSort.NORMAL),
        ("8002", "李梅", "滨江花园2栋", CustomerSort.LARGE),
        ("8003", "", "老街", CustomerSort.LARGE),
        ("13900000000", "赵六", "滨江花园3栋", CustomerSort.NORMAL),
    ]
    for number, name, area, sort in rows:
        await keeping.keep(
            connection,
            Customer(
                number=number,
                identity=known_as(number),
                name=name,
                sort=sort,
                note="",
                first_agent=None,
                updated_at=datetime.now(UTC),
                updated_by="1001",
                area=area,
            ),
        )


async def sends(client: httpx.AsyncClient, path: str, **typed: str) -> httpx.Response:
    return await client.post(path, data={"csrf": CSRF, **typed})
