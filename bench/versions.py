"""One version of the product, started from its folder on a home that versions share."""

import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.end_to_end.launching import stop

PARTS: Final = ("asterisk", "calls", "ledger")
READY_WITHIN_S: Final = 90.0


@dataclass
class Version:
    """One version of the product, by its folder; `home` is shared by all."""

    folder: Path
    environment: Mapping[str, str]
    process: "subprocess.Popen[str] | None" = None

    @property
    def hands_over(self) -> bool:
        """Tell whether it goes on as another version in the same process."""
        return (self.folder / "supervisor" / "handover.py").exists()

    @property
    def closes_ports(self) -> bool:
        """Tell whether it ends Asterisk so that nobody is left ringing, as older ones do not."""
        return (self.folder / "supervisor" / "closed_port.py").exists()

    def start(self, home: Path, *more: str) -> str:
        """Start it and wait for `ready`; return what it said when it ended instead."""
        output = home / "run.out"
        words = ["-c", "import main; main.cli()", "run", *more]
        words += [word for part in PARTS for word in ("--part", part)]
        with output.open("w") as file:
            self.process = subprocess.Popen(
                [sys.executable, *words],
                env={**self.environment, "PYTHONPATH": str(self.folder)},
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                text=True,
            )
        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline:
            if any(line.startswith("ready ") for line in output.read_text().splitlines()):
                return ""
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        return output.read_text().strip()[-300:] or "not ready"

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            stop(self.process)
        self.process = None

    def thirdring(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-c", "import main; main.cli()", *words],
            env={**self.environment, "PYTHONPATH": str(self.folder)},
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
