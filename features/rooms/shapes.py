"""JSON of the table of rooms, and of a file of rooms."""

from datetime import datetime
from typing import Self

from pydantic import Field

from features.rooms.queries import Room
from features.rooms.rules import Wrong
from features.rooms.table_file import FileFault, Row, Sheet
from web.list_shapes import RemarkShape, Sentences, sentences, sentences_of
from web.shapes import NOON, Clean, Shape


class RoomShape(Shape):
    """A room and the number of its telephone."""

    room: Clean = Field(examples=["W-101"])
    number: Clean = Field(description="What is dialled for it.", examples=["8101"])
    changed_at: datetime = Field(examples=[NOON])
    changed_by: Clean

    @classmethod
    def of(cls, known: Room) -> Self:
        return cls(
            room=known.room,
            number=known.number,
            changed_at=known.changed_at,
            changed_by=known.changed_by,
        )


class RoomRowShape(Shape):
    """One line of a file."""

    row: int = Field(description="As a spreadsheet counts: the heading is 1.")
    room: Clean
    number: Clean
    faults: list[Wrong] = Field(description="Empty: the line is right.")

    @classmethod
    def of(cls, row: Row) -> Self:
        room = row.entry.room if row.entry else row.typed.get("room", "")
        number = row.entry.number if row.entry else row.typed.get("number", "")
        return cls(row=row.line, room=room, number=number, faults=list(row.faults))


class RoomsReadShape(Shape):
    """What a file of rooms says, and how much of it is in the table now."""

    fault: FileFault | None = Field(description="Why nothing could be read at all.")
    said: Sentences | None = Field(description="That reason in every language.")
    remarks: list[RemarkShape] = Field(
        description="What nobody sees in the file, and what was guessed."
    )
    good: int
    wrong: int
    kept: int
    rows: list[RoomRowShape]

    @classmethod
    def of(cls, sheet: Sheet, *, kept: int = 0) -> Self:
        return cls(
            fault=sheet.fault,
            said=_said(sheet),
            remarks=[RemarkShape.of(each) for each in sheet.said],
            good=len(sheet.entries),
            wrong=sheet.wrong,
            kept=kept,
            rows=[RoomRowShape.of(row) for row in sheet.rows],
        )


def _said(sheet: Sheet) -> Sentences | None:
    if sheet.whole is not None and sheet.fault is FileFault.UNREADABLE:
        return sentences_of(sheet.whole)
    return sentences(f"rooms.file_{sheet.fault}") if sheet.fault else None
