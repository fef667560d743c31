"""Every figure of a call, an agent and the wallboard is what callers and agents noted themselves.

A hundred calls of every kind: `python -m bench.figures`. What each figure means: docs/figures.md.
"""

from collections.abc import Callable

import pytest

from bench.figures.playing import lies, wanted
from caller.listen import Samples
from caller.phone import Phone
from tests.end_to_end.house import WITH_DESK, House

pytestmark = pytest.mark.real
LANES = 4
HOTLINE = {"parts": WITH_DESK, **wanted(LANES)}
OWN_HOUSE = True
"""Its wallboard counts the day's calls, and there are no others."""

SCENES = (
    *("message", "attended", "script", "transfer", "conference"),
    *("abandon", "hold", "gone_on_hold", "refer"),
)


async def test_figures_say_what_callers_and_agents_noted(
    house: House, phone: Phone, words: Callable[[float], Samples]
) -> None:
    book, found = await lies(house, phone, words, SCENES, LANES)
    assert len(book.pages) == len(SCENES)
    assert not found, "\n".join(map(str, found))
