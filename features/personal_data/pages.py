"""Page of people's rights: who it is about, a second look, export, erasure, proof."""

from datetime import datetime
from functools import partial
from typing import TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from db.bounded import RequestDatabase
from features.personal_data import actions, erasures
from features.personal_data.actions import (
    LONGEST_TYPED,
    ConsentInput,
    ErasureInput,
    PersonInput,
    Preview,
)
from features.personal_data.api import ExportInput, patient, sent
from permissions.may import may
from settings import Settings
from web.api_models import CurrentUser, Person, RowId
from web.current_user import Principal
from web.formats import Formats
from web.forms import Typed, typed
from web.pages import page
from web.problems import Refused

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

PROOF = 50
KEEPS = tuple(name for name in Settings.model_fields if name.startswith("keep_"))
Wanted = TypeVar("Wanted", bound=PersonInput)


@router.get("/personal-data")
async def show(
    request: Request, principal: CurrentUser, saved: str = "", before: RowId | None = None
) -> HTMLResponse:
    """The form, erasures, and proof of what was destroyed."""
    return await _shown(request, principal, Typed({}), saved=saved, before=before)


@router.post("/personal-data/preview")
async def preview(request: Request, principal: Person) -> Response:
    """Show what we hold of somebody; nothing is changed."""
    form = await typed(request)
    settings: Settings = request.app.state.settings
    try:
        given = _person(form, PersonInput, settings)
        seen = await patient(request).write(
            lambda one: actions.look(one, principal, settings, given)
        )
    except Refused as refused:
        return await _shown(request, principal, form, status=form.refuse(refused))
    return await _shown(request, principal, form, preview=seen)


@router.post("/personal-data/export")
async def export(request: Request, principal: Person) -> Response:
    """Give out what we hold of somebody as a file."""
    form = await typed(request)
    settings: Settings = request.app.state.settings
    try:
        given = _person(form, ExportInput, settings)
        return await sent(patient(request), principal, settings, given)
    except Refused as refused:
        return await _shown(request, principal, form, status=form.refuse(refused))


@router.post("/personal-data/erasures")
async def erase(request: Request, principal: Person) -> Response:
    """Ask for an erasure."""
    form = await typed(request)
    settings: Settings = request.app.state.settings
    try:
        given = _person(form, ErasureInput, settings)
        await patient(request).write(lambda one: actions.erase(one, principal, settings, given))
    except Refused as refused:
        return await _shown(request, principal, form, status=form.refuse(refused))
    return RedirectResponse("/personal-data?saved=asked", status_code=303)


@router.post("/personal-data/consents")
async def note_consent(request: Request, principal: Person) -> Response:
    """Keep what a person said may be done with the data."""
    form = await typed(request)
    settings: Settings = request.app.state.settings
    try:
        given = form.read(ConsentInput)
        await patient(request).write(
            lambda one: actions.note_consent(one, principal, settings, given)
        )
    except Refused as refused:
        return await _shown(request, principal, form, status=form.refuse(refused))
    return RedirectResponse("/personal-data?saved=consent", status_code=303)


def _person(form: Typed, model: type[Wanted], settings: Settings) -> Wanted:
    """Return whom a form means; names stand in it one a line, or with commas between them."""
    text = form.shown("names").replace("，", ",").replace("、", ",").replace("\n", ",")
    names = [name.strip() for name in text.split(",") if name.strip()]
    today = datetime.now(settings.zone).date()
    return form.read(model, today=today, names=names)


async def _shown(
    request: Request,
    principal: Principal,
    form: Typed,
    *,
    preview: Preview | None = None,
    saved: str = "",
    before: int | None = None,
    status: int = 200,
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    asking: RequestDatabase = patient(request)
    listing = partial(erasures.destroyed, before=before, limit=PROOF)
    proof = await asking.ask(listing)
    return page(
        request,
        "personal_data.html",
        status=status,
        form=form,
        preview=preview,
        saved=saved if saved in {"asked", "consent"} else "",
        erasures=await asking.ask(erasures.listed),
        proof=proof,
        older=proof[-1].id if len(proof) == PROOF else None,
        longest=LONGEST_TYPED,
        keeps={name: getattr(settings, name) for name in KEEPS},
        may_erase=may(principal, "personal_data.erase") and principal.account_id is not None,
        show=Formats(settings.zone, principal.role),
    )
