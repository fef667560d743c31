"""Streams to pages: in order, only to whom they belong, and never kept without a limit."""

import asyncio
import json

import pytest

from floor.streams import (
    OF_ONE_PERSON,
    OF_ONE_TOKEN,
    ROOM,
    Stream,
    StreamEvent,
    Streams,
    TooManyPagesError,
)
from permissions.roles import Role

AGENT, OTHER = 1, 2


def waiting(queue: asyncio.Queue[StreamEvent | None]) -> list[StreamEvent | None]:
    return [queue.get_nowait() for _ in range(queue.qsize())]


def test_a_page_is_told_of_its_own_person_in_order() -> None:
    streams = Streams()
    mine = streams.open(account_id=AGENT, role=Role.JUNIOR_AGENT, page="a")
    other = streams.open(account_id=OTHER, role=Role.JUNIOR_AGENT, page="b")
    streams.tell_account(AGENT, "offer", lambda role: {"role": role.value})
    streams.tell_account(AGENT, "talking", lambda _: {})
    told = [one for one in waiting(mine.waiting) if one]
    assert [one.event for one in told] == ["offer", "talking"]
    assert told[0].id < told[1].id
    assert other.waiting.empty()


def test_a_page_that_does_not_read_is_dropped_and_the_others_are_not() -> None:
    streams = Streams()
    slow = streams.open(account_id=AGENT, role=Role.TEAM_LEADER, page="a")
    for _ in range(ROOM):
        streams.tell_roles(frozenset({Role.TEAM_LEADER}), "wallboard", {})
    quick = streams.open(account_id=OTHER, role=Role.TEAM_LEADER, page="b")
    streams.tell_roles(frozenset({Role.TEAM_LEADER}), "wallboard", {"waiting": 1})
    assert waiting(slow.waiting) == [None], "its stream ends"
    assert len(waiting(quick.waiting)) == 1
    assert len(streams) == 1


def test_only_those_who_lead_see_the_wallboard() -> None:
    streams = Streams()
    agent = streams.open(account_id=AGENT, role=Role.JUNIOR_AGENT, page="a")
    streams.tell_roles(frozenset({Role.TEAM_LEADER}), "wallboard", {})
    assert agent.waiting.empty()


def test_line_ends_in_what_callers_sent_cannot_become_another_event() -> None:
    told = StreamEvent(1, "offer", json.dumps({"name": "a\n\nevent: notice"}))
    assert told.encoded().count(b"\nevent:") == 1


def test_one_person_has_ten_pages_and_the_next_one_is_refused_not_an_old_one_ended() -> None:
    streams = Streams()
    own = [_opened(streams, f"floor-{number}") for number in range(OF_ONE_PERSON)]
    assert not streams.has_room(account_id=AGENT, page="floor-new")
    with pytest.raises(TooManyPagesError):
        _opened(streams, "floor-new")
    assert len(streams) == OF_ONE_PERSON
    assert not any(one.dropped for one in own)
    streams.open(account_id=OTHER, role=Role.JUNIOR_AGENT, page="floor-new")
    streams.close(own[0])
    _opened(streams, "floor-new")


def test_a_page_that_comes_back_takes_its_own_place_again() -> None:
    """Its old stream may be that of a line which died without a word."""
    dropped: list[Stream] = []
    streams = Streams(dropped=dropped.append)
    own = [_opened(streams, f"floor-{number}") for number in range(OF_ONE_PERSON)]
    assert streams.has_room(account_id=AGENT, page="floor-3")
    back = _opened(streams, "floor-3")
    assert dropped == [own[3]]
    assert waiting(own[3].waiting) == [None]
    assert len(streams) == OF_ONE_PERSON
    streams.tell_account(AGENT, "offer", lambda _: {})
    assert len(waiting(back.waiting)) == 1


def test_a_token_has_room_for_a_wall_of_screens() -> None:
    streams = Streams()
    for number in range(OF_ONE_TOKEN):
        streams.open(account_id=None, role=Role.MANAGER, page=f"{number}", token_id=7)
    with pytest.raises(TooManyPagesError):
        streams.open(account_id=None, role=Role.MANAGER, page="", token_id=7)
    streams.open(account_id=None, role=Role.MANAGER, page="", token_id=8)


def _opened(streams: Streams, page: str) -> Stream:
    return streams.open(account_id=AGENT, role=Role.TEAM_LEADER, page=page)
