"""Running the whole product for a test: its own home and ports, through its real entry.

    with running(max_wait=6) as house:
        house.settings.sip_port, house.asterisk("core show uptime")
        house.signal("calls", signal.SIGKILL)
        await house.rows("SELECT * FROM calls WHERE ref = :ref", ref="r1")

Nothing is faked: `.venv/bin/thirdring run` starts Asterisk and our programs as an operator would.
"""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from db.base import UtcDateTime
from settings import Settings
from supervisor import asterisk, render, secrets
from tests.end_to_end.launching import (
    await_first_account,
    await_ready,
    environment_of,
    launch,
    left_behind,
    one_starts_at_a_time,
    settings_of,
    stop,
)
from tests.waiting import until

WITHOUT_DESK = "asterisk calls ledger"
WITH_DESK = "asterisk calls ledger desk"
"""What tests ask for with `parts`: a part that is not needed costs seconds of two cores."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class House:
    """One running hotline."""

    settings: Settings
    process: subprocess.Popen[str]
    environment: Mapping[str, str]

    @property
    def home(self) -> Path:
        return self.settings.paths.home

    @property
    def desk(self) -> str:
        return f"http://127.0.0.1:{self.settings.desk_port}"

    def password(self, phone: str) -> str:
        """Return the SIP password of an agent's phone."""
        return secrets.load(self.settings.paths.secrets).phones[phone]

    def seat_password(self, seat: str) -> str:
        """Return the SIP password of a seat: `w01`, or a desk phone's number."""
        return secrets.load(self.settings.paths.secrets).seats[seat]

    async def asterisk(self, command: str) -> str:
        """Have Asterisk carry out a console command; return what it says.

        In a thread: whoever is on the telephone in this process goes on hearing and speaking.
        """
        return await asyncio.to_thread(self._asterisk, command)

    async def shows(self, command: str, text: str) -> bool:
        """Return whether a text is in what Asterisk says to a console command."""
        return text in await self.asterisk(command)

    async def shows_no(self, command: str, text: str) -> bool:
        """Return whether a text is missing in what Asterisk says to a console command."""
        said = await self.asterisk(command)
        return "Unable to connect" not in said and text not in said

    async def idle(self, queue: str = "hotline") -> str:
        """Return the lines of those whom a queue would ring now."""
        members = (await self.asterisk(f"queue show {queue}")).splitlines()
        return "\n".join(line for line in members if "Not in use" in line and "paused" not in line)

    def thirdring(self, *words: str) -> str:
        """Run our own command line on this home; return what it prints. Fails with its words."""
        done = subprocess.run(
            [str(Path(sys.executable).parent / "thirdring"), *words],
            env=dict(self.environment),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, f"thirdring {' '.join(words)}: {done.stdout}{done.stderr}"
        return done.stdout

    def pid(self, name: str) -> int:
        """Return the process id of a child: asterisk, calls, ledger or desk."""
        return int((self.settings.paths.run / f"{name}.pid").read_text())

    def signal(self, name: str, number: signal.Signals) -> int:
        """Send a child a signal (SIGKILL, SIGSTOP, SIGCONT …); return its process id."""
        pid = self.pid(name)
        os.kill(pid, number)
        return pid

    async def is_back(self, name: str, *, after: int, within: float = 20.0) -> int:
        """Wait until the supervisor has started a child anew; return its new process id."""
        return await until(
            lambda: found if (found := self._living(name)) not in {0, after} else 0,
            within=within,
            what=f"{name} is back after {after}",
        )

    async def rows(self, query: str, **values: object) -> list[Row]:
        """Ask the database as it stands."""
        engine = create_async_engine(self.settings.database, poolclass=NullPool)
        try:
            async with engine.connect() as connection:
                return [
                    dict(row) for row in (await connection.execute(text(query), values)).mappings()
                ]
        finally:
            await engine.dispose()

    async def changes(self, statement: str, **values: object) -> None:
        """Change the database behind everybody's back; a moment is kept as our own columns are."""
        moments = [
            bindparam(name, type_=UtcDateTime())
            for name, value in values.items()
            if isinstance(value, datetime)
        ]
        engine = create_async_engine(self.settings.database, poolclass=NullPool)
        try:
            async with engine.begin() as connection:
                await connection.execute(text(statement).bindparams(*moments), values)
        finally:
            await engine.dispose()

    async def call_of(self, ref: str, *, state: str = "ended", within: float = 15.0) -> Row:
        """Wait for the one call with this X-Ref to reach a state, and return its row."""

        async def found() -> list[Row]:
            return await self.rows(
                "SELECT * FROM calls WHERE ref = :ref AND state = :state", ref=ref, state=state
            )

        rows = await until(found, within=within, what=f"the call {ref} is {state}", every=0.2)
        everything = await self.rows("SELECT id FROM calls WHERE ref = :ref", ref=ref)
        assert len(everything) == 1, f"the call {ref} is there {len(everything)} times"
        return rows[0]

    async def recording_of(self, call: Row, kind: str = "call", *, within: float = 15.0) -> Row:
        """Wait until a call's recording is in the store, and return its row."""

        async def found() -> list[Row]:
            return await self.rows(
                "SELECT * FROM recordings WHERE call_id = :id AND kind = :kind AND path <> ''",
                id=call["id"],
                kind=kind,
            )

        return (await until(found, within=within, what=f"{kind} recording is kept", every=0.2))[0]

    async def ticket_of(self, call: Row, *, within: float = 15.0) -> Row:
        """Wait until a call's message has become a ticket, and return its row."""

        async def found() -> list[Row]:
            return await self.rows("SELECT * FROM tickets WHERE call_id = :id", id=call["id"])

        tickets = await until(found, within=within, what="the ticket is there", every=0.2)
        assert len(tickets) == 1
        return tickets[0]

    async def is_quiet(self, *, within: float = 15.0) -> None:
        """Wait until no channel is left, and no file that waits to be stored."""
        await until(
            lambda: self.shows("core show channels count", "0 active channels"),
            within=within,
            what="no channel is left",
            every=0.3,
        )
        try:
            await until(lambda: not self.spooled(), within=within, every=0.3)
        except AssertionError:
            left = self.spooled()
            raise AssertionError(f"{len(left)} left in the spool, like {left[:2]}") from None

    def figures(self, name: str, *, fresh_within: float) -> dict[str, Any]:
        """Return what a process of ours left in `run/`, or nothing when that is stale."""
        try:
            found: dict[str, Any] = json.loads((self.settings.paths.run / name).read_text())
        except (OSError, ValueError):
            return {}
        return found if time.time() - float(found["at"]) < fresh_within else {}

    def metrics(self, name: str) -> dict[str, float]:
        """Return the figures without labels that a process of ours left for Prometheus."""
        lines = (self.settings.paths.run / name).read_text().splitlines()
        pairs = (line.split(" ", 1) for line in lines if line[:1].isalpha() and "{" not in line)
        return {key: float(value) for key, value in pairs}

    def spooled(self) -> list[str]:
        """Return the recordings and messages that have not been stored yet."""
        paths = self.settings.paths
        return [
            file.name
            for folder in (paths.spool_calls, paths.spool_messages)
            for file in folder.glob("*.*")
        ]

    def logs(self, *, lines: int = 15) -> str:
        """Return the end of every log, for a failure's report."""
        told = []
        for log in sorted(self.settings.paths.log.glob("*.log")):
            last = log.read_text(errors="replace").splitlines()[-lines:]
            told.append(f"--- {log.name}\n" + "\n".join(last))
        return "\n".join(told)

    def _asterisk(self, command: str) -> str:
        installation = asterisk.find(self.settings)
        assert installation is not None
        words = installation.remote(render.configuration(self.settings), command)
        return subprocess.run(words, capture_output=True, text=True, timeout=15, check=False).stdout

    def _living(self, name: str) -> int:
        try:
            pid = self.pid(name)
            os.kill(pid, 0)
        except (OSError, ValueError):
            return 0
        return pid


@contextmanager
def running(**wanted: object) -> Iterator[House]:
    """Run a hotline with these settings until the block ends; nothing of it stays.

    With a desk it has its first account: a test that is quicker would have no administrator made.
    """
    home = Path(tempfile.mkdtemp(prefix="ring-"))
    has_desk = "desk" in str(wanted.get("parts", WITH_DESK)).split()
    try:
        with started(home, **wanted) as house:
            if has_desk:
                await_first_account(home / "run.out")
            yield house
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def started(home: Path, **wanted: object) -> Iterator[House]:
    """Start a hotline on a home that stays (to start it again), and stop it after the block.

    `parts` names its parts, with blanks between them.
    """
    parts = tuple(str(wanted.pop("parts", WITH_DESK)).split())
    environment = environment_of(home, wanted)
    with ExitStack() as turn:
        turn.enter_context(one_starts_at_a_time())
        process = launch(home, parts, environment)
        try:
            await_ready(process, home / "run.out")
            turn.close()
            yield House(settings_of(environment), process, environment)
        finally:
            stop(process)
    left = left_behind(home)
    assert not left, f"still running after the hotline has stopped: {left}"
