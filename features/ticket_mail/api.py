"""API of letters: those of a ticket, the queue, answers, attachments (TKT-10)."""

from typing import Annotated
from urllib.parse import quote

import anyio.to_thread
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field

from features.audit.access import audit_entry, noted, recorded
from features.ticket_mail import actions, queries
from features.ticket_mail.actions import AnswerInput, MailDecision
from features.ticket_mail.letters import Attachment, Mail
from features.ticket_mail.lifecycle import MailState
from features.ticket_mail.queries import MailFilter
from features.ticket_mail.shapes import MailShape
from features.tickets import queries as tickets
from features.tickets import saves
from features.tickets.api import ticket_of
from mail import files
from permissions.may import may
from settings import Settings
from web.api_models import (
    Asking,
    CurrentUser,
    Identity,
    ListPage,
    ListQuery,
    RowId,
    TicketNumber,
    found,
    list_page,
)
from web.current_user import Principal
from web.problems import Refused, documented

router = APIRouter(prefix="/api/v1", tags=["mail"])

DOWNLOAD = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}
"""With every attachment: a browser keeps it as a file, and shows and runs nothing of it."""


class WhichMails(ListQuery):
    """Which letters of ours, newest first."""

    state: MailState | None = None
    open: bool = Field(
        False, description="Only what is not done: queued, unclear, failed, bounced."
    )
    unknown: bool = Field(False, description="Instead: letters to us that belong to no ticket.")


@router.get("/mails", responses=documented(401, 403, 422, 503))
async def list_mails(
    wanted: Annotated[WhichMails, Query()], principal: CurrentUser, asking: Asking
) -> ListPage[MailShape]:
    """The letters that we send, newest first."""
    which = MailFilter(state=wanted.state, open_only=wanted.open, unknown=wanted.unknown)
    found_page = await list_page(asking, queries.queue, which, wanted)
    ids = {mail.ticket_id for mail in found_page.items if mail.ticket_id is not None}
    numbers = await asking.ask(lambda one: tickets.numbers_by_id(one, ids))
    noted(asking, audit_entry(principal, "mail.queue", "letters"))
    return ListPage(
        items=[MailShape.of(mail, numbers.get(mail.ticket_id or 0)) for mail in found_page.items],
        next=found_page.next,
    )


@router.get("/tickets/{ticket_id}/mails", responses=documented(401, 403, 404, 422, 503))
async def list_of_ticket(
    ticket_id: TicketNumber, principal: CurrentUser, asking: Asking
) -> ListPage[MailShape]:
    """The letters of one ticket, oldest first; it is never more than one page."""
    ticket = found(await ticket_of(ticket_id, principal, asking), "ticket")
    key = found(await asking.ask(lambda one: saves.key(one, ticket.number)), "ticket")
    mails = await asking.ask(lambda one: queries.of_ticket(one, key))
    papers = await asking.ask(lambda one: queries.attachments(one, [mail.id for mail in mails]))
    noted(asking, audit_entry(principal, "mail.read", ticket.number))
    items = [MailShape.of(mail, ticket.number, papers.get(mail.id, ())) for mail in mails]
    return ListPage(items=items, next=None)


@router.post(
    "/tickets/{ticket_id}/mails", status_code=201, responses=documented(401, 403, 404, 422, 503)
)
async def answer_ticket(
    request: Request,
    response: Response,
    ticket_id: TicketNumber,
    given: AnswerInput,
    principal: CurrentUser,
    asking: Asking,
) -> MailShape:
    """Queue a letter to the customer. The same `once` again: 200, and no second letter."""
    settings: Settings = request.app.state.settings
    mail, fresh = await actions.answer(asking, principal, settings, ticket_id, given)
    response.status_code = 201 if fresh else 200
    return MailShape.of(mail, ticket_id)


@router.post("/mails/{mail_id}", responses=documented(401, 403, 404, 409, 422, 503))
async def decide_mail(
    mail_id: RowId, given: MailDecision, principal: CurrentUser, asking: Asking
) -> MailShape:
    """Decide about a letter that may have been sent, was refused or came back."""
    mail = await actions.decide(asking, principal, mail_id, given)
    numbers = await asking.ask(lambda one: tickets.numbers_by_id(one, {mail.ticket_id or 0}))
    return MailShape.of(mail, numbers.get(mail.ticket_id or 0))


@router.get(
    "/mail-attachments/{attachment_id}",
    response_class=Response,
    responses={
        200: {"description": "The file.", "content": {"application/octet-stream": {}}},
        **documented(401, 403, 404, 410, 422, 503),
    },
)
async def download_attachment(
    request: Request, attachment_id: Identity, principal: CurrentUser, asking: Asking
) -> Response:
    """One attachment, as a file to be kept; it is on record before a byte is sent."""
    attachment, mail = found(
        await asking.ask(lambda one: queries.attachment(one, attachment_id.lower())), "attachment"
    )
    await _require_reach(principal, asking, mail)
    content = await _content(request, attachment, mail)
    detail = f"letter {mail.id}, {attachment.bytes} bytes"
    await recorded(asking, audit_entry(principal, "mail.attachment", attachment.id, detail))
    named = quote(attachment.name, safe="")
    headers = DOWNLOAD | {"Content-Disposition": f"attachment; filename*=UTF-8''{named}"}
    return Response(content, media_type="application/octet-stream", headers=headers)


async def _require_reach(principal: Principal, asking: Asking, mail: Mail) -> None:
    """Refuse an attachment of a ticket that is not within somebody's reach, as if not there."""
    if mail.ticket_id is None:
        if not may(principal, "mail.queue"):
            raise Refused(404, "There is no attachment with this id.")
        return
    of = mail.ticket_id
    numbers = await asking.ask(lambda one: tickets.numbers_by_id(one, [of]))
    found(await ticket_of(numbers.get(of, ""), principal, asking), "attachment")


async def _content(request: Request, attachment: Attachment, mail: Mail) -> bytes:
    settings: Settings = request.app.state.settings
    if attachment.why:
        raise Refused(410, "This attachment stays closed; it is in the letter only.")
    if mail.node != settings.node:
        raise Refused(410, f"This attachment lies at {mail.node}.")
    content = await anyio.to_thread.run_sync(
        files.found, settings.paths.store, attachment.path, attachment.sha256
    )
    if content is None:
        raise Refused(410, "This attachment is not in the store, or not as it was kept.")
    return content
