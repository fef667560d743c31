"""Database queries of commands, and the options that all lists have in common."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click
from pydantic import BaseModel
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from commands import context, printing
from commands.time_arguments import FORMS, UnknownMomentError, moment
from db.engine import engine
from db.paging import LONGEST, Listing
from permissions.viewing import seen_at_the_console
from phone_numbers.phone_number import phone_number
from settings import Settings

Answer = TypeVar("Answer")
Row = TypeVar("Row")
Question = Callable[[AsyncConnection], Awaitable[Answer]]
Which = TypeVar("Which")
Command = TypeVar("Command", bound=Callable[..., Any])

REQUEST_BUDGET_S = 10
"""Seconds a command waits for the database."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of any list, and how the answer is wanted."""

    settings: Settings
    filters: Mapping[str, Any]
    """By the names that the list's filter has, times among them."""
    limit: int
    as_json: bool
    zone: ZoneInfo | None
    """Where times are shown; None: in UTC."""

    def rows(self, listing: Listing[Which, Row], which: Which) -> list[Row]:
        """Return what a list of `tickets` holds, newest first. Raises NotReady."""
        return answer(
            self.settings, lambda connection: _all(connection, listing, which, self.limit)
        )


def call_options(command: Command) -> Command:
    """Add the options that say which calls, to lists of what comes from calls too."""
    return _with(
        command,
        click.option("--ref", help="Of the call with this X-Ref."),
        click.option("--number", help="Of this caller; the whole number."),
        click.option("--agent", help="Of calls that this agent answered."),
    )


def list_options(command: Command) -> Command:
    """Add the options of `Asked` to a command."""
    return _with(
        command,
        click.option("--since", metavar="WHEN", help=f"From then on: {FORMS}."),
        click.option("--until", metavar="WHEN", help="Before then; typed like --since."),
        click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True),
        click.option("--json", "as_json", is_flag=True, help="JSON, with the API's names."),
        click.option("--utc", is_flag=True, help="Times in UTC, not in the settings' zone."),
    )


def asked(
    *, since: str | None, until: str | None, limit: int, as_json: bool, utc: bool, **filters: Any
) -> Asked:
    """Return what the options of a list mean. Raises Refusal for one that means nothing."""
    settings = context.settings()
    now = datetime.now(UTC)
    try:
        begin = moment(since, now=now, zone=settings.zone) if since else None
        end = moment(until, now=now, zone=settings.zone) if until else None
    except UnknownMomentError as error:
        raise context.Refusal(f"{error}.") from None
    filters |= {"since": begin, "until": end}
    if filters.get("number"):
        filters["number"] = phone_number(filters["number"], settings.number_plan)
    return Asked(settings, filters, limit, as_json, None if utc else settings.zone)


def answer(
    settings: Settings,
    question: Question[Answer],
    *,
    writing: bool = False,
    within_s: float = REQUEST_BUDGET_S,
) -> Answer:
    """Return the database's answer. Raises NotReady when there is none to be had in time."""
    _require_file(settings)
    try:
        return asyncio.run(_answer(settings, question, writing=writing, within_s=within_s))
    except TimeoutError:
        raise context.NotReady(f"The database did not answer within {within_s:g} s.") from None
    except (SQLAlchemyError, OSError) as error:
        reason = getattr(error, "orig", None) or error
        raise context.NotReady(
            f"The database cannot be asked ({str(reason)[:200]}). `thirdring doctor` says more."
        ) from None


def as_json(shapes: list[Any]) -> None:
    """Print shapes as one JSON array."""
    seen_at_the_console()
    click.echo(json.dumps([each.model_dump(mode="json") for each in shapes], ensure_ascii=False))


def one_as_json(shape: BaseModel, **more: Sequence[BaseModel]) -> None:
    """Print one shape as a JSON object, with lists of others after its own fields."""
    seen_at_the_console()
    after = {key: [each.model_dump(mode="json") for each in many] for key, many in more.items()}
    click.echo(json.dumps(shape.model_dump(mode="json") | after, ensure_ascii=False))


def nothing(what: str, *, filtered: bool) -> None:
    """Say that a list is empty."""
    printing.line(f"No {what} match." if filtered else f"There are no {what} yet.")


def _require_file(settings: Settings) -> None:
    """Refuse where there is no SQLite file: asking would make an empty one."""
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite" and not settings.paths.database.exists():
        if settings.database_url:
            return
        raise context.NotReady(f"There is no database in {settings.home} yet: `make run` makes it.")


async def _answer(
    settings: Settings, question: Question[Answer], *, writing: bool, within_s: float
) -> Answer:
    made = engine(settings.database)
    try:
        async with asyncio.timeout(within_s):
            if not writing:
                async with made.connect() as connection:
                    return await question(connection)
            async with made.execution_options(writing=True).begin() as connection:
                return await question(connection)
    finally:
        async with asyncio.timeout(1):
            await made.dispose()


def _with(command: Command, *options: Callable[[Command], Command]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command


async def _all(
    connection: AsyncConnection, listing: Listing[Which, Row], which: Which, limit: int
) -> list[Row]:
    rows: list[Row] = []
    cursor = None
    while len(rows) < limit:
        size = min(LONGEST, limit - len(rows))
        page = await listing(connection, which, limit=size, cursor=cursor)
        rows += page.items
        cursor = page.next
        if cursor is None:
            break
    return rows
