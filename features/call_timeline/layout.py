"""Layout of a call's page: its steps, its facts, who has listened."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from callflow.call import Language
from callflow.events import JournalEvent
from callflow.text import clean
from db.bounded import RequestDatabase
from features.audit import log as audit
from features.audit.log import AuditFilter, NamedEntry
from features.call_recordings.lifecycle import PLAYABLE, Recording
from features.call_timeline.shapes import EventShape
from features.call_timeline.timeline import told, whole
from features.calls.lifecycle import CallRecord, HungUpBy
from features.calls.talk_segments import TalkSegment
from permissions.scopes import EVERYTHING
from phone_numbers.masking import masked_name, masked_number, masked_text
from web.formats import Formats
from web.words import section

TOLD = frozenset({"seat", "to", "how", "minutes", "seconds", "reasons", "step", "at", "name"})
"""What a step says besides what events show to all: seats, lengths, ways; long numbers masked."""
LISTENERS_SHOWN = 20
ENTRIES_READ = 200


@dataclass(frozen=True, slots=True)
class Step:
    """One step: when, in words, at which second of the recording (None: not in it)."""

    at: datetime
    text: str
    second: float | None


def agent_first(call: CallRecord) -> bool:
    """Tell whether an agent hung up before the customer: a fault that QA sees (SIL-6)."""
    return call.hung_up_by is HungUpBy.AGENT


def more(call: CallRecord, show: Formats, language: Language) -> list[tuple[str, str, str]]:
    """Return what is only told where there is something to tell.

    Its words' key, its text, and the key of what it means where it is a figure.
    """
    words = section(language, "value")
    texts = {
        "call.held_s": show.length(call.held_s) if call.held_s else "",
        "call.message": show.length(call.message_s) if call.message_s is not None else "",
        "call.route_reasons": _reasons(call.route_reasons, words),
        "call.scripts": " · ".join(words.get(f"value.{each}", each) for each in call.scripts),
    }
    return [(key, show.text(text), _MEANINGS.get(key, "")) for key, text in texts.items() if text]


_MEANINGS = {"call.held_s": "figure.hold", "call.message": "figure.message"}


def steps(
    events: Iterable[JournalEvent],
    recordings: Sequence[Recording],
    language: Language,
    show: Formats,
    segments: Sequence[TalkSegment] = (),
) -> list[Step]:
    if not show.numbers:
        events = [_masked(event) for event in events]
    words = section(language, "value", "prompt")
    return [
        Step(at, said.text, _second(at, recordings))
        for said in told((_in_words(event, words) for event in whole(events)), language, segments)
        for at in (datetime.fromtimestamp(said.at, UTC),)
    ]


def _second(at: datetime, recordings: Sequence[Recording]) -> float | None:
    """Return the second of the call's recording at which something happened."""
    for recording in recordings:
        if recording.started_at is not None and recording.state in PLAYABLE:
            second = (at - recording.started_at).total_seconds()
            return second if 0 <= second <= recording.seconds else None
    return None


def _in_words(event: JournalEvent, words: Mapping[str, str]) -> JournalEvent:
    """Return the event with what programs call things put as people do, where there are words."""
    if event.name == "TR_CALL":
        return event  # a caller's own words are nobody else's names for things
    data = {
        name: words.get(f"value.{text}", text)
        for name, text in event.data.items()
        if name not in {"reasons", "how"}
    }
    if event.source == "dialogue" and "name" in event.data:
        data["name"] = _prompts(event.data["name"].split(), words)
    if reasons := event.data.get("reasons"):
        data["reasons"] = _reasons(reasons.split(";"), words)
    return event._replace(data=data)


def _prompts(names: Iterable[str], words: Mapping[str, str]) -> str:
    """Return the words of one prompt, or of the parts of a sentence."""
    said = [words.get(f"prompt.{name}", name) for name in names]
    return ("" if any("\u4e00" <= each[:1] <= "\u9fff" for each in said) else " ").join(said)


def _reasons(reasons: Iterable[str], words: Mapping[str, str]) -> str:
    """Return why a call was routed as it was: `QUE-1:large` is said as its clause."""
    clauses = (each.partition(":")[0] for each in reasons)
    return " · ".join(words.get(f"value.{clause}", clause) for clause in clauses)


def _masked(event: JournalEvent) -> JournalEvent:
    """Return the event with the caller's number and name masked, all else as the API shows it."""
    shown = EventShape.of(event).masked().data
    shown |= {name: masked_text(clean(event.data[name])) for name in TOLD if name in event.data}
    if event.name == "TR_CALL":
        shown["num"] = masked_number(event.data.get("num", ""))
        shown["name"] = masked_name(event.data.get("name", ""))
        shown["did"] = event.data.get("did", "")
    return event._replace(data=shown)


async def listeners(asking: RequestDatabase, recordings: Sequence[Recording]) -> list[NamedEntry]:
    """Return who has listened, newest first; a player that asks piece by piece listened once."""
    heard: dict[tuple[str, str | None, str, str], NamedEntry] = {}
    for recording in recordings:
        wanted = AuditFilter(subject=recording.id, action="recording.audio")
        found = await asking.ask(
            partial(audit.entries, wanted=wanted, reach=EVERYTHING, limit=ENTRIES_READ)
        )
        for each in found.items:
            hour = each.entry.at.strftime("%Y-%m-%d %H")
            heard.setdefault((each.name, each.number, each.entry.why, hour), each)
    newest = sorted(heard.values(), key=lambda each: each.entry.at, reverse=True)
    return newest[:LISTENERS_SHOWN]
