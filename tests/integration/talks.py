"""Who has talked in the calls of a desk for tests."""

from datetime import timedelta

from sqlalchemy import insert

from db.engine import engine
from features.calls import rows
from features.calls.tables import TalkSegmentRow
from features.calls.talk_segments import How, TalkSegment
from permissions.roles import Role
from tests.integration.desk_room import BEGAN, NUMBERS, Room, call_id
from tests.integration.found_by import found_by


async def talked(desk: Room, role: Role, *which: int) -> None:
    """Let the person of a role have talked in some calls, a few seconds each."""
    made = engine(desk.settings.database)
    async with made.execution_options(writing=True).begin() as connection:
        for one in which:
            began = BEGAN - timedelta(minutes=one)
            talk = TalkSegment(
                agent=NUMBERS[role],
                seat="w01",
                from_at=began + timedelta(seconds=2),
                to_at=began + timedelta(seconds=9),
                how=How.ANSWERED,
                held_s=0.0,
            )
            await connection.execute(insert(TalkSegmentRow), [rows.of_segment(call_id(one), talk)])
        await found_by(connection)
    await made.dispose()
