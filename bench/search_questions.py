"""What `bench.search` asks: lists, pairs of filters, words, numbers; of many, of few, of nobody."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import combinations
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from bench import search_rows as made
from features.call_recordings import queries as recordings
from features.call_recordings.queries import RecordingFilter
from features.calls import queries as calls
from features.calls.queries import CallFilter
from features.customers import queries as customers
from features.customers.queries import CustomerFilter
from features.tickets import finding
from features.tickets import queries as tickets
from features.tickets.wanted import TicketFilter
from permissions.roles import Role
from permissions.scopes import EVERYTHING
from phone_numbers.phone_number import phone_number
from settings import Settings

ROUNDS: Final = 60
PLAN: Final = Settings().number_plan

Asking = Callable[[AsyncConnection, int], Awaitable[int]]


def questions(calls_there: int) -> Iterator[tuple[str, Asking]]:
    """Give what is asked; the number of the round makes each time another of its kind."""
    yield from _lists("tickets", _tickets, _TICKETS)
    yield from _lists("calls", _calls, _CALLS)
    yield from _lists("recordings", _recordings, _RECORDINGS)
    yield from _lists("customers", _customers, _CUSTOMERS)
    for name, some in _TEXTS.items():
        yield f"text: {name}", _box(some)
    yield "text and a state", _box(("费用",), state="dispatched")
    yield "text and what no ticket has", _box(("费用",), kind="suggestion")
    cuts = {"whole": slice(None), "last 4": slice(-4, None), "middle 7": slice(2, 9)}
    for name, cut in cuts.items():
        numbers = [made.number(who * 997 % (calls_there // 50))[cut] for who in range(ROUNDS)]
        yield f"tickets by number, {name}", _box(numbers)
        yield f"calls by number, {name}", _pieces(numbers)
        yield f"customers by number, {name}", _customers([{"words": each} for each in numbers])
    yield "calls by number, of nobody", _pieces(["0000000"])


_TICKETS: Final[dict[str, Sequence[Any]]] = {
    "kind": ("complaint", "fault", "suggestion"),
    "state": ("archived", "dispatched", "withdrawn"),
    "department": ("东线路班", "无线路班"),
    "handler": ("2003", made.LEFT[0], made.NO_COMPLAINTS, "2999"),
    "agent": ("2003", made.LEFT[0], made.NO_COMPLAINTS, "2999"),
    "to_review": (True, False),
    "urgent": (True, False),
    "open_only": (True,),
}
_CALLS: Final[dict[str, Sequence[Any]]] = {
    "agent": ("2003", made.LEFT[0], made.NO_COMPLAINTS, "2999"),
    "disposition": ("agent", "message", "switch_crash", "silent"),
    "direction": ("in", "out"),
}
_RECORDINGS: Final[dict[str, Sequence[Any]]] = {
    "agent": ("2003", made.LEFT[0], made.NO_COMPLAINTS, "2999"),
    "kind": ("call", "message"),
    "state": ("stored", "missing", "lost"),
    "disposition": ("agent", "message", "abandoned_ringing"),
}
_CUSTOMERS: Final[dict[str, Sequence[Any]]] = {
    "words": ("朝阳", "欧伟芳", "门头沟小区17", "魑魅", "李娜 海淀"),
    "sort": ("normal", "large", "dedicated"),
    "area": ("东城西城小区7", "昌平大兴小区8", "月球"),
    "first_agent": ("2003", "2999"),
}
_TEXTS: Final[dict[str, Sequence[str]]] = {
    "two characters, in every second ticket": ("客户", "用户"),
    "two characters, in some": ("漫游", "发票", "光猫"),
    "two characters, rare": (made.RARE,),
    "two characters, of nobody": ("魑魅",),
    "three characters": ("机顶盒", "上不网", "电视卡"),
    "three characters, of nobody": ("费用户",),
    "six characters": ("宽带无法上网", "固定电话没有"),
    "six characters, of some weeks": (made.OLD,),
    "six characters, each pair in many": ("月租费用户反",),
    "English": ("refund", "after six", "evening"),
    "a name": ("欧伟芳", "王晨宇", "李娜"),
    "two words": ("朝阳 发票", "ＢＲＯＡＤＢＡＮＤ 漫遊"),
}


def _lists(
    what: str, ask: Callable[..., Asking], filters: dict[str, Sequence[Any]]
) -> Iterator[tuple[str, Asking]]:
    yield f"{what}: the newest", ask([{}])
    for name, values in filters.items():
        yield f"{what} by {name}", ask([{name: value} for value in values])
    for one, two in combinations(filters, 2):
        both = [{one: a, two: b} for a in filters[one] for b in filters[two]]
        yield f"{what} by {one} and {two}", ask(both)


def _tickets(filters: Sequence[dict[str, Any]]) -> Asking:
    async def ask(connection: AsyncConnection, turn: int) -> int:
        wanted = TicketFilter(**filters[turn % len(filters)])
        return len((await tickets.tickets(connection, wanted, reach=EVERYTHING)).items)

    return ask


def _calls(filters: Sequence[dict[str, Any]]) -> Asking:
    async def ask(connection: AsyncConnection, turn: int) -> int:
        wanted = CallFilter(**filters[turn % len(filters)])
        return len((await calls.calls(connection, wanted, reach=EVERYTHING)).items)

    return ask


def _recordings(filters: Sequence[dict[str, Any]]) -> Asking:
    async def ask(connection: AsyncConnection, turn: int) -> int:
        wanted = RecordingFilter(**filters[turn % len(filters)])
        return len((await recordings.recordings(connection, wanted, reach=EVERYTHING)).items)

    return ask


def _customers(filters: Sequence[dict[str, Any]]) -> Asking:
    async def ask(connection: AsyncConnection, turn: int) -> int:
        wanted = CustomerFilter(**filters[turn % len(filters)])
        return len((await customers.listed(connection, wanted)).items)

    return ask


def _box(texts: Sequence[str], **more: Any) -> Asking:
    boxes = [finding.box(text, PLAN, Role.TEAM_LEADER) | more for text in texts]
    return _tickets(boxes)


def _pieces(some: Sequence[str]) -> Asking:
    return _calls([{"piece": each, "or_number": phone_number(each, PLAN)} for each in some])
