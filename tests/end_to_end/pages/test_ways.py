"""Random ways of a call through the house: whatever is done, everybody agrees where the caller is.

All of it, over many more calls, is `python -m bench.ways`.
"""

import argparse
from pathlib import Path

import pytest

from bench.ways.__main__ import HOTLINE, Book, run
from tests.end_to_end.house import House

__all__ = ["HOTLINE"]

pytestmark = pytest.mark.real
OWN_HOUSE = True


async def test_after_each_step_everybody_agrees_and_the_recording_is_what_the_caller_heard(
    house: House, tmp_path: Path
) -> None:
    book = Book()
    asked = argparse.Namespace(calls=2, lanes=2, steps=3, seed=2026, only=None)
    await run(asked, house, tmp_path, book)
    assert book.calls == 2
    assert not book.broken, "\n".join(book.broken)
