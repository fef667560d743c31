"""Two hotlines run side by side on one machine and know nothing of each other."""

import pytest

from caller.phone import Phone
from tests.end_to_end.house import House, running
from tests.end_to_end.kinds import CALLERS

pytestmark = pytest.mark.real


async def test_each_instance_keeps_its_own_calls(house: House, phone: Phone) -> None:
    with running(**CALLERS) as neighbour:
        assert neighbour.settings.sip_port != house.settings.sip_port
        call = await phone.call(
            house.settings.hotline_number, ref="next-door", port=neighbour.settings.sip_port
        )
        await call.answered()
        await call.hears_words()
        await call.hangs_up()
        await neighbour.call_of("next-door")
        await neighbour.is_quiet()
        query = "SELECT id FROM calls WHERE ref = 'next-door'"
        assert await house.rows(query) == []
