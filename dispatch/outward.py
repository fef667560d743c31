"""Owns what the dispatcher needs of a switch; `dispatch/switch.py` is the real one."""

from typing import Protocol

from tickets.attempts import Attempt


class Switch(Protocol):
    """The part of Asterisk that rings people."""

    @property
    def connected(self) -> bool: ...

    @property
    def boot(self) -> str | None: ...

    async def prepare(self, attempt: Attempt) -> None:
        """Learn ahead what a ring needs to know, so that it is on the second."""
        ...

    async def ring(self, attempt: Attempt, *, ring_for: float) -> bool | None:
        """Ring somebody; False: refused, None: nobody knows."""
        ...

    async def hang_up(self, attempt: Attempt) -> None: ...

    async def living(self) -> frozenset[str]:
        """Return the ids of every channel there is. Raises LinkLost."""
        ...
