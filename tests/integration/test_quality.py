"""Inspection from the draw to the appeal: who does what, once, on record (QA-1, QA-2, SEC-1)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.engine import engine
from features.accounts.tables import AccountRow
from features.audit.tables import AuditRow
from features.calls.tables import TalkSegmentRow
from features.knowledge.tables import KnowledgeRow
from features.quality_forms.rules import Thing
from features.quality_samples import calendar, population, queries
from features.quality_samples.drawing import quotas_of
from features.quality_samples.rules import Week, draw
from features.quality_samples.worker import SampleWorker
from features.quality_scores import scores
from features.quality_scores.rules import digest
from features.quality_scores.tables import QualityScoreRow
from features.tickets.tables import TicketRow
from permissions.roles import Role
from settings import PROJECT
from tests.integration.desk_room import NUMBERS, call_id
from tests.integration.page_room import Pages
from tests.integration.quality_room import (
    FATAL,
    GOOD,
    INSPECTOR,
    JUNIOR,
    LEADER,
    MANAGER,
    SCORE,
    SENIOR,
    asks,
    audited,
    done,
    drawn,
    got,
    inspected,
    items,
    scored,
    yesterday,
)


@pytest.fixture
async def desk(filled: tuple[Path, str]) -> AsyncIterator[Pages]:
    """A desk whose five calls were a senior's, yesterday; of both kinds of database."""
    async with inspected(filled, SENIOR) as found:
        yield found


async def take_all(desk: Pages, role: Role = INSPECTOR) -> list[Any]:
    """Score whatever waits."""
    made = []
    while (await asks(desk, role, "-items/next"))[0] == 200:
        made.append(await scored(desk, role))
    return made


async def ask(desk: Pages, question: Any) -> Any:
    return await desk.room.app.state.database.ask(question, within=30)


async def test_a_day_is_drawn_once_and_the_work_list_says_why(desk: Pages) -> None:
    made = await drawn(desk)
    assert len(made["seed"]) == 32
    assert made["kinds"] == [
        {
            "thing": "call",
            "business": "complaint",
            "of": 5,
            "drawn": 1,
            "by_risk": made["kinds"][0]["by_risk"],
        }
    ]
    listed = (await got(desk, INSPECTOR, "-items"))["items"]
    assert {each["agent"] for each in listed} == {NUMBERS[SENIOR]}
    assert {each["reason"] for each in listed} <= {"uniform", "risk", "agent", "live"}
    assert [each["reason"] for each in listed].count("live") == 1
    status, told = await asks(desk, MANAGER, "-draws", {"day": f"{yesterday(desk)}"})
    assert status == 409, told
    assert len(await audited(desk, "quality_draw.made")) == 1
    assert (await got(desk, LEADER, f"-draws/{yesterday(desk)}"))["seed"] == made["seed"]


async def test_with_the_seed_and_the_same_population_the_draw_is_the_same(desk: Pages) -> None:
    made = await drawn(desk)
    settings = desk.room.settings
    day = yesterday(desk)

    async def again(connection: AsyncConnection) -> Any:
        there = await population.of_day(connection, day, settings.zone, long_hold_s=60)
        assert population.digest(there) == made["digest"]
        week = Week(is_last=calendar.is_last(day))
        staff = await population.staff(connection)
        quotas = replace(quotas_of(settings), double_share=0.0)
        return draw(there, quotas, seed=made["seed"], staff=staff, week=week)

    same = await ask(desk, again)
    kept = await items(desk, thing="call", turn=1)
    assert {one.candidate.subject for one in same.items} == {row["subject"] for row in kept}


async def test_two_ledgers_draw_a_day_once_and_it_is_not_drawn_before_its_time(
    desk: Pages,
) -> None:
    settings = desk.room.settings
    engines = [engine(settings.database) for _ in "ab"]
    workers = [SampleWorker(each, settings) for each in engines]
    night, _ = calendar.bounds(yesterday(desk) + timedelta(days=1), settings.zone)
    assert not await workers[0].turn(night + timedelta(hours=1))
    at = night + timedelta(hours=2)
    first = await asyncio.gather(*(each.turn(at) for each in workers))
    assert sorted(first) == [False, True]
    assert not any([await each.turn(at) for each in workers])
    assert sum(each.draws for each in workers) == 1
    for each in engines:
        await each.dispose()
    assert len(await ask(desk, queries.draws)) == 1


async def test_tickets_and_answers_are_inspected_too(desk: Pages) -> None:
    noon = calendar.bounds(yesterday(desk), desk.room.settings.zone)[0] + timedelta(hours=12)

    async def change(connection: AsyncConnection) -> None:
        values = {"created_at": noon, "handler": NUMBERS[JUNIOR], "business": "公话"}
        await connection.execute(update(TicketRow).values(values))
        entry = {"title": "移机", "body": "可以", "keywords": "", "business": "公话"}
        made = {"updated_at": noon, "updated_by": NUMBERS[Role.RECORDS_CLERK]}
        await connection.execute(insert(KnowledgeRow).values({**entry, **made}))

    await desk.write(change)
    kinds = (await drawn(desk))["kinds"]
    assert {(each["thing"], each["business"], each["of"]) for each in kinds} == {
        ("call", "公话", 5),
        ("ticket", "公话", 5),
        ("knowledge", "公话", 1),
    }
    [entry] = await items(desk, thing="knowledge")
    await done(desk, INSPECTOR, f"-items/{entry['id']}/take")
    async with desk.person(INSPECTOR) as person:
        page = await person.get(f"/quality/items/{entry['id']}")
    assert "还没有可用的质检表" in page.text


async def test_a_score_is_saved_as_typed_submitted_and_kept_with_its_form(desk: Pages) -> None:
    await drawn(desk)
    item = await done(desk, INSPECTOR, "-items/next")
    path = f"-items/{item['id']}"
    typed = {
        **SCORE,
        "answers": {"1": "partly"},
        "words": "先这样",
        "marks": [{"second": "1:05", "words": "插话"}],
    }
    first = await done(desk, INSPECTOR, f"{path}/draft", typed | {"version": 0}, method="PUT")
    assert first["version"] == 1
    assert (await asks(desk, INSPECTOR, f"{path}/draft", typed, method="PUT"))[0] == 409
    kept = await got(desk, INSPECTOR, f"{path}/draft")
    assert (kept["answers"], kept["words"]) == ({"1": "partly"}, "先这样")
    assert kept["marks"] == [{"second": 65, "words": "插话"}]
    publish = {
        "version": 3,
        "name": "通话质检",
        "sections": [{"title": "新", "items": [{"words": "新题", "weight": 1}]}],
    }
    await done(desk, MANAGER, "-forms/1/publish", publish)
    made = await done(desk, INSPECTOR, f"{path}/score", SCORE)
    assert (made["form_version"], made["points"], made["official"]) == (1, 100.0, True)
    assert (await got(desk, INSPECTOR, "-forms/1/versions/1"))["sections"][0]["title"] == "开头"
    assert (await asks(desk, INSPECTOR, f"{path}/score", SCORE))[0] == 409
    [row] = await items(desk, id=item["id"])
    assert row["state"] == "submitted"
    assert (await asks(desk, INSPECTOR, f"{path}/draft", method="GET"))[0] == 404


async def test_a_fatal_item_is_nought_and_the_digest_is_in_the_audit_log(desk: Pages) -> None:
    await drawn(desk)
    made = await scored(desk, answers=FATAL)
    assert (made["points"], made["fatal"]) == (0.0, True)
    [entry] = await audited(desk, "quality_score.submitted")
    assert entry.subject == f"{made['id']}"
    assert entry.detail == made["digest"]
    [kept] = await ask(desk, lambda c: scores.versions(c, made["item_id"]))
    assert digest(kept.said()) == kept.digest
    await desk.write(lambda c: c.execute(update(QualityScoreRow).values(tenths=1000)))
    [changed] = await ask(desk, lambda c: scores.versions(c, made["item_id"]))
    assert digest(changed.said()) != changed.digest


async def test_what_was_submitted_stays_and_a_correction_is_the_next_version(desk: Pages) -> None:
    await drawn(desk)
    first = await scored(desk, answers=FATAL)
    change = {"version": 1, "answers": GOOD, "why": "听错了"}
    second = await done(desk, MANAGER, f"-scores/{first['id']}/correct", change)
    assert (second["version"], second["points"]) == (2, 100.0)
    assert (await got(desk, MANAGER, f"-scores/{first['id']}")) == first
    listed = (await got(desk, SENIOR, "-scores"))["items"]
    assert [each["id"] for each in listed] == [second["id"]]
    assert (await asks(desk, MANAGER, f"-scores/{first['id']}/correct", change))[0] == 409


async def test_a_live_listening_counts_when_it_is_on_record(desk: Pages) -> None:
    await drawn(desk)
    [live] = await items(desk, thing="live")
    assert live["reason"] == "live"
    path = f"-items/{live['id']}"
    await done(desk, MANAGER, f"{path}/take")
    assert (await asks(desk, MANAGER, f"{path}/heard"))[0] == 409
    assert (await asks(desk, MANAGER, f"{path}/score", SCORE))[0] == 409
    at = calendar.bounds(live["day"], desk.room.settings.zone)[0] + timedelta(hours=1)

    async def listened(connection: AsyncConnection, who: str) -> None:
        account = select(AccountRow.id).where(AccountRow.number == who)
        entry = {"action": "agent.listen", "subject": NUMBERS[SENIOR], "address": "::1"}
        said = {"at": at, "detail": "", "why": "", "account_id": account.scalar_subquery()}
        await connection.execute(insert(AuditRow).values({**entry, **said}))

    async def talked(connection: AsyncConnection) -> None:
        segment = {"call_id": call_id(3), "agent": NUMBERS[SENIOR], "seat": "8101", "how": "queue"}
        times = {"from_at": at - timedelta(minutes=1), "to_at": at + timedelta(minutes=1)}
        await connection.execute(insert(TalkSegmentRow).values({**segment, **times, "held_s": 0}))

    await desk.write(talked)
    await desk.write(lambda connection: listened(connection, NUMBERS[LEADER]))
    assert (await asks(desk, MANAGER, f"{path}/heard"))[0] == 409, "somebody else listened"
    await desk.write(lambda connection: listened(connection, NUMBERS[MANAGER]))
    told = await done(desk, MANAGER, f"{path}/heard")
    assert (told["subject"], told["thing"]) == (call_id(3), "live")
    made = await done(desk, MANAGER, f"{path}/score", SCORE)
    assert (made["thing"], made["call_id"], made["official"]) == ("live", call_id(3), True)


async def test_what_is_given_back_is_somebody_elses_and_what_was_typed_stays(desk: Pages) -> None:
    await drawn(desk)
    item = await done(desk, INSPECTOR, "-items/next")
    path = f"-items/{item['id']}"
    await done(desk, INSPECTOR, f"{path}/draft", {**SCORE, "version": 0}, method="PUT")
    assert (await asks(desk, MANAGER, f"{path}/give-back"))[0] == 409
    await done(desk, INSPECTOR, f"{path}/give-back")
    await done(desk, MANAGER, f"{path}/take")
    assert (await asks(desk, MANAGER, f"{path}/draft", method="GET"))[0] == 404, "blind"
    assert (await got(desk, INSPECTOR, f"{path}/draft"))["answers"] == GOOD
    assert (await asks(desk, INSPECTOR, f"{path}/score", SCORE))[0] == 409


async def test_the_next_item_is_what_one_has_and_then_what_waits_longest(desk: Pages) -> None:
    await drawn(desk)
    waiting = [row["id"] for row in await items(desk, state="open") if row["thing"] != "live"]
    first = await done(desk, INSPECTOR, "-items/next")
    assert first["id"] == min(waiting)
    assert (await done(desk, INSPECTOR, "-items/next"))["id"] == first["id"]
    made = await take_all(desk)
    assert len(made) == len(waiting)
    assert (await asks(desk, INSPECTOR, "-items/next"))[0] == 409


async def test_a_form_that_is_not_for_this_or_not_in_use_is_refused(desk: Pages) -> None:
    other = await done(desk, MANAGER, "-forms", {"name": "工单", "thing": "ticket"})
    sections = [{"title": "x", "items": [{"words": "齐全", "weight": 5}]}]
    body = {"version": 1, "name": "工单", "sections": sections}
    await done(desk, MANAGER, f"-forms/{other['id']}/publish", body)
    await drawn(desk)
    item = await done(desk, INSPECTOR, "-items/next")
    given = {"form_id": other["id"], "form_version": 1, "answers": {"1": "full"}}
    assert (await asks(desk, INSPECTOR, f"-items/{item['id']}/score", given))[0] == 422
    await done(desk, MANAGER, "-forms/1/retire", {"version": 3})
    assert (await asks(desk, INSPECTOR, f"-items/{item['id']}/score", SCORE))[0] == 422


async def test_a_question_keeps_its_key_over_versions_even_of_one_that_was_left_out(
    desk: Pages,
) -> None:
    one = {
        "version": 3,
        "name": "通话质检",
        "sections": [{"title": "新", "items": [{"key": 1, "words": "问候", "weight": 1}]}],
    }
    await done(desk, MANAGER, "-forms/1/publish", one)
    items_ = [{"key": 1, "words": "问候", "weight": 1}, {"words": "再见", "weight": 1}]
    two = {"version": 4, "name": "通话质检", "sections": [{"title": "新", "items": items_}]}
    made = await done(desk, MANAGER, "-forms/1/publish", two)
    keys = [item["key"] for item in made["sections"][0]["items"]]
    assert keys == [1, 4], "2 and 3 were other questions"
    assert Thing(made["thing"]) is Thing.CALL


def test_the_draw_is_a_turn_of_the_ledger() -> None:
    text = (PROJECT / "ledger" / "service.py").read_text(encoding="utf-8")
    assert "self._draw_samples," in text
