"""What people do with a report: have it corrected, which makes another one (RPT-1).

The pages and the API both call this, with the same model.
"""

import json
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

from pydantic import AfterValidator, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import RequestDatabase
from features.audit.access import audit_entry
from features.audit.log import AuditEntry
from features.report_figures import rollup
from features.reports import content, keeping, queries
from features.reports.queries import Report
from settings import Settings
from web.api_models import InputModel, found, one_line
from web.current_user import Principal
from web.forms import Says
from web.problems import Refused

LONGEST_WHY = 300


class CorrectionInput(InputModel):
    """A correction of a report."""

    why: Annotated[
        str,
        Field(max_length=LONGEST_WHY),
        AfterValidator(one_line),
        Field(min_length=1),
        Says("report.fault_why"),
    ] = Field(examples=["Calls of node2 arrived on Tuesday."])


async def correct(
    asking: RequestDatabase,
    principal: Principal,
    settings: Settings,
    report_id: int,
    given: CorrectionInput,
) -> Report:
    """Count a report's days again, and keep that as another report which names the old one.

    Raises Refused: 404; 409 where a later correction is there, where figures are being counted, or
    where nothing is otherwise.
    """

    async def corrected(connection: AsyncConnection) -> Report:
        old = found(await queries.report(connection, report_id), "report")
        newest = (await queries.of_period(connection, old.sort, old.days))[-1]
        if newest.id != old.id:
            said = f"Report {newest.id} corrects this one already; correct that."
            raise Refused(409, said, faults={"why": "report.fault_newer"})
        if not await rollup.is_settled(connection, old.from_day, old.to_day, settings.zone):
            said = "Figures of these days are being counted; try again in a minute."
            raise Refused(409, said, faults={"why": "report.fault_counting"})
        counted = await content.gathered(connection, old.sort, old.days, settings.zone)
        figures = content.text_of(counted)
        if _of_its_days(figures) == _of_its_days(old.figures):
            said = "Nothing is otherwise: the report says what the rows say."
            raise Refused(409, said, faults={"why": "report.fault_same"})
        made = await keeping.keep(
            connection,
            old.sort,
            old.days,
            figures,
            now=datetime.now(UTC),
            entry=partial(_entry, principal, given.why),
            made_by=principal.signature,
            corrects=old.id,
            why=given.why,
        )
        assert made is not None, "a correction is always another one"
        return made

    return await asking.write(corrected)


def _of_its_days(figures: str) -> object:
    """Return what a report says of its own days: that of the days before is no reason."""
    return {name: said for name, said in json.loads(figures).items() if "before" not in name}


def _entry(principal: Principal, why: str, report: str, hash_: str) -> AuditEntry:
    return audit_entry(principal, "report.corrected", report, hash_, why=why)
