"""Passwords of browsers' seats when the link breaks: open duties keep theirs, others have none."""

import pytest

from ami import link as links
from features.duties.queries import DutyKind
from floor import seat_passwords as keys
from floor.people import Agent
from tests.fakes.ami_floor import FakeFloor
from tests.fakes.ami_switch import SECRET
from tests.integration.floor_room import SEATS, Room, running
from tests.waiting import until


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "BACK_OFF", (0.001, 0.01))


def _given(fake: FakeFloor) -> dict[str, str]:
    """Return the password that each seat was given last."""
    asked = [one for one in fake.sent("Originate") if "@seat-keys/" in one["Channel"]]
    return {
        one["Channel"].removeprefix("Local/").partition("@")[0]: one["Variable"].removeprefix(
            "KEY="
        )
        for one in asked
    }


def _wanted(agent: Agent | None = None) -> dict[str, str]:
    """Return what the seats must have when this one works and nobody else."""
    nobody = {seat: keys.key_of(SECRET, keys.NOBODY) for seat in SEATS}
    mine = {agent.seat: keys.key_of(SECRET, agent.duty_id)} if agent else {}
    return nobody | mine


async def _settled(fake: FakeFloor, wanted: dict[str, str]) -> None:
    await until(lambda: _given(fake) == wanted, within=5, what="the passwords are right", every=0)


async def _signs_out(room: Room, agent: Agent) -> None:
    await room.floor.attendance.sign_out(agent, reason="", now=room.floor.now())


async def test_each_duty_has_a_password_and_seats_without_one_have_nobodys(
    database_url: str,
) -> None:
    async with FakeFloor() as fake, running(fake, database_url) as room:
        await _settled(fake, _wanted())
        first = await room.signs_in()
        assert _given(fake) == _wanted(first)
        room.let_go.clear()
        await _signs_out(room, first)
        assert _given(fake) == _wanted()
        assert room.let_go == [("w01", keys.key_of(SECRET, keys.NOBODY))]
        second = await room.signs_in()
        assert _given(fake) == _wanted(second) != _wanted(first)


async def test_a_desk_phone_keeps_what_was_typed_into_it(database_url: str) -> None:
    async with FakeFloor() as fake, running(fake, database_url) as room:
        await _settled(fake, _wanted())
        room.let_go.clear()
        agent = await room.floor.attendance.sign_in(
            room.people[0], DutyKind.PHONE, "8101", now=room.floor.now()
        )
        await _signs_out(room, agent)
        assert _given(fake) == _wanted()
        assert room.let_go == []


async def test_what_was_not_done_without_the_link_is_done_when_it_is_back(
    database_url: str,
) -> None:
    async with FakeFloor() as fake, running(fake, database_url) as room:
        agent = await room.signs_in()
        fake.refuse(refused=True)
        await until(lambda: not room.floor.connected, within=5, every=0)
        await _signs_out(room, agent)
        assert _given(fake) == _wanted(agent)
        fake.refuse(refused=False)
        await _settled(fake, _wanted())


async def test_another_run_of_asterisk_is_given_all_passwords_again(database_url: str) -> None:
    async with FakeFloor() as fake, running(fake, database_url) as room:
        agent = await room.signs_in()
        fake.actions.clear()
        fake.restart()
        await _settled(fake, _wanted(agent))


async def test_a_phone_that_could_not_be_let_go_is_tried_again(database_url: str) -> None:
    async with FakeFloor() as fake, running(fake, database_url) as room:
        agent = await room.signs_in()
        room.goes = False
        await _signs_out(room, agent)
        room.goes = True
        room.let_go.clear()
        await room.floor.attendance.reconcile(now=room.floor.now())
        assert [seat for seat, _ in room.let_go] == ["w01"]


def test_a_password_tells_nothing_of_another() -> None:
    made = {keys.key_of(secret, duty) for secret in ("a", "b") for duty in range(50)}
    assert len(made) == 100
    assert all(len(one) == 24 for one in made)
