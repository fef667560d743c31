"""What letters say of customers: they, and their files in the store, go with their ticket."""

from sqlalchemy import ColumnElement, Select, select

from db.holdings import Holding, Holdings, Rules, Subject
from features.ticket_mail.tables import MailAttachmentRow, MailboxRow, TicketMailRow
from features.tickets.holdings import ids_kept, ids_of


def _mails(tickets: Select[int]) -> Select[int]:
    return select(TicketMailRow.id).where(TicketMailRow.ticket_id.in_(tickets))


def _attached(who: Subject) -> ColumnElement[bool]:
    return MailAttachmentRow.mail_id.in_(_mails(ids_of(who)))


def _attached_kept(rules: Rules) -> ColumnElement[bool]:
    return MailAttachmentRow.mail_id.in_(_mails(ids_kept(rules)))


HOLDINGS = Holdings(
    holdings=(
        Holding(
            table=MailAttachmentRow,
            theirs=_attached,
            erased={"name": "", "media_type": "", "path": "", "why": "erased"},
            kept=_attached_kept,
            why="personal.kept_tickets",
            sound="path",
            order=43,
        ),
        Holding(
            table=TicketMailRow,
            theirs=lambda who: TicketMailRow.ticket_id.in_(ids_of(who)),
            erased={
                "message_id": "",
                "refers_to": [],
                "address": "",
                "name": "",
                "subject": "",
                "body": "",
                "said": "",
                "path": "",
            },
            kept=lambda rules: TicketMailRow.ticket_id.in_(ids_kept(rules)),
            why="personal.kept_tickets",
            names="name",
            sound="path",
            order=44,
        ),
    ),
    plain={
        MailboxRow: ("name",),
        MailAttachmentRow: ("id", "sha256"),
        TicketMailRow: ("direction", "kind", "state", "key", "hints", "node", "sha256"),
    },
)
