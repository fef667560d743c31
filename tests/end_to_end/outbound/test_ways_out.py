"""Nothing that a phone, a caller or a far switch says chooses what is dialled: the trunk's log.

All ways with all targets: `python -m bench.ways_out`; the table is docs/ways-out.md.
"""

import pytest

from tests.end_to_end.house import House
from tests.end_to_end.launching import free_port
from tests.end_to_end.stage import staged
from tests.end_to_end.ways import QUICK, WAYS

pytestmark = pytest.mark.real
PORT = free_port()
HOTLINE = {
    "parts": "asterisk ledger desk",
    "trunk_out": f"127.0.0.1:{PORT}",
    "answer_after": 0,
    "max_wait": 60,
    "wrap_up_for": 0,
}


@pytest.mark.timeout(180)
async def test_nobody_is_rung_whom_the_list_does_not_allow(house: House) -> None:
    async with staged(house, PORT) as stage:
        seen = [one for way, targets in QUICK.items() for one in await WAYS[way](stage, targets)]
        assert [one for one in seen if one.fault] == []
        assert {one.way for one in seen} == set(QUICK)


async def test_a_phone_reaches_the_police_on_this_stage(house: House) -> None:
    """Where nobody is ever rung, nothing is proved."""
    async with staged(house, PORT) as stage:
        (seen,) = await WAYS["dials phone"](stage, ["110"])
        assert seen.rang == ("trunk:110",)
