"""What a call was, told from the events of its journals (ANS-4): one row, one outcome."""

import random
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.calls.lifecycle import CallRecord, CallState, Disposition, HungUpBy, SilOutcome, fold
from tests.unit.scripted_journal import BEGAN, BOOT, CALL, CALLER, Telling, folded


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(BEGAN + seconds, UTC)


def hung_up_while_ringing() -> Telling:
    told = Telling()
    told.rings()
    told.hangs_up(0.6)
    return told


def hung_up_in_the_greeting() -> Telling:
    told = Telling()
    told.rings()
    told.is_answered()
    told.service("visited", 1.1, boot=BOOT, channel=CALLER)
    told.service("hung_up", 2.4)
    told.hangs_up(2.5)
    return told


def silent() -> Telling:
    told = Telling()
    told.rings()
    told.is_answered()
    told.service("line", 24.0, outcome="silent", steps=3)
    told.tells("TR_VERDICT", 24.1, kind="hangup", reason="silent")
    told.tells("TR_OUTCOME", 24.2, outcome="silent")
    told.hangs_up(24.3, source="dialplan/builtin")
    return told


def waiting() -> Telling:
    told = Telling()
    told.rings()
    told.is_answered()
    told.service("line", 3.0, outcome="alive", steps=0)
    told.service("chose", 8.0, topic="complaint", language="zh")
    told.tells("TR_VERDICT", 8.1, kind="connect", queue="hotline", topic="complaint", language="zh")
    told.tells("TR_QUEUE", 9.5, queue="hotline")
    told.queue("ENTERQUEUE", 9.6, "NONE", "", "13800138000", "1")
    return told


def talked(*, agent_first: bool = False) -> Telling:
    told = waiting()
    told.agent("CHAN_START", 10.0)
    told.agent("ANSWER", 12.3)
    told.queue("CONNECT", 12.3, "PJSIP/8001", "3", f"{BOOT}-1795296640.9", "2")
    told.agent("BRIDGE_ENTER", 12.4)
    told.says("BRIDGE_ENTER", 12.41, extra={"bridge_id": "b1"})
    if agent_first:
        told.queue("COMPLETEAGENT", 60.0, "PJSIP/8001", "3", "48", "1")
        told.agent("HANGUP", 60.0, source="PJSIP/8001-0000000a")
        told.tells("TR_QUEUE_LEFT", 60.1, queue="hotline", status="CONTINUE")
        told.tells("TR_OUTCOME", 63.0, outcome="farewell")
        told.hangs_up(63.1, source="dialplan/builtin")
    else:
        told.queue("COMPLETECALLER", 60.0, "PJSIP/8001", "3", "48", "1")
        told.agent("HANGUP", 60.01, source=CALLER)
        told.hangs_up(60.0)
    return told


def abandoned_the_queue() -> Telling:
    told = waiting()
    told.queue("RINGNOANSWER", 24.6, "PJSIP/8001", "15000")
    told.queue("ABANDON", 30.0, "NONE", "1", "1", "21")
    told.hangs_up(30.2)
    return told


def left_a_message() -> Telling:
    told = waiting()
    told.tells("TR_QUEUE_LEFT", 69.6, queue="hotline", status="TIMEOUT")
    told.tells("TR_MESSAGE", 75.0, reason="all_busy", by="dialplan")
    told.tells("TR_MESSAGE_END", 82.0, status="DTMF")
    told.tells("TR_OUTCOME", 86.0, outcome="message")
    told.hangs_up(86.1, source="dialplan/builtin")
    return told


def crashed() -> Telling:
    told = waiting()
    told.switch("switch_died", 15.0)
    told.switch("switch_started", 15.3, boot="trknew")
    return told


ENDINGS: dict[str, tuple[Callable[[], Telling], Disposition, HungUpBy]] = {
    "ringing": (hung_up_while_ringing, Disposition.ABANDONED_RINGING, HungUpBy.CALLER),
    "greeting": (hung_up_in_the_greeting, Disposition.ABANDONED_DIALOGUE, HungUpBy.CALLER),
    "silent": (silent, Disposition.SILENT, HungUpBy.SYSTEM),
    "agent": (talked, Disposition.AGENT, HungUpBy.CALLER),
    "agent first": (lambda: talked(agent_first=True), Disposition.AGENT, HungUpBy.AGENT),
    "queue": (abandoned_the_queue, Disposition.ABANDONED_QUEUE, HungUpBy.CALLER),
    "message": (left_a_message, Disposition.MESSAGE, HungUpBy.SYSTEM),
    "crash": (crashed, Disposition.SWITCH_CRASH, HungUpBy.SWITCH),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_call_has_one_outcome_and_one_who_hung_up_first(ending: str) -> None:  # ANS-4
    tell, disposition, hung_up_by = ENDINGS[ending]
    record = tell().record()
    assert (record.disposition, record.hung_up_by) == (disposition, hung_up_by)
    assert record.state is CallState.ENDED


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_same_events_make_the_same_row_in_any_order_and_doubled(ending: str) -> None:
    events = ENDINGS[ending][0]().events()
    expected = folded(events)
    for seed in range(20):
        shuffled = events + events[: len(events) // 2]
        random.Random(seed).shuffle(shuffled)
        assert folded(shuffled) == expected


@given(ending=st.sampled_from(sorted(ENDINGS)), data=st.data())
@settings(max_examples=200, deadline=None)
def test_any_events_may_be_missing_and_the_call_is_still_a_call(
    ending: str, data: st.DataObject
) -> None:
    events = ENDINGS[ending][0]().events()
    kept = data.draw(st.lists(st.sampled_from(events), unique_by=lambda event: event[:4]))
    record = fold(kept)
    assert (record is not None) == any(event.name == "TR_CALL" for event in kept)
    if record is not None:
        assert (record.ended is None) == (record.disposition is None)
        assert (record.state is CallState.ENDED) == (record.ended is not None)


def test_who_called_and_when_it_rang_and_was_answered_is_kept() -> None:
    record = hung_up_in_the_greeting().record()
    assert (record.id, record.boot, record.ref) == (CALL, BOOT, "t-1")
    assert (record.number, record.name, record.did) == ("13800138000", "王", "10050")
    assert (record.ring_started, record.answered, record.ended) == (at(0), at(1.0), at(2.5))
    assert (record.rings, record.held_ans1) == (1, True)
    assert record.recording_at == at(1.001)


@pytest.mark.parametrize(
    ("answered", "rings", "held"),
    [
        (0.0, 1, True),
        (4.9, 1, True),
        (5.1, 2, True),
        (14.9, 3, True),
        (15.0, 3, True),
        (15.1, 4, False),
    ],
)
def test_a_call_answered_before_the_third_ring_ends_has_held_ans_1(
    answered: float, rings: int, *, held: bool
) -> None:
    told = Telling()
    told.rings()
    told.is_answered(answered)
    told.hangs_up(answered + 5)
    record = told.record()
    assert (record.rings, record.held_ans1) == (rings, held)


def test_a_caller_who_gave_up_while_it_rang_heard_these_rings() -> None:
    told = Telling()
    told.rings()
    told.hangs_up(11.0)
    record = told.record()
    assert (record.rings, record.held_ans1, record.answered) == (3, False, None)


def test_the_wait_is_measured_from_the_queue_to_the_agent() -> None:
    record = talked().record()
    assert (record.queued_at, record.queue_left_at) == (at(9.5), at(12.4))
    assert record.waited_s == pytest.approx(2.9)
    assert (record.agent, record.agent_answered) == ("8001", at(12.4))
    assert (record.topic, record.language) == ("complaint", "zh")


def test_the_whole_seconds_of_the_queue_log_never_come_before_finer_times() -> None:
    told = Telling()
    told.rings()
    told.tells("TR_QUEUE", 0.8, queue="hotline")
    told.queue("ENTERQUEUE", 0.8)
    told.queue("CONNECT", 1.9, "PJSIP/8001", "1", "x", "1")
    told.agent("BRIDGE_ENTER", 1.95)
    told.hangs_up(5.0)
    record = told.record()
    assert record.ring_started == at(0)
    assert (record.queued_at, record.agent_answered) == (at(0.8), at(1.95))


def test_without_channel_events_the_queue_log_still_says_who_talked() -> None:
    told = waiting()
    told.queue("CONNECT", 12.3, "PJSIP/8002", "3", "x", "2")
    told.hangs_up(20.0)
    record = told.record()
    assert (record.agent, record.agent_answered) == ("8002", at(12.0))


def test_a_phone_that_rang_in_vain_is_a_miss_and_one_that_was_never_there_is_not() -> None:
    told = waiting()
    told.queue("RINGNOANSWER", 10.0, "PJSIP/8003", "0")
    told.queue("RINGNOANSWER", 24.6, "PJSIP/8001", "15000")
    told.hangs_up(30.0)
    [miss] = told.record().misses
    assert (miss.agent, miss.rang_s) == ("8001", 15.0)


def test_a_caller_who_leaves_the_queue_for_a_message_is_a_message() -> None:
    record = left_a_message().record()
    assert record.waited_s == pytest.approx(60.1)
    assert record.message_at == at(75.0)


def test_the_fallback_is_remembered_with_its_reason() -> None:
    told = Telling()
    told.rings()
    told.is_answered()
    told.tells("TR_FALLBACK", 5.0, reason="frozen")
    told.tells("TR_MESSAGE", 7.0, reason="nobody", by="script")
    told.hangs_up(12.0)
    record = told.record()
    assert (record.fallback, record.disposition) == ("frozen", Disposition.MESSAGE)


@pytest.mark.parametrize(
    ("line", "outcome", "expected"),
    [
        ("alive", None, SilOutcome.ALIVE),
        ("too_quiet", "too_quiet", SilOutcome.TOO_QUIET),
        (None, "silent", SilOutcome.SILENT),
        ("gone", None, SilOutcome.NONE),
        (None, None, SilOutcome.NONE),
    ],
)
def test_what_was_heard_on_the_line_is_kept(
    line: str | None, outcome: str | None, expected: SilOutcome
) -> None:
    told = Telling()
    told.rings()
    told.is_answered()
    if line:
        told.service("line", 5.0, outcome=line)
    if outcome:
        told.tells("TR_OUTCOME", 9.0, outcome=outcome)
    assert told.record().sil_outcome is expected


def test_a_call_that_the_switch_took_with_it_ends_when_the_switch_died() -> None:
    record = crashed().record()
    assert (record.ended, record.queue_left_at) == (at(15.0), at(15.0))


def test_when_only_the_next_switch_is_known_the_call_lasted_to_its_last_event() -> None:
    told = Telling()
    told.rings()
    told.is_answered()
    told.service("prompt", 4.0, name="greeting")
    told.switch("switch_started", 3600.0, boot="trknew")
    record = told.record()
    assert (record.disposition, record.ended) == (Disposition.SWITCH_CRASH, at(4.0))


def test_a_call_that_had_ended_is_not_touched_by_a_crash_after_it() -> None:
    told = talked()
    before = told.record()
    told.switch("switch_died", 70.0)
    told.switch("switch_started", 71.0, boot="trknew")
    assert told.record() == before


def test_the_start_of_its_own_switch_is_no_crash() -> None:
    told = Telling()
    told.switch("switch_died", -2.0, boot="trkold")
    told.rings()
    told.switch("switch_started", 0.5)
    assert told.record().state is CallState.RINGING


@pytest.mark.parametrize("what", ["switch_died", "switch_started"])
def test_what_becomes_of_the_switch_of_another_node_ends_no_call(what: str) -> None:
    told, elsewhere = waiting(), Telling()
    elsewhere.switch(what, 20.0, boot=BOOT if what == "switch_died" else "trknew")
    theirs = [one._replace(node="node2", file=f"node2/{one.file}") for one in elsewhere.events()]
    assert folded([*told.events(), *theirs]) == told.record()
    assert folded([*told.events(), *elsewhere.events()]).disposition is Disposition.SWITCH_CRASH


def test_a_call_knows_its_node() -> None:
    told = [one._replace(node="node2") for one in talked().events()]
    assert (folded(told).node, talked().record().node) == ("node2", "node1")


def _told_up_to(seconds: float) -> CallRecord:
    return folded([event for event in talked().events() if event.at <= BEGAN + seconds])


@pytest.mark.parametrize(
    ("seconds", "state"),
    [
        (0.5, CallState.RINGING),
        (5.0, CallState.DIALOGUE),
        (9.7, CallState.QUEUED),
        (30.0, CallState.TALKING),
        (60.1, CallState.ENDED),
    ],
)
def test_an_open_call_is_in_the_state_its_caller_is_in(seconds: float, state: CallState) -> None:
    assert _told_up_to(seconds).state is state


def test_a_call_that_nobody_explains_has_failed() -> None:
    told = Telling()
    told.rings()
    told.is_answered()
    told.hangs_up(3.0, source="dialplan/builtin")
    assert told.record().disposition is Disposition.FAILED
