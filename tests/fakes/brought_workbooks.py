"""Workbooks as people really bring them: what somebody did to each in a spreadsheet program."""

import io
from collections.abc import Callable, Sequence
from datetime import date, datetime, time

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet


def book(fill: Callable[[Workbook, Worksheet], None]) -> Callable[[], bytes]:
    """Return a workbook that somebody filled."""

    def made() -> bytes:
        new = Workbook()
        sheet = new.active
        assert isinstance(sheet, Worksheet)
        fill(new, sheet)
        written = io.BytesIO()
        new.save(written)
        return written.getvalue()

    return made


def _rows(sheet: Worksheet, *rows: Sequence[object]) -> None:
    for row in rows:
        sheet.append(list(row))


_HEAD, _WANG_ROW, _LI_ROW = (
    ("电话", "姓名", "地址"),
    ("13800138000", "王小明", "1栋"),
    ("13800138001", "李静怡", "2栋"),
)


def duration(_: Workbook, sheet: Worksheet) -> None:
    _rows(sheet, _HEAD, (13800138000, "王小明"), (13800138001, "李静怡"))
    sheet["A2"].number_format = "[h]:mm:ss"


def merged(_: Workbook, sheet: Worksheet) -> None:
    _rows(sheet, ("十一月回访名单",), _HEAD, _WANG_ROW, _LI_ROW)
    sheet.merge_cells("A1:C1")
    sheet.merge_cells("C3:C4")


def hidden(_: Workbook, sheet: Worksheet) -> None:
    _rows(sheet, _HEAD, _WANG_ROW, _LI_ROW, ("010-62080906", "欧阳若兰"))
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["C"].hidden = True


def second_sheet(made: Workbook, sheet: Worksheet) -> None:
    sheet.title = "封面"
    _rows(made.create_sheet("名单"), _HEAD, _WANG_ROW, _LI_ROW)
    _rows(made.create_sheet("说明"), ("见名单",))


def hidden_sheet(made: Workbook, sheet: Worksheet) -> None:
    _rows(sheet, _HEAD, ("13800138009", "不该打"))
    sheet.sheet_state = "hidden"
    seen = made.create_sheet("名单")
    _rows(seen, _HEAD, _WANG_ROW)
    made.active = seen


def format_to_the_end(_: Workbook, sheet: Worksheet) -> None:
    _rows(sheet, _HEAD, _WANG_ROW, _LI_ROW)
    sheet["J1048576"].number_format = "0.00"


def figures(_: Workbook, sheet: Worksheet) -> None:
    _rows(
        sheet, _HEAD, (13800138000, "王小明"), (13800138001.0, "李静怡"), (1062080906, "欧阳若兰")
    )


def very_hidden(made: Workbook, sheet: Worksheet) -> None:
    _rows(sheet, _HEAD, _WANG_ROW)
    other = made.create_sheet("旧")
    _rows(other, _HEAD, ("13800138009", "不该打"))
    other.sheet_state = "veryHidden"


def hidden_numbers(_: Workbook, sheet: Worksheet) -> None:
    _rows(sheet, _HEAD, _WANG_ROW)
    sheet.column_dimensions["A"].hidden = True


def formula(_: Workbook, sheet: Worksheet) -> None:
    _rows(sheet, _HEAD, ("=1+1", "李静怡"), _WANG_ROW)


def from_c5(_: Workbook, sheet: Worksheet) -> None:
    for number, row in enumerate((_HEAD, _WANG_ROW, _LI_ROW), 5):
        for place, text in enumerate(row, 3):
            sheet.cell(number, place, text)
    sheet["C8"] = "x"


def days(_: Workbook, sheet: Worksheet) -> None:
    _rows(
        sheet,
        (*_HEAD, "约定"),
        (*_WANG_ROW, datetime.fromisoformat("2027-03-01T07:00")),
        (*_LI_ROW, time(7, 0)),
    )
    _rows(sheet, (date(2027, 1, 11), "日期"))
