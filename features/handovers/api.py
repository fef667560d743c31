"""Owns the API of the shift hand-over log (RPT-4): written by one shift, signed by the next."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from features.customers.shapes import HandoverShape
from features.handovers import queries as handovers
from features.handovers.queries import Handover, HandoverFilter, OwnHandoverError, SignedError
from permissions.roles import sees_numbers
from web.asking import (
    Asking,
    CurrentUser,
    Given,
    Line,
    Many,
    Paged,
    Person,
    RowId,
    Typed,
    found,
    turned,
)
from web.current_user import Principal
from web.problems import Refused, documented

router = APIRouter(prefix="/api/v1/handovers", tags=["handovers"])


class WhichHandovers(Paged):
    """Which reports; times are of the writing."""


class HandoverGiven(Given):
    """What one shift tells the next."""

    shift: Annotated[Line, Field(min_length=1, max_length=40, examples=["2026-11-22 早班"])]
    equipment: Typed = ""
    problems: Typed = Field("", description="Open problems.")
    faults: Typed = ""
    staff: Typed = Field("", description="Changes of the staff.")


@router.get("", responses=documented(401, 403, 422, 503))
async def list_handovers(
    wanted: Annotated[WhichHandovers, Query()], principal: CurrentUser, asking: Asking
) -> Many[HandoverShape]:
    """Reports, newest first."""
    which = HandoverFilter(**wanted.filters())
    page = await turned(asking, handovers.handovers, which, wanted)
    return Many(items=[_shown(each, principal) for each in page.items], next=page.next)


@router.post("", status_code=201, responses=documented(401, 403, 422, 503))
async def write_handover(given: HandoverGiven, principal: Person, asking: Asking) -> HandoverShape:
    """Write the report of a shift; it cannot be changed afterwards. For people, not for tokens."""
    now, account_id = datetime.now(UTC), _account(principal)
    written = await asking.write(
        lambda connection: handovers.write(
            connection, account_id=account_id, now=now, **given.model_dump()
        )
    )
    return _shown(written, principal)


@router.post("/{handover_id}/sign", responses=documented(401, 403, 404, 409, 422, 503))
async def sign_handover(handover_id: RowId, principal: Person, asking: Asking) -> HandoverShape:
    """Sign another's report: its shift is taken over. For people, not for tokens."""
    now, account_id = datetime.now(UTC), _account(principal)
    try:
        signed = await asking.write(
            lambda connection: handovers.sign(
                connection, handover_id, account_id=account_id, now=now
            )
        )
    except OwnHandoverError:
        raise Refused(409, "Who wrote a report cannot sign it; the next shift does.") from None
    except SignedError:
        raise Refused(409, "This report is signed already.") from None
    return _shown(found(signed, "report"), principal)


def _account(principal: Principal) -> int:
    assert principal.account_id is not None  # `Person` has seen to it
    return principal.account_id


def _shown(handover: Handover, principal: Principal) -> HandoverShape:
    shape = HandoverShape.of(handover)
    return shape if sees_numbers(principal.role) else shape.masked()
