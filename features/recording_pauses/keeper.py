"""Keeper of pauses: has recordings go on when a pause's time is over, whoever died meanwhile.

It reads the rows, so it knows of a pause whatever was killed since; and it remembers what it read,
so a recording goes on in time while the database is away. Two of them run at each node: in the call
service, and a little later in the desk that has the floor, should that be away (ADR 41).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from ami.actions import Outcome
from db.bounded import Database, DatabaseTimeoutError
from features.recording_pauses import queries
from features.recording_pauses.lifecycle import Pause, PauseEnd

LOOK_EVERY_S: Final = 1.0
WITHIN_S: Final = 1.0
"""Seconds for one question to the database."""
AGAIN_AFTER_S: Final = 5.0
"""A database that did not answer is asked again after this."""
UNMUTED_FOR: Final = timedelta(seconds=1)
"""Whoever asked for a pause is given so long to mute; then it is muted here."""
SECOND_AFTER: Final = timedelta(seconds=2)
"""The second keeper's patience with the first one."""

Mute = Callable[[str, bool], Awaitable[Outcome]]
"""Mutes the recording of a leg, or has it go on."""

_log = structlog.get_logger(__name__)


class Keeper:
    """What keeps the pauses of one node."""

    def __init__(
        self,
        database: Database,
        mute: Mute,
        *,
        node: str,
        patience: timedelta = timedelta(0),
        acts: Callable[[], bool] = lambda: True,
        channel_of: Callable[[str], str] = lambda _: "",
        told: Callable[[Sequence[Pause], Sequence[Pause]], Awaitable[None]] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`channel_of` names the recorded leg of a call as it is now, empty where nobody knows.

        `told` is given the pauses that go on and those that have ended since.
        """
        self._database, self._mute, self._node = database, mute, node
        self._patience, self._acts, self._channel_of = patience, acts, channel_of
        self._told, self._now = told, now
        self._open: dict[int, Pause] = {}
        self._unwritten: dict[int, tuple[PauseEnd, datetime]] = {}
        """What has ended here and is not in the database yet."""
        self._ask_at = 0.0

    async def run(self) -> None:
        """Keep until cancelled."""
        while True:
            try:
                if self._acts():
                    await self.turn()
            except Exception:  # noqa: BLE001 - the edge of one turn: the next one comes soon
                _log.exception("pauses not kept")
            await asyncio.sleep(self._rest())

    async def turn(self) -> None:
        """Do what is due now."""
        await self._read()
        now = self._now()
        for pause in list(self._open.values()):
            if pause.id in self._unwritten:
                continue
            if now >= pause.until + self._patience:
                await self._goes_on(pause)
            elif self._is_unmuted(pause, now):
                await self._muted(pause)
        await self._write()

    def _rest(self) -> float:
        """Return the seconds until something is due, a second at most."""
        due = [one.until + self._patience for one in self._open.values()]
        left = min((each - self._now()).total_seconds() for each in due) if due else LOOK_EVERY_S
        return min(max(left, 0.05), LOOK_EVERY_S)

    async def _read(self) -> None:
        if asyncio.get_running_loop().time() < self._ask_at:
            return
        try:
            found, over = await self._database.ask(self._asked, within=WITHIN_S)
        except DatabaseTimeoutError:
            self._ask_at = asyncio.get_running_loop().time() + AGAIN_AFTER_S
            return
        ended = [one for key, one in self._open.items() if key not in {each.id for each in found}]
        self._open = {one.id: one for one in found}
        for key, at in over.items():
            self._unwritten.setdefault(key, (PauseEnd.CALL, at))
        if self._told:
            await self._told(found, ended)

    async def _asked(
        self, connection: AsyncConnection
    ) -> tuple[Sequence[Pause], Mapping[int, datetime]]:
        found = await queries.open_ones(connection, self._node)
        return found, await queries.over(connection, self._node) if found else {}

    def _is_unmuted(self, pause: Pause, now: datetime) -> bool:
        """Tell whether nothing is muted though it should be: it was not, or it is another leg."""
        if pause.muted_at is None:
            return now - pause.from_at > UNMUTED_FOR
        return self._channel_of(pause.call_id) not in {"", pause.channel}

    async def _muted(self, pause: Pause) -> None:
        channel = self._channel_of(pause.call_id) or pause.channel
        if await self._mute(channel, True) is not Outcome.DONE:
            return
        at = self._now()
        self._open[pause.id] = replace(pause, channel=channel, muted_at=pause.muted_at or at)
        try:
            goes_on = await self._database.write(
                lambda one: queries.muted(one, pause.id, channel, at), within=WITHIN_S
            )
        except DatabaseTimeoutError:
            return
        if not goes_on:  # somebody went on in the same moment
            await self._mute(channel, False)

    async def _goes_on(self, pause: Pause) -> None:
        outcome = await self._mute(pause.channel, False)
        if outcome is Outcome.UNKNOWN:
            return
        # A leg that is not there any more: the call has ended, which the ledger will say.
        how = PauseEnd.TIME if outcome is Outcome.DONE else PauseEnd.CALL
        self._unwritten[pause.id] = (how, min(self._now(), pause.until + self._patience))
        _log.warning("recording goes on by itself", call=pause.call_id, by=pause.by, how=how.value)

    async def _write(self) -> None:
        for key, (how, at) in list(self._unwritten.items()):
            try:
                await self._database.write(self._ended(key, how, at), within=WITHIN_S)
            except DatabaseTimeoutError:
                return
            del self._unwritten[key]

    @staticmethod
    def _ended(
        key: int, how: PauseEnd, at: datetime
    ) -> Callable[[AsyncConnection], Awaitable[bool]]:
        return lambda one: queries.end(one, key, how=how, at=at)
