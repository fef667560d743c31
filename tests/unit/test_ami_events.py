"""Typed events, read from what Asterisk 22.10.1 really wrote."""

import pytest

from ami import events
from ami.agent_events import AgentCalled, AgentComplete, AgentConnect
from ami.filter import Heard
from ami.heartbeat import NAME, Heartbeat

SNAPSHOT = {
    "Channel": "PJSIP/trunk-00000001",
    "CallerIDNum": "13800138000",
    "CallerIDName": "王\u202e小明",
    "Uniqueid": "trk1-5.1",
    "Linkedid": "trk1-5.1",
}
RUNG = {"Queue": "hotline", "Interface": "PJSIP/w01", "DestChannel": "PJSIP/w01-1"}
MEMBER = {
    "Event": "QueueMemberStatus",
    "Queue": "hotline",
    "MemberName": "张三",
    "Interface": "PJSIP/8001",
    "CallsTaken": "3",
    "InCall": "1",
    "Status": "2",
    "Paused": "0",
    "PausedReason": "",
}


def test_a_member_is_read_with_name_state_and_calls() -> None:
    assert events.typed(MEMBER) == events.QueueMemberStatus(
        queue="hotline",
        interface="PJSIP/8001",
        name="张三",
        status=2,
        paused=False,
        in_call=True,
        calls_taken=3,
        reason="",
    )


@pytest.mark.parametrize(
    ("headers", "event"),
    [
        ({"Event": "FullyBooted"}, events.FullyBooted()),
        ({"Event": "Shutdown"}, events.Shutdown()),
        (
            {"Event": "PeerStatus", "Peer": "PJSIP/8001", "PeerStatus": "Reachable"},
            events.PeerStatus("PJSIP/8001", "Reachable"),
        ),
        (
            {"Event": "ContactStatus", "AOR": "8001", "ContactStatus": "Created", "URI": "sip:a"},
            events.ContactStatus("8001", "Created", "sip:a"),
        ),
        (
            {**SNAPSHOT, "Event": "Newchannel"},
            events.Newchannel(
                "PJSIP/trunk-00000001", "trk1-5.1", "trk1-5.1", "13800138000", "王小明"
            ),
        ),
        (
            {**SNAPSHOT, "Event": "Hangup", "Cause": "16"},
            events.Hangup("PJSIP/trunk-00000001", "trk1-5.1", "trk1-5.1", 16),
        ),
        (
            {
                **SNAPSHOT,
                "Event": "AgentRingNoAnswer",
                "Queue": "hotline",
                "Interface": "PJSIP/8001",
                "RingTime": "15000",
            },
            events.AgentRingNoAnswer("hotline", "PJSIP/8001", "trk1-5.1", 15.0),
        ),
        (
            {
                **SNAPSHOT,
                "Event": "QueueCallerJoin",
                "Queue": "hotline",
                "Position": "2",
                "Count": "2",
            },
            events.QueueCallerJoin("hotline", "trk1-5.1", 2, 2, "PJSIP/trunk-00000001"),
        ),
        (
            {**SNAPSHOT, "Event": "QueueCallerLeave", "Queue": "hotline", "Count": "1"},
            events.QueueCallerLeave("hotline", "trk1-5.1", 1),
        ),
        (
            {**SNAPSHOT, "Event": "UserEvent", "UserEvent": "Told", "What": "a\u200bb"},
            events.UserEvent("Told", {"What": "ab"}, linkedid="trk1-5.1"),
        ),
        (
            {**SNAPSHOT, **RUNG, "Event": "AgentCalled"},
            AgentCalled("hotline", "PJSIP/w01", "trk1-5.1", SNAPSHOT["Channel"], "PJSIP/w01-1"),
        ),
        (
            {**SNAPSHOT, **RUNG, "Event": "AgentConnect", "HoldTime": "12", "RingTime": "3"},
            AgentConnect(
                "hotline", "PJSIP/w01", "trk1-5.1", SNAPSHOT["Channel"], "PJSIP/w01-1", 12.0
            ),
        ),
        (
            {**SNAPSHOT, **RUNG, "Event": "AgentComplete", "TalkTime": "61", "Reason": "caller"},
            AgentComplete(
                "hotline", "PJSIP/w01", "trk1-5.1", 61.0, "caller", agent_channel="PJSIP/w01-1"
            ),
        ),
    ],
)
def test_each_kind_is_read_and_what_callers_wrote_is_cleaned(
    headers: dict[str, str], event: events.Event
) -> None:
    assert events.typed(headers) == event
    assert events.known(headers["Event"])


@pytest.mark.parametrize("lost", ["Channel", "Uniqueid", "Linkedid"])
def test_an_event_that_was_cut_off_is_none(lost: str) -> None:
    cut = {key: value for key, value in SNAPSHOT.items() if key != lost}
    assert events.typed({**cut, "Event": "Newchannel"}) is None


def test_a_call_keeps_its_name_when_somebody_brings_an_older_one_into_its_bridge() -> None:
    brought = {**SNAPSHOT, "Linkedid": "trk1-4.9", "AccountCode": "trk1-5.1"}
    joined = {**brought, "Event": "QueueCallerJoin", "Queue": "hotline"}
    told = events.typed({**joined, "Position": "1", "Count": "1"})
    assert isinstance(told, events.QueueCallerJoin)
    assert told.linkedid == "trk1-5.1"
    bare = events.typed({**joined, "AccountCode": "", "Position": "1", "Count": "1"})
    assert isinstance(bare, events.QueueCallerJoin)
    assert bare.linkedid == "trk1-4.9"


def test_an_event_with_a_number_that_is_none_is_none() -> None:
    assert events.typed({**MEMBER, "Status": "many"}) is None
    assert events.typed({"Event": "VarSet"}) is None
    assert not events.known("VarSet")


def test_a_queue_is_read_with_its_members_and_who_waits() -> None:
    member = {
        **{key: value for key, value in MEMBER.items() if key not in ("Interface", "MemberName")},
        "Event": "QueueMember",
        "Location": "PJSIP/8001",
        "Name": "张三",
    }
    rows = (
        {"Event": "QueueParams", "Queue": "hotline"},
        member,
        {**member, "Status": "x"},
        {"Event": "QueueEntry"},
        {"Event": "QueueStatusComplete"},
    )
    state = events.queue_state(rows)
    assert state.waiting == 1
    assert [one.name for one in state.members] == ["张三"]


def test_a_heartbeat_of_ours_proves_the_run_and_shows_how_late_events_are() -> None:
    beat = Heartbeat()
    assert beat.action(10.0)["At"] == "10.000000"
    headers = {"Event": "UserEvent", "SystemName": "trk1", "UserEvent": NAME, "At": "10.000000"}
    assert beat.heard(Heard(headers, answers=True), 10.5)
    assert (beat.boot, beat.lateness(10.6)) == ("trk1", 0.5)
    beat.action(11.0)
    beat.action(12.0)
    assert beat.lateness(14.0) == 3.0  # out since 11.0


def test_a_heartbeat_that_somebody_else_sent_teaches_nothing() -> None:
    beat = Heartbeat()
    headers = {"Event": "UserEvent", "SystemName": "forged", "UserEvent": NAME, "At": "x"}
    assert beat.heard(Heard(headers), 10.5)
    assert (beat.boot, beat.lateness(11.0)) == (None, None)
