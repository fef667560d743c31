"""Which trunk a call tries first, and how each is told to be."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from dispatch.attempts import Attempt
from dispatch.call_facts import TrunkAnswered, channel_of
from dispatch.failover import Failover
from dispatch.trunk_states import HOLD_S, TrunkStates, Why
from dispatch.ways import Way, read, written
from trunks.trunk import Trunk

NOW = datetime(2026, 11, 29, 8, tzinfo=UTC)
RUNG = NOW - timedelta(seconds=6)
LATER = NOW + timedelta(seconds=HOLD_S + 1)
ID = "0b0e9c1e-6a9e-4d2a-9a4e-6f3d2a1b0c9d"


def _states(**more: int) -> TrunkStates:
    account = {"user": "10050", "password": "x", "registers": True}
    return TrunkStates.of(
        [
            Trunk.model_validate({"name": "a", "host": "192.0.2.1", "lines": 2, **account}),
            Trunk.model_validate({"name": "b", "host": "192.0.2.2", "lines": 1}),
        ]
    )


def _order(states: TrunkStates, now: datetime = NOW, **more: int) -> list[str]:
    return [one.name for one in states.order(now, Counter(more))]


def test_calls_try_trunks_in_the_order_of_their_file() -> None:
    assert _order(_states()) == ["a", "b"]


def test_a_trunk_that_does_not_answer_comes_last_until_it_does() -> None:
    states = _states()
    assert states.looked("a", answers=False, now=NOW)
    assert not states.looked("a", answers=False, now=LATER)
    assert states.states["a"].why is Why.SILENT
    assert states.states["a"].since == NOW
    assert _order(states, LATER) == ["b", "a"]
    assert states.looked("a", answers=True, now=LATER)
    assert _order(states, LATER) == ["a", "b"]
    assert states.states["a"].since == LATER


def test_a_trunk_that_refused_comes_last_for_a_while_and_is_ill_until_a_call_goes_through() -> None:
    states = _states()
    states.answered("a", "503 Service Unavailable", refused=True, now=NOW)
    assert _order(states) == ["b", "a"]
    assert _order(states, LATER) == ["a", "b"], "a call shows whether it works again"
    assert states.report()[0] == {
        "name": "a",
        "state": "refuses",
        "since": NOW.isoformat(),
        "calls": 0,
        "lines": 2,
        "refusal": "503 Service Unavailable",
        "refused_at": NOW.isoformat(),
    }
    states.answered("a", "486 Busy Here", refused=False, now=LATER)
    assert states.states["a"].why is None
    assert states.report()[0]["refusal"] == "503 Service Unavailable", "it is still told"


def test_a_trunk_that_answers_no_question_ever_is_well_once_it_took_a_call() -> None:
    states = _states()
    states.looked("a", answers=False, now=NOW)
    assert states.answered("a", "486 Busy Here", refused=False, now=NOW)
    states.looked("a", answers=False, now=LATER)
    assert states.states["a"].why is None
    assert _order(states, LATER) == ["a", "b"]
    states.answered("a", "no answer", refused=True, now=LATER)
    assert states.states["a"].why is Why.SILENT


def test_a_trunk_that_used_to_answer_is_gone_when_it_does_not_whatever_calls_it_took() -> None:
    states = _states()
    states.looked("a", answers=True, now=NOW)
    states.answered("a", "486 Busy Here", refused=False, now=NOW)
    assert states.looked("a", answers=False, now=LATER)
    assert states.states["a"].why is Why.SILENT
    assert _order(states, LATER) == ["b", "a"]


def test_a_registration_that_is_refused_is_told() -> None:
    states = _states()
    account = ("sip:192.0.2.1", "sip:10050@192.0.2.1")
    assert states.registration(*account, stands=False, now=NOW)
    assert states.states["a"].why is Why.NOT_REGISTERED
    assert not states.registration("sip:else", account[1], stands=True, now=NOW)
    assert states.registration(*account, stands=True, now=NOW)
    assert states.states["a"].why is None


def test_a_trunk_without_a_free_line_is_left_out() -> None:
    states = _states()
    assert _order(states, a=2) == ["b"]
    assert _order(states, a=1, b=1) == ["a"]
    assert _order(states, a=2, b=1) == ["a", "b"], "all are taken: it is tried all the same"


def test_ways_are_one_word() -> None:
    ways = (Way("a", "13800138000"), Way("b-2", "+8613800138000"))
    assert written(ways) == "a/13800138000_b-2/+8613800138000"
    assert read(written(ways)) == ways
    assert written([Way("", "8001")]) == ""
    assert read("") == ()


def _attempt() -> Attempt:
    return Attempt(
        id=ID,
        purpose="wake_up",
        subject_id=1,
        seq=1,
        who="guest",
        number="13800138000",
        channel=channel_of("trk1", ID),
        planned_at=NOW,
        dialled="13800138000",
        trunk="a",
        ways="b/913800138000",
    )


def _says(failover: Failover, attempt: Attempt, status: int, words: str = "Said") -> Attempt:
    return failover.heard(attempt, TrunkAnswered(ID, NOW, "", status, words), RUNG)


@pytest.mark.parametrize("status", [401, 407, 403, 488, 503])
def test_an_attempt_goes_on_on_the_next_trunk_and_keeps_the_reason(status: int) -> None:
    gone_on: list[Attempt] = []
    failover = Failover(_states(), may_go_on=lambda _: True, go_on=gone_on.append)
    attempt = _says(failover, _attempt(), status)
    after = failover.ended(attempt)
    assert after is not None
    assert (after.trunk, after.dialled, after.ways) == ("b", "913800138000", "")
    assert after.channel == f"{attempt.channel}.2"
    assert after.trunk_said == f"a {status} Said"
    assert not gone_on, "not before it is kept"
    failover.kept({ID})
    assert gone_on == [after]
    last = _says(failover, after, 503)
    assert failover.ended(last) is None, "there is no third"
    assert failover.result(last) == "congestion"
    assert last.trunk_said == f"a {status} Said; b 503 Said"


@pytest.mark.parametrize("status", [404, 480, 486, 603, 302])
def test_what_a_person_or_the_network_said_is_not_asked_again_elsewhere(status: int) -> None:
    failover = Failover(_states(), may_go_on=lambda _: True)
    attempt = _says(failover, _attempt(), status)
    assert failover.ended(attempt) is None


def test_silence_is_the_trunks_but_for_a_call_that_we_have_ended_ourselves() -> None:
    failover = Failover(_states(), may_go_on=lambda _: True)
    silent = TrunkAnswered(ID, NOW, "", 0, "")
    soon = failover.heard(_attempt(), silent, NOW - timedelta(seconds=1))
    assert failover.ended(soon) is None
    assert soon.trunk_said == ""
    attempt = failover.heard(_attempt(), silent, RUNG)
    assert attempt.trunk_said == "a no answer"
    after = failover.ended(attempt)
    assert after is not None
    assert after.trunk == "b"


def test_whoever_must_not_ring_again_does_not_go_on() -> None:
    failover = Failover(_states(), may_go_on=lambda _: False)
    assert failover.ended(_says(failover, _attempt(), 503)) is None


def test_a_call_that_was_answered_is_over_when_it_ends() -> None:
    failover = Failover(_states(), may_go_on=lambda _: True)
    attempt = _says(failover, _attempt(), 503)
    talked = Attempt(**{**{k: getattr(attempt, k) for k in Attempt.__slots__}, "answered_at": NOW})
    assert failover.ended(talked) is None
