"""The check of figures finds a figure that lies, and leaves one alone that does not (bar c)."""

from typing import Any, cast

import pytest

from bench.figures.book import Book, Page, Part
from bench.figures.check import board_lies, call_lies, page_lies
from bench.figures.playing import drawn
from caller.leg import Leg


class Caller:
    """A caller's own receiver."""

    began = 100.0

    def moment(self, what: str) -> float:
        return {"answered": 1.0, "ended": 31.0}[what]


def page() -> Page:
    return Page(
        "r1",
        "hold",
        "agent",
        "caller",
        cast("Leg", Caller()),
        parts=[
            Part("1001", "answered", 110.0, 120.0, held_s=2.0),
            Part("1002", "transferred", 122.0, 131.0),
        ],
        asked_at=106.0,
        misses={"1003": 1},
    )


def said() -> dict[str, Any]:
    return {
        "disposition": "agent",
        "hung_up_by": "caller",
        "agent": "1001",
        "misses": [{"agent": "1003"}],
        "talk_s": 17.0,
        "held_s": 2.0,
        "message_s": None,
        "waited_s": 1.3,
        "answered_at": 50.0,
        "ended_at": 80.0,
        "segments": [
            {"agent": "1001", "how": "answered", "talk_s": 8.1, "held_s": 2.0},
            {"agent": "1002", "how": "transferred", "talk_s": 9.0, "held_s": 0.0},
        ],
    }


def board() -> dict[str, Any]:
    today = {"calls": 1, "talk_s": 8.0, "held_s": 2.0, "wrap_up_s": 3.0}
    return {
        "waiting": 0,
        "answered": 1,
        "abandoned": 0,
        "sent_on": 0,
        "missed": 1,
        "agents": [{"number": "1001", "missed": 0, "today": today}],
    }


def book() -> Book:
    return Book([page()], wrap_up_s={"1001": 3.1})


def test_figures_that_say_what_people_noted_are_no_lies() -> None:
    assert not list(call_lies(page(), said(), words_s=2.7))
    assert not list(board_lies(book(), board()))


@pytest.mark.parametrize(
    ("figure", "value"),
    [
        ("disposition", "message"),
        ("hung_up_by", "agent"),
        ("agent", "1002"),
        ("misses", []),
        ("talk_s", 19.0),
        ("talk_s", None),
        ("held_s", 0.0),
        ("message_s", 4.0),
        ("waited_s", 9.0),
        ("ended_at", 82.0),
    ],
)
def test_a_call_that_says_otherwise_lies(figure: str, value: object) -> None:
    assert list(call_lies(page(), {**said(), figure: value}, words_s=2.7))


def test_a_segment_too_few_or_with_anothers_seconds_is_a_lie() -> None:
    first, second = said()["segments"]
    for segments in ([first], [second, first], [first, {**second, "talk_s": 11.0}]):
        assert list(call_lies(page(), {**said(), "segments": segments}, words_s=2.7))


@pytest.mark.parametrize("figure", ["waiting", "answered", "abandoned", "sent_on", "missed"])
def test_a_wallboard_that_counts_otherwise_lies(figure: str) -> None:
    [lie] = board_lies(book(), {**board(), figure: 7})
    assert (lie.figure, lie.said) == (figure, 7)


@pytest.mark.parametrize("figure", ["calls", "talk_s", "held_s", "wrap_up_s"])
def test_an_agents_day_that_counts_otherwise_lies(figure: str) -> None:
    agent = board()["agents"][0]
    told = {**board(), "agents": [{**agent, "today": {**agent["today"], figure: 17}}]}
    assert [lie.figure for lie in board_lies(book(), told)] == [figure]


def test_a_page_that_shows_another_figure_than_the_api_says_lies() -> None:
    shown = {
        "talk": "0:17",
        "hold": "0:02",
        "message": "–",
        "waited": "0:01",
        "agents": "1001 1002",
        "lifts": "2",
    }
    assert not list(page_lies(page(), said(), shown))
    for figure in shown:
        assert list(page_lies(page(), said(), {**shown, figure: "0:44"}))


def test_each_kind_of_call_is_played_about_as_often() -> None:
    kinds = drawn(100, seed=1)
    counts = {kinds.count(kind) for kind in set(kinds)}
    assert len(kinds) == 100
    assert max(counts) - min(counts) <= 1
