"""The kinds of hotline that end-to-end tests share: starting one takes seconds of both cores.

    HOTLINE = AGENTS_AT_PHONES

A module that needs something else says what, and why; then a hotline is started for it alone.
"""

from collections.abc import Mapping
from typing import Final

from tests.end_to_end.house import WITH_DESK, WITHOUT_DESK

Kind = Mapping[str, object]

SEATS: Final = tuple(str(8101 + which) for which in range(22))
"""Desk phones where agents sit; more of them cost nothing."""

CALLERS: Final[Kind] = {"parts": WITHOUT_DESK, "max_wait": 6}
"""What a module gets that says nothing: who waits is soon asked for a message."""

A_DESK: Final[Kind] = {"parts": WITH_DESK}
"""Pages, and hardly a call."""

AGENTS_AT_PHONES: Final[Kind] = {
    "parts": WITH_DESK,
    "max_wait": 40,
    "ring_agent_for": 8,
    "wrap_up_for": 0,
    "desk_phones": ",".join(SEATS),
}
"""Agents are free again as soon as they hang up."""

AGENTS_WHO_WRITE: Final[Kind] = {
    "parts": WITH_DESK,
    "max_wait": 60,
    "ring_agent_for": 10,
    "wrap_up_for": 6,
}
"""Agents write for a while after each call."""

AGENTS_AT_PAGES: Final[Kind] = {
    "parts": WITH_DESK,
    "max_wait": 60,
    "ring_agent_for": 15,
    "wrap_up_for": 1,
}
"""A page may take long to ring, on a machine that does much else."""

RINGS_PEOPLE: Final[Kind] = {
    "parts": "asterisk calls ledger desk dispatch",
    "max_wait": 20,
    "ring_agent_for": 5,
    "wrap_up_for": 0,
    "phone_timeout": 10,
    "attendants": "8101,8102",
    "wake_ring_for": 6,
    "wake_again_every": 5,
    "wake_give_up_after": 20,
    "wake_snooze_for": 10,
    "wake_knock_within": 10,
    "callback_again_every": 5,
    "callback_ring_for": 10,
    "campaign_ring_for": 10,
    "notification_ring_for": 5,
    "notification_rounds": 2,
    "notification_next_number_after": 1,
    "notification_round_every": 2,
    "department_call_any_hour": True,
    "department_call_ring_for": 6,
    "department_call_again_every": 5,
    "department_call_tries": 2,
    "department_calls_a_day": 100,
}
"""Guests, customers, households and departments, again after seconds instead of minutes."""
