"""The editor of a form of inspection: a table with a row for each question, read as sections.

Does no I/O. A row without words is left out; a row without a section is under the one above it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from features.quality_forms.actions import DraftInput
from features.quality_forms.rules import MOST_ITEMS, Content
from web.forms import FieldPath, Typed

SPARE: Final = 3
"""Empty rows that the editor shows beneath the others."""


@dataclass(frozen=True, slots=True)
class Row:
    """One question as it stands in the editor."""

    section: str = ""
    key: str = "0"
    words: str = ""
    weight: str = "10"
    fatal: str = ""
    na: str = ""


def rows_of(content: Content) -> list[Row]:
    """Return the rows of a content, and some empty ones."""
    found = [
        Row(
            section="" if at else section.title,
            key=f"{item.key}",
            words=item.words,
            weight=f"{item.weight}",
            fatal="yes" if item.fatal else "",
            na="yes" if item.na else "",
        )
        for section in content.sections
        for at, item in enumerate(section.items)
    ]
    return _with_spare(found)


def typed_rows(form: Typed) -> list[Row]:
    """Return the rows as they were typed, moved by the button that was pressed."""
    found = [
        Row(**{name: form.shown(f"{name}_{at}") for name in Row.__slots__})
        for at in range(MOST_ITEMS + SPARE)
        if f"words_{at}" in form.typed
    ]
    return _moved(found, form)


def draft_of(form: Typed, rows: Sequence[Row]) -> DraftInput:
    """Return what was typed as a draft. Raises Refused with 422, the faults beside their rows."""
    sections: list[dict[str, Any]] = []
    places: list[list[int]] = []
    for at, row in enumerate(rows):
        if not row.words.strip():
            continue
        title = row.section.strip()
        if not sections or (title and title != sections[-1]["title"]):
            sections.append({"title": title, "items": []})
            places.append([])
        places[-1].append(at)
        sections[-1]["items"].append(
            {
                "key": row.key or "0",
                "words": row.words,
                "weight": row.weight,
                "fatal": bool(row.fatal),
                "na": bool(row.na),
            }
        )

    def place(where: FieldPath) -> str:
        match where:
            case ("sections", int(section), "items", int(item), str(name), *_):
                return f"{name}_{places[section][item]}"
            case ("sections", int(section), "title", *_):
                return f"section_{places[section][0]}"
            case _:
                return str(where[0])

    given = {
        "version": form.shown("version"),
        "name": form.shown("name"),
        "sections": sections,
    }
    return form.judged(DraftInput, given, place)


def _moved(rows: list[Row], form: Typed) -> list[Row]:
    """Return the rows with one of them up or down a place, as its button says."""
    for name, by in (("up", -1), ("down", 1)):
        at = form.shown(name)
        if at.isascii() and at.isdigit() and int(at) < len(rows):
            here, there = int(at), int(at) + by
            if 0 <= there < len(rows):
                rows[here], rows[there] = rows[there], rows[here]
    return rows


def _with_spare(rows: list[Row]) -> list[Row]:
    return [*rows, *(Row() for _ in range(SPARE))]
