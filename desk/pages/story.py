"""Owns how one call is laid out on its page: its steps, what else is told, who has listened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from callflow.call import Language
from callflow.lifecycles.call import CallRecord, HungUpBy
from callflow.lifecycles.events import JournalEvent
from callflow.lifecycles.recording import Recording, RecordingState
from callflow.lifecycles.telling import told
from callflow.rules.masking import masked_name, masked_number
from desk.archive import Patience
from desk.pages.shown import Shown
from desk.shapes import EventShape
from tickets import audit
from tickets.audit import LookFilter, SeenLook

PLAYABLE = frozenset({RecordingState.STORED, RecordingState.REPAIRED})
LISTENERS_SHOWN = 20
LOOKS_READ = 200


@dataclass(frozen=True, slots=True)
class Step:
    """One step: when, in words, at which second of the recording (None: not in it)."""

    at: datetime
    text: str
    second: float | None


def agent_first(call: CallRecord) -> bool:
    """Tell whether an agent hung up before the customer: a fault that QA sees (SIL-6)."""
    return call.hung_up_by is HungUpBy.AGENT


def more(call: CallRecord, show: Shown) -> list[tuple[str, str]]:
    """Return what is only told where there is something to tell: words' keys and texts."""
    fields: dict[str, Any] = {
        name: getattr(call, name, None) for name in ("held_s", "route_reasons", "scripts")
    }
    texts = {
        "call.held_s": show.length(fields["held_s"]) if fields["held_s"] else "",
        "call.route_reasons": " · ".join(fields["route_reasons"] or ()),
        "call.scripts": " · ".join(fields["scripts"] or ()),
    }
    return [(key, text) for key, text in texts.items() if text]


def steps(
    events: Iterable[JournalEvent],
    recordings: Sequence[Recording],
    language: Language,
    show: Shown,
) -> list[Step]:
    if not show.numbers:
        events = [_masked(event) for event in events]
    return [
        Step(at, said.text, _second(at, recordings))
        for said in told(events, language)
        for at in (datetime.fromtimestamp(said.at, UTC),)
    ]


def _second(at: datetime, recordings: Sequence[Recording]) -> float | None:
    """Return the second of the call's recording at which something happened."""
    for recording in recordings:
        if recording.started_at is not None and recording.state in PLAYABLE:
            second = (at - recording.started_at).total_seconds()
            return second if 0 <= second <= recording.seconds else None
    return None


def _masked(event: JournalEvent) -> JournalEvent:
    """Return the event with the caller's number and name masked, all else as the API shows it."""
    shown = EventShape.of(event).masked().data
    if event.name == "TR_CALL":
        shown["num"] = masked_number(event.data.get("num", ""))
        shown["name"] = masked_name(event.data.get("name", ""))
        shown["did"] = event.data.get("did", "")
    return event._replace(data=shown)


async def listeners(asking: Patience, recordings: Sequence[Recording]) -> list[SeenLook]:
    """Return who has listened, newest first; a player that asks piece by piece listened once."""
    heard: dict[tuple[str, str | None, str, str], SeenLook] = {}
    for recording in recordings:
        wanted = LookFilter(subject=recording.id, action="recording.audio")
        found = await asking.ask(partial(audit.looks, wanted=wanted, limit=LOOKS_READ))
        for each in found.items:
            hour = each.look.at.strftime("%Y-%m-%d %H")
            heard.setdefault((each.name, each.number, each.look.why, hour), each)
    newest = sorted(heard.values(), key=lambda each: each.look.at, reverse=True)
    return newest[:LISTENERS_SHOWN]
