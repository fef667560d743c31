"""What a telephone network says in tones is no speech; what people say is none of its tones."""

from pathlib import Path

import pytest

from recordings.voice import VoiceMeter
from recordings.wav import RATE
from sounds.sound import from_mulaw
from tests.unit.sound_files import network_tone, silence, voice

COUNTRIES = {
    "China, busy": ((450,), (0.35, 0.35)),
    "China, congestion": ((450,), (0.7, 0.7)),
    "China, no such number": ((450,), (0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.4, 0.4)),
    "North America, busy": ((480, 620), (0.5, 0.5)),
    "North America, reorder": ((480, 620), (0.25, 0.25)),
    "North America, dial tone": ((350, 440), (20.0,)),
    "North America, ringing": ((440, 480), (2.0, 4.0)),
    "Europe, busy": ((425,), (0.5, 0.5)),
    "Germany, congestion": ((425,), (0.24, 0.24)),
    "Britain, busy": ((400,), (0.375, 0.375)),
    "Britain, congestion": ((400,), (0.4, 0.35, 0.225, 0.525)),
    "a fax that calls": ((1100,), (0.5, 3.0)),
    "a fax that answers": ((2100,), (3.3, 0.1)),
}


def _heard(audio: bytes, *, piece: int = 7_001 * 2) -> tuple[float, float]:
    meter = VoiceMeter(channels=1, rate=RATE)
    for start in range(0, len(audio), piece):
        meter.feed(audio[start : start + piece])
    return meter.seconds()[0], meter.tones_s()


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("dbfs", [pytest.param(-8.0, marks=pytest.mark.thorough), -16.0, -28.0])
def test_a_tone_of_any_country_is_no_speech(country: str, dbfs: float) -> None:
    hertz, cadence = COUNTRIES[country]
    speech, tones = _heard(network_tone(hertz, cadence, 20.0, dbfs=dbfs))
    assert speech < 0.4
    assert tones > 2.5


def test_speech_before_a_tone_counts_as_before() -> None:
    alone, _ = _heard(voice(3.0))
    with_tone, tones = _heard(voice(3.0) + network_tone((425,), (0.5, 0.5), 20.0))
    assert with_tone > alone - 0.3
    assert tones > 8


def test_silence_is_neither() -> None:
    assert _heard(silence(20.0)) == (0.0, 0.0)


def test_real_speech_is_no_tone(spoken: list[bytes]) -> None:
    heard = [_heard(each) for each in spoken]
    assert [tones for _, tones in heard] == [0.0] * len(heard)
    assert sum(speech for speech, _ in heard) > 5


@pytest.fixture(scope="module")
def spoken() -> list[bytes]:
    """Every eighth of our prompts, each a message of its own."""
    folder = Path(__file__).parents[2] / "sounds" / "shipped"
    files = sorted(folder.rglob("*.ulaw"))[::8]
    sounds = [from_mulaw(file.read_bytes()) for file in files]
    return [(sound.samples * 32767).astype("<i2").tobytes() for sound in sounds]
