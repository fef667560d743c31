"""Owns the way between a table's row and the value it stands for, both directions. Does no I/O."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping

from callflow.events import JournalEvent
from callflow.text import named
from features.calls.lifecycle import (
    CallRecord,
    CallState,
    Disposition,
    HungUpBy,
    Miss,
    SilOutcome,
    Way,
)
from features.calls.stretches import How, Stretch
from phone_numbers.phone_number import phone_number
from phone_numbers.plan import NumberPlan

CALL_COLUMNS = tuple(name for name in CallRecord.__slots__ if name != "stretches")
"""The stretches of a call are rows of their own."""


def of_call(call: CallRecord, plan: NumberPlan) -> dict[str, Any]:
    """Return the columns of a call; its number is read by the house's plan."""
    columns = {name: getattr(call, name) for name in CALL_COLUMNS}
    columns["identity"] = phone_number(call.number, plan).identity
    columns["route_reasons"] = list(call.route_reasons)
    columns["scripts"] = list(call.scripts)
    columns["misses"] = [
        {"agent": miss.agent, "at": miss.at.isoformat(), "rang_s": miss.rang_s}
        for miss in call.misses
    ]
    return columns


def call_in(row: RowMapping, stretches: Iterable[RowMapping] = ()) -> CallRecord:
    """Return the call that a row of `calls` holds, with its stretches where they were asked for."""
    columns: dict[str, Any] = {name: row[name] for name in CALL_COLUMNS}
    columns["stretches"] = tuple(map(stretch_in, stretches))
    columns["misses"] = tuple(
        Miss(miss["agent"], datetime.fromisoformat(miss["at"]), miss["rang_s"])
        for miss in row["misses"]
    )
    columns["route_reasons"] = tuple(row["route_reasons"])
    columns["scripts"] = tuple(row["scripts"])
    columns["state"] = CallState(row["state"])
    columns["way"] = Way(row["way"])
    columns["sil_outcome"] = SilOutcome(row["sil_outcome"])
    columns["disposition"] = Disposition(row["disposition"]) if row["disposition"] else None
    columns["hung_up_by"] = HungUpBy(row["hung_up_by"]) if row["hung_up_by"] else None
    columns["name"] = named(row["name"], row["number"])
    return CallRecord(**columns)


def of_stretch(call_id: str, stretch: Stretch) -> dict[str, Any]:
    """Return the columns of one stretch of a call."""
    return {"call_id": call_id, **{name: getattr(stretch, name) for name in Stretch.__slots__}}


def stretch_in(row: RowMapping) -> Stretch:
    """Return the stretch that a row of `call_stretches` holds."""
    columns: dict[str, Any] = {name: row[name] for name in Stretch.__slots__}
    return Stretch(**{**columns, "how": How(row["how"])})


def of_event(event: JournalEvent) -> dict[str, Any]:
    """Return the columns of an event."""
    return {
        "about": event.about,
        "at": datetime.fromtimestamp(event.at, UTC),
        "source": event.source,
        "name": event.name,
        "uniqueid": event.uniqueid,
        "channel": event.channel,
        "data": dict(event.data),
        "file": event.file,
        "offset": event.offset,
        "node": event.node,
    }


def event_in(row: RowMapping) -> JournalEvent:
    """Return the event that a row of `call_events` holds."""
    return JournalEvent(
        at=row["at"].timestamp(),
        source=row["source"],
        file=row["file"],
        offset=row["offset"],
        name=row["name"],
        about=row["about"],
        uniqueid=row["uniqueid"],
        channel=row["channel"],
        data=row["data"],
        node=row["node"],
    )
