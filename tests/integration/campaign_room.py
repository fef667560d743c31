"""A house that calls people for campaigns: a database, journals and a switch by script."""

from collections import Counter
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from callflow.rules.questions import SHIPPED, Kind, Result
from dispatch.attempts import Attempt
from dispatch.dispatcher import Dispatcher
from dispatch.guard import Guard
from features.campaign_calls.outbound import CampaignCalls
from features.campaigns import contacts as campaign_contacts
from features.campaigns import queries as campaigns
from features.campaigns.contact import Contact, ContactState
from features.campaigns.contacts import Person
from features.campaigns.lifecycle import CampaignState
from features.campaigns.queries import Campaign
from features.campaigns.tables import CampaignContactRow
from features.do_not_call import queries as do_not_call
from features.do_not_call.queries import Entry
from features.duties import queries as duties
from features.duties.queries import DutyState
from phone_numbers.dial_plan import DialPlan
from phone_numbers.dialling import DiallingRules
from phone_numbers.plan import NumberPlan
from tests.integration.dispatch_room import DispatchRoom
from tests.numbers import known_as

ALL_DAY: dict[str, Any] = {
    "opens": time(0, 0),
    "closes": time(23, 59),
    "on_weekends": True,
    "on_holidays": True,
}
SEATS = frozenset(f"w{number:02d}" for number in range(1, 60))
QUICK = {Result.BUSY: 0.3, Result.NO_ANSWER: 0.3, Result.OFF: 0.3, Result.UNKNOWN: 0.3}


def zone_of_noon() -> str:
    """Return a zone in which it is noon, or nearly: no test ends at midnight."""
    east = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-east:+d}" if east else "Etc/GMT"


def campaign(**other: Any) -> Campaign:
    """Return a survey that calls at any hour, as fast as it can."""
    made: dict[str, Any] = {
        "name": "回访",
        "kind": Kind.SURVEY,
        "questions": SHIPPED[:2],
        "zone": zone_of_noon(),
        "lines": 100,
        "calls_per_second": 1000.0,
        "spacing": QUICK,
    }
    return Campaign(**made | ALL_DAY | other)


def people(count: int, *, first: int = 13_800_000_000, **other: Any) -> list[Person]:
    return [
        Person(
            position=place,
            number=str(first + place),
            identity=f"+86{first + place}",
            name=f"客户{place}",
            **other,
        )
        for place in range(1, count + 1)
    ]


class SpokenAtOnce:
    """Words that are always ready."""

    def ready(self, campaign_id: int, campaign: Campaign) -> bool:
        return bool(campaign_id and campaign.questions)


def _calls(lines: int, node: str) -> CampaignCalls:
    return CampaignCalls(lines=lines, scripts=SpokenAtOnce(), node=node)


@dataclass
class House(DispatchRoom):
    """Where campaigns are made and called."""

    campaign_of: dict[int, int] = field(default_factory=dict)
    """The campaign of each job."""

    async def makes(
        self, wanted: Campaign, who: list[Person], *, due: datetime | None = None, run: bool = True
    ) -> int:
        now = self.now() - timedelta(seconds=1)
        async with self.writing() as connection:
            key = await campaigns.make(connection, wanted, who, made_by=None, now=now, due=due)
            if run:
                assert await campaigns.change(connection, key, CampaignState.RUNNING, now=now)
            found = await connection.execute(
                select(CampaignContactRow.id).where(CampaignContactRow.campaign_id == key)
            )
            self.campaign_of |= dict.fromkeys(found.scalars(), key)
        return key

    async def rests(self, number: str) -> None:
        """Let somebody at work take a rest."""
        async with self.writing() as connection:
            duty = await duties.of_number(connection, number)
            assert duty is not None
            now = self.now()
            await duties.turn(connection, duty.id, DutyState.PAUSED, reason="rest", now=now)

    async def gets(self, key: int, state: CampaignState) -> bool:
        async with self.writing() as connection:
            return await campaigns.change(connection, key, state, now=self.now())

    async def refuses(self, number: str) -> None:
        async with self.writing() as connection:
            entry = Entry(number, known_as(number), "customer asked", self.now(), "7001")
            assert await do_not_call.put(connection, entry)

    async def contacts(self, key: int) -> list[Contact]:
        async with self.engine.connect() as connection:
            wanted = campaign_contacts.ContactFilter(campaign_id=key)
            return [one.contact async for one in campaign_contacts.every(connection, wanted)]

    async def known(self, key: int) -> campaigns.SavedCampaign:
        async with self.engine.connect() as connection:
            found = await campaigns.one(connection, key)
        assert found is not None
        return found

    async def attempts(self) -> list[Attempt]:
        return [
            one
            for contact in self.campaign_of
            for one in await self.attempts_of(campaign_contacts.PURPOSE, contact)
        ]

    def rung_by_campaign(self) -> Counter[int]:
        return Counter(self.campaign_of[attempt.subject_id] for _, attempt in self.switch.rung)

    async def is_now(self, key: int, state: CampaignState, *, within: float = 15.0) -> None:
        async def so() -> bool:
            return (await self.known(key)).state is state

        await self.until(so, within=within, what=f"campaign {key} is {state}")

    async def first_has(self, key: int, result: Result, *, within: float = 15.0) -> Contact:
        async def so() -> bool:
            return (await self.contacts(key))[0].result is result

        await self.until(so, within=within, what=f"the first has {result}")
        return (await self.contacts(key))[0]

    async def first_is(self, key: int, state: ContactState, *, within: float = 15.0) -> Contact:
        async def so() -> bool:
            return (await self.contacts(key))[0].state is state

        await self.until(so, within=within, what=f"the first is {state}")
        return (await self.contacts(key))[0]

    def dispatcher(
        self,
        *,
        lines: int = 100,
        campaign_calls: CampaignCalls | None = None,
        rules: DiallingRules | None = None,
    ) -> AbstractAsyncContextManager[Dispatcher]:
        """Run a dispatcher while the block runs; then it is gone, like a killed one."""
        calls = campaign_calls or _calls(lines, self.switch.node)
        calls.monotonic = self.clock.monotonic
        guard = Guard(rules or Guard().rules, DialPlan(NumberPlan(house=SEATS)))
        return self.dispatching([calls], lines=lines, guard=guard)

    def completes(self, attempt: Attempt) -> None:
        """Have a person answer everything, and hang up."""
        self.switch.answers(attempt)
        self.switch.says(attempt, "keyed", question="satisfaction", key="5")
        self.switch.says(attempt, "keyed", question="solved", key="1")
        self.switch.says(attempt, "reached", result="completed")
        self.switch.ends(attempt, 16)
