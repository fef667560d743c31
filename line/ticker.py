"""The 20 ms tick of all lines: one packet out, what came in, voice activity detected.

Deadlines are absolute, so that a prompt lasts as long as it is; a loop that was late catches up
a few ticks and forgives the rest. An error on one line ends that line only.
"""

import asyncio
from typing import Final, Protocol

import structlog

from line import metrics
from line.line import Line
from line.vad import HeardEvent, VoiceActivity, VoiceDecision
from line.wire import FRAME_SECONDS

_log = structlog.get_logger(__name__)
_CATCH_UP: Final = 10
"""Ticks made up at once after the loop was late (200 ms); older ones are forgiven."""
_BEHIND: Final = 3
"""Frames that may wait before two of a line are heard in one tick."""


class Leg(Protocol):
    """The socket's side of a line."""

    def send(self, packet: bytes) -> None: ...

    def receive(self) -> None:
        """Take in what has arrived since the last tick: frames and keys go to the line."""


class Ticker:
    """Ticks for every open line."""

    def __init__(self, vad: VoiceActivity) -> None:
        self._vad = vad
        self._lines: dict[Line, Leg] = {}
        self._wanted = asyncio.Event()

    def add(self, line: Line, leg: Leg) -> None:
        self._lines[line] = leg
        self._wanted.set()

    def remove(self, line: Line) -> None:
        self._lines.pop(line, None)

    @property
    def lines(self) -> int:
        return len(self._lines)

    async def run(self) -> None:
        """Tick until cancelled."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            if not self._lines:
                self._wanted.clear()
                await self._wanted.wait()
                due = loop.time()
            late = loop.time() - due
            metrics.LATENESS.observe(max(late, 0.0))
            if late > _CATCH_UP * FRAME_SECONDS:
                due = loop.time()
            self._beat(loop.time())
            due += FRAME_SECONDS
            await asyncio.sleep(max(due - loop.time(), 0.0))

    def _beat(self, now: float) -> None:
        for line, leg in list(self._lines.items()):
            leg.send(line.next_packet())
            leg.receive()
        self._listen([line for line in self._lines if line.frames], now)
        if behind := [line for line in self._lines if len(line.frames) >= _BEHIND]:
            self._listen(behind, now)

    def _listen(self, lines: list[Line], now: float) -> None:
        batch: list[tuple[VoiceDecision, bytes, bytes | None]] = []
        listening: list[Line] = []
        for line in lines:
            frame = line.frames.popleft()
            if line.held:
                continue
            line.sounded(frame, now)
            if not line.deaf:
                listening.append(line)
                batch.append((line.hearing, frame, line.playing))
        if not batch:
            return
        for line, events in zip(listening, self._hear(batch, now), strict=True):
            if events:
                line.heard(events)
        for line, (hearing, frame, prompt) in zip(listening, batch, strict=True):
            if line.listened is not None:
                line.listened.add(frame, hearing.score, prompt)

    def _hear(
        self, batch: list[tuple[VoiceDecision, bytes, bytes | None]], now: float
    ) -> list[list[HeardEvent]]:
        try:
            return self._vad.hear(batch, now)
        except Exception:  # noqa: BLE001 - the edge of one tick: callers keep hearing their prompts
            metrics.VAD_FAILURES.inc()
            _log.exception("voice activity detection failed for one tick", lines=len(batch))
            return [[] for _ in batch]
