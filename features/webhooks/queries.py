"""Queries and writes of webhooks; each in the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import RowMapping, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from features.webhooks.lifecycle import Fault, Progress, WebhookState
from features.webhooks.tables import WebhookAnswerRow, WebhookRow

KEPT: Final = 50
"""Answers of one webhook."""
MOST: Final = 20
"""Webhooks of one house: each is served by itself, at the same time as all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """One receiver of events."""

    id: str
    name: str
    url: str
    secret: str = field(repr=False)
    """Sealed."""
    kinds: Sequence[str]
    progress: Progress
    sent_at: datetime | None = None
    test_id: str | None = None
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of one try."""

    at: datetime
    event_id: str
    what: str
    status: int | None
    fault: Fault
    took_ms: int


async def webhooks(connection: AsyncConnection) -> Sequence[Webhook]:
    """Return all webhooks, by their names."""
    query = select(WebhookRow.__table__).order_by(WebhookRow.name, WebhookRow.id)
    return [_webhook_in(row) for row in (await connection.execute(query)).mappings()]


async def webhook(
    connection: AsyncConnection, webhook_id: str, *, lock: bool = False
) -> Webhook | None:
    """Return one webhook; `lock`: nobody else changes it until the transaction ends."""
    query = select(WebhookRow.__table__).where(WebhookRow.id == webhook_id)
    if lock:
        query = query.with_for_update()
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else _webhook_in(row)


async def add(connection: AsyncConnection, made: Webhook) -> None:
    """Keep a new webhook."""
    values = {
        name: getattr(made, name) for name in ("id", "name", "url", "secret", "made_at", "made_by")
    }
    await connection.execute(
        insert(WebhookRow).values(
            **values, kinds=list(made.kinds), busy_by="", **_columns(made.progress)
        )
    )


async def change(connection: AsyncConnection, webhook_id: str, **values: object) -> None:
    """Change some columns of a webhook."""
    await connection.execute(update(WebhookRow).where(WebhookRow.id == webhook_id).values(values))


async def go_on(connection: AsyncConnection, webhook_id: str, progress: Progress) -> None:
    """Keep how far a webhook is."""
    await change(connection, webhook_id, **_columns(progress))


async def remove(connection: AsyncConnection, webhook_id: str) -> None:
    """Forget a webhook, and what it was answered."""
    answers = WebhookAnswerRow
    await connection.execute(delete(answers).where(answers.webhook_id == webhook_id))
    await connection.execute(delete(WebhookRow).where(WebhookRow.id == webhook_id))


async def claim(
    connection: AsyncConnection, webhook_id: str, *, node: str, now: datetime, until: datetime
) -> bool:
    """Keep that a node's ledger serves a webhook until a moment; False: another one does."""
    row = WebhookRow
    free = or_(row.busy_by == node, row.busy_until.is_(None), row.busy_until < now)
    done = await connection.execute(
        update(row)
        .where(row.id == webhook_id, free)
        .values(busy_by=node, busy_until=until)
        .returning(row.id)
    )
    return done.first() is not None


async def keep_answer(connection: AsyncConnection, webhook_id: str, answer: Answer) -> None:
    """Keep what came of a try, and forget the oldest ones."""
    row = WebhookAnswerRow
    values = {name: getattr(answer, name) for name in Answer.__slots__}
    values["fault"] = answer.fault.value
    await connection.execute(insert(row).values(webhook_id=webhook_id, **values))
    theirs = row.webhook_id == webhook_id
    old = select(row.id).where(theirs).order_by(row.id.desc()).offset(KEPT).limit(1)
    await connection.execute(delete(row).where(theirs, row.id <= old.scalar_subquery()))


async def answers(
    connection: AsyncConnection, webhook_id: str, *, limit: int = KEPT
) -> Sequence[Answer]:
    """Return what came of the last tries, newest first."""
    row = WebhookAnswerRow
    query = (
        select(*(getattr(row, name) for name in Answer.__slots__))
        .where(row.webhook_id == webhook_id)
        .order_by(row.id.desc())
        .limit(limit)
    )
    found = (await connection.execute(query)).mappings()
    return [Answer(**{**each, "fault": Fault(each["fault"])}) for each in found]


async def last_answers(connection: AsyncConnection) -> Mapping[str, Answer]:
    """Return the last answer of each webhook."""
    row = WebhookAnswerRow
    newest = select(func.max(row.id)).group_by(row.webhook_id)
    query = select(row.__table__).where(row.id.in_(newest))
    return {
        each["webhook_id"]: Answer(
            **{name: each[name] for name in Answer.__slots__ if name != "fault"},
            fault=Fault(each["fault"]),
        )
        for each in (await connection.execute(query)).mappings()
    }


async def count_failed(connection: AsyncConnection, _now: datetime) -> int:
    """Return how many webhooks wait for a person's decision."""
    row = WebhookRow
    query = select(func.count()).where(row.state == WebhookState.FAILED.value)
    return int((await connection.execute(query)).scalar_one())


def _columns(progress: Progress) -> dict[str, object]:
    values = {name: getattr(progress, name) for name in Progress.__slots__}
    return values | {"state": progress.state.value}


def _webhook_in(row: RowMapping) -> Webhook:
    progress = {name: row[name] for name in Progress.__slots__ if name != "state"}
    own = {name: row[name] for name in Webhook.__slots__ if name != "progress"}
    return Webhook(progress=Progress(state=WebhookState(row["state"]), **progress), **own)
