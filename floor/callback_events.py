"""What the live state makes of calls that we make: the agent's phone rings first (CBK-1,
CBK-3).

Does no I/O.
"""

from datetime import datetime
from typing import Final

from ami.actions import Channel
from ami.events import UserEvent
from floor.changes import Offered

ANNOUNCED: Final = "CallBack"
"""Name of the dispatcher's event before a seat's phone rings for a customer who is to be called."""
ANSWERED: Final = "CallBackTalks"
"""Name of the dialplan's event when that customer has answered."""
CAMPAIGN: Final = "campaign"
"""The reason of a call of a campaign (features/campaign_calls/outbound_agents.py)."""
UNFOUND: Final = "unfound"
"""The reason of a call back for which there is no answer yet (features/callbacks/outbound.py)."""


def offered(event: UserEvent, call: str, seat: str, now: datetime) -> Offered:
    """Return what the page at a seat is told before its phone rings."""
    why, number = event.fields.get("Why", ""), event.fields.get("Number", "")
    clause, rings_in = "CBK-3" if why == CAMPAIGN else "CBK-1", event.fields.get("RingsIn", "")
    return Offered(
        *(seat, call, "", number, "", 0.0, now),
        reasons=(f"{clause}:{why}",),
        calls_back=why,
        rings_in_s=float(rings_in) if rings_in.isdecimal() else 0.0,
    )


def caller_of(leg: Channel, channels: tuple[Channel, ...]) -> Channel | None:
    """Return the other leg of an agent's: the first one of the call, or whom the agent called back.

    An agent who rings a colleague has no call of ours.
    """
    if leg.uniqueid != leg.linkedid:
        return next((one for one in channels if one.uniqueid == leg.linkedid), None)
    others = (one for one in channels if one.bridge == leg.bridge and one is not leg)
    return next(others, None) if leg.call else None
