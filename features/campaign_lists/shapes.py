"""JSON of an uploaded list and of what is wrong with it."""

from typing import Self

from pydantic import Field

from callflow.text import clean
from features.campaign_lists.lists import List
from imports.faults import Fault, InRow, Kind, Whole
from web.list_shapes import RemarkShape, Sentences, sentences
from web.shapes import Clean, CustomerNumber, Id, Shape

MOST_TOLD = 2000
"""Faults, and numbers that stand twice, that one answer holds; the counts are of all."""


class FaultShape(Shape):
    """What is wrong with one row; it is not called."""

    line: int = Field(description="As a spreadsheet counts, from 1.", examples=[17])
    why: InRow
    given: Clean = Field(description="What stood there.", examples=["1381234567"])
    cell: Clean = Field(
        description="As a spreadsheet names it; empty: the whole row.", examples=["B17"]
    )
    said: Sentences = Field(description="Why, in every language.")

    @classmethod
    def of(cls, fault: Fault) -> Self:
        return cls(
            line=fault.line,
            why=fault.why,
            given=fault.given,
            cell=fault.cell,
            said=sentences(f"sheet.row_{fault.why}"),
        )


class UnreadableShape(Shape):
    """Why a file is no list."""

    why: Whole
    kind: Kind | None = Field(description="What it is instead.")
    said: Sentences


class ElsewhereShape(Shape):
    """Somebody whom another campaign is to call too."""

    line: int
    number: Clean
    campaign_id: int
    campaign: Clean


class TwiceShape(Shape):
    """A number that stands in the list again; the first one is called."""

    line: int
    first: int
    number: CustomerNumber


class ListShape(Shape):
    """A list that was read; nobody is called before it is a campaign."""

    id: Id
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

    hidden: int = Field(description="Rows that nobody sees in the file; they are not called.")
    remarks: list[RemarkShape] = Field(
        description="What nobody sees in the file and is not called, what was guessed."
    )
    elsewhere_count: int
    elsewhere: list[ElsewhereShape] = Field(
        description=f"People whom another campaign is to call too; the first {MOST_TOLD}."
    )
    other_lists: dict[str, int] = Field(
        description="How many of the people stand in another list that waits, by its name."
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
            faults=[FaultShape.of(each) for each in found.faults[:MOST_TOLD]],
            twice_count=len(found.twice),
            twice=[TwiceShape.model_validate(each) for each in found.twice[:MOST_TOLD]],
            do_not_call=[
                TwiceShape(line=one.line, first=one.line, number=one.number)
                for one in read.refusing[:MOST_TOLD]
            ],
            hidden=found.hidden,
            remarks=[RemarkShape.of(each) for each in found.remarks],
            elsewhere_count=len(read.called_twice),
            elsewhere=[
                ElsewhereShape(
                    line=one.line, number=one.number, campaign_id=it.campaign_id, campaign=it.name
                )
                for one, it in read.called_twice[:MOST_TOLD]
            ],
            other_lists={clean(name, 80): count for name, count in read.other_lists.items()},
        )
