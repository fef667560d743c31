"""A page that is opened between two changes is told what is so now; others are not told twice."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

from db.bounded import Database
from floor.floor import Floor
from floor.streams import Stream, Streams
from permissions.roles import Role
from web.change_feed import ChangeFeed, watch

ROLES = frozenset({Role.SWITCHBOARD})


class _Answers:
    """A database whose answer to every question is `alarms`."""

    alarms = 0

    async def ask(self, _question: object, *, within: float) -> int:
        assert within
        return self.alarms


def _events(stream: Stream) -> list[str]:
    return [one.data for one in stream.waiting._queue if one]  # type: ignore[attr-defined]


async def test_who_opens_a_page_after_a_change_was_told_is_told_it_too() -> None:
    async def snapshot(_connection: object, _now: object) -> int:
        return 0

    feed: ChangeFeed[int] = ChangeFeed(
        event="wake_ups", roles=ROLES, every=0.01, snapshot=snapshot, told=lambda n: {"alarms": n}
    )
    streams, answers = Streams(), _Answers()
    floor = cast("Floor", SimpleNamespace(streams=streams))
    watching = asyncio.create_task(watch(feed, cast("Database", cast("Any", answers)), floor))
    first = streams.open(account_id=1, role=Role.SWITCHBOARD, page="a")
    await asyncio.sleep(0.05)
    answers.alarms = 1
    await asyncio.sleep(0.05)
    second = streams.open(account_id=2, role=Role.SWITCHBOARD, page="b")
    await asyncio.sleep(0.05)
    watching.cancel()
    assert _events(first) == ['{"alarms":0}', '{"alarms":1}']
    assert _events(second) == ['{"alarms":1}']
