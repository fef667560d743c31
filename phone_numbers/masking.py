"""Masks personal data for those who do not need them (SEC-2).

Does no I/O. A masked value still lets two calls of one caller be told apart at a glance, and
never gives back more than half of what it hides.

A number in free text is found however people write it: apart with blanks, dots, slashes, dashes or
brackets, over a line's end, in full-width or Chinese digits. What is written as a date is none.
"""

import re
from typing import Any, Final

HIDDEN = "*"

_CHINESE: Final = "〇零○一二三四五六七八九壹贰貳叁參肆伍陆陸柒捌玖幺两兩"
_IN_RINGS: Final = "⓪①-⑨❶-❾➀-➈⑴-⑼⒈-⒐⁰¹²³⁴-⁹₀-₉"
_DIGIT: Final = rf"(?:[\d{_CHINESE}{_IN_RINGS}]|(?<=[\dOoＯ])[OoＯ])"
_APART: Final = (
    r"[\s.．·•・/／\\＼\-‐-―−－_＿(（)）\[\]【】+＋~～、|｜*#\u00ad\u200b-\u200f\u2060\ufeff]"
)
_BETWEEN: Final = rf"(?:{_APART}{{1,3}}|[,，'’](?!\s))?"
_DATE: Final = (
    r"(?<!\d)(?:19|20)\d\d(?P<mark>[-/.])(?:0?[1-9]|1[0-2])(?P=mark)(?:[12]\d|3[01]|0?[1-9])"
    rf"(?:(?=[T\s]+\d\d?:\d\d)|(?!{_BETWEEN}{_DIGIT}))"
)
_PIECES: Final = re.compile(rf"(?P<date>{_DATE})|{_DIGIT}(?:{_BETWEEN}{_DIGIT}){{6,}}")


def masked_number(number: str) -> str:
    """Return a telephone number with its middle hidden: 13812345678 → 138******78.

    At most five characters stay readable, and never more than half of them.
    """
    readable = min(5, len(number) // 2)
    tail = readable * 2 // 5
    head = readable - tail
    return number[:head] + HIDDEN * (len(number) - readable) + number[len(number) - tail :]


def masked_name(name: str) -> str:
    """Return a name of which only the first character is left: 张三丰 → 张**."""
    return (
        name[:1] + HIDDEN * min(2, max(0, len(name) - 1)) if len(name) > 1 else HIDDEN * len(name)
    )


def masked_digits(digits: str) -> str:
    """Return keys a caller pressed, all hidden: they may be a card number or a password."""
    return HIDDEN * len(digits)


def masked_text(text: str) -> str:
    """Return free text in which every run of seven digits or more is masked like a number."""
    return _PIECES.sub(
        lambda found: found.group() if found["date"] else masked_number(_joined(found.group())),
        text,
    )


def numbers_in(text: str) -> list[str]:
    """Return every run of seven digits or more in free text, without what stands between them."""
    return [_joined(found.group()) for found in _PIECES.finditer(text) if not found["date"]]


def masked_all(value: Any) -> Any:
    """Return a value as JSON has it, with every text in it masked like free text."""
    match value:
        case str():
            return masked_text(value)
        case list() | tuple():
            return [masked_all(each) for each in value]
        case dict():
            return {key: masked_all(each) for key, each in value.items()}
        case _:
            return value


def _joined(found: str) -> str:
    """Return the digits of a number that was written apart."""
    return re.sub(_APART + "|[,，'’]", "", found)
