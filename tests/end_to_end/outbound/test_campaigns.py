"""A campaign calls real phones: one answers by keys, one is busy first, one is a voicemail
(CBK-3).
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from caller import audio
from caller.listen import RATE, Samples, segments
from caller.phone import BUSY, AgentPhone, Answering, Phone
from callflow.rules.questions import Result
from db.engine import engine
from features.campaigns import contacts as campaign_contacts
from features.campaigns import queries as campaigns
from features.campaigns.contact import ContactState
from features.campaigns.contacts import ContactFilter, ContactView, Person
from features.campaigns.lifecycle import CampaignState
from tests.end_to_end.house import House
from tests.end_to_end.kinds import RINGS_PEOPLE
from tests.integration.campaign_room import campaign
from tests.numbers import known_as
from tests.waiting import until

pytestmark = pytest.mark.real
HOTLINE = RINGS_PEOPLE
AT_ONCE = Answering(after=0.5)


@asynccontextmanager
async def runs(
    house: House, numbers: list[str], *, extra: Mapping[str, str] | None = None, **other: Any
) -> AsyncIterator[int]:
    """Have a campaign call these numbers while the block runs; yield its id."""
    made = engine(house.settings.database)
    now = datetime.now(UTC)
    who = [
        Person(position=place, number=one, identity=known_as(one) or one, extra=extra or {})
        for place, one in enumerate(numbers, 1)
    ]
    writing = made.execution_options(writing=True)
    async with writing.begin() as connection:
        key = await campaigns.make(connection, campaign(**other), who, made_by=None, now=now)
        assert await campaigns.change(connection, key, CampaignState.RUNNING, now=now)
    yield key
    async with writing.begin() as connection:
        await campaigns.change(connection, key, CampaignState.STOPPED, now=datetime.now(UTC))
    await made.dispose()


async def _people(house: House, key: int) -> dict[str, ContactView]:
    made = engine(house.settings.database)
    async with made.connect() as connection:
        rows = await campaign_contacts.listed(connection, ContactFilter(campaign_id=key))
    await made.dispose()
    return {one.person.number: one for one in rows}


async def has(house: House, key: int, number: str, result: Result, *, within: float) -> ContactView:
    """Wait until a contact has a result, and no call to it is under way."""

    async def so() -> bool:
        contact = (await _people(house, key))[number].contact
        return contact.result is result and contact.state is not ContactState.CALLING

    await until(so, within=within, what=f"{number} is {result}", every=0.2)
    return (await _people(house, key))[number]


def _begun(house: House) -> Counter[str]:
    """Return how often each prompt was begun, by the dialogue journals."""
    lines = [
        json.loads(line)
        for path in house.settings.paths.journal.glob("dialogue-*.jsonl")
        for line in path.read_text().splitlines()
    ]
    return Counter(one["name"] for one in lines if one["what"] == "prompt")


async def _answers_everything(house: House, phone: AgentPhone, hello: Samples) -> None:
    """Say hello, press a wrong key first, then answer, hear the thanks out and hang up."""
    leg = await phone.rings(within=40)
    before = _begun(house)
    await leg.answered(within=10)
    await leg.says(hello)
    await leg.hears_words(within=3)

    async def hears(prompt: str, times: int = 1) -> None:
        def said() -> bool:
            return _begun(house)[prompt] - before[prompt] >= times

        await until(said, within=20, what=f"{prompt} is said {times} times", every=0.05)
        await leg.waits(0.5)

    await hears("survey_satisfaction")
    await leg.presses("9")
    await hears("survey_satisfaction", 2)
    await leg.presses("5")
    await hears("survey_solved")
    await leg.presses("1")
    await hears("survey_thanks")
    await leg.hears_pause(0.6, within=10)
    assert not leg.is_over, "we hung up before the person"  # SIL-6
    await leg.hangs_up()


def _greeting(speech: Samples) -> Samples:
    """Return a voicemail's greeting: a voice that does not wait, and a beep."""
    spoken = [
        speech[int(one.start * RATE) : int(one.end * RATE)] for one in segments(speech, gap=0.3)
    ]
    beep = 6000 * np.sin(2 * np.pi * 1000 * np.arange(int(0.4 * RATE)) / RATE)
    parts = [audio.joined(spoken)[: 8 * RATE], audio.silence(0.5), beep.astype(np.int16)]
    return audio.joined([*parts, audio.silence(10.0)])


@pytest.mark.timeout(240)
async def test_a_survey_is_answered_by_keys_tried_again_when_busy_and_left_to_no_voicemail(
    house: House, phone: Phone, words: Callable[[float], Samples]
) -> None:
    person, busy, voicemail = [
        await phone.register(room, house.password(room), answering)
        for room, answering in (
            ("8001", AT_ONCE),
            ("8002", BUSY),
            ("8003", Answering(after=0.3, says=_greeting(words(20.0)))),
        )
    ]
    spacing = {Result.BUSY: 30.0, Result.VOICEMAIL: 3600.0}
    async with runs(house, ["8001", "8002", "8003"], spacing=spacing, lines=3) as key:
        async with asyncio.TaskGroup() as doing:
            doing.create_task(_answers_everything(house, person, words(0.8)))
            machine = doing.create_task(voicemail.rings(within=40))
            was_busy = await has(house, key, "8002", Result.BUSY, within=40)
        busy.answering = AT_ONCE
        left = await has(house, key, "8003", Result.VOICEMAIL, within=20)
        await machine.result().ended(within=10)
        await _answers_everything(house, busy, words(0.8))
        answered = await has(house, key, "8001", Result.COMPLETED, within=15)
        again = await has(house, key, "8002", Result.COMPLETED, within=15)
    assert dict(answered.contact.answers) == {"satisfaction": "5", "solved": "1"}
    assert (answered.contact.state, answered.contact.tries) == (ContactState.DONE, 1)
    assert dict(again.contact.answers) == {"satisfaction": "5", "solved": "1"}
    assert again.contact.tries == was_busy.contact.tries + 1
    assert not machine.result().words(), "something was said to a voicemail"
    assert (left.contact.state, left.contact.tries) == (ContactState.WAITING, 1)

    async def as_it_was() -> bool:
        attempts = await house.rows(
            "SELECT subject_id, result FROM attempts WHERE purpose = 'campaign' ORDER BY rung_at"
        )
        rung = [str(row["result"]) for row in attempts if row["subject_id"] == again.id]
        return rung == ["busy"] * was_busy.contact.tries + ["answered"]

    # All is answered before the person hangs up; only then is the attempt over.
    await until(as_it_was, within=10, what="each ring has its end")
    assert await house.rows("SELECT id FROM calls WHERE direction = 'out' AND answered IS NOT NULL")


@pytest.mark.timeout(120)
async def test_without_our_service_a_word_of_apology_is_said_and_the_call_made_again(
    house: House, phone: Phone
) -> None:
    await phone.register("8001", house.password("8001"), Answering(after=2.0))
    gone = house.settings.paths.campaigns
    async with runs(house, ["8001"], lines=1, spacing={Result.FAILED: 3600.0}) as key:
        await until((gone / f"{key}.json").exists, within=10, every=0.01)
        (gone / f"{key}.json").unlink()
        found = await has(house, key, "8001", Result.FAILED, within=30)
        assert found.contact.tries == 1

        async def waits() -> bool:
            return (await _people(house, key))["8001"].contact.state is ContactState.WAITING

        await until(waits, within=20, what="it is to be called again", every=0.2)
