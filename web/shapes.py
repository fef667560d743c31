"""What all JSON has in common: cleaned text, who sees it whole, limits of typed text, examples.

Every text of an answer says what it is, by its type, and so who may see it whole (SEC-2). It is
masked where it leaves: in each answer of the API, and in what a refusal tells (`current`, `read`).
A test refuses a text without such a type.
"""

from collections.abc import Callable
from enum import Enum
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer

from callflow.text import clean, paragraphs
from permissions.viewing import shown_whole
from phone_numbers.masking import masked_all, masked_name, masked_number, masked_text

LONGEST_TEXT = 2000
LONGEST_TYPED = 4000
"""Characters of the longest text a person may type in."""


class Told(Enum):
    """What a text of an answer is."""

    NUMBER = "number"
    """A customer's, a guest's, a household's telephone number."""
    NAME = "name"
    """Of a person who is none of ours."""
    TEXT = "text"
    """Free text of people or strangers: it may hold a number."""
    PLAIN = "plain"
    """An id, a word of ours, the staff, the house's own words: everybody sees it."""


def masking(mask: Callable[[str], str]) -> PlainSerializer:
    """Return what masks a text where it leaves to who may not see it whole."""
    return PlainSerializer(
        lambda text: text if shown_whole() else mask(text), return_type=str, when_used="json"
    )


_CLEANED: Final = BeforeValidator(lambda text: clean(str(text), LONGEST_TEXT))
_SEVERAL_LINES: Final = BeforeValidator(lambda text: paragraphs(str(text), LONGEST_TYPED))

Clean = Annotated[str, _CLEANED, masking(masked_text), Told.TEXT]
"""Text of a stranger, cleaned once more: a row may be older than today's rules of cleaning."""

Paragraphs = Annotated[str, _SEVERAL_LINES, masking(masked_text), Told.TEXT]
"""What a person typed, its lines kept."""

CustomerNumber = Annotated[str, _CLEANED, masking(masked_number), Told.NUMBER]
"""A telephone number of somebody who is none of ours."""

CustomerName = Annotated[str, _CLEANED, masking(masked_name), Told.NAME]
"""The name of somebody who is none of ours."""

Plain = Annotated[str, _CLEANED, Told.PLAIN]
"""Text that everybody sees as it is: words of ours, the staff, addresses, ids."""

PlainParagraphs = Annotated[str, _SEVERAL_LINES, Told.PLAIN]
"""Several lines of the house's own words, which are read to callers."""

Id = Annotated[str, Told.PLAIN]
"""Of a thing; not cleaned."""

Fields = Annotated[
    dict[str, Any],
    PlainSerializer(
        lambda kept: kept if shown_whole() else masked_all(kept),
        return_type=dict[str, Any],
        when_used="json",
    ),
    Told.TEXT,
]
"""Fields of a thing by their names, of whatever kind."""

NOON = "2026-11-21T04:00:01.250000Z"
CALL_ID = "0b0f8f3e-6a5c-4c1d-9b6e-2f1f0f6f7a10"


class Shape(BaseModel):
    """What all shapes have in common."""

    model_config = ConfigDict(from_attributes=True, frozen=True)
