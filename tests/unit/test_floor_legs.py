"""Who talks to whom is known by bridges, however they came together; nobody is left in silence."""

from datetime import datetime

from ami.actions import Channel
from ami.agent_events import AgentComplete, Hold, Unhold
from ami.bridge_events import BridgeEnter, BridgeLeave
from ami.events import Event, QueueState, UserEvent
from floor.changes import CallEnded, FloorEvent, Offered, OfferGone, ParticipantsChanged, Talking
from floor.live_state import LiveState
from floor.people import DeviceState
from tests.unit.test_floor_live_state import (
    ANSWERS,
    CALL,
    CALLER,
    JOINS,
    LINKED,
    OFFERS,
    PHONE,
    agent,
    at,
    member,
    told,
)

SECOND, ASKING = "PJSIP/w02-00000005", "PJSIP/w01-00000004"


def enters(channel: str, bridge: str, *, uniqueid: str = "trk-1.9") -> BridgeEnter:
    return BridgeEnter(channel, LINKED if channel == CALLER else uniqueid, LINKED, bridge)


def talking() -> LiveState:
    """Return a floor on which w01 talks to the caller in bridge b1, and w02 is at work too."""
    live_state = LiveState()
    live_state.at_work([agent(), agent("w02", number="1002")])
    for seat in ("w01", "w02"):
        live_state.heard(member(seat, DeviceState.IN_USE), at(0))
    events: tuple[Event, ...] = (JOINS, OFFERS, ANSWERS)
    for seconds, event in enumerate(events):
        live_state.heard(event, at(seconds))
    live_state.heard(enters(PHONE, "b1"), at(3))
    live_state.heard(enters(CALLER, "b1"), at(3))
    return live_state


def heard(live_state: LiveState, when: datetime, *events: Event) -> list[FloorEvent]:
    notices: list[FloorEvent] = []
    for event in events:
        notices += live_state.heard(event, when)
    return notices


def test_who_takes_a_caller_over_in_another_bridge_talks_and_the_first_has_handed_over() -> None:
    live_state = talking()
    notices = heard(
        live_state,
        at(10),
        BridgeLeave(CALLER, "b1"),
        enters(SECOND, "b2"),
        enters(CALLER, "b2"),
        BridgeLeave(PHONE, "b1"),
        AgentComplete("hotline", "PJSIP/w01", LINKED, 7.0, "transfer"),
    )
    assert Talking("w02", CALL, at(10)) in notices
    [ended] = told(notices, CallEnded)
    assert isinstance(ended, CallEnded)
    assert (ended.seat, ended.parted) == ("w01", "transfer")
    assert list(live_state.talks_of(CALL)) == ["w02"]


def test_a_talk_is_over_a_second_after_the_two_are_apart_whatever_the_queue_says() -> None:
    live_state = talking()
    heard(live_state, at(9), BridgeLeave(CALLER, "b1"))
    assert not told(live_state.tick(at(9.5)), CallEnded), "from one bridge to the next"
    assert not told(live_state.tick(at(10.0)), CallEnded)
    assert [one.seat for one in live_state.tick(at(10.7)) if isinstance(one, CallEnded)] == ["w01"]


def test_a_third_in_the_bridge_is_a_participant_and_everybody_is_told() -> None:
    live_state = talking()
    joins = UserEvent("Joins", {"Call": CALL, "Seat": "w02", "How": "conference"})
    notices = heard(live_state, at(8), joins, enters(SECOND, "b1"))
    assert Talking("w02", CALL, at(8)) in notices
    assert ParticipantsChanged(CALL) in notices
    assert {seat: one.how for seat, one in live_state.talks_of(CALL).items()} == {
        "w01": "agent",
        "w02": "conference",
    }
    left = heard(live_state, at(9), BridgeLeave(PHONE, "b1"))
    left += live_state.tick(at(9.1)) + live_state.tick(at(10.5))
    [ended] = told(left, CallEnded)
    assert isinstance(ended, CallEnded)
    assert (ended.seat, ended.parted) == ("w01", "handed_over")
    assert ParticipantsChanged(CALL) in left


def test_who_is_asked_about_a_caller_sees_whose_it_is_before_the_lift_and_no_talk_begins() -> None:
    live_state = talking()
    asks = UserEvent("Consult", {"Call": CALL, "Seat": "w02", "By": "w01"})
    [offered] = told(heard(live_state, at(5), asks), Offered)
    assert isinstance(offered, Offered)
    assert (offered.seat, offered.call, offered.asked_by, offered.how) == (
        *("w02", CALL, "w01"),
        "consult",
    )
    answered = heard(live_state, at(7), enters(ASKING, "b2"), enters(SECOND, "b2"))
    assert not told(answered, Talking)
    assert live_state.offers["w02"].answered
    leg = live_state.legs.asked_by("w01", "w02")
    assert leg is not None
    assert leg.channel == SECOND
    heard(live_state, at(9), BridgeLeave(ASKING, "b2"), BridgeLeave(SECOND, "b2"))
    live_state.heard(member("w02"), at(9))
    assert told(live_state.tick(at(10)), OfferGone) == [OfferGone("w02", CALL)]


def test_a_desk_phone_that_rings_a_colleague_asks_about_its_own_caller() -> None:
    asks = UserEvent("Consult", {"Call": "", "Seat": "w02", "By": "w01"})
    [offered] = told(heard(talking(), at(5), asks), Offered)
    assert isinstance(offered, Offered)
    assert (offered.seat, offered.call) == ("w02", CALL)


def test_a_phone_that_only_says_it_talks_in_a_call_tells_nobody_about_it() -> None:
    live_state = talking()
    for by in ("w02", "", "8101"):
        for call in (CALL, ""):
            lie = UserEvent("Consult", {"Call": call, "Seat": "w02", "By": by})
            assert not heard(live_state, at(5), lie)
    other = UserEvent("Consult", {"Call": CALL[::-1], "Seat": "w02", "By": "w01"})
    assert not heard(live_state, at(5), other)


def test_a_customer_alone_in_a_bridge_is_found_and_one_between_two_bridges_is_not() -> None:
    live_state = talking()
    heard(live_state, at(10), BridgeLeave(PHONE, "b1"))
    assert not live_state.legs.lonely_customers(at(11))
    assert [one.channel for one in live_state.legs.lonely_customers(at(12))] == [CALLER]
    heard(live_state, at(12), enters(SECOND, "b1"))
    assert not live_state.legs.lonely_customers(at(20))


def test_colleagues_whose_customer_is_gone_are_found_and_those_who_ask_each_other_are_not() -> None:
    live_state = talking()
    heard(live_state, at(8), enters(SECOND, "b1"))
    heard(live_state, at(9), BridgeLeave(CALLER, "b1"), enters("PJSIP/8101-1", "b7"))
    heard(live_state, at(9), enters("PJSIP/8102-1", "b7"))
    assert not live_state.legs.left_over(at(10))
    assert {one.channel for one in live_state.legs.left_over(at(11))} == {PHONE, SECOND}


def test_a_look_at_asterisk_finds_everybody_in_a_conference() -> None:
    live_state = LiveState()
    live_state.at_work([agent(), agent("w02", number="1002")])
    state = QueueState(0, (member(device=2), member("w02", 2)))
    channels = (
        Channel(CALLER, LINKED, LINKED, "Queue", "b1", CALL, 60),
        Channel(PHONE, "trk-1.1", LINKED, "AppQueue", "b1", CALL, 50),
        Channel(SECOND, "watch-1", LINKED, "BridgeAdd", "b1", "", 9),
    )
    notices = live_state.resumed(state, channels, at(60), asked=at(59))
    assert {one.seat for one in notices if isinstance(one, Talking)} == {"w01", "w02"}
    assert live_state.legs.together(CALLER, SECOND)
    heard(live_state, at(70), BridgeLeave(PHONE, "b1"))
    live_state.tick(at(70.2))
    assert [one.seat for one in live_state.tick(at(72)) if isinstance(one, CallEnded)] == ["w01"]


def ends(channel: str, reason: str = "caller") -> AgentComplete:
    return AgentComplete("hotline", "PJSIP/w01", LINKED, 7.0, reason, channel)


def test_a_queue_that_says_late_that_an_earlier_talk_is_over_ends_no_other() -> None:
    live_state = talking()
    again = "PJSIP/w01-00000009"
    heard(live_state, at(5), BridgeLeave(PHONE, "b1"), BridgeLeave(CALLER, "b1"))
    heard(live_state, at(6), enters(again, "b4"), enters(CALLER, "b4"))
    assert not told(heard(live_state, at(7), ends(PHONE)), CallEnded)
    assert live_state.talks["w01"].agent_channel == again
    of_another = AgentComplete("hotline", "PJSIP/w01", "trk-0.5", 60.0, "caller")
    assert not told(heard(live_state, at(8), of_another), CallEnded)
    heard(live_state, at(9), ends(""), BridgeLeave(CALLER, "b4"), enters(CALLER, "b4"))
    assert not told(live_state.tick(at(9.2)), CallEnded), "from one bridge to the next"


def test_a_talk_that_is_over_for_the_queue_goes_on_while_the_two_are_together() -> None:
    live_state = talking()
    assert not told(heard(live_state, at(5), ends(PHONE)), CallEnded)
    [ended] = told(heard(live_state, at(6), BridgeLeave(PHONE, "b1")), CallEnded)
    assert ended == CallEnded("w01", CALL, "", at(6))


def test_a_phone_that_is_said_to_be_idle_ends_no_talk_in_a_bridge() -> None:
    live_state = talking()
    notices = live_state.heard(member("w01", DeviceState.IDLE), at(20))
    notices += live_state.tick(at(21))
    assert not told(notices, CallEnded)
    heard(live_state, at(22), BridgeLeave(PHONE, "b1"), BridgeLeave(CALLER, "b1"))
    assert told(live_state.tick(at(22.2)), CallEnded), "idle, and alone: at once"


def test_what_is_heard_while_asterisk_is_asked_is_newer_than_its_answer() -> None:
    live_state = talking()
    state = QueueState(0, (member(device=2), member("w02", 2)))
    heard(live_state, at(30), BridgeLeave(PHONE, "b1"), BridgeLeave(CALLER, "b1"))
    said = (Channel(CALLER, LINKED, LINKED, "Queue", "", CALL, 30),)
    heard(live_state, at(31.1), enters(SECOND, "b2"), enters(CALLER, "b2"))
    notices = live_state.resumed(state, said, at(31.2), asked=at(31))
    ended = [one for one in notices if isinstance(one, CallEnded)]
    assert "w02" not in {one.seat for one in ended}
    assert live_state.legs.together(CALLER, SECOND)
    assert list(live_state.talks_of(CALL)) == ["w02"]
    heard(live_state, at(40.1), BridgeLeave(SECOND, "b2"))
    was = (
        Channel(CALLER, LINKED, LINKED, "Queue", "b2", CALL, 40),
        Channel(SECOND, "trk-1.9", LINKED, "AppQueue", "b2", CALL, 9),
    )
    live_state.resumed(state, was, at(40.2), asked=at(40))
    assert not live_state.legs.together(CALLER, SECOND)


def test_a_call_that_goes_by_another_link_now_is_still_the_same_talk() -> None:
    live_state = talking()
    state = QueueState(0, (member(device=2), member("w02", 2)))
    said = (
        Channel(CALLER, LINKED, "trk-0.1", "Queue", "b1", CALL, 30),
        Channel(PHONE, "trk-1.1", "trk-0.1", "AppQueue", "b1", CALL, 29),
    )
    notices = live_state.resumed(state, said, at(31), asked=at(30))
    assert not told(notices, CallEnded)
    assert list(live_state.talks_of(CALL)) == ["w01"]


def test_a_talk_that_a_bridge_has_and_nobody_told_of_is_found_at_the_next_tick() -> None:
    live_state = talking()
    del live_state.talks["w01"]
    assert told(live_state.tick(at(10)), Talking) == [Talking("w01", CALL, at(10))]


def test_a_look_at_asterisk_between_two_bridges_ends_no_talk() -> None:
    live_state = talking()
    state = QueueState(0, (member(device=2), member("w02", 2)))
    heard(live_state, at(30), BridgeLeave(PHONE, "b1"), BridgeLeave(CALLER, "b1"))
    said = (
        Channel(CALLER, LINKED, LINKED, "BridgeAdd", "", CALL, 30),
        Channel(PHONE, "trk-1.1", LINKED, "AppQueue", "", CALL, 29),
    )
    notices = live_state.resumed(state, said, at(30.5), asked=at(30.2))
    heard(live_state, at(30.8), enters(PHONE, "b2"), enters(CALLER, "b2"))
    notices += live_state.tick(at(33))
    assert not told(notices, CallEnded)
    assert list(live_state.talks_of(CALL)) == ["w01"]


MUSIC = "Local/music@hold-music-00000007;1"


def test_asterisk_has_music_for_who_is_on_hold_until_a_third_comes_in() -> None:
    live_state = talking()
    heard(live_state, at(5), Hold(PHONE, LINKED))
    assert live_state.on_hold_without_music() == {}
    heard(live_state, at(6), enters(SECOND, "b1"))
    assert live_state.on_hold_without_music() == {}, "the third talks"
    heard(live_state, at(7), BridgeLeave(SECOND, "b1"))
    live_state.tick(at(8.5))
    assert live_state.on_hold_without_music() == {CALL: CALLER}
    heard(live_state, at(9), BridgeEnter(MUSIC, "music-1", LINKED, "b1"))
    assert live_state.on_hold_without_music() == {CALL: CALLER}, "as long as the hold lasts"
    heard(live_state, at(10), Unhold(PHONE, LINKED))
    assert live_state.on_hold_without_music() == {}
    heard(live_state, at(11), Hold(PHONE, LINKED))
    assert live_state.on_hold_without_music() == {}


def test_a_hold_that_is_told_before_the_bridge_is_has_music() -> None:
    live_state = LiveState()
    live_state.at_work([agent()])
    heard(live_state, at(0), member("w01", DeviceState.IN_USE), JOINS, OFFERS, ANSWERS)
    assert list(live_state.talks) == ["w01"]
    live_state.hold("w01", at(1), on=True)
    assert live_state.on_hold_without_music() == {}
    heard(live_state, at(2), enters(PHONE, "b1"), enters(CALLER, "b1"))
    assert live_state.on_hold_without_music() == {}


def test_nobody_has_music_for_whom_two_hold_who_have_been_three() -> None:
    live_state = talking()
    heard(live_state, at(5), enters(SECOND, "b1"), Hold(PHONE, LINKED))
    assert live_state.on_hold_without_music() == {}
    heard(live_state, at(6), Hold(SECOND, LINKED))
    assert live_state.on_hold_without_music() == {CALL: CALLER}


def test_what_plays_music_is_nobody_who_talks() -> None:
    live_state = talking()
    notices = heard(live_state, at(9), BridgeEnter(MUSIC, "music-1", LINKED, "b1"))
    assert not told(notices, ParticipantsChanged)
    assert list(live_state.talks_of(CALL)) == ["w01"]
    heard(live_state, at(10), BridgeLeave(PHONE, "b1"))
    assert [one.channel for one in live_state.legs.lonely_customers(at(12))] == [CALLER]
