"""Files that are small and cost much: what a stranger may bring as a list or a recording."""

import io
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping

MUCH = 60 * 2**20
"""Bytes of a part, unpacked: within what a workbook may have."""

_XMLNS = "http://schemas.openxmlformats.org"
_SHEETS = f"{_XMLNS}/spreadsheetml/2006/main"
_OFFICE = f"{_XMLNS}/officeDocument/2006/relationships"
_PACKAGE = f"{_XMLNS}/package/2006"
_FORM = "application/vnd.openxmlformats-officedocument.spreadsheetml"

_HEAD = (
    b'<row r="1"><c r="A1" t="s"><v>0</v></c>'
    b'<c r="B1" t="inlineStr"><is><t>remark</t></is></c></row>'
)


def workbook(sheet: bytes, strings: bytes = b"") -> bytes:
    """Return a workbook with these rows, and these shared strings after `number`."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as database:
        for name, content in _FIXED.items():
            database.writestr(name, content)
        database.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{_SHEETS}"><sheetData>'.encode()
            + _HEAD
            + sheet
            + b"</sheetData></worksheet>",
        )
        database.writestr(
            "xl/sharedStrings.xml",
            f'<sst xmlns="{_SHEETS}"><si><t>number</t></si>'.encode() + strings + b"</sst>",
        )
    return written.getvalue()


_FIXED = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_FORM}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_FORM}.worksheet+xml"/>'
    f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_FORM}.sharedStrings+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    "</Relationships>",
    "xl/workbook.xml": f'<workbook xmlns="{_SHEETS}" xmlns:r="{_OFFICE}">'
    '<sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r2" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    "</Relationships>",
}


def _many(piece: bytes) -> bytes:
    return piece * (MUCH // len(piece))


def _rows(count: int, columns: int) -> Iterator[bytes]:
    for row in range(2, count + 2):
        cells = b'<c t="s"><v>1</v></c>' * (columns - 1)
        yield b'<row r="%d"><c><v>138%08d</v></c>%s</row>' % (row, row, cells)


WORKBOOKS: Mapping[str, Callable[[], bytes]] = {
    "a row of four million cells": lambda: workbook(
        b"<row>" + _many(b"<c><v>1</v></c>") + b"</row>"
    ),
    "a cell far away": lambda: workbook(b'<row r="49000"><c r="BG49000"><v>1</v></c></row>'),
    "three million strings": lambda: workbook(b"", _many(b"<si><t>a</t></si>")),
    "twelve million empty strings": lambda: workbook(b"", _many(b"<si/>")),
    "one string of sixty megabytes": lambda: workbook(b"", b"<si><t>" + b"x" * MUCH + b"</t></si>"),
    "one cell of sixty megabytes": lambda: workbook(
        b'<row r="2"><c r="A2" t="inlineStr"><is><t>' + b"x" * MUCH + b"</t></is></c></row>"
    ),
    "one long string in a million cells": lambda: workbook(
        b"".join(_rows(20_000, 55)), b"<si><t>" + b"x" * 2000 + b"</t></si>"
    ),
}
"""By what is wrong with them; each is smaller than 3 MB."""


def wav(
    rate: int, data: bytes, *, channels: int = 1, width: int = 2, declared: int | None = None
) -> bytes:
    """Return a WAV whose header says whatever it is told to."""
    frame = (channels * width) & 0xFFFF
    shape = (1, channels, rate, (rate * frame) & 0xFFFFFFFF, frame, width * 8)
    said = len(data) if declared is None else declared
    return (
        b"RIFF"
        + struct.pack("<I", (36 + said) & 0xFFFFFFFF)
        + b"WAVEfmt "
        + struct.pack("<IHHIIHH", 16, *shape)
        + b"data"
        + struct.pack("<I", said)
        + data
    )


HUM = bytes(range(0, 100, 2)) * 2
LONG_HUM = bytes(range(256)) * 2**15

WAVS: Mapping[str, Callable[[], bytes]] = {
    "144 bytes at one sample a second": lambda: wav(1, HUM),
    "144 bytes at four thousand million": lambda: wav(0xFFFF_FFFF, HUM),
    "sixty-five thousand channels": lambda: wav(8000, LONG_HUM, channels=65_535),
    "a length of four gigabytes": lambda: wav(8000, HUM * 80, declared=0xFFFF_FFF0),
    "eight megabytes at 192 kHz": lambda: wav(192_000, LONG_HUM),
    "eight megabytes at 191,999 Hz": lambda: wav(191_999, LONG_HUM[: 2**21]),
    "twenty seconds at 44.1 kHz": lambda: wav(44_100, LONG_HUM[: 2 * 20 * 44_100]),
    "two minutes at 44.1 kHz": lambda: wav(44_100, LONG_HUM[: 119 * 44_100], width=1),
}
