"""What attempts say of whom we rang."""

from sqlalchemy import ColumnElement, or_

from db.holdings import Holding, Holdings, Subject
from dispatch.tables import AttemptRow, DispatchPositionRow


def _theirs(who: Subject) -> ColumnElement[bool]:
    forms = sorted(who.written)
    said = (AttemptRow.number, AttemptRow.reached, AttemptRow.dialled)
    return or_(AttemptRow.id.in_(sorted(who.calls)), *(column.in_(forms) for column in said))


HOLDINGS = Holdings(
    holdings=(
        Holding(
            table=AttemptRow,
            theirs=_theirs,
            erased={"number": "", "reached": "", "dialled": "", "ways": "", "trunk_said": ""},
            busy=AttemptRow.ended_at.is_(None),
            calls="id",
            shown=("id", "purpose", "number", "planned_at", "answered_at", "ended_at", "result"),
            purpose="calls",
            since="planned_at",
            over=AttemptRow.ended_at.is_not(None),
            order=85,
        ),
    ),
    machine=(AttemptRow,),
    plain={
        AttemptRow: ("id", "purpose", "who", "channel", "result", "said", "node", "trunk"),
        DispatchPositionRow: ("file",),
    },
)
