"""Finds the one telephone number that is written in a cell, in digits. Does no I/O.

What is not written there is never read: letters are no digits, a figure that a spreadsheet made of
a formula is no number, two numbers are not one, and what is written as people abroad write it is
not taken for a number at home. A name beside the number is a name.
"""

import re
import unicodedata
from typing import Final

import phonenumbers

from imports.faults import InRow
from phone_numbers.digits import digits_of
from phone_numbers.plan import NumberPlan

LONGEST: Final = 160
"""Characters looked at; the longest number there is has 15 digits."""
MOST_DIGITS: Final = 20


class WrongNumberError(Exception):
    """What was given is no number to call; `why` says it."""

    def __init__(self, why: InRow) -> None:
        super().__init__(why.value)
        self.why = why


_NOTHING_BUT_DIGITS: Final = re.compile(rf"\+?[0-9]{{2,{MOST_DIGITS}}}")
_CUT: Final = re.compile(r"[+-]?[0-9](?:[.,][0-9]+)?[eE][+-]?[0-9]+")
_CUT_FIGURE: Final = re.compile(r"[1-9][0-9]{2,3}0{7,}(?:\.0+)?")
"""What 1.38E+10 is when a spreadsheet has kept it: 13800000000 was nobody's wish."""
_FIGURE: Final = re.compile(r"([0-9]{3,})\.0+")
_THOUSANDS: Final = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3}){2,}(?:\.0+)?")
_AS_TEXT: Final = re.compile(r'="?([^"]*)"?')
_QUOTES: Final = "'’‘`´\"“”「」"
_DASHES: Final = re.compile("[\u00ad\u2010-\u2015\u2212\uff0d~_]")
_CHINESE: Final = str.maketrans(
    "〇零○一壹幺二贰貳三叁參四肆五伍六陆陸七柒八捌九玖", "0001112223334455666778899"
)
_CHINESE_DIGITS: Final = frozenset(
    "〇零○一壹幺二贰貳三叁參四肆五伍六陆陸七柒八捌九玖两兩十拾百千万萬"
)
_SEPARATE: Final = re.compile(r"[;；、,，|\\&\n\r]|\s或\s?|\sor\s", re.IGNORECASE)
_EXTENSION: Final = re.compile(
    r"[0-9]\s*[,(（-]?\s*(?:转|轉|分机|分機|内线|內線|ext(?:ension)?\b|x|#|p|w)\s*[.:：]?\s*[0-9]",
    re.IGNORECASE,
)
_SHAPE: Final = re.compile(
    r"(?P<before>[^0-9+(]*?)(?P<number>[+(]?[0-9+(](?:[0-9\s()./·-]*[0-9])?\)?)(?P<after>[^0-9]*)"
)
_LATIN: Final = re.compile(r"[A-Za-z]")
_BEFORE: Final = re.compile(r"(.)[-/·]*$")
_BEHIND: Final = re.compile(r"^[-./·]*(.)")
"""What touches a number: a letter there may be a digit of it."""
_LIKE_DIGITS: Final = re.compile(r"[oOlIi]{1,3}")
_A_WHOLE_NUMBER: Final = 7
"""Digits from which on something is no area code."""
_A_LONG_NUMBER: Final = 10
"""Digits that are a number of their own, with its area."""
_LONGEST_AT_HOME: Final = 12
_A_LOCAL: Final = 6
"""A last group of fewer digits may be an extension behind a whole number."""
_NOT_TO_CALL: Final = re.compile(
    r"停|空号|空號|错|錯|旧|舊|勿|别|別|不|拒|传真|傳真|\b(?:fax|old|wrong|no|not|dnc|off|do)\b",
    re.IGNORECASE,
)
_MARKS_BESIDE: Final = frozenset(" :：.。()（）[]【】{}<>《》'\"“”‘’-/")
_LONGEST_WORDS: Final = 24
_NORTH_AMERICA: Final = 1


def written(given: str, plan: NumberPlan) -> str:
    """Return the digits of the number that stands in a cell, perhaps after a plus.

    Raises WrongNumberError.
    """
    if _CUT_FIGURE.fullmatch(given.strip()):
        raise WrongNumberError(InRow.CUT_BY_EXCEL)
    if _NOTHING_BUT_DIGITS.fullmatch(given):  # as in most lists
        return given
    text = _figure(_plain(given))
    if not text:
        raise WrongNumberError(InRow.NO_NUMBER)
    if _CUT.fullmatch(text):
        raise WrongNumberError(InRow.CUT_BY_EXCEL)
    shape = _SHAPE.fullmatch(_one_of(text))
    if shape is None:
        raise WrongNumberError(_why_none(text))
    _require_words(shape["before"], shape["after"])
    _require_ours(shape["number"], plan)
    digits = re.sub(r"[^0-9]", "", shape["number"])
    if len(digits) > MOST_DIGITS:
        raise WrongNumberError(InRow.TOO_LONG)
    if len(digits) < _A_WHOLE_NUMBER and any(map(str.isalpha, shape["before"] + shape["after"])):
        raise WrongNumberError(InRow.NOT_A_NUMBER)  # 2号楼, Room 12
    return f"+{digits}" if "+" in shape["number"] else digits


def _plain(given: str) -> str:
    text = digits_of(given[:LONGEST].replace("\t", " ").replace("\r\n", "\n"))
    text = _DASHES.sub("-", unicodedata.normalize("NFC", text)).strip()
    if text.startswith("=") and (quoted := _AS_TEXT.fullmatch(text)):
        text = quoted[1]
    return text.strip(_QUOTES + " ")


def _figure(text: str) -> str:
    """Return the digits of a cell that held a figure, or was written in Chinese."""
    if whole := _FIGURE.fullmatch(text):
        return whole[1]
    if _THOUSANDS.fullmatch(text):
        return text.partition(".")[0].replace(",", "")
    bare = re.sub(r"[\s-]", "", text)
    in_chinese = bare.translate(_CHINESE)
    return in_chinese if bare != in_chinese and in_chinese.isdecimal() else text


def _one_of(text: str) -> str:
    """Return the text; refuse one with two numbers, or one that must be dialled on from."""
    if _EXTENSION.search(text):
        raise WrongNumberError(InRow.EXTENSION)
    pieces = [one for one in _SEPARATE.split(text) if re.search("[0-9]", one)]
    first, *rest = text.split("/")
    is_whole = len(re.sub("[^0-9]", "", first)) >= _A_WHOLE_NUMBER
    if len(pieces) > 1 or (is_whole and re.search("[0-9]", "".join(rest))):
        raise WrongNumberError(InRow.SEVERAL)
    return text.strip(" ,;，；、|")


def _why_none(text: str) -> InRow:
    """Return why a text is no number, for whoever wrote it."""
    if re.search(r"[0-9]\s*[*＊xX•●]{2,}", text):
        return InRow.MASKED
    if not re.search(r"[0-9]", text) or not _LATIN.search(text):
        return InRow.NOT_A_NUMBER
    return InRow.LETTERS


def _require_words(before: str, after: str) -> None:
    """Refuse what stands beside a number when it may be a part of it, or speaks against it."""
    if before.endswith("-") or (before + after).count("*"):
        raise WrongNumberError(InRow.NOT_A_NUMBER)  # what a formula came to; a code of a switch
    sides = ((before, before[-1:], _BEFORE), (after, after[:1], _BEHIND))
    for words, beside, touching in sides:
        plain = words.strip("".join(_MARKS_BESIDE))
        near = touching.search(words)
        if (near and _is_narrow_letter(near[1])) or _LIKE_DIGITS.fullmatch(plain):
            raise WrongNumberError(InRow.LETTERS)
        strange = [
            one
            for one in words
            if one not in _MARKS_BESIDE and unicodedata.category(one)[0] not in "LM"
        ]
        if strange or beside in _CHINESE_DIGITS or len(plain) > _LONGEST_WORDS:
            raise WrongNumberError(InRow.NOT_A_NUMBER)
        if _NOT_TO_CALL.search(plain):
            raise WrongNumberError(InRow.NOT_A_NUMBER)


def _is_narrow_letter(letter: str) -> bool:
    """Tell whether a letter may look like a digit: Latin, Cyrillic and the like, no Chinese."""
    return letter.isalpha() and unicodedata.east_asian_width(letter) not in "WF"


def _require_ours(number: str, plan: NumberPlan) -> None:
    """Refuse a number that is grouped as people abroad do, or has something behind it."""
    if number.rfind("+") > 1 or number.count("+") > 1:
        raise WrongNumberError(InRow.NOT_A_NUMBER)
    groups = re.findall("[0-9]+", number)
    if not groups:
        raise WrongNumberError(InRow.NOT_A_NUMBER)
    if len(groups) > 1 and len(groups[-1]) < 3 and len(groups[-2]) >= _A_WHOLE_NUMBER:
        figure = number.rstrip("0123456789").endswith(".")
        raise WrongNumberError(InRow.NOT_A_NUMBER if figure else InRow.EXTENSION)
    if sum(len(one) >= _A_LONG_NUMBER for one in groups) > 1:
        raise WrongNumberError(InRow.SEVERAL)
    is_long = sum(map(len, groups)) > _LONGEST_AT_HOME and len(groups[-1]) < _A_LOCAL
    if is_long and re.match("0[1-9]", groups[0]):
        raise WrongNumberError(InRow.EXTENSION)
    if "+" not in number and _is_foreign(number, groups, plan.region):
        raise WrongNumberError(InRow.FOREIGN)


def _is_foreign(number: str, groups: list[str], region: str) -> bool:
    """Tell whether a number without a country's code is grouped as it is elsewhere.

    Where long-distance numbers begin with 0, `(310) 555-0142` and `1-310-555-0142` are American.
    """
    code = phonenumbers.country_code_for_region(region)
    if code == _NORTH_AMERICA or len(groups) < 2 or _trunk_prefix(region) != "0":
        return False
    bracketed = re.match(r"[^(]*\(([0-9]+)\)", number)
    before = "" if bracketed is None else re.sub("[^0-9]", "", number.partition("(")[0])
    if bracketed and before in {"", "1"} and bracketed[1] not in {f"{code}", f"00{code}"}:
        return not bracketed[1].startswith("0")
    if groups[0] == "1":
        return True
    sizes = [len(one) for one in groups]
    is_like = sizes == [3, 3, 4] and groups[0][0] in "23456789"
    return is_like and groups[0] not in {"400", "800"}


def _trunk_prefix(region: str) -> str:
    rules = phonenumbers.PhoneMetadata.metadata_for_region(region)
    return (rules.national_prefix or "") if rules else ""
