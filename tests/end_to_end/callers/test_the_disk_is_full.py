"""A disk that is full costs recordings, never a caller; with room again everything is as it was.

A hotline on a small disk that the test fills: the call that is under way goes on, the next one is
answered, put through and booked; nothing is torn, lost or there twice.
"""

import asyncio
import json
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tests.end_to_end.house import House, Row, started
from tests.end_to_end.launching import await_first_account
from tests.end_to_end.trunk.agents import Talks, agents
from tests.end_to_end.trunk.stage import rings_in
from tests.end_to_end.trunk_side import TrunkSide
from tests.small_disk import fill, small_disk
from tests.waiting import until

pytestmark = pytest.mark.real
DISK_MIB: Final = 160
PARTS: Final = "asterisk calls ledger desk dispatch"


@pytest.fixture
def crowded() -> Iterator[House]:
    """A hotline at home on a small disk, whose path Asterisk takes: no more than 80 characters."""
    with (
        tempfile.TemporaryDirectory(prefix="ring-") as folder,
        small_disk(Path(folder) / "disk", mib=DISK_MIB) as home,
        started(home, parts=PARTS, max_wait=5) as house,
    ):
        await_first_account(home / "run.out")
        yield house
        print(house.logs())  # shown when the test has failed


@pytest.mark.timeout(180)
async def test_calls_go_on_while_the_disk_is_full_and_are_booked_right(crowded: House) -> None:
    house = crowded
    async with (
        TrunkSide(house.settings.sip_port) as side,
        agents(house, "8001") as phones,
    ):
        talks = Talks(house, side, phones)
        before = await talks.begins("begun-before")
        ballast = await asyncio.to_thread(fill, house.home)
        await asyncio.sleep(2.5)
        await before.call.hangs_up()
        await before.leg.over.wait()
        talk = await talks.begins("put-through")
        await asyncio.sleep(2.0)
        await talk.call.hangs_up()
        await phones[0].register(expires=0)
        waits = await rings_in(side, "asked-for-a-message")
        await waits.audio.presses("1", waits.events)
        assert await waits.ends(within=60), "a message that cannot be kept is a promise instead"
        await _everybody_is_told(house)
        ballast.unlink()
        await _all_is_well_again(house, side)


async def _everybody_is_told(house: House) -> None:
    health = await _asked(house, "/health")
    assert "The disk is full" in health["parts"]["disk"]["says"], health
    for part in ("calls", "asterisk", "ledger", "dispatch"):
        assert health["parts"][part]["state"] == "ok", health
    said = (house.home / "run.out").read_text()
    assert "is full: calls go on, recordings are cut" in said, said
    doctor = await asyncio.to_thread(_doctor, house)
    assert "is full" in doctor, doctor


async def _all_is_well_again(house: House, side: TrunkSide) -> None:
    rows = [
        await house.call_of(ref) for ref in ("begun-before", "put-through", "asked-for-a-message")
    ]
    assert [(row["disposition"], row["hung_up_by"]) for row in rows[:2]] == [
        ("agent", "caller")
    ] * 2
    assert rows[2]["hung_up_by"] == "system"
    promised = await house.rows("SELECT * FROM callbacks WHERE call_id = :id", id=rows[2]["id"])
    assert len(promised) == 1, "called back, for want of room for the message"
    for row in rows:
        assert await until(partial(_gaps, house, row), within=30, what="a gap is told")
    call = await rings_in(side, "after")
    await until(lambda: call.audio.loud > 50, within=8, what="words")
    await call.hangs_up()
    after = await house.call_of("after")
    assert (await house.recording_of(after))["path"]
    assert not await _gaps(house, after)
    await _nothing_is_torn_or_doubled(house)
    health = await _asked(house, "/health")
    assert "MiB are left" in health["parts"]["disk"]["says"], "so small a disk is never roomy"
    assert health["parts"]["database"]["state"] == "ok"


async def _nothing_is_torn_or_doubled(house: House) -> None:
    assert not await house.rows("SELECT * FROM journal_rejects")
    twice = await house.rows(
        'SELECT file, "offset" FROM call_events GROUP BY file, "offset" HAVING count(*) > 1'
    )
    assert not twice
    told = await house.rows("SELECT name FROM call_events WHERE name LIKE 'disk_%' ORDER BY id")
    names = [one["name"] for one in told]
    assert "disk_full" in names, names
    assert names[-1] == "disk_low", "there is room again, and little"


async def _gaps(house: House, call: Row) -> list[Row]:
    return await house.rows("SELECT * FROM recording_gaps WHERE call_id = :id", id=call["id"])


async def _asked(house: House, path: str) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=house.desk, timeout=10) as client:
        return dict(json.loads((await client.get(path)).text))


def _doctor(house: House) -> str:
    try:
        return house.thirdring("doctor")
    except AssertionError as found:  # a full disk is a fault
        return str(found)
