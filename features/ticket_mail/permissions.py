"""Permissions of letters (TKT-10)."""

from permissions.declaring import Permissions
from permissions.roles import LEADERS, WRITERS, Role
from permissions.scopes import Scope, everything, own

PERMISSIONS = Permissions(
    verbs={
        "mail.read": everything(WRITERS),
        "mail.send": everything(WRITERS - {Role.JUNIOR_AGENT})
        | own(Role.JUNIOR_AGENT, unless="juniors_open_every_call"),
        "mail.queue": everything(LEADERS | {Role.SENIOR_AGENT, Role.TEXT_CLERK}),
    },
    routes={
        "GET /api/v1/mails": "mail.queue",
        "POST /api/v1/mails/{mail_id}": "mail.send",
        "GET /api/v1/tickets/{ticket_id}/mails": "mail.read",
        "POST /api/v1/tickets/{ticket_id}/mails": "mail.send",
        "GET /api/v1/mail-attachments/{attachment_id}": "mail.read",
        "GET /mail": "mail.queue",
        "POST /mail/{mail_id}": "mail.send",
        "GET /tickets/{ticket_id}/mail": "mail.read",
        "POST /tickets/{ticket_id}/mail": "mail.send",
    },
    scopes={"mail.send": {Scope.OWN: "of tickets that they may write into"}},
)
