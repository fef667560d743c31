"""JSON of the knowledge base (TKT-15)."""

from datetime import date, datetime
from typing import Self

from pydantic import Field

from features.knowledge.queries import Entry
from web.shapes import NOON, Plain, PlainParagraphs, Shape


class EntryShape(Shape):
    """One answer of the knowledge base (TKT-15)."""

    id: int
    title: Plain
    body: PlainParagraphs
    business: Plain | None = Field(description="Business class of TKT-1; null: all.")
    keywords: Plain
    published_at: datetime | None = Field(description="Null: a draft.")
    updated_at: datetime = Field(examples=[NOON])
    updated_by: Plain
    version: int
    helped: int = Field(description="In how many matters it helped.")
    valid_from: date | None = Field(description="First day on which it is valid; null: ever.")
    valid_until: date | None = Field(description="Last day; null: for ever.")

    @classmethod
    def of(cls, entry: Entry) -> Self:
        return cls.model_validate(entry)
