"""No page leads anybody to what that person may not open, or to what is not there (SEC-1)."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dispatch import attempts
from dispatch.attempts import Attempt
from features.audit.tables import AuditRow
from features.callbacks.tables import CallbackRow
from features.emergency_notifications import queries as incidents
from features.wake_ups.queries import PURPOSE
from features.wake_ups.tables import WakeRegistrationRow, WakeUpRow
from permissions.roles import Role
from permissions.routes import POLICY, is_page
from tests.integration.browser_room import LEADING_ELSEWHERE, put_on_every_page
from tests.integration.desk_room import CALLS, call_id, fill, opened, recording_id
from tests.integration.page_room import NamedAssets, Pages, Seen
from tests.integration.reach_house import TALKED, THEIRS, furnished

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

NOT_THERE = 77
"""A call, and a recording, of which somebody knows the id alone."""
HOST = "http://127.0.0.1"
CLOSED = {401, 403, 404, 410, 500}
"""A form that nobody has filled in is refused with 422: it leads somewhere all the same."""
LINKS = {"a": "href", "audio": "src", "img": "src", "iframe": "src", "form": "action"}


@pytest.fixture(scope="module")
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(
    tmp_path_factory: pytest.TempPathFactory, patch: pytest.MonkeyPatch
) -> AsyncIterator[Pages]:
    """A house with something on every page, much of it not everybody's."""
    home: Path = tmp_path_factory.mktemp("links")
    await fill(home)
    async with opened(home) as room:
        room.app.state.assets = NamedAssets(home)
        await furnished(room, patch)
        desk = Pages(room)
        desk.examples = await put_on_every_page(room)
        await desk.write(_calls_everywhere)
        await _the_message_is_spoken(desk)
        yield desk


async def _the_message_is_spoken(desk: Pages) -> None:
    """Put the sound where the dispatcher would have put it."""
    settings = desk.room.settings
    key = int(desk.examples["/emergency-notifications/{incident_id}"].rpartition("/")[2])
    incident = await desk.room.app.state.database.ask(lambda one: incidents.one(one, key), within=5)
    settings.paths.spoken.mkdir(parents=True, exist_ok=True)
    (settings.paths.spoken / f"{incident.file}.wav").write_bytes(b"RIFF")


async def _calls_everywhere(connection: AsyncConnection) -> None:
    """Let callbacks, wake-ups and the audit log tell of calls: a junior's, others', and none."""
    now = datetime.now(UTC)
    known = (await connection.execute(select(CallbackRow.id))).scalars().all()
    for key, call in zip(known, (TALKED, THEIRS), strict=False):
        change = update(CallbackRow).where(CallbackRow.id == key)
        await connection.execute(change.values(call_id=call_id(call)))
    by_telephone = update(WakeRegistrationRow).values(made_through="guest", call_id=call_id(THEIRS))
    await connection.execute(by_telephone)
    wake_ups = (await connection.execute(select(WakeUpRow.id))).scalars().all()
    knocked = update(WakeUpRow).values(state="attending", tries=3)
    await connection.execute(knocked)
    rung = [
        Attempt(
            id=call_id(call),
            purpose=PURPOSE,
            subject_id=wake_ups[0],
            seq=seq,
            who="guest",
            number="8001",
            channel="x",
            planned_at=now,
            rung_at=now,
            answered_at=now,
            ended_at=now,
            result="answered",
        )
        for seq, call in enumerate((2, THEIRS, NOT_THERE), start=1)
    ]
    await attempts.begin(connection, rung)
    looked = [
        {"action": action, "subject": subject, "at": now, "address": "", "detail": "", "why": ""}
        for call in (*range(1, CALLS + 1), NOT_THERE)
        for action, subject in (
            ("call.read", call_id(call)),
            ("call.read.refused", call_id(call)),
            ("recording.audio", recording_id(call)),
        )
    ]
    await connection.execute(insert(AuditRow), looked)


def _pages(desk: Pages) -> Iterator[str]:
    for method, path in POLICY:
        if method == "GET" and is_page(path) and path not in LEADING_ELSEWHERE - {"/"}:
            yield desk.examples.get(path, path)


def _links(seen: Seen, at: str) -> Iterator[str]:
    """Give the addresses on our host that a page leads to by a press; forms as they are found."""
    for tag, attributes in seen.tags:
        if tag == "form" and (attributes.get("method") or "get").lower() != "get":
            continue
        for name in (LINKS.get(tag, ""), "hx-get"):
            if address := attributes.get(name):
                whole = urldefrag(urljoin(f"{HOST}{at}", address))[0]
                if urlsplit(whole).netloc == urlsplit(HOST).netloc:
                    yield whole.removeprefix(HOST) or "/"


async def _walk(desk: Pages, client: httpx.AsyncClient) -> tuple[dict[str, str], int]:
    """Open every page and follow every link; return what did not open, and how many did."""
    wrong: dict[str, str] = {}
    known: dict[str, int] = {}
    ways: list[tuple[str, str]] = [(path, "") for path in _pages(desk)]
    while ways:
        path, seen_on = ways.pop()
        if path not in known:
            answer = await _answer(client, path)
            known[path] = answer.status_code
            if "location" in answer.headers:
                ways.append((urljoin(path, answer.headers["location"]), seen_on and path))
            elif answer.is_success and "text/html" in answer.headers.get("content-type", ""):
                ways += [(link, path) for link in _links(Seen(answer.text), path)]
        if seen_on and known[path] in CLOSED:
            wrong[path] = f"{known[path]} from {seen_on}"
    return wrong, sum(status < httpx.codes.BAD_REQUEST for status in known.values())


async def _answer(client: httpx.AsyncClient, path: str) -> httpx.Response:
    """Ask; again while the database is too slow, on a busy machine."""
    for _ in range(5):
        answer = await client.get(path)
        if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
            break
    return answer


@pytest.mark.parametrize("role", Role)
async def test_every_link_that_somebody_sees_opens(house: Pages, role: Role) -> None:
    async with house.person(role) as person:
        wrong, opened_pages = await _walk(house, person)
    assert not wrong
    assert opened_pages > 3, "there was something to see"


async def test_what_a_junior_may_not_open_stands_there_as_text(house: Pages) -> None:
    wake_up = house.examples["/wake-ups/{wake_up_id}"]
    for path, theirs, others in (
        ("/callbacks", {TALKED}, {THEIRS}),
        (wake_up, {2}, {THEIRS, NOT_THERE}),
    ):
        for role, opens in ((Role.JUNIOR_AGENT, theirs), (Role.TEAM_LEADER, theirs | {THEIRS})):
            async with house.person(role) as person:
                seen = Seen((await person.get(path)).text)
            shown: set[Any] = {each.get("href") for each in seen.all("a")}
            linked = {one for one in theirs | others if f"/calls/{call_id(one)}" in shown}
            assert linked == opens, (path, role)


async def test_who_looks_at_the_audit_log_is_led_to_calls_that_are_there(house: Pages) -> None:
    async with house.person(Role.ADMINISTRATOR) as person:
        for subject, address in (
            (call_id(1), f"/calls/{call_id(1)}"),
            (recording_id(1), f"/recordings/{recording_id(1)}"),
            (call_id(NOT_THERE), ""),
            (recording_id(NOT_THERE), ""),
        ):
            page = Seen((await person.get("/audit", params={"subject": subject})).text)
            links = {each.get("href") or "" for each in page.all("a")}
            assert {each for each in links if subject in each} == ({address} - {""}), subject
            assert subject in page.text
