"""A room is what is written, letters and dashes too; its telephone is what the table says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.reachable import has_line, is_emergency, may_ever_ring
from features.rooms.dialling import canonical
from features.rooms.rules import Entry, Lines, Wrong, WrongEntryError, entry, room_name, taken
from features.rooms.table_file import MOST_ROWS, FileFault, Sheet, judged, unreadable
from features.rooms.table_file import read as read_sheets
from features.wake_ups.rules import number_of
from imports import decoding
from imports.faults import UnreadableError
from settings import Settings

SETTINGS = Settings(trunk_out="192.0.2.1")
HOUSE = Lines(
    reachable=lambda number: has_line(number, SETTINGS),
    is_emergency=lambda number: is_emergency(number, SETTINGS),
    may_ever_ring=may_ever_ring(SETTINGS),
    canonical=lambda number: canonical(number, SETTINGS),
)


def read(content: bytes, house: Lines) -> Sheet:
    """Return what a file says, read here; programs read it in a sandbox."""
    try:
        return read_sheets(list(decoding.sheets(content)), house)
    except UnreadableError as error:
        return unreadable(error)


@pytest.mark.parametrize(
    ("typed", "room"),
    [
        ("A101", "A101"),
        (" a101 ", "A101"),
        ("W-101", "W-101"),
        ("Ｗ－１０１", "W-101"),
        ("w\u2013101", "W-101"),
        ("12-05", "12-05"),
        ("110", "110"),
        ("8215.0", "8215"),
        ("", ""),
        ("-101", ""),
        ("101-", ""),
        ("八二一五", ""),
        ("8215;Dial", ""),
        ("1" * 21, ""),
    ],
)
def test_a_room_is_what_is_written(typed: str, room: str) -> None:
    assert room_name(typed) == room


def test_what_is_not_all_digits_dials_nothing_by_itself() -> None:
    assert [number_of(room) for room in ("8215", "A101", "B101", "W-101", "12-05")] == [
        "8215",
        *("", "", "", ""),
    ]


@pytest.mark.parametrize("room", ["110", "112", "119", "120", "122", "A101", "12-05"])
def test_every_room_can_have_a_telephone(room: str) -> None:
    assert entry(room, "8301", HOUSE) == Entry(room, "8301")


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("110", Wrong.EMERGENCY),
        ("0119", Wrong.EMERGENCY),
        ("12", None),
        ("*8101#", Wrong.FORBIDDEN),
        ("12101", Wrong.FORBIDDEN),  # a short code, unless the settings say that it is the PBX's
        ("0085291234567", Wrong.FORBIDDEN),
        ("8", Wrong.NUMBER),
        ("", Wrong.NUMBER),
        ("8101x", Wrong.NUMBER),
        ("8101@elsewhere", Wrong.NUMBER),
        ("1" * 21, Wrong.NUMBER),
    ],
)
def test_what_is_dialled_can_be_dialled_and_reaches_no_emergency_service(
    number: str, why: Wrong | None
) -> None:
    if why is None:
        assert entry("8215", number, HOUSE).number == number
        return
    with pytest.raises(WrongEntryError) as refused:
        entry("8215", number, HOUSE)
    assert refused.value.why == (why,)


def test_one_number_has_one_spelling() -> None:
    spellings = ["13800138000", "+8613800138000", "138-0013-8000", "008613800138000"]
    assert {canonical(each, SETTINGS) for each in spellings} == {"13800138000"}


def test_without_a_line_out_only_phones_of_the_house_can_be_rung() -> None:
    alone = Lines(reachable=lambda number: has_line(number, Settings()))
    assert entry("8215", "8001", alone).number == "8001"
    with pytest.raises(WrongEntryError) as refused:
        entry("8215", "8215", alone)
    assert refused.value.why == (Wrong.UNREACHABLE,)


def test_two_rooms_may_change_their_numbers_and_not_share_one() -> None:
    table = {"A101": "8101", "B101": "8102"}
    swapped = [Entry("A101", "8102"), Entry("B101", "8101")]
    assert not taken(swapped, table)
    assert taken([Entry("C101", "8101")], table) == {Entry("C101", "8101")}
    both = [Entry("C101", "8103"), Entry("D101", "8103")]
    assert taken(both, table) == set(both)


def test_five_hundred_rooms_of_a_file_with_letters_and_dashes() -> None:
    names = [f"{'ABW'[n % 3]}{'-' * (n % 2)}{100 + n}" for n in range(500)]
    text = "房间,分机\n" + "".join(f"{name},{8000 + n}\n" for n, name in enumerate(names))
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        sheet = read(text.encode(encoding), HOUSE)
        assert [one.room for one in sheet.entries] == names
        assert len({one.number for one in sheet.entries}) == 500


def test_each_line_that_is_wrong_says_so() -> None:
    text = "room;number\nA101;8101\na101;8102\nB 101;8103\nB101;110\nC101;\nD101;8101\nE101;8900\n"
    sheet = judged(read(text.encode(), HOUSE), {"F101": "8900"})
    assert [(row.line, list(row.faults)) for row in sheet.rows] == [
        (2, [Wrong.TAKEN]),
        (3, [Wrong.TWICE]),
        (4, [Wrong.ROOM]),
        (5, [Wrong.EMERGENCY]),
        (6, [Wrong.NUMBER]),
        (7, [Wrong.TAKEN]),
        (8, [Wrong.TAKEN]),
    ]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", FileFault.EMPTY),
        ("房间,号码\n".encode(), FileFault.EMPTY),
        ("房间,客人\n8215,王\n".encode(), FileFault.COLUMN_MISSING),
        (b"PK\x03\x04 a workbook", FileFault.UNREADABLE),
        (b"room,number\n" + b"A1,8101\n" * (MOST_ROWS + 1), FileFault.TOO_LONG),
    ],
)
def test_a_file_that_cannot_be_read_at_all(content: bytes, fault: FileFault) -> None:
    assert read(content, HOUSE).fault is fault


@given(st.binary(max_size=300))
def test_whatever_is_sent_nothing_breaks(content: bytes) -> None:
    for head in (b"", b"room,number\n"):
        sheet = read(head + content, HOUSE)
        assert all(row.entry or row.faults for row in sheet.rows)
