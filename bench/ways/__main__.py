"""Takes calls through random ways and looks at what is heard, recorded, shown and kept (A1, A2).

    python -m bench.ways --calls 60 --seed 1129 [--lanes 2] [--steps 4]

Real callers, two desk phones, two browsers and a leader, each with a tone. After each step
Asterisk, the floor, the database and the pages must agree within 5 s; after each call the recording
must be what the caller heard, and no dead air over 5 s. Exit code 0: nothing is broken.
"""

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Error as PlaywrightError

from bench import machine
from bench.ways.agents import AtDesk, InBrowser, NotNowError, RefusedError, Seated, microphone
from bench.ways.agreement import WITHIN_S, Witnesses
from bench.ways.steps import STAYS, STEPS, Step, Turn
from caller import audio
from caller.leg import Leg, LineGoneError
from caller.listen import RATE, Samples, segments
from caller.phone import Answering, Phone
from caller.tones import tone_segments, windows
from settings import Settings
from supervisor import asterisk
from tests.end_to_end.agents import signed_in
from tests.end_to_end.browser import Desk, chromium_with
from tests.end_to_end.house import WITH_DESK, House, Row, running
from tests.end_to_end.people import answers_the_greeting, longest_dead_air
from tests.end_to_end.staff import Staff
from tests.end_to_end.voices import differences, says, sides
from tests.end_to_end.work import call_id

HOTLINE = {"parts": WITH_DESK, "max_wait": 90, "ring_agent_for": 10, "wrap_up_for": 0}
BROWSERS = (("2101", 1500.0), ("2102", 1210.0))
DESK_PHONES = (("2103", "8101", 2440.0), ("2104", "8102", 2990.0))
LEADER = ("2105", "8103", 2310.0)
CALLERS = (860.0, 1010.0, 1670.0)
"""The callers' own tones, one for each lane. What a conference that is too loud makes of the
agents' tones (3a, 2a±b, a+b-c, folded at 4 kHz) is 120 Hz away from each of all tones.
"""
DEAD_AIR_S = 5.0
SPEAKS_S = 0.8
TALKS_S = 2.0
STANDS_STILL_S = 0.1


@dataclass
class Book:
    """What was done and what was broken."""

    steps: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    agreed_s: list[float] = field(default_factory=list)
    dead_air_s: list[float] = field(default_factory=list)
    stood_still_s: list[float] = field(default_factory=list)
    """Times in which this program itself carried no audio: what is broken then may be its own."""
    calls: int = 0

    def breaks(self, ref: str, what: str) -> None:
        self.broken.append(f"{ref}: {what}")
        print(f"BROKEN {ref}: {what}", flush=True)


@dataclass
class World:
    """The hotline, who works there, and what has been seen."""

    house: House
    phone: Phone
    agents: Sequence[Seated]
    leader: AtDesk
    witnesses: Witnesses
    speech: Samples
    book: Book
    ways: Sequence[tuple[Step, int]] = STEPS
    taken: set[str] = field(default_factory=set)
    """Seats that a step of some lane is about to use."""

    @property
    def tones(self) -> dict[str, float]:
        return {one.seat: one.hertz for one in (*self.agents, self.leader)}


async def one_call(world: World, ref: str, lane: int, steps: int, chance: random.Random) -> None:
    """Take one caller through the house."""
    number = f"138{zlib.crc32(ref.encode()) % 10**8:08d}"
    hertz = CALLERS[lane]
    caller = await world.phone.call(world.house.settings.hotline_number, caller=number, ref=ref)
    try:
        await answers_the_greeting(caller, world.speech)
        await caller.presses("3")
        call = await call_id(world.house, ref)
        await _agreed(world, caller, call, number, ref, "the first answer")
        for _ in range(steps):
            await _step(world, caller, call, number, ref, chance)
            await caller.says(says(hertz, SPEAKS_S))
            await caller.waits(TALKS_S)
    except LineGoneError as error:
        world.book.breaks(ref, f"the caller was cut off: {str(error)[:200]}")
    except (TimeoutError, AssertionError, PlaywrightError) as error:
        world.book.breaks(ref, f"not done: {str(error)[:300]}")
    await caller.hangs_up()
    await _judged(world, caller, ref, hertz)
    world.book.calls += 1


async def _step(
    world: World, caller: Leg, call: str, number: str, ref: str, chance: random.Random
) -> None:
    """Do one step that fits, and see that everybody agrees afterwards."""
    for _ in range(30):
        seen = await world.witnesses.see(call, number)
        everybody = (*world.agents, world.leader)
        having = [one for one in everybody if one.seat in seen.asterisk]
        free = [one for one in await _free(world) if one.seat not in world.taken]
        [(step, _)] = chance.choices(world.ways, weights=[weight for _, weight in world.ways])
        turn = Turn(caller, having, free, world.leader, world.speech, chance)
        reserved = {one.seat for one in free}
        world.taken |= reserved
        try:
            done = await step(turn) if having else "nobody has the caller"
        except NotNowError as error:
            if isinstance(error, RefusedError):
                print(f"{ref}: {error}", flush=True)
            await caller.waits(0.3)
            continue
        finally:
            world.taken -= reserved
        world.book.steps[step.__name__ if having else "waits"] += 1
        has = await _agreed(world, caller, call, number, ref, done)
        if step in STAYS and has and not has & {one.seat for one in having}:
            world.book.breaks(ref, f"{done}: the caller did not stay")
        return
    world.book.breaks(ref, "no step was possible")


async def _agreed(
    world: World, caller: Leg, call: str, number: str, ref: str, done: str
) -> set[str]:
    """Wait until somebody has the caller again, and everybody says the same; return who has."""
    await caller.waits(1.0)  # whoever asks at once hears how it was before
    deadline = time.monotonic() + 45
    while True:
        seen, took = await world.witnesses.agree(call, number)
        if seen.ended or not seen.agreed or seen.asterisk or time.monotonic() > deadline:
            break
        await caller.waits(0.3)
    world.book.agreed_s.append(took)
    at = caller.now - (caller.moment("answered") or 0.0)
    print(f"{ref} {at:5.1f}: {done} -> {seen} ({took:.1f} s)", flush=True)
    if seen.ended and not caller.is_over:
        world.book.breaks(ref, f"{done}: the call is said to have ended")
    elif not seen.agreed:
        world.book.breaks(ref, f"{done}: after {WITHIN_S:.0f} s {seen}")
    elif not seen.asterisk:
        world.book.breaks(ref, f"{done}: nobody took the caller")
    return set(seen.asterisk)


async def _free(world: World) -> list[Seated]:
    board = (await world.leader.page.client.get("/api/v1/floor")).json()
    ready = {one["seat"] for one in board["agents"] if one["state"] == "ready"}
    return [one for one in world.agents if one.seat in ready]


async def _judged(world: World, caller: Leg, ref: str, hertz: float) -> None:
    """Compare the recording with the caller's tape."""
    row = await world.house.call_of(ref, within=30)
    others = {f"another caller ({one:.0f} Hz)": one for one in CALLERS if one != hertz}
    different = await differences(world.house, row, caller, world.tones | others)
    for sentence in different:
        world.book.breaks(ref, sentence)
    if different:
        await _put_aside(world.house, row, f"{ref}.wav", tape=caller.heard())
    left, _ = await sides(world.house, row)
    answered = caller.moment("answered") or 0.0
    for said in (one for one in caller.story if one.what == "spoke"):
        begin = int((said.at - answered - 0.3) * RATE)
        heard = left[max(0, begin) : begin + int((SPEAKS_S + 0.6) * RATE)]
        found = sum(one.seconds for one in tone_segments(hertz, windows(heard)))
        if said.detail == f"{SPEAKS_S:.1f}" and found <= SPEAKS_S / 2:
            at = f"the caller's word at {said.at - answered:.1f} s"
            world.book.breaks(ref, f"{at}: {found:.2f} of {SPEAKS_S} s are in the recording")
            await _put_aside(world.house, row, f"{ref}.wav")
    silence = longest_dead_air(caller)
    world.book.dead_air_s.append(silence)
    if silence > DEAD_AIR_S / 2:
        print(f"{ref}: {silence:.1f} s of dead air; {_quiet(caller)}", flush=True)
    if silence > DEAD_AIR_S:
        world.book.breaks(ref, f"{silence:.1f} s of dead air")
    if gaps := await world.house.rows(
        "SELECT why FROM recording_gaps WHERE call_id = :id", id=row["id"]
    ):
        world.book.breaks(ref, f"gaps: {[gap['why'] for gap in gaps]}")


def _quiet(caller: Leg) -> str:
    """Return the longer silences of a caller, from when to when, as the tape has them."""
    heard = segments(caller.heard(), gap=0.3)
    edges = [0.0, *(edge for one in heard for edge in (one.start, one.end))]
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return ", ".join(f"{start:.1f}-{end:.1f}" for start, end in pairs if end - start > 1.5)


async def _put_aside(house: House, row: Row, name: str, *, tape: Samples | None = None) -> None:
    """Keep a recording, and what the caller heard: the hotline's own folder goes with the run."""
    recording = await house.recording_of(row)
    aside = Path(tempfile.gettempdir()) / "ways-broken"
    aside.mkdir(exist_ok=True)
    shutil.copy(house.settings.paths.store / recording["path"], aside / name)
    if tape is not None:
        audio.write(aside / f"heard-{name}", tape)
    print(f"its recording is kept: {aside / name}", flush=True)


def _keep_written(house: House) -> None:
    """Keep what the hotline wrote down, for whoever looks into what is broken."""
    aside = Path(tempfile.gettempdir()) / "ways-broken"
    for folder in (house.settings.paths.log, house.settings.paths.journals):
        shutil.copytree(folder, aside / folder.name, dirs_exist_ok=True)
    print(f"what was written down is kept: {aside}", flush=True)


async def lane(world: World, number: int, calls: int, steps: int, seed: int) -> None:
    """Take so many callers through, one after the other."""
    chance = random.Random(f"{seed}/{number}")
    for each in range(calls):
        await one_call(world, f"w{seed}-{number}-{each}", number, steps, chance)


async def _watch_itself(book: Book) -> None:
    """Note when this program stood still: its callers say and hear nothing then."""
    clock = asyncio.get_running_loop().time
    while True:
        before = clock()
        await asyncio.sleep(0.02)
        late = clock() - before - 0.02
        if late > STANDS_STILL_S:
            book.stood_still_s.append(late)
            print(f"this program stood still for {late:.2f} s", flush=True)


async def run(asked: argparse.Namespace, house: House, folder: Path, book: Book) -> None:
    """Have everybody at work, and the calls go through."""
    staff = Staff(house)
    async with AsyncExitStack() as stack:
        phone = await stack.enter_async_context(Phone(port=house.settings.sip_port))
        agents: list[Seated] = []
        for number, hertz in BROWSERS:
            staff.hires(number)
            chromium = await stack.enter_async_context(chromium_with(microphone(folder, hertz)))
            desk = Desk(house, staff, chromium)
            page = await desk.signed_in(number)
            page.on("dialog", lambda dialog: dialog.accept())
            agent = InBrowser(number, await desk.on_duty(page), hertz, desk, page)
            agent.begins()
            stack.push_async_callback(agent.ends)
            agents.append(agent)
        for number, seat, hertz in DESK_PHONES:
            agents.append(await _at_desk(stack, house, phone, number, seat, hertz))
        leader = await _at_desk(stack, house, phone, *LEADER, role="team-leader")
        everybody = (*agents, leader)
        witnesses = Witnesses(house, leader.page.client, everybody)
        ways = [way for way in STEPS if not asked.only or way[0].__name__ in asked.only]
        world = World(house, phone, agents, leader, witnesses, _speech(), book, ways)
        shares = [
            asked.calls // asked.lanes + (n < asked.calls % asked.lanes) for n in range(asked.lanes)
        ]
        watch = asyncio.create_task(_watch_itself(book))
        stack.callback(watch.cancel)
        await asyncio.gather(
            *(lane(world, n, share, asked.steps, asked.seed) for n, share in enumerate(shares))
        )


async def _at_desk(
    stack: AsyncExitStack,
    house: House,
    phone: Phone,
    number: str,
    seat: str,
    hertz: float,
    role: str = "junior-agent",
) -> AtDesk:
    answering = Answering(after=0.3, says=says(hertz, 300.0))
    registered = await phone.register(seat, house.seat_password(seat), answering)
    agent = await stack.enter_async_context(signed_in(house, number, role))
    await stack.enter_async_context(agent.page())
    await agent.begins("phone", seat)
    return AtDesk(number, seat, hertz, registered, agent)


def _speech() -> Samples:
    installation = asterisk.find(Settings())
    assert installation is not None
    spoken = audio.read(next(installation.data.glob("sounds/en_US*/basic-pbx-ivr-main.wav")))
    return spoken[int(segments(spoken)[0].start * RATE) :][: int(1.5 * RATE)]


def main() -> int:
    """Run it, print what came of it; 0 when nothing is broken."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--calls", type=int, default=60)
    words.add_argument("--lanes", type=int, default=2, choices=(1, 2, 3))
    words.add_argument("--steps", type=int, default=4)
    words.add_argument("--seed", type=int, default=1129)
    names = [step.__name__ for step, _ in STEPS]
    words.add_argument("--only", nargs="+", choices=names, help="take no other ways")
    asked = words.parse_args()
    book = Book()
    with tempfile.TemporaryDirectory(prefix="ways-") as folder, running(**HOTLINE) as house:
        asyncio.run(run(asked, house, Path(folder), book))
        if book.broken:
            _keep_written(house)
    steps = sum(book.steps.values())
    installed = asterisk.find(Settings())
    print(f"\n{machine.described(installed.version if installed else '?')}")
    print(f"seed {asked.seed}: {book.calls} calls, {steps} steps: {dict(book.steps)}")
    agreed = sorted(book.agreed_s)
    print(f"agreed after: median {agreed[len(agreed) // 2]:.1f} s, longest {agreed[-1]:.1f} s")
    print(f"dead air: longest {max(book.dead_air_s):.1f} s")
    longest = max(book.stood_still_s, default=0.0)
    print(f"this program stood still: {len(book.stood_still_s)} times, longest {longest:.2f} s")
    print(f"broken: {len(book.broken)}")
    for sentence in book.broken:
        print(f"  {sentence}")
    return min(len(book.broken), 1)


if __name__ == "__main__":
    sys.exit(main())
