"""What is done with many tickets at once, as the page's form and the API ask for it."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from features.accounts.tables import AccountRow
from features.ticket_bulks.tables import TicketBulkItemRow, TicketBulkRow
from permissions.roles import Role
from tests.integration.desk_room import BEGAN, NUMBERS, ticket_number
from tests.integration.page_api_steps import LEADER, NOT_THERE, Pair, Step
from tests.integration.page_room import Pages

API: Final = "/api/v1/ticket-bulks"
CLERK: Final = NUMBERS[Role.SENIOR_AGENT]
DEADLINE: Final = "2027-01-05T10:00:00+08:00"


def done(work: str, *tickets: tuple[int, int], **more: object) -> Step:
    """Return something done with tickets, each upon its version."""
    fields = ("note", "department", "deadline", "clerk", "business")
    said = {name: str(more.pop(name)) for name in fields if name in more}
    picks = ",".join(f"{ticket_number(which)}:{version}" for which, version in tickets)
    listed = [{"number": ticket_number(which), "version": version} for which, version in tickets]
    body: dict[str, object] = dict(said)
    body |= {"work": work, "tickets": listed}
    return Step(form={"work": work, "picks": picks, **said}, body=body, **more)  # type: ignore[arg-type]


async def one_waiting(desk: Pages) -> Mapping[str, object]:
    """Keep a bulk of the leader's of which nothing is done yet."""

    async def kept(connection: AsyncConnection) -> None:
        leader = select(AccountRow.id).where(AccountRow.number == NUMBERS[LEADER])
        key = (await connection.execute(leader)).scalar_one()
        given = {"clerk": CLERK}
        row = {"id": 1, "account_id": key, "work": "hand", "given": given, "begun_at": BEGAN}
        await connection.execute(insert(TicketBulkRow).values(row))
        item = {"bulk_id": 1, "place": 0, "number": ticket_number(1), "version": 1}
        await connection.execute(
            insert(TicketBulkItemRow).values(item | {"outcome": "waiting", "why": ""})
        )

    await desk.write(kept)
    return {"bulk_id": 1}


BULKS: Final = (
    Pair(
        page=("POST", "/ticket-bulks"),
        program=("POST", API),
        steps=(
            done("remind", answer=422),
            done("dispatch", (1, 1), answer=422),
            done("sort", (1, 1), answer=422),
            done("sort", (1, 1), business="nonsense", answer=422),
            done("hand", (1, 1), clerk="9999", answer=422),
            done("nonsense", (1, 1), answer=422),
            done("remind", (1, 1), (1, 1), answer=422),
            done("dispatch", (1, 1), department="线路班", deadline="gestern", answer=422),
            done("dispatch", (1, 1), (2, 1), department="线路班", deadline=DEADLINE, audited=3),
            done("dispatch", (1, 1), (3, 7), department="线路班", note="x", audited=1),
            done("sort", (3, 1), business="固定电话", audited=2),
            done("hand", (3, 2), clerk=CLERK, audited=2),
            done("sort", (3, 3), business="信息", who=Role.RECORDS_CLERK, answer=403),
        ),
    ),
    Pair(
        page=("POST", "/ticket-bulks/{bulk_id}/go-on"),
        program=("POST", f"{API}/{{bulk_id}}/go-on"),
        prepared=one_waiting,
        steps=(
            Step(who=Role.SENIOR_AGENT, answer=404),
            Step(),
            Step(audited=0),
            Step(gaps={**NOT_THERE, "bulk_id": 999}, answer=404),
        ),
    ),
)
