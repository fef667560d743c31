"""Recognises files that are no list, to say what they are and what to do. Does no I/O."""

import re
from typing import Final

from imports.faults import Kind, UnreadableError, Whole

ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0"
_HEAD: Final = 4096
_BY_BEGIN: Final = (
    (b"%PDF", Kind.DOCUMENT),
    (rb"{\rtf", Kind.DOCUMENT),
    (b"\x89PNG", Kind.PICTURE),
    (b"\xff\xd8\xff", Kind.PICTURE),
    (b"GIF8", Kind.PICTURE),
    (b"BM", Kind.PICTURE),
    (b"Rar!", Kind.ARCHIVE),
    (b"7z\xbc\xaf", Kind.ARCHIVE),
    (b"\x1f\x8b", Kind.ARCHIVE),
    (b"BEGIN:VCARD", Kind.CONTACTS),
)
_XML_2003: Final = re.compile(r"<(?:\w+:)?Workbook\b|schemas-microsoft-com:office:spreadsheet")
_WEB: Final = re.compile(
    r"^\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|table|style|div|script)\b",
    re.IGNORECASE | re.DOTALL,
)
_IN_ZIP: Final = (
    ("word/", Kind.DOCUMENT),
    ("ppt/", Kind.DOCUMENT),
    ("xl/workbook.bin", Kind.BINARY_EXCEL),
    ("content.xml", Kind.OPEN_DOCUMENT),
    ("Index/", Kind.NUMBERS),
)


def refuse_foreign(content: bytes) -> None:
    """Refuse what is no table at all, by how it begins. Raises UnreadableError."""
    if content.startswith(_OLE):
        # what Excel protects by a password is wrapped like an old file
        locked = "EncryptedPackage".encode("utf-16-le") in content
        raise UnreadableError(Whole.LOCKED if locked else Whole.OLD_EXCEL)
    for begin, kind in _BY_BEGIN:
        if content.startswith(begin) and (kind is not Kind.PICTURE or b"\0" in content[:64]):
            raise UnreadableError(Whole.NOT_A_LIST, kind=kind)
    head = content[:_HEAD].replace(b"\0", b"").decode("latin-1").lstrip("\xff\xfe\xef\xbb\xbf")
    if head.lstrip().startswith("<") and _XML_2003.search(head):
        raise UnreadableError(Whole.NOT_A_LIST, kind=Kind.XML_2003)
    is_mail = head.lstrip().startswith("MIME-Version:")  # a web page with its pictures
    if is_mail or _WEB.match(head) or (head.lstrip().startswith("<?xml") and "<html" in head):
        raise UnreadableError(Whole.NOT_A_LIST, kind=Kind.WEB_PAGE)
    if re.match(r"\s*[\[{]\s*[\[{\"]", head):
        raise UnreadableError(Whole.NOT_A_LIST, kind=Kind.JSON)


def kind_of_archive(names: frozenset[str]) -> Kind:
    """Return what an archive is that is no workbook, by the names of its parts."""
    for begin, kind in _IN_ZIP:
        if any(name.startswith(begin) for name in names):
            return kind
    return Kind.ARCHIVE
