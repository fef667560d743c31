"""JSON of an uploaded list and of what is wrong with it."""

from typing import Self

from pydantic import Field

from features.campaign_lists.lists import List
from imports.faults import InRow
from web.shapes import Clean, Shape

MOST_TOLD = 2000
"""Faults, and numbers that stand twice, that one answer holds; the counts are of all."""


class FaultShape(Shape):
    """What is wrong with one row; it is not called."""

    line: int = Field(description="As a spreadsheet counts, from 1.", examples=[17])
    why: InRow
    given: Clean = Field(description="What stood there.", examples=["1381234567"])


class TwiceShape(Shape):
    """A number that stands in the list again; the first one is called."""

    line: int
    first: int
    number: Clean


class ListShape(Shape):
    """A list that was read; nobody is called before it is a campaign."""

    id: str
    name: Clean
    rows: int = Field(description="Rows with something in them, the header not counted.")
    callable: int = Field(description="People whom a campaign of this list would call.")
    columns: list[Clean] = Field(description="Columns that are kept with each person.")
    fault_count: int
    faults: list[FaultShape] = Field(description=f"The first {MOST_TOLD}.")
    twice_count: int
    twice: list[TwiceShape] = Field(description=f"The first {MOST_TOLD}.")
    do_not_call: list[TwiceShape] = Field(
        description="Rows whose number is on the do-not-call list; `first` is the same line."
    )

    @classmethod
    def of(cls, read: List) -> Self:
        found = read.reading
        return cls(
            id=read.id,
            name=read.name,
            rows=found.rows,
            callable=len(read.people),
            columns=list(found.columns),
            fault_count=len(found.faults),
            faults=[FaultShape.model_validate(each) for each in found.faults[:MOST_TOLD]],
            twice_count=len(found.twice),
            twice=[TwiceShape.model_validate(each) for each in found.twice[:MOST_TOLD]],
            do_not_call=[
                TwiceShape(line=one.line, first=one.line, number=one.number)
                for one in read.refusing[:MOST_TOLD]
            ],
        )
