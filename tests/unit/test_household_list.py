"""A list of households is read line by line; each bad line gets its sentence (CBK-5)."""

import pytest

from features.emergency_notifications.household_list import MOST_LINES, BadLine, Listed, Wrong, read
from imports.faults import InRow
from tests.numbers import CHINA


def _read(text: str, known: frozenset[str] = frozenset()) -> tuple[list[Listed], list[BadLine]]:
    return read(text, CHINA, reachable=lambda number: number != "999", known=known)


def test_a_household_has_numbers_in_order_or_none() -> None:
    good, bad = _read(
        "王小明,滨江花园1栋201,13812345678;027-8765 4321\n李梅,滨江花园1栋202,\n张三,老街"
    )
    assert bad == []
    assert good == [
        Listed("王小明", "滨江花园1栋201", ("13812345678", "02787654321")),
        Listed("李梅", "滨江花园1栋202", ()),
        Listed("张三", "老街", ()),
    ]


def test_what_spreadsheets_write_is_read() -> None:
    text = (
        '\ufeff姓名,地址,电话\r\n"王, 小明","A ""1""",8001、8002\r\n\r\n李梅\t老街\t8003;8003\r\n'
    )
    good, bad = _read(text)
    assert bad == []
    assert good == [
        Listed("王, 小明", 'A "1"', ("8001", "8002")),
        Listed("李梅", "老街", ("8003",)),
    ]


def test_commas_of_a_chinese_keyboard_are_commas() -> None:
    assert _read("王小明，滨江花园，8001；8002")[0] == [
        Listed("王小明", "滨江花园", ("8001", "8002"))
    ]


@pytest.mark.parametrize(
    ("line", "wrong", "about"),
    [
        ("王小明", Wrong.FIELDS, "1"),
        ("王小明,滨江,8001,8002,x", Wrong.FIELDS, "5"),
        (",滨江,8001", Wrong.NAME, ""),
        ("王" * 81 + ",滨江,8001", Wrong.LONG, ""),
        ("王小明,滨江,八千零一", Wrong.NUMBER, "八千零一"),
        ("王小明,滨江,8001@evil", Wrong.NUMBER, "8001@evil"),
        ("王小明,滨江,999", Wrong.UNREACHABLE, "999"),
        ("王小明,滨江,8009", Wrong.TWICE, "8009"),
        ("王小明,滨江," + ";".join(f"80{n:02d}" for n in range(20, 29)), Wrong.MANY_NUMBERS, "8"),
        ('"王小明,滨江,8001', Wrong.UNREADABLE, ""),
    ],
)
def test_a_bad_line_says_which_line_and_what(line: str, wrong: Wrong, about: str) -> None:
    good, bad = _read(f"李梅,老街,8000\n{line}", frozenset({"8009"}))
    assert good == [Listed("李梅", "老街", ("8000",))]
    assert [(each.line, each.wrong, each.about) for each in bad] == [(2, wrong, about)]


def test_a_number_is_rung_for_one_household_only() -> None:
    good, bad = _read("李梅,老街,8000\n王小明,老街,8001;8000")
    assert len(good) == 1
    assert bad == [BadLine(2, Wrong.TWICE, "8000", cell="C2")]


def test_a_list_without_end_is_not_read_to_its_end() -> None:
    good, bad = _read("\n".join(f"户{n},x," for n in range(MOST_LINES + 5)))
    assert len(good) == MOST_LINES
    assert bad == [BadLine(MOST_LINES + 1, Wrong.MANY_LINES, str(MOST_LINES))]


def test_control_characters_and_marks_that_nobody_sees_are_taken_out() -> None:
    [one], _ = _read("王\u202e小\x00明,滨\u200b江,8001")
    assert (one.name, one.area) == ("王小明", "滨江")


def test_five_households_in_the_ways_in_which_they_are_pasted() -> None:
    text = (
        "\ufeff姓名；地址；电话\n王小明,滨江花园1栋201,13800138000;010-62080906\n"
        "李静怡，滨江花园2栋，１３８００１３８００１\n欧阳若兰\t四季青路3号\t010-62080906转102\n"
        '赵四,"3号楼, 2单元",13800138002/13800138003\n钱五,,\n'
    )
    good, bad = _read(text)
    assert good == [
        Listed("王小明", "滨江花园1栋201", ("13800138000", "01062080906")),
        Listed("李静怡", "滨江花园2栋", ("13800138001",)),
        Listed("赵四", "3号楼, 2单元", ("13800138002", "13800138003")),
        Listed("钱五", "", ()),
    ]
    assert [(each.line, each.why, each.cell) for each in bad] == [(4, InRow.EXTENSION, "C4")]


def test_a_heading_names_the_columns_in_its_own_order() -> None:
    good, bad = _read("手机号,备注,户主,门牌,固话\n13800138000,x,王小明,1栋,010-62080906\n")
    assert (good, bad) == (
        [Listed("王小明", "1栋", ("13800138000", "01062080906"))],
        [],
    )


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("138OO138OOO", InRow.LETTERS),
        ("1-310-555-0142", InRow.FOREIGN),
        ("110", InRow.EMERGENCY),
        ("95588", InRow.SHORT_CODE),
        ("138****8000", InRow.MASKED),
        ("1380013800", InRow.NO_SUCH_NUMBER),
    ],
)
def test_a_number_that_is_none_says_why(number: str, why: InRow) -> None:
    good, [bad] = _read(f"王小明,1栋,{number}")
    assert (good, bad.wrong, bad.why, bad.cell) == ([], Wrong.NUMBER, why, "C1")


@pytest.mark.parametrize("mark", [",", "，", "|", "\t"])
def test_fields_are_parted_by_whatever_people_type(mark: str) -> None:
    assert _read(f"王小明{mark}1栋{mark}8001")[0] == [Listed("王小明", "1栋", ("8001",))]
