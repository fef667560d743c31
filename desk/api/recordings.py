"""Owns the API's questions about recordings, and who listened to which (QA-5, SEC-1)."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import Field

from callflow.lifecycles.call import Disposition
from callflow.lifecycles.recording import Recording, RecordingKind, RecordingState
from callflow.text import clean
from desk import audio
from desk.api.asking import (
    Asking,
    Identity,
    Known,
    Many,
    Paged,
    Text,
    found,
    may_search_by_number,
    turned,
)
from desk.looks import look, recorded
from desk.problems import documented
from desk.shapes import RecordingShape
from settings import Settings
from tickets import queries
from tickets.queries import RecordingFilter

router = APIRouter(prefix="/api/v1/recordings", tags=["recordings"])


class WhichRecordings(Paged):
    """Which recordings; every field that is given must hold. Times are when they were kept."""

    call_id: Identity | None = Field(None, description="The call that was recorded.")
    ref: Text | None = Field(None, description="The X-Ref of that call.")
    number: Text | None = Field(None, description="The caller's number, whole.")
    agent: Text | None = Field(None, description="The agent who answered.", examples=["8001"])
    disposition: Disposition | None = Field(None, description="How that call ended.")
    kind: RecordingKind | None = None
    state: RecordingState | None = None


@router.get("", responses=documented(401, 403, 422, 503))
async def list_recordings(
    wanted: Annotated[WhichRecordings, Query()], holder: Known, asking: Asking
) -> Many[RecordingShape]:
    """Recordings, newest first."""
    may_search_by_number(holder, wanted.number)
    which = RecordingFilter(**wanted.model_dump(exclude={"limit", "cursor"}))
    page = await turned(
        asking.ask(
            lambda connection: queries.recordings(
                connection, which, limit=wanted.limit, cursor=wanted.cursor
            )
        )
    )
    return Many(items=[RecordingShape.of(each) for each in page.items], next=page.next)


@router.get("/{recording_id}", responses=documented(401, 403, 404, 422, 503))
async def show_recording(recording_id: Identity, _holder: Known, asking: Asking) -> RecordingShape:
    """One recording."""
    return RecordingShape.of(await _recording(recording_id, asking))


@router.get(
    "/{recording_id}/audio",
    response_class=StreamingResponse,
    responses={
        200: {"description": "The whole WAV file.", "content": {"audio/wav": {}}},
        206: {"description": "The range asked for.", "content": {"audio/wav": {}}},
        **documented(401, 403, 404, 410, 416, 422, 503),
    },
)
async def fetch_audio(
    request: Request,
    recording_id: Identity,
    holder: Known,
    asking: Asking,
    range: Annotated[  # noqa: A002 (the header's name)
        str | None, Header(description="One range of bytes, `bytes=0-65535`.", max_length=100)
    ] = None,
) -> StreamingResponse:
    """The audio of one recording, a WAV file. Every fetch is on record before a byte is sent."""
    recording = await _recording(recording_id, asking)
    current: Settings = request.app.state.settings
    path = audio.stored(current.paths.store, recording.path)
    answer = audio.sent(path, range, f"{recording.id}.wav")
    seen = look(holder, "recording.audio", recording.id, clean(range or "whole"))
    await recorded(asking, seen)
    return answer


async def _recording(recording_id: str, asking: Asking) -> Recording:
    return found(
        await asking.ask(lambda connection: queries.recording(connection, recording_id.lower())),
        "recording",
    )
