"""What a brief run leaves out: the second try of what one try shows (`make test`).

`make whole` runs everything. A brief run has each test of functions and pages, but

- a test that runs on both databases, or in both languages, in one: its name decides, so each has
  half of them;
- a test that is marked `thorough`;
- of the tests of a whole hotline with callers, all but the main paths: the first test of each
  file of `MAIN_PATHS`.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from zlib import crc32

import pytest

PAIRS: Final = (("sqlite", "postgres"), ("zh", "en"))
END_TO_END: Final = Path(__file__).parent / "end_to_end"
MAIN_PATHS: Final = frozenset(
    END_TO_END / kind / f"test_{name}.py"
    for kind, names in {
        "callers": ("agents", "hostile_callers", "messages", "our_programs_die", "silent_callers"),
        "trunk": ("keys", "offers"),
        "desk": ("floor", "pauses", "routing", "voices"),
        "pages": ("a_complaint", "asking_a_colleague", "calls_in_a_browser", "leaving_a_call"),
        "outbound": ("callbacks", "campaigns", "emergency_notification", "trunks", "wake_ups"),
        "alone": ("backups_and_updates", "many_calls"),
    }.items()
    for name in names
)
"""What people telephone for every day, and what dies under them."""


def left_out(items: Sequence[pytest.Item]) -> Iterator[pytest.Item]:
    """Give the tests of these that a brief run does not have."""
    names = {item.nodeid for item in items}
    begun: set[Path] = set()
    for item in items:
        thorough = item.get_closest_marker("thorough") is not None
        if thorough or _is_second(item.nodeid, names) or _is_further(item, begun):
            yield item


def _is_second(name: str, names: set[str]) -> bool:
    """Tell whether a test is run on the other database, or in the other language, instead."""
    test, _, given = name.partition("[")
    for pair in PAIRS:
        for place, (own, other) in enumerate((pair, pair[::-1])):
            twin = f"{test}[{re.sub(rf'(?<![a-z]){own}(?![a-z])', other, given)}"
            if twin != name and twin in names:
                return crc32(min(name, twin).encode()) % 2 == place
    return False


def _is_further(item: pytest.Item, begun: set[Path]) -> bool:
    """Tell whether a test of a whole hotline is none of the main paths; `begun` has their files."""
    if not item.path.is_relative_to(END_TO_END):
        return False
    if item.path in begun or item.path not in MAIN_PATHS:
        return True
    begun.add(item.path)
    return False
