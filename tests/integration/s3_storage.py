"""A real S3-compatible storage for tests (`rclone serve s3`), and a wire to it that can be cut."""

import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recordings import s3
from recordings.s3 import AwayError, Objects, Where

ACCESS, SECRET = "AKTHIRDRING", "a-long-secret-of-the-storage"
BUCKET = "recordings"
STARTS_S = 60.0
PATIENCE = 60, 120
"""Seconds to connect and to read: a busy machine is no storage that is away."""


def program() -> str | None:
    """Return where rclone is: set-up brings it into `.venv`."""
    beside = Path(sys.executable).parent / "rclone"
    return str(beside) if beside.exists() else shutil.which("rclone")


@dataclass
class Storage:
    """The storage, its folder, and how to get to it."""

    folder: Path
    port: int
    keys: Path

    def settings(self, port: int | None = None) -> dict[str, Any]:
        """Return the settings of a house that stores its recordings here."""
        return {
            "s3_endpoint": f"http://127.0.0.1:{port or self.port}",
            "s3_bucket": BUCKET,
            "s3_keys": str(self.keys),
        }

    def objects(self) -> list[str]:
        """Return the names of all objects."""
        bucket = self.folder / BUCKET
        return sorted(str(p.relative_to(bucket)) for p in bucket.rglob("*") if p.is_file())

    def file(self, name: str) -> Path:
        return self.folder / BUCKET / name


@contextmanager
def storage(folder: Path) -> Iterator[Storage]:
    """Give a storage that answers, with an empty bucket."""
    found = program()
    assert found is not None, "set-up brings rclone"
    port = _free_port()
    (folder / "objects" / BUCKET).mkdir(parents=True)
    keys = folder / "s3-keys"
    keys.write_text(f"{ACCESS}\n{SECRET}\n")
    made = Storage(folder / "objects", port, keys)
    words = [found, "serve", "s3", "--addr", f"127.0.0.1:{port}"]
    words += ["--auth-key", f"{ACCESS},{SECRET}"]
    words += ["--config", str(folder / "none.conf"), "--vfs-cache-mode", "off"]
    words += ["--cache-dir", str(folder / "cache"), str(folder / "objects")]
    with (folder / "rclone.log").open("wb") as log:
        process = subprocess.Popen(words, stdout=log, stderr=log)
    patience = s3.CONNECT_S, s3.READ_S
    s3.CONNECT_S, s3.READ_S = PATIENCE  # type: ignore[misc]
    try:
        _await(made, process)
        yield made
    finally:
        s3.CONNECT_S, s3.READ_S = patience  # type: ignore[misc]
        process.kill()
        process.wait()


def _await(made: Storage, process: "subprocess.Popen[bytes]") -> None:
    where = Where(
        endpoint=f"http://127.0.0.1:{made.port}",
        bucket=BUCKET,
        prefix="",
        region="us-east-1",
        keys=made.keys,
        path_style=True,
    )
    deadline = time.monotonic() + STARTS_S
    while True:
        assert process.poll() is None, "rclone ended"
        try:
            return Objects(where).reach()
        except AwayError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@dataclass
class Wire:
    """A relay to a port that can be cut: at once, or after so many bytes went through."""

    to: int
    cut_after: int | None = None
    """Bytes towards the storage; None: it holds."""
    sent: int = 0
    _server: socket.socket = field(default_factory=socket.socket)
    _open: list[socket.socket] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self._server.getsockname()[1])

    def start(self) -> None:
        self._server.bind(("127.0.0.1", 0))
        self._server.listen(50)
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Break every connection, and let no other begin."""
        self.cut_after = self.sent
        for each in list(self._open):
            _shut(each)

    def mend(self) -> None:
        self.cut_after = None

    def stop(self) -> None:
        self.cut()
        _shut(self._server)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._server.accept()
                if self._is_cut():
                    _shut(near)
                    continue
                far = socket.create_connection(("127.0.0.1", self.to))
                self._open += [near, far]
                for one, other, counts in ((near, far, True), (far, near, False)):
                    words = (one, other, counts)
                    threading.Thread(target=self._carry, args=words, daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket, counts: bool) -> None:
        with suppress(OSError):
            while piece := one.recv(8192):
                if counts:
                    self.sent += len(piece)
                if self._is_cut():
                    break
                other.sendall(piece)
        _shut(one)
        _shut(other)

    def _is_cut(self) -> bool:
        return self.cut_after is not None and self.sent >= self.cut_after


def _shut(each: socket.socket) -> None:
    with suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    each.close()


@contextmanager
def wire(to: int) -> Iterator[Wire]:
    """Give a relay to a port."""
    made = Wire(to)
    made.start()
    try:
        yield made
    finally:
        made.stop()
