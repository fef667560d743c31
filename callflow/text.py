"""Cleans text that strangers send: callers' names and numbers, header values.

Does no I/O. Whatever is stored, shown or sent on has passed `clean` first, so no consumer ever
sees a control character, a line end or a mark that turns the reading direction.
"""

import re
import unicodedata

LIMIT = 80
"""Characters kept of a caller's name or number; a switch shows fewer, a hostile one sends 10 kB."""

_UNWANTED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_BLANKS = {"\n": "\n", "\r": "\n", "\t": " "}


def clean(value: str, limit: int = LIMIT) -> str:
    """Return `value` as one line of visible characters in NFC, at most `limit` characters.

    Controls, format marks (bidi overrides, zero-width characters), surrogates and unassigned
    code points are dropped; every kind of white space becomes one blank.
    """
    head = value[: limit * 8]  # normalising 10 kB for a name that keeps 80 would be wasted work
    text = head if head.isascii() else unicodedata.normalize("NFC", head)
    if text.isprintable():  # most of what is cleaned is clean: of blanks only the usual one
        return " ".join(text.split())[:limit].rstrip()
    visible = "".join(
        " " if character in "\t\r\n" else character
        for character in text
        if character in "\t\r\n" or unicodedata.category(character) not in _UNWANTED
    )
    return " ".join(visible.split())[:limit].rstrip()


NO_NAMES = frozenset(
    {"unknown", "anonymous", "unavailable", "private", "restricted", "withheld", "未知", "匿名"}
)
"""What switches and phones send where there is no name."""


def named(name: str, number: str = "") -> str:
    """Return a caller's name, empty when it is none: a stand-in for one, or the number again."""
    plain = clean(name)
    bare = plain.strip("<>()[]\"' ").casefold()
    return "" if not bare or bare in NO_NAMES or _is_the_number(bare, number) else plain


def _is_the_number(name: str, number: str) -> bool:
    """Tell whether a name is the number again, perhaps with a country code or written apart."""
    one, other = (re.sub(r"[ +().-]", "", text) for text in (name, number))
    return one == other or (one.isdigit() and bool(other) and one.endswith(other))


def paragraphs(value: str, limit: int) -> str:
    """Return what a person typed without what nobody sees, its lines and blanks kept, in NFC.

    At most `limit` characters. It is saved while it is typed: a blank at the end that vanished
    would vanish under the person's hands.
    """
    head = unicodedata.normalize("NFC", value[: limit * 8]).replace("\r\n", "\n")
    visible = (
        _BLANKS.get(character, character)
        for character in head
        if character in _BLANKS or unicodedata.category(character) not in _UNWANTED
    )
    return "".join(visible)[:limit]


def decoded(raw: bytes, limit: int = LIMIT) -> str:
    """Return bytes from the wire as clean text; what is not UTF-8 becomes U+FFFD."""
    return clean(raw.decode("utf-8", "replace"), limit)
