"""Wake-ups that a guest registers on the room's telephone (WAK-1), kept in the database.

The caller hears “it is set” only when it is committed. A database that stalls or refuses is not
waited for: RegisterClosed, and a person helps. A write that was given up may still be made; that
is harmless, for the same wish twice is one line of the register.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from callflow.call import Language
from callflow.dialogues.wake_menu import RegisterClosed, RegisteredWakeUp, RoomLine
from features.rooms import queries as rooms
from features.wake_ups import guests as wake_guests
from features.wake_ups.register import InThePastError, KnownError
from features.wake_ups.rules import House, WrongRegistrationError, registration

Answer = TypeVar("Answer")

ASK_WITHIN: Final = 1.0
"""Seconds of silence before the first word, at most."""
WRITE_WITHIN: Final = 2.5
QUEUE: Final = "hotline"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class GuestWakeUps:
    """Every room's telephone, as the call service knows it."""

    engine: AsyncEngine
    zone: ZoneInfo
    language: Language
    now: Callable[[], datetime]
    _left_behind: set["asyncio.Future[Any]"]

    @classmethod
    def over(
        cls, engine: AsyncEngine, *, zone: ZoneInfo, language: Language, now: Callable[[], datetime]
    ) -> "GuestWakeUps":
        return cls(engine, zone, language, now, set())

    def of(self, line: str, call: str, *, is_behind_a_pbx: bool = False) -> RoomLine:
        """Return the telephone of a line (its number; empty: of no room) in a call.

        Of one behind a PBX the number was sent: it is a room's only by the table of rooms.
        """
        register = LineRegister(self, line, call, is_behind_a_pbx)
        return RoomLine(register, self.language, QUEUE, self.now)

    async def within(self, seconds: float, asked: Awaitable[Answer]) -> Answer:
        """Return what the database answers in time. Raises RegisterClosed."""
        # Not cancelled when it is late: one driver, cancelled in a wait for a lock, hangs for ever.
        task = asyncio.ensure_future(asked)
        self._left_behind.add(task)
        task.add_done_callback(self._ended)
        done, _ = await asyncio.wait({task}, timeout=seconds)
        if not done:
            _log.warning("the register does not answer", seconds=seconds)
            raise RegisterClosed
        try:
            return task.result()
        except (SQLAlchemyError, OSError, TimeoutError, InThePastError) as error:
            _log.warning("the register refuses", error=repr(error)[:300])
            raise RegisterClosed from error

    def _ended(self, task: "asyncio.Future[Any]") -> None:
        self._left_behind.discard(task)
        if not task.cancelled():
            task.exception()


@dataclass(frozen=True)
class LineRegister:
    """The register for one line in one call."""

    guest_wake_ups: GuestWakeUps
    line: str
    call: str
    is_behind_a_pbx: bool = False

    async def next(self) -> RegisteredWakeUp | None:
        if not self.line:
            raise RegisterClosed  # an agent's browser is no room
        if self.is_behind_a_pbx and not await self._room():
            _log.warning("the wake-up menu was called by no room of the table")
            raise RegisterClosed
        found = await self.guest_wake_ups.within(ASK_WITHIN, self._next())
        if found is None:
            return None
        return RegisteredWakeUp(
            found.registration_id, found.due.astimezone(self.guest_wake_ups.zone)
        )

    async def put(self, at: datetime, wall: time) -> None:
        now = self.guest_wake_ups.now()
        # Who calls can be rung: it is the room's own telephone.
        house = House(
            self.guest_wake_ups.zone.key, self.guest_wake_ups.language, now, lambda _number: True
        )
        room = await self._room() or self.line
        try:
            wanted = registration(
                house, room=room, number=self.line, wall=wall, first_day=at.date()
            )
        except WrongRegistrationError as error:
            _log.warning("the register refuses", error=str(error))
            raise RegisterClosed from None
        try:
            kept = await self.guest_wake_ups.within(
                WRITE_WITHIN,
                self._write(
                    lambda database: wake_guests.put(database, wanted, call_id=self.call, now=now)
                ),
            )
        except KnownError:
            return  # this telephone rings at that minute already
        if not kept:
            _log.warning("too many wake-ups for one line", line=self.line)
            raise RegisterClosed

    async def cancel(self, registered: RegisteredWakeUp) -> None:
        now, key = self.guest_wake_ups.now(), registered.registration_id
        await self.guest_wake_ups.within(
            WRITE_WITHIN,
            self._write(lambda database: wake_guests.cancel(database, key, now=now)),
        )

    async def _room(self) -> str:
        """Return which room of the table has this telephone, empty when none has."""
        return await self.guest_wake_ups.within(ASK_WITHIN, self._asked_room())

    async def _asked_room(self) -> str:
        async with self.guest_wake_ups.engine.connect() as connection:
            return await rooms.of_number(connection, self.line)

    async def _next(self) -> wake_guests.Next | None:
        async with self.guest_wake_ups.engine.connect() as connection:
            return await wake_guests.next_of(connection, self.line)

    async def _write(self, change: Callable[[AsyncConnection], Awaitable[bool]]) -> bool:
        engine = self.guest_wake_ups.engine.execution_options(writing=True)
        async with engine.begin() as connection:
            return await change(connection)
