"""The watchdog of a call: pushed on while the dialogue lives, never after it has ended (ANS-3)."""

import asyncio
from dataclasses import dataclass, field
from typing import cast

import pytest

from agi.session import Session
from callservice import watchdog
from callservice.watchdog import PUSHED_TO, held
from tests.waiting import until


@dataclass
class Pushes:
    """An AMI link that takes a while to push, and one that is not there."""

    connected: bool = True
    begun: int = 0
    done: int = 0
    release: asyncio.Event = field(default_factory=asyncio.Event)

    async def absolute_timeout(self, channel: str, seconds: int) -> bool:
        assert (channel, seconds) == ("PJSIP/trunk-1", PUSHED_TO)
        self.begun += 1
        await self.release.wait()
        self.done += 1
        return True


@dataclass
class Visit:
    """The part of a session that the watchdog uses."""

    environment: dict[str, str] = field(default_factory=lambda: {"agi_channel": "PJSIP/trunk-1"})
    variables: dict[str, str] = field(default_factory=dict)

    async def set_variable(self, name: str, value: str) -> None:
        self.variables[name] = value


async def test_a_push_under_way_is_over_before_the_verdict_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watchdog, "PUSH_EVERY", 0.02)
    switch = Pushes()

    async def answer_when_the_dialogue_is_over(over: asyncio.Event) -> None:
        await over.wait()
        switch.release.set()

    over = asyncio.Event()
    answering = asyncio.create_task(answer_when_the_dialogue_is_over(over))
    async with held(cast("Session", Visit()), switch):
        await until(lambda: switch.begun, within=5)
        over.set()
    assert switch.done == switch.begun == 1
    await answering


async def test_without_a_link_the_dialogue_gets_one_long_limit() -> None:
    visit = Visit()
    async with held(cast("Session", visit), Pushes(connected=False)):
        assert float(visit.variables["TIMEOUT(absolute)"]) > 60


async def test_a_service_that_was_frozen_leaves_the_call_to_who_has_it_now(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watchdog, "PUSH_EVERY", 0.01)
    monkeypatch.setattr(watchdog, "STALE_AFTER", 0.0)
    switch = Pushes()
    async with held(cast("Session", Visit()), switch):
        await asyncio.sleep(0.05)
    assert switch.begun == 0
