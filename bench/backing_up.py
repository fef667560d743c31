"""`python -m bench.backing_up`: backups while calls come in, restored and compared with the source.

python -m bench.backing_up                          5 calls a second, three backups, SQLite
python -m bench.backing_up --database postgres
python -m bench.backing_up --keep                   and write docs/benchmarks-update.md

Each backup is restored into a fresh home and started there, so that its ledger reads on what its
journals hold. Then every call that had ended when the backup was made must be there as it is in the
source: row, recording (the file's SHA-256), and every entry of the audit log. Exit code 1 when
something is missing, is another, or a caller was not answered.
"""

import argparse
import asyncio
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bench import alaw, machine, page
from bench.stream import streaming
from caller import audio
from settings import PROJECT, Settings
from supervisor import asterisk
from tests import postgres
from tests.backups import path_with_postgres
from tests.end_to_end.house import House, Row, started
from tests.waiting import until

PARTS: Final = "asterisk calls ledger"
BETWEEN_S: Final = 8.0
AT_ONCE: Final = timedelta(seconds=1)
"""A call's last lines may be written so long after its end."""

NOT_COMPARED: Final = frozenset({"created_at"})
"""Of a recording: when it was taken in, which a restored home may do by itself."""


@dataclass
class Compared:
    """One backup, and what was found in the home restored from it."""

    took_s: float
    calls: int = 0
    recordings: int = 0
    entries: int = 0
    faults: list[str] = field(default_factory=list)


@dataclass
class Figures:
    """All backups of one run, and what the callers noticed of them."""

    rate: int
    calls: int
    unanswered: int
    slowest_s: float
    backups: Sequence[Compared]

    @property
    def faults(self) -> list[str]:
        unanswered = [f"{self.unanswered} callers were not answered"] if self.unanswered else []
        return [*unanswered, *(fault for one in self.backups for fault in one.faults)]


def measured(
    program: list[str], *, database: str, rate: int, backups: int, folder: Path
) -> Figures:
    """Run a house under load, back it up, restore and compare."""
    speech = folder / "speech.alaw"
    speech.write_bytes(alaw.encoded(audio.noise(4.0, -25.0)))
    home, into = folder / "home", folder / "backups"
    home.mkdir()
    with ExitStack() as stack:
        cluster = stack.enter_context(postgres.running()) if database == "postgres" else None
        url = cluster.new_database() if cluster else ""
        with started(home, parts=PARTS, database_url=url) as house:
            with streaming(
                program,
                folder / "sipp",
                port=house.settings.sip_port,
                number=house.settings.hotline_number,
                rate=rate,
                speech=speech,
                ref="backed-up",
            ) as stream:
                made = [_backed_up(house, into) for _ in range(backups)]
                time.sleep(BETWEEN_S)
            asyncio.run(_all_kept(house))
            found = []
            for number, (backup, took_s) in enumerate(made):
                fresh = cluster.new_database() if cluster else ""
                compared = Compared(took_s)
                _compare(house, backup, folder / f"restored{number}", fresh, compared)
                found.append(compared)
    return Figures(rate, stream.calls, stream.unanswered, stream.slowest_s, found)


def _backed_up(house: House, into: Path) -> tuple[Path, float]:
    """Take a backup amid the calls, with an entry of the audit log right before it."""
    time.sleep(BETWEEN_S)
    house.thirdring("token", "--role", "switchboard", "--label", f"{time.time():.0f}")
    before = set(into.glob("2*"))
    began = time.monotonic()
    _thirdring(house.environment, "backup", str(into))
    took_s = time.monotonic() - began
    [made] = set(into.glob("2*")) - before
    return made, took_s


def _thirdring(environment: Any, *words: str) -> str:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "thirdring"), *words],
        env={**environment, "PATH": path_with_postgres()},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


async def _all_kept(house: House) -> None:
    """Wait until the ledger has every call of the source, and every recording."""
    await house.is_quiet(within=60)

    async def none_open() -> bool:
        open_ones = await house.rows("SELECT id FROM calls WHERE state <> 'ended'")
        return not open_ones and not house.spooled()

    await until(none_open, within=60, every=0.5, what="all calls are kept")


def _compare(source: House, backup: Path, home: Path, url: str, into: Compared) -> None:
    environment = {**source.environment, "THIRDRING_HOME": str(home), "THIRDRING_DATABASE_URL": url}
    said = _thirdring(environment, "restore", str(backup))
    made_at = datetime.fromisoformat(said.partition("made at ")[2].partition(",")[0])
    with started(home, parts=PARTS, database_url=url) as restored:
        asyncio.run(_compared(source, restored, made_at, into))


async def _compared(source: House, restored: House, made_at: datetime, into: Compared) -> None:
    await _all_kept(restored)
    on_record = "SELECT id FROM audit_log WHERE action = 'backup.restored'"
    try:
        await until(lambda: restored.rows(on_record), within=60, every=0.5)
    except AssertionError:
        into.faults.append("the restore is not on record")
    ended = {
        row["id"]: row
        for row in await source.rows("SELECT * FROM calls")
        if _time(row["ended"]) <= made_at - AT_ONCE
    }
    there = {row["id"]: row for row in await restored.rows("SELECT * FROM calls")}
    into.calls = len(ended)
    into.faults += [f"call {each} is missing" for each in ended.keys() - there.keys()]
    into.faults += [
        f"call {each}: {_differences(row, there[each])}"
        for each, row in ended.items()
        if each in there and dict(row) != dict(there[each])
    ]
    await _compare_recordings(source, restored, set(ended), into)
    await _compare_entries(source, restored, made_at, into)


async def _compare_recordings(
    source: House, restored: House, calls: set[str], into: Compared
) -> None:
    wanted = [
        row for row in await source.rows("SELECT * FROM recordings") if row["call_id"] in calls
    ]
    there = {row["id"]: row for row in await restored.rows("SELECT * FROM recordings")}
    into.recordings = len(wanted)
    for row in wanted:
        found = there.get(row["id"])
        if found is None:
            into.faults.append(f"the recording {row['id']} is missing")
        elif other := {k: v for k, v in _differences(row, found).items() if k not in NOT_COMPARED}:
            into.faults.append(f"the recording {row['id']}: {other}")
        elif row["path"] and _sha256(restored.settings.paths.store / row["path"]) != row["sha256"]:
            into.faults.append(f"the file of {row['id']} is not what it was")


async def _compare_entries(
    source: House, restored: House, made_at: datetime, into: Compared
) -> None:
    entries = await source.rows("SELECT * FROM audit_log")
    wanted = [row for row in entries if _time(row["at"]) <= made_at]
    there = {row["id"]: row for row in await restored.rows("SELECT * FROM audit_log")}
    into.entries = len(wanted)
    into.faults += [
        f"entry {row['id']} of the audit log is {there.get(row['id'])}"
        for row in wanted
        if dict(there.get(row["id"], {})) != dict(row)
    ]


def _differences(one: Row, other: Row) -> dict[str, tuple[Any, Any]]:
    return {key: (one[key], other[key]) for key in one if one[key] != other[key]}


def _time(value: Any) -> datetime:
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def markdown(found: Figures, load: tuple[float, float], database: str) -> str:
    """Return the section of docs/benchmarks-update.md."""
    installation = asterisk.find(Settings())
    return "\n".join(
        [
            f"## Backups while calls come in, on {database}",
            "",
            f"Measured by `python -m bench.backing_up`: {found.rate} calls a second,",
            f"{found.calls} in all, {found.unanswered} of them not answered, the slowest answer",
            f"after {found.slowest_s:.1f} s. Each backup was restored into a fresh home.",
            "",
            "| backup took | calls compared | recordings | entries of the audit log | faults |",
            "|---|---|---|---|---|",
            *(
                f"| {one.took_s:.1f} s | {one.calls} | {one.recordings} | {one.entries} "
                f"| {len(one.faults)} |"
                for one in found.backups
            ),
            "",
            *(f"- {fault[:300]}" for fault in found.faults[:20]),
            f"Machine: {machine.described(installation.version if installation else '?')}.",
            f"Load average {load[0]:.1f} before, {load[1]:.1f} at the end.",
            "",
        ]
    )


def main() -> None:
    """Measure, print, and keep where asked."""
    parser = argparse.ArgumentParser(prog="python -m bench.backing_up", description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--rate", type=int, default=5)
    parser.add_argument("--backups", type=int, default=3)
    parser.add_argument("--keep", action="store_true", help="write docs/benchmarks-update.md")
    asked = parser.parse_args()
    installation = asterisk.find(Settings())
    assert installation is not None, "no Asterisk yet: `make run` fetches it"
    before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="backing-up-") as folder:
        found = measured(
            installation.program("sipp"),
            database=asked.database,
            rate=asked.rate,
            backups=asked.backups,
            folder=Path(folder),
        )
    section = markdown(found, (before, machine.load()), asked.database)
    print(section)
    if asked.keep:
        page.keep(PROJECT / "docs" / "benchmarks-update.md", section)
    raise SystemExit(1 if found.faults else 0)


if __name__ == "__main__":
    main()
