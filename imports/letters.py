"""Finds out how a text file writes its letters, and reads them. Does no I/O.

A program that writes a mark at the front, or UTF-8, is believed. Everything else is a guess: GB
18030 can read nearly every file of Big5, as other letters. So each encoding is tried, and the one
in which people's usual letters come out is taken; that it was a guess is said.
"""

import codecs
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from imports.faults import UnreadableError, Whole

_BOMS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
BAD: Final = "\ufffd"
"""What stands where a byte could not be read."""
_LOOKED_AT: Final = 4000
"""Letters by which an encoding is judged."""
_LEAST: Final = 0.2
_WRONG: Final = 0.0
_NAMES: Final = {"gb18030": "GB18030", "cp950": "Big5", "big5hkscs": "Big5", "cp1252": "Latin-1"}

_ALONE: Final = re.compile(
    rb"(?<=[A-Za-z])[\xc0-\xff]{1,2}(?=[A-Za-z,;\t\r\n ])|(?<![\x80-\xff])\xa0(?![\x80-\xff])"
)

_USUAL: Final = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白"
    "邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤欧阳張劉陳楊黃趙吳孫馬羅鄭謝許韓馮鄧蕭葉蘇魏呂盧鐘譚陸範賈韋鄒龍賀顧龔萬錢嚴湯歐陽"
    "电话号码手机姓名地址备注客户语言时区房间日期工单称联系络人電話號碼機備註戶語時區間單稱聯絡繫"
    "小明大文华国建军丽英玉秀兰芳静敏伟强磊洋勇艳杰娟涛超霞平刚桂志春海云淑仪美婷雅家怡君華國軍麗蘭靜偉強艷濤剛雲儀"
    "楼栋单元室路街道区市省县镇村花园东西南北中一二三四五六七八九十上下午樓棟縣鎮園東的了是在不好有请打先生女士姐"
)


@dataclass(frozen=True, slots=True)
class Text:
    """A file's text, and what must be said of how it was read."""

    text: str
    guessed: str = ""
    """The encoding, where the file does not tell it and is not UTF-8."""
    bad: int = 0
    """Bytes, or pairs of them, that could not be read."""


def text_of(content: bytes) -> Text:
    """Return what a file says. Raises UnreadableError."""
    for mark, code in _BOMS:
        if content.startswith(mark):
            text = _whole_lines(content.decode(code, "replace").removeprefix("\ufeff"))
            return _judged(Text(text, bad=text.count(BAD)))
    if wide := _without_mark(content):
        text = _whole_lines(content.decode(wide, "replace"))
        return _judged(Text(text, guessed=wide.upper(), bad=text.count(BAD)))
    try:
        return Text(content.decode("utf-8"))
    except UnicodeDecodeError:
        return _guessed(content)


def _whole_lines(text: str) -> str:
    """Return a text of UTF-16 with its line ends, also where a lost byte has hidden them."""
    return text.replace("\u0d00\u0a00", f"{BAD}\n").replace("\u0a00", f"{BAD}\n")


def _judged(text: Text) -> Text:
    """Refuse what is bad bytes for the most part. Raises UnreadableError."""
    if text.bad > max(1, len(text.text) // 10):
        raise UnreadableError(Whole.LETTERS)
    return text


def _without_mark(content: bytes) -> str:
    """Return UTF-16 without its mark: every second byte of digits and commas is zero."""
    head = content[:4000]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) * 3 < len(head) // 2 or min(even, odd) * 10 > max(even, odd):
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _guessed(content: bytes) -> Text:
    text = content.decode("utf-8", "replace")
    bad = text.count(BAD)
    well = sum(letter > "\x7f" for letter in text) - bad
    if well >= 2 and bad * 4 <= well + 3:
        return Text(text, bad=bad)  # UTF-8 into which something was pasted
    if _is_latin(content):
        text = content.decode("cp1252", "replace")
        return _judged(Text(text, guessed=_NAMES["cp1252"], bad=text.count(BAD)))
    tried = [(_liking(content, code), code) for code in ("gb18030", "cp950", "big5hkscs")]
    liking, code = max(tried, key=lambda one: one[0])
    text = content.decode(code, "replace")
    if liking < _WRONG or (liking < _LEAST and BAD in text):
        raise UnreadableError(Whole.LETTERS)
    return _judged(Text(text, guessed=_NAMES[code], bad=text.count(BAD)))


def _is_latin(content: bytes) -> bool:
    """Tell whether nearly all high bytes stand alone between ASCII, as in Müller."""
    high = re.findall(rb"[\x80-\xff]+", content)
    return len(_ALONE.findall(content)) * 3 >= len(high) * 2


def _liking(content: bytes, code: str) -> float:
    """Return how much what comes out looks like people's names and addresses: −1 to 2."""
    wide = [letter for letter in content.decode(code, "replace") if letter > "\x7f"]
    counted = Counter(wide[:_LOOKED_AT])
    total = counted.total()
    return sum(_worth(one, code) * count for one, count in counted.items()) / total if total else 0


@lru_cache(maxsize=8192)
def _worth(letter: str, code: str) -> float:
    if letter in _USUAL:
        return 2.0
    if letter == BAD:
        return -2.0
    table, last = ("gb2312", 0xD7) if code == "gb18030" else ("big5", 0xC6)
    try:
        pair = letter.encode(table)
    except UnicodeEncodeError:
        return -1.0
    if not "\u4e00" <= letter <= "\u9fff":
        return 0.5 if letter in "，。、；：（）·—“”　－" or "\uff01" <= letter <= "\uff5e" else -1.0
    return 1.0 if pair[0] <= last else 0.0
