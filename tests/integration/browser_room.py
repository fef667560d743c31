"""A desk on a real port, with something on every page, and a browser that looks at it.

There is no switch: what the telephones do is tested in `tests/end_to_end/pages`.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from playwright.async_api import Browser, BrowserContext, Playwright, async_playwright, expect

from authentication import cookie
from db.engine import engine
from features.reports import queries as reports
from features.reports.worker import ReportWorker
from features.tickets import feed
from features.webhooks import queries
from features.webhooks.lifecycle import Fault
from features.webhooks.queries import Answer
from permissions.declaring import Open
from permissions.roles import Role
from permissions.routes import POLICY, is_page
from settings import Settings
from tests.integration.campaign_desk import brought, came, made
from tests.integration.desk_room import NUMBER, NUMBERS, Room, call_id, fill, opened, ticket_number
from tests.integration.link_house import a_link
from tests.integration.mail_rows import letters, put_into_the_store
from tests.integration.notification_desk import LIST as HOUSEHOLDS
from tests.integration.notification_desk import REPORTED, four_customers, is_voiced
from tests.integration.page_room import Pages
from tests.integration.quality_rows import DAY, inspected, taken
from tools import chromium
from web.app import facing_the_network

expect.set_options(timeout=30_000)
"""ms until a page shows what it should: these tests give way to calls that go on beside them."""
LOOKER = Role.ADMINISTRATOR
"""Who may open nearly every page; the others are opened by the first role that may."""

LONG = "要在周六上午九点以前再打一次并且说明装机师傅会带身份证件 please call before nine o'clock"
ROOMS = (("8001", "07:00", "王小明"), ("8001", "09:30", "王小明"), ("8002", "23:05", "Bartholomew"))


@dataclass
class Shown:
    """A desk that a browser can look at; `examples` fill the gaps of addresses."""

    room: Room
    address: str
    browser: Browser
    examples: Mapping[str, str]

    def pages(self) -> list[tuple[str, Role | None]]:
        """Return every page there is, and who opens it: None is nobody."""
        found: list[tuple[str, Role | None]] = []
        for (method, path), rule in POLICY.items():
            if method != "GET" or not is_page(path) or path in LEADING_ELSEWHERE:
                continue
            opener = None if isinstance(rule, Open) else LOOKER if LOOKER in rule else min(rule)
            found.append((self.examples.get(path, path), opener))
        return [*found, ("/no-such-page", LOOKER), ("/calls?q=x&from=2026-99-99", LOOKER)]

    async def window(
        self, role: Role | None, *, width: int, language: str, **more: str
    ) -> BrowserContext:
        """Return a browser's window for somebody; `more` are cookies of theirs."""
        return await self._window(role, width, {"language": language, **more}, scripts=True)

    async def window_without_scripts(
        self, role: Role, *, width: int = 1280, language: str = "en"
    ) -> BrowserContext:
        """Return the window of somebody whose browser runs no scripts."""
        return await self._window(role, width, {"language": language}, scripts=False)

    async def _window(
        self, role: Role | None, width: int, cookies: dict[str, str], *, scripts: bool
    ) -> BrowserContext:
        context = await self.browser.new_context(
            java_script_enabled=scripts,
            base_url=self.address,
            viewport={"width": width, "height": 844 if width < 500 else 800},
            locale="zh-CN" if cookies["language"] == "zh" else "en-US",
            reduced_motion="reduce",
        )
        if role:
            cookies[cookie.NAME] = f"session-{role.value}"
        await context.add_cookies(
            [{"name": name, "value": text, "url": self.address} for name, text in cookies.items()]
        )
        return context


LEADING_ELSEWHERE = frozenset(
    {
        "/",
        "/login/oidc",
        "/login/oidc/return",
        "/recordings/{recording_id}",
        "/wake-ups/register.csv",
        "/emergency-notifications/{incident_id}/message.wav",
        "/emergency-notifications/{incident_id}/results.csv",
    }
)
"""Addresses that are no pages: they lead to one, or are a file."""


@asynccontextmanager
async def shown(home: Path) -> AsyncIterator[Shown]:
    """Give a desk with something on every page, and a browser."""
    found = chromium.find(Settings())
    if found is None:
        pytest.skip("no Chromium on this machine; `make test` brings one where it can")
    await fill(home)
    async with opened(home) as room, served(room) as address, async_playwright() as playwright:
        examples = await put_on_every_page(room)
        browser = await started(playwright, found)
        try:
            yield Shown(room, address, browser, examples)
        finally:
            await browser.close()


async def started(playwright: Playwright, found: chromium.Browser) -> Browser:
    """Return a real browser."""
    return await playwright.chromium.launch(
        executable_path=str(found.program), env={**os.environ, **found.environment}
    )


@asynccontextmanager
async def served(room: Room) -> AsyncIterator[str]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(
            uvicorn.Config(
                facing_the_network(room.app),
                loop="none",
                ws="none",
                lifespan="off",
                log_config=None,
                timeout_graceful_shutdown=1,
            )
        )
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            room.app.state.floor.streams.end_all()
            server.should_exit = True
            await serving


async def put_on_every_page(room: Room) -> Mapping[str, str]:
    """Put something on every page; return addresses by their templates."""
    tomorrow = f"{datetime.now(room.settings.zone) + timedelta(days=1):%Y-%m-%d}"
    desk = Pages(room)
    await desk.write(four_customers)
    await desk.write(letters)
    await desk.write(inspected)
    await desk.write(partial(taken, by=NUMBERS[LOOKER], name="call/5/1"))
    put_into_the_store(room.settings.paths.store)
    async with desk.person(Role.TEAM_LEADER) as leader, desk.person(Role.ADMINISTRATOR) as boss:
        for number, wall, guest in ROOMS:
            first = _next(wall, datetime.now(room.settings.zone))
            line = {"room": number, "wall": wall, "guest": guest, "first_day": first}
            await _post(leader, "/api/v1/wake-registrations", **line)
        rows = (await leader.get("/api/v1/wake-ups")).json()
        for minutes in 30, 1440:
            more = {"minutes": minutes, "note": LONG}
            await _post(leader, "/api/v1/callbacks", number=f"1391234{minutes:04d}", **more)
        entry = await _post(
            leader, "/api/v1/knowledge", title=LONG, body=f"{LONG}\n" * 5, keywords="装机 时间"
        )
        report = {"shift": "2026-11-29 早班", "equipment": LONG, "problems": LONG}
        await _post(leader, "/api/v1/handovers", **report)
        incident = await _post(leader, "/api/v1/incidents", **REPORTED)
        listed = f"/api/v1/incidents/{incident['id']}/list"
        await _post(leader, listed, text=HOUSEHOLDS, without_bad=True)
        await is_voiced(room, incident["id"])
        campaign = await made(leader, kind="survey")
        await came(desk, campaign["id"], answers={"satisfaction": "5"})
        put = await leader.put("/api/v1/do-not-call/13812345670", json={"why": LONG})
        assert put.is_success, put.text
        known = {"name": "王建国", "sort": "important", "note": LONG, "area": "滨江花园1栋"}
        put = await boss.put(f"/api/v1/customers/{NUMBER}", json=known)
        assert put.is_success, put.text
        lists = (await leader.get("/api/v1/campaigns")).json()
        verb = f"/api/v1/tickets/{ticket_number(1)}/verbs"
        order = {"department": "滨江花园装机和维护一班", "note": LONG}
        await _post(leader, f"{verb}/dispatch", version=1, **order)
        await _post(leader, f"{verb}/accept", version=2)
        asked = {"deadline": f"{tomorrow}T09:00:00+08:00", "note": LONG}
        await _post(leader, f"{verb}/ask_time", version=3, **asked)
        assert lists
        said = {"second": 2.5, "words": LONG}
        await _post(boss, f"/api/v1/calls/{call_id(1)}/comments", **said)
        view = {"name": LONG[:40], "shared": "everybody", "filters": {"which": "open"}}
        await _post(boss, "/api/v1/ticket-views", **view)
        many = [{"number": ticket_number(each), "version": 1} for each in (1, 2)]
        bulk = await _post(boss, "/api/v1/ticket-bulks", work="remind", tickets=many)
        told = f"https://crm.example.com/{'events-of-the-hotline/' * 5}"
        hook = (await _post(boss, "/api/v1/webhooks", name=LONG[:60], url=told))["webhook"]
    await desk.write(feed.number_new)
    kept_report = await a_report(desk)
    for fault in Fault:
        await desk.write(partial(queries.keep_answer, webhook_id=hook["id"], answer=_tried(fault)))
    return {
        "/calls/{call_id}": f"/calls/{call_id(1)}",
        "/calls/{call_id}/comments": f"/calls/{call_id(1)}/comments",
        "/wake-ups/{wake_up_id}": f"/wake-ups/{rows[0]['id']}",
        "/knowledge/{entry_id}": f"/knowledge/{entry['id']}",
        "/knowledge/{entry_id}/edit": f"/knowledge/{entry['id']}/edit",
        "/emergency-notifications/{incident_id}": f"/emergency-notifications/{incident['id']}",
        "/emergency-notifications/{incident_id}/door": (
            f"/emergency-notifications/{incident['id']}/door"
        ),
        "/campaigns/{campaign_id}": f"/campaigns/{campaign['id']}",
        "/campaigns/lists/{list_id}": f"/campaigns/lists/{(await _a_list(desk))['id']}",
        "/department-links/{token}": await a_link(desk),
        "/customers/{number}": f"/customers/{NUMBER}",
        "/search": f"/search?q={NUMBER}",
        "/tickets/{ticket_id}/mail": f"/tickets/{ticket_number(1)}/mail",
        "/tickets/{ticket_id}": f"/tickets/{ticket_number(1)}",
        "/ticket-bulks/new": (
            f"/ticket-bulks/new?pick={ticket_number(2)}&pick={ticket_number(1)}&work=dispatch"
        ),
        "/ticket-bulks/{bulk_id}": f"/ticket-bulks/{bulk['id']}",
        "/webhooks/{webhook_id}": f"/webhooks/{hook['id']}",
        "/quality-forms/{form_id}": "/quality-forms/1",
        "/quality/draws/{day}": f"/quality/draws/{DAY}",
        "/quality/items/{item_id}": "/quality/items/5",
        "/quality/sessions/{session_id}": "/quality/sessions/1",
        "/quality-results/{score_id}": "/quality-results/1",
        "/reports/{report_id}": f"/reports/{kept_report}",
    }


async def a_report(desk: Pages) -> int:
    """Count every day, make the reports that are due, and return the newest one."""
    database = engine(desk.room.settings.database)
    worker, settings = ReportWorker(database, desk.room.settings), desk.room.settings
    while await worker.turn(datetime.now(settings.zone)) == 0.0:
        pass
    async with database.connect() as connection:
        made = (await reports.reports(connection, limit=1)).items
    await database.dispose()
    return made[0].id


def _tried(fault: Fault) -> Answer:
    what, when = "second_dispatch", datetime.now(UTC)
    return Answer(at=when, event_id=call_id(1), what=what, status=503, fault=fault, took_ms=10_001)


def _next(wall: str, now: datetime) -> str:
    """Return the day when it is `wall` next: at any hour, the page shows the 24 hours to come."""
    passed = f"{now:%H:%M}" >= wall
    return f"{now + timedelta(days=passed):%Y-%m-%d}"


async def _a_list(desk: Pages) -> dict[str, Any]:
    async with desk.person(Role.ADMINISTRATOR) as boss:
        return await brought(boss)


async def _post(client: httpx.AsyncClient, address: str, **given: object) -> dict[str, Any]:
    answer = await client.post(address, json=given)
    assert answer.is_success, f"{address}: {answer.text}"
    told: dict[str, Any] = answer.json()
    return told
