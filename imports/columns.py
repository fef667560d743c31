"""Which column of a list is which, by the words in its first row. Does no I/O."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from callflow.text import clean
from imports.faults import UnreadableError, Whole

LONGEST_HEADER = 40
MOST_SHOWN = 8

NAMES: Mapping[str, tuple[str, ...]] = {
    "number": (
        *("电话", "电话号码", "号码", "手机", "手机号", "手机号码", "联系电话", "联系方式"),
        *("客户电话", "被叫", "被叫号码", "number", "phone", "phonenumber", "telephone", "tel"),
        *("telephonenumber", "mobile", "mobilenumber", "cell"),
    ),
    "name": (
        *("姓名", "客户", "客户姓名", "客户名称", "名称", "联系人", "用户", "用户姓名", "称呼"),
        *("name", "customer", "customername", "fullname", "contact"),
    ),
    "language": ("语言", "语种", "language", "lang"),
    "zone": ("时区", "timezone", "zone", "tz"),
    "ticket": ("工单", "工单号", "工单编号", "工单号码", "ticket", "ticketnumber", "ticketno"),
    "note": ("备注", "说明", "注释", "note", "notes", "remark", "remarks", "comment", "comments"),
}
"""The words by which a column is known, without blanks and marks, in small letters."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where what stands in a row."""

    places: Mapping[str, int]
    """Of the columns that are known, by their name."""
    others: Mapping[int, str]
    """Headers of the columns that are kept as they are, by place."""

    def cell(self, name: str, row: Sequence[str]) -> str:
        """Return what stands in a known column, empty where the row is shorter."""
        place = self.places.get(name, len(row))
        return row[place] if place < len(row) else ""

    def kept(self, row: Sequence[str], longest: int) -> dict[str, str]:
        """Return what stands in the other columns, the empty ones left out."""
        found = {
            header: clean(row[place], longest)
            for place, header in self.others.items()
            if place < len(row)
        }
        return {header: text for header, text in found.items() if text}


def columns(header: Sequence[str], *, most: int) -> Columns:
    """Return the columns of a list by its first row. Raises UnreadableError."""
    if len(header) > most:
        raise UnreadableError(Whole.TOO_MANY_COLUMNS, most=most, found=len(header))
    places: dict[str, int] = {}
    others: dict[int, str] = {}
    for place, given in enumerate(header):
        title = clean(given, LONGEST_HEADER)
        meant = _MEANT.get(_plain(title))
        if meant is not None and meant not in places:
            places[meant] = place
        elif title:
            others[place] = _fresh(title, others.values())
    if "number" not in places:
        shown = [title for title in (clean(each, 20) for each in header) if title]
        raise UnreadableError(Whole.NO_NUMBER_COLUMN, found=" | ".join(shown[:MOST_SHOWN]) or "–")
    if "note" in places:
        others[places["note"]] = _fresh(
            clean(header[places["note"]], LONGEST_HEADER), others.values()
        )
    return Columns(places, others)


def _plain(title: str) -> str:
    """Return a header without what people add to it: blanks, marks, an asterisk for “needed”."""
    return "".join(
        letter
        for letter in unicodedata.normalize("NFKC", title).casefold()
        if unicodedata.category(letter)[0] in "LN"
    )


def _fresh(title: str, taken: Iterable[str]) -> str:
    """Return a header that no other column has."""
    known = set(taken)
    number = 2
    fresh = title
    while fresh in known:
        fresh, number = f"{title} {number}", number + 1
    return fresh


_MEANT = {word: name for name, words in NAMES.items() for word in words}
