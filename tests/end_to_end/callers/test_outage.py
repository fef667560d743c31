"""An outage announcement is heard before anything else, from the next call on, until it is taken
off.
"""

import pytest

from caller.phone import Phone
from tests.end_to_end.house import House
from tests.end_to_end.people import said_to

pytestmark = pytest.mark.real


async def _rings_up(house: House, phone: Phone, ref: str) -> list[str]:
    call = await phone.call(house.settings.hotline_number, ref=ref)
    await call.answered()
    await call.hears_words()
    await call.hears_pause(1.0, within=15)
    await call.hangs_up()
    return await said_to(house, await house.call_of(ref))


async def test_a_notice_comes_first_and_is_gone_when_taken_off(house: House, phone: Phone) -> None:
    house.thirdring("outage", "on", "power")  # QUE-6
    try:
        said = await _rings_up(house, phone, "announcement-on")
    finally:
        house.thirdring("outage", "off")
    assert said[0] == "outage_power"
    assert said[1].startswith("greeting")
    assert "outage_power" not in await _rings_up(house, phone, "announcement-off")
