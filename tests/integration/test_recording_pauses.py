"""Pauses of recordings: who may, what is kept, who has them end; on both databases."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, text, update

from ami.actions import Outcome
from db.bounded import Database, DatabaseTimeoutError
from db.engine import engine
from features.calls.tables import Call
from features.recording_pauses import queries
from features.recording_pauses.keeper import Keeper
from features.recording_pauses.lifecycle import Pause, PauseEnd, PauseWhy
from features.recording_pauses.queries import PausedAlreadyError, PauseFilter
from features.recording_pauses.tables import RecordingPauseRow
from permissions.roles import Role
from permissions.scopes import EVERYTHING, Reach, Scope
from tests.integration.desk_room import BEGAN, Room, audit_entries, call_id, recording_id
from tests.integration.pause_rows import AGENT, paused
from tests.integration.plans import listening, read_whole
from tests.integration.reach_house import write
from tests.integration.talks import talked

API = "/api/v1/recording-pauses"
JUNIOR, SENIOR, LEADER = Role.JUNIOR_AGENT, Role.SENIOR_AGENT, Role.TEAM_LEADER
NOW = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)


def one(which: int = 1) -> str:
    return f"/api/v1/calls/{call_id(which)}/recording-pause"


GOES_ON = 99
"""A call whose row the ledger has not made yet."""


def fresh(which: int = GOES_ON, **values: object) -> Pause:
    """Return a pause that has just been asked for."""
    made = Pause(
        call_id=call_id(which),
        node="node1",
        channel="PJSIP/trunk-00000001",
        why=PauseWhy.CARD,
        by=AGENT,
        from_at=NOW,
        until=NOW + timedelta(seconds=120),
    )
    return replace(made, **values)  # type: ignore[arg-type]


@asynccontextmanager
async def database(desk: Room) -> AsyncIterator[Database]:
    found = Database(engine(desk.settings.database))
    yield found
    await found.close(within=5)


class Switch:
    """What is muted; it can be away, and calls can end."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, bool]] = []
        self.outcome = Outcome.DONE

    async def mute(self, channel: str, muted: bool) -> Outcome:
        self.asked.append((channel, muted))
        return self.outcome


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


async def kept(found: Database, *made: Pause) -> list[Pause]:
    return [
        await found.write(lambda c, each=each: queries.begin(c, each), within=5)  # type: ignore[misc]
        for each in made
    ]


async def of(found: Database, which: int = GOES_ON) -> Pause:
    [there] = await found.ask(lambda c: queries.of_call(c, call_id(which)), within=5)
    return there


async def test_one_recording_has_one_pause_at_a_time(desk: Room) -> None:
    async with database(desk) as found:
        [first] = await kept(found, fresh())
        with pytest.raises(PausedAlreadyError):
            await kept(found, fresh())
        assert await found.write(
            lambda c: queries.end(c, first.id, how=PauseEnd.RESUMED, at=NOW, by=AGENT), within=5
        )
        assert not await found.write(
            lambda c: queries.end(c, first.id, how=PauseEnd.TIME, at=NOW), within=5
        )
        await kept(found, fresh())
        assert await found.ask(lambda c: queries.how_many(c, call_id(GOES_ON)), within=5) == 2


async def test_a_pause_ends_in_time_whoever_asked_for_it_is_gone(desk: Room) -> None:
    switch, clock = Switch(), Clock()
    async with database(desk) as found:
        await kept(found, fresh(muted_at=NOW))
        keeper = Keeper(found, switch.mute, node="node1", now=clock)
        await keeper.turn()
        assert switch.asked == []
        clock.now += timedelta(seconds=120)
        await keeper.turn()
        assert switch.asked == [("PJSIP/trunk-00000001", False)]
        there = await of(found)
        assert (there.ended_how, there.ended_at) == (PauseEnd.TIME, clock.now)
        await keeper.turn()
        assert len(switch.asked) == 1


async def test_a_keeper_of_another_node_leaves_it_alone(small_desk: Room) -> None:
    switch, clock = Switch(), Clock()
    async with database(small_desk) as found:
        await kept(found, fresh(muted_at=NOW))
        clock.now += timedelta(seconds=500)
        await Keeper(found, switch.mute, node="node2", now=clock).turn()
        assert switch.asked == []


async def test_the_second_keeper_waits_for_the_first_one(small_desk: Room) -> None:
    switch, clock, patience = Switch(), Clock(), timedelta(seconds=2)
    async with database(small_desk) as found:
        await kept(found, fresh(muted_at=NOW))
        keeper = Keeper(found, switch.mute, node="node1", patience=patience, now=clock)
        clock.now += timedelta(seconds=121)
        await keeper.turn()
        assert switch.asked == []
        clock.now += timedelta(seconds=1)
        await keeper.turn()
        assert [muted for _, muted in switch.asked] == [False]


async def test_a_pause_that_nobody_muted_is_muted_a_moment_later(small_desk: Room) -> None:
    switch, clock = Switch(), Clock()
    async with database(small_desk) as found:
        await kept(found, fresh())
        keeper = Keeper(found, switch.mute, node="node1", now=clock)
        await keeper.turn()
        assert switch.asked == []  # whoever asked is doing it
        clock.now += timedelta(seconds=1.5)
        await keeper.turn()
        await keeper.turn()
        assert switch.asked == [("PJSIP/trunk-00000001", True)]
        assert (await of(found)).muted_at == clock.now


async def test_another_recorded_leg_is_muted_too(small_desk: Room) -> None:
    switch, clock = Switch(), Clock()
    async with database(small_desk) as found:
        await kept(found, fresh(muted_at=NOW))
        now_at = {call_id(GOES_ON): "PJSIP/trunk-00000009"}
        keeper = Keeper(
            found, switch.mute, node="node1", channel_of=lambda call: now_at[call], now=clock
        )
        await keeper.turn()
        await keeper.turn()
        assert switch.asked == [("PJSIP/trunk-00000009", True)]
        there = await of(found)
        assert (there.channel, there.muted_at) == ("PJSIP/trunk-00000009", NOW)


async def test_a_link_that_is_lost_is_no_end(small_desk: Room) -> None:
    switch, clock = Switch(), Clock()
    async with database(small_desk) as found:
        await kept(found, fresh(muted_at=NOW))
        keeper = Keeper(found, switch.mute, node="node1", now=clock)
        clock.now += timedelta(seconds=121)
        switch.outcome = Outcome.UNKNOWN
        await keeper.turn()
        assert (await of(found)).ended_at is None
        switch.outcome = Outcome.DONE
        await keeper.turn()
        assert (await of(found)).ended_how is PauseEnd.TIME


async def test_a_pause_ends_with_its_call(desk: Room) -> None:
    switch, clock, ended = Switch(), Clock(), NOW + timedelta(seconds=7)
    async with database(desk) as found:
        await kept(found, fresh(1, muted_at=NOW))
        await write(desk, update(Call).where(Call.id == call_id(1)).values(ended=ended))
        clock.now += timedelta(seconds=9)
        await Keeper(found, switch.mute, node="node1", now=clock).turn()
        there = await of(found, 1)
        assert (there.ended_how, there.ended_at) == (PauseEnd.CALL, ended)


async def test_a_recording_goes_on_though_the_database_is_away(small_desk: Room) -> None:
    switch, clock = Switch(), Clock()
    async with database(small_desk) as found:
        await kept(found, fresh(muted_at=NOW))
        stalling = Stalling(found)
        keeper = Keeper(stalling, switch.mute, node="node1", now=clock)  # type: ignore[arg-type]
        await keeper.turn()
        stalling.stalls = True
        clock.now += timedelta(seconds=121)
        await keeper.turn()
        assert switch.asked == [("PJSIP/trunk-00000001", False)]
        stalling.stalls = False
        await keeper.turn()
        assert len(switch.asked) == 1
        assert (await of(found)).ended_how is PauseEnd.TIME


class Stalling:
    """A database that can be told not to answer."""

    def __init__(self, found: Database) -> None:
        self.found, self.stalls = found, False

    async def ask(self, question, *, within):  # type: ignore[no-untyped-def]
        if self.stalls:
            raise DatabaseTimeoutError
        return await self.found.ask(question, within=within)

    async def write(self, change, *, within):  # type: ignore[no-untyped-def]
        if self.stalls:
            raise DatabaseTimeoutError
        return await self.found.write(change, within=within)


async def test_nobody_pauses_a_call_in_which_nobody_talks(small_desk: Room) -> None:
    for role in (JUNIOR, LEADER):
        async with small_desk.seated(role) as person:
            assert (await person.post(one())).status_code == 409
            assert (await person.delete(one())).status_code == 409


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.RECORDS_CLERK, Role.DEPARTMENT])
async def test_who_has_no_part_in_calls_pauses_none(small_desk: Room, role: Role) -> None:
    async with small_desk.seated(role) as person:
        assert (await person.post(one())).status_code == 403
        assert (await person.delete(one())).status_code == 403


async def test_pauses_come_newest_first_and_by_agent_and_end(desk: Room) -> None:
    later = paused(2, by="1009", ended_how="time", ended_by="", from_at=BEGAN.replace(hour=6))
    await write(desk, *(insert(RecordingPauseRow).values(row) for row in (paused(1), later)))
    told = (await desk.get(API)).json()["items"]
    assert [each["by"] for each in told] == ["1009", AGENT]
    assert told[0]["left_s"] is None
    forgotten = (await desk.get(API, params={"ended_how": "time"})).json()["items"]
    assert [each["call_id"] for each in forgotten] == [call_id(2)]
    async with desk.seated(LEADER) as leader:
        page = (await leader.get("/recording-pauses", params={"by": "1009"})).text
        table = page.partition("<tbody>")[2].partition("</tbody>")[0]
        assert ("1009" in table, AGENT in table) == (True, False)
        for wrong in ({"by": "1'--"}, {"ended_how": "never"}):
            assert (await leader.get("/recording-pauses", params=wrong)).status_code == 422


async def test_agents_read_no_list_of_pauses(small_desk: Room) -> None:
    async with small_desk.seated(SENIOR) as senior:
        assert (await senior.get(API)).status_code == 403
        assert (await senior.get("/recording-pauses")).status_code == 403


async def test_the_page_of_a_call_says_who_paused_it_and_why(desk: Room) -> None:
    await write(desk, insert(RecordingPauseRow).values(paused(ended_how="time", ended_by="")))
    async with desk.seated(LEADER) as leader:
        page = (await leader.get(f"/calls/{call_id(1)}")).text
    part = page.partition('<section class="pauses">')[2].partition("</section>")[0]
    assert AGENT in part
    assert 'data-second="1.00"' in part


async def test_the_player_is_told_where_a_recording_is_silent(desk: Room) -> None:
    rows = [paused(), paused(ended_how="failed", ended_by="")]
    await write(desk, *(insert(RecordingPauseRow).values(row) for row in rows))
    path = f"/api/v1/recordings/{recording_id(1)}/pauses"
    [told] = (await desk.get(path)).json()["items"]
    assert (told["from_s"], told["to_s"], told["why"], told["by"]) == (1.0, 3.0, "card", AGENT)
    async with desk.seated(Role.STATISTICIAN) as person:
        assert (await person.get(path)).status_code == 403


async def test_a_junior_hears_of_pauses_of_own_calls_only(desk: Room) -> None:
    await talked(desk, JUNIOR, 1)
    async with desk.seated(JUNIOR) as junior:
        own = await junior.get(f"/api/v1/recordings/{recording_id(1)}/pauses")
        other = await junior.get(f"/api/v1/recordings/{recording_id(2)}/pauses")
    assert (own.status_code, other.status_code) == (200, 404)
    seen = [each.action for each in await audit_entries(desk, recording_id(2))]
    assert seen == ["recording.listen.refused"]


async def test_each_list_of_pauses_is_asked_by_an_index(desk: Room) -> None:
    made = engine(desk.settings.database)
    filters = (
        PauseFilter(),
        PauseFilter(by="1007"),
        PauseFilter(call_id=call_id(1)),
        PauseFilter(ended_how=PauseEnd.TIME, since=BEGAN),
    )
    async with made.execution_options(writing=True).begin() as connection:
        rows = [paused(1 + which % 5, by=f"{1000 + which % 40}") for which in range(400)]
        await connection.execute(insert(RecordingPauseRow), rows)
        await connection.execute(text("ANALYZE"))
        for reach in (EVERYTHING, Reach(scope=Scope.OWN, number="8001")):
            for wanted in filters:
                with listening(connection) as asked:
                    await queries.pauses(connection, wanted, reach=reach)
                assert await read_whole(connection, asked) == [], wanted
        with listening(connection) as asked:
            await queries.open_ones(connection, "node1")
            await queries.open_of_call(connection, call_id(1))
        assert await read_whole(connection, asked) == []
    await made.dispose()
