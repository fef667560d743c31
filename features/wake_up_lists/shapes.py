"""Shapes of a wake-up file in the API: what each row says, and how much was kept."""

from typing import Self

from pydantic import Field

from features.wake_up_lists.list_file import FileFault, Row, RowFault, Sheet
from web.list_shapes import RemarkShape, Sentences, sentences, sentences_of
from web.shapes import Clean, CustomerNumber, Plain, Shape


class RefusalShape(Shape):
    """One reason why a row is not kept."""

    why: RowFault
    cell: Clean = Field(description="As a spreadsheet names it; empty: the whole row.")
    said: Sentences


class RowShape(Shape):
    """One row of a file."""

    row: int = Field(description="As a spreadsheet counts: the heading is 1.")
    room: Clean
    number: CustomerNumber
    wall: Plain
    first_day: Plain
    faults: list[RowFault] = Field(description="Empty: the row is right.")
    refusals: list[RefusalShape] = Field(description="The same, with their cells and sentences.")

    @classmethod
    def of(cls, row: Row) -> Self:
        wish = row.wish
        return cls(
            row=row.number,
            room=wish.room if wish else row.typed.get("room", ""),
            number=wish.number if wish else row.typed.get("number", ""),
            wall=f"{wish.wall:%H:%M}" if wish else row.typed.get("wall", ""),
            first_day=f"{wish.first_day}" if wish else row.typed.get("first_day", ""),
            faults=list(row.faults),
            refusals=[
                RefusalShape(why=each, cell=row.cell(each), said=sentences(f"wake.row_{each}"))
                for each in row.faults
            ],
        )


class ImportShape(Shape):
    """What a file asks for, and how much of it is on the register now."""

    fault: FileFault | None = Field(description="Why nothing could be read at all.")
    said: Sentences | None = Field(description="That reason in every language.")
    missing: list[Plain] = Field(description="Columns that the file lacks.")
    remarks: list[RemarkShape] = Field(
        description="What nobody sees in the file, and what was guessed."
    )
    good: int
    wrong: int
    kept: int
    rows: list[RowShape]

    @classmethod
    def of(cls, sheet: Sheet, *, kept: int = 0) -> Self:
        return cls(
            fault=sheet.fault,
            said=_said(sheet),
            remarks=[RemarkShape.of(each) for each in sheet.said],
            missing=list(sheet.missing),
            good=len(sheet.wishes),
            wrong=len(sheet.rows) - len(sheet.wishes),
            kept=kept,
            rows=[RowShape.of(row) for row in sheet.rows],
        )


def _said(sheet: Sheet) -> Sentences | None:
    if sheet.whole is not None and sheet.fault is FileFault.UNREADABLE:
        return sentences_of(sheet.whole)
    if sheet.fault is None:
        return None
    return sentences(f"wake.file_{sheet.fault}", columns=", ".join(sheet.missing))
