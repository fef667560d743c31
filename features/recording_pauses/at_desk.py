"""Pauses at the desk that has the floor: the second keeper, hints to leaders, a desk phone's key.

The key is *4, in a talk or dialled; the dialplan tells of it and waits for what came of it, which
the agent hears as one beep (paused), two (it goes on) or the sound of something that failed.
"""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Final

import structlog
from fastapi import FastAPI

from ami.actions import Outcome
from ami.events import Event, UserEvent
from db.bounded import Database, DatabaseTimeoutError
from features.recording_pauses import actions, queries
from features.recording_pauses.actions import Asked
from features.recording_pauses.keeper import SECOND_AFTER, WITHIN_S, Keeper
from features.recording_pauses.lifecycle import Pause, PauseWhy
from floor.conversations import seat_of
from floor.floor import Floor
from floor.people import Agent
from settings import Settings
from web.current_user import Principal
from web.problems import Refused

KEY: Final = "PauseKey"
"""Name of the dialplan's user event when a desk phone's key is pressed."""
PAUSED, RESUMED, REFUSED = "paused", "resumed", "refused"

_log = structlog.get_logger(__name__)


async def run(app: FastAPI) -> None:
    """Keep pauses until cancelled."""
    floor: Floor = app.state.floor
    database: Database = app.state.database
    settings: Settings = app.state.settings
    keeper = Keeper(
        database,
        partial(_mute, floor),
        node=settings.node,
        patience=SECOND_AFTER,
        acts=lambda: floor.leads and floor.connected,
        channel_of=floor.live_state.legs.customer_of,
        told=partial(_told, floor, database),
    )
    keys = Keys(floor, database, settings)
    stop = floor.subscribe(keys.heard)
    try:
        await keeper.run()
    finally:
        stop()
        keys.end()


async def _mute(floor: Floor, channel: str, muted: bool) -> Outcome:
    return await floor.control.mute_recording(channel, muted=muted)


async def _told(
    floor: Floor, database: Database, found: Sequence[Pause], ended: Sequence[Pause]
) -> None:
    """Tell pages what is paused, and leaders what was forgotten."""
    floor.paused.are({one.call_id: one.until for one in found})
    if not ended:
        return
    calls = {one.call_id for one in ended}
    now = await database.ask(lambda one: queries.of_calls(one, calls), within=WITHIN_S)
    forgotten = {each.id: each for every in now.values() for each in every if each.forgotten}
    for one in ended:
        if one.id in forgotten:
            floor.paused.hint(one.by, "forgotten", call=one.call_id)


class Keys:
    """The key of desk phones."""

    def __init__(self, floor: Floor, database: Database, settings: Settings) -> None:
        self._floor, self._database, self._settings = floor, database, settings
        self._under_way: set[asyncio.Task[None]] = set()

    def heard(self, event: Event) -> None:
        """Take an event of Asterisk's; one of a key begins what it asks for."""
        if isinstance(event, UserEvent) and event.name == KEY and self._floor.leads:
            task = asyncio.create_task(self._pressed(event))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    def end(self) -> None:
        """Let go of what is under way."""
        for task in self._under_way:
            task.cancel()

    async def _pressed(self, event: UserEvent) -> None:
        seat = seat_of(event.fields.get("Seat", ""))
        agent = self._floor.live_state.agents.get(seat)
        talk = self._floor.live_state.talks.get(seat)
        done = await self._done(agent, talk.call) if agent and talk else REFUSED
        await self._floor.control.answer_key(event.fields.get("Leg", ""), done)

    async def _done(self, agent: Agent, call: str) -> str:
        asking = self._database.for_request()
        asked = Asked(asking, self._floor, _principal(agent), call)
        try:
            if await asking.ask(lambda one: queries.open_of_call(one, call)):
                await actions.resume(asked)
                return RESUMED
            await actions.pause(asked, self._settings, PauseWhy.CARD)
        except (Refused, DatabaseTimeoutError) as error:
            _log.warning("pause key refused", call=call, seat=agent.seat, error=str(error)[:200])
            return REFUSED
        return PAUSED


def _principal(agent: Agent) -> Principal:
    """Return who asks by a telephone: the person who has signed in there."""
    return Principal(
        role=agent.role,
        address=f"phone {agent.seat}",
        name=agent.name,
        account_id=agent.account_id,
        number=agent.number,
        team=agent.team,
        colleagues=frozenset({agent.number}),
    )
