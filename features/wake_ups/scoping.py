"""Which wake-ups are within somebody's reach (WAK-3).

A floor attendant's are those to knock for. They stay so after the knock: who went sees what came
of it.
"""

from sqlalchemy import ColumnElement, false, or_, true

from features.wake_ups.lifecycle import WakeState
from features.wake_ups.tables import WakeUpRow
from permissions.roles import Role
from permissions.scopes import Reach, Scope, Thing

TO_KNOCK = frozenset({WakeState.ATTENDING, WakeState.KNOCKING, WakeState.ALARM, WakeState.MISSED})
"""Somebody has to go to the room, or is on the way."""
BY_HAND = ("attendant", "desk")
"""Proofs that are a person's word."""


def within(reach: Reach) -> ColumnElement[bool]:
    """Return what is so for the wake-ups within a reach; `whose` says the same of one."""
    match reach.scope:
        case Scope.ALL:
            return true()
        case Scope.OWN if reach.role is Role.FLOOR_ATTENDANT:
            return or_(
                WakeUpRow.state.in_(sorted(state.value for state in TO_KNOCK)),
                WakeUpRow.proof.in_(BY_HAND),
            )
        case _:
            return false()


def whose(state: WakeState, proof: str) -> Thing:
    """Return whose a wake-up is now."""
    to_knock = state in TO_KNOCK or proof in BY_HAND
    return Thing(roles=(Role.FLOOR_ATTENDANT,) if to_knock else ())
