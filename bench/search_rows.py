"""The rows among which `bench.search` looks: tickets, calls, events, recordings of some years.

What is asked for is spread as in a house: some agents have most calls, two have left, most tickets
are archived, a few words are in every second ticket and most in few. The same rows each time.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from db.terms import stretches
from features.calls import by_piece
from features.customers import terms as customer_terms
from features.tickets import terms

BEGAN: Final = datetime(2020, 1, 1, tzinfo=UTC)
EVERY: Final = timedelta(seconds=30)
CALLS_A_TICKET, CALLS_A_NUMBER, TICKETS_A_CUSTOMER = 5, 5, 10
AGENTS: Final = tuple(str(2001 + which) for which in range(120))
LEFT: Final = ("2901", "2902")
"""Agents of the first years only."""
NO_COMPLAINTS: Final = "2950"
"""An agent with many tickets, of whom none is a complaint."""
DEPARTMENTS: Final = tuple(f"{place}线路班" for place in "东西南北中金木水火土")
STATES: Final = ("archived",) * 90 + ("closed",) * 6 + ("answered", "handled", "dispatched", "new")
KINDS: Final = ("consultation",) * 55 + ("fault",) * 30 + ("complaint",) * 14 + ("unknown",)
ENDS: Final = (
    *("agent",) * 70,
    *("abandoned_queue",) * 12,
    *("abandoned_ringing",) * 8,
    *("message",) * 6,
    *("silent", "farewell", "promised", "too_quiet"),
)
BEGINNINGS: Final = ("客户来电反映", "用户反映", "客户咨询", "用户要求", "客户投诉", "来电询问")
THINGS: Final = (
    *("宽带无法上网", "月租费用有疑问", "手机信号不好", "账单金额不对", "机顶盒没有画面"),
    *("固定电话没有声音", "套餐变更未生效", "移机预约上门时间", "国际漫游资费", "发票抬头写错"),
    *("光猫红灯闪烁", "号码被停机", "短信收不到", "流量消耗过快", "电视卡顿花屏"),
)
ENDINGS: Final = (
    *("请尽快处理并回复", "已解释并答复客户", "转相关部门核实", "客户表示满意", "需要上门检修"),
    *("broadband is slow in the evening", "please call back after six", "refund was promised"),
)
SURNAMES: Final = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗欧阳"
GIVEN: Final = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文华建国红玉辉鹏宇晨"
PLACES: Final = "东城西城朝阳海淀丰台石景山门头沟房山通州顺义昌平大兴怀柔平谷密云延庆"
OLD: Final = "春节机房断电"
"""Stands in every ticket of some weeks years ago, and nowhere since."""
RARE: Final = "蟾蜍"

Row = tuple[Any, ...]


def call_id(which: int) -> str:
    return f"{which:08x}-6a5c-4c1d-9b6e-{which:012x}"


def at(which: int) -> datetime:
    return BEGAN + which * EVERY


def number(who: int) -> str:
    return f"1{(who * 7_919_317 + 3_812_345_678) % 10_000_000_000:010d}"


def chance(which: int) -> random.Random:
    return random.Random(which * 2_654_435_761 % 2**32)


def agent_of(which: int, every: int) -> str | None:
    """Return who talked in a call; `every` is how many calls there are in the end."""
    by = chance(which)
    if ENDS[which % len(ENDS)] != "agent":
        return None
    if which < every // 16 and which % 7 == 0:
        return LEFT[which % 2]
    if which % 11 == 0:
        return NO_COMPLAINTS
    return AGENTS[min(int(by.expovariate(1 / 25)), len(AGENTS) - 1)]


CALL_COLUMNS: Final = (
    *("id", "linkedid", "boot", "ref", "number", "identity", "name", "did", "ring_started"),
    *("answered", "ended", "rings", "held_ans1", "agent", "misses", "disposition", "sil_outcome"),
    *("state", "route_reasons", "held_s", "direction", "scripts", "talk_s", "node"),
)


def calls(first: int, last: int, every: int) -> Iterator[Row]:
    """Give calls, of which most are from numbers that have called before."""
    for which in range(first, last):
        who, when = chance(which).randrange(1 + which // CALLS_A_NUMBER), at(which)
        known = number(who)
        agent = agent_of(which, every)
        end = ENDS[which % len(ENDS)]
        yield (
            *(call_id(which), f"trk-{which}.0", "trk", f"R-{which}", known, f"+86{known}"),
            *("", "10050", when, when, when + timedelta(seconds=90), 1, True, agent, "[]", end),
            *("alive", "ended", "[]", 0.0, "out" if which % 50 == 0 else "in", "[]", 60.0),
            "node1",
        )


def call_agents(first: int, last: int, every: int) -> Iterator[Row]:
    for which in range(first, last):
        if agent := agent_of(which, every):
            direction = "out" if which % 50 == 0 else "in"
            yield call_id(which), agent, at(which), direction, ENDS[which % len(ENDS)]


def segments(first: int, last: int, every: int) -> Iterator[Row]:
    for which in range(first, last):
        if agent := agent_of(which, every):
            when = at(which)
            yield call_id(which), agent, "8001", when, when + EVERY, "answered", 0.0


def events(first: int, last: int, each: int) -> Iterator[Row]:
    names = ("CHAN_START", "ANSWER", "BRIDGE_ENTER", "HANGUP", "LINKEDID_END")
    for which in range(first, last):
        for step in range(each):
            name, channel = names[step % len(names)], f"PJSIP/trunk-{which:08x}"
            line = (which * each + step) * 200
            about = f"trk-{which}.0"
            yield about, at(which), "cel", name, about, channel, "{}", "cel.csv", line, "node1"


def recording_id(which: int) -> str:
    return f"{which:08x}-7a5c-4c1d-9b6e-{which:012x}"


def _recorded(which: int) -> str | None:
    return {"agent": "call", "message": "message"}.get(ENDS[which % len(ENDS)])


def _state(which: int) -> str:
    return "missing" if which % 5000 == 0 else "stored"


def recordings(first: int, last: int) -> Iterator[Row]:
    for which in range(first, last):
        if kind := _recorded(which):
            yield (
                *(recording_id(which), call_id(which), kind, _state(which), f"2026/{which}.wav"),
                *(60.0, 960_044, "0" * 64, 2, 8000, "", at(which) + timedelta(minutes=3)),
            )


def recording_agents(first: int, last: int, every: int) -> Iterator[Row]:
    for which in range(first, last):
        if kind := _recorded(which):
            state = _state(which)
            rest = (at(which) + timedelta(minutes=3), kind, ENDS[which % len(ENDS)], state)
            yield recording_id(which), "", *rest
            if agent := agent_of(which, every):
                yield recording_id(which), agent, *rest


def numbers(first: int, last: int) -> Iterator[Row]:
    """Give the numbers that are new among these calls' numbers."""
    for who in range(first, last):
        known = number(who)
        yield known, f"+86{known}", at(who), by_piece.of(known, f"+86{known}")


CUSTOMER_COLUMNS: Final = (
    *("id", "identity", "number", "name", "sort", "note", "first_agent", "updated_at"),
    *("updated_by", "area", "sought"),
)
SORTS: Final = ("normal",) * 95 + ("large",) * 4 + ("important",)


def customers(first: int, last: int) -> Iterator[dict[str, Any]]:
    """Give customers as rows; no one is on a dedicated line."""
    for key in range(max(1, first), last):
        by, known = chance(key), number(key)
        name = by.choice(SURNAMES) + by.choice(GIVEN) + by.choice(GIVEN)
        area = f"{by.choice(PLACES)}{by.choice(PLACES)}小区{key % 500}"
        street = f"{by.choice(PLACES)}路{by.randrange(1, 900)}号"
        yield {
            "id": key,
            "identity": f"+86{known}",
            "number": known,
            "name": name,
            "sort": SORTS[by.randrange(len(SORTS))],
            "note": "",
            "first_agent": AGENTS[key % 120] if key % 10 == 0 else None,
            "updated_at": at(key * CALLS_A_TICKET * TICKETS_A_CUSTOMER),
            "updated_by": "1001",
            "area": area,
            "sought": "\n".join((name, area, street, known, f"+86{known}")),
        }


def terms_of_customer(customer: dict[str, Any]) -> Sequence[int]:
    return customer_terms.of_row(customer)


TICKET_COLUMNS: Final = (
    *("id", "number", "kind", "business", "source", "state", "call_id", "customer_number"),
    *("customer_identity", "body", "created_at", "due_at", "handler", "customer_name", "answer"),
    *("department", "to_review", "version", "left_at", "urgent", "survey_tries"),
)


def tickets(first: int, last: int, every: int) -> Iterator[dict[str, Any]]:
    """Give tickets as rows; `every` is how many calls there are in the end."""
    for key in range(first, last):
        which, by = key * CALLS_A_TICKET, chance(key)
        agent = agent_of(which, every)
        handler = agent or AGENTS[by.randrange(len(AGENTS))]
        kind = KINDS[by.randrange(len(KINDS))]
        if handler == NO_COMPLAINTS and kind == "complaint":
            kind = "consultation"
        known = number(chance(which).randrange(1 + which // CALLS_A_NUMBER))
        state = STATES[by.randrange(len(STATES))] if key > every // 50 else "archived"
        sent = by.random() < 0.4
        created = at(which)
        yield {
            **dict.fromkeys(("cause", "handling", "nature"), ""),
            "id": key,
            "number": f"{created:%Y%m%d}-{key:05d}",
            "kind": kind,
            "business": "固定电话",
            "source": "call",
            "state": state,
            "call_id": call_id(which),
            "customer_number": known,
            "customer_identity": f"+86{known}",
            "body": _said(by, key, every),
            "created_at": created,
            "due_at": created + timedelta(hours=24),
            "handler": handler,
            "customer_name": by.choice(SURNAMES) + by.choice(GIVEN) + by.choice(GIVEN),
            "answer": by.choice(ENDINGS),
            "department": by.choice(DEPARTMENTS) if sent else "",
            "to_review": state == "dispatched" and by.random() < 0.1,
            "version": 3,
            "left_at": created if sent else None,
            "urgent": by.random() < 0.002,
            "survey_tries": 0,
            "agent": agent,
        }


def _said(by: random.Random, key: int, every: int) -> str:
    where = f"{by.choice(PLACES)}{by.choice(PLACES)}路{by.randrange(1, 900)}号"
    said = [by.choice(BEGINNINGS), by.choice(THINGS), f"，地址{where}，", by.choice(ENDINGS)]
    if every // CALLS_A_TICKET // 20 < key < every // CALLS_A_TICKET // 14:
        said.append(f"，{OLD}")
    if by.random() < 0.3:
        said.append(f"。{by.choice(THINGS)}，{by.choice(ENDINGS)}")
    if key % 40_009 == 7:
        said.append(f"，电缆井里有{RARE}")
    return "".join(said)


def terms_of(ticket: dict[str, Any]) -> Sequence[int]:
    agents = [ticket["agent"]] if ticket["agent"] else []
    found = terms.of_row(ticket, agents)
    assert stretches(ticket["id"]) <= set(found)
    return found
