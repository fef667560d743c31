"""Owns the outage notice in the API (QUE-6): see it, put it up, take it off."""

from datetime import UTC, datetime

import anyio.to_thread
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from features.outage import files as notices
from features.outage.rules import OutageAnnouncement, OutageKind, standard
from floor.floor import Floor
from permissions.routes import LEADERS
from settings import Settings
from web.asking import CurrentUser
from web.problems import Refused, documented

router = APIRouter(prefix="/api/v1/notice", tags=["notice"])


class OutageShape(BaseModel):
    """What callers hear before the greeting."""

    kind: OutageKind
    text_zh: str = Field(examples=["因停电无法缴费,给您造成不便,请谅解!"])
    text_en: str
    since: datetime


class OutageState(BaseModel):
    """The notice that is up, or null."""

    notice: OutageShape | None


class WantedNotice(BaseModel):
    """The notice to put up."""

    model_config = ConfigDict(extra="forbid")

    kind: OutageKind = Field(description="`power` or `computer`; these have sounds.")


@router.get("", responses=documented(401, 403, 503))
async def show_notice(request: Request, _principal: CurrentUser) -> OutageState:
    """The notice callers hear now."""
    folder = _settings(request).paths.notice
    return _state(await anyio.to_thread.run_sync(notices.current, folder))


@router.put("", responses=documented(401, 403, 422, 503))
async def put_notice(
    request: Request, wanted: WantedNotice, _principal: CurrentUser
) -> OutageState:
    """Put a notice in front of the hotline, from the next call on; it replaces one that is up."""
    if wanted.kind is OutageKind.CUSTOM:
        raise Refused(
            422, "A text of your own has no sound to be spoken with; use power or computer."
        )
    folder = _settings(request).paths.notice
    notice = standard(wanted.kind, datetime.now(UTC))
    try:
        await anyio.to_thread.run_sync(notices.put_up, folder, notice)
    except OSError as error:
        raise Refused(503, "The notice could not be written on this machine.") from error
    _tell(request)
    return _state(notice)


@router.delete("", responses=documented(401, 403, 503))
async def delete_notice(request: Request, _principal: CurrentUser) -> OutageState:
    """Take the notice off; that there was none is no error."""
    try:
        await anyio.to_thread.run_sync(notices.take_down, _settings(request).paths.notice)
    except OSError as error:
        raise Refused(503, "The notice could not be taken off on this machine.") from error
    _tell(request)
    return OutageState(notice=None)


def _tell(request: Request) -> None:
    """Have every open wallboard look at the notice again."""
    floor: Floor = request.app.state.floor
    floor.streams.tell_roles(LEADERS, "notice", {})


def _settings(request: Request) -> Settings:
    current: Settings = request.app.state.settings
    return current


def _state(notice: OutageAnnouncement | None) -> OutageState:
    if notice is None:
        return OutageState(notice=None)
    return OutageState(
        notice=OutageShape(
            kind=notice.kind, text_zh=notice.text_zh, text_en=notice.text_en, since=notice.since
        )
    )
