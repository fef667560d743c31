"""Pages of the knowledge base (TKT-15): search, read, write."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel

from callflow.text import clean
from features.customers.shapes import EntryShape
from features.knowledge import actions
from features.knowledge import queries as knowledge
from features.knowledge.actions import EntryInput, EntrySaved
from features.knowledge.queries import Entry
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


@router.get("/knowledge")
async def search_knowledge(
    request: Request, principal: CurrentUser, asking: Asking, q: str = ""
) -> HTMLResponse:
    """Entries that hold what was typed."""
    question = clean(q, LONGEST_QUESTION)
    may_write = may(principal, "knowledge.write")
    entries = await asking.ask(
        lambda connection: knowledge.search(
            connection, question, now=datetime.now(UTC), drafts=may_write, limit=ROWS
        )
    )
    return page(
        request,
        "knowledge.html",
        question=question,
        found=entries,
        may_write=may_write,
        show=_show(request, principal),
        now=datetime.now(UTC),
    )


@router.get("/knowledge/new")
async def new_entry(request: Request, _principal: CurrentUser) -> HTMLResponse:
    """An empty form."""
    return _form(request, Typed({}), entry=None)


@router.post("/knowledge/new")
async def add_entry(request: Request, principal: CurrentUser, asking: Asking) -> Response:
    """Keep a new entry."""
    form = await typed(request)
    try:
        entry = await actions.add(asking, principal, form.read(EntryInput))
    except Refused as refused:
        return _form(request, form, entry=None, status=form.refuse(refused))
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
    return page(
        request,
        "knowledge_entry.html",
        entry=entry,
        saved={"new": "/knowledge/new", "edit": f"/knowledge/{entry_id}/edit"}.get(saved, ""),
        may_write=may_write,
        show=_show(request, principal),
    )


@router.get("/knowledge/{entry_id}/edit")
async def edit_entry(
    request: Request, entry_id: RowId, _principal: CurrentUser, asking: Asking
) -> HTMLResponse:
    """The form of an entry."""
    entry = await asking.ask(lambda connection: knowledge.entry(connection, entry_id))
    if entry is None:
        raise Refused(404, "There is no entry with this id.")
    return _form(request, _filled(entry), entry=entry)


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
        given = form.read(EntrySaved, business=entry.business)
        await actions.save(asking, principal, entry_id, given)
    except Refused as refused:
        status = form.refuse(refused)
        return _form(request, form, entry=entry, status=status, theirs=refused.current)
    return RedirectResponse(f"/knowledge/{entry_id}?saved=edit", status_code=303)


def _filled(entry: Entry) -> Typed:
    published = "yes" if entry.published_at else ""
    return Typed(
        {
            "title": entry.title,
            "body": entry.body,
            "keywords": entry.keywords,
            "published": published,
            "seen": entry.updated_at.isoformat(),
        }
    )


def _form(
    request: Request,
    form: Typed,
    *,
    entry: Entry | None,
    status: int = 200,
    theirs: BaseModel | None = None,
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
        published=bool(form.shown("published")) if form.typed else True,
        longest=longest(EntryInput),
    )


def _show(request: Request, principal: Principal) -> Formats:
    settings: Settings = request.app.state.settings
    return Formats(settings.zone, principal.role)
