"""The forms of a score as pages send them: fields by question, comments by row. Does no I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from features.quality_scores.inputs import Answers
from features.quality_scores.rules import MOST_MARKS, Mark
from web.formats import Formats
from web.forms import FieldPath, Typed

Given = TypeVar("Given", bound=Answers)

ROWS: Final = 3
"""Rows for comments that the page shows at least; two of them are empty."""


@dataclass(frozen=True, slots=True)
class MarkRow:
    """A comment as it stands in the page."""

    second: str = ""
    words: str = ""


def given_of(form: Typed, model: type[Given]) -> Given:
    """Return what was typed of a score. Raises Refused with 422, the faults beside their fields."""
    given: dict[str, Any] = {
        "answers": {
            name.removeprefix("answer_"): text
            for name, text in form.typed.items()
            if name.startswith("answer_") and text
        },
        "marks": [],
    }
    places: list[int] = []
    for at, row in enumerate(typed_marks(form)):
        if row.words.strip() or row.second.strip():
            given["marks"].append({"second": row.second, "words": row.words})
            places.append(at)
    for name in model.model_fields.keys() - given.keys():
        text = form.shown(name).replace("\r\n", "\n")
        if text.strip() or model.model_fields[name].is_required():
            given[name] = text

    def place(where: FieldPath) -> str:
        match where:
            case ("marks", int(at), str(name), *_):
                return f"mark_{name}_{places[at]}"
            case ("answers", key, *_):
                return f"answer_{key}"
            case _:
                return str(where[0])

    return form.judged(model, given, place)


def typed_marks(form: Typed) -> list[MarkRow]:
    """Return the comments as they were typed."""
    return [
        MarkRow(form.shown(f"mark_second_{at}"), form.shown(f"mark_words_{at}"))
        for at in range(MOST_MARKS)
        if f"mark_words_{at}" in form.typed
    ]


def mark_rows(form: Typed, marks: Sequence[Mark]) -> list[MarkRow]:
    """Return the rows of comments that a page shows: what was typed, else what is kept."""
    rows = typed_marks(form) or [
        MarkRow("" if each.second is None else length(each.second), each.words) for each in marks
    ]
    filled = [each for each in rows if each.words or each.second]
    return [*filled, *(MarkRow() for _ in range(max(2, ROWS - len(filled))))][:MOST_MARKS]


def shown(marks: Sequence[Mark], show: Formats) -> list[Mark]:
    """Return comments as somebody may see them: others' words may name a customer (SEC-2)."""
    return [Mark(second=each.second, words=show.text_lines(each.words)) for each in marks]


def length(second: int) -> str:
    """Return a second of a recording as people write it: `1:23`."""
    minutes, rest = divmod(second, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
