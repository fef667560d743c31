"""Database access with a time limit: an answer in time, or none.

A database that stalls must not stall the desk: a question that takes too long is left to itself
and the request is refused. It is not cancelled: drivers end a statement by their own limits within
some seconds, and one of them, cancelled in the middle of a wait for a lock, hangs for ever.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

Answer = TypeVar("Answer")
Question = Callable[[AsyncConnection], Awaitable[Answer]]

REQUEST_BUDGET_S = 2.5
"""All the time one request may spend on the database; it must be refused within 3 s."""

MOST_LEFT_ALONE = 64
"""Questions that may be under way; more are refused at once, or they would pile up in a freeze."""

log = structlog.get_logger()


class DatabaseTimeoutError(Exception):
    """The database is down, or slower than the request could wait."""


class Database:
    """The database, as the desk asks it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._under_way: set[asyncio.Task[Any]] = set()

    def for_request(self, seconds: float = REQUEST_BUDGET_S) -> "RequestDatabase":
        """Return the time budget of one request."""
        return RequestDatabase(self, seconds)

    async def ask(self, question: Question[Answer], *, within: float) -> Answer:
        """Return the answer to a question, asked in a transaction that changes nothing.

        Raises DatabaseTimeoutError when there is none within that many seconds.
        """
        return await self._bounded(self._read(question), within)

    async def write(self, change: Question[Answer], *, within: float) -> Answer:
        """Make a change in a transaction of its own. Raises DatabaseTimeoutError like `ask`.

        After that error the change may still be made: only append, or say what is so.
        """
        return await self._bounded(self._written(change), within)

    def note(self, change: Question[None]) -> None:
        """Make a change that nobody waits for; a failure is only logged."""
        if self.unfinished < MOST_LEFT_ALONE:
            self._start(self._noted(change))
        else:
            log.warning("note not kept", error="too many questions are under way")

    @property
    def unfinished(self) -> int:
        """Return how many questions are under way, those that nobody waits for any more too."""
        return len(self._under_way)

    async def settled(self) -> None:
        """Return when every note is kept, or has failed."""
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def close(self, *, within: float) -> None:
        """Let go of the database; what it does not finish in that many seconds is left alone."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=within / 2)
        self._start(self._engine.dispose())
        await asyncio.wait(self._under_way, timeout=within / 2)

    async def _read(self, question: Question[Answer]) -> Answer:
        async with self._engine.connect() as connection:
            return await question(connection)

    async def _written(self, change: Question[Answer]) -> Answer:
        engine = self._engine.execution_options(writing=True)
        async with engine.begin() as connection:
            return await change(connection)

    async def _noted(self, change: Question[None]) -> None:
        try:
            await self._written(change)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("note not kept", error=type(error).__name__)

    async def _bounded(self, work: Coroutine[Any, Any, Answer], within: float) -> Answer:
        if self.unfinished >= MOST_LEFT_ALONE:
            work.close()
            raise DatabaseTimeoutError
        task = self._start(work)
        done, _ = await asyncio.wait({task}, timeout=max(0.0, within))
        if not done:
            log.warning("database too slow", waited_s=round(within, 2))
            raise DatabaseTimeoutError
        try:
            return task.result()
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("database does not answer", error=repr(error)[:300])
            raise DatabaseTimeoutError from error

    def _start(self, work: Coroutine[Any, Any, Answer]) -> asyncio.Task[Answer]:
        task = asyncio.ensure_future(work)
        self._under_way.add(task)
        task.add_done_callback(self._forget)
        return task

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, so that asyncio does not warn about it


class RequestDatabase:
    """One request's way to the database: all its questions share one time budget.

    Only time spent asking counts: what else a request does, like looking at a password, on a busy
    machine must not leave a change half a moment, refused to the person and made all the same.
    """

    def __init__(self, database: Database, seconds: float) -> None:
        self._database = database
        self._left = seconds
        self._first: tuple[Question[None], Callable[[], None]] | None = None

    def first(self, change: Question[None], *, done: Callable[[], None]) -> None:
        """Have the request's first change make this one too, in its transaction and before it.

        `done` is called when both are kept.
        """
        self._first = (change, done)

    async def ask(self, question: Question[Answer]) -> Answer:
        """Return the answer. Raises DatabaseTimeoutError when the time is up."""
        return await self._spent(lambda left: self._database.ask(question, within=left))

    async def write(self, change: Question[Answer]) -> Answer:
        """Make a change. Raises DatabaseTimeoutError when the time is up."""
        if self._first is None:
            return await self._spent(lambda left: self._database.write(change, within=left))
        first, done = self._first

        async def both(connection: AsyncConnection) -> Answer:
            await first(connection)
            return await change(connection)

        answer = await self._spent(lambda left: self._database.write(both, within=left))
        self._first = None
        done()
        return answer

    def note(self, change: Question[None]) -> None:
        """Make a change that the request does not wait for."""
        self._database.note(change)

    async def _spent(self, asking: Callable[[float], Awaitable[Answer]]) -> Answer:
        if self._left <= 0:
            raise DatabaseTimeoutError  # and nothing is begun that nobody would hear of
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            return await asking(self._left)
        finally:
            self._left -= clock() - began
