"""A desk for tests: a real database with a few calls in it, and someone who asks."""

import asyncio
import atexit
import functools
import shutil
import tempfile
import wave
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from authentication import cookie
from authentication import csrf as guard
from authentication.passwords import Passwords
from callflow.events import JournalEvent
from db.engine import engine
from db.migrate import upgrade
from features.accounts import sessions, tokens
from features.accounts.tables import AccountRow, SessionRow
from features.audit import log as audit
from features.call_recordings.lifecycle import Gap, Recording, RecordingKind, RecordingState
from features.call_recordings.rows import of_gap, of_recording
from features.call_recordings.tables import GapRow, RecordingRow
from features.calls import rows
from features.calls.lifecycle import CallRecord, CallState, Disposition, HungUpBy, SilOutcome
from features.calls.tables import Call, CallEvent
from features.tickets.lifecycle import Ticket, TicketKind, TicketSource, TicketState
from features.tickets.rows import of_ticket
from features.tickets.tables import TicketRow
from permissions.roles import Role
from settings import Settings
from tests.integration.found_by import found_by
from tests.numbers import CHINA, known_as
from web.app import facing_the_network, furnished, wired

BEGAN = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
NUMBER = "13812345678"
NEEDS_ASTERISK = ("/health", "/api/v1/duty", "/api/v1/agents", "/api/v1/floor", "/live")
"""What says 503 where there is no Asterisk."""
NAME = "张三丰"
AUDIO = bytes(range(256)) * 250
"""The samples of every recording, both channels interleaved: 4 s."""

CALLS = 5


def call_id(which: int) -> str:
    return f"{which:08x}-6a5c-4c1d-9b6e-2f1f0f6f7a10"


def recording_id(which: int) -> str:
    return f"{which:08x}-90f4-4c2a-8f0e-0a4f0c9d3b55"


def ticket_number(which: int) -> str:
    return f"20261121-{which:05d}"


@dataclass
class Room:
    """A desk over a filled database."""

    settings: Settings
    app: FastAPI
    tokens: dict[Role, str]

    def client(self, role: Role | None = None, address: str = "127.0.0.1") -> httpx.AsyncClient:
        """Return someone who asks, with the token of a role, from an address."""
        transport = httpx.ASGITransport(
            facing_the_network(self.app), raise_app_exceptions=True, client=(address, 40000)
        )
        headers = {"Authorization": f"Bearer {self.tokens[role]}"} if role else {}
        return httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1", headers=headers, timeout=20
        )

    def seated(self, role: Role, address: str = "127.0.0.1") -> httpx.AsyncClient:
        """Return a person of a role in a session; the page's own scripts send their secret."""
        client = self.client(None, address)
        client.cookies.set(cookie.NAME, f"session-{role.value}")
        client.headers.update({guard.HEADER: CSRF, "Origin": "http://127.0.0.1"})
        return client

    async def get(self, path: str, role: Role | None = Role.TEAM_LEADER, **more: Any) -> Any:
        """Ask once and return the response."""
        async with self.client(role) as client:
            return await client.get(path, **more)


NUMBERS = {role: str(1001 + which) for which, role in enumerate(Role)}
"""The account number of the person of each role; all have a session, and the same password."""

PASSWORD = "four-clear-bells"
CSRF = "c" * 43
SESSIONS = ("session", "leaving", "left")
"""Of each person, by the first word of the cookie: one to work in, two to end."""

GIVEN = {role: f"tr_{role.value}" for role in Role}
"""The tokens there are."""


@functools.cache
def kept(password: str) -> str:
    """Return what is kept of a password."""
    return Passwords().kept_now(password)


_WIRED: list[FastAPI] = []
"""Applications that no test uses now: wiring one takes longer than most tests.

One to which a test has added a route is not used again.
"""


@asynccontextmanager
async def room(home: Path, database_url: str = "") -> AsyncIterator[Room]:
    """Give a desk whose database holds five calls; the newest is call 1."""
    await fill(home, database_url)
    async with opened(home, database_url) as found:
        yield found


@asynccontextmanager
async def opened(home: Path, database_url: str = "") -> AsyncIterator[Room]:
    """Give a desk over a home that was filled before."""
    settings = Settings(home=home, database_url=database_url)
    app = _WIRED.pop() if _WIRED else wired()
    routes = len(app.routes)
    furnished(app, settings)
    try:
        yield Room(settings, app, GIVEN)
    finally:
        await app.state.database.close(within=5)
        if len(app.routes) == routes:
            _WIRED.append(app)


async def fill(home: Path, database_url: str = "") -> None:
    """Make the tables, the calls and their audio; an SQLite home is filled once and then copied."""
    if database_url:
        await _fill_anew(home, database_url)
    else:
        shutil.copytree(await asyncio.to_thread(_filled_home), home, dirs_exist_ok=True)


@functools.cache
def _filled_home() -> Path:
    home = Path(tempfile.mkdtemp(prefix="filled-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    asyncio.run(_fill_anew(home, ""))
    return home


async def _fill_anew(home: Path, database_url: str) -> None:
    settings = Settings(home=home, database_url=database_url)
    await asyncio.to_thread(upgrade, settings.database)
    made = engine(settings.database)
    async with made.execution_options(writing=True).begin() as connection:
        await _tokens(connection)
        await _people(connection)
        await _fill(connection)
    await made.dispose()
    for which in range(1, CALLS + 1):
        _write_wav(settings.paths.store / f"2026/11/21/{recording_id(which)}.wav")


async def _tokens(connection: AsyncConnection) -> None:
    for role, token in GIVEN.items():
        await tokens.keep(connection, token, role=role.value, label=role.name, now=BEGAN)


async def _people(connection: AsyncConnection) -> None:
    now = datetime.now(UTC)
    people = [
        {
            "number": NUMBERS[role],
            "name": role.name.title(),
            "role": role.value,
            "password": kept(PASSWORD),
            "language": "zh",
            "must_change": False,
            "failures": 0,
            "created_at": now,
        }
        for role in Role
    ]
    await connection.execute(insert(AccountRow), people)
    made = await connection.execute(select(AccountRow.id, AccountRow.role))
    seated = [
        {
            "hash": sessions.digest(f"{which}-{role}"),
            "account_id": account_id,
            "csrf": CSRF,
            "created_at": now,
            "seen_at": now,
            "address": "127.0.0.1",
            "agent": "a browser",
        }
        for account_id, role in made.all()
        for which in SESSIONS
    ]
    await connection.execute(insert(SessionRow), seated)


async def _fill(connection: AsyncConnection) -> None:
    for which in range(1, CALLS + 1):
        began = BEGAN - timedelta(minutes=which)
        await connection.execute(insert(Call), [rows.of_call(_call(which, began), CHINA)])
        await connection.execute(
            insert(CallEvent), [rows.of_event(each) for each in _events(which, began)]
        )
        recording = of_recording(_recording(which, began))
        await connection.execute(insert(RecordingRow), [recording])
        ticket = of_ticket(_ticket(which, began)) | {"customer_identity": known_as(NUMBER)}
        await connection.execute(insert(TicketRow), [ticket])
    gap = Gap(call_id=call_id(1), from_at=BEGAN, to_at=BEGAN + timedelta(seconds=2), why="crash")
    await connection.execute(insert(GapRow), [of_gap(gap)])
    await found_by(connection)


def _call(which: int, began: datetime) -> CallRecord:
    return CallRecord(
        id=call_id(which),
        linkedid=f"trk-{which}.0",
        boot="trk",
        ref=f"R-{which}",
        number=NUMBER,
        name=NAME,
        did="10050",
        ring_started=began,
        answered=began + timedelta(seconds=1),
        ended=began + timedelta(seconds=20),
        rings=1,
        held_ans1=True,
        queued_at=None,
        queue_left_at=None,
        waited_s=None,
        agent="8001" if which == 2 else None,
        agent_answered=None,
        misses=(),
        hung_up_by=HungUpBy.CALLER,
        disposition=Disposition.AGENT if which == 2 else Disposition.MESSAGE,
        sil_outcome=SilOutcome.ALIVE,
        topic="complaint",
        language="zh",
        fallback=None,
        recording_at=began + timedelta(seconds=1),
        message_at=None,
        state=CallState.ENDED,
    )


def _events(which: int, began: datetime) -> Sequence[JournalEvent]:
    main = f"trk-{which}.0"

    def said(after: float, source: str, name: str, /, **data: str) -> JournalEvent:
        return JournalEvent(
            at=began.timestamp() + after,
            source=source,
            file=f"{source}#{which}",
            offset=int(after * 1000),
            name=name,
            about=call_id(which) if source == "dialogue" else main,
            uniqueid=main,
            channel="PJSIP/trunk-00000001",
            data=data,
        )

    return [
        said(0.0, "cel", "CHAN_START"),
        said(0.001, "cel", "TR_CALL", num=NUMBER, name=NAME, did="10050"),
        said(1.0, "cel", "ANSWER"),
        said(1.1, "dialogue", "prompt", name="greeting_morning"),
        said(2.0, "dialogue", "heard", kind="voice"),
        said(5.0, "cel", "TR_VERDICT", kind="message", reason="nobody", topic="complaint"),
        said(20.0, "cel", "HANGUP", hangupcause="16"),
    ]


def _recording(which: int, began: datetime) -> Recording:
    return Recording(
        id=recording_id(which),
        call_id=call_id(which),
        kind=RecordingKind.CALL,
        state=RecordingState.STORED,
        path=f"2026/11/21/{recording_id(which)}.wav",
        started_at=began,
        seconds=4.0,
        bytes=44 + len(AUDIO),
        sha256="0" * 64,
        channels=2,
        rate=8000,
        voice_caller_s=1.5,
        voice_ours_s=2.0,
        why="",
        created_at=began,
    )


def _ticket(which: int, began: datetime) -> Ticket:
    return Ticket(
        number=ticket_number(which),
        kind=TicketKind.COMPLAINT,
        business=None,
        nature=None,
        source=TicketSource.MESSAGE,
        state=TicketState.NEW,
        call_id=call_id(which),
        customer_number=NUMBER,
        body=f"来电 {NUMBER} 留言",
        created_at=began,
        due_at=began + timedelta(hours=24),
    )


def _write_wav(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(AUDIO)


async def audit_entries(desk: Room, subject: str) -> list[audit.AuditEntry]:
    made = engine(desk.settings.database)
    async with made.connect() as connection:
        found = await audit.entries_of(connection, subject)
    await made.dispose()
    return list(found)
