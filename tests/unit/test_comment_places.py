"""A place in a recording is read as people write it, and a comment's address leads there."""

from datetime import UTC, datetime

import pytest

from features.recording_comments.rules import Comment, second_of


@pytest.mark.parametrize(
    ("typed", "second"),
    [
        *(("0:00", 0.0), ("1:05", 65.0), ("65.5", 65.5), (" 1:02:03 ", 3723.0), ("90:00", 5400.0)),
        *(("1:75", None), ("1:60:00", None), ("", None), ("-1", None), ("1:2:3:4", None)),
        *(("nan", None), ("1e9", None), ("\u0661:00", None), ("1;drop", None)),
    ],
)
def test_a_place_is_read_as_people_write_it(typed: str, second: float | None) -> None:
    assert second_of(typed) == second


def test_the_address_of_a_comment_names_its_second() -> None:
    one = Comment(call_id="c", second=12.5, words="x", author="1", at=datetime.now(UTC))
    assert one.address == "/calls/c#t=12.5"
