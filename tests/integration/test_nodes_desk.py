"""A desk that only watches shows everything, and sends who wants to act on the floor elsewhere."""

import pytest

from features.tables import METADATA
from floor.lease import Lease
from permissions.roles import Role
from tests.integration.desk_room import NUMBERS, Room

AGENT, LEADER = Role.JUNIOR_AGENT, Role.TEAM_LEADER
ACTS = [
    (AGENT, "POST", "/api/v1/duty", {"kind": "phone", "phone": "8101"}),
    (AGENT, "DELETE", "/api/v1/duty", None),
    (AGENT, "GET", "/live?page=work-a", None),
    (LEADER, "POST", f"/api/v1/agents/{NUMBERS[AGENT]}/sign_out", None),
]


async def _has_the_floor(desk: Room, holder: str) -> None:
    lease = Lease(desk.app.state.database, node="node1", holder=holder)
    await lease.turn()
    assert lease.is_proved
    await desk.app.state.floor._lease.turn()


@pytest.mark.parametrize(("role", "method", "path", "said"), ACTS)
async def test_who_acts_on_the_floor_is_sent_to_the_desk_that_has_it(
    desk: Room, role: Role, method: str, path: str, said: object
) -> None:
    await _has_the_floor(desk, "another desk")
    async with desk.seated(role) as person:
        answer = await person.request(method, path, json=said)
    assert answer.status_code == 503
    assert "Another desk has the floor" in answer.text
    assert answer.headers["Retry-After"] == "5"


async def test_a_desk_that_watches_shows_the_board(desk: Room) -> None:
    await _has_the_floor(desk, "another desk")
    async with desk.seated(LEADER) as person:
        assert (await person.get("/api/v1/floor")).status_code == 200


async def test_the_desk_that_has_the_floor_acts(desk: Room) -> None:
    await desk.app.state.floor._lease.turn()
    assert desk.app.state.floor.leads
    async with desk.seated(AGENT) as person:
        answer = await person.delete("/api/v1/duty")
    # without Asterisk it does not know who is at work, and says that, not "you are not"
    assert answer.status_code == 503
    assert "does not reach Asterisk" in answer.text


def test_the_lease_is_among_all_tables() -> None:
    assert "floor_leases" in METADATA.tables
