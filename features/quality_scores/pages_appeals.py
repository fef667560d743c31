"""Pages of appeals, and of coaching notes."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from db.bounded import RequestDatabase
from db.paging import UnknownCursorError
from features.quality_forms import queries as forms
from features.quality_scores import actions_appeals as actions
from features.quality_scores import appeals, scores
from features.quality_scores.inputs import DecisionInput, NoteInput
from features.quality_scores.typing_in import given_of, mark_rows, shown
from permissions.may import may, reach_of
from permissions.scopes import EVERYTHING, Scope
from settings import Settings
from web.api_models import Asking, CurrentUser, Person, RowId, found
from web.current_user import Principal
from web.formats import Formats
from web.forms import Typed, longest, typed
from web.pages import page
from web.problems import Refused

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/quality-appeals")
async def show_appeals(
    request: Request,
    principal: CurrentUser,
    asking: Asking,
    which: Annotated[str, Query(max_length=12)] = "open",
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> HTMLResponse:
    """Appeals; agents see their own."""
    settings: Settings = request.app.state.settings
    reach = reach_of(principal, "quality_appeal.read")
    open_only = which == "open" and reach.scope is not Scope.OWN
    listing = partial(appeals.appeals, reach=reach, open_only=open_only, cursor=cursor)
    try:
        rows = await asking.ask(listing)
    except UnknownCursorError:
        raise Refused(422, "This page of the list is none of ours.") from None
    return page(
        request,
        "quality_appeals.html",
        rows=rows,
        which="open" if open_only else "every",
        of_others=reach.scope is not Scope.OWN,
        first_page=f"/quality-appeals?which={which}" if cursor else "",
        next_page=f"/quality-appeals?which={which}&cursor={rows.next}" if rows.next else "",
        show=Formats(settings.zone, principal.role),
    )


@router.post("/quality-appeals/{appeal_id}/decide")
async def decide(request: Request, appeal_id: RowId, principal: Person, asking: Asking) -> Response:
    """Decide an appeal; what was wrong is said beside the form."""
    form = await typed(request)
    try:
        one = await actions.decide(asking, principal, appeal_id, given_of(form, DecisionInput))
    except Refused as refused:
        status = form.refuse(refused)
        return await _decision(request, principal, asking, appeal_id, form, status=status)
    return RedirectResponse(f"/quality-results/{one.score_id}", status_code=303)


@router.get("/quality-notes")
async def show_notes(
    request: Request,
    principal: CurrentUser,
    asking: Asking,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> HTMLResponse:
    """Coaching notes; agents see those to them."""
    return await _notes(request, principal, asking, Typed({}), cursor=cursor)


@router.post("/quality-notes")
async def write_note(request: Request, principal: Person, asking: Asking) -> Response:
    """Tell an agent something."""
    form = await typed(request)
    try:
        await actions.write_note(asking, principal, form.read(NoteInput))
    except Refused as refused:
        status = form.refuse(refused)
        return await _notes(request, principal, asking, form, status=status)
    return RedirectResponse("/quality-notes", status_code=303)


@router.post("/quality-notes/{note_id}/seen")
async def see_note(request: Request, note_id: RowId, principal: Person, asking: Asking) -> Response:
    """Keep that one has seen a note."""
    await typed(request)
    await actions.see_note(asking, principal, note_id)
    return RedirectResponse("/quality-notes", status_code=303)


async def _decision(
    request: Request,
    principal: Principal,
    asking: RequestDatabase,
    appeal_id: int,
    form: Typed,
    *,
    status: int,
) -> HTMLResponse:
    """Return the form of a decision once more, with what was typed."""
    settings: Settings = request.app.state.settings
    show = Formats(settings.zone, principal.role)
    reach = reach_of(principal, "quality_appeal.decide")
    one = found(await asking.ask(lambda c: appeals.one(c, appeal_id, reach=reach)), "appeal")
    score = found(
        await asking.ask(lambda c: scores.one(c, one.score_id, reach=EVERYTHING)), "score"
    )
    used = (score.form_id, score.form_version)
    kept = {key: answer.value for key, answer in score.answers.items()}
    return page(
        request,
        "quality_decision.html",
        status=status,
        appeal=one,
        score=score,
        form_used=found(await asking.ask(lambda c: forms.published(c, *used)), "form"),
        answers={key: form.shown(f"answer_{key}", value) for key, value in kept.items()},
        marks=mark_rows(form, shown(score.marks, show)),
        form=form,
        show=show,
    )


async def _notes(
    request: Request,
    principal: Principal,
    asking: RequestDatabase,
    form: Typed,
    *,
    cursor: str | None = None,
    status: int = 200,
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    reach = reach_of(principal, "quality_note.read")
    try:
        rows = await asking.ask(partial(appeals.notes, reach=reach, cursor=cursor))
    except UnknownCursorError:
        raise Refused(422, "This page of the list is none of ours.") from None
    return page(
        request,
        "quality_notes.html",
        status=status,
        rows=rows,
        may_write=may(principal, "quality_note.write"),
        first_page="/quality-notes" if cursor else "",
        next_page=f"/quality-notes?cursor={rows.next}" if rows.next else "",
        longest=longest(NoteInput),
        form=form,
        show=Formats(settings.zone, principal.role),
    )
