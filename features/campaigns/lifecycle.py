"""A campaign (回访, 调查, 通知): its states and questions. Does no I/O. CBK-3.

| state | what goes on | what comes next |
|---|---|---|
| draft | nothing; rows may be added | running; stopped |
| running | people are called | paused, stopped; finished when nobody is left |
| paused | nobody new is called; who talks talks on | running, stopped |
| stopped | for good: calls that nobody answered yet are ended | – (a copy begins anew) |
| finished | everybody was called as often as it takes | – |
"""

from collections.abc import Mapping
from enum import StrEnum


class Mode(StrEnum):
    AUTOMATIC = "automatic"
    AGENT = "agent"


class CampaignState(StrEnum):
    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    FINISHED = "finished"


FROM: Mapping[CampaignState, frozenset[CampaignState]] = {
    CampaignState.DRAFT: frozenset(),
    CampaignState.RUNNING: frozenset({CampaignState.DRAFT, CampaignState.PAUSED}),
    CampaignState.PAUSED: frozenset({CampaignState.RUNNING}),
    CampaignState.STOPPED: frozenset(
        {CampaignState.DRAFT, CampaignState.RUNNING, CampaignState.PAUSED}
    ),
    CampaignState.FINISHED: frozenset({CampaignState.RUNNING}),
}
"""From which states a campaign gets into each."""
