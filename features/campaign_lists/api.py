"""API of campaign lists: uploaded and checked before a single call (CBK-3)."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from callflow.call import Language
from db.bounded import Database
from features.campaign_lists import actions as list_actions
from features.campaign_lists import lists
from features.campaign_lists.shapes import ListShape, UnreadableShape
from features.campaigns import actions
from imports.faults import UnreadableError
from settings import Settings
from web.api_models import Asking, CurrentUser, Identity, Line, found
from web.list_shapes import sentences_of
from web.problems import Refused, documented
from web.words import said

router = APIRouter(prefix="/api/v1/campaign-lists", tags=["campaigns"])


@router.post(
    "",
    status_code=201,
    responses=documented(401, 403, 408, 413, 422, 503),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "text/csv": {"schema": {"type": "string", "format": "binary"}},
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {
                    "schema": {"type": "string", "format": "binary"}
                },
            },
        }
    },
)
async def bring_list(
    request: Request,
    principal: CurrentUser,
    name: Annotated[Line, Query(description="The file's.")] = "",
) -> ListShape:
    """Bring a list (CSV or XLSX, its bytes as the body) and see what it says; nobody is called."""
    settings: Settings = request.app.state.settings
    database: Database = request.app.state.database
    asking = database.for_request(actions.REQUEST_BUDGET_S)
    try:
        kept = await list_actions.bring(asking, principal, settings, await request.body(), name)
    except UnreadableError as error:
        sentence = said(Language.ENGLISH)(error.sentence, **error.gaps)
        read = UnreadableShape(why=error.why, kind=error.kind, said=sentences_of(error))
        raise Refused(422, sentence, read=read) from None
    return ListShape.of(kept)


@router.get("/{list_id}", responses=documented(401, 403, 404, 422, 503))
async def show_list(
    request: Request, list_id: Identity, _principal: CurrentUser, asking: Asking
) -> ListShape:
    """A list that was brought; it is kept for a day, or until it is a campaign."""
    settings: Settings = request.app.state.settings
    kept = found(await lists.kept(list_id, settings), "list")
    return ListShape.of(await lists.warned(kept, settings, asking))
