"""Voice activity on real people and real trouble: a small part of what `bench/voice_activity`
rebuilds.

The bars here are wider than those of `python -m bench.voice_activity evaluate`, which hears 9,000
windows (docs/voice-activity.md); a detector that broke still falls far behind them.
"""

from collections.abc import Sequence
from functools import cache

import pytest

from bench.voice_activity.evaluate import Outcome, groups, heard
from bench.voice_activity.windows import CORE, Room

# 37 MB to fetch, and no library needed to read it: never heard while the network was trained
PACKAGES = frozenset({"asterisk-core-sounds-ru-wav", "asterisk-core-sounds-fr-wav"})
ROOM = Room("test", PACKAGES)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@cache
def outcomes() -> Sequence[Outcome]:
    return list(heard(ROOM, 0.05))


def wrong(kinds: Sequence[str]) -> float:
    """The share of windows of these kinds that the detector got wrong."""
    chosen = [o for o in outcomes() if o.window.kind in kinds]
    assert len(chosen) >= 20
    return sum(o.wrong for o in chosen) / len(chosen)


def test_hardly_a_caller_who_speaks_is_taken_for_silence() -> None:
    assert wrong(CORE) <= 0.01


def test_a_caller_is_heard_at_once() -> None:
    late = sorted(o.late_ms for o in outcomes() if o.late_ms is not None)
    assert late[len(late) * 95 // 100] <= 400


@pytest.mark.parametrize(
    ("group", "most"),
    [("plain", 0.02), ("disturbed", 0.1), ("never tuned", 0.2), ("tones", 0.05), ("echo", 0.1)],
)
def test_lines_without_a_caller_stay_silent(group: str, most: float) -> None:
    assert wrong(groups(ROOM)[group]) <= most


def test_quiet_callers_are_asked_to_speak_up_and_others_are_not() -> None:
    """SIL-3."""
    spoken = [o for o in outcomes() if o.window.level_dbfs is not None]
    quiet = [o for o in spoken if (o.window.level_dbfs or 0.0) <= -40.0]
    normal = [o for o in spoken if (o.window.level_dbfs or 0.0) >= -37.0]
    assert sum(o.too_quiet for o in quiet) >= 0.9 * len(quiet)
    assert sum(o.too_quiet for o in normal) <= 0.02 * len(normal)
