"""Screenshots of the pages by which the hotline rings people, for `scripts.screenshots`."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from playwright.async_api import Page

from caller.listen import Samples
from caller.phone import BUSY, Answering, Phone
from tests.end_to_end.browser import Desk, it_is_so
from tests.end_to_end.staff import Staff

SWITCHBOARD, MANAGER, AGENT = "7001", "5001", "1001"
ROOMS = (("8201", 90, "王小明"), ("8305", 120, "李梅"), ("8306", 120, ""), ("8201", 300, "王小明"))
PEOPLE = """电话,姓名,语言,备注
8001,张建华,zh,宽带新装
8002,李秀英,zh,
8003,Alice Brown,en,fixed line
8003,王五,zh,
110,赵六,zh,
1.38E+10,孙七,zh,
"""
PLAN = {"kind": "survey", "opens": "00:00", "closes": "23:59", "lines": 3}
WHENEVER = {"on_weekends": True, "on_holidays": True}
INCIDENT = {
    "what": "燃气泄漏",
    "place": "滨江花园1栋",
    "reporter": "物业 02787654321",
    "message": "滨江花园一栋发生燃气泄漏,请马上关闭阀门,到室外去。",
}
HOUSEHOLDS = "王小明,滨江花园1栋201,8001;8002\n李梅,滨江花园1栋202,\n赵强,滨江花园1栋203,8003\n"

Shoot = Callable[[Page, str], Awaitable[None]]


async def draw(desk: Desk, phone: Phone, speech: Samples, screenshot: Shoot) -> None:
    """Register wake-ups, promise a callback, prepare a notice, have a campaign called."""
    staff = desk.staff
    staff.hires(SWITCHBOARD, "switchboard", name="总机")
    staff.hires(MANAGER, "manager", name="王经理")
    now = datetime.now(desk.house.settings.zone)
    _wake_ups(staff, now)
    _asked(staff, AGENT, "/api/v1/callbacks", number="13800138000", minutes=30)
    board = await desk.signed_in(SWITCHBOARD)
    await board.goto("/wake-ups")
    await screenshot(board, "wake-ups.zh")
    manager = await desk.signed_in(MANAGER)
    await manager.goto("/callbacks")
    await screenshot(manager, "callbacks.zh")
    notice = _asked(staff, MANAGER, "/api/v1/incidents", happened_at=now.isoformat(), **INCIDENT)
    _asked(staff, MANAGER, f"/api/v1/incidents/{notice['id']}/list", text=HOUSEHOLDS)
    await manager.goto(f"/emergency-notifications/{notice['id']}")
    await it_is_so(manager, "!!document.querySelector('form[action$=\"/start\"]')", within=90)
    await screenshot(manager, "notification.zh")
    await _campaign(desk, manager, phone, speech, screenshot)


async def _campaign(
    desk: Desk, manager: Page, phone: Phone, speech: Samples, screenshot: Shoot
) -> None:
    """A list with faults; then its three people: one answers, one is busy, one does not lift."""
    house = desk.house
    ways = (Answering(after=0.5), BUSY, Answering(after=None))
    first, *_ = [
        await phone.register(number, house.password(number), way)
        for number, way in zip(("8001", "8002", "8003"), ways, strict=True)
    ]
    with desk.staff.api(MANAGER) as api:
        brought = api.post(
            "/api/v1/campaign-lists",
            params={"name": "十一月回访.csv"},
            content=PEOPLE.encode(),
            headers={"content-type": "text/csv"},
        ).json()
    await manager.goto(f"/campaigns/lists/{brought['id']}")
    await screenshot(manager, "campaign-list.zh")
    plan = {"list_id": brought["id"], "name": "十一月回访", **PLAN, **WHENEVER}
    campaign = _asked(desk.staff, MANAGER, "/api/v1/campaigns", **plan)
    _asked(desk.staff, MANAGER, f"/api/v1/campaigns/{campaign['id']}/start")
    await manager.goto(f"/campaigns/{campaign['id']}")
    leg = await first.rings(within=40)
    await leg.answered(within=10)
    await leg.says(speech)
    for key in "5", "1":
        await leg.hears_words(within=20)
        await leg.hears_pause(1.0, within=30)
        await leg.presses(key)
    await leg.ended(within=30)
    await asyncio.sleep(3)  # the page hears of it
    await screenshot(manager, "campaign.zh")


def _wake_ups(staff: Staff, now: datetime) -> None:
    for room, minutes, guest in ROOMS:
        at = now + timedelta(minutes=minutes)
        moment = {"wall": f"{at:%H:%M}", "first_day": f"{at:%Y-%m-%d}"}
        _asked(staff, SWITCHBOARD, "/api/v1/wake-registrations", room=room, guest=guest, **moment)


def _asked(staff: Staff, who: str, address: str, **given: object) -> dict[str, Any]:
    with staff.api(who) as api:
        answer = api.post(address, json=given or None)
    if not answer.is_success:
        raise SystemExit(f"screenshots: {address}: {answer.status_code} {answer.text[:300]}")
    return dict(answer.json())
