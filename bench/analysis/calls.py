"""Builds calls whose every talk, interruption and dead air is known. Deterministic by its number.

A call is a minute of moves: turns, words of agreement, turns that overlap a little, interruptions
of both kinds, dead air, a hold with music. Then come the lines (`lines.py`).
"""

import hashlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import numpy as np

from bench.analysis.lines import Line, heard, line_of
from bench.analysis.speech import Utterance, speakers
from bench.analysis.spoken import Passage, cut, passage
from bench.voice_activity.catalogue import Half
from bench.voice_activity.shelf import noises
from bench.voice_activity.telephone import RATE, at_level
from bench.voice_activity.types import Audio, Random
from recordings.analysis.conversation import By
from recordings.analysis.result import Span

LENGTH_S: Final = 45.0
"""When the last move begins."""
ROOM_S: Final = 100.0
DEAD_S: Final = 3.0
"""From here on a silence is dead air."""
SHARES: Final = {"kokoro": 0.35, "espeak": 0.15, "printed": 0.2, "real": 0.3}
"""How often a speaker is of a source."""
MUSIC: Final[dict[Half, str]] = {"tune": "real music", "test": "music"}
MOVES: Final = {
    "turn": 0.42,
    "yes": 0.12,
    "gives way": 0.14,
    "both go on": 0.06,
    "overlap": 0.08,
    "dead air": 0.12,
    "hold": 0.06,
}


@dataclass(frozen=True)
class Known:
    """A passage of which the syllables are known."""

    span: Span
    syllables: int


@dataclass
class Party:
    """One side while a call is built."""

    source: str
    speaker: str
    said: list[Utterance]
    line: Line
    clean: Audio = field(default_factory=lambda: np.zeros(int(ROOM_S * RATE), np.float32))
    talks: list[Span] = field(default_factory=list)
    known: list[Known] = field(default_factory=list)


@dataclass(frozen=True)
class Call:
    """A built call: left the caller, right ours."""

    number: int
    samples: np.ndarray[tuple[int, int], np.dtype[np.int16]]
    """(samples, 2)."""
    parties: tuple[Party, Party]
    interruptions: tuple[tuple[float, By], ...]
    stretches: tuple[Span, ...]
    """The call without its holds."""


def call(half: Half, number: int) -> Call:
    """Return a call of a half."""
    seed = hashlib.sha256(f"{half}/call/{number}".encode()).digest()
    return _Script(np.random.default_rng(int.from_bytes(seed[:8], "little")), half, number).built()


def calls(half: Half, numbers: Iterable[int]) -> Iterator[Call]:
    """Give calls of a half in order, built by as many processes as there are cores."""
    with ProcessPoolExecutor() as pool:
        yield from pool.map(partial(call, half), numbers, chunksize=4)


class _Script:
    """A call while it is built; `_at` is where the last word ended."""

    def __init__(self, rng: Random, half: Half, number: int) -> None:
        self._rng, self._half, self._number = rng, half, number
        self._parties = (self._party(), self._party())
        self._at = float(rng.uniform(0.3, 1.2))
        self._speaks = int(rng.integers(2))
        self._interruptions: list[tuple[float, By]] = []
        self._holds: list[Span] = []
        self._music = np.zeros(int(ROOM_S * RATE), np.float32)

    def built(self) -> Call:
        makers = {
            "turn": self._turn,
            "yes": self._yes,
            "gives way": self._gives_way,
            "both go on": self._both_go_on,
            "overlap": self._overlap,
            "dead air": self._dead_air,
            "hold": self._hold,
        }
        self._say(self._speaks, self._at, self._passage(self._speaks, 2.0))
        while self._at < LENGTH_S:
            move = str(self._rng.choice(list(MOVES), p=list(MOVES.values())))
            if self._rng.random() < 0.8:
                self._speaks = 1 - self._speaks
            makers[move]()
        return self._finished(self._at + self._rng.uniform(0.4, 1.2))

    def _party(self) -> Party:
        source = str(self._rng.choice(list(SHARES), p=list(SHARES.values())))
        shelf = speakers(self._half, source)
        names = sorted(shelf)
        speaker = names[int(self._rng.integers(len(names)))]
        return Party(source, speaker, shelf[speaker], line_of(self._rng, self._half))

    def _passage(self, side: int, least_s: float) -> Passage:
        party = self._parties[side]
        found = passage(self._rng, party.said, party.line.level_db, least_s=least_s)
        most_s = least_s + 6.0
        return found if found.end_s <= most_s else cut(found, most_s)

    def _say(self, side: int, at_s: float, what: Passage) -> None:
        """Have a side say something, and go to its end."""
        party = self._parties[side]
        begin = round(at_s * RATE) - what.lead
        audio = what.audio[max(0, -begin) :]
        begin = max(0, begin)
        end = min(len(party.clean), begin + len(audio))
        party.clean[begin:end] += audio[: end - begin]
        party.talks += [Span(at_s + one.begin_s, at_s + one.end_s) for one in what.talks]
        if what.syllables is not None:
            party.known.append(Known(Span(at_s, at_s + what.end_s), what.syllables))
        self._at = max(self._at, at_s + what.end_s)

    def _turn(self, gap: tuple[float, float] = (0.4, 1.6)) -> None:
        at = self._at + self._rng.uniform(*gap)
        self._say(self._speaks, at, self._passage(self._speaks, self._rng.uniform(1.0, 5.0)))

    def _yes(self) -> None:
        """One talks, the other says a word of agreement."""
        at, long = self._long(4.0)
        word = cut(self._passage(1 - self._speaks, 1.0), self._rng.uniform(0.35, 0.6))
        self._say(self._speaks, at, long)
        self._say(1 - self._speaks, at + self._rng.uniform(0.8, long.end_s - 2.0), word)

    def _overlap(self) -> None:
        """One begins in the last moment of the other."""
        at, long = self._long(2.0)
        self._say(self._speaks, at, long)
        begin = at + long.end_s - self._rng.uniform(0.08, 0.28)
        self._say(1 - self._speaks, begin, self._passage(1 - self._speaks, 2.0))

    def _gives_way(self) -> None:
        at, long = self._long(4.0)
        begin = self._within(long, 1.0, long.end_s - 1.8)
        if begin is None:
            return
        short = cut(long, begin + self._rng.uniform(0.8, 1.4))
        if short.end_s < begin + 0.7:  # it broke off in a pause
            return
        self._say(self._speaks, at, short)
        self._interrupt(at + begin, 3.0)

    def _both_go_on(self) -> None:
        at, long = self._long(6.0)
        begin = self._within(long, 1.0, long.end_s - 3.5)
        if begin is None:
            return
        self._say(self._speaks, at, long)
        self._interrupt(at + begin, 3.2)

    def _interrupt(self, at_s: float, least_s: float) -> None:
        by = 1 - self._speaks
        self._say(by, at_s, self._passage(by, least_s))
        self._interruptions.append((at_s, "ours" if by else "caller"))

    def _dead_air(self) -> None:
        self._turn((DEAD_S + 0.8, DEAD_S + 4.0))

    def _hold(self) -> None:
        """We play music to the caller."""
        if self._holds:
            return
        begin, seconds = self._at + 0.5, self._rng.uniform(5.0, 9.0)
        pieces = noises(self._half)[MUSIC[self._half]]
        piece = pieces[int(self._rng.integers(len(pieces)))]
        first = int(self._rng.integers(max(1, len(piece) - int(seconds * RATE))))
        music = at_level(piece[first : first + int(seconds * RATE)], self._rng.uniform(-32, -18))
        self._music[int(begin * RATE) :][: len(music)] = music
        self._holds.append(Span(begin - 0.1, begin + len(music) / RATE + 0.1))
        self._at = self._holds[-1].end_s

    def _long(self, least_s: float) -> tuple[float, Passage]:
        at = self._at + self._rng.uniform(0.8, 1.4)
        return at, self._passage(self._speaks, least_s)

    def _within(self, long: Passage, first_s: float, last_s: float) -> float | None:
        """Return a moment well within a talk of a passage."""
        for _ in range(20):
            at = self._rng.uniform(first_s, last_s)
            if any(one.begin_s + 0.15 < at < one.end_s - 0.3 for one in long.talks):
                return float(at)
        return None

    def _finished(self, end_s: float) -> Call:
        size = int(end_s * RATE)
        caller, ours = self._parties
        for party in self._parties:
            party.clean, party.said = party.clean[:size].copy(), []
            party.talks.sort(key=lambda one: one.begin_s)
        sent = (caller.clean, ours.clean + self._music[:size])
        sides = [
            heard(self._rng, self._half, party.line, sent[place], sent[1 - place])
            for place, party in enumerate(self._parties)
        ]
        return Call(
            self._number,
            np.stack(sides, axis=1),
            self._parties,
            tuple(self._interruptions),
            _without(self._holds, end_s),
        )


def _without(holds: list[Span], end_s: float) -> tuple[Span, ...]:
    edges = [0.0, *(edge for hold in holds for edge in (hold.begin_s, hold.end_s)), end_s]
    return tuple(
        Span(begin, end) for begin, end in zip(edges[::2], edges[1::2], strict=True) if begin < end
    )
