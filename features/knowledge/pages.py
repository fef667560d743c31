"""Owns the pages of the knowledge base (TKT-15): search while typing, read, write."""

from dataclasses import replace
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.text import clean
from features.knowledge import queries as knowledge
from features.knowledge.queries import Entry
from permissions.may import may
from settings import Settings
from web.asking import Asking, CurrentUser, RowId
from web.current_user import Principal
from web.forms import Typed, typed
from web.pages import page
from web.problems import Refused
from web.shown import Formats

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

ROWS = 40
LONGEST_QUESTION = 80
LONGEST_TITLE = 200
LONGEST_BODY = 10_000
LONGEST_KEYWORDS = 400


class ChangedError(Exception):
    """Somebody else saved the entry while it was being written."""


@router.get("/knowledge")
async def search_knowledge(
    request: Request, principal: CurrentUser, asking: Asking, q: str = ""
) -> HTMLResponse:
    """Entries that hold what was typed."""
    question = clean(q, LONGEST_QUESTION)
    may_write = may(principal, "knowledge.write")
    found = await asking.ask(
        lambda connection: knowledge.search(
            connection, question, now=datetime.now(UTC), drafts=may_write, limit=ROWS
        )
    )
    return page(
        request,
        "knowledge.html",
        question=question,
        found=found,
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
    title, body, keywords = _read(form)
    if form.faults:
        return _form(request, form, entry=None, status=422)
    now = datetime.now(UTC)
    fresh = Entry(
        id=0,
        title=title,
        body=body,
        business=None,
        keywords=keywords,
        published_at=now if form.shown("published") else None,
        updated_at=now,
        updated_by=principal.number or principal.name,
    )
    key = await asking.write(lambda connection: knowledge.add(connection, fresh))
    return RedirectResponse(f"/knowledge/{key}?saved=new", status_code=303)


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
    said = _read(form)
    try:
        entry = await asking.write(
            lambda connection: _replaced(connection, entry_id, form, said, principal)
        )
    except ChangedError:
        entry = await asking.ask(lambda connection: knowledge.entry(connection, entry_id))
        form.faults["seen"] = "answers.fault_changed"
    if entry is None:
        raise Refused(404, "There is no entry with this id.")
    if form.faults:
        return _form(request, form, entry=entry, status=409 if form.fault("seen") else 422)
    return RedirectResponse(f"/knowledge/{entry_id}?saved=edit", status_code=303)


async def _replaced(
    connection: AsyncConnection,
    entry_id: int,
    form: Typed,
    said: tuple[str, str, str],
    principal: Principal,
) -> Entry | None:
    """Replace an entry unless the form has faults. Raises ChangedError."""
    before = await knowledge.entry(connection, entry_id)
    if before is None or form.faults:
        return before
    if before.updated_at.isoformat() != form.shown("seen"):
        raise ChangedError
    title, body, keywords = said
    now = datetime.now(UTC)
    fresh = replace(
        before,
        title=title,
        body=body,
        keywords=keywords,
        published_at=(before.published_at or now) if form.shown("published") else None,
        updated_at=now,
        updated_by=principal.number or principal.name,
    )
    await knowledge.replace(connection, fresh)
    return fresh


def _read(form: Typed) -> tuple[str, str, str]:
    return (
        form.line("title", longest=LONGEST_TITLE, needed="answers.fault_title"),
        form.text("body", longest=LONGEST_BODY, needed="answers.fault_body"),
        form.line("keywords", longest=LONGEST_KEYWORDS),
    )


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


def _form(request: Request, form: Typed, *, entry: Entry | None, status: int = 200) -> HTMLResponse:
    # A draft that met somebody else's save goes on from that save, both texts in sight.
    return page(
        request,
        "knowledge_edit.html",
        status=status,
        form=form,
        entry=entry,
        theirs=entry if form.fault("seen") else None,
        seen=entry.updated_at.isoformat() if entry else "",
        published=bool(form.shown("published")) if form.typed else True,
        longest_body=LONGEST_BODY,
    )


def _show(request: Request, principal: Principal) -> Formats:
    settings: Settings = request.app.state.settings
    return Formats(settings.zone, principal.role)
