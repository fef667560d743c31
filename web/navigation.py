"""Navigation of the pages: groups, the current page, and the appearance that a browser chose.

Does no I/O. It is given a list of pages, in the order in which they are shown; which of them a
person may open was decided before.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from web.registration import NavPage

GROUPS: Final = ("desk", "tickets", "customers", "outbound", "floor", "settings")
"""The six groups, in their order; a group without a page for somebody is not shown."""


@dataclass(frozen=True, slots=True)
class Group:
    """One group with its pages."""

    name: str
    pages: Sequence[NavPage]

    @property
    def here(self) -> bool:
        """Tell whether the page that is shown belongs to this group."""
        return any(item.here for item in self.pages)


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the way to a page: the key of its words, and its address if it has one."""

    words: str
    address: str = ""


def grouped(pages: Iterable[NavPage], path: str) -> list[Group]:
    """Return the groups that have a page, with the pages in which `path` lies marked."""
    marked = [replace(each, here=each.holds(path)) for each in pages]
    groups = [Group(name, [each for each in marked if each.group == name]) for name in GROUPS]
    return [group for group in groups if group.pages]


def crumbs(groups: Iterable[Group], path: str) -> list[Crumb]:
    """Return the way to a page: its group and its entry, which leads back from pages beneath."""
    for group in groups:
        for item in group.pages:
            if item.here:
                back = item.address if path != item.address else ""
                return [Crumb(f"group.{group.name}"), Crumb(f"nav.{item.name}", back)]
    return []


@dataclass(frozen=True, slots=True)
class Appearance:
    """The chosen appearance of the pages; empty means the default."""

    theme: str
    """`light` or `dark`; empty: as the machine is set."""
    density: str
    """`dense`; empty: roomy."""
    rail: str
    """`open` or `folded`; empty: open where there is room."""


_CHOICES: Final = {
    "theme": ("light", "dark"),
    "density": ("dense",),
    "rail": ("open", "folded"),
}


def appearance(cookies: Mapping[str, str]) -> Appearance:
    """Return what a browser's cookies say; anything else is as if nothing was said."""

    def chosen(name: str) -> str:
        given = cookies.get(name, "")
        return given if given in _CHOICES[name] else ""

    return Appearance(theme=chosen("theme"), density=chosen("density"), rail=chosen("rail"))
