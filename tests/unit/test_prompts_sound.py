"""What a telephone does to a voice: rate, band, edges and level, measured on made-up speech."""

import wave
from pathlib import Path

import numpy as np
import pytest

from sounds.beep import beep
from sounds.shaping import (
    NothingHeard,
    edge_silence_ms,
    shaped,
    speech_level,
    without_silent_edges,
)
from sounds.sound import Samples, Sound, from_mulaw, read_wav, to_mulaw, to_pcm, wav_bytes

PEAK_LIMIT = 10 ** (-3 / 20)


def babble(rate: int, seconds: float, *, level: float = 0.1, seed: int = 1) -> Samples:
    """Return noise in the voice's band that swells and fades four times a second."""
    random = np.random.default_rng(seed)
    time = np.arange(int(rate * seconds)) / rate
    harmonics = [
        np.sin(2 * np.pi * 140 * number * time + random.uniform(0, 6)) / number
        for number in range(1, 20)
    ]
    swell = 0.2 + np.square(np.sin(2 * np.pi * 2 * time))
    return np.asarray(level * np.sum(harmonics, axis=0) * swell, np.float32)


def silence(rate: int, seconds: float) -> Samples:
    return np.zeros(int(rate * seconds), np.float32)


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 24000, 44100, 48000])
def test_a_voice_of_any_rate_lasts_as_long_at_eight_kilohertz(rate: int) -> None:
    heard = shaped(Sound(babble(rate, 1.5), rate))
    assert heard.rate == 8000
    assert heard.seconds == pytest.approx(1.5, abs=0.03)


@pytest.mark.parametrize("level", [0.001, 0.02, 0.3, 2.0])
def test_loud_and_quiet_voices_reach_the_caller_alike_and_never_clip(level: float) -> None:
    heard = shaped(Sound(babble(24000, 2, level=level), 24000)).samples
    assert speech_level(heard) == pytest.approx(-20, abs=0.6)
    assert np.abs(heard).max() <= PEAK_LIMIT


def test_one_loud_click_in_a_prompt_is_turned_down_and_not_cut() -> None:
    samples = babble(8000, 2, level=0.02)
    samples[8000:8004] = 0.9
    heard = shaped(Sound(samples, 8000)).samples
    assert np.abs(heard).max() <= PEAK_LIMIT
    assert np.count_nonzero(np.abs(heard) > PEAK_LIMIT - 1e-4) < 3


def test_the_caller_hears_no_silence_at_the_edges_of_a_prompt() -> None:
    """SIL-1: the three seconds of listening begin where the words end."""
    padded = np.concatenate([silence(24000, 0.6), babble(24000, 1), silence(24000, 0.9)])
    heard = shaped(Sound(padded, 24000))
    assert heard.seconds == pytest.approx(1.0, abs=0.05)
    assert max(edge_silence_ms(heard.samples)) <= 20


def test_a_pause_inside_a_prompt_stays() -> None:
    parts = [babble(8000, 0.5), silence(8000, 0.5), babble(8000, 0.5)]
    assert len(without_silent_edges(np.concatenate(parts))) == pytest.approx(12000, abs=200)


def test_what_a_telephone_does_not_carry_is_gone() -> None:
    time = np.arange(24000) / 24000
    voice, rumble, hiss = (np.sin(2 * np.pi * pitch * time) for pitch in (1000, 50, 6000))
    heard = shaped(Sound(np.asarray(0.1 * (voice + rumble + hiss), np.float32), 24000)).samples
    middle = heard[1000:7000]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    frequencies = np.fft.rfftfreq(len(middle), 1 / 8000)
    voice_peak = spectrum.max()
    assert frequencies[spectrum.argmax()] == pytest.approx(1000, abs=5)
    elsewhere = np.abs(frequencies - 1000) > 30
    assert spectrum[elsewhere].max() < voice_peak * 10 ** (-40 / 20)


@pytest.mark.parametrize(
    "samples", [np.zeros(0, np.float32), np.zeros(8000, np.float32), np.full(80, np.nan, "f4")]
)
def test_silence_is_no_prompt(samples: Samples) -> None:
    with pytest.raises(NothingHeard):
        shaped(Sound(samples, 8000))


def test_the_shipped_code_is_the_nearest_of_g711_for_every_sample() -> None:
    every = np.arange(-32768, 32768, dtype=np.float32) / np.float32(32767)
    back = to_pcm(from_mulaw(to_mulaw(Sound(every, 8000))).samples).astype(int)
    wanted = to_pcm(every).astype(int)
    within = np.abs(wanted) <= 32124
    half_a_step = (np.abs(wanted) + 132) / 33 + 1
    assert (np.abs(back - wanted) <= half_a_step)[within].all()
    assert from_mulaw(b"\xff\x7f\x00\x80").samples.tolist() == [
        0.0,
        0.0,
        -32124 / 32768,
        32124 / 32768,
    ]


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize("channels", [1, 2])
def test_wavs_of_any_width_are_read(width: int, channels: int, tmp_path: Path) -> None:
    values = np.array([0.0, 0.5, -0.5, 0.25])
    path = tmp_path / "a.wav"
    whole = (values * 2 ** (8 * width - 1)).astype(np.int64) + (128 if width == 1 else 0)
    data = b"".join(int(v).to_bytes(4, "little", signed=True)[:width] * channels for v in whole)
    with wave.open(str(path), "wb") as out:
        out.setparams((channels, width, 8000, 0, "NONE", ""))
        out.writeframes(data)
    assert read_wav(path).samples == pytest.approx(values, abs=0.01)


def test_the_tone_is_short_and_does_not_click() -> None:
    tone = beep()
    assert tone.seconds == 0.25
    assert tone.samples[0] == tone.samples[-1] == 0
    assert np.abs(tone.samples).max() == pytest.approx(10 ** (-16 / 20), rel=0.02)


def test_a_wav_holds_what_was_put_into_it(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav_bytes(beep()))
    assert read_wav(path).samples == pytest.approx(beep().samples, abs=1e-4)
