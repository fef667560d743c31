"""`python -m bench.updating`: updates from older commits while calls come in, and back again.

python -m bench.updating                            the last ten that changed the tables, SQLite
python -m bench.updating --commits 3 --database postgres
python -m bench.updating --keep                     and write docs/benchmarks-update.md
python -m bench.updating --anew 10                  this version follows itself, with another
                                                    configuration, so that Asterisk must end

Of each commit: its own code makes a home and answers; this version takes over
(`thirdring run --take-over`); then back (`thirdring database --to`; then `thirdring stop` of the
newer one and the older code again, as docs/operating.md says), and forward once more. Callers ring
all the while. Exit code 1 when one was not answered, or a call has no row in the end; with a commit
whose Asterisk may stay, also when a call was cut.
"""

import argparse
import asyncio
import io
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from bench import alaw, machine, page
from bench.stream import Stream, streaming
from bench.versions import READY_WITHIN_S, Version
from caller import audio
from settings import PROJECT, Settings
from supervisor import asterisk
from tests import postgres
from tests.end_to_end.house import House
from tests.end_to_end.launching import environment_of, settings_of

VERSIONS: Final = "db/migrations/versions"
SQUASHED: Final = "ea740b3"
"""The first commit whose revisions have the numbers that are known today."""

RATE: Final = 2
TALK_S: Final = 4
COLUMNS: Final = "commit tables steps calls unanswered cut Asterisk slowest gap rows"
SETTLED_S: Final = 4.0
RATE_ANEW: Final = 8
ROWS_WITHIN_S: Final = 40.0


@dataclass
class Run:
    """What came of one commit."""

    commit: str
    subject: str
    revision: str = ""
    steps: list[str] = field(default_factory=list)
    gaps_s: list[float] = field(default_factory=list)
    """Of each change of version: from the signal to the line `ready`."""
    calls: int = 0
    unanswered: int = 0
    cut: int = 0
    switches: set[int] = field(default_factory=set)
    """Processes of Asterisk that there were: one, if it stayed all the while."""
    slowest_s: float = 0.0
    rows: int = 0
    note: str = ""

    @property
    def is_well(self) -> bool:
        stayed = len(self.switches) == 1
        well = self.calls > 0 and not self.unanswered and self.rows >= self.calls
        return well and not (stayed and self.cut)


def commits(count: int) -> list[tuple[str, str]]:
    """Return the last commits on main that changed the tables, newest first: id and subject.

    What a merge brought in was on main as a whole only; numbers of its own tables may have changed.
    """
    words = ["git", "-C", str(PROJECT), "log", "--first-parent", "--format=%h %s"]
    words += [f"{SQUASHED}^..main"]
    said = subprocess.run([*words, "--", VERSIONS], capture_output=True, text=True, check=True)
    found = [line.partition(" ") for line in said.stdout.splitlines()]
    return [(commit, subject) for commit, _, subject in found][:count]


def unpacked(commit: str, folder: Path) -> Path:
    """Write the files of a commit into a folder."""
    packed = subprocess.run(
        ["git", "-C", str(PROJECT), "archive", commit], capture_output=True, check=True
    )
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def tried(commit: tuple[str, str], program: list[str], speech: Path, database: str) -> Run:
    """Update from a commit, go back and forward again, with callers all the while."""
    run = Run(*commit)
    with tempfile.TemporaryDirectory(prefix="update-") as folder:
        home = Path(folder) / "home"
        home.mkdir()
        given = {"cache": PROJECT / ".cache"} | ({"database_url": database} if database else {})
        environment = environment_of(home, given)
        old = Version(unpacked(commit[0], Path(folder) / "old"), environment)
        new = Version(PROJECT, environment)
        house = House(settings_of(environment), None, environment)  # type: ignore[arg-type]
        first = old if not (said := old.start(home)) else new
        if said:
            run.note = f"its own code does not start: {said.splitlines()[-1][:120]}"
            old.stop()
            new.start(home)
        try:
            run.revision = asyncio.run(_revision(house))
            with streaming(
                program,
                Path(folder) / "sipp",
                port=house.settings.sip_port,
                number=house.settings.hotline_number,
                rate=RATE,
                speech=speech,
                ref=commit[0],
                talk_s=TALK_S,
            ) as stream:
                time.sleep(SETTLED_S)
                _there_and_back(run, first, old, new, home)
            _counted(run, stream)
            run.rows = asyncio.run(_rows_arrive(house, commit[0], run.calls))
            if run.unanswered:
                run.note += asyncio.run(_who_was_not(house, commit[0]))
        finally:
            old.stop()
            new.stop()
    return run


def anew(times: int, program: list[str], speech: Path) -> Run:
    """End Asterisk that often for one with another configuration, with callers all the while."""
    run = Run("this", "")
    with tempfile.TemporaryDirectory(prefix="update-") as folder:
        home = Path(folder) / "home"
        home.mkdir()
        environment = environment_of(home, {"cache": PROJECT / ".cache"})
        house = House(settings_of(environment), None, environment)  # type: ignore[arg-type]
        running = Version(PROJECT, environment)
        said = running.start(home)
        assert not said, said
        try:
            with streaming(
                program,
                Path(folder) / "sipp",
                port=house.settings.sip_port,
                number=house.settings.hotline_number,
                rate=RATE_ANEW,
                speech=speech,
                ref="anew",
            ) as stream:
                time.sleep(SETTLED_S)
                for each in range(times):
                    other = {**environment, "THIRDRING_CALLED_NUMBERS": str(20_000 + each)}
                    following = Version(PROJECT, other)
                    _changed(run, f"{each + 1}", running, following, home)
                    running = following
            _counted(run, stream)
            run.rows = asyncio.run(_rows_arrive(house, "anew", run.calls))
            if run.unanswered:
                run.note += asyncio.run(_who_was_not(house, "anew"))
        finally:
            running.stop()
    return run


def _there_and_back(run: Run, first: Version, old: Version, new: Version, home: Path) -> None:
    run.switches.add(_switch(home))
    if first is old:
        _changed(run, "forward", old, new, home)
    if run.revision and not run.note:
        done = new.thirdring("database", "--to", run.revision, "--drop-newer")
        if done.returncode == 0:
            run.steps.append(f"tables back to {run.revision}")
        else:
            run.steps.append(f"tables stay: {(done.stdout + done.stderr).strip()[:80]}")
        _changed(run, "back", new, old, home)
        _changed(run, "forward again", old, new, home)


def _changed(run: Run, what: str, before: Version, after: Version, home: Path) -> None:
    """Change the version as an operator does, with the newer one's own command in each case."""
    new = after if after.folder == PROJECT else before
    began, began_at = time.monotonic(), datetime.now(UTC)
    handed = before.hands_over and after.hands_over and (after is new or after.closes_ports)
    if after is new or handed:
        said = after.start(home, "--take-over")
    else:
        new.thirdring("stop")
        said = after.start(home)
    if handed and not said:  # the process is the same
        assert after.process is not None
        after.process.wait(timeout=READY_WITHIN_S)
        after.process, before.process = before.process, None
    before.stop()
    run.switches.add(_switch(home))
    run.gaps_s.append(time.monotonic() - began)
    print(f"{what}: {began_at:%H:%M:%S.%f} for {run.gaps_s[-1]:.1f} s", flush=True)
    run.steps.append(what if not said else f"{what}: {said.splitlines()[-1][:120]}")
    time.sleep(SETTLED_S)


def _switch(home: Path) -> int:
    return int((home / "run" / "asterisk.pid").read_text())


def _counted(run: Run, stream: Stream) -> None:
    run.calls, run.unanswered = stream.calls, stream.unanswered
    run.slowest_s, run.cut = stream.slowest_s, stream.cut


async def _who_was_not(house: House, ref: str) -> str:
    """Say when those rang who were not answered, and how it ended."""
    found = await house.rows(
        "SELECT ring_started, ended, disposition FROM calls WHERE ref = :ref AND answered IS NULL",
        ref=ref,
    )
    return "; ".join(
        f"{row['ring_started']} to {row['ended']}: {row['disposition']}" for row in found
    )


async def _revision(house: House) -> str:
    try:
        found = await house.rows("SELECT version_num FROM alembic_version")
    except SQLAlchemyError:
        return ""
    return str(found[0]["version_num"]) if found else ""


async def _rows_arrive(house: House, ref: str, wanted: int) -> int:
    """Wait until every call has its row; return how many have."""
    deadline, count = time.monotonic() + ROWS_WITHIN_S, 0
    while count < wanted and time.monotonic() < deadline:
        await asyncio.sleep(0.5)
        try:
            found = await house.rows("SELECT count(*) AS n FROM calls WHERE ref = :ref", ref=ref)
            count = int(found[0]["n"])
        except SQLAlchemyError:
            continue
    return count


def markdown(runs: Sequence[Run], load: tuple[float, float], database: str) -> str:
    """Return the section of docs/benchmarks-update.md."""
    installation = asterisk.find(Settings())
    return "\n".join(
        [
            f"## Updates while calls come in, on {database}",
            "",
            f"Measured by `python -m bench.updating`: {RATE} calls a second, of {TALK_S} s; each",
            "rings on for 32 s at most. This version follows that of the commit, then back and",
            "forward again. “Cut”: answered, then hung up on, as every call is when Asterisk is",
            "ended (the commit cannot do otherwise, or another Asterisk is needed; nobody waits",
            "for calls here). “Gap” is the longest time from the command to `ready` of the",
            "other version.",
            "",
            f"| {COLUMNS.replace(' ', ' | ')} |",
            "|---|---|---|---|---|---|---|---|---|---|",
            *(
                f"| `{run.commit}` | {run.revision} | {run.note} {', '.join(run.steps)} "
                f"| {run.calls} | {run.unanswered} | {run.cut} "
                f"| {'stayed' if len(run.switches) == 1 else 'started anew'} "
                f"| {run.slowest_s:.1f} s "
                f"| {max(run.gaps_s, default=0):.1f} s | {run.rows} |"
                for run in runs
            ),
            "",
            f"Machine: {machine.described(installation.version if installation else '?')}.",
            f"Load average {load[0]:.1f} before, {load[1]:.1f} at the end.",
            "",
        ]
    )


def main() -> None:
    """Update, print, and keep where asked."""
    parser = argparse.ArgumentParser(prog="python -m bench.updating", description=__doc__)
    parser.add_argument("--commits", type=int, default=10)
    parser.add_argument("--only", nargs="+", help="these commits")
    parser.add_argument("--anew", type=int, default=0, metavar="TIMES")
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--keep", action="store_true", help="write docs/benchmarks-update.md")
    asked = parser.parse_args()
    installation = asterisk.find(Settings())
    assert installation is not None, "no Asterisk yet: `make run` fetches it"
    wanted = [(each, "") for each in asked.only] if asked.only else commits(asked.commits)
    before, runs = machine.load(), []
    with tempfile.TemporaryDirectory(prefix="update-speech-") as folder:
        speech = Path(folder) / "speech.alaw"
        speech.write_bytes(alaw.encoded(audio.noise(4.0, -25.0)))
        if asked.anew:  # its figures are in no table of commits
            run = anew(asked.anew, installation.program("sipp"), speech)
            print(run, flush=True)
            raise SystemExit(int(bool(run.unanswered) or run.rows < run.calls))
        for commit in wanted:
            runs.append(_on(asked.database, commit, installation.program("sipp"), speech))
            print(runs[-1], flush=True)
    section = markdown(runs, (before, machine.load()), asked.database)
    print(section)
    if asked.keep:
        page.keep(PROJECT / "docs" / "benchmarks-update.md", section)
    raise SystemExit(0 if all(run.is_well for run in runs) else 1)


def _on(database: str, commit: tuple[str, str], program: list[str], speech: Path) -> Run:
    if database == "sqlite":
        return tried(commit, program, speech, "")
    with postgres.running() as cluster:
        return tried(commit, program, speech, cluster.new_database())


if __name__ == "__main__":
    main()
