"""The ways on which a call might leave the house, the targets tried on each, what is allowed.

A way tries one target and returns who was rung for it. Only what `allowed` names may be.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from floor.control import JOIN
from tests.end_to_end.peer import Dialog, Peer
from tests.end_to_end.stage import AGENT, CONTEXTS, CUSTOMER, Stage, callback_to
from tests.waiting import until

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


TAKES_S: Final = 6.0
"""Longest until a transfer that was accepted has rung whom it leads to: a seat that gets a caller
back is rung when its queue has it free again."""

Way = Callable[[Stage, Sequence[str]], Awaitable[list[Seen]]]


def written(stage: Stage, target: str) -> str:
    """Return a target as it stands before the host."""
    return target.format(
        trunk=stage.trunk.address.replace(":", "%3A"),  # a plain one would begin a password
        evil=stage.evil.address.replace(":", "%3A"),
        socket=f"127.0.0.1%3A{stage.socket_port}",
        uuid="11111111-2222-3333-4444-555555555555",
    )


def address(stage: Stage, target: str) -> str:
    """Return the whole address, whose host is a stranger's."""
    return f"sip:{written(stage, target)}@{stage.evil.address}"


async def _referred(stage: Stage, leg: tuple[Peer, Dialog], to: str) -> bool:
    """Ask for a transfer and wait for what comes of it; return whether it was accepted."""
    peer, dialog = leg
    before = stage.invites
    accepted = await peer.refers(dialog, to) == 200
    if accepted:
        with contextlib.suppress(AssertionError):  # and nobody was rung
            await until(lambda: stage.invites > before, within=TAKES_S)
    return accepted


async def _refers(
    stage: Stage, way: str, leg: tuple[Peer, Dialog], targets: Sequence[str]
) -> list[Seen]:
    """Try targets by a REFER until one takes the call elsewhere."""
    seen = []
    for target in targets:
        asked = asyncio.ensure_future(_referred(stage, leg, address(stage, target)))
        seen.append(Seen(way, target, await stage.rang(asked)))
        if asked.result() or leg[1].over.is_set():
            break
    return seen


def _referring(way: str, leg: Callable[[Stage], Awaitable[tuple[Peer, Dialog]]]) -> Way:
    """Return a way by REFER from the leg of a call, which is made again when it was taken away."""

    async def tried(stage: Stage, targets: Sequence[str]) -> list[Seen]:
        seen: list[Seen] = []
        while len(seen) < len(targets):
            seen += await _refers(stage, way, await leg(stage), targets[len(seen) :])
            await stage.is_quiet()
        return seen

    return tried


async def _caller(stage: Stage) -> tuple[Peer, Dialog]:
    return stage.caller, (await stage.talk("8001"))[0]


async def _phone(stage: Stage) -> tuple[Peer, Dialog]:
    return stage.phones["8001"], (await stage.talk("8001"))[1]


async def _seat(stage: Stage) -> tuple[Peer, Dialog]:
    return stage.phones["8101"], (await stage.talk("8101"))[1]


async def _promised_agent(stage: Stage) -> tuple[Peer, Dialog]:
    return stage.phones["8101"], (await stage.promised(CUSTOMER))[0]


async def _customer(stage: Stage) -> tuple[Peer, Dialog]:
    return stage.trunk, (await stage.promised(CUSTOMER))[1]


async def _customer_at_home(stage: Stage) -> tuple[Peer, Dialog]:
    return stage.phones["8002"], (await stage.promised("8002"))[1]


async def _dialling_phone(stage: Stage) -> tuple[Peer, Dialog]:
    made = await stage.phones["8002"].dials("8001")
    assert isinstance(made, Dialog)
    return stage.phones["8002"], made


async def _rung_phone(stage: Stage) -> tuple[Peer, Dialog]:
    assert isinstance(await stage.phones["8002"].dials("8001"), Dialog)
    return stage.phones["8001"], await stage.phones["8001"].rings()


async def _police(stage: Stage) -> tuple[Peer, Dialog]:
    assert isinstance(await stage.phones["8002"].dials("110"), Dialog)
    return stage.trunk, await stage.trunk.rings()


async def third_in_a_talk(stage: Stage) -> tuple[Peer, Dialog]:
    """Have a leader in the talk of a caller and a phone; return the leader's leg."""
    await stage.talk("8001")
    stage.phones["8102"].forgets()
    await _watches(stage)
    joined = stage.phones["8102"], await stage.phones["8102"].rings()
    await stage.is_bridged(legs=3)
    return joined


async def _watches(stage: Stage) -> None:
    given = {"WATCHED": "PJSIP/8001", "WATCHED_CALL": "none"}
    key = f"watch-{asyncio.get_running_loop().time():.6f}"
    await stage.hand.ring("PJSIP/8102", JOIN, attempt=key, ring_for=5, variables=given)


def _rung(number: str, context: str) -> Callable[[Stage], Awaitable[tuple[Peer, Dialog]]]:
    async def leg(stage: Stage) -> tuple[Peer, Dialog]:
        await stage.rings(number, context)
        peer = stage.phones.get(number, stage.trunk)
        return peer, await peer.rings()

    return leg


def _rings(number: str, context: str) -> Callable[[Stage], Awaitable[object]]:
    return lambda stage: stage.rings(number, context)


def _redirecting(way: str, name: str, rings: Callable[[Stage], Awaitable[object]]) -> Way:
    """Return a way by a 302 with which one peer answers what rings it."""

    async def tried(stage: Stage, targets: Sequence[str]) -> list[Seen]:
        seen = []
        peer = stage.everybody[name]
        for target in targets:
            stage.answers(name=name, contact=address(stage, target))
            peer.forgets()
            first = asyncio.create_task(peer.rings(within=30))
            rang = await stage.rang(asyncio.gather(rings(stage), first))
            own = [f"{name}:{peer.invites[-1]}", *_RUNG_FIRST.get(way, ())]
            seen.append(Seen(way, target, _without(rang, own)))
            await stage.is_quiet()
        return seen

    return tried


_RUNG_FIRST: Final = {
    "302 customer outside": ("8101:8101",),
    "302 customer at a phone": ("8101:8101",),
}
"""Who is rung on a way before the one who answers with a 302."""


def _without(rang: Sequence[str], own: Sequence[str]) -> tuple[str, ...]:
    """Return who was rung beside those whom the way itself rings, again and again perhaps."""
    return tuple(one for one in rang if one not in own)


async def _in_the_queue(stage: Stage, targets: Sequence[str]) -> list[Seen]:
    """A caller waits, and the phone that is rung for him again and again sends him elsewhere."""
    phone, seen = stage.phones["8001"], []
    await stage.only("8001")
    stage.answers(name="8001", contact=address(stage, targets[0]))
    assert isinstance(await stage.caller.dials(stage.house.settings.hotline_number), Dialog)
    for target in targets:
        stage.answers(name="8001", contact=address(stage, target))
        phone.forgets()
        rang = await stage.rang(phone.rings(within=10))
        seen.append(Seen("302 phone in the queue", target, _without(rang, ["8001:8001"])))
    await stage.is_quiet()
    return seen


async def _to_a_colleague(stage: Stage, targets: Sequence[str]) -> list[Seen]:
    """An agent's phone transfers to one that sends the caller elsewhere: he is back each time."""
    mine, colleague, seen = stage.phones["8001"], stage.phones["8102"], []
    leg = (await stage.talk("8001"))[1]
    own = ["8102:8102", "8001:8001"]
    for target in targets:
        stage.answers(name="8102", contact=address(stage, target))
        mine.forgets()
        colleague.forgets()
        moved = asyncio.gather(mine.refers(leg, "sip:8102@switch"), colleague.rings(within=10))
        rang = await stage.rang(moved)
        seen.append(Seen("302 phone that gets a transfer", target, _without(rang, own)))
        leg = await mine.rings(within=30)
        await stage.is_bridged()
    await stage.is_quiet()
    return seen


def _callbacks(customer: str) -> Callable[[Stage], Awaitable[object]]:
    told = callback_to(customer)
    return lambda stage: stage.rings("8101", AGENT, **told)


def _dialling(way: str, dialler: Callable[[Stage], Peer]) -> Way:
    """Return a way by dialling the target."""

    async def tried(stage: Stage, targets: Sequence[str]) -> list[Seen]:
        seen = []
        for target in targets:
            dialled = dialler(stage).dials(written(stage, target), within=1.5)
            seen.append(Seen(way, target, await stage.rang(dialled)))
            await stage.is_quiet()
        return seen

    return tried


def _pressing(way: str, leg: Callable[[Stage], Awaitable[tuple[Peer, Dialog]]]) -> Way:
    """Return a way by keys in a call: those of every transfer that Asterisk knows, and a number."""

    async def tried(stage: Stage, targets: Sequence[str]) -> list[Seen]:
        peer, dialog = await leg(stage)
        seen = []
        for target in targets:
            if unquote(target).isascii() and unquote(target).isdecimal():
                keys = "".join(f"{code}{target}#" for code in ("#", "##", "*2", "*1", "#1"))
                seen.append(Seen(way, target, await stage.rang(peer.presses(dialog, keys))))
        await stage.is_quiet()
        return seen

    return tried


_LEGS: Final[Mapping[str, Callable[[Stage], Awaitable[tuple[Peer, Dialog]]]]] = {
    "caller": _caller,
    "phone in a call": _phone,
    "seat in a call": _seat,
    "seat in a callback": _promised_agent,
    "customer outside": _customer,
    "customer at a phone": _customer_at_home,
    "phone that dials": _dialling_phone,
    "phone that is dialled": _rung_phone,
    "police": _police,
    "leader who joins": third_in_a_talk,
    **{f"{context} outside": _rung(CUSTOMER, context) for context in CONTEXTS},
    **{f"{context} at a phone": _rung("8002", context) for context in CONTEXTS},
}
_REDIRECTING: Final[Mapping[str, tuple[str, Callable[[Stage], Awaitable[object]]]]] = {
    "phone dialled by a phone": ("8001", lambda stage: stage.phones["8002"].dials("8001")),
    "seat for a callback": ("8101", _callbacks(CUSTOMER)),
    "customer outside": ("trunk", _callbacks(CUSTOMER)),
    "customer at a phone": ("8002", _callbacks("8002")),
    "police": ("trunk", lambda stage: stage.phones["8002"].dials("110")),
    "leader who joins": ("8102", _watches),
    **{f"{context} outside": ("trunk", _rings(CUSTOMER, context)) for context in CONTEXTS},
    **{f"{context} at a phone": ("8002", _rings("8002", context)) for context in CONTEXTS},
}
WAYS: Final[Mapping[str, Way]] = {
    **{f"REFER {who}": _referring(f"REFER {who}", leg) for who, leg in _LEGS.items()},
    **{f"302 {who}": _redirecting(f"302 {who}", *one) for who, one in _REDIRECTING.items()},
    "302 phone in the queue": _in_the_queue,
    "302 phone that gets a transfer": _to_a_colleague,
    "dials phone": _dialling("dials phone", lambda stage: stage.phones["8002"]),
    "dials seat": _dialling("dials seat", lambda stage: stage.phones["8102"]),
    "dials trunk": _dialling("dials trunk", lambda stage: stage.caller),
    **{
        f"keys {who}": _pressing(f"keys {who}", _LEGS[who])
        for who in ("caller", "phone in a call", "seat in a callback", "customer outside")
    },
}
QUICK: Final[Mapping[str, Sequence[str]]] = {
    **{
        f"REFER {who}": REPRESENTATIVE
        for who in (
            *("caller", "phone in a call", "seat in a callback", "customer outside"),
            *("customer at a phone", "phone that dials"),
        )
    },
    **{
        f"302 {who}": REPRESENTATIVE[5:9]
        for who in (
            *("phone in the queue", "phone dialled by a phone", "seat for a callback"),
            *("customer outside", "leader who joins", "wake-guest outside"),
        )
    },
    "dials phone": (*REPRESENTATIVE[:5], "110"),
    "dials trunk": REPRESENTATIVE[:5],
    "keys phone in a call": REPRESENTATIVE[:2],
}
"""What every run of the tests tries, in under a minute: each kind of way, each kind of target."""
