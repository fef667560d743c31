"""Reads sentences aloud on paper: Chinese, English and both mixed, as sounds for the neural voice.

Chinese is cut into words (a word is spoken without a break), written in pinyin with the tones as
they are spoken side by side (你好 is ni2 hao3), then in phonetic letters. English goes through a
dictionary with rules for words that are not in it. Needs the voice packages.
"""

import re
from importlib import import_module
from typing import Protocol

from sounds.pinyin import syllable_sounds
from sounds.texts import Language
from sounds.voice import CannotSay

_HAN_LETTER = r"[\u3400-\u4dbf\u4e00-\u9fff]"
_OTHER_LETTER = rf"(?!{_HAN_LETTER})\w"
_RUNS = re.compile(rf"{_HAN_LETTER}+|{_OTHER_LETTER}(?:(?!{_HAN_LETTER})[\w '’&.,!?;:-])*|[^\w]+")
_SENTENCES = re.compile(r"(?<=[。！？.!?])\s*")
_HAN = re.compile(_HAN_LETTER)
_OTHER = re.compile(_OTHER_LETTER)
_PAUSES = {
    "，": ", ", "、": ", ", "。": ". ", "！": "! ", "？": "? ", "：": ": ", "；": "; ",
    "…": "… ", "（": " (", "）": ") ", "《": " “", "》": "” ",
}  # fmt: skip
_CHINESE_DIGITS = dict(zip("0123456789", "零幺二三四五六七八九", strict=True))
"""1 is yāo in the numbers of telephones and agents."""


class Reader(Protocol):
    """Anything that knows a language's sounds by its words."""

    def __call__(self, words: str) -> str:
        """Return the words in the voice's phonetic letters."""


def readers() -> dict[Language, Reader]:
    """Return a reader for each language. Raises `ImportError` without the voice packages."""
    return {"zh": _chinese_reader(), "en": _english_reader()}


def passages(words: str, language: Language) -> list[tuple[str, Language]]:
    """Cut a prompt where its language changes between sentences: each is for its own speaker."""
    cut: list[tuple[str, Language]] = []
    for sentence in filter(None, _SENTENCES.split(words)):
        english = _OTHER.search(sentence) and not _HAN.search(sentence)
        spoken: Language = "en" if english else language
        if cut and cut[-1][1] == spoken:
            cut[-1] = (f"{cut[-1][0]} {sentence}".strip(), spoken)
        else:
            cut.append((sentence, spoken))
    return cut


def sounds_of(words: str, language: Language, read: dict[Language, Reader]) -> str:
    """Return the sounds of a sentence; a part in the other script is read in its language."""
    if language == "zh":
        words = re.sub(r"[0-9]", lambda digit: _CHINESE_DIGITS[digit[0]], words)
    else:
        words = re.sub(r"[0-9](?=[0-9])", lambda digit: digit[0] + " ", words)
    return " ".join("".join(_run(run, read) for run in _RUNS.findall(words)).split())


def _run(run: str, read: dict[Language, Reader]) -> str:
    if _HAN.match(run):
        return read["zh"](run)
    if _OTHER.match(run):
        return read["en"](run.rstrip(" ")) + " "
    return "".join(_PAUSES.get(mark, mark) for mark in run)


def _chinese_reader() -> Reader:
    cut = import_module("rjieba").cut
    pypinyin = import_module("pypinyin")

    def read(words: str) -> str:
        syllables = pypinyin.lazy_pinyin(
            words,
            style=pypinyin.Style.TONE3,
            neutral_tone_with_five=True,
            tone_sandhi=True,
            v_to_u=False,
            errors="ignore",
        )
        if len(syllables) != len(words):
            raise CannotSay(f"no reading is known for a character of {words!r}")
        spoken = iter([syllable_sounds(syllable) for syllable in syllables])
        return " ".join("".join(next(spoken) for _ in word) for word in cut(words))

    return read


def _english_reader() -> Reader:
    grapheme_reader = import_module("hibari.g2p").G2P()

    def read(words: str) -> str:
        return str(grapheme_reader(words))

    return read
