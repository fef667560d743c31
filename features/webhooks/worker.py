"""Delivers events to webhooks: in order, signed, again and again. Runs in the ledger's process.

Each webhook is served by a task of its own, so a receiver that is slow or gone holds up no other.
An event is sent, and then it is kept that it was taken: whoever is killed in between sends it once
more, with the same id. Nothing is left out but by a person (`actions.act`).
"""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from authentication.sealing import SealError, Seals
from features.event_feed import feed
from features.event_feed.feed import Event
from features.event_feed.kinds import word
from features.idempotency import queries as idempotency
from features.ticket_events.shapes import EventShape
from features.webhooks import lifecycle, queries, sealed
from features.webhooks.lifecycle import Fault, Spacing, WebhookState
from features.webhooks.queries import Answer, Webhook
from features.webhooks.rules import networks, signed
from features.webhooks.sending import Outcome, send
from permissions.viewing import seen_elsewhere
from settings import Settings

LOOK_EVERY_S: Final = 0.5
IN_A_ROW: Final = 200
"""Deliveries to one webhook before it is looked at anew whether somebody else has it."""
LEASE: Final = timedelta(seconds=60)
"""So long beyond a delivery's time a webhook is left to who serves it."""
FORGET_EVERY_S: Final = 600.0
DATABASE_LIMIT_S: Final = 20.0
LEAVE_S: Final = 3.0
"""Seconds that a delivery under way has when we are told to stop."""
TEST: Final = "test"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Tried:
    """A delivery that was tried, and what came of it."""

    of: Webhook
    event_id: str
    what: str
    place: int | None
    """None: a test."""
    outcome: Outcome
    at: datetime


class WebhookWorker:
    """All webhooks, each with its task while something waits for it."""

    def __init__(
        self,
        engine: AsyncEngine,
        settings: Settings,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._seals = Seals(settings.paths.sealing_key)
        self._allowed = networks(settings.webhook_networks)
        self._spacing = Spacing(
            first=timedelta(seconds=settings.webhook_first_pause),
            longest=timedelta(seconds=settings.webhook_longest_pause),
            fail_after=timedelta(hours=settings.webhook_fail_after),
        )
        self._now = now
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._unkept: dict[str, Tried] = {}
        """What came of deliveries, where the database did not take it yet."""
        self._forgot_at = 0.0
        self._failed = 0
        self.sent = 0

    async def run(self, stop: asyncio.Event, *, ready: Callable[[], bool]) -> None:
        """Deliver until `stop`, from when the tables are `ready`; what fails is tried again."""
        failed = False
        while not stop.is_set():
            try:
                async with asyncio.timeout(DATABASE_LIMIT_S):
                    if ready():
                        await self.turn()
                failed = False
            except Exception as error:  # noqa: BLE001 (one turn: said once, tried again)
                if not failed:
                    _log.warning("webhooks wait, trying on", error=repr(error)[:500])
                failed = True
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), 5.0 if failed else LOOK_EVERY_S)
        await self.leave(within_s=LEAVE_S)

    async def turn(self) -> None:
        """Give events their places, and serve whoever has some. Raises what the database raises."""
        await self._number()
        await self._forget_keys()
        now = self._now()
        async with self._engine.connect() as connection:
            last = await feed.last_place(connection)
            every = await queries.webhooks(connection)
        self._failed = sum(each.progress.state is WebhookState.FAILED for each in every)
        for each in every:
            if each.id not in self._tasks and (
                each.test_id or each.id in self._unkept or self._is_due(each, last, now)
            ):
                task = asyncio.create_task(self._serve(each.id))
                self._tasks[each.id] = task
                task.add_done_callback(partial(self._ended, each.id))

    async def settled(self) -> None:
        """Return when nothing is being delivered."""
        while self._tasks:
            await asyncio.gather(*self._tasks.values())

    async def leave(self, *, within_s: float) -> None:
        """Let deliveries end, or cut them off: they are sent again with the same id."""
        if running := list(self._tasks.values()):
            _, late = await asyncio.wait(running, timeout=within_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def figures(self) -> Mapping[str, float]:
        """Return what the desk shows."""
        return {"webhooks_failed": self._failed, "webhooks_sent_total": self.sent}

    def _ended(self, webhook_id: str, _task: asyncio.Task[None]) -> None:
        self._tasks.pop(webhook_id, None)

    @staticmethod
    def _is_due(one: Webhook, last: int, now: datetime) -> bool:
        of = one.progress
        waits = of.next_at is not None and of.next_at > now
        return of.state is WebhookState.ACTIVE and of.position < last and not waits

    async def _number(self) -> None:
        while True:
            async with self._engine.connect() as connection:
                if not await feed.has_new(connection):
                    return
            async with self._writing() as connection:
                await feed.number_new(connection)

    async def _forget_keys(self) -> None:
        if time.monotonic() - self._forgot_at < FORGET_EVERY_S and self._forgot_at:
            return
        before = self._now() - timedelta(hours=self._settings.idempotency_keep)
        async with self._writing() as connection:
            await idempotency.forget(connection, before=before)
        self._forgot_at = time.monotonic()

    async def _serve(self, webhook_id: str) -> None:
        """Deliver what waits for one webhook, until nothing does or something is not taken."""
        seen_elsewhere()
        try:
            if tried := self._unkept.get(webhook_id):
                await self._keep(tried)
            for _ in range(IN_A_ROW):
                one = await self._claimed(webhook_id)
                if one is None or not await self._deliver_next(one):
                    return
        except Exception as error:  # noqa: BLE001 (one webhook: the next turn goes on)
            _log.warning("webhook fails, trying on", webhook=webhook_id, error=repr(error)[:300])
            await asyncio.sleep(LOOK_EVERY_S)

    async def _claimed(self, webhook_id: str) -> Webhook | None:
        """Return a webhook that is ours now, None where another ledger serves it."""
        now = self._now()
        until = now + timedelta(seconds=self._settings.webhook_timeout) + LEASE
        node = self._settings.node
        async with self._writing() as connection:
            mine = await queries.claim(connection, webhook_id, node=node, now=now, until=until)
            return await queries.webhook(connection, webhook_id) if mine else None

    async def _deliver_next(self, one: Webhook) -> bool:
        """Deliver a test or the next event; False: there is none, or it was not taken."""
        if one.test_id:
            body = {"type": TEST, "timestamp": _moment(self._now()), "data": {"name": one.name}}
            await self._try(one, one.test_id, TEST, None, body)
            return True
        now, place = self._now(), one.progress.position
        async with self._engine.connect() as connection:
            if not self._is_due(one, await feed.last_place(connection), now):
                return False
            found, reached = await feed.events(connection, after=place, kinds=one.kinds, limit=1)
        if not found:
            await self._skip(one, reached)
            return False
        event = found[0]
        return await self._try(one, event.id, event.kind, event.place, _told(event))

    async def _try(
        self, one: Webhook, event_id: str, what: str, place: int | None, told: Mapping[str, object]
    ) -> bool:
        body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        at = self._now()
        outcome = await self._sent(one, event_id, body)
        tried = Tried(one, event_id, what, place, outcome, at)
        self._unkept[one.id] = tried
        await self._keep(tried)
        return outcome.taken

    async def _sent(self, one: Webhook, event_id: str, body: bytes) -> Outcome:
        try:
            secret = sealed.opened(self._seals, one.id, one.secret)
            headers = signed(secret, event_id=event_id, timestamp=int(time.time()), body=body)
        except (SealError, ValueError):
            return Outcome(None, Fault.SECRET, 0)
        return await send(
            one.url,
            {**headers, "content-type": "application/json"},
            body,
            within_s=self._settings.webhook_timeout,
            allowed=self._allowed,
        )

    async def _keep(self, tried: Tried) -> None:
        """Keep what came of a delivery; what a person decided meanwhile stays as it is."""
        outcome = tried.outcome
        answer = Answer(
            at=tried.at,
            event_id=tried.event_id,
            what=tried.what,
            status=outcome.status,
            fault=outcome.fault,
            took_ms=outcome.took_ms,
        )
        async with self._writing() as connection:
            now_so = await queries.webhook(connection, tried.of.id, lock=True)
            if now_so is not None:
                await queries.keep_answer(connection, now_so.id, answer)
                await self._go_on(connection, now_so, tried)
        self._unkept.pop(tried.of.id, None)
        self.sent += outcome.taken and tried.place is not None

    async def _go_on(self, connection: AsyncConnection, now_so: Webhook, tried: Tried) -> None:
        if tried.outcome.taken:
            await queries.change(connection, now_so.id, sent_at=tried.at)
        if tried.place is None:
            if now_so.test_id == tried.event_id:
                await queries.change(connection, now_so.id, test_id=None)
            return
        if now_so.progress.position != tried.of.progress.position:
            return  # it was discarded meanwhile
        if tried.outcome.taken:
            after = lifecycle.taken(now_so.progress, tried.place)
        else:
            after = lifecycle.not_taken(now_so.progress, now=self._now(), spacing=self._spacing)
        await queries.go_on(connection, now_so.id, after)
        if after.state is WebhookState.FAILED and now_so.progress.state is not WebhookState.FAILED:
            _log.error("webhook failed: a person decides", webhook=now_so.id, name=now_so.name)

    async def _skip(self, one: Webhook, place: int) -> None:
        """Keep that nothing up to a place is for this webhook."""
        async with self._writing() as connection:
            now_so = await queries.webhook(connection, one.id, lock=True)
            if now_so is not None and now_so.progress.position == one.progress.position:
                await queries.go_on(connection, one.id, replace(now_so.progress, position=place))

    def _writing(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._engine.execution_options(writing=True).begin()


def _told(event: Event) -> Mapping[str, object]:
    return {
        "type": f"{event.about}.{word(event.kind)}",
        "timestamp": _moment(event.at),
        "data": EventShape.of(event).model_dump(mode="json"),
    }


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
