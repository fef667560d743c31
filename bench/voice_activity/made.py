"""Makes the sounds a line without a caller can carry: noise, hum, clicks, breath, tones, and so on.

Every maker takes its own randomness and a length in samples; the level is set by who uses it.
`TUNED` kinds are known to the tuning half too (with other randomness); `NEVER_TUNED` are not.
"""

from collections.abc import Callable

import numpy as np

from bench.voice_activity.telephone import RATE, band
from bench.voice_activity.types import Audio, Random

Maker = Callable[[Random, int], Audio]
DTMF_LOW, DTMF_HIGH = (697, 770, 852, 941), (1209, 1336, 1477, 1633)


def coloured(rng: Random, length: int, slope: float | None = None) -> Audio:
    """Noise whose power falls with frequency to the power of `slope` (0 white, 1 pink, 2 brown)."""
    slope = rng.uniform(0.0, 2.0) if slope is None else slope
    spectrum = np.fft.rfft(rng.standard_normal(length))
    hz = np.maximum(np.fft.rfftfreq(length, 1.0 / RATE), 30.0)
    return _unit(np.fft.irfft(spectrum * hz ** (-slope / 2.0), length))


def _unit(samples: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Audio:
    scale = float(np.sqrt(np.mean(np.square(samples)))) + 1e-9
    return (0.1 * samples / scale).astype(np.float32)


def _seconds(length: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.arange(length) / RATE


def slow(rng: Random, length: int, hz: float) -> Audio:
    """A smooth random curve in 0..1 that changes about `hz` times a second."""
    points = rng.random(max(4, int(length / RATE * hz) + 4))
    at = np.linspace(0.0, len(points) - 1.0, length)
    return np.interp(at, np.arange(len(points)), points).astype(np.float32)


def white(rng: Random, length: int) -> Audio:
    """Line noise: white to pink."""
    return coloured(rng, length, rng.uniform(0.0, 1.2))


def comfort(rng: Random, length: int) -> Audio:
    """Comfort noise as decoders make it: stepwise level, flat in the telephone band."""
    steps = np.repeat(10.0 ** (rng.normal(0.0, 1.5, length // 160 + 1) / 20.0), 160)[:length]
    return band(coloured(rng, length, rng.uniform(0.0, 0.6)) * steps.astype(np.float32), 200, 3500)


def hum(rng: Random, length: int) -> Audio:
    """Mains hum with its harmonics, a little noise, sometimes a loose contact."""
    mains = float(rng.choice([50.0, 60.0])) * rng.uniform(0.998, 1.002)
    fall = rng.uniform(0.3, 1.4)
    wave = np.zeros(length)
    for k in range(1, int(rng.integers(6, 30))):
        gain = k**-fall * rng.uniform(0.05, 1.0)
        wave += gain * np.sin(2 * np.pi * mains * k * _seconds(length) + rng.uniform(0, 6.3))
    wave = _unit(wave).astype(np.float64)
    wave += 10 ** (-rng.uniform(10, 35) / 20) * coloured(rng, length)
    if rng.random() < 0.3:
        wave *= slow(rng, length, rng.uniform(0.5, 6)) > rng.uniform(0.1, 0.5)
    return _unit(wave)


def _hits(rng: Random, length: int, a_second: float, one: Callable[[], Audio]) -> Audio:
    out = np.zeros(length, np.float32)
    for _ in range(max(1, int(rng.poisson(a_second * length / RATE)))):
        hit = one()[:length]
        start = int(rng.integers(0, max(1, length - len(hit))))
        out[start : start + len(hit)] += hit
    return out


def _knock(rng: Random, low: float, high: float, decay_ms: tuple[float, float]) -> Audio:
    """A struck thing: noise and a few resonances that die away."""
    decay = rng.uniform(*decay_ms) / 1000.0
    size = int(RATE * decay * 6) + 16
    t = _seconds(size)
    wave = rng.uniform(0.2, 1.0) * rng.standard_normal(size)
    for _ in range(int(rng.integers(0, 4))):
        wave += np.sin(2 * np.pi * rng.uniform(low, high) * t + rng.uniform(0, 6.3))
    wave *= np.exp(-t / decay) * 10 ** (rng.uniform(-15, 0) / 20)
    return wave.astype(np.float32)


def clicks(rng: Random, length: int) -> Audio:
    """Crackle and switching clicks."""
    rate = float(rng.choice([0.6, 2.0, 6.0, 20.0]))
    return _hits(rng, length, rate, lambda: _knock(rng, 300, 3500, (0.3, 6.0)))


def handset(rng: Random, length: int) -> Audio:
    """A handset put down, turned, rubbed on cloth."""
    knocks = _hits(rng, length, rng.uniform(0.4, 3.0), lambda: _knock(rng, 120, 1800, (5, 45)))
    rub = coloured(rng, length, rng.uniform(0.3, 1.5)) * slow(rng, length, rng.uniform(2, 14)) ** 3
    return (knocks + rng.uniform(0.0, 6.0) * rub).astype(np.float32)


def breath(rng: Random, length: int) -> Audio:
    """Breathing into the receiver: bands of noise that come and go, in and out."""
    out = np.zeros(length, np.float32)
    position = int(rng.uniform(0, 1.0) * RATE)
    period = rng.uniform(1.2, 4.0)
    while position < length:
        for share, gain in ((0.35, 1.0), (0.45, rng.uniform(0.3, 1.0))):
            size = int(RATE * period * share * rng.uniform(0.5, 0.9))
            puff = band(
                coloured(rng, size + 64, rng.uniform(0.3, 1.6)), rng.uniform(150, 600), 3200
            )
            shape = np.sin(np.pi * np.linspace(0, 1, size + 64)) ** rng.uniform(0.7, 2.5)
            end = max(position, min(length, position + len(puff)))
            out[position:end] += (gain * puff * shape)[: max(0, end - position)].astype(np.float32)
            position += int(RATE * period * 0.5)
    return out


def street(rng: Random, length: int) -> Audio:
    """Traffic: low rumble that swells, engines with harmonics that glide, a horn now and then."""
    swell = 0.3 + slow(rng, length, rng.uniform(0.2, 1.0))
    wave = coloured(rng, length, rng.uniform(0.8, 1.8)).astype(np.float64) * swell
    for _ in range(int(rng.integers(1, 4))):
        pitch = rng.uniform(25, 110) * (1 + 0.4 * slow(rng, length, 0.4))
        phase = 2 * np.pi * np.cumsum(pitch) / RATE
        engine = sum(rng.uniform(0.1, 1) / k * np.sin(k * phase) for k in range(1, 14))
        wave += _unit(np.asarray(engine)) * slow(rng, length, 0.5) * rng.uniform(0.2, 1.2)
    if rng.random() < 0.3:
        wave += _horn(rng, length)
    return _unit(wave)


def _horn(rng: Random, length: int) -> Audio:
    on = int(rng.uniform(0.15, 0.9) * RATE)
    start = int(rng.integers(0, max(1, length - on)))
    out = np.zeros(length)
    for hz in (rng.uniform(300, 420), rng.uniform(400, 560)):
        tone = sum(np.sin(2 * np.pi * hz * k * _seconds(on)) / k for k in range(1, 6))
        out[start : start + on] += np.asarray(tone)[: length - start]
    return (0.15 * out * rng.uniform(0.2, 1.0)).astype(np.float32)


def _cadence(tone: Audio, on: float, off: float, start: float) -> Audio:
    t = _seconds(len(tone)) - start
    return (tone * ((t >= 0) & (np.mod(t, on + off) < on))).astype(np.float32)


def _tones(rng: Random, length: int, *hz: float) -> Audio:
    spread = rng.uniform(0.995, 1.005)
    waves = [np.sin(2 * np.pi * f * spread * _seconds(length) + rng.uniform(0, 6.3)) for f in hz]
    return np.asarray(0.1 * np.sum(waves, axis=0), np.float32)


def dtmf(rng: Random, length: int) -> Audio:
    """Keys pressed, one to eight."""
    out = np.zeros(length, np.float32)
    at = int(rng.uniform(0.1, 1.0) * RATE)
    for _ in range(int(rng.integers(1, 9))):
        size = int(rng.uniform(0.06, 0.4) * RATE)
        tone = _tones(rng, size, float(rng.choice(DTMF_LOW)), float(rng.choice(DTMF_HIGH)))
        end = min(length, at + size)
        out[at:end] += tone[: max(0, end - at)]
        at = min(length, at + size + int(rng.uniform(0.05, 0.5) * RATE))
    return out


def ring_back(rng: Random, length: int) -> Audio:
    """The ringing tone of several countries."""
    hz, on, off = _pick(
        rng,
        [
            ((450.0,), 1.0, 4.0),
            ((440.0, 480.0), 2.0, 4.0),
            ((425.0,), 1.0, 4.0),
            ((400.0, 450.0), 0.4, 0.2),
        ],
    )
    return _cadence(_tones(rng, length, *hz), on, off, rng.uniform(-1.0, 1.5))


def busy(rng: Random, length: int) -> Audio:
    """Busy and congestion tones."""
    hz, on, off = _pick(
        rng,
        [
            ((450.0,), 0.35, 0.35),
            ((480.0, 620.0), 0.5, 0.5),
            ((425.0,), 0.5, 0.5),
            ((450.0,), 0.7, 0.7),
            ((425.0,), 0.25, 0.25),
            ((400.0,), 0.375, 0.375),
        ],
    )
    return _cadence(_tones(rng, length, *hz), on, off, rng.uniform(-0.5, 0.5))


def _pick(
    rng: Random, choices: list[tuple[tuple[float, ...], float, float]]
) -> tuple[tuple[float, ...], float, float]:
    return choices[int(rng.integers(len(choices)))]


def dial_tone(rng: Random, length: int) -> Audio:
    """A tone that does not end."""
    hz, _, _ = _pick(rng, [((450.0,), 1, 0), ((350.0, 440.0), 1, 0), ((425.0,), 1, 0)])
    return _tones(rng, length, *hz)


def fax(rng: Random, length: int) -> Audio:
    """A fax machine: calling tone, answer tone, and frequency-shift data."""
    calling = _cadence(_tones(rng, length, 1100.0), 0.5, 3.0, rng.uniform(0, 1.5))
    if rng.random() < 0.4:
        return calling
    answer = _cadence(_tones(rng, length, 2100.0), 3.0, 20.0, rng.uniform(-1.0, 1.0))
    if rng.random() < 0.4:
        return answer
    bits = np.repeat(rng.integers(0, 2, length // 26 + 1), 27)[:length]
    phase = 2 * np.pi * np.cumsum(np.where(bits, 1650.0, 1850.0)) / RATE
    data = _cadence((0.1 * np.sin(phase)).astype(np.float32), rng.uniform(0.8, 3), 1.0, 1.8)
    return (answer * (_seconds(length) < 1.8) + data).astype(np.float32)


def phone_buzz(rng: Random, length: int) -> Audio:
    """A mobile phone near the line: bursts of 217 Hz pulses."""
    pulses = np.zeros(length)
    pulses[np.arange(0, length, RATE / 216.8).astype(int)] = 1.0
    wave = np.convolve(pulses, _knock(rng, 300, 2500, (0.4, 1.2)), mode="same")
    gate = slow(rng, length, rng.uniform(3, 8)) > rng.uniform(0.2, 0.6)
    return _unit(wave * gate + 1e-4 * rng.standard_normal(length))


def typing(rng: Random, length: int) -> Audio:
    """Someone types and says nothing."""
    out = np.zeros(length, np.float32)
    at = 0.0
    while at < length / RATE:
        at += rng.gamma(2.0, rng.uniform(0.05, 0.15))
        for lag, gain in ((0.0, 1.0), (rng.uniform(0.05, 0.12), 0.5)):
            hit = gain * _knock(rng, 900, 3400, (2.0, 9.0))
            start = int((at + lag) * RATE)
            if start < length:
                out[start : start + len(hit)] += hit[: length - start].astype(np.float32)
    return out


def wind(rng: Random, length: int) -> Audio:
    """Wind on a microphone: gusts of deep noise, overdriven at their height."""
    gust = slow(rng, length, rng.uniform(0.5, 3.0)) ** 2
    wave = coloured(rng, length, rng.uniform(1.4, 2.4)) * gust * rng.uniform(3.0, 12.0)
    return np.asarray(np.tanh(wave), np.float32)


def alarm(rng: Random, length: int) -> Audio:
    """A siren, an alarm or a whistle: one gliding or switching tone with harmonics."""
    low, high, beat = rng.uniform(400, 1200), rng.uniform(1200, 2500), rng.uniform(0.5, 6.0)
    swing = np.sin(2 * np.pi * beat * _seconds(length))
    hz = low + (high - low) * (np.sign(swing) if rng.random() < 0.5 else swing) * 0.5
    phase = 2 * np.pi * np.cumsum(hz) / RATE
    return _unit(np.sin(phase) + rng.uniform(0, 0.4) * np.sin(2 * phase))


def special_information(rng: Random, length: int) -> Audio:
    """The three rising tones before “this number is not in service”."""
    out = np.zeros(length, np.float32)
    at = int(rng.uniform(0.1, 2.0) * RATE)
    size = int(0.33 * RATE)
    for hz in (950.0, 1400.0, 1800.0):
        end = min(length, at + size)
        out[at:end] = _tones(rng, size, hz)[: max(0, end - at)]
        at = min(length, at + size)
    return out


def anything(rng: Random, length: int) -> Audio:
    """Tuning only: a random sound that is no voice, to teach what lies beside the known kinds."""
    wave = coloured(rng, length).astype(np.float64)
    low = float(rng.choice([80, 300, 800, 1500]))
    wave = band(wave.astype(np.float32), low, low * rng.uniform(1.3, 12.0)).astype(np.float64)
    wave = _unit(wave).astype(np.float64)
    for _ in range(int(rng.integers(0, 5))):
        hz = rng.uniform(60, 3000) * (1 + rng.choice([0.0, 0.02]) * slow(rng, length, 0.5))
        part = np.sin(2 * np.pi * np.cumsum(hz) / RATE) * rng.uniform(0.02, 0.4)
        wave += part * (slow(rng, length, rng.uniform(0.5, 10)) > rng.choice([-1.0, 0.5]))
    shapes = [np.ones(length), slow(rng, length, rng.uniform(0.5, 12)) ** rng.uniform(0.5, 5)]
    shapes.append((slow(rng, length, rng.uniform(0.5, 8)) > rng.uniform(0.3, 0.8)).astype(float))
    return _unit(wave * shapes[int(rng.integers(len(shapes)))] + 1e-5)


def melody(rng: Random, length: int) -> Audio:
    """Tuning only: notes of some instrument, one after the other or together."""
    out = np.zeros(length)
    at, fall = rng.uniform(0, 1.0), rng.uniform(0.5, 3.0)
    voices = [rng.uniform(0.2, 1.0) / k**fall for k in range(1, int(rng.integers(2, 9)))]
    beat, decay, rise = rng.uniform(0.08, 0.8), rng.uniform(0.05, 1.5), rng.uniform(0.002, 0.08)
    while at < length / RATE:
        t = _seconds(int(RATE * min(4.0, 4 * decay)))
        hz = 440.0 * 2 ** (rng.integers(-24, 25) / 12)
        note = sum(g * np.sin(2 * np.pi * hz * (i + 1) * t) for i, g in enumerate(voices))
        note = np.asarray(note) * np.exp(-t / decay) * np.minimum(1.0, t / rise)
        start = int(at * RATE)
        out[start : start + len(note)] += note[: max(0, length - start)]
        at += beat * float(rng.choice([0.0, 0.5, 1.0, 1.0, 2.0])) + 0.01
    return _unit(out)


PLAIN: dict[str, Maker] = {"line noise": white, "comfort noise": comfort}
TUNED: dict[str, Maker] = {
    "hum": hum,
    "clicks": clicks,
    "breath": breath,
    "handset": handset,
    "street": street,
}
NEVER_TUNED: dict[str, Maker] = {
    "phone buzz": phone_buzz,
    "typing": typing,
    "wind": wind,
    "alarm": alarm,
}
TONES: dict[str, Maker] = {"dtmf": dtmf, "ring-back": ring_back, "busy": busy, "fax": fax}
TONES_NEVER_TUNED: dict[str, Maker] = {"special information": special_information}
TUNING_ONLY: dict[str, Maker] = {"anything": anything, "dial tone": dial_tone, "melody": melody}
