"""Text as it is sought: the same word however it is written (TKT-14, TKT-15).

Full width is half width, a capital is a small letter, traditional is simplified; marks and blanks
stay. Each character is folded by itself, so a piece of a text folds to a piece of the folded text:
two characters in the middle of a sentence are found. OpenCC knows the characters; only this module
imports it.
"""

import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

_HAN: Final = 0x2E80
"""Below it nothing is Chinese."""
MOST_WORDS: Final = 8
"""Words of a question that are looked for; each is a look at every row."""


def folded(text: str) -> str:
    """Return a text as it is sought."""
    if text.isascii():
        return text.casefold()
    return unicodedata.normalize("NFKC", text).casefold().translate(_SIMPLIFIED)


def words_of(question: str) -> list[str]:
    """Return the words of a question as they are sought, MOST_WORDS at most."""
    return folded(question).split()[:MOST_WORDS]


def holding(column: Any, word: str) -> "ColumnElement[bool]":
    """Return what is so for rows whose folded text holds a folded word; % and _ are themselves."""
    found: ColumnElement[bool] = column.contains(word, autoescape=True)
    return found


class _Simplified(dict[int, str]):
    """Each character that was met, and its simplified form."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        self[code] = letter if code < _HAN else str(_opencc().convert(letter))
        return self[code]


_SIMPLIFIED: Final = _Simplified()


@cache
def _opencc() -> Any:
    # it takes a moment to load, and the call service never asks
    from opencc import OpenCC  # noqa: PLC0415

    return OpenCC("t2s")
