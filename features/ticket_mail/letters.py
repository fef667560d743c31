"""Letters and attachments as values, and how rows become them. Does no I/O."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping

from features.ticket_mail.lifecycle import FOR_A_PERSON, Direction, MailKind, MailState


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One letter, to us or from us."""

    id: int
    ticket_id: int | None
    direction: Direction
    kind: MailKind
    state: MailState
    message_id: str
    refers_to: tuple[str, ...]
    address: str
    """Who wrote it, or to whom it goes."""
    name: str
    subject: str
    body: str
    hints: tuple[str, ...]
    at: datetime
    node: str
    path: str
    sha256: str
    bytes: int
    attempts: int
    next_at: datetime | None
    since: datetime | None
    sent_at: datetime | None
    said: str
    account_id: int | None
    token_id: int | None

    @property
    def waits_for_a_person(self) -> bool:
        return self.state in FOR_A_PERSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One attachment of a letter that came in."""

    id: str
    mail_id: int
    position: int
    name: str
    media_type: str
    bytes: int
    sha256: str
    path: str
    why: str


def mail_in(row: RowMapping) -> Mail:
    """Return the letter of a row."""
    values: dict[str, Any] = {name: row[name] for name in Mail.__slots__}
    values["direction"] = Direction(row["direction"])
    values["kind"] = MailKind(row["kind"])
    values["state"] = MailState(row["state"])
    values["refers_to"] = tuple(row["refers_to"])
    values["hints"] = tuple(row["hints"])
    return Mail(**values)


def attachment_in(row: RowMapping) -> Attachment:
    """Return the attachment of a row."""
    return Attachment(**{name: row[name] for name in Attachment.__slots__})
