"""The form of a customer: rows of numbers, addresses, lines and contacts.

A row is `numbers.0.number`, `numbers.0.label`; one that is empty is none, and the rows behind it
move up, so that a fault stands beside the row that it is about.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from features.customers.inputs import MOST_PARTS, CustomerInput
from features.customers.known import Customer
from web.forms import FieldPath, Typed

COLUMNS: Final[Mapping[str, Sequence[str]]] = {
    "numbers": ("number", "label"),
    "addresses": ("address", "label"),
    "lines": ("name", "business", "address"),
    "contacts": ("name", "post", "number", "email"),
}
"""What stands in a row of each kind; the first one is needed."""
BLANK: Final = 2
"""Empty rows under those that are filled."""
_ROW: Final = re.compile(r"(numbers|addresses|lines|contacts)\.(\d{1,3})\.(\w+)")
_PLAIN: Final = ("name", "sort", "area", "note", "first_agent")


def filled(known: Customer | None) -> Typed:
    """Return the form of what is known."""
    if known is None:
        return Typed({})
    typed = {name: str(getattr(known, name) or "") for name in _PLAIN}
    typed["sort"] = known.sort.value
    parts = {**{kind: getattr(known, kind) for kind in COLUMNS}, "numbers": known.own_numbers}
    for kind, rows in parts.items():
        for place, row in enumerate(rows):
            for column in COLUMNS[kind]:
                typed[f"{kind}.{place}.{column}"] = getattr(row, column)
    return Typed(typed)


def given(form: Typed) -> CustomerInput:
    """Return what a form brings. Raises Refused with 422, the faults are in the form by then."""
    rows = _rows(form)
    form.typed = {name: text for name, text in form.typed.items() if not _ROW.fullmatch(name)}
    known: dict[str, object] = {}
    for kind, every in rows.items():
        known[kind] = every
        for place, row in enumerate(every):
            form.typed |= {f"{kind}.{place}.{name}": text for name, text in row.items()}
    wanted: dict[str, object] = {
        name: text for name in (*_PLAIN, "seen") if (text := form.shown(name)).strip()
    }
    wanted["area"] = form.shown("area")
    wanted["note"] = form.shown("note").replace("\r\n", "\n")
    return form.judged(CustomerInput, wanted | known, _place)


def rows_shown(form: Typed, kind: str) -> range:
    """Return the rows of a kind that the form shows: those that are filled, and some empty ones."""
    mine = [int(row[2]) for row in map(_ROW.fullmatch, form.typed) if row and row[1] == kind]
    return range(min(max(mine, default=-1) + 1 + BLANK, MOST_PARTS))


def _rows(form: Typed) -> Mapping[str, list[dict[str, str]]]:
    """Return the rows of each kind that the form has, empty ones left out."""
    found: dict[str, dict[int, dict[str, str]]] = {}
    for name, text in form.typed.items():
        if (row := _ROW.fullmatch(name)) and row[3] in COLUMNS[row[1]]:
            found.setdefault(row[1], {}).setdefault(int(row[2]), {})[row[3]] = text
    return {
        kind: [row for _, row in sorted(rows.items()) if any(text.strip() for text in row.values())]
        for kind, rows in found.items()
    }


def _place(where: FieldPath) -> str:
    match where:
        case (str(kind), int(row), *_):
            return f"{kind}.{row}"
        case (name, *_):
            return str(name)
    return ""
