"""API of recordings; each play is on record (QA-5, SEC-1)."""

from functools import partial
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from callflow.text import clean
from db.bounded import RequestDatabase
from features.audit.access import audit_entry, recorded, theirs
from features.call_recordings import audio, queries
from features.call_recordings.audio import MEDIA_TYPES, AudioFormat
from features.call_recordings.file_names import file_name
from features.call_recordings.lifecycle import Recording, RecordingKind, RecordingState
from features.call_recordings.queries import RecordingFilter
from features.call_recordings.shapes import RecordingShape
from features.call_recordings.waveforms import POINTS, Waveforms
from features.calls.lifecycle import Disposition
from permissions.may import reach_of
from recordings.convert import Encoder
from settings import Settings
from web.api_models import (
    Asking,
    CurrentUser,
    Identity,
    ListPage,
    ListQuery,
    LongLine,
    Plan,
    Text,
    found,
    list_page,
    may_search_by_number,
)
from web.current_user import Principal
from web.formats import Formats
from web.problems import Refused, documented

router = APIRouter(prefix="/api/v1/recordings", tags=["recordings"])


class WhichRecordings(ListQuery):
    """Which recordings; every field that is given must hold. Times are when they were kept."""

    call_id: Identity | None = Field(None, description="The call that was recorded.")
    ref: Text | None = Field(None, description="The X-Ref of that call.")
    number: Text | None = Field(None, description="The caller's number, whole.")
    agent: Text | None = Field(None, description="The agent who answered.", examples=["8001"])
    disposition: Disposition | None = Field(None, description="How that call ended.")
    kind: RecordingKind | None = None
    state: RecordingState | None = None


class PeaksShape(BaseModel):
    """The waveform of a recording."""

    seconds: float = Field(description="Its length.", examples=[12.34])
    peaks: list[list[float]] = Field(
        description=f"For each channel up to {POINTS} peaks, 0 to 1, of equal parts."
    )


@router.get("", responses=documented(401, 403, 422, 503))
async def list_recordings(
    wanted: Annotated[WhichRecordings, Query()],
    principal: CurrentUser,
    asking: Asking,
    plan: Plan,
) -> ListPage[RecordingShape]:
    """Recordings, newest first."""
    may_search_by_number(principal, wanted.number)
    which = RecordingFilter(**wanted.filters(plan))
    listing = partial(queries.recordings, reach=reach_of(principal, "recording.read"))
    page = await list_page(asking, listing, which, wanted)
    return ListPage(items=[RecordingShape.of(each) for each in page.items], next=page.next)


@router.get("/{recording_id}", responses=documented(401, 403, 404, 422, 503))
async def show_recording(
    recording_id: Identity, principal: CurrentUser, asking: Asking
) -> RecordingShape:
    """One recording."""
    return RecordingShape.of(await _recording(recording_id, "recording.read", principal, asking))


@router.get(
    "/{recording_id}/audio",
    response_class=Response,
    responses={
        200: {
            "description": "The whole file.",
            "content": {kind: {} for kind in MEDIA_TYPES.values()},
        },
        206: {"description": "The range asked for, of a WAV file.", "content": {"audio/wav": {}}},
        **documented(401, 403, 404, 410, 416, 422, 503),
    },
)
async def fetch_audio(
    request: Request,
    recording_id: Identity,
    principal: CurrentUser,
    asking: Asking,
    range: Annotated[  # noqa: A002 (the header's name)
        str | None, Header(description="One range of bytes, `bytes=0-65535`.", max_length=100)
    ] = None,
    why: Annotated[
        LongLine, Query(description="Why it is listened to, in words; people must say it (QA-5).")
    ] = "",
    form: Annotated[
        AudioFormat,
        Query(alias="format", description="WAV as it was recorded, or encoded: then it is whole."),
    ] = AudioFormat.WAV,
    download: Annotated[
        bool, Query(description="To be kept as a file, not played; the audit log says so.")
    ] = False,
) -> Response:
    """The audio of one recording. Every fetch is on record before a byte is sent."""
    recording = await _recording(recording_id, "recording.listen", principal, asking)
    _require_reason(principal, why)
    path = _path(request, recording)
    show = Formats(request.app.state.settings.zone, principal.role)
    named = await asking.ask(lambda one: file_name(one, recording, form, show))
    kept = download or form is not AudioFormat.WAV
    disposition = f'{"attachment" if kept else "inline"}; filename="{named}"'
    answer: Response
    if form is AudioFormat.WAV:
        answer, what = audio.sent(path, range, disposition), clean(range or "whole")
    else:
        encoder: Encoder = request.app.state.encoder
        answer, what = await audio.encoded(encoder, path, form, disposition), f"whole, {form.value}"
    what += ", downloaded" if download else ""
    await recorded(asking, audit_entry(principal, "recording.audio", recording.id, what, why=why))
    return answer


@router.get("/{recording_id}/peaks", responses=documented(401, 403, 404, 410, 422, 503))
async def show_peaks(
    request: Request, recording_id: Identity, principal: CurrentUser, asking: Asking
) -> PeaksShape:
    """How loud each side of one recording is, to be drawn; nothing can be heard from it."""
    recording = await _recording(recording_id, "recording.listen", principal, asking)
    waveforms: Waveforms = request.app.state.waveforms
    drawn = await waveforms.of(recording.id, _path(request, recording))
    return PeaksShape(seconds=recording.seconds, peaks=[list(side) for side in drawn])


def _require_reason(principal: Principal, why: str) -> None:
    if principal.account_id is not None and not why:
        raise Refused(422, "Say why you listen: `why` in a few words.")


def _path(request: Request, recording: Recording) -> Path:
    current: Settings = request.app.state.settings
    return audio.stored(current.paths.store, recording.path)


async def _recording(
    recording_id: str, verb: str, principal: Principal, asking: RequestDatabase
) -> Recording:
    return found(await recording_of(recording_id.lower(), verb, principal, asking), "recording")


async def recording_of(
    recording_id: str, verb: str, principal: Principal, asking: RequestDatabase
) -> Recording | None:
    """Return a recording that somebody has a verb for."""
    return await theirs(
        asking,
        principal,
        verb,
        recording_id,
        lambda one, reach: queries.recording(one, recording_id, reach=reach),
    )
