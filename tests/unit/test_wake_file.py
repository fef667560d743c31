"""A file of wake-ups, as spreadsheets write it: a row is a wish, or says what is wrong (WAK-1)."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callflow.call import Language
from callflow.rules.wall_clock import Repeat
from features.wake_ups.list_file import (
    LONGEST_FILE,
    MOST_ROWS,
    FileFault,
    RowFault,
    read,
    text_of,
    without,
)
from features.wake_ups.rules import House

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


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_both_encodings_that_spreadsheets_write_in_china(encoding: str) -> None:
    text = "房间,时间,日期,客人\n8215,07:00,2026-11-23,龘小明\n"
    decoded = text_of(text.encode(encoding))
    assert decoded is not None
    assert read(decoded, HOUSE).wishes[0].guest == "龘小明"


@pytest.mark.parametrize(
    "content", ["房间".encode("utf-16"), b"PK\x03\x04\x00\x00", b"\x80\xff\x80"]
)
def test_what_is_no_text_is_said_so(content: bytes) -> None:
    assert text_of(content) is None


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
        (HEAD + "x" * LONGEST_FILE, FileFault.TOO_LONG),
    ],
)
def test_a_file_that_cannot_be_read_at_all(text: str, fault: FileFault) -> None:
    assert read(text, HOUSE).fault is fault


def test_the_columns_that_lack_are_named() -> None:
    assert read("房间,客人\n8215,王\n", HOUSE).missing == ("wall", "first_day")


@given(st.binary(max_size=400))
def test_whatever_is_sent_nothing_breaks(content: bytes) -> None:
    text = text_of(content)
    for head in ("", HEAD):
        if text is not None:
            assert all(row.faults or row.wish for row in read(head + text, HOUSE).rows)
