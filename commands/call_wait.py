"""Waits until the rows, the recording and the ticket of one call are there."""

import asyncio
import time

from sqlalchemy.ext.asyncio import AsyncConnection

from commands.queries import answer
from features.calls import by_beginning, queries
from features.calls.queries import CallFilter, CallStory
from permissions.scopes import EVERYTHING
from settings import Settings

LEDGER_WITHIN = 10.0
"""Seconds in which the ledger has everything of a call that has ended."""


def whole_story(settings: Settings, ref: str, *, answered: bool) -> CallStory | None:
    """Return all that is kept of the call with this X-Ref, once it is complete or 10 s later."""
    deadline = time.monotonic() + LEDGER_WITHIN
    story = answer(settings, lambda connection: _story(connection, ref))
    while not _is_whole(story, answered=answered) and time.monotonic() < deadline:
        asyncio.run(asyncio.sleep(0.3))
        story = answer(settings, lambda connection: _story(connection, ref))
    return story


async def _story(connection: AsyncConnection, ref: str) -> CallStory | None:
    found = await queries.calls(connection, CallFilter(ref=ref), reach=EVERYTHING, limit=1)
    return await by_beginning.call_like(connection, found.items[0].id) if found.items else None


def _is_whole(story: CallStory | None, *, answered: bool) -> bool:
    if story is None or story.call.ended is None:
        return False
    kinds = {recording.kind for recording in story.recordings if recording.path}
    if answered and "call" not in kinds:
        return False
    return story.call.message_at is None or bool(story.tickets)
