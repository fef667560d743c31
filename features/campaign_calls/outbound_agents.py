"""The calls of campaigns in which agents talk: an agent is rung first, the person then
(CBK-3).

In the dialplan the agent hears a word, and only then the person's phone rings: who answers always
has somebody to talk to.
"""

from collections.abc import Mapping
from typing import Final

from callflow.rules.questions import Result
from dispatch.call_facts import CallSignal
from dispatch.purpose import AttemptFact, Lifted, Over, Planned, Statement
from dispatch.seats import AGENT, NUMBER
from features.campaigns.contact import AttemptOver, Dialled, Event, Reached
from features.campaigns.contacts import ContactView
from features.campaigns.queries import Campaign
from features.duties.choice import ReadyAgent

WHY: Final = "campaign"
"""What the agent's page is told that the call is for."""

_EVENTS: Final[Mapping[str, Event]] = {
    CallSignal.DIALLING: Dialled(),
    CallSignal.TALKING: Reached(Result.TALKED),
    CallSignal.CUSTOMER_BUSY: Reached(Result.BUSY),
    CallSignal.CUSTOMER_NOANSWER: Reached(Result.NO_ANSWER),
    CallSignal.CUSTOMER_CHANUNAVAIL: Reached(Result.OFF),
    CallSignal.CUSTOMER_CONGESTION: Reached(Result.CONGESTION),
    CallSignal.CUSTOMER_NOLINE: Reached(Result.NO_LINE),
    CallSignal.CUSTOMER_CANCEL: Reached(Result.NO_ANSWER),
}


def event(heard: AttemptFact) -> Event | None:
    """Return what a fact about an agent's call is for the person of the campaign."""
    match heard.what:
        case Lifted():
            return None  # the agent: what follows is told by the dialplan
        case Over(result=ended):
            talked = heard.attempt.said == CallSignal.TALKING
            return AttemptOver(ended, lifted=heard.attempt.answered_at is not None, talked=talked)
        case Statement(what=what):
            return _EVENTS.get(what)


def planned(campaign: Campaign, shown: ContactView, agent: ReadyAgent, first: Planned) -> Planned:
    """Return the ring of an agent in the place of the person's, whose number is dialled then."""
    number = shown.person.number
    return Planned(
        subject_id=first.subject_id,
        seq=first.seq,
        who=AGENT,
        number=agent.seat,
        connects=number,
        at=first.at,
        told={
            NUMBER: number,
            "CALLBACK_WHY": WHY,
            "CALLBACK_BY": agent.number,
            "CALLBACK_LANGUAGE": first.told["CAMPAIGN_LANGUAGE"],
        },
        shown_for=campaign.preview_for,
    )
