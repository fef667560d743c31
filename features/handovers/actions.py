"""Changes of the hand-over log (RPT-4): written, and signed by the next shift.

The pages and the API both call these, with the same models. Each change
is on record (SEC-1).
"""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import RequestDatabase
from features.audit import log as audit
from features.audit.access import audit_entry
from features.handovers import queries as handovers
from features.handovers.queries import Handover
from web.api_models import InputModel, Line, found, several_lines
from web.current_user import Principal
from web.forms import Says, wrong
from web.problems import Refused

LONGEST_PART = 2000
PARTS = ("equipment", "problems", "faults", "staff")

Part = Annotated[str, Field(max_length=LONGEST_PART), AfterValidator(several_lines)]


class HandoverInput(InputModel):
    """What one shift tells the next; at least one of the four parts."""

    shift: Annotated[
        Line,
        Field(min_length=1, max_length=40, examples=["2026-11-22 早班"]),
        Says("handover.fault_shift"),
    ]
    equipment: Part = ""
    problems: Part = Field("", description="Open problems.")
    faults: Part = ""
    staff: Part = Field("", description="Changes of the staff.", validate_default=True)

    @field_validator("staff")
    @classmethod
    def _says_something(cls, staff: str, info: ValidationInfo) -> str:
        others = [info.data.get(name, " ") for name in PARTS[:-1]]  # a wrong one says something
        if not (staff or any(others)):
            raise wrong("equipment", "handover.fault_empty", "The report says nothing.")
        return staff


async def write(asking: RequestDatabase, principal: Principal, given: HandoverInput) -> Handover:
    """Keep the report of a shift; it cannot be changed afterwards."""
    account_id, now = _account(principal), datetime.now(UTC)

    async def written(connection: AsyncConnection) -> Handover:
        report = await handovers.write(
            connection, account_id=account_id, now=now, **given.model_dump()
        )
        seen = audit_entry(principal, "handover.written", str(report.id), given.shift)
        await audit.note(connection, seen)
        return report

    return await asking.write(written)


async def sign(asking: RequestDatabase, principal: Principal, handover_id: int) -> Handover:
    """Sign another's report: its shift is taken over. Raises Refused: 404, or 409 with the report.

    Signing twice with one name is no error, and no second signature.
    """
    account_id, now = _account(principal), datetime.now(UTC)

    async def signed(connection: AsyncConnection) -> Handover:
        fresh = await handovers.sign(connection, handover_id, account_id=account_id, now=now)
        report = found(await handovers.handover(connection, handover_id), "report")
        if fresh:
            seen = audit_entry(principal, "handover.signed", str(handover_id), report.shift)
            await audit.note(connection, seen)
        elif report.signed_by is not None and report.signed_by != principal.number:
            said = f"{report.signed_by} has signed this report already."
            raise Refused(409, said, faults={"sign": "handover.fault_signed"})
        elif report.signed_by is None:
            said = "Who wrote a report cannot sign it; the next shift does."
            raise Refused(409, said, faults={"sign": "handover.fault_own"})
        return report

    return await asking.write(signed)


def _account(principal: Principal) -> int:
    if principal.account_id is None:
        raise Refused(403, "This is for people who have signed in; a token has no session.")
    return principal.account_id
