"""Counts of what is due, shown beside the pages of the navigation.

Everybody who may open a page is told the same count, so one answer serves all who ask within some
seconds. What is counted for a page says its feature (`NavPage.count`).
"""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import RequestDatabase
from permissions.may import may_open
from web.api_models import Asking, CurrentUser
from web.current_user import Principal
from web.problems import documented
from web.registration import nav_pages

router = APIRouter(prefix="/api/v1/due", tags=["state"])

KEPT_S: Final = 3.0
"""Seconds for which an answer serves everybody."""


class Due(BaseModel):
    """What is due on the pages that somebody may open."""

    due: dict[str, int] = Field(description="How many, by the address of the page; none is 0.")


class Counted:
    """The last answer, and how old it is."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._at = float("-inf")
        self._counts: dict[str, int] = {}

    async def counts(self, asking: RequestDatabase) -> Mapping[str, int]:
        """Return all counts, asked for anew when the last answer is too old."""
        if self._clock() - self._at > KEPT_S:
            self._counts = await asking.ask(_counted)
            self._at = self._clock()
        return self._counts


async def _counted(connection: AsyncConnection) -> dict[str, int]:
    now = datetime.now(UTC)
    return {
        page.address: await page.count(connection, now)
        for page in nav_pages()
        if page.count is not None
    }


@router.get("", responses=documented(401, 403, 503))
async def show_due(request: Request, principal: CurrentUser, asking: Asking) -> Due:
    """How many things need somebody now, by page."""
    return Due(due=await mine(request, principal, asking))


async def mine(request: Request, principal: Principal, asking: RequestDatabase) -> dict[str, int]:
    """Return how many things are due on each page that somebody may open; none is left out."""
    counted: Counted = request.app.state.due
    counts = await counted.counts(asking)
    return {
        address: count
        for address, count in counts.items()
        if count and may_open(principal, address)
    }
