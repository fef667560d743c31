"""What the desk does in a call, told from its journals: who had it, holds, scripts, callbacks."""

import pytest

from features.call_recordings.lifecycle import gaps, to_record_from
from features.calls.lifecycle import CallState, Direction, Disposition, HungUpBy
from ledger.call_callbacks import _said
from tests.unit.scripted_journal import BEGAN, BOOT, CALL, CALLER, Telling
from tests.unit.test_call_fold import at, waiting


def talking(*, member: str = "1001") -> Telling:
    told = waiting()
    told.tells("TR_ROUTE", 9.4, queue="senior", seat="w01", reasons="QUE-1:large;QUE-3:7:1001")
    told.tells("TR_OFFER", 9.9, seat="w01", queue="own-w01")
    told.agent("ANSWER", 12.3, number="w01")
    told.queue("CONNECT", 12.3, member, "3", f"{BOOT}-1795296640.9", "2")
    told.agent("BRIDGE_ENTER", 12.4, number="w01")
    return told


def taken_out(told: Telling, what: str, at: float, **said: str) -> None:
    """The caller is taken out of the talk: Asterisk names the caller as the source of that."""
    told.queue("COMPLETEAGENT", at, "1001", "3", "48", "1")
    told.agent("HANGUP", at, number="w01", source="")
    told.tells(what, at + 0.01, seat="w01", **said)


def test_the_agent_is_the_account_that_sat_there_and_the_route_keeps_its_reasons() -> None:
    record = talking().record()
    assert (record.agent, record.state) == ("1001", CallState.TALKING)
    assert record.route_reasons == ("QUE-1:large", "QUE-3:7:1001")


def test_until_the_queue_has_named_the_account_the_seat_stands_for_it() -> None:
    told = talking()
    told.queue_log.clear()
    assert told.record().agent == "w01"


def test_a_script_said_to_its_end_is_our_hang_up_not_the_agents_nor_the_callers() -> None:
    told = talking()
    taken_out(told, "TR_SCRIPT", 40.0, name="silent")
    told.tells("TR_OUTCOME", 60.0, outcome="silent")
    told.hangs_up(60.1)
    record = told.record()
    assert (record.hung_up_by, record.disposition) == (HungUpBy.SYSTEM, Disposition.AGENT)
    assert (record.scripts, record.sil_outcome) == (("silent",), "silent")


def test_a_caller_between_two_talks_is_not_talking_and_then_is_again() -> None:
    told = talking()
    taken_out(told, "TR_REUNITE", 40.0)
    assert told.record().state is not CallState.TALKING
    told.agent("BRIDGE_ENTER", 45.0, number="w01")
    assert told.record().state is CallState.TALKING
    told.queue("COMPLETECALLER", 70.0, "1001", "3", "25", "1")
    told.hangs_up(70.0)
    assert told.record().hung_up_by is HungUpBy.CALLER


def test_an_agent_whose_phone_was_lost_did_not_hang_up_and_the_caller_waits_again() -> None:
    told = talking()
    told.agent("HANGUP", 40.0, number="w01")
    told.queue("COMPLETEAGENT", 40.0, "1001", "3", "30", "1")
    told.tells("TR_QUEUE_LEFT", 40.1, queue="hotline", status="CONTINUE")
    told.tells("TR_AGENT_LOST", 40.3, seat="w01")
    assert told.record().state is not CallState.TALKING
    told.hangs_up(60.0)
    record = told.record()
    assert (record.hung_up_by, record.disposition) == (HungUpBy.CALLER, Disposition.AGENT)
    assert (len(record.segments), record.talk_s) == (1, 27.6)


def test_the_agent_who_hangs_up_after_a_script_has_hung_up_first() -> None:
    told = talking()
    taken_out(told, "TR_SCRIPT", 40.0, name="stays_on")
    told.agent("BRIDGE_ENTER", 50.0, number="w01")
    told.queue("COMPLETEAGENT", 70.0, "1001", "3", "20", "1")
    told.agent("HANGUP", 70.0, number="w01", source="PJSIP/w01-0000000a")
    told.tells("TR_OUTCOME", 73.0, outcome="farewell")
    told.hangs_up(73.1, source="dialplan/builtin")
    assert told.record().hung_up_by is HungUpBy.AGENT


def test_holds_are_added_up_though_another_channel_tells_of_them() -> None:
    told = talking()
    told.tells("TR_UNHOLD", 30.0, call=CALL, seconds="12")
    told.tells("TR_UNHOLD", 45.0, call=CALL, seconds="3")
    told.tells("TR_UNHOLD", 46.0, call=CALL, seconds="nonsense")
    assert told.record().held_s == 15.0
    assert {event.about for event in told.events() if event.name == "TR_UNHOLD"} == {CALL}


def test_who_takes_the_call_back_instead_of_waiting_is_promised_one() -> None:
    told = waiting()
    told.tells("TR_CALLBACK", 40.0, kind="queue", minutes="30")
    told.tells("TR_OUTCOME", 45.0, outcome="promised")
    told.hangs_up(45.1)
    record = told.record()
    assert (record.disposition, record.hung_up_by) == (Disposition.PROMISED, HungUpBy.SYSTEM)
    [callback] = [event for event in told.events() if event.name == "TR_CALLBACK"]
    assert _said(callback) == ("queue", 30)


def called_back(*, source: str) -> Telling:
    """An agent's phone was rung, then the customer's; `source` is who hung up."""
    told = Telling()
    told.says("ANSWER", 3.0)
    told.tells(
        "TR_CALL", 3.1, call=CALL, direction="out", purpose="callback", agent="1001", num="MTM4"
    )
    told.tells("TR_DIALLING", 5.0)
    told.tells("TR_TALKING", 9.0)
    told.says("BRIDGE_ENTER", 9.1)
    told.agent("BRIDGE_ENTER", 9.2, number="out")
    told.agent("HANGUP", 60.0, number="out", source="PJSIP/out-0000000a")
    told.hangs_up(60.1, source=source)
    return told


@pytest.mark.parametrize(
    ("source", "who"), [(CALLER, HungUpBy.AGENT), ("PJSIP/out-0000000a", HungUpBy.CALLER)]
)
def test_a_call_that_an_agent_made_names_him_and_who_hung_up_first(
    source: str, who: HungUpBy
) -> None:  # SIL-6
    record = called_back(source=source).record()
    assert (record.direction, record.disposition) == (Direction.OUT, Disposition.OUTBOUND)
    assert (record.agent, record.number, record.hung_up_by) == ("1001", "138", who)
    assert record.agent_answered is not None


def test_of_a_call_that_an_agent_made_the_customers_own_leg_is_recorded() -> None:  # ANS-5
    told = called_back(source=CALLER)
    told.tells("TR_RECORD", 8.9)
    record = told.record()
    assert record.recording_at == to_record_from(record) == at(8.9)
    assert not gaps(record, 51.1), "before, the agent had nobody to talk with"
    [gap] = gaps(record, 30.0)
    assert (gap.from_at, gap.to_at) == (at(38.9), at(60.1))


@pytest.mark.parametrize("what", ["TR_REUNITE", "TR_SCRIPT", "TR_TRANSFER", "TR_RESCUE"])
def test_a_called_customer_whom_the_desk_takes_out_of_the_talk_is_still_there(what: str) -> None:
    told = called_back(source=CALLER)
    told.cel = [line for line in told.cel if f'"HANGUP","{BEGAN + 60.0:.6f}"' not in line]
    about_it: dict[str, object] = {"extra": "seat=w01"}
    told.says("USER_DEFINED", 59.9, extra=about_it, user=what, uniqueid=f"{BOOT}-1795296640.9")
    assert told.record().ended is None
    told.agent("HANGUP", 80.0, number="out", source="PJSIP/out-0000000a")
    assert told.record().ended == at(80.0)


def test_a_customer_who_did_not_answer_leaves_nothing_to_record() -> None:
    told = Telling()
    told.says("ANSWER", 3.0)
    told.tells("TR_CALL", 3.1, call=CALL, direction="out", purpose="callback", agent="1001")
    told.tells("TR_DIALLING", 5.0)
    told.tells("TR_CUSTOMER_NOANSWER", 25.0)
    told.hangs_up(25.1)
    record = told.record()
    assert record.answered is not None
    assert to_record_from(record) is None


def test_a_callback_that_makes_no_sense_is_none() -> None:
    for said in ({"kind": "agent", "minutes": "3"}, {"kind": "queue", "minutes": "-1"}, {}):
        told = Telling()
        told.tells("TR_CALLBACK", 1.0, **said)
        assert _said(told.events()[0])[0] is None
