"""People who look at the desk's pages in tests: one of each role, each in a session."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import httpx
from sqlalchemy.ext.asyncio import AsyncConnection

from db.engine import engine
from permissions.roles import Role
from settings import Settings
from tests.integration.desk_room import Room, opened
from tests.integration.found_by import found_by
from web.assets import Assets

Change = Callable[[AsyncConnection], Awaitable[object]]


class NamedAssets(Assets):
    """Built files that need no building: only their addresses are asked for."""

    def path(self, name: str) -> str:
        return f"/static/{name}"


@dataclass
class Pages:
    """A desk with its people."""

    room: Room
    examples: Mapping[str, str] = field(default_factory=dict)
    """Addresses of pages by their templates."""

    def person(self, role: Role, *, language: str = "zh") -> httpx.AsyncClient:
        """Return the browser of the person with a role."""
        client = self.room.seated(role)
        client.headers["Accept"] = "text/html"
        client.cookies.set("language", language)
        return client

    async def write(self, change: Change) -> None:
        """Change the database behind the desk's back."""
        async with written(self.room.settings) as connection:
            await change(connection)


@asynccontextmanager
async def written(settings: Settings) -> AsyncIterator[AsyncConnection]:
    """Give a transaction behind everybody's back; afterwards all that it wrote is found."""
    made = engine(settings.database)
    async with made.execution_options(writing=True).begin() as connection:
        yield connection
        await found_by(connection)
    await made.dispose()


@asynccontextmanager
async def pages(home: Path, database_url: str) -> AsyncIterator[Pages]:
    """Give a desk over a filled home (see `desk_room`), with a person of each role."""
    async with opened(home, database_url) as desk:
        desk.app.state.assets = NamedAssets(home)
        found = Pages(desk)
        yield found


class Seen(HTMLParser):
    """What a browser makes of a page: its tags, and its visible text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]
