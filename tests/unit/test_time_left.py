"""Whoever starts a campaign is told when it will be done, in the hours in which people are
called.
"""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from features.campaigns.calling_hours import CallingHours
from features.campaigns.time_left import ENOUGH, Pace, done_at

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOURS = CallingHours(zone="Asia/Shanghai", opens=time(9), closes=time(20))
FRIDAY = datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI)


def _pace(*, ended: int = 0, within_s: float = 600.0, lines: int = 45) -> Pace:
    return Pace(lines=lines, calls_per_second=1.0, ended=ended, within_s=within_s)


@pytest.mark.parametrize(
    ("left", "pace", "done"),
    [
        (0, _pace(), "2026-11-20T10:00"),
        (3600, _pace(), "2026-11-20T11:00"),  # one a second: 45 lines, 45 s a call
        (3600, _pace(lines=9), "2026-11-20T15:00"),  # a line is the limit, not the pace
        (3600, _pace(ended=1200), "2026-11-20T10:30"),  # what was seen counts
        (3600, _pace(ended=ENOUGH - 1), "2026-11-20T11:00"),  # once there is enough of it
        (11 * 3600, _pace(), "2026-11-23T10:00"),  # evening, and a weekend
    ],
)
def test_when_a_campaign_is_done(left: int, pace: Pace, done: str) -> None:
    found = done_at(FRIDAY, left, pace, HOURS)
    assert found is not None
    assert found.astimezone(SHANGHAI).isoformat()[:16] == done


def test_what_never_ends_has_no_time() -> None:
    assert done_at(FRIDAY, 10**9, _pace(), HOURS) is None
    still = Pace(lines=1, calls_per_second=0.0, ended=0, within_s=0)
    assert done_at(FRIDAY, 1, still, HOURS) is None
