"""Which files may lie beside an answer, and what their bytes must look like. Does no I/O.

Nothing is ever opened or run here: a file is kept under its digest, and given out as a download.
Its ending must be one of a few, and its first bytes those of that kind, so that nobody's browser
or office takes it for something else.
"""

import re
from typing import Final

from callflow.text import clean

LARGEST: Final = 5 * 2**20
"""Bytes of a file."""
MOST_FILES: Final = 10
"""Files beside one answer."""
LONGEST_NAME: Final = 120
_STARTS: Final = {
    "pdf": (b"%PDF-",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
    "xlsx": (b"PK\x03\x04",),
    "docx": (b"PK\x03\x04",),
    "pptx": (b"PK\x03\x04",),
}
_TEXTS: Final = frozenset({"txt", "csv"})
KINDS: Final = (*_STARTS, *sorted(_TEXTS))
_MACROS: Final = b"vbaProject.bin"
_NOT_IN_A_NAME: Final = re.compile(r'[\\/:*?"<>|%;]')


class WrongFileError(Exception):
    """A file that is not taken; `why` ends the key of its sentence."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def checked(name: str, content: bytes) -> tuple[str, str]:
    """Return a file's name as it is kept, and its kind. Raises WrongFileError."""
    last = re.split(r"[\\/]", name)[-1]
    plain = _NOT_IN_A_NAME.sub("_", clean(last, LONGEST_NAME)).lstrip(".")
    stem, _, kind = plain.rpartition(".")
    kind = kind.lower()
    if not content:
        raise WrongFileError("empty")
    if len(content) > LARGEST:
        raise WrongFileError("large")
    if not stem or kind not in KINDS:
        raise WrongFileError("kind")
    starts = _STARTS.get(kind)
    looks = content.startswith(starts) if starts else _is_text(content)
    if not looks or _MACROS in content:
        raise WrongFileError("other")
    return plain, kind


def _is_text(content: bytes) -> bool:
    if b"\0" in content:
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
