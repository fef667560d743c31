"""Calls that go on coming in for as long as something is done to the house; SIPp makes them.

A caller who is not answered at once rings on, as telephones do: SIPp sends its INVITE again.
"""

import csv
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.sipp import SCENARIO

ENDS_WITHIN_S = 60.0
RINGS_ON_S = 32
"""As long as a telephone's INVITE lives (RFC 3261, timer B)."""


@dataclass
class Stream:
    """What has become of the calls so far."""

    folder: Path
    process: "subprocess.Popen[bytes]"
    begun: float = field(default_factory=time.monotonic)
    calls: int = 0
    failed: int = 0
    to_answer_s: list[float] = field(default_factory=list)

    @property
    def cut(self) -> int:
        """Return how many were answered and then hung up on."""
        return max(0, self.failed - self.unanswered)

    @property
    def unanswered(self) -> int:
        return self.calls - len(self.to_answer_s)

    @property
    def slowest_s(self) -> float:
        return max(self.to_answer_s, default=0.0)

    def end(self) -> None:
        """Let no further call come in, wait for the last, and count."""
        self.process.send_signal(signal.SIGUSR1)
        try:
            self.process.wait(timeout=ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for trace in self.folder.glob("caller_*_rtt.csv"):
            with trace.open() as file:
                rows = list(csv.reader(file, delimiter=";"))[1:]
            self.to_answer_s += [float(row[1]) / 1000 for row in rows if len(row) > 1]
        for statistics in self.folder.glob("caller_*_.csv"):
            with statistics.open() as file:
                rows_of = list(csv.DictReader(file, delimiter=";"))
            if rows_of:
                self.calls += int(rows_of[-1]["TotalCallCreated"])
                self.failed += int(rows_of[-1]["FailedCall(C)"])


@contextmanager
def streaming(
    program: list[str],
    folder: Path,
    *,
    port: int,
    number: str,
    rate: int,
    speech: Path,
    ref: str,
    talk_s: int = 1,
) -> Iterator[Stream]:
    """Have `rate` callers a second ring until the block ends; the figures are there after it."""
    folder.mkdir(parents=True)
    scenario = folder / "caller.xml"
    text = SCENARIO.replace("@SPEECH@", str(speech)).replace("@TALK@", str(1000 * talk_s))
    scenario.write_text(text.replace("@REF@", ref))
    words = [
        *program,
        *("-sf", str(scenario), "-s", number, f"127.0.0.1:{port}", "-i", "127.0.0.1"),
        *("-r", str(rate), "-m", "100000", "-l", "2000"),
        *("-trace_rtt", "-rtt_freq", "1", "-trace_stat", "-fd", "1", "-nostdin"),
        *("-min_rtp_port", "40000", "-max_rtp_port", "60000"),
        *("-max_invite_retrans", "12", "-recv_timeout", str(RINGS_ON_S * 1000)),
    ]
    with (folder / "sipp.out").open("wb") as output:
        process = subprocess.Popen(words, cwd=folder, stdout=output, stderr=output)
    stream = Stream(folder, process)
    try:
        yield stream
    finally:
        stream.end()
