"""API of the outage announcement (QUE-6): read, switch on, switch off."""

from datetime import datetime

import anyio.to_thread
from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from features.outage import actions
from features.outage import files as announcements
from features.outage.actions import AnnouncementInput
from features.outage.rules import OutageAnnouncement, OutageKind
from floor.floor import Floor
from permissions.roles import LEADERS
from settings import Settings
from web.api_models import Asking, CurrentUser
from web.problems import documented
from web.shapes import Plain

router = APIRouter(prefix="/api/v1/outage", tags=["outage"])


class OutageShape(BaseModel):
    """What callers hear before the greeting."""

    kind: OutageKind
    text_zh: Plain = Field(examples=["因停电无法缴费,给您造成不便,请谅解!"])
    text_en: Plain
    since: datetime


class OutageState(BaseModel):
    """The announcement that is up, or null."""

    announcement: OutageShape | None


@router.get("", responses=documented(401, 403, 503))
async def show_announcement(request: Request, _principal: CurrentUser) -> OutageState:
    """The announcement callers hear now."""
    folder = _settings(request).paths.outage
    return _state(await anyio.to_thread.run_sync(announcements.current, folder))


@router.put("", responses=documented(401, 403, 422, 503))
async def put_announcement(
    request: Request, given: AnnouncementInput, principal: CurrentUser, asking: Asking
) -> OutageState:
    """Put an announcement in front of the hotline, from the next call on; it replaces one that is
    up.
    """
    folder = _settings(request).paths.outage
    announcement = await asking.write(
        lambda connection: actions.put_up(connection, principal, folder, given)
    )
    _tell(request)
    return _state(announcement)


@router.delete("", responses=documented(401, 403, 503))
async def delete_announcement(
    request: Request, principal: CurrentUser, asking: Asking
) -> OutageState:
    """Take the announcement off; that there was none is no error."""
    folder = _settings(request).paths.outage
    await asking.write(lambda connection: actions.take_down(connection, principal, folder))
    _tell(request)
    return OutageState(announcement=None)


def _tell(request: Request) -> None:
    """Have every open wallboard look at the announcement again."""
    floor: Floor = request.app.state.floor
    floor.streams.tell_roles(LEADERS, "announcement", {})


def _settings(request: Request) -> Settings:
    current: Settings = request.app.state.settings
    return current


def _state(announcement: OutageAnnouncement | None) -> OutageState:
    if announcement is None:
        return OutageState(announcement=None)
    return OutageState(
        announcement=OutageShape(
            kind=announcement.kind,
            text_zh=announcement.text_zh,
            text_en=announcement.text_en,
            since=announcement.since,
        )
    )
