"""Letters whose time is over (`keep_tickets`): their files are removed, then what they said.

Who dies in between does it again. In the caller's transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from features.ticket_mail.holdings import HOLDINGS
from features.ticket_mail.lifecycle import MailState
from features.ticket_mail.tables import MailAttachmentRow, TicketMailRow
from features.tickets.holdings import is_over

SETTLED: Final = (MailState.KEPT, MailState.SENT, MailState.DROPPED)
"""States in which nothing is to come of a letter; in all others a person or a server is asked."""
ERASED: Final = {holding.table: dict(holding.erased) for holding in HOLDINGS.holdings}


@dataclass(frozen=True, slots=True)
class OldLetter:
    """A letter that is to be forgotten."""

    id: int
    paths: tuple[str, ...]
    """Of its file and its attachments, in the store of the node that took it."""


async def older(
    connection: AsyncConnection,
    before: datetime,
    *,
    node: str,
    most: int,
    kept: ColumnElement[bool] | None = None,
) -> Sequence[OldLetter]:
    """Return letters at a node from before a moment, the oldest first, of settled tickets.

    Those of which `kept` is so are left alone.
    """
    mail = TicketMailRow
    query = (
        select(mail.id, mail.path)
        .where(
            mail.at < before,
            mail.node == node,
            mail.state.in_([state.value for state in SETTLED]),
            or_(mail.ticket_id.is_(None), is_over(mail.ticket_id)),
            or_(*(getattr(mail, name) != "" for name in ("address", "subject", "body", "path"))),
        )
        .order_by(mail.at)
        .limit(most)
    )
    if kept is not None:
        query = query.where(~kept)
    found = {row.id: [row.path] for row in await connection.execute(query)}
    attached = MailAttachmentRow
    of_them = select(attached.mail_id, attached.path).where(attached.mail_id.in_(found))
    for row in await connection.execute(of_them):
        found[row.mail_id].append(row.path)
    return [OldLetter(key, tuple(filter(None, paths))) for key, paths in found.items()]


async def forget(connection: AsyncConnection, letters: Sequence[OldLetter]) -> None:
    """Overwrite what letters and their attachments said; that there were any stays."""
    ids = [letter.id for letter in letters]
    attached, mail = MailAttachmentRow, TicketMailRow
    gone = update(attached).where(attached.mail_id.in_(ids)).values(ERASED[attached])
    await connection.execute(gone)
    await connection.execute(update(mail).where(mail.id.in_(ids)).values(ERASED[mail]))
