"""How long people at the desk wait: for the caller on the screen, and for a recording.

python -m bench.desk           print the figures
python -m bench.desk --keep    and write them into docs/benchmarks-desk.md

Twenty pages in one real Chromium on the same machine as the hotline, and five callers a second who
talk to the people there: first at desk phones, then with a phone in each page. Then one recording,
looked for among 100,000 calls.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from bench import machine
from caller import audio
from caller.leg import LineGoneError
from caller.phone import Answering, Phone
from db.engine import engine
from settings import PROJECT, Settings
from supervisor import asterisk
from tests.end_to_end.browser import MICROPHONE_HZ, Desk, beeps, chromium_with, it_is_so, noted
from tests.end_to_end.house import House, running
from tests.end_to_end.staff import Staff
from tests.waiting import until

PAGES, A_SECOND, SECONDS = 20, 5.0, 20
SEATS = [str(8101 + which) for which in range(PAGES)]
MANY = 100_000
STAYS_S = 5.0
"""Seconds from the key that asks for an agent to the caller's hang-up."""

ANSWERS_BY_ITSELF = """
setInterval(() => {
  const answer = document.querySelector("#answer");
  if (!answer.disabled) answer.click();
}, 250);
"""


@dataclass(frozen=True)
class Figures:
    """What was measured; times in ms, one for each call that was offered."""

    machine: str
    when: str
    load: tuple[float, float]
    calls: int
    desk_phones: "Pops"
    page_phones: "Pops"
    found_s: Sequence[float]
    """Seconds from the first digit typed to the recording's sound, each time for another call."""


@dataclass(frozen=True)
class Pops:
    """How the callers came to the screens; times in ms, one for each call that was offered."""

    to_screen: Sequence[float]
    """From Asterisk's word that it will ring an agent to that caller on the agent's screen."""
    after_invite: Sequence[float]
    """From the INVITE in the phone to the same; less than 0: the caller was there first."""


async def measure(house: House, folder: Path) -> Figures:
    """Measure both. Raises what keeps it from being measured."""
    staff = Staff(house)
    load = machine.load()
    microphone = folder / "microphone.wav"
    audio.write(microphone, beeps(MICROPHONE_HZ))
    async with chromium_with(microphone) as browser, Phone(port=house.settings.sip_port) as phone:
        desk = Desk(house, staff, browser)
        at_desks, refs = await _with_desk_phones(desk, phone)
        in_pages, more = await _with_phones_in_pages(desk, phone)
        found = await _found(desk, refs[0])
    installation = asterisk.find(Settings())
    return Figures(
        machine=machine.described(installation.version if installation else "?"),
        when=f"{datetime.now(UTC):%Y-%m-%d}",
        load=(load, machine.load()),
        calls=len(more),
        desk_phones=at_desks,
        page_phones=in_pages,
        found_s=found,
    )


async def _with_desk_phones(desk: Desk, phone: Phone) -> tuple[Pops, list[str]]:
    """Measure with a phone beside each page."""
    epoch = time.time() - asyncio.get_running_loop().time()
    beside = [
        await phone.register(seat, desk.house.seat_password(seat), Answering(after=0.3))
        for seat in SEATS
    ]
    pages = []
    for which, seat in enumerate(SEATS):
        pages.append(page := await desk.signed_in(str(2001 + which)))
        await desk.on_duty(page, seat)
    refs = await _crowd(desk.house, phone, "at-desks")
    to_screen, after_invite = [], []
    for page, rung in zip(pages, beside, strict=True):
        pops = [each for each in await noted(page) if each.what == "popped"]
        to_screen += [each.ms for each in pops if each.ms is not None]
        for invited in (1000 * (epoch + call.began) for call in rung.calls):
            near = [each for each in pops if abs(each.at - invited) < STAYS_S * 500]
            if near:
                pops.remove(near[0])
                after_invite.append(near[0].at - invited)
        await page.context.close()
    for one in beside:
        await one.signs_off()
    return Pops(to_screen, after_invite), refs


async def _with_phones_in_pages(desk: Desk, phone: Phone) -> tuple[Pops, list[str]]:
    """Measure with a phone in each page."""
    pages = []
    for which in range(PAGES):
        pages.append(page := await desk.signed_in(str(2101 + which)))
        await desk.on_duty(page)
        await page.evaluate(ANSWERS_BY_ITSELF)
    refs = await _crowd(desk.house, phone, "in-pages")
    lived = [each for page in pages for each in await noted(page)]
    popped = {each.call: each for each in lived if each.what == "popped"}
    invited = {each.call: each.at for each in lived if each.what == "invited"}
    for page in pages:
        await page.context.close()
    return Pops(
        [each.ms for each in popped.values() if each.ms is not None],
        [popped[call].at - at for call, at in invited.items() if call in popped],
    ), refs


async def _crowd(house: House, phone: Phone, name: str) -> list[str]:
    """Have callers ring at an even pace; return the X-Ref of each."""
    refs = [f"{name}-{number}" for number in range(int(A_SECOND * SECONDS))]
    began = time.monotonic()
    async with asyncio.TaskGroup() as crowd:
        for number, ref in enumerate(refs):
            await asyncio.sleep(max(0.0, began + number / A_SECOND - time.monotonic()))
            crowd.create_task(_rings(house, phone, ref, f"139{number:08d}"))
    return refs


async def _rings(house: House, phone: Phone, ref: str, number: str) -> None:
    call = await phone.call(house.settings.hotline_number, caller=number, ref=ref)
    try:
        await call.answered()
        await call.hears_words()
        await call.presses("3")
        await call.waits(STAYS_S)
    except LineGoneError:
        return
    finally:
        await call.hangs_up()


async def _found(desk: Desk, ref: str) -> list[float]:
    """Look for recordings among very many calls, as a team leader does."""
    call = await desk.house.call_of(ref, within=60)
    await desk.house.recording_of(call, within=60)
    await _many(desk.house, str(call["id"]))
    desk.staff.hires("3001", "team-leader")
    page = await desk.signed_in("3001")
    took = []
    for _ in range(5):
        await page.goto("/calls")
        began = time.perf_counter()
        await page.type("#q", str(call["number"]))
        await page.keyboard.press("Enter")
        await page.click("#calls tbody tr:first-child a")
        await page.click("[data-play]")
        await page.check("dialog input[name=reason] >> nth=0")
        await page.keyboard.press("Enter")
        await it_is_so(page, "document.querySelector('[data-voice]').currentTime > 0")
        took.append(time.perf_counter() - began)
    return took


async def _many(house: House, like: str) -> None:
    """Put very many calls like one into the database: other callers, a minute apart, before it."""
    made = engine(house.settings.database)
    async with made.execution_options(writing=True).begin() as connection:
        names = (await connection.execute(text("SELECT * FROM calls LIMIT 0"))).keys()
        given = {"id": "printf('%032x', n)", "number": "printf('137%08d', n)", "ref": "''"}
        given["ring_started"] = "datetime(ring_started, '-' || n || ' minutes')"
        values = ", ".join(given.get(name, name) for name in names)
        await connection.execute(
            text(
                f"WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many"
                f" WHERE n < {MANY}) INSERT INTO calls ({', '.join(names)})"
                f" SELECT {values} FROM calls, many WHERE id = :like"
            ),
            {"like": like},
        )
    await made.dispose()
    await until(lambda: _count(house), within=60, what="the calls are there")


async def _count(house: House) -> bool:
    [row] = await house.rows("SELECT COUNT(*) AS n FROM calls")
    return int(row["n"]) >= MANY


def markdown(figures: Figures) -> str:
    """Return the whole page."""
    rows = [
        ("Asterisk's word of a ring → caller on the screen", figures.desk_phones.to_screen, "ms"),
        ("INVITE in the desk phone → caller on the screen", figures.desk_phones.after_invite, "ms"),
        ("phone in the page: Asterisk's word → screen", figures.page_phones.to_screen, "ms"),
        ("phone in the page: INVITE → screen", figures.page_phones.after_invite, "ms"),
        ("number typed → recording heard", [1000 * each for each in figures.found_s], "ms"),
    ]
    return "\n".join(
        [
            "# How long people at the desk wait",
            "",
            f"Measured by `python -m bench.desk`: {PAGES} pages at work in one Chromium on the",
            f"machine of the hotline; {A_SECOND:.0f} callers a second, {figures.calls} in all, who",
            "ask for an agent, are answered and hang up: once with SIP phones beside the pages,",
            "once with the phones in the pages. Then a team leader looks for one recording",
            f"among {MANY:,} calls, five times.",
            "",
            "| from → to | measured | p50 | p95 | longest |",
            "|---|---|---|---|---|",
            *(
                f"| {name} | {len(times)} | {_at(times, 0.5):.0f} {unit} "
                f"| {_at(times, 0.95):.0f} {unit} | {max(times, default=0):.0f} {unit} |"
                for name, times, unit in rows
            ),
            "",
            "The pop is taken in the next frame after it was drawn; below 0 ms it was there",
            "before the INVITE. A phone in a page rings aloud when its caller is on the screen, or",
            "300 ms after its INVITE, whichever is first. Bars: 200 ms (p95) from INVITE to",
            "screen, 2 s to the sound. Twenty phones in pages set up keys and codecs for five",
            "calls a second on the hotline's own cores: where the load is above the cores, those",
            "rows tell how long the browser waited for a core, not how soon the desk told it.",
            "",
            f"Machine: {figures.machine}.",
            f"Load average {figures.load[0]:.1f} before, {figures.load[1]:.1f} at the end.",
            f"{figures.when}.",
            "",
        ]
    )


def _at(times: Sequence[float], share: float) -> float:
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def main() -> None:
    """Measure, print, and keep where asked."""
    parser = argparse.ArgumentParser(prog="python -m bench.desk", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="write docs/benchmarks-desk.md")
    keep = parser.parse_args().keep
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        running(max_wait=60, wrap_up_for=0, desk_phones=",".join(SEATS)) as house,
    ):
        page = markdown(asyncio.run(measure(house, Path(folder))))
    print(page)
    if keep:
        (PROJECT / "docs" / "benchmarks-desk.md").write_text(page)


if __name__ == "__main__":
    main()
