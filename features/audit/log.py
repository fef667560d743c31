"""The audit log: who read or changed customer data (SEC-1, QA-5). Rows are added, never changed."""

import re
import secrets
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, false, insert, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from db.paging import Page, between, column_of, page
from features.accounts.references import PERSON, TOKEN
from features.audit import chain
from features.audit.tables import AuditRow
from permissions.scopes import Reach, Scope
from phone_numbers.masking import masked_text


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One access: which person or token, from where, did what with which thing, and why."""

    at: datetime
    token_id: int | None = None
    account_id: int | None = None
    action: str
    """As `recording.audio`: the thing and what was done with it."""
    subject: str
    """The thing's id."""
    address: str
    detail: str
    why: str = ""
    """In the words of who did it; people must say it where a caller's voice is heard."""


def by_telephone(action: str, subject: str, *, at: datetime, detail: str = "") -> AuditEntry:
    """Return the entry of what somebody did by telephone, who has no account."""
    return AuditEntry(at=at, action=action, subject=subject, address="telephone", detail=detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries; every field that is set must hold."""

    subject: str | None = None
    action: str | None = None
    number: str | None = None
    """The account number of who did it."""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedEntry:
    """An entry, with the name of who it was."""

    entry: AuditEntry
    number: str | None
    """Account number; None for a token."""
    name: str
    """The person's name, or the token's label."""


EVERY_ENTRY = AuditFilter()

_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|\d{8}-\d{5,12}|\d{1,6}")
"""Of a call, a recording or a list; a ticket; a row or an account."""


def masked_subject(subject: str) -> str:
    """Return the subject of an entry for those who see no whole number: an id, or what is left."""
    return subject if _ID.fullmatch(subject) else masked_text(subject)


_COLUMNS = tuple(getattr(AuditRow, name) for name in AuditEntry.__slots__)


async def note(connection: AsyncConnection, entry: AuditEntry) -> None:
    """Keep an entry (in the caller's transaction, before anything is shown)."""
    values = {name: getattr(entry, name) for name in AuditEntry.__slots__}
    values["salt"] = secrets.token_hex(16)
    await connection.execute(insert(AuditRow).values(values))
    chain.continue_with(connection)


async def entries_of(connection: AsyncConnection, subject: str) -> Sequence[AuditEntry]:
    """Return every entry about one thing, oldest first."""
    query = select(*_COLUMNS).where(AuditRow.subject == subject).order_by(AuditRow.id)
    return [AuditEntry(**row) for row in (await connection.execute(query)).mappings()]


async def last_details(
    connection: AsyncConnection, subjects: Sequence[str], actions: Sequence[str]
) -> Mapping[str, str]:
    """Return by subject the detail of the last entry with one of these actions."""
    row = AuditRow
    which = (row.subject.in_(subjects), row.action.in_(actions))
    query = select(row.subject, row.detail).where(*which).order_by(row.id)
    return {each.subject: each.detail for each in await connection.execute(query)}


async def subjects(connection: AsyncConnection, actions: Sequence[str]) -> Set[str]:
    """Return what all entries with one of these actions are about; reads the whole log."""
    query = select(AuditRow.subject).where(AuditRow.action.in_(actions)).distinct()
    return set((await connection.execute(query)).scalars())


async def entries(
    connection: AsyncConnection,
    wanted: AuditFilter = EVERY_ENTRY,
    *,
    reach: Reach,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[NamedEntry]:
    """Return a page of entries of those within a reach, newest first."""
    query = (
        select(
            *_COLUMNS,
            AuditRow.id,
            PERSON.c.number.label("by_number"),
            PERSON.c.name.label("by_name"),
            TOKEN.c.label.label("by_label"),
        )
        .select_from(AuditRow)
        .outerjoin(PERSON, PERSON.c.id == AuditRow.account_id)
        .outerjoin(TOKEN, TOKEN.c.id == AuditRow.token_id)
    )
    return await page(
        connection,
        _which(query, wanted).where(_by(reach)),
        order=(column_of(AuditRow.at), column_of(AuditRow.id)),
        limit=limit,
        cursor=cursor,
        read=_seen,
    )


def _by(reach: Reach) -> ColumnElement[bool]:
    match reach.scope:
        case Scope.ALL:
            return true()
        case Scope.TEAM:
            return PERSON.c.number.in_(sorted(reach.team))
        case _:
            return false()


def _which(query: Select[Any], wanted: AuditFilter) -> Select[Any]:
    if wanted.subject is not None:
        query = query.where(AuditRow.subject == wanted.subject)
    if wanted.action is not None:
        query = query.where(AuditRow.action == wanted.action)
    if wanted.number is not None:
        who = select(PERSON.c.id).where(PERSON.c.number == wanted.number)
        query = query.where(AuditRow.account_id.in_(who))
    return between(query, AuditRow.at, wanted.since, wanted.until)


def _seen(row: RowMapping) -> NamedEntry:
    return NamedEntry(
        entry=AuditEntry(**{name: row[name] for name in AuditEntry.__slots__}),
        number=row["by_number"],
        name=row["by_name"] or row["by_label"] or "",
    )
