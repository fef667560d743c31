"""How the neural voice is told to read: pinyin, digits, and two scripts in one sentence."""

import pytest

from sounds.pinyin import syllable_sounds
from sounds.reading import passages, sounds_of
from sounds.voice import CannotSay


@pytest.mark.parametrize(
    ("syllable", "sounds"),
    [
        ("ni2", "ni↗"), ("hao3", "xau↓"), ("qing3", "ʨʰi↓ŋ"), ("wen4", "wə↘n"), ("you3", "jou↓"),
        ("shen2", "ʂə↗n"), ("me5", "mɤ"), ("zhu4", "ꭧu↘"), ("shi4", "ʂɨ↘"), ("si1", "sɨ→"),
        ("yu3", "y↓"), ("xun2", "ɕy↗n"), ("quan2", "ʨʰɥɛ↗n"), ("nv3", "ny↓"), ("lve4", "lɥe↘"),
        ("wo3", "wo↓"), ("wu4", "u↘"), ("weng1", "wə→ŋ"), ("yi1", "i→"), ("ying1", "i→ŋ"),
        ("yuan2", "ɥɛ↗n"), ("yong4", "jʊ↘ŋ"), ("liu4", "ljou↘"), ("gui4", "kwei↘"), ("er4", "ɚ↘"),
        ("dun4", "twə↘n"), ("bo1", "pwo→"), ("jiong3", "ʨjʊ↓ŋ"), ("ang2", "a↗ŋ"),
    ],
)  # fmt: skip
def test_a_syllable_is_read_as_mandarin_sounds(syllable: str, sounds: str) -> None:
    assert syllable_sounds(syllable) == sounds


@pytest.mark.parametrize("syllable", ["", "5", "hm5", "q1", "hao", "hao6", "xyz1"])
def test_what_is_no_syllable_is_refused(syllable: str) -> None:
    with pytest.raises(CannotSay):
        syllable_sounds(syllable)


def read(words: str, language: str) -> str:
    readers = {"zh": lambda w: f"<{w}>", "en": lambda w: f"[{w}]"}
    return sounds_of(words, "zh" if language == "zh" else "en", readers)  # type: ignore[arg-type]


def test_an_english_sentence_in_a_chinese_prompt_is_read_in_english() -> None:
    assert read("故障请按四。For English, press nine. 人工", "zh") == (
        "<故障请按四>. [For English, press nine.] <人工>"
    )


def test_a_chinese_name_in_an_english_prompt_is_read_in_chinese() -> None:
    assert read("This is 三环通信. Hello!", "en") == "[This is] <三环通信>. [Hello!]"


def test_a_number_is_read_digit_by_digit_as_on_the_telephone() -> None:
    assert read("请拨10050。", "zh") == "<请拨幺零零五零>."
    assert read("Dial 10050.", "en") == "[Dial 1 0 0 5 0.]"


def test_letters_of_other_scripts_are_never_taken_for_phonetic_ones() -> None:
    assert read("Ørsted ʃ", "en") == "[Ørsted ʃ]"


def test_an_english_sentence_has_the_english_speaker_and_a_name_has_not() -> None:
    menu = "投诉请按一，建议请按二。For English, press nine. 人工服务，请不要挂机。"
    assert passages(menu, "zh") == [
        ("投诉请按一，建议请按二。", "zh"),
        ("For English, press nine.", "en"),
        ("人工服务，请不要挂机。", "zh"),
    ]
    assert passages("您好！我是ABC。请讲。", "zh") == [("您好！ 我是ABC。 请讲。", "zh")]
    assert passages("Hello, 三环. Bye.", "en") == [("Hello, 三环. Bye.", "en")]
