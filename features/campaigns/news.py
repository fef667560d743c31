"""Owns what open pages are told of campaigns: which of them moved, and who is called."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from features.campaigns import results
from permissions.may import roles_with
from web.changes import News

_LATELY: Final = timedelta(minutes=5)


def _moved(pulse: results.Pulse) -> Mapping[str, object]:
    names = ("id", "state", "over", "calling")
    return {"campaigns": [dict(zip(names, each, strict=True)) for each in pulse]}


CAMPAIGNS: Final = News(
    event="campaigns",
    roles=roles_with("campaign.read"),
    every=1.0,
    pulse=lambda connection, now: results.pulse(connection, since=now - _LATELY),
    told=_moved,
)
