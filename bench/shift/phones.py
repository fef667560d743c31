"""SIPp as the desk phones of a whole office, and as its callers."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.shift import scenarios
from bench.shift.plan import Plan

REQUEST_BUDGET_S = 45
"""Seconds that callers of the end still have."""


@dataclass(frozen=True)
class Line:
    """Where SIPp works: its program, the folder for its files, and the switch's port."""

    program: Sequence[str]
    folder: Path
    switch: int
    speech: Path

    def words(self, name: str, *more: str) -> list[str]:
        """Return the command for a scenario written as `name`.xml."""
        scenario = str(self.folder / f"{name}.xml")
        address = f"127.0.0.1:{self.switch}"
        return [*self.program, "-sf", scenario, "-i", "127.0.0.1", "-nostdin", *more, address]


def register(line: Line, passwords: Mapping[str, str], *, port: int) -> None:
    """Register every seat at one port. Raises RuntimeError when one of them could not."""
    (line.folder / "register.xml").write_text(scenarios.registering())
    rows = [
        f"{seat};[authentication username={seat} password={password}]"
        for seat, password in passwords.items()
    ]
    (line.folder / "seats.csv").write_text("SEQUENTIAL\n" + "\n".join(rows) + "\n")
    wanted = ("-inf", "seats.csv", "-p", str(port), "-m", str(len(rows)), "-r", "25")
    done = subprocess.run(
        line.words("register", *wanted, "-timeout", "30s", "-timeout_error"),
        cwd=line.folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    if done.returncode:
        raise RuntimeError(f"phones did not register: {done.stdout[-800:]}{done.stderr[-800:]}")


@contextmanager
def answered(line: Line, plan: Plan, *, port: int) -> Iterator[None]:
    """Have the registered phones ring and be answered while the block runs."""
    scenario = scenarios.answering(plan.talks_ms, str(line.speech))
    (line.folder / "phones.xml").write_text(scenario)
    rtp = ("-min_rtp_port", "31000", "-max_rtp_port", "32900")
    wanted = ("-p", str(port), "-aa", "-trace_err", "-l", "1000", *rtp)
    with (line.folder / "phones.out").open("w") as output:
        phones = subprocess.Popen(
            line.words("phones", *wanted), cwd=line.folder, stdout=output, stderr=output
        )
    try:
        yield
    finally:
        phones.terminate()
        phones.wait(timeout=10)


def call(line: Line, plan: Plan, number: str) -> subprocess.Popen[bytes]:
    """Begin to call as planned; SIPp ends when the last caller has."""
    (line.folder / "callers.xml").write_text(scenarios.calling(str(line.speech)))
    rows = [f"{one.number};{one.ref};{one.late_ms};{one.life_ms}" for one in plan.callers]
    (line.folder / "callers.csv").write_text("SEQUENTIAL\n" + "\n".join(rows) + "\n")
    limit = round(len(rows) / plan.rate + max(one.life_ms for one in plan.callers) / 1000)
    pace = ("-r", str(round(plan.rate * 10_000)), "-rp", "10000000", "-m", str(len(rows)))
    rtp = ("-min_rtp_port", "33000", "-max_rtp_port", "39900")
    with (line.folder / "callers.out").open("w") as output:
        return subprocess.Popen(
            [
                *line.words("callers", "-s", number, "-inf", "callers.csv", *pace, *rtp),
                *("-trace_err", "-l", "2000", "-timeout", f"{limit + REQUEST_BUDGET_S}s"),
            ],
            cwd=line.folder,
            stdout=output,
            stderr=output,
        )
