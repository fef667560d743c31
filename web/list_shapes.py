"""JSON that all lists share which people bring: what is said of one, in every language."""

from collections.abc import Mapping
from typing import Self

from pydantic import Field

from callflow.call import Language
from imports.faults import Remark, Said, UnreadableError
from web.shapes import Clean, Shape
from web.words import said

Sentences = Mapping[Language, Clean]
"""The same in every language."""


def sentences(key: str, **gaps: object) -> Sentences:
    """Return what a key says, in every language."""
    return {language: said(language)(key, **gaps) for language in Language}


def sentences_of(error: UnreadableError) -> Sentences:
    """Return why a file cannot be read, in every language."""
    return sentences(error.sentence, **error.gaps)


class RemarkShape(Shape):
    """What is said of a list before anybody is called: what nobody sees in it, what was guessed."""

    what: Remark
    said: Sentences = Field(description="In every language, by its code.")

    @classmethod
    def of(cls, remark: Said) -> Self:
        return cls(what=remark.what, said=sentences(f"sheet.said_{remark.what}", **remark.gaps))
