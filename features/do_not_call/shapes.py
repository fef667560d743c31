"""JSON of the do-not-call list."""

from datetime import datetime
from typing import Self

from pydantic import Field

from features.do_not_call.queries import Entry
from phone_numbers.masking import masked_number
from web.shapes import Clean, Shape


class DoNotCallShape(Shape):
    """A number that no campaign rings."""

    number: Clean
    why: Clean
    since: datetime
    by: Clean = Field(description="Account number, a token's label, or `telephone`.")

    @classmethod
    def of(cls, entry: Entry, *, whole: bool) -> Self:
        number = entry.number if whole else masked_number(entry.number)
        return cls(number=number, why=entry.why, since=entry.since, by=entry.by)
