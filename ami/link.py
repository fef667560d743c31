"""The supervised link to one Asterisk: reconnects, watches it, hands out its events.

The link pings every second and takes an Asterisk that does not answer in 3 s for frozen (TCP stays
up then). It comes back by itself and never sends an action twice: an action cut off in the middle
is LinkLost, and only its caller can know what to do. Events that passed meanwhile are made good by
the `resync` callbacks, which run whenever Asterisk says FullyBooted: after every (re)connect.

manager.conf must grant read=system,agent,user (call: of holds and bridges) and
write=call,agent,user (originate for calls out).
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final

import structlog

from ami import events, metrics
from ami.connection import Answer, Connection, LinkLost, LoginRefused
from ami.events import Event, QueueState
from ami.filter import Heard, Refusal, Unsendable
from ami.heartbeat import Heartbeat
from ami.ringing import Ringing
from callflow.text import clean

PING_EVERY: Final = 1.0
"""Seconds between two pings, and between two heartbeats."""
BACK_OFF: Final = (0.1, 2.0)
"""Seconds before the first and before the later tries to connect; doubled in between."""

_CHANNEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9@._;*#+/-]{1,120}")  # a name or a unique id
_WORD = re.compile(r"[A-Za-z0-9_.*#+-]{1,80}")
_SHOWN = re.compile(r"\+?[0-9]{0,20}")
_HEADER = re.compile(r"X-[A-Za-z-]{1,30}")

OWN: Final = "Local/"
"""Of channels that are no phones, but extensions of our dialplan."""

Consumer = Callable[[Event], None]
Resync = Callable[[], Awaitable[None]]

_log = structlog.get_logger(__name__)


class Link:
    """The link to one Asterisk node.

    `boot` returns the SystemName of the running Asterisk, None while nobody knows it; then the
    link learns it from its own heartbeat. Only `contexts` may be dialled by `originate`.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        username: str,
        secret: str,
        boot: Callable[[], str | None] = lambda: None,
        contexts: frozenset[str] = frozenset(),
    ) -> None:
        self._open = partial(
            Connection.open, host=host, port=port, username=username, secret=secret
        )
        self._told_boot = boot
        self._contexts = contexts
        self._connection: Connection | None = None
        self._consumers: list[Consumer] = []
        self._resyncs: list[Resync] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._heartbeat = Heartbeat()
        self._ringing = Ringing(partial(self._open, events=False), self._hand_out)

    @property
    def connected(self) -> bool:
        return self._connection is not None

    @property
    def boot(self) -> str | None:
        """The SystemName under which events pass: proved by the heartbeat, or as we are told."""
        return self._heartbeat.boot or self._told_boot()

    @property
    def lateness(self) -> float | None:
        """Seconds that events are late by, None before the first heartbeat came back."""
        return self._heartbeat.lateness(time.monotonic())

    def subscribe(self, consumer: Consumer) -> Callable[[], None]:
        """Hand every event to `consumer`; return what ends that. An error in it is only logged."""
        self._consumers.append(consumer)
        return lambda: self._consumers.remove(consumer)

    def resync(self, callback: Resync) -> None:
        """Run `callback` after every (re)connect, once Asterisk is fully booted."""
        self._resyncs.append(callback)

    async def run(self) -> None:
        """Keep the link up until cancelled."""
        pause = BACK_OFF[0]
        try:
            while True:
                if await self._once():
                    pause = BACK_OFF[0]
                await asyncio.sleep(pause)
                pause = min(2 * pause, BACK_OFF[1])
        finally:
            self._ringing.end()
            for task in self._tasks:
                task.cancel()

    async def absolute_timeout(self, channel: str, seconds: int) -> bool:
        """Let `channel` live for `seconds` from now; False when refused or the link is lost."""
        return await self._done(
            {"Action": "AbsoluteTimeout", "Channel": channel, "Timeout": seconds},
            valid=bool(_CHANNEL.fullmatch(channel)),
        )

    async def set_variable(self, channel: str, name: str, value: str) -> bool:
        """Set a variable of a channel; False when refused or lost."""
        words = (_WORD.fullmatch(name), not value or _WORD.fullmatch(value))
        return await self._done(
            {"Action": "Setvar", "Channel": channel, "Variable": name, "Value": value},
            valid=bool(_CHANNEL.fullmatch(channel)) and all(words),
        )

    async def pause(self, interface: str, *, paused: bool, reason: str) -> bool:
        """Pause or unpause a member in all its queues; False when refused or lost."""
        return await self._done(
            {
                "Action": "QueuePause",
                "Interface": interface,
                "Paused": "true" if paused else "false",
                "Reason": clean(reason),
            },
            valid=bool(_CHANNEL.fullmatch(interface)),
        )

    async def queue_status(self, queue: str) -> QueueState:
        """Return a queue's members and how many wait. Raises LinkLost, Unsendable."""
        if not _WORD.fullmatch(queue):
            raise Unsendable(f"not a queue: {queue!r}")
        return events.queue_state((await self.ask("QueueStatus", rows=True, Queue=queue)).rows)

    async def originate(
        self,
        *,
        channel: str,
        context: str,
        exten: str,
        channel_id: str,
        ring_for: float,
        variables: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
        shows: str = "",
    ) -> bool:
        """Ring `channel` and take it to an extension of a listed context; tell if it was begun.

        `channel_id` is our own id of the attempt, `ring_for` in seconds, `headers` go out with the
        INVITE, which shows the number `shows`. Asterisk refuses a second channel of a living id.
        Raises LinkLost (the phone may ring or not) and Unsendable.
        """
        given = (_CHANNEL.fullmatch(channel), _WORD.fullmatch(exten), _WORD.fullmatch(channel_id))
        shown = _SHOWN.fullmatch(shows)
        if context not in self._contexts or not all(given) or not shown:
            raise Unsendable(f"{channel!r} to {exten!r} in {context!r}")
        named = _variables(variables, headers or {})
        fields: dict[str, str | int] = {
            "Channel": channel,
            "Context": context,
            "Exten": exten,
            "Priority": 1,
            "ChannelId": channel_id,
            "Timeout": round(ring_for * 1000),
            **({"Variable": named} if named else {}),
            **({"CallerID": shows} if shows else {}),
        }
        if channel.startswith(OWN):
            return (await self.ask("Originate", rows=False, Async="true", **fields)).success
        if not self._connection:
            raise LinkLost("not connected")
        await self._ringing.ring({"Action": "Originate", **fields}, ring_for=ring_for)
        return True

    async def carry_out(self, context: str, exten: str, variables: Mapping[str, str]) -> bool:
        """Have an extension of a listed context run and tell whether it answered, which is done.

        It must be short: nothing else is asked meanwhile. Raises LinkLost, Unsendable.
        """
        if context not in self._contexts or not _WORD.fullmatch(exten):
            raise Unsendable(f"{exten!r} in {context!r}")
        answer = await self.ask(
            "Originate",
            rows=False,
            Channel=f"{OWN}{exten}@{context}/n",
            Context=context,
            Exten="s",
            Priority=1,
            Timeout=2000,
            Variable=_variables(variables, {}),
        )
        return answer.success

    async def ask(self, action: str, *, rows: bool, **fields: str | int) -> Answer:
        """Send one action, once; `rows` says that a list follows. Raises LinkLost, Unsendable."""
        if not self._connection:
            raise LinkLost("not connected")
        return await self._connection.ask({"Action": action, **fields}, rows=rows)

    async def _done(self, fields: Mapping[str, str | int], *, valid: bool) -> bool:
        if not valid or not self._connection:
            return False
        try:
            return (await self._connection.ask(fields)).success
        except (LinkLost, Unsendable):
            return False

    async def _once(self) -> bool:
        """Connect and stay until the link is lost; tell whether it was ever up."""
        connection = Connection(boot=lambda: self.boot, hear=self._hear)
        try:
            await self._open(connection)
        except (OSError, LinkLost, LoginRefused) as error:
            _log.info("ami not reached", error=repr(error))
            connection.close()
            return False
        self._connection = connection
        metrics.CONNECTED.set(1)
        _log.info("ami link is up")
        try:
            await self._watch(connection)
        finally:
            self._connection = None
            self._heartbeat = Heartbeat()
            connection.close()
            metrics.CONNECTED.set(0)
        metrics.LOSSES.inc()
        _log.warning("ami link was lost")
        return True

    async def _watch(self, connection: Connection) -> None:
        """Ping and beat until the link is lost or Asterisk answers no more."""
        beating = True
        try:
            while True:
                await connection.ask({"Action": "Ping"})
                if beating:
                    beating = await self._beat(connection)
                if await connection.ends_within(PING_EVERY):
                    return
        except LinkLost as lost:
            _log.info("ami silent", reason=str(lost))

    async def _beat(self, connection: Connection) -> bool:
        metrics.LATENESS.set(self.lateness or 0.0)
        answer = await connection.ask(self._heartbeat.action(time.monotonic()))
        if not answer.success:
            _log.warning("ami heartbeat refused: manager.conf needs user", reason=answer.message)
        return answer.success

    def _hear(self, heard: Heard) -> None:
        if self._heartbeat.heard(heard, time.monotonic()):
            return
        if not events.known(heard.event):
            return
        if not (event := events.typed(heard.headers)):
            metrics.REFUSED.labels(Refusal.INCOMPLETE).inc()
            return
        metrics.EVENTS.labels(heard.event).inc()
        self._hand_out(event)
        if isinstance(event, events.FullyBooted):
            for callback in self._resyncs:
                self._start(callback)

    def _hand_out(self, event: Event) -> None:
        for consumer in tuple(self._consumers):
            _fenced(consumer, event)

    def _start(self, callback: Resync) -> None:
        task = asyncio.create_task(_resynced(callback))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _variables(variables: Mapping[str, str], headers: Mapping[str, str]) -> str:
    """Return what an Originate sets on its channel. Raises Unsendable."""
    named = [f"{name}={value}" for name, value in variables.items()]
    if any("," in one or not _WORD.fullmatch(one.partition("=")[0]) for one in named):
        raise Unsendable("a variable's name or value")
    for name, value in headers.items():
        if not (_HEADER.fullmatch(name) and _WORD.fullmatch(value)):
            raise Unsendable("a header's name or value")
        named.append(f"PJSIP_HEADER(add,{name})={value}")
    return ",".join(named)


def _fenced(consumer: Consumer, event: Event) -> None:
    try:
        consumer(event)
    except Exception:  # noqa: BLE001 - the edge of one event: a faulty consumer must not end the link
        metrics.FAILED.inc()
        _log.exception("ami consumer failed", kind=type(event).__name__)


async def _resynced(callback: Resync) -> None:
    try:
        await callback()
    except LinkLost:
        pass  # the next connect runs it again
    except Exception:  # noqa: BLE001 - the edge of one resync
        metrics.FAILED.inc()
        _log.exception("ami resync failed")
