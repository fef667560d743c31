"""API of recordings; each play is on record (QA-5, SEC-1)."""

from functools import partial
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from callflow.text import clean
from db.bounded import RequestDatabase
from features.audit.access import audit_entry, recorded, refused, theirs
from features.call_recordings import audio, queries
from features.call_recordings.audio import MEDIA_TYPES, AudioFormat
from features.call_recordings.file_names import file_name
from features.call_recordings.hearing import Hearing
from features.call_recordings.lifecycle import Recording, RecordingKind, RecordingState
from features.call_recordings.queries import RecordingFilter
from features.call_recordings.shapes import RecordingShape
from features.call_recordings.waveforms import MOST_POINTS, POINTS, Waveforms
from features.calls.lifecycle import Disposition
from permissions.may import may, reach_of
from recordings.codings import MEDIA_TYPE, SUFFIX, Coding
from recordings.convert import Encoder
from recordings.sources import FileBytes
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


LONGEST_S = 1_000_000.0
"""No recording is as long."""


class WhichRecordings(ListQuery):
    """Which recordings; every field that is given must hold. Times are when they were kept."""

    call_id: Identity | None = Field(None, description="The call that was recorded.")
    ref: Text | None = Field(None, description="The X-Ref of that call.")
    number: Text | None = Field(None, description="The caller's number, whole.")
    agent: Text | None = Field(None, description="The agent who answered.", examples=["8001"])
    disposition: Disposition | None = Field(None, description="How that call ended.")
    kind: RecordingKind | None = None
    state: RecordingState | None = None


class WhichPeaks(BaseModel):
    """Of which stretch of a recording, and how fine."""

    model_config = ConfigDict(extra="forbid")

    from_s: float = Field(0.0, ge=0, le=LONGEST_S, description="From this second on.")
    to_s: float | None = Field(
        None, ge=0, le=LONGEST_S, description="Up to this second; left out: the end."
    )
    points: int = Field(POINTS, ge=1, le=MOST_POINTS, description="Peaks of each side at most.")


class PeaksShape(BaseModel):
    """The waveform of a recording, or of a stretch of it."""

    seconds: float = Field(description="The recording's length.", examples=[12.34])
    from_s: float
    to_s: float
    peaks: list[list[float]] = Field(
        description="For each channel up to `points` peaks, 0 to 1, of equal parts."
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
            "content": {kind: {} for kind in MEDIA_TYPE.values()},
        },
        206: {
            "description": "The range asked for.",
            "content": {kind: {} for kind in MEDIA_TYPE.values()},
        },
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
        AudioFormat | None,
        Query(
            alias="format",
            description="WAV, or encoded: then it is whole. Left out: as the house keeps it, which "
            "is what players want; the answer's type says what it is.",
        ),
    ] = None,
    download: Annotated[
        bool, Query(description="To be kept as a file, not played; the audit log says so.")
    ] = False,
) -> Response:
    """The audio of one recording. Every fetch is on record before a byte is sent.

    Who may listen may not take a file home: a download, and every format but WAV, needs the right
    to it, `recording.download`. A file of a sealed recording, or one in the S3-compatible storage,
    is opened by us on its way.
    """
    recording = await _recording(recording_id, "recording.listen", principal, asking)
    _require_reason(principal, why)
    hearing: Hearing = request.app.state.waveforms.hearing
    sound = await hearing.sound(asking, recording)
    show = Formats(request.app.state.settings.zone, principal.role)
    kind = form.value if form is not None else SUFFIX[sound.coding].removeprefix(".")
    named = await asking.ask(lambda one: file_name(one, recording, kind, show))
    kept = download or form not in {None, AudioFormat.WAV}
    if kept:
        await _require_download(recording.id, principal, asking)
    disposition = f'{"attachment" if kept else "inline"}; filename="{named}"'
    answer: Response
    what = clean(range or "whole")
    if form is None:
        media_type = MEDIA_TYPE[sound.coding]
        answer = await audio.sent(sound.bytes, media_type, range, disposition)
    elif form is AudioFormat.WAV:
        of = sound.bytes
        if sound.coding is not Coding.WAV:
            of = FileBytes.of(await hearing.wav(recording, sound))
        answer = await audio.sent(of, MEDIA_TYPES[form], range, disposition)
    else:
        encoder: Encoder = request.app.state.encoder
        path = await hearing.wav(recording, sound)
        answer, what = await audio.encoded(encoder, path, form, disposition), f"whole, {form.value}"
    what += ", downloaded" if download else ""
    await recorded(asking, audit_entry(principal, "recording.audio", recording.id, what, why=why))
    return answer


@router.get("/{recording_id}/peaks", responses=documented(401, 403, 404, 410, 422, 503))
async def show_peaks(
    request: Request,
    recording_id: Identity,
    principal: CurrentUser,
    asking: Asking,
    wanted: Annotated[WhichPeaks, Query()],
) -> PeaksShape:
    """How loud each side of one recording is, to be drawn; nothing can be heard from it."""
    recording = await _recording(recording_id, "recording.listen", principal, asking)
    waveforms: Waveforms = request.app.state.waveforms
    to_s = recording.seconds if wanted.to_s is None else min(wanted.to_s, recording.seconds)
    from_s = wanted.from_s
    if from_s > to_s:
        raise Refused(422, "`from_s` should be before `to_s`, and within the recording.")
    drawn = await waveforms.of(
        recording.id,
        lambda: _wav(waveforms.hearing, asking, recording),
        points=wanted.points,
        from_s=from_s,
        to_s=to_s,
    )
    peaks = [list(side) for side in drawn]
    return PeaksShape(seconds=recording.seconds, from_s=from_s, to_s=to_s, peaks=peaks)


def _require_reason(principal: Principal, why: str) -> None:
    if principal.account_id is not None and not why:
        raise Refused(422, "Say why you listen: `why` in a few words.")


async def _require_download(
    recording_id: str, principal: Principal, asking: RequestDatabase
) -> None:
    verb = "recording.download"
    if not may(principal, verb):
        await refused(asking, principal, verb, recording_id)
        said = f"The role {principal.role.value} may listen to recordings, not download them."
        raise Refused(403, said)
    found(await recording_of(recording_id, verb, principal, asking), "recording")


async def _wav(hearing: Hearing, asking: RequestDatabase, recording: Recording) -> Path:
    return await hearing.wav(recording, await hearing.sound(asking, recording))


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
