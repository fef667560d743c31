"""What a feature holds about people in its tables, said beside them: to export, erase, and destroy.

Each feature with tables has a `holdings.py`; a test demands that every column of text is declared
there. Does no I/O.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, false, or_
from sqlalchemy.ext.asyncio import AsyncConnection

from db.base import Base


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One person, as rows know somebody."""

    identity: str
    """What the person's number is known by."""
    written: frozenset[str] = frozenset()
    """The number in digits, in every form."""
    calls: frozenset[str] = frozenset()
    """Ids of the person's calls, those that we made too."""
    channels: frozenset[str] = frozenset()
    """Linkedids of these calls: the switch's names of them."""
    tickets: frozenset[int] = frozenset()
    """Rows of tickets that are meant besides: of a legal hold."""
    pseudonym: str = ""
    """A keyed digest of the identity: what stands where the fact must outlive the person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What of a person's must stay for a while, though the person wants it erased."""

    now: datetime
    complaints_days: int = 0
    """Days after its end for which the law wants a complaint kept."""


Which = Callable[[Subject], ColumnElement[bool]]
Remade = Callable[[AsyncConnection, Collection[Any]], Awaitable[None]]
"""Is given the keys of the rows, in the transaction in which they were changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Rows of one table that are about one person."""

    table: type[Base]
    theirs: Which
    gone: bool = False
    """Erased is the whole row; else the columns of `erased` are overwritten, for figures stay."""
    erased: Mapping[str, Any] = field(default_factory=dict)
    """By column what stands there afterwards: a value, or what the database makes of the row."""
    pseudonym: str = ""
    """Column in which the pseudonym stands afterwards."""
    shown: Collection[str] = ()
    """Columns of an export; empty: all."""
    busy: ColumnElement[bool] | None = None
    """Rows that are worked on in this very moment: nobody erases under their hands."""
    open: ColumnElement[bool] | None = None
    """Rows of which something is still to come, which an erasure calls off."""
    kept: Callable[[Rules], ColumnElement[bool]] | None = None
    """Rows that stay for now."""
    why: str = ""
    """Key of the words that say why they stay."""
    calls: str = ""
    """Column with the id of a call of the person's."""
    channels: str = ""
    """Column with the switch's name of such a call."""
    names: str = ""
    """Column with the person's name."""
    sound: str = ""
    """Column with the path of a recording."""
    purpose: str = ""
    """For what it is kept: the setting `keep_<purpose>` says for how many days."""
    since: str = ""
    """Column with the moment from which these days count."""
    over: ColumnElement[bool] | None = None
    """Only rows of which nothing is to come are destroyed when their time is over."""
    order: int = 50
    """Smaller ones are erased first: what others are found by goes last."""

    @property
    def name(self) -> str:
        return str(self.table.__tablename__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """All that one feature declares."""

    holdings: Collection[Holding] = ()
    plain: Mapping[type[Base], Collection[str]] = field(default_factory=dict)
    """By table the columns of text that can hold nobody's data: ids, states, words of ours."""
    mentions: Mapping[type[Base], Collection[str]] = field(default_factory=dict)
    """By table the columns of free text that are not about one person alone: there only what
    mentions somebody is taken out."""
    machine: Collection[type[Base]] = ()
    """Large tables that only programs write: a number stands there in digits, one after another."""
    lines: Collection[type[Base]] = ()
    """Tables whose text is lines of files, with what programs do to text."""
    remade: Mapping[type[Base], Remade] = field(default_factory=dict)
    """By table what makes anew what is derived of rows, where these rows were erased or changed."""
    staff: Collection[type[Base]] = ()
    """Tables about people who work here; their free text is looked through for mentions."""


def same(column: Any) -> Which:
    """Return the rows whose column is the person's identity."""
    return lambda who: column == who.identity


def dialled(*columns: Any) -> Which:
    """Return the rows in one of whose columns the person's number stands, in digits."""
    return lambda who: or_(*(column.in_(sorted(who.written)) for column in columns))


def of_calls(column: Any) -> Which:
    """Return the rows of the person's calls."""
    return lambda who: column.in_(sorted(who.calls)) if who.calls else false()


def among(column: Any) -> Which:
    """Return the rows in whose JSON the person's number is a text of its own."""
    said = cast(column, String)
    return lambda who: or_(*(said.like(f'%"{form}"%') for form in sorted(who.written)))
