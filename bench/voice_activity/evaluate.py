"""Lets the ear hear the labelled windows, fifty lines at a time."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from bench.voice_activity import made
from bench.voice_activity.kept import pcm, windows_of
from bench.voice_activity.windows import CORE, OURS, PLAIN, Room, Window, kinds, window
from line.vad import FRAME_BYTES, HeardEvent, VoiceActivity, VoiceDecision, VoiceStarted

TICK_S = 0.02
LINES = 50
SOFT_BEGINNING_S = 0.3
CORE_COUNT, DEAD_COUNT = 600, 150  # windows of each kind: 9,000 in all
MORE = {"quiet": 2, "line noise": 3, "comfort noise": 3, "echo": 3}
POLICY = ("music", "ringtones", "loud echo")  # reported, no bar: what to do about them is a policy


@dataclass(frozen=True)
class Outcome:
    """What the ear made of one window. Times in s, levels in dBFS."""

    window: Window
    voices: tuple[tuple[float, float], ...]  # from, to
    level_dbfs: float | None
    too_quiet: bool

    @property
    def decided_s(self) -> float | None:
        """When the caller was heard: the first voice, or the onset when one was on already.

        The onset is where the level says so; a soft beginning may be heard a little before. Where
        nobody speaks any voice at all counts.
        """
        if self.window.onset_s is None:
            return self.voices[0][0] if self.voices else None
        earliest = self.window.onset_s - SOFT_BEGINNING_S
        late = [max(start, earliest) for start, end in self.voices if end > self.window.onset_s]
        return late[0] if late else None

    @property
    def wrong(self) -> bool:
        """A caller taken for silence, or nothing taken for a caller."""
        return (self.decided_s is None) == (self.window.onset_s is not None)

    @property
    def late_ms(self) -> float | None:
        """How long after the onset the voice was reported; None when it was on before."""
        if self.decided_s is None or self.window.onset_s is None:
            return None
        late = self.decided_s - self.window.onset_s
        return 1000.0 * late if late > -SOFT_BEGINNING_S else None


def heard(room: Room, share: float, ear: VoiceActivity | None = None) -> Iterator[Outcome]:
    """All windows of a half, or a `share` of them, kind by kind."""
    ear = ear or VoiceActivity()
    for kind in kinds(room):
        count = (CORE_COUNT if kind in CORE else DEAD_COUNT) * MORE.get(kind, 1)
        count = max(4, round(count * share))
        for start in range(0, count, LINES):
            size = min(LINES, count - start)
            yield from _listen(ear, windows_of(room, kind, start, size))


def _listen(ear: VoiceActivity, windows: list[Window]) -> Iterator[Outcome]:
    hearings = [VoiceDecision() for _ in windows]
    calls = [pcm(w.heard).tobytes() for w in windows]
    prompts = [None if w.prompt is None else pcm(w.prompt).tobytes() for w in windows]
    voices: list[list[tuple[float, float]]] = [[] for _ in windows]
    for tick in range(len(calls[0]) // FRAME_BYTES):
        span = slice(tick * FRAME_BYTES, (tick + 1) * FRAME_BYTES)
        lines = [
            (hearing, call[span], None if prompt is None else prompt[span])
            for hearing, call, prompt in zip(hearings, calls, prompts, strict=True)
        ]
        for i, events in enumerate(ear.hear(lines, (tick + 1) * TICK_S)):
            _note(voices[i], events)
    for w, spans, hearing in zip(windows, voices, hearings, strict=True):
        yield Outcome(w, tuple(spans), hearing.level_dbfs(), hearing.too_quiet())


def _note(voices: list[tuple[float, float]], events: list[HeardEvent]) -> None:
    for event in events:
        if isinstance(event, VoiceStarted):
            voices.append((event.at, float("inf")))
        else:
            voices[-1] = (voices[-1][0], event.at)


def cost_us(room: Room, ear: VoiceActivity | None = None) -> float:
    """Microseconds a frame with fifty lines a tick: talking, silent, humming, under a prompt."""
    ear = ear or VoiceActivity()
    mixed = ("normal", "noisy", "line noise", "hum", "over prompt")
    windows = [window(room, mixed[i % len(mixed)], i) for i in range(LINES)]
    best = float("inf")
    for _ in range(3):
        before = time.process_time()
        list(_listen(ear, windows))
        best = min(best, time.process_time() - before)
    return 1e6 * best / (LINES * 250)


def groups(room: Room) -> dict[str, list[str]]:
    """The kinds behind each bar."""
    real = [kind for kind in room.noises() if kind not in POLICY]
    return {
        "core": list(CORE),
        "plain": list(PLAIN),
        "disturbed": list(made.TUNED),
        "never tuned": [*made.NEVER_TUNED, *real],
        "tones": [*made.TONES, *made.TONES_NEVER_TUNED],
        "echo": ["echo", f"echo of {OURS}"],
    }
