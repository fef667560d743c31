"""What the register of wake-ups says of guests; room and times stay as evidence (WAK-5)."""

from sqlalchemy import case, func, or_

from db.holdings import Holding, Holdings, dialled
from features.wake_ups.tables import WakeRegistrationRow, WakeUpRow

_OVER = WakeUpRow.state.in_(("awake", "missed", "cancelled"))
_WAITS = WakeUpRow.state == "waiting"

HOLDINGS = Holdings(
    holdings=(
        Holding(
            table=WakeUpRow,
            theirs=dialled(WakeUpRow.number),
            erased={
                "number": "",
                "next_at": None,
                "state": case((_OVER, WakeUpRow.state), else_="cancelled"),
            },
            busy=~or_(_OVER, _WAITS),
            open=~_OVER,
            purpose="wake_ups",
            since="due",
            over=_OVER,
        ),
        Holding(
            table=WakeRegistrationRow,
            theirs=dialled(WakeRegistrationRow.number),
            erased={
                "guest": "",
                "note": "",
                "number": "",
                "cancelled_at": func.coalesce(
                    WakeRegistrationRow.cancelled_at, WakeRegistrationRow.made_at
                ),
                "unfolded_to": None,
            },
            open=WakeRegistrationRow.cancelled_at.is_(None)
            & WakeRegistrationRow.unfolded_to.is_not(None),
            names="guest",
            purpose="wake_ups",
            since="made_at",
            over=or_(
                WakeRegistrationRow.cancelled_at.is_not(None),
                WakeRegistrationRow.unfolded_to.is_(None),
            ),
        ),
    ),
    machine=(WakeUpRow,),
    plain={
        WakeRegistrationRow: (
            *("room", "language", "wall", "zone", "repeat", "made_through", "call_id"),
            "cancelled_through",
        ),
        WakeUpRow: ("state", "proof"),
    },
)
