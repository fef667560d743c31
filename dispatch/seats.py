"""Owns what the dispatcher asks and tells of an agent's seat before its phone rings for a call out.

The page there is told first, as it is of a caller (`floor/live_state.py` reads the event).
"""

import asyncio
from collections.abc import Mapping
from typing import Final

from ami.link import Link
from dispatch.attempts import Attempt
from features.duties import free_agents

AGENT: Final = free_agents.AGENT
CONTEXT: Final = "callback-agent"
"""Where in the dialplan an agent's answered call goes, whatever the call out is for."""
EVENT: Final = "CallBack"
IDLE: Final = "NOT_INUSE"
SHOWN_WITHIN_S: Final = 0.15
"""A desk phone rings this much after the page was told; a browser's waits for the page itself."""


def dialled(number: str) -> str:
    """Return a customer's number as the dialplan dials it."""
    return "".join(c for c in number if c in "0123456789+*#")[:40]


async def is_idle(link: Link, seat: str) -> bool:
    """Tell whether a seat's phone is there and not in use. Raises LinkLost, Unsendable."""
    answer = await link.ask("Getvar", rows=False, Variable=f"DEVICE_STATE(PJSIP/{seat})")
    return answer.success and answer.value == IDLE


async def tell(
    link: Link, attempt: Attempt, told: Mapping[str, str], *, rings_in: float = 0.0
) -> None:
    """Have the page at a seat told who is to be called, and why. Raises LinkLost, Unsendable."""
    await link.ask(
        "UserEvent",
        rows=False,
        UserEvent=EVENT,
        Call=attempt.id,
        Seat=attempt.number,
        Number=told.get("CALLBACK_NUMBER", ""),
        Why=told.get("CALLBACK_WHY", ""),
        RingsIn=round(rings_in),
    )
    if not rings_in and not attempt.number.startswith("w"):
        await asyncio.sleep(SHOWN_WITHIN_S)
