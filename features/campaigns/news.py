"""Change feed of campaigns: which of them moved, and who is called."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from features.campaigns import results
from permissions.may import roles_with
from web.change_feed import ChangeFeed

_LATELY: Final = timedelta(minutes=5)


def _moved(snapshot: results.Snapshot) -> Mapping[str, object]:
    names = ("id", "state", "over", "calling")
    return {"campaigns": [dict(zip(names, each, strict=True)) for each in snapshot]}


CAMPAIGNS: Final = ChangeFeed(
    event="campaigns",
    roles=roles_with("campaign.read"),
    every=1.0,
    snapshot=lambda connection, now: results.snapshot(connection, since=now - _LATELY),
    told=_moved,
)
