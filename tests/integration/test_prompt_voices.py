"""The real voices: they speak both languages, mixed too. Skipped where they were never fetched.

`python -m sounds --company 长江燃气` fetches them into the cache.
"""

from pathlib import Path

import pytest

from sounds.espeak import Espeak
from sounds.kokoro import Kokoro
from sounds.shaping import edge_silence_ms, shaped, speech_level
from sounds.texts import Language
from sounds.voice import CannotSay, Voice
from sounds.voice_packages import bring

pytestmark = pytest.mark.slow

CACHE = Path(__file__).resolve().parents[2] / ".cache"

SENTENCES: list[tuple[str, Language]] = [
    ("您好，长江燃气，客服8001为您服务。", "zh"),
    ("投诉请按一。For English, press nine. 人工服务，请不要挂机。", "zh"),
    ("Hello, this is 长江燃气. How may I help you?", "en"),
]


@pytest.fixture(scope="module", params=[pytest.param(Kokoro, marks=pytest.mark.soak), Espeak])
def voice(request: pytest.FixtureRequest) -> Voice:
    if not (CACHE / "voice").is_dir():
        pytest.skip("the voice packages are not in the cache")
    bring(CACHE, progress=print)
    made: Voice = request.param()
    return made


@pytest.mark.parametrize(("words", "language"), SENTENCES)
def test_both_languages_are_spoken_and_mixed(voice: Voice, words: str, language: Language) -> None:
    heard = shaped(voice.say(words, language))
    assert 2 <= heard.seconds <= 9
    assert speech_level(heard.samples) == pytest.approx(-20, abs=1)
    assert max(edge_silence_ms(heard.samples)) <= 20


def test_words_without_a_sound_are_refused_and_not_silence(voice: Voice) -> None:
    with pytest.raises((CannotSay, ValueError)):
        shaped(voice.say("。", "zh"))
