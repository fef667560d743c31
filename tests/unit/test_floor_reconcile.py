"""Asterisk's members and the database's duties are made equal, the fewest steps at a time."""

from dataclasses import replace

from ami.events import QueueMemberStatus
from floor.reconcile import Add, Pause, Remove, missed_meanwhile, steps
from tests.unit.test_floor_live_state import agent, member

SEATS = ("w01", "w02")


def both(*, paused: bool = False, reason: str = "", name: str = "1001") -> list[QueueMemberStatus]:
    """Return the members of an agent at w01, as Asterisk has them."""
    one = replace(member(paused=paused, reason=reason), name=name)
    return [one, replace(one, queue="own-w01")]


def test_where_both_agree_nothing_is_done() -> None:
    assert steps([agent()], both(), SEATS) == []


def test_after_a_restart_that_forgot_everything_everybody_is_added_again() -> None:
    assert steps([agent()], [], SEATS) == [
        Add("hotline", "w01", "1001", paused=False),
        Add("own-w01", "w01", "1001", paused=False),
        Pause("w01", paused=False, reason=""),
    ]


def test_a_member_whom_nobody_at_work_stands_for_is_sent_away() -> None:
    assert steps([], both(), SEATS) == [Remove("hotline", "w01"), Remove("own-w01", "w01")]


def test_a_seat_that_somebody_else_sits_at_now_changes_its_name() -> None:
    done = steps([agent()], both(name="1009"), SEATS)
    assert done[:2] == [Remove("hotline", "w01"), Remove("own-w01", "w01")]
    assert done[2] == Add("hotline", "w01", "1001", paused=False)


def test_phones_without_sign_in_are_left_alone() -> None:
    assert steps([], [member("8001")], SEATS) == []


def test_a_pause_is_as_the_database_says() -> None:
    resting = replace(agent(state="paused"), reason="用餐")
    assert steps([resting], both(), SEATS) == [Pause("w01", paused=True, reason="用餐")]
    assert steps([agent()], both(paused=True, reason="用餐"), SEATS) == [
        Pause("w01", paused=False, reason="")
    ]


def test_whose_page_is_closed_stays_away() -> None:
    gone = replace(agent(), gone=True)
    assert steps([gone], both(), SEATS) == [Pause("w01", paused=True, reason="browser_closed")]


def test_a_miss_while_we_were_away_is_taken_over() -> None:
    members = both(paused=True, reason="Auto-Pause")
    assert missed_meanwhile([agent()], members) == [agent()]
    resting = agent(state="paused")
    assert missed_meanwhile([resting], members) == []
