"""Reads bytes of letters as text: what they say they are, what they are, or that nobody can tell.

Does no I/O. Programs say GB2312 and write GBK, say UTF-8 and write GBK, say nothing and write
anything. What is said is believed when it fits; else what fits is taken, and marked as a guess;
what fits nothing is marked as unreadable, and shown with U+FFFD. Nothing is dropped in silence.
"""

import binascii
import codecs
import re
from enum import IntEnum
from typing import Final


class Read(IntEnum):
    """How sure a text is; the higher, the worse."""

    SURE = 0
    GUESSED = 1
    UNREADABLE = 2


WIDER: Final = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "cp936": "gb18030",
    "hz": "hz",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "cp950",
    "iso8859-1": "cp1252",
    "iso2022_jp": "iso2022_jp_ext",
}
"""Python's name of an encoding, and of the one that real programs mean by it."""

_STATEFUL: Final = ("iso2022_jp", "iso2022_jp_2", "iso2022_jp_ext", "iso2022_jp_3", "iso2022_kr")
_VAGUE: Final = frozenset({"", "ascii", "cp1252", "iso8859-15"})
"""What a program says that says nothing."""
_REFUSED: Final = frozenset({"utf_7", "idna", "punycode", "unicode_escape", "raw_unicode_escape"})
"""Encodings that nobody honest uses, in which much can be hidden."""
_ENCODED: Final = re.compile(
    rb"=\?([A-Za-z0-9_.:()-]{1,60})(?:\*[A-Za-z-]*)?\?([bBqQ])\?([^?\r\n]*)\?="
)
_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/]")
_QUOTED: Final = re.compile(rb"=([0-9A-Fa-f]{2})")


def text_of(raw: bytes, declared: str = "") -> tuple[str, Read]:
    """Return bytes as text, and how sure it is."""
    if b"\x1b" in raw and (found := _stateful(raw)) is not None:
        return found, Read.SURE
    encoding = _known(declared)
    if raw.isascii() and encoding not in {"hz", "utf_16", "utf_32", *_STATEFUL}:
        return raw.decode("ascii"), Read.SURE
    utf8 = _decoded(raw, "utf-8")
    if utf8 is not None and (encoding in _VAGUE or encoding == "utf-8" or _is_far(utf8)):
        said = encoding in {"utf-8", *_VAGUE}
        return utf8, Read.SURE if said else Read.GUESSED
    if encoding not in _VAGUE and (found := _decoded(raw, encoding)) is not None:
        return found, Read.SURE
    return _guessed(raw, encoding)


def header_text(value: str) -> tuple[str, Read]:
    """Return a header as text: encoded words (RFC 2047), raw bytes, and what is neither.

    `value` is as the parser left it: bytes that are not ASCII as surrogates.
    """
    raw = value.encode("utf-8", "surrogateescape").replace(b"\r", b"").replace(b"\n", b" ")
    parts: list[tuple[bytes, str, bool]] = []
    at = 0
    for word in _ENCODED.finditer(raw):
        between = raw[at : word.start()]
        if between.strip() or not (parts and parts[-1][2]):
            parts.append((between, "", False))
        charset, content = word[1].decode("ascii"), _unpacked(word[2], word[3])
        if parts and parts[-1][2] and parts[-1][1].lower() == charset.lower():
            # a character may be cut in two by the end of a word
            parts[-1] = (parts[-1][0] + content, charset, True)
        else:
            parts.append((content, charset, True))
        at = word.end()
    parts.append((raw[at:], "", False))
    told = [text_of(content, charset) for content, charset, _ in parts if content]
    worst = max((how for _, how in told), default=Read.SURE)
    return "".join(text for text, _ in told), worst


def _unpacked(how: bytes, content: bytes) -> bytes:
    if how in b"bB":
        plain = _BASE64.sub(b"", content)
        plain = plain[: len(plain) - (len(plain) % 4 == 1)]
        try:
            return binascii.a2b_base64(plain + b"=" * (-len(plain) % 4))
        except binascii.Error:
            return content
    return _QUOTED.sub(lambda hit: bytes([int(hit[1], 16)]), content.replace(b"_", b" "))


def _known(declared: str) -> str:
    """Return Python's name of the encoding that is meant, empty for one that is not known."""
    try:
        name = codecs.lookup(declared.strip().strip("\"'")).name if declared else ""
        b"abcd".decode(name or "ascii")  # some “codecs” make no text
    except (LookupError, ValueError, UnicodeError):
        return ""
    plain = name.replace("-", "_")
    if plain in _REFUSED:
        return ""
    return WIDER.get(name, WIDER.get(plain, "utf-8" if plain == "utf_8" else name))


def _decoded(raw: bytes, encoding: str) -> str | None:
    try:
        found = raw.decode(encoding)
    except (UnicodeError, LookupError, ValueError):
        return None
    return found if isinstance(found, str) else None


def _stateful(raw: bytes) -> str | None:
    for encoding in _STATEFUL:
        if (found := _decoded(raw, encoding)) is not None and "\x1b" not in found:
            return found
    return None


def _is_far(text: str) -> bool:
    """Tell whether a text has characters of three bytes: other encodings hit those by no chance."""
    return any(character >= "\u0800" for character in text)


def _guessed(raw: bytes, encoding: str) -> tuple[str, Read]:
    # The characters of GB2312 in pairs of high bytes: text in another encoding is that by no chance
    # unless it is short, and this is a hotline in China.
    if _decoded(raw, "gb2312") is not None:
        return raw.decode("gb18030"), Read.GUESSED
    if encoding in _VAGUE - {"", "ascii"} and (found := _decoded(raw, encoding)) is not None:
        return found, Read.SURE
    for other in ("cp950", "gb18030", "cp932", "cp949"):
        if (found := _decoded(raw, other)) is not None and _is_plausible(found):
            return found, Read.GUESSED
    shown = encoding if encoding and encoding not in _VAGUE else "utf-8"
    return raw.decode(shown, "replace"), Read.UNREADABLE


def _is_plausible(text: str) -> bool:
    """Tell whether all that is not ASCII is written in everyday characters."""
    far = [character for character in text if character > "\x7f"]
    everyday = sum(
        "\u3000" <= each <= "\u30ff"
        or "\u4e00" <= each <= "\u9fff"
        or "\uac00" <= each <= "\ud7a3"
        or "\uff00" <= each <= "\uff5e"
        for each in far
    )
    return len(far) >= 2 and everyday == len(far)
