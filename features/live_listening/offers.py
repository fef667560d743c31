"""Whose call an inspector may hear now: agents with an open live listening who talk (QA-1).

Does no I/O.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from features.quality_samples.lifecycle import WorkItem
from floor.live_state import LiveState
from floor.people import Agent, Talk


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveOffer:
    """A call that goes on, and the listening that it would be."""

    item_id: int
    agent: str
    name: str
    since: datetime
    """Of the talk."""


def offers(items: Sequence[WorkItem], live_state: LiveState) -> list[LiveOffer]:
    """Return one offer for each agent of these items who talks now, who began last first.

    A call that has just begun is heard almost whole.
    """
    found = {item.agent: offer for item in reversed(items) for offer in _offered(item, live_state)}
    return sorted(found.values(), key=lambda one: one.since, reverse=True)


def talk_of(number: str, live_state: LiveState) -> tuple[Agent, Talk] | None:
    """Return an agent and the talk with a caller that goes on; None: there is none."""
    agent = live_state.by_number(number)
    talk = live_state.talks.get(agent.seat) if agent else None
    return None if agent is None or talk is None or talk.parted else (agent, talk)


def _offered(item: WorkItem, live_state: LiveState) -> Iterator[LiveOffer]:
    if talks := talk_of(item.agent, live_state):
        agent, talk = talks
        yield LiveOffer(item_id=item.id, agent=agent.number, name=agent.name, since=talk.since)
