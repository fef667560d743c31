"""A caller's display name, from the bytes that a switch sent. Does no I/O.

SIP names are UTF-8, and switches in China and Taiwan send GBK and Big5 all the same. A name is
read right or not at all: letters that nobody wrote are worse than none.
"""

import codecs
import re
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from typing import Final

from callflow.text import clean

_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*)"')
_PLAIN = re.compile(rb"^\s*([^\"<]+?)\s*<")
_ENCODED = re.compile(r"=\?[A-Za-z0-9-]+\?[BbQq]\?[^?]*\?=")
_COMMON: Final = range(0xB0, 0xD8)
"""First bytes of the common characters of GB 2312 (its level 1)."""
_UNKNOWN = "\ufffd"
_UTF_8: Final = codecs.getincrementaldecoder("utf-8")


def name_in(header: bytes) -> bytes:
    """Return the display name of a From or P-Asserted-Identity that may be cut; empty: none."""
    if quoted := _QUOTED.search(header):
        return re.sub(rb"\\(.)", rb"\1", quoted[1])
    plain = _PLAIN.search(header)
    return plain[1] if plain else b""


def named_in(raw: bytes) -> str:
    """Return the name that bytes are, as clean text; empty when nobody can know."""
    try:
        text = _UTF_8().decode(raw)  # a letter that was cut at the end is left out
    except UnicodeDecodeError:
        return clean(_chinese(raw))
    if _UNKNOWN in text:
        return ""
    if _ENCODED.search(text):
        text = _unwrapped(text)
    return clean(_by_accident(raw) or text)


def _chinese(raw: bytes) -> str:
    """Return what GB 2312, Big5 or GBK make of bytes that are no UTF-8."""
    for encoding in ("gb2312", "big5", "gbk"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        # a Latin letter with an accent makes a Chinese one together with the letter behind it
        latin = encoding != "gb2312" and any(one.isascii() and one.isalpha() for one in text)
        if not latin and all(one.isascii() or _is_han(one) or _is_between(one) for one in text):
            return text
    return ""


def _by_accident(raw: bytes) -> str:
    """Return a Chinese name whose bytes of GB 2312 happen to be UTF-8 too (小 is the letter С)."""
    pairs = list(zip(raw[::2], raw[1::2], strict=False))
    if not raw or len(raw) % 2 or not all(a in _COMMON and b > 0xA0 for a, b in pairs):
        return ""
    return raw.decode("gb2312", "replace")


def _is_han(one: str) -> bool:
    return "\u4e00" <= one <= "\u9fff"


def _is_between(one: str) -> bool:
    return one in "·・（）、，。－　" or "\uff01" <= one <= "\uff5e"


def _unwrapped(text: str) -> str:
    """Return encoded words (RFC 2047) as what they say."""
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        return ""
