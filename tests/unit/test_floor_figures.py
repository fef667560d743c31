"""The figures of the wallboard: who is free, who gave up, since when each state lasts (A6)."""

from dataclasses import replace

import pytest

from ami.agent_events import Hold, QueueCallerAbandon, Unhold
from ami.events import AgentRingNoAnswer
from floor.changes import PhoneChanged
from floor.day_figures import AgentDay, Counted
from floor.live_state import LiveState
from floor.people import DeviceState
from floor.service_level import QueueWait
from floor.wallboard import duty, wallboard
from permissions.roles import Role
from tests.unit.test_floor_live_state import (
    ANSWERS,
    ENDS,
    JOINS,
    LEAVES,
    LINKED,
    OFFERS,
    PHONE,
    agent,
    at,
    floor,
    member,
    told,
)


def since(live_state: LiveState, seat: str = "w01") -> object:
    """Return the state that is shown and since when."""
    shown = duty(live_state, live_state.agents[seat])
    return shown["state"], shown["since"]


def test_a_leader_in_no_queue_is_not_free() -> None:
    live_state = floor()
    leader = replace(agent("w02", number="2001"), role=Role.TEAM_LEADER, queues=("own-w02",))
    live_state.at_work([agent(), leader])
    live_state.heard(member("w02"), at(1))
    board = wallboard(live_state, at(2))
    assert board["free"] == 1
    agents = board["agents"]
    assert isinstance(agents, list)
    assert [(one["number"], one["free"], one["state"]) for one in agents] == [
        ("1001", True, "ready"),
        ("2001", False, "ready"),
    ]


def test_a_phone_without_sign_in_is_free_when_it_would_be_rung() -> None:
    live_state = floor()
    live_state.heard(member("8001"), at(1))
    assert wallboard(live_state, at(2))["free"] == 2
    live_state.heard(member("8001", paused=True), at(3))
    assert wallboard(live_state, at(4))["free"] == 1


def test_the_clock_of_a_free_agent_starts_when_the_talk_is_over() -> None:
    live_state = floor(JOINS, OFFERS, ANSWERS)
    live_state.heard(member(device=DeviceState.IN_USE), at(10))
    live_state.heard(ENDS, at(60))
    live_state.heard(member(), at(60.1))
    assert since(live_state) == ("ready", at(60.1).isoformat())
    live_state.tick(at(70))
    assert since(live_state) == ("ready", at(60.1).isoformat())


def test_the_clock_of_a_talk_goes_on_after_a_hold_and_that_of_the_hold_is_its_own() -> None:
    live_state = floor(JOINS, OFFERS, ANSWERS)
    began = since(live_state)
    live_state.heard(Hold(PHONE, LINKED), at(20))
    assert since(live_state) == ("on_hold", at(20).isoformat())
    live_state.heard(Unhold(PHONE, LINKED), at(30))
    assert since(live_state) == began


def test_a_page_that_is_closed_and_a_phone_that_is_away_start_a_clock_of_their_own() -> None:
    live_state = floor()
    live_state.tick(at(10))
    live_state.agents["w01"] = replace(live_state.agents["w01"], gone=True)
    assert told(live_state.tick(at(100)), PhoneChanged) == [PhoneChanged("w01")]
    assert since(live_state) == ("gone", at(100).isoformat())
    live_state.agents["w01"] = replace(live_state.agents["w01"], gone=False)
    live_state.heard(member(device=DeviceState.UNAVAILABLE), at(130))
    assert since(live_state) == ("unreachable", at(130).isoformat())


def test_a_choice_made_in_a_talk_has_its_clock_from_the_end_of_the_talk() -> None:
    live_state = floor(JOINS, OFFERS, ANSWERS)
    live_state.at_work([replace(agent(state="paused"), since=at(20))])
    live_state.heard(ENDS, at(60))
    assert since(live_state) == ("paused", at(60).isoformat())


def test_a_desk_that_starts_anew_knows_from_the_ledger_when_the_last_talk_ended() -> None:
    live_state = floor()
    live_state.tick(at(500))
    live_state.day.put(Counted(agents={"1001": AgentDay(calls=1, last_talk=at(300))}))
    assert since(live_state) == ("ready", at(300).isoformat())


@pytest.mark.parametrize(("sent_on", "abandoned"), [(True, 0), (False, 1)])
def test_what_became_of_who_left_the_queue_is_the_ledgers_word(
    *, sent_on: bool, abandoned: int
) -> None:
    live_state = floor(JOINS)
    live_state.heard(LEAVES, at(30))
    live_state.tick(at(33))
    live_state.day.put(Counted(waits={LINKED: QueueWait(29.0, answered=False, sent_on=sent_on)}))
    board = wallboard(live_state, at(34))
    assert (board["abandoned"], board["sent_on"]) == (abandoned, 1 - abandoned)


def test_what_the_ledger_has_not_heard_of_yet_counts_and_nobody_counts_twice() -> None:
    live_state = floor(JOINS)
    live_state.heard(QueueCallerAbandon("hotline", LINKED), at(20))
    others = {"trk-2.0": QueueWait(3.0, answered=True)}
    live_state.day.put(Counted(waits=others))
    board = wallboard(live_state, at(21))
    assert (board["answered"], board["abandoned"]) == (1, 1)
    live_state.day.put(Counted(waits={**others, LINKED: QueueWait(19.9, answered=False)}))
    assert wallboard(live_state, at(22))["abandoned"] == 1


def test_misses_are_the_days_whoever_is_still_at_work_and_only_go_up() -> None:
    live_state = floor(JOINS, OFFERS)
    live_state.day.put(Counted(agents={"1001": AgentDay(missed=2), "1009": AgentDay(missed=1)}))
    live_state.heard(AgentRingNoAnswer("hotline", "PJSIP/w01", LINKED, 15.0), at(17))
    assert duty(live_state, live_state.agents["w01"])["missed"] == 3
    assert wallboard(live_state, at(17))["missed"] == 4, "1009 has signed out since"
    live_state.day.put(Counted(agents={"1001": AgentDay(missed=2)}))
    assert duty(live_state, live_state.agents["w01"])["missed"] == 3, (
        "the ledger is a moment behind"
    )
    live_state.day.begins()
    assert wallboard(live_state, at(18))["missed"] == 0


def test_an_agent_whose_day_is_another_now_is_told() -> None:
    live_state = floor()
    assert live_state.day.put(Counted(agents={"1001": AgentDay(calls=1, talk_s=60.0)})) == ["1001"]
    assert live_state.day.put(Counted(agents={"1001": AgentDay(calls=1, talk_s=60.0)})) == []
    shown = duty(live_state, live_state.agents["w01"])["today"]
    assert shown == {"calls": 1, "talk_s": 60.0, "held_s": 0.0, "wrap_up_s": 0.0}
