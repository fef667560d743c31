"""What trunks really send is answered, heard, recorded and booked right; what is refused is seen.

Of each call of the table (`cases.py`): what the switch answers, that a voice is heard, the row, the
journal, the recording; of a refused one the log line, the metric, the journal, and what the doctor
says.
"""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from callservice.refusals import Refusal, kept
from tests.end_to_end.house import House
from tests.end_to_end.people import said_to
from tests.end_to_end.trunk.cases import Case, called, callers, offers
from tests.end_to_end.trunk.stage import TRUNK, far_side, of_the_house, story
from tests.end_to_end.trunk_side import Invite, TrunkSide
from tests.waiting import until

pytestmark = pytest.mark.real
ORDINARY = True
HOTLINE = TRUNK
AT_ONCE = 14
STRANGER = "127.0.0.77"
HEARD = 15
"""Packets with a sound in them: 0.3 s of words."""
OFFERS = "offers"


def _cases(which: str, port: int) -> list[Case]:
    return {OFFERS: offers(), "called": called(port), "callers": callers()}[which]


@pytest.mark.parametrize("which", [OFFERS, "called", "callers"])
async def test_a_call_is_answered_and_booked_right_or_refused_for_a_reason(
    house: House, which: str
) -> None:
    turn = asyncio.Semaphore(AT_ONCE)
    cases = _cases(which, house.settings.sip_port)
    async with far_side(house) as side, asyncio.TaskGroup() as callers_at_once:
        for case in cases:
            callers_at_once.create_task(_calls(house, side, case, turn))
    await _refusals_are_seen(house, [case for case in cases if case.status != 200])


async def test_options_are_answered_for_any_user_of_the_trunk_and_for_no_stranger(
    house: House,
) -> None:
    """A trunk that is not answered takes us for dead."""
    at = f"127.0.0.1:{house.settings.sip_port}"
    uris = [f"sip:{user}{at}" for user in ("10050@", "", "ping@", "99999@", "8001@", "a.b-c+d@")]
    async with far_side(house) as side, TrunkSide(house.settings.sip_port, host=STRANGER) as other:
        said = {uri: await side.options(uri) for uri in uris}
        assert set(said.values()) == {200}, said
        said = {uri: await other.options(uri) for uri in uris}
        assert set(said.values()) <= {401, 403}, said


async def _calls(house: House, side: TrunkSide, case: Case, turn: asyncio.Semaphore) -> None:
    ref = _ref(case.name)
    async with turn:
        call = await side.call(Invite(ref=ref, **case.invite))
        assert call.status == case.status, f"{case.name}: {call.status}, not {case.status}"
        if case.status != 200:
            return
        await until(
            lambda: call.audio.loud >= HEARD, within=8, what=f"{case.name}: a voice is heard"
        )
        await call.hangs_up()
    row = await house.call_of(ref)
    found = {name: row[name] for name in case.row}
    assert found == dict(case.row), f"{case.name}: {found}"
    assert row["hung_up_by"] == "caller", case.name
    assert (await said_to(house, row))[:1], case.name
    assert [name for name, _ in await story(house, row)][:2] == ["TR_CALL", "ANSWER"], case.name
    assert (await house.recording_of(row))["path"], case.name


def _ref(name: str) -> str:
    return name.encode().hex()[:60]


async def _refusals_are_seen(house: House, cases: list[Case]) -> None:
    if not cases:
        return

    def seen() -> list[Refusal]:
        found = kept(house.settings.paths.refusals)
        return found if all(_of(case, found) for case in cases) else []

    found = await until(seen, within=8, what="every refusal is kept", every=0.3)
    lines = (house.settings.paths.log / "calls.log").read_text().splitlines()
    log = [json.loads(one) for one in lines]
    logged = {(one["status"], one["told"]) for one in log if "was refused" in one["event"]}
    events = await until(lambda: of_the_house(house, "refused"), within=8, every=0.3)
    doctor = await asyncio.to_thread(_doctor, house)
    figures = (house.settings.paths.run / "calls.prom").read_text()
    for case in cases:
        one = _of(case, found)
        assert one is not None
        assert (one.status, one.told) in logged, case.name
        assert [it for it in events if str(it["status"]) == str(one.status)], case.name
        assert f"Refused with {case.status}" in doctor, case.name
        assert not case.told or case.told in doctor, case.name
        labels = f'{{source="trunk",status="{case.status}",why="{case.why}"}}'
        assert f"thirdring_sip_calls_refused_total{labels}" in figures, case.name
    refs = {_ref(case.name) for case in cases}
    rows = await house.rows("SELECT ref FROM calls")
    assert not refs & {row["ref"] for row in rows}, "a refused call is no call"


def _of(case: Case, refusals: list[Refusal]) -> Refusal | None:
    return next(
        (
            one
            for one in refusals
            if (one.status, one.why) == (case.status, case.why)
            and (not case.told or one.told == case.told)
        ),
        None,
    )


def _doctor(house: House) -> str:
    """Return what the doctor finds; here the desk is away, which is a fault."""
    words = [str(Path(sys.executable).parent / "thirdring"), "doctor"]
    done = subprocess.run(
        words, env=dict(house.environment), capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout
