"""Pages of letters: the queue of ours, and those of one ticket with the form of an answer."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from callflow.text import paragraphs
from db.bounded import RequestDatabase
from db.paging import Page, UnknownCursorError
from features.audit.access import audit_entry, noted
from features.ticket_classes import texts
from features.ticket_intake import queries as intakes
from features.ticket_intake.lifecycle import Intake
from features.ticket_mail import actions, queries
from features.ticket_mail.actions import AnswerInput, MailDecision
from features.ticket_mail.letters import Attachment, Mail
from features.ticket_mail.lifecycle import OPEN, MailEvent, events_of_people
from features.ticket_mail.queries import MailFilter
from features.tickets import queries as tickets
from features.tickets import saves
from features.tickets.api import ticket_of
from features.tickets.lifecycle import Ticket
from mail.reading import LONGEST_BODY
from monitoring import health
from permissions.may import may
from phone_numbers.masking import masked_text
from settings import Settings
from web import monitoring
from web.api_models import Asking, CurrentUser, RowId, TicketNumber, found
from web.current_user import Principal
from web.formats import Formats
from web.forms import Typed, longest, typed
from web.pages import page
from web.problems import Refused

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

ROWS = 40
SHOWN = ("open", "all", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketMail:
    """The letters of a ticket, as `ticket_mail.html` shows them; any page may include it."""

    ticket: Ticket
    intake: Intake | None
    mails: Sequence[Mail]
    attachments: Mapping[int, Sequence[Attachment]]
    addresses: Sequence[str]
    may_send: bool
    sends: bool
    """The house has a server for letters."""

    def decisions(self, mail: Mail) -> Sequence[MailEvent]:
        """Return what this person may decide about a letter."""
        return events_of_people(mail.state) if self.may_send else ()


async def mail_of(
    asking: RequestDatabase, principal: Principal, settings: Settings, ticket: Ticket
) -> TicketMail:
    """Return what the letters' part of a ticket's page shows."""
    key = found(await asking.ask(lambda one: saves.key(one, ticket.number)), "ticket")
    mails = await asking.ask(lambda one: queries.of_ticket(one, key))
    ids = [mail.id for mail in mails]
    return TicketMail(
        ticket=ticket,
        intake=await asking.ask(lambda one: intakes.intake(one, key)),
        mails=mails,
        attachments=await asking.ask(lambda one: queries.attachments(one, ids)),
        addresses=await asking.ask(lambda one: actions.addresses(one, key)),
        may_send=may(principal, "mail.send"),
        sends=settings.mail_out is not None,
    )


@router.get("/tickets/{ticket_id}/mail")
async def show_mail(
    request: Request, ticket_id: TicketNumber, principal: CurrentUser, asking: Asking
) -> HTMLResponse:
    """The letters of one ticket, oldest first, and the form for an answer."""
    return await _of_ticket(request, principal, asking, ticket_id, Typed({}))


@router.post("/tickets/{ticket_id}/mail")
async def answer_ticket(
    request: Request, ticket_id: TicketNumber, principal: CurrentUser, asking: Asking
) -> Response:
    """Queue an answer."""
    settings: Settings = request.app.state.settings
    form = await typed(request)
    try:
        await actions.answer(asking, principal, settings, ticket_id, form.read(AnswerInput))
    except Refused as refused:
        status = form.refuse(refused)
        return await _of_ticket(request, principal, asking, ticket_id, form, status=status)
    return RedirectResponse(f"/tickets/{ticket_id}/mail#newest", status_code=303)


@router.get("/mail")
async def show_queue(
    request: Request, principal: CurrentUser, asking: Asking, which: str = "open", cursor: str = ""
) -> HTMLResponse:
    """The letters that we send: what is not done, all, or what came in and belongs nowhere."""
    return await _queue(request, principal, asking, Typed({}), which=which, cursor=cursor)


@router.post("/mail/{mail_id}")
async def decide_mail(
    request: Request, mail_id: RowId, principal: CurrentUser, asking: Asking
) -> Response:
    """Decide about a letter with which nothing goes on by itself."""
    form = await typed(request)
    try:
        mail = await actions.decide(asking, principal, mail_id, form.read(MailDecision))
    except Refused as refused:
        status = form.refuse(refused)
        if not may(principal, "mail.queue"):
            raise
        return await _queue(request, principal, asking, form, status=status)
    back = "/mail" if form.shown("back") == "queue" else await _page_of(asking, mail)
    return RedirectResponse(back, status_code=303)


async def _page_of(asking: RequestDatabase, mail: Mail) -> str:
    of = mail.ticket_id
    if of is None:
        return "/mail"
    numbers = await asking.ask(lambda one: tickets.numbers_by_id(one, [of]))
    return f"/tickets/{numbers.get(of, '')}/mail"


async def _of_ticket(
    request: Request,
    principal: Principal,
    asking: RequestDatabase,
    number: str,
    form: Typed,
    *,
    status: int = 200,
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    ticket = found(await ticket_of(number, principal, asking), "ticket")
    if status == 200:  # a form that is wrong is shown again
        noted(asking, audit_entry(principal, "mail.read", ticket.number))
    show = Formats(settings.zone, principal.role)
    return page(
        request,
        "ticket_mail_page.html",
        status=status,
        mail=await mail_of(asking, principal, settings, ticket),
        form=form,
        once=form.shown("once") or secrets.token_hex(16),
        longest=longest(AnswerInput),
        begun=await _begun(asking, settings, ticket),
        lines=lambda text: _lines(show, text),
        show=show,
    )


async def _begun(asking: RequestDatabase, settings: Settings, ticket: Ticket) -> str:
    """Return the words with which an answer begins, filled in; what was answered may be empty."""
    text = await asking.ask(lambda one: texts.text_for(one, texts.ANSWERED))
    due = (ticket.deadline or ticket.due_at).astimezone(settings.zone)
    answer = ticket.handling or ticket.answer
    return texts.words_of(text, number=ticket.number, due=due, body=ticket.body, answer=answer)


async def _queue(
    request: Request,
    principal: Principal,
    asking: RequestDatabase,
    form: Typed,
    *,
    status: int = 200,
    which: str = "open",
    cursor: str = "",
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    shown = which if which in SHOWN else "open"
    wanted = MailFilter(open_only=shown == "open", unknown=shown == "unknown")
    try:
        listed: Page[Mail] = await asking.ask(
            lambda one: queries.queue(one, wanted, limit=ROWS, cursor=cursor or None)
        )
    except UnknownCursorError:
        listed = Page([], None)
    ids = {mail.ticket_id for mail in listed.items if mail.ticket_id is not None}
    if status == 200:
        noted(asking, audit_entry(principal, "mail.queue", "letters"))
    here = f"/mail?which={shown}"
    return page(
        request,
        "mail_queue.html",
        status=status,
        form=form,
        which=shown,
        choices=SHOWN,
        mails=listed.items,
        numbers=await asking.ask(lambda one: tickets.numbers_by_id(one, ids)),
        counts=await asking.ask(queries.counts),
        open_states=sorted(OPEN),
        decisions=events_of_people,
        health=health.of_mail(monitoring.report(settings, "ledger")),
        off=settings.mail_in is None and settings.mail_out is None,
        show=Formats(settings.zone, principal.role),
        first_page=here if cursor else "",
        next_page=f"{here}&cursor={listed.next}" if listed.next else "",
    )


def _lines(show: Formats, text: str) -> str:
    plain = paragraphs(text, LONGEST_BODY)
    return plain if show.numbers else masked_text(plain)
