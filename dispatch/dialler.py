"""What the dispatcher needs of a switch; `dispatch/asterisk_dialler.py` is the real one."""

from collections.abc import Mapping
from typing import Protocol

from dispatch.attempts import Attempt


class Switch(Protocol):
    """The part of Asterisk that rings people."""

    @property
    def connected(self) -> bool: ...

    @property
    def boot(self) -> str | None: ...

    async def show(self, attempt: Attempt, *, told: Mapping[str, str], seconds: float) -> bool:
        """Show an agent who is to be called, and when the phone rings; False: no idle seat."""
        ...

    async def ring(
        self, attempt: Attempt, *, context: str, told: Mapping[str, str], ring_for: float
    ) -> bool | None:
        """Ring somebody, and take who answers to a context; False: refused, None: nobody knows."""
        ...

    async def hang_up(self, attempt: Attempt) -> None: ...

    def in_house(self, number: str) -> bool:
        """Tell whether a number is one of the house's own phones: no line out leads there."""
        ...

    async def living(self) -> frozenset[str]:
        """Return the ids of every channel there is. Raises LinkLost."""
        ...
