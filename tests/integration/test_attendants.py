"""One call to an attendant for all rooms that need somebody, never two at once (WAK-3).

On both databases, with a switch by script. Real calls: `tests/end_to_end/outbound/test_rooms.py`.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from dispatch.attempts import Attempt
from features.attendants import queries as attendants
from features.attendants.lifecycle import Ring, Room
from features.wake_ups import queries as wake_ups
from features.wake_ups.lifecycle import Cancelled, WakeState, WakeUpRules
from features.wake_ups.tables import WakeRegistrationRow
from tests.integration.dispatch_room import opened
from tests.integration.hotel import RULES, Hotel, HotelSwitch

ONE = replace(RULES, give_up_after=1.0, again_every=20.0, knock_within=30.0, gather_for=0.5)
THREE = replace(ONE, attendants=("8301", "8302", "8303"))
ROOMS = ["8215", "A101", "B101", "W-101", "12-05"]


class Phones(HotelSwitch):
    """Guests who are busy at once, and attendants with one line each."""

    in_use: dict[str, Attempt]
    turned_away: list[str]

    def settle(self, attendants: tuple[str, ...]) -> None:
        self.in_use, self.turned_away = {}, []
        self.on_ring = lambda attempt: self._rings(attempt, attendants)

    def _rings(self, attempt: Attempt, attendants: tuple[str, ...]) -> None:
        if attempt.who == "guest":
            self.ends(attempt, 17)
            return
        assert attempt.number in attendants
        busy = self.in_use.get(attempt.number)
        if busy is not None and busy.channel in self.alive:
            self.turned_away.append(attempt.number)
            self.ends(attempt, 17)
        else:
            self.in_use[attempt.number] = attempt

    def calls(self) -> list[tuple[Attempt, list[str]]]:
        """Return the calls to attendants, each with its rooms."""
        both = zip(self.rung, self.told, strict=True)
        return [
            (attempt, told["WAKE_ROOMS"].split("."))
            for (_, attempt), told in both
            if attempt.who == "attendant"
        ]


@pytest.fixture
async def hotel(database_url: str, tmp_path: Path) -> AsyncIterator[Hotel]:
    async with opened(Hotel, database_url, tmp_path, Phones) as found:
        phones(found).settle(THREE.attendants)
        yield found


def phones(hotel: Hotel) -> Phones:
    assert isinstance(hotel.switch, Phones)
    return hotel.switch


async def _sleepers(hotel: Hotel, rooms: list[str]) -> dict[str, int]:
    return {room: await hotel.wakes(room, in_s=0.2) for room in rooms}


async def _a_call(hotel: Hotel, count: int, *, within: float = 30.0) -> tuple[Attempt, list[str]]:
    """Wait for the n-th call to an attendant; return it with its rooms."""
    await hotel.until(
        lambda: len(phones(hotel).calls()) >= count, within=within, what=f"call {count}"
    )
    return phones(hotel).calls()[count - 1]


def _says(hotel: Hotel, attempt: Attempt, what: str, *places: int) -> None:
    for place in places:
        phones(hotel).says(attempt, "announced", room=str(place))
        phones(hotel).says(attempt, what, by="key", room=str(place))


@pytest.mark.parametrize("rules", [ONE, THREE], ids=["one attendant", "three"])
async def test_five_rooms_of_one_minute_are_one_call(hotel: Hotel, rules: WakeUpRules) -> None:
    keys = await _sleepers(hotel, ROOMS)
    async with hotel.dispatcher(rules=rules):
        call, rooms = await _a_call(hotel, 1)
        assert (call.number, sorted(rooms)) == ("8301", sorted(ROOMS))
        await hotel.passes(3.0)
        assert len(phones(hotel).calls()) == 1
        phones(hotel).answers(call)
        _says(hotel, call, "accepted", *range(1, 6))
        phones(hotel).ends(call)
        for key in keys.values():
            assert (await hotel.is_now(key, WakeState.KNOCKING)).attended == 1
    assert not phones(hotel).turned_away


async def test_rooms_are_accepted_one_by_one_and_the_others_go_to_the_next(hotel: Hotel) -> None:
    keys = await _sleepers(hotel, ROOMS)
    async with hotel.dispatcher(rules=THREE):
        first, rooms = await _a_call(hotel, 1)
        phones(hotel).answers(first)
        _says(hotel, first, "accepted", 1)
        _says(hotel, first, "reported", 3)
        phones(hotel).ends(first)
        second, left = await _a_call(hotel, 2)
        assert second.number == "8302", "who left rooms without a word has a pause"
        assert left == [rooms[1], rooms[3], rooms[4]]
        assert (await hotel.wake_up(keys[rooms[0]])).state is WakeState.KNOCKING
        told = await hotel.wake_up(keys[rooms[2]])
        assert (told.state, told.proof) == (WakeState.AWAKE, "attendant")
        [evidence] = await hotel.calls_for(keys[rooms[2]])
        assert (evidence.id, evidence.said) == (first.id, "reported")
        assert [one.said for one in await hotel.calls_for(keys[rooms[1]])] == ["", ""]


async def test_a_room_waits_while_the_only_attendant_is_busy_with_us(hotel: Hotel) -> None:
    await _sleepers(hotel, ["8215"])
    async with hotel.dispatcher(rules=ONE):
        first, _ = await _a_call(hotel, 1)
        phones(hotel).answers(first)
        late = await hotel.wakes("8216", in_s=0.2)
        await hotel.is_now(late, WakeState.ATTENDING)
        await hotel.passes(15.0)
        waiting = await hotel.wake_up(late)
        assert (waiting.state, waiting.attended) == (WakeState.ATTENDING, 0), "no try is lost"
        _says(hotel, first, "accepted", 1)
        phones(hotel).ends(first)
        second, rooms = await _a_call(hotel, 2, within=3.0)
        assert (second.number, rooms) == ("8301", ["8216"])


async def test_nobody_is_through_all_attendants_within_seconds(hotel: Hotel) -> None:
    phones(hotel).engaged = set(THREE.attendants)
    key = (await _sleepers(hotel, ["8215"]))["8215"]
    async with hotel.dispatcher(rules=THREE):
        await hotel.is_now(key, WakeState.ATTENDING)
        began = hotel.now()
        await hotel.until(lambda: _asked(hotel, key, 3), what="all three were busy")
        await hotel.passes(15.0)
        assert (await hotel.wake_up(key)).state is WakeState.ATTENDING, "not at the desk yet"
        await hotel.is_now(key, WakeState.ALARM, within=60)
        assert (hotel.now() - began).total_seconds() >= THREE.again_every
    assert (await hotel.wake_up(key)).attended == 6


async def _asked(hotel: Hotel, key: int, count: int) -> bool:
    return (await hotel.wake_up(key)).attended >= count


async def test_an_attendant_who_does_not_report_is_told_again_in_one_call(hotel: Hotel) -> None:
    keys = await _sleepers(hotel, ROOMS)
    async with hotel.dispatcher(rules=replace(ONE, knock_within=5.0)):
        first, _ = await _a_call(hotel, 1)
        _says(hotel, first, "accepted", *range(1, 6))
        phones(hotel).ends(first)
        second, rooms = await _a_call(hotel, 2)
        assert sorted(rooms) == sorted(ROOMS)
        _says(hotel, second, "reported", *range(1, 6))
        phones(hotel).ends(second)
        for key in keys.values():
            assert (await hotel.is_now(key, WakeState.AWAKE)).proof == "attendant"


async def test_a_call_ends_when_the_desk_has_settled_all_of_its_rooms(hotel: Hotel) -> None:
    keys = await _sleepers(hotel, ["8215", "8216"])
    async with hotel.dispatcher(rules=ONE) as dispatcher:
        await _a_call(hotel, 1)
        async with hotel.writing() as connection:
            await wake_ups.proved_by_hand(connection, keys["8215"], hotel.now())
        await hotel.passes(2.0)
        assert dispatcher.in_flight == 1, "the other room still needs somebody"
        async with hotel.writing() as connection:
            await wake_ups.apply(connection, keys["8216"], Cancelled(), hotel.now(), ONE)
        await hotel.until(lambda: dispatcher.in_flight == 0, within=5, what="the call is ended")
        await hotel.passes(3.0)
    assert len(phones(hotel).calls()) == 1


async def test_a_dispatcher_that_dies_in_a_call_leaves_no_attendant_busy_for_ever(
    hotel: Hotel,
) -> None:
    keys = await _sleepers(hotel, ROOMS)
    async with hotel.dispatcher(rules=ONE):
        call, rooms = await _a_call(hotel, 1)
    _says(hotel, call, "accepted", 2)
    phones(hotel).ends(call)
    async with hotel.dispatcher(rules=replace(ONE, again_every=1.0)):
        again, left = await _a_call(hotel, 2)
        assert (again.number, left) == ("8301", [*rooms[:1], *rooms[2:]])
        assert (await hotel.wake_up(keys[rooms[1]])).state is WakeState.KNOCKING


async def test_sixty_rooms_and_three_attendants_with_one_line_each(hotel: Hotel) -> None:
    names = [f"{'ABW'[n % 3]}-{100 + n}" for n in range(60)]
    keys = await _sleepers(hotel, names)
    done: set[str] = set()

    async def works() -> None:
        """Take each call as it comes: all are accepted, and reported when told again."""
        for call, rooms in phones(hotel).calls():
            if call.id in done:
                continue
            done.add(call.id)
            phones(hotel).answers(call)
            for place, room in enumerate(rooms, 1):
                before = await hotel.calls_for(keys[room])
                told = any(one.said == "accepted" for one in before)
                _says(hotel, call, "reported" if told else "accepted", place)
            phones(hotel).ends(call)

    async def all_awake() -> bool:
        await works()
        found = [await hotel.wake_up(key) for key in keys.values()]
        return all(one.state is WakeState.AWAKE for one in found)

    rules = replace(THREE, knock_within=5.0)
    async with hotel.dispatcher(rules=rules, lines=30):
        await hotel.until(all_awake, within=120, what="each is reported")
    assert not phones(hotel).turned_away, "an attendant was rung in a call of ours"
    assert max(len(rooms) for _, rooms in phones(hotel).calls()) > 1
    assert len(phones(hotel).calls()) <= 20
    for key in keys.values():
        assert [one.said for one in await hotel.calls_for(key)] == ["accepted", "reported"]


async def test_a_guest_with_two_wake_ups_is_not_rung_twice_at_once(hotel: Hotel) -> None:
    phones(hotel).on_ring = lambda _: None  # it rings, and nobody lifts yet
    first = await hotel.wakes("8215", in_s=0.2)
    async with hotel.dispatcher(rules=ONE):
        ringing = await hotel.rings(1)
        async with hotel.writing() as connection:
            moved = update(WakeRegistrationRow).values(wall="07:01")
            await connection.execute(moved)
        second = await hotel.wakes("8215", in_s=0.2)
        await hotel.passes(8.0)
        assert len(phones(hotel).rung) == 1
        assert (await hotel.wake_up(second)).tries == 0
        phones(hotel).says(ringing, "awake", by="key")
        phones(hotel).ends(ringing)
        await hotel.is_now(first, WakeState.AWAKE)
        assert (await hotel.rings(2)).subject_id == second


async def test_two_dispatchers_cannot_both_have_an_attendant(hotel: Hotel) -> None:
    key = (await _sleepers(hotel, ["8215"]))["8215"]
    ring = Ring("8301", [Room(key, "8215", 0)])
    async with hotel.writing() as connection:
        first = await attendants.begin(connection, ring, hotel.now())
    async with hotel.writing() as connection:
        assert await attendants.begin(connection, ring, hotel.now()) is None
        assert first is not None
        await attendants.end(connection, first, hotel.now(), in_vain=False)
        assert await attendants.begin(connection, ring, hotel.now()) is not None
