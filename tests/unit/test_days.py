"""What people type for a day is understood, on a page with scripts and without."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings import PROJECT
from web.days import day_of

TODAY = date(2026, 11, 29)
CASES = json.loads((PROJECT / "tests" / "unit" / "days.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_day_is_understood_however_it_is_typed(case: list[str | None]) -> None:
    typed, means, *past = case
    found = day_of(typed or "", TODAY, past=bool(past))
    assert (found and f"{found}") == means


@given(st.text(max_size=60), st.booleans())
def test_any_text_is_a_day_or_none(text: str, past: bool) -> None:
    found = day_of(text, TODAY, past=past)
    assert found is None or day_of(f"{found}", TODAY) == found


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.dates(date(2020, 1, 1)))
def test_every_day_is_read_back_as_the_field_writes_it(day: date, today: date) -> None:
    assert day_of(f"{day}", today) == day_of(f"{day:%d.%m.%Y}", today) == day


def test_no_page_leaves_a_day_to_the_browsers_own_language() -> None:
    """Nor a time: both would be drawn in the browser's language, not in the page's."""
    for template in PROJECT.rglob("*.html"):
        if not {".venv", ".cache"} & set(template.parts):
            for kind in ("date", "time", "datetime-local", "month", "week"):
                assert f'type="{kind}"' not in template.read_text(), template
