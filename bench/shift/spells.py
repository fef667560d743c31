"""Arithmetic of spells, in seconds since 1970. Does no I/O."""

from collections.abc import Iterable
from typing import NamedTuple


class Spell(NamedTuple):
    """A length of time."""

    began: float
    ended: float

    @property
    def seconds(self) -> float:
        return self.ended - self.began

    def holds(self, at: float) -> bool:
        return self.began <= at <= self.ended

    def shared(self, other: "Spell") -> "Spell | None":
        """Return the part that is in both."""
        part = Spell(max(self.began, other.began), min(self.ended, other.ended))
        return part if part.seconds > 0 else None


def minus(whole: Iterable[Spell], taken: Iterable[Spell]) -> list[Spell]:
    """Return what is left of `whole` without `taken`."""
    left = list(whole)
    for gone in taken:
        parts = [
            part
            for one in left
            for part in (
                Spell(one.began, min(one.ended, gone.began)),
                Spell(max(one.began, gone.ended), one.ended),
            )
        ]
        left = [part for part in parts if part.seconds > 0]
    return left


def shared(some: Iterable[Spell], others: Iterable[Spell]) -> list[Spell]:
    """Return every part that is in one of `some` and in one of `others`."""
    these = list(others)
    return [part for one in some for other in these if (part := one.shared(other))]
