"""Voice activity on a line, frame by frame."""

from pathlib import Path

import numpy as np
import pytest

from line import vad_echo
from line.vad import (
    FRAME_BYTES,
    HeardEvent,
    VoiceActivity,
    VoiceDecision,
    VoiceStarted,
    VoiceStopped,
)
from line.vad_level import NoiseFloor, SpeechLevel, dbfs
from line.vad_network import MEMORY, Network
from sounds.sound import from_mulaw

TICK_S = 0.02
SILENCE = bytes(FRAME_BYTES)
SHIPPED = Path(__file__).parents[2] / "sounds" / "shipped"


def speech(seconds: float, level_dbfs: float = -20.0, prompt: str = "zh/sil1_second") -> bytes:
    """One of our own prompts, spoken by a caller."""
    said = from_mulaw((SHIPPED / f"{prompt}.ulaw").read_bytes()).samples
    said = said[int(np.argmax(np.abs(said) > 0.05)) :]
    said = np.tile(said, 5)[: int(seconds * 8000)]
    said = said * 10 ** (level_dbfs / 20) / np.sqrt(np.mean(np.square(said)))
    return bytes(np.clip(said * 32768, -32768, 32767).astype("<i2").tobytes())


def frames(audio: bytes, size: int = FRAME_BYTES) -> list[bytes]:
    return [audio[i : i + size] for i in range(0, len(audio), size)]


def heard(vad: VoiceActivity, hearing: VoiceDecision, pieces: list[bytes]) -> list[HeardEvent]:
    return [
        event
        for tick, piece in enumerate(pieces)
        for event in vad.hear_one(hearing, piece, tick * TICK_S)
    ]


def broken_network() -> Network:
    whole = Network.load()
    return Network(
        **{name: getattr(whole, name) for name in Network.__slots__ if name != "score_bias"},
        score_bias=np.full_like(whole.score_bias, np.nan),
    )


def test_a_caller_who_speaks_is_heard_and_the_end_of_it_too() -> None:
    hearing = VoiceDecision()
    events = heard(VoiceActivity(), hearing, [SILENCE] * 40 + frames(speech(1.5)) + [SILENCE] * 60)
    started, stopped = events
    assert isinstance(started, VoiceStarted)
    assert isinstance(stopped, VoiceStopped)
    assert 0.8 <= started.at <= 0.8 + 0.5
    assert stopped.at > 0.8 + 1.5
    assert hearing.voice is False


def test_nothing_is_heard_on_a_dead_line() -> None:
    hearing = VoiceDecision()
    assert heard(VoiceActivity(), hearing, [SILENCE] * 250) == []
    assert hearing.level_dbfs() is None
    assert not hearing.too_quiet()


def test_audio_cut_anywhere_is_heard_as_if_it_came_whole() -> None:
    call = SILENCE * 20 + speech(1.0)
    whole = [0.0, *heard_levels(call, FRAME_BYTES)]
    assert whole == [0.0, *heard_levels(call, 202)]


def test_half_a_sample_too_much_in_every_frame_is_dropped() -> None:
    call = frames(SILENCE * 20 + speech(1.0))
    stray = [frame + b"\1" for frame in call]
    assert (
        heard(VoiceActivity(), VoiceDecision(), stray)
        == heard(VoiceActivity(), VoiceDecision(), call)
        != []
    )


def heard_levels(call: bytes, size: int) -> list[float]:
    events = heard(VoiceActivity(), VoiceDecision(), frames(call, size))
    return [event.level_dbfs for event in events if isinstance(event, VoiceStarted)]


@pytest.mark.parametrize("piece", [b"", b"\1", SILENCE[:-1], SILENCE + b"\1", SILENCE * 40])
def test_frames_of_any_length_harm_nobody(piece: bytes) -> None:
    vad, hearing = VoiceActivity(), VoiceDecision()
    assert heard(vad, hearing, [piece] * 30) == []
    assert heard(vad, hearing, [*frames(speech(1.5))])
    assert vad.hear([(hearing, SILENCE, piece)], 3.0) == [[]]


def test_a_line_that_loses_a_third_of_its_frames_is_still_heard() -> None:
    pieces = [frame for i, frame in enumerate(frames(speech(2.0))) if i % 3]
    assert heard(VoiceActivity(), VoiceDecision(), [SILENCE] * 20 + pieces)


def test_many_lines_are_heard_as_each_would_be_alone() -> None:
    rng = np.random.default_rng(1)
    calls = [frames(speech(1.2, level)) for level in (0.2, 0.05, 0.01)]
    calls.append(frames(rng.integers(-200, 200, 9600).astype("<i2").tobytes()))
    vad, hearings = VoiceActivity(), [VoiceDecision() for _ in calls]
    together: list[list[HeardEvent]] = [[] for _ in calls]
    for tick in range(60):
        lines = [(h, call[tick], None) for h, call in zip(hearings, calls, strict=True)]
        for mine, events in zip(together, vad.hear(lines, tick * TICK_S), strict=True):
            mine.extend(events)
    alone = [heard(VoiceActivity(), VoiceDecision(), call[:60]) for call in calls]
    assert [[type(e) for e in events] for events in together] == [
        [type(e) for e in events] for events in alone
    ]
    assert together[0]
    assert not together[3]


def test_our_own_prompt_coming_back_is_not_taken_for_the_caller() -> None:
    prompt = frames(speech(3.0))
    echo = [SILENCE] * 6 + frames((np.frombuffer(speech(3.0), "<i2") // 20).tobytes())
    vad, hearing = VoiceActivity(), VoiceDecision()
    events = [vad.hear_one(hearing, e, 0.0, prompt=p) for p, e in zip(prompt, echo, strict=False)]
    assert not any(events)


def test_what_is_known_of_prompts_may_be_forgotten_while_they_play(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prompt = frames(speech(2.0))
    caller = frames(speech(2.0, -30.0, prompt="en/sil1_second"))

    def events() -> list[HeardEvent]:
        vad, hearing = VoiceActivity(), VoiceDecision()
        said = zip(caller, prompt, strict=True)
        return [e for c, p in said for e in vad.hear_one(hearing, c, 0.0, prompt=p)]

    by_heart = events()
    assert by_heart
    monkeypatch.setattr(vad_echo, "STEPS_KEPT", 20)
    assert events() == by_heart


def test_a_prompt_is_over_three_hundred_milliseconds_after_its_last_frame() -> None:
    vad, hearing = VoiceActivity(), VoiceDecision()
    vad.hear_one(hearing, SILENCE, 0.0, prompt=frames(speech(1.0))[20])
    for _ in range(14):
        vad.hear_one(hearing, SILENCE, 0.0)
    assert hearing.echo.possible
    vad.hear_one(hearing, SILENCE, 0.0)
    assert not hearing.echo.possible


@pytest.mark.parametrize("network", [None, "broken"])
def test_without_the_network_a_caller_is_heard_all_the_same(
    network: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> Network:
        raise OSError("no such file")

    if network is None:
        monkeypatch.setattr(Network, "load", staticmethod(missing))
        vad = VoiceActivity()
    else:
        vad = VoiceActivity(broken_network())
    events = heard(vad, VoiceDecision(), [SILENCE] * 20 + frames(speech(1.0)))
    assert isinstance(events[0], VoiceStarted)
    assert vad.fault


def test_without_the_network_our_own_prompt_still_is_no_caller() -> None:
    prompt = frames(speech(2.0))
    echo = frames((np.frombuffer(speech(2.0), "<i2") // 20).tobytes())
    vad, hearing = VoiceActivity(broken_network()), VoiceDecision()
    assert not any(
        vad.hear_one(hearing, e, 0.0, prompt=p) for p, e in zip(prompt, echo, strict=True)
    )


def test_weights_of_another_shape_are_refused(tmp_path: Path) -> None:
    whole = Network.load()
    cut = {name: getattr(whole, name) for name in Network.__slots__}
    cut["again"] = cut["again"][: MEMORY // 2]
    np.savez(tmp_path / "cut.npz", **cut)
    with pytest.raises(ValueError, match="shape"):
        Network.load(tmp_path / "cut.npz")


def test_a_faint_caller_is_too_quiet_until_asked_to_speak_up() -> None:
    """SIL-3."""
    vad, hearing = VoiceActivity(), VoiceDecision()
    heard(vad, hearing, [SILENCE] * 20 + frames(speech(2.0, -46.0)))
    assert hearing.too_quiet()
    hearing.reset_level()
    assert not hearing.too_quiet()
    heard(vad, hearing, frames(speech(2.0, -22.0)))
    level = hearing.level_dbfs()
    assert level is not None
    assert abs(level + 22) < 3
    assert not hearing.too_quiet()


def test_the_level_leaves_the_noise_of_the_line_out() -> None:
    speech, floor = SpeechLevel(), NoiseFloor()
    for _ in range(50):
        floor.hear(1e-5)
    for _ in range(20):
        speech.hear(1e-4 + 1e-5, floor.power)
    level = speech.dbfs()
    assert level is not None
    assert abs(level + 40.0) < 0.1


def test_the_floor_rises_again_three_seconds_after_the_line_became_noisy() -> None:
    floor = NoiseFloor()
    for power in [1e-8] * 50 + [1e-4] * 200:
        floor.hear(power)
    assert floor.power == 1e-4
    assert dbfs(0.0) == -96.0
