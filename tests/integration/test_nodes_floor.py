"""Two nodes share a database: each floor manages the seats and queues of its own Asterisk only."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from ami import link as links
from features.accounts import queries as accounts
from features.duties import queries as duties
from features.duties.queries import AtWorkError, DutyKind, DutyState
from tests.fakes.ami_floor import FakeFloor
from tests.integration.floor_room import MEMBERS, Room, running
from tests.waiting import until


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "BACK_OFF", (0.001, 0.01))


async def test_agents_of_another_node_are_in_none_of_our_queues(database_url: str) -> None:
    async with FakeFloor() as fake, running(fake, database_url) as room:
        await works_elsewhere(room, "1002", "w01")
        assert (await room.signs_in()).seat == "w01", "the other w01 is another seat"
        assert room.members() == MEMBERS
        await room.floor.attendance.reconcile(now=room.floor.now())
        assert room.members() == MEMBERS
        assert {one.number for one in room.floor.live_state.agents.values()} == {"1001"}
        with pytest.raises(AtWorkError):
            await room.signs_in(1)


async def test_two_floors_of_two_nodes_leave_each_others_members_alone(database_url: str) -> None:
    async with (
        FakeFloor() as one,
        FakeFloor() as other,
        running(one, database_url, node="node1") as here,
        running(other, database_url, node="node2") as there,
    ):
        ours, theirs = await here.signs_in(0), await there.signs_in(1)
        assert (ours.seat, theirs.seat) == ("w01", "w01")
        for room in (here, there):
            await room.floor.attendance.reconcile(now=room.floor.now())
        assert one.members["hotline", "PJSIP/w01"]["Name"] == "1001"
        assert other.members["hotline", "PJSIP/w01"]["Name"] == "1002"
        one.members.clear()  # that Asterisk died, and came back with nothing
        before = dict(other.members)
        await here.floor.attendance.reconcile(now=here.floor.now())
        await until(lambda: here.members() == MEMBERS, within=5)
        await there.floor.attendance.reconcile(now=there.floor.now())
        assert other.members == before
        assert [(each.node, each.number) for each in await here.at_work()] == [
            ("node1", "1001"),
            ("node2", "1002"),
        ]


async def works_elsewhere(room: Room, number: str, seat: str) -> None:
    """Let somebody be at work at a seat of another node."""

    async def begun(connection: AsyncConnection) -> None:
        account = await accounts.by_number(connection, number)
        assert account is not None
        await duties.begin(
            connection,
            account_id=account.id,
            seat=seat,
            kind=DutyKind.BROWSER,
            state=DutyState.READY,
            node="node2",
            now=datetime.now(UTC),
        )

    await room.records.write(begun, within=5)
