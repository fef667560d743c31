"""Whom somebody serves now, as rights go: from the ring until what was said is written down."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from floor.changes import CallEnded, FloorEvent, Offered
from floor.live_state import LiveState
from floor.page_events import TO_WRITE, PageEvents
from floor.paused_recordings import PausedRecordings
from floor.screen_pop import ScreenPop
from floor.streams import Streams
from permissions.roles import LEADERS
from permissions.scopes import NOBODY, Serving
from tests.numbers import CHINA
from tests.unit.test_floor_live_state import (
    ANSWERS,
    CALL,
    ENDS,
    JOINS,
    NOON,
    OFFERS,
    agent,
    at,
    floor,
)

NUMBER = "13812345678"
SPELLINGS = (
    "13812345678",
    "+8613812345678",
    "008613812345678",
    "013812345678",
    "138-1234-5678",
    "１３８１２３４５６７８",
)
AGENT, OTHER = 1001, 1002
CALLER = Serving(frozenset({CALL}), frozenset({f"+86{NUMBER}"}))


class Room:
    """The floor with its pages, at a time that a test says."""

    def __init__(self, live_state: LiveState) -> None:
        self.live_state, self.now = live_state, NOON
        streams, now = Streams(), lambda: self.now
        paused = PausedRecordings(live_state, streams, leaders=LEADERS, now=now)
        self.pages = PageEvents(live_state, streams, paused, leaders=LEADERS, plan=CHINA, now=now)

    def take(self, told: list[FloorEvent]) -> None:
        """Do with notices what the floor does."""
        for notice in told:
            if isinstance(notice, Offered):
                pop = ScreenPop(notice, "三环", self.live_state.agents[notice.seat])
                self.pages.pop_is(notice.seat, pop)
            elif isinstance(notice, CallEnded):
                self.pages.ended(notice)


@pytest.fixture
def talking() -> Room:
    room = Room(floor(JOINS))
    room.live_state.at_work([agent(), agent("w02", number="1002")])
    room.take(room.live_state.heard(OFFERS, at(2)))
    return room


def test_who_rings_is_served_and_by_nobody_else(talking: Room) -> None:
    assert talking.pages.serving(AGENT) == CALLER
    assert talking.pages.serving(OTHER) == NOBODY
    assert talking.pages.serving(999) == NOBODY, "not at work"


def test_who_talks_is_served_until_it_is_written_down(talking: Room) -> None:
    talking.take(talking.live_state.heard(ANSWERS, at(3)))
    assert talking.pages.serving(AGENT) == CALLER
    talking.take(talking.live_state.heard(ENDS, at(60)))
    talking.now = at(60) + TO_WRITE - timedelta(seconds=1)
    assert talking.pages.serving(AGENT) == CALLER
    talking.now = at(60) + TO_WRITE
    assert talking.pages.serving(AGENT) == NOBODY


def test_a_long_wrap_up_still_serves(talking: Room) -> None:
    talking.take(talking.live_state.heard(ANSWERS, at(3)))
    talking.take(talking.live_state.heard(ENDS, at(60)))
    talking.now = later(hours=1)
    talking.live_state.at_work([agent(state="wrap_up")])
    assert talking.pages.serving(AGENT) == CALLER


def test_the_next_at_the_same_seat_does_not_serve_the_customer_of_who_left(talking: Room) -> None:
    talking.take(talking.live_state.heard(ANSWERS, at(3)))
    talking.take(talking.live_state.heard(ENDS, at(60)))
    talking.live_state.at_work([agent(number="1002", state="wrap_up")])
    talking.now = at(61)
    assert talking.pages.serving(OTHER) == NOBODY


def test_who_hides_the_number_is_served_by_the_call_alone() -> None:
    room = Room(floor(JOINS))
    hidden = replace(OFFERS, party_number="")
    room.take(room.live_state.heard(hidden, at(2)))
    assert room.pages.serving(AGENT) == Serving(frozenset({CALL}), frozenset())


@pytest.mark.parametrize("sent", SPELLINGS)
def test_the_customer_who_is_served_is_known_however_the_number_was_sent(sent: str) -> None:
    room = Room(floor(JOINS))
    room.live_state.at_work([agent()])
    room.take(room.live_state.heard(replace(OFFERS, party_number=sent), at(2)))
    assert room.pages.serving(AGENT).customers == {"+8613812345678"}
    room.take(room.live_state.heard(ANSWERS, at(3)))
    room.take(room.live_state.heard(ENDS, at(60)))
    room.now = at(61)
    assert room.pages.serving(AGENT).customers == {"+8613812345678"}


def test_whose_number_is_none_is_the_same_customer_as_nobody() -> None:
    room = Room(floor(JOINS))
    room.live_state.at_work([agent()])
    room.take(room.live_state.heard(replace(OFFERS, party_number="anonymous"), at(2)))
    assert room.pages.serving(AGENT) == Serving(frozenset({CALL}), frozenset())


def later(**much: float) -> datetime:
    return NOON + timedelta(**much)
