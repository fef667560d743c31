"""Draws a day, once: what was drawn goes onto the work list in the same transaction (QA-1)."""

from collections import Counter
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from features.quality_forms.rules import Thing
from features.quality_samples import calendar, population, queries
from features.quality_samples.lifecycle import ItemState, ItemThing, WorkItem
from features.quality_samples.queries import KeptDraw
from features.quality_samples.rules import Candidate, Draw, Drawn, Quotas, Reason, Week, draw
from settings import Settings


def quotas_of(settings: Settings) -> Quotas:
    """Return how much an installation draws."""
    return Quotas(
        share=settings.quality_share,
        risk_share=settings.quality_risk_share,
        weekly=settings.quality_agent_weekly,
        double_share=settings.quality_double_share,
    )


async def draw_day(
    connection: AsyncConnection,
    settings: Settings,
    day: date,
    *,
    seed: str,
    by: str,
    now: datetime,
) -> KeptDraw | None:
    """Draw a day; None: it is drawn already, and nothing was done."""
    quotas = quotas_of(settings)
    there = await population.of_day(
        connection, day, settings.zone, long_hold_s=settings.quality_long_hold
    )
    staff = await population.staff(connection)
    week = await _week(connection, settings, day, staff)
    made = draw(there, quotas, seed=seed, staff=staff, week=week)
    kept = KeptDraw(
        day=day,
        seed=seed,
        drawn_at=now,
        drawn_by=by,
        quotas=asdict(quotas),
        kinds=[{**asdict(each), "thing": each.thing.value} for each in made.kinds],
        digest=population.digest(there),
    )
    if not await queries.keep_draw(connection, kept):
        return None
    await _put_on_the_list(connection, made, day, now)
    if week.is_last:
        await queries.miss_live(connection, calendar.monday(day), now)
    return kept


async def _week(
    connection: AsyncConnection, settings: Settings, day: date, staff: frozenset[str]
) -> Week:
    monday = calendar.monday(day)
    had = await queries.of_days(connection, monday, monday + calendar.WEEK)
    recorded = Counter(each.agent for each in had if each.thing is ItemThing.CALL)
    live = [each for each in had if each.thing is ItemThing.LIVE]
    week = Week(
        recorded=recorded,
        live=frozenset(each.agent for each in live),
        heard=Counter(each.agent for each in live if each.is_heard),
        is_last=calendar.is_last(day),
    )
    if not week.is_last:
        return week
    drawn = {each.subject for each in had}
    since = calendar.bounds(monday, settings.zone)[0]
    until = calendar.bounds(day, settings.zone)[0]
    earlier = await population.calls_of(connection, staff, since, until)
    return replace(week, earlier=[each for each in earlier if each.subject not in drawn])


async def _put_on_the_list(
    connection: AsyncConnection, made: Draw, day: date, now: datetime
) -> None:
    for one in made.items:
        await _put(connection, one, day, now)
    monday = calendar.monday(day + timedelta(days=calendar.is_last(day)))
    for agent in made.live:
        await queries.add(connection, f"live/{monday}/{agent}", _live(agent, monday, now))


async def _put(connection: AsyncConnection, one: Drawn, day: date, now: datetime) -> None:
    item = _item(one, day, now)
    name = "/".join(one.candidate.key)
    first = await queries.add(connection, f"{name}/1", item)
    if first is None or not one.double:
        return
    second = await queries.add(connection, f"{name}/2", replace(item, turn=2, twin=first))
    if second is not None:
        await queries.change(connection, first, twin=second)


def _item(one: Drawn, day: date, now: datetime) -> WorkItem:
    of = one.candidate
    return WorkItem(
        id=0,
        day=day,
        thing=ItemThing(of.thing.value),
        subject=of.subject,
        call_id=of.call_id,
        agent=of.agent,
        business=of.business,
        reason=one.reason,
        signals=tuple(of.signals),
        risk=of.risk,
        turn=1,
        twin=None,
        session_id=None,
        state=ItemState.OPEN,
        inspector=None,
        taken_at=None,
        done_at=None,
        made_at=now,
    )


def _live(agent: str, monday: date, now: datetime) -> WorkItem:
    of = Candidate(thing=Thing.CALL, subject="", agent=agent, business="")
    item = _item(Drawn(candidate=of, reason=Reason.LIVE), monday, now)
    return replace(item, thing=ItemThing.LIVE)
