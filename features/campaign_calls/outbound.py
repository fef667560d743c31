"""Campaigns (回访, surveys, notices) as a purpose of the dispatcher (CBK-3).

Fair between the campaigns that run: a line that is free goes to who calls fewest. Nobody is called
outside the hours of their own zone, nobody on the do-not-call list. An attempt is never planned
ahead, so that a campaign that is paused rings nobody new from the next turn on. Where agents talk,
one who is free is rung first (`outbound_agents.py`), and nobody while no agent is free.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.events import DEFAULT_NODE
from callflow.rules import wall_clock
from callflow.rules.hours import Calendar
from callflow.rules.questions import Result
from dispatch import attempts
from dispatch.call_facts import CallSignal
from dispatch.purpose import NOTHING, AttemptFact, Follow, Lifted, Over, Planned, Statement
from dispatch.seats import AGENT, CONTEXT
from features.audit import log as audit
from features.campaign_calls import outbound_agents as campaign_agents
from features.campaign_calls.pace import Asks, Pace, shares
from features.campaigns import calling_hours
from features.campaigns import contacts as campaign_contacts
from features.campaigns import queries as campaigns
from features.campaigns.calling_hours import CallingHours, NeverError
from features.campaigns.contact import (
    Answer,
    AttemptOver,
    Contact,
    ContactRules,
    Due,
    Event,
    NeverAgain,
    Reached,
    Ring,
    Unwilling,
    decide,
)
from features.campaigns.contacts import Claimed, ContactView
from features.campaigns.lifecycle import Mode
from features.campaigns.queries import Campaign, Running
from features.do_not_call import queries as do_not_call
from features.do_not_call.queries import BY_TELEPHONE, Entry
from features.duties import free_agents
from features.duties.choice import ReadyAgent

AHEAD: Final = timedelta(seconds=1)
"""The dispatcher claims so much ahead of a moment; for a campaign it is told the moment later."""
NEVER: Final = timedelta(days=400)
LOOK_AGAIN_S: Final = 1.0
"""When no agent was free for who is due, we look again after this."""
LOST: Final = "never_rung"
"""What becomes of an attempt that was forgotten: nobody knows whether it rang."""
_RESULTS: Final = {result.value: result for result in Result if result}


class Scripts(Protocol):
    """Where the words of a campaign are made ready for the call service."""

    def ready(self, campaign_id: int, campaign: Campaign) -> bool:
        """Tell whether a campaign can be spoken; begin to make it ready when it cannot yet."""
        ...


@dataclass
class CampaignCalls:
    """People whom campaigns call, one after the other."""

    lines: int
    scripts: Scripts
    calendar: Calendar | None = None
    ring_for: float = 30.0
    ring_agent_for: float = 20.0
    """Seconds the phone of an agent rings who is to talk to somebody."""
    node: str = DEFAULT_NODE
    """Agents at its seats are rung."""
    name: str = campaign_contacts.PURPOSE
    monotonic: Callable[[], float] = time.monotonic
    _pace: Pace = field(default_factory=Pace)
    _agents_rest_until: float = 0.0
    """No agent is looked for before, on the monotonic clock."""

    @property
    def contexts(self) -> Mapping[str, str]:
        return {"person": "campaign-person", AGENT: CONTEXT}

    async def next_due(self, connection: AsyncConnection) -> datetime | None:
        ready = [
            self._pace.ready_at(one.id, one.due)
            for one in await campaigns.running(connection)
            if one.due is not None and one.calling < one.campaign.lines and self._looks_at(one)
        ]
        return min(ready) + AHEAD if ready else None

    async def claim(
        self, connection: AsyncConnection, *, now: datetime, until: datetime, limit: int
    ) -> tuple[Sequence[Planned], Follow]:
        del until  # see AHEAD
        running = {
            one.id: one for one in await campaigns.running(connection) if self._looks_at(one)
        }
        asking = {key: self._asks(one, now) for key, one in running.items()}
        talked = {key: one for key, one in asking.items() if _by_agents(running[key])}
        agents = await self._agents_for(connection, talked, now)
        hands = shares(talked, len(agents))
        asking |= {key: replace(one, free=hands.get(key, 0)) for key, one in talked.items()}
        planned: list[Planned] = []
        for key, count in shares(asking, limit).items():
            mine = [agents.pop(0) for _ in range(count)] if key in talked else ()
            planned += await self._claim_of(
                connection, running[key], now=now, limit=count, agents=mine
            )
        return planned, NOTHING

    async def _agents_for(
        self, connection: AsyncConnection, asking: Mapping[int, Asks], now: datetime
    ) -> list[ReadyAgent]:
        """Return which agents are free; while there is none, they are looked for now and then."""
        if not any(one.free > 0 for one in asking.values()):
            return []
        found = list((await free_agents.for_campaigns(connection, now, self.node)).free)
        if not found:
            self._agents_rest_until = self.monotonic() + LOOK_AGAIN_S
        return found

    async def take(self, connection: AsyncConnection, heard: Sequence[AttemptFact]) -> Follow:
        events = [(one, event) for one in heard if (event := _event(one)) is not None]
        if not events:
            return NOTHING
        known = await campaign_contacts.of_ids(
            connection, {one.attempt.subject_id for one, _ in events}
        )
        wanted = await campaigns.several(connection, {one.campaign_id for one in known.values()})
        after: dict[int, Contact] = {}
        for one, event in events:
            shown = known.get(one.attempt.subject_id)
            if shown is None:
                continue
            contact = after.get(shown.id, shown.contact)
            rules = self._rules(wanted[shown.campaign_id], shown)
            after[shown.id], commands = decide(contact, event, one.at, rules)
            if NeverAgain() in commands:
                await _never_again(connection, shown, one.at)
        await campaign_contacts.keep(connection, after)
        if any(contact.ended_at for contact in after.values()):
            await campaigns.finish(connection, now=max(one.at for one, _ in events))
        return NOTHING

    async def unwanted(
        self, connection: AsyncConnection, subjects: Collection[int]
    ) -> Collection[int]:
        """Return who is not to be called any more, or not by the agent who reads or is rung."""
        unwanted = await campaign_contacts.not_to_call(connection, subjects)
        return {*unwanted, *await free_agents.gone(connection, subjects)}

    async def unfold(self, connection: AsyncConnection, *, now: datetime) -> None:
        """End the calls that were forgotten; close the campaigns that have come to their end."""
        known = await campaign_contacts.of_ids(
            connection, await campaign_contacts.forgotten(connection)
        )
        wanted = await campaigns.several(connection, {one.campaign_id for one in known.values()})
        after = {
            key: decide(
                one.contact, AttemptOver(LOST), now, self._rules(wanted[one.campaign_id], one)
            )[0]
            for key, one in known.items()
        }
        await campaign_contacts.keep(connection, after)
        await campaigns.finish(connection, now=now)

    def _looks_at(self, one: Running) -> bool:
        """Tell whether it is worth looking who of a campaign is due: not while no agent is free."""
        return not _by_agents(one) or self.monotonic() >= self._agents_rest_until

    def _asks(self, one: Running, now: datetime) -> Asks:
        if one.due is None or one.due > now:
            return Asks(one.calling, 0)
        if not _by_agents(one) and not self.scripts.ready(one.id, one.campaign):
            return Asks(one.calling, 0)
        paced = self._pace.free(one.id, now=now, calls_per_second=one.campaign.calls_per_second)
        left = one.campaign.lines - one.calling
        return Asks(one.calling, min(paced, left), self._pace.last(one.id))

    async def _claim_of(
        self,
        connection: AsyncConnection,
        one: Running,
        *,
        now: datetime,
        limit: int,
        agents: Sequence[ReadyAgent] = (),
    ) -> Sequence[Planned]:
        """Take over who of one campaign is due and may be called now, each with one of `agents`."""
        after: dict[int, Contact] = {}
        planned: list[Planned] = []
        later: dict[str, datetime] = {}
        due = await campaign_contacts.claim(connection, one.id, until=now, limit=limit)
        for claimed in due:
            shown = claimed.shown
            rules = self._rules(one.campaign, shown)
            after[shown.id], commands = decide(shown.contact, _asked(claimed), now, rules)
            waits = after[shown.id].next_at
            if Ring() in commands:
                person = _planned(shown, after[shown.id], now)
                planned.append(
                    self._with(agents[len(planned)], one.campaign, shown, person)
                    if agents
                    else person
                )
            elif waits is not None and waits > now:
                later[shown.person.zone] = waits
        await campaign_contacts.keep(connection, after)
        if any(contact.ended_at for contact in after.values()):  # passed over
            await campaigns.finish(connection, now=now)
        for zone, moment in later.items():  # nobody else there may be called before that either
            await campaign_contacts.postpone(connection, one.id, zone=zone, until=now, to=moment)
        self._pace.spend(
            one.id, len(planned), now=now, calls_per_second=one.campaign.calls_per_second
        )
        return await _counted(connection, planned)

    def _with(
        self, agent: ReadyAgent, campaign: Campaign, shown: ContactView, person: Planned
    ) -> Planned:
        first = campaign_agents.planned(campaign, shown, agent, person)
        return replace(first, ring_for=self.ring_agent_for)

    def _rules(self, campaign: Campaign, shown: ContactView) -> ContactRules:
        own = shown.person.zone
        hours = CallingHours(
            zone=own if own and wall_clock.is_zone(own) else campaign.zone,
            opens=campaign.opens,
            closes=campaign.closes,
            on_weekends=campaign.on_weekends,
            on_holidays=campaign.on_holidays,
            calendar=self.calendar,
        )
        return ContactRules(
            max_attempts=campaign.max_attempts,
            spacing=campaign.spacing,
            by_agents=campaign.mode is Mode.AGENT,
            allowed=partial(_allowed, hours),
        )


def _by_agents(one: Running) -> bool:
    return one.campaign.mode is Mode.AGENT


async def _counted(connection: AsyncConnection, planned: Sequence[Planned]) -> Sequence[Planned]:
    """Number attempts on: those that did not ring the person were no tries."""
    if not planned:
        return planned
    last = await attempts.latest(
        connection, campaign_contacts.PURPOSE, [one.subject_id for one in planned]
    )
    return [replace(one, seq=last.get(one.subject_id, 0) + 1) for one in planned]


def _allowed(hours: CallingHours, moment: datetime) -> datetime:
    try:
        return calling_hours.next_allowed(moment, hours)
    except NeverError:
        return moment + NEVER


def _asked(claimed: Claimed) -> Event:
    return Unwilling() if claimed.unwilling else Due()


def _event(heard: AttemptFact) -> Event | None:
    if heard.attempt.who == AGENT:
        return campaign_agents.event(heard)
    match heard.what:
        case Lifted():
            return None  # who or what lifted the receiver is told by the dialogue
        case Over(result=ended):
            return AttemptOver(ended)
        case Statement(what=CallSignal.KEYED, data=data):
            return Answer(data.get("question", ""), data.get("key", ""))
        case Statement(what=CallSignal.REACHED, data=data):
            result = _RESULTS.get(data.get("result", ""))
            return None if result is None else Reached(result)
        case Statement():
            return None


def _planned(shown: ContactView, after: Contact, at: datetime) -> Planned:
    return Planned(
        subject_id=shown.id,
        seq=after.tries,
        who="person",
        number=shown.person.number,
        at=at,
        told={
            "CAMPAIGN": str(shown.campaign_id),
            "CAMPAIGN_LANGUAGE": "en" if shown.person.language == "en" else "zh",
            "CAMPAIGN_NUMBER": shown.person.number,
        },
    )


async def _never_again(connection: AsyncConnection, shown: ContactView, at: datetime) -> None:
    entry = Entry(
        shown.person.number,
        shown.person.identity,
        f"campaign {shown.campaign_id}",
        at,
        BY_TELEPHONE,
    )
    if await do_not_call.put(connection, entry):
        seen = audit.by_telephone("do_not_call.added", shown.person.number, at=at)
        await audit.note(connection, seen)
