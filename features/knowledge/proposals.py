"""Answers that agents propose from hard tickets; the records clerk decides (TKT-15, TKT-2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, Field
from sqlalchemy import RowMapping, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import RequestDatabase
from features.audit import log as audit
from features.audit.access import audit_entry
from features.knowledge import queries as knowledge
from features.knowledge.actions import LONGEST_BODY, EntryInput, entry_of
from features.knowledge.queries import Entry
from features.knowledge.tables import KnowledgeProposalRow
from features.tickets import queries as tickets
from permissions.may import reach_of
from web.api_models import InputModel, LongLine, TicketNumber, found, several_lines
from web.current_user import Principal
from web.forms import Says
from web.problems import Refused

LONGEST_WHY: Final = 400


class ProposalState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One proposal."""

    id: int
    ticket: str
    title: str
    body: str
    business: str | None
    state: ProposalState
    at: datetime
    by: str
    decided_at: datetime | None
    decided_by: str | None
    why: str
    """Why it was refused."""
    entry_id: int | None
    """The entry that came of it."""


class ProposalInput(InputModel):
    """A question that was hard to answer, and its answer."""

    ticket: TicketNumber | None = Field(None, description="The ticket that it comes from.")
    title: Annotated[LongLine, Field(min_length=1), Says("answers.fault_title")]
    body: Annotated[
        str,
        Field(max_length=LONGEST_BODY),
        AfterValidator(several_lines),
        Field(min_length=1),
        Says("answers.fault_body"),
    ]
    business: LongLine | None = Field(None, max_length=40)


class RefusalInput(InputModel):
    """Why a proposal is refused."""

    why: Annotated[
        str,
        Field(max_length=LONGEST_WHY),
        AfterValidator(several_lines),
        Field(min_length=1),
        Says("answers.fault_why"),
    ]


async def propose(asking: RequestDatabase, principal: Principal, given: ProposalInput) -> Proposal:
    """Keep a proposal. Raises Refused with 422 for a ticket that is not there, or not theirs."""
    row = KnowledgeProposalRow

    async def proposed(connection: AsyncConnection) -> Proposal:
        if given.ticket is not None:
            reach = reach_of(principal, "ticket.read")
            if await tickets.ticket(connection, given.ticket, reach=reach) is None:
                said = "There is no ticket with this number."
                raise Refused(422, said, faults={"ticket": "answers.fault_ticket"})
        made = insert(row).values(
            **given.model_dump(exclude={"ticket"}),
            ticket=given.ticket or "",
            state=ProposalState.OPEN.value,
            at=datetime.now(UTC),
            by=principal.signature,
            why="",
        )
        kept = (await connection.execute(made.returning(row.__table__))).mappings().one()
        seen = audit_entry(principal, "knowledge.proposed", str(kept["id"]), given.ticket or "")
        await audit.note(connection, seen)
        return _proposal_in(kept)

    return await asking.write(proposed)


async def accept(
    asking: RequestDatabase, principal: Principal, proposal_id: int, given: EntryInput
) -> Entry:
    """Make an entry of a proposal, as its reader has worded it. Raises Refused: 404, 409."""
    now = datetime.now(UTC)

    async def accepted(connection: AsyncConnection) -> Entry:
        found(await one(connection, proposal_id), "proposal")
        key = await knowledge.add(connection, entry_of(given, principal, now))
        if not await _decide(
            connection, proposal_id, ProposalState.ACCEPTED, principal, entry_id=key
        ):
            raise _decided()
        seen = audit_entry(principal, "knowledge.accepted", str(proposal_id), f"#{key}")
        await audit.note(connection, seen)
        return found(await knowledge.entry(connection, key), "entry")

    return await asking.write(accepted)


async def refuse(
    asking: RequestDatabase, principal: Principal, proposal_id: int, given: RefusalInput
) -> Proposal:
    """Refuse a proposal, with the reason that its writer reads. Raises Refused: 404, 409."""

    async def refused(connection: AsyncConnection) -> Proposal:
        found(await one(connection, proposal_id), "proposal")
        state = ProposalState.REFUSED
        if not await _decide(connection, proposal_id, state, principal, why=given.why):
            raise _decided()
        await audit.note(connection, audit_entry(principal, "knowledge.refused", str(proposal_id)))
        return found(await one(connection, proposal_id), "proposal")

    return await asking.write(refused)


async def one(connection: AsyncConnection, proposal_id: int) -> Proposal | None:
    """Return a proposal."""
    row = KnowledgeProposalRow
    query = select(row.__table__).where(row.id == proposal_id)
    each = (await connection.execute(query)).mappings().one_or_none()
    return None if each is None else _proposal_in(each)


async def waiting(connection: AsyncConnection, *, limit: int = 100) -> Sequence[Proposal]:
    """Return what nobody has decided, the oldest first."""
    row = KnowledgeProposalRow
    query = select(row.__table__).where(row.state == ProposalState.OPEN.value)
    found_ = await connection.execute(query.order_by(row.at, row.id).limit(limit))
    return [_proposal_in(each) for each in found_.mappings()]


async def of(connection: AsyncConnection, by: str, *, limit: int = 50) -> Sequence[Proposal]:
    """Return what somebody proposed, the newest first."""
    row = KnowledgeProposalRow
    query = select(row.__table__).where(row.by == by).order_by(row.id.desc()).limit(limit)
    return [_proposal_in(each) for each in (await connection.execute(query)).mappings()]


async def count_open(connection: AsyncConnection, _now: datetime) -> int:
    """Return how many wait for a decision."""
    row = KnowledgeProposalRow
    query = select(func.count()).where(row.state == ProposalState.OPEN.value)
    return int((await connection.execute(query)).scalar_one())


async def _decide(
    connection: AsyncConnection,
    proposal_id: int,
    state: ProposalState,
    principal: Principal,
    *,
    why: str = "",
    entry_id: int | None = None,
) -> bool:
    row = KnowledgeProposalRow
    done = await connection.execute(
        update(row)
        .where(row.id == proposal_id, row.state == ProposalState.OPEN.value)
        .values(
            state=state.value,
            decided_at=datetime.now(UTC),
            decided_by=principal.signature,
            why=why,
            entry_id=entry_id,
        )
        .returning(row.id)
    )
    return done.first() is not None


def _decided() -> Refused:
    said = "Somebody has decided on this proposal already."
    return Refused(409, said, faults={"title": "answers.fault_decided"})


def _proposal_in(row: RowMapping) -> Proposal:
    return Proposal(**{**row, "state": ProposalState(row["state"])})
