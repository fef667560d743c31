"""How a file of wake-ups looks in the API: what of it is wanted, and what each row says."""

from enum import StrEnum
from typing import Self

from pydantic import Field

from features.wake_ups.list_file import FileFault, Row, RowFault, Sheet
from web.shapes import Clean, Shape


class Keep(StrEnum):
    """What of a file is kept."""

    NOTHING = "nothing"
    ALL = "all"
    GOOD = "good"


class RowShape(Shape):
    """One row of a file."""

    row: int = Field(description="As a spreadsheet counts: the heading is 1.")
    room: Clean
    number: Clean
    wall: Clean
    first_day: Clean
    faults: list[RowFault] = Field(description="Empty: the row is right.")

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
        )


class ImportShape(Shape):
    """What a file asks for, and how much of it is on the register now."""

    fault: FileFault | None = Field(description="Why nothing could be read at all.")
    missing: list[Clean] = Field(description="Columns that the file lacks.")
    good: int
    wrong: int
    kept: int
    rows: list[RowShape]

    @classmethod
    def of(cls, sheet: Sheet, *, kept: int = 0) -> Self:
        return cls(
            fault=sheet.fault,
            missing=list(sheet.missing),
            good=len(sheet.wishes),
            wrong=len(sheet.rows) - len(sheet.wishes),
            kept=kept,
            rows=[RowShape.of(row) for row in sheet.rows],
        )
