"""Owns the talks of agents with people of batches, by the call: whom, what to ask, what came of it.

What the agent writes goes through `features.campaigns.contact`, like all that happens to a
person of a batch; in the caller's transaction (on SQLite one with `writing=True` for a change).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.rules.questions import Result
from dispatch.tables import AttemptRow
from features.campaigns import contacts as batch_jobs
from features.campaigns import queries as batches
from features.campaigns.contact import BEING_CALLED, JobState, NeverAgain, Rules, Wrote, decide
from features.campaigns.contacts import Shown
from features.campaigns.queries import Batch
from features.do_not_call import queries as do_not_call
from features.do_not_call.queries import Entry
from features.duties.free_agents import AGENT


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchTalk:
    """One call of an agent to a person of a batch."""

    call_id: str
    seat: str
    shown: Shown
    batch: Batch


class NotNowError(Exception):
    """The person was not dialled in this call, or was called again since."""


async def of_call(connection: AsyncConnection, call_id: str) -> BatchTalk | None:
    """Return whom an agent calls, or called, in a call; None: it is none of a batch's."""
    row = AttemptRow
    found = await connection.execute(
        select(row.subject_id, row.number).where(
            row.id == call_id, row.purpose == batch_jobs.PURPOSE, row.who == AGENT
        )
    )
    attempt = found.one_or_none()
    shown = await batch_jobs.one(connection, attempt.subject_id) if attempt else None
    if attempt is None or shown is None:
        return None
    known = await batches.several(connection, [shown.batch_id])
    return BatchTalk(call_id=call_id, seat=attempt.number, shown=shown, batch=known[shown.batch_id])


async def write(
    connection: AsyncConnection,
    talk: BatchTalk,
    *,
    result: Result,
    answers: Mapping[str, str],
    by: str,
    now: datetime,
) -> BatchTalk:
    """Keep what an agent writes of a talk; `by` is the account's number. Raises NotNowError."""
    shown = (await batch_jobs.of_ids(connection, [talk.shown.id]))[talk.shown.id]
    if await _is_called_again(connection, talk):
        raise NotNowError
    rules = Rules(
        max_attempts=talk.batch.max_attempts,
        spacing=talk.batch.spacing,
        by_agents=True,
        allowed=lambda moment: moment,  # the dispatcher asks for the calling hours when it is due
    )
    job, commands = decide(shown.job, Wrote(result, answers), now, rules)
    if not job.tries or job.state is JobState.ASKING:
        raise NotNowError
    await batch_jobs.keep(connection, {shown.id: job})
    if NeverAgain() in commands:
        entry = Entry(shown.person.number, f"batch {shown.batch_id}", now, by)
        await do_not_call.put(connection, entry)
    if job.state is JobState.WAITING:
        await batches.reopen(connection, shown.batch_id)
    elif job.state not in BEING_CALLED:
        await batches.finish(connection, now=now)
    return replace(talk, shown=replace(shown, job=job))


async def _is_called_again(connection: AsyncConnection, talk: BatchTalk) -> bool:
    row = AttemptRow
    mine = select(row.seq).where(row.id == talk.call_id).scalar_subquery()
    found = await connection.execute(
        select(func.count()).where(
            row.purpose == batch_jobs.PURPOSE, row.subject_id == talk.shown.id, row.seq > mine
        )
    )
    return found.scalar_one() > 0
