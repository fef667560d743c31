"""API of the trunks: how each is."""

from collections.abc import Sequence

import anyio.to_thread
from fastapi import APIRouter, Request

from features.trunks.states import TrunkShape, states
from web.api_models import CurrentUser
from web.problems import documented

router = APIRouter(prefix="/api/v1/trunks", tags=["trunks"])


@router.get("", responses=documented(401, 403))
async def list_trunks(request: Request, _principal: CurrentUser) -> Sequence[TrunkShape]:
    """The trunks on which we call, in the order in which calls try them; told anew each second."""
    return await anyio.to_thread.run_sync(states, request.app.state.settings)
