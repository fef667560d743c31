"""Pages of answers that agents propose, and of who decides on them (TKT-15, TKT-2)."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from callflow.text import clean
from features.knowledge import proposals
from features.knowledge.actions import EntryInput
from features.knowledge.pages import businesses_of, show_of, today_of
from features.knowledge.proposals import Proposal, ProposalInput, ProposalState, RefusalInput
from features.tickets import queries as tickets
from features.tickets.lifecycle import TicketKind
from features.tickets.queries import TicketFilter
from permissions.may import may, reach_of
from web.api_models import Asking, CurrentUser, RowId, found
from web.current_user import Principal
from web.forms import Typed, longest, typed
from web.pages import page
from web.problems import Refused

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

SUGGESTIONS = 20


@router.get("/knowledge-proposals")
async def list_proposals(
    request: Request, principal: CurrentUser, asking: Asking, sent: str = ""
) -> HTMLResponse:
    """What waits for a decision, and what came of one's own; suggestions of callers (TKT-2)."""
    decides = may(principal, "knowledge.decide")
    reach = reach_of(principal, "ticket.read")
    wanted = TicketFilter(kind=TicketKind.SUGGESTION)
    suggested = await asking.ask(
        lambda one: tickets.tickets(one, wanted, reach=reach, limit=SUGGESTIONS)
    )
    return page(
        request,
        "knowledge_proposals.html",
        waiting=await asking.ask(proposals.waiting) if decides else (),
        mine=await asking.ask(lambda one: proposals.of(one, principal.signature)),
        suggestions=suggested.items if decides else (),
        decides=decides,
        sent=bool(sent),
        show=show_of(request, principal),
    )


@router.get("/knowledge-proposals/new")
async def new_proposal(
    request: Request, principal: CurrentUser, asking: Asking, ticket: str = ""
) -> HTMLResponse:
    """The form; from a ticket with what the customer was told."""
    number = clean(ticket, 24)
    reach = reach_of(principal, "ticket.read")
    known = await asking.ask(lambda one: tickets.ticket(one, number, reach=reach))
    typed_ = {"ticket": number} if number else {}
    if known is not None:
        typed_ |= {"body": known.answer, "business": known.business or ""}
    return await _new(request, principal, asking, Typed(typed_))


@router.post("/knowledge-proposals/new")
async def propose(request: Request, principal: CurrentUser, asking: Asking) -> Response:
    """Keep a proposal."""
    form = await typed(request)
    try:
        await proposals.propose(asking, principal, form.read(ProposalInput))
    except Refused as refused:
        return await _new(request, principal, asking, form, status=form.refuse(refused))
    return RedirectResponse("/knowledge-proposals?sent=1", status_code=303)


@router.get("/knowledge-proposals/{proposal_id}")
async def show_proposal(
    request: Request, proposal_id: RowId, principal: CurrentUser, asking: Asking
) -> HTMLResponse:
    """One proposal, to be worded and accepted, or refused."""
    proposal = found(await asking.ask(lambda one: proposals.one(one, proposal_id)), "proposal")
    show = show_of(request, principal)
    form = Typed(
        {
            "title": show.text(proposal.title),
            "body": show.text_lines(proposal.body),
            "business": proposal.business or "",
            "published": "yes",
        }
    )
    return await _one(request, principal, asking, proposal, form)


@router.post("/knowledge-proposals/{proposal_id}/accept")
async def accept(
    request: Request, proposal_id: RowId, principal: CurrentUser, asking: Asking
) -> Response:
    """Make an entry of it."""
    form = await typed(request)
    proposal = found(await asking.ask(lambda one: proposals.one(one, proposal_id)), "proposal")
    try:
        given = form.read(EntryInput, today=today_of(request))
        entry = await proposals.accept(asking, principal, proposal_id, given)
    except Refused as refused:
        status = form.refuse(refused)
        return await _one(request, principal, asking, proposal, form, status=status)
    return RedirectResponse(f"/knowledge/{entry.id}", status_code=303)


@router.post("/knowledge-proposals/{proposal_id}/refuse")
async def refuse(
    request: Request, proposal_id: RowId, principal: CurrentUser, asking: Asking
) -> Response:
    """Refuse it, and say why."""
    form = await typed(request)
    proposal = found(await asking.ask(lambda one: proposals.one(one, proposal_id)), "proposal")
    try:
        await proposals.refuse(asking, principal, proposal_id, form.read(RefusalInput))
    except Refused as refused:
        status = form.refuse(refused)
        return await _one(request, principal, asking, proposal, form, status=status)
    return RedirectResponse("/knowledge-proposals", status_code=303)


async def _new(
    request: Request, principal: Principal, asking: Asking, form: Typed, *, status: int = 200
) -> HTMLResponse:
    return page(
        request,
        "knowledge_proposal_new.html",
        status=status,
        form=form,
        businesses=await businesses_of(asking, form.shown("business")),
        longest=longest(ProposalInput),
        show=show_of(request, principal),
    )


async def _one(
    request: Request,
    principal: Principal,
    asking: Asking,
    proposal: Proposal,
    form: Typed,
    *,
    status: int = 200,
) -> HTMLResponse:
    return page(
        request,
        "knowledge_proposal.html",
        status=status,
        proposal=proposal,
        is_open=proposal.state is ProposalState.OPEN,
        form=form,
        businesses=await businesses_of(asking, form.shown("business")),
        longest=longest(EntryInput),
        show=show_of(request, principal),
    )
