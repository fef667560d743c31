"""Which wake-ups a floor attendant sees: those to knock for, and no calls (WAK-3, SEC-1)."""

from datetime import UTC, datetime, time, timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.rules.wall_clock import Repeat
from db.engine import engine
from features.wake_ups import queries as wake_ups
from features.wake_ups import register as wake_register
from features.wake_ups import scoping as wake_scoping
from features.wake_ups.lifecycle import WakeState
from features.wake_ups.rules import Registration
from features.wake_ups.tables import WakeUpRow
from permissions.may import reach_of
from permissions.roles import Role
from permissions.scopes import EVERYTHING
from tests.integration.desk_room import (
    Room,
)
from tests.integration.reach_house import ATTENDANT, person


async def _guests(connection: AsyncConnection) -> dict[WakeState, int]:
    """Register a guest for each state; return the wake-ups' ids."""
    now = datetime.now(UTC)
    made: dict[WakeState, int] = {}
    for which, state in enumerate(WakeState):
        guest = Registration(
            room=f"82{which:02d}",
            number=f"82{which:02d}",
            guest=f"客{which}",
            language="zh",
            wall=time(7, which),
            zone="Asia/Shanghai",
            first_day=now.date() + timedelta(days=1),
            last_day=None,
            repeat=Repeat.ONCE,
        )
        key = await wake_register.register(connection, guest, made_by=None, now=now)
        row = WakeUpRow.registration_id == key
        found = await connection.execute(
            update(WakeUpRow).where(row).values(state=state.value).returning(WakeUpRow.id)
        )
        made[state] = found.scalar_one()
    return made


async def test_a_floor_attendant_sees_whom_to_knock_for_and_no_calls(
    desk: Room, built_pages: None
) -> None:
    made = engine(desk.settings.database)
    async with made.execution_options(writing=True).begin() as connection:
        keys = await _guests(connection)
    to_knock = {keys[state] for state in wake_scoping.TO_KNOCK}
    until = (datetime.now(UTC) + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
    async with desk.seated(ATTENDANT) as attendant:
        rows = (await attendant.get("/api/v1/wake-ups", params={"until": until})).json()
        assert {row["id"] for row in rows} == to_knock
        page = (await attendant.get("/wake-ups")).text
        for state, key in keys.items():
            wanted = 200 if key in to_knock else 404
            room = f"82{list(WakeState).index(state):02d}"
            for path in (f"/api/v1/wake-ups/{key}", f"/wake-ups/{key}"):
                answer = await attendant.get(path)
                assert answer.status_code == wanted, (state, path)
            assert (room in page) == (state in wake_scoping.TO_KNOCK), state
            evidence = await attendant.get(f"/api/v1/wake-ups/{key}/evidence.pdf")
            assert evidence.status_code == 403
        knocked, waits = keys[WakeState.KNOCKING], keys[WakeState.WAITING]
        assert (await attendant.post(f"/api/v1/wake-ups/{waits}/awake")).status_code == 404
        said = (await attendant.post(f"/api/v1/wake-ups/{knocked}/awake")).json()
        assert (said["state"], said["attempts"]) == ("awake", [])
        for closed in ("/api/v1/wake-registrations", "/api/v1/wake-register.csv?day=2026-11-21"):
            assert (await attendant.get(closed)).status_code == 403
    async with made.connect() as connection:
        now = datetime.now(UTC)
        every = await wake_ups.of_days(connection, now, now + timedelta(days=3), reach=EVERYTHING)
        for role in Role:
            reach = reach_of(person(role), "wake_up.read")
            some = await wake_ups.of_days(connection, now, now + timedelta(days=3), reach=reach)
            wanted_ids = {
                one.id
                for one in every
                if reach.holds(wake_scoping.whose(one.wake_up.state, one.wake_up.proof))
            }
            assert {one.id for one in some} == wanted_ids, role
    await made.dispose()
