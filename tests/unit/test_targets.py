"""Whom a caller may be passed on to: nobody is sent to where nobody is."""

from datetime import UTC, datetime

import pytest

from features.agent_desk.targets import place_of
from floor.live_state import LiveState
from floor.people import Agent, DeviceState, Member
from permissions.roles import Role
from settings import Settings


def _floor() -> LiveState:
    """Return a floor on which 1002 works at w02, and 8002 is a phone that is unplugged."""
    live_state = LiveState()
    agent = Agent(
        duty_id=1,
        account_id=2,
        number="1002",
        name="王芳",
        role=Role.JUNIOR_AGENT,
        seat="w02",
        kind="browser",
        state="ready",
        reason="",
        since=datetime(2026, 11, 21, tzinfo=UTC),
        queues=("hotline",),
    )
    live_state.at_work([agent])
    for phone, device in (("8001", DeviceState.IDLE), ("8002", DeviceState.UNAVAILABLE)):
        live_state.members[phone] = Member(phone, device, paused=False, reason="")
    return live_state


@pytest.mark.parametrize(
    ("to", "place"),
    [("1002", "w02"), ("w02", "w02"), ("8001", "8001"), ("senior", "senior"), ("120", "120")],
)
def test_a_caller_is_passed_on_to_where_somebody_is(to: str, place: str) -> None:
    assert place_of(_floor(), Settings(trunk_out="192.0.2.9"), to) == place


@pytest.mark.parametrize("to", ["1009", "w03", "8002", "8101", "9999", "120", "", "13800138000"])
def test_a_caller_is_not_passed_on_to_nobody(to: str) -> None:
    assert place_of(_floor(), Settings(trunk_out=""), to) is None
