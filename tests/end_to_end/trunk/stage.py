"""The hotline that all tests of the trunk share, and what they ask it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from tests.end_to_end.house import House, Row
from tests.end_to_end.people import parsed
from tests.end_to_end.trunk_side import Invite, TrunkCall, TrunkSide
from tests.ports import free_port
from tests.waiting import until

PORT: Final = free_port()
"""Where the switch calls out to."""
OTHER_NUMBER: Final = "01058851234"
TRUNK: Final[Mapping[str, object]] = {
    "parts": "asterisk calls ledger",
    "answer_after": 0.2,
    "called_numbers": OTHER_NUMBER,
    "max_wait": 12,
    "offer_callback_after": 5,
    "ring_agent_for": 15,
    "media_timeout": 10,
    "phone_timeout": 10,
    "trunk_out": f"127.0.0.1:{PORT}",
}
"""A call, and a phone of ours, is lost after 10 s without audio; a wait is short."""


@asynccontextmanager
async def far_side(house: House) -> AsyncIterator[TrunkSide]:
    """Give the trunk's far side, and a hotline at rest afterwards."""
    async with TrunkSide(house.settings.sip_port, port=PORT) as side:
        yield side
    await house.is_quiet(within=20)


async def rings_in(side: TrunkSide, ref: str, **invite: Any) -> TrunkCall:
    """Ring, and hear the first words: who presses a key before there are any, presses again."""
    call = await side.call(Invite(ref=ref, **invite))
    assert call.status == 200, f"{ref}: {call.status}"
    await until(lambda: call.audio.loud > 20, within=10, what=f"{ref} hears words")
    return call


async def is_in(house: House, ref: str, state: str) -> None:
    """Wait until a call is in a state."""

    async def so() -> bool:
        rows = await house.rows(
            "SELECT 1 FROM calls WHERE ref = :ref AND state = :state", ref=ref, state=state
        )
        return bool(rows)

    await until(so, within=40, what=f"{ref} is {state}", every=0.2)


async def story(house: House, call: Row) -> Sequence[tuple[str, Mapping[str, Any]]]:
    """Return everything that the journals tell of a call, in order."""
    rows = await house.rows(
        "SELECT name, data FROM call_events WHERE about IN (:id, :linkedid) ORDER BY at, id",
        id=call["id"],
        linkedid=call["linkedid"],
    )
    return [(row["name"], parsed(row["data"])) for row in rows]


async def of_the_house(house: House, name: str) -> Sequence[Mapping[str, Any]]:
    """Return what the journals tell under a name that is about no call."""
    rows = await house.rows(
        "SELECT data FROM call_events WHERE about = '' AND name = :name ORDER BY at, id", name=name
    )
    return [parsed(row["data"]) for row in rows]
