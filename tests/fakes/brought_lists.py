"""Lists as people really bring them, and how each must be read (issue of lists, bar d).

Persons and numbers are invented or well-known placeholders. Rows are counted as a spreadsheet
counts them. Each kind is as small as it can be.
"""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from imports.faults import Kind, Remark, Whole
from tests.fakes import brought_workbooks as workbooks
from tests.fakes.brought_workbooks import book

WANG, LI, OUYANG = "+8613800138000", "+8613800138001", "+861062080906"
CHEN, HUANG = "+8613800138000", "+85223456789"


@dataclass(frozen=True, slots=True)
class Right:
    """The right reading: who is called, which rows are faults, what is said."""

    people: Sequence[tuple[str, str]] = ()
    """Identity and name."""
    faults: Sequence[int] = ()
    rows: int | None = None
    """None: people and faults."""
    twice: int = 0
    said: frozenset[Remark] = frozenset()
    whole: Whole | None = None
    kind: Kind | None = None


Case = tuple[Callable[[], bytes], Right]
THREE = Right([(WANG, "王小明"), (LI, "李静怡"), (OUYANG, "欧阳若兰")])
TWO = Right([(WANG, "王小明"), (LI, "李静怡")])
ONE = Right([(WANG, "王小明")])
_PLAIN = (
    "电话,姓名,地址,备注\n13800138000,王小明,滨江花园1栋201,上午\n"
    "138-0013-8001,李静怡,滨江花园2栋,a，b；c\n(010) 6208 0906,欧阳若兰,四季青路3号,\n"
)
_TWO = "电话,姓名,地址\n13800138000,王小明,1栋\n13800138001,李静怡,2栋\n"


def of(text: str, code: str = "utf-8") -> Callable[[], bytes]:
    """Return a file of a text."""
    return lambda: text.replace("\n", "\r\n").encode(code)


def _archive(*names: str) -> Callable[[], bytes]:
    def made() -> bytes:
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w") as archive:
            for name in names:
                archive.writestr(name, "x")
        return written.getvalue()

    return made


_LETTERS = (
    "电话,姓名\n138OO138OOO,字母2\n1380013 Wang,字母3\n1380013Wang,字母4\n1-800-555-CALL,字母5\n"
    "138oo138ooo,字母6\n13800l38000,字母7\n139-0013-CALL,字母8\n13800138000 Li,字母9\n"
    "王先生13800138000,字母10\n13800138000（王先生）,字母11\n1380013800O,字母12\n+861380013800O,字母13\n"
)
_COSTLY = (
    "电话,姓名\n110,a\n120,b\n+86110,c\n010110,d\n12345,e\n95588,f\n1259012345678,g\n"
    "+44 909 879 0000,h\n+881612345678,i\n62080906,j\n1 (310) 555-0142,k\n001-310-555-0142,l\n"
)
_BIG5 = "phone,name,note\n13800138000,陳大文,許功蓋\n+852 2345 6789,黃淑儀,\n"
_TRADITIONAL = "電話號碼,姓名,備註\n13800138000,陳大文,許功蓋\n+852 2345 6789,黃淑儀,\n"
_HONG_KONG = Right([(CHEN, "陳大文"), (HUANG, "黃淑儀")])
_WEB = (
    "<html><body><table><tr><td>电话</td></tr><tr><td>13800138000</td></tr></table></body></html>"
)
_XML = (
    '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>'
)
_LONG = "x" * 200_000

GIVEN: Mapping[str, Case] = {
    "utf8-comma": (of(_PLAIN), THREE),
    "big5-ascii-header": (of(_BIG5, "big5"), _HONG_KONG),
    "utf8-traditional-header": (of(_TRADITIONAL), _HONG_KONG),
    "pipe": (of(_PLAIN.replace(",", "|")), THREE),
    "title-header-row3": (
        of("十一月回访名单,,\n制表：客服部,2026-11-20,\n" + _TWO, "utf-8-sig"),
        Right(TWO.people, said=frozenset({Remark.HEADER})),
    ),
    "sep-line": (of("sep=;\n电话;姓名\n13800138000;王小明\n13800138001;李静怡\n"), TWO),
    "fullwidth-commas": (of(_TWO.replace(",", "，"), "gb18030"), TWO),
    "letters-in-numbers": (
        of(_LETTERS),
        Right([(WANG, "字母9")], (*range(2, 9), 12, 13), rows=12, twice=2),
    ),
    "utf8-one-bad-byte": (
        lambda: _PLAIN.encode().replace("上午".encode(), b"a\xa0b"),
        Right(THREE.people, said=frozenset({Remark.BAD_BYTES})),
    ),
    "one-loose-quote": (
        of(
            '电话,姓名,备注\n13800138000,王小明,好\n13800138001,"李"静怡,好\n'
            '(010) 6208 0906,欧阳若兰,5" 管\n'
        ),
        Right([(WANG, "王小明"), (OUYANG, "欧阳若兰")], (3,)),
    ),
    "duplicate-headers": (
        of(
            "姓名,手机,电话,电话,电话2\n王小明,13800138000,010-62080906,,\n"
            "李静怡,,13800138001,,\n欧阳若兰,,,010-62080906,\n"
        ),
        Right(THREE.people, said=frozenset({Remark.NUMBER_COLUMNS})),
    ),
    "decorated-headers": (
        of(" * 手机号码（必填） ,客户姓名 / Name,所在地时区\n13800138000,王小明,\n", "utf-8-sig"),
        ONE,
    ),
    "emergency-premium-short": (
        of(_COSTLY),
        Right([("+13105550142", "l")], range(2, 13), rows=12),
    ),
    "xlsx-number-formatted-as-duration": (book(workbooks.duration), TWO),
    "xlsx-merged-title-and-cells": (book(workbooks.merged), TWO),
    "xlsx-hidden-row-and-column": (
        book(workbooks.hidden),
        Right(
            [(WANG, "王小明"), (OUYANG, "欧阳若兰")],
            rows=3,
            said=frozenset({Remark.HIDDEN_ROWS, Remark.HIDDEN_COLUMNS}),
        ),
    ),
    "xlsx-list-on-second-sheet": (
        book(workbooks.second_sheet),
        Right(TWO.people, said=frozenset({Remark.OTHER_SHEETS})),
    ),
    "xlsx-hidden-first-sheet": (
        book(workbooks.hidden_sheet),
        Right(ONE.people, said=frozenset({Remark.HIDDEN_SHEETS})),
    ),
    "xlsx-format-to-the-last-row": (book(workbooks.format_to_the_end), TWO),
    "xls-html-table": (of(_WEB), Right(whole=Whole.NOT_A_LIST, kind=Kind.WEB_PAGE)),
}
"""The kinds that an integrator brought."""

OWN: Mapping[str, Case] = {
    "gb18030": (of(_PLAIN, "gb18030"), Right(THREE.people, said=frozenset({Remark.ENCODING}))),
    "utf16-without-a-mark": (of(_PLAIN, "utf-16-le"), THREE),
    "utf16-big-endian": (of("\ufeff" + _PLAIN, "utf-16-be"), THREE),
    "big5-chinese-header": (of(_TRADITIONAL, "big5"), _HONG_KONG),
    "latin-names": (
        of("phone,name\n13800138000,Jürgen Müller\n13800138001,Gößmann\n", "cp1252"),
        Right([(WANG, "Jürgen Müller"), (LI, "Gößmann")]),
    ),
    "gb18030-one-bad-byte": (
        lambda: _PLAIN.encode("gb18030").replace("上午".encode("gb18030"), b"\xff"),
        Right(THREE.people, said=frozenset({Remark.BAD_BYTES, Remark.ENCODING})),
    ),
    "bad-byte-in-a-number": (
        lambda: _TWO.encode().replace(b"13800138001", b"1380013\xa08001"),
        Right(ONE.people, (3,)),
    ),
    "a-stray-zero-byte": (
        lambda: _PLAIN.encode().replace("上午".encode(), b"a\0b"),
        Right(THREE.people, said=frozenset({Remark.BAD_BYTES})),
    ),
    "tabs": (of(_PLAIN.replace(",", "\t")), THREE),
    "line-ends-of-old-macs": (lambda: _TWO.replace("\n", "\r").encode(), TWO),
    "quoted-everywhere": (
        of('"电话","姓名"\n"13800138000","王小明"\n"13800138001","李静怡"\n'),
        TWO,
    ),
    "as-text-for-spreadsheets": (
        of('电话,姓名\n="13800138000",王小明\n\'13800138001,李静怡\n'),
        TWO,
    ),
    "a-quote-never-closed": (
        of('电话,姓名\n13800138000,王小明\n13800138002,"赵\n13800138001,李静怡\n'),
        Right(TWO.people, (3,)),
    ),
    "two-stray-quotes-hide-nobody": (
        of(
            '姓名,电话\n王小明,13800138000\n"赵,13800138002\n李静怡,13800138001\n'
            '欧阳若兰,010-62080906\n钱",13800138003\n'
        ),
        Right([*THREE.people, ("+8613800138003", '钱"')], (3,)),
    ),
    "a-cell-of-two-lines": (
        of('电话,姓名,备注\n13800138000,王小明,"a\nb"\nx,y,\n13800138001,李静怡,\n'),
        Right(TWO.people, (3,)),
    ),
    "a-very-long-cell": (
        of(f'电话,姓名,备注\n13800138000,王小明,"{_LONG}"\n13800138001,李静怡,{_LONG}\n'),
        Right([(LI, "李静怡")], (2,)),
    ),
    "somebody-elses-number": (
        of("姓名,电话,地址,经理电话\n王小明,13800138000,1栋,13900139000\n李静怡,13800138001,\n"),
        Right(ONE.people, (3,)),
    ),
    "a-header-that-has-lost-whose-number-it-is": (
        lambda: "姓名,经理电话\n王小明,13900139000\n".encode().replace("经理".encode(), b"\xff"),
        Right(whole=Whole.NO_NUMBER_COLUMN),
    ),
    "only-the-managers-number": (
        of("姓名,经理电话\n王小明,13900139000\n"),
        Right(whole=Whole.NO_NUMBER_COLUMN),
    ),
    "written-by-hand": (
        of(
            "电话,姓名\n１３８００１３８０００,王小明\n一三八零零一三八零零一,李静怡\n（010）6208—0906,欧阳若兰\n"
        ),
        THREE,
    ),
    "leading-zeros-lost": (
        of(
            "电话,姓名\n13800138000.0,王小明\n1062080906,欧阳若兰\n1.38E+10,李静怡\n"
            "13800000000,赵\n"
        ),
        Right([(WANG, "王小明"), (OUYANG, "欧阳若兰")], (4, 5)),
    ),
    "what-formulas-came-to": (
        of("电话,姓名\n-13800137914,a\n-62080896,b\n13800138000.5,c\n①3800138000,d\n"),
        Right(faults=(2, 3, 4, 5)),
    ),
    "foreign-in-brackets": (
        of("电话,姓名\n(310) 555-0142,a\n1-310-555-0142,b\n(852) 2345 6789,c\n310-555-0142,d\n"),
        Right(faults=(2, 3, 4, 5)),
    ),
    "extensions-and-several": (
        of(
            "电话,姓名\n010-62080906转102,a\n0755-88888888-8,b\n010-62080906-102,c\n"
            "13800138000/13900139000,d\n010-62080906/7,e\n138****8000,f\n"
        ),
        Right(faults=range(2, 8)),
    ),
    "not-to-be-called": (
        of("电话,姓名\n13800138000（停机）,a\n13800138001勿打,b\n空号13800138002,c\n"),
        Right(faults=(2, 3, 4)),
    ),
    "numbers-that-are-no-telephones": (
        of(
            "姓名,会员号码,身份证号码,客户手机\n王小明,13900139000,110101199003070000,13800138000\n"
        ),
        ONE,
    ),
    "web-page-with-pictures": (
        of("MIME-Version: 1.0\nContent-Type: multipart/related\n"),
        Right(whole=Whole.NOT_A_LIST, kind=Kind.WEB_PAGE),
    ),
    "no-header": (of("13800138000,王小明\n"), Right(whole=Whole.NO_NUMBER_COLUMN)),
    "xml-2003": (of(_XML), Right(whole=Whole.NOT_A_LIST, kind=Kind.XML_2003)),
    "open-document": (
        _archive("mimetype", "content.xml"),
        Right(whole=Whole.NOT_A_LIST, kind=Kind.OPEN_DOCUMENT),
    ),
    "binary-excel": (
        _archive("[Content_Types].xml", "xl/workbook.bin"),
        Right(whole=Whole.NOT_A_LIST, kind=Kind.BINARY_EXCEL),
    ),
    "word": (
        _archive("[Content_Types].xml", "word/document.xml"),
        Right(whole=Whole.NOT_A_LIST, kind=Kind.DOCUMENT),
    ),
    "pdf": (lambda: b"%PDF-1.7\n\0", Right(whole=Whole.NOT_A_LIST, kind=Kind.DOCUMENT)),
    "password": (
        lambda: b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"),
        Right(whole=Whole.LOCKED),
    ),
    "xlsx-figures": (book(workbooks.figures), THREE),
    "xlsx-very-hidden-sheet": (
        book(workbooks.very_hidden),
        Right(ONE.people, said=frozenset({Remark.HIDDEN_SHEETS})),
    ),
    "xlsx-hidden-number-column": (
        book(workbooks.hidden_numbers),
        Right(whole=Whole.HIDDEN_NUMBER_COLUMN),
    ),
    "xlsx-formula-without-a-value": (book(workbooks.formula), Right(ONE.people, (2,))),
    "xlsx-begins-at-c5": (
        book(workbooks.from_c5),
        Right(TWO.people, (8,), said=frozenset({Remark.HEADER})),
    ),
    "xlsx-days-and-times": (book(workbooks.days), Right(TWO.people, (4,))),
}
"""Kinds that we thought of ourselves."""
