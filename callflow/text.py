"""Owns the cleaning of text that strangers send: callers' names and numbers, header values.

Does no I/O. Whatever is stored, shown or sent on has passed `clean` first, so no consumer ever
sees a control character, a line end or a mark that turns the reading direction.
"""

import unicodedata

LIMIT = 80
"""Characters kept of a caller's name or number; a switch shows fewer, a hostile one sends 10 kB."""

_UNWANTED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean(value: str, limit: int = LIMIT) -> str:
    """Return `value` as one line of visible characters in NFC, at most `limit` characters.

    Controls, format marks (bidi overrides, zero-width characters), surrogates and unassigned
    code points are dropped; every kind of white space becomes one blank.
    """
    head = value[: limit * 8]  # normalising 10 kB for a name that keeps 80 would be wasted work
    if head.isascii() and head.isprintable():  # most of what is cleaned is clean
        return " ".join(head.split())[:limit].rstrip()
    visible = "".join(
        " " if character in "\t\r\n" else character
        for character in unicodedata.normalize("NFC", head)
        if character in "\t\r\n" or unicodedata.category(character) not in _UNWANTED
    )
    return " ".join(visible.split())[:limit].rstrip()


def paragraphs(value: str, limit: int) -> str:
    """Return what a person typed, each line `clean`, the lines kept, at most `limit` characters.

    Blank lines stay, but no more than one at once and none at the ends.
    """
    lines = [clean(line, limit) for line in value[: limit * 8].replace("\r\n", "\n").split("\n")]
    kept = [line for at, line in enumerate(lines) if line or (at and lines[at - 1])]
    return "\n".join(kept).strip("\n")[:limit].rstrip()


def decoded(raw: bytes, limit: int = LIMIT) -> str:
    """Return bytes from the wire as clean text; what is not UTF-8 becomes U+FFFD."""
    return clean(raw.decode("utf-8", "replace"), limit)
