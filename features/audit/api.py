"""Owns the API's question who looked at what (SEC-1, QA-5)."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from features.audit import log as audit
from features.audit.log import LookFilter
from features.customers.shapes import LookShape
from permissions.may import reach_of
from web.asking import Asking, CurrentUser, Many, Paged, Text, turned
from web.problems import documented

router = APIRouter(prefix="/api/v1/audit", tags=["audit"])


class WhichLooks(Paged):
    """Which looks; every field that is given must hold. Times are of the look."""

    subject: Text | None = Field(None, description="The id of what was looked at.")
    action: Text | None = Field(None, examples=["recording.audio"])
    number: Text | None = Field(None, description="The account of who looked.", examples=["1001"])


@router.get("", responses=documented(401, 403, 422, 503))
async def list_looks(
    wanted: Annotated[WhichLooks, Query()], principal: CurrentUser, asking: Asking
) -> Many[LookShape]:
    """Who looked at or listened to what, and why; newest first."""
    listing = partial(audit.looks, reach=reach_of(principal, "audit.read"))
    page = await turned(asking, listing, LookFilter(**wanted.filters()), wanted)
    return Many(items=[LookShape.of(each, principal.role) for each in page.items], next=page.next)
