"""Pages around one answer: its history, what is put back, files, whether it helped (TKT-15)."""

from difflib import SequenceMatcher

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import UploadFile

from features.knowledge import actions, files
from features.knowledge import queries as knowledge
from features.knowledge.actions import HelpedInput, PutBack
from features.knowledge.file_kinds import LARGEST
from features.knowledge.pages import entry_page, show_of
from features.knowledge.queries import WORDS, Entry
from settings import Settings
from web.api_models import Asking, CurrentUser, RowId, found
from web.current_user import Principal
from web.forms import Typed, typed
from web.pages import page
from web.problems import Refused

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/knowledge/{entry_id}/history")
async def show_history(
    request: Request, entry_id: RowId, principal: CurrentUser, asking: Asking
) -> HTMLResponse:
    """What an entry said after each save, and what each changed."""
    now = found(await asking.ask(lambda one: knowledge.entry(one, entry_id)), "entry")
    return await _history(request, principal, asking, now, Typed({}))


@router.post("/knowledge/{entry_id}/put-back")
async def put_back(
    request: Request, entry_id: RowId, principal: CurrentUser, asking: Asking
) -> Response:
    """Put back what an entry said once."""
    form = await typed(request)
    try:
        await actions.put_back(asking, principal, entry_id, form.read(PutBack))
    except Refused as refused:
        status = form.refuse(refused)
        now = found(await asking.ask(lambda one: knowledge.entry(one, entry_id)), "entry")
        return await _history(request, principal, asking, now, form, status=status)
    return RedirectResponse(f"/knowledge/{entry_id}", status_code=303)


@router.post("/knowledge/{entry_id}/helped")
async def say_helped(
    request: Request, entry_id: RowId, principal: CurrentUser, asking: Asking
) -> Response:
    """Count that an entry helped."""
    form = await typed(request)
    await actions.helped(asking, principal, entry_id, form.read(HelpedInput))
    return RedirectResponse(f"/knowledge/{entry_id}", status_code=303)


@router.post("/knowledge/{entry_id}/files")
async def attach(
    request: Request, entry_id: RowId, principal: CurrentUser, asking: Asking
) -> Response:
    """Put a file beside an entry."""
    settings: Settings = request.app.state.settings
    name, content = "", b""
    async with request.form() as form:
        given = form.get("file")
        if isinstance(given, UploadFile):
            name, content = given.filename or "", await given.read(LARGEST + 1)
    entry = found(await asking.ask(lambda one: knowledge.entry(one, entry_id)), "entry")
    try:
        await files.attach(asking, principal, settings, entry_id, content, name)
    except Refused as refused:
        fault = Typed({})
        status = fault.refuse(refused)
        return await entry_page(request, principal, asking, entry, fault, status=status)
    return RedirectResponse(f"/knowledge/{entry_id}", status_code=303)


@router.post("/knowledge-files/{file_id}/remove")
async def detach(file_id: RowId, principal: CurrentUser, asking: Asking) -> Response:
    """Take a file off its entry."""
    file = await files.detach(asking, principal, file_id)
    return RedirectResponse(f"/knowledge/{file.entry_id}", status_code=303)


async def _history(
    request: Request,
    principal: Principal,
    asking: Asking,
    now: Entry,
    form: Typed,
    *,
    status: int = 200,
) -> HTMLResponse:
    before = await asking.ask(lambda one: knowledge.versions(one, now.id))
    every = [now, *before]
    shown = [
        (each, _changes(each, every[place + 1] if place + 1 < len(every) else None))
        for place, each in enumerate(every)
    ]
    return page(
        request,
        "knowledge_history.html",
        status=status,
        entry=now,
        versions=shown,
        form=form,
        show=show_of(request, principal),
    )


def _changes(after: Entry, before: Entry | None) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return each field that a save changed as pieces: kept, gone (`del`) and new (`ins`)."""
    found_ = []
    for name in WORDS:
        old, new = (f"{getattr(each, name) or ''}" if each else "" for each in (before, after))
        if old != new:
            found_.append((name, pieces(old, new)))
    return found_


def pieces(old: str, new: str) -> list[tuple[str, str]]:
    """Return how one text became another: pieces that are `same`, `del` or `ins`, in order."""
    found_: list[tuple[str, str]] = []
    matcher = SequenceMatcher(None, old, new, autojunk=len(old) > 2000)
    for what, i, j, k, m in matcher.get_opcodes():
        if what == "equal":
            found_.append(("same", old[i:j]))
            continue
        if j > i:
            found_.append(("del", old[i:j]))
        if m > k:
            found_.append(("ins", new[k:m]))
    return found_
