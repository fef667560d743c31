"""Hundreds of callers who send what no decent telephone would: every one is a row, cleaned, and no
row, message or running call is harmed by it.

What is in here are plain characters only. That control characters never reach a consumer is tested
at our own parsers and cleaners (tests/unit), without a recipe for getting them through a switch.
"""

import asyncio
import unicodedata
from collections import Counter

import pytest

from caller.phone import Phone
from tests.end_to_end.house import House
from tests.end_to_end.stranger import Stranger
from tests.waiting import until

pytestmark = pytest.mark.real
HOTLINE = {"answer_after": 0}
SOME, MANY = 240, 1000
"""Callers; among some of them each name comes with each number."""
AT_ONCE = 16

NAMES = (
    "${SHELL(id)}",
    "$[1/0]",
    "$'; DROP TABLE calls; --",
    "' OR '1'='1",
    "<script>alert(1)</script>",
    "\u202e0008313\u202c",  # turns the reading direction
    "\u200b\ufeffhidden\u00ad",
    "王小明, 先生; VIP=1&call=00000000-0000-4000-8000-000000000000",
    "a" * 10_000,
    "%s%n%d {0} {call} \\0 \\N",
    "|&;`id`",
    "\N{SNOWMAN}" * 300,
    "\x80\x85\x9b0m",
    "../../../etc/passwd",
    "",
)
NUMBERS = (
    "13800138000",
    "${EXTEN}",
    "+86-138 0013 8000",
    "1' OR 1=1",
    "<b>1</b>",
    "1" * 400,
    "anonymous",
    "\u202e123",
)


def _sender(n: int) -> str:
    name, number = NAMES[n % len(NAMES)], NUMBERS[n % len(NUMBERS)]
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    user = "".join(c if c.isalnum() and c.isascii() else "_" for c in number) or "x"
    spoken = number if n % 25 == 1 else user  # some of them are no SIP at all
    return f'"{quoted}" <sip:{spoken}@127.0.0.1>'


def _is_clean(text: str) -> bool:
    return not any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for c in text)


@pytest.mark.parametrize("callers", [SOME, pytest.param(MANY, marks=pytest.mark.soak)])
async def test_hostile_callers_harm_nothing(house: House, phone: Phone, callers: int) -> None:
    known = f"decent-{callers}"
    decent = await phone.call(house.settings.hotline_number, ref=known, name="李雷")
    await decent.answered()
    await decent.hangs_up()
    before = dict(await house.call_of(known))
    statuses: Counter[int] = Counter()
    async with Stranger(house.settings.sip_port) as stranger:
        waiting = iter(range(callers))

        async def ring_on() -> None:
            for n in waiting:
                ref = f"hostile-{callers}-{n}"
                number = house.settings.hotline_number
                statuses[await stranger.call(number, sender=_sender(n), ref=ref)] += 1

        await asyncio.gather(*(ring_on() for _ in range(AT_ONCE)))
    print(f"answers by status: {dict(statuses)}")
    assert statuses[200] > callers * 0.9

    async def all_ended() -> bool:
        [row] = await house.rows("SELECT count(*) AS n FROM calls WHERE state = 'ended'")
        return bool(row["n"] >= statuses[200] + 1)

    await until(all_ended, within=60, what="every answered call is a row", every=0.5)
    rows = await house.rows("SELECT * FROM calls")
    assert len({row["id"] for row in rows}) == len(rows)
    refs = Counter(row["ref"] for row in rows)
    assert all(count == 1 for count in refs.values()), refs.most_common(3)
    for row in rows:
        for field in ("number", "name", "ref", "did"):
            value = row[field] or ""
            assert _is_clean(value), (field, value)
            assert len(value) <= 80
    assert dict(await house.call_of(known)) == before
    figures = house.metrics("calls.prom")
    assert figures.get("thirdring_agi_violations_total", 0.0) == 0.0
    assert not await house.rows("SELECT * FROM journal_rejects")
