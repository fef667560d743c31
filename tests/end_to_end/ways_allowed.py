"""The targets that are tried on the ways out of the house, and who may be rung for each."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

EMERGENCY: Final = ("110", "119", "120", "122", "112", "911", "999")
HOUSE: Final = ("8001", "8002", "8101", "8102")
QUEUES: Final = ("hotline", "senior", "manager")
NOBODY: Final = ("i", "w01")
"""Names of the list behind which nobody is: a caller who is sent there comes back."""

ORDINARY: Final = (
    *("13800138000", "013800138000", "%2B8613800138000", "008613800138000", "01062345678"),
    *("62345678", "4008123123", "2000", "9110", "1100", "0110", "010110"),
)
COSTLY: Final = (
    *("02016812345", "16812345", "%2B85221234567", "0085221234567", "0018765551234"),
    *("%2B449098790000", "%2B870773111632", "0013800138000"),
    *("1795113800138000", "17951013800138000", "17909008615800", "12593013800138000"),
    *("10086", "95588", "12580", "96123", "%EF%BC%91%EF%BC%91%EF%BC%90"),
)
TECHNICAL: Final = (
    *("to-13800138000%40out", "to-110", "to-8102", "PJSIP%2F13800138000%40out"),
    *("PJSIP/13800138000%40out", "PJSIP/out/sip%3A13800138000%40{trunk}"),
    *("PJSIP/8002", "PJSIP/8102/sip%3Ax%40{evil}", "AudioSocket/{socket}/{uuid}"),
    *("Local/13800138000%40callback-to", "Local/110%40emergency-numbers", "Local/8102%40transfer"),
    *("Local/s%40hotline", "s", "h", "i", "T", "failed", "external_replaces", "transfer", "*1"),
)
TARGETS: Final = (*HOUSE, "w01", *QUEUES, *EMERGENCY[:3], *ORDINARY, *COSTLY, *TECHNICAL)
REPRESENTATIVE: Final = (
    *("13800138000", "02016812345", "%2B449098790000", "1795113800138000", "95588"),
    *("to-13800138000%40out", "PJSIP/13800138000%40out", "AudioSocket/{socket}/{uuid}"),
    *("PJSIP/8102/sip%3Ax%40{evil}", "Local/13800138000%40callback-to", "external_replaces"),
)
"""One of each kind, for every run of the tests."""

TRANSFERRING: Final = frozenset(
    {"phone in a call", "seat in a call", "seat in a callback", "leader who joins"}
)
"""Whose REFER leads anywhere: ours in a call with a caller, a leader too who came into it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Who was rung for a target on a way."""

    way: str
    target: str
    rang: tuple[str, ...]

    @property
    def fault(self) -> tuple[str, ...]:
        """What the list does not allow."""
        may = allowed(self.way, unquote(self.target))
        return tuple(one for one in self.rang if one not in may)


def allowed(way: str, target: str) -> frozenset[str]:
    """Return who may be rung on a way for a target."""
    inside = {f"{target}:{target}"} if target in HOUSE else set()
    police = {f"trunk:{target}"} if target in EMERGENCY else set()
    kind, _, who = way.partition(" ")
    if kind == "dials" and who in {"phone", "seat"}:
        return frozenset(police | (inside if who == "seat" or target in HOUSE[:2] else set()))
    if kind == "REFER" and who in TRANSFERRING:
        anybody = {f"{one}:{one}" for one in HOUSE} if target in {*QUEUES, *NOBODY} else set()
        return frozenset(inside | anybody | (police if who != "phone in a call" else set()))
    return frozenset()
