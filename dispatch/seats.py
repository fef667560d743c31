"""Agents' seats as the dispatcher sees them, before it rings one for a call out.

The page there is told first, as it is of a caller (`floor/live_state.py` reads the event).
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from ami.link import Link
from dispatch.attempts import Attempt
from dispatch.purpose import Planned
from features.duties import free_agents

AGENT: Final = free_agents.AGENT
CONTEXT: Final = "callback-agent"
"""Where in the dialplan an agent's answered call goes, whatever the call out is for."""
EVENT: Final = "CallBack"
IDLE: Final = "NOT_INUSE"
SHOWN_WITHIN_S: Final = 0.15
"""A desk phone rings this much after the page was told; a browser's waits for the page itself."""


NUMBER: Final = "CALLBACK_NUMBER"
"""Whom an agent's call is for, as the page shows it and the journal keeps it."""
DIALS: Final = "CALLBACK_DIALS"
"""What the dialplan dials for that, as the guard has judged it."""
WAYS: Final = "CALLBACK_WAYS"
"""On which trunks, in order, and what is dialled there (`dispatch/ways.py`)."""


def connecting(plan: Planned, dials: str, ways: str) -> Planned:
    """Return a plan that tells the dialplan what to dial after the agent's word, and where."""
    if not plan.connects:
        return plan
    outside = {WAYS: ways} if ways else {}
    return replace(plan, told={**plan.told, DIALS: dials, **outside})


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
        Number=told.get(NUMBER, ""),
        Why=told.get("CALLBACK_WHY", ""),
        RingsIn=round(rings_in),
    )
    if not rings_in and not attempt.number.startswith("w"):
        await asyncio.sleep(SHOWN_WITHIN_S)
