"""What the live state makes of colleagues who are asked about a caller, or come into a call.

Does no I/O.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from ami.events import UserEvent
from floor.changes import Offered
from floor.people import Talk

ASKS: Final = "Consult"
"""Name of the dialplan's event before a colleague's phone rings: an agent asks about a caller."""
JOINS: Final = "Joins"
"""Name of the dialplan's event when somebody is about to come into a caller's bridge."""


def of(event: UserEvent, talks: Mapping[str, Talk]) -> str:
    """Return the call that who asks talks in; empty: there is none, or the phone named another.

    A page's phone says which call it asks about, a desk phone cannot.
    """
    talk, said = talks.get(event.fields.get("By", "")), event.fields.get("Call", "")
    return talk.call if talk and said in {"", talk.call} else ""


def offered(event: UserEvent, call: str, seat: str, now: datetime) -> Offered:
    """Return what the colleague's page is told; who calls, the database knows."""
    by = event.fields.get("By", "")
    return Offered(seat, call, "", "", "", 0.0, now, asked_by=by, how="consult")
