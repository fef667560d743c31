"""What callers of the hotline commonly do, step by step, as tests have them do it."""

import json
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from caller.leg import Leg
from caller.listen import RATE, Samples, segments
from tests.end_to_end.house import House, Row


async def answers_the_greeting(call: Leg, speech: Samples) -> None:
    """Hear the greeting begin, speak over it, and hear the menu begin."""
    await call.answered()
    await call.hears_words()
    await call.says(speech)
    await call.hears_words(within=8)


async def leaves_a_message(call: Leg, message: Samples) -> None:
    """Hear the invitation to its end, speak after the tone, and end with the pound key."""
    await call.hears_words(within=10)
    await call.hears_pause(1.2, within=25)
    await call.says(message)
    await call.presses("#")


async def said_to(house: House, call: Row) -> list[str]:
    """Return the prompts that the call's dialogue spoke, in order."""
    return [str(fact["name"]) for fact in await told(house, call, "prompt")]


async def told(house: House, call: Row, name: str) -> Sequence[dict[str, Any]]:
    """Return what the call's journal tells under a name, in order."""
    rows = await house.rows(
        "SELECT data FROM call_events WHERE about IN (:id, :linkedid) AND name = :name"
        " ORDER BY at, id",
        id=call["id"],
        linkedid=call["linkedid"],
        name=name,
    )
    return [parsed(row["data"]) for row in rows]


async def after_the_answer(house: House, call: Row, names: Collection[str]) -> list[float]:
    """Return when things of these names happened: seconds after the answer, by the journal."""
    rows = await house.rows(
        "SELECT name, at FROM call_events WHERE about IN (:id, :linkedid) ORDER BY at, id",
        id=call["id"],
        linkedid=call["linkedid"],
    )
    answered = _epoch(call["answered"])
    return [_epoch(row["at"]) - answered for row in rows if row["name"] in names]


def longest_dead_air(call: Leg, *, since: float = 0.0) -> float:
    """Return the longest time without a sound in a call, in seconds.

    Between the answer, or a later moment `since` of the caller's clock, and the end of the call.
    """
    begin = max(0, int((since - (call.moment("answered") or 0.0)) * RATE))
    heard = call.heard()[begin:]
    sounds = segments(heard, gap=0.3)
    edges = [0.0, *(edge for one in sounds for edge in (one.start, one.end)), len(heard) / RATE]
    return max(end - start for start, end in zip(edges[::2], edges[1::2], strict=True))


def seconds_between(one: Any, other: Any) -> float:
    """Return the seconds from one time of the database to another."""
    return _epoch(other) - _epoch(one)


def _epoch(at: Any) -> float:
    """Return a time of the database (text without a zone in SQLite) as seconds since 1970."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return float((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def parsed(data: Any) -> dict[str, Any]:
    """Return an object of JSON, which SQLite gives as text."""
    return dict(of_json(data))


def of_json(data: Any) -> Any:
    """Return what a column of JSON has, which SQLite gives as text."""
    return json.loads(data) if isinstance(data, str) else data
