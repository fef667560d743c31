"""One press is one key, in whatever way it comes: menu, queue, wake-up, notice, survey."""

import asyncio
import itertools
import json
import uuid
import wave
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Final

import pytest

from dispatch.asterisk_dialler import Lines
from dispatch.attempts import Attempt
from tests.end_to_end.house import House
from tests.end_to_end.peer import RINGS, Dialog, Peer
from tests.end_to_end.people import of_json, said_to
from tests.end_to_end.stage import dispatchers_link
from tests.end_to_end.trunk.presses import WAYS, Press
from tests.end_to_end.trunk.stage import TRUNK, far_side, is_in, rings_in, story
from tests.end_to_end.trunk_offer import Offer
from tests.end_to_end.trunk_side import TrunkCall, TrunkSide
from tests.waiting import until
from trunks import reading as trunks

pytestmark = pytest.mark.real
ORDINARY = True
HOTLINE = TRUNK
OFFERED_AFTER: Final = 7.0
"""Seconds in the queue after which a call back has been offered."""
ASKED: Final = (
    ("campaign-person", {"CAMPAIGN": "7"}, "51"),
    ("wake-guest", {"WAKE_DUE": "1800000000"}, "2"),
    ("notify-household", {"NOTIFY_MESSAGE": "1_1"}, "1"),
)
"""Where we ring somebody, what about, and which keys answer."""
DOUBLED: Final = ("event", "INFO dtmf-relay", "event and INFO", "tones", "tones and INFO")
"""The ways that each other place is tried with."""


async def test_a_key_in_the_menu_counts_once_in_every_way(house: House) -> None:
    """The second key of one press would be SIL-2: a number that is still being dialled."""
    async with far_side(house) as side, asyncio.TaskGroup() as callers:
        for way, (press, offer) in WAYS.items():
            callers.create_task(_chooses(house, side, way, press, offer))


async def _chooses(house: House, side: TrunkSide, way: str, press: Press, offer: Offer) -> None:
    ref = f"menu-{_short(way)}"
    call = await rings_in(side, ref, offer=offer)
    await press(call, "2")
    await asyncio.sleep(3.0)  # a second key would be seen by then
    await call.hangs_up()
    row = await house.call_of(ref)
    told = [name for name, _ in await story(house, row)]
    assert (row["topic"], row["sil_outcome"]) == ("suggestion", "alive"), way
    assert "still_dialling" not in told, f"{way}: {told}"
    assert (await said_to(house, row))[-1] not in {"menu_invalid", "sil2"}, way


async def test_two_presses_of_one_key_are_two_keys(house: House) -> None:
    """00 of 07:00: no press is taken for the other's double."""
    async with far_side(house) as side, asyncio.TaskGroup() as callers:
        for way in ("event", "INFO dtmf-relay", "event and INFO"):
            callers.create_task(_dials_on(house, side, way, *WAYS[way]))


async def _dials_on(house: House, side: TrunkSide, way: str, press: Press, offer: Offer) -> None:
    ref = f"twice-{_short(way)}"
    call = await rings_in(side, ref, offer=offer)
    await press(call, "5")
    await press(call, "5")
    await asyncio.sleep(3.5)
    await call.hangs_up()
    told = [name for name, _ in await story(house, await house.call_of(ref))]
    assert "still_dialling" in told, f"{way}: {told}"


async def test_a_key_in_the_queue_and_a_caller_without_a_number(house: House) -> None:
    """Key 1 is a promise to be called back; who has no number is offered none (issue 12, 6)."""
    sip = house.settings.sip_port
    async with (
        far_side(house) as side,
        Peer(sip, number="8001", password=house.password("8001")) as phone,
    ):
        phone.reply = lambda _: RINGS
        assert await phone.register() == 200
        ready = await phone.dials("*1")  # who missed a call of another test is paused
        assert isinstance(ready, Dialog)
        async with asyncio.timeout(10):
            await ready.over.wait()
        async with asyncio.TaskGroup() as callers:
            for way in DOUBLED:
                callers.create_task(_does_not_wait(house, side, way, *WAYS[way]))
            callers.create_task(_has_no_number(house, side))
        assert await phone.register(expires=0) == 200


async def _does_not_wait(
    house: House, side: TrunkSide, way: str, press: Press, offer: Offer
) -> None:
    ref = f"queue-{_short(way)}"
    call = await rings_in(side, ref, offer=offer)
    await press(call, "1")
    await is_in(house, ref, "queued")
    await asyncio.sleep(OFFERED_AFTER)
    await press(call, "1")
    assert await call.ends(within=15), way
    row = await house.call_of(ref)
    assert (row["disposition"], row["hung_up_by"]) == ("promised", "system"), way
    promised = await house.rows("SELECT * FROM callbacks WHERE call_id = :id", id=row["id"])
    assert len(promised) == 1, way


async def _has_no_number(house: House, side: TrunkSide) -> None:
    call = await rings_in(side, "nobody", headers=["Privacy: id"])
    await call.audio.presses("1", 101)
    await is_in(house, "nobody", "queued")
    await asyncio.sleep(OFFERED_AFTER)
    await call.audio.presses("1", 101)
    await is_in(house, "nobody", "message")
    await call.hangs_up()
    row = await house.call_of("nobody")
    assert row["disposition"] == "message", "the caller waited on, and was asked for a message"
    assert not await house.rows("SELECT * FROM callbacks WHERE call_id = :id", id=row["id"])
    assert (house.settings.paths.sounds / "zh_numberless" / "callback_offer.wav").exists()


async def test_keys_of_people_whom_we_call_count_once(house: House) -> None:
    """Awake, heard, and the answers of a survey: the double of one would answer the next."""
    _write_what_is_said(house)
    async with far_side(house) as side, dispatchers_link(house) as link:
        lines = Lines(link, phones=frozenset(), trunks=trunks.in_force(house.settings).out)
        async with asyncio.TaskGroup() as people:
            for place, (way, asked) in enumerate(itertools.product(DOUBLED, ASKED)):
                number = f"139000000{place:02d}"
                side.answers[number] = WAYS[way][1]
                people.create_task(_is_asked(house, side, lines, number, WAYS[way][0], *asked))


async def _is_asked(
    house: House,
    side: TrunkSide,
    lines: Lines,
    number: str,
    press: Press,
    context: str,
    told: Mapping[str, str],
    keys: str,
) -> None:
    attempt = _attempt(number)
    assert await lines.ring(attempt, context=context, told=told, ring_for=20)
    await _answers(house, await side.rings(number), attempt.id, press, keys)


async def _answers(house: House, call: TrunkCall, attempt: str, press: Press, keys: str) -> None:
    for place, key in enumerate(keys):
        asks = partial(_asks, house, attempt, place)
        await until(asks, within=30, what="the question", every=0.2)
        await press(call, key)
    await asyncio.sleep(1.5)
    await call.hangs_up()

    async def over() -> bool:
        rows = await house.rows(
            "SELECT 1 FROM calls WHERE id = :id AND state = 'ended'", id=attempt
        )
        return bool(rows)

    await until(over, within=15, what="its row has ended", every=0.2)
    rows = await house.rows(
        "SELECT name, data FROM call_events WHERE about = :id AND source = 'dialogue'"
        " ORDER BY at, id",
        id=attempt,
    )
    found = [(row["name"], of_json(row["data"]).get("key")) for row in rows]
    proofs = [one for one in found if one[0] in {"keyed", "snoozed", "awake", "acknowledged"}]
    wanted = {"51": [("keyed", "5"), ("keyed", "1")], "2": [("snoozed", None)]}
    assert proofs == wanted.get(keys, [("acknowledged", None)]), found


async def _asks(house: House, attempt: str, place: int) -> bool:
    """Tell whether the question has begun: its prompt is in the journal."""
    questions = {"wake_press": 0, "notify_press": 0, "survey_satisfaction": 0, "survey_solved": 1}
    rows = await house.rows(
        "SELECT data FROM call_events WHERE about = :id AND name = 'prompt'", id=attempt
    )
    said = {questions.get(of_json(row["data"])["name"], -1) for row in rows}
    return place in said


def _write_what_is_said(house: House) -> None:
    """Leave a campaign of two questions, and a notice of half a second."""
    paths = house.settings.paths
    paths.campaigns.mkdir(parents=True, exist_ok=True)
    questions = [
        {"name": "satisfaction", "prompt": "survey_satisfaction", "keys": "12345"},
        {"name": "solved", "prompt": "survey_solved", "keys": "12"},
    ]
    script: Mapping[str, object] = {"kind": "survey", "questions": questions}
    (paths.campaigns / "7.json").write_text(json.dumps(script))
    with wave.open(str(paths.spoken / "1_1.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(8000))


def _attempt(number: str) -> Attempt:
    key = str(uuid.uuid4())
    return Attempt(
        id=key,
        purpose="wake",
        subject_id=1,
        seq=1,
        who="guest",
        number=number,
        dialled=number,
        channel=f"keys-{uuid.UUID(key).hex}",
        planned_at=datetime.now(UTC),
    )


def _short(way: str) -> str:
    return "".join(one for one in way if one.isalnum())
