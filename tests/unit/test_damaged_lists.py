"""A list that was damaged is a person's reading or a sentence, never somebody else's number.

A thousand times, from a seed each: bytes are lost, added, swapped or cut off in a good list. Of
each reading must hold, whatever happened: a number that is called is written in its own row, and
who has a name of the list has that person's number, as far as the damage left it.
"""

import io
import random
import re
import zipfile
from collections.abc import Callable, Sequence

import pytest

from imports import decoding
from imports.faults import UnreadableError
from imports.numbers import Numbers
from imports.people_list import Reading, read
from phone_numbers.digits import digits_of
from phone_numbers.plan import NumberPlan
from tests.fakes.brought_workbooks import book

HERE = Numbers(NumberPlan("CN", frozenset({"8101"})), frozenset({"8101"}))
MANY = 1000
NAMES = (
    "王小明",
    "李静怡",
    "欧阳若兰",
    "赵四",
    "钱五",
    "孙丽华",
    "周建国",
    "吴桂英",
    "郑伟",
    "冯超",
)
NUMBERS = (
    *("13800138000", "138-0013-8001", "(010) 6208 0906", "+8613800138003", "0755-88888804"),
    *("１３８００１３８００５", "13800138006", "+852 2345 6707", "021 6208 0908", "13800138009"),
)
IDENTITIES = (
    *("+8613800138000", "+8613800138001", "+861062080906", "+8613800138003", "+8675588888804"),
    *("+8613800138005", "+8613800138006", "+85223456707", "+862162080908", "+8613800138009"),
)
OTHERS = tuple(f"1390013900{place}" for place in range(10))
"""The managers': they are never called."""
HEADERS = (
    ("姓名", "电话", "地址", "经理电话"),
    ("电话", "姓名", "经理电话", "备注"),
    ("姓名", "地址", "手机号码", "紧急联系人电话"),
)
CODES = ("utf-8", "utf-8-sig", "gb18030", "utf-16")
MARKS = (",", ";", "\t", "|")


def _table(chance: random.Random) -> list[list[str]]:
    header = chance.choice(HEADERS)
    rows = [list(header)]
    for place, name in enumerate(NAMES):
        cells = {"姓名": name, "电话": NUMBERS[place], "手机号码": NUMBERS[place]}
        cells |= {
            title: OTHERS[place] for title in header if title.endswith("电话") and len(title) > 2
        }
        rows.append([cells.get(title, f"{place}号楼") for title in header])
    return rows


def _text(chance: random.Random) -> bytes:
    mark, end = chance.choice(MARKS), chance.choice(("\n", "\r\n"))
    quote = chance.choice(("", "", '"'))
    lines = [mark.join(f"{quote}{cell}{quote}" for cell in row) for row in _table(chance)]
    return (end.join(lines) + end).encode(chance.choice(CODES))


def _workbook(chance: random.Random) -> bytes:
    rows = _table(chance)

    def fill(_: object, sheet: object) -> None:
        for row in rows:
            sheet.append(row)  # type: ignore[attr-defined]

    return book(fill)()


def _lose(chance: random.Random, content: bytearray) -> None:
    at = chance.randrange(len(content))
    del content[at : _in_row(content, at, chance.choice((1, 1, 1, 2, 5, 40)))]


def _in_row(content: bytearray, at: int, most: int) -> int:
    """Return where a piece ends that begins here: what joins two rows nobody can tell apart."""
    end = content.find(b"\n", at)
    return at + 1 if end <= at else min(at + most, end)


def _add(chance: random.Random, content: bytearray) -> None:
    at = chance.randrange(len(content))
    content[at:at] = chance.choice(
        (b"\xa0", b'"', b",", b"\n", b"\r", b"\xff\xfe", b"O", b"\0", b";")
    )


def _swap(chance: random.Random, content: bytearray) -> None:
    at = chance.randrange(len(content))
    if not chr(content[at]).isdigit():  # a digit for another is a number as good as the first
        content[at] = chance.choice(b'\x00\x80\xa0\xff",;\t\n|lOx ()-')


def _cut(chance: random.Random, content: bytearray) -> None:
    del content[chance.randrange(len(content)) :]


def _double(chance: random.Random, content: bytearray) -> None:
    at = chance.randrange(len(content))
    piece = bytes(content[at : _in_row(content, at, chance.randrange(1, 60))])
    content[at:at] = piece


DAMAGES: Sequence[Callable[[random.Random, bytearray], None]] = (
    *(_lose, _lose, _add, _add, _swap, _swap, _cut, _double),
)


def damaged(seed: int) -> bytes:
    """Return a list that was damaged; a seed always makes the same one."""
    chance = random.Random(seed)
    if seed % 5 == 0:
        return _damaged_workbook(chance)
    content = bytearray(_text(chance))
    for _ in range(chance.choice((1, 1, 2, 4, 12))):
        if content:
            chance.choice(DAMAGES)(chance, content)
    return bytes(content)


def _damaged_workbook(chance: random.Random) -> bytes:
    """Return a workbook of which some bytes, or some bytes of a part, are damaged."""
    content = bytearray(_workbook(chance))
    if chance.random() < 0.5:
        chance.choice(DAMAGES)(chance, content)
        return bytes(content)
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(bytes(content))) as given,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as torn,
    ):
        for name in given.namelist():
            part = bytearray(given.read(name))
            if name.startswith("xl/") and chance.random() < 0.5 and part:
                chance.choice(DAMAGES)(chance, part)
            torn.writestr(name, bytes(part))
    return written.getvalue()


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", digits_of(text))


def _is_right(content: bytes, found: Reading) -> str:
    """Return what is wrong with a reading, empty: nothing."""
    rows = {row.line: row.cells for sheet in decoding.sheets(content) for row in sheet.rows}
    for one in found.people:
        cells = [_digits(cell) for cell in rows.get(one.line, ())]
        bare = one.identity.removeprefix("+86").lstrip("+")
        if not any(bare in cell for cell in cells):
            return f"{one.identity} is not written in row {one.line}: {rows.get(one.line)}"
        if one.number in OTHERS:
            return f"the manager of {one.name} is called: {one.number}"
        if one.name in NAMES and not _is_near(one.identity, IDENTITIES[NAMES.index(one.name)]):
            return f"{one.name} has the number {one.identity}"
    return ""


def _is_near(identity: str, right: str) -> bool:
    """Tell whether a number is the right one with some digits lost or doubled by the damage."""
    short, long = sorted((_digits(identity), _digits(right)), key=len)
    at = iter(long)
    return all(digit in at for digit in short)


@pytest.mark.parametrize("part", range(10))
def test_a_damaged_list_never_has_somebody_elses_number(part: int) -> None:
    wrong, readings = [], 0
    for seed in range(part * MANY // 10, (part + 1) * MANY // 10):
        content = damaged(seed)
        try:
            found = read(content, HERE)
        except UnreadableError:
            continue
        readings += 1
        if what := _is_right(content, found):
            wrong.append((seed, what))
    assert wrong == []
    assert readings > MANY // 25, "most damages cost a row and not the list"
