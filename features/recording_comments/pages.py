"""Pages of comments at moments of recordings: all of them, those of one call, and its forms."""

from functools import partial
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from db.bounded import RequestDatabase
from db.paging import Page, UnknownCursorError
from features.recording_comments import actions, queries
from features.recording_comments.actions import CommentInput, CommentSave
from features.recording_comments.queries import CommentFilter
from features.recording_comments.rules import LONGEST_WORDS, Comment, second_of
from permissions.may import reach_of
from settings import Settings
from web.api_models import Asking, CurrentUser, Identity, Person, RowId, found
from web.current_user import Principal
from web.formats import Formats
from web.forms import Typed, typed
from web.pages import page
from web.problems import Refused

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
ROWS = 50
LONGEST_AUTHOR = 8


@router.get("/recording-comments")
async def show_comments(request: Request, principal: CurrentUser, asking: Asking) -> HTMLResponse:
    """Comments of the calls that one may listen to, newest first; or those of one author."""
    settings: Settings = request.app.state.settings
    form = Typed({"author": request.query_params.get("author", "").strip()[:80]})
    author = form.shown("author")
    if author and (len(author) > LONGEST_AUTHOR or not author.isalnum()):
        form.faults["author"] = "recording_comment.fault_author"
    cursor = request.query_params.get("cursor") or None
    rows: Page[Comment] = Page([], None)
    if not form.faults:
        listing = partial(queries.comments, reach=reach_of(principal, "recording_comment.read"))
        wanted = CommentFilter(author=author or None)
        try:
            rows = await asking.ask(lambda one: listing(one, wanted, limit=ROWS, cursor=cursor))
        except UnknownCursorError:
            form.faults["cursor"] = "calls.stale_page"
    return page(
        request,
        "recording_comments.html",
        status=422 if form.faults else 200,
        form=form,
        rows=rows,
        first_page=_address(author) if cursor else "",
        next_page=_address(author, cursor=rows.next) if rows.next else "",
        show=Formats(settings.zone, principal.role),
    )


@router.get("/calls/{call_id}/comments")
async def show_comments_of_call(
    request: Request,
    call_id: Identity,
    principal: CurrentUser,
    asking: Asking,
    removed: Annotated[RowId | None, Query()] = None,
) -> HTMLResponse:
    """The comments of one call; `removed` is the one that was deleted just now."""
    return await _shown(
        request, principal, asking, call_id.lower(), Typed({}), removed=removed or 0
    )


@router.post("/calls/{call_id}/comments")
async def add_comment(
    request: Request, call_id: Identity, principal: Person, asking: Asking
) -> Response:
    """Keep a comment."""
    form = await typed(request)
    call = call_id.lower()
    try:
        place = form.shown("second")
        second = second_of(place)
        given = form.read(CommentInput, second=place or "?" if second is None else second)
        await actions.add(asking, principal, call, given)
    except Refused as refused:
        status = form.refuse(refused)
        return await _shown(request, principal, asking, call, form, status=status)
    return _back(call)


@router.post("/recording-comments/{comment_id}")
async def save_comment(
    request: Request, comment_id: RowId, principal: Person, asking: Asking
) -> Response:
    """Change a comment of one's own."""
    form = await typed(request)
    try:
        saved = await actions.save(asking, principal, comment_id, form.read(CommentSave))
    except Refused as refused:
        status = form.refuse(refused)
        reach = reach_of(principal, actions.WRITE)
        one = found(await asking.ask(lambda c: queries.one(c, comment_id, reach=reach)), "comment")
        return await _shown(
            request, principal, asking, one.call_id, form, status=status, tried=comment_id
        )
    return _back(saved.call_id)


@router.post("/recording-comments/{comment_id}/remove")
async def remove_comment(comment_id: RowId, principal: Person, asking: Asking) -> Response:
    """Delete a comment; the next page offers to put it back."""
    removed = await actions.remove(asking, principal, comment_id)
    return _back(removed.call_id, removed=comment_id)


@router.post("/recording-comments/{comment_id}/restore")
async def restore_comment(comment_id: RowId, principal: Person, asking: Asking) -> Response:
    """Put a deleted comment back."""
    restored = await actions.restore(asking, principal, comment_id)
    return _back(restored.call_id)


def _back(call_id: str, **said: int) -> Response:
    asked = f"?{urlencode(said)}" if said else ""
    return RedirectResponse(f"/calls/{call_id}/comments{asked}", status_code=303)


def _address(author: str, **more: str) -> str:
    query = urlencode({**({"author": author} if author else {}), **more})
    return f"/recording-comments?{query}" if query else "/recording-comments"


async def _shown(
    request: Request,
    principal: Principal,
    asking: RequestDatabase,
    call_id: str,
    form: Typed,
    *,
    status: int = 200,
    removed: int = 0,
    tried: int = 0,
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    await actions.must_reach(asking, principal, "recording_comment.read", call_id)
    rows = await asking.ask(lambda one: queries.of_call(one, call_id))
    gone = await _gone(asking, principal, removed) if removed else None
    return page(
        request,
        "recording_comments_of_call.html",
        status=status,
        call_id=call_id,
        rows=rows,
        form=form,
        tried=tried,
        removed=gone,
        longest=LONGEST_WORDS,
        show=Formats(settings.zone, principal.role),
    )


async def _gone(asking: RequestDatabase, principal: Principal, removed: int) -> Comment | None:
    """Return a comment of one's own that is deleted."""
    reach = reach_of(principal, actions.WRITE)
    one = await asking.ask(lambda c: queries.one(c, removed, reach=reach))
    return one if one and one.deleted_at and one.author == principal.number else None
