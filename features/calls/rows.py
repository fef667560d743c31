"""Converts table rows to values and back. Does no I/O."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping

from callflow.events import JournalEvent
from callflow.text import named
from features.calls.lifecycle import (
    CallRecord,
    CallState,
    Direction,
    Disposition,
    HungUpBy,
    Miss,
    SilOutcome,
)
from features.calls.talk_segments import How, TalkSegment
from phone_numbers.phone_number import phone_number
from phone_numbers.plan import NumberPlan

CALL_COLUMNS = tuple(name for name in CallRecord.__slots__ if name != "segments")
"""The segments of a call are rows of their own."""


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


def call_in(row: RowMapping, segments: Iterable[RowMapping] = ()) -> CallRecord:
    """Return the call that a row of `calls` holds, with its segments where they were asked for."""
    columns: dict[str, Any] = {name: row[name] for name in CALL_COLUMNS}
    columns["segments"] = tuple(map(segment_in, segments))
    columns["misses"] = tuple(
        Miss(miss["agent"], datetime.fromisoformat(miss["at"]), miss["rang_s"])
        for miss in row["misses"]
    )
    columns["route_reasons"] = tuple(row["route_reasons"])
    columns["scripts"] = tuple(row["scripts"])
    columns["state"] = CallState(row["state"])
    columns["direction"] = Direction(row["direction"])
    columns["sil_outcome"] = SilOutcome(row["sil_outcome"])
    columns["disposition"] = Disposition(row["disposition"]) if row["disposition"] else None
    columns["hung_up_by"] = HungUpBy(row["hung_up_by"]) if row["hung_up_by"] else None
    columns["name"] = named(row["name"], row["number"])
    return CallRecord(**columns)


def of_segment(call_id: str, segment: TalkSegment) -> dict[str, Any]:
    """Return the columns of one segment of a call."""
    return {"call_id": call_id, **{name: getattr(segment, name) for name in TalkSegment.__slots__}}


def segment_in(row: RowMapping) -> TalkSegment:
    """Return the segment that a row of `talk_segments` holds."""
    columns: dict[str, Any] = {name: row[name] for name in TalkSegment.__slots__}
    return TalkSegment(**{**columns, "how": How(row["how"])})


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
