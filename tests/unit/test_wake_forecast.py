"""How a minute looks before one more is registered for it (WAK-1)."""

from datetime import UTC, datetime

import pytest

from callflow.rules.wall_clock import Leap, Moment
from features.wake_ups.shapes import ForecastShape

SEVEN = Moment(datetime(2026, 11, 23, 7, 0, tzinfo=UTC), Leap.NONE)


@pytest.mark.parametrize(
    ("asked", "last"),
    [(0, "07:00"), (60, "07:00"), (61, "07:01"), (240, "07:03"), (241, "07:04")],
)
def test_a_minute_with_more_guests_than_lines_takes_its_time(asked: int, last: str) -> None:
    found = ForecastShape.of(SEVEN, asked=asked, lines=60, ring_for=30)
    assert f"{found.last_at:%H:%M}" == last
