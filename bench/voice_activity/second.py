"""Hears whole SIL-1 sequences as a line does: the first opinion always, the second at the end.

What counts is the moment of the hang-up: whether the call goes on by then.
"""

import time
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.voice_activity.kept import pcm
from bench.voice_activity.report import Figure, bars_table
from bench.voice_activity.sequences import Sequence as Sil1
from bench.voice_activity.sequences import kinds, sequence
from bench.voice_activity.windows import Room
from line.listened import Listened
from line.second_opinion import SecondOpinion
from line.second_rule import a_voice
from line.vad import FRAME_BYTES, VoiceActivity, VoiceDecision

HEARINGS = Path(__file__).with_name("hearings.toml")
LINES = 25
CORE_COUNT, DEAD_COUNT = 300, 60
BARS = {"core": 0.05, "plain": 0.5, "disturbed": 2.0, "never met": 15.0}
"""At most so many of a hundred may be judged wrongly; of the others no bar is set."""


@dataclass(frozen=True)
class Judged:
    """One sequence: its kind, whether somebody spoke, who heard a voice."""

    kind: str
    spoken: bool
    first: bool
    second: bool

    @property
    def wrong(self) -> bool:
        """Whether a caller is hung up on, or a line without one stays open."""
        return (self.first or self.second) != self.spoken

    @property
    def wrong_before(self) -> bool:
        """The same without the second opinion."""
        return self.first != self.spoken


def judged(room: Room, share: float) -> Iterator[Judged]:
    """All sequences of a half, or a `share` of them."""
    ear, second = VoiceActivity(), SecondOpinion()
    for group, names in kinds(room).items():
        count = max(4, round((CORE_COUNT if group == "core" else DEAD_COUNT) * share))
        for kind in names:
            for start in range(0, count, LINES):
                numbers = range(start, min(count, start + LINES))
                yield from _heard(ear, second, [sequence(room, kind, i) for i in numbers])


def _heard(ear: VoiceActivity, second: SecondOpinion, some: list[Sil1]) -> Iterator[Judged]:
    hearings, kept = [VoiceDecision() for _ in some], [Listened() for _ in some]
    calls = [pcm(s.heard).tobytes() for s in some]
    ours = [pcm(s.prompt).tobytes() for s in some]
    first = [False] * len(some)
    for start in range(0, len(calls[0]), FRAME_BYTES):
        span = slice(start, start + FRAME_BYTES)
        lines = [
            (hearing, call[span], prompt[span] if any(prompt[span]) else None)
            for hearing, call, prompt in zip(hearings, calls, ours, strict=True)
        ]
        ear.hear(lines, start / FRAME_BYTES * 0.02)
        for i, (hearing, frame, prompt) in enumerate(lines):
            first[i] = first[i] or hearing.voice
            kept[i].add(frame, hearing.score, prompt)
    for one, before, listened in zip(some, first, kept, strict=True):
        passage = listened.passage()
        after = a_voice(second.probabilities(passage), passage.scores)
        yield Judged(one.kind, one.spoken, before, after)


def cost_ms(room: Room) -> float:
    """Processor time of one second opinion of a whole sequence, ms."""
    second = SecondOpinion()
    listened = Listened()
    one = sequence(room, "normal", 0)
    heard, ours = pcm(one.heard).tobytes(), pcm(one.prompt).tobytes()
    for at in range(0, len(heard), FRAME_BYTES):
        listened.add(heard[at : at + FRAME_BYTES], -5.0, ours[at : at + FRAME_BYTES])
    second.probabilities(listened.passage())
    before = time.process_time()
    second.probabilities(listened.passage())
    return 1000.0 * (time.process_time() - before)


def figures(found: Sequence[Judged], room: Room) -> list[Figure]:
    """Each bar; tones and the echo of our prompt have none."""
    shown = []
    for group, names in kinds(room).items():
        chosen = [j for j in found if j.kind in names]
        wrong = 100.0 * sum(j.wrong for j in chosen) / len(chosen)
        shown.append(Figure(f"{group}: wrong, %", wrong, BARS.get(group, 100.0), len(chosen)))
    return shown


def table(found: Sequence[Judged], room: Room) -> str:
    """Markdown: the bars, then each kind, with and without the second opinion."""
    rows = [
        "| kind | sequences | wrong, first alone | wrong, both |",
        "|---|---|---|---|",
    ]
    for kind in dict.fromkeys(j.kind for j in found):
        chosen = [j for j in found if j.kind == kind]
        before, after = sum(j.wrong_before for j in chosen), sum(j.wrong for j in chosen)
        rows.append(f"| {kind} | {len(chosen)} | {before} | {after} |")
    return "\n\n".join([bars_table(figures(found, room)), "\n".join(rows)])


def heard_so_often() -> int:
    """Return how often the set kept apart was heard whole."""
    return len(tomllib.loads(HEARINGS.read_text()).get("hearing", [])) if HEARINGS.exists() else 0


def note_hearing(found: Sequence[Judged], room: Room) -> None:
    """Write down that the set kept apart was heard, and what came out."""
    said = [f'\n[[hearing]]\nat = "{datetime.now(UTC):%Y-%m-%d %H:%M}"']
    said += [f'"{f.name}" = {f.value:.3f}  # of {f.of}' for f in figures(found, room)]
    with HEARINGS.open("a") as file:
        file.write("\n".join(said) + "\n")
