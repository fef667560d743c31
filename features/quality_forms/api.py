"""API of the forms of inspection."""

from typing import Annotated

from fastapi import APIRouter, Path

from features.quality_forms import actions, queries
from features.quality_forms.actions import DraftInput, FormInput, FormVersion
from features.quality_forms.shapes import FormShape, FormVersionShape
from web.api_models import Asking, CurrentUser, ListPage, RowId, found
from web.problems import documented

router = APIRouter(prefix="/api/v1/quality-forms", tags=["quality"])


@router.get("", responses=documented(401, 403, 503))
async def list_quality_forms(_principal: CurrentUser, asking: Asking) -> ListPage[FormShape]:
    """Every form, by name; it is never more than one page."""
    every = await asking.ask(queries.forms)
    return ListPage(items=[FormShape.of(each) for each in every], next=None)


@router.post("", status_code=201, responses=documented(401, 403, 409, 422, 503))
async def make_quality_form(given: FormInput, principal: CurrentUser, asking: Asking) -> FormShape:
    """Make a form; its questions are saved by `PUT`."""
    return FormShape.of(await actions.make(asking, principal, given))


@router.get("/{form_id}", responses=documented(401, 403, 404, 422, 503))
async def show_quality_form(form_id: RowId, _principal: CurrentUser, asking: Asking) -> FormShape:
    """One form with its draft."""
    return FormShape.of(found(await asking.ask(lambda c: queries.form(c, form_id)), "form"))


@router.put("/{form_id}", responses=documented(401, 403, 404, 409, 422, 503))
async def save_quality_form(
    form_id: RowId, given: DraftInput, principal: CurrentUser, asking: Asking
) -> FormShape:
    """Keep a draft; nobody is scored with it until it is published."""
    return FormShape.of(await actions.save(asking, principal, form_id, given))


@router.post("/{form_id}/publish", responses=documented(401, 403, 404, 409, 422, 503))
async def publish_quality_form(
    form_id: RowId, given: DraftInput, principal: CurrentUser, asking: Asking
) -> FormShape:
    """Publish what is given as the next version; earlier scores keep theirs."""
    return FormShape.of(await actions.publish(asking, principal, form_id, given))


@router.post("/{form_id}/retire", responses=documented(401, 403, 404, 409, 422, 503))
async def retire_quality_form(
    form_id: RowId, given: FormVersion, principal: CurrentUser, asking: Asking
) -> FormShape:
    """Have no new score made with it."""
    return FormShape.of(await actions.retire(asking, principal, form_id, given))


@router.get("/{form_id}/versions/{version}", responses=documented(401, 403, 404, 422, 503))
async def show_quality_form_version(
    form_id: RowId,
    version: Annotated[int, Path(ge=1, le=2**31 - 1)],
    _principal: CurrentUser,
    asking: Asking,
) -> FormVersionShape:
    """What a form asked for in one of its published versions."""
    one = await asking.ask(lambda c: queries.published(c, form_id, version))
    return FormVersionShape.of(found(one, "version"))
