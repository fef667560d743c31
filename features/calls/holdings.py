"""What calls say of the people who called, or whom we called."""

from sqlalchemy import ColumnElement, or_

from db.holdings import Holding, Holdings, Subject
from features.calls.tables import Call, CallAgentRow, CallerNumberRow, CallEvent, TalkSegmentRow


def _of_number(who: Subject) -> ColumnElement[bool]:
    return or_(Call.identity == who.identity, Call.id.in_(sorted(who.calls)))


def _events(who: Subject) -> ColumnElement[bool]:
    return CallEvent.about.in_(sorted({*who.calls, *who.channels}))


def _number(who: Subject) -> ColumnElement[bool]:
    return or_(
        CallerNumberRow.identity == who.identity, CallerNumberRow.number.in_(sorted(who.written))
    )


HOLDINGS = Holdings(
    holdings=(
        Holding(
            table=CallerNumberRow,
            theirs=_number,
            gone=True,
            shown=("number", "last_at"),
            purpose="calls",
            since="last_at",
            order=85,
        ),
        Holding(
            table=Call,
            theirs=_of_number,
            erased={"number": "", "identity": "", "name": "", "ref": "", "topic": None},
            busy=Call.state != "ended",
            calls="id",
            channels="linkedid",
            names="name",
            purpose="calls",
            since="ring_started",
            over=Call.state == "ended",
            shown=(
                *("id", "number", "name", "ref", "did", "direction", "ring_started", "answered"),
                *("ended", "waited_s", "agent", "disposition", "topic", "language", "talk_s"),
            ),
            order=90,
        ),
        Holding(
            table=CallEvent,
            theirs=_events,
            gone=True,
            shown=("about", "at", "name", "data"),
            purpose="journals",
            since="at",
            order=80,
        ),
    ),
    machine=(Call, CallEvent, CallerNumberRow),
    plain={
        Call: (
            *("id", "linkedid", "boot", "did", "agent", "misses", "hung_up_by", "disposition"),
            *("sil_outcome", "language", "fallback", "state", "route_reasons", "direction"),
            *("scripts", "node"),
        ),
        CallEvent: ("about", "source", "name", "uniqueid", "channel", "file", "node"),
        CallAgentRow: ("call_id", "agent", "direction", "disposition"),
        TalkSegmentRow: ("call_id", "agent", "seat", "how"),
    },
)
