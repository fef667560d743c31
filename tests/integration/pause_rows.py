"""A pause of a recording."""

from datetime import timedelta
from typing import Final

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from features.recording_pauses.tables import RecordingPauseRow
from permissions.roles import Role
from tests.integration.desk_room import BEGAN, NUMBERS, call_id

PLAIN: Final = tuple(
    f"recording_pauses.{each}" for each in ("node", "channel", "why", "by", "ended_how", "ended_by")
)
AGENT: Final = NUMBERS[Role.JUNIOR_AGENT]


def paused(which: int = 1, **values: object) -> dict[str, object]:
    """Return the row of an agent's pause, from second 1 to second 3 of a call's recording."""
    answered = BEGAN - timedelta(minutes=which)
    began = answered + timedelta(seconds=1)
    where = {"call_id": call_id(which), "node": "node1", "channel": "PJSIP/trunk-00000001"}
    asked = {"why": "card", "by": AGENT, "from_at": began, "muted_at": began}
    ends = {"until": began + timedelta(seconds=120), "ended_at": began + timedelta(seconds=2)}
    return {**where, **asked, **ends, "ended_how": "resumed", "ended_by": AGENT, **values}


async def a_pause(connection: AsyncConnection) -> None:
    """Keep one."""
    await connection.execute(insert(RecordingPauseRow).values(paused()))
