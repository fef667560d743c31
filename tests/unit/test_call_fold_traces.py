"""Calls that really happened, folded from the journals that Asterisk and our programs wrote.

`traces/nine_calls`: nine calls to one hotline, the last cut by SIGKILL of Asterisk.
`traces/cel_verdictless_and_frozen.csv`: a service that never gives its verdict.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from callflow.events import JournalEvent
from features.calls.lifecycle import CallRecord, fold
from ledger.journal_lines import parse_cel, parse_dialogue, parse_queue_log, parse_site
from tests.unit.scripted_journal import event_of

TRACES = Path(__file__).parents[1] / "traces"
READERS = {
    "cel": parse_cel,
    "queue_log": parse_queue_log,
    "dialogue": parse_dialogue,
    "site": parse_site,
}


def events_of(path: Path) -> Iterator[JournalEvent]:
    read = READERS[path.name.partition(".")[0].partition("-")[0].partition("_v")[0]]
    for offset, line in enumerate(path.read_text().splitlines()):
        found = read(line, path.name, offset)
        if found is not None:
            yield event_of(found)


def calls_of(*paths: Path) -> dict[str, CallRecord]:
    """Return the calls in these journals by their X-Ref (or linkedid, where two share one)."""
    threads: dict[str, list[JournalEvent]] = defaultdict(list)
    names: dict[str, str] = {}
    events = [event for path in paths for event in events_of(path)]
    site = [event for event in events if event.source == "site"]
    for event in events:
        threads[event.about].append(event)
        if event.name == "TR_CALL":
            names[event.about] = event.data["call"]
    records = [fold([*threads[about], *threads[call], *site]) for about, call in names.items()]
    return {record.ref: record for record in records if record is not None}


NINE = calls_of(*sorted((TRACES / "nine_calls").iterdir()))


@pytest.mark.parametrize(
    ("ref", "disposition", "hung_up_by", "agent", "line"),
    [
        ("ringing", "abandoned_ringing", "caller", None, "none"),
        ("dialogue", "abandoned_dialogue", "caller", None, "none"),
        ("silent", "silent", "system", None, "silent"),
        ("agent-first", "agent", "agent", "8003", "alive"),
        ("caller-first", "agent", "caller", "8002", "alive"),
        ("missed", "agent", "caller", "8002", "alive"),
        ("abandons", "abandoned_queue", "caller", None, "alive"),
        ("message", "message", "system", None, "alive"),
        ("crash", "switch_crash", "switch", None, "none"),
    ],
)
def test_what_became_of_each_call(
    ref: str, disposition: str, hung_up_by: str, agent: str | None, line: str
) -> None:
    call = NINE[ref]
    assert (call.disposition, call.hung_up_by) == (disposition, hung_up_by)
    assert (call.agent, call.sil_outcome, call.state) == (agent, line, "ended")
    assert call.number == "13800138000"


@pytest.mark.parametrize("ref", sorted(set(NINE) - {"ringing"}))
def test_every_answered_call_was_answered_after_a_second_of_ringing(ref: str) -> None:
    call = NINE[ref]
    assert call.answered is not None
    assert call.recording_at is not None
    assert (call.answered - call.ring_started).total_seconds() == pytest.approx(1.0, abs=0.1)
    assert (call.rings, call.held_ans1) == (1, True)
    assert (call.recording_at - call.answered).total_seconds() < 0.1


def test_the_caller_of_an_absent_agent_waited_for_the_next_one() -> None:
    call = NINE["missed"]
    [miss] = call.misses
    assert (miss.agent, miss.rang_s) == ("8001", 5.0)
    assert call.waited_s == pytest.approx(6.5, abs=0.1)
    assert call.queued_at is not None
    assert call.agent_answered is not None
    assert call.queued_at < call.agent_answered


def test_a_phone_that_stopped_ringing_because_the_caller_left_is_no_miss() -> None:
    assert NINE["abandons"].misses == ()


def test_the_chosen_topic_is_kept() -> None:
    topics = {ref: call.topic for ref, call in NINE.items() if call.topic}
    assert topics == {
        "agent-first": "consultation",
        "caller-first": "complaint",
        "missed": "consultation",
        "abandons": "consultation",
        "message": "fault",
    }


def test_the_crashed_call_ended_when_the_switch_did() -> None:
    ended = NINE["crash"].ended
    assert ended is not None
    assert ended.timestamp() == pytest.approx(1795298994.915037, abs=0.001)


def test_a_frozen_service_sent_its_caller_by_the_fallback_to_a_message() -> None:
    [call] = calls_of(TRACES / "cel_verdictless_and_frozen.csv").values()
    assert (call.fallback, call.disposition) == ("frozen", "message")
    assert (call.hung_up_by, call.name) == ("caller", "Wang 王, Ming")
    assert call.waited_s == pytest.approx(0.0, abs=0.01)
