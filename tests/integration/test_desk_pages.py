"""What a browser gets: pages that load little, from this host only, and files that it may keep."""

import gzip
import re
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from permissions.declaring import Open
from permissions.roles import Role
from permissions.routes import POLICY, is_page
from settings import PROJECT
from tests.integration.desk_room import Room, call_id, room
from web.assets import Assets

LARGEST_FIRST_LOAD = 150_000
"""Bytes, compressed, of a page with all it loads at once."""

REFERENCE = re.compile(r'(?:src|href|action|hx-\w+)="([^"]*)"')
LEADING_ELSEWHERE = {
    "/",
    "/password",
    "/password/second-factor",
    "/password/passkeys",
    "/wake-ups/register.csv",
}
LOADED = re.compile(r'(?:src|href)="(/static/[^"]+)"')


@pytest.fixture(scope="module", autouse=True)
def built() -> None:
    """Have the scripts and styles built, as `make run` and `make test` do."""
    subprocess.run([PROJECT / "scripts" / "web"], check=True, capture_output=True)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Room]:
    async with room(tmp_path) as found:
        yield found


def _pages() -> list[tuple[str, Role | None]]:
    """Return each page, and a role that may open it."""
    found: list[tuple[str, Role | None]] = []
    for (method, path), rule in POLICY.items():
        if method != "GET" or not is_page(path) or "{" in path or path in LEADING_ELSEWHERE:
            continue
        if isinstance(rule, Open):
            found.append((path, None))
        elif Role.TEAM_LEADER in rule or rule:
            found.append((path, Role.TEAM_LEADER if Role.TEAM_LEADER in rule else min(rule)))
    found.append((f"/calls/{call_id(1)}", Role.TEAM_LEADER))
    return [each for each in found if not each[0].startswith("/login/")]


def browsing(desk: Room, role: Role | None) -> httpx.AsyncClient:
    """Return a browser in which somebody of a role has signed in, or nobody has."""
    return desk.client() if role is None else desk.seated(role)


@pytest.mark.parametrize(("path", "role"), _pages())
async def test_a_page_loads_little_and_only_from_here(
    desk: Room, path: str, role: Role | None
) -> None:
    async with browsing(desk, role) as client:
        answer = await client.get(path)
        assert answer.status_code == 200, answer.text[:300]
        assert not [each for each in REFERENCE.findall(answer.text) if "//" in each]
        loaded = len(gzip.compress(answer.content))
        for each in LOADED.findall(answer.text):
            file = await client.get(each, headers={"Accept-Encoding": "gzip"})
            assert file.status_code == 200, each
            loaded += int(file.headers["content-length"])
        assert loaded <= LARGEST_FIRST_LOAD, loaded


@pytest.mark.parametrize(("path", "role"), _pages())
async def test_a_page_needs_no_inline_script_or_style(
    desk: Room, path: str, role: Role | None
) -> None:
    async with browsing(desk, role) as client:
        answer = await client.get(path)
    scripts = re.findall(r"<script([^>]*)>", answer.text)
    assert all("src=" in each or 'type="application/json"' in each for each in scripts)
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", answer.text)
    assert "script-src 'self';" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("encoding", ["gzip", "br", "identity"])
async def test_built_files_are_kept_for_a_year_and_sent_packed(desk: Room, encoding: str) -> None:
    path = desk.app.state.assets.path("work.js")
    async with desk.client() as client:
        answer = await client.get(path, headers={"Accept-Encoding": encoding})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers.get("content-encoding", "identity") == encoding
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("name", ["manifest.json", "stamp", "..%2fmanifest.json", "work.js", "x"])
async def test_nothing_but_built_files_is_sent(desk: Room, name: str) -> None:
    assert (await desk.get(f"/static/{name}", None)).status_code == 404


async def test_pages_that_are_not_built_say_so(desk: Room, tmp_path: Path) -> None:
    desk.app.state.assets = Assets(tmp_path / "nothing")
    answer = await desk.get("/work")
    assert answer.status_code == 503
    assert "scripts/web" in answer.text
    assert (await desk.get("/static/work.js", None)).status_code == 404


async def test_one_click_changes_the_language(desk: Room) -> None:
    async with desk.client(Role.SENIOR_AGENT) as client:
        chinese = await client.get("/work")
        assert '<html lang="zh-CN"' in chinese.text
        assert "用这台电脑接听" in chinese.text
        client.cookies.set("language", "en")
        english = await client.get("/work")
        assert '<html lang="en"' in english.text
        assert "Answer on this computer" in english.text
        client.cookies.set("language", '"><script>')
        assert '<html lang="zh-CN"' in (await client.get("/work")).text


async def test_each_role_begins_on_a_page_that_it_may_open(desk: Room) -> None:
    for role in Role:
        async with desk.client(role) as client:
            first = await client.get("/")
            assert first.status_code == 303
            where = first.headers["location"]
            if where != "/password":
                assert (await client.get(where)).status_code == 200, role
