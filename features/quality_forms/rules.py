"""What a form of inspection consists of, and what a score comes to. Does no I/O.

A form has sections, a section has items. An item has a weight; a fatal item makes the whole score
0 when it is not kept. What does not apply is left out with its weight (QA-2).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final

MOST_SECTIONS: Final = 12
MOST_ITEMS: Final = 60
"""Items of a whole form."""
MOST_WEIGHT: Final = 100


class Thing(StrEnum):
    """What is inspected (QA-2)."""

    CALL = "call"
    TICKET = "ticket"
    KNOWLEDGE = "knowledge"


class Answer(StrEnum):
    """What an inspector says of one item."""

    FULL = "full"  # kept
    PARTLY = "partly"  # half of its weight
    NONE = "none"  # not kept
    NOT_APPLICABLE = "na"  # left out, with its weight


SHARE: Final[Mapping[Answer, Fraction]] = {
    Answer.FULL: Fraction(1),
    Answer.PARTLY: Fraction(1, 2),
    Answer.NONE: Fraction(0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question of a form."""

    key: int
    """The same in all versions of a form."""
    words: str
    weight: int
    fatal: bool = False
    na: bool = False
    """Whether an inspector may say that it does not apply."""

    @property
    def answers(self) -> Sequence[Answer]:
        """Return what may be said of it: a fatal item is kept or not."""
        said = [Answer.FULL, Answer.NONE] if self.fatal else [*SHARE]
        return [*said, Answer.NOT_APPLICABLE] if self.na else said


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Items under one heading."""

    title: str
    items: Sequence[Item]


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """All that a form asks for."""

    sections: Sequence[Section] = ()

    @property
    def items(self) -> Iterator[Item]:
        """Return every item, in order."""
        return (item for section in self.sections for item in section.items)


@dataclass(frozen=True, slots=True)
class Total:
    """What a score comes to."""

    tenths: int
    """0 to 1000: tenths of a point of 100."""
    fatal: bool
    """A fatal item was not kept: the score is 0 for it."""


def missing(content: Content, answers: Mapping[int, Answer]) -> list[int]:
    """Return the keys of the items of which nothing is said, or what may not be said."""
    return [item.key for item in content.items if answers.get(item.key) not in item.answers]


def total(content: Content, answers: Mapping[int, Answer]) -> Total | None:
    """Return what the answers come to; None when nothing of the form applies.

    Exact: fractions, rounded half up once, at the end.
    """
    got, of = Fraction(0), 0
    fatal = False
    for item in content.items:
        said = answers[item.key]
        if said is Answer.NOT_APPLICABLE:
            continue
        of += item.weight
        got += item.weight * SHARE[said]
        fatal = fatal or (item.fatal and said is not Answer.FULL)
    if not of:
        return None
    return Total(0 if fatal else int(got * 1000 / of + Fraction(1, 2)), fatal)


def keyed(content: Content, before: Content) -> Content:
    """Return a content in which every item has a key of its own; new ones (0) get the next.

    A key that `before` did not have, or that stands twice, counts as new.
    """
    known = {item.key for item in before.items}
    last = max(known, default=0)
    used: set[int] = set()
    sections: list[Section] = []
    for section in content.sections:
        items: list[Item] = []
        for item in section.items:
            key = item.key
            if key not in known or key in used:
                last += 1
                key = last
            used.add(key)
            items.append(
                Item(key=key, words=item.words, weight=item.weight, fatal=item.fatal, na=item.na)
            )
        sections.append(Section(title=section.title, items=items))
    return Content(sections=sections)


def content_in(kept: Mapping[str, Any]) -> Content:
    """Return a content as it was kept."""
    return Content(
        sections=[
            Section(title=each["title"], items=[Item(**item) for item in each["items"]])
            for each in kept.get("sections", ())
        ]
    )


def kept(content: Content) -> dict[str, Any]:
    """Return a content as it is kept."""
    names = ("key", "words", "weight", "fatal", "na")
    return {
        "sections": [
            {
                "title": each.title,
                "items": [{name: getattr(item, name) for name in names} for item in each.items],
            }
            for each in content.sections
        ]
    }
