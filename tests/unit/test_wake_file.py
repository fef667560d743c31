"""A file of wake-ups, as spreadsheets write it: a row is a wish, or says what is wrong (WAK-1)."""

import contextlib
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from callflow.call import Language
from callflow.rules.wall_clock import Repeat
from features.wake_up_lists.list_file import (
    LONGEST_FILE,
    MOST_ROWS,
    FileFault,
    RowFault,
    read,
    read_sheets,
    unreadable,
    without,
)
from features.wake_up_lists.typed_moments import day_of, time_of
from features.wake_ups.rules import House
from imports import decoding
from imports.faults import Kind, Remark, UnreadableError, Whole
from tests.fakes.brought_workbooks import book

HOUSE = House(
    zone="Asia/Shanghai",
    language=Language.CHINESE,
    now=datetime(2026, 11, 22, 4, 0, tzinfo=UTC),
    reachable=lambda number: number != "9999",
)
HEAD = "房间,时间,日期\n"


def test_a_chinese_file_with_every_column() -> None:
    text = (
        "房间,拨打号码,客人,语言,叫醒时间,时区,日期,截止日期,重复,备注\n"
        "8215,8215,王小明,英文,7:00,Asia/Tokyo,2026/11/23,2026年12月1日,工作日,带早餐\n"
    )
    [wish] = read(text, HOUSE).wishes
    assert (wish.room, wish.number, wish.guest) == ("8215", "8215", "王小明")
    assert (wish.language, wish.wall, wish.zone) == ("en", time(7, 0), "Asia/Tokyo")
    assert (wish.first_day, wish.last_day) == (date(2026, 11, 23), date(2026, 12, 1))
    assert (wish.repeat, wish.note) == (Repeat.WEEKDAYS, "带早餐")


@pytest.mark.parametrize("parted", [",", ";", "\t"])
@pytest.mark.parametrize("head", ["Room,Time,Date", "DATE, first_day ,room,wall"])
def test_an_english_file_however_it_is_parted(head: str, parted: str) -> None:
    if "DATE" in head:
        head, row = "date,room,wall", "20261123,8215,0700"
    else:
        row = "8215,07:00:00,2026-11-23"
    [wish] = read(f"{head}\r\n{row}\r\n".replace(",", parted), HOUSE).wishes
    assert (wish.number, wish.wall, wish.repeat) == ("8215", time(7, 0), Repeat.ONCE)
    assert (wish.zone, wish.language) == ("Asia/Shanghai", "zh")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_whatever_letters_spreadsheets_write_in_china(encoding: str) -> None:
    text = "房间,时间,日期,客人\n8215,07:00,2026-11-23,龘小明\n"
    sheet = read_sheets(decoding.sheets(text.encode(encoding)), HOUSE)
    assert sheet.wishes[0].guest == "龘小明"


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("8215;rm,07:00,2026-11-23", RowFault.ROOM),
        (",07:00,2026-11-23", RowFault.ROOM),
        ("9999,07:00,2026-11-23", RowFault.UNREACHABLE),
        ("A,07:00,2026-11-23", RowFault.NUMBER),
        ("8215,24:00,2026-11-23", RowFault.WALL),
        ("8215,seven,2026-11-23", RowFault.WALL),
        ("8215,07:00,2026-02-30", RowFault.DAY),
        ("8215,07:00,", RowFault.DAY),
        ("8215,07:00,2026-11-21", RowFault.PAST),
        ("8215", RowFault.WALL),
    ],
)
def test_what_is_wrong_with_a_row_is_said_of_that_row(row: str, fault: RowFault) -> None:
    sheet = read(f"{HEAD}8001,07:00,2026-11-23\n{row}\n", HOUSE)
    assert sheet.rows[0].faults == ()
    assert fault in sheet.rows[1].faults
    assert sheet.rows[1].number == 3, "as the spreadsheet counts"
    assert len(sheet.wishes) == 1


@pytest.mark.parametrize(
    ("column", "value", "fault"),
    [
        ("重复", "有时", RowFault.REPEAT),
        ("语言", "法语", RowFault.LANGUAGE),
        ("时区", "../../etc/passwd", RowFault.ZONE),
        ("截止日期", "2026-11-22", RowFault.LAST_DAY),
        ("截止日期", "soon", RowFault.LAST_DAY),
        ("客人", "长" * 41, RowFault.TEXT_TOO_LONG),
        ("号码", "8001@evil", RowFault.NUMBER),
    ],
)
def test_so_is_what_is_wrong_with_a_further_column(
    column: str, value: str, fault: RowFault
) -> None:
    text = f"房间,时间,日期,{column}\n8215,07:00,2026-11-23,{value}\n"
    assert read(text, HOUSE).rows[0].faults == (fault,)


def test_the_same_wish_twice_is_kept_once() -> None:
    row = "8215,07:00,2026-11-23\n"
    sheet = read(HEAD + row + row + row.replace("07", "08"), HOUSE)
    assert [each.faults for each in sheet.rows] == [(), (RowFault.TWICE,), ()]
    judged = without(sheet, frozenset({sheet.wishes[0].key}))
    assert judged.rows[0].faults == (RowFault.KNOWN,)
    assert len(judged.wishes) == 1


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", FileFault.EMPTY),
        (HEAD, FileFault.EMPTY),
        ("\n,,\n", FileFault.EMPTY),
        ("房间,客人\n8215,王\n", FileFault.COLUMN_MISSING),
        (HEAD + "8215,07:00,2026-11-23\n" * (MOST_ROWS + 1), FileFault.TOO_MANY),
        (HEAD + f"{'x' * 1000}\n" * (LONGEST_FILE // 1000), FileFault.TOO_LONG),
    ],
)
def test_a_file_that_cannot_be_read_at_all(text: str, fault: FileFault) -> None:
    assert read(text, HOUSE).fault is fault


def test_the_columns_that_lack_are_named() -> None:
    assert read("房间,客人\n8215,王\n", HOUSE).missing == ("wall", "first_day")


@given(st.binary(max_size=400))
def test_whatever_is_sent_nothing_breaks(content: bytes) -> None:
    for head in (b"", HEAD.encode()):
        with contextlib.suppress(UnreadableError):
            sheet = read_sheets(decoding.sheets(head + content), HOUSE)
            assert all(row.faults or row.wish for row in sheet.rows)


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("0.25", time(6, 0)),
        ("0.291666666666667", time(7, 0)),
        ("0.5", time(12, 0)),
        (".75", time(18, 0)),
        ("0.3125", time(7, 30)),
        ("7.3", None),
        ("7.30", time(7, 30)),
        ("0.30", None),
        ("0.3", None),
        ("0.123456", None),
        ("1.25", time(1, 25)),
        ("７：３０", time(7, 30)),
        ("7点半", time(7, 30)),
        ("7點30分", time(7, 30)),
        ("早上7:00", time(7, 0)),
        ("7:00 AM", time(7, 0)),
        ("下午3:05", time(15, 5)),
        ("12:00 am", time(0, 0)),
        ("上午15:00", None),
        ("07:00:00", time(7, 0)),
        ("0700", time(7, 0)),
        ("30", None),
        ("7", None),
        ("24:00", None),
        ("O7:00", None),
        ("07:00-08:00", None),
    ],
)
def test_a_time_is_what_is_written_or_refused(typed: str, at: time | None) -> None:
    assert time_of(typed) == at


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2027/3/1", date(2027, 3, 1)),
        ("3/1/2027", None),
        ("1/3/2027", None),
        ("46447", None),
        ("2027111", None),
        ("2027-02-29", None),
        ("2027年3月1日", date(2027, 3, 1)),
        ("202731", date(2027, 3, 1)),
        ("20270301", date(2027, 3, 1)),
        ("2027-3-1 0:00", date(2027, 3, 1)),
        ("2027-03-01 周一", date(2027, 3, 1)),
        ("2027-03-01 07:00", None),
        ("2027-3/1", None),
        ("２０２７．３．１", date(2027, 3, 1)),
        ("27-03-01", None),
        ("2027-l-1", None),
    ],
)
def test_a_day_is_what_is_written_or_refused(typed: str, day: date | None) -> None:
    assert day_of(typed) == day


def test_a_workbook_under_a_title_says_what_nobody_sees_and_names_cells() -> None:
    def fill(_: Workbook, sheet: Worksheet) -> None:
        for row in (
            ("叫早表",),
            ("房号", "叫早时间", "* 日期（必填）"),
            (1201.0, 0.25, "2026-11-23"),
            ("1202", time(7, 0), date(2026, 11, 23)),
            ("1203", "07:00", "2026-11-23"),
            ("1204", "7.3", "2026111"),
        ):
            sheet.append(row)
        sheet.row_dimensions[5].hidden = True

    sheet = read_sheets(decoding.sheets(book(fill)()), HOUSE)
    assert [(one.room, one.wall) for one in sheet.wishes] == [
        ("1201", time(6, 0)),
        ("1202", time(7, 0)),
    ]
    [wrong] = [row for row in sheet.rows if row.faults]
    assert {each: wrong.cell(each) for each in wrong.faults} == {
        RowFault.WALL: "B6",
        RowFault.DAY: "C6",
    }
    assert {each.what for each in sheet.said} >= {Remark.HEADER, Remark.HIDDEN_ROWS}
    again = read(sheet.text, HOUSE)
    assert again.wishes == sheet.wishes, "what is kept is what was seen"
    assert [row.number for row in again.rows] == [row.number for row in sheet.rows]


@pytest.mark.parametrize(
    ("typed", "dialled"),
    [
        ("１２０１", "1201"),
        ("138-0013-8000", "13800138000"),
        ("+86 138 0013 8000", "13800138000"),
        ("1201转2", None),
        ("12O1", None),
    ],
)
def test_a_number_to_dial_is_what_is_written(typed: str, dialled: str | None) -> None:
    [row] = read(f"房间,时间,日期,号码\n8215,07:00,2026-11-23,{typed}\n", HOUSE).rows
    assert (row.wish.number if row.wish else None) == dialled
    assert (RowFault.NUMBER in row.faults) == (dialled is None)


def test_what_is_no_table_is_one_sentence() -> None:
    sheet = unreadable(UnreadableError(Whole.NOT_A_LIST, kind=Kind.WEB_PAGE))
    assert sheet.fault is FileFault.UNREADABLE
