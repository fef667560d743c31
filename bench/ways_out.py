"""`python -m bench.ways_out`: all ways out of the house with all targets, by the trunk's log.

python -m bench.ways_out            print the table
python -m bench.ways_out --keep     and write it into docs/ways-out.md
python -m bench.ways_out --only REFER

Exit code 1 when somebody was rung who may not be.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence

from rich.console import Console

from settings import PROJECT
from tests.end_to_end.house import running
from tests.end_to_end.stage import staged
from tests.end_to_end.ways import WAYS
from tests.end_to_end.ways_allowed import TARGETS, Seen
from tests.ports import free_port

HEAD = """# Ways out

What a phone, a caller or a far switch says never chooses what is dialled. Each of {targets}
targets was tried in each way below, on a real Asterisk with SIP peers (`python -m bench.ways_out
--keep`). The trunk, the phones and a stranger wrote down themselves who was called. Allowed are the
house's phones, seats and queues, when an agent in a call with a caller, or a leader who came into
it, transfers by the phone's own key, or a phone dials them; and emergency numbers, from a phone or
an agent's seat.

| way | tried | rung, all allowed | not allowed |
|---|---|---|---|
"""


def main() -> None:
    """Try everything, print, and keep where asked."""
    asked = _asked()
    seen = asyncio.run(_tried(asked.only))
    page = markdown(seen)
    Console().print(page, markup=False)
    if asked.keep:
        (PROJECT / "docs" / "ways-out.md").write_text(page)
    sys.exit(any(one.fault for one in seen))


def markdown(seen: Sequence[Seen]) -> str:
    """Return the table of what was seen."""
    ways = list(dict.fromkeys(one.way for one in seen))
    rows = [_row(way, [one for one in seen if one.way == way]) for way in ways]
    targets = sorted({one.target for one in seen})
    listed = ", ".join(f"`{target}`" for target in targets)
    return HEAD.format(targets=len(targets)) + "\n".join(rows) + f"\n\nThe targets: {listed}\n"


def _row(way: str, seen: Sequence[Seen]) -> str:
    rung = sorted({one for each in seen for one in each.rang if one not in each.fault})
    faults = [f"{each.target}: {', '.join(each.fault)}" for each in seen if each.fault]
    return f"| {way} | {len(seen)} | {', '.join(rung) or '–'} | {'; '.join(faults) or 'nobody'} |"


async def _tried(only: str) -> list[Seen]:
    port = free_port()
    seen: list[Seen] = []
    with running(
        parts="asterisk ledger desk",
        trunk_out=f"127.0.0.1:{port}",
        answer_after=0,
        max_wait=900,
        media_timeout=600,  # these callers say nothing
        wrap_up_for=0,
    ) as house:
        async with staged(house, port) as stage:
            for name, way in WAYS.items():
                if only in name:
                    began = time.monotonic()
                    seen += await way(stage, TARGETS)
                    print(f"{name}: {time.monotonic() - began:.1f} s", file=sys.stderr)
    return seen


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.ways_out")
    parser.add_argument("--keep", action="store_true", help="write docs/ways-out.md")
    parser.add_argument("--only", default="", help="ways whose name holds this")
    return parser.parse_args()


if __name__ == "__main__":
    main()
