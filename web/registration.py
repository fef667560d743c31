"""What a feature registers with the desk: routes, navigation, change feeds, audited actions.

Each feature has one `FEATURE` in its `registration.py`; features are found by their folder, nobody
lists them. What a feature permits stands in its `permissions.py`.
"""

import importlib
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection

from web.change_feed import ChangeFeed

FOLDER: Final = Path(__file__).resolve().parent.parent / "features"


Count = Callable[[AsyncConnection, datetime], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class NavPage:
    """One page of the navigation; a role sees those that it may open."""

    group: str
    """`desk`, `tickets`, `customers`, `outbound`, `floor` or `settings`."""
    address: str
    name: str
    """Of its words, `nav.<name>`, in the words of the feature."""
    order: int
    """Where it stands among all: smaller ones come first."""
    count: Count | None = None
    """How many things on it need somebody now; shown beside its name."""
    here: bool = False
    """Whether the page that is shown is this one, or one beneath it."""

    def holds(self, path: str) -> bool:
        """Return whether an address is this page, or one beneath it."""
        return path == self.address or path.startswith(f"{self.address}/")


SHARED: Final = (
    NavPage("desk", "/home", "home", 11),
    NavPage("settings", "/components", "components", 99),
)
"""The pages of the navigation that no feature brings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """What one feature brings."""

    routers: Sequence[APIRouter] = ()
    """In the order in which their routes are tried."""
    pages: Sequence[NavPage] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    """The API's headings that it adds, each with a sentence."""
    change_feeds: Sequence[ChangeFeed[Any]] = ()
    """What open pages are told when it changes in the database."""
    runs: Sequence[Callable[[FastAPI], Coroutine[Any, Any, None]]] = ()
    """What goes on as long as the desk does, beside its floor."""
    install: Callable[[FastAPI], None] = lambda _: None
    """Puts around the whole application what every route has."""
    audited: Sequence[str] = ()
    """What it puts on the audit record, as `call.read`; `audited.call_read` are its words."""


@cache
def features() -> Mapping[str, Feature]:
    """Return every feature by its name, in the order of their names."""
    return dict(_found())


@cache
def nav_pages() -> Sequence[NavPage]:
    """Return the pages of the navigation, in their order."""
    found = [item for feature in features().values() for item in feature.pages]
    return sorted([*SHARED, *found], key=lambda item: item.order)


def _found() -> Iterator[tuple[str, Feature]]:
    for file in sorted(FOLDER.glob("*/registration.py")):
        name = file.parent.name
        feature = importlib.import_module(f"features.{name}.registration").FEATURE
        assert isinstance(feature, Feature), file
        yield name, feature
