"""A complaint from the call in which it is made to the archive, in browsers of four roles.

TKT-3 (reviewed before it goes out), TKT-4 (deadline), TKT-6, TKT-8 (what a ticket must say when it
is closed), TKT-11 (surveyed, dispatched again with a warning), TKT-12 (overdue: reminded). A caller
begins it, and is called at its end. Clocks are moved, not waited for. PICTURES=docs/pages keeps how
the pages look on the way.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from caller.listen import Samples
from caller.phone import AgentPhone, Answering, Phone
from tests.end_to_end.browser import Desk, chromium, desk, staff
from tests.end_to_end.pages.talks import answers, are_talking
from tests.end_to_end.people import answers_the_greeting
from tests.waiting import until

__all__ = ["chromium", "desk", "staff"]

pytestmark = pytest.mark.real
HOTLINE = {"parts": "asterisk calls ledger desk dispatch", "wrap_up_for": 5}
CUSTOMER: Final = "13812345678"
CALLED_AT: Final = "8001"
"""Where the customer wishes to be called: a telephone that the tests have."""
JUNIOR, SENIOR, THEM, CLERK = "1051", "1052", "1053", "1054"
LINES: Final = "线路班"
WORDS = Callable[[float], Samples]

EVERY_ENTRY: Final = (
    ("dispatch", JUNIOR),
    ("approve", SENIOR),
    ("accept", THEM),
    ("ask_time", THEM),
    ("grant_time", SENIOR),
    ("overdue", ""),
    ("remind", ""),
    ("handle", THEM),
    ("not_satisfied", JUNIOR),
    ("second_dispatch", SENIOR),
    ("accept", THEM),
    ("handle", THEM),
    ("satisfied", JUNIOR),
    ("close", JUNIOR),
    ("archive", CLERK),
)
"""What must be in the ticket's history in this order, and who did it; a clock has no number."""


async def does(page: Page, verb: str, **typed: str) -> None:
    """Press a verb on a ticket's page; one that asks for something gets it in its dialog."""
    shown = f"form[action$='/verbs/{verb}'] button, [data-opens='do-{verb}']"
    if not await page.locator(shown).first.is_visible():
        await page.click("details:has(form, [data-opens]) > summary")
    if not typed:
        await page.locator(f"form[action$='/verbs/{verb}'] button").first.click()
    else:
        await page.click(f"[data-opens='do-{verb}']")
        dialog = page.locator(f"#do-{verb}")
        for name, value in typed.items():
            field = dialog.locator(f"[name='{name}']")
            if await field.evaluate("each => each.tagName") == "SELECT":
                await field.select_option(value)
            else:
                await field.fill(value)
        await dialog.locator("button.main").click()
    await expect(page.locator(".toast")).to_be_visible()


async def pictured(page: Page, name: str) -> None:
    """Keep how a page looks, where somebody asked for it."""
    if folder := os.environ.get("PICTURES"):
        path = Path(folder) / f"complaint-{name}.zh.png"
        await page.screenshot(path=path, animations="disabled", full_page=True)


async def opens(page: Page, address: str, number: str) -> None:
    """Find the ticket in somebody's list and open it."""
    await page.goto(address)
    await page.locator(f"a[href^='/tickets/{number}']").first.click()
    await expect(page.locator("h1")).to_contain_text(number)


async def _is_late(desk: Desk, number: str) -> None:
    """Have the department's deadline be over, as after so many hours."""
    engine = create_async_engine(desk.house.settings.database)
    past = datetime.now(UTC) - timedelta(minutes=1)
    moved = (
        "UPDATE ticket_clocks SET next_at = :past, due_at = :past WHERE kind = 'promised' AND "
        "state IN ('running', 'warned') AND "
        "ticket_id = (SELECT id FROM tickets WHERE number = :number)"
    )
    async with engine.begin() as connection:
        at = f"{past:%Y-%m-%d %H:%M:%S.%f}" if engine.dialect.name == "sqlite" else past
        done = await connection.execute(text(moved), {"past": at, "number": number})
        assert done.rowcount == 1
    await engine.dispose()


async def _registered(desk: Desk, page: Page, phone: Phone, speech: Samples) -> str:
    """Have the customer call, and the agent write the complaint down; return its number."""
    call = await phone.call(desk.house.settings.hotline_number, caller=CUSTOMER, ref="complaint")
    await answers_the_greeting(call, speech)
    await call.presses("3")
    await answers(page, call)
    await expect(page.locator("#ticket-fields:not([disabled])")).to_be_visible()
    await page.check("input[name=kind][value=complaint]", force=True)
    await page.fill("textarea[name=body]", "宽带中断三天,一直没有人来")
    await page.fill("input[name=customer_name]", "王建国")
    await page.fill("input[name=department]", LINES)
    await page.check("input[name=state][value=dispatched]", force=True)

    async def waits() -> str:
        found = await desk.house.rows("SELECT number FROM tickets WHERE to_review")
        return str(found[0]["number"]) if found else ""

    number = await until(waits, within=15, what="the order waits for a senior")
    await call.hangs_up()
    await expect(page.locator("#state")).not_to_have_attribute("data-state", "talking")
    return number


async def _called(desk: Desk, page: Page, customer: AgentPhone, number: str) -> None:
    """Have the agent call the customer about the ticket."""
    with desk.staff.api(JUNIOR) as api:
        wanted = {"number": CALLED_AT, "ticket": number, "minutes": 1, "note": "回访"}
        assert api.post("/api/v1/callbacks", json=wanted).status_code == 201
    await expect(page.locator("#state")).to_have_attribute("data-state", "ringing")
    await page.keyboard.press("F2")
    leg = await customer.rings(within=20)
    await leg.answered(within=10)
    await are_talking(page, leg)
    await leg.hangs_up()
    await expect(page.locator("#state")).not_to_have_attribute("data-state", "talking")


async def _given_more_time(desk: Desk, senior: Page, them: Page, number: str) -> None:
    """Have the order approved, accepted, and its deadline moved, and the new one be missed."""
    await senior.goto("/ticket-reviews")
    await pictured(senior, "reviews")
    await opens(senior, "/ticket-reviews", number)
    await senior.locator("#orders form[action$='/verbs/approve'] button").click()
    await expect(senior.locator(".toast")).to_be_visible()
    await opens(them, "/department-work", number)
    assert CUSTOMER not in await them.locator("main").inner_text(), "a department sees no number"
    await does(them, "accept")
    await pictured(them, "department")
    day = datetime.now(desk.house.settings.zone) + timedelta(days=4)
    moment = {"deadline_day": f"{day:%Y-%m-%d}", "deadline_time": "10:00"}
    await does(them, "ask_time", note="等配件", **moment)
    await opens(senior, "/ticket-reviews", number)
    await does(senior, "grant_time")
    await _is_late(desk, number)
    reminded = "SELECT 1 FROM ticket_orders WHERE kind = 'remind'"
    await until(lambda: desk.house.rows(reminded), within=20, what="the department is reminded")


async def _handled_twice(agent: Page, senior: Page, them: Page, number: str) -> None:
    """Have it handled, the customer not be satisfied, and it be handled again."""
    await senior.goto(f"/tickets/{number}")
    await pictured(senior, "overdue")
    await opens(them, "/department-work", number)
    await does(them, "handle", handling="换了外线")
    await agent.goto(f"/tickets/{number}")
    await does(agent, "not_satisfied", note="还是不通")
    await senior.goto(f"/tickets/{number}")
    await does(senior, "second_dispatch", department=LINES, warning="第二次派单:一日内必须办结")
    await opens(them, "/department-work", number)
    await expect(them.locator("#orders")).to_contain_text("一日内必须办结")
    await does(them, "accept")
    await does(them, "handle", handling="换了设备")


def _hired(desk: Desk) -> None:
    """Make the accounts, and the department that one of them belongs to."""
    for who, role in ((SENIOR, "senior-agent"), (THEM, "department"), (CLERK, "records-clerk")):
        desk.staff.hires(who, role)
    with desk.staff.api("1000") as api:
        assert api.put(f"/api/v1/departments/{LINES}", json={}).is_success
        changed = api.patch(f"/api/v1/accounts/{THEM}", json={"department": LINES, "version": 1})
        assert changed.is_success, changed.text


@pytest.mark.timeout(240)
async def test_a_complaint_is_registered_chased_surveyed_twice_and_archived(
    desk: Desk, phone: Phone, words: WORDS
) -> None:
    desk.forgiven = ("/ticket'",)  # asked for again until the ledger has the call
    _hired(desk)
    agent = await desk.signed_in(JUNIOR)
    await desk.on_duty(agent)
    number = await _registered(desk, agent, phone, words(1.5))
    senior, them = await desk.signed_in(SENIOR), await desk.signed_in(THEM)
    await _given_more_time(desk, senior, them, number)
    await _handled_twice(agent, senior, them, number)
    says = Answering(after=0.5, says=words(6.0))
    customer = await phone.register(CALLED_AT, desk.house.password(CALLED_AT), says)
    await agent.goto("/work")
    await desk.on_duty(agent)
    await _called(desk, agent, customer, number)
    await agent.goto(f"/tickets/{number}")
    await does(agent, "satisfied")
    await does(agent, "close", complaint_class="short_term", closing="已解决")
    clerk = await desk.signed_in(CLERK)
    await clerk.goto(f"/tickets/{number}")
    await does(clerk, "archive")
    await pictured(clerk, "archived")
    with desk.staff.api(SENIOR) as api:
        ticket, history, orders = (
            api.get(f"/api/v1/tickets/{number}{what}").json()
            for what in ("", "/history", "/orders")
        )
    assert (ticket["state"], ticket["satisfaction"]) == ("archived", "satisfied")
    assert (ticket["handling"], ticket["handler"]) == ("换了设备", JUNIOR)
    [surveyed] = [one for one in history["items"] if one["what"] == "satisfied"]
    with desk.staff.api(SENIOR) as api:
        [made] = api.get("/api/v1/calls?direction=out").json()["items"]
    assert surveyed["call_id"] == made["id"]
    found = [(one["what"], one["number"] or "") for one in history["items"]]
    left = iter(found)
    assert all(each in left for each in EVERY_ENTRY), found
    written = [(one["kind"], one["number"]) for one in orders["items"]]
    kinds = ("dispatch", "chase", "remind", "second")
    assert written == [(kind, f"{number}-{which}") for which, kind in enumerate(kinds, 1)]
