"""Runs all tests, in jobs that go side by side: `python -m scripts.tests [words for pytest …]`.

A job is one run of pytest over files that share hotlines (`tests/end_to_end/kinds.py`). Jobs of
calls mostly wait for people to speak and listen, a third of a core each: three go on at a
time, and a hotline that starts gives way to them (`tests/end_to_end/launching.py`). Two jobs of
work, which would take a core each, go on beside them and have what they leave. Each is in a
session of its own: Linux gives each session an equal share of the processors, whatever is nice in
it, unless the session is (sched(7)). The next job begins when one has ended, so long ones come
first; when no work is left, calls have that place too. `--soak` runs what takes long, two at a
time, and the tests of whoever rings people and of the floor on PostgreSQL as well. Exit code 0:
all was green.
"""

import contextlib
import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parent.parent
CALLS_AT_ONCE: Final = 3
WORK_AT_ONCE: Final = 2
SOAKS_AT_ONCE: Final = 2
GIVES_WAY: Final = 19
"""Niceness of a job of work: audio is due every 20 ms, a database may be asked later."""
GOES_FIRST: Final = -10
"""Niceness of a job of calls, in which telephones speak; only root may go before others."""
NO_TESTS: Final = 5
"""How pytest ends when a choice of tests leaves a job without any."""
E2E: Final = "tests/end_to_end"
HERE: Final = "tests/integration"

CALLS: Final[Mapping[str, Sequence[str]]] = {
    "guests and households": (f"{E2E}/outbound/test_wake*.py", f"{E2E}/outbound/test_*tion.py"),
    "agents and figures": (f"{E2E}/desk/test_f*.py", f"{E2E}/desk/test_routing.py"),
    "talks at pages": (
        f"{E2E}/pages/test_[ct]a*.py",
        f"{E2E}/pages/test_asking*.py",
        f"{E2E}/pages/test_leaving*.py",
        f"{E2E}/pages/test_tickets*.py",
    ),
    "callers": (f"{E2E}/callers/test_[mostT]*.py",),
    "talks at phones": (
        f"{E2E}/desk/test_voices.py",
        f"{E2E}/desk/test_held*.py",
        f"{E2E}/desk/test_the_desk*.py",
        f"{E2E}/desk/test_scripts.py",
    ),
    "processes": (
        "tests/contract/*.py",
        f"{HERE}/test_*_process.py",
        f"{HERE}/test_setup_*.py",
    ),
    "the trunk's calls": (f"{E2E}/trunk/*.py",),
    "rooms and trunks": (f"{E2E}/outbound/test_rooms.py", f"{E2E}/outbound/test_trunk*.py"),
    "customers": (f"{E2E}/outbound/test_ca*.py",),
    "strangers": (
        f"{E2E}/callers/test_[ah]*.py",
        f"{E2E}/desk/test_strangers*.py",
    ),
    "ways out": (f"{E2E}/outbound/*.py",),
    "losses": (f"{E2E}/alone/*.py",),
    "updates": (f"{E2E}/callers/test_updates.py", f"{E2E}/desk/test_one*.py"),
    "pages": (f"{E2E}/pages/*.py",),
    "dispatchers": (
        f"{HERE}/test_attendants.py",
        f"{HERE}/test_ca*_calls*.py",
        f"{HERE}/test_dispatcher*.py",
        f"{HERE}/test_guest_wake_ups.py",
        f"{HERE}/test_nodes_dispatch.py",
        f"{HERE}/test_trunk_failover.py",
    ),
    "whole hotlines": (f"{E2E}/**/*.py",),
    "what must be quick": (
        f"{HERE}/test_agi_server.py",
        f"{HERE}/test_desk_crowds.py",
        f"{HERE}/test_desk_database_away.py",
        f"{HERE}/test_line_server.py",
        f"{HERE}/test_migrations.py",
        f"{HERE}/test_tickets_[cq]*.py",
    ),
}
"""Jobs in which somebody waits, or a time is judged: they have the machine first."""

WORK: Final[Mapping[str, Sequence[str]]] = {
    "desks and doors": (
        f"{HERE}/test_desk_*.py",
        f"{HERE}/test_one_*.py",
        f"{HERE}/test_reach*.py",
        f"{HERE}/test_tickets_*.py",
        f"{HERE}/test_wake_*.py",
    ),
    "lines and ledgers": (f"{HERE}/test_[a-l]*.py",),
    "pages and people": (f"{HERE}/test_[m-p]*.py",),
    "recordings and tickets": (f"{HERE}/*.py",),
    "units": ("tests/unit/*.py",),
    "others": ("tests/**/*.py",),
}
"""Files by job, in the order in which jobs begin; a file is in the first job that names it."""

SOAK: Final[Mapping[str, Sequence[str]]] = {
    "what takes long": ("-m", "soak", "tests"),
    "whoever rings people, on PostgreSQL": ("--database", "postgres", f"{E2E}/outbound"),
    "the floor, on PostgreSQL": ("--database", "postgres", f"{E2E}/desk"),
}


_going_on: list[subprocess.Popen[str]] = []


def main(words: Sequence[str]) -> int:
    """Run the jobs; return the exit code."""
    began = time.monotonic()
    if "--soak" in words:
        asked = [word for word in words if word != "--soak"]
        runs = {name: [*chosen, *asked] for name, chosen in SOAK.items()}
        codes = _side_by_side(runs, [[deque(runs)]] * SOAKS_AT_ONCE)
    else:
        runs = {name: [*files, *words] for name, files in _files() if files}
        calls = deque(name for name in runs if name in CALLS)
        work = deque(name for name in runs if name not in CALLS)
        # When no work is left, one of its places takes calls: there is a processor for them now.
        places = [(calls,)] * CALLS_AT_ONCE + [(work, calls)] + [(work,)] * (WORK_AT_ONCE - 1)
        codes = _side_by_side(runs, places)
    red = [name for name, code in zip(runs, codes, strict=True) if code]
    took = (time.monotonic() - began) / 60
    print(f"--- {took:.1f} minutes; " + (f"red: {', '.join(red)}" if red else "all green"))
    return int(bool(red))


def _side_by_side(
    runs: Mapping[str, Sequence[str]], places: Sequence[Sequence[deque[str]]]
) -> list[int]:
    """Run jobs beside each other, each place from its queues; return how each ended."""
    codes: dict[str, int] = {}

    def place(*queues: deque[str]) -> None:
        for queue in queues:
            with contextlib.suppress(IndexError):  # it is empty
                while True:
                    name = queue.popleft()
                    codes[name] = _ran(name, runs[name])

    with ThreadPoolExecutor(len(places)) as pool:
        begun: list[Future[None]] = [pool.submit(place, *queues) for queues in places]
        try:
            for each in begun:
                each.result()
        except KeyboardInterrupt:
            for queue in (queue for queues in places for queue in queues):
                queue.clear()
            for job in _going_on:
                job.terminate()
            raise
    return [codes[name] for name in runs]


def _files() -> Iterator[tuple[str, list[str]]]:
    """Give each job with its files; every file of tests is in one."""
    seen: set[Path] = set()
    for name, patterns in {**CALLS, **WORK}.items():
        found = [
            path
            for pattern in patterns
            for path in sorted(PROJECT.glob(pattern))
            if path.name.startswith("test_") and path not in seen
        ]
        found = list(dict.fromkeys(found))
        seen.update(found)
        yield name, [str(path.relative_to(PROJECT)) for path in found]


def _ran(name: str, words: Sequence[str]) -> int:
    """Run one job and show what it said when it is over."""
    began = time.monotonic()
    cache = f"cache_dir=.cache/pytest-{name.replace(' ', '-').replace(',', '')}"
    niceness = GIVES_WAY if name in WORK else GOES_FIRST
    job = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-o", cache, "--durations=5", *words],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    _going_on.append(job)
    with contextlib.suppress(OSError):  # a kernel without, or we may not
        os.setpriority(os.PRIO_PROCESS, job.pid, niceness)
        Path(f"/proc/{job.pid}/autogroup").write_text(str(niceness), encoding="ascii")
    said, _ = job.communicate()
    print(f"--- {name}, {time.monotonic() - began:.0f} s\n{said}", flush=True)
    return 0 if job.returncode == NO_TESTS else job.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
