"""JSON of the do-not-call list."""

from datetime import datetime
from typing import Self

from pydantic import Field

from features.do_not_call.queries import Entry
from web.shapes import Clean, CustomerNumber, Plain, Shape


class DoNotCallShape(Shape):
    """A number that no campaign rings."""

    number: CustomerNumber
    why: Clean
    since: datetime
    by: Plain = Field(description="Account number, a token's label, or `telephone`.")

    @classmethod
    def of(cls, entry: Entry) -> Self:
        return cls(number=entry.number, why=entry.why, since=entry.since, by=entry.by)
