"""A database that stalls or refuses costs a caller a second once, and then nothing for a while."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from callflow.rules.routing import EVERYBODY, CallerFacts, Queue
from callservice import routing as router
from callservice.routing import BREAKER, WITHIN, Router, variables
from tests.numbers import CHINA


class Database:
    """Answers, refuses or stalls, as it is told; counts who asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.does = "answer"

    async def known(self, _engine: object, _number: str, _node: str) -> CallerFacts:
        self.asked += 1
        if self.does == "stall":
            await asyncio.sleep(3600)
        if self.does == "refuse":
            raise ConnectionRefusedError
        return CallerFacts("large")


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Database:
    found = Database()
    monkeypatch.setattr(router, "_known", found.known)
    return found


def _guide(clock: list[float]) -> Router:
    engine = cast("AsyncEngine", cast("Any", None))
    return Router(
        engine, CHINA, now=lambda: datetime(2026, 11, 22, tzinfo=UTC), clock=lambda: clock[0]
    )


async def test_an_answer_in_time_is_the_way(database: Database) -> None:
    assert (await _guide([0.0]).route("13800138000")).queue is Queue.SENIOR


@pytest.mark.parametrize("does", ["stall", "refuse"])
async def test_without_an_answer_everybody_is_offered_and_nobody_asks_for_a_while(
    database: Database, does: str
) -> None:
    clock = [0.0]
    found = _guide(clock)
    database.does = does
    begun = time.monotonic()
    assert await found.route("13800138000") == EVERYBODY
    assert time.monotonic() - begun < WITHIN + 0.5
    assert await found.route("13800138000") == EVERYBODY
    assert database.asked == 1
    clock[0] = BREAKER[0] + 0.1
    assert await found.route("13800138000") == EVERYBODY, "it still does not answer"
    database.does = "answer"
    clock[0] += 2 * BREAKER[0] - 0.1
    assert await found.route("13800138000") == EVERYBODY, "nobody asks for twice as long"
    clock[0] += 0.2
    assert (await found.route("13800138000")).queue is Queue.SENIOR
    assert database.asked == 3


async def test_nobody_is_asked_about_a_caller_without_a_number(database: Database) -> None:
    assert await _guide([0.0]).route("") == EVERYBODY
    assert database.asked == 0


def test_the_dialplan_is_told_everything_but_that_it_is_done() -> None:
    assert variables(EVERYBODY) == {
        "ROUTE_QUEUE": "hotline",
        "ROUTE_PRIORITY": "0",
        "ROUTE_SEAT": "",
        "ROUTE_REASONS": "",
    }
