"""Every operation of the API, called with what its schema allows and with the rest: no 5xx.

Schemathesis makes the calls: examples, the borders of each field, and values drawn by a seed. Each
role has other answers, so several call.
"""

import asyncio
from pathlib import Path

import httpx
import pytest

from permissions.roles import Role
from settings import Settings
from tests.integration.browser_room import put_on_every_page, served
from tests.integration.desk_room import fill, opened
from tools.api_caller import obtain

SEED = "13"
EACH = {Role.ADMINISTRATOR: "6", Role.TEAM_LEADER: "3", Role.JUNIOR_AGENT: "2"}
"""Drawn calls of each operation, besides examples and borders."""
NO_SWITCH = "--exclude-path=/health"
"""There is no telephone switch here, and /health says so with 503."""


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("role", EACH)
async def test_no_call_that_the_schema_allows_or_forbids_breaks_the_api(
    role: Role, tmp_path: Path
) -> None:
    program = await asyncio.to_thread(obtain, Settings())
    await fill(tmp_path)
    async with opened(tmp_path) as room, served(room) as address:
        await put_on_every_page(room)
        async with httpx.AsyncClient(base_url=address, timeout=120) as client:
            (tmp_path / "openapi.json").write_bytes((await client.get("/openapi.json")).content)
        calling = await asyncio.create_subprocess_exec(
            *(program, "run", "openapi.json", "--url", address, "--no-color", NO_SWITCH),
            *("-H", f"Authorization: Bearer {room.tokens[role]}"),
            *("--checks", "not_a_server_error", "--phases", "examples,coverage,fuzzing"),
            *("--max-examples", EACH[role], "--seed", SEED, "--generation-deterministic"),
            *("--continue-on-failure", "--suppress-health-check", "all"),
            *("--request-timeout", "20", "--workers", "2"),
            cwd=tmp_path,  # where it leaves what it remembers
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await calling.communicate()
    told = said.decode(errors="replace")
    (tmp_path / "said.txt").write_text(told)
    assert calling.returncode == 0, told[-6000:]
    assert "passed" in told, "nothing was called"
