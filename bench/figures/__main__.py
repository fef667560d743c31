"""`python -m bench.figures`: calls of every kind, and each figure held to what people noted.

python -m bench.figures --calls 100 --lanes 4      exit code 1 when a figure lied
"""

import argparse
import asyncio
import time
from collections import Counter
from collections.abc import Sequence

from bench.figures.book import Book
from bench.figures.check import Lie, kinds
from bench.figures.playing import drawn, lies, wanted
from caller import audio
from caller.listen import RATE, Samples, segments
from caller.phone import Phone
from settings import Settings
from supervisor import asterisk
from tests.end_to_end.house import WITH_DESK, House, running


def main() -> None:
    """Play, compare, and say what was found."""
    asked = _asked()
    scenes = drawn(asked.calls, seed=asked.seed, without=asked.without)
    with running(parts=WITH_DESK, **wanted(asked.lanes)) as house:
        began = time.monotonic()
        book, found = asyncio.run(_played(house, scenes, asked.lanes))
        print(told(book, found, seed=asked.seed, took_s=time.monotonic() - began), flush=True)
    raise SystemExit(1 if found else 0)


def told(book: Book, found: Sequence[Lie], *, seed: int, took_s: float) -> str:
    """Return the report."""
    played = Counter(page.kind for page in book.pages)
    return "\n".join(
        [
            f"{len(book.pages)} calls in {took_s:.0f} s, seed {seed}: "
            + ", ".join(f"{kind} {number}" for kind, number in sorted(played.items())),
            f"{len(found)} figures lied"
            + "".join(f", {n} of {k}" for k, n in kinds(found).items()),
            *(f"- {lie}" for lie in found),
        ]
    )


async def _played(house: House, scenes: Sequence[str], lanes: int) -> tuple[Book, list[Lie]]:
    speech = _speech()
    begin = int(segments(speech)[0].start * RATE)

    def words(seconds: float) -> Samples:
        return speech[begin : begin + int(seconds * RATE)]

    async with Phone(port=house.settings.sip_port) as phone:
        return await lies(house, phone, words, scenes, lanes)


def _speech() -> Samples:
    found = asterisk.fetched(Settings(), print)
    return audio.read(next(found.data.glob("sounds/en_US*/basic-pbx-ivr-main.wav")))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--lanes", type=int, default=4, help="callers at the same time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without", nargs="*", default=[], help="kinds of calls to leave out")
    return parser.parse_args()


if __name__ == "__main__":
    main()
