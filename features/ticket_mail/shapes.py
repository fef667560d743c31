"""JSON of letters and their attachments."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self

from pydantic import BeforeValidator, Field

from callflow.text import paragraphs
from features.ticket_mail.letters import Attachment, Mail
from features.ticket_mail.lifecycle import Direction, MailKind, MailState
from mail.reading import LONGEST_BODY
from phone_numbers.masking import masked_text
from web.shapes import NOON, Clean, CustomerName, CustomerNumber, Id, Plain, Shape, Told, masking

Body = Annotated[
    str,
    BeforeValidator(lambda text: paragraphs(str(text), LONGEST_BODY)),
    masking(masked_text),
    Told.TEXT,
]


class AttachmentShape(Shape):
    """One attachment of a letter that came in."""

    id: Id
    name: Clean = Field(examples=["账单.pdf"])
    media_type: Clean = Field(description="What the sender says it is; nobody has looked.")
    bytes: int
    sha256: Id
    why: Plain = Field(description="Why it stays closed: `kind`, `program`, `empty`; empty: open.")


class MailShape(Shape):
    """One letter, to us or from us."""

    id: int
    ticket: Id | None = Field(examples=["20261121-00042"])
    direction: Direction
    kind: MailKind
    state: MailState = Field(description="`unclear`: it may have been sent, nobody can tell.")
    message_id: Plain
    address: CustomerNumber = Field(description="Who wrote it, or to whom it goes.")
    name: CustomerName
    subject: Clean
    body: Body
    hints: list[Plain] = Field(description="What to know of how it was read, as `from_html`.")
    at: datetime = Field(examples=[NOON])
    attempts: int
    next_at: datetime | None
    sent_at: datetime | None
    said: Clean = Field(description="What a mail server said last.")
    attachments: list[AttachmentShape]

    @classmethod
    def of(cls, mail: Mail, number: str | None, attachments: Sequence[Attachment] = ()) -> Self:
        values = {name: getattr(mail, name) for name in Mail.__slots__ if name in cls.model_fields}
        shown = [AttachmentShape.model_validate(each) for each in attachments]
        return cls.model_validate(values | {"ticket": number, "attachments": shown})
