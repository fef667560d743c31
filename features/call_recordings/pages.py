"""Page address of a recording: it leads to the page of its call."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from features.call_recordings.api import recording_of
from web.api_models import Asking, CurrentUser, Identity
from web.problems import Refused

router = APIRouter(include_in_schema=False)


@router.get("/recordings/{recording_id}")
async def show_recording(
    recording_id: Identity, principal: CurrentUser, asking: Asking
) -> Response:
    """Lead from a recording to its call."""
    recording = await recording_of(recording_id.lower(), "recording.read", principal, asking)
    if recording is None:
        raise Refused(404, "There is no recording with this id.")
    return RedirectResponse(f"/calls/{recording.call_id}", status_code=303)
