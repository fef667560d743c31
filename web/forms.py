"""Owns what was typed into a form: kept as it was typed, cleaned to be used, faults by field.

A fault is the key of a sentence, said in the page's language; what was typed is shown again beside
it. Does no I/O but reading the request's body.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from fastapi import Request

from callflow.text import clean, paragraphs

LONGEST_SHOWN = 20_000
"""Characters of one field that are shown again; longer ones are refused by then."""


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

    def line(self, name: str, *, longest: int, needed: str = "") -> str:
        """Return one line. `needed` is the sentence for an empty one, if it may not be empty."""
        return self._within(name, clean(self._given(name), longest + 1), longest, needed)

    def text(self, name: str, *, longest: int, needed: str = "") -> str:
        """Return several lines."""
        return self._within(name, paragraphs(self._given(name), longest + 1), longest, needed)

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
