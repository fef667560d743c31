"""Which attempts the end of a switch takes with it: those of its node, planned before it."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from callflow.events import JournalEvent
from dispatch.attempts import Attempt
from dispatch.call_facts import SwitchGone, facts
from dispatch.open_attempts import ended_with
from ledger.journal_lines import parse_site

NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)


def attempt(node: str, *, boot: str = "trk1", planned_s: float = -5.0) -> Attempt:
    return Attempt(
        id="932e16d5-a33a-40e2-a296-44260ed984b6",
        purpose="wake",
        subject_id=1,
        seq=1,
        who="guest",
        number="8201",
        channel=f"{boot}-932e16d5a33a40e2a29644260ed984b6",
        planned_at=NOW + timedelta(seconds=planned_s),
        node=node,
    )


def told(what: str, node: str, boot: str) -> SwitchGone:
    line = json.dumps({"at": NOW.timestamp(), "what": what, "boot": boot})
    read = parse_site(line, f"{node}/site.jsonl#1", 0)
    assert isinstance(read, JournalEvent)
    [fact] = facts([read._replace(node=node)])
    assert isinstance(fact, SwitchGone)
    return fact


@pytest.mark.parametrize(("what", "boot"), [("switch_died", "trk1"), ("switch_started", "trk2")])
def test_a_switch_takes_the_attempts_of_its_own_node_with_it(what: str, boot: str) -> None:
    gone = told(what, "node2", boot)
    assert ended_with(attempt("node2"), gone)
    assert not ended_with(attempt("node1"), gone)


def test_what_was_planned_for_the_run_that_lives_goes_on() -> None:
    assert not ended_with(attempt("node1", boot="trk2"), told("switch_started", "node1", "trk2"))


def test_an_attempt_planned_after_the_end_goes_on() -> None:
    gone = told("switch_died", "node1", "trk1")
    assert not ended_with(attempt("node1", planned_s=1.0), gone)
