"""How the floor asks the database: through whoever bounds the time, as the desk does."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

Answer = TypeVar("Answer")
Question = Callable[[AsyncConnection], Awaitable[Answer]]

WITHIN_S = 2.5
"""Seconds for one question of the floor's; a request must be refused within 3 s."""


class DatabaseAccess(Protocol):
    """The database, each question within a time; both raise when it does not answer."""

    async def ask(self, question: Question[Answer], *, within: float) -> Answer: ...

    async def write(self, change: Question[Answer], *, within: float) -> Answer: ...
