"""A desk as a process of its own, strangers who lean on it, and somebody at work who notices none.

How long an agent's requests take meanwhile is measured on a quiet machine, by
`python -m bench.strangers`. Here other tests run beside, so only what no load explains is judged:
nobody at work is refused or cut off, and no request waits as long as a desk that stands still.
"""

import asyncio
import json

import pytest

from bench.strangers import KINDS, Desk, desk_alone, noticed
from permissions.roles import Role
from tests.integration.desk_room import NUMBERS, PASSWORD

pytestmark = pytest.mark.slow
SOAK = pytest.mark.soak
STANDS_STILL_MS = 3_000.0


@pytest.mark.parametrize(
    "kind",
    [
        "600 idle connections, replaced at once",
        pytest.param("600 pages of one person", marks=SOAK),
        pytest.param("2,000 begin at the provider, 50 at once", marks=SOAK),
        "100 wrong passwords of one account, 20 at once",
    ],
)
async def test_who_is_at_work_notices_nothing_of_strangers(kind: str) -> None:
    async with desk_alone() as desk:
        found = await noticed(desk, kind, KINDS[kind])
        if "wrong passwords" in kind:
            await _is_let_in_all_the_same(desk)
    assert found.failed == 0
    assert found.streams == 1, "the page's stream was never cut"
    assert found.longest < STANDS_STILL_MS
    assert found.requests > 20, "the agent's work went on"


async def _is_let_in_all_the_same(desk: Desk) -> None:
    """Whose number was guessed at signs in, from a browser that has signed in before."""
    leader = NUMBERS[Role.TEAM_LEADER]
    status, cookies = await _signs_in(desk, leader, PASSWORD)
    assert status == 201
    for _ in range(20):
        await _signs_in(desk, leader, "not-the-password")
    assert (await _signs_in(desk, leader, PASSWORD))[0] == 429, "guessing goes on from here"
    assert (await _signs_in(desk, leader, PASSWORD, cookies))[0] == 201


async def _signs_in(desk: Desk, number: str, password: str, cookies: str = "") -> tuple[int, str]:
    body = json.dumps({"number": number, "password": password}).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", desk.port)
    head = (
        "POST /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nCookie: {cookies}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    said = (await reader.read()).decode()
    writer.close()
    set_to = [line.split(": ", 1)[1] for line in said.splitlines() if line.startswith("set-cookie")]
    device = [each.partition(";")[0] for each in set_to if each.startswith("thirdring-device=")]
    return int(said.split(" ")[1]), "; ".join(device)
