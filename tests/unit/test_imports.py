"""A list of people is read as whoever wrote it meant it, and what is wrong is said line by line."""

import contextlib
import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from callflow.text import clean
from imports import decoding as opening
from imports.faults import InRow, UnreadableError, Whole
from imports.numbers import Numbers, WrongNumberError
from imports.people_list import Reading, read
from imports.writing import STARTS_A_FORMULA, csv_file, csv_lines, defused, workbook
from phone_numbers.plan import NumberPlan

HERE = Numbers(NumberPlan("CN", frozenset({"8101"})), frozenset({"8101"}))
HEADER = ("电话", "姓名", "语言", "时区", "工单", "备注", "套餐")
PEOPLE = (
    ("138 1234 5678", "张三丰", "中文", "", "20261121-00042", "下午打", "无限"),
    ("010-62345678", "李梅", "en", "Asia/Tokyo", "", "", ""),
)


def _csv(*rows: Sequence[str], mark: str = ",", code: str = "utf-8") -> bytes:
    return "\r\n".join(mark.join(row) for row in rows).encode(code)


def _xlsx(*rows: Sequence[object]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _is_both(found: Reading) -> None:
    first, second = found.people
    assert (first.line, first.number, first.name, first.language) == (
        2,
        "13812345678",
        "张三丰",
        "zh",
    )
    assert (first.ticket, first.extra) == ("20261121-00042", {"备注": "下午打", "套餐": "无限"})
    assert (second.number, second.zone) == ("01062345678", "Asia/Tokyo")
    assert (found.rows, found.faults, found.twice) == (2, [], [])


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_csv_as_any_program_writes_it(code: str, mark: str) -> None:
    _is_both(read(_csv(HEADER, *PEOPLE, mark=mark, code=code), HERE))


def test_a_workbook() -> None:
    _is_both(read(_xlsx(HEADER, *PEOPLE), HERE))


def test_a_number_that_a_spreadsheet_keeps_as_a_figure() -> None:
    found = read(_xlsx(["Phone", "due"], [13812345678, 3.5], [13812345679.0, True]), HERE)
    assert [one.number for one in found.people] == ["13812345678", "13812345679"]
    assert [one.extra["due"] for one in found.people] == ["3.5", "TRUE"]


def test_a_formula_is_its_value_or_nothing_never_computed() -> None:
    found = read(_xlsx(["电话", "备注"], ["13812345678", '=HYPERLINK("http://x","y")']), HERE)
    assert found.people[0].extra == {}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("", InRow.NO_NUMBER),
        ("nobody", InRow.NOT_A_NUMBER),
        ("1.38123E+10", InRow.CUT_BY_EXCEL),
        ("62345678", InRow.NO_SUCH_NUMBER),
        ("138123456789012345678", InRow.TOO_LONG),
        ("13", InRow.TOO_SHORT),
        ("10012345678", InRow.NO_SUCH_NUMBER),
        ("110", InRow.EMERGENCY),
        ("120", InRow.EMERGENCY),
        ("010-62345678 ext. 12", InRow.EXTENSION),
        ("+1 900 234 5678", InRow.PREMIUM),
        ("+1 800 234 5678", InRow.ZONE_NEEDED),
    ],
)
def test_what_is_no_number_to_call_is_said_with_its_line(given: str, why: InRow) -> None:
    found = read(_csv(("电话", "姓名"), (given, "张"), ("13812345678", "李")), HERE)
    [fault] = found.faults
    assert (fault.line, fault.why) == (2, why)
    assert [one.line for one in found.people] == [3]


@pytest.mark.parametrize(
    ("column", "given", "why"),
    [
        ("语言", "法语", InRow.LANGUAGE),
        ("时区", "Mars/Olympus", InRow.ZONE),
        ("时区", "../../etc/passwd", InRow.ZONE),
        ("工单", "'; DROP TABLE tickets", InRow.TICKET),
    ],
)
def test_another_column_that_is_wrong(column: str, given: str, why: InRow) -> None:
    found = read(_csv(("电话", column), ("13812345678", given)), HERE)
    assert [(each.line, each.why) for each in found.faults] == [(2, why)]
    assert found.people == []


def test_the_first_of_two_equal_numbers_is_called_however_they_are_written() -> None:
    rows = (("13812345678",), ("+86 138-1234-5678",), ("１３８１２３４５６７８",))
    found = read(_csv(("手机号码",), *rows), HERE)
    assert [one.line for one in found.people] == [2]
    assert [(each.line, each.first) for each in found.twice] == [(3, 2), (4, 2)]


def test_a_telephone_of_the_house_and_one_abroad_are_dialled_as_they_are_there() -> None:
    assert HERE.read("8101").number.shown == "8101"
    abroad = HERE.read("+81 3 3224 9999")
    assert (abroad.number.shown, abroad.zones) == ("0081332249999", ("Asia/Tokyo",))
    with pytest.raises(WrongNumberError):
        HERE.read("8102")


def test_empty_lines_are_passed_over_and_the_lines_are_counted_as_a_spreadsheet_does() -> None:
    found = read(_csv(("电话",), ("",), ("13812345678",), (" ",), ("x",)), HERE)
    assert [one.line for one in found.people] == [3]
    assert [each.line for each in found.faults] == [5]


def test_a_cell_of_several_lines_is_one_row() -> None:
    content = '电话,备注\n13812345678,"一\n二"\n13812345679,三\n'.encode()
    found = read(content, HERE)
    assert [(one.line, one.extra["备注"]) for one in found.people] == [(2, "一 二"), (3, "三")]


def test_columns_of_the_same_name_are_both_kept() -> None:
    found = read(_csv(("电话", "手机", "手机"), ("13812345678", "a", "b")), HERE)
    assert found.people[0].extra == {"手机": "a", "手机 2": "b"}


def test_what_nobody_sees_is_taken_out() -> None:
    found = read(_csv(("电话", "姓名"), ("13812345678", "张\u202e三\u200b")), HERE)
    assert found.people[0].name == "张三"


def _zip(**parts: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as database:
        for name, content in parts.items():
            database.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return written.getvalue()


def _with_part(name: str, content: bytes) -> bytes:
    """Return a good workbook in which one part is another."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(_xlsx(HEADER, *PEOPLE))) as good,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as bad,
    ):
        for part in good.namelist():
            bad.writestr(part, content if part == name else good.read(part))
    return written.getvalue()


def test_a_cell_is_what_a_spreadsheet_shows() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    values = (
        *(True, False, 13812345678, 0.5, 2.0, "x", " y ", "a\nb", None, "<&>"),
        *(datetime.fromisoformat(each) for each in ("2026-11-21", "2026-11-21T07:30")),
        *(date(2027, 2, 5), time(6, 45)),
    )
    sheet.append(["number"])
    sheet.append(values)
    sheet["B9"] = "last"
    sheet["C9"] = 44_000
    sheet["C9"].number_format = '[Red]yyyy"年"m"月"'
    sheet["D9"] = "=1/0"
    written = io.BytesIO()
    book.save(written)
    found = {
        row.line: row.cells for sheet in opening.sheets(written.getvalue()) for row in sheet.rows
    }
    assert found == {
        1: ["number"],
        2: [
            *("TRUE", "FALSE", "13812345678", "0.5", "2", "x", "y", "a\nb", "", "<&>"),
            *("2026-11-21", "2026-11-21 07:30", "2027-02-05", "06:45:00"),
        ],
        9: ["", "last", "2020-06-18"],
    }


SHEET = "xl/worksheets/sheet1.xml"
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">]><worksheet>&a;</worksheet>'


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", Whole.EMPTY),
        (b"\n\n  \n", Whole.EMPTY),
        (b"\x89PNG\r\n\x1a\n\0\0\0", Whole.NOT_A_LIST),
        (b"a\0b,c\n1,2\n", Whole.NOT_A_LIST),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 100, Whole.OLD_EXCEL),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), Whole.LOCKED),
        (b"\xff\xff\xff", Whole.LETTERS),
        ("姓名,备注\n张三,x\n".encode(), Whole.NO_NUMBER_COLUMN),
        ("电话,姓名\n".encode(), Whole.NO_ROWS),
        (b"x" * (opening.LARGEST + 1), Whole.TOO_LARGE),
        ((",".join("abc" for _ in range(99)) + "\n").encode(), Whole.TOO_MANY_COLUMNS),
        (b"PK\x03\x04 torn", Whole.BROKEN),
        (_zip(a_xml=b"<a/>"), Whole.NOT_A_LIST),
        (_zip(**{"[Content_Types]_xml": b"<a/>", "xl__workbook_xml": b"<a/>"}), Whole.BROKEN),
        (_with_part(SHEET, LAUGHS), Whole.BROKEN),
        (_with_part(SHEET, LAUGHS.decode().encode("utf-16-le")), Whole.BROKEN),
        (_with_part(SHEET, b" " * (opening.LARGEST_UNPACKED + 1)), Whole.TOO_LARGE),
        (_with_part(SHEET, b"<worksheet><sheetData><row><c>"), Whole.BROKEN),
        (_with_part(SHEET, b"<worksheet><sheetData></sheetData></worksheet>"), Whole.EMPTY),
        (_with_part("xl/_rels/workbook.xml.rels", b"<Relationships/>"), Whole.BROKEN),
    ],
)
def test_what_is_no_list_is_one_sentence(content: bytes, why: Whole) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(content, HERE)
    assert caught.value.why is why


def test_a_row_far_below_and_too_many_rows_cost_no_time() -> None:
    far = _with_part(
        SHEET,
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>number</t></is></c></row>'
        b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>1</t></is></c></row>'
        b"</sheetData></worksheet>",
    )
    with pytest.raises(UnreadableError) as caught:
        read(far, HERE)
    assert caught.value.why is Whole.TOO_MANY_ROWS
    wide = _with_part(
        SHEET,
        b'<worksheet><sheetData><row r="9999"><c r="XFD9999"><v>1</v></c></row></sheetData>'
        b"</worksheet>",
    )
    with pytest.raises(UnreadableError) as caught:
        read(wide, HERE)
    assert caught.value.why is Whole.TOO_MANY_COLUMNS
    many = b"number\n" + b"1\n" * (opening.MOST_ROWS + 1)
    with pytest.raises(UnreadableError) as caught:
        read(many, HERE)
    assert caught.value.why is Whole.TOO_MANY_ROWS


@given(st.binary(max_size=300))
def test_any_bytes_are_a_list_or_a_sentence(content: bytes) -> None:
    with contextlib.suppress(UnreadableError):
        read(content, HERE)


@given(st.text(max_size=40))
def test_any_text_is_a_number_or_said_not_to_be_one(given: str) -> None:
    try:
        found = HERE.read(given)
    except WrongNumberError:
        return
    assert found.number.shown.isascii()
    assert found.number.shown.isdecimal()


@pytest.mark.parametrize(
    "cell",
    [
        *("=1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "\x00=1", "  =1", "＝1", "＋1", "－1"),
        *("＠x", "|x", "%x", "\u200b=1", "\u202e +1", "\u3000=1", "\xa0@x", "\x0b=1", "\u2028-1"),
    ],
)
def test_no_cell_that_is_written_is_a_formula(cell: str) -> None:
    assert defused(cell).startswith("'")
    assert csv_lines([["a", cell]]).startswith('"a","\'')
    [row] = load_workbook(io.BytesIO(workbook("[x]", [[cell.strip("\t\r")]]))).worksheets[0].rows
    assert row[0].data_type == "s"
    assert str(row[0].value).startswith("'")


@pytest.mark.parametrize("apart", [";", "; ", ";\u3000", ",", "，", "；", "|", ";\u200b", ';"'])
@pytest.mark.parametrize("formula", ["=1", "+1", "-1", "@x", "＝1", "＠x"])
def test_no_part_of_a_cell_is_a_formula_where_a_line_is_divided_otherwise(
    apart: str, formula: str
) -> None:
    [line] = csv_lines([["李", f"老街{apart}{formula}", "x"]]).splitlines()
    for divider in ";,|\t；，":
        for part in line.split(divider):
            seen = clean(part.strip(' "\u3000\u200b'), 9)
            assert not seen.startswith(STARTS_A_FORMULA[:8]), (divider, line)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_a_cell_has_no_line_ends(end: str) -> None:
    written = csv_lines([[f"甲{end}=1", "乙"]])
    assert written == '"甲 =1","乙"\r\n'
    assert len(written.splitlines()) == 1


def test_what_is_no_formula_is_written_as_it_is() -> None:
    rows = [["电话", "张三"], ["13812345678", "a-b=c"]]
    assert csv_lines(rows) == '"电话","张三"\r\n"13812345678","a-b=c"\r\n'
    assert csv_file([["8215", 3]]) == b'\xef\xbb\xbf"8215","3"\r\n'
    sheet = load_workbook(io.BytesIO(workbook("回访/十一月", rows))).worksheets[0]
    assert sheet.title == "回访 十一月"
    assert [[cell.value for cell in row] for row in sheet.rows] == rows
