"""What the desk does in a call, told from its journals: who had it, holds, scripts, callbacks."""

import pytest

from features.calls.lifecycle import CallState, Direction, Disposition, HungUpBy
from ledger.call_callbacks import _said
from tests.unit.scripted_journal import BOOT, CALL, CALLER, Telling
from tests.unit.test_call_fold import waiting


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


def test_a_callback_that_makes_no_sense_is_none() -> None:
    for said in ({"kind": "agent", "minutes": "3"}, {"kind": "queue", "minutes": "-1"}, {}):
        told = Telling()
        told.tells("TR_CALLBACK", 1.0, **said)
        assert _said(told.events()[0])[0] is None
