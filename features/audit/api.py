"""API of the audit log: who read or changed what (SEC-1, QA-5)."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from features.audit import log as audit
from features.audit.log import AuditFilter
from features.customers.shapes import AuditShape
from permissions.may import reach_of
from web.api_models import Asking, CurrentUser, ListPage, ListQuery, Text, list_page
from web.problems import documented

router = APIRouter(prefix="/api/v1/audit", tags=["audit"])


class AuditQuery(ListQuery):
    """Which entries; every field that is given must hold. Times are those of the access."""

    subject: Text | None = Field(None, description="The id of what was looked at.")
    action: Text | None = Field(None, examples=["recording.audio"])
    number: Text | None = Field(None, description="The account of who did it.", examples=["1001"])


@router.get("", responses=documented(401, 403, 422, 503))
async def list_audit_entries(
    wanted: Annotated[AuditQuery, Query()], principal: CurrentUser, asking: Asking
) -> ListPage[AuditShape]:
    """Who looked at or listened to what, and why; newest first."""
    listing = partial(audit.entries, reach=reach_of(principal, "audit.read"))
    page = await list_page(asking, listing, AuditFilter(**wanted.filters()), wanted)
    return ListPage(items=[AuditShape.of(each) for each in page.items], next=page.next)
