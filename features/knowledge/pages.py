"""Pages of the knowledge base (TKT-15): search, read, write."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.text import clean
from db.bounded import RequestDatabase
from features.knowledge import actions, files
from features.knowledge import queries as knowledge
from features.knowledge.actions import EntryInput, EntrySaved
from features.knowledge.file_kinds import KINDS, LARGEST
from features.knowledge.queries import Entry
from features.knowledge.shapes import EntryShape
from features.ticket_classes import queries as classes
from features.ticket_classes.queries import Sort, TicketClass
from permissions.may import may
from settings import Settings
from web.api_models import Asking, CurrentUser, RowId, found
from web.current_user import Principal
from web.formats import Formats
from web.forms import Typed, longest, typed
from web.pages import page
from web.problems import Refused

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

ROWS = 40
LONGEST_QUESTION = 80
SOON = timedelta(days=30)
"""Before and after its first day a new business without an answer is warned of (TKT-15)."""


@router.get("/knowledge")
async def search_knowledge(
    request: Request, principal: CurrentUser, asking: Asking, q: str = ""
) -> HTMLResponse:
    """Entries that hold what was typed."""
    question = clean(q, LONGEST_QUESTION)
    may_write = may(principal, "knowledge.write")
    now, today = datetime.now(UTC), today_of(request)
    entries = await asking.ask(
        lambda connection: knowledge.search(
            connection, question, now=now, today=today, drafts=may_write, limit=ROWS
        )
    )
    lacking = await asking.ask(lambda one: _lacking(one, today)) if may_write else ()
    return page(
        request,
        "knowledge.html",
        question=question,
        found=entries,
        may_write=may_write,
        may_propose=may(principal, "knowledge.propose"),
        lacking=lacking,
        today=today,
        show=show_of(request, principal),
        now=now,
    )


@router.get("/knowledge/new")
async def new_entry(
    request: Request, _principal: CurrentUser, asking: Asking, business: str = ""
) -> HTMLResponse:
    """An empty form, perhaps for a business that begins."""
    form = Typed({"business": clean(business, 40)}) if business else Typed({})
    return await _form(request, asking, form, entry=None, is_new=True)


@router.post("/knowledge/new")
async def add_entry(request: Request, principal: CurrentUser, asking: Asking) -> Response:
    """Keep a new entry."""
    form = await typed(request)
    try:
        given = form.read(EntryInput, today=today_of(request))
        entry = await actions.add(asking, principal, given)
    except Refused as refused:
        return await _form(request, asking, form, entry=None, status=form.refuse(refused))
    return RedirectResponse(f"/knowledge/{entry.id}?saved=new", status_code=303)


@router.get("/knowledge/{entry_id}")
async def read_entry(
    request: Request, entry_id: RowId, principal: CurrentUser, asking: Asking, saved: str = ""
) -> HTMLResponse:
    """One entry, whole."""
    entry = await asking.ask(lambda connection: knowledge.entry(connection, entry_id))
    may_write = may(principal, "knowledge.write")
    if entry is None or (entry.published_at is None and not may_write):
        raise Refused(404, "There is no entry with this id.")
    saved = {"new": "/knowledge/new", "edit": f"/knowledge/{entry_id}/edit"}.get(saved, "")
    return await entry_page(request, principal, asking, entry, Typed({}), saved=saved)


@router.get("/knowledge/{entry_id}/edit")
async def edit_entry(
    request: Request, entry_id: RowId, _principal: CurrentUser, asking: Asking
) -> HTMLResponse:
    """The form of an entry."""
    entry = await asking.ask(lambda connection: knowledge.entry(connection, entry_id))
    if entry is None:
        raise Refused(404, "There is no entry with this id.")
    return await _form(request, asking, _filled(entry), entry=entry)


@router.post("/knowledge/{entry_id}/edit")
async def save_entry(
    request: Request, entry_id: RowId, principal: CurrentUser, asking: Asking
) -> Response:
    """Save an entry, unless somebody else did meanwhile."""
    form = await typed(request)
    entry = found(
        await asking.ask(lambda connection: knowledge.entry(connection, entry_id)), "entry"
    )
    try:
        form.typed.setdefault("business", entry.business or "")
        given = form.read(EntrySaved, today=today_of(request))
        await actions.save(asking, principal, entry_id, given)
    except Refused as refused:
        status = form.refuse(refused)
        return await _form(
            request, asking, form, entry=entry, status=status, theirs=refused.current
        )
    return RedirectResponse(f"/knowledge/{entry_id}?saved=edit", status_code=303)


def _filled(entry: Entry) -> Typed:
    published = "yes" if entry.published_at else ""
    return Typed(
        {
            "title": entry.title,
            "body": entry.body,
            "keywords": entry.keywords,
            "published": published,
            "business": entry.business or "",
            "valid_from": f"{entry.valid_from or ''}",
            "valid_until": f"{entry.valid_until or ''}",
            "seen": entry.updated_at.isoformat(),
        }
    )


async def entry_page(
    request: Request,
    principal: Principal,
    asking: RequestDatabase,
    entry: Entry,
    form: Typed,
    *,
    status: int = 200,
    saved: str = "",
) -> HTMLResponse:
    """Return the page of one entry with its files."""
    beside = await asking.ask(lambda one: files.of_entry(one, entry.id))
    return page(
        request,
        "knowledge_entry.html",
        status=status,
        entry=entry,
        files=beside,
        standing=entry.standing(today_of(request)).value,
        form=form,
        saved=saved,
        kinds=", ".join(f".{kind}" for kind in KINDS),
        largest_mb=LARGEST // 2**20,
        may_write=may(principal, "knowledge.write"),
        show=show_of(request, principal),
    )


async def _lacking(connection: AsyncConnection, today: date) -> Sequence[TicketClass]:
    """Return the business classes that begin soon, or have just begun, without an answer."""
    begin = await classes.beginning(connection, today, within=SOON)
    days = {each.name: each.begins_on for each in begin if each.begins_on}
    missing = set(await knowledge.lacking(connection, days))
    return [each for each in begin if each.name in missing]


async def businesses_of(asking: RequestDatabase, chosen: str) -> Sequence[str]:
    """Return the business classes that an entry may be of, those to come too."""
    every = await asking.ask(lambda one: classes.every(one, Sort.BUSINESS))
    names = [each.name for each in every if not each.retired]
    return [*names, *([chosen] if chosen and chosen not in names else [])]


async def _form(
    request: Request,
    asking: RequestDatabase,
    form: Typed,
    *,
    entry: Entry | None,
    status: int = 200,
    theirs: BaseModel | None = None,
    is_new: bool = False,
) -> HTMLResponse:
    # A draft that met somebody else's save goes on from that save, both texts in sight; one with
    # faults goes on from what its writer read.
    seen = theirs.updated_at.isoformat() if isinstance(theirs, EntryShape) else form.shown("seen")
    return page(
        request,
        "knowledge_edit.html",
        status=status,
        form=form,
        entry=entry,
        theirs=theirs,
        seen=seen,
        published=bool(form.shown("published")) if form.typed and not is_new else True,
        businesses=await businesses_of(asking, form.shown("business")),
        longest=longest(EntryInput),
    )


def today_of(request: Request) -> date:
    """Return the day of the house."""
    settings: Settings = request.app.state.settings
    return datetime.now(settings.zone).date()


def show_of(request: Request, principal: Principal) -> Formats:
    settings: Settings = request.app.state.settings
    return Formats(settings.zone, principal.role)
