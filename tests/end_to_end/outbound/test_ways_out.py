"""Nothing that a phone, a caller or a far switch says chooses what is dialled: the trunk's log.

All ways with all targets: `python -m bench.ways_out`; the table is docs/ways-out.md.
"""

import pytest

from tests.end_to_end.house import House
from tests.end_to_end.launching import free_port
from tests.end_to_end.stage import staged
from tests.end_to_end.ways import REPRESENTATIVE, WAYS

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
        seen = [one for way in WAYS.values() for one in await way(stage, REPRESENTATIVE)]
        assert [one for one in seen if one.fault] == []
        assert {one.way for one in seen} == set(WAYS)
