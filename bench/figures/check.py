"""Whether each figure says what the people noted (docs/figures.md). Does no I/O.

Counts are exact. Lengths may differ by what a telephone needs to say that it was put down.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.figures.book import Book, Page

CLOSE_S = 0.35
"""Each end of a length is told by two witnesses; on a busy machine they differ by this at most."""
ASKED_S = 1.5
"""A caller cannot hear when the queue begins: words are said before, about as long as these are."""

Said = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Lie:
    """A figure that does not say what people noted."""

    where: str
    figure: str
    said: object
    noted: object

    def __str__(self) -> str:
        return f"{self.where}: {self.figure} says {self.said}, people noted {self.noted}"


def call_lies(page: Page, said: Said, *, words_s: float) -> Iterator[Lie]:
    """Yield what the API says of one call and is not so; `words_s`: the words before the queue."""
    where = f"{page.kind} {page.ref}"
    yield from _counts(where, _noted_of(page), _said_of(said))
    yield from _lengths(where, _noted_lengths(page), said)
    yield from _lengths(where, {"length": page.ended - page.answered}, {"length": _length(said)})
    if page.parts:
        waited = page.parts[0].began - page.asked_at - words_s
        yield from _lengths(where, {"waited_s": waited}, said, close_s=ASKED_S)
    parts = zip(page.parts, said["segments"], strict=False)
    for number, (part, segment) in enumerate(parts):
        noted = {"talk_s": part.ended - part.began - part.held_s, "held_s": part.held_s}
        yield from _lengths(f"{where}, segment {number}", noted, segment)


def board_lies(book: Book, board: Said) -> Iterator[Lie]:
    """Yield what the wallboard says of the day and is not so; everybody is at rest."""
    noted = {
        "waiting": 0,
        "answered": sum(bool(page.parts) for page in book.pages),
        "abandoned": book.count("abandoned_queue"),
        "sent_on": book.count("message", "promised"),
        "missed": sum(sum(page.misses.values()) for page in book.pages),
    }
    yield from _counts("wallboard", noted, board)
    for agent in board["agents"]:
        yield from _agent_lies(book, agent)


def _agent_lies(book: Book, agent: Said) -> Iterator[Lie]:
    number, today = str(agent["number"]), agent["today"]
    where, parts = f"agent {number}", book.parts_of(number)
    counts = {"missed": book.misses_of(number), "calls": book.calls_of(number)}
    yield from _counts(where, counts, {**today, "missed": agent["missed"]})
    talk_s = sum(part.ended - part.began - part.held_s for part in parts)
    lengths = {"talk_s": talk_s, "held_s": sum(part.held_s for part in parts)}
    yield from _lengths(where, lengths, today, close_s=CLOSE_S * max(1, len(parts)))
    wrapped = {"wrap_up_s": book.wrap_up_s.get(number, 0.0)}
    yield from _lengths(where, wrapped, today, close_s=CLOSE_S * max(1, len(parts)))


def page_lies(page: Page, said: Said, shown: Mapping[str, str]) -> Iterator[Lie]:
    """Yield where the call's page shows another figure than the API says."""
    told = {
        "talk": _clock(said["talk_s"]),
        "hold": _clock(said["held_s"] or None),
        "message": _clock(said["message_s"]),
        "waited": _clock(said["waited_s"]),
        "agents": " ".join(str(one["agent"]) for one in said["segments"]),
        "lifts": str(len(said["segments"])),
    }
    yield from _counts(f"page of {page.kind} {page.ref}", told, shown)


def _noted_of(page: Page) -> Said:
    return {
        "disposition": page.outcome,
        "hung_up_by": page.hung_up_by,
        "agent": page.parts[0].agent if page.parts else None,
        "segments": [(part.agent, part.how) for part in page.parts],
        "misses": dict(sorted(page.misses.items())),
    }


def _said_of(said: Said) -> Said:
    missed: dict[str, int] = {}
    for miss in said["misses"]:
        missed[miss["agent"]] = missed.get(miss["agent"], 0) + 1
    return {
        **said,
        "segments": [(one["agent"], one["how"]) for one in said["segments"]],
        "misses": dict(sorted(missed.items())),
    }


def _noted_lengths(page: Page) -> Mapping[str, float | None]:
    return {"talk_s": page.talk_s, "held_s": page.held_s, "message_s": page.message_s}


def _length(said: Said) -> float:
    return float(said["ended_at"] - said["answered_at"])


def _counts(where: str, noted: Said, said: Said) -> Iterator[Lie]:
    for figure, value in noted.items():
        if said.get(figure) != value:
            yield Lie(where, figure, said.get(figure), value)


def _lengths(
    where: str, noted: Mapping[str, float | None], said: Said, *, close_s: float = CLOSE_S
) -> Iterator[Lie]:
    for figure, value in noted.items():
        told = said.get(figure)
        if value is None or told is None:
            if value is not told:
                yield Lie(where, figure, told, value)
        elif abs(float(told) - value) > close_s:
            yield Lie(where, figure, round(float(told), 2), round(value, 2))


def _clock(seconds: float | None) -> str:
    """Return a length as pages show it; a dash for none."""
    if seconds is None:
        return "–"
    whole = max(0, round(seconds))
    return f"{whole // 60}:{whole % 60:02d}"


def kinds(lies: Sequence[Lie]) -> Mapping[str, int]:
    """Return how often each figure lied."""
    found: dict[str, int] = {}
    for lie in lies:
        found[lie.figure] = found.get(lie.figure, 0) + 1
    return found
