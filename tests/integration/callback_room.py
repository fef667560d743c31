"""A hall of agents on a scripted switch, for the tests of callbacks.

The switch writes into the journals what Asterisk would. The real one is in
`tests/end_to_end/outbound/test_callbacks.py`.
"""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta

from dispatch.attempts import Attempt
from dispatch.dispatcher import Dispatcher
from dispatch.guard import Guard
from features.callbacks import due as call_backs
from features.callbacks import queries as callbacks
from features.callbacks.lifecycle import CallbackKind, CallbackRules, CallbackState
from features.callbacks.outbound import CallbackCalls
from features.callbacks.queries import Callback
from phone_numbers.dial_plan import DialPlan
from phone_numbers.plan import NumberPlan
from tests.fakes.ringing import RingingSwitch
from tests.integration.dispatch_room import DispatchRoom
from tests.numbers import known_as

RULES = CallbackRules(again_every=0.5, most_tries=2, round_every=0.3)
SEATS = frozenset(f"w{number:02d}" for number in range(1, 25))
AT_ONCE = CallbackKind.CANNOT_HEAR


class HallSwitch(RingingSwitch):
    """Rings agents as a callback wants."""

    async def show(self, attempt: Attempt, *, told: Mapping[str, str], seconds: float) -> bool:
        raise AssertionError(f"shown to nobody: {attempt} {told} {seconds}")

    async def ring(
        self, attempt: Attempt, *, context: str, told: Mapping[str, str], ring_for: float
    ) -> bool | None:
        assert (context, attempt.who, ring_for) == ("callback-agent", "agent", 1.0)
        return await super().ring(attempt, context=context, told=told, ring_for=ring_for)


class Hall(DispatchRoom):
    """Agents at work, and callbacks that they keep."""

    async def callbacks(
        self,
        kind: CallbackKind = AT_ONCE,
        *,
        number: str = "13800138000",
        by: int | None = None,
        within_s: float = 1800.0,
        came_s: float = 0.0,
    ) -> int:
        now = self.now()
        async with self.writing() as connection:
            key = await callbacks.make(
                connection,
                number=number,
                identity=known_as(number),
                kind=kind,
                due_at=now + timedelta(seconds=within_s),
                account_id=by,
                came_at=now + timedelta(seconds=came_s) if kind is CallbackKind.QUEUE else None,
                now=now,
            )
        assert key is not None
        return key

    async def callback(self, key: int) -> Callback:
        async with self.engine.connect() as connection:
            found = await callbacks.callback(connection, key)
        assert found is not None
        return found

    async def attempts(self, key: int) -> list[Attempt]:
        return await self.attempts_of(call_backs.PURPOSE, key)

    def dispatcher(
        self, *, rules: CallbackRules = RULES
    ) -> AbstractAsyncContextManager[Dispatcher]:
        """Run a dispatcher while the block runs; then it is gone, like a killed one."""
        calls = CallbackCalls(
            rules, lines=10, ring_for=1.0, monotonic=self.clock.monotonic, node=self.switch.node
        )
        return self.dispatching(
            [calls], lines=10, guard=Guard(dial_plan=DialPlan(NumberPlan(house=SEATS)))
        )

    async def is_now(self, key: int, state: CallbackState, *, within: float = 15.0) -> Callback:
        async def so() -> bool:
            return (await self.callback(key)).state is state

        await self.until(so, within=within, what=f"{key} is {state}")
        return await self.callback(key)


def a_call(**more: object) -> dict[str, object]:
    """Return the columns of a call that waits in the queue."""
    return {
        "id": "932e16d5-a33a-40e2-a296-44260ed984b6",
        "linkedid": "trk1-1.0",
        "boot": "trk1",
        "ref": "",
        "number": "13700137000",
        "name": "",
        "did": "10050",
        "ring_started": datetime.now(UTC),
        "rings": 1,
        "held_ans1": True,
        "misses": [],
        "sil_outcome": "alive",
        "state": "queued",
        "route_reasons": [],
        "held_s": 0.0,
        "direction": "in",
        "scripts": [],
        **more,
    }
