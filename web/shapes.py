"""What all JSON has in common: cleaned text, limits of typed text, examples."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

from callflow.text import clean, paragraphs

LONGEST_TEXT = 2000
LONGEST_TYPED = 4000
"""Characters of the longest text a person may type in."""

Clean = Annotated[str, BeforeValidator(lambda text: clean(str(text), LONGEST_TEXT))]
"""Text of a stranger, cleaned once more: a row may be older than today's rules of cleaning."""

Paragraphs = Annotated[str, BeforeValidator(lambda text: paragraphs(str(text), LONGEST_TYPED))]
"""What a person typed, its lines kept."""

NOON = "2026-11-21T04:00:01.250000Z"
CALL_ID = "0b0f8f3e-6a5c-4c1d-9b6e-2f1f0f6f7a10"


class Shape(BaseModel):
    """What all shapes have in common."""

    model_config = ConfigDict(from_attributes=True, frozen=True)
