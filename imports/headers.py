"""What a header of a list means, however people decorate it. Does no I/O.

`* 手机号码（必填）`, `客户姓名 / Name`, 電話號碼, `电话 Phone`. What may be somebody else's number
(the manager's, who to ask in an emergency) is not the person's.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from imports.letters import BAD

LONGEST_HEADER: Final = 40

Words = Mapping[str, Sequence[str]]
"""The words by which each column is known, without blanks and marks, in small letters."""
_BEFORE: Final = re.compile(
    "^(?:客户|用户|业主|住户|住客|客人|会员|顾客|户主|机主|本人|您的|你的|个人|患者|学员|首选|常用|有效|固定|家庭|住宅"
    "|联系人|联络人|联系|备用|被叫|接收|所在地|所在|当地|拨打|主"
    "|customer|client|contact|guest|user|primary|main|home|local|your)(?=.)"
)
"""What may stand before a word and leaves its meaning."""
_AFTER: Final = re.compile(
    "(?:必填|选填|可选|可不填|不填|文本|格式|required|optional|text|[0-9一二三])+$"
)
_BARE: Final = frozenset({"号码", "number"})
_TO_CALL: Final = re.compile(
    "联系|联络|备用|被叫|接收|拨打|常用|首选|用户|contact|primary|main|home"
)
_TRADITIONAL: Final = str.maketrans(
    "動連電話號碼機聯絡繫戶稱語時區備註單間開數國際會員業陽當內線釋說週複誰醒與寫傳務體",
    "动连电话号码机联络系户称语时区备注单间开数国际会员业阳当内线释说周复谁醒与写传务体",
)
_IN_BRACKETS: Final = re.compile(r"[(\[{【「〔<《][^)\]}】」〕>》]*[)\]}】」〕>》]?")
_APART: Final = re.compile(r"[/|\\\n\r;；、,，:：]|\s-\s|\s{2,}")
_SOMEBODY_ELSES: Final = re.compile(
    "经理|紧急|客服|销售|业务员|家属|家长|配偶|监护|推荐|介绍人|物业|担保|代理|主管|老师|班主任|医生|护士|司机|管家"
    "|manager|emergency|agent|sales|guardian|referr|sponsor|relative|spouse"
)
"""Whose number it is not the person's own, wherever in the header it is said."""
_SCRIPTS: Final = re.compile(r"[\u4e00-\u9fff]+|[a-z][a-z .]*")
PHONE_LIKE: Final = re.compile(r"电话|手机|号码|phone|tel|mobile|cell|联系方式")


def meanings(words: Words) -> Mapping[str, str]:
    """Return which column each word means."""
    return _meanings(tuple((name, tuple(each)) for name, each in words.items()))


@lru_cache(maxsize=16)
def _meanings(words: tuple[tuple[str, tuple[str, ...]], ...]) -> Mapping[str, str]:
    return {word: name for name, each in words for word in each}


def meaning(title: str, meant: Mapping[str, str]) -> str | None:
    """Return which column a header names, None when none that is known; `meant` is by word."""
    if BAD in title.rstrip(BAD):
        return None  # what is lost may have said whose it is
    wide = unicodedata.normalize("NFKC", title[: LONGEST_HEADER * 2])
    bare = _IN_BRACKETS.sub(" ", wide)
    for piece in (wide, bare, *_APART.split(bare)):
        if found := _meant(piece, meant):
            return None if _is_somebody_elses(found, wide) else found
    said = {_meant(piece, meant) for piece in _SCRIPTS.findall(bare.casefold())}
    found = said.pop() if len(said) == 1 else None  # 电话 Phone
    return None if found is None or _is_somebody_elses(found, wide) else found


def _meant(piece: str, meant: Mapping[str, str]) -> str | None:
    plain = plain_of(piece)
    return meant.get(plain) or meant.get(_undecorated(plain))


def _is_somebody_elses(name: str, title: str) -> bool:
    return name == "number" and _SOMEBODY_ELSES.search(plain_of(title)) is not None


def _undecorated(plain: str) -> str:
    """Return a header's word without what tells only whose or how: 客户手机号码1."""
    word = _AFTER.sub("", plain)
    bare = _BEFORE.sub("", word)
    if bare in _BARE and bare != word and not _TO_CALL.match(word):
        return ""  # 会员号码 is how the house counts its members
    return bare


def plain_of(title: str) -> str:
    """Return a header without what people add to it: blanks, marks, an asterisk for “needed”."""
    return "".join(
        letter
        for letter in unicodedata.normalize("NFKC", title).casefold().translate(_TRADITIONAL)
        if unicodedata.category(letter)[0] in "LN"
    )


def is_nothing(text: str) -> bool:
    """Tell whether a cell is empty, or says that there is nothing."""
    return text.strip().casefold() in _NOTHING


_NOTHING: Final = frozenset(
    {
        *("", "-", "--", "—", "——", "/", "无", "無", "没有", "暂无"),
        *("n/a", "na", "nil", "none", "null", "#n/a"),
    }
)
