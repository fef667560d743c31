"""What emergency notifications say of households, and of who reported."""

from sqlalchemy import case

from db.holdings import Holding, Holdings, among
from features.emergency_notifications.lifecycle import ON_THE_PHONE, OPEN, HouseholdState
from features.emergency_notifications.tables import IncidentRow, NotificationHouseholdRow

_OPEN = NotificationHouseholdRow.state.in_(sorted(state.value for state in OPEN))

HOLDINGS = Holdings(
    holdings=(
        Holding(
            table=NotificationHouseholdRow,
            theirs=among(NotificationHouseholdRow.numbers),
            erased={
                "name": "",
                "area": "",
                "numbers": [],
                "told_on": "",
                "door_by": "",
                "next_at": None,
                "state": case(
                    (_OPEN, HouseholdState.NO_NUMBER.value), else_=NotificationHouseholdRow.state
                ),
            },
            busy=NotificationHouseholdRow.state.in_(sorted(state.value for state in ON_THE_PHONE)),
            open=_OPEN,
            names="name",
        ),
    ),
    mentions={IncidentRow: ("what", "place", "reporter", "details", "message")},
    plain={
        IncidentRow: ("language", "voice", "made_by", "started_by", "stopped_by"),
        NotificationHouseholdRow: ("state", "reason"),
    },
)
