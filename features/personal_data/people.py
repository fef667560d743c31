"""Who one person is in our rows: the number, the calls, the names that stand beside it.

All of it runs in the caller's transaction.
"""

import hashlib
import hmac
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import chunks, table_of
from db.holdings import Holding, Rules, Subject
from features.personal_data.registry import holdings
from features.personal_data.tables import PersonKeyRow
from traces.spellings import Spellings, names_worth

MOST_NAMES = 50
ERASED = "p:"
"""With what the digest of a person begins in a column of identities: no number does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Whose data are meant."""

    identity: str
    """What the number is known by."""
    region: str
    """Of the house's numbering plan."""
    names: tuple[str, ...] = ()
    """Names that are erased wherever they are written, those beside the number too."""
    since: datetime | None = None
    until: datetime | None = None
    """Of a telephone that many use one after another: the time in which it was this person's."""

    @property
    def by_number(self) -> bool:
        """Tell whether the number itself is the person's alone."""
        return self.since is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """By what rows and files know a person."""

    subject: Subject
    spellings: Spellings
    names: tuple[str, ...] = ()
    """Those that stand beside the number, and beside no other."""
    shared: tuple[str, ...] = ()
    """Names that other people have too: a text that says one need not mean this person."""
    sounds: tuple[str, ...] = field(default=())
    """Paths of recordings in the store."""


async def key(connection: AsyncConnection) -> bytes:
    """Return the key of the digests of people."""
    found = (await connection.execute(select(PersonKeyRow.key))).scalar_one()
    return bytes.fromhex(found)


def pseudonym(with_key: bytes, identity: str) -> str:
    """Return what stands in a column of identities for somebody who is erased."""
    return f"{ERASED}{digest(with_key, identity)[:36]}"


def digest(with_key: bytes, identity: str) -> str:
    """Return what stands for a person who is erased: nobody without the key can tell who it was."""
    return hmac.new(with_key, identity.encode(), hashlib.sha256).hexdigest()


async def found(connection: AsyncConnection, who: Who) -> Found:
    """Return by what rows and files know somebody."""
    spelt = Spellings(who.identity, who.region)
    subject = Subject(
        identity=who.identity,
        written=spelt.written,
        pseudonym=digest(await key(connection), who.identity),
    )
    calls: set[str] = set()
    while True:  # a call is found by an attempt, and an attempt by its call
        wider = replace(subject, calls=frozenset(calls))
        more = {each for each in await _all(connection, wider, who, "calls") if each}
        if more <= calls:
            break
        calls |= more
    subject = replace(subject, calls=frozenset(calls))
    channels = {each for each in await _all(connection, subject, who, "channels") if each}
    subject = replace(subject, channels=frozenset(channels))
    names = names_worth([each for each in await _all(connection, subject, who, "names") if each])
    shared = await _of_others(connection, subject, who, {*names, *who.names})
    names = [name for name in names if name not in {*who.names, *shared}][:MOST_NAMES]
    sounds = [each for each in await _all(connection, subject, who, "sound") if each]
    return Found(
        subject=subject,
        spellings=spellings_of(who, names, keys=[*calls, *channels]),
        names=tuple(names),
        shared=tuple(sorted(shared)),
        sounds=tuple(sorted(sounds)),
    )


def known(who: Who) -> Subject:
    """Return somebody by the number alone."""
    written = Spellings(who.identity, who.region).written
    return Subject(identity=who.identity, written=written)


def spellings_of(who: Who, names: Collection[str], keys: Collection[str] = ()) -> Spellings:
    """Return how texts say somebody; a telephone of many is nobody's by its number alone."""
    identity = who.identity if who.by_number else ""
    return Spellings(identity, who.region, names_worth([*who.names, *names]), frozenset(keys))


def theirs(holding: Holding, subject: Subject, who: Who) -> ColumnElement[bool]:
    """Return which rows are the person's, within the time that is meant."""
    which = holding.theirs(subject)
    if who.since is None or not holding.since:
        return which
    at = table_of(holding.table).c[holding.since]
    return and_(which, at >= who.since, at < who.until)


def to_erase(holding: Holding, subject: Subject, who: Who, rules: Rules) -> ColumnElement[bool]:
    """Return which of the person's rows need not be kept."""
    which = theirs(holding, subject, who)
    return which if holding.kept is None else and_(which, ~holding.kept(rules))


async def _of_others(
    connection: AsyncConnection, subject: Subject, who: Who, names: Collection[str]
) -> set[str]:
    """Return which of these names stand beside another number too."""
    shared: set[str] = set()
    for holding in holdings():
        if holding.names:
            column = table_of(holding.table).c[holding.names]
            mine = or_(*(theirs(holding, part, who) for part in parts(subject)))
            query = select(column).where(column.in_(sorted(names)), not_(mine)).distinct()
            shared.update((await connection.execute(query)).scalars())
    return shared


async def _all(connection: AsyncConnection, subject: Subject, who: Who, what: str) -> Sequence[Any]:
    """Return what stands in the columns that holdings name for `what`."""
    told: list[Any] = []
    for holding in holdings():
        if name := getattr(holding, what):
            for part in parts(subject):
                column = table_of(holding.table).c[name]
                rows = await connection.execute(
                    select(column).where(theirs(holding, part, who)).distinct()
                )
                told += rows.scalars()
    return list(dict.fromkeys(told))


def parts(subject: Subject) -> Sequence[Subject]:
    """Return a person with a part of the calls each time: a database takes so many values."""
    calls = [frozenset(some) for some in chunks(subject.calls)] or [frozenset()]
    channels = [frozenset(some) for some in chunks(subject.channels)] or [frozenset()]
    if len(calls) == len(channels) == 1:
        return [subject]
    first = replace(subject, calls=calls[0], channels=channels[0])
    rest = [
        replace(subject, identity="-", written=frozenset("-"), calls=some, channels=frozenset())
        for some in calls[1:]
    ]
    more = [
        replace(subject, identity="-", written=frozenset("-"), calls=frozenset(), channels=some)
        for some in channels[1:]
    ]
    return [first, *rest, *more]
