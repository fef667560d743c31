"""The bench of the analysis knows what is said, and when."""

import re

import numpy as np
import pytest

from bench.analysis.printed import LANGUAGES, syllables
from bench.analysis.sentences import characters, sentences
from bench.analysis.speech import Utterance
from bench.analysis.spoken import cut, talks_in
from bench.analysis.spoken import passage as spoken_passage
from bench.analysis.synthetic import ESPEAK, KOKORO
from bench.voice_activity.telephone import RATE, active_db


def said(*seconds: tuple[float, float], of: float) -> np.ndarray:
    """Return noise where something is said."""
    found = np.zeros(int(of * RATE), np.float32)
    noise = np.random.default_rng(1).standard_normal(len(found)).astype(np.float32) / 10
    for begin, end in seconds:
        part = slice(int(begin * RATE), int(end * RATE))
        found[part] = noise[part]
    return found


def test_the_halves_share_no_speaker_and_no_sentence() -> None:
    assert not set(KOKORO["tune"]) & set(KOKORO["test"])
    assert not set(ESPEAK["tune"]) & set(ESPEAK["test"])
    assert not set(LANGUAGES["tune"]) & set(LANGUAGES["test"])
    assert not set(sentences("tune")) & set(sentences("test"))


@pytest.mark.parametrize("half", ["tune", "test"])
def test_each_character_of_a_sentence_is_a_syllable(half: str) -> None:
    for sentence in sentences("tune" if half == "tune" else "test"):
        assert characters(sentence) == len(re.sub("[，。？]", "", sentence))


@pytest.mark.parametrize(
    ("phonemes", "count"),
    [("həlˈoʊ wˈɜːld", 3), ("bɔ̃ʒˈuʁ", 2), ("fˈaɪɚ", 2), ("zdrˈɑstvujtʲe", 3), ("", 0)],
)
def test_the_vowels_of_words_are_their_syllables(phonemes: str, count: int) -> None:
    assert syllables(phonemes) == count


def test_speech_in_clean_audio_is_found_with_its_pauses() -> None:
    found = talks_in(said((0.5, 1.5), (1.7, 2.0), (2.6, 3.0), of=4.0))
    spans = [(one.begin_s, one.end_s) for one in found]
    assert spans == [pytest.approx((0.5, 2.0), abs=0.02), pytest.approx((2.6, 3.0), abs=0.02)]


def test_a_passage_begins_with_its_speech_and_knows_its_syllables() -> None:
    shelf = [Utterance("somebody", said((0.3, 1.3), of=2.0), 5)]
    found = spoken_passage(np.random.default_rng(1), shelf, -25.0, least_s=2.0)
    assert found.syllables == 10
    assert found.talks[0].begin_s == 0.0
    assert found.end_s == pytest.approx(2.15, abs=0.1)
    assert active_db(found.audio) == pytest.approx(-25.0, abs=0.5)


def test_of_a_passage_that_breaks_off_the_syllables_are_not_known() -> None:
    shelf = [Utterance("somebody", said((0.3, 3.3), of=4.0), 15)]
    found = cut(spoken_passage(np.random.default_rng(1), shelf, -25.0, least_s=2.0), 1.5)
    assert found.syllables is None
    assert found.end_s == pytest.approx(1.5, abs=0.03)
