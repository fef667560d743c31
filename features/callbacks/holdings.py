"""What callbacks say of whom we promised to call."""

from sqlalchemy import case

from db.holdings import Holding, Holdings, same
from features.callbacks.lifecycle import ON_THE_PHONE, OVER, CallbackState
from features.callbacks.tables import CallbackRow

_OVER = CallbackRow.state.in_(sorted(state.value for state in OVER))

HOLDINGS = Holdings(
    holdings=(
        Holding(
            table=CallbackRow,
            theirs=same(CallbackRow.identity),
            erased={
                "number": "",
                "identity": "",
                "note": "",
                "passed": "",
                "next_at": None,
                "state": case((_OVER, CallbackRow.state), else_=CallbackState.CANCELLED.value),
            },
            busy=CallbackRow.state.in_(sorted(state.value for state in ON_THE_PHONE)),
            open=~_OVER,
            purpose="callbacks",
            since="made_at",
            over=_OVER,
        ),
    ),
    plain={CallbackRow: ("call_id", "kind", "state")},
)
