"""What a brief run leaves out: the second try of what one try shows (`make test`).

`make whole` runs everything. A brief run has each test of functions and pages, but

- a test that runs on both databases, or in both languages, in one: its name decides, so each has
  half of them;
- a test that is marked `thorough`;
- of the tests of a whole hotline with callers, those with which a file begins, its main paths
  (`FIRST_OF_A_FILE`). A test marked `always` is run in any case.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from zlib import crc32

import pytest

FIRST_OF_A_FILE: Final = 1
PAIRS: Final = (("sqlite", "postgres"), ("zh", "en"))
END_TO_END: Final = Path(__file__).parent / "end_to_end"


def left_out(items: Sequence[pytest.Item]) -> Iterator[pytest.Item]:
    """Give the tests of these that a brief run does not have."""
    names = {item.nodeid for item in items}
    begun: Counter[Path] = Counter()
    for item in items:
        if item.get_closest_marker("always"):
            continue
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


def _is_further(item: pytest.Item, begun: Counter[Path]) -> bool:
    """Tell whether a test of a whole hotline comes after the first ones of its file."""
    if not item.path.is_relative_to(END_TO_END):
        return False
    begun[item.path] += 1
    return begun[item.path] > FIRST_OF_A_FILE
