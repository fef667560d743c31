"""Pages of the forms of inspection: all of them, and the editor of one."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from db.bounded import RequestDatabase
from features.quality_forms import actions, queries
from features.quality_forms.actions import FormInput, FormVersion
from features.quality_forms.rules import Thing
from features.quality_forms.typing_in import draft_of, rows_of, typed_rows
from permissions.may import may
from settings import Settings
from web.api_models import Asking, CurrentUser, RowId, found
from web.current_user import Principal
from web.formats import Formats
from web.forms import Typed, longest, typed
from web.pages import page
from web.problems import Refused

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/quality-forms")
async def show_forms(request: Request, principal: CurrentUser, asking: Asking) -> HTMLResponse:
    """All forms, and the beginning of a new one."""
    return await _all(request, principal, asking, Typed({}))


@router.post("/quality-forms")
async def make_form(request: Request, principal: CurrentUser, asking: Asking) -> Response:
    """Make a form, and open its editor."""
    form = await typed(request)
    try:
        made = await actions.make(asking, principal, form.read(FormInput))
    except Refused as refused:
        return await _all(request, principal, asking, form, status=form.refuse(refused))
    return RedirectResponse(f"/quality-forms/{made.id}", status_code=303)


@router.get("/quality-forms/{form_id}")
async def show_form(
    request: Request, form_id: RowId, principal: CurrentUser, asking: Asking
) -> HTMLResponse:
    """The editor of one form; who may not write reads it."""
    return await _one(request, principal, asking, form_id, Typed({}))


@router.post("/quality-forms/{form_id}")
async def save_form(
    request: Request, form_id: RowId, principal: CurrentUser, asking: Asking
) -> Response:
    """Keep the draft as it was typed."""
    form = await typed(request)
    try:
        await actions.save(asking, principal, form_id, draft_of(form, typed_rows(form)))
    except Refused as refused:
        status = form.refuse(refused)
        return await _one(request, principal, asking, form_id, form, status=status)
    return RedirectResponse(f"/quality-forms/{form_id}", status_code=303)


@router.post("/quality-forms/{form_id}/publish")
async def publish_form(
    request: Request, form_id: RowId, principal: CurrentUser, asking: Asking
) -> Response:
    """Publish what was typed."""
    form = await typed(request)
    try:
        await actions.publish(asking, principal, form_id, draft_of(form, typed_rows(form)))
    except Refused as refused:
        status = form.refuse(refused)
        return await _one(request, principal, asking, form_id, form, status=status)
    return RedirectResponse(f"/quality-forms/{form_id}", status_code=303)


@router.post("/quality-forms/{form_id}/retire")
async def retire_form(
    request: Request, form_id: RowId, principal: CurrentUser, asking: Asking
) -> Response:
    """Have no new score made with it."""
    form = await typed(request)
    try:
        await actions.retire(asking, principal, form_id, form.read(FormVersion))
    except Refused as refused:
        status = form.refuse(refused)
        return await _one(request, principal, asking, form_id, form, status=status)
    return RedirectResponse("/quality-forms", status_code=303)


async def _all(
    request: Request,
    principal: Principal,
    asking: RequestDatabase,
    form: Typed,
    *,
    status: int = 200,
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    return page(
        request,
        "quality_forms.html",
        status=status,
        forms=await asking.ask(queries.forms),
        things=[each.value for each in Thing],
        form=form,
        longest=longest(FormInput),
        may_write=may(principal, "quality_form.write"),
        show=Formats(settings.zone, principal.role),
    )


async def _one(
    request: Request,
    principal: Principal,
    asking: RequestDatabase,
    form_id: int,
    form: Typed,
    *,
    status: int = 200,
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    one = found(await asking.ask(lambda c: queries.form(c, form_id)), "form")
    typed_anew = any(name.startswith("words_") for name in form.typed)
    return page(
        request,
        "quality_form.html",
        status=status,
        one=one,
        rows=typed_rows(form) if typed_anew else rows_of(one.draft),
        form=form,
        may_write=may(principal, "quality_form.write"),
        show=Formats(settings.zone, principal.role),
    )
