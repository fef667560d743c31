"""JSON of legal holds."""

from datetime import datetime
from typing import Self

from pydantic import Field

from features.legal_holds.lifecycle import Hold, Thing
from web.shapes import NOON, Clean, CustomerNumber, Id, Plain, Shape


class HoldShape(Shape):
    """Something that is kept, whatever its time."""

    id: int
    thing: Thing
    call_id: Id | None = Field(description="Of a call that is kept.")
    ticket: Id | None = Field(description="The number of a ticket that is kept.")
    number: CustomerNumber | None = Field(description="Whose everything is kept.")
    why: Clean
    reference: Clean
    ends_at: datetime | None = Field(description="None: it stands until it is lifted.")
    put_at: datetime = Field(examples=[NOON])
    put_by: Plain
    lifted_at: datetime | None
    lifted_by: Plain
    lifted_why: Clean
    stands: bool

    @classmethod
    def of(cls, hold: Hold, now: datetime) -> Self:
        """Return a hold as it is told."""
        said = {name: getattr(hold, name) for name in Hold.__slots__ if name != "subject"}
        of = {Thing.CALL: "call_id", Thing.TICKET: "ticket", Thing.NUMBER: "number"}
        named = {name: hold.subject if of[hold.thing] == name else None for name in of.values()}
        return cls(**said, **named, stands=hold.stands(now))
