"""What a list of customers says, row by row: who it is, or what is wrong with the row. No I/O.

Every column of numbers counts, the first one is the main number; a contact has columns of its own.
Whose a number is already, the database says. A row is told as plain data, so that it can leave the
sandbox one by one: `{"line": 7, "customer": {…}}`, or `{"line": 8, "why": "…", "cell": "B8",
"given": "…"}`; each with `cells`, as they stood. First comes `{"columns": […]}`, last `{"end": …}`.
"""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any, Final

from callflow.text import clean
from imports.columns import Columns, Words, found_in
from imports.decoding import LONG_LISTS, MOST_COLUMNS, Row, sheets
from imports.faults import InRow, Said, UnreadableError, Whole, letters_of
from imports.headers import is_nothing
from imports.numbers import Numbers, WrongNumberError
from imports.people_list import PEOPLE

SHORTEST: Final = 3
"""Digits of a number by which somebody is known; a shorter one is a slip, or a serial number."""
LONGEST: Final = 80
LONGEST_ADDRESS: Final = 200
LONGEST_NOTE: Final = 2000
LONGEST_GIVEN: Final = 40
_AGENT: Final = re.compile(r"\d{3,6}")


class CustomerFault(StrEnum):
    """What else can be wrong with a row of customers."""

    SORT = "sort"  # none of the sorts
    AGENT = "agent"  # no number of an agent
    TWICE = "twice"  # the number stands in the file before
    SEVERAL_CUSTOMERS = "several_customers"  # its numbers are those of two customers
    CONTACT = "contact"  # the number is that of another customer's contact


CUSTOMERS: Words = {
    "number": PEOPLE["number"],
    "name": (*PEOPLE["name"], "单位", "单位名称", "公司", "公司名称", "企业名称", "company"),
    "sort": ("类别", "客户类别", "客户类型", "客户级别", "级别", "等级", "sort", "class", "level"),
    "area": ("地区", "小区", "片区", "区域", "地区小区", "area", "district"),
    "address": ("地址", "住址", "联系地址", "客户地址", "装机地址", "address"),
    "line": ("线路", "专线", "线路号", "专线号", "宽带账号", "宽带帐号", "line", "circuit"),
    "business": ("业务", "业务类别", "业务类型", "business", "service"),
    "contact": ("联系人姓名", "对接人", "经办人", "contactperson"),
    "contact_number": ("联系人电话", "联系人手机", "联系人号码", "对接人电话", "经办人电话"),
    "contact_post": ("职务", "联系人职务", "post", "position"),
    "email": ("邮箱", "电子邮箱", "电子邮件", "email", "mail"),
    "first_agent": ("首问", "首问话务员", "首问工号", "工号", "firstagent", "agent"),
    "note": PEOPLE["note"],
}
SORTS: Final = {
    **dict.fromkeys(("", "普通", "普通客户", "一般", "一般客户", "normal"), "normal"),
    **dict.fromkeys(("大客户", "大", "large", "大客", "large customer"), "large"),
    **dict.fromkeys(("重要", "重要客户", "vip", "important"), "important"),
    **dict.fromkeys(("专线", "专线客户", "dedicated", "dedicated line"), "dedicated"),
}


class _WrongCellError(Exception):
    def __init__(self, why: str, given: str, place: int | None) -> None:
        super().__init__(why)
        self.why, self.given, self.place = why, given, place


def rows(content: bytes, numbers: Numbers) -> Iterator[dict[str, Any]]:
    """Give what a list says. Raises UnreadableError."""
    found = found_in(sheets(content, LONG_LISTS), CUSTOMERS, needed=("number",), most=MOST_COLUMNS)
    known = found.columns
    yield {"columns": [known.titles.get(place, "") for place in range(known.width)]}
    count = hidden = 0
    for row in found.rows:
        count += 1
        if row.is_hidden:
            hidden += 1
            continue
        yield _told(row, known, numbers, is_text=found.is_text)
    if not count:
        raise UnreadableError(Whole.NO_ROWS)
    yield {"end": count, "hidden": hidden, "said": [_said(each) for each in found.said]}


def _said(remark: Said) -> dict[str, Any]:
    return {"what": remark.what, "gaps": dict(remark.gaps)}


def _told(row: Row, known: Columns, numbers: Numbers, *, is_text: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"line": row.line, "cells": [cell[:500] for cell in row.cells]}
    why = row.fault or (known.wrong_width(row.cells) if is_text else None)
    if why:
        return told | {"why": why, "cell": "", "given": clean(" | ".join(row.cells), LONGEST_GIVEN)}
    try:
        return told | {"customer": _customer(row.cells, known, numbers)}
    except _WrongCellError as error:
        cell = "" if error.place is None else f"{letters_of(error.place)}{row.line}"
        given = clean(error.given, LONGEST_GIVEN)
        return told | {"why": error.why, "cell": cell, "given": given}


def _customer(row: Sequence[str], known: Columns, numbers: Numbers) -> dict[str, Any]:
    def text(name: str, longest: int = LONGEST) -> str:
        return clean(known.cell(name, row), longest)

    return {
        "numbers": _numbers(row, known, numbers),
        "name": text("name"),
        "sort": _sort(known, row),
        "area": text("area"),
        "note": text("note", LONGEST_NOTE),
        "first_agent": _agent(known, row),
        "address": text("address", LONGEST_ADDRESS),
        "line": text("line"),
        "business": text("business"),
        "contact": _contact(row, known, numbers, text("contact")),
        "post": text("contact_post"),
        "email": text("email"),
    }


def _numbers(row: Sequence[str], known: Columns, numbers: Numbers) -> list[list[str]]:
    """Return every number of a row once, as it is shown and what it is known by."""
    found: dict[str, list[str]] = {}
    places = known.places["number"]
    for place in places:
        given = row[place] if place < len(row) else ""
        if is_nothing(given) and (found or place != places[-1]):
            continue
        number = _number(given, place, numbers)
        label = known.titles.get(place, "") if len(places) > 1 else ""
        found.setdefault(number[1], [*number, label])
    return list(found.values())


def _number(given: str, place: int | None, numbers: Numbers) -> list[str]:
    try:
        number = numbers.in_house(given)
    except WrongNumberError as error:
        raise _WrongCellError(error.why, given, place) from None
    if len(number.identity) < SHORTEST:
        raise _WrongCellError(InRow.TOO_SHORT, given, place)
    return [number.shown, number.identity]


def _contact(row: Sequence[str], known: Columns, numbers: Numbers, name: str) -> list[str] | None:
    given = known.cell("contact_number", row)
    number = _number(given, known.place("contact_number", row), numbers) if given else ["", ""]
    return [name or number[0], *number] if name or given else None


def _sort(known: Columns, row: Sequence[str]) -> str:
    given = known.cell("sort", row)
    sort = SORTS.get(clean(given, LONGEST).casefold())
    if sort is None:
        raise _WrongCellError(CustomerFault.SORT, given, known.place("sort", row))
    return sort if given else ""


def _agent(known: Columns, row: Sequence[str]) -> str:
    given = clean(known.cell("first_agent", row), LONGEST)
    if given and not _AGENT.fullmatch(given):
        raise _WrongCellError(CustomerFault.AGENT, given, known.place("first_agent", row))
    return given
