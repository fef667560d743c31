"""Screenshots of docs/pages.md: `python -m scripts.screenshots`.

A real hotline, a real Chromium and a real caller; so that a screenshot shows what is, never a wish.
"""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import Page

from caller import audio
from caller.listen import RATE, Samples, segments
from caller.phone import Phone
from scripts import screenshots_outbound, screenshots_shared
from settings import PROJECT, Settings
from supervisor import asterisk
from tests.end_to_end.browser import MICROPHONE_HZ, Desk, beeps, chromium_with, it_is_so
from tests.end_to_end.house import House, running
from tests.end_to_end.people import answers_the_greeting
from tests.end_to_end.staff import Staff

FOLDER = PROJECT / "docs" / "pages"
AGENT, LEADER = "1001", "3001"
CALLER = "13800138000"
PARTS = "asterisk calls ledger desk dispatch"
ON_A_TELEPHONE = {"work-talking.zh", "floor.zh", "calls.zh", "callbacks.zh", "wake-ups.zh"}

KNOWN = {"name": "王建国", "sort": "important", "note": "专线客户,请先问工单号"}
ENTRY = {
    "title": "装机要多久",
    "body": "城区三个工作日,郊区五个工作日。预约后当天确认时间。",
    "business": "固定电话",
    "keywords": "装机 预约 时间",
}
HANDOVER = {
    "shift": "早班",
    "equipment": "2 号座席耳机换新",
    "problems": "西城区光缆故障,预计 15:00 恢复",
    "faults": "",
    "staff": "李梅 14:00 早退",
}


async def draw(house: House, folder: Path) -> None:
    """Have a shift begin, a caller ring and an agent answer; shoot each page."""
    microphone = folder / "microphone.wav"
    audio.write(microphone, beeps(MICROPHONE_HZ))
    staff = Staff(house)
    staff.hires(AGENT, "senior-agent", name="李梅")
    staff.hires("1002", name="赵强")
    staff.hires(LEADER, "team-leader", name="陈班长")
    _furnish(staff)
    async with chromium_with(microphone) as browser, Phone(port=house.settings.sip_port) as phone:
        desk = Desk(house, staff, browser)
        leader = await desk.signed_in(LEADER)
        work = await desk.signed_in(AGENT)
        colleague = await desk.signed_in("1002")
        await desk.on_duty(work)
        await desk.on_duty(colleague)
        await colleague.select_option("#pause", index=1)
        await _earlier_call(house, phone)
        await _talk(desk, work, leader, phone)
        await _records(desk, leader)
        await screenshots_outbound.draw(desk, phone, _speech()[: int(0.8 * RATE)], _screenshot)


async def _earlier_call(house: House, phone: Phone) -> None:
    call = await phone.call(house.settings.hotline_number, caller=CALLER, ref="earlier")
    await answers_the_greeting(call, _speech()[: int(1.5 * RATE)])
    await call.hangs_up()
    await house.call_of("earlier", within=30)


async def _talk(desk: Desk, work: Page, leader: Page, phone: Phone) -> None:
    """One caller: the pop, the ticket, the wallboard meanwhile; then the call is over."""
    speech = _speech()
    number = desk.house.settings.hotline_number
    call = await phone.call(number, caller=CALLER, name="Wang", ref="shown")
    await answers_the_greeting(call, speech[: int(1.5 * RATE)])
    await call.presses("3")
    await it_is_so(work, "seen.some(({ what }) => what === 'rang')", within=60)
    await _screenshot(work, "work-ringing.zh")
    await work.keyboard.press("F2")
    await it_is_so(work, "!document.querySelector('#ticket-fields').disabled", within=60)
    await work.fill("textarea[name=body]", "客户问新装宽带要几天,想约周六上午。")
    await work.fill("#knowledge-ask", "装机")
    await it_is_so(work, "document.querySelector('#knowledge-found').children.length > 0")
    await call.says(speech[int(2 * RATE) : int(8 * RATE)])
    await _screenshot(work, "work-talking.zh")
    await leader.goto("/floor")
    await it_is_so(leader, "document.body.innerText.includes('1001')")
    await _screenshot(leader, "floor.zh")
    await call.hangs_up()
    await desk.house.recording_of(await desk.house.call_of("shown", within=60), within=60)


async def _records(desk: Desk, leader: Page) -> None:
    """The pages of what is kept, the same in the other language."""
    row = await desk.house.call_of("shown")
    await leader.goto("/calls")
    await _screenshot(leader, "calls.zh")
    await leader.goto("/handover")
    await _screenshot(leader, "handover.zh")
    english = {"name": "language", "value": "en", "url": desk.house.desk}
    await leader.context.add_cookies([english])  # type: ignore[list-item]  # as in window()
    await leader.goto(f"/calls/{row['id']}")
    await it_is_so(leader, "!!document.querySelector('[data-wave]').firstElementChild")
    await _screenshot(leader, "call.en")


def _furnish(staff: Staff) -> None:
    with staff.api(LEADER) as api:
        for way, address, given in (
            ("PUT", f"/api/v1/customers/{CALLER}", KNOWN),
            ("POST", "/api/v1/knowledge", ENTRY),
            ("POST", "/api/v1/handovers", HANDOVER),
        ):
            answer = api.request(way, address, json=given)
            if not answer.is_success:
                print(f"screenshots: {address}: {answer.status_code} {answer.text[:300]}")


async def _screenshot(page: Page, name: str) -> None:
    """Take the page as it is, and where the docs show it, in the width of a telephone too."""
    FOLDER.mkdir(exist_ok=True)
    await page.screenshot(path=FOLDER / f"{name}.png", animations="disabled")
    if name in ON_A_TELEPHONE:
        await page.set_viewport_size({"width": 390, "height": 844})
        await page.wait_for_timeout(500)
        which, language = name.split(".")
        narrow = FOLDER / f"{which}.phone.{language}.png"
        await page.screenshot(path=narrow, animations="disabled")
        await page.set_viewport_size({"width": 1280, "height": 800})
    print(f"screenshots: {name}")


def _speech() -> Samples:
    installation = asterisk.find(Settings())
    assert installation is not None
    spoken = audio.read(next(installation.data.glob("sounds/en_US*/basic-pbx-ivr-main.wav")))
    return spoken[int(segments(spoken)[0].start * RATE) :]


def main(_words: Sequence[str] = ()) -> None:
    """Take all screenshots anew."""
    with (
        tempfile.TemporaryDirectory(prefix="screenshots-") as folder,
        running(parts=PARTS, max_wait=60, wrap_up_for=15, trunk_out="127.0.0.1:5999") as house,
    ):
        asyncio.run(draw(house, Path(folder)))
    asyncio.run(screenshots_shared.main())


if __name__ == "__main__":
    main()
