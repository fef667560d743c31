"""What campaigns say of the people on their lists; what they answered stays as a figure."""

from sqlalchemy import String, case, cast, literal

from db.holdings import Holding, Holdings, same
from features.campaigns.contact import BEING_CALLED, OVER, ContactState
from features.campaigns.tables import CampaignContactRow, CampaignRow

_OVER = CampaignContactRow.state.in_(sorted(state.value for state in OVER))

HOLDINGS = Holdings(
    holdings=(
        Holding(
            table=CampaignContactRow,
            theirs=same(CampaignContactRow.identity),
            erased={
                "number": "",
                "identity": literal("erased:") + cast(CampaignContactRow.id, String),
                "name": "",
                "extra": {},
                "next_at": None,
                "state": case((_OVER, CampaignContactRow.state), else_=ContactState.SKIPPED.value),
            },
            busy=CampaignContactRow.state.in_(sorted(state.value for state in BEING_CALLED)),
            open=~_OVER,
            names="name",
            purpose="campaigns",
            since="ended_at",
            over=_OVER,
        ),
    ),
    mentions={CampaignRow: ("name", "script"), CampaignContactRow: ("answers",)},
    plain={
        CampaignRow: ("kind", "mode", "state", "zone", "opens", "closes", "spacing"),
        CampaignContactRow: ("language", "zone", "state", "result"),
    },
)
