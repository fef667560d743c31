"""Forms: what was typed, read as a model, with one fault per field.

The model is the one that the API takes as its body: a page and a program are judged by the same
rules. A fault is the key of a sentence, said in the page's language; what was typed is shown again
beside it. Does no I/O but reading the request's body.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, TypeVar

from annotated_types import MaxLen
from fastapi import Request
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from callflow.text import clean, paragraphs
from web.days import day_of
from web.problems import Refused

Wanted = TypeVar("Wanted", bound=BaseModel)
FieldPath = tuple[int | str, ...]
"""A place in a model: a field, or in a list the field, which one, and its own field."""

LONGEST_SHOWN = 20_000
"""Characters of one field that are shown again; longer ones are refused by then."""
NO_DAY = "?"
"""What a model is given for a day that is none: it refuses it with its own sentence."""
_DAYS = (date, date | None)
_TOO_LONG = frozenset({"string_too_long", "too_long"})
_FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Says:
    """The sentence for a field of a model that is wrong; part of the field's annotation.

    ``title: Annotated[LongLine, Field(min_length=1), Says("answers.fault_title")]``
    """

    words: str
    """Key of the words."""


def wrong(about: str, words: str, sentence: str) -> PydanticCustomError:
    """Return what a model's validator raises when its fields do not fit together.

    `about` is the field beside which a person reads `words`; a program reads `sentence`.
    """
    return PydanticCustomError(
        _FAULT, "{sentence}", {"sentence": sentence, "about": about, "words": words}
    )


def longest(model: type[BaseModel]) -> dict[str, int]:
    """Return how many characters each field of a model takes, for those that have a limit."""
    return {
        name: limit.max_length
        for name, known in model.model_fields.items()
        for limit in known.metadata
        if isinstance(limit, MaxLen)
    }


@dataclass(slots=True)
class Typed:
    """One form as it came in."""

    typed: dict[str, str]
    faults: dict[str, str] = field(default_factory=dict)

    def fault(self, name: str) -> str:
        """Return the key of the sentence for what is wrong with a field, empty for nothing."""
        return self.faults.get(name, "")

    def shown(self, name: str, otherwise: str = "") -> str:
        """Return a field as it was typed; `otherwise` in a form that was not sent yet."""
        return self.typed.get(name, otherwise)

    def read(
        self,
        model: type[Wanted],
        *,
        empty: Collection[str] = (),
        today: date | None = None,
        **known: object,
    ) -> Wanted:
        """Return what was typed as a model; its fields have the names of the form's.

        A field that was left empty is left out, and has the model's default, but for those in
        `empty`: there nothing is a value. A box that is not ticked is not sent: False. `today` is
        the house's, where the form has fields for days. `known` are fields that the form does not
        have. Raises Refused with 422; the faults are here by then.
        """
        given: dict[str, object] = dict(known)
        for name, about in model.model_fields.items():
            if name in known:
                continue
            text = self._given(name).replace("\r\n", "\n")
            if about.annotation is bool:
                given[name] = bool(text)
            elif text.strip() and about.annotation in _DAYS and today:
                given[name] = day_of(text, today) or NO_DAY
            elif text.strip() or about.is_required() or name in empty:
                given[name] = text
        return self.judged(model, given)

    def judged(
        self,
        model: type[Wanted],
        given: Mapping[str, object],
        place: Callable[[FieldPath], str] | None = None,
    ) -> Wanted:
        """Return a model of what was typed, brought into its shape. Raises Refused with 422.

        `place` names the field of the form for a place in the model, where these differ.
        """
        try:
            return model.model_validate(given)
        except ValidationError as error:
            for each in error.errors(include_url=False):
                where, words = _fault(each, model.model_fields)
                name = place(where) if place else str(where[0])
                self.faults.setdefault(name, words)
            raise Refused(422, "The form is wrong.", faults=self.faults) from None

    def refuse(self, refused: Refused) -> int:
        """Take a refusal as a fault of this form; return its status. Raises it when it is none."""
        if not refused.faults:
            raise refused
        self.faults = {**refused.faults, **self.faults}
        return refused.status_code

    def line(self, name: str, *, longest: int, needed: str = "") -> str:
        """Return one line. `needed` is the sentence for an empty one, if it may not be empty."""
        return self._within(name, clean(self._given(name), longest + 1), longest, needed)

    def text(self, name: str, *, longest: int, needed: str = "") -> str:
        """Return several lines."""
        return self._within(name, paragraphs(self._given(name), longest + 1), longest, needed)

    def day(self, name: str, today: date, *, past: bool = False) -> date | None:
        """Return a day, None when nothing was typed, or no day: then the fault is here."""
        text = self._given(name).strip()
        day = day_of(text, today, past=past)
        if text and day is None:
            self.faults[name] = "form.fault_day"
        return day

    def begin_of(
        self, name: str, zone: tzinfo, *, after: timedelta = timedelta()
    ) -> datetime | None:
        """Return when a past day began, or some time after; the day is shown as it was read."""
        day = self.day(name, datetime.now(zone).date(), past=True)
        if day is None:
            return None
        self.typed[name] = f"{day}"
        return datetime.combine(day + after, time(), zone)

    def moment(self, name: str, now: datetime, zone: tzinfo) -> str:
        """Return the moment of `name_day` and `name_time` on a clock, as a model reads it.

        What is none is returned as it was typed: the model has the sentence for it.
        """
        day = day_of(self._given(f"{name}_day"), now.astimezone(zone).date(), past=True)
        try:
            wall = time.fromisoformat(self._given(f"{name}_time").strip())
        except ValueError:
            return NO_DAY
        return datetime.combine(day, wall, zone).isoformat() if day else NO_DAY

    def choice(self, name: str, among: Collection[str], fault: str) -> str:
        """Return one of some values."""
        given = self._given(name)
        if given not in among:
            self.faults[name] = fault
        return given

    def _given(self, name: str) -> str:
        return self.typed.get(name, "")

    def _within(self, name: str, text: str, longest: int, needed: str) -> str:
        if len(text) > longest:
            self.faults[name] = "form.too_long"
        elif needed and not text:
            self.faults[name] = needed
        return text


async def typed(request: Request) -> Typed:
    """Return the form of a request; files are no fields of ours."""
    given = await request.form()
    return Typed(
        {name: text[:LONGEST_SHOWN] for name, text in given.items() if isinstance(text, str)}
    )


def _fault(error: ErrorDetails, fields: Mapping[str, FieldInfo]) -> tuple[FieldPath, str]:
    """Return the place in the model that is wrong, and the key of its sentence."""
    gaps: dict[str, Any] = error.get("ctx", {})
    where = error["loc"]
    if error["type"] == _FAULT:  # `about` is a field of the model that found it, or of a part
        return (*where[: len(where) // 2 * 2], gaps["about"]), gaps["words"]
    if error["type"] in _TOO_LONG:
        return where, "form.too_long"
    name = str(where[0])
    marked = fields[name].metadata if name in fields else []
    return where, next((each.words for each in marked if isinstance(each, Says)), "form.wrong")
