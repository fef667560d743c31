"""The live state of the floor: what an agent and a leader are told of each event, and no ghosts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ami.actions import Channel
from ami.agent_events import (
    AgentComplete,
    AgentConnect,
    Hold,
    QueueCallerAbandon,
    Unhold,
)
from ami.events import (
    AgentRingNoAnswer,
    Event,
    QueueCallerJoin,
    QueueCallerLeave,
    QueueEntry,
    QueueMemberStatus,
    QueueState,
    UserEvent,
)
from floor.changes import (
    CallEnded,
    FloorEvent,
    HoldChanged,
    Missed,
    Offered,
    OfferGone,
    PausedBySwitch,
    PhoneChanged,
    Talking,
)
from floor.live_state import LiveState
from floor.people import Agent, DeviceState
from floor.wallboard import duty, wallboard
from permissions.roles import Role

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
CALL, LINKED = "0b0f8f3e-6a5c-4c1d-9b6e-2f1f0f6f7a10", "trk-1.0"
CALLER, PHONE = "PJSIP/trunk-00000001", "PJSIP/w01-00000002"


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def agent(seat: str = "w01", *, number: str = "1001", state: str = "ready") -> Agent:
    return Agent(
        duty_id=int(number),
        account_id=int(number),
        number=number,
        name="李梅",
        role=Role.JUNIOR_AGENT,
        seat=seat,
        kind="browser",
        state=state,
        reason="",
        since=NOON,
        queues=("hotline", f"own-{seat}"),
    )


def member(
    seat: str = "w01", device: int = DeviceState.IDLE, *, paused: bool = False, reason: str = ""
) -> QueueMemberStatus:
    return QueueMemberStatus(
        queue="hotline",
        interface=f"PJSIP/{seat}",
        name="1001",
        status=device,
        paused=paused,
        in_call=False,
        calls_taken=0,
        reason=reason,
    )


JOINS = QueueCallerJoin("hotline", LINKED, 1, 1, CALLER)
LEAVES = QueueCallerLeave("hotline", LINKED, 0)
OFFERS = UserEvent(
    "Offer",
    {"Call": CALL, "Seat": "w01", "Queue": "hotline", "Topic": "fault", "Reasons": "first_asked"},
    linkedid=LINKED,
    party_number="13812345678",
)
ANSWERS = AgentConnect("hotline", "PJSIP/w01", LINKED, CALLER, PHONE, 5.0)
ENDS = AgentComplete("hotline", "PJSIP/w01", LINKED, 60.0, "caller")


def floor(*events: Event, after: float = 0.0) -> LiveState:
    """Return a floor with one agent, after these events a second apart."""
    live_state = LiveState()
    live_state.at_work([agent()])
    live_state.heard(member(), NOON)
    for seconds, event in enumerate(events):
        live_state.heard(event, at(after + seconds))
    return live_state


def told(notices: list[FloorEvent], kind: type[FloorEvent]) -> list[FloorEvent]:
    return [one for one in notices if isinstance(one, kind)]


def test_a_caller_is_offered_with_number_wait_topic_and_reasons() -> None:
    live_state = floor(JOINS)
    [offered] = told(live_state.heard(OFFERS, at(12)), Offered)
    assert offered == Offered(
        *("w01", CALL, "hotline", "13812345678", "", 12.0, at(12)),
        topic="fault",
        reasons=("first_asked",),
    )
    assert duty(live_state, live_state.agents["w01"])["state"] == "ringing"


def test_an_answered_caller_waits_no_more_and_talks_under_our_own_call_id() -> None:
    live_state = floor(JOINS, OFFERS)
    live_state.heard(LEAVES, at(3))
    [talking] = told(live_state.heard(ANSWERS, at(4)), Talking)
    assert talking == Talking("w01", CALL, at(4))
    board = wallboard(live_state, at(5))
    assert (board["waiting"], board["answered"]) == (0, 1)
    assert list(live_state.talks_of(CALL)) == ["w01"]


def test_the_end_of_a_talk_says_how_we_parted_them() -> None:
    live_state = floor(JOINS, OFFERS, ANSWERS)
    live_state.parting("w01", "script-silent")
    [ended] = told(live_state.heard(ENDS, at(9)), CallEnded)
    assert ended == CallEnded("w01", CALL, "script-silent", at(9))
    assert told(live_state.heard(ENDS, at(10)), CallEnded) == []


def test_a_phone_that_rang_in_vain_is_a_miss_and_the_offer_is_gone() -> None:
    live_state = floor(JOINS, OFFERS)
    notices = live_state.heard(AgentRingNoAnswer("hotline", "PJSIP/w01", LINKED, 15.0), at(17))
    assert told(notices, OfferGone) == [OfferGone("w01", CALL)]
    assert told(notices, Missed) == [Missed("w01", CALL, 15.0, at(17))]
    assert live_state.day.misses_of("1001") == 1
    assert wallboard(live_state, at(17))["waiting"] == 1, "the caller keeps the place (ANS-2)"


def test_a_phone_that_was_not_there_is_no_miss_of_the_agent() -> None:
    live_state = floor(JOINS, OFFERS)
    notices = live_state.heard(AgentRingNoAnswer("hotline", "PJSIP/w01", LINKED, 0.0), at(2))
    assert told(notices, Missed) == []
    assert live_state.day.misses_of("1001") == 0


def test_a_pause_after_a_miss_is_taken_over_once() -> None:
    live_state = floor()
    paused = member(paused=True, reason="Auto-Pause")
    assert told(live_state.heard(paused, at(1)), PausedBySwitch) == [PausedBySwitch("w01")]
    live_state.at_work([agent(state="paused")])
    assert told(live_state.heard(paused, at(2)), PausedBySwitch) == []


def test_a_caller_who_gives_up_while_the_phone_rings_takes_the_offer_along() -> None:
    live_state = floor(JOINS, OFFERS)
    notices = live_state.heard(QueueCallerAbandon("hotline", LINKED), at(20))
    assert told(notices, OfferGone) == [OfferGone("w01", CALL)]
    assert wallboard(live_state, at(20))["abandoned"] == 1


def test_from_one_queue_to_the_next_the_wait_goes_on() -> None:
    live_state = floor(QueueCallerJoin("own-w01", LINKED, 1, 1, CALLER))
    live_state.heard(QueueCallerLeave("own-w01", LINKED, 0), at(15))
    live_state.heard(JOINS, at(15.1))
    live_state.tick(at(18))
    assert wallboard(live_state, at(20))["longest_s"] == 20.0


def test_a_caller_who_left_for_a_message_waits_no_more_and_has_not_given_up() -> None:
    live_state = floor(JOINS)
    live_state.heard(LEAVES, at(30))
    live_state.tick(at(31))
    assert wallboard(live_state, at(31))["sent_on"] == 0
    live_state.tick(at(33))
    board = wallboard(live_state, at(33))
    assert (board["waiting"], board["abandoned"], board["sent_on"]) == (0, 0, 1)


def test_one_who_comes_back_to_the_queue_counts_once() -> None:
    live_state = floor(JOINS, OFFERS, ANSWERS, ENDS, JOINS, OFFERS, ANSWERS)
    assert wallboard(live_state, at(9))["answered"] == 1


def test_hold_is_told_once_with_its_length_whoever_tells_it() -> None:
    live_state = floor(JOINS, OFFERS, ANSWERS)
    assert told(live_state.heard(Hold(PHONE, LINKED), at(10)), HoldChanged)
    assert live_state.hold("w01", at(11), on=True) == []
    assert duty(live_state, live_state.agents["w01"])["state"] == "on_hold"
    [back] = told(live_state.heard(Unhold(PHONE, LINKED), at(40)), HoldChanged)
    assert back == HoldChanged("w01", CALL, held=False, held_s=30.0, at=at(40))


@pytest.mark.parametrize("device", [DeviceState.IDLE, DeviceState.UNAVAILABLE])
def test_a_talk_whose_end_nobody_told_ends_with_the_phones_own_state(device: int) -> None:
    live_state = floor(JOINS, OFFERS, ANSWERS)
    live_state.heard(member(device=DeviceState.IN_USE), at(5))
    assert told(live_state.tick(at(50)), CallEnded) == []
    live_state.heard(member(device=device), at(51))
    assert live_state.talks == {}


def test_an_agent_is_told_when_the_phone_is_lost_and_found() -> None:
    live_state = floor()
    lost = live_state.heard(member(device=DeviceState.UNAVAILABLE), at(1))
    assert told(lost, PhoneChanged) == [PhoneChanged("w01")]
    assert duty(live_state, live_state.agents["w01"])["state"] == "unreachable"
    again = live_state.heard(member(device=DeviceState.UNAVAILABLE), at(2))
    assert told(again, PhoneChanged) == [], "told once"


def test_an_offer_whose_end_nobody_told_is_gone_when_the_phone_is_idle() -> None:
    live_state = floor(JOINS, OFFERS)
    live_state.heard(member(device=DeviceState.RINGING), at(2))
    assert told(live_state.tick(at(9)), OfferGone) == []
    live_state.heard(member(device=DeviceState.IDLE), at(10))
    assert told(live_state.tick(at(11)), OfferGone) == [OfferGone("w01", CALL)]


def test_after_our_own_restart_a_talk_under_way_is_found_again() -> None:
    live_state = floor()
    state = QueueState(
        1, (member(device=DeviceState.IN_USE),), (QueueEntry("hotline", "trk-9.0", "x", 1, 7.0),)
    )
    legs = (
        Channel(CALLER, LINKED, LINKED, "Queue", "bridge", CALL, 30),
        Channel(PHONE, "trk-2.0", LINKED, "AppQueue", "bridge", "", 20),
    )
    [talking] = told(live_state.resumed(state, legs, at(100), asked=at(99)), Talking)
    assert talking == Talking("w01", CALL, at(80))
    assert live_state.talks["w01"].channel == CALLER
    assert wallboard(live_state, at(100))["longest_s"] == 7.0
    assert told(live_state.resumed(state, legs, at(130), asked=at(129)), Talking) == [], (
        "told only once"
    )


def test_after_a_restart_of_asterisk_no_talk_and_no_caller_is_left() -> None:
    live_state = floor(JOINS, OFFERS, ANSWERS)
    live_state.heard(QueueCallerJoin("hotline", "trk-7.0", 1, 1, "x"), at(5))
    notices = live_state.resumed(QueueState(0, (member(),)), (), at(60), asked=at(59))
    assert told(notices, CallEnded) == [CallEnded("w01", CALL, "", at(60))]
    assert wallboard(live_state, at(60))["waiting"] == 0


def test_a_caller_answered_while_we_asked_is_not_lost() -> None:
    live_state = floor(JOINS, OFFERS)
    live_state.heard(member(device=DeviceState.IN_USE), at(59.5))
    live_state.heard(ANSWERS, at(59.6))
    live_state.heard(QueueCallerJoin("hotline", "trk-7.0", 1, 1, "x"), at(59.7))
    state = QueueState(0, (member(device=DeviceState.IN_USE),))
    assert told(live_state.resumed(state, (), at(60), asked=at(59)), CallEnded) == []
    assert wallboard(live_state, at(60))["waiting"] == 1


def test_a_miss_outlives_a_look_at_the_database() -> None:
    live_state = floor(JOINS, OFFERS)
    live_state.heard(AgentRingNoAnswer("hotline", "PJSIP/w01", LINKED, 15.0), at(17))
    live_state.at_work([agent(state="paused")])
    assert live_state.day.misses_of("1001") == 1


def test_no_caller_s_number_is_on_the_wallboard() -> None:
    live_state = floor(JOINS, OFFERS, ANSWERS)
    assert "13812345678" not in str(wallboard(live_state, at(9)))


CALLS_BACK = UserEvent("CallBack", {"Call": CALL, "Seat": "w01", "Number": "138", "Why": "unfound"})
CUSTOMER = "PJSIP/out-00000003"
CUSTOMER_TALKS = UserEvent(
    "CallBackTalks", {"Call": CALL, "Seat": "w01", "Caller": CUSTOMER, "Agent": PHONE}, LINKED
)


def test_a_promised_call_is_on_the_page_before_the_agents_phone_rings() -> None:  # CBK-1
    live_state = floor()
    [offered] = told(live_state.heard(CALLS_BACK, at(1)), Offered)
    assert offered == Offered(
        *("w01", CALL, "", "138", "", 0.0, at(1)), reasons=("CBK-1:unfound",), calls_back="unfound"
    )
    assert duty(live_state, live_state.agents["w01"])["state"] == "ringing"
    assert told(live_state.tick(at(5)), OfferGone) == [OfferGone("w01", CALL)], "let it ring"


def test_the_page_shows_whom_a_campaign_calls_until_the_phone_rings() -> None:  # CBK-3
    asks = {"Call": CALL, "Seat": "w01", "Number": "138", "Why": "campaign"}
    live_state = floor()
    early = UserEvent("CallBack", asks | {"RingsIn": "10"})
    offered = Offered(
        *("w01", CALL, "", "138", "", 0.0, at(1)),
        reasons=("CBK-3:campaign",),
        calls_back="campaign",
        rings_in_s=10.0,
    )
    assert told(live_state.heard(early, at(1)), Offered) == [offered]
    live_state.heard(member(), at(1))
    assert not told(live_state.tick(at(9)), OfferGone), "gone before the phone could ring"
    rings = UserEvent("CallBack", asks | {"RingsIn": "0"})
    again = told(live_state.heard(rings, at(11)), Offered)
    assert again == [replace(offered, at=at(11), rings_in_s=0.0)]
    assert told(live_state.tick(at(14)), OfferGone) == [OfferGone("w01", CALL)]


def test_who_was_called_back_talks_until_the_phone_is_put_down() -> None:
    live_state = floor(CALLS_BACK)
    assert told(live_state.heard(CUSTOMER_TALKS, at(9)), Talking) == [Talking("w01", CALL, at(9))]
    live_state.heard(member(device=DeviceState.IN_USE), at(10))
    found = live_state.talks_of(CALL)["w01"]
    assert (found.channel, found.agent_channel) == (CUSTOMER, PHONE)
    ended = told(live_state.heard(member(), at(40)), CallEnded)
    assert ended == [CallEnded("w01", CALL, "", at(40))]


def test_a_look_at_asterisk_finds_the_talk_of_who_was_called_back() -> None:
    live_state = floor(CALLS_BACK, CUSTOMER_TALKS)
    live_state.heard(member(device=DeviceState.IN_USE), at(3))
    agent = Channel(PHONE, LINKED, LINKED, "Dial", "b1", CALL, 30)
    customer = Channel(CUSTOMER, "trk-1.9", LINKED, "AppDial", "b1", CALL, 20)
    state = QueueState(0, (member(device=DeviceState.IN_USE),))
    notices = live_state.resumed(state, (agent, customer), at(60), asked=at(59))
    assert not told(notices, CallEnded), "ended by a look"
    assert list(live_state.talks_of(CALL)) == ["w01"]


def test_an_agent_who_rings_a_colleague_has_no_caller() -> None:
    live_state = floor()
    agent = Channel(PHONE, "trk-1.7", "trk-1.7", "Dial", "b1", "", 30)
    colleague = Channel("PJSIP/w02-00000009", "trk-1.8", "trk-1.7", "AppDial", "b1", "", 20)
    both = (member(device=DeviceState.IN_USE), member("w02", DeviceState.IN_USE))
    state = QueueState(0, both)
    assert not told(live_state.resumed(state, (agent, colleague), at(9), asked=at(8)), Talking)
    assert not live_state.talks
