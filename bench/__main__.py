"""`make bench`: every way to answer a call, side by side in one run.

python -m bench            print the table
python -m bench --keep     and write it into docs/benchmarks.md
python -m bench --only hotline recorded
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown

from bench import alaw, lines, machine, plain
from bench.contest import Contestant, Rung, climb
from bench.lines import Lines
from bench.report import COMPARED_AT, WAYS, Figures, markdown
from bench.served import Ledger
from bench.sipp import Load
from caller import audio
from caller.listen import RATE
from settings import PROJECT, Settings
from supervisor import asterisk
from supervisor.asterisk import Installation
from tests.end_to_end.house import House
from tests.end_to_end.house import running as hotline_running
from tests.ports import free_port

ANSWER_AFTER = 1.0
SECONDS = 5.0
"""Seconds for which each rate is kept up."""

RATES = {
    "answer": (20, 60, 120, 180, 240),
    "recorded": (10, 20, 30, 40, 60, 90, 180),
    "process": (2, 5, 10, 20, 30),
    "hotline": (10, 20, 30, 40, 60, 90),
}
LINES = 100


def main() -> None:
    """Measure, print, and keep where asked."""
    asked = _asked()
    found = asterisk.fetched(Settings(), print)
    console = Console()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        figures = measure(found, Path(folder), asked.only, console)
    page = markdown(figures)
    console.print(Markdown(page))
    if asked.keep:
        (PROJECT / "docs" / "benchmarks.md").write_text(page)


def measure(found: Installation, folder: Path, only: Sequence[str], console: Console) -> Figures:
    """Run everything once. Raises what keeps it from being measured."""
    load_before = machine.load()
    program = found.program("sipp")
    speech = _speech(found, folder)
    rungs: dict[str, list[Rung]] = {}
    heard: list[Lines] = []
    with ExitStack() as stack:
        for contestant in _contestants(found, speech, only, stack):
            rungs[contestant.name] = []
            for rung in climb(contestant, program, folder / "sipp", answer_after=ANSWER_AFTER):
                rungs[contestant.name].append(rung)
                console.print(_told(contestant, rung))
            if contestant.metrics is not None:
                found_lines = _lines(
                    contestant, program, folder, console, metrics=contestant.metrics
                )
                heard = list(found_lines)
    when = f"{datetime.now(UTC):%Y-%m-%d}"
    before_after = (load_before, machine.load())
    return Figures(
        machine.described(found.version), when, *before_after, rungs, heard, ANSWER_AFTER
    )


def _contestants(
    found: Installation, speech: Path, only: Sequence[str], stack: ExitStack
) -> Iterator[Contestant]:
    """Give each contestant while what it needs runs; one switch at a time."""
    for name in ("answer", "recorded", "process"):
        if name in only:
            with plain.running(found, port=free_port(), answer_after=ANSWER_AFTER) as switch:
                load = Load(switch.port, name, 1, SECONDS, speech)
                yield Contestant(name, WAYS[name], load, RATES[name], {"asterisk": switch.pid})
    if "hotline" in only:
        house = stack.enter_context(_hotline())
        load = Load(house.settings.sip_port, house.settings.hotline_number, 1, SECONDS, speech)
        yield Contestant(
            "hotline",
            WAYS["hotline"],
            load,
            RATES["hotline"],
            {name: house.pid(name) for name in ("asterisk", "calls", "ledger")},
            at_least=COMPARED_AT,
            served=Ledger(house),
            metrics=house.settings.paths.run / "calls.prom",
        )


@contextmanager
def _hotline() -> Iterator[House]:
    with hotline_running(answer_after=ANSWER_AFTER) as house:
        yield house


def _lines(
    contestant: Contestant, program: list[str], folder: Path, console: Console, *, metrics: Path
) -> Iterator[Lines]:
    """Measure silent lines, and lines whose murmur keeps the detector at work."""
    quiet, murmur = audio.silence(4.0), audio.noise(4.0, -45.0)
    crowds = [("silent callers", quiet, 25), ("silent callers", quiet, LINES)]
    crowds.append(("lines that murmur at −45 dBFS", murmur, LINES))
    for says, samples, count in crowds:
        path = folder / f"{says.split()[0]}.alaw"
        path.write_bytes(alaw.encoded(samples))
        load = Load(
            contestant.load.port,
            contestant.load.number,
            10,
            count / 10,
            path,
            talk_ms=20_000,
            ref=f"lines-{says.split()[0]}-{count}",
        )
        found = lines.watched(says, program, load, contestant, folder / "sipp", metrics=metrics)
        console.print(
            f"{count} {says}: {found.served} of {found.count} served, "
            f"{found.beats_kept:.0%} of the beats in time, "
            f"{found.per_core('calls'):.0f} lines per core of our service"
        )
        yield found


def _speech(found: Installation, folder: Path) -> Path:
    spoken = audio.read(next(found.data.glob("sounds/en_US*/basic-pbx-ivr-main.wav")))
    path = folder / "speech.alaw"
    path.write_bytes(alaw.encoded(spoken[int(0.13 * RATE) :]))
    return path


def _told(contestant: Contestant, rung: Rung) -> str:
    spent = ", ".join(f"{name} {ms:.1f}" for name, ms in rung.cpu_ms.items())
    served = ""
    if rung.served:
        served = f"{rung.served.calls} served (words p99 {rung.served.late(0.99):.0f} ms), "
    return (
        f"{contestant.name} at {rung.rate}/s: {rung.outcome.answered} answered, {served}"
        f"{rung.outcome.failed} failed, p99 +{rung.late(0.99):.0f} ms, CPU ms/call {spent}"
    )


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="write docs/benchmarks.md")
    parser.add_argument("--only", nargs="+", choices=list(RATES), default=list(RATES))
    return parser.parse_args()


if __name__ == "__main__":
    main()
