"""Every way in which a text of ours may say a number or a name. Does no I/O.

A number is found however people write it: apart, in full-width or Chinese digits, with the
country's code or a zero before it. A line of a file is read as it is, and with what programs do to
text undone: base64 (the dialplan), `\\u5f20` (JSON), `%E5%BC%A0` (addresses), GB 18030 (lists).
"""

import base64
import binascii
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final
from urllib.parse import unquote_to_bytes

import phonenumbers

from phone_numbers.phone_number import parsed

MARK: Final = "[erased]"
"""What stands where a person was."""
LEAST_DIGITS: Final = 7
"""A shorter number is no person's alone: only what holds it and nothing else is theirs."""
ALONE_UP_TO: Final = 9
"""A number of so few digits counts only where no digit stands before or behind it."""
LEAST_LETTERS: Final = 2
"""Characters of the shortest name that is looked for."""

_FORMS: Final = (
    *("0０〇零○⓪OoＯ", "1１一壹幺①", "2２二贰貳两兩②", "3３三叁參③", "4４四肆④", "5５五伍⑤"),
    *("6６六陆陸⑥", "7７七柒⑦", "8８八捌⑧", "9９九玖⑨"),
)
"""By digit, in what shapes people write it."""
_APART: Final = (
    r"[\s.．·•・/／\\＼\-‐-―−－_＿(（)）\[\]【】+＋~～、|｜*#,，'’"
    r"\u00ad\u200b-\u200f\u2060\ufeff]{0,3}"
)
_ESCAPED: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/]{8,}={0,2}")


@dataclass(frozen=True)
class Spellings:
    """A person's number and names, in every spelling."""

    identity: str
    """What the number is known by: +8613812345678, or the digits of a short or local one."""
    region: str
    names: Collection[str] = ()
    keys: Collection[str] = field(default=frozenset())
    """Ids of the person's calls and channels: a line of a journal that names one is theirs."""

    @cached_property
    def core(self) -> str:
        """Return the digits that every way to write the number has."""
        number = parsed(self.identity, self.region) if self.identity.startswith("+") else None
        if number is None:
            return self.identity.lstrip("+")
        return phonenumbers.national_significant_number(number)

    @cached_property
    def country(self) -> str:
        number = parsed(self.identity, self.region) if self.identity.startswith("+") else None
        return str(number.country_code) if number else ""

    @cached_property
    def written(self) -> frozenset[str]:
        """Return the number in digits alone, as rows hold it."""
        core, code = self.core, self.country
        if not code:
            return frozenset({self.identity})
        return frozenset({core, f"0{core}", *(f"{b}{code}{core}" for b in ("+", "", "00", "000"))})

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        """Return what finds the person in a text; None: there is nothing to be found by."""
        known = sorted(filter(_is_name, self.names), key=len, reverse=True)
        parts = [re.escape(name) for name in known]
        if len(self.core) >= LEAST_DIGITS:
            parts.insert(0, self._digits())
        return re.compile("|".join(parts), re.IGNORECASE) if parts else None

    def _digits(self) -> str:
        first, *rest = (_shapes(digit) for digit in self.core)
        core = "".join([first, *(f"{_APART}{each}" for each in rest)])
        before = ""
        if self.country:
            code = _APART.join(_shapes(digit) for digit in self.country)
            before = rf"(?:(?:[+＋]|00)?{code}{_APART})?(?:{_shapes('0')}{_APART})?"
        if len(self.core) <= ALONE_UP_TO:
            return rf"(?<!\d){before}{core}(?!\d)"
        return before + core

    def in_text(self, text: str) -> bool:
        """Tell whether a text says the number or a name."""
        return self.pattern is not None and self.pattern.search(text) is not None

    def without(self, text: str) -> str:
        """Return a text with a mark where the number or a name stood."""
        if self.pattern is None:
            return text
        return self.pattern.sub(MARK, text)

    def without_all(self, value: Any) -> Any:
        """Return a value as JSON has it, with every text and every key in it so."""
        match value:
            case str():
                return self.without(value)
            case list():
                return [self.without_all(each) for each in value]
            case Mapping():
                return {self.without(key): self.without_all(each) for key, each in value.items()}
            case _:
                return value

    def in_line(self, line: bytes) -> bool:
        """Tell whether a line of a file is about the person."""
        if self._key and self._key.search(line):
            return True
        return any(self.in_text(text) for text in readings(line))

    @cached_property
    def _key(self) -> re.Pattern[bytes] | None:
        keys = [re.escape(key) for key in sorted(self.keys) if len(key) >= LEAST_DIGITS]
        return re.compile(rf"(?<![\w.])(?:{'|'.join(keys)})(?![\w.])".encode()) if keys else None


def readings(line: bytes) -> Iterator[str]:
    """Give what a line says: as it is, and with what programs do to text undone."""
    plain = line.decode("utf-8", "replace")
    yield plain
    if "�" in plain:
        yield line.decode("gb18030", "replace")
    if "\\u" in plain:
        yield _ESCAPED.sub(lambda found: chr(int(found[1], 16)), plain)
    if b"%" in line:
        yield unquote_to_bytes(line).decode("utf-8", "replace")
    for token in _BASE64.findall(line):
        text = token.rstrip(b"=")
        try:
            raw = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
        except binascii.Error:
            continue
        if len(raw) > 3:
            yield raw.decode("utf-8", "replace")


def names_worth(names: Sequence[str]) -> list[str]:
    """Return the names that are long enough to be looked for, each once."""
    return list(dict.fromkeys(name for name in names if _is_name(name)))


def _is_name(name: str) -> bool:
    return len(name.strip()) >= LEAST_LETTERS and name.strip("*") != ""


def _shapes(digit: str) -> str:
    return f"[{_FORMS[int(digit)]}]"
